"""conda's selectors (`# [linux]`, `sel(win):`) as markers of PEP 508. Pure."""

from __future__ import annotations

import re

_WORDS = {
    "linux": "sys_platform == 'linux'",
    "osx": "sys_platform == 'darwin'",
    "win": "sys_platform == 'win32'",
    "unix": "sys_platform != 'win32'",
    "linux64": "(sys_platform == 'linux' and platform_machine == 'x86_64')",
    "linux32": "(sys_platform == 'linux' and platform_machine == 'i686')",
    "win64": "(sys_platform == 'win32' and platform_machine == 'AMD64')",
    "win32": "(sys_platform == 'win32' and platform_machine == 'x86')",
    "x86_64": "platform_machine == 'x86_64'",
    "x86": "platform_machine == 'x86_64'",
    "arm64": "platform_machine == 'arm64'",
    "aarch64": "platform_machine == 'aarch64'",
    "ppc64le": "platform_machine == 'ppc64le'",
}
_NOT = {
    "linux": "sys_platform != 'linux'",
    "osx": "sys_platform != 'darwin'",
    "win": "sys_platform != 'win32'",
    "unix": "sys_platform == 'win32'",
    "x86_64": "platform_machine != 'x86_64'",
    "arm64": "platform_machine != 'arm64'",
    "aarch64": "platform_machine != 'aarch64'",
}
_PLATFORMS = {"linux-64": "linux64", "linux-aarch64": "(linux and aarch64)", "osx-64": "(osx and x86_64)",
              "osx-arm64": "(osx and arm64)", "win-64": "win64"}  # fmt: skip
_TOKEN = re.compile(
    r"\s*(?:(?P<paren>[()])|(?P<python>py\s*(==|!=|>=|<=|>|<)\s*(\d)(\d+))|(?P<py>py(\d)(\d+)?k?)|(?P<word>\w+))"
)
COMMENT = re.compile(r"#\s*\[(?P<selector>[^\]]+)\]")


def marker(selector: str) -> str | None:
    """The marker, None where the selector says what no marker can (or is none)."""
    text = selector.strip()
    for name, words in _PLATFORMS.items():
        text = re.sub(rf"(?<![\w-]){name}(?![\w-])", words, text)
    parts: list[str] = []
    place, negate = 0, False
    while place < len(text.rstrip()):
        found = _TOKEN.match(text, place)
        if found is None:
            return None
        place = found.end()
        word = found["word"]
        if word == "not":
            negate = True
            continue
        told = _told(found, negate=negate)
        if told is None:
            return None
        negate = False
        parts.append(told)
    return " ".join(parts).replace("( ", "(").replace(" )", ")") or None


def _told(found: re.Match[str], *, negate: bool) -> str | None:
    if found["paren"]:
        return None if negate else found["paren"]
    if found["python"]:
        operator, major, minor = found[3], found[4], found[5]
        return None if negate else f"python_version {operator} '{major}.{minor}'"
    word = found["word"] or found["py"]
    if word in {"and", "or"}:
        return None if negate else word
    if found["py"]:
        major, minor = found[7], found[8]
        if word == "py3k" or (major == "3" and not minor):
            return None if negate else "python_version >= '3'"
        return None if not minor else f"python_version {'!=' if negate else '=='} '{major}.{minor}'"
    return (_NOT if negate else _WORDS).get(word)
