"""How each family of shells sets variables: the lines of our generated file, and the one that reads it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from wizard.plan import quoting
from wizard.plan.shell_block import MARK

HEAD = "# Written by uv-wizard. `uv-wizard undo` puts back what was here before."


@dataclass(frozen=True)
class Family:
    """Shells that read the same language. `{q}` stands for the quoted text, `{name}` for a variable's name."""

    name: str
    file: str
    """Its generated file's name in our folder."""
    quote: Callable[[str], str]
    unquote: Callable[[str], str]
    variable: str
    folder: str
    """Puts a folder in front of PATH, where PATH lacks it."""
    reads: str
    """Reads the file `{q}`; nothing where it is not there."""
    home: str = '"$HOME"{q}'
    """A path in the user's home."""

    def text(self, variables: Mapping[str, str], folder: str | None) -> bytes:
        """The generated file."""
        lines = [HEAD]
        if folder:
            # of another machine's home only its `~` is known, which no shell expands inside quotes
            quoted = self.home.replace("{q}", self.quote(folder[1:])) if folder.startswith("~/") else self.quote(folder)
            lines.append(self.folder.replace("{q}", quoted))
        for name, value in sorted(variables.items()):
            lines.append(self.variable.replace("{name}", name).replace("{q}", self.quote(value)))
        return ("\n".join(lines) + "\n").encode("utf-8", "surrogateescape")

    def variables_of(self, data: bytes | None, names: frozenset[str]) -> dict[str, str]:
        """The variables that such a file sets, of those names."""
        found = {}
        for line in (data or b"").decode("utf-8", "surrogateescape").split("\n"):
            for name in names:
                prefix = self.variable.replace("{name}", name).partition("{q}")[0]
                if line.startswith(prefix) and len(line) > len(prefix) + 1:
                    found[name] = self.unquote(line[len(prefix) :])
        return found

    def folder_of(self, data: bytes | None) -> str | None:
        """The folder that such a file puts into PATH."""
        prefix, middle = self.folder.split("{q}")[:2]
        for line in (data or b"").decode("utf-8", "surrogateescape").split("\n"):
            if line.startswith(prefix) and middle in line:
                return self.unquote(line[len(prefix) :].partition(middle)[0])
        return None

    def reading(self, path: str, home: str) -> str:
        """The line for a start-up file. In the user's home it names `$HOME`: dotfiles are carried to other machines."""
        quoted = self.quote(path)
        if self.name == "sh" and path.startswith(home.rstrip("/") + "/"):
            quoted = self.home.replace("{q}", self.quote(path[len(home.rstrip("/")) :]))
        return f"{self.reads.replace('{q}', quoted)} {MARK}"


SH = Family(
    "sh",
    "env.sh",
    quoting.sh,
    quoting.unquoted_sh,
    "export {name}={q}",
    'case ":${PATH}:" in *:{q}:*) ;; *) PATH={q}:"$PATH"; export PATH ;; esac',
    "if [ -r {q} ]; then . {q}; fi",
)
FISH = Family(
    "fish",
    "uv-wizard.fish",
    quoting.fish,
    quoting.unquoted_fish,
    "set -gx {name} {q}",
    "contains -- {q} $PATH; or set -gx PATH {q} $PATH",
    "source {q}",
)
POWERSHELL = Family(
    "pwsh",
    "env.ps1",
    quoting.powershell,
    quoting.unquoted_powershell,
    "$env:{name} = {q}",
    "if (($env:PATH -split ':') -cnotcontains {q}) { $env:PATH = {q} + ':' + $env:PATH }",
    "if (Test-Path -LiteralPath {q}) { . {q} }",
    "($HOME + {q})",
)
NU = Family(
    "nu",
    "env.nu",
    quoting.nu,
    quoting.unquoted_nu,
    "$env.{name} = {q}",
    "if {q} not-in ($env.PATH | split row (char esep)) { $env.PATH = ($env.PATH | split row (char esep) | prepend {q}) }",
    "source {q}",
    "($env.HOME + {q})",
)
FAMILIES = (SH, FISH, POWERSHELL, NU)
OF_SHELL = {"bash": SH, "zsh": SH, "sh": SH, "fish": FISH, "pwsh": POWERSHELL, "nu": NU}
