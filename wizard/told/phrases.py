"""The short phrases in which a run's progress is told, the same on the screens and as lines of text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from wizard.language import _, ngettext, said, shown
from wizard.text import moving_size, span, three, unit_of

CHOICE_WORDS = {str(word): word for word in (
    said("recommended"), said("possible"), said("in uv.lock"), said("your team"), said("your file"), said("chosen"),
    said("fails here"), said("not reached"),
)}  # fmt: skip
_FACT_LABELS = {str(label): label for label in (
    said("Machine"), said("GPU"), said("Disk"), said("Network"), said("uv"), said("Newest uv"), said("Python"),
    said("Project"), said("torch"), said("Driver"), said("System"), said("per system"), said("To fetch"),
)}  # fmt: skip
_STEP_NAMES = {str(name): name for name in (
    said("uv"), said("settings"), said("import"), said("init"), said("fix"), said("mirrors"), said("torch"), said("lock"),
    said("sync"), said("verify"), said("export"), said("team"),
)}  # fmt: skip
_STEP = {"B": 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3, "TiB": 1024**4}


def amount(done: int, total: int | None, width: int = 0) -> str:
    """`1.61 of 2.83 GiB`, both in the total's unit and `done` right-aligned in `width`; without a total `1.37 GiB so far`."""
    if total is None:
        return _("{done} so far", done=moving_size(done))
    unit = unit_of(total)
    told = moving_size(min(done, total), unit).rsplit(" ", 1)[0]
    return _("{done} of {total}", done=f"{told:>{width}}", total=moving_size(total, unit))


def share(done: int, total: int) -> int:
    """Percent done, rounded down; 100 only when nothing is left."""
    return 100 if total <= 0 or done >= total else done * 100 // total


def rate(bytes_per_s: float) -> str:
    """`18.4 MiB/s`; one digit behind the point below 100."""
    unit = unit_of(bytes_per_s)
    value = bytes_per_s / _STEP[unit]
    if unit == "B":
        return f"{int(value)} B/s"
    return f"{value:.1f} {unit}/s" if value < 99.95 else f"{value:.0f} {unit}/s"


def rate_phrase(bytes_per_s: float | None, silent_s: float | None = None) -> str:
    """The rate; `no data for 24 s` once nothing came for 10 s; `measuring the rate` where there is none yet."""
    if silent_s is not None and is_silent(silent_s):
        return no_data(silent_s)
    return _("measuring the rate") if bytes_per_s is None else rate(bytes_per_s)


def is_silent(silent_s: float | None) -> bool:
    """Whether so long a silence is worth a word: a breath between two packages is none."""
    return silent_s is not None and silent_s >= 10


def no_data(silent_s: float) -> str:
    """`no data for 24 s`."""
    return _("no data for {time}", time=whole_span(silent_s))


def left_phrase(eta_s: float | None) -> str:
    """`about 70 s left`, or `time left unknown`."""
    return _("time left unknown") if eta_s is None else _("about {time} left", time=span(max(1.0, eta_s)))


def whole_span(seconds: float) -> str:
    """A length of time that is counted up, to the second below a minute: `24 s`, else as `span`."""
    return said("{seconds} s", seconds=int(seconds)) if seconds < 60 else span(seconds)


def short_span(seconds: float) -> str:
    """How long a check took: `0.1 s`, `12 s`, `2 min`."""
    return f"{seconds:.1f} s" if seconds < 9.95 else span(seconds)


def measured_rate(bytes_per_s: float | None) -> str:
    """A mirror's rate, in MiB/s so that rows compare: `10.3 MiB/s`, `0.6 MiB/s`; below that in KiB/s; `-` unknown."""
    if bytes_per_s is None:
        return "-"
    value = bytes_per_s / _STEP["MiB"]
    if value >= 0.095:
        return f"{value:.1f} MiB/s" if value < 99.95 else f"{value:.0f} MiB/s"
    return f"{three(bytes_per_s / _STEP['KiB'])} KiB/s"


def counted(severities: Iterable[str]) -> list[str]:
    """`1 error`, `2 warnings`, `1 note`: what was found, the worst first."""
    count = Counter(severities)
    told = [
        ngettext("{count} error", "{count} errors", count["error"]),
        ngettext("{count} warning", "{count} warnings", count["warning"]),
        ngettext("{count} note", "{count} notes", count["note"]),
    ]
    return [word for name, word in zip(("error", "warning", "note"), told, strict=True) if count[name]]


def step_name(title: str) -> str:
    """What a step of the plan is called, in the reader's language."""
    return shown(_STEP_NAMES.get(title, title))


def fact_label(label: str) -> str:
    """What stands before a fact, in the reader's language; facts are found by the English one."""
    return shown(_FACT_LABELS.get(label, label))


def choice_word(word: str) -> str:
    """`recommended`, `possible` and their like, in the reader's language; another word as it is."""
    return shown(CHOICE_WORDS.get(word, word))
