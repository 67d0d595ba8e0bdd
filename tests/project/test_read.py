"""Projects as people have them: sound, broken, half there, or a member of something larger."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.support.torch_project import NOTHING
from wizard.choices import Choices
from wizard.errors import BadInput
from wizard.obstacle import stands_in_the_way
from wizard.plan.sync import run_environment
from wizard.project.facts import Project
from wizard.project.read import document, read_project
from wizard.way import Way

LOCK = """version = 1
revision = 3
requires-python = ">=3.11"

[[package]]
name = "demo"
version = "0.1.0"
source = { virtual = "." }
dependencies = [{ name = "torch", version = "2.9.1+cu126", source = { registry = "https://torch.example/whl/cu126" } }]

[[package]]
name = "torch"
version = "2.9.1+cu126"
source = { registry = "https://torch.example/whl/cu126" }
wheels = [
    { url = "https://torch.example/a.whl", hash = "sha256:00", size = 100 },
    { url = "https://torch.example/b.whl", hash = "sha256:01", size = 300 },
]

[[package]]
name = "idna"
version = "3.10"
source = { registry = "https://index.example/simple/" }
sdist = { url = "https://index.example/idna.tar.gz", hash = "sha256:02", size = 7 }
"""


def make(folder: Path, pyproject: str, **files: str) -> Project:
    (folder / "pyproject.toml").write_text(pyproject, "utf-8")
    for name, text in files.items():
        (folder / {"lock": "uv.lock", "python": ".python-version", "uv": "uv.toml"}[name]).write_text(text, "utf-8")
    project = read_project(folder, {})
    assert project is not None
    return project


def causes(project: Project) -> list[str]:
    return [finding.cause for finding in project.findings]


def test_no_project(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="not a folder"):
        read_project(tmp_path / "none", {})


def test_a_whole_project(tmp_path: Path) -> None:
    project = make(
        tmp_path,
        """
[project]
name = "demo"
requires-python = ">=3.11"
dependencies = ["torch>=2.9", "idna"]
[project.optional-dependencies]
cu126 = ["torch"]
docs = ["sphinx"]
[dependency-groups]
dev = ["pytest", {include-group = "lint"}]
lint = ["ruff"]
[tool.uv]
conflicts = [[{extra = "cu126"}, {extra = "docs"}]]
required-version = ">=0.9"
[[tool.uv.index]]
name = "pt"
url = "https://torch.example/whl/cu126"
explicit = true
[tool.uv.sources]
torch = [{index = "pt", extra = "cu126"}]
[tool.uv-wizard.verify]
require = "cpu"
""",
        lock=LOCK,
        python="# comment\n3.12\n",
    )
    assert project.extras == ("cu126", "docs")
    assert project.groups == ("dev", "lint")
    assert project.required_uv == ">=0.9"
    assert project.python_version_file == "3.12"
    assert project.choices == {"verify": {"require": "cpu"}}
    assert project.torch is not None
    assert project.torch.offers == {"cu126": ("extra", "cu126")}
    assert (project.torch.locked_version, project.torch.locked_local) == ("2.9.1", "cu126")
    assert project.findings == ()
    told = document(project)
    assert told is not None
    assert told["lock"] == {
        "registries": ["https://torch.example/whl/cu126", "https://index.example/simple/"],
        "packages": 3,
        "download_bytes": 307,
    }


@pytest.mark.parametrize(
    "pyproject, lock, expected",
    [
        ('[project]\nname = "a"\n', None, ["lock-missing"]),
        ("[project\n", LOCK, ["project-invalid"]),
        (
            '[project]\nname = "a"\n',
            "<<<<<<< HEAD\nversion = 1\n=======\nversion = 2\n>>>>>>> x\n",
            ["lock-unreadable"],
        ),
        ('[project]\nname = "a"\n', "version = ", ["lock-unreadable"]),
        ('[project]\nname = "a"\n', LOCK, []),
        ("project = 3\n[tool]\nuv = []\n", LOCK, []),
    ],
)
def test_what_is_wrong_is_a_finding(tmp_path: Path, pyproject: str, lock: str | None, expected: list[str]) -> None:
    files = {} if lock is None else {"lock": lock}
    assert causes(make(tmp_path, pyproject, **files)) == expected


@pytest.mark.parametrize("tool", ["tool = 1", "[tool]\nuv = 1", "[tool]\nuv-wizard = 1", "[[tool.uv-wizard]]\na = 1"])
def test_tables_that_are_none_end_in_a_sentence(tmp_path: Path, tool: str) -> None:
    make(tmp_path, f"{tool}\n" if tool.startswith("tool") else f"project.name = 'demo'\n{tool}\n")
    if "uv-wizard" in tool:
        with pytest.raises(BadInput, match=r"\[tool\.uv-wizard\] in pyproject.toml: .*; allowed: "):
            Way(str(tmp_path), environment={})
    else:
        found = Way(str(tmp_path), environment={}).findings()
        assert "lock-missing" in [finding.diagnosis.cause for finding in found]


@pytest.mark.parametrize(
    "deep", ["a = " + "[" * 3000 + "]" * 3000, ".".join(["a"] * 3000) + " = 1"], ids=["list", "key"]
)
def test_what_is_nested_too_deep_is_a_finding(tmp_path: Path, deep: str) -> None:
    assert causes(make(tmp_path, deep, lock=deep, uv=deep)) == ["project-invalid", "config-invalid", "lock-unreadable"]


def test_a_merge_conflict_is_called_one(tmp_path: Path) -> None:
    text = "a = 1\n<<<<<<< ours\nb = 1\n=======\nb = 2\n>>>>>>> theirs\n"
    finding = make(tmp_path, '[project]\nname = "a"\n', lock=text).findings[0]
    assert "merge conflict" in finding.title


def test_a_broken_uv_toml_is_a_finding(tmp_path: Path) -> None:
    assert "config-invalid" in causes(make(tmp_path, '[project]\nname = "a"\n', uv="cache-dir = ", lock=LOCK))


@pytest.mark.parametrize(
    "members, exclude, member, is_member",
    [
        ('["packages/*"]', "[]", "packages/one", True),
        ('["packages/*"]', '["packages/one"]', "packages/one", False),
        ('["packages/*"]', "[]", "packages/deep/one", False),
        ('["libs/a", "apps/b"]', "[]", "apps/b", True),
        ('["./packages/*"]', "[]", "packages/one", True),
        ('["packages/**"]', "[]", "packages/deep/one", True),
        ('["packages/**"]', '["packages/deep/*"]', "packages/deep/one", False),
    ],
)
def test_the_root_is_found_from_a_member(
    tmp_path: Path, members: str, exclude: str, member: str, is_member: bool
) -> None:
    (tmp_path / "pyproject.toml").write_text(
        f'[project]\nname = "root"\n[tool.uv.workspace]\nmembers = {members}\nexclude = {exclude}\n'
    )
    folder = tmp_path / member
    (folder / "src").mkdir(parents=True)
    (folder / "pyproject.toml").write_text('[project]\nname = "member"\n')
    project = read_project(folder / "src", {})
    assert project is not None
    assert Path(project.path) == (tmp_path if is_member else folder)
    assert (member in project.members) is is_member
    assert project.member == (member if is_member else "")
    assert Path(project.folder) == folder
    assert project.name == "member"


def test_another_environment_folder(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "a"\n')
    project = read_project(tmp_path, {"UV_PROJECT_ENVIRONMENT": "env"})
    assert project is not None
    assert Path(project.environment_path) == tmp_path / "env"


@pytest.mark.parametrize(
    "pyproject, declared, requirement",
    [
        ('[project]\ndependencies = ["numpy"]', None, None),
        ("[project]\ndependencies = [\"Torch>=2.1,<3 ; sys_platform == 'linux'\"]", True, "<3,>=2.1"),
        ('[project.optional-dependencies]\ngpu = ["torch==2.9.1"]', True, "==2.9.1"),
        ('[dependency-groups]\ntrain = ["torch"]', True, None),
        ('[tool.uv]\ndev-dependencies = ["torch~=2.9"]', True, "~=2.9"),
        ('[project]\ndependencies = ["torchvision"]', False, None),  # every release of it needs torch
        ('[project]\ndependencies = ["torchaudio"]', None, None),
        ('[project]\ndependencies = ["torch @ https://x.example/t.whl", "not a requirement !!"]', True, None),
    ],
)
def test_torch_is_found_wherever_it_is_asked_for(
    tmp_path: Path, pyproject: str, declared: bool | None, requirement: str | None
) -> None:
    torch = make(tmp_path, pyproject + "\n", lock="version = 1\n").torch
    assert (torch.declared if torch else None) is declared
    assert (torch.requirement if torch else None) == requirement


UNBOUND = '[project]\nname = "x"\nversion = "1"\n[project.optional-dependencies]\ncpu = ["torch"]\n'


@pytest.mark.parametrize(
    "more, offers",
    [
        ("", {}),  # what such an extra gives is the package index's torch: on Linux a CUDA build
        ('[[tool.uv.index]]\nurl = "https://x.example/whl/cpu"\nexplicit = true\n', {}),
        ('[[tool.uv.index]]\nurl = "https://x.example/whl/cpu"\ndefault = true\n', {"cpu": ("extra", "cpu")}),
    ],
)
def test_an_extra_offers_what_it_is_bound_to_and_not_what_it_is_called(
    tmp_path: Path, more: str, offers: dict[str, tuple[str, str]]
) -> None:
    torch = make(tmp_path, UNBOUND + more, lock="version = 1\n").torch
    assert torch is not None
    assert torch.offers == offers


BOUND = """[project]
name = "x"
version = "1"
dependencies = ["torch"]
[[tool.uv.index]]
name = "c"
url = "https://x.example/whl/cpu"
explicit = true
[tool.uv.sources]
torch = { index = "c" }
"""


@pytest.mark.parametrize(
    "registry, default",
    [
        ("https://x.example/whl/cpu", "https://corp.example/simple"),
        ("https://old.example/simple", "https://old.example/simple"),
    ],
)
def test_a_lock_of_explicit_indexes_alone_leaves_the_default_to_the_environment(
    tmp_path: Path, registry: str, default: str
) -> None:
    lock = f'version = 1\n[[package]]\nname = "torch"\nversion = "2.9.1"\nsource = {{ registry = "{registry}" }}\n'
    (tmp_path / "pyproject.toml").write_text(BOUND)
    (tmp_path / "uv.lock").write_text(lock)
    project = read_project(tmp_path, {"UV_DEFAULT_INDEX": "https://corp.example/simple"})
    assert project is not None
    assert run_environment(project, Choices())["UV_DEFAULT_INDEX"] == default


def test_an_environment_that_can_not_be_made_is_a_finding(tmp_path: Path) -> None:
    make(tmp_path, '[project]\nname = "a"\n', lock=LOCK)
    for there, expected in (("uv.lock/env", ["project-read-only"]), ("elsewhere", [])):
        project = read_project(tmp_path, {"UV_PROJECT_ENVIRONMENT": there})
        assert project is not None
        assert causes(project) == expected


def test_an_environment_that_this_program_runs_from_is_not_synced(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\nversion = "1"\n', "utf-8")
    for there, expected in ((sys.prefix, ["own-environment"]), (str(tmp_path / "env"), [])):
        project = read_project(tmp_path, {"UV_PROJECT_ENVIRONMENT": there})
        assert project is not None
        assert [one.cause for one in project.findings if one.cause != "lock-missing"] == expected
    way = Way(str(tmp_path), machine=NOTHING, environment={"UV_PROJECT_ENVIRONMENT": sys.prefix})
    stopped = stands_in_the_way(way)
    assert stopped is not None
    assert stopped.cause == "own-environment"
