"""pyproject.toml edited: what is meant changes, and nothing else of the file does."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.support.toml_files import files
from wizard.project.torch import held_by_us
from wizard.project.torch_changes import changes
from wizard.project.torch_editor import Refused, edit
from wizard.project.torch_target import Target, apply
from wizard.toml import TOMLError, parse

pytestmark = pytest.mark.same_everywhere

BASE = "https://wheels.example/whl/"
FAMILY = ("torchvision",)
ADDRESSES = {name: BASE + name for name in ("cpu", "cu126", "cu130", "rocm7.2", "xpu")}
BOTH = "sys_platform == 'linux' or sys_platform == 'win32'"
CUDA = Target({"cu126": ("linux", "windows"), "pypi": ("macos",)}, family=FAMILY, index_url=ADDRESSES)
CPU = Target({"cpu": ("linux", "windows"), "pypi": ("macos",)}, family=FAMILY, index_url=ADDRESSES)
ROCM = Target({"rocm7.2": ("linux",), "pypi": ("windows", "macos")}, family=FAMILY, index_url=ADDRESSES,
              beside={"rocm7.2": ("triton-rocm",)})  # fmt: skip
SPLIT = Target({"cpu": ("linux",), "cu126": ("windows",)}, family=FAMILY, index_url=ADDRESSES)
WINDOWS = Target({"cu130": ("windows",)}, family=FAMILY, index_url=ADDRESSES)
HELD = Target({"cu126": ("linux",)}, family=FAMILY, index_url=ADDRESSES, held={"torch": "2.10.0"})
PYPI = Target({"pypi": ("linux", "windows", "macos")}, family=FAMILY)
EXTRAS = Target({"cpu": ("linux", "windows"), "cu126": ("linux", "windows")}, layout="extras", family=FAMILY,
                index_url=ADDRESSES)  # fmt: skip
TARGETS = (CUDA, CPU, ROCM, SPLIT, WINDOWS, HELD, PYPI, EXTRAS)
PROJECT = '[project]\nname = "x"\ndependencies = ["torch"]\n'
PLAIN = b'[project]\nname = "x"\ndependencies = ["torch>=2.9", "torchvision", "numpy"]\n'


def sources(data: bytes) -> Any:
    return parse(data).get("tool", {}).get("uv", {}).get("sources")


def indexes(data: bytes) -> dict[str, str]:
    return {one["name"]: one["url"] for one in parse(data)["tool"]["uv"]["index"]}


def test_the_index_layout() -> None:
    after = edit(PLAIN, CUDA)
    entry = {"index": "pytorch-cu126", "marker": BOTH}
    assert sources(after) == {"torch": [entry], "torchvision": [entry]}
    assert parse(after)["tool"]["uv"]["index"] == [{"name": "pytorch-cu126", "url": BASE + "cu126", "explicit": True}]
    assert after.startswith(PLAIN)


def test_the_extras_layout() -> None:
    after = parse(edit(PLAIN, EXTRAS))
    assert after["project"]["dependencies"] == ["numpy"]
    assert after["project"]["optional-dependencies"] == {
        name: ["torch>=2.9", "torchvision"] for name in ("cpu", "cu126")
    }
    assert after["tool"]["uv"]["conflicts"] == [[{"extra": "cpu"}, {"extra": "cu126"}]]
    assert after["tool"]["uv"]["sources"]["torch"] == [
        {"index": f"pytorch-{name}", "extra": name, "marker": BOTH} for name in ("cpu", "cu126")
    ]


def test_one_variant_more_for_a_project_that_has_extras() -> None:
    more = Target({"cu130": ("linux", "windows")}, layout="extras", family=FAMILY, index_url=ADDRESSES)
    after = parse(edit(edit(PLAIN, EXTRAS), more))
    assert set(after["project"]["optional-dependencies"]) == {"cpu", "cu126", "cu130"}
    assert after["tool"]["uv"]["conflicts"] == [[{"extra": "cpu"}, {"extra": "cu126"}, {"extra": "cu130"}]]
    assert [one["extra"] for one in after["tool"]["uv"]["sources"]["torch"]] == ["cpu", "cu126", "cu130"]


def test_a_split_by_system() -> None:
    assert sources(edit(PLAIN, SPLIT))["torch"] == [
        {"index": "pytorch-cpu", "marker": "sys_platform == 'linux'"},
        {"index": "pytorch-cu126", "marker": "sys_platform == 'win32'"},
    ]


def test_systems_that_are_not_chosen_keep_what_they_have() -> None:
    assert sources(edit(edit(PLAIN, CUDA), WINDOWS))["torch"] == [
        {"index": "pytorch-cu126", "marker": "sys_platform == 'linux'"},
        {"index": "pytorch-cu130", "marker": "sys_platform == 'win32'"},
    ]


def test_rocm_brings_its_triton_and_takes_it_along_when_it_goes() -> None:
    rocm = edit(PLAIN, ROCM)
    assert parse(rocm)["project"]["dependencies"][-1] == "triton-rocm ; sys_platform == 'linux'"
    assert sources(rocm)["triton-rocm"] == [{"index": "pytorch-rocm7-2", "marker": "sys_platform == 'linux'"}]
    after = edit(rocm, CPU)
    assert parse(after)["project"]["dependencies"] == parse(PLAIN)["project"]["dependencies"]
    assert set(sources(after)) == {"torch", "torchvision"}


def test_torch_is_held_and_let_go() -> None:
    held = edit(PLAIN, HELD)
    assert parse(held)["tool"]["uv"]["constraint-dependencies"] == ["torch==2.10.0"]
    assert edit(held, CUDA) == edit(PLAIN, CUDA)


def test_back_to_the_package_index() -> None:
    assert not sources(edit(edit(PLAIN, CUDA), PYPI))


@pytest.mark.parametrize("table", ["project", "optional", "group", "dev"])
def test_a_pin_of_one_build_is_let_go_wherever_it_stands(table: str) -> None:
    heads = {
        "project": '[project]\nname = "x"\ndependencies = [',
        "optional": '[project]\nname = "x"\n[project.optional-dependencies]\ngpu = [',
        "group": '[project]\nname = "x"\n[dependency-groups]\ngpu = [',
        "dev": '[project]\nname = "x"\n[tool.uv]\ndev-dependencies = [',
    }
    before = f"{heads[table]}\n  'torch==2.1.0+cu118 ; python_version < \"3.12\"',  # the old one\n]\n"
    after = edit(before.encode(), CUDA).decode()
    assert "'torch==2.1.0 ; python_version < \"3.12\"',  # the old one\n" in after


def test_an_index_that_the_project_has_already_is_used() -> None:
    have = '[[tool.uv.index]]\nname = "ours"\nurl = "http://mirror.example/pytorch/cu126/"\nexplicit = true\n'
    target = Target(CUDA.variants, family=FAMILY)
    after = edit(PLAIN + have.encode(), target)
    assert indexes(after) == {"ours": "http://mirror.example/pytorch/cu126/"}
    assert sources(after)["torch"][0]["index"] == "ours"


def test_a_name_that_is_taken_is_left_alone() -> None:
    have = '[[tool.uv.index]]\nname = "pytorch-cu126"\nurl = "http://other.example/simple"\n'
    assert indexes(edit(PLAIN + have.encode(), CUDA)) == {
        "pytorch-cu126": "http://other.example/simple",
        "pytorch-cu126-2": BASE + "cu126",
    }


@pytest.mark.parametrize(
    "text, why",
    [
        ('[project]\nname = "x"\ndependencies = ["ultralytics"]\n', "another package brings torch"),
        ('[project]\nname = "x"\ndependencies = ["torch"]\n[tool.uv.sources]\ntorch = { git = "x" }\n', "git"),
        ('[project]\nname = "x"\ndependencies = ["torch"]\n[tool.uv.sources]\ntorch = { index = "a", extra = "b" }\n',
         "extras"),
        ('[project]\nname = "x"\ndependencies = ["torch"]\n[tool.uv.sources]\ntorch = { index = "a", marker = "?" }\n',
         "marker"),
        ("[project\n", "TOML"),
    ],
)  # fmt: skip
def test_what_can_not_be_done_is_refused_with_the_lines(text: str, why: str) -> None:
    with pytest.raises(Refused, match=why) as caught:
        edit(text.encode(), Target({"cu126": ("linux", "windows")}, index_url=ADDRESSES))
    assert "\n" not in str(caught.value)
    if why != "TOML":
        assert parse(caught.value.lines.encode())["tool"]["uv"]["index"][0]["url"] == BASE + "cu126"


@pytest.mark.parametrize(
    "text, target, lines",
    [
        (
            PROJECT + "[tool.uv.sources]\r\ntorch = [ # two kinds of newlines\r\n  { index = 'a' },\r\n]\r\n",
            EXTRAS,
            """# take "torch" out of project.dependencies

[[tool.uv.index]]
name = "pytorch-cpu"
url = "https://wheels.example/whl/cpu"
explicit = true

[[tool.uv.index]]
name = "pytorch-cu126"
url = "https://wheels.example/whl/cu126"
explicit = true

[project.optional-dependencies]
cpu = ["torch"]
cu126 = ["torch"]

[tool.uv]
conflicts = [[{ extra = "cpu" }, { extra = "cu126" }]]

[tool.uv.sources]
torch = [
  { index = "pytorch-cpu", extra = "cpu", marker = "sys_platform == 'linux' or sys_platform == 'win32'" },
  { index = "pytorch-cu126", extra = "cu126", marker = "sys_platform == 'linux' or sys_platform == 'win32'" },
]
""",
        ),
        (
            '[project]\nname = "x"\ndependencies = ["torch @ https://x.example/t.whl"]\n',
            WINDOWS,
            """# in project.dependencies write torch in place of torch @ https://x.example/t.whl

[[tool.uv.index]]
name = "pytorch-cu130"
url = "https://wheels.example/whl/cu130"
explicit = true

[tool.uv.sources]
torch = [
  { index = "pytorch-cu130", marker = "sys_platform == 'win32'" },
]
""",
        ),
    ],
)
def test_the_lines_to_add_are_those_of_this_project(text: str, target: Target, lines: str) -> None:
    with pytest.raises(Refused) as caught:
        edit(text.encode(), target)
    assert caught.value.lines == lines
    parse(lines.encode())


def check(data: bytes, target: Target) -> bool:
    """Whether it was edited; all that an edit promises."""
    try:
        before = parse(data)
    except TOMLError:
        assume(False)
        raise
    try:
        after = edit(data, target)
    except Refused:
        return False
    wanted, tidied = copy.deepcopy(before), []
    for change in changes(before, target, held_by_us(data)):
        if change.optional:
            tidied.append(copy.deepcopy(wanted))
        apply(wanted, change)
    assert parse(after) in [wanted, *tidied]
    assert edit(after, target) == after
    assert after.startswith(b"\xef\xbb\xbf") == data.startswith(b"\xef\xbb\xbf")
    if data.count(b"\n"):
        assert (b"\r\n" in after) == (b"\r\n" in data)
        assert b"\n" in data.replace(b"\r\n", b"") or b"\n" not in after.replace(b"\r\n", b"")
    assert after.endswith(b"\n") == data.endswith(b"\n")
    left = [line.partition(b"#")[2] for line in after.splitlines()]
    for line in data.splitlines():
        if b"#" in line and b"# held by uv-wizard" not in line:
            assert line.partition(b"#")[2] in left
    return True


def test_comments_in_a_source_that_is_written_anew_stay_in_it() -> None:
    text = PROJECT + "[tool.uv.sources]\n'torch' = [  # ours\n  { index = 'a#b' },  # not # for long\n]  # end\n"
    assert edit(text.encode(), WINDOWS).decode().partition("[tool.uv.sources]\n")[2].partition("\n\n")[0] == (
        "torch = [\n  # ours\n  # not # for long\n  # end\n"
        "  { index = \"a#b\", marker = \"sys_platform == 'linux' or sys_platform == 'darwin'\" },\n"
        '  { index = "pytorch-cu130", marker = "sys_platform == \'win32\'" },\n]'
    )


def full(tables: Any) -> Any:
    """Without tables and lists in which nothing stands."""
    if isinstance(tables, dict):
        return {key: one for key, old in tables.items() if (one := full(old)) not in ({}, [])}
    return tables


def back_again(data: bytes, target: Target) -> None:
    """Bound and let go again is never bound, but for an index that a member of a workspace may use, or that stands
    where tidying is not safe.
    """
    mixed = b"\r\n" in data and b"\n" in data.replace(b"\r\n", b"")
    if mixed or b"[tool.uv.workspace]" in data:
        return
    try:
        once, never = edit(edit(data, target), PYPI), edit(data, PYPI)
    except (Refused, TOMLError):
        return
    assert full(parse(once)) == full(parse(never))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(files(), st.sampled_from([CUDA, CPU, ROCM, SPLIT, HELD]))
def test_what_is_let_go_leaves_nothing_behind(data: bytes, target: Target) -> None:
    back_again(data, target)


@pytest.mark.parametrize("last", [CUDA, CPU, ROCM, SPLIT, PYPI], ids=["cuda", "cpu", "rocm", "split", "pypi"])
@pytest.mark.parametrize("first", [CUDA, CPU, ROCM, SPLIT, HELD], ids=["cuda", "cpu", "rocm", "split", "held"])
@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        PLAIN.rstrip(),
        PLAIN.replace(b"\n", b"\r\n"),
        b"tool.ruff.line-length = 100\n" + PLAIN,
        PLAIN + b"[tool.uv.sources]\nother = { path = 'y' }  # beside\n\n[tool.ruff]\n# wide\nline-length = 100\n",
        PLAIN + b'\n[[tool.uv.index]]\nname = "ours"\nurl = "http://ours.example"\n\n[tool.uv]\npackage = false\n',
        PLAIN.replace(b'["torch>=2.9", "torchvision", "numpy"]', b'[\n  "torch",  # t\n  # v\n  "torchvision",\n]'),
    ],
)
def test_a_switch_is_the_same_as_the_last_choice_alone(text: bytes, first: Target, last: Target) -> None:
    once, again = edit(text, last), edit(edit(text, first), last)
    if last is PYPI:
        assert again == text
    elif set(first.bound) & set(last.bound):  # the index that both have keeps its place
        assert sorted(again.splitlines()) == sorted(once.splitlines())
    else:
        assert again == once


@pytest.mark.long
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(files(), st.sampled_from(TARGETS))
def test_any_file_is_edited_as_meant_or_refused(data: bytes, target: Target) -> None:
    check(data, target)


@pytest.mark.long
@pytest.mark.timeout(1800)
@settings(max_examples=5000, deadline=None, suppress_health_check=list(HealthCheck))
@given(files(), st.sampled_from(TARGETS))
def test_five_thousand_files(data: bytes, target: Target) -> None:
    if check(data, target) and target.layout == "index":
        back_again(data, target)


INDEX = '[[tool.uv.index]]\nname = "{0}"\nurl = "http://{0}"\n'
SHAPES = {
    "dotted root": "tool.ruff.line-length = 100\n" + PROJECT,
    "dotted uv": "tool.uv.package = true\n" + PROJECT,
    "uv after its tables": PROJECT + "[tool.uv.workspace]\nmembers = []\n[tool.uv]\npackage = true\n",
    "inline": PROJECT + '[tool.uv]\nindex = [{ name = "a", url = "http://a" }]\nsources = { other = { path = "y" } }\n',
    "spread": INDEX.format("a") + PROJECT + INDEX.format("b") + '[tool.uv.sources.other]\npath = "y"\n',
    "crlf, bare end": '[project]\r\nname = "größer"\r\ndependencies = ["torch"]',
    "nothing below": PROJECT + "[tool.uv.sources]\n# none yet\n\n# the end",
}


@pytest.mark.parametrize("target", [CUDA, CPU, ROCM, SPLIT], ids=["cuda", "cpu", "rocm", "split"])
@pytest.mark.parametrize("text", SHAPES.values(), ids=SHAPES)
def test_these_shapes_are_edited_and_not_refused(text: str, target: Target) -> None:
    assert check(text.encode(), target)
