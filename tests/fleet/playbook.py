"""The exported playbook, run by an ansible-core from the package index against hosts of tests/fleet/hosts.py."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.fleet.hosts import Host
from tests.support import sshd
from tests.support.command import ROOT

_REAL = dict(os.environ)
"""Before the tests' own homes: which package index this machine uses."""
ANSIBLE = "ansible-core>=2.17,<3"
_RECAP = re.compile(r"^(\S+)\s+: ok=\d+\s+changed=(\d+)\s+unreachable=(\d+)\s+failed=(\d+)", re.MULTILINE)


def ansible(folder: Path, *more: str) -> Path:
    """The folder of ansible-playbook; UV_WIZARD_TEST_ANSIBLE names one that is there already."""
    named = _REAL.get("UV_WIZARD_TEST_ANSIBLE")
    if named:
        return Path(named) / "bin"
    subprocess.run([sys.executable, "-m", "venv", os.fspath(folder)], check=True, env=_REAL)
    argv = [os.fspath(folder / "bin" / "python"), "-m", "pip", "install", "-q", ANSIBLE, *more]
    subprocess.run(argv, check=True, env=_REAL, stdin=subprocess.DEVNULL)
    return folder / "bin"


def one_file(folder: Path) -> Path:
    """uv-wizard.pyz as tools/one_file.py makes it; UV_WIZARD_TEST_ONE_FILE names one that is there already."""
    named = _REAL.get("UV_WIZARD_TEST_ONE_FILE")
    if named:
        return Path(named)
    tool = ROOT / "tools" / "one_file.py"
    target = folder / "uv-wizard.pyz"
    subprocess.run([sys.executable, os.fspath(tool), os.fspath(target)], check=True, env=_REAL, cwd=ROOT)
    return target


@dataclass(frozen=True)
class Playbook:
    """The exported tree, the one who runs it, and its results."""

    folder: Path
    programs: Path
    keys: Path

    @property
    def results(self) -> Path:
        return self.folder / "results"

    def inventory(self, hosts: list[Host], more: str = "") -> None:
        """`more`: further lines below the hosts."""
        lines = [f"{one.name} ansible_host={one.address} ansible_user=root" for one in hosts]
        (self.folder / "hosts.ini").write_text("\n".join(["[gpu]", *lines, more]) + "\n")

    def environment(self) -> dict[str, str]:
        quick = ("-o", "ServerAliveInterval=1", "-o", "ServerAliveCountMax=4")
        return {
            **os.environ,
            "PATH": f"{self.programs}{os.pathsep}{os.environ['PATH']}",
            "ANSIBLE_HOME": os.fspath(self.folder / "ansible-home"),
            "ANSIBLE_SSH_ARGS": " ".join((*sshd.OPTIONS, *quick)),
            "ANSIBLE_PRIVATE_KEY_FILE": os.fspath(self.keys / "user"),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_FORCE_COLOR": "0",
        }

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [os.fspath(self.programs / "ansible-playbook"), "fleet.yml", *words],
            cwd=self.folder,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )

    def run(self, *words: str) -> str:
        """What it printed."""
        with self.start(*words) as child:
            return child.communicate(timeout=600)[0]


def recap(printed: str) -> dict[str, tuple[int, int, int]]:
    """changed, unreachable, failed of each host."""
    return {name: (int(a), int(b), int(c)) for name, a, b, c in _RECAP.findall(printed)}
