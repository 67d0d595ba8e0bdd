"""From argv to an exit code. Whatever goes wrong, a user sees one line."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module

from wizard.cli.options import COMMANDS, Options, parse
from wizard.errors import ExitCode, Interrupted, WizardError


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a command and returns its exit code, as INTERFACE.md lists them."""
    _set_encodings()
    try:
        options = parse(sys.argv[1:] if argv is None else argv)
        code = int(_run(options))
        sys.stdout.flush()
    except WizardError as error:
        _complain(str(error))
        return int(error.exit_code)
    except KeyboardInterrupt:
        _complain("stopped")
        return int(Interrupted.exit_code)
    except BrokenPipeError:
        # who read our output has gone; nothing is left to tell
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return int(ExitCode.DONE)
    except Exception as error:  # noqa: BLE001 - the last door: never a traceback
        _complain(_unexpected(error))
        return int(ExitCode.FAILED)
    return code


def _set_encodings() -> None:
    """A locale that lacks a letter of a path must not end us; pipes and files on Windows are UTF-8, as uv writes them."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is None:
            continue
        errors = "replace" if stream is sys.stdin else "backslashreplace"
        if sys.platform == "win32" and not stream.isatty() and not os.environ.get("PYTHONIOENCODING"):
            reconfigure(encoding="utf-8", errors=errors)  # the code page of a Chinese Windows lacks most letters
        else:
            reconfigure(errors=errors)


def _run(options: Options) -> int:
    if options.version:
        from wizard import __version__

        print(f"uv-wizard {__version__}")
        return 0
    if options.help:
        from wizard.cli.help import text

        print(text(options.command))
        return 0
    module, name = COMMANDS[options.command].handler.split(":")
    return int(getattr(import_module(module), name)(options))


def _complain(text: str) -> None:
    from wizard.text import masked, one_line

    print(f"uv-wizard: {masked(one_line(text))}", file=sys.stderr)


def _unexpected(error: Exception) -> str:
    """One line for what nobody foresaw; the traceback goes into a file that can be sent to somebody."""
    import traceback

    from wizard.run.state import state_folder

    told = f"something went wrong inside uv-wizard ({type(error).__name__}: {error})"
    try:
        path = state_folder() / "crash.txt"
        path.write_text("".join(traceback.format_exception(error)), "utf-8", "replace")
    except OSError:
        return told
    return f"{told}; what happened is in {path}, and nothing is lost"


__all__ = ["main"]
