"""Text as shells read it: what goes in comes out. Sources: POSIX 2.2, fish(1) Quotes, PowerShell's about_Quoting_Rules,
`cmd /?` and `set /?`, nushell's book (Working with strings).
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping

from wizard.errors import BadInput
from wizard.text import one_line

_LINES = re.compile("[\n\r\0]")
_POWERSHELL_QUOTES = re.compile("['\u2018\u2019\u201a\u201b]")
"""PowerShell takes typographic quotes for quotes."""


def _checked(text: str) -> str:
    if _LINES.search(text):
        msg = (
            f"{one_line(text, 80)!r} holds a line break: the files that set variables are read line by line, "
            "so the rest would be run as a command; choose a name without one"
        )
        raise BadInput(msg)
    return text


def sh(text: str) -> str:
    """Quoted for POSIX shells, bash and zsh."""
    return "'" + _checked(text).replace("'", "'\\''") + "'"


def fish(text: str) -> str:
    """Quoted for fish, where a backslash works inside single quotes too."""
    return "'" + _checked(text).replace("\\", "\\\\").replace("'", "\\'") + "'"


def powershell(text: str) -> str:
    """Quoted for PowerShell."""
    return "'" + _POWERSHELL_QUOTES.sub(lambda found: found[0] * 2, _checked(text)) + "'"


def nu(text: str) -> str:
    """Quoted for nushell: single quotes know no escape, double quotes do and put nothing in for `$`."""
    if "'" not in _checked(text):
        return f"'{text}'"
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def cmd(text: str) -> str:
    """One argument for a program, typed into cmd. Raises BadInput for what cmd has no way to quote on its command line."""
    if '"' in _checked(text) or "%" in text:
        msg = f"{one_line(text, 80)!r} can't be typed into cmd: it would replace what stands between % or quotes"
        raise BadInput(msg)
    trailing = len(text) - len(text.rstrip("\\"))
    return f'"{text}{chr(92) * trailing}"'  # a backslash before the closing quote would quote that


def unquoted_sh(text: str) -> str:
    """What `sh` made `text` of."""
    return text[1:-1].replace("'\\''", "'")


def unquoted_fish(text: str) -> str:
    """What `fish` made `text` of."""
    return re.sub(r"\\([\\'])", r"\1", text[1:-1])


def unquoted_powershell(text: str) -> str:
    """What `powershell` made `text` of."""
    return re.sub("(['\u2018\u2019\u201a\u201b])\\1", r"\1", text[1:-1])


def unquoted_nu(text: str) -> str:
    """What `nu` made `text` of."""
    return text[1:-1] if text.startswith("'") else re.sub(r'\\([\\"])', r"\1", text[1:-1])


def command_line(argv: Iterable[str], environment: Mapping[str, str | None] | None = None) -> str:
    """A command as one types it into a POSIX shell, variables first."""
    words = [f"{name}={shlex.quote(value)}" for name, value in (environment or {}).items() if value is not None]
    return " ".join([*words, *(shlex.quote(word) for word in argv)])
