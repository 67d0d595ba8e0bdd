"""The words of assets/machine.toml."""

from __future__ import annotations

import re
import string
from pathlib import Path
from typing import Any

import pytest

import wizard
from wizard import catalog
from wizard.diagnosis.rules import causes
from wizard.machine.telling import TITLE_CELLS, finding

FINDINGS: dict[str, dict[str, Any]] = catalog.table("machine.toml")["finding"]
WORDS = {
    "what": "the Pythons",
    "seconds": "20",
    "name": "python3",
    "variable": "CUDA_VISIBLE_DEVICES",
    "value": "-1",
    "free": "1.3 GiB",
    "purpose": "project",
    "count": "3",
    "version": "0.13.8",
    "type": "fuse.sshfs",
    "path": "/home/min/.cache/uv",
    "mount": "/home",
    "entry": "/opt/cuda/lib64",
    "why": "Permission denied",
    "proxy": "http://***@proxy.example:3128",
    "host": "index.example",
    "status": "503",
    "policy": "Restricted",
    "key": "auto_activate_base",
    "shell": "bash at log-in",
    "size": "at least 412 GiB",
    "group": "lab",
    "scheduler": "Slurm",
}


@pytest.mark.parametrize("cause", sorted(FINDINGS))
def test_words(cause: str) -> None:
    told = finding(cause, **WORDS)
    whole = string.Formatter().vformat(FINDINGS[cause]["title"], (), WORDS)
    assert told.title == whole, "it fits its line"
    assert len(whole) <= TITLE_CELLS
    assert told.severity in ("error", "warning", "note")
    assert not told.title.endswith(".")
    assert len(re.findall(r"[.](?: |$)", told.explanation)) == 2, "two sentences"
    assert (told.title + told.explanation).isascii()


def test_every_finding_that_is_told_has_words_and_the_other_way_round() -> None:
    sources = (path.read_text("utf-8") for path in Path(wizard.__file__).parent.joinpath("machine").glob("*.py"))
    code = "\n".join(sources)
    named = set(re.findall(r'finding\(\s*"([a-z-]+)"', code)) | set(
        re.findall(r'"((?:network|proxy|tls|index)-[a-z-]+)"', code)
    )
    assert named == set(FINDINGS)


def test_each_is_called_by_a_cause_in_documents() -> None:
    for name, told in FINDINGS.items():
        assert (name in causes()) != ("cause" in told), name
        assert told.get("cause", name) in causes()


def test_what_comes_from_outside_is_made_safe() -> None:
    told = finding("gpu-hidden", ["A=\x1b[31m1"], variable="CUDA\n\x1b[2J", value="https://min:hunter2@x")
    assert "\x1b" not in told.title + told.explanation + told.evidence[0]
    assert "hunter2" not in told.explanation
    assert "\n" not in told.title


def test_a_title_too_long_is_cut_in_sight() -> None:
    assert finding("file-unreadable", name="x" * 90, path="/x", why="y").title.endswith(" ...")
