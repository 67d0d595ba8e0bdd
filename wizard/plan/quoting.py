"""Text as shells read it: what goes in comes out. Sources: POSIX 2.2, fish(1) Quotes, PowerShell's about_Quoting_Rules,
nushell's book (Working with strings).
"""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterable, Mapping

from wizard.errors import BadInput
from wizard.language import said
from wizard.text import one_line

_LINES = re.compile("[\n\r\0]")
_BARE = re.compile(r"[\w+=:./\\-]+")
"""What PowerShell and cmd take as it is."""
_POWERSHELL_QUOTES = re.compile("['\u2018\u2019\u201a\u201b]")
"""PowerShell takes typographic quotes for quotes."""


def _checked(text: str) -> str:
    if _LINES.search(text):
        msg = said(
            "{text} holds a line break: the files that set variables are read line by line, so the rest would be "
            "run as a command; choose a name without one",
            text=f"{one_line(text, 80)!r}",
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


def posix_line(argv: Iterable[str]) -> str:
    """A command for a POSIX shell, wherever this runs: a Dockerfile's, say."""
    return " ".join(map(shlex.quote, argv))


def command_line(
    argv: Iterable[str], environment: Mapping[str, str | None] | None = None, *, windows: bool = sys.platform == "win32"
) -> str:
    """A command as one types it into a POSIX shell, variables first; on Windows into PowerShell, where cmd takes it too
    if nothing in it needs more than double quotes.
    """
    told = [(name, value) for name, value in (environment or {}).items() if value is not None]
    if not windows:
        return " ".join([*(f"{name}={shlex.quote(value)}" for name, value in told), *map(shlex.quote, argv)])
    words = [_typed_there(word) for word in argv]
    if words and words[0][:1] in {"'", '"'}:
        words.insert(0, "&")  # or it would be a text and not a program
    return " ".join([*(f"$env:{name} = {powershell(value)};" for name, value in told), *words])


def _typed_there(word: str) -> str:
    """One word for PowerShell; a comma makes two of it, and so do a dot and a colon behind a dash."""
    if _BARE.fullmatch(word) and not (word.startswith("-") and re.search("[.:]", word)):
        return word
    plain = not re.search('["$`\n\r\u201c-\u201e]', word) and not word.endswith("\\")
    return f'"{word}"' if plain else "'" + _POWERSHELL_QUOTES.sub(lambda found: found[0] * 2, word) + "'"
