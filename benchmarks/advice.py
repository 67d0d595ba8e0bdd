"""How fast the advice on torch and the audit of a lock are.

    python benchmarks/advice.py

Prints the time for the advice for 10,000 made-up machines with as many projects, and for the audit of a lock of 1000
packages, from the file on the disk to the findings (with tomli), beside five million small values in plain Python in the
same run. Exits 1 where a ratio is missed: 1.6 and 0.6, about 1 s and 0.5 s where plain Python takes 0.7 s.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from wizard.advice.torch import advise
from wizard.advice.torch_audit import audit
from wizard.machine.facts import Gpu, Libc, Machine
from wizard.project.facts import Project, TorchFacts
from wizard.project.read import read_project

MACHINES, PACKAGES = 10_000, 1000
CAPABILITIES = ("3.7", "5.2", "6.1", "7.0", "7.5", "8.0", "8.6", "8.7", "8.9", "9.0", "10.0", "11.0", "12.0", "12.1")
DRIVERS = ("450.80.02", "470.82.01", "525.60.13", "550.54.14", "570.26", "575.57.08", "580.65.06", "595.71.05", None)
TARGETS = ("gfx906", "gfx90a", "gfx942", "gfx1031", "gfx1100", "gfx1151", "gfx1201")
REQUIREMENTS = (None, ">=2.0", ">=2.9", "==2.15.0", "==2.9.1", "~=2.7", "==2.1.0+cu118", "<2.6", ">=2.6,<2.12")
PYTHONS = (None, ">=3.9", ">=3.10", ">=3.11,<3.14", "==3.12.*", ">=3.15")
RTX = Machine(os="linux", arch="x86_64", libc=Libc("glibc", "2.35"), nvidia_driver="550.54.14",
              gpus=(Gpu("nvidia", "RTX 3090", "8.6"),))  # fmt: skip


def machine(chance: random.Random) -> Machine:
    """Of any kind."""
    system = chance.choice(("linux", "linux", "linux", "windows", "macos"))
    gpus = [Gpu("nvidia", "N", chance.choice(CAPABILITIES)) for _ in range(chance.choice((0, 1, 1, 1, 2, 4)))]
    if chance.random() < 0.2:
        gpus.append(Gpu("amd", "A", gfx=chance.choice(TARGETS)))
    return Machine(
        os=system,  # type: ignore[arg-type]
        arch=chance.choice(("x86_64", "x86_64", "x86_64", "aarch64")),
        libc=Libc("glibc", chance.choice(("2.17", "2.28", "2.31", "2.35", "2.39"))) if system == "linux" else None,
        gpus=tuple(gpus),
        nvidia_driver=chance.choice(DRIVERS),
        wsl=chance.random() < 0.1,
    )


def project(chance: random.Random) -> Project:
    """That asks for any torch."""
    facts = TorchFacts(True, chance.choice(REQUIREMENTS), None, None, None)
    return Project("/p", requires_python=chance.choice(PYTHONS), torch=facts)


def advice_s(seed: int) -> float:
    """Seconds for all of them, with everything that `uv-wizard torch` tells."""
    chance = random.Random(seed)  # noqa: S311 - made-up machines
    pairs = [(machine(chance), project(chance)) for _ in range(MACHINES)]
    start = time.perf_counter()
    for here, asked in pairs:
        advise(here, asked)
    return time.perf_counter() - start


def lock_text() -> str:
    """torch with its libraries and hundreds of others, each with wheels for every system and edges with markers."""
    lines = ["version = 1", "revision = 3", 'requires-python = ">=3.11"']
    names = ["torch", "nvidia-cublas-cu12", "nvidia-cuda-runtime-cu12", "nvidia-cudnn-cu12"]
    names += [f"package-{number}" for number in range(PACKAGES - len(names) - 1)]
    tags = ("manylinux_2_28_x86_64", "manylinux_2_28_aarch64", "win_amd64", "macosx_14_0_arm64")
    for place, name in enumerate(names):
        version = "2.9.1+cu126" if name == "torch" else "1.0"
        source = "https://wheels.example/whl/cu126" if name == "torch" else "https://index.example/simple"
        needs = names[1:4] if name == "torch" else names[place + 1 : place + 4]
        lines += [
            "",
            "[[package]]",
            f'name = "{name}"',
            f'version = "{version}"',
            f'source = {{ registry = "{source}" }}',
        ]
        lines += ["dependencies = ["]
        lines += [f'    {{ name = "{one}", marker = "sys_platform == \'linux\'" }},' for one in needs]
        lines += ["]", "wheels = ["]
        for python in ("cp311", "cp312", "cp313"):
            for tag in tags:
                file = f"https://files.example/{name}-{version.replace('+', '%2B')}-{python}-{python}-{tag}.whl"
                lines.append(f'    {{ url = "{file}", hash = "sha256:{place:064x}", size = 1000 }},')
        lines.append("]")
    direct = ", ".join(f'{{ name = "{name}" }}' for name in names)
    lines += [
        "",
        "[[package]]",
        'name = "large"',
        'version = "1"',
        'source = { virtual = "." }',
        f"dependencies = [{direct}]",
    ]
    return "\n".join(lines) + "\n"


def audit_s(folder: Path) -> float:
    """Seconds from the files to the findings."""
    start = time.perf_counter()
    read = read_project(folder, {})
    if read is None or read.lock is None or len(read.lock.packages) != PACKAGES:
        raise SystemExit("the lock was not read")
    audit(RTX, read)
    return time.perf_counter() - start


def plain_s() -> float:
    """Seconds of plain Python, five million small values: how fast this machine is at this hour."""
    start = time.perf_counter()
    sum(hash((str(number), number % 7)) for number in range(5_000_000))
    return time.perf_counter() - start


def main() -> int:
    parser = argparse.ArgumentParser(description="How fast the advice on torch and the audit of a lock are.")
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    advice = min(advice_s(seed) for seed in range(runs))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        text = '[project]\nname = "large"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["torch"]\n'
        (folder / "pyproject.toml").write_text(text)
        (folder / "uv.lock").write_text(lock_text())
        looked = min(audit_s(folder) for _ in range(runs))
    plain = min(plain_s() for _ in range(runs))
    told = ((f"advice for {MACHINES} machines", advice, 1.6), (f"audit of {PACKAGES} packages", looked, 0.6))
    print(f"{'plain Python':28} {plain:6.3f} s")
    for label, taken, limit in told:
        ratio = taken / plain
        print(f"{label:28} {taken:6.3f} s  {ratio:5.2f}x  {'ok' if ratio <= limit else 'MISSED'} (at most {limit:g}x)")
    return 0 if all(taken <= limit * plain for _, taken, limit in told) else 1


if __name__ == "__main__":
    sys.exit(main())
