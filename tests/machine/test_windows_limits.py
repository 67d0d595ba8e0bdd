"""Long paths and PowerShell's execution policy, from the registry as Windows has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from wizard import diagnosis
from wizard.diagnosis import Context
from wizard.machine.windows_limits import FILE_SYSTEM, MACHINE, OWN, POLICIES, USER, findings

pytestmark = pytest.mark.same_everywhere
Keys = Mapping[tuple[str, str], Mapping[str, Any]]


def causes(keys: Keys, *, server: bool = False) -> list[str]:
    return [one.cause for one in findings(lambda hive, key: keys.get((hive, key), {}), server=server)]


LONG: Keys = {(MACHINE, FILE_SYSTEM): {"LongPathsEnabled": 1}}


@pytest.mark.parametrize(
    "keys, server, expected",
    [
        ({}, False, ["path-too-long", "activate-blocked"]),
        ({}, True, ["path-too-long"]),
        ({(MACHINE, FILE_SYSTEM): {"LongPathsEnabled": 0}}, True, ["path-too-long"]),
        (LONG, True, []),
        ({**LONG, (USER, OWN): {"ExecutionPolicy": "RemoteSigned"}}, False, []),
        ({**LONG, (USER, OWN): {"ExecutionPolicy": "Undefined"}}, False, ["activate-blocked"]),
        ({**LONG, (MACHINE, OWN): {"ExecutionPolicy": "Bypass"}}, False, []),
        ({**LONG, (USER, OWN): {"ExecutionPolicy": "AllSigned"}, (MACHINE, OWN): {"ExecutionPolicy": "Bypass"}}, True,
         ["activate-blocked"]),
        ({**LONG, (MACHINE, POLICIES): {"EnableScripts": 0}, (USER, OWN): {"ExecutionPolicy": "Bypass"}}, True,
         ["activate-blocked"]),
        ({**LONG, (USER, POLICIES): {"EnableScripts": 1, "ExecutionPolicy": "RemoteSigned"}}, False, []),
    ],
)  # fmt: skip
def test_what_stops_newcomers(keys: Keys, server: bool, expected: list[str]) -> None:
    assert causes(keys, server=server) == expected


def test_long_paths_come_with_their_fix() -> None:
    fixes = diagnosis.of("path-too-long", (), Context(phase="machine", os="windows")).fixes
    commands = [argv for fix in fixes for argv in fix.commands or ()]
    assert any("LongPathsEnabled" in argv for argv in commands)
    assert any((fix.choices or {}).get("settings.cache-dir") for fix in fixes)
