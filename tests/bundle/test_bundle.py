"""A bundle is made, checked, and carried out with the index gone; whatever is wrong with it, nothing is changed."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.bundle.support import packaged, uv_wheel, version_of, without_pythons
from tests.support.command import ROOT, inside, wizard
from tests.support.index import Cut, Index, Status
from tests.support.projects import Project, make_project
from tests.support.wheels import wheel

pytestmark = pytest.mark.same_everywhere


@pytest.fixture
def there(index: Index, uv: Path, monkeypatch: pytest.MonkeyPatch) -> Index:
    """The index in use, which has uv."""
    index.add(uv_wheel(version_of(uv)))
    monkeypatch.setenv("UV_DEFAULT_INDEX", index.url())
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    return index


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "stick é 1" / "bundle"


def export(project: Project, index: Index, folder: Path, *more: str, check: int | None = 0) -> dict[str, Any]:
    done = inside("export", "bundle", str(project.path), "--to", str(folder), "--json", "--yes",
                  *without_pythons(index), *more, check=check)  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout) if done.stdout else {"error": done.stderr}
    return found


def names(found: dict[str, Any], what: str) -> list[str]:
    return sorted(Path(one["path"]).name for one in found["bundle"]["files"] if one["what"] == what)


@pytest.mark.long
def test_the_forecast_comes_first(there: Index, project: Project, folder: Path) -> None:
    there.forget()
    done = inside("export", "bundle", str(project.path), "--to", str(folder), *without_pythons(there), check=4)
    assert "3 files, 1.5 MiB" in done.stdout
    assert "To fetch: 3 files" in done.stdout
    assert "asks for --yes" in done.stderr
    assert not folder.exists()
    assert there.files() == []


def test_made_checked_and_made_again(there: Index, project: Project, folder: Path) -> None:
    found = export(project, there, folder)
    assert names(found, "package") == ["alpha-1.0-py3-none-any.whl", "beta-1.1-py3-none-any.whl"]
    assert [name.split("-")[0] for name in names(found, "uv")] == ["uv"]
    assert any("Python" in note for note in found["notes"])
    assert any("--one-file" in note for note in found["notes"])
    told = (folder / "bundle.json").read_text("utf-8")
    assert there.root not in told  # no address travels
    good = json.loads(inside("bundle", "verify", str(folder), "--json").stdout)
    assert (good["ok"], good["bad"]) == (True, [])
    there.forget()
    again = export(project, there, folder)
    assert (again["forecast"]["to_fetch"], again["bundle"]["id"]) == (0, found["bundle"]["id"])
    assert there.files() == []


def test_the_whole_way_with_nobody_to_ask(there: Index, project: Project, folder: Path, uv: Path) -> None:
    export(project, there, folder)
    before = project.lock.read_bytes()
    there.fault("/", Status(500))
    there.forget()
    wizard("apply", str(project.path), "--bundle", str(folder), "--yes")
    assert project.lock.read_bytes() == before
    assert there.requests() == []
    assert project.run_python("import alpha, beta; print(alpha.__version__, beta.__version__)") == "1.0 1.1\n"
    assert project.run_uv("sync", "--locked", "--check", "--offline", check=False).returncode == 0


@pytest.mark.long
def test_what_builds_need_comes_along(there: Index, tmp_path: Path, uv: Path, folder: Path) -> None:
    project = packaged(tmp_path / "packaged", there, uv)
    found = export(project, there, folder)
    builds = ["dream_backend-1.0", "flit_x-2.0", "late_need-1.5"]  # the last one only the backend asks for
    assert [name.removesuffix("-py3-none-any.whl") for name in names(found, "build")] == builds
    assert found["built"] == ["src 1.0"]
    there.fault("/", Status(500))
    wizard("apply", str(project.path), "--bundle", str(folder), "--yes")
    assert project.run_python("import alpha, src, dream_here; print(src.__version__)") == "1.0\n"


@pytest.mark.long
def test_another_platform(there: Index, project: Project, folder: Path) -> None:
    """Its own wheels, and this machine does not take it."""
    found = export(project, there, folder, "--platform", "windows-x86_64", "--python", "3.12")
    assert found["target"] == {
        "platform": "windows-x86_64",
        "os": "windows",
        "arch": "x86_64",
        "libc": None,
        "python": "3.12",
    }
    if os.name == "nt":
        return
    refused(project, "is for windows x86_64, Python 3.12; this machine is linux", folder)


def refused(project: Project, told: str, *folders: Path) -> None:
    argv = [word for folder in folders for word in ("--bundle", str(folder))]
    done = wizard("apply", str(project.path), *argv, "--yes", check=2)
    assert told in done.stderr
    assert done.stderr.count("\n") == 1
    assert not project.venv.exists()


@pytest.mark.long
def test_a_bundle_that_is_not_whole(there: Index, project: Project, folder: Path) -> None:
    export(project, there, folder)
    alpha = next(folder.rglob("alpha-*.whl"))
    data = alpha.read_bytes()
    alpha.write_bytes(data[:-1] + b"?")
    next(folder.rglob("beta-*.whl")).unlink()
    done = inside("bundle", "verify", str(folder), check=3)
    assert "alpha-1.0-py3-none-any.whl has other bytes" in done.stdout
    assert "beta-1.1-py3-none-any.whl is missing" in done.stdout
    assert done.stderr.count("\n") == 1
    refused(project, "is not whole: ", folder)
    there.forget()
    export(project, there, folder)  # only those two come again
    assert there.files() == ["alpha-1.0-py3-none-any.whl", "beta-1.1-py3-none-any.whl"]
    inside("bundle", "verify", str(folder))


@pytest.mark.long
def test_another_lock(there: Index, project: Project, folder: Path) -> None:
    export(project, there, folder)
    text = project.lock.read_bytes()
    project.lock.write_bytes(text.replace(b"\n", b"\r\n"))  # as git may write it on Windows: still the same
    inside("apply", str(project.path), "--bundle", str(folder), check=4)
    project.lock.write_bytes(text + b"\n# another\n")
    refused(project, "is for another uv.lock of dream", folder)


@pytest.mark.parametrize(
    "made, told",
    [
        ({}, "is no bundle: no bundle.json there"),
        ({"bundle.json": "{"}, "is not valid JSON"),
        ({"bundle.json": "{}"}, "is no bundle's manifest"),
        ({"files/x": ""}, "is not finished"),
    ],
)
def test_no_bundle(project: Project, folder: Path, made: dict[str, str], told: str) -> None:
    folder.mkdir(parents=True)
    for name, text in made.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    assert told in inside("bundle", "verify", str(folder), check=2).stderr
    assert told in inside("apply", str(project.path), "--bundle", str(folder), "--yes", check=2).stderr


@pytest.mark.long
def test_broken_off_and_taken_up(there: Index, project: Project, folder: Path) -> None:
    there.fault("beta-1.1", Status(404))
    assert "beta-1.1-py3-none-any.whl could not be fetched" in export(project, there, folder, check=1)["error"]
    assert not (folder / "bundle.json").exists()
    assert "is not finished" in inside("bundle", "verify", str(folder), check=2).stderr
    while (
        alpha := next(folder.rglob("alpha-*.whl"), None)
    ) is None:  # both are fetched at once, and it may be the later
        export(project, there, folder, check=1)
    there.heal("beta-1.1")
    alpha.unlink()
    data = wheel("alpha", "1.0", requires=["beta>=1"], size=1_500_000).data
    alpha.with_name("alpha-1.0-py3-none-any.whl.part").write_bytes(data[:700_000])
    there.fault("alpha-1.0", Cut(after=300_000))  # each answer of it ends early: it comes in three
    there.forget()
    export(project, there, folder)
    asked = [request.headers.get("range") for request in there.requests("alpha-1.0") if request.method == "GET"]
    assert asked == ["bytes=700000-", "bytes=1000000-", "bytes=1300000-"]
    assert next(folder.rglob("alpha-*")).read_bytes() == data
    assert list(folder.rglob("*.part")) == []


@pytest.mark.long
def test_only_what_changed_since(there: Index, project: Project, folder: Path, tmp_path: Path) -> None:
    first = export(project, there, folder)
    there.add(wheel("beta", "1.2"))
    project.run_uv("lock", "--upgrade-package", "beta")
    later = tmp_path / "later"
    there.forget()
    found = export(project, there, later, "--since", str(folder))
    assert there.files() == ["beta-1.2-py3-none-any.whl"]
    assert [one.name for one in later.rglob("*.whl")] == ["beta-1.2-py3-none-any.whl"]
    assert found["bundle"]["since"] == first["bundle"]["id"]
    there.fault("/", Status(500))
    refused(project, "goes with an earlier one", later)
    wizard("apply", str(project.path), "--bundle", str(folder), "--bundle", str(later), "--yes")
    assert project.run_python("import alpha, beta; print(beta.__version__)") == "1.2\n"


@pytest.mark.long
def test_bad_words(there: Index, project: Project, folder: Path, tmp_path: Path) -> None:
    def told(*argv: str, check: int = 2) -> str:
        done = inside(
            "export", "bundle", str(project.path), "--to", str(folder), *without_pythons(there), *argv, check=check
        )
        assert done.stderr.count("\n") == 1
        return done.stderr

    assert "--python 2 is not possible" in told("--python", "2")
    assert "--python 3.9 is not possible: this project asks for >=3.10" in told("--python", "3.9")
    assert "--platform amiga is not possible" in told("--platform", "amiga")
    assert "is no bundle" in told("--since", str(tmp_path))
    assert "is no file that can be read" in told("--one-file", str(tmp_path / "none.pyz"))
    folder.mkdir(parents=True)
    (folder / "letters").write_text("mine")
    assert "holds other things; name an empty folder, or a bundle's, with --to" in told("--yes")
    shutil.rmtree(folder)
    folder.write_text("a file")
    assert "is a file; name a folder with --to" in told("--yes")
    assert "export script has no --since" not in told("--yes")
    done = inside("export", "script", str(project.path), "--since", "x", check=2)
    assert "export bundle has" in done.stderr


SECRET = "s3cret-word"


@pytest.mark.long
def test_a_private_index_and_its_sign_in_that_stays_at_home(
    there: Index, tmp_path: Path, uv: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two indexes: the lock's own, and an explicit one that asks who you are, with a page that states no hash."""
    with Index(credentials=("me", SECRET)) as private:
        private.add(wheel("inner", "1.0+cu126"))
        private.html_only()
        monkeypatch.setenv("UV_INDEX_INNER_USERNAME", "me")
        monkeypatch.setenv("UV_INDEX_INNER_PASSWORD", SECRET)
        more = f'[[tool.uv.index]]\nname = "inner"\nurl = "{private.url()}"\nexplicit = true\n'
        more += '[tool.uv.sources]\ninner = { index = "inner" }'
        project = make_project(tmp_path / "inner", there, uv, dependencies=["alpha", "inner"], more=more)
        found = export(project, there, folder, "--set", "sync.no-cache=true")
        assert "inner-1.0+cu126-py3-none-any.whl" in names(found, "package")
    for path in folder.rglob("*"):
        assert path.is_dir() or SECRET.encode() not in path.read_bytes()
    assert "no-cache" in (folder / "choices.toml").read_text()
    monkeypatch.delenv("UV_INDEX_INNER_PASSWORD")
    there.fault("/", Status(500))
    wizard("apply", str(project.path), "--bundle", str(folder), "--yes")
    assert project.run_python("import inner; print(inner.__version__)") == "1.0+cu126\n"


@pytest.mark.long
def test_a_member_with_an_extra(there: Index, tmp_path: Path, uv: Path, folder: Path) -> None:
    """Of a workspace one member, and an extra of it that only a choice takes; the host's choices came along."""
    project = make_project(
        tmp_path / "w", there, uv, dependencies=["beta"], more='[tool.uv.workspace]\nmembers = ["part"]'
    )
    member = project.path / "part"
    member.mkdir()
    (member / "pyproject.toml").write_text(
        '[project]\nname = "part"\nversion = "1"\nrequires-python = ">=3.10"\ndependencies = ["alpha"]\n'
        '[project.optional-dependencies]\nmore = ["gamma"]\n'
    )
    project.run_uv("lock")
    argv = ["export", "bundle", str(member), "--to", str(folder), "--yes", *without_pythons(there)]
    inside(*argv, "--set", "sync.extras=more")
    assert {path.name.split("-")[0] for path in (folder / "files").rglob("*.whl")} == {"alpha", "beta", "gamma"}
    there.fault("/", Status(500))
    wizard("apply", str(member), "--bundle", str(folder), "--yes")
    assert project.run_python("import alpha, gamma; print(gamma.__version__)") == "2.0\n"
    done = inside("apply", str(member), "--bundle", str(folder), "--set", "sync.extras=none", check=None)
    assert done.returncode in (2, 4)


@pytest.mark.long
@pytest.mark.parametrize("source, told", [("git", "comes from git"), ("url", "comes from a web address")])
def test_what_no_bundle_holds(there: Index, project: Project, folder: Path, source: str, told: str) -> None:
    text = project.lock.read_text("utf-8")
    head, found, rest = text.partition('name = "beta"\nversion = "1.1"\nsource = { registry = ')
    assert found
    address = rest.partition(" }")[2]
    lock = (
        f'{head}name = "beta"\nversion = "1.1"\nsource = {{ {source} = "https://code.example.test/beta.git" }}{address}'
    )
    project.lock.write_text(lock, "utf-8")
    done = inside("export", "bundle", str(project.path), "--to", str(folder), *without_pythons(there), check=1)
    assert told in done.stderr
    assert "Put a wheel of it beside the project" in done.stderr


@pytest.mark.long
@pytest.mark.skipif(os.name == "nt", reason="the full disk is a limit of the shell's (ulimit), which Windows lacks")
def test_a_disk_that_takes_no_more(there: Index, project: Project, folder: Path) -> None:
    """In the middle of a file: one line, and what was whole stays."""
    argv = [sys.executable, "-m", "wizard", "export", "bundle", str(project.path), "--to", str(folder), "--yes"]
    done = subprocess.run(
        ["sh", "-c", 'ulimit -f 1000; exec "$@"', "sh", *argv, *without_pythons(there)],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False, timeout=100,
    )  # fmt: skip
    assert done.returncode == 1
    assert "no space is left for " in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (folder / "bundle.json").exists()
    export(project, there, folder)


@pytest.mark.long
def test_for_a_machine_of_which_only_the_facts_are_here(
    there: Index, project: Project, folder: Path, tmp_path: Path
) -> None:
    facts = tmp_path / "node.json"
    libc = {"name": "glibc", "version": "2.31"}
    facts.write_text(json.dumps({"machine": {"os": "linux", "arch": "aarch64", "libc": libc, "gpus": []}}))
    found = export(project, there, folder, "--machine", str(facts), "--python", "3.13")
    assert found["target"] == {
        "platform": "linux-aarch64",
        "os": "linux",
        "arch": "aarch64",
        "libc": libc,
        "python": "3.13",
    }
    told = inside("export", "bundle", str(project.path), "--machine", str(facts), "--platform", "linux-x86_64", check=2)
    assert "give one of them" in told.stderr


@pytest.mark.long
def test_the_torch_that_was_decided_on_here(there: Index, tmp_path: Path, uv: Path, folder: Path) -> None:
    """`auto` is answered by the facts of the node; the host takes that variant, whatever it sees itself."""
    for variant in ("cpu", "cu126"):
        there.add(wheel("torch", f"2.9.1+{variant}"), prefix=f"/whl/{variant}")
    there.html_only("/whl/cu126")
    more = '[tool.uv]\nconflicts = [[{ extra = "cpu" }, { extra = "cu126" }]]\n[tool.uv.sources]\ntorch = [\n'
    more += '{ index = "pytorch-cpu", extra = "cpu" },\n{ index = "pytorch-cu126", extra = "cu126" },\n]\n'
    for variant in ("cpu", "cu126"):
        more += (
            f'[[tool.uv.index]]\nname = "pytorch-{variant}"\nurl = "{there.url(f"/whl/{variant}")}"\nexplicit = true\n'
        )
    extras = {"cpu": ["torch==2.9.1"], "cu126": ["torch==2.9.1"]}
    project = make_project(tmp_path / "t", there, uv, extras=extras, requires_python=">=3.10,<3.14", more=more)
    facts = tmp_path / "node.json"
    gpu = {"vendor": "nvidia", "name": "NVIDIA GeForce RTX 3090", "compute_capability": "8.6", "memory_mib": 24576}
    here: dict[str, Any] = {"os": sys.platform.replace("win32", "windows"), "arch": platform.machine().lower()}
    facts.write_text(json.dumps({**here, "gpus": [gpu], "nvidia_driver": "550.54.14"}))
    found = export(project, there, folder, "--machine", str(facts), "--set", "torch.variant=auto")
    assert "torch-2.9.1+cu126-py3-none-any.whl" in names(found, "package")
    assert "torch-2.9.1+cpu-py3-none-any.whl" not in names(found, "package")
    assert 'variant = "cu126"' in (folder / "choices.toml").read_text()
    there.fault("/", Status(500))
    done = wizard("apply", str(project.path), "--bundle", str(folder), "--dry-run")
    assert "sync --locked --extra cu126" in done.stdout
    told = ("apply", str(project.path), "--bundle", str(folder), "--set", "torch.variant=cpu", "--yes")
    assert "the bundle lacks torch 2.9.1+cpu" in wizard(*told, check=2).stderr
