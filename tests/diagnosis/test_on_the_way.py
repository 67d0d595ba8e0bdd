"""Output as it reaches us through logs, pipes and windows: the same cause as from the program itself, or `unknown`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.diagnosis.test_transcripts import ASCII_BOX, BOX, FLAT, transcripts
from wizard.diagnosis import Context, diagnose
from wizard.diagnosis.normalise import normalise
from wizard.diagnosis.prefixes import joined_at_margin, without_prefixes

pytestmark = pytest.mark.same_everywhere

Way = Callable[[str], "str | bytes"]


def before(prefix: str) -> Way:
    return lambda text: "\n".join(prefix + line for line in text.split("\n"))


def cut(width: int) -> Way:
    def cutting(text: str) -> str:
        lines = text.split("\n")
        return "\n".join(line[at : at + width] for line in lines for at in range(0, len(line) or 1, width))

    return cutting


def coloured(text: str) -> str:
    text = re.sub(
        r"(?m)^(error|warning|hint|  cause|  Caused by):", "\x1b[1m\x1b[31m\\1\x1b[39m\x1b[0m\x1b[1m:\x1b[0m", text
    )
    return re.sub(r"`([^`\n]+)`", "`\x1b[36m\\1\x1b[39m`", text)


WAYS: dict[str, Way] = {
    "time": before("2024-05-01T12:00:00.1234567Z "),
    "time-brackets": before("[2024-05-01 12:00:00] "),
    "job-step-time": before("build\tInstall deps\t2024-05-01T12:00:00.1234567Z "),
    "stream-code": before("2024-05-01T12:00:00.123456Z 01O "),
    "docker": before("#12 3.456 "),
    "journal": before("Nov 21 05:11:22 host uv[123]: "),
    "clock": before("12:00:01  "),
    "container": before("web-1  | "),
    "name": before("[install] "),
    "quote": before("> "),
    "indent": before("    "),
    "tab": before("\t"),
    "crlf": lambda text: text.replace("\n", "\r\n"),
    "colour": coloured,
    "bytes": lambda text: text.encode("utf-16"),
    "code-page": lambda text: text.encode().decode("cp437"),
    "chinese-code-page": lambda text: text.encode().decode("gbk", "replace"),
    "ascii": lambda text: text.encode("ascii", "replace").decode(),
    "ascii-of-code-page": lambda text: text.encode().decode("cp437").encode("ascii", "replace").decode(),
    "no-signs": lambda text: re.sub("[\u2500-\u257f\u25b6\u00d7]", "", text),
    "prompt": lambda text: f"me@host:~/p$ uv sync --locked\n{text}\nme@host:~/p$ ",
    "make": lambda text: f"uv sync --locked\n{text}\nmake: *** [Makefile:3: sync] Error 2\n",
    "job-end": lambda text: f"{text}\n##[error]Process completed with exit code 2.\n",
}


def context_of(row: dict[str, Any]) -> Context:
    return Context(
        registries=tuple(row["registries"]), environment=row["environment"], exit_code=row["exit_code"], phase="sync"
    )


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_the_way_does_not_change_the_cause(way: Way) -> None:
    """Recorded on a terminal, spinners run into the errors: what the way leaves of those may be unknown."""
    rows = [param.values[0] for param in transcripts()]
    told = [(row, diagnose(way(row["text"]), context_of(row)).cause) for row in rows]
    wrong = [(row["id"], row["uv"], row["cause"], cause) for row, cause in told if cause != row["cause"]]
    assert not [each for each in wrong if each[3] != "unknown"]
    assert not [(row["id"], cause) for row, cause in told if cause != row["cause"] and not row["terminal"]]
    assert len(wrong) <= 5


@pytest.mark.parametrize("width, least", [(60, 0.93), (80, 0.98), (100, 0.98), (132, 0.97)])
def test_lines_that_a_window_has_cut_are_made_whole(width: int, least: float) -> None:
    rows = [param.values[0] for param in transcripts()]
    right = [diagnose(cut(width)(row["text"]), context_of(row)).cause == row["cause"] for row in rows]
    assert sum(right) >= least * len(rows)


@pytest.mark.parametrize("box", [BOX, ASCII_BOX, FLAT], ids=["box", "ascii", "flat"])
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_the_chain_is_read_whole(box: str, way: Way) -> None:
    chain = [statement.text for statement in normalise(way(box)).errors[-1].chain]
    assert len(chain) == 3
    assert chain[0] == "Failed to download `beta==2.0`"
    assert chain[2].startswith("HTTP status client error (403 Forbidden) for url (http://127.0.0.1:8911/files/beta")


@pytest.mark.parametrize(
    "lines, expected",
    [
        (["error: a", "error: b"], ["error: a", "error: b"]),
        (["[stderr]", "[stderr]"], ["[stderr]", "[stderr]"]),
        (["x"], ["x"]),
        ([], []),
        (["> a", ">", ">   b"], ["a", "", "  b"]),
        (["12:00:01 a", "b"], ["a", "b"]),
        (["  a", "   b"], ["a", " b"]),
        (["12:00", "12:01"], ["12:00", "12:01"]),
    ],
)
def test_what_is_taken_off(lines: list[str], expected: list[str]) -> None:
    assert without_prefixes(lines) == expected


@pytest.mark.parametrize(
    "lines, expected",
    [
        (["a" * 39, "b"], None),
        (["a" * 40, "b"], "a" * 40 + "b"),
        (["a" * 40, "b" * 39, "c"], "a" * 40 + "b" * 39 + " c"),
        (["a" * 50], None),
        ([], None),
    ],
)
def test_joined_at_the_margin(lines: list[str], expected: str | None) -> None:
    assert joined_at_margin(lines) == expected
