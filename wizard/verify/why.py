"""Why a rung broke: diagnosis reads what the probe said, and beside it what is known of the machine and the build. Pure."""

from __future__ import annotations

import platform
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from wizard.diagnosis import Context, Diagnosis, Fix, diagnose, of
from wizard.language import nsaid, said
from wizard.machine.facts import Gpu, Machine, Os
from wizard.text import one_line
from wizard.verify import library
from wizard.verify.child import Finished
from wizard.verify.record import VerifyRequest

HIDING = ("CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES", "ZE_AFFINITY_MASK")
SYNC_AGAIN = library.SYNC_AGAIN
MOST_BY_NAME = 6
"""Packages that a command names; where it is more, all are installed once more."""
CHECK_AGAIN = Fix(said("Check once more"), commands=(("uv-wizard", "verify"),))


def context(request: VerifyRequest, environment: Mapping[str, str]) -> Context:
    """What diagnosis may know of this machine."""
    gpus = None if request.gpus is None else tuple(_gpu(gpu) for gpu in request.gpus)
    machine = Machine(
        os=cast("Os | None", request.os),
        gpus=gpus,
        nvidia_driver=request.nvidia_driver,
        in_container=request.in_container,
        host=platform.node() or None,
        user=environment.get("USER") or environment.get("LOGNAME") or environment.get("USERNAME"),
    )
    return Context(environment=environment, os=request.os, phase="verify", machine=machine)


def short(
    text: str, around: Context, torch: Mapping[str, Any] | None, needs: Mapping[str, Any], stage: str = ""
) -> Diagnosis:
    """A stage failed on its own terms. `needs`: what torch's metadata asks for, where it did not load."""
    hiding = [f"{name}={around.environment[name]}" for name in HIDING if name in around.environment]
    found = diagnose("\n".join([text, *hiding, *beside(torch, needs)]), around)
    if found.cause != "unknown":
        return found
    found = replace(found, evidence=diagnose(text, around).evidence)  # what was printed, without what we know beside it
    if stage == "compile":
        return replace(found, title=said("torch.compile does not work in this environment"), fixes=(CHECK_AGAIN,))
    return _in_the_checks(found, stage)


def beside(torch: Mapping[str, Any] | None, needs: Mapping[str, Any]) -> list[str]:
    """Lines on torch's build and the packages it needs: they tell which of two packages holds a library."""
    lines = []
    if torch and torch.get("cuda"):
        lines.append(f"torch {torch['version']} was built with CUDA {torch['cuda']}")
        if torch.get("arch_list"):
            lines.append("code is for " + " ".join(map(str, torch["arch_list"])))
    if needs.get("lacking"):
        lines.append(f"torch {needs['version']} needs packages that are not here: {', '.join(needs['lacking'])}")
    elif needs.get("wanted"):
        lines.append(f"torch {needs['version']} needs: {', '.join(needs['wanted'])}")
    return lines


def held(found: Diagnosis, holders: Sequence[str]) -> Diagnosis:
    """The GPU's memory is taken; `holders`: by whom."""
    return replace(found, evidence=(*found.evidence, *holders[:4]))


def packages_missing(printed: str, names: list[str], needs: Mapping[str, Any], around: Context) -> Diagnosis:
    """Packages that the lock names are not in the environment."""
    if "torch" in names:
        return of("torch-missing", (printed,), around)
    parts = [name for name in names if name in (needs.get("wanted") or ())]
    if parts:
        return library.not_synced(parts[0], [printed], around)
    return replace(
        of("unknown", (one_line(printed, 400),), around),
        title=said("Packages of uv.lock are not in the environment"),
        explanation=said(
            "The project's Python starts, and does not find every package that the lock names. One sync puts it right."
        ),
        fixes=(SYNC_AGAIN,),
    )


def files_gone(gone: Sequence[Mapping[str, Any]], request: VerifyRequest, around: Context) -> Diagnosis:
    """Files of installed packages are not there any more: `package`, `count`, `file` (one of them) each."""
    lines = [
        nsaid(
            "{package}: {count} file is gone, {file}",
            "{package}: {count} files are gone, such as {file}",
            each["count"],
            package=each["package"],
            file=each["file"],
        )
        for each in gone
    ]
    packages = [str(each["package"]) for each in gone]
    found = of("package-files-missing", lines[:6], around, package=packages[0])
    if not request.locked:
        return found
    pairs = [word for name in packages for word in ("--reinstall-package", name)]
    words = pairs if len(packages) <= MOST_BY_NAME else ["--reinstall"]
    return replace(found, fixes=(Fix(said("Install it once more"), commands=(("uv", "sync", "--locked", *words),)),))


def wrong_build(wanted: str, kind: str, built: str, words: str, around: Context) -> Diagnosis:
    """The installed build is not the chosen one. `wanted`: in words; `kind`, `built`: as wizard.verify.rungs names them."""
    line = said("the torch in the environment is {words}; wanted: {wanted}", words=words, wanted=wanted)
    if built == "cpu" and kind != "cpu":
        return diagnose(f"{line}\ntorch is a CPU build", around)
    return replace(
        of("unknown", (line,), around),
        title=said("The torch in the environment is another build than the chosen one"),
        explanation=said(
            "The environment has {words}. A sync with the chosen extra, or the wizard's own choice, puts it right.",
            words=words,
        ),
        fixes=(SYNC_AGAIN, Fix(said("Take the torch build for this machine"), choices={"torch.variant": "auto"})),
    )


def hung(stage: str, title: str, limit: float, done: Finished, around: Context) -> Diagnosis:
    """Nothing came for `limit` seconds; what was printed before may tell why."""
    found = diagnose(done.output, around) if done.output.strip() else of("unknown", (), around)
    if found.cause == "unknown" and stage in ("driver", "devices"):  # that CUDA does not start is what was seen
        found = replace(of("cuda-initialization", found.evidence, around))
    return replace(
        found if found.cause != "unknown" else _in_the_checks(found, stage),
        title=said("No answer for {limit} s: {title}", limit=f"{limit:g}", title=title),
        explanation=said(
            "The check was ended. A driver that hangs does this, or a disk that does not answer; a restart helps, as a rule."
        ),
    )


def crashed(
    title: str, done: Finished, python: str | None, around: Context, lines: Sequence[str] = (), *, at_start: bool
) -> tuple[str, Diagnosis]:
    """The child ended in the middle: what the rung says, and why. `lines`: of torch's build and needs (`beside`)."""
    printed = ending(done)
    around = replace(around, exit_code=done.returncode)
    found = diagnose("\n".join([done.output, *lines]), around)
    if found.cause != "unknown":
        return printed, found
    if at_start or done.returncode is None:
        return printed, of("python-broken", found.evidence or (printed,), around, path=python)
    last = tuple(line for line in found.evidence if line not in lines)
    crash = replace(found, title=said("Python crashed in the check: {title}", title=title), evidence=(*last, printed))
    return printed, _in_the_checks(crash, "")


def ending(done: Finished) -> str:
    """`does not start`, `ended by SIGSEGV`, `ended by exit code 3`."""
    return (
        said("does not start")
        if done.returncode is None
        else said("ended by {what}", what=_end_in_words(done.returncode))
    )


def _in_the_checks(found: Diagnosis, stage: str) -> Diagnosis:
    """A cause that nobody knows, met in the checks: what is done again is a check, not a sync."""
    title = said("A check fell short, and the cause is not known: {stage}", stage=stage) if stage else found.title
    return replace(found, title=title, fixes=(CHECK_AGAIN, *found.fixes[1:]))


def _gpu(gpu: Mapping[str, Any]) -> Gpu:
    return Gpu(
        vendor=str(gpu.get("vendor")),
        name=str(gpu.get("name")),
        compute_capability=gpu.get("compute_capability"),
        gfx=gpu.get("gfx"),
        memory_mib=gpu.get("memory_mib"),
    )


def _end_in_words(code: int) -> str:
    if code >= 0 or sys.platform == "win32":
        return said("exit code {code}", code=f"{code:#x}" if code > 255 else code)
    try:
        return signal.Signals(-code).name
    except ValueError:
        return said("signal {number}", number=-code)
