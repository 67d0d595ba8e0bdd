"""What each shell of this user gives to the programs that it starts: asked, by starting it as a new window would.

Without a terminal, in a session of its own, with a limit; one that does not answer is told, not waited for. Kinds of
start: bash(1) INVOCATION, zsh(1) STARTUP/SHUTDOWN FILES, fish(1), about_Pwsh, nushell's book, Configuration.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from wizard.language import said
from wizard.machine.child import ask, side_by_side
from wizard.machine.places import executable
from wizard.machine.request import ProbeRequest
from wizard.machine.say_environment import PREFIX
from wizard.machine.shells import FAMILIES, named_shell, startup_files
from wizard.text import one_line

LIMIT = 5.0
"""Seconds for one shell."""
PLACES = ("/bin", "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin", "/home/linuxbrew/.linuxbrew/bin")
_SAYS = f'exec "${PREFIX}PYTHON" -I -S "${PREFIX}SCRIPT"'
_POSIX = ("bash", "zsh", "sh")


@dataclass(frozen=True)
class ShellStart:
    """A shell and a way to start it. `family`: bash, zsh, sh, fish, nu, pwsh (PowerShell 5 too) or cmd."""

    family: str
    path: str
    login: bool = False
    interactive: bool = False

    @property
    def words(self) -> str:
        """`bash, login` or `zsh, interactive`, for people."""
        if self.login and self.interactive:
            return said("{shell}, login and interactive", shell=self.family)
        if self.login:
            return said("{shell}, login", shell=self.family)
        return said("{shell}, interactive", shell=self.family) if self.interactive else self.family


@dataclass(frozen=True)
class ShellSaid:
    """`values`: each variable asked for, None where it is not set; `found`: program to its path, "" for none, or the
    shell's own word where it is an alias or a function. `why_not`: why there is no answer, None where there is one.
    """

    start: ShellStart
    values: Mapping[str, str | None] = field(default_factory=dict)
    found: Mapping[str, str] = field(default_factory=dict)
    why_not: str | None = None


def starts_of(family: str, path: str) -> tuple[ShellStart, ...]:
    """The ways in which users meet that shell: a new window's, and a log-in's."""
    if family in ("bash", "zsh", "fish"):
        return ShellStart(family, path, interactive=True), ShellStart(family, path, login=True)
    if family == "sh":
        return (ShellStart(family, path, login=True),)
    if family == "nu":  # without --login, nu -c reads no file of the user
        return (ShellStart(family, path, login=True),)
    return (ShellStart(family, path, interactive=True),)


def shells_here(request: ProbeRequest) -> list[ShellStart]:
    """Of each shell that this user has (a start-up file of it, or $SHELL) and that is installed, its starts.

    On Windows: cmd, which starts as every program does there; what PowerShell's profile adds is not asked.
    """
    if request.os == "windows":
        system = request.get("SYSTEMROOT") or r"C:\Windows"
        comspec = request.get("COMSPEC") or request.paths.join(system, "System32", "cmd.exe")
        return [ShellStart("cmd", comspec)]
    own = request.get("SHELL")
    families = [
        family
        for family in FAMILIES
        if named_shell(own) == family
        or any(os.path.lexists(path) for path in startup_files(family, request.home_folder, request.variables))
    ]
    families += [family for family in ("nu", "pwsh") if named_shell(own) == family or _config_of(family, request)]
    starts: list[ShellStart] = []
    for family in families:
        path = own if own and named_shell(own) == family and os.access(own, os.X_OK) else program_of(family, request)
        starts += starts_of(family, path) if path else ()
    return starts


def _config_of(family: str, request: ProbeRequest) -> bool:
    base = request.get("XDG_CONFIG_HOME") or os.path.join(request.home_folder, ".config")
    name = {"nu": "nushell", "pwsh": "powershell"}[family]
    return os.path.isdir(os.path.join(base, name))


def program_of(family: str, request: ProbeRequest) -> str | None:
    """Where that shell's program lies: on the PATH, else where systems put it."""
    folders = [*request.search_path, *PLACES]
    return next(filter(None, (executable(request, folder, family) for folder in folders)), None)


def fresh_environment(
    environment: Mapping[str, str], without: Iterable[str] = (), without_folders: Iterable[str] = ()
) -> dict[str, str]:
    """What a new window starts with, as far as it can be told from here: this program's environment without what an
    active environment put there, without `without` (names), and with a PATH without those folders.

    Nothing in it opens a window to ask for a passphrase.
    """
    dropped = {"VIRTUAL_ENV", "VIRTUAL_ENV_PROMPT", "UV", "DISPLAY", "WAYLAND_DISPLAY", "SSH_ASKPASS", *without}
    dropped |= {"CONDA_PREFIX", "CONDA_DEFAULT_ENV", "CONDA_SHLVL", "CONDA_PROMPT_MODIFIER", "BASH_ENV", "ENV"}
    gone = {_plain(folder) for folder in without_folders}
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        root = environment.get(name)
        gone |= {_plain(os.path.join(root, sub)) for sub in ("bin", "condabin", "Scripts")} if root else set()
    kept = {name: value for name, value in environment.items() if name.upper() not in dropped}
    path = next((name for name in kept if name.upper() == "PATH"), None)
    if path:
        kept[path] = os.pathsep.join(one for one in kept[path].split(os.pathsep) if _plain(one) not in gone)
    if kept.get("TERM", "dumb") == "dumb" and os.name == "posix":
        kept["TERM"] = "xterm"  # files that return early for a dumb terminal would tell another story
    return {**kept, "SSH_ASKPASS_REQUIRE": "never", "skip_global_compinit": "1"}


def _plain(folder: str) -> str:
    return os.path.normcase(folder.strip('"').rstrip("/\\"))


def ask_shells(
    starts: Sequence[ShellStart],
    environment: Mapping[str, str],
    names: Sequence[str],
    programs: Sequence[str] = ("uv",),
    *,
    limit: float = LIMIT,
    home: str | None = None,
) -> list[ShellSaid]:
    """Each start's answer, in order, four at a time. `environment`: what they start with (see `fresh_environment`).

    What a shell leaves in a home in which it never ran (an empty history, its tables) is gone again afterwards.
    """
    jobs = [partial(_ask, start, environment, names, programs, limit, home) for start in starts]
    rounds = (len(jobs) + 3) // 4
    with _as_it_was(environment, home or environment.get("HOME") or ""):
        answers = side_by_side(jobs, limit * rounds + 2)
    return [said or ShellSaid(start, why_not=_late(limit)) for start, said in zip(starts, answers, strict=True)]


@contextmanager
def _as_it_was(environment: Mapping[str, str], home: str) -> Iterator[None]:
    """Takes away what fish and zsh make on a first start, where it was not there before."""
    if os.name != "posix" or not home:
        yield
        return
    config = Path(environment.get("XDG_CONFIG_HOME") or f"{home}/.config", "fish")
    data = Path(environment.get("XDG_DATA_HOME") or f"{home}/.local/share", "fish")
    cache = Path(environment.get("XDG_CACHE_HOME") or f"{home}/.cache", "fish")
    made = [data, cache, config / "fish_variables", Path(environment.get("ZDOTDIR") or home, ".zcompdump")]
    folders = [config / name for name in ("functions", "completions", "conf.d")]
    folders += [above for path in (config, data, cache) for above in (path, *path.parents) if _below(above, home)]
    new = [path for path in made if not os.path.lexists(path)]
    new_folders = [path for path in dict.fromkeys(folders) if not os.path.lexists(path)]
    try:
        yield
    finally:
        for path in new:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                with suppress(OSError):
                    path.unlink()
        for path in new_folders:
            with suppress(OSError):  # somebody else's files are in it
                path.rmdir()


def _below(path: Path, home: str) -> bool:
    return path != Path(home) and Path(home) in path.parents


def _ask(
    start: ShellStart,
    environment: Mapping[str, str],
    names: Sequence[str],
    programs: Sequence[str],
    limit: float,
    home: str | None,
) -> ShellSaid:
    """One shell's answer. Raises nothing: a shell that is gone, hangs or breaks has a `why_not`."""
    folder = tempfile.mkdtemp(prefix="uv-wizard-ask-")
    answer = Path(folder, "answer.json")
    script = os.fspath(Path(__file__).with_name("say_environment.py"))
    told = {
        "PYTHON": sys.executable, "SCRIPT": script, "ANSWER": os.fspath(answer), "NAMES": ",".join(names),
        "PROGRAMS": ",".join(programs), "LINE": f'"{sys.executable}" -I -S "{script}"',
    }  # fmt: skip
    given = {**environment, **{PREFIX + name: value for name, value in told.items()}}
    try:
        said = ask(_argv(start, programs), limit, environment=given, cwd=home, linger=0.2)
        if not answer.exists():
            return ShellSaid(start, why_not=_silent(said.code, said.err or said.out))
        document = json.loads(answer.read_text(encoding="ascii"))
        return ShellSaid(start, document["values"], document["found"])
    except TimeoutError:
        return ShellSaid(start, why_not=_late(limit))
    except (OSError, ValueError) as error:
        return ShellSaid(start, why_not=one_line(str(getattr(error, "strerror", None) or error), 120))
    finally:
        with suppress(OSError):
            shutil.rmtree(folder)


def _late(limit: float) -> str:
    return said(
        "it did not answer in {limit} s: a start-up file waits for something, or starts another program",
        limit=f"{limit:g}",
    )


def _silent(code: int, printed: str) -> str:
    last = next((line for line in reversed(printed.splitlines()) if line.strip()), "")
    told = said("; its last line: {last}", last=one_line(last, 100)) if last else ""
    return said(
        "it ended ({code}) before it could answer: a start-up file leaves or starts another program{told}",
        code=code,
        told=told,
    )


def _argv(start: ShellStart, programs: Sequence[str]) -> list[str]:
    """The shell with a command that starts say_environment.py; everything that needs quoting is in variables."""
    flags = [flag for flag, holds in (("-l", start.login), ("-i", start.interactive)) if holds]
    if start.family in _POSIX:
        words = " ".join(f'"=$(command -v {name} 2>/dev/null)"' for name in programs)
        return [start.path, *flags, "-c", f"{_SAYS} {words}"]
    if start.family == "fish":
        words = " ".join(
            f'"="(functions -q {name}; and echo {name}; or command -s {name}; or echo)' for name in programs
        )
        return [start.path, *flags, "-c", f"exec ${PREFIX}PYTHON -I -S ${PREFIX}SCRIPT {words}"]
    if start.family == "nu":
        words = " ".join(f"$'=(try {{ which {name} | get path.0 }} catch {{ \"\" }})'" for name in programs)
        return [start.path, *flags, "-c", f"^$env.{PREFIX}PYTHON -I -S $env.{PREFIX}SCRIPT {words}"]
    if start.family == "cmd":  # the line is a variable: cmd and Python do not agree on how quotes are escaped
        return [start.path, "/c", f"%{PREFIX}LINE%"]
    words = " ".join(
        f'"=$((Get-Command {name} -ErrorAction SilentlyContinue | Select-Object -First 1).Source)"' for name in programs
    )
    login = ["-Login"] if start.login and os.name == "posix" else []
    line = f"& $env:{PREFIX}PYTHON -I -S $env:{PREFIX}SCRIPT {words}"
    return [start.path, *login, "-NoLogo", "-NonInteractive", "-Command", line]
