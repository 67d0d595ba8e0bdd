from __future__ import annotations

import re
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.run.conhost import DRAWN_AGAIN, EACH_WRITE, OPENING, Conhost
from wizard.run.cells import END_OF_DRAWN, Cells
from wizard.run.uv_output import UvOutput, is_drawn

pytestmark = pytest.mark.same_everywhere

RECORDINGS = sorted((Path(__file__).parent / "recordings").glob("*.bin"))
DRAWN = [path for path in RECORDINGS if "pipe" not in path.stem]
OFTEN = re.compile(r"0\.(?:8|13)\.\d+-(?:terminal|cut|sizeless)")
OF_EVERY_UV = [  # of the first and the newest uv the telling ones always, the others with what takes long: a second each
    pytest.param(path, id=path.stem, marks=[] if OFTEN.fullmatch(path.stem) else pytest.mark.long) for path in DRAWN
]
SPARK = "\N{BRAILLE PATTERN DOTS-124}"

Said = list[dict[str, Any]]


def hear(data: str, step: int = 4096) -> Said:
    output, raw = UvOutput(), data.encode()
    said = [event for start in range(0, len(raw), step) for event in output.feed(raw[start : start + step])]
    return said + output.close()


def stream(data: str, step: int = 4096, *, columns: int = 200, rows: int = 100) -> str:
    cells = Cells(is_drawn, columns, rows)
    told = ""
    for start in range(0, len(data), step):
        cells.feed(data[start : start + step])
        told += cells.told()
    return told + cells.told(ended=True)


def as_conhost(pieces: list[str]) -> str:
    host, out = Conhost(), OPENING
    for piece in pieces:
        host.print(piece)
        out += host.frame()
    return out


def lines(said: Said) -> list[str]:
    return [event["text"] for event in said if event["type"] == "output"]


def counted(said: Said) -> Counter[str]:
    return Counter(str(event) for event in said)


def last_states(said: Said) -> dict[str, str]:
    return {event["name"]: event["state"] for event in said if event["type"] == "package"}


@pytest.mark.parametrize("path", OF_EVERY_UV)
@pytest.mark.parametrize("step", [pytest.param(1, marks=pytest.mark.long), 37, 4096])
def test_a_terminal_that_passes_everything_on(path: Path, step: int) -> None:
    data = path.read_bytes().decode()
    direct, said = hear(data), hear(stream(OPENING + data, step))
    assert lines(said) == lines(direct)
    assert counted(said) == counted(direct)  # within one drawing a line may come before the bars


@pytest.mark.parametrize("path", OF_EVERY_UV)
def test_a_terminal_that_tells_of_changed_cells_after_each_drawing(path: Path) -> None:
    data = path.read_bytes().decode()
    direct = hear(data)
    drawn = as_conhost(DRAWN_AGAIN.split(data))
    for step in (1, 37, 4096):
        said = hear(stream(drawn, step))
        assert lines(said) == lines(direct)
        assert counted(said) == counted(direct)


@pytest.mark.long
@pytest.mark.parametrize("path", OF_EVERY_UV)
@pytest.mark.parametrize("every", [1, 3])
def test_a_terminal_that_tells_of_changed_cells_in_the_midst_of_drawings(path: Path, every: int) -> None:
    data = path.read_bytes().decode()
    writes = [piece for piece in EACH_WRITE.split(data) if piece]
    drawn = as_conhost(["".join(writes[start : start + every]) for start in range(0, len(writes), every)])
    direct = hear(data)
    for step in (1, 37, 4096):
        said = hear(stream(drawn, step))
        # what stood between two looks of the console host is lost, and that is only ever a line that was drawn over
        missed = [line for line in lines(direct) if line not in lines(said)]
        assert missed in ([], ["   Building sigma==3.0"][: every - 1])
        assert lines(said) == [line for line in lines(direct) if line not in missed]
        done = {name: state for name, state in last_states(direct).items() if state != "downloading"}
        assert done.items() <= last_states(said).items()


@pytest.mark.parametrize(
    "sent, expected",
    [
        ("plain\r\n", "plain\n"),
        ("one\r\ntwo", "one\ntwo\n"),
        ("one\r\n\r\nthree\r\n", "one\n\nthree\n"),
        ("\x1b[1;1Hone\x1b[3;1Hthree\x1b[2;1Htwo", "one\ntwo\nthree\n"),
        ("\x1b[2J\x1b[H\x1b]0;C:\\Windows\\cmd.exe\x07\x1b[?25hHello\r\n", "Hello\n"),
        ("\x1b]8;;http://127.0.0.1/\x1b\\link\x1b]8;;\x1b\\\r\n", "link\n"),
        ("hello, world!\b\x1b[?25h\x1b[H\x1b[1;14H", "hello, world!\n"),
        ("10 %\r50 %\r100 %\r\n", "100 %\n"),
        ("abc\x1b[1;2HX\r\n", "aXc\n"),
        ("abcdef\x1b[3D\x1b[K\r\n", "abc\n"),
        ("abcdef\x1b[1;2H\x1b[3X\r\n", "a   ef\n"),
        ("abcdef\x1b[1;3H\x1b[1K\r\n", "   def\n"),
        ("abcdef\x1b[1;2H\x1b[2P\r\n", "adef\n"),
        ("abcdef\x1b[1;2H\x1b[2@\r\n", "a  bcdef\n"),
        ("a\x1b[5Cb\x1b[20Gc\r\n", "a     b            c\n"),
        ("a\tb\r\n", "a       b\n"),
        ("one\r\ntwo\x1b[1A\x1b[2K\rnew\x1b[2B\r\n", "one\nnew\ntwo\n"),
        ("two\x1b[H\x1b[Lone\x1b[3;1H", "one\ntwo\n"),
        ("gone\r\nkept\x1b[H\x1b[M\x1b[3;1H", "gone\nkept\n"),
        ("\x1b7\x1b[5;5H\x1b8here\r\n", "here\n"),
        ("\x1b[?1049h\x1b[1;31mred\x1b[0m\x1b[22;2t\x1b[!p\r\n", "red\n"),
        ("x" * 450 + "\r\nend\r\n", "x" * 450 + "\nend\n"),
        ("x" * 200 + "\r\nend\r\n", "x" * 200 + "\nend\n"),
        ("项目 ✓ done\r\n", "项目 ✓ done\n"),
        ("x" * 199 + "项目\r\n", "x" * 199 + "\n项目\n"),
        ("cafe\N{COMBINING ACUTE ACCENT}s\r\n", "cafes\n"),
        (f"{SPARK} Resolving\r\x1b[2KResolved\r\n", f"{SPARK} Resolving{END_OF_DRAWN}Resolved\n"),
        (f"{SPARK} Resolving\x1b[?25h", f"{SPARK} Resolving{END_OF_DRAWN}"),
        ("never ended \x1b]0;title", "never ended\n"),
        ("", ""),
    ],
)
def test_what_is_told_of_the_screen(sent: str, expected: str) -> None:
    assert stream(sent, 1) == stream(sent) == expected


def test_of_a_bar_only_the_changed_cells_come_and_the_whole_drawing_is_told() -> None:
    spinner, dashes = f"{SPARK} Preparing packages... (0/2)", "-" * 30
    host = Conhost()
    host.print(f"{spinner}\r\nalpha {dashes}     0 B/2.00 MiB\r\ntorch {dashes}     0 B/2.00 GiB")
    cells = Cells(is_drawn)
    cells.feed(OPENING + host.frame())
    output = UvOutput()
    assert output.feed(cells.told().encode()) == []  # it may be half of it
    begun = [*output.feed(cells.told(quiet=True).encode()), *output.idle()]
    assert {event["name"] for event in begun if event["type"] == "package"} == {"alpha", "torch"}

    host.print(
        f"\x1b[2A\r\x1b[2K{spinner}\r\n\x1b[2Kalpha {dashes} 1.50 MiB/2.00 MiB\r\n\x1b[2Ktorch {dashes} 7.25 MiB/2.00 GiB"
    )
    update = host.frame()
    assert "alpha" not in update
    cells.feed(update)
    said = [*output.feed(cells.told(quiet=True).encode()), *output.idle()]
    found = {event["name"]: event["done_bytes"] for event in said if event["type"] == "package"}
    assert found == {"alpha": round(1.5 * 1024**2), "torch": round(7.25 * 1024**2)}


def test_a_line_is_told_while_the_program_goes_on() -> None:
    cells = Cells(is_drawn)
    cells.feed("Resolved 6 packages in 1ms\r\nnot yet")
    assert cells.told() == "Resolved 6 packages in 1ms\n"
    cells.feed(" ended\r\n")
    assert cells.told() == "not yet ended\n"
    assert cells.told(ended=True) == ""


def test_a_line_above_a_drawing_that_is_drawn_again_elsewhere_is_told_once() -> None:
    bar = f"{SPARK} Preparing packages... (0/2)"
    sent = f"   Building a==1\r\n{bar}\x1b[1A\r\x1b[J   Building b==1\r\n   Building a==1\r\n{bar}\r\x1b[KPrepared\r\n"
    told = stream(sent)
    assert [line for line in told.split("\n") if "a==1" in line.rpartition(END_OF_DRAWN)[2]] == ["   Building a==1"]
    assert lines(hear(told)) == ["   Building a==1", "   Building b==1", "Prepared"]


def test_a_drawing_that_a_message_cut_off_is_not_told_again() -> None:
    old, new = ("\N{LIGHT SHADE}" * 20 + f" [{done}/5] wheel" for done in (0, 3))
    cells = Cells(is_drawn)
    cells.feed(f"{old}\r\nwarning: slow\r\n{new}")
    assert cells.told(quiet=True) == f"warning: slow\n{new}{END_OF_DRAWN}"


def test_what_is_asked_of_a_terminal_is_answered() -> None:
    cells = Cells(is_drawn)
    cells.feed("\x1b[c\x1b[?1004h\x1b[?9001h")
    assert cells.answers() == "\x1b[?1;0c"
    cells.feed("one\r\ntwo\x1b[6")
    assert cells.answers() == ""
    cells.feed("n\x1b[1t\x1b[5n\x1b[>c")
    assert cells.answers() == "\x1b[2;4R"


def test_lines_that_scroll_away_are_all_told() -> None:
    host, out = Conhost(rows=6), ""
    expected = ""
    for number in range(200):
        text = f"line {number}" if number % 7 else ""
        host.print(text + "\n")
        expected += text + "\n"
        if number % 3 == 0:
            out += host.frame()
    out += host.frame()
    assert stream(out, rows=6).strip("\n") == expected.strip("\n")
    plain = "".join(f"line {number}\r\n" for number in range(500))
    assert stream(plain, rows=6) == plain.replace("\r", "")
    assert stream("y" * 5000 + "\r\n", rows=6) == "y" * 5000 + "\n"


def test_a_long_output_takes_time_in_proportion() -> None:
    def seconds(count: int) -> float:
        data = "".join(f"line {number} of what a build prints, with some words\r\n" for number in range(count))
        cells = Cells(is_drawn)
        began = time.process_time()
        told = 0
        for start in range(0, len(data), 4096):
            cells.feed(data[start : start + 4096])
            told += cells.told(quiet=True).count("\n")
        assert told == count
        return time.process_time() - began

    assert seconds(100_000) < 40 * max(seconds(10_000), 0.01)
