"""The plain mode with a real uv and a loopback index: lines in, lines out, and an exit code."""

from __future__ import annotations

import io
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.faults import Status
from tests.support.index import Index
from tests.support.projects import Project
from tests.support.recorded import Recorded
from tests.support.torch_project import RTX, make_torch_project
from wizard.choices import Choices
from wizard.diagnosis import Fix
from wizard.errors import BadInput, DecisionMissing
from wizard.machine.facts import Conda, FoundUv, Machine, UvSource
from wizard.machine.request import own_os
from wizard.plain import sources_and_torch as plain_choices
from wizard.plain import start_and_review as plain_pages
from wizard.plain import uv_and_settings as plain_machine
from wizard.plain import wizard as plain
from wizard.plain.page import Again, Back, EndOfInput, Page, Question, Quit, Row, Talk
from wizard.plain.run import _joins, follow
from wizard.plain.ways_out import take_out
from wizard.plan.quoting import command_line
from wizard.run import client
from wizard.way import Way


def walked(folder: Path, answers: str) -> tuple[int, str]:
    out = io.StringIO()
    code = plain.run(Way(str(folder)), stdin=io.StringIO(answers), stdout=out)
    return code, out.getvalue()


def titles(text: str) -> list[str]:
    return re.findall(r"^(\d)/8 ", text, re.MULTILINE)


@pytest.mark.same_everywhere
def test_enter_alone_leads_to_a_verified_environment(project: Project) -> None:
    code, text = walked(project.path, "\n" * 40)
    assert code == 0, text
    assert titles(text) == ["1", "2", "3", "4", "5", "6"]
    assert project.venv.is_dir()
    assert "+ ok: Nothing stands in the way." in text or "Found" in text
    assert re.search(r"^\d\d:\d\d:\d\d  step 1 of 2, sync: ", text, re.MULTILINE)
    assert re.search(r"^ 1 ok: packages are those of uv\.lock", text, re.MULTILINE)
    assert "It works: Python and " in text
    assert "From now on:" in text
    assert "\x1b" not in text


@pytest.mark.same_everywhere
def test_the_end_of_the_input_is_no_agreement(project: Project) -> None:
    before = sorted(path.name for path in project.path.iterdir())
    for answers in ("", "\n", "\n" * 8):
        with pytest.raises(DecisionMissing):
            walked(project.path, answers)
    assert sorted(path.name for path in project.path.iterdir()) == before


@pytest.mark.same_everywhere
def test_q_leaves_and_changes_nothing(project: Project) -> None:
    before = sorted(path.name for path in project.path.iterdir())
    code, text = walked(project.path, "\nq\n")
    assert code == 0
    assert text.endswith("Nothing was changed.\n")
    assert sorted(path.name for path in project.path.iterdir()) == before


@pytest.mark.same_everywhere
def test_b_goes_back_and_what_is_no_choice_is_answered(project: Project) -> None:
    code, text = walked(project.path, "b\n\n7\nb\n\nq\n")
    assert code == 0
    assert titles(text) == ["1", "2", "1", "2"]
    assert "This is the first page. q quits." in text
    assert re.search(r"x error: 7 is not a choice\. Give a number from 1 to \d, or Enter for \d\.", text)


@pytest.mark.same_everywhere
def test_a_field_says_what_is_wrong_and_asks_again(project: Project) -> None:
    code, text = walked(project.path, "\n\n~/cache\nq\n")
    assert code == 0
    assert "x error: settings.cache-dir = '~/cache' is not possible" in text
    assert text.count("Cache folder [") == 2


@pytest.mark.same_everywhere
def test_question_mark_and_d_explain(project: Project) -> None:
    code, text = walked(project.path, "\n?\n\n\n\n\n\n\n\nd\nq\n")
    assert code == 0
    assert "uv installs Pythons and packages" in text
    assert "sync --locked" in text
    assert "Nothing has been changed. Carry it out" in text


@pytest.mark.same_everywhere
def test_a_failure_names_its_cause_and_offers_its_fixes(project: Project, index: Index) -> None:
    index.fault("alpha-1.0", Status(404))
    code, text = walked(project.path, "\n" * 9 + "?\n99\nq\n")
    assert code == 1, text
    assert re.search(r"^x .+  \([a-z-]+\)$", text, re.MULTILINE), text
    assert "  What to do" in text
    assert "is not a choice. Give a number from 1 to" in text


@pytest.mark.same_everywhere
def test_a_failure_is_put_right_without_leaving(project: Project, index: Index) -> None:
    """The index is back: the same again. uv.lock does not fit any more: it is made again by the fix's number."""
    text = project.pyproject.read_text("utf-8")
    project.pyproject.write_text(text.replace('"alpha"', '"alpha", "gamma"'), "utf-8")
    code, told = walked(project.path, "\n" * 9 + "a\n\n" + "1\n\n")
    assert code == 0, told
    assert told.count("Which fix? a number; a tries again, q ends [1]: ") == 2
    assert told.count("6/8 review") == 3
    assert "uv makes uv.lock again" in told
    assert "gamma" in project.lock.read_text("utf-8")


@pytest.mark.same_everywhere
def test_a_misspelt_package_is_put_right_without_leaving(project: Project) -> None:
    text = project.pyproject.read_text("utf-8")
    project.pyproject.write_text(text.replace('"alpha"', '"alpha", "gama>=1"'), "utf-8")
    code, told = walked(project.path, "\n" * 9 + "1\n\n" + "1\ngama\ntwo words\ngamma\n\n")
    assert code == 0, told
    assert told.count("The right name, or Enter for none: ") == 4
    for default in ("1", "2"):  # Enter for none asks for the fix again
        assert f"Which fix? a number; a tries again, q ends [{default}]: " in told
    assert "x error: This is the name that nobody has." in told
    assert "x error: A name such as numpy, or numpy>=2." in told
    assert "1  fix: ask for gamma in pyproject.toml, 1 file" in told
    assert '"alpha", "gamma>=1"' in project.pyproject.read_text("utf-8")
    assert "gamma" in project.lock.read_text("utf-8")


def without_a_lock(project: Project, asked: str) -> None:
    project.lock.unlink()
    text = project.pyproject.read_text("utf-8")
    project.pyproject.write_text(text.replace('"alpha"', f'"alpha", "{asked}"'), "utf-8")


@pytest.mark.same_everywhere
def test_a_misspelt_package_is_put_right_before_anything_runs(
    project: Project, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    """uv lock in a copy finds it, and a second wrong name as well; nothing is changed before Start."""
    monkeypatch.setenv("UV_DEFAULT_INDEX", index.url())
    without_a_lock(project, "gama")
    code, told = walked(project.path, "\n" * 8 + "1\ngamm\n1\ngamma\ny\n")
    assert code == 0, told
    assert told.count("Not worth starting: No package gam") == 2
    assert "2  lock: uv makes uv.lock, 3 packages added, 1 command" in told
    assert told.count("step 1 of 4, fix: ") == 1, "the first run is the right one"
    assert '"alpha", "gamma"' in project.pyproject.read_text("utf-8")
    assert "It works: Python and " in told


@pytest.mark.same_everywhere
def test_a_version_that_nobody_has_is_loosened_also_under_its_right_name(
    project: Project, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", index.url())
    without_a_lock(project, "gama>=99")
    code, told = walked(project.path, "\n" * 8 + "1\ngamma\n1\ny\n")
    assert code == 0, told
    assert "No version of gamma fits" in told
    assert "  1  fix: ask for gamma in pyproject.toml, 1 file" in told
    assert '"alpha", "gamma"' in project.pyproject.read_text("utf-8")


@pytest.mark.same_everywhere
def test_a_lock_that_takes_long_is_left_to_the_run(
    project: Project, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", index.url())
    monkeypatch.setattr("wizard.lock_forecast.PATIENCE_S", 0)
    without_a_lock(project, "gamma")
    code, told = walked(project.path, "\n" * 30)
    assert code == 0, told
    assert "Trying uv lock in a copy, at most 0 s; Ctrl+C skips it. The project is not touched." in told
    assert "  1  lock: uv makes uv.lock, 1 command" in told
    assert "It works: Python and " in told


@pytest.mark.same_everywhere
@pytest.mark.parametrize(
    "fix, again, told",
    [
        (Fix("a", {"settings.link-mode": "copy"}), True, ""),
        (Fix("a", {"settings.link-mode": "glue"}), False, "x error: settings.link-mode"),
        (Fix("a", None, (("unset", "HTTPS_PROXY"),)), True, ""),
        (
            Fix("a", None, (("conda", "deactivate"),)),
            False,
            "q here, then type this, and start uv-wizard again:\n  conda d",
        ),
        (
            Fix("a", None, (("uv", "python", "list"),)),
            True,
            "Type this in another terminal; the plan is then made again",
        ),
        (Fix("a", message="Driver 580, please"), False, "For who can help:\n  Driver 580, please"),
        (Fix("a", None, (("uv-wizard", "attach", "--save", "report.zip"),)), False, "Report: "),
        (Fix("a", None, (("uv-wizard", "sync"),)), True, ""),
    ],
)
def test_where_a_fix_leads(fix: Fix, again: bool, told: str, project: Project) -> None:
    recorded = Recorded(str(project.path))
    recorded.end(1)
    way, (asked, out) = Way(str(project.path), machine=RTX), talk("\n")
    assert take_out(way, fix, client.again(recorded.run), asked) is again
    assert told in out.getvalue()
    assert bool(told) == bool(out.getvalue())
    assert way.this_run.variables == ({"HTTPS_PROXY": None} if fix.commands == (("unset", "HTTPS_PROXY"),) else {})


@pytest.mark.same_everywhere
def test_a_command_of_uv_works_in_a_terminal_that_does_not_find_it(
    project: Project, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uv = home / "bin" / ("uv.exe" if os.name == "nt" else "uv")
    uv.parent.mkdir()
    uv.touch()
    monkeypatch.setenv("PATH", str(home))
    fix = Fix("a", None, (("uv", "python", "list"),))
    recorded = Recorded(str(project.path))
    cause = {"cause": "unknown", "title": "t", "explanation": "e", "evidence": [], "severity": "error"}
    recorded.write("diagnosis", **cause, fixes=[fix.document()])
    recorded.end(1)
    way = Way(str(project.path), machine=replace(RTX, os=own_os(), folders={"uv_bin": str(uv.parent)}, uv=()))
    line = command_line([str(uv), "python", "list"])
    asked, out = talk("\n")
    follow(recorded.run, asked, way)
    assert f"      {line}\n" in out.getvalue()
    asked, out = talk("\n")
    assert take_out(way, fix, client.again(recorded.run), asked)
    assert f"  {line}\n" in out.getvalue()


def test_torch_is_recommended_with_its_reasons_and_a_number_takes_another(tmp_path: Path) -> None:
    way = Way(str(make_torch_project(tmp_path)), machine=RTX)
    out = io.StringIO()
    code = plain.run(way, stdin=io.StringIO("\n" * 8 + "77\n2\nb\n?\nq\n"), stdout=out)
    text = out.getvalue()
    assert code == 0
    assert "Recommended: torch 2.14.1, variant cu126" in text
    assert "  + The driver, 550.54.14, runs CUDA 12; CUDA 13 needs driver 580 or newer" in text
    assert "  1  torch 2.14.1 cu126, recommended: pyproject.toml, uv.lock change" in text
    assert "  2  torch 2.15.0 cu132, in uv.lock: x fails here: " in text
    assert "x error: 77 is not a choice. Give a number from 1 to " in text
    assert "Choice [2]:" in text.rpartition("5/8 torch")[2]
    assert way.choices.said("torch.variant") == ("keep", "screen")


def test_another_version_is_asked_for_once_its_row_is_taken(tmp_path: Path) -> None:
    way = Way(str(make_torch_project(tmp_path)), machine=RTX)
    asked, out = talk("99\n{last}\nnonsense\ncpu\n2.1.0\n2.10.0\nextras\nlinux\n".replace("{last}", "6"))
    asked.go_through(plain_choices.torch(way))
    text = out.getvalue()
    assert "  6  another version or variant" in text
    assert "x error: torch.variant" in text
    assert "x error: This project allows torch 2.9 or newer; 2.1.0 is older." in text
    assert way.choices.said("torch.variant") == ("cpu", "screen")
    assert way.choices.text("torch.version") == "2.10.0"
    assert way.choices.text("torch.layout") == "extras"
    assert way.choices.names("torch.platforms") == ("linux",)
    again, out = talk("\n")
    again.go_through(plain_choices.torch(way))
    assert "torch 2.10.0 cpu" in out.getvalue()


@pytest.mark.same_everywhere
def test_p_tries_uv_lock_in_a_copy_before_the_question_is_answered(project: Project, index: Index) -> None:
    mirror = {"mirrors.pypi": index.copy(), "mirrors.scope": "project"}
    way = Way(str(project.path), choices=Choices().with_values("file", mirror))
    way.look()
    before = {path: path.read_bytes() for path in project.path.iterdir()}
    asked, out = talk("p\nq\n")
    with pytest.raises(Quit):
        asked.go_through(plain_pages.review(way, way.plan()))
    assert "p tries uv lock in a copy" in out.getvalue()
    assert "uv lock, tried in a copy: 2 packages changed" in out.getvalue()
    assert {path: path.read_bytes() for path in project.path.iterdir()} == before


def talk(answers: str) -> tuple[Talk, io.StringIO]:
    out = io.StringIO()
    return Talk(io.StringIO(answers), out), out


def refuse(text: str) -> None:
    raise BadInput(f"{text} will not do")


@pytest.mark.parametrize(
    "answers, raised", [("", EndOfInput), ("b\n", Back), ("q\n", Quit), ("bad\n", EndOfInput), ("?\n", EndOfInput)]
)
def test_ways_out_of_a_question(answers: str, raised: type[Exception]) -> None:
    one, _ = talk(answers)
    with pytest.raises(raised):
        one.go_through(Page(3, "settings", "settings", "", questions=(Question("Folder", "none", take=refuse),)))


def test_a_number_takes_its_row_and_enter_the_default() -> None:
    taken: list[str] = []
    rows = (Row("first", lambda: taken.append("first")), Row("second", lambda: taken.append("second")))
    page = Page(2, "uv", "uv", "", questions=(Question("Choice", "1", rows),))
    for answers in ("2\n", "\n", "0\n\n", "x\n2\n"):
        one, out = talk(answers)
        one.go_through(page)
        assert "  1  first\n  2  second\n" in out.getvalue()
    assert taken == ["second", "first", "first", "second"]


def test_outside_text_is_made_safe() -> None:
    one, out = talk("\n")
    one.go_through(Page(1, "start", "a\x1b[31mb", "https://me:secret@host/x", questions=(Question("Go on", "y"),)))
    assert "\x1b" not in out.getvalue()
    assert "secret" not in out.getvalue()


class Interrupted(Talk):
    """Ctrl+C is pressed while the first line of a run is told."""

    pressed = False

    def say(self, lines: object = "") -> None:
        super().say(lines)  # type: ignore[arg-type]
        if not self.pressed and "step 1 of" in str(lines):
            self.pressed = True
            raise KeyboardInterrupt


@pytest.mark.parametrize("answer, left", [("g", False), ("", False), ("l", True)])
def test_ctrl_c_asks_and_going_on_loses_no_line(answer: str, left: bool, tmp_path: Path) -> None:
    recorded = Recorded(str(tmp_path))
    recorded.step("uv", "started")
    recorded.step("uv", "done")
    recorded.end(0)
    out = io.StringIO()
    ended = follow(recorded.run, Interrupted(io.StringIO(f"{answer}\n"), out))
    assert (ended.code, ended.left) == (0, left)
    assert "Stop the sync, leave it running, or go on? s, l, g [g]:" in out.getvalue()
    assert out.getvalue().count("step 1 of 3, uv") == 1
    assert ("ok, uv" in out.getvalue()) == (not left)
    assert ("uv-wizard attach" in out.getvalue()) == left


def asked_of(way: Way, page: Page, answers: str) -> str:
    """A page gone through with these answers: what was shown."""
    out = io.StringIO()
    Talk(io.StringIO(answers), out).go_through(page)
    return out.getvalue()


CONDA_UV = FoundUv("/c/bin/uv", "0.9.30", "conda")
BASE = Machine(os="linux", conda=Conda("base", True, "/c/bin/conda", "25.5.1"), uv=(CONDA_UV,), foreign=True)


@pytest.mark.same_everywhere
@pytest.mark.parametrize("answers, chosen", [("\n\n", "keep"), ("\n2\n", "off"), ("\n1\n", "keep")])
def test_conda_s_start_is_a_question_where_it_starts_by_itself(tmp_path: Path, answers: str, chosen: str) -> None:
    way = Way(str(tmp_path), machine=BASE)
    text = asked_of(way, plain_machine.uv(way), answers)
    assert "  1  leave it as it is: its own uv comes first there" in text
    assert "conda's base environment starts in every new shell [1]:" in text
    assert way.choices.text("settings.conda-auto-activate") == chosen
    if chosen == "keep":  # nobody has chosen anything
        assert way.choices.origin("settings.conda-auto-activate") != "screen"
    for other in (replace(BASE, conda=None), replace(BASE, conda=Conda("base", False, "/c/bin/conda"))):
        still = Way(str(tmp_path), machine=replace(other, uv_source=UvSource(None, (), None, "no answer in time")))
        shown = asked_of(still, plain_machine.uv(still), answers)
        assert "conda's base" not in shown
        assert "Newest uv: ? unknown (no answer in time); " in shown


@pytest.mark.same_everywhere
def test_version_and_folder_of_a_new_uv_are_asked_for_once_their_row_is_taken(tmp_path: Path) -> None:
    way = Way(str(tmp_path), machine=replace(BASE, conda=None, uv_source=UvSource("0.14.0", ("0.14.0",))))
    page = plain_machine.uv(way)
    last = len(page.questions[0].rows)
    text = asked_of(way, page, f"{last}\n0.13\n0.13.8\nrelative\n\n")
    assert "Version [the newest, 0.14.0]:" in text
    assert "Newest uv: 0.14.0, in the package index" in text
    assert 'x error: "0.13" is not a version.' in text
    assert "x error: Write the whole path" in text
    assert (way.choices.text("uv.version"), way.choices.text("uv.dir")) == ("0.13.8", "")


@pytest.mark.same_everywhere
def test_the_link_mode_is_asked_for_once_its_row_is_taken(tmp_path: Path) -> None:
    way = Way(str(tmp_path), machine=BASE)
    text = asked_of(way, plain_machine.settings(way), "\n\n4\n5\n")
    assert "  4  another link mode, chosen: auto" in text
    assert "symlink: clearing the cache then breaks every environment" in text
    assert way.choices.said("settings.link-mode") == ("symlink", "screen")
    assert way.choices.text("settings.where") == "environment"


@pytest.mark.same_everywhere
def test_n_at_the_review_leaves_and_changes_nothing(project: Project) -> None:
    before = sorted(path.name for path in project.path.iterdir())
    code, text = walked(project.path, "\n" * 8 + "n\n")
    assert code == 0
    assert text.endswith("[y]: n\nNothing was changed.\n")
    assert sorted(path.name for path in project.path.iterdir()) == before


@pytest.mark.same_everywhere
def test_without_a_lock_uv_makes_it_as_a_step(project: Project, index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    project.lock.unlink()
    monkeypatch.setenv("UV_DEFAULT_INDEX", index.url())
    code, text = walked(project.path, "\n" * 40)
    assert code == 0, text
    assert "+ note: No uv.lock yet: uv makes it, as a step of the plan." in text
    assert re.search(r"^  1  lock: uv makes uv\.lock, [1-9] packages? added, 1 command$", text, re.MULTILINE)
    assert project.lock.is_file()
    assert "It works: Python and " in text


@pytest.mark.same_everywhere
def test_a_package_that_is_not_there_and_no_lock(
    project: Project, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is offered that reads uv.lock; before the next plan the machine is looked at again."""
    project.lock.unlink()
    text = project.pyproject.read_text("utf-8")
    project.pyproject.write_text(text.replace('"alpha"', '"alpha", "nobody-has-it"'), "utf-8")
    monkeypatch.setenv("UV_DEFAULT_INDEX", index.url())
    looked: list[None] = []
    begin = Way.begin

    def begun(way: Way, **named: bool) -> None:
        looked.append(None)
        begin(way, **named)

    monkeypatch.setattr(Way, "begin", begun)
    code, told = walked(project.path, "\n" * 8 + "a\nq\n")
    assert code == 0, told
    assert told.endswith("Nothing was changed.\n")
    assert "uv remove --frozen nobody-has-it" in told
    assert "uv tree" not in told
    assert told.count("6/8 review") == 2
    assert len(looked) == 2


@pytest.mark.same_everywhere
def test_a_question_mark_explains_the_question_and_a_word(project: Project) -> None:
    _, text = walked(project.path, "\n\n?\n\n?\n\n?link-mode\n?nonsense\nq\n")
    assert "The cache is the folder where uv keeps what it downloaded" in text
    assert "The Python folder is where uv keeps the Pythons that it downloads" in text
    assert "Files go from the cache into .venv in one of four ways" in text
    assert "No help for nonsense." in text
    assert "?driver" in text.rpartition("Words explained: ")[2]


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.same_everywhere
def test_a_terminal_cuts_no_word_and_a_pipe_gets_whole_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    page = Page(
        1, "start", "a title", "One uv of your own, outside conda, is found by every shell.", ("  + a reason " * 4,)
    )
    for out, longest, count in ((_Terminal(), 40, 6), (io.StringIO(), 100, 4)):
        Talk(io.StringIO(), out).show(page)
        rows = out.getvalue().splitlines()
        assert (max(map(len, rows)) < longest, len(rows)) == (True, count)
        assert " ".join(out.getvalue().split()) == f"1/8 a title {page.lead} {' '.join(page.lines[0].split())}"


def test_both_faces_begin_the_uv_screen_with_the_same_words(tmp_path: Path) -> None:
    from wizard.told.headlines import of_uv

    way = Way(str(make_torch_project(tmp_path)), machine=RTX)
    assert plain_machine.uv(way).lines[0] == of_uv(way)


@pytest.mark.same_everywhere
def test_what_does_not_fit_is_not_begun_and_its_ways_out_are_numbers(project: Project) -> None:
    """The same as on the screen; Enter alone takes what was not tried yet."""
    lock = project.lock.read_text("utf-8")
    project.lock.write_text(re.sub(r"size = \d+", "size = 9000000000000", lock), "utf-8")
    code, told = walked(project.path, "\n" * 8 + "?\n99\nd\na\nq\n")
    assert code == 0, told
    assert told.count("Not worth starting: This does not fit on ") == 2
    assert "Which fix? a number; a looks again, b goes back, q quits [1]:" in told
    assert "x error: 99 is not a choice." in told
    assert "TiB needed" in next(row for row in told.splitlines() if row.startswith("  1  sync"))
    assert told.endswith("Nothing was changed.\n")
    assert not project.venv.exists()
    code, told = walked(project.path, "\n" * 9 + "n\n")
    assert "  1  fix: uv cache prune" in told
    assert "Start 3 steps? y, n, d, e, b [y]: n" in told


@pytest.mark.parametrize(
    "answers, joins", [("?\nx\n\n", True), ("no\n", False), ("q\n", Quit), ("b\n", Again), ("", EndOfInput)]
)
def test_joining_is_asked_in_the_grammar_of_the_rest(answers: str, joins: bool | type[Exception]) -> None:
    asked, out = talk(answers)
    if isinstance(joins, bool):
        assert _joins(asked) is joins
    else:
        with pytest.raises(joins):
            _joins(asked)
    if answers.startswith("?"):
        assert "Two at once would harm each other." in out.getvalue()
        assert "x error: x is not a choice. Give y, n, b or q." in out.getvalue()


@pytest.mark.same_everywhere
def test_what_only_somebody_else_can_put_right_is_looked_at_again(project: Project) -> None:
    good = project.pyproject.read_text("utf-8")
    project.pyproject.write_text("[", "utf-8")
    code, told = walked(project.path, "\n" * 8 + "1\na\n\n")
    assert code == 0, told
    assert told.count("a looks again, b goes back, q quits [q]:") == 3
    assert "x error: 1 is not a choice. Give a, b or q." in told
    assert told.endswith("Nothing was changed.\n")
    assert project.pyproject.read_text("utf-8") == "["
    project.pyproject.write_text(good, "utf-8")
