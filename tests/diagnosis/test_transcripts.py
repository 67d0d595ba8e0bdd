"""What real uv of six versions printed, in pipes and in a terminal 80 columns wide, and the cause it has to be given."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from wizard.diagnosis import Context, diagnose, warnings
from wizard.diagnosis.normalise import normalise

pytestmark = pytest.mark.same_everywhere

DATA = Path(__file__).with_name("data")


def transcripts() -> list[Any]:
    rows = []
    for file in sorted(DATA.glob("*.jsonl")):
        for line in file.read_text("ascii").splitlines():
            row = json.loads(line)
            place = "terminal" if row["terminal"] else "pipe"
            rows.append(pytest.param(row, id=f"{row['id']}-{row['uv']}-{place}"))
    return rows


@pytest.mark.parametrize("row", transcripts())
def test_names_the_cause(row: dict[str, Any]) -> None:
    context = Context(
        registries=tuple(row["registries"]), environment=row["environment"], exit_code=row["exit_code"], phase="sync"
    )
    found = diagnose(row["text"], context)
    assert found.cause == row["cause"], found
    assert found.evidence
    assert "..." not in found.title
    assert "{" not in found.title + found.explanation


def test_all_versions_and_both_formats_are_there() -> None:
    texts = [param.values[0] for param in transcripts()]
    assert {row["uv"] for row in texts} == {"0.8.24", "0.9.30", "0.10.12", "0.11.33", "0.12.5", "0.13.8"}
    assert any("├─▶" in row["text"] for row in texts)
    assert any("\n  cause: " in row["text"] for row in texts)
    assert any("\n  Caused by: " in row["text"] for row in texts)


BOX = """Resolved 3 packages in 1ms
  × Failed to download `beta==2.0`
  ├─▶ Failed to fetch:
  │   `http://127.0.0.1:8911/files/beta-2.0-py3-none-any.whl`
  ╰─▶ HTTP status client error (403 Forbidden) for url
      (http://127.0.0.1:8911/files/beta-2.0-py3-none-any.whl)
  help: `beta` (v2.0) was included because `demo` (v0.1.0) depends on `alpha`
        (v1.0) which depends on `beta`
"""
FLAT = """Resolved 3 packages in 1ms
error: Failed to download `beta==2.0`
  cause: Failed to fetch: `http://127.0.0.1:8911/files/beta-2.0-py3-none-any.whl`
  cause: HTTP status client error (403 Forbidden) for url (http://127.0.0.1:8911/files/beta-2.0-py3-none-any.whl)

hint: `beta` (v2.0) was included because `demo` (v0.1.0) depends on `alpha` (v1.0) which depends on `beta`
"""
CAUSED_BY = """error: Failed to download `beta==2.0`
  Caused by: Failed to fetch: `http://127.0.0.1:8911/files/beta-2.0-py3-none-any.whl`
  Caused by: HTTP status client error (403 Forbidden) for url (http://127.0.0.1:8911/files/beta-2.0-py3-none-any.whl)
"""
ASCII_BOX = BOX.replace("×", "x").replace("├─▶", "|->").replace("╰─▶", "`->").replace("│", "|")
MANGLED = BOX.encode().decode("cp1252", "replace")


@pytest.mark.parametrize(
    "text", [BOX, FLAT, CAUSED_BY, ASCII_BOX, MANGLED], ids=["box", "flat", "by", "ascii", "cp1252"]
)
def test_every_format_becomes_one_shape(text: str) -> None:
    report = normalise(text).errors[-1]
    assert [statement.text for statement in report.chain] == [
        "Failed to download `beta==2.0`",
        "Failed to fetch: `http://127.0.0.1:8911/files/beta-2.0-py3-none-any.whl`",
        "HTTP status client error (403 Forbidden) for url (http://127.0.0.1:8911/files/beta-2.0-py3-none-any.whl)",
    ]
    assert text is CAUSED_BY or "which depends on `beta`" in report.hints[0].text


def test_a_compilers_words_are_no_causes_of_uvs() -> None:
    text = """error: Failed to build `thing==1.0`
  cause: The build backend returned an error
  cause: Call to `setuptools.build_meta.build_wheel` failed (exit status: 1)

         [stderr]
         error: Permission denied (os error 13)
         hint: No space left on device (os error 28)
         ModuleNotFoundError: No module named 'torch'
"""
    found = diagnose(text)
    assert found.cause == "build-failed"
    assert "No module named 'torch'" in found.evidence[-1]


def test_warnings_of_a_run_that_went_on() -> None:
    text = """warning: `VIRTUAL_ENV=/opt/conda/envs/old` does not match the project environment path `.venv` and will be ignored
Resolved 3 packages in 1ms
warning: Failed to hardlink files; falling back to full copy. This may lead to degraded performance.
         If the cache and target directories are on different filesystems, hardlinking may not be supported.
Installed 2 packages in 1ms
"""
    told = warnings(text)
    assert [one.cause for one in told] == ["environment-mismatch", "link-fallback"]
    assert {one.severity for one in told} == {"warning"}
    assert ("conda", "deactivate") in (told[0].fixes[0].commands or ())
