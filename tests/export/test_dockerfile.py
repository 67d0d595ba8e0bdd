"""`export dockerfile`: its steps carried out in plain folders by the real uv, linted, and what it says of each project."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.command import inside as wizard
from tests.support.dockerfile import Build, Stage, instructions
from tests.support.index import Index
from tests.support.programs import required
from tests.support.projects import Project, make_project, run
from tests.support.torch_project import RTX, make_torch_project
from tests.support.wheels import wheel
from wizard import credentials
from wizard.advice.torch_reach import Selected
from wizard.choices import Choices
from wizard.errors import BadInput
from wizard.export.docker import made
from wizard.export.git_version import variables
from wizard.export.image import Wishes
from wizard.export.record import Exported
from wizard.machine.facts import Machine
from wizard.project.read import read_project

pytestmark = [
    pytest.mark.same_everywhere,
    pytest.mark.skipif(sys.platform != "linux", reason="an image is of Linux, and so is what carries its steps out"),
]
HERE = f"{sys.version_info.major}.{sys.version_info.minor}"


def built(
    project: Project, tmp_path: Path, uv: Path, *, context: Path | None = None, **more: str
) -> tuple[Build, Stage]:
    """The exported Dockerfile's steps, all but those of the development stage."""
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{sys.base_prefix}/bin:/usr/bin:/bin",  # a venv of a venv there can not be
        "HOME": os.fspath(tmp_path / "root"),
        **more,
    }
    images = {
        word.split()[0]: {"/uv": uv, "/uvx": uv.with_name("uvx")} for word in froms(project.path) if "/uv:" in word
    }
    build = Build(tmp_path / "image", context or project.path, project.path / "Dockerfile", environment, images)
    return build, build.run()


def froms(folder: Path) -> list[str]:
    return [rest for word, rest in instructions((folder / "Dockerfile").read_text()) if word == "FROM"]


def runs(folder: Path) -> list[str]:
    return [rest for word, rest in instructions((folder / "Dockerfile").read_text()) if word == "RUN"]


def imports(stage: Stage, code: str, folder: str = "/app") -> str:
    python = stage.inside("/app/.venv/bin/python")
    return run([os.fspath(python), "-c", code], cwd=stage.inside(folder), env={}).stdout.strip()


def hadolint(path: Path) -> None:
    done = subprocess.run([required("hadolint"), os.fspath(path)], capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout


def exported(folder: Path, *, sets: dict[str, object] | None = None, selected: Selected | None = None,
             wishes: Wishes | None = None) -> Exported:  # fmt: skip
    project = read_project(folder)
    assert project is not None
    choices = Choices().with_values("set", sets or {})
    return made(Machine(), project, choices, selected or Selected(), wishes or Wishes())


def text_of(found: Exported, name: str = "Dockerfile") -> str:
    return next(one.after or b"" for one in found.files if one.path.endswith(name)).decode()


@pytest.mark.long
def test_the_steps_make_an_environment_and_leave_the_machines_own_behind(
    tmp_path: Path, index: Index, uv: Path
) -> None:
    project = make_project(
        tmp_path,
        index,
        uv,
        extras={"more": ["gamma"]},
        groups={"dev": ["gamma"]},
        more="[build-system]\nrequires = []\nbuild-backend = 'own'\nbackend-path = ['.']",
    )
    (project.path / ".python-version").write_text(f"{HERE}\n")
    (project.path / "own.py").write_text(backend("dream", "0.1.0"))
    (project.path / "main.py").write_text("import alpha; print('alpha', alpha.__name__)\n")
    (project.path / ".venv").mkdir()
    (project.path / ".venv" / "of-the-host").touch()
    (project.path / ".env").write_text("TOKEN=secret")
    project.run_uv("lock")
    done = wizard("export", "dockerfile", os.fspath(project.path), "--yes")
    assert "docker build --tag dream ." in done.stdout
    assert "docker run --rm dream" in done.stdout
    hadolint(project.path / "Dockerfile")

    build, stage = built(project, tmp_path, uv)
    assert "Installed 2 packages" in build.printed[0]  # alpha and beta, before the project's own files
    assert imports(stage, "import alpha, beta; print('both')") == "both"
    assert imports(stage, "import importlib.util as u; print(u.find_spec('gamma'))") == "None"
    python = os.fspath(stage.inside("/app/.venv/bin/python"))
    assert run([python, *stage.command[1:]], cwd=stage.inside("/app")).stdout == "alpha alpha\n"
    assert not stage.inside("/app/.venv/of-the-host").exists()
    assert not stage.inside("/app/.env").exists()
    assert not stage.inside("/usr/local/bin/uv").exists()  # what builds stays behind
    assert stage.user == "10001"
    assert stage.base == "base"
    assert stage.environment["PATH"].startswith("/app/.venv/bin:")
    assert all(command.startswith(("useradd", "id", "chown")) for command in build.left_out)


BACKEND = """
import os, zipfile
INFO = "NAME-VERSION.dist-info/"
def build_editable(folder, settings=None, metadata=None):
    with zipfile.ZipFile(os.path.join(folder, "NAME-VERSION-py3-none-any.whl"), "w") as file:
        file.writestr("NAME.pth", os.getcwd())
        file.writestr(INFO + "METADATA", "Metadata-Version: 2.1\\nName: NAME\\nVersion: VERSION\\n")
        file.writestr(INFO + "WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        file.writestr(INFO + "RECORD", "")
    return "NAME-VERSION-py3-none-any.whl"
build_wheel = build_editable
"""


def backend(name: str, version: str) -> str:
    """A build backend that needs nothing from an index."""
    return BACKEND.replace("NAME", name).replace("VERSION", version)


TOLD = """
import os, own
NAME, VERSION = "dream", os.environ["SETUPTOOLS_SCM_PRETEND_VERSION"]
exec(own.MAKER.replace("Name: NAME", "Name: NAME\\\\nRequires-Dist: alpha").replace("NAME", NAME).replace("VERSION", VERSION))
"""


@pytest.mark.long
def test_a_version_that_git_would_have_told_is_told_to_the_build(tmp_path: Path, index: Index, uv: Path) -> None:
    index.add(wheel("setuptools-scm"))
    project = make_project(
        tmp_path, index, uv,
        more="[build-system]\nrequires = ['setuptools_scm[toml]>=1']\nbuild-backend = 'told'\nbackend-path = ['.']",
    )  # fmt: skip
    path = project.path / "pyproject.toml"
    path.write_text(path.read_text("utf-8").replace('version = "0.1.0"', 'dynamic = ["version"]'), "utf-8")
    (project.path / "own.py").write_text(f"MAKER = {BACKEND!r}")
    (project.path / "told.py").write_text(TOLD)
    (project.path / ".python-version").write_text(f"{HERE}\n")
    env = {**project.env, "SETUPTOOLS_SCM_PRETEND_VERSION": "1.0"}
    run([os.fspath(uv), "lock"], cwd=project.path, env=env)
    told = wizard("export", "dockerfile", os.fspath(project.path), "--yes")
    assert "docker build --build-arg VERSION=..." in told.stdout
    hadolint(project.path / "Dockerfile")
    build, stage = built(project, tmp_path, uv)
    assert "Installed 2 packages" in build.printed[0]  # before any version is needed
    assert imports(stage, "from importlib.metadata import version as v; print(v('dream'))") == "0+unknown"


@pytest.mark.parametrize(
    "build, more, expected",
    [
        ('["hatchling", "hatch-vcs>=0.4"]', "", "SETUPTOOLS_SCM_PRETEND_VERSION"),
        ('["pdm-backend"]', "[tool.pdm.version]\nsource = 'scm'", "PDM_BUILD_SCM_VERSION"),
        ('["pdm-backend"]', "[tool.pdm.version]\nsource = 'file'", None),
        ('["hatchling", "uv-dynamic-versioning"]', "", "UV_DYNAMIC_VERSIONING_BYPASS"),
        ('["setuptools>=80"]', "", None),
        ('["no name at all !", 3]', "", None),
    ],
)
def test_which_builds_ask_git(tmp_path: Path, build: str, more: str, expected: str | None) -> None:
    project = f'[project]\nname = "a"\ndynamic = ["version"]\n[build-system]\nrequires = {build}\n{more}\n'
    (tmp_path / "pyproject.toml").write_text(project, "utf-8")
    assert variables([str(tmp_path)]) == ((expected,) if expected else ())
    (tmp_path / "pyproject.toml").write_text(project.replace('dynamic = ["version"]', 'version = "1"'), "utf-8")
    assert variables([str(tmp_path)]) == ()


@pytest.mark.long
def test_what_was_chosen_goes_along(tmp_path: Path, index: Index, uv: Path) -> None:
    project = make_project(
        tmp_path, index, uv, extras={"more": ["gamma"]}, groups={"dev": ["gamma"], "docs": ["gamma"]}
    )
    folder = os.fspath(project.path)
    wizard("export", "dockerfile", folder, "--yes", "--set", "sync.extras=more", "--set", "sync.groups=docs")
    assert [line.partition("uv sync ")[2] for line in runs(project.path) if "uv sync" in line] == [
        "--locked --no-install-project --no-dev --extra more --group docs",
        "--locked --no-dev --extra more --group docs",
    ]
    wizard("export", "dockerfile", folder, "--yes", "--set", "sync.groups=dev")
    assert "--no-dev" not in (project.path / "Dockerfile").read_text()
    container = json.loads((project.path / ".devcontainer/devcontainer.json").read_text())
    assert container["build"]["target"] == "dev"
    assert container["postCreateCommand"] == "uv sync --locked --group dev"
    wizard("export", "dockerfile", folder, "--yes", "--set", "sync.extras=none", check=2)


def test_shown_written_once_and_taken_back(tmp_path: Path, project: Project) -> None:
    folder = os.fspath(project.path)
    (project.path / "Dockerfile").write_text("FROM scratch\n")
    (project.path / ".dockerignore").write_bytes(b"data\r\n!.env\r\n*.pyc")
    before = {path.name: path.read_bytes() for path in project.path.iterdir() if path.is_file()}
    shown = wizard("export", "dockerfile", folder, check=4)
    assert "-FROM scratch" in shown.stdout
    assert "asks for --yes" in shown.stderr
    document = json.loads(wizard("export", "dockerfile", folder, "--dry-run", "--json").stdout)
    assert document["schema"] == 1
    assert document["commands"][0][:2] == ["docker", "build"]
    assert {path.name: path.read_bytes() for path in project.path.iterdir()} == before

    told = json.loads(wizard("export", "dockerfile", folder, "--yes", "--json").stdout)
    assert told["run"]["exit_code"] == 0
    ignored = (project.path / ".dockerignore").read_bytes()
    assert ignored.startswith(b"data\r\n!.env\r\n*.pyc\r\n\r\n")
    assert b"\r\n.venv\r\n" in ignored
    assert b"\r\n.env\r\n" not in ignored  # its owner has decided about it
    assert "Nothing to change" in wizard("export", "dockerfile", folder, "--yes").stdout
    wizard("undo", "--yes")
    assert {path.name: path.read_bytes() for path in project.path.iterdir() if path.is_file()} == before
    assert not (project.path / ".devcontainer").exists()


def test_an_editors_container_of_somebody_else_stays(project: Project) -> None:
    there = project.path / ".devcontainer" / "devcontainer.json"
    there.parent.mkdir()
    there.write_text("// mine\n{}\n")
    done = wizard("export", "dockerfile", os.fspath(project.path), "--yes")
    assert there.read_text() == "// mine\n{}\n"
    assert "devcontainer.json is there and stays as it is" in done.stdout
    there.unlink()
    wizard("export", "dockerfile", os.fspath(project.path), "--yes", "--no-devcontainer")
    assert not there.exists()


def test_members_and_folders_beside_the_project(tmp_path: Path, index: Index, uv: Path) -> None:
    beside = tmp_path / "work" / "lib"
    for folder, name in ((beside, "lib"), (tmp_path / "work" / "app" / "parts" / "one", "one")):
        folder.mkdir(parents=True)
        (folder / "pyproject.toml").write_text(
            f'[project]\nname = "{name}"\nversion = "0.1"\n[build-system]\nrequires = []\n'
            'build-backend = "own"\nbackend-path = ["."]\n'
        )
        (folder / f"{name}.py").write_text("HERE = __file__\n")
        (folder / "own.py").write_text(backend(name, "0.1"))
    app = tmp_path / "work" / "app"
    (app / "pyproject.toml").write_text(
        '[project]\nname = "app"\nversion = "1"\nrequires-python = ">=3.10"\ndependencies = ["alpha", "lib", "one"]\n'
        '[tool.uv.workspace]\nmembers = ["parts/*"]\n[tool.uv.sources]\n'
        'lib = { path = "../lib", editable = true }\none = { workspace = true }\n'
    )
    (app / ".python-version").write_text(HERE)
    env = {**os.environ, "UV_DEFAULT_INDEX": index.url()}
    run([os.fspath(uv), "lock"], cwd=app, env=env)
    done = wizard("export", "dockerfile", os.fspath(app), "--yes")
    assert "docker build --tag app --file Dockerfile .." in done.stdout
    assert "folders beside this one" in done.stdout
    hadolint(app / "Dockerfile")
    project = Project(app, uv, index.url(), env)
    build, stage = built(project, tmp_path, uv, context=app.parent)
    assert "Installed 2 packages" in build.printed[0]  # nothing of its own yet: alpha and beta
    assert stage.workdir == "/app/app"
    assert stage.inside("/app/lib/lib.py").exists()
    assert imports(stage, "import lib, one, alpha; print(lib.__name__, one.__name__)", "/app/app") == "lib one"


def test_a_lock_of_another_index_says_so_and_a_mirror_stays_only_where_asked(
    tmp_path: Path, index: Index, uv: Path, project: Project
) -> None:
    (project.path / ".python-version").write_text(HERE)
    index.add(wheel("alpha", "1.0", requires=["beta>=1"], size=1_500_000), prefix="/mirror")
    folder, mirror = os.fspath(project.path), index.url("/mirror")
    done = wizard("export", "dockerfile", folder, "--yes", "--set", f"mirrors.pypi={mirror}")
    text = (project.path / "Dockerfile").read_text()
    assert mirror not in text
    assert f'UV_DEFAULT_INDEX="{project.registry}"' in text
    assert "the lock holds nowhere else" in done.stdout
    wizard("export", "dockerfile", folder, "--yes", "--keep-mirror", check=2)
    wizard("export", "dockerfile", folder, "--yes", "--keep-mirror", "--set", f"mirrors.pypi={mirror}")
    text = (project.path / "Dockerfile").read_text()
    final = text[text.rindex("FROM ") :]
    assert mirror in text
    assert mirror not in final
    assert "MIRROR" not in final
    hadolint(project.path / "Dockerfile")
    # uv itself comes by pip then, which this index does not have: that step is left out here
    path = project.path / "Dockerfile"
    path.write_text(text.replace("RUN pip install", "RUN apt-get install"))
    _, stage = built(
        project, tmp_path, uv, PATH=f"{uv.parent}:{Path(sys.executable).parent}:{sys.base_prefix}/bin:/usr/bin:/bin"
    )
    assert imports(stage, "import alpha, beta; print('both')") == "both"  # the mirror lacks beta


def test_sign_ins_are_secrets_of_the_build(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    with (project.path / "pyproject.toml").open("a") as file:
        file.write('\n[[tool.uv.index]]\nname = "our-own"\nurl = "https://index.example/simple"\nexplicit = true\n')
    monkeypatch.setenv("UV_INDEX_OUR_OWN_USERNAME", "min")
    monkeypatch.setenv("UV_INDEX_OUR_OWN_PASSWORD", "hunter2")
    done = wizard("export", "dockerfile", os.fspath(project.path), "--yes")
    text = (project.path / "Dockerfile").read_text()
    assert "--mount=type=secret,id=UV_INDEX_OUR_OWN_PASSWORD,env=UV_INDEX_OUR_OWN_PASSWORD" in text
    assert "--secret id=UV_INDEX_OUR_OWN_PASSWORD" in done.stdout
    assert "hunter2" not in text + done.stdout + done.stderr


def test_cuda_torch_gets_the_slim_image_and_the_gpus(tmp_path: Path) -> None:
    found = exported(make_torch_project(tmp_path))
    text = text_of(found)
    assert "python:3.13-slim" in text
    assert "nvidia/cuda" not in text
    assert found.commands[1][0] == ("docker", "run", "--rm", "--gpus", "all", "vision")
    assert found.stopped is None
    assert any("NVIDIA Container Toolkit" in note for note in found.notes)
    container = json.loads(text_of(found, "devcontainer.json"))
    assert container["runArgs"] == ["--gpus", "all"]
    path = tmp_path / "Dockerfile"
    path.write_text(text)
    hadolint(path)


def test_a_host_that_could_not_run_it_is_told(tmp_path: Path) -> None:
    project = read_project(make_torch_project(tmp_path))
    assert project is not None
    notes = made(RTX, project, Choices(), Selected(), Wishes()).notes  # its driver is older than this torch wants
    assert notes[0].startswith("Not on this machine: torch 2.15.0 cu132")
    assert not any(note.startswith("Not on this machine") for note in exported(tmp_path).notes)


def test_a_lock_without_its_cuda_libraries_is_stopped_before_an_image_is_built(tmp_path: Path) -> None:
    folder = make_torch_project(tmp_path)
    lock = (folder / "uv.lock").read_text()
    lock = lock[: lock.index("[[package]]")] + lock[lock.index('[[package]]\nname = "torch"') :]
    lock = "\n".join(line for line in lock.split("\n") if 'name = "nvidia-' not in line)
    (folder / "uv.lock").write_text(lock)
    done = wizard("export", "dockerfile", os.fspath(folder), "--yes", check=1)
    assert "cuda-library-missing" in done.stdout
    assert "--base cuda" in done.stdout
    assert not (folder / "Dockerfile").exists()
    told = json.loads(wizard("export", "dockerfile", os.fspath(folder), "--yes", "--json", check=1).stdout)
    assert told["diagnosis"]["cause"] == "cuda-library-missing"
    assert told["findings"][0]["severity"] == "error"


@pytest.mark.parametrize(
    "requires, named, expected",
    [
        (">=3.10", None, "3.13"),
        (">=3.10", "3.11", "3.11"),
        (">=3.10", "3.12.4", "3.12"),
        (">=3.10", "cpython@3.12", "3.12"),
        (">=3.11,<3.13", None, "3.12"),
        ("==3.12.4", None, "3.12.4"),
        ("<3.12.6,>=3.12", None, "3.12.5"),
    ],
)
def test_the_python_of_the_image(tmp_path: Path, requires: str, named: str | None, expected: str) -> None:
    folder = plain(tmp_path, requires)
    if named:
        (folder / ".python-version").write_text(named)
    text = text_of(exported(folder))
    assert f"python:{expected}-slim-bookworm AS base" in text
    assert f"UV_PYTHON={expected}" in text


def plain(folder: Path, requires: str = ">=3.10", packages: str = "", more: str = "") -> Path:
    """A project as files alone; nothing is fetched."""
    (folder / "pyproject.toml").write_text(
        f'[project]\nname = "plain"\nversion = "1"\nrequires-python = "{requires}"\n{more}'
    )
    names = [line.split('"')[1] for line in packages.splitlines() if line.startswith("name")]
    needs = "".join(f'    {{ name = "{name}" }},\n' for name in names)
    own = f'[[package]]\nname = "plain"\nversion = "1"\nsource = {{ virtual = "." }}\ndependencies = [\n{needs}]\n'
    (folder / "uv.lock").write_text(f'version = 1\nrevision = 3\nrequires-python = "{requires}"\n\n{own}\n{packages}')
    return folder


def package(
    name: str, *files: str, source: str = 'registry = "https://index.example/simple"', sdist: bool = True
) -> str:
    wheels = "".join(f'    {{ url = "https://index.example/{one}", hash = "sha256:0" }},\n' for one in files)
    built = f'sdist = {{ url = "https://index.example/{name}-1.tar.gz", hash = "sha256:0" }}\n' if sdist else ""
    return f'[[package]]\nname = "{name}"\nversion = "1"\nsource = {{ {source} }}\n{built}wheels = [\n{wheels}]\n\n'


def test_a_python_that_has_wheels_is_preferred_to_a_compiler(tmp_path: Path) -> None:
    packages = package("fast", "fast-1-cp312-cp312-manylinux_2_17_x86_64.whl", "fast-1-cp313-cp313-win_amd64.whl")
    assert "python:3.12-slim" in text_of(exported(plain(tmp_path, packages=packages)))


def test_what_must_be_built_brings_a_compiler_into_the_building_stage_alone(tmp_path: Path) -> None:
    packages = package("slow", "slow-1-cp312-cp312-win_amd64.whl")
    found = exported(plain(tmp_path, packages=packages))
    text = text_of(found)
    assert "build-essential" in text
    assert "build-essential" not in text[text.rindex("FROM ") :]
    assert any(note.startswith("Built from source in the image") and "slow 1" in note for note in found.notes)
    alone = tmp_path / "alone"
    alone.mkdir()
    stopped = exported(plain(alone, packages=package("win", "win-1-cp312-cp312-win_amd64.whl", sdist=False))).stopped
    assert stopped is not None
    assert stopped.diagnosis.cause == "no-wheel-platform"


def test_git_is_there_for_a_package_from_git(tmp_path: Path) -> None:
    found = exported(
        plain(tmp_path, packages=package("far", source='git = "https://code.example/far.git#abc"', sdist=False))
    )
    text = text_of(found)
    assert "--no-install-recommends git " in text
    path = tmp_path / "Dockerfile"
    path.write_text(text)
    hadolint(path)


def test_what_no_build_can_see_is_refused(tmp_path: Path) -> None:
    source = 'directory = "../no such folder"'
    folder = plain(tmp_path, packages=package("gone", source=source, sdist=False))
    wizard("export", "dockerfile", os.fspath(folder), "--yes", check=2)
    assert not (folder / "Dockerfile").exists()


TORCH = """[[package]]
name = "torch"
version = "{version}"
source = {{ registry = "https://index.example/whl/{variant}" }}
wheels = [
    {{ url = "https://index.example/torch-{version}-cp312-cp312-manylinux_2_28_x86_64.whl", hash = "sha256:0" }},
]

"""
PARTS = ("nvidia-cublas-cu12", "nvidia-cuda-runtime-cu12", "nvidia-cudnn-cu12")


@pytest.mark.parametrize(
    "version, variant, options",
    [
        ("2.9.1+cu126", "cu126", ["--gpus", "all"]),
        ("2.9.1+rocm6.4", "rocm6.4", ["--device", "/dev/kfd", "--device", "/dev/dri"]),
        ("2.9.1+xpu", "xpu", ["--device", "/dev/dri"]),
        ("2.9.1+cpu", "cpu", []),
    ],
)
def test_each_variant_has_its_way_to_the_gpus(tmp_path: Path, version: str, variant: str, options: list[str]) -> None:
    files = "".join(package(name, f"{name.replace('-', '_')}-1-py3-none-manylinux_2_27_x86_64.whl") for name in PARTS)
    packages = TORCH.format(version=version, variant=variant) + (files if variant == "cu126" else "")
    found = exported(plain(tmp_path, more='dependencies = ["torch"]\n', packages=packages))
    words = list(found.commands[1][0])
    assert words[3 : 3 + len(options)] == options
    assert words[-1] == "plain"
    assert ("--platform" in found.commands[0][0]) == (variant != "cpu")
    assert found.stopped is None


def test_the_large_base_image_for_those_who_must(tmp_path: Path) -> None:
    folder = plain(
        tmp_path, more='dependencies = ["torch"]\n', packages=TORCH.format(version="2.9.1+cu126", variant="cu126")
    )
    assert exported(folder).stopped is not None  # its libraries are missing ...
    found = exported(folder, wishes=Wishes(big=True))
    assert found.stopped is None  # ... and lie in this image
    text = text_of(found)
    assert "nvidia/cuda:12.6.3-cudnn-devel" in text
    assert "nvidia/cuda:12.6.3-cudnn-runtime" in text
    assert "uv python install 3.12" in text
    path = tmp_path / "Dockerfile"
    path.write_text(text)
    hadolint(path)


@pytest.mark.parametrize("asked, expected", [("", "0.13.8"), ("0.12.5", "0.12.5")])
def test_uv_is_pinned(tmp_path: Path, asked: str, expected: str) -> None:
    text = text_of(exported(plain(tmp_path), sets={"uv.version": asked}))
    assert f"/uv:{expected} AS uv" in text


def test_uv_is_one_that_the_project_takes(tmp_path: Path) -> None:
    folder = plain(tmp_path, more='[tool.uv]\nrequired-version = ">=0.12,<0.13"\n')
    with pytest.raises(BadInput, match=r"say which one the image gets: --set uv\.version="):
        exported(folder)
    assert "/uv:0.12.5 AS uv" in text_of(exported(folder, sets={"uv.version": "0.12.5"}))
    (folder / "pyproject.toml").write_text((folder / "pyproject.toml").read_text().replace(">=0.12,<0.13", "==0.11.3"))
    assert "/uv:0.11.3 AS uv" in text_of(exported(folder))


def test_metadata_that_must_be_built_comes_before_the_packages(tmp_path: Path) -> None:
    folder = plain(tmp_path, more='dynamic = ["dependencies"]\n')
    text = text_of(exported(folder))
    assert "--no-install-project" not in text
    assert text.index("COPY . .") < text.index("uv sync")


def test_the_root_of_a_workspace_need_be_no_project(tmp_path: Path) -> None:
    folder = plain(tmp_path, packages=package("one", source='editable = "one"', sdist=False))
    (folder / "one").mkdir()
    (folder / "one" / "pyproject.toml").write_text('[project]\nname = "one"\nversion = "1"\n')
    (folder / "pyproject.toml").write_text('[tool.uv.workspace]\nmembers = ["one"]\n')
    text = text_of(exported(folder))
    assert "source=one/pyproject.toml,target=one/pyproject.toml" in text
    assert "uv sync --locked --no-install-local\n" in text
    assert "uv sync --locked --package one" in text_of(exported(folder / "one"))
    old = text_of(exported(folder, sets={"uv.version": "0.8.0"}))  # has no --no-install-local
    assert "--no-install" not in old
    assert old.index("COPY . .") < old.index("uv sync")


def test_a_mirror_with_a_sign_in_is_not_written_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, mirror = plain(tmp_path), "https://min:hunter2@mirror.example/simple"
    for name in credentials.variables(credentials.SignIn("https://mirror.example/simple", "", "")):
        monkeypatch.setenv(name, "")  # taken back after the test: the command keeps the sign-in there
    words = ("--keep-mirror", "--set", f"mirrors.pypi={mirror}", "--yes")
    assert "has no place in a Dockerfile" in wizard("export", "dockerfile", os.fspath(folder), *words, check=2).stderr


def test_a_name_is_made_one_that_docker_takes(tmp_path: Path) -> None:
    project = read_project(plain(tmp_path))
    assert project is not None
    found = made(Machine(), replace(project, name="My_App.2"), Choices(), Selected(), Wishes())
    assert found.commands[0][0][-2] == "my-app-2"


def test_without_a_lock_or_a_project_nothing_is_written(tmp_path: Path) -> None:
    done = wizard("export", "dockerfile", os.fspath(tmp_path), "--yes", check=1)
    assert "project-missing" in done.stdout
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "a"\nversion = "1"\n')
    assert "lock-missing" in wizard("export", "dockerfile", os.fspath(tmp_path), "--yes", check=1).stdout
    assert [path.name for path in tmp_path.iterdir()] == ["pyproject.toml"]
