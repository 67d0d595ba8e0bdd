"""The extras and groups that go along with an export. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from wizard.advice.torch_reach import Selected
from wizard.errors import BadInput
from wizard.language import said
from wizard.lists import named
from wizard.project.facts import Project
from wizard.project.pyproject import normal


def check(project: Project, selected: Selected) -> None:
    """Raises BadInput for a name that the project does not have: uv would stop at it, wherever the export is used."""
    _check("extra", "sync.extras", selected.extras, project.extras)
    _check("group", "sync.groups", selected.groups, project.groups)


def _check(kind: str, key: str, chosen: Iterable[str], there: Iterable[str]) -> None:
    known = {normal(name): name for name in there}
    for name in chosen:
        if normal(name) not in known:
            allowed = named(known.values()) or said("none")
            msg = said(
                "{key} = {name} is not possible: this project has no {kind} of that name; allowed: {allowed}",
                key=key,
                name=name,
                kind=kind,
                allowed=allowed,
            )
            raise BadInput(msg)
