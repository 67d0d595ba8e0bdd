"""The face with screens, as the entry point hands it to the command line. Textual is loaded when a screen is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wizard.run.client import RunInfo
    from wizard.way import Way


class Face:
    """See wizard.cli.face.Screens."""

    def show(self, way: Way | Callable[[], Way], *, low_bandwidth: bool, address: str | None) -> int:
        """The wizard until it is left; its exit code."""
        from screens.app import run

        return run(way, low_bandwidth=low_bandwidth, address=address)

    def join(self, info: RunInfo, *, named: bool, low_bandwidth: bool) -> int:
        """A run that goes on or has ended, until it is left; the exit code."""
        from screens.attach import run

        return run(info, named=named, low_bandwidth=low_bandwidth)


__all__ = ["Face"]
