"""`export job`: a batch script that checks on a compute node what a login node has prepared."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from wizard.advice.torch import TorchAdvice
from wizard.catalog import asset
from wizard.choices import Choices
from wizard.errors import BadInput
from wizard.export.choices import decided
from wizard.export.record import Exported, change
from wizard.language import said
from wizard.machine.facts import Machine
from wizard.plan.quoting import posix_line, sh
from wizard.project.facts import Project
from wizard.text import one_line

NAME = "uv-wizard-verify.sh"
RESULTS = "uv-wizard-results"
_PLACED = ("uv.install", "uv.version", "uv.dir")
"""What a login node needs and a compute node does not."""
_REQUIRES = {"nvidia": "cuda", "amd": "rocm", "intel": "xpu"}


@dataclass(frozen=True)
class Target:
    """The node that is meant. `variant`: of torch, None where the lock's own stays; `require`: what has to pass there."""

    variant: str | None
    require: str


def made(machine: Machine, project: Project, choices: Choices, advice: TorchAdvice, one_file: Path | None) -> Exported:
    """The script beside the project. `machine`: the node's own facts (`--machine`), else this machine's.

    Raises BadInput for a node of another system: what is prepared here does not run there.
    """
    if machine.os not in ("linux", None):
        msg = said(
            "export job writes a script for Slurm's nodes, which run Linux; the facts are of {os}",
            os=one_line(machine.os, 20),
        )
        raise BadInput(msg)
    target = target_of(machine, choices, advice)
    values, _ = decided(choices, machine)
    told = {key: _text(value) for key, value in values.items() if key not in ("torch.variant", "verify.require")}
    if target.variant is not None:
        told["torch.variant"] = target.variant
    own = {key: value for key, value in told.items() if key not in _PLACED and not key.startswith("mirrors.")}
    prepare = ("uv-wizard", "apply", project.folder, "--yes", *_sets(told))
    script = (
        asset("job.sh")
        .read_text("utf-8")
        .replace("@GPUS@", "#SBATCH --gres=gpu:1" if target.require != "cpu" else "# no GPU is asked for")
        .replace("@PREPARE@", posix_line(prepare))
        .replace("@NAME@", NAME)
        .replace("@PROJECT@", sh(project.folder))
        .replace("@WIZARD@", posix_line(_wizard(one_file)))
        .replace("@WORDS@", posix_line([*_sets({**own, "verify.require": target.require})]))
    )
    commands = (
        (prepare, said("here, on the login node: no GPU is needed")),
        (("sbatch", NAME), said("check it on a compute node")),
        (("uv-wizard", "attach"), said("how the check goes, or ended")),
        (("uv-wizard", "report", RESULTS), said("all nodes that were checked, as one table")),
    )
    summary = said(
        "a batch script that checks {name} on a compute node", name=one_line(project.name or project.path, 40)
    )
    return Exported((change(project.folder, NAME, script),), summary, tuple(_notes(machine, target)), commands)


def target_of(machine: Machine, choices: Choices, advice: TorchAdvice) -> Target:
    """What the node should have, and what has to pass on it."""
    wish, require = choices.text("torch.variant"), choices.text("verify.require")
    variant: str | None = wish
    if wish == "auto":
        variant = advice.choice if advice.certain else None
    if require == "auto" and machine.foreign:
        vendors = [gpu.vendor for gpu in machine.gpus or ()]
        require = next((_REQUIRES[one] for one in vendors if one in _REQUIRES), "cpu" if machine.gpus == () else "auto")
    return Target(None if variant == "keep" else variant, require)


def _notes(machine: Machine, target: Target) -> Iterator[str]:
    if not machine.foreign:
        yield (
            said(
                "This is planned for the machine you are on. For a node's own GPU and driver, save its facts once "
                "(srun uv-wizard doctor --json > node.json) and export again with --machine node.json --set "
                "torch.variant=auto"
            )
        )
    elif not machine.gpus:
        yield said("The facts name no GPU on that node: the check there asks for none")
    yield (
        said(
            "Project, environment, cache and this user's state folder have to lie where login node and compute node "
            "both see them; else name another with UV_WIZARD_STATE_DIR"
        )
    )
    if target.require == "auto":
        yield said("What has to pass is decided on the node; --set verify.require=cuda makes a missing GPU a failure")


def _wizard(one_file: Path | None) -> tuple[str, ...]:
    return (sys.executable, str(one_file)) if one_file else (sys.executable, "-m", "wizard")


def _sets(values: dict[str, str]) -> Iterator[str]:
    for key, value in values.items():
        yield from ("--set", f"{key}={value}")


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
