r"""Two limits of Windows that stop newcomers: paths of 260 characters, and scripts that PowerShell does not run.

Sources: "Maximum Path Length Limitation" and about_Execution_Policies of Microsoft's documentation. LongPathsEnabled and
policies are in the registry; PowerShell itself is not asked, it takes a second to start.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from wizard.machine.facts import MachineFinding
from wizard.machine.telling import finding

FILE_SYSTEM = r"SYSTEM\CurrentControlSet\Control\FileSystem"
POLICIES = r"Software\Policies\Microsoft\Windows\PowerShell"
OWN = r"Software\Microsoft\PowerShell\1\ShellIds\Microsoft.PowerShell"
MACHINE, USER = "HKEY_LOCAL_MACHINE", "HKEY_CURRENT_USER"
BLOCKING = frozenset({"restricted", "allsigned"})


class Registry(Protocol):
    """Reads a key: its values by name, none where it is missing."""

    def __call__(self, hive: str, key: str) -> Mapping[str, Any]:
        """The values of that key."""


def findings(read: Registry, *, server: bool) -> Iterator[MachineFinding]:
    """What those limits mean here. `server`: a Windows Server, whose default policy lets local scripts run."""
    if not long_paths(read):
        yield finding("path-too-long", [rf"{MACHINE}\{FILE_SYSTEM}\LongPathsEnabled is not 1"])
    policy, place = execution_policy(read, server=server)
    if policy.lower() in BLOCKING:
        yield finding("activate-blocked", [f"{place}: {policy}"], policy=policy)


def long_paths(read: Registry) -> bool:
    """Whether Windows lets programs that ask for it go past 260 characters, as uv and Python do."""
    return read(MACHINE, FILE_SYSTEM).get("LongPathsEnabled") == 1


def execution_policy(read: Registry, *, server: bool) -> tuple[str, str]:
    """(the policy of Windows PowerShell for a new window, where it is set): the administrator's word first."""
    for hive in (MACHINE, USER):
        values = read(hive, POLICIES)
        if values.get("EnableScripts") == 0:
            return "Restricted", rf"{hive}\{POLICIES}"
        if values.get("EnableScripts") == 1 and values.get("ExecutionPolicy"):
            return str(values["ExecutionPolicy"]), rf"{hive}\{POLICIES}"
    for hive in (USER, MACHINE):
        found = str(read(hive, OWN).get("ExecutionPolicy") or "Undefined")
        if found.lower() != "undefined":
            return found, rf"{hive}\{OWN}"
    return ("RemoteSigned" if server else "Restricted"), "Windows' default"
