"""Colours that can be read: text of a theme that is too near to its ground is moved away from it, to a contrast of 4.5 to 1.

A theme's own tones are made for one ground; here text lies on three (`$background`, `$surface`, `$panel`).
"""

from __future__ import annotations

from collections.abc import Mapping

from textual.color import Color

LEAST = 4.6
"""The contrast to be had; a little more than 4.5, for colours are rounded on their way to the terminal."""
GROUNDS = ("background", "surface", "panel")
TONES = ("text-primary", "text-success", "text-warning", "text-error")
QUIET = 0.62
"""How much of the foreground is in quiet text, as long as it can be read."""
NORD = {
    "text-primary": "#b0d5df", "text-success": "#c2d4b3", "text-warning": "#f1dcb2", "text-error": "#e0b5b9",
    "text-muted": "#bbc0ca",
}  # fmt: skip
"""What `readable` gives for nord, the theme of the first picture, which does not wait for it."""


def readable(variables: Mapping[str, str]) -> dict[str, str]:
    """The tones of a theme whose variables these are, each readable on every ground."""
    grounds = [Color.parse(variables[name]) for name in GROUNDS]
    ink = Color.parse(variables["foreground"])
    found = {name: _away(Color.parse(variables[name]), grounds).hex.lower() for name in TONES}
    found["text-muted"] = _away(grounds[-1].blend(ink, QUIET), grounds).hex.lower()
    return found


def contrast(one: Color, other: Color) -> float:
    """The contrast of two colours, 1 to 21, as WCAG 2 counts it."""
    low, high = sorted((_light(one), _light(other)))
    return (high + 0.05) / (low + 0.05)


def _light(colour: Color) -> float:
    parts = [part / 255 for part in colour.rgb]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _away(colour: Color, grounds: list[Color]) -> Color:
    pole = Color(255, 255, 255) if grounds[0].brightness < 0.5 else Color(0, 0, 0)
    for step in range(21):
        found = colour.blend(pole, step / 20)
        if all(contrast(found, ground) >= LEAST for ground in grounds):
            return found
    return pole


__all__ = ["NORD", "contrast", "readable"]
