"""What stands still for the pictures goes on afterwards, in whatever order the modules come to be imported."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.support.projects import run

pytestmark = pytest.mark.same_everywhere

AFTERWARDS = """
import importlib, json, pkgutil, sys, types
import screens, wizard
from tests.screens.frozen import standing_still

with standing_still():
    for room in (screens, wizard):
        for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            importlib.import_module(module.name)

def made_up(value):
    return isinstance(value, types.SimpleNamespace) or str(getattr(value, "__module__", "")).startswith(("tests.", "unittest."))

ours = {name: vars(module) for name, module in sys.modules.items() if name.partition(".")[0] in ("screens", "wizard")}
print(json.dumps([f"{name}.{word}" for name, words in ours.items() for word, value in words.items() if made_up(value)]))
"""


def test_nothing_stays_made_up_afterwards() -> None:
    root = Path(__file__).resolve().parents[2]
    assert json.loads(run([sys.executable, "-c", AFTERWARDS], cwd=root).stdout) == []
