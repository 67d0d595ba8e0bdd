"""What this machine is, what the project says, what is wrong and what to choose, as one document: INTERFACE.md's `doctor`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.machine.facts import document as machine_document
from wizard.project.read import document as project_document

if TYPE_CHECKING:
    from wizard.way import Way


def document(way: Way) -> dict[str, Any]:
    """The document of what is known by now; nothing is looked up."""
    return {
        "schema": 1,
        "machine": machine_document(way.machine),
        "project": project_document(way.project),
        "advice": way.advice().document(),
        "findings": [finding.diagnosis.document() for finding in way.findings()],
        "choices": way.choices.nested(),
    }
