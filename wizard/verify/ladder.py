"""Climbs the rungs: takes what the probe says, stage by stage, and makes checks of it until one fails."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from wizard.diagnosis import Context, Diagnosis
from wizard.language import said
from wizard.lists import clauses
from wizard.text import one_line
from wizard.verify import library, rungs, values, why
from wizard.verify.child import Finished
from wizard.verify.record import Check, VerifyRequest

PROBE = Path(__file__).with_name("inside") / "__main__.py"
_STAGES = (
    "torch", "driver", "devices", "memory", "kernel", "cudnn", "cpu", "torchvision", "peer", "nccl", "compile",
)  # fmt: skip
NOT_LOOKED_AT = "not looked at"


class Ladder:
    """The checks so far. `failed`: the first rung that broke ends the climb; `diagnosis` says why."""

    def __init__(self, request: VerifyRequest, environment: Mapping[str, str], tell: Callable[[Check], object]) -> None:
        self.request, self.environment, self._tell = request, environment, tell
        self.kind = rungs.kind_required(request)
        self.plan = rungs.plan_of(request, self.kind)
        self.checks: list[Check] = []
        self.diagnosis: Diagnosis | None = None
        self.failed = False
        self.changed_kind = False
        self.python: dict[str, Any] = {}
        self.torch: dict[str, Any] | None = None
        self.driver: dict[str, Any] = {}
        self.devices: list[dict[str, Any]] = []
        self._reported: set[str] = set()

    def add(self, check: Check, diagnosis: Diagnosis | None = None) -> None:
        """One rung more, passed, failed or not looked at."""
        self.checks.append(check)
        self.failed = self.failed or (check.ok is False and check.required)
        self.diagnosis = self.diagnosis or diagnosis
        self._tell(check)

    def take(self, entry: Mapping[str, Any]) -> None:
        """A line of the probe's."""
        stage = entry.get("stage")
        if stage is None or self.failed or self.changed_kind:
            return
        self._reported.add(stage)
        if stage == "measure":
            self.devices = entry.get("devices") or self.devices
        elif not entry.get("ok"):
            self._short(stage, entry)
        else:
            getattr(self, "_" + stage)(entry)

    def arguments(self, results: Path, stages: list[str]) -> list[str]:
        """The argv of a probe for those stages. `-I`: nothing of the project's own code, and no user site."""
        asked = {
            "kind": self.kind,
            "where": {"nvidia": "cuda", "amd": "cuda", "intel": "xpu", "apple": "mps"}.get(self.kind, "cpu"),
        }
        words = [f"{stage}={json.dumps(asked)}" for stage in stages]
        if stages == ["python"]:
            words = ["python=" + json.dumps({"expected": dict(self.request.expected)})]
        # -B: a Python of any version runs this, and none leaves its compiled files in our installation
        return [str(self.request.python), "-I", "-B", str(PROBE), str(results), *words]

    def stages(self) -> list[str]:
        """What one probe has to do, once Python has started; `measure` after all that has a rung."""
        wanted = {name for name, _ in self.plan}
        named = [stage for stage in _STAGES if stage in wanted]
        return [*named, "measure"] if "kernel" in wanted else named

    @property
    def _versions(self) -> Mapping[str, str]:
        return self.python.get("versions") or {}

    def others(self) -> list[str]:
        """The libraries beside torch that the environment has."""
        return [which for which, names in rungs.OTHERS.items() if any(name in self._versions for name in names)]

    def ended(self, done: Finished, stages: list[str]) -> None:
        """The probe is over; where it did not say all, the stage that was under way is at fault."""
        missing = [stage for stage in stages if stage not in self._reported]
        if self.failed or self.changed_kind or done.stopped or not missing or missing[0] == "measure":
            return
        stage = missing[0]
        title = dict(self.plan).get(stage, stage)
        if done.hung:
            found = why.hung(stage, title, self.request.limit, done, self.context)
            self._fail(stage, said("no answer for {limit} s", limit=f"{self.request.limit:g}"), found)
            return
        at_start = stage == "python"
        lines = why.beside(self.torch, self.python.get("needs") or {})
        self._fail(stage, *why.crashed(title, done, self.request.python, self.context, lines, at_start=at_start))

    def other_ended(self, which: str, entry: Mapping[str, Any] | None, done: Finished) -> None:
        """What another library's own check came to: told apart, and no verdict hangs on it."""
        gpu = self.kind not in ("cpu", "none") or (self.kind == "none" and rungs.usable(self.request) is not None)
        ok: bool | None
        if entry is None:
            short = said("no answer for {limit} s", limit=f"{self.request.limit:g}") if done.hung else why.ending(done)
            ok, value, detail = False, short, one_line(done.output.strip()[-400:]) or None
        elif entry["ok"]:
            ok, value, detail = values.other(entry, gpu=gpu)
        else:
            lines = [line for line in str(entry.get("error")).strip().splitlines() if line.strip()]
            needless = which in rungs.GPU_ONLY and not gpu
            ok, value = (None, said("needs a GPU")) if needless else (False, said("does not compute"))
            detail = lines[-1] if lines else None
        seconds = float((entry or {}).get("seconds", 0.0))
        told = detail and one_line(detail, 600)
        self.add(Check(which, rungs.TITLES[which], ok, one_line(value, 80), told, seconds, required=False))

    @property
    def context(self) -> Context:
        """What diagnosis may know of this machine."""
        return why.context(self.request, self.environment)

    def _python(self, entry: Mapping[str, Any]) -> None:
        self.python = dict(entry)
        self._pass("python", values.python(entry), entry)

    def _torch(self, entry: Mapping[str, Any]) -> None:
        self.torch = {key: entry.get(key) for key in ("version", "cuda", "hip", "xpu", "mps", "arch_list", "file")}
        kind = rungs.kind_required(self.request, self.torch)
        lacking = list(entry.get("lacking") or ())
        words = rungs.build_in_words(self.torch)
        if lacking and kind == "nvidia":
            found = library.not_on_disk(lacking, self.context, self.request, self._versions)
            self._fail("torch", said("{what} is missing", what=_library(lacking[0])), found, entry.get("seconds", 0.0))
            return
        odd = said("on a GPU it would lack {what}", what=", ".join(map(_library, lacking))) if lacking else None
        self._pass("torch", (str(entry["version"]), odd), entry)
        built, chosen = rungs.kind_of_build(self.torch), self.request.torch_variant
        if not rungs.variant_fits(chosen, self.torch) or (kind not in ("cpu", built) and self._has(kind)):
            wanted = chosen or self.request.torch_promised or self.request.require
            self._fail("variant", words, why.wrong_build(wanted, kind, built, words, self.context))
            return
        self._pass("variant", (words, None), {})
        if kind != self.kind:
            self.kind, self.plan, self.changed_kind = kind, rungs.plan_of(self.request, kind), True

    def _has(self, kind: str) -> bool:
        """Whether the machine may have such a GPU: known to, or not known."""
        return self.request.gpus is None or any(gpu.get("vendor") == kind for gpu in self.request.gpus)

    def _driver(self, entry: Mapping[str, Any]) -> None:
        self.driver = dict(entry)
        self._pass("driver", values.driver(entry), entry)

    def _devices(self, entry: Mapping[str, Any]) -> None:
        self.devices = list(entry["devices"])
        self._pass("devices", values.devices(entry, self.driver.get("count")), entry)
        if "code" in dict(self.plan):
            self._code(entry)

    def _code(self, entry: Mapping[str, Any]) -> None:
        torch = self.torch or {}
        archs = torch.get("arch_list") or []
        told: list[str] = []
        for device in self.devices:
            if not archs:
                continue
            arch = rungs.code_for(device, archs, torch.get("cuda"))
            generation = device.get("compute_capability") or device.get("gfx")
            if arch is None:
                text = [f"{device['name']} (compute capability {generation}) has no code in this build: no code for this GPU",
                        "code is for " + " ".join(archs), *entry.get("warnings", ())]  # fmt: skip
                device["ok"] = False
                self._fail(
                    "code", said("{generation}: none", generation=generation), self._diagnosed("\n".join(text), {})
                )
                return
            told.append(said("{generation}, by {arch}", generation=generation, arch=arch))
        self._pass(
            "code",
            (
                clauses(dict.fromkeys(told)) or said("not told"),
                said("code for {archs}", archs=" ".join(archs)),
            ),
            {},
        )

    def _memory(self, entry: Mapping[str, Any]) -> None:
        self.devices = list(entry["devices"])
        value, held = values.memory(self.devices)
        told = (each for each in self.devices if each.get("free_mib") is not None)
        tight = next((each for each in told if each["free_mib"] < rungs.LEAST_FREE_MIB), None)
        if tight is not None:
            text = f"CUDA out of memory: {tight['name']} has {tight['free_mib']} MiB free of {tight['memory_mib']} MiB"
            found = why.held(self._diagnosed(text, {}), values.holders(tight))
            self._fail("memory", value, found)
            return
        self._pass("memory", (value, held), entry)

    def _kernel(self, entry: Mapping[str, Any]) -> None:
        self.devices = list(entry["devices"])
        self._pass("kernel", values.kernel(entry), entry)

    def _cudnn(self, entry: Mapping[str, Any]) -> None:
        self._pass("cudnn", values.cudnn(entry, self.kind), entry)

    def _cpu(self, entry: Mapping[str, Any]) -> None:
        self._pass("cpu", values.cpu(entry), entry)

    def _torchvision(self, entry: Mapping[str, Any]) -> None:
        self._pass("torchvision", values.torchvision(entry), entry)

    def _compile(self, entry: Mapping[str, Any]) -> None:
        self._pass("compile", values.compiled(entry), entry)

    def _peer(self, entry: Mapping[str, Any]) -> None:
        self._pass("peer", values.peer(entry), entry)

    def _nccl(self, entry: Mapping[str, Any]) -> None:
        self._pass("nccl", values.nccl(entry), entry)

    def _pass(self, which: str, found: values.Said | None, entry: Mapping[str, Any]) -> None:
        """`found` None: there was nothing to look at, for that takes two devices."""
        title = dict(self.plan).get(which, rungs.TITLES[which])
        value, detail = found or (NOT_LOOKED_AT, said("there is one GPU"))
        seconds = entry.get("seconds", 0.0)
        ok = True if found else None
        self.add(Check(which, title, ok, one_line(value, 80), detail and one_line(detail, 600), seconds))

    def _fail(self, which: str, value: str, diagnosis: Diagnosis, seconds: float = 0.0) -> None:
        title = dict(self.plan).get(which, rungs.TITLES.get(which, which))
        detail = one_line(" ".join(diagnosis.evidence), 600) or None
        self.add(Check(which, title, False, one_line(value, 80), detail, seconds), diagnosis)

    def _short(self, stage: str, entry: Mapping[str, Any]) -> None:
        """A stage that failed on its own terms."""
        text = str(entry.get("error") or "")
        if stage == "python":
            self.python = dict(entry)
            if gone := entry.get("gone"):
                found = why.files_gone(gone, self.request, self.context)
                self._fail("python", said("files are gone"), found, entry.get("seconds", 0.0))
                return
            found = why.packages_missing(text, entry.get("missing", []), entry.get("needs") or {}, self.context)
            self._fail("python", said("packages missing"), found, entry.get("seconds", 0.0))
            return
        lacking = entry.get("lacking") or ()
        if stage == "torch" and lacking and library.not_loaded(text):
            found = library.not_on_disk(lacking, self.context, self.request, self._versions, text)
            self._fail(
                "torch",
                said("{what} is missing", what=library.lacking_first(lacking, text)[0]),
                found,
                entry.get("seconds", 0.0),
            )
            return
        value = values.short(stage, text, self.driver.get("count"))
        self._fail(stage, value, self._diagnosed(text, entry, stage), entry.get("seconds", 0.0))

    def _diagnosed(self, text: str, entry: Mapping[str, Any], stage: str = "") -> Diagnosis:
        return why.short(text, self.context, self.torch, entry.get("needs") or {}, stage)


def _library(one: Mapping[str, str]) -> str:
    return one["library"] or one["package"]
