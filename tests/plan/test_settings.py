"""Settings become files that the shells read as meant; a plan shows them and changes nothing."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.programs import of_the_system
from wizard.choices import Choices
from wizard.errors import BadInput
from wizard.machine.facts import CacheFolder, FoundUv, Machine
from wizard.plan import settings, shell_block
from wizard.plan.step import FileChange

HOME = "/home/min"
CONFIG = "/home/min/.config/uv-wizard"


def machine(shell: str | None = "bash", **files: bytes) -> Machine:
    names = {
        "bashrc": ".bashrc",
        "profile": ".profile",
        "zshenv": ".zshenv",
        "bash_profile": ".bash_profile",
        "bash_login": ".bash_login",
    }
    return Machine(
        os="linux", home=HOME, shell=shell, folders={"config": CONFIG, "user_uv_toml": f"{HOME}/.config/uv/uv.toml"},
        files={f"{HOME}/{names[name]}": data for name, data in files.items()},
    )  # fmt: skip


def chosen(**values: str) -> Choices:
    return Choices().with_values("set", {f"settings.{key.replace('_', '-')}": value for key, value in values.items()})


def by_name(changes: tuple[FileChange, ...]) -> dict[str, str]:
    return {change.path.removeprefix(HOME + "/"): change.after_text or "" for change in changes}


def test_defaults_change_nothing() -> None:
    assert settings.step(machine(bashrc=b"x\n"), Choices(), None) is None


def test_nothing_is_kept_where_it_is_for_this_run_only() -> None:
    assert settings.step(machine(), chosen(where="none", cache_dir="/data/c"), "/opt/uv") is None


def test_bash_gets_one_block_in_each_of_its_two_files() -> None:
    step = settings.step(
        machine(bashrc=b"alias ll=ls\n", profile=b"umask 022\n"), chosen(cache_dir="/data/uv cache"), None
    )
    assert step is not None
    files = by_name(step.files)
    assert set(files) == {".config/uv-wizard/env.sh", ".bashrc", ".profile"}
    assert "export UV_CACHE_DIR='/data/uv cache'\n" in files[".config/uv-wizard/env.sh"]
    for name, rest in ((".bashrc", "alias ll=ls\n"), (".profile", "umask 022\n")):
        assert files[name].startswith(shell_block.BEGIN)
        assert files[name].endswith(f"{shell_block.END}\n{rest}")


def test_the_login_file_that_bash_reads_is_taken() -> None:
    step = settings.step(machine(bash_profile=b"", bash_login=b""), chosen(link_mode="copy"), None)
    assert step is not None
    assert ".bash_profile" in by_name(step.files)
    assert ".bash_login" not in by_name(step.files)


def test_sh_and_the_desktop_read_the_profile_that_bash_passes_by() -> None:
    step = settings.step(machine(bash_profile=b"", profile=b""), chosen(link_mode="copy"), None)
    assert step is not None
    assert {".bashrc", ".bash_profile", ".profile"} < set(by_name(step.files))


def test_the_second_time_there_is_nothing_to_do() -> None:
    first = settings.step(machine(bashrc=b"x\r\ny\r\n", zshenv=b""), chosen(cache_dir="/d/c"), "/home/min/.local/bin")
    assert first is not None
    after = Machine(**{**vars(machine()), "files": {change.path: change.after for change in first.files}})
    assert settings.step(after, chosen(cache_dir="/d/c"), "/home/min/.local/bin") is None


def test_what_an_earlier_run_wrote_stays() -> None:
    first = settings.step(machine(bashrc=b""), chosen(cache_dir="/d/it's \u2028\x85"), None)
    assert first is not None
    after = Machine(**{**vars(machine()), "files": {change.path: change.after for change in first.files}})
    second = settings.step(after, chosen(link_mode="copy"), None)
    assert second is not None
    text = by_name(second.files)[".config/uv-wizard/env.sh"]
    assert "UV_CACHE_DIR='/d/it'\\''s \u2028\x85'" in text
    assert "UV_LINK_MODE='copy'" in text


@pytest.mark.parametrize(
    "data", [b"x\n", b"x", b"", b"a\r\nb\r\n", b"return\n", "é 项目\n".encode(), b"\xff\xfe bytes\n"]
)
def test_our_block_comes_out_as_it_went_in(data: bytes) -> None:
    step = settings.step(machine(bashrc=data), chosen(cache_dir="/d"), None)
    assert step is not None
    after = next(change.after for change in step.files if change.path.endswith(".bashrc"))
    assert shell_block.without_block(after or b"") == data


def test_a_block_without_its_end_costs_nobody_a_line() -> None:
    broken = f"{shell_block.BEGIN}\nif [ -r '/x/uv-wizard/env.sh' ]; then . '/x/uv-wizard/env.sh'; fi\nmine\n".encode()
    assert shell_block.without_block(broken) == b"mine\n"
    assert shell_block.without_block(f"{shell_block.BEGIN}\nmine\n".encode()) == b"mine\n"


def test_another_machines_files_have_lines_and_no_diff() -> None:
    foreign = Machine(os="linux", shell="zsh", foreign=True)
    step = settings.step(foreign, chosen(cache_dir="/d"), None)
    assert step is not None
    assert [change.path for change in step.files] == ["~/.config/uv-wizard/env.sh", "~/.zshenv"]
    assert all(change.diff is None and change.after_text for change in step.files)


@pytest.mark.parametrize(
    "shell, line",
    [
        (
            "bash",
            'case ":${PATH}:" in *:"$HOME"\'/.local/bin\':*) ;; *) PATH="$HOME"\'/.local/bin\':"$PATH"; export PATH ;; esac',
        ),
        ("fish", "contains -- \"$HOME\"'/.local/bin' $PATH; or set -gx PATH \"$HOME\"'/.local/bin' $PATH"),
    ],
)
def test_another_machines_home_is_named_so_that_its_shell_finds_it(shell: str, line: str) -> None:
    step = settings.step(Machine(os="linux", shell=shell, foreign=True), Choices(), "~/.local/bin")
    assert step is not None
    assert line in (step.files[0].after_text or "").splitlines()


def test_windows_gets_registry_values_with_their_kind_kept() -> None:
    windows = Machine(
        os="windows", home="C:\\Users\\张三", registry={"PATH": ("%USERPROFILE%\\bin;C:\\x", "REG_EXPAND_SZ")}
    )
    step = settings.step(windows, chosen(cache_dir="D:\\uv cache"), "C:\\Users\\张三\\.local\\bin")
    assert step is not None
    assert step.files == ()
    values = {change.name: (change.after, change.kind) for change in step.registry}
    assert values == {
        "UV_CACHE_DIR": ("D:\\uv cache", "REG_SZ"),
        "Path": ("C:\\Users\\张三\\.local\\bin;%USERPROFILE%\\bin;C:\\x", "REG_EXPAND_SZ"),
    }


def test_uv_toml_takes_what_it_knows_and_the_environment_the_rest() -> None:
    here = machine(bashrc=b"")
    path = f"{HOME}/.config/uv/uv.toml"
    here = Machine(**{**vars(here), "files": {**here.files, path: b"# mine\n[[index]]\nurl = 'https://x.example'\n"}})
    step = settings.step(here, chosen(where="uv.toml", cache_dir="/d/c", python_install_dir="/d/p"), None)
    assert step is not None
    files = by_name(step.files)
    assert files[".config/uv/uv.toml"] == "cache-dir = \"/d/c\"\n# mine\n[[index]]\nurl = 'https://x.example'\n"
    assert "UV_PYTHON_INSTALL_DIR" in files[".config/uv-wizard/env.sh"]
    assert "UV_CACHE_DIR" not in files[".config/uv-wizard/env.sh"]


@pytest.mark.parametrize(
    "keys, in_toml, in_shell",
    [
        (None, {"cache-dir", "link-mode"}, set()),
        (("cache-dir", "link-mode"), {"cache-dir", "link-mode"}, set()),
        (("cache-dir",), {"cache-dir"}, {"UV_LINK_MODE"}),
        ((), set(), {"UV_CACHE_DIR", "UV_LINK_MODE"}),
    ],
)
def test_what_the_uv_here_does_not_know_in_uv_toml_becomes_a_variable(
    keys: tuple[str, ...] | None, in_toml: set[str], in_shell: set[str]
) -> None:
    here = replace(machine(bashrc=b""), uv=(FoundUv("/opt/uv", "0.2.3", "unknown", None, keys),))
    step = settings.step(here, chosen(where="uv.toml", cache_dir="/data/c", link_mode="copy"), None, "/opt/uv")
    assert step is not None
    files = by_name(step.files)
    told = {
        name: "".join(text for path, text in files.items() if path.endswith(name)) for name in ("uv.toml", "env.sh")
    }
    for word, place in (("cache-dir", "uv.toml"), ("link-mode", "uv.toml")):
        assert (word in told[place]) is (word in in_toml)
    for word in ("UV_CACHE_DIR", "UV_LINK_MODE"):
        assert (word in told["env.sh"]) is (word in in_shell)
    assert any("it becomes a variable" in note for note in step.notes) is bool(in_shell)
    assert any(command.kind == "check-uv-toml" for command in step.commands) is bool(in_toml)


def test_another_uv_that_would_stop_at_uv_toml_is_told() -> None:
    old = FoundUv("/conda/bin/uv", "0.2.3", "conda", None, ("cache-dir",))
    here = replace(machine(bashrc=b""), uv=(old, FoundUv("/opt/uv", "0.13.8", "pip", None, ("cache-dir", "link-mode"))))
    step = settings.step(here, chosen(where="uv.toml", link_mode="copy"), None, "/opt/uv")
    assert step is not None
    assert any("0.2.3 at /conda/bin/uv, knows no link-mode" in note for note in step.notes)


@pytest.mark.parametrize(
    "environment, told",
    [({}, ""), ({"UV_CONFIG_FILE": "/x.toml"}, "uv reads /x.toml instead of"), ({"UV_NO_CONFIG": "1"}, "does not read"),
     ({"UV_NO_CONFIG": "0"}, "")],
)  # fmt: skip
def test_a_variable_that_keeps_uv_from_its_file_is_told(environment: dict[str, str], told: str) -> None:
    here = replace(machine(bashrc=b""), environment=environment)
    step = settings.step(here, chosen(where="uv.toml", link_mode="copy"), None)
    assert step is not None
    assert any(told in note for note in step.notes) if told else not step.notes


def test_a_uv_toml_with_the_mark_and_line_ends_of_windows_keeps_them(uv: Path, tmp_path: Path) -> None:
    before = b"\xef\xbb\xbf# mine\r\n[pip]\r\nno-deps = true\r\n"
    here = machine(bashrc=b"")
    here = replace(here, files={**here.files, f"{HOME}/.config/uv/uv.toml": before})
    step = settings.step(here, chosen(where="uv.toml", cache_dir="/data/c x", link_mode="copy"), None)
    assert step is not None
    (toml,) = (one for one in step.files if one.path.endswith("uv.toml"))
    assert toml.after is not None
    assert toml.after.startswith(b"\xef\xbb\xbf")
    assert toml.after.endswith(before[3:])
    assert b"\n" not in toml.after.replace(b"\r\n", b"")
    (tmp_path / "uv.toml").write_bytes(toml.after)
    argv = [str(uv), "cache", "dir", "--config-file", str(tmp_path / "uv.toml")]
    environment = {name: value for name, value in os.environ.items() if name != "UV_CACHE_DIR"}
    said = subprocess.run(argv, env=environment, capture_output=True, encoding="utf-8", check=True)
    assert said.stdout.strip().replace("\\", "/").endswith("/data/c x")


@pytest.mark.parametrize(
    "here, told",
    [
        (machine(bashrc=b""), None),
        (replace(machine(bashrc=b""), environment={"UV_CACHE_DIR": "/e"}), "UV_CACHE_DIR in this terminal is /e and wins"),
        (replace(machine(bashrc=b""), environment={"UV_CACHE_DIR": "/data/c"}), None),
        (replace(machine(bashrc=b"export UV_CACHE_DIR=/b"), environment={"UV_CACHE_DIR": "/b"}), ".bashrc line 1 sets"),
        (Machine(os="windows", registry={"UV_CACHE_DIR": ("D:/w", "REG_SZ")}, home="C:/u"), None),  # it is taken out
        (Machine(os="windows", environment={"UV_CACHE_DIR": "E:/w"}, home="C:/u"), "UV_CACHE_DIR in this terminal is E:/w and"),
    ],
)  # fmt: skip
def test_a_variable_that_wins_over_uv_toml_is_told(here: Machine, told: str | None) -> None:
    step = settings.step(here, chosen(where="uv.toml", cache_dir="/data/c"), None)
    assert step is not None
    assert [note for note in step.notes if told is None or told not in note] == []
    assert bool(step.notes) is (told is not None)


@pytest.mark.parametrize(
    "values, gone",
    [
        ({"settings.cache-dir": ""}, ["UV_CACHE_DIR"]),
        ({"settings.link-mode": "auto", "mirrors.persist": False}, ["UV_DEFAULT_INDEX", "UV_LINK_MODE"]),
        ({"settings.where": "uv.toml", "settings.cache-dir": "D:/mine"}, ["UV_CACHE_DIR"]),
        ({}, []),
        ({"settings.where": "none", "settings.cache-dir": ""}, []),
    ],
)
def test_uv_s_own_again_takes_the_value_out_of_the_registry(values: dict[str, object], gone: list[str]) -> None:
    there = dict.fromkeys(("UV_CACHE_DIR", "UV_LINK_MODE", "UV_DEFAULT_INDEX"), ("D:/w", "REG_EXPAND_SZ"))
    here = Machine(os="windows", registry={**there, "UV_PYTHON_INSTALL_DIR": ("x", "REG_BINARY")}, home="C:/u")
    step = settings.step(here, Choices().with_values("set", {"settings.python-install-dir": "", **values}), None)
    changes = step.registry if step else ()
    assert [(one.name, one.before, one.after, one.kind) for one in changes] == [
        (name, "D:/w", None, "REG_EXPAND_SZ") for name in gone
    ]


def test_uv_toml_of_another_machine_lies_where_uv_looks_there() -> None:
    step = settings.step(Machine(os="windows", foreign=True), chosen(where="uv.toml", link_mode="copy"), None)
    assert step is not None
    assert [change.path for change in step.files] == [r"%APPDATA%\uv\uv.toml"]


def test_a_broken_uv_toml_is_left_alone() -> None:
    here = machine()
    here = Machine(**{**vars(here), "files": {f"{HOME}/.config/uv/uv.toml": b"cache-dir = "}})
    with pytest.raises(BadInput, match="not valid TOML"):
        settings.step(here, chosen(where="uv.toml", cache_dir="/d"), None)


def test_what_is_set_back_to_uvs_own_goes_from_our_file() -> None:
    first = settings.step(machine(bashrc=b""), chosen(cache_dir="/d/c", link_mode="copy"), None)
    assert first is not None
    after = replace(machine(), files={change.path: change.after for change in first.files})
    second = settings.step(after, chosen(link_mode="auto"), None)
    assert second is not None
    assert by_name(second.files)[".config/uv-wizard/env.sh"].splitlines()[1:] == ["export UV_CACHE_DIR='/d/c'"]
    third = settings.step(after, chosen(where="uv.toml", cache_dir="/d/new"), None)
    assert third is not None
    assert "UV_CACHE_DIR" not in by_name(third.files)[".config/uv-wizard/env.sh"]  # it would win over uv.toml


def test_symlinks_are_explained() -> None:
    step = settings.step(machine(bashrc=b""), chosen(link_mode="symlink"), None)
    assert step is not None
    assert step.notes == (settings.SYMLINKS,)


def test_a_line_of_the_users_that_wins_is_told() -> None:
    mine = machine(bashrc=b"alias ll=ls\nexport UV_CACHE_DIR=/mine\n# export UV_LINK_MODE=copy\n")
    step = settings.step(mine, chosen(cache_dir="/d/c", link_mode="copy"), None)
    assert step is not None
    (note,) = step.notes
    assert note.startswith("~/.bashrc line 2 sets UV_CACHE_DIR too, and wins")
    same = settings.step(mine, chosen(cache_dir="/mine"), None)
    assert same is not None
    assert same.notes == ()


def test_powershell_and_nushell_read_our_file() -> None:
    """Built by their documented rules; neither is here to be asked."""
    here = Machine(os="linux", home=HOME, shell="nu", folders={"config": CONFIG},
                   files={f"{HOME}/.config/powershell/profile.ps1": b"\xef\xbb\xbf# mine\r\n"})  # fmt: skip
    step = settings.step(here, chosen(cache_dir="/it's \u2019 $x"), "/opt/uv")
    assert step is not None
    assert step.summary == "UV_CACHE_DIR, PATH for pwsh and nu"
    reading = f"if (Test-Path -LiteralPath '{CONFIG}/env.ps1') {{ . '{CONFIG}/env.ps1' }} # uv-wizard"
    raw = {change.path.removeprefix(HOME + "/"): change.after for change in step.files}
    assert (
        raw[".config/powershell/profile.ps1"]
        == (f"\ufeff{shell_block.BEGIN}\r\n{reading}\r\n{shell_block.END}\r\n# mine\r\n").encode()
    )
    assert (
        raw[".config/nushell/config.nu"]
        == (f"{shell_block.BEGIN}\nsource '{CONFIG}/env.nu' # uv-wizard\n{shell_block.END}\n").encode()
    )
    files = by_name(step.files)
    assert "$env:UV_CACHE_DIR = '/it''s \u2019\u2019 $x'\n" in files[".config/uv-wizard/env.ps1"]
    assert '$env.UV_CACHE_DIR = "/it\'s \u2019 $x"\n' in files[".config/uv-wizard/env.nu"]
    again = replace(here, files={**here.files, **{change.path: change.after for change in step.files}})
    assert settings.step(again, chosen(cache_dir="/it's \u2019 $x"), "/opt/uv") is None
    assert settings.step(again, chosen(link_mode="copy"), None) is not None


def test_utf_16_is_left_alone() -> None:
    here = Machine(os="linux", home=HOME, shell="pwsh", folders={"config": CONFIG},
                   files={f"{HOME}/.config/powershell/profile.ps1": "# mine\n".encode("utf-16")})  # fmt: skip
    step = settings.step(here, chosen(cache_dir="/d"), None)
    assert step is not None
    assert list(by_name(step.files)) == [".config/uv-wizard/env.ps1"]
    assert "UTF-16" in step.notes[0]


@pytest.mark.parametrize(
    "entry, known",
    [
        (r"C:\Users\min\.local\bin", True),
        (r'"c:\users\MIN\.local\bin\"', True),
        (r"%USERPROFILE%\.local\bin", True),
        (r"C:\Users\min\.local\bin2", False),
        (r"C:\Users\min\.local", False),
        ("", False),
    ],
)
def test_path_entries_of_windows_are_compared_whole(entry: str, known: bool) -> None:
    path = rf"C:\x;{entry};%NONE%\y"
    windows = Machine(os="windows", home=r"C:\Users\min", registry={"PATH": (path, "REG_SZ")})
    step = settings.step(windows, Choices(), r"C:\Users\min\.local\bin")
    assert (step is None) is known
    if step is not None:
        (change,) = step.registry
        assert (change.after, change.kind) == (rf"C:\Users\min\.local\bin;{path}", "REG_SZ")


def test_what_can_not_be_added_to_windows_is_told() -> None:
    windows = Machine(os="windows", registry={"Path": ("x" * 32760, "REG_SZ"), "UV_CACHE_DIR": ("1", "REG_DWORD")})
    step = settings.step(windows, chosen(cache_dir="D:\\c", link_mode="copy"), r"C:\uv folder")
    assert step is not None
    assert [change.name for change in step.registry] == ["UV_LINK_MODE"]
    assert ["no text (REG_DWORD)" in step.notes[0], "no room for more" in step.notes[1]] == [True, True]


@pytest.mark.parametrize(
    "line, known",
    [
        (b'. "$HOME/.local/bin/env"', True),
        (b'export PATH="$HOME/.local/bin:$PATH"', True),
        (b"PATH=$PATH:~/.local/bin", True),
        (b"PATH=/home/min/.local/bin:$PATH", True),
        (b"# PATH=/home/min/.local/bin:$PATH", False),
        (b"PATH=/home/min/.local/bin2:$PATH", False),
    ],
)
def test_a_folder_that_a_start_up_file_names_already(line: bytes, known: bool) -> None:
    assert settings.knows_folder(machine(bashrc=b"x\n" + line + b"\n"), "/home/min/.local/bin") is known


OLD = CacheFolder("/home/min/.cache/uv", exists=True, marked=True)


@pytest.mark.parametrize(
    "cache, values, argv, note",
    [
        (OLD, {"cache_dir": "/d/c"}, None, None),
        (OLD, {"cache_dir": "/d/c", "old_cache": "drop"}, ("uv", "cache", "clean", "--cache-dir", OLD.path), "Undo can't bring"),
        (OLD, {"cache_dir": "/d/c", "old_cache": "move"}, ("mv", OLD.path, "/d/c"), "Undo can't move it back"),
        (OLD, {"cache_dir": OLD.path, "old_cache": "drop"}, None, None),
        (OLD, {"old_cache": "drop"}, None, None),
        (OLD, {"cache_dir": "/d/c", "old_cache": "drop", "where": "none"}, None, None),
        (replace(OLD, exists=False), {"cache_dir": "/d/c", "old_cache": "drop"}, None, None),
        (replace(OLD, link=True), {"cache_dir": "/d/c", "old_cache": "drop"}, None, "it is a link to another folder"),
        (replace(OLD, marked=False), {"cache_dir": "/d/c", "old_cache": "drop"}, None, "uv's mark"),
        (OLD, {"cache_dir": OLD.path + "/new", "old_cache": "move"}, None, "one folder lies in the other"),
        (OLD, {"cache_dir": "/d/c", "old_cache": "drop", "link_mode": "symlink"},
         ("uv", "cache", "clean", "--cache-dir", OLD.path), "--reinstall mends them"),
        (CacheFolder("/d/c", exists=True, marked=True, moving_from=OLD.path), {"cache_dir": "/d/c", "old_cache": "move"},
         ("mv", OLD.path, "/d/c"), "goes on"),
    ],
)  # fmt: skip
def test_what_becomes_of_the_old_cache(
    cache: CacheFolder, values: dict[str, str], argv: tuple[str, ...] | None, note: str | None
) -> None:
    step = settings.step(replace(machine(bashrc=b""), cache=cache), chosen(**values), None)
    commands = [command.argv for command in step.commands if command.kind != "ask-shells"] if step else []
    assert commands == ([argv] if argv else [])
    assert note in " ".join(step.notes) if note and step else note is None


SHELLS = ("bash", "zsh", "fish")


@pytest.mark.wine_cannot("run POSIX shells")
@pytest.mark.parametrize(
    "value", ["/data/with space", "/it's/here", '/q"uote', "/do$lar/`x`", "/back\\slash", "/项目/é"]
)
@pytest.mark.parametrize("shell", SHELLS)
def test_real_shells_see_the_value(tmp_path: Path, home: Path, shell: str, value: str) -> None:
    """The plan's files in a real home, a real shell started in its kinds, the value asked of it."""
    of_the_system(shell)
    here = Machine(os="linux", home=str(home), shell=shell, folders={"config": str(home / ".config" / "uv-wizard")})
    step = settings.step(here, chosen(cache_dir=value), None)
    assert step is not None
    for change in step.files:
        path = Path(change.path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(change.after or b"")
    kinds = {"bash": [["-i"], ["-l"]], "zsh": [[], ["-l"], ["-i"]], "fish": [[], ["-l"], ["-i"]]}[shell]
    for kind in kinds:
        argv = [shell, *kind, "-c", 'printf "<%s>" "$UV_CACHE_DIR"']
        done = subprocess.run(
            argv, capture_output=True, stdin=subprocess.DEVNULL, cwd=tmp_path, start_new_session=True, check=False
        )
        assert f"<{value}>" in done.stdout.decode(), (argv, done)


@pytest.mark.parametrize(
    "shell, line",
    [
        ("bash", "source ~/.config/uv-wizard/env.sh"),
        ("zsh", "source ~/.config/uv-wizard/env.sh"),
        (None, ". ~/.config/uv-wizard/env.sh"),
        ("fish", "source ~/.config/fish/conf.d/uv-wizard.fish"),
        ("nu", "source ~/.config/uv-wizard/env.nu"),
        ("pwsh", ". ~/.config/uv-wizard/env.ps1"),
    ],
)
def test_no_dot_before_a_path_where_the_shell_knows_a_word(shell: str | None, line: str) -> None:
    assert settings.load_line(Machine(os="linux", home="/home/min", shell=shell)) == line
