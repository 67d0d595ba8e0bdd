"""One source looked at before it is taken: an address of one's own, or a mirror of Pythons, which has no other behind it."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from wizard import credentials
from wizard.choices import Choices
from wizard.errors import BadInput
from wizard.language import said
from wizard.mirrors import catalogue, official
from wizard.mirrors.command import probe_for, python_wanted
from wizard.mirrors.measure import looked_up
from wizard.mirrors.record import Kind, Mirror, MirrorResult
from wizard.project.facts import Project
from wizard.text import masked, one_line


def look(kind: Kind, value: str, project: Project | None, uv_path: str | None) -> MirrorResult | None:
    """Whether the source that `mirrors.KIND = value` names can serve this project. None: there is nothing to look at, or
    nobody can say which file that would be. Waits a few seconds at most.
    """
    mirror = _named(kind, value)
    if mirror is None or mirror.url is None or urlsplit(mirror.url).scheme not in {"http", "https"}:
        return None
    if kind == "python":
        wanted = python_wanted(project)
        probe = official.python_file(uv_path, wanted) if uv_path and wanted else None
        if project is None or probe is None or not uv_path or official.python_here(uv_path, wanted or "", project.path):
            return None
    else:
        probe = probe_for(kind, catalogue.built_in().probe[kind], project, uv_path, given=False)
    sign_ins = credentials.known([mirror.url], os.environ, credentials.named_in(project.indexes if project else ()))
    return looked_up(mirror, probe, official.version(uv_path), uv=uv_path, sign_ins=sign_ins)


def _named(kind: Kind, value: str) -> Mirror | None:
    if "://" in value:
        return Mirror(value, kind, value.rstrip("/"))
    return next((one for one in catalogue.built_in().of(kind) if one.id == value and not one.official), None)


def look_up_python(choices: Choices, project: Project | None, uv_path: str | None) -> None:
    """Raises BadInput where a mirror of Pythons was chosen that lacks the very file this uv would ask it for now."""
    value = choices.text("mirrors.python")
    found = look("python", value, project, uv_path)
    if found is not None and not found.ok:
        raise BadInput(
            said(
                "mirrors.python = {value}: {why_not}, and uv looks nowhere else for a Python then; choose "
                "mirrors.python=official, or another that `uv-wizard mirrors --kind python` finds",
                value=masked(one_line(value, 120)),
                why_not=found.why_not,
            )
        )
