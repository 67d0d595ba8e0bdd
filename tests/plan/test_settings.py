"""Settings become files that the shells read as meant; a plan shows them and changes nothing."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.choices import Choices
from wizard.errors import BadInput
from wizard.machine.facts import Machine
from wizard.plan import quoting, settings, shell_block
from wizard.plan.step import FileChange

HOME = "/home/min"
CONFIG = "/home/min/.config/uv-wizard"


def machine(shell: str | None = "bash", **files: bytes) -> Machine:
    names = {"bashrc": ".bashrc", "profile": ".profile", "zshenv": ".zshenv", "bash_profile": ".bash_profile",
             "bash_login": ".bash_login"}
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
    first = settings.step(machine(bashrc=b""), chosen(cache_dir="/d/it's"), None)
    assert first is not None
    after = Machine(**{**vars(machine()), "files": {change.path: change.after for change in first.files}})
    second = settings.step(after, chosen(link_mode="copy"), None)
    assert second is not None
    text = by_name(second.files)[".config/uv-wizard/env.sh"]
    assert "UV_CACHE_DIR='/d/it'\\''s'" in text
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


def test_a_broken_uv_toml_is_left_alone() -> None:
    here = machine()
    here = Machine(**{**vars(here), "files": {f"{HOME}/.config/uv/uv.toml": b"cache-dir = "}})
    with pytest.raises(BadInput, match="not valid TOML"):
        settings.step(here, chosen(where="uv.toml", cache_dir="/d"), None)


_TEXT = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=40)


@given(_TEXT)
def test_quoting_comes_out_of_sh_as_it_went_in(text: str) -> None:
    shell = shutil.which("sh")
    if shell is None or "\x00" in text:
        return
    out = subprocess.run([shell, "-c", f"printf %s {quoting.sh(text)}"], capture_output=True, check=True).stdout
    assert out == text.encode()


SHELLS = ("bash", "zsh", "fish")


@pytest.mark.wine_cannot("run POSIX shells")
@pytest.mark.parametrize(
    "value", ["/data/with space", "/it's/here", '/q"uote', "/do$lar/`x`", "/back\\slash", "/项目/é"]
)
@pytest.mark.parametrize("shell", SHELLS)
def test_real_shells_see_the_value(tmp_path: Path, home: Path, shell: str, value: str) -> None:
    """The plan's files in a real home, a real shell started in its kinds, the value asked of it."""
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed here; .ci/run installs it")
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
