"""What one machine came to, told in a row: made of documents that came from it. Pure, and nothing in them is trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from wizard.language import said
from wizard.text import clean, one_line, standing_size

State = Literal["verified", "planned", "same", "short", "failed", "away", "unknown"]
"""planned and same: only looked at (check mode), and something would change, or nothing; short: the checks fell short;
away: it could not be reached, or not any more; unknown: there is no word of it.
"""
GOOD: frozenset[State] = frozenset({"verified", "planned", "same"})
STAGES: Mapping[str, str] = {
    "reach": said("when it was called"),
    "python": said("when its Python was looked for"),
    "room": said("when its disk was looked at"),
    "copy": said("while the files went there"),
    "facts": said("while it told its facts"),
    "plan": said("while it made its plan"),
    "apply": said("while the plan was carried out"),
    "result": said("before it told its result"),
}
"""Where a host can be, in the order of the role, in words."""


@dataclass(frozen=True)
class Row:
    """One host. None is unknown; `told`: one sentence; `cause`: an id of failures.toml, or one of ours."""

    host: str
    gpus: tuple[str, ...] | None
    driver: str | None
    variant: str | None
    state: State
    cause: str | None
    told: str
    explanation: str = ""
    evidence: tuple[str, ...] = ()
    fixes: tuple[Mapping[str, Any], ...] = ()
    changes: tuple[str, ...] | None = None
    """What this run changed there; None: it did not say."""

    def document(self) -> dict[str, Any]:
        """JSON-ready."""
        return {**asdict(self), "verified": self.state == "verified"}


def row(host: str, record: Mapping[str, Any], run: str | None = None) -> Row:
    """The row of a record that the role wrote. `run`: the run that is reported; what an older one left says nothing of it."""
    if run is not None and record.get("run") != run:
        return silent(host)
    facts, result = _table(record.get("facts")), _table(record.get("result"))
    verification = _table(result.get("verify"))
    state, cause, told, diagnosis = _ending(record, result, verification)
    named = _variant(verification)
    return Row(
        host=one_line(host, 80),
        gpus=_gpus(facts, verification),
        driver=_driver(facts, verification),
        variant=named if named is not None else _advised(facts),
        state=state,
        cause=cause,
        told=told,
        explanation=_text(diagnosis.get("explanation"), 600),
        evidence=tuple(_text(line, 300) for line in _list(diagnosis.get("evidence"))[:6]),
        fixes=tuple(_table(fix) for fix in _list(diagnosis.get("fixes"))[:6]),
        changes=_changes(record, result),
    )


def of_verification(host: str, verification: Mapping[str, Any], facts: Mapping[str, Any]) -> Row:
    """The row of a `verify` document that a job left, with the `doctor` document beside it."""
    code = verification.get("exit_code")
    result = {"exit_code": code, "verify": verification, "diagnosis": verification.get("diagnosis"), "changes": None}
    return row(host, {"ended": "done", "facts": facts, "result": result})


def silent(host: str) -> Row:
    """A host that was to be reached and left nothing."""
    return Row(one_line(host, 80), None, None, None, "unknown", "no-word", said("no word of it in the last run"))


def unreadable(host: str) -> Row:
    """A host whose file can't be read, such as one that was cut off."""
    return Row(one_line(host, 80), None, None, None, "unknown", "no-word", said("its result can't be read"))


def only_facts(host: str, facts: Mapping[str, Any]) -> Row:
    """A host that told what it is, and nothing since."""
    told = said("its facts are here, and no verification")
    return Row(one_line(host, 80), _gpus(facts, {}), _driver(facts, {}), _advised(facts), "unknown", "no-word", told)


def _ending(
    record: Mapping[str, Any], result: Mapping[str, Any], verification: Mapping[str, Any]
) -> tuple[State, str | None, str, Mapping[str, Any]]:
    """State, cause, sentence, diagnosis."""
    ended, cause = record.get("ended"), _text(record.get("cause"), 60) or None
    detail, where = _text(record.get("detail"), 200), STAGES.get(str(record.get("stage")), "")
    if ended == "unreachable":
        told = said("cannot be reached") if record.get("stage") == "reach" else said("went away {where}", where=where)
        return "away", cause or "unreachable", told, {"explanation": detail}
    if ended == "failed":
        return "failed", cause or "failed", detail or said("failed {where}", where=where), {}
    if record.get("check"):
        return _looked_at(_table(record.get("plan")))
    return _carried_out(record, result, verification)


def _carried_out(
    record: Mapping[str, Any], result: Mapping[str, Any], verification: Mapping[str, Any]
) -> tuple[State, str | None, str, Mapping[str, Any]]:
    diagnosis = _table(result.get("diagnosis")) or _table(verification.get("diagnosis"))
    detail = _text(record.get("detail"), 200)
    if verification.get("ok") is True and result.get("exit_code") == 0:
        return "verified", None, "verified", {}
    if diagnosis:
        state: State = "short" if result.get("exit_code") == 3 else "failed"
        cause, title = _text(diagnosis.get("cause"), 60), _text(diagnosis.get("title"), 200)
        return state, cause or "unknown", title or said("no title"), diagnosis
    if record.get("ended") != "done" or not result:
        return "unknown", _text(record.get("cause"), 60) or "no-word", detail or said("it left no result"), {}
    lines = [_text(line, 200) for line in _list(result.get("last_lines"))]
    last = next((line for line in reversed(lines) if line), "")
    return (
        "failed",
        "unknown",
        last or detail or said("ended with exit code {exit_code}", exit_code=result.get("exit_code")),
        {"evidence": lines},
    )


def _looked_at(plan: Mapping[str, Any]) -> tuple[State, str | None, str, Mapping[str, Any]]:
    """Of a plan that nobody carried out. Its check is no change, and always there."""
    steps = [told for step in _list(plan.get("steps")) if (told := _text(step, 20)) and told != "verify"]
    if plan.get("changes") is False:
        return "same", None, said("nothing would change"), {}
    return "planned", None, said("would do: {steps}", steps=", ".join(steps)) if steps else said("would change"), {}


def _changes(record: Mapping[str, Any], result: Mapping[str, Any]) -> tuple[str, ...] | None:
    found = result.get("changes")
    if not isinstance(found, list):
        return None
    carried = (said("project files copied"),) if record.get("carried") is True else ()
    return (*carried, *(_text(one, 200) for one in found))


def _gpus(facts: Mapping[str, Any], verification: Mapping[str, Any]) -> tuple[str, ...] | None:
    """`2 x NVIDIA H100, 79 GiB`; () is none."""
    found = _table(facts.get("machine")).get("gpus")
    if not isinstance(found, list):
        found = _table(_table(verification.get("facts")).get("machine")).get("gpus")
    if not isinstance(found, list):
        return None
    counted: dict[str, int] = {}
    for gpu in map(_table, found):
        size = gpu.get("memory_mib")
        memory = f", {standing_size(size * 2**20)}" if isinstance(size, int) and size > 0 else ""
        name = f"{_text(gpu.get('name'), 60) or 'a GPU'}{memory}"
        counted[name] = counted.get(name, 0) + 1
    return tuple(f"{count} x {name}" if count > 1 else name for name, count in counted.items())


def _driver(facts: Mapping[str, Any], verification: Mapping[str, Any]) -> str | None:
    machine = _table(facts.get("machine")) or _table(_table(verification.get("facts")).get("machine"))
    known = machine.get("nvidia_driver") or _table(_table(verification.get("facts")).get("driver")).get("version")
    if known is None and machine.get("rocm"):
        return f"ROCm {_text(machine['rocm'], 20)}"
    return _text(known, 30) or None


def _variant(verification: Mapping[str, Any]) -> str | None:
    """Of the torch that was looked at: the build that it names, else the toolkit it was built with."""
    torch = _table(verification.get("torch"))
    version = _text(torch.get("version"), 60)
    if not version:
        return None
    local = version.partition("+")[2]
    for key, prefix in (("cuda", "cu"), ("hip", "rocm")):
        told = _text(torch.get(key), 20)
        if told and not local:
            local = prefix + ("".join(told.split(".")[:2]) if key == "cuda" else ".".join(told.split(".")[:2]))
    return local or "cpu"


def _advised(facts: Mapping[str, Any]) -> str | None:
    """Where no torch was looked at: the variant that advice names for it, told as such."""
    reasons = (_table(one) for one in _list(_table(facts.get("advice")).get("reasons")))
    value = next((one.get("value") for one in reasons if one.get("choice") == "torch.variant"), None)
    return f"({_text(value, 30)})" if isinstance(value, str) else None


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any, limit: int) -> str:
    return one_line(clean(value), limit) if isinstance(value, str) else ""
