"""The ladder on real environments: real uv, real children, and torches that print, hang and crash."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from tests.support.projects import Project
from tests.verify.stand_in import environment
from wizard.verify.check import Check, VerifyRequest, headline, plan_of_checks, verify

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX processes")


def of_project(project: Project) -> VerifyRequest:
    return VerifyRequest(
        python=os.fspath(project.python),
        project=os.fspath(project.path),
        uv=os.fspath(project.uv),
        environment=dict(project.env),
        registry=project.registry,
        gpus=(),
        torch_expected=False,
    )


@pytest.mark.same_everywhere
def test_a_project_without_torch_has_three_checks(project: Project) -> None:
    project.run_uv("sync", "--locked")
    told: list[Check] = []
    request = of_project(project)
    found = verify(request, told.append)
    assert [check.id for check in told] == ["sync", "fit", "python"] == [name for name, _ in plan_of_checks(request)]
    assert all(check.ok for check in told), told
    assert (found.ok, found.exit_code, found.diagnosis) == (True, 0, None)
    assert headline(found)[0].startswith("It works: Python and ")
    assert found.document()["checks"][2]["value"] == found.python


def test_a_package_that_was_taken_away_is_seen(project: Project) -> None:
    project.run_uv("sync", "--locked")
    project.run_uv("pip", "uninstall", "--python", os.fspath(project.python), "alpha")
    found = verify(of_project(project))
    assert (found.ok, found.exit_code) == (False, 3)
    assert [check.ok for check in found.checks] == [False, None, None]
    assert found.checks[1].value == "not run"
    assert found.diagnosis is not None
    assert found.diagnosis.title == "The environment is not what uv.lock says"


@pytest.mark.same_everywhere
def test_a_lock_that_is_out_of_date_is_told_as_such(project: Project) -> None:
    project.run_uv("sync", "--locked")
    text = project.pyproject.read_text("utf-8")
    project.pyproject.write_text(text.replace("alpha", "gamma", 1), "utf-8")
    found = verify(of_project(project))
    assert found.diagnosis is not None
    assert found.diagnosis.cause == "lock-outdated"
    assert not any(check.ok for check in found.checks)


@pytest.mark.same_everywhere
def test_no_lock_is_not_looked_at(project: Project) -> None:
    project.run_uv("sync", "--locked")
    found = verify(replace(of_project(project), locked=False))
    assert found.ok
    assert (found.checks[0].ok, found.checks[0].value) == (None, "not looked at")


def test_packages_that_should_be_there_and_are_not(tmp_path: Path) -> None:
    python = environment(tmp_path / "env")
    found = verify(VerifyRequest(python, expected={"alpha": "1.0"}, locked=False, gpus=()))
    assert found.exit_code == 3
    assert "alpha" in " ".join(found.diagnosis.evidence if found.diagnosis else ())


@pytest.mark.parametrize("python", [None, "/nowhere/python"])
def test_no_environment_can_not_be_looked_at(python: str | None) -> None:
    found = verify(VerifyRequest(python))
    assert (found.ok, found.exit_code) == (False, 1)
    assert found.diagnosis is not None
    assert found.diagnosis.cause == "environment-invalid"
    assert {check.value for check in found.checks} == {"not run"}


def test_torch_on_the_cpu(tmp_path: Path) -> None:
    found = verify(VerifyRequest(environment(tmp_path / "Träume und 项目", "cpu"), locked=False, gpus=()))
    assert [(check.id, check.ok) for check in found.checks][2:] == [
        ("python", True), ("torch", True), ("variant", True), ("cpu", True),
    ]  # fmt: skip
    assert headline(found)[0] == "It works: torch runs on the CPU"
    assert found.torch is not None
    assert found.torch["version"] == "2.13.0+cpu"


GPU = ({"vendor": "nvidia", "name": "NVIDIA RTX", "compute_capability": "8.6", "gfx": None, "memory_mib": 24576},)


@pytest.mark.parametrize(
    "torch, asked, cause, broken",
    [
        ("winerror", {}, "windows-library-missing", "torch"),
        *(pytest.param(*row, marks=pytest.mark.same_everywhere) for row in (
            ("no-cudart", {}, "cuda-library-missing", "torch"),
            ("symbol", {}, "library-conflict", "torch"),
            ("wrong", {}, "check-wrong-result", "cpu"),
            ("exits", {}, "unknown", "torch"),
            ("cpu", {"require": "gpu", "gpus": GPU, "nvidia_driver": "550"}, "torch-cpu-build", "variant"),
            ("cpu", {"torch_variant": "cu126", "gpus": GPU, "nvidia_driver": "550"}, "torch-cpu-build", "variant"),
            (None, {"require": "cuda"}, "torch-missing", "torch"),
            (None, {"torch_expected": True}, "torch-missing", "torch"),
        )),
    ],
)  # fmt: skip
def test_what_falls_short_is_named(
    tmp_path: Path, torch: str | None, asked: dict[str, object], cause: str, broken: str
) -> None:
    request = VerifyRequest(environment(tmp_path / "env", torch), locked=False, gpus=())
    found = verify(replace(request, **asked))  # type: ignore[arg-type]
    assert found.exit_code == 3
    assert found.diagnosis is not None
    assert found.diagnosis.cause == cause, found
    assert [check.id for check in found.checks if check.ok is False] == [broken]
    after = [check.id for check in found.checks].index(broken) + 1
    assert all(check.value == "not run" for check in found.checks[after:])


@pytest.mark.same_everywhere
def test_a_gpu_that_a_cpu_build_leaves_unused_is_named(tmp_path: Path) -> None:
    """What PyPI has for Windows is a CPU build: it works, and that a GPU lies idle has to be said."""
    request = VerifyRequest(
        environment(tmp_path / "env", "cpu"), locked=False, gpus=GPU, nvidia_driver="550", os="windows"
    )
    found = verify(request)
    assert found.ok
    assert headline(found)[1].startswith("torch 2.13.0+cpu. ! NVIDIA RTX is here, and this CPU build does not use it")


@pytest.mark.same_everywhere
def test_the_holder_is_the_one_that_torch_asks_for(tmp_path: Path) -> None:
    python = environment(
        tmp_path / "env", "no-cudart", ("nvidia-cuda-runtime-cu12==12.6.77; platform_system=='Linux'",)
    )
    found = verify(VerifyRequest(python, locked=False, gpus=()))
    assert found.diagnosis is not None
    assert "nvidia-cuda-runtime-cu12" in found.diagnosis.explanation


def test_a_hang_is_a_finding_and_nothing_is_left_over(tmp_path: Path) -> None:
    python = environment(tmp_path / "env", "hangs-with-child")
    found = verify(VerifyRequest(python, locked=False, gpus=(), limit=2.0))
    assert found.exit_code == 3
    assert found.diagnosis is not None
    assert found.diagnosis.title.startswith("No answer for 2 s")
    child = int((tmp_path / "env/child").read_text())
    assert _gone(child)


@posix
@pytest.mark.parametrize(
    "torch, said, cause", [("crashes", "SIGABRT", "unknown"), ("killed", "SIGKILL", "killed-out-of-memory")]
)
def test_a_crash_is_a_finding(tmp_path: Path, torch: str, said: str, cause: str) -> None:
    found = verify(VerifyRequest(environment(tmp_path / "env", torch), locked=False, gpus=()))
    broken = next(check for check in found.checks if check.ok is False)
    assert (broken.id, broken.value) == ("torch", f"ended by {said}")
    assert found.diagnosis is not None
    assert found.diagnosis.cause == cause


@pytest.mark.same_everywhere
def test_stop_ends_the_children(tmp_path: Path) -> None:
    python = environment(tmp_path / "env", "hangs")
    found = verify(VerifyRequest(python, locked=False, gpus=()), stop=lambda: True)
    assert not found.ok
    assert found.diagnosis is not None
    assert found.diagnosis.cause == "interrupted"


@pytest.mark.same_everywhere
def test_nothing_of_the_projects_own_code_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = environment(tmp_path / "env", "cpu")
    trap = tmp_path / "trap"
    trap.mkdir()
    for name in ("json", "torch", "sitecustomize"):
        (trap / f"{name}.py").write_text("raise SystemExit('the trap ran')", "utf-8")
    monkeypatch.chdir(trap)
    monkeypatch.setenv("PYTHONPATH", os.fspath(trap))
    found = verify(VerifyRequest(python, project=os.fspath(trap), locked=False, gpus=()))
    assert found.ok, found


@posix
def test_a_python_that_does_not_start(tmp_path: Path) -> None:
    python = Path(environment(tmp_path / "env"))
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho 'no such version' >&2\nexit 127\n")
    broken.chmod(0o755)
    found = verify(VerifyRequest(os.fspath(broken), locked=False, gpus=()))
    assert (found.exit_code, found.diagnosis.cause if found.diagnosis else None) == (3, "python-broken")
    assert python.exists()


def test_the_request_travels_as_json() -> None:
    request = VerifyRequest("p", extras=("a",), gpus=GPU, expected={"x": None}, environment={"A": "b"})
    assert VerifyRequest.from_json(request.to_json()) == request


@posix
@pytest.mark.parametrize("version", ["3.8", "3.9"])
def test_the_probe_runs_on_old_pythons(tmp_path: Path, version: str) -> None:
    installed = Path(os.environ.get("PYENV_ROOT", "/nowhere"), "versions").glob(f"{version}.*/bin/python")
    python = next(map(os.fspath, installed), None)
    if python is None:
        pytest.skip(f"no Python {version} here")
    found = verify(VerifyRequest(python, locked=False, gpus=()))
    assert found.ok
    assert (found.python or "").startswith(version + ".")


def _gone(pid: int) -> bool:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.02)
    return False
