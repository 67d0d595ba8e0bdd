"""What goes in comes out: of the real shells where they are here, else by their documented rules."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.programs import of_the_system
from wizard.errors import BadInput
from wizard.plan import quoting

POSIX = {"bash": quoting.sh, "dash": quoting.sh, "zsh": quoting.sh, "fish": quoting.fish}
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r\0"), max_size=30)
NASTY = st.text(st.sampled_from(" '\"$\\`!*?#~%^&|;<>(){}[]=,\t\u2018\u2019项é\U0001f40d"), max_size=30)


@pytest.mark.wine_cannot("run POSIX shells")
@pytest.mark.parametrize("shell", POSIX)
@given(texts=st.lists(st.one_of(TEXT, NASTY), min_size=12, max_size=12))
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_it_comes_out_of_the_real_shell_as_it_went_in(shell: str, texts: list[str]) -> None:
    """As an argument and as the value of an exported variable."""
    of_the_system(shell)
    quote = POSIX[shell]
    export = "set -gx V{} {}" if shell == "fish" else "export V{}={}"
    lines = [export.format(number, quote(text)) for number, text in enumerate(texts)]
    printing = "import os, sys; print(ascii([sys.argv[1:], [os.environ[f'V{n}'] for n in range(len(sys.argv) - 1)]]))"
    lines.append(" ".join([quote(sys.executable), "-c", quote(printing), *map(quote, texts)]))
    done = subprocess.run(
        [shell, *(["--no-config"] if shell == "fish" else ["-f"] if shell == "zsh" else []), "-c", "\n".join(lines)],
        env={"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], "LC_ALL": "C.UTF-8"},
        capture_output=True, encoding="ascii", check=True,
    )  # fmt: skip
    assert done.stdout.strip() == ascii([texts, texts])


@pytest.mark.same_everywhere
@pytest.mark.parametrize("quote", [quoting.sh, quoting.fish, quoting.powershell, quoting.nu])
@pytest.mark.parametrize("text", ["/a\nb", "/a\rb", "/a\0b"])
def test_a_line_break_is_refused_with_its_reason(quote: object, text: str) -> None:
    assert callable(quote)
    with pytest.raises(BadInput, match="line break: the files that set variables are read line by line"):
        quote(text)


@pytest.mark.same_everywhere
@pytest.mark.parametrize(
    "quote, unquote",
    [
        (quoting.sh, quoting.unquoted_sh),
        (quoting.fish, quoting.unquoted_fish),
        (quoting.powershell, quoting.unquoted_powershell),
        (quoting.nu, quoting.unquoted_nu),
    ],
)
@given(text=st.one_of(TEXT, NASTY))
def test_our_own_files_are_read_again(quote: object, unquote: object, text: str) -> None:
    assert callable(quote)
    assert callable(unquote)
    assert unquote(quote(text)) == text


@pytest.mark.same_everywhere
@pytest.mark.parametrize(
    "text, powershell, nu",
    [
        ("/d/c", "'/d/c'", "'/d/c'"),
        ("it's", "'it''s'", '"it\'s"'),
        ("$HOME `x`", "'$HOME `x`'", "'$HOME `x`'"),
        ('a"b\\c', "'a\"b\\c'", "'a\"b\\c'"),
        ("'\"\\", "'''\"\\'", '"\'\\"\\\\"'),
        ("typographic \u2019", "'typographic \u2019\u2019'", "'typographic \u2019'"),
    ],
)
def test_powershell_and_nushell(text: str, powershell: str, nu: str) -> None:
    assert (quoting.powershell(text), quoting.nu(text)) == (powershell, nu)


@pytest.mark.parametrize(
    "argv, shown",
    [
        (["uv", "sync", "--locked"], "uv sync --locked"),
        ([r"C:\Users\张三\.local\bin\uv.exe", "sync", "--locked"], r"C:\Users\张三\.local\bin\uv.exe sync --locked"),
        ([r"C:\Program Files\uv.exe", "--version"], r'& "C:\Program Files\uv.exe" --version'),
        (["uv", "--cache-dir", r"D:\my cache"], r'uv --cache-dir "D:\my cache"'),
        (["uv", "add", "torch>=2,<3"], 'uv add "torch>=2,<3"'),
        (["uv", "--x.y", "-p:3"], 'uv "--x.y" "-p:3"'),
        (["uv-wizard", "apply", "--set", "a.b=c,d"], 'uv-wizard apply --set "a.b=c,d"'),
        (["echo", "it's"], 'echo "it\'s"'),
        (["echo", "$x", 'a"b', "D:\\a b\\"], "echo '$x' 'a\"b' 'D:\\a b\\'"),
        (["echo", "$it's", ""], "echo '$it''s' \"\""),
        (["unset", "A;b"], 'unset "A;b"'),
    ],
)
@pytest.mark.same_everywhere
def test_a_command_as_it_is_typed_on_windows(argv: list[str], shown: str) -> None:
    assert quoting.command_line(argv, windows=True) == shown


@pytest.mark.same_everywhere
def test_a_command_as_it_is_typed_elsewhere() -> None:
    told = quoting.command_line(["uv", "a b"], {"X": "y z", "N": None}, windows=False)
    assert told == "X='y z' uv 'a b'"
    assert quoting.command_line(["uv"], {"X": "y z"}, windows=True) == "$env:X = 'y z'; uv"
    assert quoting.posix_line(["uv", "a b"]) == "uv 'a b'"
