"""`export ansible`, for real: one playbook against hosts that are well, poor, cut off, or die in the middle."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fleet import hosts as made_up
from tests.fleet.hosts import Host, running, wait_for
from tests.fleet.playbook import Playbook, ansible, one_file, recap
from tests.support import sshd
from tests.support.command import inside
from tests.support.index import Index
from tests.support.torch_index import torch_index

pytestmark = [pytest.mark.long, pytest.mark.skipif(bool(made_up.missing()), reason=made_up.missing() or "-")]

RTX = "NVIDIA GeForce RTX 3090, 24576, 550.54.14, 8.6"
NEW = "NVIDIA GeForce RTX 5090, 32607, 580.95.05, 12.0"
PROJECT = """[project]
name = "vision"
version = "1"
requires-python = ">=3.10"
dependencies = []

[project.optional-dependencies]
cpu = ["torch"]
cu126 = ["torch"]
cu128 = ["torch"]

[tool.uv]
conflicts = [[{{ extra = "cpu" }}, {{ extra = "cu126" }}, {{ extra = "cu128" }}]]
environments = ["sys_platform == 'linux'"]

[tool.uv.sources]
torch = [
  {{ index = "pytorch-cpu", extra = "cpu" }},
  {{ index = "pytorch-cu126", extra = "cu126" }},
  {{ index = "pytorch-cu128", extra = "cu128" }},
]
{indexes}"""
INDEX = """
[[tool.uv.index]]
name = "pytorch-{name}"
url = "{url}"
explicit = true
"""
SLOW_UV = """#!/bin/sh
case " $* " in
  *" --dry-run "*) ;;
  *" sync "*) touch "$HOME/syncing"; sleep 600 ;;
esac
exec {uv} "$@"
"""
SECRET = "sesame-of-the-lab-7"


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ansible(tmp_path_factory.mktemp("ansible") / "venv", "ansible-lint")


@pytest.fixture(scope="module")
def pyz(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return one_file(tmp_path_factory.mktemp("one-file"))


@pytest.fixture
def fleet(tmp_path: Path, uv: Path) -> Iterator[dict[str, Host]]:
    """Seven that are there, and one that is not."""
    folder = tmp_path / "hosts"
    told: dict[str, dict[str, Any]] = {
        "gpu01": {"gpus": (RTX,), "profile": f"export LAB_KEY={SECRET}"},
        "gpu02": {"gpus": (NEW, NEW), "profile": f"export LAB_KEY={SECRET}"},
        "login": {"profile": f"export LAB_KEY={SECRET}"},
        "alone": {"gpus": (RTX,), "way_out": False, "profile": f"export LAB_KEY={SECRET}"},
        "full": {"home_mib": 1},
        "dying": {"gpus": (RTX,), "profile": f"export LAB_KEY={SECRET}"},
        "old": {"python": False},
        "nosecret": {"gpus": (RTX,)},
    }
    made = {name: Host(name, number, folder / name, **facts) for number, (name, facts) in enumerate(told.items(), 1)}
    for host in made.values():
        host.folder.mkdir(parents=True)
    with running(list(made.values()), sshd.make_keys(tmp_path / "keys"), uv):
        wrapper = made["dying"].home / "bin" / "uv"
        wrapper.unlink()
        wrapper.write_text(SLOW_UV.format(uv=uv))
        wrapper.chmod(0o755)
        yield {**made, "nowhere": Host("nowhere", 99, folder / "nowhere")}


@pytest.fixture
def playbook(fleet: dict[str, Host], tmp_path: Path, uv: Path, pyz: Path, programs: Path) -> Iterator[Playbook]:
    with Index(host=f"{made_up.NET}.1.1") as index:
        base = torch_index(index)
        indexes = "".join(INDEX.format(name=one, url=f"{base}/{one}") for one in ("cpu", "cu126", "cu128"))
        folder = tmp_path / "vision"
        folder.mkdir()
        (folder / "pyproject.toml").write_text(PROJECT.format(indexes=indexes))
        env = {**os.environ, "UV_DEFAULT_INDEX": index.url(), "UV_PYTHON": sys.executable}
        subprocess.run([uv, "lock"], cwd=folder, env=env, check=True, capture_output=True)
        sets = ("torch.variant=auto", "verify.require=cpu", "secrets.variables=LAB_KEY", "settings.where=none")
        words = [word for one in sets for word in ("--set", one)]
        inside("export", "ansible", os.fspath(folder), "--one-file", os.fspath(pyz), "--yes", *words)
        found = Playbook(folder / "uv-wizard-fleet", programs, tmp_path / "keys")
        found.inventory(list(fleet.values()), "[gpu:vars]\nuv_wizard_least_mib=8")
        yield found


def told(playbook: Playbook) -> dict[str, dict[str, Any]]:
    document = json.loads(inside("report", os.fspath(playbook.results), "--json", check=None).stdout)
    return {one["host"]: one for one in document["hosts"]}


def test_a_fleet_of_all_sorts(playbook: Playbook, fleet: dict[str, Host]) -> None:
    checked = playbook.run("--check")
    seen = told(playbook)
    assert {name: one["state"] for name, one in seen.items()} == {
        "gpu01": "planned",
        "gpu02": "planned",
        "login": "planned",
        "alone": "planned",
        "full": "failed",
        "dying": "planned",
        "old": "failed",
        "nosecret": "failed",
        "nowhere": "away",
    }, checked
    assert "--extra cu126" in checked
    assert "--extra cu128" in checked
    assert not (fleet["gpu01"].home / ".local/share/uv-wizard").exists()
    assert not (fleet["gpu01"].home / "vision").exists()

    with playbook.start() as child:
        wait_for((fleet["dying"].home / "syncing").exists, "the sync never began there", 300)
        fleet["dying"].die()
        first = child.communicate(timeout=600)[0]
    seen = told(playbook)
    assert {name: (one["state"], one["variant"]) for name, one in seen.items()} == {
        "gpu01": ("verified", "cu126"),
        "gpu02": ("verified", "cu128"),
        "login": ("verified", "cpu"),
        "alone": ("failed", "(cu126)"),
        "full": ("failed", None),
        "dying": ("away", "(cu126)"),
        "old": ("failed", None),
        "nosecret": ("failed", "(cu126)"),
        "nowhere": ("away", None),
    }, first
    assert seen["gpu02"]["gpus"] == ["2 x NVIDIA GeForce RTX 5090, 31 GiB"]
    assert seen["gpu02"]["driver"] == "580.95.05"
    assert seen["alone"]["cause"].startswith(("network", "index"))
    assert seen["full"]["cause"] == "disk-full"
    assert seen["dying"]["told"] == "went away while the plan was carried out"
    assert seen["old"]["cause"] == "no-python"
    assert seen["nosecret"]["cause"] == "secret-missing"
    assert "LAB_KEY" in seen["nosecret"]["told"]
    assert child.returncode != 0
    assert "3 of 9 hosts verified" in first

    second = playbook.run()
    living = ("gpu01", "gpu02", "login", "alone", "full", "old", "nosecret", "nowhere", "dying")
    assert {name: recap(second)[name][0] for name in living} == dict.fromkeys(living, 0), second
    assert {name for name, one in told(playbook).items() if one["state"] == "verified"} == {"gpu01", "gpu02", "login"}
    assert told(playbook)["gpu01"]["changes"] == []

    quiet = playbook.run("--check", "--limit", "gpu01,gpu02")
    assert {name: recap(quiet)[name][0] for name in ("gpu01", "gpu02")} == {"gpu01": 0, "gpu02": 0}
    assert {one["state"] for one in told(playbook).values() if one["host"] in ("gpu01", "gpu02")} == {"same"}

    for path in (path for path in playbook.folder.rglob("*") if path.is_file()):
        assert SECRET.encode() not in path.read_bytes(), path


def test_a_secret_of_the_vault_reaches_the_host_and_no_file(playbook: Playbook, fleet: dict[str, Host]) -> None:
    vault = playbook.folder / "group_vars" / "all"
    vault.mkdir(parents=True)
    (playbook.folder / "password").write_text("open\n")
    plain = vault / "vault.yml"
    plain.write_text(f"uv_wizard_vault:\n  LAB_KEY: {SECRET}\n")
    encrypt = [
        os.fspath(playbook.programs / "ansible-vault"),
        "encrypt",
        "--vault-password-file",
        "password",
        os.fspath(plain),
    ]
    subprocess.run(encrypt, cwd=playbook.folder, env=playbook.environment(), check=True, capture_output=True)
    printed = playbook.run("--limit", "nosecret", "--vault-password-file", "password", "-v")
    assert told(playbook)["nosecret"]["state"] == "verified", printed
    assert SECRET not in printed
    places = [*playbook.folder.rglob("*"), *fleet["nosecret"].home.rglob("*")]
    for path in (path for path in places if path.is_file() and not path.is_symlink()):
        assert SECRET.encode() not in path.read_bytes(), path


def test_what_is_exported_passes_its_own_linters(playbook: Playbook) -> None:
    for argv in (
        ["ansible-playbook", "--syntax-check", "fleet.yml"],
        ["ansible-lint", "--offline", "--strict", "fleet.yml", "roles"],
    ):
        program = playbook.programs / argv[0]
        done = subprocess.run([program, *argv[1:]], cwd=playbook.folder, env=playbook.environment(), capture_output=True,
                              encoding="utf-8", check=False)  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
