"""The one source of the command line, with commands.py: options, choices, exit codes, variables, files.

The parser, --help, the man page and the completion of every shell are made of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from wizard.language import said


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
    of: tuple[str, ...] = ()
    """The kinds of export that take it, where no other command does."""


def flag(key: str) -> str:
    """The option of that key as it is typed: `--dry-run`."""
    return f"--{key.replace('_', '-')}"


OPTIONS: Mapping[str, OptionSpec] = {
    "choices": OptionSpec(said("take the choices of this TOML file (export choices writes one)"), "FILE", "file"),
    "set": OptionSpec(said("one choice, such as verify.require=cpu; again and again; wins over the file; "
                           "uv-wizard --help has all keys"), "KEY=VALUE", "set", again=True,
                      told={"": said("one choice, such as verify.require=cpu; again and again; wins over the file")}),
    "machine": OptionSpec(said("plan for another machine: its facts as JSON (doctor --json, there)"), "FILE", "file",
                          told={"apply": "", "sync": "", "verify": ""}),
    "json": OptionSpec(said("JSON on standard output, and nothing else there")),
    "yes": OptionSpec(said("do it without being asked"), short="y",
                      told={"plan": "", "verify": "", "sync": said("taken, and not needed: sync asks nothing")}),
    "dry_run": OptionSpec(said("show it, change nothing")),
    "list": OptionSpec(said("show the runs")),
    "plain": OptionSpec(said("lines that scroll instead of a screen, for screen readers, simple terminals and pipes")),
    "low_bandwidth": OptionSpec(said("fewer bytes to the terminal, no mouse")),
    "kind": OptionSpec(said("measure only these"), "pypi|pytorch|python", "words", words=("pypi", "pytorch", "python")),
    "catalog": OptionSpec(said("measure the mirrors of this TOML file and no others"), "FILE", "file"),
    "require": OptionSpec(said("what has to pass: auto, cpu, gpu, cuda, rocm, xpu, mps"), "NAME", "words",
                          words=("auto", "cpu", "gpu", "cuda", "rocm", "xpu", "mps")),
    "python": OptionSpec(said("the Python to check in"), "PATH", "file",
                         told={"export": said("the host's Python, such as 3.12")}),
    "save": OptionSpec(said("keep the result"), "FILE", "file",
                       told={"verify": said("keep the result: FILE.html, a page; FILE.json, the document"),
                             "report": said("keep it as a page, FILE.html"), "apply": said("keep the result as FILE.json"),
                             "sync": said("keep the result as FILE.json"),
                             "attach": said("keep it as FILE.zip, for a colleague")}),
    "conda": OptionSpec(said("instead of a file: a conda environment of this machine, by its name or folder"), "NAME", "conda"),
    "deep": OptionSpec(said("torch.compile too, and with several GPUs their copies to each other and NCCL")),
    "as_run": OptionSpec(said("keep it as a run, which attach shows, on another machine of a cluster too")),
    "lock": OptionSpec(said("try uv lock in a copy of the project too: what would become of uv.lock")),
    "shell": OptionSpec(said("for which shell; as a rule ps1 on Windows, else sh"), "sh|ps1", "words", words=("sh", "ps1"),
                        of=("script",)),
    "base": OptionSpec(said("cuda is the large base image with CUDA in it; as a rule slim"), "slim|cuda", "words",
                       words=("slim", "cuda"), of=("dockerfile",)),
    "keep_mirror": OptionSpec(said("the build asks the chosen mirror first; as a rule none stays"), of=("dockerfile",)),
    "no_devcontainer": OptionSpec(said("no .devcontainer/devcontainer.json beside it"), of=("dockerfile",)),
    "to": OptionSpec(said("the folder it is written into"), "FOLDER", "folder", of=("ansible", "bundle"),
                     told={"ansible": said("where it is written; as a rule a folder in the project"),
                           "bundle": said("where it is written; as a rule a folder here")}),
    "platform": OptionSpec(said("the host's system, such as linux-aarch64, linux-x86_64-glibc2.35, windows-x86_64"),
                           "NAME", "platform", of=("bundle",)),
    "since": OptionSpec(said("leave out what that earlier bundle has; the host needs both"), "DIR", "folder", of=("bundle",)),
    "bundle": OptionSpec(said("take everything from the bundle in that folder and ask no network; again for an earlier one "
                              "that it goes with"), "DIR", "folder", again=True),
    "one_file": OptionSpec(said("the uv-wizard.pyz to give away; as a rule the one that runs"),
                           "PATH", "file", of=("ansible", "job", "bundle")),
    "greeting": OptionSpec(said("what newcomers read first; an empty text takes it out"), "TEXT"),
    "sizes": OptionSpec(said("ask the servers how large the packages of uv.lock are when unpacked")),
    "help": OptionSpec(said("show this page"), short="h"),
    "version": OptionSpec(said("show the version")),
}  # fmt: skip
"""In the order in which pages show them."""

EXITS: Mapping[int, str] = {
    0: said("done"),
    1: said("failed; the cause is named, with what to do"),
    2: said("wrong usage or bad input; nothing was changed"),
    3: said("the check in the environment fell short of what was required"),
    4: said("a decision is missing: --yes, or a choice that has no safe default"),
    130: said("interrupted"),
}
VARIABLES: Mapping[str, str] = {
    "UV_WIZARD_LANG": said("en, zh-CN or ko; else the locale decides"),
    "UV_WIZARD_STATE_DIR": said("where runs, logs and what undo needs are kept"),
    "UV_WIZARD_PLAIN": said(
        "1: lines that scroll, always; 0: screens, also where a screen reader or a terminal without cursor "
        "addressing was found"
    ),
    "ACCESSIBLE": said("not empty: lines that scroll, as other programs take it"),
    "TERM": said("dumb, or a terminal without cursor addressing: lines that scroll"),
    "NO_COLOR": said("not empty: no colours"),
    "UV_*": said("your own settings of uv hold, but for those that would mislead it here"),
}
FILES: Mapping[str, str] = {
    "pyproject.toml, uv.lock": said("the project; changed only where a choice says so"),
    "~/.local/state/uv-wizard": said(
        "runs, logs, and the bytes that were there before (Windows: %LOCALAPPDATA%\\uv-wizard)"
    ),
    "~/.config/uv-wizard": said("the settings that shells read, where they are kept in the environment"),
}
CHOICES: Mapping[str, str] = {
    "uv.install": said("which uv: keep, update, standalone, index or a path"),
    "uv.version": said("the version to install; empty: the newest"),
    "uv.dir": said("the folder that uv is installed into"),
    "settings.where": said("kept in: environment, uv.toml or none"),
    "settings.cache-dir": said("where uv keeps downloads (UV_CACHE_DIR)"),
    "settings.python-install-dir": said("where uv keeps its Pythons"),
    "settings.link-mode": said("auto, clone, copy, hardlink or symlink"),
    "settings.old-cache": said("the cache before: keep, move or drop"),
    "settings.conda-auto-activate": said("conda's base in new shells: keep or off"),
    "mirrors.pypi": said("official, fastest, an id or an address"),
    "mirrors.pytorch": said("the same for the PyTorch indexes"),
    "mirrors.python": said("the same for Pythons"),
    "mirrors.uv": said("where uv itself comes from"),
    "mirrors.scope": said("machine, or project: in pyproject.toml too"),
    "mirrors.persist": said("true: also the default index everywhere"),
    "torch.variant": said("keep, auto, pypi, or such as cu126 or cpu"),
    "torch.version": said("the release; empty: what is recommended"),
    "torch.layout": said("in pyproject.toml by: auto, index or extras"),
    "torch.platforms": said("systems that the variant is for"),
    "sync.extras": said("extras of the project to install"),
    "sync.groups": said("dependency groups to install"),
    "sync.no-cache": said("true: leave nothing in the cache"),
    "secrets.variables": said("environment variables that hold secrets"),
    "verify.require": said("what has to pass: auto, cpu, gpu, cuda, ..."),
}
"""What each key of wizard.choice_keys.KEYS decides, in a few words."""
