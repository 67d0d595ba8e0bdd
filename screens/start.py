"""Screen 1: what this machine and this project are, and what stands in the way."""

from __future__ import annotations

from screens.step import StepScreen


class StartScreen(StepScreen):
    """Facts, and what was found."""

    NUMBER, NAME = 1, "start"
    TITLE_TEXT = "This machine and this project"
    LEAD = (
        "From here to a working project with a checked GPU, on 8 screens. Enter takes\n"
        "what is recommended. Nothing is changed before screen 6, the review."
    )
