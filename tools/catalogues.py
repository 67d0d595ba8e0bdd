"""What gettext reads (.mo), made from what people translate (.po): when the program is built, and before the tests."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import polib


def compile_all(folder: Path) -> list[Path]:
    """The .mo beside every .po of `folder`; those that were not up to date. Raises OSError where it can't be written.

    Several builds of one checkout at once do not see half of a file.
    """
    made = []
    for source in sorted(folder.glob("*.po")):
        data = polib.pofile(str(source), encoding="utf-8").to_binary()
        target = source.with_suffix(".mo")
        if not target.is_file() or target.read_bytes() != data:
            ours = target.with_suffix(f".{os.getpid()}")
            ours.write_bytes(data)
            ours.replace(target)
            made.append(target)
    return made


if __name__ == "__main__":
    for one in compile_all(Path(__file__).resolve().parent.parent / "assets" / "languages"):
        sys.stdout.write(f"{one.name}\n")
