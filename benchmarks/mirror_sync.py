"""How much longer a sync through a mirror takes than uv alone from the same server: at most 5 % or 0.5 s, whichever is more.

python -m benchmarks.mirror_sync [--packages 40] [--megabytes 60] [--runs 5] [--uv PATH] [--rate BYTES_PER_S]

Each run is with a cold cache and no environment, both ways in turn, on loopback. Prints the medians, exits 1 where the
limit is passed. What may come on top is one page per package, 20 at a time; on loopback that is part of the limit too.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from uv import find_uv_bin

from tests.mirrors.support import Carrier, action_for
from tests.support.index import Index
from tests.support.projects import Project, make_project, run
from tests.support.wheels import wheel
from wizard.run import mirror_sync

REPO = Path(__file__).resolve().parent.parent


def main() -> int:
    options = _options()
    if options.child:
        return child(options.child)
    with Index() as index, tempfile.TemporaryDirectory() as folder:
        size = options.megabytes * 1_000_000 // options.packages
        names = [f"package-{number}" for number in range(options.packages)]
        index.add(*(wheel(name, size=size) for name in names))
        os.environ |= {"UV_CACHE_DIR": os.path.join(folder, "cache"), "UV_PYTHON": sys.executable}
        project = make_project(Path(folder), index, Path(options.uv), dependencies=names)
        mirror = index.copy(target="/mirror/simple")
        if options.rate:
            index.rate("/files/", options.rate)
        alone, through = [], []
        for number in range(options.runs):
            _clean(project)
            started = time.perf_counter()
            project.run_uv("sync", "--locked")
            alone.append(time.perf_counter() - started)
            _clean(project)
            index.forget()
            through.append(_through(project, mirror, Path(folder) / f"run-{number}"))
            if index.files("/simple") != [] or index.files("/mirror/simple") == []:
                print("the mirror did not serve the files")
                return 1
    return _tell(statistics.median(alone), statistics.median(through), options.packages)


def _through(project: Project, mirror: str, run_folder: Path) -> float:
    """Seconds in a process of its own, as the supervisor is one: what has to be imported is paid for."""
    what = json.dumps([action_for(project, pypi=mirror), dict(project.env), str(run_folder)])
    done = run([sys.executable, "-m", "benchmarks.mirror_sync", "--child", what], cwd=REPO)
    return float(done.stdout)


def child(what: str) -> int:
    """The process of its own; prints its seconds."""
    action, env, run_folder = json.loads(what)
    carrier = Carrier(Path(run_folder), env)
    started = time.perf_counter()
    code = mirror_sync.carry_out(action, carrier)
    print(time.perf_counter() - started)
    return code


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--packages", type=int, default=40)
    parser.add_argument("--megabytes", type=int, default=60)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--rate", type=float, default=0)
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--uv", default=find_uv_bin())
    return parser.parse_args()


def _clean(project: Project) -> None:
    shutil.rmtree(project.venv, ignore_errors=True)
    shutil.rmtree(project.env["UV_CACHE_DIR"], ignore_errors=True)


def _tell(alone: float, through: float, packages: int) -> int:
    allowed = max(alone * 0.05, 0.5)
    print(f"uv alone        {alone:7.3f} s")
    print(f"through a mirror{through:7.3f} s  ({through - alone:+.3f} s, {packages} pages; allowed {allowed:+.3f} s)")
    return 0 if through - alone <= allowed else 1


if __name__ == "__main__":
    sys.exit(main())
