from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
from pathlib import Path

import pytest

from wizard.events import EventWriter, follow, last, read


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.jsonl"


def kinds(path: Path) -> list[str]:
    return [event["type"] for event in read(path)]


def test_what_was_written_is_read_with_its_time(path: Path, clock: Clock) -> None:
    writer = EventWriter(path, clock)
    writer.write("run", id="1", plan={"name": "Träume 项目 \udc80"})
    clock.now += 1.25
    writer.write("output", text="line\nbreak")
    assert list(read(path)) == [
        {"at": 0.0, "type": "run", "id": "1", "plan": {"name": "Träume 项目 \udc80"}},
        {"at": 1.25, "type": "output", "text": "line\nbreak"},
    ]
    assert path.read_bytes().count(b"\n") == 2
    writer.close()


def test_progress_is_written_five_times_a_second_and_the_last_one_always(path: Path, clock: Clock) -> None:
    writer = EventWriter(path, clock)
    for number in range(1, 101):  # a second
        clock.now += 0.01
        writer.write("progress", done_bytes=number)
        writer.tick()
    writer.write("step", id="sync", state="done")
    writer.close()
    events = list(read(path))
    done = [event["done_bytes"] for event in events if event["type"] == "progress"]
    assert 5 <= len(done) <= 6
    assert done[-1] == 100
    assert events[-1]["type"] == "step"
    assert [event["at"] for event in events] == sorted(event["at"] for event in events)


def test_bytes_of_a_package_are_thinned_and_where_it_got_is_told_at_once(path: Path, clock: Clock) -> None:
    writer = EventWriter(path, clock)
    for number in range(300):  # three seconds
        writer.write("package", name="alpha", version=None, state="downloading", done_bytes=number, total_bytes=300)
        writer.write("package", name="beta", version=None, state="downloading", done_bytes=number, total_bytes=300)
        clock.now += 0.01
    writer.write("package", name="alpha", version=None, state="downloaded", done_bytes=300, total_bytes=300)
    mine = [(event["name"], event["state"], event["done_bytes"]) for event in read(path)]
    assert 4 <= len([1 for name, state, _ in mine if (name, state) == ("alpha", "downloading")]) <= 5
    assert mine[-1] == ("alpha", "downloaded", 300)
    clock.now += 1
    writer.tick()
    assert [event["done_bytes"] for event in read(path) if event["name"] == "beta"][-1] == 299
    writer.close()


def test_lines_are_never_thinned(path: Path, clock: Clock) -> None:
    writer = EventWriter(path, clock)
    for number in range(1000):
        writer.write("output", text=str(number))
    assert [event["text"] for event in read(path)] == [str(number) for number in range(1000)]
    writer.close()


def test_threads_of_one_process_may_write_at_once(path: Path) -> None:
    writer = EventWriter(path)

    def say() -> None:
        for _ in range(200):
            writer.write("output", text="x" * 500)

    threads = [threading.Thread(target=say) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.close()
    assert sum(1 for _ in read(path)) == 800


@pytest.mark.parametrize(
    "data, found",
    [
        (b"", []),
        (b'{"at": 0, "type": "a"}\n', ["a"]),
        (b'{"at": 0, "type": "a"}\n{"at": 1, "type": "b"', ["a"]),
        (b'{"at": 0, "type": "a"}\n{"at": 1, "ty\n{"at": 2, "type": "c"}\n', ["a", "c"]),
        (b'[1]\nnull\n{"type": "no time"}\n\x00\x00\n{"at": 2, "type": "c"}\n', ["c"]),
    ],
)
def test_torn_lines_are_left_out(path: Path, data: bytes, found: list[str]) -> None:
    path.write_bytes(data)
    assert kinds(path) == found
    assert (last(path) or {}).get("type") == (found[-1] if found else None)
    batches = list(follow(path, alive=lambda: False, interval=0))
    assert [event["type"] for batch in batches for event in batch] == [*found, "end"]


def test_following_a_file_that_is_not_there_yet(path: Path) -> None:
    asked = 0

    def alive() -> bool:
        nonlocal asked
        asked += 1
        if asked == 3:
            with contextlib.closing(EventWriter(path)) as writer:
                writer.write("run", id="1")
                writer.write("end", exit_code=0)
        return True

    batches = list(follow(path, alive=alive, interval=0))
    assert [event["type"] for batch in batches for event in batch] == ["run", "end"]


def test_a_writer_that_is_gone_is_told_as_lost_after_all_it_wrote(path: Path, clock: Clock) -> None:
    writer = EventWriter(path, clock)
    clock.now += 2
    writer.write("output", text="a")
    assert list(follow(path, alive=lambda: False, interval=0)) == [
        [{"at": 2.0, "type": "output", "text": "a"}],
        [{"at": 2.0, "type": "end", "exit_code": 1, "lost": True}],
    ]
    assert last(path) == {"at": 2.0, "type": "output", "text": "a"}
    writer.close()


def test_following_stops_when_asked(path: Path) -> None:
    path.write_bytes(b'{"at": 0, "type": "a"}\n')
    answers = iter((False, True))
    batches = list(follow(path, alive=lambda: True, interval=0, stop=lambda: next(answers)))
    assert [event["type"] for batch in batches for event in batch] == ["a"]


def test_a_large_file_comes_in_pieces(path: Path) -> None:
    with contextlib.closing(EventWriter(path)) as writer:
        for number in range(30_000):
            writer.write("output", text=f"{number} {'x' * 80}")
        writer.write("end", exit_code=0)
    batches = list(follow(path, alive=lambda: True, interval=0))
    assert len(batches) > 2
    assert sum(map(len, batches)) == 30_001


@pytest.mark.skipif(
    sys.platform == "win32" or not os.path.exists("/dev/full"), reason="only Linux has a file that is always full"
)
def test_a_full_disk_stops_nothing(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.symlink_to("/dev/full")
    writer = EventWriter(path)
    assert (tmp_path / "reserve").exists()
    writer.write("output", text="a")
    assert not (tmp_path / "reserve").exists()  # its room is free for the events that matter
    writer.write("step", id="sync", state="failed")
    writer.write("end", exit_code=1)
    writer.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_nobody_else_may_read_it(path: Path) -> None:
    EventWriter(path).close()
    assert path.stat().st_mode & 0o077 == 0


def test_a_line_is_json_that_other_programs_read(path: Path, clock: Clock) -> None:
    writer = EventWriter(path, clock)
    writer.write("note", text="é")
    writer.close()
    assert json.loads(path.read_bytes()) == {"at": 0.0, "type": "note", "text": "é"}
