"""How long a lock of 1000 packages takes to be read, with tomli's compiled wheel and with the standard library's parser.

    python benchmarks/lock.py

Prints medians side by side and their ratio; exits 1 where a limit is missed (0.3 s with tomli, 0.8 s without).
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).parents[1]))

from wizard.project import pyproject
from wizard.project.read import read_project

PACKAGES, FILES = 1000, 12


def lock_text() -> str:
    """As uv writes it: 1000 packages with a dozen wheels each, each with its hash and size."""
    lines = ["version = 1", "revision = 3", 'requires-python = ">=3.10"']
    for number in range(PACKAGES):
        lines += ["", "[[package]]", f'name = "package-{number}"', 'version = "1.2.3"']
        lines += ['source = { registry = "https://index.example/simple" }', "dependencies = ["]
        lines += [f'    {{ name = "package-{other}", marker = "sys_platform == \'linux\'" }},' for other in range(3)]
        lines += ["]", "wheels = ["]
        lines += [
            f'    {{ url = "https://files.example/{number}/{wheel}/package_{number}-1.2.3-cp3{wheel}-any.whl", '
            f'hash = "sha256:{number * wheel:064x}", size = {number + wheel}, upload-time = "2026-01-01T00:00:00Z" }},'
            for wheel in range(FILES)
        ]
        lines.append("]")
    return "\n".join(lines) + "\n"


def seconds(folder: Path, parse: Callable[[bytes], dict[str, Any]], runs: int) -> float:
    """The median of `runs` readings with that parser."""
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        with patch.object(pyproject, "parse", parse):
            project = read_project(folder, {})
        taken.append(time.perf_counter() - start)
        if project is None or project.lock is None or len(project.lock.packages) != PACKAGES:
            raise SystemExit("the lock was not read")
    return statistics.median(taken)


def main() -> int:
    parser = argparse.ArgumentParser(description="How long a large lock takes to be read.")
    parser.add_argument("--runs", type=int, default=7)
    runs = parser.parse_args().runs
    import tomli

    found = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "pyproject.toml").write_text('[project]\nname = "large"\nversion = "1"\n')
        (folder / "uv.lock").write_text(lock_text())
        found["tomli"] = seconds(folder, lambda data: tomli.loads(data.decode()), runs)
        if sys.version_info >= (3, 11):
            import tomllib

            found["tomllib"] = seconds(folder, lambda data: tomllib.loads(data.decode()), runs)
    limits = {"tomli": 0.3, "tomllib": 0.8}
    for parser_name, taken in found.items():
        verdict = "ok" if taken <= limits[parser_name] else "MISSED"
        ratio = taken / found["tomli"]
        print(f"{parser_name:8} {taken:6.3f} s  {ratio:5.2f}x  {verdict} (at most {limits[parser_name]} s)")
    return 0 if all(taken <= limits[name] for name, taken in found.items()) else 1


if __name__ == "__main__":
    sys.exit(main())
