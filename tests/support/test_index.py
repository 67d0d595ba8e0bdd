from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.support.index import Cut, Gate, Index, Status, Tampered
from tests.support.projects import make_project
from tests.support.wheels import wheel

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.projects import Project

pytestmark = pytest.mark.same_everywhere

ALPHA, BETA = "alpha-1.0-py3-none-any.whl", "beta-1.1-py3-none-any.whl"


@pytest.mark.parametrize("json", [True, False])
def test_uv_locks_and_syncs_from_either_form_of_pages(tmp_path: Path, index: Index, uv: Path, json: bool) -> None:
    if not json:
        index.html_only()
    project = make_project(tmp_path, index, uv)
    lock = project.lock.read_text("utf-8")
    assert f'registry = "{index.url()}"' in lock
    assert ("size = 1500000" in lock) is json
    assert index.files() == []  # METADATA is served apart, so locking fetches no wheel
    project.run_uv("sync", "--locked")
    assert index.files() == [ALPHA, BETA]
    assert project.run_python("import alpha, beta; print(beta.__version__)").strip() == "1.1"


def test_uv_can_do_without_metadata_served_apart(tmp_path: Path, index: Index, uv: Path) -> None:
    index.add(wheel("epsilon", size=200_000), metadata=False)
    make_project(tmp_path, index, uv, dependencies=["epsilon"])
    parts = [request for request in index.requests("epsilon-1.0") if request.status == 206]
    assert parts, "the archive's end is read by range"
    assert sum(request.sent for request in parts) < 200_000


def test_each_prefix_is_an_index_of_its_own(tmp_path: Path, index: Index, uv: Path) -> None:
    index.add(wheel("torch", "2.9.1+cu126"), prefix="/pytorch/cu126/simple")
    more = f"""
        [tool.uv.sources]
        torch = {{ index = "pytorch" }}
        [[tool.uv.index]]
        name = "pytorch"
        url = "{index.url("/pytorch/cu126/simple")}"
        explicit = true
    """
    project = make_project(tmp_path, index, uv, dependencies=["torch", "gamma"], more=more)
    project.run_uv("sync", "--locked")
    assert index.files("/pytorch/cu126/simple") == ["torch-2.9.1+cu126-py3-none-any.whl"]
    assert index.files() == ["gamma-2.0-py3-none-any.whl"]


def test_a_mirror_has_the_same_files_and_can_lack_one(index: Index) -> None:
    mirror = index.copy(target="/mirror/simple")
    index.remove(ALPHA, prefix="/mirror/simple")
    assert "beta-1.1" in httpx.get(f"{mirror}/beta/").text
    assert ALPHA not in httpx.get(f"{mirror}/alpha/").text
    assert ALPHA in httpx.get(f"{index.url()}/alpha/").text


def test_an_index_with_a_password_answers_nobody_else(tmp_path: Path, uv: Path) -> None:
    with Index(credentials=("me", "secret")) as index:
        index.add(wheel("gamma"))
        assert httpx.get(f"{index.url()}/gamma/").status_code == 401
        assert httpx.get(f"{index.url()}/gamma/", auth=("me", "secret")).status_code == 200
        env = {"UV_DEFAULT_INDEX": index.url().replace("//", "//me:secret@")}
        project = make_project(tmp_path, index, uv, dependencies=["gamma"], env=env)
        assert "secret" not in project.lock.read_text("utf-8")


def test_a_status_so_many_times_and_then_the_answer(index: Index) -> None:
    index.fault("/simple/beta", Status(503, headers={"Retry-After": "0"}, times=2))
    answers = [httpx.get(f"{index.url()}/beta/") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [503, 503, 200]
    assert [request.status for request in index.requests("/simple/beta")] == [503, 503, 200]


def test_a_tampered_file_fails_its_hash(project: Project, index: Index) -> None:
    index.fault(BETA, Tampered())
    failed = project.run_uv("sync", "--locked", check=False)
    assert failed.returncode == 1
    assert "Hash mismatch" in failed.stderr


def test_a_page_may_claim_another_hash(tmp_path: Path, index: Index, uv: Path) -> None:
    index.add(wheel("gamma", "2.0"), sha256="0" * 64)
    project = make_project(tmp_path, index, uv, dependencies=["gamma"])
    assert "Hash mismatch" in project.run_uv("sync", "--locked", check=False).stderr


def test_a_connection_that_is_cut(index: Index) -> None:
    index.fault(ALPHA, Cut(after=1000))
    url = index.file_url(wheel("alpha", "1.0", requires=["beta>=1"], size=1_500_000))
    with pytest.raises(httpx.RemoteProtocolError, match="1000"):
        httpx.get(url)
    index.heal(ALPHA)
    assert len(httpx.get(url).content) == 1_500_000


def test_a_gate_holds_a_download_until_it_is_released(project: Project, index: Index) -> None:
    gate = Gate(after=500_000)
    index.fault(ALPHA, gate)
    codes: list[int] = []
    sync = threading.Thread(target=lambda: codes.append(project.run_uv("sync", "--locked").returncode))
    sync.start()
    gate.wait()
    assert [request.sent for request in index.requests(ALPHA)][-1] == 500_000
    assert not codes
    gate.release()
    sync.join()
    assert codes == [0]


def test_a_rate_is_kept(index: Index) -> None:
    made = wheel("gamma", "2.0", size=100_000)
    index.add(made)
    index.rate("gamma-2.0", 400_000)
    took = httpx.get(index.file_url(made)).elapsed.total_seconds()
    assert 0.2 < took < 5


def test_ranges_can_be_ignored(index: Index) -> None:
    url = index.file_url(wheel("gamma", "2.0"))
    assert httpx.get(url, headers={"Range": "bytes=0-99"}).status_code == 206
    assert len(httpx.get(url, headers={"Range": "bytes=-10"}).content) == 10
    index.ranges = False
    assert httpx.get(url, headers={"Range": "bytes=0-99"}).status_code == 200
