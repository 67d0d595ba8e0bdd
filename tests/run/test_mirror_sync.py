"""The lock's files come from the mirror, the lock stays as it is, and whatever the mirror does the environment is whole."""

from __future__ import annotations

import io
import os
import socket
import tarfile
from pathlib import Path
from typing import Any

import pytest
from uv import find_uv_bin

from tests.mirrors.support import Carrier, action_for, fingerprint, user_config
from tests.support.index import Cut, Gate, Index, Status, Tampered
from tests.support.projects import FOLDER, Project, make_project, run
from tests.support.wheels import Dist, sdist, wheel
from wizard.mirrors.registries import stand_ins
from wizard.run import mirror_sync

pytestmark = pytest.mark.same_everywhere

MIRROR = "/mirror/simple"
TORCH_INDEX = """
[[tool.uv.index]]
name = "pytorch"
url = "URL"
explicit = true

[tool.uv.sources]
torch = { index = "pytorch" }
"""


@pytest.fixture(scope="session")
def uv() -> Path:
    """The locked uv, or another one to hold to the same: MIRROR_SYNC_UV=/path/to/uv."""
    return Path(os.environ.get("MIRROR_SYNC_UV") or find_uv_bin())


@pytest.fixture
def carrier(tmp_path: Path, project: Project) -> Carrier:
    return Carrier(tmp_path / "run", project.env)


def synced(project: Project, carrier: Carrier, **action: Any) -> int:
    """Runs it; the project's own files are the same to the byte, and nothing is left of the copy."""
    before = fingerprint(project.path)
    code = mirror_sync.carry_out(action_for(project, **action), carrier)
    assert fingerprint(project.path) == before
    assert list(carrier.run_folder.rglob("uv.lock")) == []
    return code


def installed(project: Project) -> str:
    done = project.run_uv("pip", "freeze", "--color", "never", "--python", str(project.python))
    return done.stdout.strip().replace("\n", " ").replace("==", "-")


@pytest.mark.parametrize("html", [False, True])
def test_the_mirror_serves_the_bytes_and_the_origin_none(
    index: Index, project: Project, carrier: Carrier, html: bool
) -> None:
    mirror = index.copy(target=MIRROR)
    if html:
        index.html_only(MIRROR)
    index.forget()
    assert synced(project, carrier, pypi=mirror) == 0, carrier.output_tail
    assert installed(project) == "alpha-1.0 beta-1.1"
    assert index.files(MIRROR) == ["alpha-1.0-py3-none-any.whl", "beta-1.1-py3-none-any.whl"]
    assert index.files("/simple") == []
    assert "lacks" not in carrier.notes
    assert carrier.commands[-1] == [str(project.uv), "sync", "--locked"]


def test_a_warm_cache_asks_nobody(index: Index, project: Project, carrier: Carrier, tmp_path: Path) -> None:
    mirror = index.copy(target=MIRROR)
    assert synced(project, carrier, pypi=mirror) == 0
    project.run_uv("venv", "--clear")
    index.forget()
    assert synced(project, Carrier(tmp_path / "again", project.env), pypi=mirror) == 0
    assert installed(project) == "alpha-1.0 beta-1.1"
    assert index.requests() == []


def test_nothing_to_do_asks_nobody(index: Index, project: Project, carrier: Carrier) -> None:
    mirror = index.copy(target=MIRROR)
    project.run_uv("sync", "--locked")
    index.forget()
    assert synced(project, carrier, pypi=mirror) == 0
    assert index.requests() == []


@pytest.mark.parametrize("by", ["the environment", "uv.toml", "pyproject.toml"])
def test_offline_asks_nobody(index: Index, project: Project, carrier: Carrier, home: Path, by: str) -> None:
    mirror = index.copy(target=MIRROR)
    if by == "the environment":
        carrier.environment = {**carrier.environment, "UV_OFFLINE": "1"}
    elif by == "uv.toml":
        user_config(home).mkdir(parents=True)
        (user_config(home) / "uv.toml").write_text("offline = true\n", "utf-8")
    else:
        project.pyproject.write_text(project.pyproject.read_text("utf-8") + "[tool.uv]\noffline = true\n", "utf-8")
    index.forget()
    assert synced(project, carrier, pypi=mirror) != 0
    assert index.requests() == []


def test_without_a_cache_nothing_comes_twice(index: Index, project: Project, carrier: Carrier) -> None:
    mirror = index.copy(target=MIRROR)
    index.forget()
    assert synced(project, carrier, pypi=mirror, options=("--no-cache",)) == 0
    sent = [request for request in index.requests(".whl") if request.method == "GET" and "Range" not in request.headers]
    assert len([r for r in sent if "alpha" in r.path and not r.path.endswith(".metadata")]) == 1
    assert index.files("/simple") == []


def test_what_a_mirror_lacks_comes_from_the_lock(index: Index, project: Project, carrier: Carrier) -> None:
    mirror = index.copy(target=MIRROR)
    index.remove("beta-1.1-py3-none-any.whl", MIRROR)
    index.forget()
    assert synced(project, carrier, pypi=mirror) == 0
    assert installed(project) == "alpha-1.0 beta-1.1"
    assert index.files(MIRROR) == ["alpha-1.0-py3-none-any.whl"]
    assert index.files("/simple") == ["beta-1.1-py3-none-any.whl"]
    assert "lacks 1 of 2 packages (beta 1.1)" in carrier.notes


def test_a_file_that_a_mirror_lists_and_does_not_have(index: Index, project: Project, carrier: Carrier) -> None:
    mirror = index.copy(target=MIRROR)
    index.fault("/files/mirror/simple/26", Status(404))
    beta = next(r for r in [wheel("beta", "1.1", requires_python=">=3.10")])
    index.fault(f"/files{MIRROR}/{beta.sha256[:2]}", Status(404))
    index.forget()
    assert synced(project, carrier, pypi=mirror) == 0
    assert index.files(MIRROR) == ["alpha-1.0-py3-none-any.whl"]
    assert index.files("/simple") == ["beta-1.1-py3-none-any.whl"]
    assert "does not have it" in carrier.notes


def test_a_wrong_file_is_refused_and_the_mirror_named(index: Index, project: Project, carrier: Carrier) -> None:
    mirror = index.copy(target=MIRROR)
    index.fault(f"/files{MIRROR}/", Tampered())
    index.forget()
    assert synced(project, carrier, pypi=mirror) != 0
    (told,) = carrier.of("diagnosis")
    assert told["cause"] == "hash-mismatch"
    assert mirror in told["explanation"]
    assert mirror in told["evidence"][0]
    assert told["fixes"][0]["choices"] == {"mirrors": {"pypi": "official"}}
    assert installed(project) == ""
    assert index.files("/simple") == []


def test_a_page_that_states_another_hash(index: Index, project: Project, carrier: Carrier) -> None:
    mirror = index.copy(target=MIRROR)
    index.remove("beta-1.1-py3-none-any.whl", MIRROR)
    index.add(wheel("beta", "1.1", files={"evil.py": "1"}), prefix=MIRROR)
    index.forget()
    assert synced(project, carrier, pypi=mirror) == 0
    assert index.files("/simple") == ["beta-1.1-py3-none-any.whl"]
    assert "other files than uv.lock names for beta 1.1" in carrier.notes


def test_a_mirror_that_is_down(index: Index, project: Project, carrier: Carrier) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        dead = f"http://127.0.0.1:{free.getsockname()[1]}/simple"
    index.forget()
    assert synced(project, carrier, pypi=dead) == 0
    assert installed(project) == "alpha-1.0 beta-1.1"
    assert f"{dead} can't be used: no connection" in carrier.notes


def test_a_portal_in_its_place(index: Index, project: Project, carrier: Carrier) -> None:
    index.fault("/portal/", Status(200, {"Content-Type": "text/html"}, b"<html><a href='/login'>Log in</a></html>"))
    assert synced(project, carrier, pypi=index.url("/portal/simple")) == 0
    assert installed(project) == "alpha-1.0 beta-1.1"
    assert "not an index" in carrier.notes


@pytest.mark.parametrize("fault", [Status(503), Cut(1000), Status(401), Status(403)])
def test_a_mirror_that_dies_in_the_middle(index: Index, project: Project, carrier: Carrier, fault: Any) -> None:
    carrier.environment = {**carrier.environment, "UV_HTTP_RETRIES": "0"}
    mirror = index.copy(target=MIRROR)
    index.fault(f"/files{MIRROR}/", fault)
    index.forget()
    assert synced(project, carrier, pypi=mirror) == 0, carrier.output_tail
    assert installed(project) == "alpha-1.0 beta-1.1"
    assert "failed; the rest comes from the addresses in uv.lock" in carrier.notes


def test_a_mirror_that_hangs(index: Index, project: Project, carrier: Carrier) -> None:
    carrier.environment = {**carrier.environment, "UV_HTTP_RETRIES": "0", "UV_HTTP_TIMEOUT": "1"}
    mirror = index.copy(target=MIRROR)
    index.fault(f"/files{MIRROR}/", Gate(after=500))
    assert synced(project, carrier, pypi=mirror) == 0, carrier.output_tail
    assert installed(project) == "alpha-1.0 beta-1.1"
    assert "failed; the rest comes from" in carrier.notes


def test_an_outdated_lock_is_left_to_uv(index: Index, project: Project, carrier: Carrier) -> None:
    text = project.pyproject.read_text("utf-8")
    project.pyproject.write_text(text.replace('"alpha"', '"alpha", "gamma"'), "utf-8")
    mirror = index.copy(target=MIRROR)
    assert synced(project, carrier, pypi=mirror) != 0
    assert "lockfile" in carrier.output_tail
    assert installed(project) == ""


@pytest.mark.parametrize("known", [True, False], ids=["the plan knows the lock", "the run has just made it"])
def test_torch_through_its_own_mirror_beside(index: Index, tmp_path: Path, uv: Path, known: bool) -> None:
    torch = wheel("torch", "2.9.1+cu126", requires=["beta"])
    index.add(torch, prefix="/whl/cu126", size=False)
    index.html_only("/whl/cu126")
    index.add(torch, prefix="/torch-mirror/cu126", size=False)
    index.html_only("/torch-mirror/cu126")
    mirror = index.copy(target=MIRROR)
    registry = index.url("/whl/cu126")
    more = TORCH_INDEX.replace("URL", registry)
    project = make_project(tmp_path, index, uv, dependencies=["torch", "alpha"], more=more)
    assert registry in project.lock.read_text("utf-8")
    index.forget()
    carrier = Carrier(tmp_path / "run", project.env)
    mirrors = {"pypi": mirror, "pytorch": index.url("/torch-mirror")}
    ins = stand_ins([project.registry, registry], [registry], mirrors)
    told: dict[str, Any] = {"stand_ins": ins} if known else {"new_lock": {"explicit": [registry], "torch_bases": []}}
    assert synced(project, carrier, pypi=mirrors["pypi"], pytorch=mirrors["pytorch"], **told) == 0
    assert installed(project) == "alpha-1.0 beta-1.1 torch-2.9.1+cu126"
    assert index.files("/torch-mirror/cu126") == [torch.filename]
    assert index.files("/whl/cu126") == []
    assert index.files("/simple") == []


def test_a_flat_listing_of_torch(index: Index, tmp_path: Path, uv: Path) -> None:
    torch = wheel("torch", "2.9.1+cu126")
    index.add(torch, prefix="/whl/cu126")
    registry = index.url("/whl/cu126")
    more = TORCH_INDEX.replace("URL", registry)
    project = make_project(tmp_path, index, uv, dependencies=["torch"], more=more)
    name = torch.filename.replace("+", "&#43;")
    shown = torch.filename[:12] + "..&gt;"
    index.put(f"/flat/cu126/{torch.filename}", torch.data)
    listing = f'<html><body><a href="../">../</a><a href="{name}">{shown}</a></body></html>'.encode()
    index.fault("/flat/cu126/torch/", Status(404))
    index.fault("/flat/cu126/torch-", Status(200, {}, torch.data))
    index.fault("/flat/cu126/", Status(200, {"Content-Type": "text/html"}, listing))
    index.forget()
    carrier = Carrier(tmp_path / "run", project.env)
    ins = stand_ins([registry], [registry], {"pytorch": index.url("/flat")})
    assert synced(project, carrier, pytorch=index.url("/flat"), stand_ins=ins) == 0, carrier.output_tail
    assert index.files("/whl/cu126") == []
    assert installed(project) == "torch-2.9.1+cu126"


SOURCES = """
[tool.uv.workspace]
members = ["packages/inner"]

[tool.uv.sources]
inner = { workspace = true, editable = false }
beside = { path = "beside" }
edited = { path = "edited", editable = false }
boxed = { path = "boxed-1.0-py3-none-any.whl" }
cloned = { git = "GIT" }
"""


def unpacked(dist: Dist, folder: Path) -> Path:
    """A source distribution as a folder that builds."""
    with tarfile.open(fileobj=io.BytesIO(dist.data)) as archive:
        archive.extractall(folder.parent / "unpacking", filter="data")
    (folder.parent / "unpacking" / f"{dist.name}-{dist.version}").rename(folder)
    return folder


@pytest.mark.wine_cannot("there is no git for one of the sources")
def test_extras_groups_members_and_sources_of_all_kinds(index: Index, tmp_path: Path, uv: Path) -> None:
    index.add(wheel("maker"), wheel("delta"), sdist("epsilon", build_requires=["maker"]))
    boxed = wheel("boxed")
    root = tmp_path / FOLDER
    (root / "packages").mkdir(parents=True)
    inner = unpacked(sdist("inner"), root / "packages" / "inner") / "pyproject.toml"
    named = '[project]\nname = "inner"\nversion = "1.0"\nrequires-python = ">=3.10"\ndependencies = ["delta"]\n'
    inner.write_text(inner.read_text("utf-8") + named, "utf-8")
    (root / "packages" / "unpacking").rmdir()
    unpacked(sdist("beside"), root / "beside")
    unpacked(sdist("edited", build_requires=["maker"]), root / "edited")
    (root / boxed.filename).write_bytes(boxed.data)
    git = unpacked(sdist("cloned"), tmp_path / "cloned")
    for words in (["init", "-q"], ["add", "."], ["-c", "user.name=x", "-c", "user.email=x@x", "commit", "-qm", "x"]):
        run(["git", *words], cwd=git)
    (root / "pyproject.toml").write_text(
        '[project]\nname = "dream"\nversion = "0.1.0"\nrequires-python = ">=3.10"\n'
        'dependencies = ["alpha", "inner", "beside", "edited", "boxed", "cloned", "epsilon"]\n'
        '[project.optional-dependencies]\nmore = ["gamma"]\n[dependency-groups]\nextra = ["delta"]\n'
        + SOURCES.replace("GIT", git.as_uri()),
        "utf-8",
    )
    project = Project(root, uv, index.url(), {**os.environ, "UV_DEFAULT_INDEX": index.url()})
    project.run_uv("lock")
    mirror = index.copy(target=MIRROR)
    project.run_uv("cache", "clean")
    index.forget()
    carrier = Carrier(tmp_path / "run", project.env)
    options = ("--extra", "more", "--group", "extra")
    assert synced(project, carrier, pypi=mirror, options=options) == 0, carrier.output_tail
    names = installed(project)
    for part in (
        "alpha-1.0",
        "beta-1.1",
        "gamma-2.0",
        "delta-1.0",
        "epsilon-1.0",
        "boxed",
        "beside",
        "edited",
        "cloned",
    ):
        assert part in names
    assert index.files("/simple") == []
    assert "maker-1.0-py3-none-any.whl" in index.files(MIRROR)
    assert "epsilon-1.0.tar.gz" in index.files(MIRROR)
    assert project.run_uv("sync", "--locked", *options, "--check").returncode == 0

    project.run_uv("venv", "--clear")
    index.forget()
    assert synced(project, Carrier(tmp_path / "again", project.env), pypi=mirror, options=options) == 0
    assert index.requests(".whl") + index.requests(".tar.gz") == []

    project.run_uv("pip", "uninstall", "--python", str(project.python), "alpha")
    project.run_uv("cache", "clean", "alpha")
    index.forget()
    third = Carrier(tmp_path / "third", project.env)
    assert synced(project, third, pypi=mirror, options=options) == 0, third.output_tail
    assert (index.files("/simple"), index.files(MIRROR)) == ([], ["alpha-1.0-py3-none-any.whl"])
    where = [path.read_text("utf-8") for path in project.venv.rglob("direct_url.json")]
    assert len(where) == 5
    assert not any("third" in text or "mirror-sync" in text for text in where)  # none from the copy


def test_a_lock_made_with_a_mirror_and_the_mirror_as_ambient_default(
    index: Index, tmp_path: Path, uv: Path, home: Path
) -> None:
    """The lock names the mirror; another mirror is chosen, and is also the default of the environment and of uv.toml."""
    project = make_project(tmp_path, index, uv)
    other = index.copy(target=MIRROR)
    config = user_config(home)
    config.mkdir(parents=True)
    (config / "uv.toml").write_text(f'[[index]]\nurl = "{other}"\ndefault = true\n', "utf-8")
    index.forget()
    carrier = Carrier(tmp_path / "run", {**project.env, "UV_DEFAULT_INDEX": other})
    assert synced(project, carrier, pypi=other) == 0, carrier.output_tail
    assert index.files("/simple") == []
    assert index.files(MIRROR) == ["alpha-1.0-py3-none-any.whl", "beta-1.1-py3-none-any.whl"]


def test_the_lock_s_own_registry_as_the_mirror(index: Index, project: Project, carrier: Carrier) -> None:
    index.forget()
    assert synced(project, carrier, pypi=project.registry + "/") == 0
    assert installed(project) == "alpha-1.0 beta-1.1"
    assert carrier.commands == [[str(project.uv), "sync", "--locked"]]


def test_a_cache_named_relative_to_the_project(index: Index, tmp_path: Path, uv: Path) -> None:
    project = make_project(tmp_path, index, uv, more='[tool.uv]\ncache-dir = "./my-cache"')
    env = {name: value for name, value in project.env.items() if name != "UV_CACHE_DIR"}
    mirror = index.copy(target=MIRROR)
    index.forget()
    carrier = Carrier(tmp_path / "run", env)
    assert mirror_sync.carry_out(action_for(project, pypi=mirror), carrier) == 0, carrier.output_tail
    assert index.files("/simple") == []
    assert (project.path / "my-cache").is_dir()


def test_cancelled_before_anything_is_installed(index: Index, project: Project, carrier: Carrier) -> None:
    mirror = index.copy(target=MIRROR)
    carrier.stop = True
    assert synced(project, carrier, pypi=mirror) != 0
    assert carrier.commands == []
