"""What is nobody else's is taken out of a text that others are to read: a report, a record of a run."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from wizard.text import clean, masked

_SECRET_NAME = re.compile(r"(?i)password|passwd|secret|token|api_?key|credential|private_key")
_SHORTEST = 4
"""A shorter value would strike out innocent words; none is a secret worth the name."""


@dataclass(frozen=True)
class Hiding:
    """Takes out what is nobody else's: credentials in addresses, values of variables that hold secrets, the home's path."""

    secrets: tuple[str, ...]
    home: str

    def __call__(self, text: str) -> str:
        """The text without them; control sequences go as well."""
        told = masked(clean(text))
        for secret in self.secrets:
            told = told.replace(secret, "***")
        return told.replace(self.home, "~") if len(self.home) > 1 else told


def hiding(environment: Mapping[str, str], named: Iterable[str] = ()) -> Hiding:
    """For the secrets that this environment holds. `named`: variables that hold some, whatever they are called."""
    names = set(named)
    secret = [value for name, value in environment.items() if _SECRET_NAME.search(name) or name in names]
    values = {value for value in secret if len(value) >= _SHORTEST}
    home = environment.get("USERPROFILE" if os.name == "nt" else "HOME", "")
    return Hiding(tuple(sorted(values, key=len, reverse=True)), home.rstrip("/\\"))
