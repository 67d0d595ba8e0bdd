"""The records of verification: what is asked for, one rung of the ladder, and how the whole ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from wizard.diagnosis.record import Diagnosis

REQUIRES = ("auto", "cpu", "gpu", "cuda", "rocm", "xpu", "mps")


@dataclass(frozen=True)
class VerifyRequest:
    """What to look at and what to require; JSON values only, because it travels in a job file.

    `python`: path of the environment's Python; `project`: its folder; `uv`: path of the uv to ask; `environment`: the
    whole environment of the children (None: this process's, minus what would mislead); `limit`: seconds for one rung.
    """

    python: str | None
    project: str | None = None
    uv: str | None = None
    require: str = "auto"
    extras: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    expected: Mapping[str, str | None] = field(default_factory=dict)
    """Packages that should be there, name -> version (None: any); empty: not looked at."""
    torch_expected: bool | None = None
    """None: torch is looked at where it is installed."""
    torch_variant: str | None = None
    """The variant that was chosen, such as cu126; None: any."""
    torch_promised: str | None = None
    """The variant that uv.lock gives this machine, by advice; None: not known. It decides what `auto` requires."""
    gpus: tuple[Mapping[str, Any], ...] | None = None
    """The machine's `gpus` as in INTERFACE.md; None: unknown."""
    nvidia_driver: str | None = None
    os: str | None = None
    in_container: bool | None = None
    deep: bool = False
    limit: float = 60.0
    environment: Mapping[str, str] | None = None
    locked: bool = True
    """Whether the project has a uv.lock."""
    registry: str | None = None
    """The lock's own registry, letter for letter: the default index that uv is asked with."""
    held: Mapping[str, str | None] = field(default_factory=dict)
    """Variables that hold the lock's own options against settings of the user and the machine; None takes one out."""

    def for_uv(self, environment: Mapping[str, str]) -> dict[str, str]:
        """The environment in which uv is asked about the lock."""
        index = {"UV_DEFAULT_INDEX": self.registry} if self.registry else {}
        laid = {**environment, **self.held, **index}
        return {name: value for name, value in laid.items() if value is not None}

    def to_json(self) -> dict[str, Any]:
        """JSON values only."""
        document = asdict(self)
        for key in ("extras", "groups", "gpus"):
            document[key] = None if document[key] is None else list(document[key])
        return document

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> VerifyRequest:
        """The request that `to_json` wrote; unknown keys are passed over."""
        known = {f.name for f in fields(cls)}
        values = {key: value for key, value in document.items() if key in known}
        for key in ("extras", "groups", "gpus"):
            if values.get(key) is not None:
                values[key] = tuple(values[key])
        return cls(**values)


@dataclass(frozen=True)
class Check:
    """One rung. `ok` None: not reached, or not looked at (`value` says which); `seconds`: how long it took.

    `required` False: told apart, and no verdict hangs on it (other libraries than torch).
    """

    id: str
    title: str
    ok: bool | None
    value: str | None = None
    detail: str | None = None
    seconds: float = 0.0
    required: bool = True

    def document(self) -> dict[str, Any]:
        """INTERFACE.md's check, and title, seconds and required beside."""
        return asdict(self)


@dataclass(frozen=True)
class Verification:
    """How the whole ended. `exit_code`: 0 it works, 3 it fell short, 1 it could not be looked at."""

    ok: bool
    require: str
    python: str | None
    torch: Mapping[str, Any] | None
    devices: tuple[Mapping[str, Any], ...]
    checks: tuple[Check, ...]
    diagnosis: Diagnosis | None
    exit_code: int
    packages: int | None = None
    """Packages that the environment's Python finds."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What a document to keep tells beside: `machine` (as far as the request knew it), `environment` (Python, platform,
    versions of the packages that matter), `driver` (version, the CUDA that it runs)."""
    began: str | None = None
    """When, ISO 8601 in UTC."""
    seconds: float | None = None
    """How long the whole took."""

    def document(self) -> dict[str, Any]:
        """INTERFACE.md's `verify`."""
        return {
            "schema": 1,
            "ok": self.ok,
            "require": self.require,
            "python": self.python,
            "torch": None if self.torch is None else dict(self.torch),
            "devices": [dict(device) for device in self.devices],
            "checks": [check.document() for check in self.checks],
            "diagnosis": None if self.diagnosis is None else self.diagnosis.document(),
            "exit_code": self.exit_code,
            "packages": self.packages,
            "facts": dict(self.facts),
            "began": self.began,
            "seconds": self.seconds,
        }
