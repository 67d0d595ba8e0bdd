"""What a run was told of its machine, and what it sees for itself, for a diagnosis."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from wizard.diagnosis import Context
from wizard.machine.facts import Filesystem, Machine
from wizard.machine.request import own_os


def handed(machine: Machine) -> dict[str, Any]:
    """Of a machine, what a run has to know, for the job's `context`."""
    return {
        "home": machine.home,
        "user": machine.user,
        "cache": machine.folders.get("cache"),
        "filesystems": [asdict(one) for one in machine.filesystems or ()],
    }


def context(told: Mapping[str, Any], environment: Mapping[str, str], exit_code: int | None = None) -> Context:
    """`told`: the job's context; `environment`: of the command that failed."""
    said: Mapping[str, Any] = told.get("machine") or {}
    instead: Mapping[str, Any] = told.get("stand_ins") or {}
    machine = Machine(
        os=own_os(),
        home=said.get("home"),
        user=said.get("user"),
        folders={"cache": said["cache"]} if said.get("cache") else {},
        filesystems=tuple(_now(Filesystem(**one)) for one in said.get("filesystems") or ()) or None,
    )
    return Context(
        registries=tuple(told.get("registries") or ()),
        default_index=environment.get("UV_DEFAULT_INDEX"),
        environment=environment,
        machine=machine,
        os=machine.os,
        exit_code=exit_code,
        phase="sync",
        choices=told.get("choices") or {},
        has_lock=os.path.exists(told["lock"]) if told.get("lock") else None,
        exists=os.path.lexists,
        python_here=instead.get("python"),
        python_in_file=instead.get("python_in_file") is True,
        uv_here=instead.get("uv") is True,
    )


def _now(one: Filesystem) -> Filesystem:
    """With the room that it has by now."""
    try:
        return replace(one, free_bytes=shutil.disk_usage(one.mount).free, purposes=tuple(one.purposes))
    except OSError:
        return replace(one, purposes=tuple(one.purposes))
