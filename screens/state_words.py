"""The words of state, each behind its glyph everywhere; apart from the rows, which the first picture does without."""

from __future__ import annotations

from wizard.language import said

WORDS = {str(word): word for word in (
    said("ok"), said("done"), said("failed"), said("error"), said("warning"), said("interrupted"), said("retry"),
    said("now"), said("running"), said("measuring"), said("waiting"), said("looking"), said("not run"), said("unknown"),
    said("note"),
)}  # fmt: skip
"""The words of state, to be read."""
