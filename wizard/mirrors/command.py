"""What `uv-wizard mirrors` does, and what `fastest` becomes: measured for this project, or remembered from this week."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from wizard import credentials
from wizard.choices import Choices
from wizard.errors import BadInput
from wizard.language import said
from wizard.machine.folders import folders
from wizard.machine.request import own_os
from wizard.mirrors import catalogue, kept, official
from wizard.mirrors.measure import measure
from wizard.mirrors.record import KINDS, Catalogue, Kind, Measurement, Mirror, MirrorResult, Need
from wizard.mirrors.registries import explicit_of, registries_for, torch_suffix
from wizard.project.facts import Project
from wizard.project.read import download_bytes, read_project
from wizard.text import one_line

_CHOSEN: tuple[Kind, ...] = ("pypi", "pytorch", "python")
OnResult = Callable[[MirrorResult], None]


def state_folder() -> Path:
    """Where measurements are kept: our state folder."""
    return Path(folders(own_os(), str(Path.home()), os.environ, os.path.exists)["state"])


def measure_command(
    *, kind: str, catalog: str | None, project: str, choices: Choices, on_result: OnResult | None = None
) -> Measurement:
    """`uv-wizard mirrors`: always measured anew, and kept unless a catalogue was given. Raises BadInput."""
    wanted = _kind(kind)
    own = None if catalog is None else catalogue.from_file(Path(catalog))
    if own is not None and not own.of(wanted):
        raise BadInput(
            said(
                "the catalogue {catalog} has no mirrors of the kind {wanted}",
                catalog=one_line(catalog or ""),
                wanted=wanted,
            )
        )
    found = read_project(project)
    uv = shutil.which("uv")
    return measure_kind(wanted, found, choices, uv, own=own, on_result=_last_only(on_result))


def _kind(kind: str) -> Kind:
    found = next((known for known in KINDS if known == kind), None)
    if found is None:
        raise BadInput(
            said("--kind {kind} is not possible; allowed: {chosen}", kind=one_line(kind, 60), chosen=", ".join(_CHOSEN))
        )
    return found


def measure_kind(
    kind: Kind, project: Project | None, choices: Choices, uv_path: str | None, *, own: Catalogue | None = None,
    on_result: OnResult | None = None,
) -> Measurement:  # fmt: skip
    """All candidates of that kind, measured for this project. `own`: a user's catalogue, which nothing is added to."""
    if own is not None:
        candidates, probes = own.of(kind), {**catalogue.built_in().probe, **own.probe}
    else:
        address = official.address(uv_path) if uv_path and kind == "pypi" else None
        candidates, probes = catalogue.candidates(kind, address), dict(catalogue.built_in().probe)
        candidates += _named(kind, choices, candidates)
    measured = measure(
        kind,
        candidates,
        probe_project=probe_for(kind, probes.get(kind, ""), project, uv_path, given=own is not None),
        need=need_of(kind, project),
        uv_version=official.version(uv_path),
        uv=uv_path,
        sign_ins=credentials.known(
            (mirror.url for mirror in candidates if mirror.url),
            os.environ,
            credentials.named_in(project.indexes if project else ()),
        ),
        project=Path(project.path) if project else None,
        on_result=on_result or (lambda _: None),
    )
    if own is None and measured.best is not None:
        kept.store(state_folder(), measured)
    return measured


def _named(kind: Kind, choices: Choices, known: tuple[Mirror, ...]) -> tuple[Mirror, ...]:
    """The address or the id that the user chose, where it is not among the candidates anyhow."""
    value = choices.text(f"mirrors.{kind}") if kind in _CHOSEN else ""
    if "://" in value:
        url = value.rstrip("/")
        return () if any(mirror.url == url for mirror in known) else (Mirror(urlsplit(url).netloc, kind, url),)
    listed = (mirror for mirror in catalogue.built_in().of(kind) if mirror.id == value and mirror.url)
    return tuple(mirror for mirror in listed if mirror not in known and not mirror.official)


def _last_only(on_result: OnResult | None) -> OnResult:
    """Those results that say more than "still being measured", and than what was told before: a tenth faster is no news."""
    told: dict[str, MirrorResult] = {}

    def tell(result: MirrorResult) -> None:
        before = told.get(result.id)
        if on_result is None or result.state != "done" or (before is not None and _much_the_same(before, result)):
            return
        told[result.id] = result
        on_result(result)

    return tell


def _much_the_same(one: MirrorResult, other: MirrorResult) -> bool:
    rates = one.bytes_per_s or 0.0, other.bytes_per_s or 0.0
    return (one.ok, one.why_not) == (other.ok, other.why_not) and max(rates) - min(rates) <= max(rates) / 10


def probe_for(kind: Kind, probe: str, project: Project | None, uv_path: str | None, *, given: bool) -> str:
    if kind == "pytorch" and not given:
        return f"{_torch_variant(project)}/{probe.rpartition('/')[2]}"
    if kind == "python" and "/" not in probe:
        wanted = probe if given else python_wanted(project) or probe
        file = official.python_file(uv_path, wanted) if uv_path else None
        if file is None:
            raise BadInput(
                said(
                    "no uv here says which file a Python {wanted} is; install uv, or name the file in [probe]",
                    wanted=one_line(wanted, 40),
                )
            )
        return file
    return probe


def _torch_variant(project: Project | None) -> str:
    """The variant whose index this project uses, `cpu` where it uses none: every mirror of PyTorch has that one."""
    registries = project.lock.registries if project and project.lock else ()
    suffixes = (torch_suffix(registry, catalogue.torch_bases()) for registry in registries)
    return next((suffix.removesuffix("/simple") for suffix in suffixes if suffix), "cpu")


def python_wanted(project: Project | None) -> str | None:
    """What uv is asked for: the variable wins over .python-version, that over requires-python; None: nothing, or a path."""
    pinned = (project.python_version_file, project.requires_python) if project else ()
    wanted = next((one for one in (os.environ.get("UV_PYTHON"), *pinned) if one), None)
    return None if wanted is None or os.path.isabs(wanted) else wanted


def need_of(kind: Kind, project: Project | None) -> Need:
    """What this project has to fetch from mirrors of that kind, as far as its lock tells."""
    lock = project.lock if project else None
    if lock is None or kind not in ("pypi", "pytorch"):
        return Need()
    explicit = explicit_of(project.indexes) if project else ()
    served = registries_for(lock.registries, explicit, catalogue.torch_bases())[kind]
    packages = tuple(package for package in lock.packages if package.registry in served)
    if not packages:
        return Need()
    total = download_bytes(replace(lock, packages=packages))
    return Need(total or Need().bytes, len(packages))


def settled(
    choices: Choices, project: Project | None, uv_path: str | None, on_result: OnResult | None = None
) -> Choices:
    """The choices with every `fastest` replaced by what it is: an id of the catalogue, or `official`.

    Measures where nothing of this week is kept. Kinds that this project has no use for become `official` unasked.
    """
    for kind in _CHOSEN:
        key = f"mirrors.{kind}"
        value, origin = choices.said(key)
        if value == "fastest":
            choices = choices.with_values(origin, {key: _fastest(kind, project, choices, uv_path, on_result)})
    return choices


def _fastest(
    kind: Kind, project: Project | None, choices: Choices, uv_path: str | None, on_result: OnResult | None
) -> str:
    if not _of_use(kind, project):
        return "official"
    try:
        probe = probe_for(kind, catalogue.built_in().probe[kind], project, uv_path, given=False)
    except BadInput:  # no uv yet that could say which Python it would fetch
        return "official"
    measured = kept.load(state_folder(), kind, probe)
    if measured is None:
        measured = measure_kind(kind, project, choices, uv_path, on_result=on_result)
    known = {mirror.id: mirror for mirror in catalogue.built_in().of(kind)}
    best = next((result for result in measured.results if result.ok and result.id in known), None)
    return "official" if best is None or known[best.id].official else best.id


def _of_use(kind: Kind, project: Project | None) -> bool:
    if kind == "python":
        return True
    if project is None:
        return False
    registries = project.lock.registries if project.lock else ()
    return bool(registries_for(registries, explicit_of(project.indexes), catalogue.torch_bases())[kind])
