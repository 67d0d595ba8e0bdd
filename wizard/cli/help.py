"""`--help`, as text."""

from __future__ import annotations

from wizard.cli.options import COMMANDS

_OPTIONS = {
    "choices": ("--choices FILE", "take the choices of this TOML file (uv-wizard export choices writes one)"),
    "set": ("--set KEY=VALUE", "one choice, such as verify.require=cpu; again and again; wins over the file"),
    "machine": ("--machine FILE", "plan for another machine: the machine facts, or a doctor document, as JSON"),
    "json": ("--json", "JSON on standard output, and nothing else there"),
    "yes": ("--yes", "do it without being asked"),
    "dry_run": ("--dry-run", "show it, change nothing"),
    "list": ("--list", "show the runs"),
    "plain": ("--plain", "lines that scroll, instead of a screen (for screen readers and simple terminals)"),
    "low_bandwidth": ("--low-bandwidth", "fewer bytes to the terminal, no mouse"),
    "kind": ("--kind KIND", "pypi, pytorch or python"),
    "catalog": ("--catalog FILE", "measure the mirrors of this TOML file and no others"),
    "require": ("--require NAME", "what has to pass: auto, cpu, gpu, cuda, rocm, xpu, mps"),
    "python": (
        "--python PATH",
        "verify: the Python of any environment; export bundle: the host's Python, such as 3.12",
    ),
    "save": (
        "--save FILE",
        "keep the result: verify and report FILE.html, a page; apply, sync, verify FILE.json; attach FILE.zip, for a colleague",
    ),
    "conda": ("--conda NAME", "instead of a file: a conda environment of this machine, by its name or folder"),
    "deep": ("--deep", "torch.compile too, and with several GPUs their copies to each other and NCCL"),
    "as_run": ("--as-run", "verify: keep it as a run, which attach shows, on another machine of a cluster too"),
    "lock": ("--lock", "try uv lock in a copy of the project too: what would become of uv.lock"),
    "shell": ("--shell sh|ps1", "export script: for which shell (as a rule ps1 on Windows, else sh)"),
    "base": ("--base slim|cuda", "export dockerfile: cuda is the large base image with CUDA in it; as a rule slim"),
    "keep_mirror": ("--keep-mirror", "export dockerfile: the build asks the chosen mirror first; as a rule none stays"),
    "no_devcontainer": ("--no-devcontainer", "export dockerfile: no .devcontainer/devcontainer.json beside it"),
    "to": (
        "--to FOLDER",
        "export ansible, job, bundle: where it is written; as a rule a folder in the project, of a bundle one here",
    ),
    "platform": (
        "--platform NAME",
        "export bundle: the host's system, such as linux-aarch64, linux-x86_64-glibc2.35, macos-aarch64, windows-x86_64",
    ),
    "since": ("--since DIR", "export bundle: leave out what that earlier bundle has; the host needs both"),
    "bundle": (
        "--bundle DIR",
        "take everything from the bundle in that folder and ask no network; again for an earlier one it goes with",
    ),
    "one_file": ("--one-file PATH", "the uv-wizard.pyz to give away; as a rule the one that runs"),
    "greeting": ("--greeting TEXT", "what newcomers read first; nothing takes it out"),
    "sizes": ("--sizes", "ask the servers how large the packages of uv.lock are when unpacked"),
}


def text(command: str) -> str:
    """The help of that command; of all where it is ""."""
    spec = COMMANDS[command]
    if command:
        lines = [f"usage: uv-wizard {command} {spec.usage} [options]", "", spec.summary, ""]
    else:
        lines = [
            "usage: uv-wizard [PROJECT] [options]            the wizard, in this terminal",
            "       uv-wizard COMMAND [words] [options]",
            "",
            "From a bare machine to a verified environment: uv, its settings, mirrors, the torch variant,",
            "uv sync --locked, and a check on the GPU. Nothing is changed before you have seen the plan.",
            "",
            "commands:",
            *(f"  {name:9} {one.summary}" for name, one in COMMANDS.items() if name),
            "",
            "uv-wizard COMMAND --help shows a command's options. A folder named like a command: ./sync",
            "",
        ]
    lines += ["options:", *(f"  {flag:17} {about}" for key, (flag, about) in _OPTIONS.items() if key in spec.options)]
    return "\n".join(lines)
