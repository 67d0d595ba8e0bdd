"""`uv-wizard completion SHELL` and `uv-wizard man`: printed, and put where they belong by whoever wants them."""

from __future__ import annotations

from wizard.catalog import asset
from wizard.cli.commands import SHELLS
from wizard.cli.options import Options
from wizard.errors import BadInput, ExitCode
from wizard.language import _
from wizard.text import one_line


def completion(options: Options) -> int:
    """The script of that shell; it asks `uv-wizard __complete` at each Tab, so it never grows stale."""
    shell = (options.word() or "").lower()
    if shell not in SHELLS:
        msg = _(
            "there is no completion for {shell}; allowed: {shells}", shell=one_line(shell, 40), shells=", ".join(SHELLS)
        )
        raise BadInput(msg)
    print(asset("completion").joinpath(SHELLS[shell]).read_text("utf-8"), end="")
    return ExitCode.DONE


def man(_: Options) -> int:
    """The manual page as roff."""
    from wizard.cli.manual import page

    print(page(), end="")
    return ExitCode.DONE
