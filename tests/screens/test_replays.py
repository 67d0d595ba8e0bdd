"""A run that somebody looks at: its events are read by a thread, each of them once."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from screens.attach import AttachApp
from screens.replays import MOST, Replays
from screens.walk import Walk
from tests.screens.running import make_folder, shows, until
from tests.support.recorded import Recorded
from tests.support.torch_project import NOTHING
from wizard import events
from wizard.way import Way

pytestmark = pytest.mark.same_everywhere


def test_what_was_read_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded, replays = Recorded(str(tmp_path)), Replays()
    recorded.write("output", text="one")
    before = replays.read(recorded.run)
    places: list[int] = []
    read_on = events.read_on

    def watched(path: Path, place: int = 0) -> object:
        places.append(place)
        return read_on(path, place)

    monkeypatch.setattr(events, "read_on", watched)
    recorded.write("output", text="two")
    after = replays.read(recorded.run)
    assert [line.text for line in after.log] == ["one", "two"]
    assert [line.text for line in before.log] == ["one"], "whoever draws it does not see it change"
    assert places == [(recorded.folder / "events.jsonl").stat().st_size - len(after_last(recorded))]
    recorded.end(0)


def after_last(recorded: Recorded) -> bytes:
    """The last line of the events."""
    return (recorded.folder / "events.jsonl").read_bytes().splitlines(keepends=True)[-1]


def test_a_torn_line_is_read_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(b'{"at": 1.0, "type": "note", "text": "a"}\n{"at": 2.0, "ty')
    ((batch, place),) = events.read_on(path)
    assert [event["text"] for event in batch] == ["a"]
    with path.open("ab") as file:
        file.write(b'pe": "note", "text": "b"}\n')
    ((batch, _),) = events.read_on(path, place)
    assert [event["text"] for event in batch] == ["b"]


def test_few_runs_are_kept(tmp_path: Path) -> None:
    replays, runs = Replays(), []
    for _ in range(MOST + 1):
        recorded = Recorded(str(tmp_path))
        recorded.end(0)
        runs.append(recorded.run)
        replays.read(runs[-1])
    assert [replays.known(run) is None for run in runs] == [True, *[False] * MOST]


async def test_the_list_of_runs_reads_none_of_them_in_the_screens_own_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_folder(tmp_path)
    recorded = Recorded(str(folder))
    recorded.end(0)
    threads: set[str] = set()
    read = Replays.read

    def watched(self: Replays, run: object) -> object:
        threads.add(threading.current_thread().name)
        return read(self, run)  # type: ignore[arg-type]

    monkeypatch.setattr(Replays, "read", watched)
    app = AttachApp(Walk(Way(str(folder), machine=NOTHING)), recorded.run, listed=True)
    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot, shows(app, "done"))
        await until(pilot, shows(app, "The plan"))
        await pilot.press("l")
        await until(pilot, shows(app, "Log of the run"))
    assert threads
    assert threading.main_thread().name not in threads
