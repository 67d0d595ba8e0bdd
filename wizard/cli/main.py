"""From argv to an exit code. Whatever goes wrong, a user sees one line."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

from wizard.cli.commands import COMMANDS, FIRST_WORD
from wizard.cli.options import Options, parse
from wizard.errors import BadInput, ExitCode, Interrupted, WizardError
from wizard.language import _, complaint, error_told

if TYPE_CHECKING:
    from wizard.cli.face import Screens

_NO_ROOM = {errno.ENOSPC, errno.EFBIG, errno.EIO, getattr(errno, "EDQUOT", errno.ENOSPC)}


def main(argv: Sequence[str] | None = None, screens: Screens | None = None) -> int:
    """Runs a command and returns its exit code, as INTERFACE.md lists them. `screens`: None shows lines instead."""
    _open_what_is_closed()
    _set_encodings()
    words = sys.argv[1:] if argv is None else argv
    if words[:1] and words[0] == FIRST_WORD:
        from wizard.cli.completing import answer

        return answer(words[1:])
    if told := complaint():
        _complain(told)
    try:
        options = replace(parse(words), screens=screens)
        code = int(_run(options))
        sys.stdout.flush()
    except WizardError as error:
        _complain(error_told(error))
        return int(error.exit_code)
    except KeyboardInterrupt:
        _complain(_("stopped"))
        return int(Interrupted.exit_code)
    except BrokenPipeError:
        from wizard.cli.common import give_up_output

        # who read our output has gone; nothing is left to tell
        give_up_output()
        return int(ExitCode.DONE)
    except Exception as error:  # noqa: BLE001 - the last door: never a traceback
        _complain(_full(error) or _unexpected(error))
        return int(ExitCode.FAILED)
    return code


def _open_what_is_closed() -> None:
    """Streams that whoever started us has closed lead nowhere, so that a complaint never takes another's place."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - open to the end


def _full(error: Exception) -> str:
    """What to say where a disk takes no more, "" where something else happened. What is left to print goes nowhere then."""
    from wizard.cli.common import give_up_output

    try:
        sys.stdout.flush()
    except OSError:
        give_up_output()
    if not isinstance(error, OSError) or error.errno not in _NO_ROOM:
        return ""
    told = (
        _("{filename} could not be written", filename=error.filename)
        if error.filename
        else _("what there is to tell could not be written")
    )
    return f"{told}: {error.strerror}"


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
    if options.command not in {"attach", "undo"} and not _stands_somewhere(options):
        msg = _("the folder you are in is not there any more; cd into one that is")
        raise BadInput(msg)
    module, name = COMMANDS[options.command].handler.split(":")
    return int(getattr(import_module(module), name)(options))


def _stands_somewhere(options: Options) -> bool:
    """Whether the folder that we are in is still there; where it is gone, a project that is named in full is as good."""
    try:
        return bool(os.getcwd())
    except OSError:
        word = options.word() or ""
        if COMMANDS[options.command].kinds[:1] != ("folder",) or not (os.path.isabs(word) and os.path.isdir(word)):
            return False
        os.chdir(word)
        return True


def _complain(text: str) -> None:
    from wizard.text import masked, one_line

    print(f"uv-wizard: {masked(one_line(text))}", file=sys.stderr)


def _unexpected(error: Exception) -> str:
    """One line for what nobody foresaw; the traceback goes into a file that can be sent to somebody."""
    import traceback

    from wizard.run.state import state_folder

    told = _("something went wrong inside uv-wizard ({name}: {error})", name=type(error).__name__, error=error)
    try:
        path = state_folder() / "crash.txt"
        path.write_text("".join(traceback.format_exception(error)), "utf-8", "replace")
    except OSError:
        return told
    return _("{told}; what happened is in {path}, and nothing is lost", told=told, path=path)


__all__ = ["main"]
