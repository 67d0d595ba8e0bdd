"""What a shell starts to say what it gives to programs: standard library only, run by its path.

Which variables, and where to write the answer, stands in variables of its own: no shell has to quote anything.
"""

from __future__ import annotations

import json
import os
import shutil
import sys

PREFIX = "UV_WIZARD_ASK_"


def main(words: list[str]) -> None:
    """Writes `{"values": {name: text or null}, "found": {program: what the shell runs for it}}`, whole or not at all.

    `words`: for each program what the shell said of it, behind a `=`; none of them where the shell can't be asked so.
    """
    names = os.environ[f"{PREFIX}NAMES"].split(",")
    programs = [name for name in os.environ[f"{PREFIX}PROGRAMS"].split(",") if name]
    said = [word[1:] for word in words]
    if len(said) != len(programs):
        said = [shutil.which(program) or "" for program in programs]
    answer = {
        "values": {name: os.environ.get(name) for name in names if name},
        "found": dict(zip(programs, said)),  # noqa: B905 - a shell's Python may be an older one
    }
    path = os.environ[f"{PREFIX}ANSWER"]
    with open(path + ".part", "w", encoding="ascii") as file:
        json.dump(answer, file)
    os.replace(path + ".part", path)


if __name__ == "__main__":
    main(sys.argv[1:])
