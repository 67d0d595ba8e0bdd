"""The short phrases in which a run's progress is told, the same on the screens and as lines of text."""

from __future__ import annotations

from wizard.text import moving_size, span, three, unit_of

_STEP = {"B": 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3, "TiB": 1024**4}


def amount(done: int, total: int | None, width: int = 0) -> str:
    """`1.61 of 2.83 GiB`, both in the total's unit and `done` right-aligned in `width`; without a total `1.37 GiB so far`."""
    if total is None:
        return f"{moving_size(done)} so far"
    unit = unit_of(total)
    shown = moving_size(min(done, total), unit).rsplit(" ", 1)[0]
    return f"{shown:>{width}} of {moving_size(total, unit)}"


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
    if silent_s is not None and silent_s >= 10:
        return f"no data for {whole_span(silent_s)}"
    return "measuring the rate" if bytes_per_s is None else rate(bytes_per_s)


def left_phrase(eta_s: float | None) -> str:
    """`about 70 s left`, or `time left unknown`."""
    return "time left unknown" if eta_s is None else f"about {span(max(1.0, eta_s))} left"


def whole_span(seconds: float) -> str:
    """A length of time that is counted up, to the second below a minute: `24 s`, else as `span`."""
    return f"{int(seconds)} s" if seconds < 60 else span(seconds)


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
