"""What breaks --locked is found, with the place that says so; what uv minds not is left alone. Held against the real uv,
and so is the promise that the wizard's own sync works all the same wherever the finding is no error.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.mirrors.support import user_config
from tests.support.index import Index
from tests.support.often import every
from tests.support.projects import Project, make_project
from wizard.advice.locked import audit, held_here
from wizard.choices import Choices
from wizard.machine.facts import Machine
from wizard.machine.request import ProbeRequest
from wizard.machine.uv_configs import uv_configs
from wizard.plan.sync import run_environment
from wizard.project.facts import Project as ReadProject
from wizard.project.read import read_project
from wizard.run.environment import child_environment

pytestmark = pytest.mark.same_everywhere

NEWEST = "0.13.8"
INDEX, OWN = "http://127.0.0.1:9/simple", "OWN"
DEFAULT = f'[[index]]\nurl = "{INDEX}"\ndefault = true\n'
TOOL = "\n[tool.uv]\n"


@dataclass(frozen=True)
class Case:
    """What is set where; `cause` None: uv does not mind. `held`: our own sync works all the same. `line`: where it says so."""

    cause: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    user: str = ""
    system: str = ""
    named: str = ""
    project: str = ""
    pyproject: str = ""
    locked_with: Mapping[str, str] = field(default_factory=dict)
    held: bool = True
    line: int | None = None


OTHER_INDEX, OUTDATED = "lock-other-index", "lock-outdated"
CASES = {
    "nothing": Case(),
    "another index": Case(OTHER_INDEX, {"UV_DEFAULT_INDEX": INDEX}),
    "a slash": Case(OTHER_INDEX, {"UV_DEFAULT_INDEX": OWN + "/"}),
    "the same index": Case(None, {"UV_DEFAULT_INDEX": OWN}),
    "the same index with a name": Case(None, {"UV_DEFAULT_INDEX": "mine=" + OWN}),
    "the older name": Case(OTHER_INDEX, {"UV_INDEX_URL": INDEX}),
    "beside it": Case(None, {"UV_INDEX": OWN}),
    "user": Case(OTHER_INDEX, user=f"# a comment\n# {INDEX}\n{DEFAULT}", line=4),
    "user, the same": Case(None, user=f'[[index]]\nurl = "{OWN}"\ndefault = true\n'),
    "user, the older name": Case(OTHER_INDEX, user=f'index-url = "{INDEX}"\n', line=1),
    "user, of uv pip": Case(None, user=f'[pip]\nindex-url = "{INDEX}"\n'),
    "system": Case(OTHER_INDEX, system="\n" + DEFAULT, line=3),
    "user before system": Case(OTHER_INDEX, user=DEFAULT, system='index-url = "http://x.test"\n', line=2),
    "a file that is named": Case(OTHER_INDEX, named=DEFAULT, line=2),
    "a file that is named alone counts": Case(None, named="# nothing\n", user=DEFAULT, pyproject=TOOL + 'prerelease = "allow"\n'),
    "the project's uv.toml": Case(OTHER_INDEX, project=DEFAULT, line=2),
    "the project": Case(OTHER_INDEX, pyproject=TOOL + f'index-url = "{INDEX}"\n', line=8),
    "no configuration": Case(None, {"UV_NO_CONFIG": "1"}, user=DEFAULT, system=DEFAULT),
    "prerelease": Case(OUTDATED, {"UV_PRERELEASE": "allow"}),
    "prerelease, the default": Case(None, {"UV_PRERELEASE": "if-necessary-or-explicit"}),
    "resolution": Case(OUTDATED, {"UV_RESOLUTION": "lowest"}),
    "resolution, the default": Case(None, {"UV_RESOLUTION": "highest"}),
    "exclude-newer": Case(OUTDATED, {"UV_EXCLUDE_NEWER": "2030-01-01"}),
    "exclude-newer of a package": Case(None, {"UV_EXCLUDE_NEWER_PACKAGE": "alpha=2030-01-01"}),
    "user's prerelease": Case(OUTDATED, user='# prerelease\n\nprerelease = "allow"\n', line=3),
    "user's fork-strategy": Case(OUTDATED, user='fork-strategy = "fewest"\n', line=1),
    "user's resolution": Case(OUTDATED, user='resolution = "lowest-direct"\n', line=1),
    "user's exclude-newer": Case(OUTDATED, user='exclude-newer = "2030-01-01T00:00:00Z"\n', line=1),
    "system's exclude-newer": Case(OUTDATED, system='\nexclude-newer = "2030-01-01T00:00:00Z"\n', line=2),
    "user's exclude-newer of a package": Case(
        OUTDATED, user='exclude-newer-package = { alpha = "2030-01-01T00:00:00Z" }\n', held=False, line=1
    ),
    "user's metadata": Case(
        OUTDATED, user='[[dependency-metadata]]\nname = "alpha"\nversion = "1.0"\n', held=False, line=1
    ),
    "a variable and a file": Case(OUTDATED, {"UV_PRERELEASE": "disallow"}, user='prerelease = "allow"\n'),
    "of uv pip": Case(None, user='[pip]\nprerelease = "allow"\n'),
    "uv minds not": Case(None, user='index-strategy = "unsafe-best-match"\n'),
    "made with one that is gone": Case(OUTDATED, locked_with={"UV_PRERELEASE": "allow"}),
    "made before a date that is gone": Case(OUTDATED, locked_with={"UV_EXCLUDE_NEWER": "2030-01-01T00:00:00Z"}),
    "made before a span that is gone": Case(OUTDATED, locked_with={"UV_EXCLUDE_NEWER": "1 day"}),
    "made with one that is here": Case(None, {"UV_RESOLUTION": "lowest"}, locked_with={"UV_RESOLUTION": "lowest"}),
}  # fmt: skip


def set_up(case: Case, index: Index, tmp_path: Path, uv: Path, home: Path) -> tuple[Project, dict[str, str], Machine]:
    """The project, the environment of somebody there, and the machine as the probes see it."""
    own = index.url()
    project = make_project(tmp_path, index, uv, env=case.locked_with)
    if case.pyproject:
        project.pyproject.write_text(project.pyproject.read_text("utf-8") + case.pyproject, "utf-8")
    system = Path(os.environ["XDG_CONFIG_DIRS"]) if os.name != "nt" else home / "ProgramData"
    places = {
        user_config(home): case.user,
        system / "uv": case.system,
        project.path: case.project,
        tmp_path / "named": case.named,
    }
    for folder, text in places.items():
        if text:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "uv.toml").write_text(text.replace(OWN, own), "utf-8")
    env = {name: value for name, value in os.environ.items() if name != "UV_DEFAULT_INDEX"}
    env |= {name: value.replace(OWN, own) for name, value in case.environment.items()}
    if case.named:
        env["UV_CONFIG_FILE"] = os.fspath(tmp_path / "named" / "uv.toml")
    request = ProbeRequest(project=os.fspath(project.path), environment=env, home=os.fspath(home))
    user = os.fspath(user_config(home) / "uv.toml")
    found = Machine(environment=env, folders={"user_uv_toml": user}, uv_configs=uv_configs(request, user))
    return project, env, found


def works(project: Project, env: Mapping[str, str]) -> bool:
    here = Project(project.path, project.uv, project.registry, {**env, "UV_HTTP_RETRIES": "0"})
    return here.run_uv("sync", "--locked", "--dry-run", "--color", "never", check=False).returncode == 0


@pytest.mark.parametrize("name", every(3, CASES))
def test_what_the_wizard_says_and_what_uv_does(index: Index, home: Path, uv: Path, tmp_path: Path, name: str) -> None:
    case = CASES[name]
    if os.name == "nt" and case.system:
        pytest.skip("the system's uv.toml would have to be written to C:\\ProgramData, which is not the tests' own")
    project, env, machine = set_up(case, index, tmp_path, uv, home)
    read = read_project(project.path, env)
    found = audit(machine, read, NEWEST)
    assert [finding.cause for finding in found] == ([case.cause] if case.cause else [])
    assert works(project, env) == (case.cause is None)
    if case.cause:
        assert (found[0].severity == "warning") == case.held
        assert case.line is None or f"uv.toml, line {case.line} " in found[0].explanation.replace("pyproject", "uv")
    if name != "a file that is named alone counts":  # there the wizard says less than uv would mind
        assert works(project, ours(read, machine, env)) == case.held


def ours(read: ReadProject | None, machine: Machine, env: Mapping[str, str]) -> dict[str, str]:
    """What uv gets of the wizard's sync."""
    assert read is not None
    return child_environment(env, {**run_environment(read, Choices()), **held_here(machine, read, NEWEST)})


def test_an_outdated_lock_stays_one(project: Project) -> None:
    """What the project itself says counts, not what its lock was made with."""
    project.pyproject.write_text(project.pyproject.read_text("utf-8") + TOOL + 'resolution = "lowest"\n', "utf-8")
    read = read_project(project.path, {})
    assert not works(project, ours(read, Machine(), os.environ))


def test_an_older_uv_has_no_word_for_none(project: Project) -> None:
    read = read_project(project.path, {})
    machine = Machine(uv_configs=(("/etc/uv/uv.toml", b'exclude-newer = "2030-01-01T00:00:00Z"\n'),))
    assert held_here(machine, read, "0.10.12") == {}
    assert held_here(machine, read, None) == {}
    assert [one.severity for one in audit(machine, read, "0.10.12")] == ["error"]
    assert held_here(machine, read, NEWEST) == {"UV_EXCLUDE_NEWER": "false"}


def test_what_the_project_says_itself_counts_first(project: Project) -> None:
    project.pyproject.write_text(project.pyproject.read_text("utf-8") + TOOL + 'prerelease = "allow"\n', "utf-8")
    project.run_uv("lock")
    read = read_project(project.path, {})
    disallow = Machine(uv_configs=(("/etc/uv/uv.toml", b'prerelease = "disallow"\n'),))
    assert audit(disallow, read) == ()
    assert [one.cause for one in audit(Machine(environment={"UV_PRERELEASE": "disallow"}), read)] == [OUTDATED]
    assert audit(Machine(environment={"UV_PRERELEASE": "allow"}), read) == ()


def test_no_secret_is_told(project: Project) -> None:
    read = read_project(project.path, {})
    text = b'[[index]]\nurl = "http://u:secret@m.test/simple"\ndefault = true\n'
    (finding,) = audit(Machine(uv_configs=(("/x/uv.toml", text),)), read)
    assert finding.evidence == ('url = "http://***@m.test/simple"',)
    assert "secret" not in str(finding)


def test_what_cannot_be_read_is_told_elsewhere(project: Project) -> None:
    read = read_project(project.path, {})
    assert audit(Machine(uv_configs=(("/x/uv.toml", b"not toml ="),)), read) == ()
    assert audit(Machine(environment={"UV_PRERELEASE": "allow"}), None) == ()
