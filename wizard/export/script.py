"""`export script`: the plan as a script that does the same without us."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from wizard import catalog
from wizard.advice.torch_locked import locked_here
from wizard.errors import BadInput
from wizard.export import script_ps1, script_sh
from wizard.export.record import Exported, change
from wizard.export.script_job import Install, Job, Place, Places, installs_of, parts_of
from wizard.language import said
from wizard.plan import uv_ways
from wizard.plan.install_uv import plan_uv
from wizard.plan.step import Plan
from wizard.plan.verify import environment_python
from wizard.project.facts import Project
from wizard.project.lockfile import own_registry
from wizard.run.environment import DROPPED
from wizard.text import one_line

if TYPE_CHECKING:
    from wizard.advice.torch_reach import Selected
    from wizard.choices import Choices
    from wizard.machine.facts import Machine

NAMES = {"sh": "uv-wizard-setup.sh", "ps1": "uv-wizard-setup.ps1"}
_BOM = "\ufeff"
_WANTED = {
    "gpu": "device != 'cpu'",
    "cuda": "device == 'cuda' and torch.version.cuda is not None",
    "rocm": "device == 'cuda' and torch.version.hip is not None",
    "xpu": "device == 'xpu'",
    "mps": "device == 'mps'",
}
_CHECK = (
    "import torch; xpu = getattr(torch, 'xpu', None); mps = getattr(torch.backends, 'mps', None); "
    "device = 'cuda' if torch.cuda.is_available() else 'xpu' if xpu and xpu.is_available() else "
    "'mps' if mps and mps.is_available() else 'cpu'; a = torch.rand(64, 64); b = a.to(device); "
    "ok = torch.allclose((b @ b).cpu(), a @ a, atol=0.01); print('torch', torch.__version__, 'computes on', device, ok); "
    "raise SystemExit(0 if ok and ({wanted}) else 3)"
)
_PLAIN = "import sys; print('Python', sys.version.split()[0], 'in', sys.prefix)"


def made(
    machine: Machine, project: Project, choices: Choices, selected: Selected, plan: Plan, shell: str | None
) -> Exported:
    """The script beside the project. `shell`: sh or ps1, None for what this machine has. Raises BadInput."""
    shell = shell or ("ps1" if machine.os == "windows" else "sh")
    if shell not in NAMES:
        msg = said(
            "--shell {shell} is not possible; allowed: {names}", shell=one_line(shell, 40), names=", ".join(NAMES)
        )
        raise BadInput(msg)
    if shell == "sh" and machine.os == "windows":
        msg = said(
            "--shell sh is not possible: this plan is for Windows, whose settings only ps1 can write; allowed: ps1"
        )
        raise BadInput(msg)
    job, notes = job_of(machine, project, choices, selected, plan)
    text = script_sh.text(job) if shell == "sh" else _BOM + script_ps1.text(job).replace("\n", "\r\n")
    run = ("sh", NAMES[shell]) if shell == "sh" else ("powershell", "-ExecutionPolicy", "ByPass", "-File", NAMES[shell])
    told = (
        *notes,
        *_homes(job, machine),
        said("Read it before you give it away: it holds the new text of each file that the plan writes."),
    )
    summary = said(
        "the plan as a script for {shell}, {count} parts",
        shell="sh" if shell == "sh" else "PowerShell",
        count=len(job.parts) + 2,
    )
    return Exported((change(project.path, NAMES[shell], text),), summary, told, ((run, said("carry it out")),))


def _homes(job: Job, machine: Machine) -> Iterator[str]:
    """What is written names this user's home: for somebody else that folder is not there."""
    home = (machine.home or str(Path.home())).encode()
    named = [write.place.rest for part in job.parts for write in part.writes if len(home) > 1 and home in write.data]
    if named:
        yield said(
            "{named} will name your home folder, {home}; for others choose a folder that all have",
            named=", ".join(named),
            home=home.decode(),
        )


def job_of(
    machine: Machine, project: Project, choices: Choices, selected: Selected, plan: Plan
) -> tuple[Job, tuple[str, ...]]:
    """The plan as a script has it, and what to know of it."""
    windows = machine.os == "windows"
    places = Places(project.path, machine.home or str(Path.home()), plan.uv or "uv", windows)
    own = own_registry(project)
    packages = project.lock.packages if project.lock else ()
    foreign = tuple(sorted({one.name for one in packages if one.registry not in (None, own)}))
    parts, notes = parts_of(plan, places, foreign)
    kept = plan_uv(machine, project, choices, None)
    folder = places.of(kept.folder)
    if kept.step is None and folder.under != "home":  # where it lies is not every user's to write
        folder = Place("home", ".local/bin")
    what = uv_ways.wanted(machine, project, choices, folder.rest)
    installs = _installs(machine, choices, what, plan)
    torch = locked_here(machine, project, selected) is not None or plan.step("torch") is not None
    job = Job(
        name=one_line(project.name or project.path, 60),
        uv=places.of(kept.path),
        uv_folder=folder,
        version=what.version,
        least=str(catalog.table("uv.toml")["minimum"]),
        installs=installs,
        parts=parts,
        dropped=tuple(DROPPED),
        python=places.of(environment_python(machine, project.environment_path)),
        check=check_of(choices.text("verify.require")) if torch else _PLAIN,
        windows=windows,
    )
    return job, notes


def check_of(require: str) -> str:
    """One line of Python that ends with 0, or with 3 where torch falls short of what is required. Single quotes alone."""
    return _CHECK.format(wanted=_WANTED.get(require, "True"))


def _installs(machine: Machine, choices: Choices, what: uv_ways.Wanted, plan: Plan) -> tuple[Install, ...]:
    """The plan's own ways; where it keeps the uv that is here, those of a machine that has none."""
    step = plan.step("uv")
    planned = step.commands[0].options.get("ways", ()) if step else ()
    found = tuple(installs_of(planned))
    if found:
        return found
    ways = (uv_ways.by_installer(machine, choices, what), {"how": "index", "argv": ["uv", _pinned(what)]})
    return tuple(installs_of(ways))


def _pinned(what: uv_ways.Wanted) -> str:
    return f"uv=={what.version}" if what.version else f"uv{what.required}"
