"""`uv-wizard team [PROJECT]`: a team's decisions, kept in its project."""

from __future__ import annotations

from wizard.cli import common
from wizard.cli.exporting import carry_out
from wizard.cli.options import Options
from wizard.errors import BadInput
from wizard.export.team import made
from wizard.language import _


def team(options: Options) -> int:
    """Shows the change of pyproject.toml; with --yes writes it."""
    way = common.way_of(options)
    if way.project is None or way.project.file("pyproject.toml")[1] is None:
        msg = _("{path} has no pyproject.toml, here or above; name the project's folder", path=way.path)
        raise BadInput(msg)
    return carry_out(options, way, made(way.project, way.choices, way.machine, options.text("greeting")))
