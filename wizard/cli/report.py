"""`uv-wizard report DIR`: what the machines of a fleet came to, as one table and one page."""

from __future__ import annotations

from wizard.cli import common
from wizard.cli.options import Options
from wizard.errors import BadInput, ExitCode


def report(options: Options) -> int:
    """0 where nothing stands against any host, 3 where something does."""
    from wizard.fleet.read import read
    from wizard.fleet.told import lines

    target = options.text("save")
    if target is not None and not target.endswith(".html"):
        msg = "--save writes one HTML page; give it a name that ends in .html"
        raise BadInput(msg)
    fleet = read(str(options.word()))
    if options.json:
        common.print_json(fleet.document())
    else:
        common.print_lines(lines(fleet))
    if target is not None:
        from wizard.fleet.page import page
        from wizard.html_page import save

        save(page(fleet), target)
    return ExitCode.DONE if fleet.good else ExitCode.FELL_SHORT
