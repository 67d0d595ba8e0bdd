"""The one source of the command line, with commands.py: options, choices, exit codes, variables, files.

The parser, --help, the man page and the completion of every shell are made of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class OptionSpec:
    """`value`: how its value is written, "" for a switch; `kind`: what a shell completes it with (completing.py knows)."""

    about: str
    value: str = ""
    kind: str = "text"
    short: str = ""
    again: bool = False
    words: tuple[str, ...] = ()
    """All values, where there are no others."""
    told: Mapping[str, str] = field(default_factory=dict)
    """What it is for a command or a kind of export, where that differs; "": it is not shown there."""


def flag(key: str) -> str:
    """The option of that key as it is typed: `--dry-run`."""
    return f"--{key.replace('_', '-')}"


OPTIONS: Mapping[str, OptionSpec] = {
    "choices": OptionSpec("take the choices of this TOML file (export choices writes one)", "FILE", "file"),
    "set": OptionSpec("one choice, such as verify.require=cpu; again and again; wins over the file; "
                      "uv-wizard --help has all keys", "KEY=VALUE", "set", again=True,
                      told={"": "one choice, such as verify.require=cpu; again and again; wins over the file"}),
    "machine": OptionSpec("plan for another machine: its facts as JSON (doctor --json, there)", "FILE", "file",
                          told={"apply": "", "sync": "", "verify": ""}),
    "json": OptionSpec("JSON on standard output, and nothing else there"),
    "yes": OptionSpec("do it without being asked", short="y",
                      told={"plan": "", "verify": "", "sync": "taken, and not needed: sync asks nothing"}),
    "dry_run": OptionSpec("show it, change nothing"),
    "list": OptionSpec("show the runs"),
    "plain": OptionSpec("lines that scroll instead of a screen, for screen readers, simple terminals and pipes"),
    "low_bandwidth": OptionSpec("fewer bytes to the terminal, no mouse"),
    "kind": OptionSpec("measure only these", "pypi|pytorch|python", "words", words=("pypi", "pytorch", "python")),
    "catalog": OptionSpec("measure the mirrors of this TOML file and no others", "FILE", "file"),
    "require": OptionSpec("what has to pass: auto, cpu, gpu, cuda, rocm, xpu, mps", "NAME", "words",
                          words=("auto", "cpu", "gpu", "cuda", "rocm", "xpu", "mps")),
    "python": OptionSpec("the Python to check in", "PATH", "file",
                         told={"export": "bundle: the host's Python, such as 3.12"}),
    "save": OptionSpec("keep the result", "FILE", "file",
                       told={"verify": "keep the result: FILE.html, a page; FILE.json, the document",
                             "report": "keep it as a page, FILE.html", "apply": "keep the result as FILE.json",
                             "sync": "keep the result as FILE.json",
                             "attach": "keep it as FILE.zip, for a colleague"}),
    "conda": OptionSpec("instead of a file: a conda environment of this machine, by its name or folder", "NAME", "conda"),
    "deep": OptionSpec("torch.compile too, and with several GPUs their copies to each other and NCCL"),
    "as_run": OptionSpec("keep it as a run, which attach shows, on another machine of a cluster too"),
    "lock": OptionSpec("try uv lock in a copy of the project too: what would become of uv.lock"),
    "shell": OptionSpec("script: for which shell; as a rule ps1 on Windows, else sh", "sh|ps1", "words", words=("sh", "ps1")),
    "base": OptionSpec("dockerfile: cuda is the large base image with CUDA in it; as a rule slim", "slim|cuda", "words",
                       words=("slim", "cuda")),
    "keep_mirror": OptionSpec("dockerfile: the build asks the chosen mirror first; as a rule none stays"),
    "no_devcontainer": OptionSpec("dockerfile: no .devcontainer/devcontainer.json beside it"),
    "to": OptionSpec("ansible, bundle: the folder it is written into", "FOLDER", "folder",
                     told={"ansible": "where it is written; as a rule a folder in the project",
                           "bundle": "where it is written; as a rule a folder here"}),
    "platform": OptionSpec("bundle: the host's system, such as linux-aarch64, linux-x86_64-glibc2.35, windows-x86_64",
                           "NAME", "platform"),
    "since": OptionSpec("bundle: leave out what that earlier bundle has; the host needs both", "DIR", "folder"),
    "bundle": OptionSpec("take everything from the bundle in that folder and ask no network; again for an earlier one "
                         "that it goes with", "DIR", "folder", again=True),
    "one_file": OptionSpec("ansible, job, bundle: the uv-wizard.pyz to give away; as a rule the one that runs",
                           "PATH", "file"),
    "greeting": OptionSpec("what newcomers read first; an empty text takes it out", "TEXT"),
    "sizes": OptionSpec("ask the servers how large the packages of uv.lock are when unpacked"),
    "help": OptionSpec("show this page", short="h"),
    "version": OptionSpec("show the version"),
}  # fmt: skip
"""In the order in which pages show them."""

EXITS: Mapping[int, str] = {
    0: "done",
    1: "failed; the cause is named, with what to do",
    2: "wrong usage or bad input; nothing was changed",
    3: "the check in the environment fell short of what was required",
    4: "a decision is missing: --yes, or a choice that has no safe default",
    130: "interrupted",
}
VARIABLES: Mapping[str, str] = {
    "UV_WIZARD_LANG": "en, zh-CN or ko; else the locale decides",
    "UV_WIZARD_STATE_DIR": "where runs, logs and what undo needs are kept",
    "UV_WIZARD_PLAIN": "1: lines that scroll, always; 0: screens, also where a screen reader or a terminal without "
    "cursor addressing was found",
    "ACCESSIBLE": "not empty: lines that scroll, as other programs take it",
    "TERM": "dumb, or a terminal without cursor addressing: lines that scroll",
    "NO_COLOR": "not empty: no colours",
    "UV_*": "your own settings of uv hold, but for those that would mislead it here",
}
FILES: Mapping[str, str] = {
    "pyproject.toml, uv.lock": "the project; changed only where a choice says so",
    "~/.local/state/uv-wizard": "runs, logs, and the bytes that were there before (Windows: %LOCALAPPDATA%\\uv-wizard)",
    "~/.config/uv-wizard": "the settings that shells read, where they are kept in the environment",
}
CHOICES: Mapping[str, str] = {
    "uv.install": "which uv: keep, update, standalone, index or a path",
    "uv.version": "the version to install; empty: the newest",
    "uv.dir": "the folder that uv is installed into",
    "settings.where": "kept in: environment, uv.toml or none",
    "settings.cache-dir": "where uv keeps downloads (UV_CACHE_DIR)",
    "settings.python-install-dir": "where uv keeps its Pythons",
    "settings.link-mode": "auto, clone, copy, hardlink or symlink",
    "settings.old-cache": "the cache before: keep, move or drop",
    "settings.conda-auto-activate": "conda's base in new shells: keep or off",
    "mirrors.pypi": "official, fastest, an id or an address",
    "mirrors.pytorch": "the same for the PyTorch indexes",
    "mirrors.python": "the same for Pythons",
    "mirrors.uv": "where uv itself comes from",
    "mirrors.scope": "machine, or project: in pyproject.toml too",
    "mirrors.persist": "true: also the default index everywhere",
    "torch.variant": "keep, auto, pypi, or such as cu126 or cpu",
    "torch.version": "the release; empty: what is recommended",
    "torch.layout": "in pyproject.toml by: auto, index or extras",
    "torch.platforms": "systems that the variant is for",
    "sync.extras": "extras of the project to install",
    "sync.groups": "dependency groups to install",
    "sync.no-cache": "true: leave nothing in the cache",
    "secrets.variables": "environment variables that hold secrets",
    "verify.require": "what has to pass: auto, cpu, gpu, cuda, ...",
}
"""What each key of wizard.choice_keys.KEYS decides, in a few words."""
