"""What makes a run pointless before it begins, whichever face asks."""

from __future__ import annotations

from wizard import diagnosis
from wizard.diagnosis import Context, Diagnosis
from wizard.way import Way


def stands_in_the_way(way: Way) -> Diagnosis | None:
    """What makes a run pointless before it begins: no project, a broken one, no lock."""
    if way.project is None:
        context = Context(phase="sync", environment={}, os=way.machine.os)
        return diagnosis.of("project-missing", (f"no pyproject.toml in {way.path}, nor above it",), context)
    stopping = ("own-environment", "project-invalid", "project-read-only", "lock-unreadable", "lock-missing")
    findings = [finding.diagnosis for finding in way.findings() if finding.diagnosis.severity == "error"]
    found = [one for one in findings if one.cause in stopping]
    return min(found, key=lambda one: stopping.index(one.cause), default=None)
