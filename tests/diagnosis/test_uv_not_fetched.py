"""uv itself did not come: what was asked, and which other way is one key."""

from __future__ import annotations

from typing import Any

import pytest

from wizard.diagnosis import Context, Diagnosis, diagnose
from wizard.machine.facts import FoundUv, Machine

pytestmark = pytest.mark.same_everywhere

EMPTY = "error: uv's installer ended without a new uv in /home/min/.local/bin\n"
CURL = "curl: (6) Could not resolve host: uv.example\n" + EMPTY
WGET = "wget: unable to resolve host address 'uv.example'\n" + EMPTY
SCRIPT = """downloading uv 0.13.8 x86_64-unknown-linux-gnu
failed to download https://github.example/makers/uv/releases/download/0.13.8/uv-x86_64-unknown-linux-gnu.tar.gz
this may be a standard network error, but it may also indicate
that uv's release process is not working.
"""
PIP = """WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError': /simple/uv/
ERROR: Could not find a version that satisfies the requirement uv (from versions: none)
ERROR: No matching distribution found for uv
"""
KEPT, INDEX = {"uv.install": "keep"}, {"uv.install": "index"}
MIRROR = {"uv.install": "index", "mirrors.pypi": "fastest"}


def found(text: str, install: str = "auto", *versions: str | None, **mirrors: str) -> Diagnosis:
    uv = tuple(FoundUv(f"/usr/bin/uv-{at}", version, "unknown") for at, version in enumerate(versions))
    choices: dict[str, Any] = {"uv": {"install": install}, "mirrors": mirrors}
    return diagnose(text, Context(phase="sync", os="linux", machine=Machine(os="linux", uv=uv), choices=choices))


@pytest.mark.parametrize("text", [EMPTY, CURL, WGET, SCRIPT, PIP, PIP.replace("for uv", "for uv==0.13.8")])
def test_it_is_told(text: str) -> None:
    assert found(text).cause == "uv-not-fetched"


@pytest.mark.parametrize("text", [CURL, WGET])
def test_what_the_program_said_is_the_evidence(text: str) -> None:
    assert [line.strip() for line in text.splitlines()] == list(found(text).evidence)


@pytest.mark.parametrize("name", ["uvicorn", "uv-build", "uv.x", "uvloop==1.0"])
def test_another_package_that_is_not_there_is_another_matter(name: str) -> None:
    assert found(PIP.replace("for uv", f"for {name}")).cause != "uv-not-fetched"


@pytest.mark.parametrize(
    "install, versions, mirrors, choices",
    [
        ("standalone", ("0.13.8",), {}, [INDEX, KEPT, MIRROR]),
        ("standalone", (), {}, [INDEX, MIRROR]),
        ("index", ("0.13.8",), {"pypi": "fastest"}, [KEPT]),
        ("auto", (None,), {"pypi": "official"}, [MIRROR]),
    ],
)
def test_another_way_is_one_key(
    install: str, versions: tuple[str | None, ...], mirrors: dict[str, str], choices: list[dict[str, str]]
) -> None:
    *others, again = found(CURL, install, *versions, **mirrors).fixes
    assert [fix.choices for fix in others] == choices
    assert again.commands == (("uv-wizard", "sync"),)
