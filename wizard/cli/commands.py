"""The commands: what each is called with, what it takes, and its page of --help in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from wizard.language import said


@dataclass(frozen=True)
class CommandSpec:
    """`handler`: `module:function` that takes Options; `words`: (least, most) words after the command."""

    handler: str
    words: tuple[int, int]
    usage: str
    summary: str
    options: frozenset[str] = frozenset()
    group: str = ""
    about: str = ""
    rows: tuple[tuple[str, str], ...] = ()
    """What the first word can be, below the last paragraph."""
    kinds: tuple[str, ...] = ("folder",)
    """What each word is, as `OptionSpec.kind`."""
    examples: tuple[tuple[str, str], ...] = ()
    """Commands without the program's name, and what each is for."""
    exits: Mapping[int, str] = field(default_factory=dict)
    """Exit codes that mean something else or more than in EXITS."""


GROUPS = {
    "look": said("look; nothing is changed"),
    "do": said("do"),
    "give": said("bring along, and give to others"),
    "shell": said("for your shell"),
}
_PLANS = frozenset({"choices", "set", "machine"})
_WRITES = frozenset({"json", "yes", "dry_run"})
EXPORTS: Mapping[str, tuple[str, frozenset[str]]] = {
    "dockerfile": (
        "Dockerfile, .dockerignore, devcontainer.json",
        frozenset({"base", "keep_mirror", "no_devcontainer"}),
    ),
    "script": (said("the plan as a script that needs no uv-wizard"), frozenset({"shell"})),
    "choices": (said("what differs from the defaults, for --choices"), frozenset()),
    "ansible": (said("a playbook: many hosts, each planned by its own facts"), frozenset({"to", "one_file"})),
    "job": (said("a batch script for a cluster"), frozenset({"one_file"})),
    "bundle": (
        said("all that a host without a network needs"),
        frozenset({"to", "one_file", "platform", "python", "since"}),
    ),
}
"""Kinds of export: what each writes, and the options that only it takes."""
EXPORT_OPTIONS = frozenset(option for _, own in EXPORTS.values() for option in own)
SHELLS: Mapping[str, str] = {
    "bash": "uv-wizard.bash",
    "zsh": "_uv-wizard",
    "fish": "uv-wizard.fish",
    "powershell": "uv-wizard.ps1",
}
"""What `completion` writes for, and the asset that it is."""
FIRST_WORD = "__complete"
"""With it, what those scripts ask for at each Tab."""

COMMANDS: Mapping[str, CommandSpec] = {
    "": CommandSpec(
        "wizard.cli.face:run", (0, 1), "[PROJECT]", said("the wizard, in this terminal"),
        _PLANS | {"plain", "low_bandwidth"},
    ),
    "doctor": CommandSpec(
        "wizard.cli.telling:doctor", (0, 1), "[PROJECT]", said("what this machine is, what is wrong, what to choose"),
        _PLANS | {"json", "sizes"}, "look",
        said(
            "Looks at the machine, the project and its uv.lock, says what stands in the way and what it recommends, "
            "each with its reason. With --json it is one document, which --machine takes on another host."),
        examples=(("doctor", said("this machine, and the project in this folder")),
                  ("doctor --json > node.json", said("the facts of this host, to plan for it elsewhere"))),
    ),
    "torch": CommandSpec(
        "wizard.cli.telling:torch", (0, 1), "[PROJECT]", said("the torch variant for this machine, and why"),
        _PLANS | {"json"}, "look",
        said(
            "torch is published in variants, each built for some GPUs and drivers. This names the one to use here, "
            "and why each of the others can not run."),
    ),
    "mirrors": CommandSpec(
        "wizard.cli.telling:mirrors", (0, 1), "[PROJECT]", said("measure the mirrors, best first"),
        frozenset({"json", "kind", "catalog", "choices", "set"}), "look",
        said(
            "Asks every mirror for the same file: is it an index, are its files proved, how fast is it, how old. "
            "This asks the network; what was measured is remembered for a week."),
        examples=(("mirrors --kind pytorch", said("only those of the PyTorch indexes")),),
        exits={1: said("no mirror is sound")},
    ),
    "plan": CommandSpec(
        "wizard.cli.telling:plan", (0, 1), "[PROJECT]", said("every command and every file change that apply would make"),
        _PLANS | {"json", "lock", "yes"}, "look",
        examples=(("plan --set torch.variant=auto", said("what choosing torch for this GPU would change")),
                  ("plan --machine node.json", said("the plan for another host"))),
    ),
    "diagnose": CommandSpec(
        "wizard.cli.telling:diagnose", (0, 1), "[FILE]", said("name the cause in what uv or Python printed"),
        frozenset({"json", "machine"}), "look",
        said("FILE holds what was printed; without it, or with -, standard input is read."),
        kinds=("file",),
        examples=(("diagnose uv.log", said("what went wrong in a kept log")),),
    ),
    "apply": CommandSpec(
        "wizard.cli.running:apply", (0, 1), "[PROJECT]", said("carry the plan out, without a screen"),
        _PLANS | {"json", "yes", "dry_run", "save", "bundle"}, "do",
        said(
            "The same steps, checks and exit code as the wizard. Without a choice that says so it changes neither "
            "pyproject.toml nor uv.lock and asks no mirror. It goes on when the terminal is lost: see attach."),
        examples=(("apply --yes", said("all that plan shows")),
                  ("apply --yes --set mirrors.pypi=fastest", said("the same, files from the fastest mirror")),
                  ("apply --bundle DIR --yes", said("on a host without a network"))),
    ),
    "sync": CommandSpec(
        "wizard.cli.running:sync", (0, 1), "[PROJECT]", said("only uv sync --locked, through the chosen mirrors"),
        _PLANS | {"json", "yes", "dry_run", "save"}, "do",
        said("uv.lock is not touched: every file is held to its hash, wherever it came from."),
    ),
    "verify": CommandSpec(
        "wizard.cli.verifying:verify", (0, 1), "[PROJECT]", said("only the checks, in the project's own environment"),
        _PLANS | {"json", "yes", "require", "python", "save", "deep", "as_run"}, "do",
        said("Each check stands on the one before it. The last ones compute on the GPU and compare with the CPU."),
        examples=(("verify --require cuda", said("fails unless an NVIDIA GPU computes")),
                  ("verify --python /opt/env/bin/python", said("the checks in any environment")),
                  ("verify --save result.html", said("a page to show to others"))),
        exits={1: said("it could not look"), 3: said("less runs than was required")},
    ),
    "attach": CommandSpec(
        "wizard.cli.running:attach", (0, 1), "[RUN]", said("join a run that goes on, or see how it ended"),
        frozenset({"json", "plain", "low_bandwidth", "save"}), "do",
        said("Without RUN: the one that is running, else the last. Looking changes nothing."),
        kinds=("run",),
        examples=(("attach --save report.zip", said("a report of the last run for a colleague")),),
        exits={0: said("as that run ended, and so with the other codes")},
    ),
    "undo": CommandSpec(
        "wizard.cli.undoing:undo", (0, 1), "[RUN]", said("put back what a run changed; --list shows the runs"),
        _WRITES | {"list"}, "do",
        said(
            "Puts back files, registry values and an installed uv, byte for byte; not environments, packages or "
            "caches. A file that somebody changed since stays, and is named. Without RUN: the newest run that "
            "changed something, at a terminal one of this folder."),
        kinds=("changed-run",),
        examples=(("undo --list", said("the runs, and what each changed")), ("undo --dry-run", said("what would be put back"))),
        exits={1: said("a file was left as it is, because it was changed since")},
    ),
    "import": CommandSpec(
        "wizard.cli.importing:import_", (0, 2), "FILE [PROJECT], or --conda NAME [PROJECT]",
        said("make a uv project of an environment.yml, a requirements.txt or their like"),
        _WRITES | {"choices", "set", "conda"}, "give",
        said(
            "Every line of the file is taken over, not needed, or not decided; each with its reason. Shows it; "
            "--yes writes pyproject.toml."),
        kinds=("file", "folder"),
        examples=(("import environment.yml", said("what it would come to")),
                  ("import --conda vision --yes", said("of a conda environment that is here"))),
    ),
    "export": CommandSpec(
        "wizard.cli.exporting:export", (1, 2), "KIND [PROJECT]",
        said("write {kinds}: to give to others", kinds=", ".join(EXPORTS)),
        _PLANS | _WRITES | EXPORT_OPTIONS, "give",
        said("Shows the files; --yes writes them. KIND is one of:"),
        tuple((kind, told) for kind, (told, _) in EXPORTS.items()),
        ("export", "folder"),
        examples=(("export dockerfile --yes", said("the files of an image with this environment")),
                  ("export bundle --to /media/stick/bundle --yes", said("for a host without a network"))),
    ),
    "bundle": CommandSpec(
        "wizard.cli.bundling:bundle", (2, 2), "verify DIR", said("hold every file of an exported bundle to its manifest"),
        frozenset({"json"}), "give", kinds=("bundle", "folder"), exits={3: said("a file is not what the manifest says")},
    ),
    "report": CommandSpec(
        "wizard.cli.report:report", (1, 1), "DIR", said("what the machines of a fleet or of jobs came to, as one table"),
        frozenset({"json", "save"}), "give", exits={3: said("something stands against one of them")},
    ),
    "team": CommandSpec(
        "wizard.cli.team:team", (0, 1), "[PROJECT]", said("write what a team has decided into pyproject.toml"),
        _PLANS | _WRITES | {"greeting"}, "give",
        said(
            "What stands in [tool.uv-wizard] of pyproject.toml is not asked of anybody who opens the project. Shows "
            "the change; --yes writes it."),
        examples=(('team --set torch.variant=auto --greeting "Hello"', said("torch for each one's own GPU")),),
    ),
    "completion": CommandSpec(
        "wizard.cli.for_shells:completion", (1, 1), "SHELL", said("print the completion for {shells}", shells=", ".join(SHELLS)),
        frozenset(), "shell",
        said(
            "The Tab key then completes commands, options, the keys and values of --set, files, folders and runs. "
            "It prints a script and edits nothing. Put it where your shell reads it:"),
        (("bash", said("~/.local/share/bash-completion/completions/uv-wizard (with the package bash-completion), or ~/.bashrc")),
         ("zsh", said("~/.zfunc/_uv-wizard, and in ~/.zshrc, before compinit: fpath+=~/.zfunc")),
         ("fish", "~/.config/fish/completions/uv-wizard.fish"),
         ("powershell", said("at the end of the file that $PROFILE names"))),
        ("shell",),
        (("completion fish > ~/.config/fish/completions/uv-wizard.fish", said("for every new fish")),
         ("completion bash >> ~/.bashrc", said("for every new bash")),
         ("completion powershell >> $PROFILE", said("for every new PowerShell, typed in one"))),
    ),
    "man": CommandSpec(
        "wizard.cli.for_shells:man", (0, 0), "", said("print the manual page, for man"),
        frozenset(), "shell", kinds=(),
        about=said("An installed uv-wizard has the page in share/man/man1 of its environment."),
        examples=(("man | man -l -", said("read it")),
                  ("man > ~/.local/share/man/man1/uv-wizard.1", said("keep it where man uv-wizard finds it"))),
    ),
}  # fmt: skip

PAGE = (
    said(
        "From a bare machine to a verified environment: uv, its settings, mirrors, the torch variant, uv sync "
        "--locked, and a check on the GPU. Nothing is changed before you have seen every command and every file "
        "change; what was changed can be put back."
    ),
    said(
        "PROJECT is a folder, by default this one, or the address of a git repository, which is cloned first. A "
        "folder that is named like a command is written ./sync. Options stand before or after the other words."
    ),
)
EXAMPLES = (
    ("", said("the wizard, for the project in this folder")),
    ("doctor", said("only look")),
    ("apply --yes", said("what it recommends, without a screen")),
    ("undo --list", said("what was changed, and by which run")),
)
