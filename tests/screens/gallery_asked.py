"""The gallery's states of what is asked where there is no project yet, of a few questions more, and of pages beside them."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from screens.walk import Walk
from tests.screens import gallery_ways
from tests.screens.frozen import HOME, LOST, MANY, FrozenWay, project, server
from tests.screens.gallery_runs import _shown, _syncing
from tests.screens.stories import folder_of
from wizard import diagnosis
from wizard.diagnosis import Context
from wizard.environment_files.piles import sort
from wizard.environment_files.read import describe

if TYPE_CHECKING:
    from textual.app import App

ADDRESS = "https://git.example.test/vision-lab/segment-everything.git"
ENVIRONMENT = """name: vision
channels: [pytorch, nvidia, conda-forge]
dependencies:
  - python=3.11
  - numpy=1.26
  - pandas>=2.1
  - pytorch=2.1
  - pytorch-cuda=12.1
  - torchvision
  - opencv
  - scikit-learn
  - ffmpeg
  - openssl
  - some-lab-tools
  - pip:
      - tensorboard
      - git+https://git.example.test/vision-lab/losses.git@v2
      - -e ../common
"""


# no project yet


def many() -> Walk:
    """A folder that is none, with three projects below."""
    return Walk(FrozenWay(None, replace(server(), conda_environments=()), path=MANY))


def clone_asked(app: App[Any]) -> None:
    """An address was named instead of a folder."""
    _clone(app, ADDRESS)


def clone_refused(app: App[Any]) -> None:
    """One that git finds nothing at."""
    _clone(app, LOST)


def _clone(app: App[Any], address: str) -> None:
    from screens.cloning import offer

    screen: Any = app.screen
    offer(screen, address, lambda _: None)


def cloning(app: App[Any]) -> None:
    """While git fetches it: nothing tells when that is over."""
    from screens.cloning import CloningSheet

    app.push_screen(CloningSheet(ADDRESS, f"{MANY}/segment-everything"))


def importing(app: App[Any]) -> None:
    """An environment file of three piles, read as it would be there; the package index has all but one of its names."""
    from screens.begin import ImportPage

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "environment.yml")
        path.write_text(ENVIRONMENT, "utf-8")
        found = sort(describe(path), absent=("some-lab-tools",))
    screen: Any = app.screen
    app.push_screen(ImportPage(screen.track_line(), "environment.yml", found))


# questions


def keeping_way() -> Walk:
    """Choices of which some are for this user alone."""
    choices = {
        "settings.cache-dir": f"{HOME}/uv-cache", "settings.python-install-dir": f"{HOME}/pythons", "torch.variant": "cu126",
        "mirrors.pypi": "tuna",
    }  # fmt: skip
    return Walk(FrozenWay(project(), server(), choices))


def keeping(app: App[Any]) -> None:
    """The palette's row for it."""
    screen: Any = app.screen
    screen.action_keep_choices()


def colours(app: App[Any]) -> None:
    """The palette's row for it."""
    there: Any = app
    there.action_colours()


def by_hand_way() -> Walk:
    """A command that two rows do not hold."""
    walk = gallery_ways.with_cache()
    walk.way.choose("settings.python-install-dir", f"/data/{'laboratory/' * 18}pythons")
    return walk


def joining(app: App[Any]) -> None:
    """Start was pressed, while another window has run this project for a minute."""
    from wizard.run.client import ProjectBusy

    _way, story = _syncing()
    screen: Any = app.screen
    screen._busy(ProjectBusy(folder_of(story.events, lives=True).id))


def misspelt() -> Walk:
    """A name that no package has."""
    way, story = _syncing()
    said = (
        "  x No solution found when resolving dependencies:",
        "  `-> Because nunpy was not found in the package registry and your project depends on nunpy, we can conclude",
        "      that your project's requirements are unsatisfiable.",
    )
    for text in said:
        story.write("output", text=text)
    found = diagnosis.diagnose(
        "\n".join(said), Context(machine=way.machine, project=way.project, os="linux", phase="sync")
    )
    story.write("step", id="sync", state="failed").write("diagnosis", **found.document())
    return _shown(way, story.write("end", exit_code=1))
