"""What breaks --locked is found, with the place that says so; what uv minds not is left alone. Held against the real uv."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.mirrors.support import user_config
from tests.support.index import Index
from tests.support.projects import Project
from wizard.advice.mirrors import advise, audit
from wizard.machine.facts import Machine
from wizard.project.read import read_project

pytestmark = pytest.mark.same_everywhere

USER = "/home/x/.config/uv/uv.toml"


def machine(environment: Mapping[str, str] | None = None, uv_toml: str | None = None) -> Machine:
    files = {USER: None if uv_toml is None else uv_toml.encode()}
    return Machine(environment=environment or {}, files=files, folders={"user_uv_toml": USER})


def write(home: Path, text: str) -> None:
    folder = user_config(home)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "uv.toml").write_text(text, "utf-8")


INDEX, OWN = "http://127.0.0.1:9/simple", "OWN"
CASES = [
    ({}, None, None),
    ({"UV_DEFAULT_INDEX": INDEX}, None, "lock-other-index"),
    ({"UV_DEFAULT_INDEX": OWN + "/"}, None, "lock-other-index"),
    ({"UV_DEFAULT_INDEX": OWN}, None, None),
    ({"UV_INDEX_URL": INDEX}, None, "lock-other-index"),
    ({"UV_INDEX": OWN}, None, None),
    ({}, f'# a comment\n\n[[index]]\nurl = "{INDEX}"\ndefault = true\n', "lock-other-index"),
    ({}, f'[[index]]\nurl = "{OWN}"\ndefault = true\n', None),
    ({}, f'index-url = "{INDEX}"\n', "lock-other-index"),
    ({"UV_PRERELEASE": "allow"}, None, "lock-outdated"),
    ({"UV_PRERELEASE": "if-necessary-or-explicit"}, None, None),
    ({"UV_RESOLUTION": "lowest"}, None, "lock-outdated"),
    ({"UV_RESOLUTION": "highest"}, None, None),
    ({"UV_EXCLUDE_NEWER": "2025-01-01"}, None, "lock-outdated"),
    ({}, 'prerelease = "allow"\n', "lock-outdated"),
    ({}, 'fork-strategy = "fewest"\n', "lock-outdated"),
    ({}, 'resolution = "lowest-direct"\n', "lock-outdated"),
    ({}, 'exclude-newer = "2025-01-01T00:00:00Z"\n', "lock-outdated"),
    ({}, '[pip]\nprerelease = "allow"\n', None),
    ({}, 'index-strategy = "unsafe-best-match"\n', None),
]


@pytest.mark.parametrize("environment, uv_toml, cause", CASES)
def test_what_the_wizard_says_and_what_uv_does(
    index: Index, project: Project, home: Path, environment: dict[str, str], uv_toml: str | None, cause: str | None
) -> None:
    env = {name: value.replace(OWN, index.url()) for name, value in environment.items()}
    text = None if uv_toml is None else uv_toml.replace(OWN, index.url())
    read = read_project(project.path, {})
    found = audit(machine(env, text), read)
    assert [finding.cause for finding in found] == ([] if cause is None else [cause])
    if text is not None:
        write(home, text)
    # The lock was made with UV_DEFAULT_INDEX, so a bare run is one with no index in force at all.
    bare = {name: value for name, value in project.env.items() if name != "UV_DEFAULT_INDEX"}
    here = Project(project.path, project.uv, project.registry, {**bare, **env, "UV_HTTP_RETRIES": "0"})
    works = here.run_uv("sync", "--locked", "--dry-run", "--color", "never", check=False).returncode == 0
    assert works == (cause is None)


def test_the_place_is_named(project: Project) -> None:
    read = read_project(project.path, {})
    text = '# mine\n\n[[index]]\nurl = "http://u:secret@m.test/simple"\ndefault = true\n'
    (finding,) = audit(machine({}, text), read)
    assert f"{USER}, line 4" in finding.explanation
    assert finding.evidence == ('url = "http://***@m.test/simple"',)
    assert "secret" not in str(finding)
    (variable,) = audit(machine({"UV_DEFAULT_INDEX": "http://m.test/simple"}, text), read)
    assert "UV_DEFAULT_INDEX in the environment" in variable.explanation


def test_what_the_project_says_itself_counts_first(project: Project) -> None:
    text = project.pyproject.read_text("utf-8") + '\n[tool.uv]\nprerelease = "allow"\n'
    project.pyproject.write_text(text, "utf-8")
    project.run_uv("lock")
    read = read_project(project.path, {})
    assert audit(machine({}, 'prerelease = "disallow"\n'), read) == ()
    assert [one.cause for one in audit(machine({"UV_PRERELEASE": "disallow"}), read)] == ["lock-outdated"]
    assert audit(machine({"UV_PRERELEASE": "allow"}), read) == ()


def test_settings_that_uv_does_not_read(project: Project) -> None:
    read = read_project(project.path, {})
    assert audit(machine({"UV_NO_CONFIG": "1"}, 'prerelease = "allow"\n'), read) == ()
    assert audit(machine({}, "not toml ="), read) == ()
    assert audit(machine({"UV_PRERELEASE": "allow"}), None) == ()


@pytest.mark.parametrize(
    "url, chosen",
    [
        ("https://pypi.tuna.tsinghua.edu.cn/simple/", "tuna"),
        ("https://mirrors.tuna.tsinghua.edu.cn/pypi/web/simple", "tuna"),
        ("https://mirrors.163.com/pypi/simple", None),
        ("https://company.test/simple", None),
    ],
)
def test_a_mirror_in_force_is_recognised(url: str, chosen: str | None) -> None:
    advice = advise(machine({"UV_DEFAULT_INDEX": url}), None)
    assert advice.choices.get("mirrors.pypi") == chosen
    assert bool(advice.reasons) == (chosen is not None)
