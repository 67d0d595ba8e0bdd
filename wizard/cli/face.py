"""Which face a user gets: the screens where there is a terminal for them, plain lines where asked for or where it can't be."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from wizard.cli.options import Options
from wizard.errors import BadInput
from wizard.language import _
from wizard.machine.plain_terminal import why

if TYPE_CHECKING:
    from wizard.run.client import RunInfo
    from wizard.way import Way


class Screens(Protocol):
    """The face with screens, as the entry point hands it down: nothing here imports it."""

    def show(self, way: Way | Callable[[], Way], *, low_bandwidth: bool, address: str | None) -> int:
        """The wizard until it is left; its exit code. `way` may be what makes it; `address`: to be cloned first."""

    def join(self, info: RunInfo, *, named: bool, low_bandwidth: bool) -> int:
        """A run that goes on or has ended, until it is left; the exit code. `named`: somebody asked for that one."""


def run(options: Options) -> int:
    """`uv-wizard [PROJECT]`."""
    from wizard.address import is_address

    plain = options.flag("plain")
    address = options.word() or ""
    if not is_address(address) or os.path.isdir(address):
        address = ""
    else:
        options = replace(options, words=())
    if not plain and not has_terminal():
        msg = _("there is no terminal here; without one:  uv-wizard plan, then  uv-wizard apply --yes  (or --plain)")
        raise BadInput(msg)
    because = None if plain else why(os.environ)
    if plain or because or options.screens is None:
        from wizard.plain import wizard as lines

        return lines.run(_way(options), stdin=sys.stdin, stdout=sys.stdout, address=address, because=because)
    said = any(options.values.get(name) for name in ("choices", "set", "machine"))
    way = _way(options) if said or not os.path.isdir(options.word() or ".") else None  # bad input shows no screen
    gc.disable()  # until the first screen stands, much is imported and nothing thrown away
    _prepare_environment(low_bandwidth=options.flag("low_bandwidth"))
    return options.screens.show(
        way or (lambda: _way(options)), low_bandwidth=options.flag("low_bandwidth"), address=address or None
    )


def _way(options: Options) -> Way:
    from wizard.cli import common
    from wizard.way import Way

    return Way(options.word() or ".", choices=common.choices_of(options), machine=common.machine_of(options))


def has_terminal() -> bool:
    """Whether keys can be read and a screen can be drawn (Textual draws on standard error and reads standard input)."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))


def attach_on_screen(info: RunInfo, screens: Screens | None, *, named: bool, low: bool = False) -> int:
    """`uv-wizard attach` in a terminal; `low`: with --low-bandwidth."""
    if screens is None or not has_terminal() or why(os.environ):
        from wizard.cli.running import watch

        return watch(info, as_json=False)
    _prepare_environment(low_bandwidth=low)
    return screens.join(info, named=named, low_bandwidth=low)


def _prepare_environment(*, low_bandwidth: bool = False) -> None:
    # Textual reads these when it is imported, and takes an empty NO_COLOR for a set one
    if os.environ.get("NO_COLOR") == "":
        del os.environ["NO_COLOR"]
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    os.environ.setdefault("TEXTUAL_SMOOTH_SCROLL", "0")
    if low_bandwidth:
        os.environ.setdefault("TEXTUAL_FPS", "30")  # no fewer: a key is answered in a picture, and waits for it
