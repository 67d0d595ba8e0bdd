"""The gallery's states of runs: a sync at several moments, its ends, the checks and theirs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from screens.verification import planned_checks
from screens.walk import Walk
from tests.screens import gallery_ways
from tests.screens.frozen import HOME, WHERE, FrozenWay, project, server
from tests.screens.stories import DEVICE, MIB, Story, folder_of, replayed
from wizard import diagnosis
from wizard.diagnosis import Context
from wizard.language import said
from wizard.run.interrupted import Interrupted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import App

    from wizard.run.client import RunInfo


def _way() -> FrozenWay:
    return gallery_ways.settled().way  # type: ignore[return-value]


def _shown(way: FrozenWay, story: Story) -> Walk:
    """The walk that has followed that run so far."""
    walk = Walk(way)
    over = story.events[-1]["type"] == "end"
    walk.started(folder_of(story.events, lives=not over))
    walk.state = replayed(story.events)
    return walk


def _syncing(way: FrozenWay | None = None) -> tuple[FrozenWay, Story]:
    way = way or _way()
    return way, Story(way).until_sync()


def at_a_step_before() -> Walk:
    """uv is being installed."""
    way = _way()
    story = Story(way)
    story.wait(1.0).write("step", id="uv", state="started").write("output", text="downloading uv 0.13.8")
    return _shown(way, story)


def begins() -> Walk:
    """uv reads the lock."""
    way, story = _syncing()
    return _shown(way, story)


def in_the_middle() -> Walk:
    """57 % of 2.83 GiB."""
    way, story = _syncing()
    return _shown(way, story.download())


def no_total() -> Walk:
    """Nobody knows how much there is to come."""
    way, story = _syncing()
    story.download().wait(5.0).write(
        "progress", done_bytes=1403 * MIB, total_bytes=None, bytes_per_s=18.4 * MIB, eta_s=None, packages_done=24,
        packages_total=31,
    )  # fmt: skip
    return _shown(way, story)


def no_data() -> Walk:
    """No byte for 24 s."""
    way, story = _syncing()
    return _shown(way, story.download().wait(24.0).progress(1649 * MIB, 0.0, None, 24, silent_s=24.0))


def waits() -> Walk:
    """The connection broke, and is tried again."""
    way, story = _syncing()
    story.download().write("retry", attempt=2, of=5, wait_s=40.0, why=diagnosis.of("network-interrupted").title)
    return _shown(way, story)


def installs() -> Walk:
    """All is here, and is put into the environment."""
    way, story = _syncing()
    story.download().wait(60.0).progress(int(2.83 * 1024 * MIB), None, None, 22, phase="install")
    return _shown(way, story)


def builds() -> Walk:
    """A package is built from its source."""
    way, story = _syncing()
    story.download().write(
        "package", name="flash-attn", version="2.8.3", state="building", done_bytes=0, total_bytes=None
    )
    return _shown(way, story)


def full_disk() -> Walk:
    """The disk is full: a cause that is known."""
    way, story = _syncing()
    return _shown(way, story.download().full_disk())


def unknown() -> Walk:
    """uv stopped for a reason that nobody knows."""
    way, story = _syncing()
    story.download().write("output", text="error: something that nobody has seen before")
    story.write("step", id="sync", state="failed")
    return _shown(way, story.write("end", exit_code=1))


def stopped() -> Walk:
    """Somebody stopped it."""
    way, story = _syncing()
    story.download().write("step", id="sync", state="failed")
    return _shown(way, story.write("end", exit_code=130))


# the checks


def _checking(way: FrozenWay | None = None) -> tuple[FrozenWay, Story, Sequence[tuple[str, str]]]:
    way, story = _syncing(way)
    return way, story.download().wait(70.0).done(), planned_checks(Walk(way))


def checking() -> Walk:
    """Five checks are passed, the sixth is at work."""
    way, story, rungs = _checking()
    story.checks(rungs[:5])
    return _shown(way, story.wait(2.0))


def green() -> Walk:
    """All passed on the GPU."""
    way, story, rungs = _checking()
    torch = {"version": "2.14.1", "cuda": "12.6", "hip": None, "arch_list": ["sm_86"]}
    return _shown(way, story.verdict(story.checks(rungs), 0, devices=[DEVICE], torch=torch))


def green_without_torch() -> Walk:
    """A project without torch: three checks."""
    way = gallery_ways.TORCH["none"]().way
    _, story, rungs = _checking(way)  # type: ignore[arg-type]
    return _shown(way, story.verdict(story.checks(rungs), 0))  # type: ignore[arg-type]


def short() -> Walk:
    """The driver is too old for the torch that is installed."""
    way = FrozenWay(project(), server(), {"torch.variant": "keep", "verify.require": "cuda"})
    _, story, rungs = _checking(way)
    place = [name for name, _ in rungs].index("devices")
    said = (
        "UserWarning: CUDA initialization: The NVIDIA driver on your system is too old (found version 12040). Please "
        "update your GPU driver by downloading and installing a new version."
    )
    checks = story.checks(rungs[: place + 1], failed="devices")
    not_run = [{"id": name, "title": title, "ok": None, "value": "not run", "detail": None, "seconds": None}
               for name, title in rungs[place + 1 :]]  # fmt: skip
    for one in not_run:
        story.write("check", **one)
    known = way.machine
    found = diagnosis.of(
        "driver-too-old", [said], Context(machine=known, project=way.project, os="linux", phase="verify")
    )
    for line in found.evidence:
        story.write("output", text=line)
    return _shown(way, story.verdict([*checks, *not_run], 3, diagnosis=found.document()))


def undo_asked(app: App[Any]) -> None:
    """U at the end."""
    from screens.undoing import UndoSheet

    names = (f"{HOME}/.bashrc", f"{HOME}/.config/uv-wizard/env.sh", f"{WHERE}/pyproject.toml", f"{WHERE}/uv.lock")
    run: RunInfo = app.walk.run  # type: ignore[attr-defined]
    app.push_screen(UndoSheet(replace(run, changed=names)))


# runs of before


def several() -> Walk:
    """One that goes on, one that was interrupted, one that failed, one that went well."""
    way, story = _syncing()
    done = Story(way).until_sync().download().done()
    walk = _shown(way, story.download())
    folder_of(Story(way).until_sync().events, "20251119-184002", "/data/min/asr")
    folder_of(Story(way).until_sync().download().full_disk().events, "20251118-091230", "/data/min/ocr")
    folder_of(done.verdict([], 0).events, "20251112-100500", f"{HOME}/notes")
    return walk


def interrupted() -> Walk:
    """The last run of this project ended without a word."""
    way, story = _syncing()
    run = folder_of(story.events, "20251119-184002")
    way.interrupted = Interrupted(
        run,
        said("step {number} of {count} ({name})", number=5, count=6, name="sync"),
        said("the machine restarted"),
        {},
    )
    return Walk(way)
