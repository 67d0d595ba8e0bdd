"""Whether lines that scroll do better here than screens: a screen reader, or a terminal that can't place its cursor.

Sources. Terminals: term(5), the compiled form, and terminfo(5), cursor_address. Screen readers: Windows tells whether one
runs (SystemParametersInfo, SPI_GETSCREENREADER; Microsoft's "Screen reader parameter" says that Narrator does not set it,
and Chromium and PSReadLine know Narrator by its mutex, NarratorRunning); macOS keeps it as voiceOverOnOffKey of
com.apple.universalaccess (as PSReadLine and Chromium read it); the Linux console's Speakup has /sys/accessibility/speakup
(the kernel's Speakup guide). A desktop's Orca, and whoever comes by SSH, can only say so by a variable: ACCESSIBLE (charm's
huh) and GH_ACCESSIBLE_PROMPTER (gh's environment manual) are in use.
"""

from __future__ import annotations

import os
import struct
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from wizard.language import said

SPEAKUP = "/sys/accessibility/speakup"
_SIGNS = ("ACCESSIBLE", "GH_ACCESSIBLE_PROMPTER")
_FALSE = ("", "0", "no", "false", "disabled", "off")
_PLACES = ("/etc/terminfo", "/lib/terminfo", "/usr/share/terminfo", "/usr/lib/terminfo", "/usr/share/misc/terminfo")
_MAGIC = {0o432: 2, 0o1036: 4}
"""Of the compiled form: bytes of a number in it."""
_CURSOR_ADDRESS = 10
"""Which string of a description it is (term.h)."""
_ASK_S = 2.0


def why(environment: Mapping[str, str]) -> str | None:
    """Why lines are better, in words; None where screens are. UV_WIZARD_PLAIN decides where it is 1 or 0."""
    wish = environment.get("UV_WIZARD_PLAIN", "").strip().lower()
    if wish:
        return None if wish in _FALSE else said("{name} is set", name="UV_WIZARD_PLAIN")
    for name in _SIGNS:
        if environment.get(name, "").strip().lower() not in _FALSE:
            return said("{name} is set", name=name)
    if environment.get("TERM") == "dumb":
        return said("TERM is dumb")
    if has_screen_reader(environment):
        return said("a screen reader is running")
    return None if sys.platform == "win32" else _of_terminal(environment)


def _of_terminal(environment: Mapping[str, str]) -> str | None:
    name = environment.get("TERM", "")
    if not name:
        return said("TERM is not set")
    found = cursor_address(name, environment)
    if found is None:
        from wizard import catalog

        families = catalog.table("machine.toml")["terminals"]["place_the_cursor"]
        return (
            None
            if name.lower().startswith(tuple(families))
            else said("the terminal {name} is not known here", name=name)
        )
    return None if found.startswith(b"\x1b[") else said("the terminal {name} cannot place its cursor", name=name)


def cursor_address(name: str, environment: Mapping[str, str]) -> bytes | None:
    """What places that terminal's cursor, b"" where nothing does; None where the terminal is not described here."""
    if "/" in name or name.startswith("."):
        return None
    for place in _places(environment):
        for folder in (name[0], f"{ord(name[0]):x}"):  # macOS, whose disks do not tell a from A, has the second
            try:
                data = (place / folder / name).read_bytes()
            except OSError:
                continue
            return _string(data, _CURSOR_ADDRESS)
    return None


def _places(environment: Mapping[str, str]) -> Iterator[Path]:
    named = [environment.get("TERMINFO", ""), *environment.get("TERMINFO_DIRS", "").split(":")]
    home = environment.get("HOME")
    yield from (Path(one) for one in named if one.startswith("/"))
    yield from ((Path(home, ".terminfo"),) if home else ())
    yield from map(Path, _PLACES)


def _string(data: bytes, number: int) -> bytes | None:
    """A string of a compiled description; b"" where it is absent, None where this is no description."""
    try:
        magic, names, flags, numbers, strings, _ = struct.unpack_from("<6h", data)
        start = 12 + names + flags
        start += start % 2 + numbers * _MAGIC[magic]
        if number >= strings:
            return b""
        (offset,) = struct.unpack_from("<h", data, start + 2 * number)
        table = start + 2 * strings
        return b"" if offset < 0 else data[table + offset : data.index(b"\0", table + offset)]
    except (struct.error, KeyError, ValueError):
        return None


def has_screen_reader(environment: Mapping[str, str], speakup: str = SPEAKUP) -> bool:
    """Whether one reads this terminal, as far as this machine can tell: not that of somebody who is elsewhere."""
    if environment.get("SSH_CONNECTION") or environment.get("SSH_TTY"):
        return False
    if sys.platform == "win32":
        return _on_windows()
    if sys.platform == "darwin":
        return _on_macos()
    return environment.get("TERM") == "linux" and os.path.isdir(speakup)


def _on_windows() -> bool:
    if sys.platform != "win32":
        return False
    import ctypes

    running = ctypes.c_int(0)
    asked = ctypes.windll.user32.SystemParametersInfoW(0x0046, 0, ctypes.byref(running), 0)
    if asked and running.value:
        return True
    kernel = ctypes.windll.kernel32
    kernel.OpenMutexW.restype = ctypes.c_void_p
    mutex = kernel.OpenMutexW(0x00100000, 0, "NarratorRunning")  # SYNCHRONIZE
    if mutex:
        kernel.CloseHandle(ctypes.c_void_p(mutex))
    return bool(mutex)


def _on_macos() -> bool:
    import subprocess

    argv = ["/usr/bin/defaults", "read", "com.apple.universalaccess", "voiceOverOnOffKey"]
    try:
        done = subprocess.run(argv, capture_output=True, stdin=subprocess.DEVNULL, timeout=_ASK_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.stdout.strip() == b"1"
