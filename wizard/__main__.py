"""The entry point of `uv-wizard` and of `python -m wizard`. It alone knows that there are screens: the rest is handed them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from wizard.cli.main import main as run

if TYPE_CHECKING:
    from wizard.run.client import RunInfo
    from wizard.way import Way


class _Screens:
    """See wizard.cli.face.Screens. Textual is loaded when the first one is shown."""

    def show(self, way: Way | Callable[[], Way], *, low_bandwidth: bool, address: str | None) -> int:
        from screens.app import run as wizard

        return wizard(way, low_bandwidth=low_bandwidth, address=address)

    def join(self, info: RunInfo) -> int:
        from screens.attach import run as attach

        return attach(info)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a command and returns its exit code, as INTERFACE.md lists them. `argv`: without the program's name."""
    return run(argv, _Screens())


if __name__ == "__main__":
    sys.exit(main())
