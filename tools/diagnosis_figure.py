"""How often `diagnose` names the cause of a failure that its rules were not written for.

    python tools/diagnosis_figure.py                  # both parts of tests/diagnosis/held_out
    python tools/diagnosis_figure.py FILE...          # other collections of the same shape
    python tools/diagnosis_figure.py --text-only      # without the exit code and the phase, as a pasted text
    python tools/diagnosis_figure.py --show           # and each text that was read wrongly

A collection is JSON lines: `id`, `text`, `exit_code`, `phase`, `cause` (the true one, `unknown` where none of the
causes fits), `also` (causes that would be right too), `how` (how it came about).
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from wizard.diagnosis import Context, diagnose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wizard.diagnosis import Diagnosis

HELD_OUT = Path(__file__).resolve().parent.parent / "tests" / "diagnosis" / "held_out"


@dataclass(frozen=True)
class Reading:
    """One text of a collection, and what was made of it."""

    case: dict[str, Any]
    told: Diagnosis

    @property
    def right(self) -> bool:
        return self.told.cause in (self.case["cause"], *self.case["also"])

    @property
    def unknown(self) -> bool:
        """No cause was named, though there is one."""
        return not self.right and self.told.cause == "unknown"

    @property
    def misleads(self) -> bool:
        """Another cause was named, and with it something to do."""
        return not self.right and not self.unknown and bool(self.told.fixes)

    @property
    def harms(self) -> bool:
        """Another cause was named, and a fix of it changes a choice: what the wizard would do by itself when told to."""
        return self.misleads and any(fix.choices for fix in self.told.fixes)


def collection(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def read(case: dict[str, Any], *, text_only: bool = False) -> Reading:
    known = Context() if text_only else Context(exit_code=case["exit_code"], phase=case["phase"])
    return Reading(case, diagnose(case["text"], known))


def figure(readings: Sequence[Reading]) -> str:
    """One line: right of all, and how the rest went."""
    right = sum(reading.right for reading in readings)
    rest = {
        "unknown": sum(reading.unknown for reading in readings),
        "another cause": sum(not reading.right and not reading.unknown for reading in readings),
        "of these with a fix": sum(reading.misleads for reading in readings),
        "of these with a choice": sum(reading.harms for reading in readings),
    }
    share = 100 * right / len(readings) if readings else 0.0
    return f"{right} of {len(readings)} right ({share:.1f} %); " + ", ".join(f"{k} {v}" for k, v in rest.items())


def told_wrongly(reading: Reading) -> str:
    case = reading.case
    kind = "HARMS " if reading.harms else ""
    return f"{kind}{case['id']}: {case['cause']}, told {reading.told.cause} ({case['how']})"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--text-only", action="store_true")
    parser.add_argument("--show", action="store_true")
    given = parser.parse_args()
    for path in given.files or sorted(HELD_OUT.glob("*.jsonl")):
        readings = [read(case, text_only=given.text_only) for case in collection(path)]
        print(f"{path.name}: {figure(readings)}")
        for reading in readings:
            if given.show and not reading.right:
                print("   ", told_wrongly(reading))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
