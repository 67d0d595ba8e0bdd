"""The entry point of `uv-wizard` and of `python -m wizard`. It alone knows that there are screens: the rest is handed them."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from wizard.cli.main import main as run


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a command and returns its exit code, as INTERFACE.md lists them. `argv`: without the program's name."""
    from screens.face import Face  # the one way from the core to the interface; loads no Textual

    return run(argv, Face())


if __name__ == "__main__":
    sys.exit(main())
