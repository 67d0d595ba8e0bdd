"""Processes and their trees: psutil's where it loads, else what plain Python finds out (bare_processes). One set of names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.machine import native

if TYPE_CHECKING or native.psutil() is not None:
    from psutil import STATUS_ZOMBIE, AccessDenied, Error, NoSuchProcess, Process, pid_exists, wait_procs
else:
    from wizard.machine.bare_processes import (
        STATUS_ZOMBIE,
        AccessDenied,
        Error,
        NoSuchProcess,
        Process,
        pid_exists,
        wait_procs,
    )

__all__ = ["STATUS_ZOMBIE", "AccessDenied", "Error", "NoSuchProcess", "Process", "pid_exists", "wait_procs"]
