"""Windows' processes and disks by ctypes, where psutil does not load. Empty on every other system."""

from __future__ import annotations

import sys
from collections.abc import Iterator

_SNAP_PROCESSES = 0x2
_QUERY_LIMITED = 0x1000
_TO_1970_S = 11_644_473_600
"""A FILETIME counts from 1601, in steps of 100 ns."""
_REMOTE, _NO_ROOT = 4, 1


def processes() -> Iterator[tuple[int, int, float, str]]:
    """pid, parent's pid, when it began (seconds since 1970; 0 where that is not told), name of its program."""
    if sys.platform != "win32":
        return
    import ctypes
    from ctypes import wintypes

    class Entry(ctypes.Structure):
        _fields_ = (
            ("size", wintypes.DWORD),
            ("usage", wintypes.DWORD),
            ("pid", wintypes.DWORD),
            ("heap", ctypes.c_size_t),
            ("module", wintypes.DWORD),
            ("threads", wintypes.DWORD),
            ("parent", wintypes.DWORD),
            ("priority", wintypes.LONG),
            ("flags", wintypes.DWORD),
            ("name", wintypes.WCHAR * 260),
        )

    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.CreateToolhelp32Snapshot.restype = wintypes.HANDLE
    kernel.CreateToolhelp32Snapshot.argtypes = (wintypes.DWORD, wintypes.DWORD)
    for one in (kernel.Process32FirstW, kernel.Process32NextW):
        one.argtypes = (wintypes.HANDLE, ctypes.POINTER(Entry))
    kernel.CloseHandle.argtypes = (wintypes.HANDLE,)
    snapshot = kernel.CreateToolhelp32Snapshot(_SNAP_PROCESSES, 0)
    entry = Entry(size=ctypes.sizeof(Entry))
    more = kernel.Process32FirstW(snapshot, ctypes.byref(entry))
    while more:
        yield int(entry.pid), int(entry.parent), _born(int(entry.pid)), str(entry.name)
        more = kernel.Process32NextW(snapshot, ctypes.byref(entry))
    kernel.CloseHandle(snapshot)


def _born(pid: int) -> float:
    if sys.platform != "win32":
        return 0.0
    import ctypes
    from ctypes import wintypes

    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.OpenProcess.restype = wintypes.HANDLE
    kernel.OpenProcess.argtypes = (wintypes.DWORD, wintypes.BOOL, wintypes.DWORD)
    kernel.GetProcessTimes.argtypes = (wintypes.HANDLE, *[ctypes.POINTER(wintypes.FILETIME)] * 4)
    kernel.CloseHandle.argtypes = (wintypes.HANDLE,)
    handle = kernel.OpenProcess(_QUERY_LIMITED, 0, pid)
    if not handle:
        return 0.0
    times = [wintypes.FILETIME() for _ in range(4)]
    told = kernel.GetProcessTimes(handle, *map(ctypes.byref, times))
    kernel.CloseHandle(handle)
    began = times[0]
    return ((began.dwHighDateTime << 32) + began.dwLowDateTime) / 1e7 - _TO_1970_S if told else 0.0


def disks() -> Iterator[tuple[str, str, str]]:
    """Root of each drive, its filesystem in small letters ("" where it can't be read), its options."""
    if sys.platform != "win32":
        return
    import ctypes

    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    drives = kernel.GetLogicalDrives()
    for number in range(26):
        root = f"{chr(ord('A') + number)}:\\"
        kind = kernel.GetDriveTypeW(ctypes.c_wchar_p(root)) if drives >> number & 1 else _NO_ROOT
        if kind == _NO_ROOT:
            continue
        name = ctypes.create_unicode_buffer(261)
        told = kernel.GetVolumeInformationW(ctypes.c_wchar_p(root), None, 0, None, None, None, name, len(name))
        yield root, name.value if told else "", "remote" if kind == _REMOTE else "fixed"
