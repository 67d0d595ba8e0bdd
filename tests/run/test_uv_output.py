from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from wizard.run.uv_output import COLUMNS, LINE_LIMIT, UvOutput

pytestmark = pytest.mark.same_everywhere

RECORDINGS = Path(__file__).parent / "recordings"
VERSIONS = ("0.8.24", "0.9.30", "0.10.12", "0.11.33", "0.12.5", "0.13.8")
SPARK = "\N{BRAILLE PATTERN DOTS-124}"

Said = list[dict[str, Any]]


def hear(data: bytes, step: int = 4096, **options: Any) -> Said:
    output = UvOutput(**options)
    said = [event for start in range(0, len(data), step) for event in output.feed(data[start : start + step])]
    return said + output.close()


def recorded(version: str, scene: str) -> bytes:
    return (RECORDINGS / f"{version}-{scene}.bin").read_bytes()


def lines(said: Said) -> list[str]:
    return [event["text"] for event in said if event["type"] == "output"]


def states(said: Said, name: str) -> list[str]:
    """The states of a package, each once in a row."""
    found = [event["state"] for event in said if event["type"] == "package" and event["name"] == name]
    return [state for place, state in enumerate(found) if place == 0 or found[place - 1] != state]


def bytes_of(said: Said, name: str) -> list[int]:
    mine = (event for event in said if event["type"] == "package" and event["name"] == name)
    return [event["done_bytes"] for event in mine if event["state"] in ("downloading", "downloaded")]


def counts(said: Said, phase: str) -> list[tuple[int, int]]:
    return [(e["done"], e["total"]) for e in said if e["type"] == "counts" and e["phase"] == phase]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_sync_on_a_terminal(version: str) -> None:
    said = hear(recorded(version, "terminal"))
    shown = lines(said)
    assert shown[0].startswith("Using CPython ")
    assert shown[1] == "Creating virtual environment at: .venv"
    assert shown[2].startswith("Resolved 6 packages in ")
    assert shown[3:5] == ["   Building sigma==3.0", "      Built sigma==3.0"]
    assert shown[5].startswith("Prepared 5 packages in ")
    assert shown[6].startswith("Installed 5 packages in ")
    assert shown[7:] == [
        " + alpha==1.0",
        " + beta==1.1",
        " + delta-with-a-rather-long-name==1.0+cu126",
        " + gamma==2.0",
        " + sigma==3.0",
    ]
    assert {"type": "resolved", "packages": 6} in said
    for name in ("alpha", "beta", "gamma", "delta-with-a-rather-long-name"):
        assert states(said, name) == ["downloading", "downloaded", "installed"]
    assert states(said, "sigma") == ["building", "built", "installed"]
    assert counts(said, "prepare")[0] == (0, 5)
    assert counts(said, "prepare")[-1] == (5, 5)
    assert counts(said, "install")[-1] == (5, 5)


@pytest.mark.parametrize("version", VERSIONS)
def test_bytes_of_a_bar_grow_to_the_size_that_is_told(version: str) -> None:
    said = hear(recorded(version, "terminal"))
    seen = bytes_of(said, "gamma")
    assert len(seen) > 8
    assert seen == sorted(seen)
    totals = {e["total_bytes"] for e in said if e["type"] == "package" and e["name"] == "gamma" and e["total_bytes"]}
    assert totals == {round(2.38 * 1024**2)}  # as uv rounds it


@pytest.mark.parametrize("version", VERSIONS)
def test_a_sync_through_a_pipe(version: str) -> None:
    said = hear(recorded(version, "pipe"))
    assert states(said, "alpha") == ["downloading", "downloaded", "installed"]
    assert states(said, "gamma") == ["downloading", "downloaded", "installed"]
    assert states(said, "sigma") == ["building", "built", "installed"]
    assert states(said, "beta") == ["installed"]  # uv tells of no small file there
    assert len(lines(said)) == recorded(version, "pipe").count(b"\n")


@pytest.mark.parametrize("version", VERSIONS)
def test_what_changes_and_what_does_not(version: str) -> None:
    said = hear(recorded(version, "change"))
    assert states(said, "gamma") == ["removed", "installed"]
    versions = [e["version"] for e in said if e["type"] == "package" and e["name"] == "gamma"]
    assert versions == ["1.0", "2.0"]
    assert [event["type"] for event in hear(recorded(version, "nothing"))] == ["output", "resolved", "output"]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_file_that_is_begun_again_is_loaded_once(version: str) -> None:
    said = hear(recorded(version, "cut"))
    assert states(said, "alpha") == ["downloading", "downloaded", "installed"]
    assert not [line for line in lines(said) if "---" in line]


@pytest.mark.parametrize("version", VERSIONS)
def test_what_failed_was_not_downloaded_and_its_error_is_told_whole(version: str) -> None:
    said = hear(recorded(version, "missing"))
    assert states(said, "alpha") in ([], ["downloading"])
    text = "\n".join(lines(said))
    assert "Failed to download `alpha==1.0`" in text
    assert "HTTP status client error (404 Not Found) for url" in text
    assert "Preparing" not in text


@pytest.mark.parametrize("version", ["0.8.24", "0.11.33", "0.13.8"])
def test_a_warning_between_two_drawings(version: str) -> None:
    shown = lines(hear(recorded(version, "warning")))
    first = next(place for place, line in enumerate(shown) if line.startswith("warning: Failed to hardlink files"))
    assert shown[first + 2].lstrip().startswith("If this is intentional")
    assert not [line for line in shown if SPARK in line or "\N{LIGHT SHADE}" in line]


@pytest.mark.parametrize("version", ["0.8.24", "0.11.33", "0.13.8"])
def test_a_size_that_nobody_tells_stays_unknown_while_bytes_come(version: str) -> None:
    said = hear(recorded(version, "sizeless"))
    loading = [e for e in said if e["type"] == "package" and e["name"] == "alpha" and e["state"] == "downloading"]
    assert {event["total_bytes"] for event in loading} == {None}
    assert max(event["done_bytes"] for event in loading) > 400_000
    assert states(said, "alpha") == ["downloading", "downloaded", "installed"]
    assert "beta" not in lines(said)


@pytest.mark.parametrize("path", sorted(RECORDINGS.glob("*.bin")), ids=lambda path: path.stem)
def test_it_does_not_matter_how_the_bytes_are_cut(path: Path) -> None:
    data = path.read_bytes()
    whole = hear(data, len(data))
    assert hear(data, 1) == whole
    assert hear(data, 37) == whole


@pytest.mark.parametrize("path", sorted(RECORDINGS.glob("*.bin")), ids=lambda path: path.stem)
def test_no_line_holds_a_control_sequence_or_a_drawing(path: Path) -> None:
    for line in lines(hear(path.read_bytes())):
        assert line.isprintable()
        assert "-" * 30 not in line


PADDED = f"{SPARK} Preparing packages... (0/2)".ljust(COLUMNS)


def bar(name: str, done: str, total: str, columns: int = COLUMNS) -> str:
    return f"{name:20} {'-' * 30} {done}/{total}".ljust(columns)


@pytest.mark.parametrize(
    "data, expected",
    [
        (b"plain\n", ["plain"]),
        (b"one\r\ntwo\r\n", ["one", "two"]),
        (b"no end", ["no end"]),
        (b"error: a\n\nhint: b\n", ["error: a", "", "hint: b"]),
        (b"\x1b[1m\x1b[31merror\x1b[0m: red\n", ["error: red"]),
        (b"\x1b]8;;http://127.0.0.1/\x1b\\link\x1b]8;;\x1b\\\n", ["link"]),
        ("Träume 项目 ✓\n".encode(), ["Träume 项目 ✓"]),
        (b"bad \xff byte\n", ["bad \N{REPLACEMENT CHARACTER} byte"]),
        (b"10 %\r50 %\r100 %\n", ["100 %"]),
        (b"kept\r\x1b[K\n", ["kept"]),
        (b"a\tb\x07\x00\n", ["a    b"]),
        (b"\xe2\x80\xaeright to left\n", ["right to left"]),
        ((PADDED + bar("alpha", "1 B", "2 B") + "\r\n").encode(), []),
        (("░" * (COLUMNS - 4) + " 0/0\r\n").encode(), []),
        (("   Building pb @ file:///x".ljust(COLUMNS) + PADDED + "\r").encode(), ["   Building pb @ file:///x"]),
        ((PADDED + "error: " + "x" * 300 + "\n").encode(), ["error: " + "x" * 300]),
        ((("   Building a==1".ljust(COLUMNS) + PADDED + "\x1b[1A\r\x1b[2K") * 2).encode(), ["   Building a==1"]),
        (("y" * (LINE_LIMIT + 5) + "\n").encode(), ["y" * LINE_LIMIT, "yyyyy"]),
    ],
)
def test_lines(data: bytes, expected: list[str]) -> None:
    assert lines(hear(data)) == expected
    assert "".join(lines(hear(data, 1))) == "".join(expected)


def test_a_wide_name_keeps_the_rows_apart() -> None:
    told = "   Building pb @ file:///项目"
    row = told + " " * (COLUMNS - len(told) - 2)  # two letters of two cells each
    said = hear((row + PADDED + bar("alpha", "1.00 KiB", "2.00 KiB") + "\r").encode())
    assert lines(said) == [told]
    assert bytes_of(said, "alpha") == [1024]


@pytest.mark.parametrize(
    "line, name, version, state, total",
    [
        ("Downloading cpython-3.12.16-linux-x86_64-gnu (download) (31.2MiB)", "cpython", "3.12.16", "downloading", 32715571),
        (" Downloaded cpython-3.12.16-linux-x86_64-gnu (download)", "cpython", "3.12.16", "downloaded", None),
        (" + cpython-helper==1.0", "cpython-helper", "1.0", "installed", None),
        (" + pb==0.1.0 (from file:///x)", "pb", "0.1.0", "installed", None),
        (" ~ idna==3.20", "idna", "3.20", "installed", None),
        (" - idna==3.10", "idna", "3.10", "removed", None),
        ("   Building numpy==2.1.0", "numpy", "2.1.0", "building", None),
        ("      Built pb @ file:///x", "pb", None, "built", None),
        ("Downloading torch", "torch", "9", "downloading", None),
    ],
)  # fmt: skip
def test_what_a_line_says_of_a_package(line: str, name: str, version: str, state: str, total: int | None) -> None:
    said = hear((line + "\n").encode(), versions={"torch": "9"})
    found = [event for event in said if event["type"] == "package"]
    assert [(e["name"], e["version"], e["state"], e["total_bytes"]) for e in found] == [(name, version, state, total)]


def test_the_bar_of_a_python() -> None:
    name = "cpython-3.12.16-linux-x86_64-gnu (download)"
    said = hear((bar(name, "1.00 MiB", "31.20 MiB") + "\r").encode())
    assert [(e["name"], e["version"], e["done_bytes"]) for e in said] == [("cpython", "3.12.16", 1024**2)]


def test_an_unfinished_drawing_is_told_when_nothing_more_comes() -> None:
    output = UvOutput()
    assert output.feed(PADDED.encode() + bar("alpha", "1.00 MiB", "2.00 MiB").encode()) == []
    assert bytes_of(output.idle(), "alpha") == [1024**2]
    assert output.idle() == []
    later = output.feed(
        b"\x1b[1A\r\x1b[2K" + PADDED.encode() + bar("alpha", "1.50 MiB", "2.00 MiB").encode() + b"\x1b[1A"
    )
    assert bytes_of(later, "alpha") == [1024**2 * 3 // 2]


def test_other_programs_are_told_and_not_understood() -> None:
    said = hear(b"Downloading torch\n + idna==3.20\n", understand=False)
    assert [event["type"] for event in said] == ["output", "output"]
