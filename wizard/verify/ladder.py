"""Climbs the rungs: takes what the probe says, stage by stage, and makes checks of it until one fails."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from wizard.diagnosis import Context, Diagnosis, Fix, diagnose, of
from wizard.machine.facts import Gpu, Machine
from wizard.text import one_line, standing_size
from wizard.verify import rungs
from wizard.verify.child import Finished
from wizard.verify.record import Check, VerifyRequest

PROBE = Path(__file__).with_name("probe.py")
HIDING = ("CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES", "ZE_AFFINITY_MASK")
_STAGES = ("torch", "driver", "devices", "memory", "kernel", "cudnn", "cpu", "torchvision", "compile")


class Ladder:
    """The checks so far. `failed`: the first rung that broke ends the climb; `diagnosis` says why."""

    def __init__(self, request: VerifyRequest, environment: Mapping[str, str], tell: Callable[[Check], None]) -> None:
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
        asked = {"kind": self.kind, "where": {"nvidia": "cuda", "amd": "cuda", "intel": "xpu", "apple": "mps"}.get(self.kind, "cpu")}
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
        if done.hung:
            self._fail(stage, f"no answer for {self.request.limit:g} s", self._hung(stage, done))
            return
        said = f"ended by {_signal_name(done.returncode)}" if done.returncode is not None else "does not start"
        context = replace(self.context, exit_code=done.returncode)
        found = diagnose(done.output, context)
        if found.cause == "unknown":
            broken = stage == "python" or done.returncode is None
            found = of("python-broken", found.evidence or (said,), context, path=self.request.python) if broken else replace(
                found, title=f"Python crashed in the check: {dict(self.plan).get(stage, stage)}", evidence=(*found.evidence, said)
            )
        self._fail(stage, said, found)

    @property
    def context(self) -> Context:
        """What diagnosis may know of this machine."""
        fields = ("vendor", "name", "compute_capability", "gfx", "memory_mib")
        gpus = None if self.request.gpus is None else tuple(Gpu(**{key: gpu.get(key) for key in fields}) for gpu in self.request.gpus)
        machine = Machine(
            os=self.request.os, gpus=gpus, nvidia_driver=self.request.nvidia_driver, in_container=self.request.in_container
        )  # type: ignore[arg-type]
        return Context(environment=self.environment, os=self.request.os, phase="verify", machine=machine)

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
            self._fail("variant", words, self._wrong_build(kind, built, words))
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
        self._pass("devices", f"{seen} of {max(seen, self.present or seen)}", "; ".join(entry.get("warnings", ())) or None, entry)
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
        values = [f"{standing_size(each['free_mib'] * 2**20).split()[0]} of {standing_size(each['memory_mib'] * 2**20)}" for each in told]
        tight = next((each for each in told if each["free_mib"] < rungs.LEAST_FREE_MIB), None)
        if tight is not None:
            text = f"CUDA out of memory: {tight['name']} has {tight['free_mib']} MiB free of {tight['memory_mib']} MiB"
            self._fail("memory", values[0], self._diagnosed(text, {}))
            return
        self._pass("memory", "; ".join(dict.fromkeys(values)) or "not told", None, entry)

    def _kernel(self, entry: Mapping[str, Any]) -> None:
        self.devices = list(entry["devices"])
        bounds = ", ".join(f"{name} within {bound:g}" for name, bound in entry["tolerance"].items() if name in entry["dtypes"])
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
            found = replace(diagnose(""), title="Packages of uv.lock are not in the environment", evidence=(one_line(text, 400),))
            found = of("torch-missing", found.evidence, self.context) if "torch" in entry.get("missing", ()) else found
            self._fail("python", "packages missing", found, entry.get("seconds", 0.0))
            return
        last = next((line for line in reversed(text.strip().splitlines()) if line.strip() and not line.startswith("devices seen")), "")
        value = f"0 of {self.present or '?'}" if stage == "devices" else last
        self._fail(stage, value, self._diagnosed(text, entry), entry.get("seconds", 0.0))

    def _diagnosed(self, text: str, entry: Mapping[str, Any]) -> Diagnosis:
        """Diagnosis reads the error, and beside it what the probe knows: the build, what hides devices, what torch lacks."""
        lines = [text]
        lines += [f"{name}={self.environment[name]}" for name in HIDING if name in self.environment]
        if self.torch and self.torch.get("cuda"):
            lines.append(f"torch {self.torch['version']} was built with CUDA {self.torch['cuda']}")
        needs = entry.get("needs") or {}
        if needs.get("lacking"):
            lines.append(f"torch {needs['version']} needs these packages, which are not here: {', '.join(needs['lacking'])}")
        elif needs.get("wanted"):
            lines.append(f"torch {needs['version']} needs: {', '.join(needs['wanted'])}")
        return diagnose("\n".join(lines), self.context)

    def _wrong_build(self, kind: str, built: str, words: str) -> Diagnosis:
        line = f"torch {(self.torch or {}).get('version')} is {words}; wanted: {self.request.torch_variant or self.request.require}"
        if built == "cpu" and kind != "cpu":
            return diagnose(f"{line}\ntorch is a CPU build", self.context)
        sync = Fix("Sync once more", commands=(("uv-wizard", "sync"),))
        auto = Fix("Take the torch build for this machine", choices={"torch.variant": "auto"})
        return replace(
            of("unknown", (line,), self.context),
            title="The torch in the environment is another build than the chosen one",
            explanation=f"The environment has {words}. A sync with the chosen extra, or the wizard's own choice, puts it right.",
            fixes=(sync, auto),
        )

    def _hung(self, stage: str, done: Finished) -> Diagnosis:
        title = dict(self.plan).get(stage, stage)
        return replace(
            diagnose(done.output, self.context) if done.output.strip() else of("unknown", (), self.context),
            title=f"No answer for {self.request.limit:g} s: {title}",
            explanation="The check was ended. A driver that hangs does this, or a disk that does not answer; a restart helps, as a rule.",
        )


def _signal_name(code: int) -> str:
    if code >= 0 or sys.platform == "win32":
        return f"exit code {code:#x}" if code > 255 else f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
