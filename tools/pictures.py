"""The README's pictures, drawn by the program itself: python -m tools.pictures

The first screen is that of a made-up machine (tests/screens/frozen.py). The sync and the verification are a run that was
recorded, tests/screens/recorded_run.jsonl: its events are followed to a moment, and what stands on the screen then is kept.
A test holds the files to what the program draws.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

from screens.app import WizardApp
from screens.walk import Walk
from tests.screens.frozen import HOME, NOW, OWN_UV, FrozenWay, project, server, standing_still
from tests.screens.gallery import at_rest, until
from tests.screens.stories import folder_of
from tools.svg import slim
from wizard.events import Event
from wizard.project.facts import Lock, LockedPackage

ROOT = Path(__file__).parents[1]
RECORDED = ROOT / "tests" / "screens" / "recorded_run.jsonl"
WHERE = f"{HOME}/vision"


@dataclass(frozen=True)
class Picture:
    """`at`: the screen; `seconds`: the moment of the recorded run, None: nothing runs."""

    at: str
    seconds: float | None = None


PICTURES = {
    "start": Picture("start"),
    "sync": Picture("sync", 20.6),
    "verify": Picture("verify", 60.0),
}
"""By the name of the file in assets/."""


async def drawn(picture: Picture) -> str:
    """The SVG, the same whenever it is drawn."""
    with standing_still():
        known = server()
        if picture.seconds is None:
            walk, told = Walk(FrozenWay(project(), known)), []
        else:
            known = replace(known, gpus=(), nvidia_driver=None, uv=(OWN_UV,), uv_in_shells=(), conda=None)
            found = replace(project(), path=WHERE, environment_path=f"{WHERE}/.venv", lock=_lock(project().lock))
            choices = {"torch.variant": "keep", "verify.require": "cpu"}
            walk, told = Walk(FrozenWay(found, known, choices, path=WHERE)), _events(picture.seconds)
        if told and picture.seconds is not None:
            name = time.strftime("%Y%m%d-%H%M%S", time.gmtime(NOW - picture.seconds))
            walk.started(folder_of(told, name, WHERE, lives=told[-1]["type"] != "end"))
        app = WizardApp(walk)
        async with app.run_test(size=(80, 24)) as pilot:
            await at_rest(app, pilot)
            if told:
                app.show(picture.at)
                await until(pilot, lambda: bool(walk.state and walk.state.at == told[-1]["at"]))
                await until(pilot, lambda: app.screen.id == picture.at)
                app.current.redraw()
                await at_rest(app, pilot)
            return slim(app.export_screenshot(title="uv-wizard"))


def _events(seconds: float) -> list[Event]:
    lines = RECORDED.read_text("utf-8").splitlines()
    return [event for event in map(json.loads, lines) if event["at"] <= seconds]


def _lock(like: Lock | None) -> Lock:
    """What the recorded run installed, as its lock has it."""
    if like is None:
        raise ValueError("a project without a lock")
    told = (str(event.get("text", "")) for event in _events(3600.0))
    names = [line.removeprefix(" + ").split("==") for line in told if line.startswith(" + ")]
    return replace(like, packages=tuple(LockedPackage(name, version, like.registries[0]) for name, version in names))


def main() -> None:
    """Draws all of them into assets/."""
    for name, picture in PICTURES.items():
        path = ROOT / "assets" / f"{name}.svg"
        path.write_text(asyncio.run(drawn(picture)), "utf-8", newline="\n")
        sys.stdout.write(f"{path.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
