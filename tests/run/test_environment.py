from __future__ import annotations

import pytest

from wizard.run.environment import DROPPED, FATAL_WHEN_EMPTY, child_environment

KEPT = {
    "PATH": "/bin", "UV_PYTHON": "3.11", "UV_INDEX_PRIVATE_USERNAME": "u", "UV_INDEX_PRIVATE_PASSWORD": "p",
    "HTTPS_PROXY": "http://127.0.0.1:1", "SSL_CERT_FILE": "/c", "UV_HTTP_TIMEOUT": "9", "UV_CONCURRENT_DOWNLOADS": "3",
    "UV_CACHE_DIR": "/cache", "UV_LINK_MODE": "copy", "EMPTY": "",
}  # fmt: skip


def test_what_would_mislead_goes_and_the_rest_stays() -> None:
    misleading = dict.fromkeys(DROPPED, "x") | {"CONDA_PREFIX": "/c", "CONDA_DEFAULT_ENV": "base"}
    assert child_environment({**KEPT, **misleading}, windows=False) == {**KEPT, "UV_NO_WRAP": "1"}


def test_every_variable_that_is_dropped_has_a_reason() -> None:
    assert all(len(reason) > 20 for reason in DROPPED.values())
    assert {"VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH", "COLUMNS", "UV_FROZEN", "UV_LOCKED", "UV_NO_SYNC"} < set(DROPPED)


@pytest.mark.parametrize("name", FATAL_WHEN_EMPTY)
def test_an_empty_setting_that_stops_uv_is_unset(name: str) -> None:
    assert name not in child_environment({name: ""}, windows=False)


def test_what_is_laid_over_wins_also_over_what_is_dropped() -> None:
    overlay = {"UV_DEFAULT_INDEX": "http://127.0.0.1/simple", "UV_PYTHON": None, "UV_NO_WRAP": None}
    found = child_environment({"UV_DEFAULT_INDEX": "other", "UV_PYTHON": "3.11"}, overlay, windows=False)
    assert found == {"UV_DEFAULT_INDEX": "http://127.0.0.1/simple"}


def test_case_says_nothing_on_windows_and_much_elsewhere() -> None:
    base = {"Virtual_Env": "x", "Path": "p", "uv_link_mode": "copy"}
    overlay = {"UV_LINK_MODE": "hardlink"}
    assert child_environment(base, overlay, windows=True) == {
        "Path": "p",
        "UV_NO_WRAP": "1",
        "UV_LINK_MODE": "hardlink",
    }
    assert "Virtual_Env" in child_environment(base, overlay, windows=False)


def test_the_base_is_not_changed() -> None:
    base = {"VIRTUAL_ENV": "x"}
    child_environment(base, {"A": "b"})
    assert base == {"VIRTUAL_ENV": "x"}
