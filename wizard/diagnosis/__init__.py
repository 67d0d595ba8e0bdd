"""(text, context) -> cause and fixes. Pure; its rules are assets/failures.toml."""

from __future__ import annotations

from wizard.diagnosis.decide import diagnose, of, warnings
from wizard.diagnosis.record import Context, Diagnosis, Fix, from_document
from wizard.diagnosis.rules import may_pass

__all__ = ["Context", "Diagnosis", "Fix", "diagnose", "from_document", "may_pass", "of", "warnings"]
