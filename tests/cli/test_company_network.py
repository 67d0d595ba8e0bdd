"""A company's network and settings: its own authority, its proxy, its rules. The cause is named, with the way out that works."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.mirrors.proxy import Proxy
from tests.mirrors.test_private import TLS, tls
from tests.support.command import events, of, wizard
from tests.support.index import Index
from tests.support.projects import Project, make_project, stock

FILES = ["alpha-1.0-py3-none-any.whl", "beta-1.1-py3-none-any.whl"]


@pytest.fixture
def company() -> Iterator[Index]:
    with tls(Index()) as running:
        stock(running)
        yield running


@pytest.fixture
def locked(company: Index, tmp_path: Path, uv: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project whose lock names the company's index; nothing of it is in the cache."""
    url = company.url().replace("http://", "https://").replace("127.0.0.1", "localhost")
    env = {"UV_DEFAULT_INDEX": url, "SSL_CERT_FILE": os.fspath(TLS / "ca.pem")}
    project = make_project(tmp_path / "p", company, uv, env=env)
    assert url in project.lock.read_text("utf-8")
    monkeypatch.setenv("UV_CACHE_DIR", os.fspath(tmp_path / "another cache"))
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    company.forget()
    return project


def diagnosis(project: Project) -> dict[str, Any]:
    return of(events(wizard("sync", str(project.path), "--json", check=1).stdout), "diagnosis")[0]


@pytest.mark.same_everywhere
def test_an_authority_that_nobody_knows(company: Index, locked: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    told = diagnosis(locked)
    assert told["cause"] == "tls-untrusted"
    commands = [word for fix in told["fixes"] for argv in fix["commands"] or () for word in argv]
    assert "--system-certs" in commands
    assert any("SSL_CERT_FILE" in word for word in commands)
    monkeypatch.setenv("SSL_CERT_FILE", os.fspath(TLS / "ca.pem"))
    wizard("sync", str(locked.path))
    assert company.files() == FILES


@pytest.mark.long
@pytest.mark.same_everywhere
def test_a_proxy_that_asks(company: Index, locked: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", os.fspath(TLS / "ca.pem"))
    with Proxy(company.root, "me", "s3cret") as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:wr0ng@127.0.0.1:{proxy.port}")
        told = diagnosis(locked)
        assert told["cause"] == "proxy-authentication"
        assert "wr0ng" not in str(told)
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:s3cret@127.0.0.1:{proxy.port}")
        wizard("sync", str(locked.path))
        assert len(set(proxy.hosts)) == 1
    assert company.files() == FILES
    state = Path(os.environ["UV_WIZARD_STATE_DIR"])
    kept = [path.read_bytes() for path in state.rglob("*") if path.is_file()]
    assert not [data for data in kept if b"s3cret" in data or b"wr0ng" in data]


@pytest.mark.long
@pytest.mark.same_everywhere
def test_a_setting_of_the_company_against_the_lock(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Told by doctor and in the plan, and the sync goes on by uv.lock's own rules."""
    lock = project.lock.read_bytes()
    monkeypatch.setenv("UV_PRERELEASE", "allow")
    monkeypatch.setenv("UV_DEFAULT_INDEX", project.registry + "/")
    found = json.loads(wizard("doctor", str(project.path), "--json").stdout)["findings"]
    told = {one["cause"]: one for one in found}
    assert "UV_PRERELEASE" in told["lock-outdated"]["explanation"]
    assert ["uv", "lock"] not in [argv for fix in told["lock-outdated"]["fixes"] for argv in fix["commands"] or ()]
    assert "a slash at the end is enough" in told["lock-other-index"]["explanation"]
    plan = wizard("plan", str(project.path)).stdout
    assert plan.count("That does not hinder this sync; uv alone refuses the lock.") == 2
    wizard("sync", str(project.path))
    assert project.lock.read_bytes() == lock
    assert project.run_python("import alpha; print(alpha.__version__)").strip() == "1.0"
