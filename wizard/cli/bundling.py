"""`uv-wizard export bundle [PROJECT]`, `uv-wizard bundle verify DIR`, and `apply --bundle DIR`."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wizard.bundle import host, store, target
from wizard.bundle.draft import Draft
from wizard.bundle.fetch import Progress
from wizard.bundle.record import ONE_FILE, Manifest
from wizard.cli import common
from wizard.cli.options import Options
from wizard.errors import BadInput, DecisionMissing, ExitCode, FellShort
from wizard.language import _, ngettext, shown
from wizard.plan.quoting import command_line
from wizard.plan.step import Plan
from wizard.text import clean, moving_size, one_line, standing_size
from wizard.way import Way

if TYPE_CHECKING:
    from wizard.bundle.asking import Asked

_EVERY_S = 3.0
FOLDER = "uv-wizard-bundle"


def export(options: Options, here: Way) -> int:
    """Says what the bundle will weigh; with --yes makes it. `here`: this machine, or the one of --machine."""
    from wizard.bundle import asking, draft, make
    from wizard.mirrors.uv_network import in_force

    asked, variant = _asked(options, here)
    if in_force(project=Path(asked.project.path)).offline:
        raise BadInput(_("uv is told to ask nobody (UV_OFFLINE, or offline in a uv.toml); a bundle has to be fetched"))
    with tempfile.TemporaryDirectory(prefix="uv-wizard-") as scratch, asking.client_for(asked, _uv(asked)) as client:
        drafted = draft.draft(asked, client, _uv(asked), Path(scratch))
        choices, left_out = make.for_the_host(asked, variant)
        drafted = replace(drafted, notes=(*drafted.notes, *left_out, *_without_one_file(asked)))
        if not options.json:
            common.print_lines([*drafted.told(), *(f"! {shown(note)}" for note in drafted.notes)])
        make.check(drafted)
        if options.flag("dry_run") or not options.flag("yes"):
            if options.json:
                common.print_json(_document(drafted, None))
            if not options.flag("dry_run"):
                raise DecisionMissing(
                    _("nothing was fetched: export asks for --yes; --dry-run shows it without this complaint")
                )
            return ExitCode.DONE
        made = make.carry_out(drafted, client, choices, _shower(options))
    if options.json:
        common.print_json(_document(drafted, made.manifest))
    else:
        common.print_lines(_closing(made))
    return ExitCode.DONE


def _uv(asked: Asked) -> str | None:
    return next((one.path for one in asked.here.uv or () if one.version), None)


def _asked(options: Options, here: Way) -> tuple[Asked, str | None]:
    """What was asked for, and the name of the torch that the host gets where one was to be chosen."""
    from wizard.advice.torch_reach import Selected
    from wizard.bundle import asking
    from wizard.export.selected import check
    from wizard.machine.facts import Machine

    own = here
    if here.machine.foreign:
        own = Way(options.word(1) or ".", choices=common.choices_of(options))
        own.look()
    project = own.project
    if project is None:
        raise BadInput(_("{path} has no pyproject.toml, here or above; name the project's folder", path=own.path))
    python = asking.python_for(options.text("python"), project, own.machine, own.uv_path())
    word = options.text("platform")
    if word is not None and here.machine.foreign:
        raise BadInput(_("--platform and --machine both name the host; give one of them"))
    there = target.platform(word, python) if word is not None else target.of_machine(here.machine, python)
    way = here
    if word is not None and there.name != _name(here.machine, python):
        way = Way(options.word(1) or ".", choices=common.choices_of(options), machine=there.machine(Machine()))
    way.prepare()
    _refuse_lock(way)
    chosen = way.selection()
    selected = Selected(chosen.extras, chosen.groups)
    check(project, selected)
    variant = _variant(way)
    given = options.text("one_file")
    since = options.text("since")
    asked = asking.Asked(
        Path(options.text("to") or FOLDER).expanduser().absolute(),
        there,
        there.machine(way.machine),
        own.machine,
        project,
        way.choices,
        selected,
        _one_file(Path(given) if given else None),
        store.read(Path(since)) if since else None,
    )
    return asked, variant


def _name(machine: Any, python: str) -> str:
    try:
        return target.of_machine(machine, python).name
    except BadInput:
        return ""


def _refuse_lock(way: Way) -> None:
    """A bundle is of the lock that is there."""
    step = next((one for one in way.plan().steps if one.id in ("torch", "lock", "mirrors")), None)
    if step is not None:
        msg = _(
            "these choices change the project first ({summary}), and a bundle is of the uv.lock that is there: "
            "carry that out (uv-wizard apply --yes), then export",
            summary=one_line(step.summary, 120),
        )
        raise BadInput(msg)


def _variant(way: Way) -> str | None:
    """The variant's name, where the choice says `auto`: the host takes the one that was packed."""
    if way.choices.text("torch.variant") != "auto" or way.project is None or way.project.torch is None:
        return None
    chosen = way.selection()
    names = [name for name, (kind, what) in way.project.torch.offers.items()
             if what in (chosen.extras if kind == "extra" else chosen.groups)]  # fmt: skip
    return names[0] if names else "keep"


def _one_file(given: Path | None) -> Path | None:
    from wizard import one_file

    if given is None and one_file.running_from() is None:
        return None
    return one_file.find(given)


def _without_one_file(asked: Asked) -> tuple[str, ...]:
    if asked.one_file is not None:
        return ()
    return (
        _(
            "{one_file} does not come along, for this uv-wizard was not started from it: name it with --one-file PATH",
            one_file=ONE_FILE,
        ),
    )


def _shower(options: Options) -> Callable[[Progress], None]:
    """A line now and then, on standard error: standard output is the result's."""
    last = [time.monotonic()]

    def show(progress: Progress) -> None:
        now = time.monotonic()
        if now - last[0] < _EVERY_S or options.json:
            return
        last[0] = now
        rate = progress.received / max(now - progress.begun, 0.1)
        told = _(
            "{done} of {files} files, {received} came, {rate}/s",
            done=progress.done,
            files=progress.files,
            received=moving_size(progress.received),
            rate=moving_size(rate),
        )
        print(f"uv-wizard: {told}", file=sys.stderr, flush=True)

    return show


def _document(drafted: Draft, made: Manifest | None) -> dict[str, Any]:
    asked = drafted.asked
    told = asked.target
    return {
        "schema": 1,
        "folder": str(asked.folder),
        "target": {
            "platform": told.name,
            "os": told.os,
            "arch": told.arch,
            "libc": {"name": told.libc.name, "version": told.libc.version} if told.libc else None,
            "python": told.python,
        },
        "forecast": drafted.document(),
        "built": list(drafted.builds),
        "notes": list(drafted.notes),
        "written": made is not None,
        "bundle": made.document() if made else None,
    }


def _closing(made: store.Bundle) -> list[str]:
    manifest = made.manifest
    size = standing_size(sum(one.size for one in manifest.here))
    folder = str(made.folder)
    count, host = len(manifest.here), manifest.target.told
    told = _(
        "Written: {folder}, {count} files, {size}; for {host}", folder=clean(folder), count=count, size=size, host=host
    )
    lines = [told]
    if manifest.sources:
        lines.append(_("Built on the host, for there is no wheel: {sources}", sources=", ".join(manifest.sources)))
    if manifest.since is not None:
        lines.append(
            _(
                "It goes with the earlier bundle {since}, which has to be on the host too: --bundle twice",
                since=manifest.since,
            )
        )
    name = ONE_FILE if any(one.what == "one-file" for one in manifest.entries) else None
    program = ["python3", f"{folder}/{name}"] if name else ["uv-wizard"]
    lines += [
        f"  {clean(command_line([*program, 'bundle', 'verify', folder]))}",
        f"  {clean(command_line([*program, 'apply', '--bundle', folder, '--yes']))}",
    ]
    return lines


def bundle(options: Options) -> int:
    """`uv-wizard bundle verify DIR`: every file held to the manifest."""
    if options.word() != "verify":
        raise BadInput(
            _(
                "uv-wizard bundle {word} is not possible; write: uv-wizard bundle verify DIR",
                word=one_line(options.word() or "", 40),
            )
        )
    found = store.read(Path(options.word(1) or "."))
    looked = store.look(found)
    bad = [one for one in looked if one.state != "good"]
    manifest = found.manifest
    if options.json:
        files = [{"path": one.entry.path, "state": one.state, "why": one.why or None} for one in bad]
        common.print_json({
            "schema": 1, "ok": not bad, "folder": str(found.folder), "id": manifest.id, "since": manifest.since,
            "project": manifest.project, "target": manifest.document()["target"], "files": len(looked), "bad": files,
        })  # fmt: skip
    else:
        common.print_lines(f"x {shown(one.told)}" for one in bad)
        size = standing_size(sum(one.entry.size for one in looked))
        good = _(
            "+ {count} files, {size}, as the manifest states them; for {project} on {host}",
            count=len(looked),
            size=size,
            project=manifest.project,
            host=manifest.target.told,
        )
        common.print_lines([] if bad else [good])
        if manifest.since is not None:
            common.print_lines(
                [_("! it goes with the earlier bundle {since}: look at that one too", since=manifest.since)]
            )
    if bad:
        told = ngettext(
            "{count} file is not as the manifest states; make the bundle again into the same folder: the rest stays",
            "{count} files are not as the manifest states; make the bundle again into the same folder: the rest stays",
            len(bad),
        )
        raise FellShort(told)
    return ExitCode.DONE


class Carried:
    """`apply --bundle DIR`: from the bundle to the plan."""

    def __init__(self, options: Options) -> None:
        """Raises BadInput where what was named is no bundle."""
        self.found = host.opened(options.values["bundle"])

    def way(self, options: Options) -> Way:
        """This machine and this project, held to the bundle. Raises BadInput; nothing is changed by then."""
        choices = common.choices_of(options)
        kept = {k: v for k, v in self.found.choices().items() if k not in choices.layers.get("file", {})}
        way = Way(options.word() or ".", choices=choices.with_values("file", kept))
        way.look()
        host.check(self.found, way.machine, way.project)
        if way.project is not None:
            self.taken = host.python(self.found, way.machine, way.project)
        host.whole(self.found)
        host.choose(way, self.found)
        host.enter(self.taken)
        return way

    def plan(self, way: Way) -> Plan:
        """The plan with everything from the bundle."""
        return host.with_bundle(way.plan(), self.found, way, self.taken)
