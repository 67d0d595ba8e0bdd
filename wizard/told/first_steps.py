"""uv in eight commands, each with what it does: for somebody whose project is new."""

from __future__ import annotations

from wizard.language import said
from wizard.lists import as_rows

COMMANDS: tuple[tuple[str, str], ...] = (
    ("uv init", said("made this project; begin in main.py")),
    ("uv add NAME", said("adds a package: pyproject.toml, uv.lock, .venv")),
    ("uv add --dev NAME", said("the same, for developers only, such as pytest")),
    ("uv remove NAME", said("takes it out again")),
    ("uv lock", said("writes uv.lock; keep that file in git")),
    ("uv sync --locked", said("installs just what uv.lock names, on any machine")),
    ("uv run python main.py", said("runs it; nothing has to be activated")),
    ("uv python install 3.13", said("fetches another Python; .python-version picks one")),
)


def told() -> list[str]:
    """As lines of text."""
    return [said("uv in eight commands:"), *as_rows(COMMANDS)]


__all__ = ["COMMANDS", "told"]
