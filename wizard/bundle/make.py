"""A bundle made: files fetched, what builds need looked up and fetched too, pages and manifest written, the manifest last.

A run that was interrupted leaves whole files and `.part` files, which the next one goes on with; a bundle that was there
before stays what its manifest says until the new manifest takes its place.
"""

from __future__ import annotations

import errno
import hashlib
import shutil
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from wizard import __version__
from wizard.bundle import backend, builds
from wizard.bundle.asking import Asked, environment
from wizard.bundle.contents import Item
from wizard.bundle.draft import ROOM, Draft
from wizard.bundle.fetch import Progress, fetch, tidy
from wizard.bundle.pages import pages
from wizard.bundle.record import CHOICES, MANIFEST, ONE_FILE, PYTHONS, Entry, For, Manifest, What
from wizard.bundle.store import Bundle, digest
from wizard.bundle.target import floor
from wizard.choice_keys import Value
from wizard.choices import as_toml
from wizard.errors import BadInput, WizardError
from wizard.export.choices import decided
from wizard.files import read_bytes, write_atomically
from wizard.language import said
from wizard.project.facts import Project
from wizard.project.lockfile import own_registry
from wizard.text import one_line, standing_size

if TYPE_CHECKING:
    import httpx

_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_ABOUT = "README.txt"
_NOT_FOR_THE_HOST = ("mirrors.", "uv.install", "torch.layout", "torch.platforms", "torch.version")


def lock_hash(project: Project) -> str:
    """sha256 of uv.lock, the same whichever line ends git has given it."""
    _, data = project.file("uv.lock")
    return hashlib.sha256((data or b"").replace(b"\r\n", b"\n")).hexdigest()


def check(draft: Draft) -> None:
    """Raises BadInput and WizardError for a folder that won't do, before anything is written."""
    asked = draft.asked
    folder = asked.folder
    if folder.exists() and not folder.is_dir():
        raise BadInput(said("{folder} is a file; name a folder with --to", folder=one_line(str(folder), 200)))
    others = folder.is_dir() and any(folder.iterdir())
    if others and not any((folder / name).exists() for name in (MANIFEST, "files", ".gitignore")):
        raise BadInput(
            said(
                "{folder} holds other things; name an empty folder, or a bundle's, with --to",
                folder=one_line(str(folder), 200),
            )
        )
    if asked.since is not None and asked.since.folder == folder.absolute():
        raise BadInput(said("--since names the bundle that is written to; name another folder with --to"))
    if draft.free is not None and draft.fetched + ROOM > draft.free:
        need, free = standing_size(draft.fetched + ROOM), standing_size(draft.free)
        raise WizardError(
            said(
                "{folder}: {need} are needed there, and {free} are free; nothing was fetched",
                folder=one_line(str(folder), 200),
                need=need,
                free=free,
            )
        )


def carry_out(
    draft: Draft, client: httpx.Client, choices: dict[str, Value], show: Callable[[Progress], None] = lambda _: None
) -> Bundle:
    """The bundle, whole. Raises WizardError, with what is complete left in the folder."""
    folder = draft.asked.folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder, ".gitignore", b"*\n")
        return _carry_out(draft, client, choices, show)
    except OSError as error:
        what = one_line(str(error.filename or folder), 200)
        if error.errno in _FULL:
            msg = said(
                "no space is left for {what}. What is complete stays; make room and run the same command again",
                what=what,
            )
            raise WizardError(msg) from None
        raise WizardError(
            said("{what} could not be written: {error}", what=what, error=error.strerror or error)
        ) from None


def _carry_out(
    draft: Draft, client: httpx.Client, choices: dict[str, Value], show: Callable[[Progress], None]
) -> Bundle:
    asked, folder = draft.asked, draft.asked.folder
    entries = [*draft.there, *_fetched(draft.to_fetch, folder, client, show)]
    env = environment(asked)
    needed = [*_of_folders(draft, env), *_of_sources(draft, env)]
    found = builds.resolved(needed, asked.target, draft.uv, env, own_registry(asked.project))
    paths = {one.path for one in entries}
    more = list({one.path: one for one in found if one.path not in paths}.values())
    earlier = {one.path: one for one in asked.since.manifest.here} if asked.since else {}
    entries += [earlier[one.path] for one in more if one.path in earlier]
    entries += _fetched([one for one in more if one.path not in earlier], folder, client, show)
    manifest = _without(_manifest(draft, entries), asked)
    own = {path: _write(folder, path, data) for path, data in _texts(draft, manifest, choices).items()}
    entries += [Entry(path, len(data), hashlib.sha256(data).hexdigest(), _kind(path)) for path, data in own.items()]
    entries += _copied(asked.one_file, folder, ONE_FILE, "one-file")
    entries += _copied(draft.uv_here, folder, f"uv/{'uv.exe' if asked.target.exe else 'uv'}", "uv")
    manifest = _without(_manifest(draft, entries), asked)
    tidy(folder, (one.path for one in manifest.here))
    _write(folder, MANIFEST, _json(manifest))
    return Bundle(folder.absolute(), manifest)


def _without(manifest: Manifest, asked: Asked) -> Manifest:
    return manifest.without(asked.since.manifest) if asked.since else manifest


def _fetched(
    items: Iterable[Item], folder: Path, client: httpx.Client, show: Callable[[Progress], None]
) -> list[Entry]:
    wanted = list(items)
    progress = Progress(len(wanted))
    return fetch(wanted, folder, client, progress, lambda: show(progress))


def _of_folders(draft: Draft, env: Mapping[str, str]) -> Iterable[builds.Needs]:
    for one in draft.needs:
        yield backend.of_folder(one, Path(draft.asked.project.path, one.of), draft.uv, env)


def _of_sources(draft: Draft, env: Mapping[str, str]) -> Iterable[builds.Needs]:
    for item in draft.contents.sources:
        archive = draft.asked.folder.joinpath(*item.path.split("/"))
        yield backend.of_source(builds.of_source(archive), archive, draft.uv, env)


def _manifest(draft: Draft, entries: list[Entry]) -> Manifest:
    asked, target = draft.asked, draft.asked.target
    wheels = [one.name for one in entries if one.name.endswith(".whl")]
    libc = (target.libc.name, floor(wheels, target.libc.name) or "") if target.libc else None
    return Manifest(
        wizard=__version__,
        made=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        target=For(target.os, target.arch, libc, target.python, draft.python.version if draft.python else None,
                   asked.project.requires_python),
        project=asked.project.name or Path(asked.project.path).name,
        lock=lock_hash(asked.project),
        uv=draft.uv_version,
        extras=asked.selected.extras,
        groups=asked.selected.groups,
        entries=tuple(sorted({one.path: one for one in entries}.values(), key=lambda one: one.path)),
        notes=draft.notes,
        sources=tuple(f"{one.package}=={one.version}" for one in draft.contents.sources),
    )  # fmt: skip


def _texts(draft: Draft, manifest: Manifest, choices: dict[str, Value]) -> dict[str, bytes]:
    """The small files, by path."""
    found = pages(manifest.here)
    found[CHOICES] = as_toml(draft.asked.choices.with_values("set", choices), choices).encode()
    if draft.python is not None:
        own = next(one for one in manifest.entries if one.what == "python")
        found[PYTHONS] = draft.python.downloads(own.sha256)
    since = (
        "\nIt goes with an earlier bundle, which has to be there too: another --bundle DIR.\n"
        if draft.asked.since
        else ""
    )
    found[_ABOUT] = (
        f"Everything that the project {manifest.project} needs on a host without a network:\n"
        f"{manifest.target.told}.\n\n"
        f"Bring the project's folder (with its uv.lock) and this one to the host; in the project's folder:\n\n"
        f"    python3 DIR/{ONE_FILE} bundle verify DIR\n"
        f"    python3 DIR/{ONE_FILE} apply --bundle DIR --yes\n{since}"
    ).encode()
    return found


def _kind(path: str) -> What:
    return {CHOICES: "choices", PYTHONS: "index", _ABOUT: "about"}.get(path, "index")  # type: ignore[return-value]


def _copied(source: Path | None, folder: Path, path: str, what: What) -> list[Entry]:
    """A file of this machine's that goes along."""
    if source is None:
        return []
    target = folder.joinpath(*path.split("/"))
    target.parent.mkdir(parents=True, exist_ok=True)
    if not (target.exists() and target.samefile(source)):
        spare = target.with_name(f"{target.name}.part")
        shutil.copyfile(source, spare)
        spare.replace(target)
    return [Entry(path, *digest(target), what)]


def for_the_host(draft_of: Asked, variant: str | None) -> tuple[dict[str, Value], tuple[str, ...]]:
    """The choices that go along, and a sentence for each that does not. `variant`: the torch that was decided on here."""
    values, notes = decided(draft_of.choices, draft_of.here)
    kept = {key: value for key, value in values.items() if not key.startswith(_NOT_FOR_THE_HOST)}
    if variant is not None and "torch.variant" in kept:
        kept["torch.variant"] = variant
    return kept, notes


def _write(folder: Path, path: str, data: bytes) -> bytes:
    target = folder.joinpath(*path.split("/"))
    if read_bytes(target) != data:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(target, data)
    return data


def _json(manifest: Manifest) -> bytes:
    import json

    return (json.dumps(manifest.document(), indent=1, ensure_ascii=False) + "\n").encode()


__all__ = ["carry_out", "check", "for_the_host", "lock_hash"]
