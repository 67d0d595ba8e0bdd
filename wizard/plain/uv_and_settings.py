"""The uv and the settings screen as lines: which uv there will be, and where it keeps its files."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from wizard.advice.uv_here import UvHere, uv_here
from wizard.errors import BadInput
from wizard.language import _, said, shown
from wizard.plain.help import help_of
from wizard.plain.page import Page, Question, Row
from wizard.plain.start_and_review import GO_ON_OR_BACK, nothing, untouched
from wizard.plan import old_cache
from wizard.plan.conda import KEY as CONDA
from wizard.plan.conda import uv_of_base
from wizard.text import one_line
from wizard.told import headlines
from wizard.told.facts import how_it_came, newest_uv
from wizard.told.phrases import choice_word
from wizard.uv_fields import wrong_folder, wrong_version

if TYPE_CHECKING:
    from wizard.way import Way

COUNTED_S = 2.0
"""Seconds for which an old cache is counted."""
OLD_CACHES = (
    ("keep", said("it stays where it is")),
    ("move", said("its files go to the new folder, without undo")),
    ("drop", said("uv clears it, without undo")),
)
WHERE = (
    ("environment", said("environment variables, recommended: for your shells; can be undone")),
    ("uv.toml", said("uv.toml: uv's own file; it does not take the Python folder")),
    ("none", said("this run only: nothing is kept")),
)
LINK_MODES = (
    ("auto", said("uv takes the first way that works: clone, hard link, copy")),
    ("clone", said("takes no room; only on some disks")),
    ("hardlink", said("takes no room; cache and project on one disk")),
    ("copy", said("takes the room again; works everywhere")),
    ("symlink", said("clearing the cache then breaks every environment")),
)


def uv(way: Way) -> Page:
    """Which uv there will be."""
    way.settle_uv()
    ways = way.candidates_of_uv()
    chosen = way.choices.text("uv.install")
    at = next(
        (place for place, one in enumerate(ways) if one.value == chosen or (chosen == "auto" and one.automatic)), 0
    )
    rows = [
        Row(
            _("{label}, {word}: {note}", label=one.label, word=choice_word(one.word), note=one.note),
            partial(way.choose, "uv.install", one.value),
        )
        for one in ways
    ]
    if chosen not in {one.value for one in ways} and chosen != "auto":
        rows.insert(0, Row(_("{chosen}, chosen before", chosen=chosen), partial(way.choose, "uv.install", chosen)))
    lines = [headlines.of_uv(way), *(f"  + {shown(why).rstrip('.。')}" for why in way.why("uv.install"))]
    if way.machine.uv_source is not None:
        lines.append(_("Newest uv: {what}", what=newest_uv(way.machine.uv_source)))
    here = uv_here(way.machine)
    lines += [_("Found here"), *(f"  {_of_uv(one)}" for one in here)] if here else []
    there = [*untouched(rows, at), Row(_("another version or folder for a new one"), nothing, _version_and_folder(way))]
    question = Question(_("Choice"), str(at + 1), tuple(there), chosen=at, key="uv.install")
    return Page(
        2,
        "uv",
        _("uv: the program that installs Pythons and packages"),
        _("One uv of your own, outside conda, is found by every shell and works for every project."),
        tuple(lines),
        way.by_hand("uv"),
        (question if rows else GO_ON_OR_BACK, *_conda(way)),
        tuple(one.command for one in ways),
        help_of("uv"),
    )


def _of_uv(one: UvHere) -> str:
    path = one_line(one.found.path, 60)
    return _(", ").join(filter(None, (one.found.version or "?", path, how_it_came(one.found.how), shown(one.where))))


def _version_and_folder(way: Way) -> tuple[Question, ...]:
    """What the screen's E asks; Enter leaves each as it is."""
    newest = way.machine.uv_source.newest if way.machine.uv_source else None
    version, folder = way.choices.text("uv.version"), way.choices.text("uv.dir")
    own = way.machine.folders.get("uv_bin", _("uv's own folder"))
    return (
        Question(
            _("Version"),
            version or (_("the newest, {version}", version=newest) if newest else _("the newest")),
            take=partial(_take_version, way),
            key="uv.version",
        ),
        Question(_("Folder"), folder or own, take=partial(_take_folder, way), key="uv.dir"),
    )


def _take_version(way: Way, text: str) -> None:
    why = wrong_version(text, way.project)
    if why is not None:
        raise BadInput(why)
    way.choose("uv.version", text)


def _take_folder(way: Way, text: str) -> None:
    why = wrong_folder(text, way.machine)
    if why is not None:
        raise BadInput(why)
    way.choose("uv.dir", text)


def _conda(way: Way) -> list[Question]:
    """conda's automatic activation, where there is one and conda can be asked to switch it off."""
    conda = way.machine.conda
    if conda is None or conda.auto_activate is not True or conda.program is None:
        return []
    first = _("its own uv comes first there") if uv_of_base(way.machine) else _("its python comes first there")
    at = int(way.choices.text(CONDA) == "off")
    texts = (("keep", _("leave it as it is: {first}", first=first)),
             ("off", _(
                 "switch that off, by conda config; conda activate base still goes there; can be "
                 "undone")))  # fmt: skip
    rows = [Row(text, partial(way.choose, CONDA, value)) for value, text in texts]
    told = _("conda's base environment starts in every new shell")
    return [Question(told, str(at + 1), untouched(rows, at), chosen=at, key=CONDA)]


def _old_cache(way: Way) -> list[Question]:
    """What becomes of the cache that is there, where another folder is chosen by now."""
    from wizard.machine.folder_size import folder_size

    folder = old_cache.old(way.machine, way.choices)
    if folder is None or old_cache.why_kept(way.machine, way.choices) is not None:
        return []
    size = folder_size(folder, COUNTED_S)
    wish = way.choices.text("settings.old-cache")
    at = next(place for place, (value, _) in enumerate(OLD_CACHES) if value == wish)
    rows = [Row(text, partial(way.choose, "settings.old-cache", value)) for value, text in OLD_CACHES]
    told = _("The old cache in {folder}", folder=f"{folder} ({shown(size.told)})" if size else folder)
    return [Question(told, str(at + 1), untouched(rows, at), chosen=at, key="settings.old-cache")]


def _link_mode(way: Way) -> Question:
    """How files get from the cache into .venv."""
    mode = way.choices.text("settings.link-mode")
    at = next(place for place, (value, _) in enumerate(LINK_MODES) if value == mode)
    rows = [
        Row(f"{value}{_(': ')}{shown(text)}", partial(way.choose, "settings.link-mode", value))
        for value, text in LINK_MODES
    ]
    return Question(_("Link mode"), str(at + 1), untouched(rows, at), chosen=at, key="settings.link-mode")


def settings(way: Way) -> Page:
    """Where uv keeps its files."""
    states = way.settings_state()
    lines, questions = [], []
    names = {"settings.cache-dir": (_("Cache folder"), "UV_CACHE_DIR"),
             "settings.python-install-dir": (_("Python folder"), "UV_PYTHON_INSTALL_DIR"),
             "settings.link-mode": (_("Link mode"), "UV_LINK_MODE")}  # fmt: skip
    for state in states:
        name, variable = names[state.key]
        lines.append(
            _(
                "{name} ({variable}): now {now}, {where}; {fact}",
                name=name,
                variable=variable,
                now=state.now or _("not known"),
                where=state.source.place if state.source else _("uv's own"),
                fact=state.fact,
            )
        )
        if state.problem:
            lines.append(f"  ! {shown(state.problem)}")
        if state.new:
            lines.append(_("  becomes {new}", new=state.new) + (_(", recommended") if state.origin == "advice" else ""))
        lines += [f"  + {shown(why)}" for why in way.why(state.key)]
        if state.key != "settings.link-mode":
            value = way.choices.text(state.key)
            questions.append(Question(name, value or _("uv's own"), take=partial(way.choose, state.key), key=state.key))
    cache = states[0]
    if not (cache.problem or cache.new or way.choices.text("settings.cache-dir") or "filesystems" in way.pending):
        lines.insert(0, _("Nothing to decide: the cache may stay where it is ({fact}).", fact=cache.fact))
    where = way.choices.text("settings.where")
    at = next(place for place, (value, _) in enumerate(WHERE) if value == where)
    rows = [Row(text, partial(way.choose, "settings.where", value)) for value, text in WHERE]
    mode = way.choices.text("settings.link-mode")
    there = (*untouched(rows, at), Row(_("another link mode, chosen: {mode}", mode=mode), nothing, (_link_mode(way),)))
    questions.append(Question(_("Keep these settings in"), str(at + 1), there, chosen=at, key="settings.where"))
    questions += _old_cache(way)
    return Page(
        3,
        "settings",
        _("settings: where uv keeps its files"),
        _(
            "Downloads and Pythons take gigabytes. They should lie where there is room, and "
            "on the project's own disk: then files are linked instead of copied."
        ),
        tuple(lines),
        way.by_hand("settings"),
        tuple(questions),
        (),
        help_of("settings"),
    )
