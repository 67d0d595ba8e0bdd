"""uv-wizard without its screens: facts, advice, choices, plan, run, verification and diagnosis."""

__version__ = "0.1.0"
