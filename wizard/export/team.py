"""`uv-wizard team`: what a team has decided, into `[tool.uv-wizard]` of its pyproject.toml."""

from __future__ import annotations

from wizard.advice.torch_reach import Selected
from wizard.choice_keys import Value
from wizard.choices import Choices
from wizard.errors import BadInput
from wizard.export.choices import private
from wizard.export.record import Exported
from wizard.export.selected import check
from wizard.language import said
from wizard.machine.facts import Machine
from wizard.plan.step import FileChange
from wizard.project import team
from wizard.project.facts import Project
from wizard.project.greeting import checked

_NOTHING = said(
    "say what the team decides: --set torch.variant=auto, --set mirrors.pypi=fastest, --set sync.extras=NAME, --set "
    "verify.require=gpu, --greeting TEXT, or --choices FILE"
)


def made(project: Project, choices: Choices, machine: Machine, greeting: str | None) -> Exported:
    """The file. `greeting`: None leaves what is there, "" takes it out. Raises BadInput where nothing is decided."""
    wanted: dict[str, Value] = {
        key: value for name in ("file", "screen", "set") for key, value in choices.layers.get(name, {}).items()
    }
    if not wanted and greeting is None:
        raise BadInput(_NOTHING)
    told = {key: why for key in wanted if (why := private(key, choices.get(key), machine)) is not None}
    values = {key: choices.get(key) for key in wanted if key not in told}
    path, before = project.file("pyproject.toml")
    after = team.written(before or b"", values, None if greeting is None else checked(greeting))
    _check(project, values)
    names = [*(("greeting",) if greeting is not None else ()), *values]
    summary = said("{names} in [tool.uv-wizard] of pyproject.toml", names=", ".join(names) or said("nothing"))
    notes = (
        *(said("{key} is left out: {why}", key=key, why=why) for key, why in told.items()),
        said("Who opens this project with uv-wizard finds these answered. Put pyproject.toml into git."),
    )
    return Exported((FileChange(path, before, after),), summary, notes, step="team")


def _check(project: Project, values: dict[str, Value]) -> None:
    """Raises BadInput for what would stop everybody who opens the project."""
    names = [values.get(key, ()) for key in ("sync.extras", "sync.groups")]
    extras, groups = (one if isinstance(one, tuple) else () for one in names)
    check(project, Selected(extras, groups))
    variant = values.get("torch.variant", "keep")
    if project.torch is None and variant not in ("keep", "auto"):
        msg = said(
            "torch.variant = {variant}: this project does not use torch; add it (uv add torch), or leave that choice out",
            variant=variant,
        )
        raise BadInput(msg)
