"""An environment with a torch that the tests wrote: its texts are torch's own, its arithmetic is the least that passes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil
from uv import find_uv_bin

_METADATA = "Metadata-Version: 2.1\nName: torch\nVersion: {version}\n{requires}"

_CPU = """
import sys
print("torch prints what it likes"); print('{"stage": "not this one"}', file=sys.stderr)
__version__ = "2.13.0+cpu"
class version: cuda = hip = xpu = None
class _C: pass
class backends:
    class cudnn: pass
class cuda:
    @staticmethod
    def get_arch_list(): return []
class Tensor:
    def __init__(self, rows): self.rows = rows
    def __matmul__(self, other):
        return Tensor([[sum(a * b for a, b in zip(row, column)) + WRONG for column in zip(*other.rows)] for row in self.rows])
    def tolist(self): return self.rows
def tensor(rows): return Tensor(rows)
def get_num_threads(): return 1
WRONG = 0.0
"""

TORCHES = {
    "cpu": _CPU,
    "wrong": _CPU.replace("WRONG = 0.0", "WRONG = 3.0"),
    "no-cudart": 'raise ImportError("libcudart.so.12: cannot open shared object file: No such file or directory")',
    "symbol": 'raise ImportError("/x/libtorch_cuda.so: undefined symbol: ncclCommRegister")',
    "winerror": "raise OSError('[WinError 126] The specified module could not be found. Error loading \"fbgemm.dll\"')",
    "hangs": "import time\nwhile True: time.sleep(60)",
    "hangs-with-child": "import subprocess, sys, time\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
    "open(sys.prefix + '/child', 'w').write(str(child.pid))\nwhile True: time.sleep(60)",
    "crashes": "import os, sys; print('Fatal: gone', file=sys.stderr, flush=True); os.abort()",
    "killed": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "exits": "raise SystemExit(5)",
}


def environment(folder: Path, torch: str | None = None, requires: tuple[str, ...] = ()) -> str:
    """A virtual environment without pip, with the torch of that name; the path of its Python."""
    # by uv: not every Python has venv
    argv = [find_uv_bin(), "venv", "--quiet", "--no-config", "--python", sys.executable, os.fspath(folder)]
    subprocess.run(argv, check=True)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if torch is not None:
        code = "import sysconfig; print(sysconfig.get_path('purelib'))"
        done = subprocess.run(
            [python, "-I", "-X", "utf8", "-c", code], check=True, capture_output=True, encoding="utf-8"
        )
        site = Path(done.stdout.strip())
        (site / "torch").mkdir()
        (site / "torch/__init__.py").write_text(TORCHES[torch], "utf-8")
        info = site / "torch-2.13.0.dist-info"
        info.mkdir()
        lines = "".join(f"Requires-Dist: {each}\n" for each in requires)
        (info / "METADATA").write_text(_METADATA.format(version="2.13.0+cpu", requires=lines), "utf-8")
    return os.fspath(python)


GPU_TORCH = Path(__file__).with_name("data") / "gpu_torch.py.txt"


def gpu_environment(folder: Path, asked: Mapping[str, Any], *, triton: bool = False) -> str:
    """An environment whose torch is data/gpu_torch.py.txt, told what to be by `asked`; the path of its Python."""
    python = environment(folder, "cpu")
    site = next(folder.rglob("torch/__init__.py")).parent
    shutil.copy(GPU_TORCH, site / "__init__.py")
    (site / "stand_in.json").write_text(json.dumps(asked), "utf-8")
    if triton:
        (site.parent / "triton.py").write_text("__version__ = '3.9.0'", "utf-8")
    return python


def driver_of(
    folder: Path, *, gpus: Sequence[str] = (), version: str = "580.95.05", holders: Sequence[str] = ()
) -> dict[str, str]:
    """Variables under which a driver answers: an nvidia-smi that the tests wrote, and a libcuda that loads and is empty.

    `gpus`: `uuid, name` each; `holders`: nvidia-smi's rows of programs. POSIX only.
    """
    folder.mkdir(parents=True, exist_ok=True)
    some = next(Path(psutil.__file__).parent.glob("*.so"))  # any library that loads will do
    for name in ("libcuda.so.1", "libnvidia-ml.so.1"):
        shutil.copy(some, folder / name)
    rows = "\n".join(f"{version}, {gpu}" for gpu in gpus) or "No devices were found"
    held = "\n".join(holders)
    program = folder / "nvidia-smi"
    told = f"case \"$1\" in *query-gpu*) printf '%s\\n' '{rows}';; *) printf '%s\\n' '{held}';; esac\n"
    program.write_text(f"#!/bin/sh\n{told}", "utf-8")
    program.chmod(0o755)
    path = os.pathsep.join([os.fspath(folder), os.environ.get("PATH", "")])
    return {**os.environ, "PATH": path, "LD_LIBRARY_PATH": os.fspath(folder)}
