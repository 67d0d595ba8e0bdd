"""Variables that stop uv or mislead it, each with its place and a way out; and that uv is stopped by them indeed."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from wizard.advice.reason import AdvisedFinding
from wizard.advice.variables import audit
from wizard.machine.facts import Conda, Machine
from wizard.project.facts import Project

HOME = "/home/min"
PROJECT = Project("/p")


def machine(environment: dict[str, str], unusable: dict[str, str] | None = None, **more: Any) -> Machine:
    return Machine(os="linux", home=HOME, shell="bash", environment=environment, unusable_paths=unusable or {}, **more)


def fixes(found: object) -> list[object]:
    assert isinstance(found, AdvisedFinding)
    assert found.alone
    return [fix.choices or fix.commands for fix in found.fixes]


UNSET = (("unset", "UV_LINK_MODE"),)


@pytest.mark.same_everywhere
@pytest.mark.parametrize(
    "here, cause, severity, evidence, ways",
    [
        (machine({"UV_CACHE_DIR": ""}), "config-invalid", "warning", "UV_CACHE_DIR=", [(("unset", "UV_CACHE_DIR"),)]),
        (machine({"UV_LINK_MODE": ""}), "config-invalid", "warning", "UV_LINK_MODE=", [UNSET]),
        (machine({"UV_LINK_MODE": "hardlinks"}), "config-invalid", "error", "UV_LINK_MODE=hardlinks",
         [{"settings.link-mode": "hardlink"}, UNSET]),
        (machine({"UV_LINK_MODE": "zzz"}), "config-invalid", "error", "UV_LINK_MODE=zzz",
         [{"settings.link-mode": "copy"}, UNSET]),
        (machine({"SSL_CERT_FILE": "/ca"}, {"SSL_CERT_FILE": "it is not there"}), "tls-bundle-missing", "error",
         "SSL_CERT_FILE=/ca: it is not there", [(("unset", "SSL_CERT_FILE"),)]),
        (machine({"UV_CONFIG_FILE": "/u"}, {"UV_CONFIG_FILE": "it is a folder"}), "config-invalid", "error",
         "UV_CONFIG_FILE=/u: it is a folder", [(("unset", "UV_CONFIG_FILE"),)]),
        (machine({"VIRTUAL_ENV": "/other"}), "environment-mismatch", "note", "VIRTUAL_ENV=/other", [(("deactivate",),)]),
        (machine({"VIRTUAL_ENV": "/gone"}, {"VIRTUAL_ENV": "it is not there"}), "environment-mismatch", "note",
         "VIRTUAL_ENV=/gone: it is not there", [(("unset", "VIRTUAL_ENV"),)]),
        (machine({"CONDA_PREFIX": "/c/envs/x"}), "environment-mismatch", "note", "CONDA_PREFIX=/c/envs/x",
         [(("conda", "deactivate"),)]),
    ],
)  # fmt: skip
def test_what_is_told(here: Machine, cause: str, severity: str, evidence: str, ways: list[object]) -> None:
    (found,) = audit(here, PROJECT)
    assert (found.cause, found.severity, found.evidence[0]) == (cause, severity, evidence)
    assert fixes(found) == ways
    assert evidence.partition("=")[0] in found.title
    assert len(found.title) <= 60


@pytest.mark.same_everywhere
@pytest.mark.parametrize(
    "here",
    [
        machine({}),
        machine({"UV_LINK_MODE": "symlink", "UV_CACHE_DIR": "/c", "SSL_CERT_FILE": "/ca"}),
        machine({"VIRTUAL_ENV": "/p/.venv/"}),
        machine({"VIRTUAL_ENV": "/p/env", "UV_PROJECT_ENVIRONMENT": "env"}),
        machine({"CONDA_PREFIX": "/c"}, conda=Conda("base", True)),  # that finding is of its own
        machine({"UV_LINK_MODE": "copy"}, {"VIRTUAL_ENV_PROMPT": "x"}),
    ],
)
def test_what_is_right_is_not_told(here: Machine) -> None:
    assert audit(here, PROJECT) == ()


@pytest.mark.same_everywhere
def test_the_line_that_sets_it_is_named() -> None:
    here = machine({"UV_LINK_MODE": "zz"}, files={f"{HOME}/.bashrc": b"x\nexport UV_LINK_MODE='zz'\n"})
    (found,) = audit(here, PROJECT)
    assert found.evidence == ("UV_LINK_MODE=zz", "~/.bashrc line 2: UV_LINK_MODE=zz")
    assert "Correct UV_LINK_MODE in ~/.bashrc line 2" in found.explanation
    (fish,) = audit(replace(here, shell="fish"), PROJECT)
    assert fixes(fish)[-1] == (("set", "-e", "UV_LINK_MODE"),)
    (windows,) = audit(replace(here, shell=None, os="windows", files={}), PROJECT)
    assert fixes(windows)[-1] == (("Remove-Item", "Env:UV_LINK_MODE"),)


@pytest.mark.same_everywhere
def test_a_secret_in_a_path_is_masked() -> None:
    here = machine({"UV_CONFIG_FILE": "https://me:hush@example.test/x"}, {"UV_CONFIG_FILE": "it is not there"})
    (found,) = audit(here, PROJECT)
    assert "hush" not in repr(found)


CAN_BE_EMPTY = pytest.mark.skipif(os.name == "nt", reason="Windows keeps no variable whose value is empty")


@pytest.mark.parametrize(
    "name, value",
    [
        ("UV_LINK_MODE", "hardlinks"),
        ("UV_CONFIG_FILE", "none.toml"),
        pytest.param("UV_LINK_MODE", "", marks=CAN_BE_EMPTY),
        pytest.param("UV_CACHE_DIR", "", marks=CAN_BE_EMPTY),
    ],
)
def test_uv_ends_where_an_error_is_told(uv: Path, tmp_path: Path, name: str, value: str) -> None:
    environment = {**os.environ, name: value}
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "p"\nversion = "0"\nrequires-python = ">=3.10"\n')
    run = subprocess.run(
        [uv, "sync", "--offline", "--dry-run"], cwd=tmp_path, env=environment, capture_output=True, check=False
    )
    assert run.returncode == 2
    unusable = {name: "it is not there"} if name == "UV_CONFIG_FILE" else {}
    (found,) = audit(machine({name: value}, unusable), PROJECT)
    assert found.cause == "config-invalid"
