from __future__ import annotations

import http.server
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.support.index import Index
from wizard.machine.network import index_url, network, proxy_for
from wizard.machine.request import ProbeRequest

Asked = Callable[..., ProbeRequest]


@pytest.mark.parametrize(
    "environment, own, expected",
    [
        ({}, None, None),
        ({}, "https://lock.example/simple", "https://lock.example/simple"),
        ({"UV_DEFAULT_INDEX": "https://e.example/simple"}, None, "https://e.example/simple"),
        (
            {"UV_DEFAULT_INDEX": "https://e.example/simple"},
            "https://lock.example/simple",
            "https://lock.example/simple",
        ),
        ({"UV_DEFAULT_INDEX": "company=https://e.example/s?a=b"}, None, "https://e.example/s?a=b"),
        ({"UV_INDEX_URL": "https://old.example/simple"}, None, "https://old.example/simple"),
        ({"UV_DEFAULT_INDEX": "https://e.example/s?a=b"}, None, "https://e.example/s?a=b"),
        ({"UV_DEFAULT_INDEX": "/data/wheels"}, None, None),
        ({"UV_DEFAULT_INDEX": "file:///data/wheels"}, None, None),
    ],
)
def test_the_address_that_uv_would_ask(
    asked: Asked, environment: dict[str, str], own: str | None, expected: str | None
) -> None:
    assert index_url(asked(environment, index_url=own)) == expected


@pytest.mark.parametrize(
    "url, known, expected",
    [
        ("https://a.example/s", {}, None),
        ("https://a.example/s", {"https": "http://p:1"}, "http://p:1"),
        ("https://a.example/s", {"https": "p:1"}, "http://p:1"),
        ("https://a.example/s", {"http": "http://p:1"}, None),
        ("https://a.example/s", {"all": "http://p:1"}, "http://p:1"),
        ("https://a.example/s", {"https": "http://p:1", "no": "example"}, None),
        ("https://a.example:8443/s", {"https": "http://p:1", "no": "a.example"}, None),
        ("https://min:x@a.example/s", {"https": "http://p:1", "no": "a.example"}, None),
        ("https://b.example/s", {"https": "http://p:1", "no": "a.example,.c.example"}, "http://p:1"),
        ("https://b.example/s", {"https": "http://p:1", "no": "*"}, None),
    ],
)
def test_the_proxy_on_the_way(url: str, known: dict[str, str], expected: str | None) -> None:
    assert proxy_for(url, known) == expected


def test_nothing_is_asked_without_an_address_or_offline(asked: Asked, index: Index) -> None:
    assert network(asked()).facts == {"network": None}
    assert network(asked({"UV_OFFLINE": "1"}, index_url=index.url())).facts == {"network": None}
    assert not index.requests()


def test_an_index_that_answers(asked: Asked, index: Index) -> None:
    answer = network(asked(index_url=index.url()))
    fact = answer.facts["network"]
    assert fact.latency_ms > 0
    assert (fact.proxy, fact.why_not, answer.findings) == (None, None, ())


@contextmanager
def answering(status: int) -> Iterator[str]:
    """A server that answers every request with that status."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_CONNECT = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize(
    "status, cause", [(200, None), (404, None), (401, None), (500, "index-server-error"), (503, "index-server-error")]
)
def test_statuses(asked: Asked, status: int, cause: str | None) -> None:
    with answering(status) as url:
        answer = network(asked(index_url=f"{url}/simple"))
    assert [one.cause for one in answer.findings] == ([cause] if cause else [])
    assert (answer.facts["network"].latency_ms is None) == bool(cause)


@pytest.mark.parametrize("scheme, status", [("http", 407), ("https", 407), ("http", 503), ("https", 403)])
def test_a_proxy_that_refuses(asked: Asked, scheme: str, status: int) -> None:
    with answering(status) as url:
        proxy = url.replace("http://", "http://min:hunter2@")
        answer = network(asked({f"{scheme}_proxy": proxy}, index_url=f"{scheme}://index.invalid/simple"))
    cause = "proxy-authentication" if status == 407 else "proxy-refused"
    assert [one.cause for one in answer.findings] == [cause]
    assert answer.facts["network"].proxy == url.replace("http://", "http://***@")
    assert "hunter2" not in str(answer)


def closed_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def test_nobody_there(asked: Asked) -> None:
    url = f"http://127.0.0.1:{closed_port()}"
    answer = network(asked(index_url=f"{url}/simple"), 30)
    assert [one.cause for one in answer.findings] == ["network-refused"]
    proxied = network(asked({"http_proxy": url}, index_url="http://index.invalid/simple"), 30)
    assert [one.cause for one in proxied.findings] == ["proxy-refused"]


def test_a_name_that_is_not_found(asked: Asked) -> None:
    answer = network(asked(index_url="https://index.invalid/simple"), 30)
    assert [one.cause for one in answer.findings] == ["network-dns"]
    assert "index.invalid" in answer.findings[0].explanation


def test_a_server_that_never_answers(asked: Asked) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        answer = network(asked(index_url=f"http://127.0.0.1:{silent.getsockname()[1]}/simple"), 0.3)
    assert [one.cause for one in answer.findings] == ["network-timeout"]
    assert answer.facts["network"].why_not == "no answer in time"


def test_a_certificate_file_that_is_not_there(asked: Asked) -> None:
    answer = network(asked({"SSL_CERT_FILE": "/nonexistent/ca.pem"}, index_url="https://index.invalid/simple"))
    assert answer.facts["network"].latency_ms is None
    assert answer.facts["network"].why_not == "its certificate can't be checked"
    assert not answer.findings, "the variable is told where variables are"
