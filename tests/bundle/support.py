"""A project, an index that holds uv too, and the commands as a user types them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.support.index import Index
from tests.support.projects import Project, make_project
from tests.support.wheels import Dist, sdist, wheel

BACKEND = """\
import zipfile

def get_requires_for_build_editable(config_settings=None):
    print("as setup.py may")
    return ["late-need>=1"]

def build_editable(folder, config_settings=None, metadata_directory=None):
    import late_need
    name, info = "dream-0.1.0-py3-none-any.whl", "dream-0.1.0.dist-info/"
    with zipfile.ZipFile(folder + "/" + name, "w") as made:
        made.writestr("dream_here.py", "")
        made.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: dream\\nVersion: 0.1.0\\n")
        made.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nGenerator: x\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        made.writestr(info + "RECORD", "")
    return name
"""
PACKAGED = '[build-system]\nrequires = ["dream-backend"]\nbuild-backend = "dream_backend"\n'
TAGS = "py3-none-manylinux2014_x86_64.manylinux2014_aarch64.win_amd64.macosx_11_0_arm64"


def version_of(uv: Path) -> str:
    said = subprocess.run([os.fspath(uv), "--version"], capture_output=True, text=True, check=True).stdout
    return str(re.findall(r"uv (\S+)", said)[0])


def uv_wheel(version: str, program: bytes = b"no program", tag: str = TAGS) -> Dist:
    """A wheel of uv, as the index has them: its programs are scripts."""
    name = "uv.exe" if sys.platform == "win32" else "uv"
    return wheel("uv", version, tag=tag, files={f"uv-{version}.data/scripts/{name}": program})


def packaged(folder: Path, index: Index, uv: Path) -> Project:
    """A project that is built itself, and needs alpha (with beta) and one package that has only a source."""
    index.add(
        wheel("dream-backend", "1.0", module="dream_backend", files={"dream_backend.py": BACKEND}),
        wheel("flit-x", "2.0"),
        wheel("late-need", "1.5"),
        sdist("src", "1.0", build_requires=["flit-x>=1"]),
    )
    return make_project(folder, index, uv, dependencies=["alpha", "src"], more=PACKAGED)


def without_pythons(index: Index) -> list[str]:
    """Options of export: no server of Pythons outside is asked."""
    return ["--set", f"mirrors.python={index.root}/pythons"]
