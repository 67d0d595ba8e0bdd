"""What stands in the way, worst first, each with the screen that settles it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from wizard import diagnosis
from wizard.advice import conda
from wizard.advice.reason import AdvisedFinding
from wizard.diagnosis import Context, Diagnosis
from wizard.diagnosis.rules import causes
from wizard.language import said
from wizard.machine.facts import Machine, MachineFinding
from wizard.project.facts import Project

_SEVERITIES = ("error", "warning", "note")
_SCREENS = {
    "uv": ("uv-", "conda-"),
    "settings": ("disk-", "home-", "cache-", "link-", "read-only-", "permission-", "cloud-", "path-", "inodes-"),
    "mirrors": ("lock-other-index", "index-", "network-", "proxy-", "tls-", "offline-", "mirror-"),
    "torch": (
        "torch-",
        "cuda-",
        "driver-",
        "gpu-",
        "fabric-",
        "no-wheel-",
        "glibc-",
        "local-version-",
        "library-",
        "ld-",
    ),
}

_LOCK_MADE = said("No uv.lock yet: uv makes it, as a step of the plan")
_LOCK_MADE_MORE = said(
    "uv.lock names every package to the exact file, so that everybody gets the same. Keep it in git. Nothing to do here: "
    "uv lock runs before the sync, and the review shows it."
)


@dataclass(frozen=True)
class Finding:
    """`screen`: the one that settles it; findings of the project itself are settled outside and stand on `start`."""

    diagnosis: Diagnosis
    screen: str


def settled_on(cause: str) -> str:
    """The screen that settles that cause."""
    return next((name for name, prefixes in _SCREENS.items() if cause.startswith(prefixes)), "start")


def findings(
    machine: Machine, project: Project | None, audit: Iterable[MachineFinding], told_so: Iterable[Diagnosis] = ()
) -> tuple[Finding, ...]:
    """All of them, each cause once, errors first. `told_so`: what is a diagnosis already."""
    context = Context(phase="machine", machine=machine, project=project, os=machine.os)
    told: dict[tuple[str, str], Finding] = {}
    sources = (*machine.findings, *(project.findings if project else ()), *audit)
    for one in sources:
        told.setdefault((one.cause, one.title), Finding(_diagnosed(one, context), settled_on(one.cause)))
    for ready in told_so:
        told.setdefault((ready.cause, ready.title), Finding(ready, settled_on(ready.cause)))
    return _worst_first(told.values())


def with_lock_made(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """The same where the plan makes the first uv.lock: that there is none is a note then."""
    return _worst_first(
        replace(one, diagnosis=replace(one.diagnosis, title=_LOCK_MADE, explanation=_LOCK_MADE_MORE, severity="note"))
        if one.diagnosis.cause == "lock-missing"
        else one
        for one in found
    )


def _worst_first(found: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(found, key=lambda finding: _SEVERITIES.index(finding.diagnosis.severity)))


def _diagnosed(one: MachineFinding, context: Context) -> Diagnosis:
    """The finding in its own words, with the fixes that a diagnosis of that cause has."""
    ours = one if isinstance(one, AdvisedFinding) else None
    if ours and ours.alone:
        fixes = ours.fixes
    elif one.cause in causes():
        fixes = diagnosis.of(one.cause, one.evidence, context, **(ours.known if ours else {})).fixes
        if ours:  # what the cause alone would say of torch.variant may have no answer here
            fixes = (*ours.fixes, *(fix for fix in fixes if "torch.variant" not in (fix.choices or {})))
    else:
        fixes = conda.fixes(one.cause, context.machine) if context.machine else ()
    return Diagnosis(one.cause, one.title, one.explanation, one.evidence, fixes, one.severity)
