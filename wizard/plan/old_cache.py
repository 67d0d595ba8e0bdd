"""What becomes of the cache that uv has by now, where a new folder is chosen. Pure."""

from __future__ import annotations

import ntpath
import posixpath

from wizard.choices import Choices
from wizard.language import said
from wizard.machine.facts import Machine
from wizard.plan.step import Command


def old(machine: Machine, choices: Choices) -> str | None:
    """The folder of the cache that will no longer be used, None where there is none or it stays in use."""
    new, cache = choices.text("settings.cache-dir"), machine.cache
    if not new or cache is None or not cache.exists or choices.text("settings.where") == "none":
        return None
    paths = ntpath if machine.os == "windows" else posixpath
    if paths.normcase(paths.normpath(new)) == paths.normcase(paths.normpath(cache.path)):
        return cache.moving_from  # a move to here was cut off
    return cache.path


def why_kept(machine: Machine, choices: Choices) -> str | None:
    """Why the old cache can neither be moved nor dropped, None where it can."""
    folder, cache = old(machine, choices), machine.cache
    if folder is None or cache is None:
        return said("there is no old cache")
    if folder == cache.moving_from:
        return None
    if cache.link:
        return said("it is a link to another folder")
    if not cache.marked:
        return said("it does not carry uv's mark (CACHEDIR.TAG)")
    paths = ntpath if machine.os == "windows" else posixpath
    new = paths.normcase(paths.normpath(choices.text("settings.cache-dir")))
    here = paths.normcase(paths.normpath(folder))
    if f"{new}{paths.sep}".startswith(f"{here}{paths.sep}") or f"{here}{paths.sep}".startswith(f"{new}{paths.sep}"):
        return said("one folder lies in the other")
    return None


def command(machine: Machine, choices: Choices, uv: str) -> tuple[Command | None, tuple[str, ...]]:
    """What is done with it, and what to tell."""
    wish, folder = choices.text("settings.old-cache"), old(machine, choices)
    if wish == "keep" or folder is None:
        return None, ()
    why = why_kept(machine, choices)
    if why is not None:
        return None, (said("The old cache in {folder} stays: {why}.", folder=folder, why=why),)
    new = choices.text("settings.cache-dir")
    if wish == "drop":
        argv = (uv, "cache", "clean", "--cache-dir", folder)
        note = said(
            "The old cache in {folder} is cleared. Undo can't bring it back; uv downloads again what it needs.",
            folder=folder,
        )
        return Command(argv, {"UV_CACHE_DIR": None}), (note, *_links_note(choices))
    typed = ("robocopy", folder, new, "/E", "/MOVE") if machine.os == "windows" else ("mv", folder, new)
    note = said(
        "The old cache in {folder} is moved to {new}. Undo can't move it back; a move "
        "that is cut off goes on next time.",
        folder=folder,
        new=new,
    )
    return Command(typed, kind="move-cache", options={"from": folder, "to": new}), (note, *_links_note(choices))


def _links_note(choices: Choices) -> tuple[str, ...]:
    if choices.text("settings.link-mode") != "symlink":
        return ()
    return (said("Environments whose packages are symlinks into the old cache break; uv sync --reinstall mends them."),)
