"""What this machine is, what the project says, what is wrong and what to choose, as one document: INTERFACE.md's `doctor`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard import catalog
from wizard.diagnosis.rules import causes
from wizard.machine.facts import document as machine_document
from wizard.project.read import document as project_document

if TYPE_CHECKING:
    from wizard.diagnosis import Diagnosis
    from wizard.lock_sizes import Sizes
    from wizard.way import Way


def document(way: Way, sizes: Sizes | None = None) -> dict[str, Any]:
    """The document of what is known by now; nothing is looked up. `sizes`: what the servers were asked for."""
    return {
        "schema": 1,
        "machine": machine_document(way.machine),
        "project": _project(way, sizes),
        "advice": way.advice().document(),
        "findings": [_finding(finding.diagnosis) for finding in way.findings()],
        "choices": way.choices.nested(),
    }


def _finding(found: Diagnosis) -> dict[str, Any]:
    """`cause` is one of failures.toml; a finding of the machine that is none of those goes by its own name in `id`."""
    table = catalog.table("machine.toml")
    named = table["advised"].get(found.cause) or table["finding"].get(found.cause, {}).get("cause", "unknown")
    cause = found.cause if found.cause in causes() else named
    return {**found.document(), "id": found.cause, "cause": cause}


def _project(way: Way, sizes: Sizes | None) -> dict[str, Any] | None:
    """With what needs the machine: what this one would fetch, and which torch each system would get."""
    from wizard.advice.lock_files import torch_everywhere
    from wizard.lock_sizes import download

    told: dict[str, Any] | None = project_document(way.project)
    if told is None:
        return None
    if told["lock"] is not None:
        here = sizes or download(way)
        told["lock"]["files_here"] = len(here.files)
        told["lock"]["download_bytes_here"] = here.download
        told["lock"]["unpacked_bytes"] = here.unpacked if sizes else None
    if told["torch"] is not None:
        told["torch"]["locked"] = [one.document() for one in torch_everywhere(way.machine, way.project, way.selected())]
    return told
