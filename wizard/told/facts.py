"""What is known of a machine and a project, a labelled row each, as `doctor`, plain mode and the first screen say it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from wizard import catalog
from wizard.language import _, ngettext, shown
from wizard.machine.facts import short
from wizard.text import clean, end_of, one_line, standing_size

if TYPE_CHECKING:
    from wizard.machine.facts import Machine, UvSource
    from wizard.project.facts import Project

SYSTEMS = {"linux": "Linux", "windows": "Windows", "macos": "macOS"}


def machine_rows(machine: Machine, pending: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """(label, fact) of the machine, `. looking` while a probe goes on, `? unknown` where it has failed."""

    def or_unknown(value: str | None, probe: str) -> str:
        if value is not None:
            return value
        return _(". looking") if probe in pending else _("? unknown")

    system = f"{SYSTEMS.get(machine.os or '', machine.os)} {machine.arch}"
    place = [machine.distribution, system] if machine.distribution else [system]
    if machine.cpu_count:
        place.append(_("{count} cores", count=machine.cpu_count))
    place += [word for word, fact in ((_("container"), machine.in_container), ("WSL", machine.wsl),
                                      (_("reached over SSH"), machine.ssh)) if fact]  # fmt: skip
    yield "Machine", _(", ").join(place) if machine.os else or_unknown(None, "system")
    yield "GPU", or_unknown(_gpus(machine), "gpus")
    yield "Disk", or_unknown(_disks(machine), "filesystems")
    if machine.network is not None or "network" in pending:
        yield "Network", or_unknown(_network(machine), "network")
    yield "uv", or_unknown(_uvs(machine), "uv")
    if machine.uv_source is not None:
        yield "Newest uv", newest_uv(machine.uv_source)
    yield "Python", or_unknown(_pythons(machine), "pythons")


def _gpus(machine: Machine) -> str | None:
    if machine.gpus is None:
        return None
    if not machine.gpus:
        return _("none found")
    names: dict[str, int] = {}
    for gpu in machine.gpus:
        memory = _(", {gib} GiB", gib=f"{gpu.memory_mib / 1024:.0f}") if gpu.memory_mib else ""
        names[f"{clean(gpu.name)}{memory}"] = names.get(f"{clean(gpu.name)}{memory}", 0) + 1
    told = _("; ").join(f"{count} x {name}" if count > 1 else name for name, count in names.items())
    return _("{told}, driver {version}", told=told, version=machine.nvidia_driver) if machine.nvidia_driver else told


def _disks(machine: Machine) -> str | None:
    if machine.filesystems is None:
        return None
    seen = {one.mount: one for one in machine.filesystems}
    told = [
        _("{mount} {size} free", mount=one_line(one.mount, 40), size=standing_size(one.free_bytes))
        for one in seen.values()
        if one.free_bytes is not None
    ]
    return _(", ").join(told) or _("? unknown")


def _network(machine: Machine) -> str | None:
    fact = machine.network
    if fact is None:
        return None
    proxy = _("proxy {proxy}", proxy=fact.proxy) if fact.proxy else _("no proxy")
    if fact.latency_ms is None:
        return _("package index does not answer ({why_not}), {proxy}", why_not=fact.why_not, proxy=proxy)
    return _("package index answers in {milliseconds} ms, {proxy}", milliseconds=f"{fact.latency_ms:.0f}", proxy=proxy)


def _uvs(machine: Machine) -> str | None:
    if machine.uv is None:
        return None
    if not machine.uv:
        return _("none found")
    first = machine.uv[0]
    more = _(", and {count} more", count=len(machine.uv) - 1) if len(machine.uv) > 1 else ""
    how = [] if first.how == "unknown" else [how_it_came(first.how)]
    return _(", ").join([first.version or "?", *how, short(machine, one_line(first.path), 40)]) + more


def how_it_came(how: str) -> str:
    """Whose a uv is, in the reader's language; the names of programs stay. Of one that a person or this wizard has put there
    nobody keeps a record: it is no installer's.
    """
    return {"standalone": _("standalone"), "unknown": _("on its own")}.get(how, how)


def newest_uv(source: UvSource) -> str:
    """The newest uv as the index says, or what is known without it."""
    why = f" ({shown(source.why_not)})" if source.why_not else ""
    known = _("{version} is the newest this wizard knows", version=catalog.table("uv.toml")["newest_known"])
    return (
        _("{newest}, in the package index", newest=source.newest)
        if source.newest
        else _("? unknown{why}; {known}", why=why, known=known)
    )


def _pythons(machine: Machine) -> str | None:
    if machine.pythons is None:
        return None
    versions = dict.fromkeys(one.version for one in machine.pythons if one.version)
    told = _(", ").join(list(versions)[:4]) or _("none found")
    if machine.conda and machine.conda.active:
        told += _(" (conda {active} is active)", active=one_line(machine.conda.active, 20))
    return told


def project_rows(project: Project | None, path: str, variant: str | None = None) -> Iterator[tuple[str, str]]:
    """(label, fact) of the project. `variant`: of the torch that its lock gives this machine."""
    if project is None:
        yield "Project", _("none in {path}", path=end_of(one_line(path), 56))
        return
    lock = (
        ngettext("uv.lock with {count} package", "uv.lock with {count} packages", project.lock.count)
        if project.lock
        else _("no uv.lock")
    )
    if project.has_lock and project.lock is None:
        lock = _("a uv.lock that cannot be read")
    yield "Project", _(", ").join([end_of(one_line(project.path), 38), lock])
    torch = project.torch
    if not project.readable:
        yield "torch", _("? unknown, pyproject.toml cannot be read")
    elif torch is None:
        yield "torch", _("not used by this project")
    elif torch.locked_version:
        name = torch.locked_local or variant
        told = _(", variant {variant}", variant=name) if name else ""
        yield "torch", _("{version} in uv.lock{variant}", version=torch.locked_version, variant=told)
    else:
        yield "torch", _("asked for, not in uv.lock yet")
