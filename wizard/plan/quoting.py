"""Text as shells read it: what goes in comes out. Newlines never get here (wizard.choices refuses them)."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping


def sh(text: str) -> str:
    """Quoted for POSIX shells, bash and zsh."""
    return "'" + text.replace("'", "'\\''") + "'"


def fish(text: str) -> str:
    """Quoted for fish, where a backslash works inside single quotes too."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def powershell(text: str) -> str:
    """Quoted for PowerShell."""
    return "'" + text.replace("'", "''") + "'"


def command_line(argv: Iterable[str], environment: Mapping[str, str | None] | None = None) -> str:
    """A command as one types it into a POSIX shell, variables first."""
    words = [f"{name}={shlex.quote(value)}" for name, value in (environment or {}).items() if value is not None]
    return " ".join([*words, *(shlex.quote(word) for word in argv)])
