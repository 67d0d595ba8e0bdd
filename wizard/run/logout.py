"""Hosts that end a user's processes at log-out: a shelter where there is one, else a warning before the run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from wizard.language import said

LIMIT_S = 2.0


def shelter() -> tuple[tuple[str, ...], str | None]:
    """Words to put before a command so that it outlives the log-out, and a warning where it won't.

    logind with KillUserProcesses ends the session's scope: a scope of the user's own manager outlives it, as long as
    that manager does (lingering). A Slurm step ends with its job whatever we do.
    """
    if "SLURM_JOB_ID" in os.environ:
        return (), _warning(said("it is a Slurm job"))
    if sys.platform != "linux" or not _in_session() or not _kills():
        return (), None
    if _says("loginctl", "show-user", str(os.getuid()), "--property=Linger", "--value") != "yes":
        return (), _warning(said("KillUserProcesses of logind; 'loginctl enable-linger' would change that"))
    prefix = ("systemd-run", "--user", "--scope", "--quiet", "--collect")
    if shutil.which(prefix[0]) and _says(*prefix, "true") is not None:
        return prefix, None
    return (), _warning(said("KillUserProcesses of logind, and systemd-run is not allowed"))


def _warning(why: str) -> str:
    return said(
        "this host ends your processes when you log out ({why}); keep this session open until the run is over", why=why
    )


def _in_session() -> bool:
    try:
        return "/session-" in Path("/proc/self/cgroup").read_text("utf-8", "replace")
    except OSError:
        return False


def _kills() -> bool:
    manager = ("org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager")
    return _says("busctl", "get-property", *manager, "KillUserProcesses") == "b true"


def _says(*argv: str) -> str | None:
    """What a command prints, None where it can't be run or fails."""
    try:
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else None
