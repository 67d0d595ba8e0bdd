"""`uv-wizard export KIND [PROJECT]`: files to give to others."""

from __future__ import annotations

from pathlib import Path

from wizard.choices import as_toml
from wizard.cli import common
from wizard.cli.options import Options
from wizard.errors import BadInput, DecisionMissing, ExitCode, WizardError
from wizard.files import write_atomically
from wizard.text import one_line

NAME = "uv-wizard.choices.toml"


def export(options: Options) -> int:
    """Writes the file beside the project; `--dry-run` prints it instead."""
    kind = options.word() or ""
    if kind != "choices":
        msg = f"export {one_line(kind, 40)} is not possible; allowed: choices"
        raise BadInput(msg)
    way = common.way_of(options, word=1)
    folder = Path(way.project.path if way.project else way.path)
    path, text = folder / NAME, as_toml(way.choices)
    if options.json:
        common.print_json({"schema": 1, "files": [{"path": str(path), "after": text}]})
    elif options.flag("dry_run"):
        print(text, end="")
    if options.flag("dry_run"):
        return ExitCode.DONE
    if not options.flag("yes"):
        msg = f"nothing was written: export asks for --yes. It would write {path}; --dry-run shows it"
        raise DecisionMissing(msg)
    try:
        write_atomically(path, text.encode())
    except OSError as error:
        msg = f"{path} cannot be written: {error.strerror or error}"
        raise WizardError(msg) from None
    if not options.json:
        common.print_lines([f"Written: {path}", f"Use it: uv-wizard apply --yes --choices {NAME}"])
    return ExitCode.DONE
