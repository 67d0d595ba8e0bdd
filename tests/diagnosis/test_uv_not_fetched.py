"""uv itself did not come: what was asked, and which other way is one key."""

from __future__ import annotations

from typing import Any

import pytest

from wizard.diagnosis import Context, Diagnosis, diagnose

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
KEPT, INDEX, INSTALLER = ({"uv.install": way} for way in ("keep", "index", "standalone"))
MIRROR = {"uv.install": "index", "mirrors.pypi": "fastest"}


def found(text: str, install: str = "auto", *, uv_here: bool = False, **mirrors: str) -> Diagnosis:
    choices: dict[str, Any] = {"uv": {"install": install}, "mirrors": mirrors}
    return diagnose(text, Context(phase="sync", os="linux", choices=choices, uv_here=uv_here))


@pytest.mark.parametrize("text", [EMPTY, CURL, WGET, SCRIPT, PIP, PIP.replace("for uv", "for uv==0.13.8")])
def test_it_is_told(text: str) -> None:
    assert found(text).cause == "uv-not-fetched"


@pytest.mark.parametrize("text", [CURL, WGET, SCRIPT, PIP])
def test_what_the_program_said_is_the_evidence(text: str) -> None:
    assert [line.strip() for line in text.splitlines()] == list(found(text).evidence)


TLS = "curl: (60) SSL certificate problem: unable to get local issuer certificate\nMore details here: curl's page\n\n"
PROXY = "OSError('Tunnel connection failed: 407 Proxy Authentication Required')': /simple/uv/\n"


@pytest.mark.parametrize(
    "text, cause",
    [
        (TLS + EMPTY, "tls-untrusted"),
        (PIP.replace("NewConnectionError", "SSLError([SSL: CERTIFICATE_VERIFY_FAILED])"), "tls-untrusted"),
        ("curl: (56) CONNECT tunnel failed, response 407\n" + EMPTY, "proxy-authentication"),
        (PROXY + PIP, "proxy-authentication"),
        ("cp: error writing '/home/min/.local/bin/uv': No space left on device\n" + EMPTY, "disk-full"),
        ("cp: cannot create regular file '/opt/bin/uv': Permission denied\n" + EMPTY, "permission-denied"),
        (SCRIPT.replace("/uv/", "/x/").replace("/uv-x86_64", "/uv-data"), "unknown"),
    ],
)
def test_a_cause_that_has_a_name_of_its_own_keeps_it(text: str, cause: str) -> None:
    told = found(text)
    assert told.cause == cause
    assert text.splitlines()[0].strip() in told.evidence


@pytest.mark.parametrize(
    "text",
    [
        "error: No matching distribution found for uv==0.99.0: no wheel of it runs on this machine\n",
        "error: Failed to download `uv==0.13.8`: connection refused\n",
    ],
)
def test_a_mirror_that_was_asked_alone_leads_to_the_installer(text: str) -> None:
    told = found(text, "index", pypi="https://mirror.example/simple")
    assert told.cause == "uv-not-fetched"
    assert told.fixes[0].choices == {"uv.install": "standalone"}


@pytest.mark.parametrize("name", ["uvicorn", "uv-build", "uv.x", "uvloop==1.0"])
def test_another_package_that_is_not_there_is_another_matter(name: str) -> None:
    assert found(PIP.replace("for uv", f"for {name}")).cause != "uv-not-fetched"


@pytest.mark.parametrize(
    "install, uv_here, mirrors, choices",
    [
        ("standalone", True, {}, [INDEX, KEPT, MIRROR]),
        ("standalone", False, {}, [INDEX, MIRROR]),
        ("index", True, {"pypi": "fastest"}, [KEPT, INSTALLER]),
        ("auto", False, {"pypi": "official"}, [MIRROR]),
    ],
)
def test_another_way_is_one_key(
    install: str, uv_here: bool, mirrors: dict[str, str], choices: list[dict[str, str]]
) -> None:
    *others, again = found(CURL, install, uv_here=uv_here, **mirrors).fixes
    assert [fix.choices for fix in others] == choices
    assert again.commands == (("uv-wizard", "sync"),)
