"""An environment with a torch that the tests wrote: its texts are torch's own, its arithmetic is the least that passes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

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
