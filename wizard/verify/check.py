"""The ladder: from the lock to a kernel on the GPU, each rung in a child process with a time limit."""

from __future__ import annotations

from wizard.verify.record import REQUIRES, Check, Verification, VerifyRequest

__all__ = ["REQUIRES", "Check", "Verification", "VerifyRequest"]
