"""`export job`: prepared here, checked there. The script is read by shellcheck and run by dash as a node would."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.export.test_script import shellcheck
from tests.support.command import ROOT, inside
from tests.support.projects import Project
from tests.support.torch_project import make_torch_project

pytestmark = pytest.mark.same_everywhere
NAME = "uv-wizard-verify.sh"
SHELL = shutil.which("dash") or shutil.which("sh")
NODE: dict[str, Any] = {
    "os": "linux",
    "arch": "x86_64",
    "libc": {"name": "glibc", "version": "2.36"},
    "gpus": [{"vendor": "nvidia", "name": "NVIDIA H100", "compute_capability": "9.0", "memory_mib": 81559}],
    "nvidia_driver": "580.95.05",
}


def exported(project: Path, facts: dict[str, Any] | None, *sets: str) -> tuple[str, str]:
    """The script, and what was said."""
    words = [word for one in sets for word in ("--set", one)]
    if facts is not None:
        path = project.parent / "node.json"
        path.write_text(json.dumps({"machine": facts}))
        words += ["--machine", os.fspath(path)]
    said = inside("export", "job", os.fspath(project), "--yes", *words).stdout
    return (project / NAME).read_text("utf-8"), said


@pytest.mark.parametrize(
    "facts, sets, prepared, checked, gpu",
    [
        (NODE, ("torch.variant=auto",), "--yes\n", "verify.require=cuda", True),  # uv.lock has what it needs
        ({**NODE, "nvidia_driver": "550.54.14"}, ("torch.variant=auto",), "torch.variant=cu126", "verify.require=cuda", True),
        (NODE, (), "--yes\n", "verify.require=cuda", True),
        ({**NODE, "gpus": []}, (), "--yes\n", "verify.require=cpu", False),
        ({**NODE, "gpus": None}, (), "--yes\n", "verify.require=auto", True),
        (NODE, ("verify.require=gpu",), "--yes\n", "verify.require=gpu", True),
    ],
)  # fmt: skip
def test_the_node_decides_what_is_prepared_and_what_has_to_pass(
    facts: dict[str, Any], sets: tuple[str, ...], prepared: str, checked: str, gpu: bool, tmp_path: Path
) -> None:
    project = tmp_path / "it's a project"
    project.mkdir()
    make_torch_project(project)
    script, said = exported(project, facts, *sets)
    head = next(line for line in script.splitlines(keepends=True) if line.startswith("# Prepared by:"))
    assert prepared in head
    assert checked in script
    assert ("--gres=gpu:1" in script) == gpu
    assert "UV_CUDA_DRIVER_VERSION" not in script
    assert "sbatch" in said
    shellcheck(project / NAME)


def test_a_node_of_another_system_is_refused(tmp_path: Path) -> None:
    make_torch_project(tmp_path)
    path = tmp_path / "node.json"
    path.write_text(json.dumps({**NODE, "os": "windows"}))
    assert "Linux" in inside("export", "job", str(tmp_path), "--machine", str(path), "--yes", check=2).stderr


with_sh = pytest.mark.skipif(
    sys.platform == "win32" or SHELL is None, reason="the job is run by sh, as on a compute node, and there is none"
)


@with_sh
def test_a_node_leaves_its_verification_where_attach_and_report_find_it(project: Project, tmp_path: Path) -> None:
    project.run_uv("sync", "--locked")
    script, _ = exported(project.path, None, "verify.require=cpu", "settings.link-mode=copy")
    assert "--set settings.link-mode=copy" in script
    results = tmp_path / "results"
    node = {"SLURMD_NODENAME": "node7", "SLURM_JOB_ID": "4711", "UV_WIZARD_RESULTS": os.fspath(results)}
    env = {**os.environ, **node, "PYTHONPATH": os.fspath(ROOT), "UV_DEFAULT_INDEX": project.registry}
    job = [str(SHELL), os.fspath(project.path / NAME)]
    done = subprocess.run(job, env=env, cwd="/", capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "node7: exit code 0" in done.stdout
    assert sorted(path.name for path in results.iterdir()) == ["node7.facts.json", "node7.json"]

    told = json.loads(inside("report", os.fspath(results), "--json").stdout)["hosts"]
    assert [(one["host"], one["state"]) for one in told] == [("node7", "verified")]
    run = inside("attach", "--json").stdout
    found = [event for event in map(json.loads, run.splitlines()) if event["type"] in ("verify", "end")]
    assert [event["type"] for event in found] == ["verify", "end"]
    assert found[0]["ok"]
    inside("plan", os.fspath(project.path), "--machine", os.fspath(results / "node7.facts.json"), "--json")


@pytest.mark.long
@with_sh
def test_a_node_without_the_environment_is_told_as_such(project: Project, tmp_path: Path) -> None:
    exported(project.path, None)
    results = tmp_path / "results"
    env = {
        **os.environ,
        "SLURMD_NODENAME": "node8",
        "UV_WIZARD_RESULTS": os.fspath(results),
        "PYTHONPATH": os.fspath(ROOT),
    }
    job = [str(SHELL), os.fspath(project.path / NAME)]
    done = subprocess.run(job, env=env, cwd="/", capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    told = json.loads(inside("report", os.fspath(results), "--json", check=3).stdout)["hosts"][0]
    assert (told["state"], told["cause"]) == ("failed", "environment-invalid")
