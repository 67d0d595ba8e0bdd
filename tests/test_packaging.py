"""What is built and installed is the whole program; what is locked is what is wanted."""

from __future__ import annotations

import io
import os
import re
import sys
import tarfile
import zipfile
from gettext import GNUTranslations
from pathlib import Path

import pytest
import tomli
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import wizard
from tests.support.programs import INSTALLED_BY_CI
from tests.support.projects import run
from wizard.cli import manual

REPO = Path(__file__).resolve().parent.parent
BUILD = "import sys; from hatchling import build; print(build.build_{}(sys.argv[1]))"


def built(kind: str, folder: Path) -> Path:
    """The wheel or sdist, built in this process's environment: no index is asked."""
    return folder / run([sys.executable, "-c", BUILD.format(kind), os.fspath(folder)], cwd=REPO).stdout.split()[-1]


def files_of(folder: str, *, of: Path = REPO) -> set[str]:
    everything = (path for path in (of / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(of).as_posix() for path in everything}


def test_the_wheel_installs_and_starts_and_finds_its_assets(tmp_path: Path, uv: Path) -> None:
    wheel = built("wheel", tmp_path)
    env = tmp_path / "an environment"
    binaries = env / ("Scripts" if os.name == "nt" else "bin")
    python = os.fspath(binaries / "python")
    run([os.fspath(uv), "venv", "--quiet", "--no-config", os.fspath(env)], cwd=tmp_path)
    # Without its dependencies: those come from an index. The tests' own are seen through a .pth file instead.
    run(
        [
            os.fspath(uv),
            "pip",
            "install",
            "--quiet",
            "--offline",
            "--no-deps",
            "--python",
            os.fspath(env),
            os.fspath(wheel),
        ],
        cwd=tmp_path,
    )
    where = "import wizard, sysconfig; print(sysconfig.get_path('purelib')); print(wizard.__file__)"
    site, package = run([python, "-c", where], cwd=tmp_path).stdout.splitlines()
    assert Path(package).is_relative_to(site)
    theirs = {os.path.dirname(os.path.dirname(module.__file__ or "")) for module in (tomli, pytest)}
    Path(site, "zz_dependencies.pth").write_text("\n".join(theirs) + "\n", "utf-8")

    version = run([os.fspath(binaries / "uv-wizard"), "--version"], cwd=tmp_path).stdout
    assert wizard.__version__ in version
    read = "import sys; from wizard.catalog import asset; sys.stdout.buffer.write(asset('torch.toml').read_bytes())"
    printed = run([python, "-c", read], cwd=tmp_path).stdout
    assert tomli.loads(printed) == tomli.loads((REPO / "assets/torch.toml").read_text("utf-8"))
    assert Path(package).parent.joinpath("assets", "torch.toml").is_file()


@pytest.mark.same_everywhere
def test_the_wheel_holds_both_packages_and_every_asset_and_nothing_else(tmp_path: Path) -> None:
    with zipfile.ZipFile(built("wheel", tmp_path)) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
        page = next(name for name in held if name.endswith(".data/data/share/man/man1/uv-wizard.1"))
        assert archive.read(page).decode("utf-8") == manual.page()
        languages = GNUTranslations(io.BytesIO(archive.read("wizard/assets/languages/ko.mo")))
        assert languages.gettext("Next") == "다음"
    assert held - {page} == files_of("wizard") | files_of("screens") | {f"wizard/{name}" for name in files_of("assets")}


@pytest.mark.same_everywhere
def test_the_source_distribution_holds_what_a_build_needs(tmp_path: Path) -> None:
    with tarfile.open(built("sdist", tmp_path)) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    needed = (
        files_of("wizard")
        | files_of("screens")
        | files_of("assets")
        | {
            "pyproject.toml",
            "LICENSE",
            "tools/hatch_build.py",
            "tools/catalogues.py",
        }
    )
    assert held >= {name for name in needed if not name.endswith(".mo")}


def test_the_locked_requirements_are_the_wanted_ones() -> None:
    pyproject = tomli.loads((REPO / "pyproject.toml").read_text("utf-8"))
    locked: dict[str, list[str]] = {}
    for name, version in re.findall(
        r"^([\w.-]+)==([^ ]+)", (REPO / "tests/requirements.txt").read_text("utf-8"), re.MULTILINE
    ):
        locked.setdefault(name, []).append(version)
    wanted = [*pyproject["project"]["dependencies"], *pyproject["dependency-groups"]["dev"]]
    for requirement in map(Requirement, wanted):
        versions = locked.get(canonicalize_name(requirement.name), [])
        assert versions, f"{requirement} is not locked: see the command above [dependency-groups] in pyproject.toml"
        assert all(requirement.specifier.contains(version) for version in versions), requirement


def test_every_locked_file_has_a_hash_and_none_an_address() -> None:
    text = (REPO / "tests/requirements.txt").read_text("utf-8")
    assert "://" not in text
    for entry in re.split(r"\n(?=\S)", text.strip()):
        assert "--hash=sha256:" in entry, entry


def test_the_gate_installs_the_programs_that_tests_count_on() -> None:
    script = (REPO / ".ci" / "run").read_text("utf-8")
    named = re.search(r"\.ci/programs ([a-z ]+)\n", script)
    assert named is not None
    assert tuple(named[1].split()) == INSTALLED_BY_CI
