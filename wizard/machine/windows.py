"""What only Windows can be asked, through its registry and kernel32. Every module can import this one.

Sources: the class of display adapters is in "System-Defined Device Setup Classes" of the Windows driver kit; PEP 514.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from wizard.machine.facts import Gpu

ADAPTERS = r"SYSTEM\CurrentControlSet\Control\Class\{4d36e968-e325-11ce-bfc1-08002be10318}"
PYTHONS = r"Software\Python"
_VENDORS = {"10de": "nvidia", "1002": "amd", "8086": "intel"}
_KINDS = {1: "REG_SZ", 2: "REG_EXPAND_SZ", 3: "REG_BINARY", 4: "REG_DWORD", 7: "REG_MULTI_SZ"}
_MACHINES = {0x8664: "x86_64", 0xAA64: "aarch64", 0x014C: "i686"}  # IMAGE_FILE_MACHINE_*, winnt.h


def adapters() -> list[dict[str, Any]]:
    """The values of every display adapter's driver key; of those that were removed, too."""
    return [values for _, values in _subkeys("HKEY_LOCAL_MACHINE", ADAPTERS)]


def gpus(found: Iterable[Mapping[str, Any]]) -> tuple[list[Gpu], str | None]:
    """Those adapters as GPUs, each once, and the version of NVIDIA's driver. Adapters of other makers are none."""
    listed: dict[tuple[str, str], Gpu] = {}
    driver: str | None = None
    for values in found:
        ids = str(values.get("MatchingDeviceId", "")).lower()
        maker = re.search(r"ven_([0-9a-f]{4})(?:&dev_([0-9a-f]{4}))?", ids)
        vendor = _VENDORS.get(maker.group(1)) if maker else None
        if vendor is None:
            continue
        size = _number(values.get("HardwareInformation.qwMemorySize"))
        name = str(values.get("DriverDesc") or f"{vendor} graphics")
        memory = size // 1024**2 if size and vendor != "intel" else None  # Intel's counts what it may borrow
        listed.setdefault((ids, name), Gpu(vendor, name, memory_mib=memory))
        if vendor == "nvidia":
            driver = nvidia_version(str(values.get("DriverVersion", ""))) or driver
    return list(listed.values()), driver


def nvidia_version(windows: str) -> str | None:
    """NVIDIA's own number in Windows' version of its driver: `560.94` for `32.0.15.6094`, the last five digits."""
    digits = "".join(windows.split(".")[-2:])[-5:]
    return f"{digits[:3]}.{digits[3:]}" if len(digits) == 5 and digits.isdigit() else None


def _number(value: Any) -> int | None:
    if isinstance(value, bytes):
        return int.from_bytes(value, "little")
    return value if isinstance(value, int) else None


def user_environment() -> dict[str, tuple[str, str]]:
    """Path and UV_* of the user's Environment key as they are stored, `%` and all, each with its kind."""
    found: dict[str, tuple[str, str]] = {}
    for name, value, kind in _values("HKEY_CURRENT_USER", "Environment"):
        if name.upper() == "PATH" or name.upper().startswith("UV_"):
            found[name] = (str(value), _KINDS.get(kind, str(kind)))
    return found


def new_environment() -> dict[str, str]:
    """What a program started from the Start menu finds: made of the registry, not of this process. Raises OSError."""
    if sys.platform != "win32":
        raise OSError(0, "there is no registry here")
    import ctypes
    from ctypes import wintypes

    kernel, advapi, userenv = (ctypes.WinDLL(name, use_last_error=True) for name in ("kernel32", "advapi32", "userenv"))
    kernel.GetCurrentProcess.restype = wintypes.HANDLE
    kernel.CloseHandle.argtypes = [wintypes.HANDLE]
    advapi.OpenProcessToken.argtypes = [wintypes.HANDLE, wintypes.DWORD, ctypes.POINTER(wintypes.HANDLE)]
    userenv.CreateEnvironmentBlock.argtypes = [ctypes.POINTER(ctypes.c_void_p), wintypes.HANDLE, wintypes.BOOL]
    userenv.DestroyEnvironmentBlock.argtypes = [ctypes.c_void_p]
    token, block = wintypes.HANDLE(), ctypes.c_void_p()
    token_query_duplicate = 0x000A
    if not advapi.OpenProcessToken(kernel.GetCurrentProcess(), token_query_duplicate, ctypes.byref(token)):
        raise ctypes.WinError(ctypes.get_last_error())
    try:
        if not userenv.CreateEnvironmentBlock(ctypes.byref(block), token, False) or block.value is None:
            raise ctypes.WinError(ctypes.get_last_error())
        found, at = {}, block.value
        while line := ctypes.wstring_at(at):
            name, _, value = line[1:].partition("=")
            found[line[0] + name] = value
            at += (len(line) + 1) * ctypes.sizeof(ctypes.c_wchar)
        userenv.DestroyEnvironmentBlock(block)
        return _with_own_path(found)
    finally:
        kernel.CloseHandle(token)


def _with_own_path(found: dict[str, str]) -> dict[str, str]:
    """The user's Path behind the machine's, where it is not there already: Windows joins the two, Wine does not."""
    own = next((value for name, (value, _) in user_environment().items() if name.upper() == "PATH"), "")
    name = next((name for name in found if name.upper() == "PATH"), "Path")
    if sys.platform == "win32" and own:
        import winreg

        expanded = winreg.ExpandEnvironmentStrings(own).strip(";")
        if expanded.upper() not in found.get(name, "").upper():
            found[name] = ";".join(filter(None, (found.get(name, "").rstrip(";"), expanded)))
    return found


def auto_run() -> str:
    """What every cmd runs first (the AutoRun value); conda's hook for cmd lies there."""
    values = _values("HKEY_CURRENT_USER", r"Software\Microsoft\Command Processor")
    return next((str(value) for name, value, _ in values if name.lower() == "autorun"), "")


def registered_pythons() -> list[str]:
    """The interpreters that the py launcher knows (PEP 514), the user's first."""
    found = []
    for hive in ("HKEY_CURRENT_USER", "HKEY_LOCAL_MACHINE"):
        for company, _ in _subkeys(hive, PYTHONS):
            if company == "PyLauncher":  # PEP 514: reserved
                continue
            for tag, _ in _subkeys(hive, rf"{PYTHONS}\{company}"):
                values = {n: v for n, v, _ in _values(hive, rf"{PYTHONS}\{company}\{tag}\InstallPath")}
                path = values.get("ExecutablePath") or (
                    values.get("") and str(values[""]).rstrip("\\") + r"\python.exe"
                )
                if path:
                    found.append(str(path))
    return found


def values(hive: str, key: str) -> dict[str, Any]:
    """The values of a key by name, none where it is missing or closed to this user."""
    return {name: value for name, value, _ in _values(hive, key)}


def is_server() -> bool:
    """Whether this is a Windows Server."""
    if sys.platform != "win32":
        return False
    return sys.getwindowsversion().product_type != 1


def edition() -> str:
    """`Windows 11`, `Windows 10`, `Windows Server 2022`. Windows 11 is told from 10 by its build, 22000 and later."""
    import platform

    release = platform.win32_ver()[0]
    if sys.platform == "win32":
        version = sys.getwindowsversion()
        if version.product_type == 1 and version.build >= 22000:  # 1: not a server
            release = "11"
    return f"Windows {release.replace('Server', ' Server ').strip()}".replace("  ", " ").strip()


def is_container() -> bool:
    """Whether this is a Windows container (the value ContainerType is there in those only)."""
    return any(
        name == "ContainerType" for name, _, _ in _values("HKEY_LOCAL_MACHINE", r"SYSTEM\CurrentControlSet\Control")
    )


def native_machine() -> str | None:
    """The processor itself, whatever this Python was built for; None where Windows does not tell (before 1709)."""
    if sys.platform != "win32":
        return None
    import ctypes

    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    if not hasattr(kernel, "IsWow64Process2"):
        return None
    process, native = ctypes.c_ushort(), ctypes.c_ushort()
    kernel.GetCurrentProcess.restype = ctypes.c_void_p
    kernel.IsWow64Process2.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p]
    done = kernel.IsWow64Process2(kernel.GetCurrentProcess(), ctypes.byref(process), ctypes.byref(native))
    return _MACHINES.get(native.value) if done else None


def _values(hive: str, key: str) -> Iterator[tuple[str, Any, int]]:
    """Name, value and kind of each value of a key; nothing where it is missing or closed to this user."""
    if sys.platform != "win32":
        return
    import winreg

    try:
        with winreg.OpenKey(getattr(winreg, hive), key) as opened:
            for number in range(winreg.QueryInfoKey(opened)[1]):
                yield winreg.EnumValue(opened, number)
    except OSError:
        return


def _subkeys(hive: str, key: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each key below, with its values by name."""
    if sys.platform != "win32":
        return
    import winreg

    try:
        with winreg.OpenKey(getattr(winreg, hive), key) as opened:
            names = [winreg.EnumKey(opened, number) for number in range(winreg.QueryInfoKey(opened)[0])]
    except OSError:
        return
    for name in names:
        yield name, {n: v for n, v, _ in _values(hive, rf"{key}\{name}")}
