"""`wizard` works without a screen: it never imports Textual, Rich or `screens`, and no room imports one above it."""

from __future__ import annotations

import ast
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.projects import run

if TYPE_CHECKING:
    from collections.abc import Iterator

REPO = Path(__file__).resolve().parent.parent
SOURCES = sorted((REPO / "wizard").rglob("*.py"))
INTERFACE = {"textual", "rich", "screens"}

# The floors of the house, lowest first; every room has its own.
FLOORS = (
    {"address", "code_page", "credentials", "errors", "events", "files", "gpu_names", "language", "lists", "one_file"}
    | {"patience", "private", "registry", "remembered", "text", "toml", "which_language"}
    | {"catalog", "catalog_torch", "machine"},
    {"choice_keys", "choices", "environment_files", "files_actions", "files_undo", "html_page", "mirrors", "project"},
    {"diagnosis", "plan", "this_run", "verify"},  # a check that fell short is told as a diagnosis
    {"advice", "clone", "fleet", "run", "uv_fields"},
    {"by_hand", "doctor", "export", "lock_forecast", "lock_sizes", "looking", "obstacle", "way", "ways_out"}
    | {"begin", "bundle", "new_project", "sync_forecast"},
    {"told"},
    {"report"},
    {"cli", "plain"},
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}


def imports(source: str) -> Iterator[tuple[str, bool]]:
    """What a source imports, in full (`a.b` for `from a import b`), and whether inside a function."""
    return _imports(ast.parse(source), lazy=False)


def _imports(node: ast.AST, *, lazy: bool) -> Iterator[tuple[str, bool]]:
    if isinstance(node, ast.Import):
        yield from ((alias.name, lazy) for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield from ((f"{node.module}.{alias.name}", lazy) for alias in node.names)
    lazy = lazy or isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    for child in ast.iter_child_nodes(node):
        yield from _imports(child, lazy=lazy)


def may_open_the_screens(path: Path) -> bool:
    """The entry point has to start the wizard somewhere: by this one name, inside a function, and it alone."""
    return path == REPO / "wizard" / "__main__.py"


def offences(path: Path, source: str) -> list[str]:
    return [
        name
        for name, lazy in imports(source)
        if name.split(".")[0] in INTERFACE and not (lazy and name == "screens.face.Face" and may_open_the_screens(path))
    ]


def climbs(path: Path, source: str) -> list[str]:
    """Imports from a floor above the source's own."""
    own = floor_of(path)
    rooms = ((name, name.split(".")[1]) for name, _ in imports(source) if name.startswith("wizard."))
    return [name for name, room in rooms if FLOOR.get(room, 0) > own]


def floor_of(path: Path) -> int:
    """Of the room that the file lies in. The entry point stands on the roof. Raises KeyError for a room without a floor."""
    room = path.relative_to(REPO / "wizard").parts[0].removesuffix(".py")
    return len(FLOORS) if room in ("__main__", "__init__") else FLOOR[room]


@pytest.mark.same_everywhere
@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(REPO).as_posix())
def test_no_module_names_the_interface_or_a_room_above(path: Path) -> None:
    source = path.read_text("utf-8")
    assert offences(path, source) == []
    assert climbs(path, source) == []


@pytest.mark.same_everywhere
@pytest.mark.parametrize(
    "room, source, found",
    [
        ("plan/step.py", "import textual.app", ["textual.app"]),
        ("plan/step.py", "from rich import markup", ["rich.markup"]),
        ("plan/step.py", "def show():\n    import screens", ["screens"]),
        ("plan/step.py", "if TYPE_CHECKING:\n    from screens.app import Wizard", ["screens.app.Wizard"]),
        ("plan/step.py", "import richer, json", []),
        ("__main__.py", "from screens.app import Wizard", ["screens.app.Wizard"]),
        ("__main__.py", "def main():\n    from screens.app import Wizard", ["screens.app.Wizard"]),
        ("__main__.py", "def main():\n    from screens.face import Face", []),
        ("cli/main.py", "def main():\n    from screens.app import Wizard", ["screens.app.Wizard"]),
        ("cli/main.py", "def main():\n    import textual", ["textual"]),
    ],
)
def test_the_search_finds_what_it_looks_for(room: str, source: str, found: list[str]) -> None:
    assert offences(REPO / "wizard" / room, source) == found


@pytest.mark.same_everywhere
@pytest.mark.parametrize(
    "room, source, found",
    [
        ("plan/step.py", "from wizard.run import client", ["wizard.run.client"]),
        ("plan/step.py", "from wizard import way", ["wizard.way"]),
        ("run/client.py", "from wizard.plan import step", []),
        ("plan/torch.py", "from wizard.diagnosis.record import Fix", []),
    ],
)
def test_the_search_knows_the_floors(room: str, source: str, found: list[str]) -> None:
    assert climbs(REPO / "wizard" / room, source) == found


IMPORT_ALL = """
import importlib, json, pkgutil, sys
import wizard

names = sorted(module.name for module in pkgutil.walk_packages(wizard.__path__, "wizard."))
for name in names:
    importlib.import_module(name)
print(json.dumps([names, sorted({name.partition(".")[0] for name in sys.modules})]))
"""


def test_every_module_can_be_imported_and_brings_no_interface() -> None:
    names, loaded = json.loads(run([sys.executable, "-W", "error", "-c", IMPORT_ALL], cwd=REPO).stdout)
    on_disk = {".".join(path.relative_to(REPO).with_suffix("").parts) for path in SOURCES if path.name != "__init__.py"}
    assert on_disk <= set(names)
    assert INTERFACE.isdisjoint(loaded)


UNTIL_THE_FIRST_SCREEN = """
import json, sys
import screens.app
from wizard.__main__ import main
from wizard.cli import face

face.has_terminal = lambda: True
app = screens.app.WizardApp
start = app.run
app.run = lambda self, **_: start(self, headless=True, size=(80, 24))

def stands(self):
    sys.stdout.write(json.dumps(sorted(sys.modules)))
    self.exit(0)

app.on_ready = stands
sys.argv = ["uv-wizard", "."]
main()
"""
NOT_YET = ("packaging", "wizard.advice", "wizard.machine.facts", "wizard.project", "wizard.plan", "wizard.run", "httpx")
"""What the first picture needs no word of, and what would be felt: a chain of imports once made it half as slow again."""


@pytest.mark.same_everywhere
def test_the_first_picture_waits_for_nothing_that_it_does_not_show(tmp_path: Path) -> None:
    env = {**os.environ, "TERM": "xterm-256color", "PYTHONPATH": str(REPO)}
    told = run([sys.executable, "-c", UNTIL_THE_FIRST_SCREEN], cwd=tmp_path, env=env).stdout
    loaded = json.loads(told.partition("]")[0] + "]")
    assert {"textual.app", "screens.start"} <= set(loaded)
    assert [name for name in loaded if name.startswith(tuple(f"{one}." for one in NOT_YET)) or name in NOT_YET] == []
