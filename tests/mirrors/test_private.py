"""Mirrors behind a sign-in, a proxy or a company's certificate: our own requests go where uv's go, and no secret is told."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.mirrors.proxy import Proxy
from tests.mirrors.support import Carrier, action_for
from tests.support.index import Index
from tests.support.projects import Project, make_project, stock
from tests.support.wheels import wheel
from wizard import credentials
from wizard.errors import WizardError
from wizard.mirrors.measure import measure
from wizard.mirrors.record import Mirror, MirrorResult
from wizard.run import mirror_sync

pytestmark = pytest.mark.same_everywhere

SECRET = "s3cret-word"


@pytest.fixture
def private(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Index]:
    """A mirror that asks who is there."""
    with Index(credentials=("me", SECRET)) as running:
        stock(running)
        running.add(wheel("pygments", size=300_000))
        yield running


def sign_in(index: Index, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = folder / "netrc"
    file.write_text(f"machine {urlsplit(index.url()).hostname}\nlogin me\npassword {SECRET}\n", "utf-8")
    file.chmod(0o600)
    monkeypatch.setenv("NETRC", os.fspath(file))


def judged(index: Index) -> MirrorResult:
    found = measure("pypi", [Mirror("m", "pypi", index.url())], probe_project="pygments", seconds=6)
    return found.results[0]


def test_without_a_sign_in_it_is_not_offered(private: Index) -> None:
    assert judged(private).why_not == "asks for a sign-in (401)"


def test_with_the_sign_in_of_netrc(private: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in(private, tmp_path, monkeypatch)
    result = judged(private)
    assert (result.ok, result.checked) == (True, True)


def test_a_broken_netrc_is_as_none(private: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "netrc").write_text("machine", "utf-8")
    monkeypatch.setenv("NETRC", os.fspath(tmp_path / "netrc"))
    assert judged(private).why_not == "asks for a sign-in (401)"


def test_a_sync_through_it(
    private: Index, index: Index, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(private, tmp_path, monkeypatch)
    index.forget()
    carrier = Carrier(tmp_path / "run", {**project.env, "NETRC": os.environ["NETRC"]})
    assert mirror_sync.carry_out(action_for(project, pypi=private.url()), carrier) == 0, carrier.output_tail
    assert index.files() == []
    assert private.files() == ["alpha-1.0-py3-none-any.whl", "beta-1.1-py3-none-any.whl"]
    assert SECRET not in json.dumps(carrier.events) + json.dumps(carrier.commands) + carrier.output_tail


def test_a_sync_without_the_sign_in(private: Index, index: Index, project: Project, tmp_path: Path) -> None:
    """What cannot be asked for comes from the lock's own address."""
    carrier = Carrier(tmp_path / "run", project.env)
    assert mirror_sync.carry_out(action_for(project, pypi=private.url()), carrier) == 0, carrier.output_tail
    assert index.files() == ["alpha-1.0-py3-none-any.whl", "beta-1.1-py3-none-any.whl"]
    assert "it answers 401" in carrier.notes


@pytest.fixture
def proxy(index: Index) -> Iterator[Proxy]:
    with Proxy(index.root, "me", SECRET) as running:
        yield running


def behind(proxy: Proxy, user: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    env = {"HTTP_PROXY": f"http://{user}@127.0.0.1:{proxy.port}", "NO_PROXY": "127.0.0.1"}
    env |= {name.lower(): value for name, value in env.items()}
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    return env


def test_through_a_proxy_that_asks(
    index: Index, project: Project, proxy: Proxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the proxy knows that host: whoever does not go through it gets nothing."""
    env = behind(proxy, f"me:{SECRET}", monkeypatch)
    index.copy(target="/mirror/simple")
    index.forget()
    mirror = "http://mirror.invalid/mirror/simple"
    result = measure("pypi", [Mirror("m", "pypi", mirror)], probe_project="alpha", seconds=6).results[0]
    assert result.ok, result.why_not
    carrier = Carrier(tmp_path / "run", {**project.env, **env})
    assert mirror_sync.carry_out(action_for(project, pypi=mirror), carrier) == 0, carrier.output_tail
    assert index.files("/simple") == []
    assert set(proxy.hosts) == {"mirror.invalid"}
    assert SECRET not in json.dumps(carrier.events) + json.dumps(carrier.commands)


def test_a_proxy_that_refuses(index: Index, proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    behind(proxy, "me:wrong", monkeypatch)
    index.copy(target="/mirror/simple")
    mirror = Mirror("m", "pypi", "http://mirror.invalid/mirror/simple")
    result = measure("pypi", [mirror], probe_project="alpha", seconds=6).results[0]
    assert result.why_not == "the proxy asks for a sign-in"


TLS = Path(__file__).parent / "tls"
"""A made-up authority, whose key is thrown away, and a server of it; good for a hundred years."""


def tls(index: Index) -> Index:
    """The index behind the certificate of the made-up authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "server.pem")
    index._server.socket = context.wrap_socket(index._server.socket, server_side=True)
    return index


@pytest.fixture
def company() -> Iterator[tuple[Index, str]]:
    """A mirror whose certificate comes from the company's own authority, and its address."""
    with tls(Index()) as running:
        stock(running)
        yield running, running.url().replace("http://", "https://")


def test_a_certificate_that_nobody_knows(company: tuple[Index, str]) -> None:
    mirror = Mirror("m", "pypi", company[1])
    result = measure("pypi", [mirror], probe_project="alpha", seconds=6).results[0]
    assert result.why_not == "its certificate is not trusted"


def test_a_certificate_of_the_company(
    company: tuple[Index, str], index: Index, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", os.fspath(TLS / "ca.pem"))
    running, url = company
    result = measure("pypi", [Mirror("m", "pypi", url)], probe_project="alpha", seconds=6).results[0]
    assert (result.ok, result.checked) == (True, True)
    index.forget()
    running.forget()
    carrier = Carrier(tmp_path / "run", {**project.env, "SSL_CERT_FILE": os.environ["SSL_CERT_FILE"]})
    assert mirror_sync.carry_out(action_for(project, pypi=url), carrier) == 0, carrier.output_tail
    assert index.files() == []
    assert running.files() == ["alpha-1.0-py3-none-any.whl", "beta-1.1-py3-none-any.whl"]


def test_a_certificate_file_that_is_not_there(index: Index, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", os.fspath(tmp_path / "none.pem"))
    with pytest.raises(WizardError, match="certificate"):
        measure("pypi", [Mirror("m", "pypi", index.url())], probe_project="alpha", seconds=6)


@pytest.fixture
def tunnel(company: tuple[Index, str]) -> Iterator[Proxy]:
    with Proxy(company[1], "me", SECRET) as running:
        yield running


def through(tunnel: Proxy, user: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, f"http://{user}@127.0.0.1:{tunnel.port}")
    monkeypatch.setenv("SSL_CERT_FILE", os.fspath(TLS / "ca.pem"))


def test_through_a_tunnel(company: tuple[Index, str], tunnel: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    through(tunnel, f"me:{SECRET}", monkeypatch)
    url = company[1].replace("127.0.0.1", "localhost")
    result = measure("pypi", [Mirror("m", "pypi", url)], probe_project="alpha", seconds=6).results[0]
    assert (result.ok, set(tunnel.hosts)) == (True, {urlsplit(url).netloc})
    monkeypatch.setenv("NO_PROXY", "localhost")
    tunnel.hosts.clear()
    assert measure("pypi", [Mirror("m", "pypi", url)], probe_project="alpha", seconds=6).results[0].ok
    assert tunnel.hosts == []


def test_a_tunnel_that_is_refused(company: tuple[Index, str], tunnel: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    through(tunnel, "me:wrong", monkeypatch)
    url = company[1].replace("127.0.0.1", "localhost")
    result = measure("pypi", [Mirror("m", "pypi", url)], probe_project="alpha", seconds=6).results[0]
    assert result.why_not == "the proxy asks for a sign-in"


def test_what_uv_has_kept_counts(uv: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`uv auth login` is uv's; our own requests ask uv for it."""
    monkeypatch.setenv("SSL_CERT_FILE", os.fspath(TLS / "ca.pem"))
    with tls(Index(credentials=("me", SECRET))) as running:
        running.add(wheel("pygments", size=300_000))
        url = running.url().replace("http://", "https://")
        mirror = Mirror("m", "pypi", url)
        assert measure("pypi", [mirror], probe_project="pygments", seconds=6, uv=os.fspath(uv)).results[0].ok is False
        login = [os.fspath(uv), "auth", "login", url, "--username", "me", "--password", "-"]
        subprocess.run(login, input=SECRET, encoding="utf-8", check=True, capture_output=True)
        result = measure("pypi", [mirror], probe_project="pygments", seconds=6, uv=os.fspath(uv)).results[0]
    assert (result.ok, result.checked) == (True, True)


def test_the_sign_in_of_an_index_that_the_project_names(
    private: Index, index: Index, project: Project, tmp_path: Path
) -> None:
    """uv reads UV_INDEX_COMPANY_*; our own requests do."""
    carrier = Carrier(
        tmp_path / "run", {**project.env, "UV_INDEX_COMPANY_USERNAME": "me", "UV_INDEX_COMPANY_PASSWORD": SECRET}
    )
    text = f'\n[[tool.uv.index]]\nname = "company"\nurl = "{private.url()}"\nexplicit = true\n'
    project.pyproject.write_text(project.pyproject.read_text("utf-8") + text, "utf-8")
    index.forget()
    action = action_for(project, pypi=private.url(), named=[["company", private.url()]])
    assert mirror_sync.carry_out(action, carrier) == 0, carrier.output_tail
    assert (index.files(), private.files()) == ([], ["alpha-1.0-py3-none-any.whl", "beta-1.1-py3-none-any.whl"])


def test_a_pytorch_mirror_that_asks(index: Index, tmp_path: Path, uv: Path) -> None:
    """Its sign-in is for the base of all variants; uv gets it for the variant's index."""
    torch = wheel("torch", "2.9.1+cu128", size=200_000)
    index.add(torch, prefix="/whl/cu128")
    index.add(wheel("alpha"))
    table = f'[[tool.uv.index]]\nname = "pt"\nurl = "{index.url("/whl/cu128")}"\nexplicit = true\n'
    table += '[tool.uv.sources]\ntorch = { index = "pt" }\n'
    project = make_project(tmp_path / "p", index, uv, dependencies=("torch", "alpha"), more=table)
    with Index(credentials=("me", SECRET)) as private:
        private.add(torch, prefix="/whl/cu128")
        sign_in: dict[str, str] = {}
        base = credentials.keep(private.url("/whl").replace("://", f"://me:{SECRET}@"), sign_in)
        index.forget()
        carrier = Carrier(tmp_path / "run", {**project.env, "UV_CACHE_DIR": str(tmp_path / "cache"), **sign_in})
        registries = [index.url(), index.url("/whl/cu128")]
        action = action_for(project, pytorch=base, registries=registries)
        assert mirror_sync.carry_out(action, carrier) == 0, carrier.output_tail
        assert (index.files("/whl/cu128"), private.files("/whl/cu128")) == ([], [torch.filename])
