"""uv in eight commands, each with what it does: for somebody whose project is new."""

from __future__ import annotations

COMMANDS: tuple[tuple[str, str], ...] = (
    ("uv init", "made this project: pyproject.toml says what it needs, main.py is where to begin"),
    ("uv add NAME", "puts a package into pyproject.toml, locks it and installs it"),
    ("uv add --dev NAME", "the same for what only developers need, such as pytest"),
    ("uv remove NAME", "takes it out again"),
    ("uv lock", "writes uv.lock: every package to the exact file. Keep it in git"),
    ("uv sync --locked", "installs exactly what uv.lock names, on any machine; stops where it is outdated"),
    ("uv run python main.py", "runs it in the environment; nothing has to be activated"),
    ("uv python install 3.13", "fetches another Python; .python-version says which one this project takes"),
)


def told() -> list[str]:
    """As lines of text."""
    width = max(len(command) for command, _ in COMMANDS)
    return ["uv in eight commands:", *(f"  {command:{width}}  {about}" for command, about in COMMANDS)]


__all__ = ["COMMANDS", "told"]
