"""What a project asks for, changed by name: by tables, and against what uv itself makes of it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.projects import run as run_program
from wizard.errors import BadInput
from wizard.project.requirement_editor import added, edit_requirements, name_of, names_in, options_for
from wizard.toml import parse

HEAD = '[project]\nname = "p"\nversion = "0"\nrequires-python = ">=3.10"\n'
FILE = (
    HEAD
    + """\
dependencies = [
    "alpha>=1", # the first
    # about beta
    "Beta_Two[fast]==2 ; python_version < '4'",
    "gamma",
]

[project.optional-dependencies]
more = ["alpha", "delta"]

[dependency-groups]
dev = ["beta-two", {include-group = "docs"}]
docs = ["delta>3"]

[tool.uv.sources]
beta_two = { index = "ours" }
gamma = { path = "../gamma" }
"""
)


def edited(text: str, wishes: Mapping[str, str | None]) -> str:
    return edit_requirements(text.encode(), wishes).decode()


@pytest.mark.same_everywhere
@pytest.mark.parametrize(
    "wishes, gone, come",
    [
        ({"alpha": None},
         ['    "alpha>=1", # the first', 'more = ["alpha", "delta"]'], ["    # the first", 'more = ["delta"]']),
        ({"beta.two": None},
         ["    \"Beta_Two[fast]==2 ; python_version < '4'\",", 'dev = ["beta-two", {include-group = "docs"}]',
          'beta_two = { index = "ours" }'], ['dev = [{include-group = "docs"}]']),
        ({"delta": "omega"},
         ['more = ["alpha", "delta"]', 'docs = ["delta>3"]'], ['more = ["alpha", "omega"]', 'docs = ["omega>3"]']),
        ({"delta": "omega>=9"},
         ['more = ["alpha", "delta"]', 'docs = ["delta>3"]'], ['more = ["alpha", "omega>=9"]', 'docs = ["omega>=9"]']),
        ({"alpha": "alpha"}, ['    "alpha>=1", # the first'], ['    "alpha", # the first']),
        ({"alpha": "delta"},
         ['    "alpha>=1", # the first', 'more = ["alpha", "delta"]'], ['    "delta>=1", # the first', 'more = ["delta"]']),
        ({"nobody": None}, [], []),
    ],
)  # fmt: skip
def test_only_the_lines_that_name_it_change(wishes: Mapping[str, str | None], gone: list[str], come: list[str]) -> None:
    after = edited(FILE, wishes)
    before_lines, after_lines = FILE.splitlines(), after.splitlines()
    assert [line for line in before_lines if line not in after_lines] == gone
    assert [line for line in after_lines if line not in before_lines] == come
    assert "# about beta" in after


@pytest.mark.same_everywhere
def test_extras_and_markers_stay() -> None:
    after = parse(edited(FILE, {"beta-two": "zeta"}).encode())
    assert after["project"]["dependencies"][1] == 'zeta[fast]==2; python_version < "4"'
    assert parse(edited(FILE, {"beta-two": "beta-two<2"}).encode())["project"]["dependencies"][1] == (
        'beta-two[fast]<2; python_version < "4"'
    )
    assert "beta_two" in edited(FILE, {"beta-two": "beta-two<2"})


@pytest.mark.same_everywhere
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_newlines_and_mark_of_the_file_stay(newline: str, mark: str) -> None:
    text = mark + FILE.replace("\n", newline)
    assert edited(text, {"gamma": None}) == mark + edited(FILE, {"gamma": None}).replace("\n", newline)
    assert edit_requirements(text.encode(), {"gamma": None}).count(b"\r\n") in {0, FILE.count("\n") - 2}


@pytest.mark.same_everywhere
def test_one_that_nobody_names_is_added() -> None:
    assert parse(added(FILE.encode(), "numpy<2"))["project"]["dependencies"][-1] == "numpy<2"
    assert parse(added(HEAD.encode(), "numpy<2"))["project"]["dependencies"] == ["numpy<2"]
    workspace = b'[tool.uv.workspace]\nmembers = ["a"]\n'
    assert added(workspace, "numpy<2") == workspace


@pytest.mark.same_everywhere
def test_a_file_that_is_no_toml_is_refused() -> None:
    with pytest.raises(BadInput, match="not valid TOML"):
        edit_requirements(b"[project", {"alpha": None})


@pytest.mark.same_everywhere
@pytest.mark.parametrize(
    "text, name", [("Num_py", "num-py"), ("numpy>=2", "numpy"), ("", None), ("two words", None), ("numpy>=x", None)]
)
def test_what_is_a_requirement(text: str, name: str | None) -> None:
    assert name_of(text) == name


@pytest.mark.same_everywhere
def test_a_right_name_keeps_its_source() -> None:
    """From another index the same name may be another package."""
    after = parse(edited(FILE, {"gamma": "gamme"}).encode())["tool"]["uv"]["sources"]
    assert after == {"beta_two": {"index": "ours"}, "gamme": {"path": "../gamma"}}
    there = parse(edited(FILE, {"gamma": "beta-two"}).encode())["tool"]["uv"]["sources"]
    assert there == {"beta_two": {"index": "ours"}}
    by_address = parse(edited(FILE, {"gamma": "gamme @ https://files.example/g.whl"}).encode())
    assert "gamme" not in by_address["tool"]["uv"]["sources"]


@pytest.mark.same_everywhere
def test_a_requirement_of_another_system_is_not_taken_for_the_same() -> None:
    text = HEAD + """dependencies = ["alpha>1; sys_platform=='win32'", "delta; sys_platform=='linux'"]\n"""
    after = parse(edited(text, {"alpha": "delta"}).encode())["project"]["dependencies"]
    assert after == ['delta>1; sys_platform == "win32"', "delta; sys_platform=='linux'"]


@pytest.mark.same_everywhere
def test_where_a_package_is_asked_for() -> None:
    data = FILE.encode()
    assert names_in(data) == {"alpha", "beta-two", "gamma", "delta"}
    assert options_for(data, "Gamma") == ()
    assert options_for(data, "delta") == ("--optional", "more")
    assert options_for(FILE.replace('more = ["alpha", "delta"]', "").encode(), "delta") == ("--group", "docs")
    assert options_for((HEAD + '[tool.uv]\ndev-dependencies = ["delta"]\n').encode(), "delta") == ("--dev",)
    assert options_for(data, "nobody") == ()


@pytest.mark.same_everywhere
def test_what_a_build_says_is_not_written_beside_it() -> None:
    text = (HEAD + 'dynamic = ["dependencies"]\n').encode()
    assert added(text, "numpy<2") == text


@pytest.mark.parametrize(
    "argv, wishes",
    [
        (["remove", "gamma"], {"gamma": None}),
        (["remove", "--group", "docs", "delta"], {"delta": None}),
        (["add", "gamma<2"], {"gamma": "gamma<2"}),
        (["add", "omega>1"], {"omega": "omega>1"}),
    ],
)
def test_uv_makes_the_same_of_it(argv: list[str], wishes: Mapping[str, str | None], tmp_path: Path, uv: Path) -> None:
    text = FILE.replace('more = ["alpha", "delta"]', 'more = ["alpha"]')
    (tmp_path / "pyproject.toml").write_text(text, "utf-8")
    run_program([os.fspath(uv), *argv, "--frozen"], cwd=tmp_path, env=dict(os.environ))
    by_uv = parse((tmp_path / "pyproject.toml").read_bytes())
    ours = edit_requirements(text.encode(), wishes)
    ours = added(ours, *[wish for wish in wishes.values() if wish]) if ours == text.encode() else ours
    assert parse(ours) == by_uv
