"""What uv's own files say about proxies and certificates holds for our requests: held against the real uv."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest

from tests.mirrors.support import user_config
from tests.mirrors.test_private import tls
from tests.support.index import Index
from tests.support.wheels import wheel
from wizard.errors import WizardError
from wizard.mirrors.client import make_client
from wizard.mirrors.uv_network import in_force


class Listener:
    """Answers everything with 502 and remembers that it was asked."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=50)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.asked = 0
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                self.asked += 1
                connection.sendall(b"HTTP/1.1 502 Bad\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def proxies() -> Iterator[Mapping[str, Listener]]:
    """FILE for the files, ENV for the variables, HOST for the index itself."""
    found = {name: Listener() for name in ("FILE", "ENV", "HOST")}
    yield found
    for one in found.values():
        one.close()


def filled(text: str, proxies: Mapping[str, Listener]) -> str:
    for name, one in proxies.items():
        text = text.replace(name, one.url)
    return text


def taken(proxies: Mapping[str, Listener]) -> list[str]:
    names = [name for name, one in proxies.items() if one.asked]
    for one in proxies.values():
        one.asked = 0
    return names


CASES = [
    ('http-proxy = "FILE"', "", {}, "http", ["FILE"]),
    ('https-proxy = "FILE"', "", {}, "http", ["HOST"]),
    ('https-proxy = "FILE"', "", {}, "https", ["FILE"]),
    ('http-proxy = "FILE"', "", {"HTTP_PROXY": "ENV"}, "http", ["FILE"]),
    ('http-proxy = "FILE"', "", {"ALL_PROXY": "ENV"}, "http", ["FILE"]),
    ('http-proxy = "FILE"', "", {"NO_PROXY": "127.0.0.1"}, "http", ["FILE"]),
    ('http-proxy = "FILE"\nno-proxy = ["127.0.0.1"]', "", {}, "http", ["HOST"]),
    ('http-proxy = "FILE"\nno-proxy = ["other.test"]', "", {}, "http", ["FILE"]),
    ('https-proxy = "FILE"', "", {"HTTP_PROXY": "ENV"}, "http", ["HOST"]),
    ('no-proxy = ["127.0.0.1"]', "", {"HTTP_PROXY": "ENV"}, "http", ["ENV"]),
    ('http-proxy = "FILE"', "", {"UV_NO_CONFIG": "1"}, "http", ["HOST"]),
    ("", '[tool.uv]\nhttp-proxy = "FILE"', {}, "http", ["FILE"]),
    ("", "", {"HTTP_PROXY": "ENV"}, "http", ["ENV"]),
]


@pytest.mark.wine_cannot("Windows' own proxy exceptions name this machine")
@pytest.mark.parametrize("user, project, env, scheme, expected", CASES)
def test_our_requests_go_where_uv_s_go(  # noqa: PLR0917
    tmp_path: Path, home: Path, uv: Path, monkeypatch: pytest.MonkeyPatch, proxies: Mapping[str, Listener],
    user: str, project: str, env: Mapping[str, str], scheme: str, expected: list[str],
) -> None:  # fmt: skip
    config = user_config(home)
    config.mkdir(parents=True)
    (config / "uv.toml").write_text(filled(user, proxies), "utf-8")
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "x"\nversion = "1"\n' + filled(project, proxies), "utf-8"
    )
    for name, value in env.items():
        monkeypatch.setenv(name, filled(value, proxies))
    index = proxies["HOST"].url.replace("http:", f"{scheme}:") + "/simple"

    subprocess.run(
        [os.fspath(uv), "pip", "compile", "-", "-q"], input="alpha\n", cwd=tmp_path, check=False, text=True,
        env={**os.environ, "UV_DEFAULT_INDEX": index, "UV_HTTP_RETRIES": "0"}, capture_output=True,
    )  # fmt: skip
    assert taken(proxies) == expected

    with make_client(uv_version="0", connect_s=5, read_s=5, connections=1, project=tmp_path) as client:
        try:
            client.get(index)
        except httpx.HTTPError:
            assert scheme == "https"  # the proxy opens no tunnel
    assert taken(proxies) == expected


@pytest.mark.same_everywhere
@pytest.mark.parametrize(
    "text, env, expected",
    [
        ("system-certs = true", {}, True),
        ("native-tls = true", {}, True),
        ("native-tls = true", {"UV_NATIVE_TLS": "0"}, False),
        ("", {"UV_SYSTEM_CERTS": "1"}, True),
        ("system-certs = ", {}, False),
        ('system-certs = "yes"', {}, False),
    ],
)
def test_the_system_s_certificates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, env: Mapping[str, str], expected: bool
) -> None:
    (tmp_path / "uv.toml").write_text(text, "utf-8")
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    assert in_force(project=tmp_path).system_certs is expected


@pytest.mark.same_everywhere
@pytest.mark.parametrize(
    "text, variable, works",
    [
        ("", None, False),
        ('allow-insecure-host = ["localhost"]', None, True),
        ('allow-insecure-host = ["localhost:PORT"]', None, True),
        ('allow-insecure-host = ["other.test"]', None, False),
        ('allow-insecure-host = ["other.test"]', "localhost", True),
        ("", "other.test localhost", True),
        ("", "https://localhost", True),
        ("", "other.test", False),
    ],
)
def test_a_host_whose_certificate_is_not_looked_at(
    tmp_path: Path, uv: Path, monkeypatch: pytest.MonkeyPatch, text: str, variable: str | None, works: bool
) -> None:
    with tls(Index()) as index:
        index.add(wheel("alpha"))
        url = index.url().replace("http://127.0.0.1", "https://localhost")
        port = url.split(":")[2].partition("/")[0]
        (tmp_path / "uv.toml").write_text(text.replace("PORT", port), "utf-8")
        if variable is not None:
            monkeypatch.setenv("UV_INSECURE_HOST", variable)
        asked = subprocess.run(
            [os.fspath(uv), "pip", "compile", "-", "-q"], input="alpha\n", cwd=tmp_path, check=False, text=True,
            env={**os.environ, "UV_DEFAULT_INDEX": url, "UV_HTTP_RETRIES": "0"}, capture_output=True,
        )  # fmt: skip
        assert (asked.returncode == 0) is works, asked.stderr
        with make_client(uv_version="0", connect_s=5, read_s=5, connections=1, project=tmp_path) as client:
            if works:
                assert client.get(f"{url}/alpha/").status_code == 200
            else:
                with pytest.raises(httpx.ConnectError):
                    client.get(f"{url}/alpha/")


@pytest.mark.same_everywhere
def test_a_proxy_that_is_none_is_told_without_its_sign_in(tmp_path: Path) -> None:
    (tmp_path / "uv.toml").write_text('http-proxy = "gopher://me:s3cret@proxy.test"', "utf-8")
    with pytest.raises(WizardError) as told:
        make_client(uv_version="0", connect_s=1, read_s=1, connections=1, project=tmp_path)
    assert "s3cret" not in str(told.value)
