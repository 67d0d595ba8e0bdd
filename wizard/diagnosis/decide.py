"""From text to a named cause: where the rules look, in which order, and what is said in the end."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from wizard.diagnosis.around import holds
from wizard.diagnosis.normalise import Output, Report, Statement, exceptions, normalise, unwrapped
from wizard.diagnosis.prefixes import joined_at_margin
from wizard.diagnosis.record import Context, Diagnosis, Fix
from wizard.diagnosis.rules import Match, causes, matches
from wizard.diagnosis.scene import Scene
from wizard.diagnosis.values import values
from wizard.language import Message, said
from wizard.text import one_line

MOST_LINES, LONGEST_LINE = 8, 400
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_NOTHING = Context()

Found = tuple[Match, "re.Match[str]"]


def diagnose(text: str | bytes, context: Context = _NOTHING) -> Diagnosis:
    """Name the cause of a failure from what was printed. Never raises; `unknown` where no rule is sure."""
    output = normalise(text)
    scene = Scene(output, _report(output), context)
    found = _how_it_ended(scene) or _first(scene)
    if found is None and (whole := joined_at_margin(output.lines)) is not None:
        rest = normalise(whole)
        scene = Scene(rest, _report(rest), context)
        found = _first(scene)
    if found is None:
        told = () if output.errors or exceptions(output) else warnings_of(output, context)
        return told[0] if told else _made("unknown", scene, {}, _last_lines(output))
    match, hit = found
    return _made(match.cause, scene, hit.groupdict(), _evidence(scene, match, hit))


def warnings(text: str | bytes, context: Context = _NOTHING) -> tuple[Diagnosis, ...]:
    """What a run that went on has warned about: link-fallback, environment-mismatch."""
    return warnings_of(normalise(text), context)


def of(cause: str, evidence: Iterable[str] = (), context: Context = _NOTHING, **known: Any) -> Diagnosis:
    """The diagnosis of a cause that is known without any text. `known`: placeholders of assets/failures.toml.

    Raises KeyError for a cause that the asset does not have.
    """
    lines = tuple(evidence)
    output = normalise("\n".join(lines))
    scene = Scene(output, _report(output), context)
    return _made(cause, scene, known, tuple(one_line(line, LONGEST_LINE) for line in lines))


def warnings_of(output: Output, context: Context) -> tuple[Diagnosis, ...]:
    """The same of an output that is already in shape."""
    told: dict[str, Diagnosis] = {}
    for report in output.warnings:
        scene = Scene(output, report, context)
        for found in _at("warning", scene, None):
            match, hit = found
            told.setdefault(match.cause, _made(match.cause, scene, hit.groupdict(), _evidence(scene, match, hit)))
            break
    return tuple(told.values())


def _report(output: Output) -> Report | None:
    """The report that decides: uv's last one; where there is none, the chain that Python's tracebacks make."""
    if output.errors:
        return output.errors[-1]
    raised = exceptions(output)
    if not raised:
        return None
    return Report("error", [Statement([text]) for text in reversed(raised[-8:])])


def _how_it_ended(scene: Scene) -> Found | None:
    """A stopped run is told as stopped, whatever it printed last."""
    if not scene.context.cancelled:
        return None
    return next((found for found in _at("text", scene, "sync") if found[0].cause == "interrupted"), None)


def _first(scene: Scene) -> Found | None:
    sync_first = bool(scene.output.errors) and scene.context.phase != "verify"
    for phase in ("sync", "verify") if sync_first else ("verify", "sync"):
        places: tuple[Any, ...] = (
            ("block", "hint", "outer", "inner", "chain-text", "text") if phase == "sync" else ("text",)
        )
        for place in places:
            found = next(_at(place, scene, phase), None)
            if found is not None:
                return found
    return None


def _at(place: Any, scene: Scene, phase: Any) -> Iterator[Found]:
    """The matches of one place, the one that decides first."""
    if place == "inner":
        for statement in reversed(scene.chain):
            yield from _matching(matches(place, phase), (statement,), scene)
        return
    where: tuple[str, ...]
    if place == "outer":
        where = scene.chain
    elif place == "chain-text":
        where = (scene.chain_text,)
    elif place == "hint":
        where = scene.hints
    elif place == "block":
        where = (scene.blocks,)
    elif place == "warning":
        where = scene.chain[:1]
    else:
        where = (scene.text,)
    yield from _matching(matches(place, phase), where, scene)


def _matching(rules: Iterable[Match], where: tuple[str, ...], scene: Scene) -> Iterator[Found]:
    for rule in rules:
        hit = next((hit for text in where for pattern in rule.patterns if (hit := pattern.search(text))), None)
        if hit is None or not all(holds(name, scene) for name in rule.requires):
            continue
        if rule.unless and any(pattern.search(text) for pattern in rule.unless for text in scene.everything()):
            continue
        yield rule, hit


def _made(cause: str, scene: Scene, named: Mapping[str, Any], evidence: tuple[str, ...]) -> Diagnosis:
    entry = causes()[cause]
    known = values(scene, {name: value for name, value in named.items() if isinstance(value, str)})
    known.update({name: value for name, value in named.items() if value is not None and not isinstance(value, str)})
    fixes = []
    for rule in entry.fixes:
        if all(holds(name, scene) for name in rule.when):
            try:
                choices, commands = _choices(rule.choices, known), _commands(rule.commands, known)
                message = _fullest(rule.messages, known) if rule.messages else None
                fixes.append(Fix(_fitting(rule.titles, known), choices, commands, message))
            except KeyError:
                continue
    return Diagnosis(
        cause=cause,
        title=_fullest(entry.titles, known),
        explanation=_fullest(entry.explanations, known),
        evidence=evidence,
        fixes=tuple(fixes),
        severity=entry.severity,
    )


def _fullest(wordings: tuple[str, ...], known: Mapping[str, Any]) -> str:
    """The first wording whose placeholders are all known; of the last, what is unknown is left a gap that reads."""
    try:
        return _fitting(wordings, known)
    except KeyError:
        names = _PLACEHOLDER.findall(wordings[-1])
        return _said(wordings[-1], {**dict.fromkeys(names, "..."), **known})


def _fitting(wordings: tuple[str, ...], known: Mapping[str, Any]) -> Message:
    """The first wording whose placeholders are all known. Raises KeyError where there is none."""
    full = (one for one in wordings if all(name in known for name in _PLACEHOLDER.findall(one)))
    return _said(next(full, wordings[-1]), known)


def _said(wording: str, known: Mapping[str, Any]) -> Message:
    """The asset's words, filled. Raises KeyError where a placeholder is not known."""
    return said(wording, **{name: known[name] for name in _PLACEHOLDER.findall(wording)})


def _filled(text: str, known: Mapping[str, Any]) -> str:
    return _PLACEHOLDER.sub(lambda found: str(known[found[1]]), text)


def _choices(choices: Mapping[str, Any] | None, known: Mapping[str, Any]) -> dict[str, Any] | None:
    if choices is None:
        return None
    filled = {}
    for key, value in choices.items():
        whole = _PLACEHOLDER.fullmatch(value) if isinstance(value, str) else None
        filled[key] = known[whole[1]] if whole else _filled(value, known) if isinstance(value, str) else value
    return filled


def _commands(
    commands: tuple[tuple[str, ...], ...] | None, known: Mapping[str, Any]
) -> tuple[tuple[str, ...], ...] | None:
    return None if commands is None else tuple(tuple(_filled(word, known) for word in argv) for argv in commands)


def _evidence(scene: Scene, match: Match, hit: re.Match[str]) -> tuple[str, ...]:
    """The lines that say so: the headline of the report and the statement that matched, or the lines around the match."""
    if match.place == "text" or scene.report is None:
        return _lines_of(scene.output, match, hit)
    report = scene.report
    said = [each for each in report.hints if hit.string == each.text]
    telling = [each for each in report.chain if hit.string == each.text or each.block or each is report.chain[0]]
    statements = report.chain if match.place in ("block", "chain-text") else [*telling, *said]
    lines = [line for statement in statements for line in [unwrapped(statement.lines), *_telling(statement.block)]]
    return _shown(lines)


def _telling(block: list[str]) -> list[str]:
    return [line.strip() for line in block if line.strip()][-4:]


def _lines_of(output: Output, match: Match, hit: re.Match[str]) -> tuple[str, ...]:
    if not hit[0].strip():
        return _last_lines(output)
    lines = [line for line in output.lines if line.strip()]
    if match.shows_last:
        return _shown(lines[-MOST_LINES:])
    for width in range(1, 5):
        for start in range(len(lines) - width + 1):
            window = unwrapped(lines[start : start + width])
            if any(pattern.search(window) for pattern in match.patterns):
                return _shown(lines[start : start + width])
    return _shown([hit[0]])


def _last_lines(output: Output) -> tuple[str, ...]:
    """The last error and what follows it, else the last lines of all."""
    if output.errors:
        report = output.errors[-1]
        lines = [
            line for statement in report.chain for line in [unwrapped(statement.lines), *_telling(statement.block)]
        ]
        return _shown([*lines, *(unwrapped(hint.lines) for hint in report.hints)])
    return _shown([line for line in output.lines if line.strip()][-MOST_LINES:])


def _shown(lines: Iterable[str]) -> tuple[str, ...]:
    shown = [one_line(line.strip(), LONGEST_LINE) for line in lines if line.strip()]
    return tuple(shown[:2] + shown[-(MOST_LINES - 2) :] if len(shown) > MOST_LINES else shown)
