"""A new project, as `uv init` and `uv add` make it: by uv where there is one, else by the same few lines. Nothing is written."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import tomlkit
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from wizard.errors import BadInput, WizardError
from wizard.language import said
from wizard.lists import named
from wizard.plan.quoting import command_line
from wizard.plan.step import FileChange, Step
from wizard.run.environment import child_environment
from wizard.text import one_line

if TYPE_CHECKING:
    from wizard.way import Way

_LIMIT_S = 20.0
_IGNORED = ".venv/\n__pycache__/\n*.py[oc]\nbuild/\ndist/\n*.egg-info\n"
_MAIN = 'def main():\n    print("Hello from {name}!")\n\n\nif __name__ == "__main__":\n    main()\n'


def new(way: Way, name: str, python: str, packages: Sequence[str]) -> Step:
    """The step that writes what `uv init` and `uv add` would. Waits for uv where there is one.

    `python`: such as 3.12, "" for uv's own choice (without a uv: the Python of this program); `packages`: requirements.
    Raises BadInput for what uv, or this, does not take.
    """
    check_packages(packages)
    uv = way.uv_path() or next((one.path for one in way.machine.uv or () if one.version), None)
    words = ["--no-package", "--name", name, *(["--python", python] if python else [])]
    made = dict(_by_uv(way, uv, words, packages) if uv else as_uv_would(name, python, packages))
    made[".gitignore"] = _IGNORED.encode()
    changes = [
        FileChange(str(Path(way.path, file)), None, data)
        for file, data in made.items()
        if not Path(way.path, file).exists()
    ]
    notes = (
        said(
            "{command} makes these files: pyproject.toml says what the project needs",
            command=command_line(["uv", "init", *words]),
        ),
        *(
            (said("{command} puts the packages into it", command=command_line(["uv", "add", *packages])),)
            if packages
            else ()
        ),
        said("uv lock, the next step, writes every package to the exact file; uv sync --locked installs just those"),
    )
    return Step("init", "init", _summary(name, packages), files=tuple(changes), notes=notes)


def _summary(name: str, packages: Sequence[str]) -> str:
    if not packages:
        return said("a new project, {name}, as uv init makes it", name=name)
    return said("a new project, {name}, with {packages}", name=name, packages=named(packages))


_COMMAND = re.compile(r"\s*(?:\S*python\S* -m )?(?:uv (?:pip )?|pip3? |conda |mamba |poetry )(?:add|install)\s+")
_VERSION = re.compile(r"[vV]?\d[\w.]*(?:\.\*)?")
"""What is no package's name to a reader: a version behind its package."""


def packages_in(text: str) -> list[str]:
    """Requirements as people write them: with commas between them, or spaces as for `uv add`; `numpy>=2,<3` is one.

    `uv add` and its like before them are left out; `numpy 2.0` stays together, to be refused as what it is.
    """
    words = re.findall(r"[^\s,]+[\s,]*", _COMMAND.sub("", text))
    found: list[str] = []
    while words:
        ends = (end for end in range(len(words), 1, -1) if _is_requirement("".join(words[:end])))
        end = next(ends, 1)  # the longest one, else a word that is refused by itself
        while end < len(words) and _VERSION.fullmatch(words[end].strip(", ")) and "," not in words[end - 1]:
            end += 1
        found.append("".join(words[:end]).strip(", \t\r\n"))
        words = words[end:]
    return found


def _is_requirement(text: str) -> bool:
    try:
        Requirement(text.strip(", \t\r\n"))
    except InvalidRequirement:
        return False
    return True


def check_packages(packages: Iterable[str]) -> None:
    """Raises BadInput for what is no requirement."""
    for one in packages:
        if not _is_requirement(one):
            raise BadInput(said("{one} is no package's name; write numpy, say, or numpy>=2", one=one_line(one, 30)))


def as_uv_would(name: str, python: str, packages: Sequence[str]) -> Mapping[str, bytes]:
    """Files by name, as uv 0.13.8 writes them: for a machine where uv comes with the same plan. Raises BadInput."""
    name, python = canonicalize_name(name), _two_numbers(python)
    dependencies = tomlkit.array()
    dependencies.extend(packages)
    table = tomlkit.table()
    for key, value in (
        ("name", name),
        ("version", "0.1.0"),
        ("description", "Add your description here"),
        ("requires-python", f">={python}"),
        ("dependencies", dependencies.multiline(bool(packages))),
    ):
        table.add(key, value)
    return {
        ".python-version": f"{python}\n".encode(),
        "main.py": _MAIN.replace("{name}", name).encode(),
        "pyproject.toml": tomlkit.dumps({"project": table}).encode(),
    }


def _two_numbers(asked: str) -> str:
    if not asked:
        return f"{sys.version_info.major}.{sys.version_info.minor}"
    try:
        release = Version(asked).release
    except InvalidVersion:
        release = ()
    if len(release) < 2:
        raise _no_version(asked)
    return f"{release[0]}.{release[1]}"


def _no_version(text: str) -> BadInput:
    return BadInput(said("{text} is no Python's version. Write two numbers, such as 3.12.", text=one_line(text, 40)))


def check_python(text: str) -> None:
    """Raises BadInput for what no uv takes as one, such as packages that slipped into its field; uv knows the rest."""
    if len(text.split()) > 1 and not set(text) & set("<>=/\\"):
        raise _no_version(text)


def _by_uv(way: Way, uv: str, words: Sequence[str], packages: Sequence[str]) -> Mapping[str, bytes]:
    """What uv writes into a scratch folder, by name. Raises BadInput, WizardError."""
    with tempfile.TemporaryDirectory(prefix="uv-wizard-") as scratch:
        folder = Path(scratch, Path(way.path).name or "project")
        folder.mkdir()
        quiet = ["--vcs", "none", "--no-workspace", "--no-readme", "--author-from", "none"]
        _run(way, folder, [uv, "init", *words, *quiet])
        if packages:
            _run(way, folder, [uv, "add", "--frozen", *packages])
        return {
            one.name: one.read_bytes() for one in sorted(folder.iterdir()) if one.is_file() and one.name != "uv.lock"
        }


def _run(way: Way, folder: Path, argv: list[str]) -> None:
    env = child_environment(way.environment, {"UV_PYTHON_DOWNLOADS": "never"})
    try:
        done = subprocess.run(
            argv, cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=_LIMIT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        what = command_line(argv[1:2])
        raise WizardError(said("{what} did not answer: {error}", what=what, error=one_line(str(error), 100))) from None
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        told = lines[-1].removeprefix("error: ") if lines else said("uv {word} failed", word=argv[1])
        raise BadInput(one_line(told, 200))


__all__ = ["as_uv_would", "check_packages", "check_python", "new", "packages_in"]
