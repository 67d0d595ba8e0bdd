"""After writing, uv and the shells are asked; what does not answer is told, not waited for."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.settings.support import carried_out, chosen, machine_of, planned, write
from tests.support.programs import of_the_system
from wizard.run import arrived

pytestmark = pytest.mark.wine_cannot("run POSIX shells")


class Told:
    """Stands where the supervisor stands."""

    def __init__(self, folder: Path) -> None:
        self.run_folder, self.journal_folder = folder, folder / "journal"
        self.environment: Mapping[str, str] = dict(os.environ)
        self.output_tail = ""
        self.events: list[dict[str, Any]] = []
        self.dripped = False

    def emit(self, type: str, **fields: Any) -> None:  # noqa: A002 - the events' own key
        self.events.append({"type": type, **fields})

    def run_command(
        self, argv: list[str], env: Mapping[str, str | None] | None = None, cwd: str | None = None, *, uv: bool = False,
        least: float | None = None,
    ) -> int:  # fmt: skip
        given = {name: value for name, value in {**os.environ, **(env or {})}.items() if value is not None}
        done = subprocess.run(argv, env=given, cwd=cwd, capture_output=True, text=True, check=False)
        self.output_tail = done.stderr
        return done.returncode

    def cancelled(self) -> bool:
        return False

    def shells(self) -> dict[str, dict[str, Any]]:
        return {event["shell"]: event for event in self.events if event["type"] == "shell"}

    def said(self) -> str:
        return "\n".join(event["text"] for event in self.events if "text" in event)


@pytest.fixture
def told(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Told:
    for name in ("XDG_CONFIG_HOME", "UV_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SHELL", "/bin/bash")
    monkeypatch.setattr(arrived, "LIMIT_S", 1.5)
    return Told(tmp_path)


def settle(home: Path, told: Told, **values: str) -> dict[str, Any]:
    step = planned(machine_of(home), chosen(**values))
    assert step is not None
    carried_out(step, told.journal_folder)
    (command,) = (one for one in step.commands if one.kind == "ask-shells")
    return dict(command.options)


def test_every_shell_says_what_arrived(home: Path, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    write(home, {".bashrc": b"", ".zshrc": b"export UV_CACHE_DIR=/mine\n", ".config/fish/config.fish": b""})
    monkeypatch.setenv("UV_CACHE_DIR", "/data/c")  # of the terminal, and so no proof
    assert arrived.ask_shells(settle(home, told, cache_dir="/data/c"), told) == 0
    found = told.shells()
    assert found["bash, interactive"]["arrived"] is True
    assert found["bash, login"]["values"] == {"UV_CACHE_DIR": "/data/c"}
    if shutil.which("zsh"):
        assert found["zsh, login"]["arrived"] is True
        assert (found["zsh, interactive"]["arrived"], found["zsh, interactive"]["values"]) == (
            False,
            {"UV_CACHE_DIR": "/mine"},
        )
        assert "UV_CACHE_DIR is /mine there, not /data/c" in told.said()


@pytest.mark.parametrize(
    "line, tool",
    [
        ("exec tmux", "tmux"),
        ("exec sleep 600", "sleep"),
        ("read -r -p 'Enter passphrase for key: ' answer < fifo", "bash"),
        ("ssh-keygen -y -f key", "ssh-keygen"),
    ],
)
def test_one_that_does_not_answer_is_told_and_not_waited_for(home: Path, told: Told, line: str, tool: str) -> None:
    of_the_system(tool)
    write(home, {".bashrc": b"cd ~\n" + line.encode() + b"\n"})
    os.mkfifo(home / "fifo")
    if tool == "ssh-keygen":
        argv = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "secret words", "-f", str(home / "key")]
        subprocess.run(argv, check=True, stdin=subprocess.DEVNULL)
    assert arrived.ask_shells(settle(home, told, cache_dir="/data/c"), told) == 0
    found = told.shells()
    assert found["bash, login"]["arrived"] is True
    if tool == "ssh-keygen":  # it has no terminal to ask at, and gives up
        assert found["bash, interactive"]["arrived"] is True
    else:
        assert found["bash, interactive"]["arrived"] is None
        assert "start" in found["bash, interactive"]["why"]


def test_a_uv_toml_that_uv_takes_stays(home: Path, told: Told, uv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    path = home / ".config" / "uv" / "uv.toml"
    write(home, {".config/uv/uv.toml": b"# mine\r\nnative-tls = true\r\n[pip]\r\nno-deps = false\r\n"})
    step = planned(machine_of(home), chosen(where="uv.toml", cache_dir=str(home / "c"), link_mode="copy"))
    assert step is not None
    assert [command.kind for command in step.commands] == ["check-uv-toml"]
    carried_out(step, told.journal_folder)
    assert arrived.check_uv_toml({"argv": [str(uv), "cache", "dir"], "path": str(path)}, told) == 0
    asked = subprocess.run([uv, "cache", "dir"], capture_output=True, text=True, check=True, cwd=home,
                           env={k: v for k, v in os.environ.items() if k != "UV_CACHE_DIR"})  # fmt: skip
    assert asked.stdout.strip() == str(home / "c")


@pytest.mark.parametrize("before", [None, b"# mine\n", b"unheard-of = 1\n"])
def test_a_uv_toml_that_uv_refuses_is_taken_back(
    home: Path, told: Told, uv: Path, monkeypatch: pytest.MonkeyPatch, before: bytes | None
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    path = home / ".config" / "uv" / "uv.toml"
    if before is not None:
        write(home, {".config/uv/uv.toml": before})
    step = planned(machine_of(home), chosen(where="uv.toml", link_mode="copy"))
    assert step is not None
    (change,) = step.files
    from wizard.files import Journal

    Journal(told.journal_folder).write(path, (change.after or b"").replace(b"link-mode", b"link-moed"))
    assert arrived.check_uv_toml({"argv": [str(uv), "cache", "dir"], "path": str(path)}, told) != 0
    assert (path.read_bytes() if path.exists() else None) == before
    assert "as it was before" in told.said()
    assert "unknown field" in told.said()


@pytest.mark.parametrize(
    "shells, sentence",
    [
        ([], ""),
        ([("bash, login", True), ("bash, interactive", True), ("zsh, login", True)], "bash and zsh have the new variables."),
        ([("fish, login", True)], "fish has the new variables."),
        ([("bash, login", True), ("zsh, login", None)], "! Not known what arrived in zsh, login; the log says why."),
        ([("bash, login", None), ("zsh, login", False), ("fish, login", False)],
         "! Not all arrived in zsh, login and 1 more; the log says why."),
    ],
)  # fmt: skip
def test_in_one_sentence(shells: list[tuple[str, bool | None]], sentence: str) -> None:
    events: list[dict[str, Any]] = [
        {"type": "note"},
        *({"type": "shell", "shell": name, "arrived": state} for name, state in shells),
    ]
    assert arrived.told(events) == sentence
