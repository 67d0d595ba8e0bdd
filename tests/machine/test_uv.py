from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from wizard.machine.request import ProbeRequest
from wizard.machine.uv import how, uvs
from wizard.machine.uv_keys import KEYS
from wizard.plan import uv_toml

Asked = Callable[..., ProbeRequest]
Program = Callable[[Path, str], Path]


def path_of(*folders: Path) -> dict[str, str]:
    return {"PATH": os.pathsep.join(map(os.fspath, folders))}


def says(version: str) -> str:
    return f'[ "$1" = --version ] && echo "uv {version} (abc 2025-01-01)"'


def test_the_uv_of_these_tests(uv: Path) -> None:
    listed = uvs(ProbeRequest(environment={**os.environ, "PATH": os.fspath(uv.parent)})).facts["uv"]
    assert os.path.samefile(listed[0].path, uv)
    assert (listed[0].version, listed[0].how) == ("0.13.8", "pip")


def test_a_copy_in_a_folder_with_spaces_and_letters(uv: Path, tmp_path: Path) -> None:
    folder = tmp_path / "meine Prögrämme"
    folder.mkdir()
    shutil.copy2(uv, folder)
    listed = uvs(ProbeRequest(environment={**os.environ, "PATH": os.fspath(folder)})).facts["uv"]
    assert (listed[0].path, listed[0].version, listed[0].how) == (os.fspath(folder / uv.name), "0.13.8", "unknown")


def test_order_of_path_then_usual_places_each_once(asked: Asked, program: Program, tmp_path: Path) -> None:
    request = asked(path_of(tmp_path / "b", tmp_path / "a", tmp_path / "b"))
    program(tmp_path / "a" / "uv", says("0.9.1"))
    program(tmp_path / "b" / "uv", says("0.8.24"))
    program(Path(request.home_folder, ".local/bin/uv"), says("0.13.8"))
    Path(request.home_folder, ".cargo/bin").mkdir(parents=True)
    Path(request.home_folder, ".cargo/bin/uv").symlink_to(tmp_path / "a" / "uv")
    answer = uvs(request)
    assert [(one.version, one.path) for one in answer.facts["uv"]] == [
        ("0.8.24", os.fspath(tmp_path / "b" / "uv")),
        ("0.9.1", os.fspath(tmp_path / "a" / "uv")),
        ("0.13.8", f"{request.home_folder}/.local/bin/uv"),
    ]
    assert [one.cause for one in answer.findings] == ["uv-several"]
    assert "0.8.24" in answer.findings[0].explanation


def test_what_may_not_be_run_is_not_run(asked: Asked, program: Program, tmp_path: Path) -> None:
    program(tmp_path / "a" / "uv", f"touch {tmp_path / 'ran'}").chmod(0o644)
    (tmp_path / "b" / "uv").mkdir(parents=True)
    assert uvs(asked(path_of(tmp_path / "a", tmp_path / "b"))).facts["uv"] == ()
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "body", ["exit 1", "echo uvicorn 1.0", "echo 'uv 0.9.1'; exit 2", "echo pyenv: uv: command not found >&2; exit 127"]
)
def test_one_that_does_not_tell_its_version(asked: Asked, program: Program, tmp_path: Path, body: str) -> None:
    program(tmp_path / "a" / "uv", body)
    answer = uvs(asked(path_of(tmp_path / "a")))
    assert [one.version for one in answer.facts["uv"]] == [None]
    assert [one.cause for one in answer.findings] == ["uv-broken"]


def test_a_uv_of_conda_is_told(asked: Asked, program: Program) -> None:
    request = asked()
    root = Path(request.home_folder, "miniconda3")
    program(root / "bin" / "uv", says("0.9.30"))
    (root / "conda-meta").mkdir()
    (root / "conda-meta" / "uv-0.9.30-h0.json").write_text("{}")
    # pip's record lies in conda's packages too
    (root / "lib/python3.12/site-packages/uv-0.9.30.dist-info").mkdir(parents=True)
    off = uvs(request)
    assert [(one.version, one.how) for one in off.facts["uv"]] == [("0.9.30", "conda")]
    assert not off.findings
    on = uvs(asked(path_of(root / "bin")))
    assert [one.cause for one in on.findings] == ["uv-in-conda"]


@pytest.mark.parametrize(
    "place, beside, expected",
    [
        ("home/.local/bin/uv", {}, "unknown"),
        ("home/.local/bin/uv", {"home/.config/uv/uv-receipt.json": "{prefix}"}, "standalone"),
        ("home/.cargo/bin/uv", {}, "cargo"),
        ("home/.cargo/bin/uv", {"home/.config/uv/uv-receipt.json": "{prefix}"}, "standalone"),
        ("home/.local/bin/uv", {"home/.config/uv/uv-receipt.json": "not json"}, "unknown"),
        ("home/.local/bin/uv", {"home/.local/lib/python3.11/site-packages/uv-0.9.1.dist-info/METADATA": ""}, "pip"),
        ("venv/bin/uv", {"venv/lib/python3.12/site-packages/uv-0.9.1.dist-info/METADATA": ""}, "pip"),
        ("venv/bin/uv", {"venv/lib/python3.12/site-packages/uvloop-0.9.1.dist-info/METADATA": ""}, "unknown"),
        (
            "home/.local/share/pipx/venvs/uv/bin/uv",
            {"home/.local/share/pipx/venvs/uv/lib/python3.12/site-packages/uv-1.dist-info/R": ""},
            "pipx",
        ),
        ("opt/homebrew/Cellar/uv/0.9.1/bin/uv", {}, "homebrew"),
        ("x/scoop/shims/uv", {}, "scoop"),
        ("x/Microsoft/WinGet/Links/uv", {}, "winget"),
        ("env/bin/uv", {"env/conda-meta/history": ""}, "conda"),
        (
            "env/bin/uv",
            {"env/conda-meta/uv-0.9.json": "", "env/lib/python3.12/site-packages/uv-0.9.dist-info/R": ""},
            "conda",
        ),
        (
            "env/bin/uv",
            {"env/conda-meta/history": "", "env/lib/python3.12/site-packages/uv-0.9.dist-info/R": ""},
            "pip",
        ),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="the places are those of POSIX")
def test_how_it_came(asked: Asked, tmp_path: Path, place: str, beside: dict[str, str], expected: str) -> None:
    request = asked()
    for name, text in {place: "", **beside}.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        receipt = json.dumps({"install_prefix": os.fspath((tmp_path / place).parent), "version": "0.9.1"})
        path.write_text(receipt if text == "{prefix}" else text)
    assert how(os.fspath(tmp_path / place), request) == expected


def test_a_link_is_told_by_where_it_leads(asked: Asked, program: Program, tmp_path: Path) -> None:
    real = program(tmp_path / "pipx" / "venvs" / "uv" / "bin" / "uv", says("0.9.1"))
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "uv").symlink_to(real)
    listed = uvs(asked(path_of(tmp_path / "bin"))).facts["uv"]
    assert [(one.path, one.how) for one in listed] == [(os.fspath(tmp_path / "bin" / "uv"), "pipx")]


def test_the_uv_that_started_us(asked: Asked, program: Program, tmp_path: Path) -> None:
    started = program(tmp_path / "elsewhere" / "uv", says("0.13.8"))
    listed = uvs(asked({"UV": os.fspath(started)})).facts["uv"]
    assert [one.path for one in listed] == [os.fspath(started)]


def test_the_keys_of_uv_toml_that_it_knows(uv: Path) -> None:
    request = ProbeRequest(environment={**os.environ, "PATH": os.fspath(uv.parent)})
    assert uvs(request).facts["uv"][0].toml_keys == ("cache-dir", "link-mode")
    assert set(uv_toml.KEYS.values()) <= set(KEYS)  # all that we may write is asked for


REFUSES = """grep -q {word} "$4" || {{ echo /cache; exit 0; }}
printf 'error: Failed to parse: `ok.toml`\\n  Caused by: TOML parse error at line 2, column 1\\n' >&2; exit 2"""
"""As uv 0.2.3 says it."""


@pytest.mark.parametrize(
    "body, known",
    [
        (REFUSES.format(word="link-mode"), ("cache-dir",)),
        (REFUSES.format(word="[a-z]"), ()),
        ("echo \"error: unexpected argument '--config-file' found\" >&2; exit 2", None),
        ("exit 0", ("cache-dir", "link-mode")),
    ],
)
def test_a_uv_that_does_not_know_all_of_them(
    asked: Asked, program: Program, tmp_path: Path, body: str, known: tuple[str, ...] | None
) -> None:
    program(tmp_path / "a" / "uv", f"{says('0.2.3')} && exit 0\n{body}")
    listed = uvs(asked(path_of(tmp_path / "a", Path("/usr/bin"), Path("/bin")))).facts["uv"]
    assert listed[0].toml_keys == known
