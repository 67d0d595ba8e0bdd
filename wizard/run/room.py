"""Whether what a sync will fetch fits on the disks, looked at before uv begins: uv finds out when a disk is full.

Only where room is scarce uv is asked what it would fetch, and the wheels' own directories how much they hold.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from wizard.errors import ExitCode
from wizard.machine.uv_flags import is_on
from wizard.plan.forecast import Forecast, Need, Place, Spread, forecast
from wizard.run import known
from wizard.run.actions import Carrier
from wizard.run.dry_run import told
from wizard.run.environment import child_environment
from wizard.run.mirror_lock import Intent, intent
from wizard.run.room_sizes import measured, parts_of, sized
from wizard.text import one_line, standing_size

PLENTY = 4 * 1024**3
"""Bytes: with this much beside what the whole lock could take, nobody needs to ask."""
UNTOLD = 30 * 1024**3
"""Bytes: the same where the lock tells no size of some file."""
MANY = 200_000
"""Files: the same; a CUDA build of torch with all its parts places about 20,000."""
_SIZE = re.compile(rb"\bsize = (\d+)")
_FILE = re.compile(rb"\burl = ")


@dataclass(frozen=True)
class Question:
    """A sync as it will be run. `options`: extras and groups; `cache`: where uv keeps its cache, None: uv is asked."""

    uv: str
    project: Path
    member: str
    environment_path: str
    options: tuple[str, ...]
    environment: Mapping[str, str]
    spread: str | None = None
    """As wizard.advice.room tells it."""
    cache: str | None = None
    no_cache: bool = False
    quotas: Mapping[str, int] | None = None
    """What this user's quota leaves, by mount."""
    sizes: Mapping[str, int] | None = None
    """Bytes by `name==version`, asked for where the lock does not tell them."""

    @property
    def folder(self) -> Path:
        """Where uv is run."""
        return self.project / self.member


def carry_out(action: Mapping[str, Any], carrier: Carrier, context: Mapping[str, Any]) -> int:
    """Looks before the sync of `action`, which has `room`: {"spread", "quotas"}; 1 where it can't fit, and says why."""
    env = child_environment(carrier.environment, action.get("sync_env") or action.get("env"))
    argv = list(action["argv"])
    question = Question(
        argv[0],
        Path(action["room"]["project"]),
        action["room"]["member"],
        action["room"]["environment_path"],
        options_of(argv),
        env,
        action["room"]["spread"],
        None,
        "--no-cache" in argv,
        action["room"].get("quotas"),
        action["room"].get("sizes"),
    )
    if plenty(question):
        return 0
    found = look(question, carrier.cancelled)
    if found is None:
        return 0
    carrier.emit("forecast", **found.document())
    if found.short is None:
        return 0
    carrier.emit("diagnosis", **diagnosis_of(found, found.short, known.context(context, env)))
    return ExitCode.FAILED


def options_of(argv: Sequence[str]) -> tuple[str, ...]:
    """The extras and groups of a `uv sync --locked`."""
    return tuple(word for word in argv[2:] if word not in ("--locked", "--no-cache"))


def plenty(question: Question) -> bool:
    """Whether there is room for everything that the lock could ask for, on every system; costs no process."""
    try:
        lock = (question.project / "uv.lock").read_bytes()
    except OSError:
        return True  # uv will say so
    sizes = _SIZE.findall(lock)
    most = 4 * sum(map(int, sizes)) + (PLENTY if len(sizes) >= len(_FILE.findall(lock)) else UNTOLD)
    places = (place("cache", _guess(question), question), place("environment", question.environment_path, question))
    return all((one.room or 0) > most and (one.inodes is None or one.inodes > MANY) for one in places)


def look(question: Question, stopped: Callable[[], bool] = lambda: False, *, ask: bool = True) -> Forecast | None:
    """What this sync will fetch and take; None where uv can't tell. Waits for uv, and with `ask` for servers where it
    will be tight.
    """
    intended = would(question, stopped)
    if intended is None:
        return None
    parts, files = parts_of(question.project, question.environment_path, intended, question.sizes or {})
    cache = place("cache", cache_folder(question), question)
    environment = place("environment", question.environment_path, question)
    by = spread(question.spread, one_disk=cache.disk == environment.disk)
    ask = ask and not is_on(question.environment.get("UV_OFFLINE"))
    if ask and intended.downloads:
        parts = sized(parts, files)
    found = forecast(parts, intended.downloads, cache, environment, by)
    if ask and not found.short and any(need.tight or need.close for need in found.needs):
        found = forecast(measured(parts, files), intended.downloads, cache, environment, by)
    return found


def spread(told_: str | None, *, one_disk: bool) -> Spread | None:
    """How packages get into the environment, `told_` by wizard.advice.room."""
    if told_ == "symlink":
        return "clone"  # no bytes, and an entry each
    if not one_disk:
        return "copy"
    return told_ if told_ in ("link", "clone", "copy") else None  # type: ignore[return-value]


def would(question: Question, stopped: Callable[[], bool] = lambda: False) -> Intent | None:
    """What uv would install, and how many of that it would fetch; asks no server, makes nothing."""
    argv = [question.uv, "sync", "--frozen", "--dry-run", "--offline", "--color", "never", *question.options]
    if question.no_cache or not Path(cache_folder(question)).is_dir():
        argv.append("--no-cache")  # else uv would make the folder
    printed = told(argv, question.folder, question.environment, stopped)
    return None if printed is None else intent(printed)


def cache_folder(question: Question) -> str:
    """uv's cache of that sync, as uv itself says."""
    if question.no_cache:
        return tempfile.gettempdir()
    return question.cache or _said_by_uv(question) or _guess(question)


def _said_by_uv(question: Question) -> str | None:
    from wizard.machine.child import ask

    try:
        said = ask(
            [question.uv, "cache", "dir"], 10.0, environment=dict(question.environment), cwd=str(question.folder)
        )
    except OSError:
        return None
    return said.out.strip() or None


def _guess(question: Question) -> str:
    """Good enough to see whether there is plenty of room."""
    env = question.environment
    if question.no_cache:
        return tempfile.gettempdir()
    named = env.get("UV_CACHE_DIR") or question.cache
    return named or env.get("XDG_CACHE_HOME") or env.get("LOCALAPPDATA") or env.get("HOME") or str(question.project)


def place(purpose: Literal["cache", "environment"], folder: str, question: Question) -> Place:
    """That folder's disk as it is now; of a folder that does not exist yet, the nearest above."""
    there = question.folder / folder
    while not there.is_dir() and there != there.parent:
        there = there.parent
    try:
        disk, room = there.stat().st_dev, shutil.disk_usage(there).free
    except OSError:
        return Place(purpose, folder, (purpose, folder), str(there), None)
    mount = _mount(there)
    quota = (question.quotas or {}).get(mount)
    return Place(purpose, folder, disk, mount, room if quota is None else min(room, quota), _inodes(there))


def _mount(folder: Path) -> str:
    while not os.path.ismount(folder) and folder != folder.parent:
        folder = folder.parent
    return str(folder)


def _inodes(folder: Path) -> int | None:
    """Files that may still be made; None where the filesystem sets no limit or does not say."""
    if not hasattr(os, "statvfs"):
        return None
    try:
        told_ = os.statvfs(folder)
    except OSError:
        return None
    return told_.f_favail if told_.f_files else None


def diagnosis_of(found: Forecast, need: Need, context: Any) -> dict[str, Any]:
    """Why it is not begun, as an event's keys."""
    from wizard import diagnosis

    here = need.place
    line = f"{found.fetches}; {need.told}: `{one_line(here.folder, 200)}`"
    said = diagnosis.of(
        "disk-full",
        (f"error: {line}",),
        context,
        forecast_needs=need.told,
        disk=here.name,
        path=one_line(here.folder, 200),
        mount=here.name,
        free=None if here.room is None else standing_size(here.room),
    )
    document = dict(said.document())
    if len(found.needs) > 1 and here.purpose == "environment":
        document["fixes"] = []  # another place for the cache gives no room here
    return document


__all__ = ["Question", "carry_out", "diagnosis_of", "look", "options_of", "place", "plenty", "spread", "would"]
