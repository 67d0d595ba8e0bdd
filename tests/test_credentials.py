"""Sign-ins: out of the address, into the variables that uv reads, back for our own requests, and for no other host."""

from __future__ import annotations

import pytest

from wizard import credentials
from wizard.credentials import SignIn
from wizard.run.environment import child_environment

pytestmark = pytest.mark.same_everywhere

URL = "https://index.test/team/simple"
NAME = credentials.index_name(URL)


@pytest.mark.parametrize(
    "written, bare, user, password",
    [
        ("https://me:pw@index.test/simple", "https://index.test/simple", "me", "pw"),
        ("https://me:p%40ss%2Fw@index.test:8443/simple/", "https://index.test:8443/simple/", "me", "p@ss/w"),
        ("https://:token@index.test/simple", "https://index.test/simple", "", "token"),
        ("https://me@index.test/simple", "https://index.test/simple", "me", None),
        ("http://me:pw@[::1]:80/simple", "http://[::1]:80/simple", "me", "pw"),
    ],
)
def test_out_and_back(written: str, bare: str, user: str, password: str | None) -> None:
    kept: dict[str, str] = {}
    assert credentials.keep(written, kept) == bare
    assert credentials.of(bare.rstrip("/"), kept) == SignIn(bare.rstrip("/"), user, password)
    assert "pw" not in repr(credentials.of(bare, kept))


def test_without_one() -> None:
    kept: dict[str, str] = {}
    assert credentials.keep(URL, kept) == URL
    assert (kept, credentials.of(URL, kept)) == ({}, None)
    with pytest.raises(ValueError, match="ort could not"):
        credentials.keep("https://me:pa/ss@index.test", kept)


def test_a_folder_above_counts_and_one_beside_it_does_not() -> None:
    kept: dict[str, str] = {}
    credentials.keep("https://me:pw@index.test/whl", kept)
    found = credentials.of("https://index.test/whl/cu128", kept)
    assert found == SignIn("https://index.test/whl/cu128", "me", "pw")
    assert credentials.of("https://index.test/other", kept) is None
    assert credentials.of("https://index.test.evil/whl", kept) is None


@pytest.mark.parametrize(
    "url, fits",
    [
        ("https://index.test/team/simple/alpha/", True),
        ("https://index.test/files/alpha.whl", True),
        ("https://index.test:443/files/alpha.whl", True),
        ("http://index.test/team/simple/alpha/", False),
        ("https://index.test:444/team/simple/", False),
        ("https://cdn.index.test/team/simple/", False),
    ],
)
def test_whom_it_is_told(url: str, fits: bool) -> None:
    assert bool(SignIn(URL, "me", "pw").serves(url)) is fits


def test_the_nearer_of_two_on_one_host() -> None:
    other = SignIn("https://index.test/other/simple", "x", "y")
    assert SignIn(URL, "me", "pw").serves(URL + "/alpha/") > other.serves(URL + "/alpha/") > 0


@pytest.mark.parametrize(
    "base",
    [
        {"UV_DEFAULT_INDEX": "https://me:pw@index.test/team/simple"},
        {"UV_INDEX_URL": "https://me:pw@index.test/team/simple/"},
        {"UV_INDEX": "https://other.test/simple https://me:pw@index.test/team/simple"},
        {"UV_INDEX": f"my.team={URL}", "UV_INDEX_MY_TEAM_USERNAME": "me", "UV_INDEX_MY_TEAM_PASSWORD": "pw"},
    ],
)
def test_what_a_child_gets_for_the_locks_own_index(base: dict[str, str]) -> None:
    """The variables go, for they would mislead uv; what they told of the same index stays, under a name."""
    found = child_environment(child_environment(base), {"UV_DEFAULT_INDEX": URL, "UV_INDEX": None})
    assert found["UV_DEFAULT_INDEX"] == f"{NAME}={URL}"
    variable = "UV_INDEX_" + NAME.upper().replace("-", "_")
    assert (found[f"{variable}_USERNAME"], found[f"{variable}_PASSWORD"]) == ("me", "pw")
    assert "UV_INDEX" not in found
    assert child_environment(base, {"UV_DEFAULT_INDEX": "https://else.test/simple"})["UV_DEFAULT_INDEX"] == (
        "https://else.test/simple"
    )
