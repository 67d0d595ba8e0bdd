"""How the one who leads a fleet fares as it grows: made-up hosts, up to 500, each with facts of its own.

    .venv/bin/python benchmarks/fleet.py [--hosts 100 200 500] [--ansible FOLDER/bin]

Three parts, each in processes of its own, so that memory is that part's:

- plan: facts as a host would send them, a plan for each (what `plan --machine` does);
- report: a record of each host read, one table and one page made of them (what `report DIR --save` does);
- ansible, where `--ansible` names the folder of ansible-playbook: the exported playbook against an sshd of its own with an
  address for each host, and a stand-in for the one file that answers at once. What is measured is the controller: the
  processor's time of ansible-playbook and its children (ssh), and the largest of them; not what runs on the hosts.

Told for each number of hosts: seconds, milliseconds a host, MiB at the most; and how both grew against the hosts. Exits 1
where time or memory of the first two grow more than 1.3 times as fast as the hosts.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPO = Path(__file__).resolve().parent.parent
LIMIT = 1.3
GPUS = (
    ("NVIDIA GeForce RTX 3090", "8.6", 24576, "550.54.14", 1),
    ("NVIDIA H100 80GB HBM3", "9.0", 81559, "580.95.05", 8),
    ("NVIDIA GeForce RTX 5090", "12.0", 32607, "595.10", 2),
    ("Tesla V100-SXM2-32GB", "7.0", 32768, "535.183.01", 4),
    ("NVIDIA A100-SXM4-80GB", "8.0", 81920, "570.86.10", 4),
)
"""Five kinds of servers: name, compute capability, MiB, driver, how many in one."""
ONE_FILE = """import json, sys
words = sys.argv[1:]
kind = words[0] if words else ""
facts, plan, ended = json.load(open({made!r}))
if kind == "doctor":
    print(json.dumps(facts))
elif kind == "plan":
    print(json.dumps(plan))
elif kind == "apply":
    json.dump(ended, open(words[words.index("--save") + 1], "w"))
elif kind == "report":
    print("told")
"""


NOISE_S = 0.05
"""Seconds of the processor below which one start of Python differs from the next as much."""


@dataclass(frozen=True)
class Measured:
    """Seconds of the processor, and MiB of the largest process."""

    hosts: int
    seconds: float
    mib: float


def facts(number: int) -> dict[str, Any]:
    """A doctor document, as large as a real one."""
    name, capability, memory, driver, count = GPUS[number % len(GPUS)]
    gpu = {"vendor": "nvidia", "name": name, "compute_capability": capability, "memory_mib": memory}
    disks = [{"mount": mount, "type": "ext4", "free_bytes": 10**11 + number, "total_bytes": 10**12, "network": False,
              "hardlinks": True, "reflinks": False} for mount in ("/", "/home", "/scratch")]  # fmt: skip
    machine = {"os": "linux", "arch": "x86_64", "libc": {"name": "glibc", "version": "2.35"}, "gpus": [gpu] * count,
               "nvidia_driver": driver, "in_container": False, "wsl": False, "ssh": True, "shell": "bash",
               "uv": [{"path": "/usr/local/bin/uv", "version": "0.13.8", "how": "standalone"}],
               "pythons": [{"path": f"/usr/bin/python3.{minor}", "version": f"3.{minor}.1"} for minor in (10, 11, 12)],
               "filesystems": disks}  # fmt: skip
    reasons = [{"choice": "torch.variant", "value": "cu126", "why": "The driver runs CUDA 12. " * 8}] * 6
    return {
        "schema": 1,
        "machine": machine,
        "project": None,
        "advice": {"choices": {}, "reasons": reasons},
        "findings": [],
    }


def result(number: int) -> dict[str, Any]:
    """How a run ended, one in ten badly."""
    checks = [{"id": f"check{one}", "title": "Something that is looked at", "ok": True, "value": "yes", "detail": None,
               "seconds": 0.1, "required": True} for one in range(14)]  # fmt: skip
    well = number % 10 != 0
    verify = {
        "schema": 1,
        "ok": well,
        "torch": {"version": "2.14.1+cu126", "cuda": "12.6"},
        "devices": [],
        "checks": checks,
    }
    cause = {"cause": "driver-too-old", "title": "The driver is too old", "explanation": "It is. " * 20,
             "evidence": ["said so"] * 3, "fixes": [{"title": "Ask for a newer one", "commands": None}]}  # fmt: skip
    return {"exit_code": 0 if well else 3, "changes": [f"package{one} 1.0 installed" for one in range(60)], "verify": verify,
            "diagnosis": None if well else cause}  # fmt: skip


def plans(count: int, project: str) -> None:
    """A plan for each host."""
    from wizard.choices import Choices
    from wizard.machine.facts_file import from_document
    from wizard.plan.step import document
    from wizard.way import Way

    chosen = Choices().with_values("set", {"torch.variant": "auto"})
    for number in range(count):
        way = Way(project, choices=chosen, machine=from_document(facts(number)))
        json.dumps(document(way.plan()))


def reports(count: int, folder: str) -> None:
    """A table and a page of all of them."""
    from wizard.cli.report import lines
    from wizard.fleet.page import page
    from wizard.fleet.read import read

    fleet = read(folder)
    if len(fleet.rows) != count:
        raise SystemExit(f"{len(fleet.rows)} rows of {count}")
    "\n".join(lines(fleet))
    page(fleet)


def project(folder: Path) -> Path:
    """The one that the tests have: torch of the package index, nothing to fetch."""
    from tests.support.torch_project import make_torch_project

    folder.mkdir()
    return make_torch_project(folder)


def records(folder: Path, count: int) -> Path:
    """What the role leaves for so many hosts."""
    folder.mkdir()
    names = [f"gpu{number:03}" for number in range(count)]
    (folder / "fleet.json").write_text(json.dumps({"schema": 1, "run": "r", "hosts": names}))
    for number, name in enumerate(names):
        record = {"schema": 1, "host": name, "run": "r", "stage": "result", "ended": "done", "facts": facts(number),
                  "result": result(number)}  # fmt: skip
        (folder / f"{name}.json").write_text(json.dumps(record))
    return folder


def spent(argv: Sequence[str], hosts: int, cwd: Path, env: dict[str, str] | None = None) -> Measured:
    """The command to its end. Raises where it fails."""
    child = subprocess.Popen(argv, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{argv[:4]} ended with {child.returncode}")
    return Measured(hosts, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def own(part: str, count: int, folder: Path) -> Measured:
    """That part in a process of its own, the best of three: what else the machine does only adds."""
    env = {**os.environ, "PYTHONPATH": os.fspath(REPO), "UV_WIZARD_STATE_DIR": os.fspath(folder.parent / "state")}
    argv = [sys.executable, __file__, "--part", part, "--count", str(count), "--folder", os.fspath(folder)]
    return min((spent(argv, count, REPO, env) for _ in range(3)), key=lambda one: one.seconds)


def tell(part: str, found: Sequence[Measured]) -> bool:
    """A line for each; whether the growth is that of the hosts, the start of a process left out."""
    print(f"\n{part}")
    for one in found:
        each = 1000 * one.seconds / max(1, one.hosts)
        print(f"  {one.hosts:4} hosts  {one.seconds:8.2f} s  {each:8.1f} ms a host  {one.mib:7.1f} MiB")
    if len(found) < 3:
        return True
    nothing, first, last = found[0], found[1], found[-1]
    hosts = last.hosts / first.hosts
    seconds = (last.seconds - nothing.seconds) / max(first.seconds - nothing.seconds, NOISE_S)
    more = max(first.mib - nothing.mib, 1.0)
    mib = max(last.mib - nothing.mib, 1.0) / more
    print(
        f"  {hosts:.1f} times the hosts: {seconds:.1f} times the time, {mib:.1f} times the memory above an empty start"
    )
    return seconds <= LIMIT * hosts and mib <= LIMIT * hosts


def ansible(programs: Path, counts: Sequence[int], base: Path) -> list[Measured]:
    """The playbook against so many hosts that are this machine."""
    from wizard.export.ansible import made
    from wizard.way import Way

    way = Way(os.fspath(project(base / "fleet-project")))
    made_up = base / "answers.json"
    plan = {"schema": 1, "steps": [{"id": "sync", "summary": "", "commands": [], "files": []}], "changes": True,
            "secrets_missing": []}  # fmt: skip
    made_up.write_text(json.dumps([facts(1), plan, result(1)]))
    one_file = base / "uv-wizard.pyz"
    with zipfile.ZipFile(one_file, "w") as archive:
        archive.writestr("__main__.py", ONE_FILE.format(made=os.fspath(made_up)))
    if way.project is None:
        raise SystemExit("there is no project")
    exported = made(way.machine, way.project, way.choices, one_file, os.fspath(base / "fleet"))
    for file in exported.files:
        Path(file.path).parent.mkdir(parents=True, exist_ok=True)
        Path(file.path).write_bytes(file.after or b"")
    for copy in exported.copies:
        Path(copy.path).write_bytes(Path(copy.source).read_bytes())
    found = []
    options = "-F none -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o ControlMaster=auto -o ControlPersist=60s"
    env = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "HOME": os.fspath(base),
           "ANSIBLE_SSH_ARGS": options, "ANSIBLE_PRIVATE_KEY_FILE": os.fspath(base / "user"),
           "ANSIBLE_HOME": os.fspath(base / "ansible")}  # fmt: skip
    with listening(base) as port:
        for count in counts:
            lines = [f"host{number} ansible_host=127.{1 + number // 250}.{count % 250}.{1 + number % 250} ansible_port={port} "
                     f"uv_wizard_folder={base}/h{count}/{number} uv_wizard_project={base}/h{count}/{number}/p"
                     for number in range(count)]  # fmt: skip
            (base / "fleet" / "hosts.ini").write_text("\n".join(lines) + "\n")
            begin = time.monotonic()
            argv = [os.fspath(programs / "ansible-playbook"), "fleet.yml", "-e", "uv_wizard_least_mib=1"]
            found.append(spent(argv, count, base / "fleet", env))
            print(f"  {count} hosts: {time.monotonic() - begin:.0f} s on the clock", flush=True)
    return found


@contextmanager
def listening(base: Path) -> Iterator[int]:
    """An sshd that takes this user on every loopback address; its port."""
    for name in ("host", "user"):
        argv = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", os.fspath(base / name)]
        subprocess.run(argv, check=True, stdin=subprocess.DEVNULL)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    Path("/run/sshd").mkdir(exist_ok=True)
    (base / "sshd").write_text(
        f"Port {port}\nListenAddress 0.0.0.0\nHostKey {base}/host\nAuthorizedKeysFile {base}/user.pub\nStrictModes no\n"
        "PidFile none\nPermitRootLogin yes\nMaxStartups 1000\nMaxSessions 100\nSubsystem sftp internal-sftp\n"
    )
    program = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/usr/bin") or "sshd"
    child = subprocess.Popen([program, "-D", "-f", os.fspath(base / "sshd")], stdin=subprocess.DEVNULL)
    try:
        time.sleep(0.5)
        yield port
    finally:
        child.terminate()
        child.wait()


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--hosts", nargs="+", type=int, default=[100, 200, 500])
    parser.add_argument("--ansible", type=Path)
    parser.add_argument("--part", choices=("plan", "report"))
    parser.add_argument("--count", type=int)
    parser.add_argument("--folder")
    asked = parser.parse_args()
    if asked.part:
        {"plan": plans, "report": reports}[asked.part](asked.count, asked.folder)
        return 0
    sys.path.insert(0, os.fspath(REPO))
    with tempfile.TemporaryDirectory() as made:
        base = Path(made)
        if asked.ansible:
            tell("ansible, the controller", ansible(asked.ansible, asked.hosts, base))
            return 0
        counts = [1, *asked.hosts]
        place = project(base / "project")
        well = tell("plan", [own("plan", count, place) for count in counts])
        reported = [own("report", count, records(base / f"r{count}", count)) for count in counts]
        return 0 if tell("report", reported) and well else 1


if __name__ == "__main__":
    sys.exit(main())
