"""The command line: the same way as the screens, in words."""

from __future__ import annotations

from wizard.cli.main import main

__all__ = ["main"]
