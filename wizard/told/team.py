"""What a project's team has answered, as the screens and the plain mode say it. Pure."""

from __future__ import annotations

from wizard.choice_keys import KEYS
from wizard.choices import Choices
from wizard.language import _, said, shown
from wizard.lists import both

_TABLES = {
    "uv": ("uv",),
    "settings": ("settings",),
    "mirrors": ("mirrors",),
    "torch": ("torch",),
    "review": ("sync", "verify"),
}
"""The tables of choices that a screen asks for; the review shows what no screen asks."""
ASKED = {
    "uv": ("uv.install",),
    "settings": ("settings.cache-dir", "settings.python-install-dir", "settings.where"),
    "mirrors": ("mirrors.pypi", "mirrors.python"),
    "torch": ("torch.variant",),
}
"""The choices that a screen puts to everybody."""
_WITH_TORCH = {"mirrors": ("mirrors.pytorch",)}


def answered(choices: Choices, screen: str) -> str:
    """One line of what the team has set of that screen's choices and what is in force; "" where that is nothing."""
    keys = [key for key in KEYS if key.split(".")[0] in _TABLES.get(screen, ())]
    told = [f"{key.split('.', 1)[1]} {shown(_value(choices, key))}" for key in keys if choices.origin(key) == "project"]
    return _("Set by your team: {what}.", what=", ".join(told)) if told else ""


def settled(choices: Choices, screen: str, *, torch: bool) -> bool:
    """Whether the team has answered all that a screen asks. `torch`: whether the project uses it."""
    keys = (*ASKED.get(screen, ()), *(_WITH_TORCH.get(screen, ()) if torch else ()))
    return bool(keys) and all(choices.origin(key) == "project" for key in keys)


def _value(choices: Choices, key: str) -> str:
    value = choices.get(key)
    if isinstance(value, tuple):
        return both(value) or said("none")
    return {True: said("yes"), False: said("no"), "": said("uv's own")}.get(value, str(value))
