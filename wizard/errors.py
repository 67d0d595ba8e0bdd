"""The errors a user sees, one line each, and the exit codes of INTERFACE.

WizardError              1  failed
├── BadInput             2  wrong usage or bad input; nothing was changed
├── FellShort            3  the check in the environment fell short of what was required
├── DecisionMissing      4  apply without --yes, or a choice with no safe default
└── Interrupted        130  the user stopped it
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """How a command ends; the numbers are a contract."""

    DONE = 0
    FAILED = 1
    BAD_INPUT = 2
    FELL_SHORT = 3
    DECISION_MISSING = 4
    INTERRUPTED = 130


class WizardError(Exception):
    """Something a user can be told in one line: what is wrong, and what to do."""

    exit_code = ExitCode.FAILED


class BadInput(WizardError):
    """Wrong usage or bad input; nothing was changed."""

    exit_code = ExitCode.BAD_INPUT


class FellShort(WizardError):
    """The environment does less than was required of it."""

    exit_code = ExitCode.FELL_SHORT


class DecisionMissing(WizardError):
    """A decision only the user can take has not been taken."""

    exit_code = ExitCode.DECISION_MISSING


class Interrupted(WizardError):
    """The user stopped it."""

    exit_code = ExitCode.INTERRUPTED
