"""Hosts to reach by SSH: each a network namespace of this machine with an sshd, a home and made-up GPUs of its own. As root."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support import sshd

NET = "10.213"
"""Host N has the address 10.213.N.2, and this machine 10.213.N.1 on the other end of its line."""
PATIENCE_S = 30.0
_PROFILE = """export PATH="$HOME/bin:/usr/local/bin:/usr/bin:/bin"
export UV_PYTHON_DOWNLOADS=never
{more}
echo a profile that talks
"""
_SMI = """#!/bin/sh
case "$*" in
  *compute_cap*) {rows} ;;
  *) echo "{driver}" ;;
esac
"""


def missing() -> str:
    """Why there can be none here, "" where there can."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "namespaces are made by root on Linux"
    lacking = sshd.lacking("ip", "unshare")
    if lacking:
        return f"not installed: {', '.join(lacking)}"
    tried = subprocess.run(["unshare", "--net", "--mount", "--pid", "--fork", "true"], capture_output=True, check=False)
    return "" if tried.returncode == 0 else "this machine lets nobody make namespaces"


@dataclass
class Host:
    """`gpus`: rows of nvidia-smi (name, MiB, driver, capability); `home_mib`: the home is a disk of that size; `way_out`:
    whether it reaches more than its neighbour; `python`: whether it has one that is new enough; `profile`: more lines.
    """

    name: str
    number: int
    folder: Path
    gpus: tuple[str, ...] = ()
    home_mib: int | None = None
    way_out: bool = True
    python: bool = True
    profile: str = ""
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def address(self) -> str:
        return f"{NET}.{self.number}.2"

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def line(self) -> str:
        """This machine's end of its network line."""
        return f"uvwt{self.number}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self, keys: Path, uv: Path) -> None:
        """The home, the namespaces, the sshd; returns when it takes a connection."""
        self._fill(uv)
        (self.folder / "sshd").write_text(sshd.configuration(keys, 22, "0.0.0.0", "Subsystem sftp internal-sftp"))
        (self.folder / "passwd").write_text(
            f"root:x:0:0:root:{self.home}:/bin/bash\nsshd:x:100:65534::/run/sshd:/usr/sbin/nologin\n"
        )
        # one after the other: the namespace waits until its end of the line is there
        lines = [
            "set -eu",
            f'mount --bind "{self.folder}/passwd" /etc/passwd',
            f"hostname {self.name}",
            *self._without_python(),
            *([f'mount -t tmpfs -o size={self.home_mib}m none "{self.home}"'] if self.home_mib else []),
            "until ip link show eth0 >/dev/null 2>&1; do sleep 0.05; done",
            "ip link set lo up",
            f"ip address add {self.address}/30 dev eth0",
            "ip link set eth0 up",
            *([f"ip route add default via {NET}.{self.number}.1"] if self.way_out else []),
            f'exec {sshd.SSHD} -D -E "{self.folder}/sshd.log" -f "{self.folder}/sshd"',
        ]
        unshare = ["unshare", "--net", "--mount", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc"]
        with (self.folder / "start.log").open("wb") as log:
            self._process = subprocess.Popen(
                [*unshare, "sh", "-c", "\n".join(lines)], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        peer = f"{self.line}p"
        _ip("link", "add", self.line, "type", "veth", "peer", "name", peer)
        wait_for(self._namespaced, f"{self.name} has no namespace of its own")
        _ip("link", "set", peer, "netns", str(self.pid), "name", "eth0")
        _ip("address", "add", f"{NET}.{self.number}.1/30", "dev", self.line)
        _ip("link", "set", self.line, "up")
        wait_for(lambda: self._answers(keys), f"{self.name} takes no connection: {self._said()}")

    def _fill(self, uv: Path) -> None:
        (self.home / "bin").mkdir(parents=True)
        (self.home / ".profile").write_text(_PROFILE.format(more=self.profile))
        (self.home / "bin" / "uv").symlink_to(uv)
        if self.gpus:
            smi = self.home / "bin" / "nvidia-smi"
            rows = "; ".join(f'echo "{row}"' for row in self.gpus)
            smi.write_text(_SMI.format(rows=rows, driver=self.gpus[0]))
            smi.chmod(0o755)

    def _without_python(self) -> Iterator[str]:
        if not self.python:
            old = self.folder / "old-python"
            old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.6.8\nexit 1\n')
            old.chmod(0o755)
            for folder in (Path("/usr/bin"), Path("/usr/local/bin")):
                for path in folder.glob("python3*"):
                    yield f'mount --bind "{old}" "{path}"'

    def _namespaced(self) -> bool:
        try:
            return os.readlink(f"/proc/{self.pid}/ns/net") != os.readlink("/proc/self/ns/net")
        except OSError:
            return False

    def _answers(self, keys: Path) -> bool:
        argv = ["ssh", "-i", str(keys / "user"), *sshd.OPTIONS, f"root@{self.address}", "true"]
        return subprocess.run(argv, capture_output=True, stdin=subprocess.DEVNULL, check=False).returncode == 0

    def _said(self) -> str:
        logs = (self.folder / name for name in ("start.log", "sshd.log"))
        return " ".join(log.read_text("utf-8", "replace")[-400:] for log in logs if log.exists())

    def die(self) -> None:
        """As when its power goes: the line first, so that nobody hears of it."""
        subprocess.run(["ip", "link", "delete", self.line], capture_output=True, check=False)
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


def wait_for(holds: Callable[[], bool], complaint: str, seconds: float = PATIENCE_S) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, complaint
        time.sleep(0.05)


@contextmanager
def running(hosts: list[Host], keys: Path, uv: Path) -> Iterator[None]:
    """All of them, until the end. One fleet at a time on this machine: their lines have names and addresses of their own."""
    import fcntl  # what needs hosts skips on Windows, and is gathered there too

    with Path(tempfile.gettempdir(), "uv-wizard-test-fleet.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        try:
            for host in hosts:
                host.start(keys, uv)
            yield
        finally:
            for host in hosts:
                host.die()
