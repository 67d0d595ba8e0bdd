"""Makes uv-wizard.pyz, the one file that any python3 from 3.10 runs: on Linux, macOS and Windows, with nothing installed.

    .venv/bin/python tools/one_file.py [OUT]            # dist/uv-wizard.pyz, and its SHA-256

Made by shiv, of this checkout and of tools/one_file_parts/requirements.txt (held to its hashes): the same bytes from the
same source, wherever and whenever, by the same Python (another one's zlib may press in another way). Everything inside is
plain Python but psutil, of which there is a compiled part for each system (wizard/machine/native.py); where none of them
loads, wizard/machine/bare_processes.py stands in. tomli's compiled parts, one for each Python and system, would double the
size and are left out: a lock of 1,000 packages is read in half a second instead of a tenth. Needs what
tests/requirements.txt installs, and a package index.

shiv, not pex: a later start takes as long as the installed program's; a pex's many times that, a `pex --venv`'s more than
twice, and both are larger (benchmarks/one_file.py).
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent
PARTS = REPO / "tools" / "one_file_parts"
EPOCH = "1980-01-01 00:00:00"
"""The first day of zip's calendar, for every entry."""
NATIVE = {
    "x86_64-linux-gnu": "manylinux2014_x86_64",
    "aarch64-linux-gnu": "manylinux2014_aarch64",
    "x86_64-linux-musl": "musllinux_1_2_x86_64",
    "aarch64-linux-musl": "musllinux_1_2_aarch64",
    "darwin-x86_64": "macosx_10_9_x86_64",
    "darwin-arm64": "macosx_11_0_arm64",
    "win-amd64": "win_amd64",
    "win-arm64": "win_arm64",
}
"""psutil's wheels: the folder below wizard/native, as wizard/machine/native.py names this system, and the wheel's tag."""
COMPILED = re.compile(r"\.(?:so|pyd|dylib|dll)$")


def make(out: Path) -> Path:
    """Makes the file at `out`. Raises CalledProcessError where pip could not."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        site = work / "site-packages"
        site.mkdir()
        blocks = requirements()
        for wheel in (own(work), *pure(work, blocks)):
            unpack(wheel, site)
        for folder, wheel in native(work, blocks):
            unpack(wheel, site / "wizard" / "native" / folder)
        plain(site)
        bring_shiv(work / "shiv")
        out.parent.mkdir(parents=True, exist_ok=True)
        spare = out.with_name(out.name + ".part")
        pack(site, spare)
        spare.replace(out)
    return out


def requirements() -> dict[str, str]:
    """Name -> its lines of the requirements: version and hashes."""
    text = (PARTS / "requirements.txt").read_text("utf-8")
    blocks = re.findall(r"^[A-Za-z0-9].*(?:\n .*)*", text, re.MULTILINE)
    return {block.partition("==")[0]: block for block in blocks}


def own(work: Path) -> Path:
    """This checkout's wheel: the same files that an installation has."""
    argv = ["wheel", "--no-deps", "--no-build-isolation", "-w", os.fspath(work / "own"), os.fspath(REPO)]
    pip(argv)
    return next((work / "own").glob("*.whl"))


def pure(work: Path, blocks: dict[str, str]) -> list[Path]:
    """The wheels that every system takes. PyYAML has none: its Linux wheel without the compiled part, which it can miss."""
    tags = {"pyyaml": ["--platform", "manylinux2014_x86_64"]}
    anywhere = ["--implementation", "py", "--abi", "none", "--platform", "any"]
    plain_ones = [block for name, block in blocks.items() if name not in {"pyyaml", "psutil"}]
    return [
        *download(work / "pure", plain_ones, anywhere),
        *download(work / "yaml", [blocks["pyyaml"]], tags["pyyaml"]),
    ]


def native(work: Path, blocks: dict[str, str]) -> list[tuple[str, Path]]:
    """psutil for each system."""
    found = []
    for folder, tag in NATIVE.items():
        words = ["--platform", tag, "--implementation", "cp", "--abi", "abi3"]
        found += [(folder, wheel) for wheel in download(work / folder, [blocks["psutil"]], words)]
    return found


def download(folder: Path, blocks: Iterable[str], words: list[str]) -> list[Path]:
    folder.mkdir()
    named = folder / "requirements.txt"
    named.write_text("\n".join(blocks) + "\n", "utf-8")
    held = ["--no-deps", "--require-hashes", "--only-binary", ":all:", "--python-version", "3.10"]
    pip(["download", *held, *words, "-r", os.fspath(named), "-d", os.fspath(folder)])
    return sorted(folder.glob("*.whl"))


def pip(words: list[str]) -> None:
    argv = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *words]
    subprocess.run(argv, check=True, stdin=subprocess.DEVNULL, stdout=sys.stderr)


def bring_shiv(folder: Path) -> None:
    """Makes shiv importable; it brings pip and setuptools where it is installed, and needs neither for this."""
    words = ["--no-deps", "--require-hashes", "--only-binary", ":all:", "--target", os.fspath(folder)]
    pip(["install", *words, "-r", os.fspath(PARTS / "shiv.txt")])
    sys.path.insert(0, os.fspath(folder))


def unpack(wheel: Path, folder: Path) -> None:
    """What a wheel puts among the packages; nobody calls its scripts."""
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if ".data/" not in name and not name.endswith("/"):
                archive.extract(name, folder)


def plain(site: Path) -> None:
    """Takes away what is compiled for one system alone, and what nobody reads; one mode for all that stays."""
    shutil.rmtree(site / "_yaml")
    for path in sorted(site.rglob("*"), reverse=True):
        inside = path.relative_to(site).as_posix()
        compiled = COMPILED.search(path.name) is not None and not inside.startswith("wizard/native/")
        if path.is_file() and (compiled or path.name in {"RECORD", "direct_url.json"} or "/psutil/tests/" in inside):
            path.unlink()
        elif path.is_file():
            path.chmod(0o644)
        elif not any(path.iterdir()):
            path.rmdir()


def pack(site: Path, out: Path) -> None:
    """The archive, by shiv; its first lines are ours (see one_file_parts/_unpacking.py)."""
    from shiv import __version__, builder
    from shiv.bootstrap.environment import Environment

    environment = Environment(
        built_at=EPOCH,
        shiv_version=__version__,
        entry_point="wizard.__main__:main",
        compile_pyc=False,
        reproducible=True,
    )
    builder.create_archive([site], out, "/usr/bin/env python3", "_door:enter", environment)
    with zipfile.ZipFile(out, "a") as archive:
        for entry in archive.infolist():
            entry.external_attr = 0o100644 << 16  # shiv's own files have the mode that they were installed with
        for name in ("_door.py", "_unpacking.py"):
            text = (PARTS / name).read_text("utf-8").replace("@BUILD@", str(environment.build_id)[:16])
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, text)


def main() -> int:
    parser = argparse.ArgumentParser(description="Makes uv-wizard.pyz.")
    parser.add_argument("out", nargs="?", type=Path, default=REPO / "dist" / "uv-wizard.pyz")
    out = make(parser.parse_args().out.absolute())
    print(f"{hashlib.sha256(out.read_bytes()).hexdigest()}  {out}  {out.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
