"""The ladder: from the lock to a kernel on the GPU, each rung in a child process with a time limit."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from wizard import __version__
from wizard.diagnosis import Context, Fix, of
from wizard.language import nsaid, said
from wizard.lists import clauses, named
from wizard.text import standing_size
from wizard.verify import child, usual
from wizard.verify.ladder import Ladder
from wizard.verify.record import Check, Verification, VerifyRequest
from wizard.verify.rungs import kind_of_build, kind_required, plan_of, plan_of_checks
from wizard.verify.uv_checks import Asked, Run, fit, in_sync

__all__ = ["Check", "Verification", "VerifyRequest", "headline", "plan_of_checks", "verify"]

NOT_RUN = "not run"


def verify(
    request: VerifyRequest,
    on_check: Callable[[Check], object] = id,
    *,
    run: Run = child.run,
    stop: Callable[[], bool] | None = None,
) -> Verification:
    """Look, rung by rung. `on_check` is told each as it is known; `stop` is asked often, and True ends the children.

    Never raises for what the environment does: a hang, a crash and a missing Python are findings.
    """
    begin, began = time.monotonic(), datetime.now(timezone.utc)
    if request.python is None or not Path(request.python).is_file():
        return replace(_nothing_to_look_at(request), began=began.isoformat(timespec="seconds"))
    environment = child.clean_environment(request.environment)
    with tempfile.TemporaryDirectory(prefix="uv-wizard-", ignore_cleanup_errors=True) as place:
        folder = Path(place)
        # what torch.compile makes is ours, and goes with the folder
        caches = {name: str(folder / name.lower()) for name in ("TORCHINDUCTOR_CACHE_DIR", "TRITON_CACHE_DIR")}
        caches.update({name: str(folder) for name in ("TMPDIR", "TEMP", "TMP")} if request.deep else {})
        ladder = Ladder(request, {**environment, **caches}, on_check)
        for look in (in_sync, fit):
            if not ladder.failed:
                asked: Asked = look(request, environment, folder, run)
                ladder.add(asked.check, asked.diagnosis)
        if not ladder.failed:
            ladder.request = replace(request, expected=_expected(request, environment))
            _probe(ladder, ["python"], folder, run, stop)
        if not ladder.failed:
            _decide(ladder)
            _probe(ladder, ladder.stages(), folder, run, stop)
        if ladder.changed_kind and not ladder.failed:
            ladder.changed_kind = False
            _probe(ladder, [stage for stage in ladder.stages() if stage != "torch"], folder, run, stop)
        for which in [] if ladder.failed or (stop and stop()) else ladder.others():
            _other(ladder, which, folder, run, stop)
    return replace(
        _told(ladder, stopped=bool(stop and stop())),
        facts=_facts(ladder),
        began=began.isoformat(timespec="seconds"),
        seconds=round(time.monotonic() - begin, 2),
    )


def _expected(request: VerifyRequest, environment: Mapping[str, str]) -> Mapping[str, str | None]:
    """The packages that must be there: those asked for, else those that uv says the lock installs here."""
    if request.expected or not (request.locked and request.project and request.uv and request.python):
        return request.expected
    from wizard.verify.expected import expected_packages

    extras = [word for extra in request.extras for word in ("--extra", extra)]
    groups = [word for group in request.groups for word in ("--group", group)]
    asked = (request.uv, request.project, request.python, [*extras, *groups], request.for_uv(environment))
    return expected_packages(*asked, request.limit)


def _decide(ladder: Ladder) -> None:
    """Whether torch is looked at, now that it is known whether it is there."""
    request = ladder.request
    expected = request.torch_expected
    if expected is None:
        expected = ladder.python.get("torch") is not None
    if request.require == "cpu" and not expected:
        ladder.kind = "none"
    else:
        ladder.request = replace(request, torch_expected=expected)
        ladder.kind = kind_required(ladder.request)
    if ladder.python.get("torchvision") and ladder.kind != "none":
        ladder.request = replace(ladder.request, expected={**ladder.request.expected, "torchvision": None})
    ladder.plan = plan_of(ladder.request, ladder.kind)


def _probe(ladder: Ladder, stages: list[str], folder: Path, run: Run, stop: Callable[[], bool] | None) -> None:
    if not stages:
        return
    results = folder / "results"
    results.unlink(missing_ok=True)
    done = run(
        ladder.arguments(results, stages),
        ladder.environment,
        folder,
        ladder.request.limit,
        results=results,
        on_result=ladder.take,
        stop=lambda: ladder.failed or ladder.changed_kind or bool(stop and stop()),
    )
    ladder.ended(done, stages)


def _other(ladder: Ladder, which: str, folder: Path, run: Run, stop: Callable[[], bool] | None) -> None:
    """A library beside torch, in a child of its own: its crash or hang is told, and nothing hangs on it."""
    results = folder / "results"
    results.unlink(missing_ok=True)
    entries: list[Mapping[str, Any]] = []
    argv = ladder.arguments(results, [which])
    done = run(
        argv, ladder.environment, folder, ladder.request.limit, results=results, on_result=entries.append, stop=stop
    )
    if not done.stopped:
        ladder.other_ended(which, next((each for each in entries if each.get("stage") == which), None), done)


def _facts(ladder: Ladder) -> dict[str, Any]:
    """What a document to keep tells beside the checks."""
    request, python = ladder.request, ladder.python
    machine = {
        "os": request.os,
        "in_container": request.in_container,
        "gpus": None if request.gpus is None else [dict(gpu) for gpu in request.gpus],
        "nvidia_driver": request.nvidia_driver,
    }
    inside = {key: python.get(key) for key in ("version", "implementation", "platform", "versions")}
    driver = {"version": ladder.driver.get("version"), "cuda": ladder.driver.get("cuda")} if ladder.driver else None
    return {"wizard": __version__, "machine": machine, "environment": inside, "driver": driver}


def _told(ladder: Ladder, *, stopped: bool) -> Verification:
    reached = {check.id for check in ladder.checks}
    rest = [Check(which, title, None, NOT_RUN) for which, title in ladder.plan if which not in reached]
    for check in rest:
        ladder.add(check)
    ok = not ladder.failed and not rest
    diagnosis = ladder.diagnosis
    if diagnosis is None and stopped and not ok:
        diagnosis = of("interrupted", (), Context(cancelled=True))
    elif diagnosis is None and not ok:
        diagnosis = of("unknown", (said("the check ended before its end"),))
    return Verification(
        ok=ok,
        require=ladder.request.require,
        python=ladder.python.get("version"),
        torch=ladder.torch,
        devices=tuple({"ok": None, **device} for device in ladder.devices),
        checks=tuple(ladder.checks),
        diagnosis=None if ok else diagnosis,
        exit_code=0 if ok else 3,
        packages=ladder.python.get("packages"),
    )


def _nothing_to_look_at(request: VerifyRequest) -> Verification:
    words = (
        said("there is no Python at {python}", python=request.python)
        if request.python
        else said("the project has no environment")
    )
    diagnosis = replace(
        of("environment-invalid", (words,), Context(os="windows" if os.name == "nt" else None), path=request.python),
        title=said("There is no environment to look at"),
        explanation=said("The checks run in the project's own Python, and there is none yet. A sync makes it."),
        fixes=(Fix(said("Sync the project first"), commands=(("uv-wizard", "sync"),)),),
    )
    checks = tuple(Check(which, title, None, NOT_RUN) for which, title in plan_of_checks(request))
    return Verification(False, request.require, None, None, (), checks, diagnosis, 1)


def headline(verification: Verification) -> tuple[str, str]:
    """Title and lead of the end: what works, with its figures, or the cause in its two sentences."""
    found = verification.diagnosis
    if not verification.ok:
        return (found.title, found.explanation) if found is not None else (said("The checks did not pass"), "")
    looked = [check for check in verification.checks if check.ok is not None and check.required]
    seconds = verification.seconds or sum(check.seconds for check in verification.checks)
    apart = [check for check in verification.checks if not check.required and check.ok is False]
    told = clauses(said("{title}: {value}", title=check.title, value=check.value) for check in apart)
    beside = said(" ! {told}.", told=told) if apart else ""
    count = said(
        "{passed} of {total} checks passed in {seconds} s.{beside}",
        passed=len(looked),
        total=len(looked),
        seconds=f"{seconds:.1f}",
        beside=beside,
    )
    if verification.torch is None:
        packages = verification.packages
        if packages == 0:
            return said("It works: Python, no packages yet"), count
        return nsaid(
            "It works: Python and {count} package", "It works: Python and {count} packages", packages or 0
        ), count
    if not verification.devices:
        version = verification.torch["version"]
        if kind_of_build(verification.torch) != "cpu":
            lead = said("torch {version}. {count}", version=version, count=count)
        else:
            more = _unused(verification)
            lead = said("torch {version}. {more} {count}", version=version, more=more, count=count)
        return said("It works: torch runs on the CPU"), lead
    first = verification.devices[0]
    several = len(verification.devices)
    title = (
        said("It works: torch runs on this GPU")
        if several == 1
        else said("It works: torch runs on these {count} GPUs", count=several)
    )
    size = f", {standing_size(first['memory_mib'] * 2**20)}" if first.get("memory_mib") else ""
    rates, name = usual.rates(first), f"{first['name']}{size}"
    odd = next((told for told in map(usual.slow, verification.devices) if told), None)
    if odd:
        return title, said("{what}. {odd}. {count}", what=name, odd=odd, count=count)
    return title, said(
        "{what}. {count}", what=said("{words}: {what}", words=name, what=named(rates)) if rates else name, count=count
    )


def _unused(verification: Verification) -> str:
    """What a CPU build means on this machine: a GPU that is here and not used is named."""
    gpus = (verification.facts.get("machine") or {}).get("gpus") or ()
    name = next((str(gpu.get("name")) for gpu in gpus if gpu.get("vendor") in ("nvidia", "amd", "intel")), None)
    if name is None:
        return said("A GPU would need another variant.")
    return said(
        "! {name} is here, and this CPU build does not use it: uv-wizard torch names the variant that does.", name=name
    )
