"""Climbs the rungs: takes what the probe says, stage by stage, and makes checks of it until one fails."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from wizard.diagnosis import Context, Diagnosis
from wizard.text import one_line, standing_size
from wizard.verify import rungs, why
from wizard.verify.child import Finished
from wizard.verify.record import Check, VerifyRequest

PROBE = Path(__file__).with_name("probe.py")
_STAGES = ("torch", "driver", "devices", "memory", "kernel", "cudnn", "cpu", "torchvision", "compile")


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
        self.devices: list[dict[str, Any]] = []
        self.present: int | None = None
        self._reported: set[str] = set()

    def add(self, check: Check, diagnosis: Diagnosis | None = None) -> None:
        """One rung more, passed, failed or not looked at."""
        self.checks.append(check)
        self.failed = self.failed or check.ok is False
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
        return [str(self.request.python), "-I", str(PROBE), str(results), *words]

    def stages(self) -> list[str]:
        """What one probe has to do, once Python has started; `measure` after all that has a rung."""
        wanted = {name for name, _ in self.plan}
        named = [stage for stage in _STAGES if stage in wanted]
        return [*named, "measure"] if "kernel" in wanted else named

    def ended(self, done: Finished, stages: list[str]) -> None:
        """The probe is over; where it did not say all, the stage that was under way is at fault."""
        missing = [stage for stage in stages if stage not in self._reported]
        if self.failed or self.changed_kind or done.stopped or not missing or missing[0] == "measure":
            return
        stage = missing[0]
        title = dict(self.plan).get(stage, stage)
        if done.hung:
            found = why.hung(title, self.request.limit, done, self.context)
            self._fail(stage, f"no answer for {self.request.limit:g} s", found)
            return
        self._fail(stage, *why.crashed(title, done, self.request.python, self.context, at_start=stage == "python"))

    @property
    def context(self) -> Context:
        """What diagnosis may know of this machine."""
        return why.context(self.request, self.environment)

    def _python(self, entry: Mapping[str, Any]) -> None:
        self.python = dict(entry)
        count = entry["packages"]
        self._pass("python", entry["version"], f"{count} package{'' if count == 1 else 's'}", entry)

    def _torch(self, entry: Mapping[str, Any]) -> None:
        self.torch = {key: entry.get(key) for key in ("version", "cuda", "hip", "xpu", "mps", "arch_list", "file")}
        self._pass("torch", str(entry["version"]), None, entry)
        kind = rungs.kind_required(self.request, self.torch)
        built, chosen = rungs.kind_of_build(self.torch), self.request.torch_variant
        words = rungs.build_in_words(self.torch)
        if not rungs.variant_fits(chosen, self.torch) or (kind not in ("cpu", built) and self._has(kind)):
            wanted = chosen or self.request.require
            self._fail("variant", words, why.wrong_build(wanted, kind, built, words, self.context))
            return
        self._pass("variant", words, None, {})
        if kind != self.kind:
            self.kind, self.plan, self.changed_kind = kind, rungs.plan_of(self.request, kind), True

    def _has(self, kind: str) -> bool:
        """Whether the machine may have such a GPU: known to, or not known."""
        return self.request.gpus is None or any(gpu.get("vendor") == kind for gpu in self.request.gpus)

    def _driver(self, entry: Mapping[str, Any]) -> None:
        self.present = entry.get("count")
        self._pass("driver", entry.get("version") or "answers", None, entry)

    def _devices(self, entry: Mapping[str, Any]) -> None:
        self.devices = list(entry["devices"])
        seen = len(self.devices)
        self._pass(
            "devices",
            f"{seen} of {max(seen, self.present or seen)}",
            "; ".join(entry.get("warnings", ())) or None,
            entry,
        )
        if "code" in dict(self.plan):
            self._code(entry)

    def _code(self, entry: Mapping[str, Any]) -> None:
        torch = self.torch or {}
        archs, values = torch.get("arch_list") or [], []
        for device in self.devices:
            if not archs:
                continue
            arch = rungs.code_for(device, archs, torch.get("cuda"))
            generation = device.get("compute_capability") or device.get("gfx")
            if arch is None:
                text = [f"{device['name']} (compute capability {generation}) has no code in this build: no code for this GPU",
                        "code is for " + " ".join(archs), *entry.get("warnings", ())]  # fmt: skip
                device["ok"] = False
                self._fail("code", f"{generation}: none", self._diagnosed("\n".join(text), {}))
                return
            values.append(f"{generation}, by {arch}")
        self._pass("code", "; ".join(dict.fromkeys(values)) or "not told", None, {})

    def _memory(self, entry: Mapping[str, Any]) -> None:
        self.devices = list(entry["devices"])
        told = [device for device in self.devices if device.get("free_mib") is not None]
        values = [
            f"{standing_size(each['free_mib'] * 2**20).split()[0]} of {standing_size(each['memory_mib'] * 2**20)}"
            for each in told
        ]
        tight = next((each for each in told if each["free_mib"] < rungs.LEAST_FREE_MIB), None)
        if tight is not None:
            text = f"CUDA out of memory: {tight['name']} has {tight['free_mib']} MiB free of {tight['memory_mib']} MiB"
            self._fail("memory", values[0], self._diagnosed(text, {}))
            return
        self._pass("memory", "; ".join(dict.fromkeys(values)) or "not told", None, entry)

    def _kernel(self, entry: Mapping[str, Any]) -> None:
        self.devices = list(entry["devices"])
        bounds = ", ".join(
            f"{name} within {bound:g}" for name, bound in entry["tolerance"].items() if name in entry["dtypes"]
        )
        self._pass("kernel", ", ".join(entry["dtypes"]), bounds, entry)

    def _cudnn(self, entry: Mapping[str, Any]) -> None:
        version = entry.get("version")
        self._pass("cudnn", rungs.cudnn_version(version) if self.kind == "nvidia" else str(version), None, entry)

    def _cpu(self, entry: Mapping[str, Any]) -> None:
        self._pass("cpu", ", ".join(entry["dtypes"]), f"{entry.get('threads')} threads", entry)

    def _torchvision(self, entry: Mapping[str, Any]) -> None:
        self._pass("torchvision", str(entry.get("version")), None, entry)

    def _compile(self, entry: Mapping[str, Any]) -> None:
        self._pass("compile", str(entry.get("version")), None, entry)

    def _pass(self, which: str, value: str | None, detail: str | None, entry: Mapping[str, Any]) -> None:
        title = dict(self.plan).get(which, rungs.TITLES[which])
        self.add(Check(which, title, True, value, detail and one_line(detail, 600), entry.get("seconds", 0.0)))

    def _fail(self, which: str, value: str, diagnosis: Diagnosis, seconds: float = 0.0) -> None:
        title = dict(self.plan).get(which, rungs.TITLES.get(which, which))
        detail = one_line(" ".join(diagnosis.evidence), 600) or None
        self.add(Check(which, title, False, one_line(value, 80), detail, seconds), diagnosis)

    def _short(self, stage: str, entry: Mapping[str, Any]) -> None:
        """A stage that failed on its own terms."""
        text = str(entry.get("error") or "")
        if stage == "python":
            self.python = dict(entry)
            found = why.packages_missing(text, entry.get("missing", []), self.context)
            self._fail("python", "packages missing", found, entry.get("seconds", 0.0))
            return
        said = [line for line in text.strip().splitlines() if line.strip() and not line.startswith("devices seen")]
        value = f"0 of {self.present or '?'}" if stage == "devices" else said[-1] if said else "failed"
        self._fail(stage, value, self._diagnosed(text, entry), entry.get("seconds", 0.0))

    def _diagnosed(self, text: str, entry: Mapping[str, Any]) -> Diagnosis:
        return why.short(text, self.context, self.torch, entry.get("needs") or {})
