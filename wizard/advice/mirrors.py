"""Which mirror to choose: one that is in force already, or the fastest that was measured. Pure."""

from __future__ import annotations

from wizard.advice.in_force import default_index
from wizard.advice.locked import without_user
from wizard.advice.reason import Advice, Reason
from wizard.language import said
from wizard.machine.facts import Machine
from wizard.mirrors import catalogue
from wizard.mirrors.ranking import expected_seconds
from wizard.mirrors.record import Measurement, Mirror, Need
from wizard.mirrors.registries import same_index
from wizard.project.facts import Project
from wizard.text import span, standing_size


def advise(machine: Machine, project: Project | None) -> Advice:
    """A mirror that this user has set as the default index already: through the wizard it can serve the lock too."""
    set_here = default_index(machine, project)
    known = _recognised(set_here.value) if set_here else None
    if known is None or set_here is None or known.official:
        return Advice()
    if known.status != "documented" or not known.offer:
        return Advice()
    why = said(
        "{where} names {operator}. As a mirror beside the lock's own index it serves uv.lock too.",
        where=set_here.where,
        operator=known.operator,
    )
    return Advice({"mirrors.pypi": known.id}, (Reason("mirrors.pypi", known.id, why),))


def _recognised(url: str) -> Mirror | None:
    bare = without_user(url)
    for mirror in catalogue.built_in().of("pypi"):
        if any(address and same_index(address, bare) for address in (mirror.url, *mirror.aliases)):
            return mirror
    return None


def advise_measured(measured: Measurement, need: Need) -> Advice:
    """The fastest sound mirror, where it beats the official source by enough to be felt (a fifth, and ten seconds)."""
    best = measured.result(measured.best) if measured.best else None
    official = next((result for result in measured.results if result.official), None)
    if best is None or best.official:
        return Advice()
    soon = expected_seconds(best, need)
    late = expected_seconds(official, need) if official and official.ok else None
    if soon is None or (late is not None and (late < soon * 1.2 or late - soon < 10)):
        return Advice()
    rate = standing_size(int(best.bytes_per_s or 0))
    instead = (
        said(" instead of about {late}", late=span(late))
        if late is not None
        else said(", and the official source does not answer")
        if official and not official.ok
        else ""  # it was not measured, or not to the end
    )
    why = said(
        "{id} sends {rate} a second: about {soon} for this project{instead}.",
        id=best.id,
        rate=rate,
        soon=span(soon),
        instead=instead,
    )
    key = f"mirrors.{measured.kind}"
    return Advice({key: best.id}, (Reason(key, best.id, why),))
