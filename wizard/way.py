"""The line of DESIGN, walked once for one project: facts, advice, choices, plan, run. Every face holds one `Way`."""

from __future__ import annotations

import importlib.util
import os
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.choices import Choices
from wizard.errors import DecisionMissing
from wizard.language import nsaid, said
from wizard.lists import named
from wizard.looking import Looking
from wizard.machine.pip_there import has_pip

# What a first screen does not need (plan, advice, run) is imported where it is called: a terminal waits for the rest.

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wizard.advice.findings import Finding
    from wizard.advice.reason import Advice
    from wizard.advice.setting_states import SettingState
    from wizard.advice.torch import TorchAdvice
    from wizard.advice.torch_reach import Selected
    from wizard.advice.uv import UvWay
    from wizard.plan import make, sync
    from wizard.plan.mirrors_project import Named
    from wizard.plan.step import Plan
    from wizard.run.client import RunInfo


class Way(Looking):
    """One walk: what wizard.looking knows, and all that is made of it."""

    _torch: tuple[object, TorchAdvice] | None = None
    """What was last advised, and of which facts and choices."""
    _settles_uv = False

    def moved(self, path: str, *, new: bool = False) -> Way:
        """Another way, from that folder, with the choices that were made. Raises BadInput where it is none.

        `new`: it may be one that is not there yet.
        """
        layers = {name: layer for name, layer in self.choices.layers.items() if name not in {"project", "advice"}}
        there = str(Path(path).expanduser())
        way = Way(there, choices=Choices(layers), machine=self._given, environment=self.environment, new=new)
        way.locks_first = self.locks_first
        return way

    # advice

    def advice(self) -> Advice:
        """All that is recommended; only what concerns settings.* takes effect by itself."""
        from wizard.advice import mirrors, torch, uv
        from wizard.advice.reason import Advice

        parts = (
            uv.advise(self.machine, self.project, self.choices, self._pip_python()),
            self._settings_advice,
            mirrors.advise(self.machine, self.project),
            torch.reasons(self.torch()) if self.project and self.project.torch else Advice(),
        )
        choices = {key: value for part in parts for key, value in part.choices.items()}
        return Advice(choices, tuple(reason for part in parts for reason in part.reasons))

    def why(self, key: str) -> tuple[str, ...]:
        """The reasons for one key."""
        return tuple(reason.why for reason in self.advice().reasons if reason.choice == key)

    def torch(self) -> TorchAdvice:
        """The torch build that this machine should use."""
        asked = (self.machine, self.project, self.selected(), self.choices.text("torch.version"))
        if self._torch is None or self._torch[0] != asked:  # every screen asks several times over
            from wizard.advice.torch import advise

            machine, project, selected, version = asked
            self._torch = asked, advise(machine, project, selected=selected, version=version)
        return self._torch[1]

    def locked_variant(self) -> str | None:
        """The variant of torch that uv.lock gives this machine, None where there is none or it can't be told."""
        from wizard.catalog_torch import PYPI

        locked = self.torch().locked if self.project and self.project.torch and self.project.lock else None
        return locked.variant if locked and locked.build and locked.variant != PYPI else None

    def selected(self) -> Selected:
        """The extras and groups chosen, beside what the torch variant adds."""
        from wizard.advice.torch_reach import Selected

        return Selected(self.choices.names("sync.extras"), self.choices.names("sync.groups"))

    def findings(self) -> tuple[Finding, ...]:
        """What stands in the way, worst first."""
        from wizard.advice.conda import audit as audit_conda
        from wizard.advice.findings import findings, with_lock_made
        from wizard.advice.locked import audit as audit_lock
        from wizard.advice.torch_audit import audit as audit_torch
        from wizard.advice.variables import audit as audit_variables

        audits = (
            *audit_conda(self.machine),
            *audit_variables(self.machine, self.project),
            *audit_torch(self.machine, self.project, self.selected()),
            *audit_lock(self.machine, self.project, self._uv_version()),
        )
        stopped = (self.interrupted.diagnosis(),) if self.interrupted else ()
        found = findings(self.machine, self.project, audits, stopped)
        if self.begun is not None:  # the plan that writes the project makes its lock too
            return tuple(one for one in found if one.diagnosis.cause != "lock-missing")
        return with_lock_made(found) if self.makes_lock else found

    def candidates_of_uv(self) -> tuple[UvWay, ...]:
        """The rows of the uv screen, the recommended one first."""
        from wizard.advice.uv import candidates

        return candidates(self.machine, self.project, self.choices, self._pip_python())

    def settle_uv(self) -> None:
        """From here on the recommended uv is taken where nobody has decided, for as long as facts recommend it."""
        self._settles_uv = True
        self._advise()

    def _taken_unasked(self) -> Mapping[str, object]:
        from wizard.advice.uv import better

        if not self._settles_uv or "uv" in self.pending:
            return {}
        found = better(self.candidates_of_uv(), self.machine, self.choices)
        return {} if found is None else {"uv.install": found}

    def settings_state(self) -> tuple[SettingState, ...]:
        """Cache folder, Python folder, link mode, as they are and will be."""
        from wizard.advice.setting_states import states

        return states(self.machine, self.choices, self.room_needed(), self.project)

    def _pip_python(self) -> str | None:
        if self._given is not None:
            return "py" if self.machine.os == "windows" else "python3"
        if _pip_is_here():
            return sys.executable
        return next((one.path for one in self.machine.pythons or () if one.version and has_pip(one.path)), None)

    # plan and run

    def prepare(self) -> None:
        """Waits for what a choice needs before a plan can be made: measures where a mirror is to be the fastest, looks
        the Python up on its mirror. Raises BadInput where it is not there.
        """
        from wizard.mirrors.command import settled
        from wizard.mirrors.looking import look_up_python

        self.choices = settled(self.choices, self.project, self.uv_path())
        if self._given is None:
            look_up_python(self.choices, self.project, self.uv_path())

    def uv_path(self) -> str | None:
        """The uv that this project would use now, None where there is none that will do."""
        from wizard.plan.install_uv import plan_uv

        planned = plan_uv(self.machine, self.project, self.choices, self._pip_python())
        return planned.kept.path if planned.kept else None

    def uv_named(self) -> str:
        """The path of the uv that the plan's commands name, whether it is there yet or not. Raises BadInput."""
        from wizard.plan.install_uv import plan_uv

        return plan_uv(self.machine, self.project, self.choices, self._pip_python()).path

    def _uv_version(self) -> str | None:
        """Of the uv that will sync, None where that is not known."""
        from wizard.plan.install_uv import plan_uv

        kept = plan_uv(self.machine, self.project, self.choices, self._pip_python()).kept
        return kept.version if kept else self.choices.text("uv.version") or None

    def held(self) -> dict[str, str | None]:
        """Variables that hold the lock against what this machine's uv.toml say, and those of this run alone."""
        from wizard.advice.locked import held_here

        return {**held_here(self.machine, self.project, self._uv_version()), **self.this_run.variables}

    def plan(self) -> Plan:
        """What will be done. Raises BadInput or DecisionMissing where a choice can't be carried out."""
        from wizard.plan import make
        from wizard.plan.mirrors import with_sign_in
        from wizard.this_run import laid_over

        plan = make.make(self.machine, self._named().project, self.choices, self._around())
        return with_sign_in(laid_over(plan, self.this_run.variables), self.choices, os.environ)

    def _named(self) -> Named:
        """The project as it will be, and the step that writes a mirror into it."""
        from wizard.plan.mirrors_project import named

        return named(self.project, self.choices)

    def _around(self) -> make.Circumstances:
        from wizard.advice import room
        from wizard.advice.locked import notes
        from wizard.plan import fixing, make, torch
        from wizard.plan.install_uv import plan_uv
        from wizard.plan.mirrors import options

        python = self._pip_python()
        if self.project is None:
            return make.Circumstances(python)
        uv = plan_uv(self.machine, self.project, self.choices, python).path
        there = self._named()
        if there.project is None:
            return make.Circumstances(python)
        part = torch.part(self.machine, there.project, self.choices, uv, self.torch())
        told = notes(self.machine, self.project, self._uv_version())
        locks = part.locks or bool(there.step or self.begun or self.makes_lock)
        mirrors = options(there.project, self.choices, locks=locks)
        disks = room.known(self.machine, there.project, self.choices)
        return make.Circumstances(
            python, part, mirrors, there.step, self.held(), told, self.begun, disks, first_lock=self.makes_lock,
            fixing=None if self.not_edited else fixing.step(self.project, self.choices, uv, self.this_run, self.edits),
            options=self.this_run.options,
        )  # fmt: skip

    def sizes(self) -> dict[str, int]:
        """Bytes by `name==version` of what the lock names; see Lock.sizes."""
        return self.project.lock.sizes if self.project and self.project.lock else {}

    def start(self, plan: Plan | None = None, label: str = "apply", sizes: Mapping[str, int] | None = None) -> RunInfo:
        """Starts the supervisor. Raises ProjectBusy where a run of this project is going on.

        `sizes`: as a forecast found them; else uv.lock's.
        """
        from wizard.plan.stand_ins import stand_ins
        from wizard.run import client, known

        if plan is None:
            self.prepare()
            plan = self.plan()
        where = self.project.path if self.project else None
        registries = list(self.project.lock.registries) if self.project and self.project.lock else []
        context = {
            "choices": self.choices.nested(),
            "registries": registries,
            "lock": os.path.join(where, "uv.lock") if where else None,
            "machine": known.handed(self.machine),
            "stand_ins": stand_ins(self.machine, self.project, self.choices, self.environment, os.path.lexists),
            "this_run": self.this_run.document(),
        }
        return client.start(plan, project=where, sizes=sizes or self.sizes(), label=label, context=context)

    def selection(self) -> sync.Selection:
        """The extras and groups that the sync takes."""
        from wizard.plan import sync

        return sync.selection(self.choices, self._around().torch.extra)

    def by_hand(self, screen: str) -> str:
        """The command that does by hand what that screen does."""
        from wizard.by_hand import command

        return command(self, screen)

    def secrets_missing(self) -> tuple[str, ...]:
        """The variables that the choices name (secrets.variables) and that are not set here."""
        return tuple(name for name in self.choices.names("secrets.variables") if not self.environment.get(name))

    def decided_secrets(self) -> None:
        """Raises DecisionMissing where one is missing."""
        missing = self.secrets_missing()
        if missing:
            msg = nsaid(
                "{missing} is not set here, and the choices name it as a secret that is needed (secrets.variables); "
                "set it in this environment, never in a file of choices",
                "{missing} are not set here, and the choices name them as secrets that are needed "
                "(secrets.variables); set them in this environment, never in a file of choices",
                len(missing),
                missing=named(missing),
            )
            raise DecisionMissing(msg)

    def decided(self) -> None:
        """Raises DecisionMissing where a choice has no safe default here."""
        if self.project is None:
            msg = said("{path} has no pyproject.toml, here or above; name the project's folder", path=self.path)
            raise DecisionMissing(msg)


__all__ = ["Way"]


@cache
def _pip_is_here() -> bool:
    return importlib.util.find_spec("pip") is not None
