"""Choices: what is allowed, who said it, and what a mistake is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from wizard import choices as choosing
from wizard.choice_keys import KEYS
from wizard.choices import Choices
from wizard.errors import BadInput


def test_every_key_has_its_default() -> None:
    choices = Choices()
    assert {key: choices.get(key) for key in KEYS} == {key: spec.default for key, spec in KEYS.items()}
    assert choices.origin("uv.install") == "default"


@pytest.mark.parametrize(
    "origins, expected",
    [
        (["advice"], "advice"),
        (["project", "advice"], "project"),
        (["file", "project"], "file"),
        (["screen", "file"], "screen"),
        (["set", "screen", "file", "project", "advice"], "set"),
    ],
)
def test_the_last_in_the_order_wins(origins: list[str], expected: str) -> None:
    choices = Choices()
    for origin in origins:
        choices = choices.with_values(origin, {"settings.cache-dir": f"/{origin}"})  # type: ignore[arg-type]
    assert choices.said("settings.cache-dir") == (f"/{expected}", expected)


def test_none_takes_a_value_back() -> None:
    choices = Choices().with_values("screen", {"uv.install": "index"})
    assert choices.with_values("screen", {"uv.install": None}).get("uv.install") == "auto"


@pytest.mark.parametrize(
    "pair, value",
    [
        ("verify.require=cuda", "cuda"),
        ("sync.extras=a, b,a", ("a", "b")),
        ("sync.extras=", ()),
        ("mirrors.persist=true", True),
        ("settings.cache-dir=C:\\Users\\张三\\uv cache", "C:\\Users\\张三\\uv cache"),
        ("settings.cache-dir=/data/with = signs", "/data/with = signs"),
        ("mirrors.pypi=http://127.0.0.1:8000/simple", "http://127.0.0.1:8000/simple"),
        ("torch.variant=cu126", "cu126"),
        ("torch.variant=rocm7.2", "rocm7.2"),
        ("uv.version=0.13.8", "0.13.8"),
    ],
)
def test_set_takes_values_as_they_stand(pair: str, value: object) -> None:
    assert choosing.from_sets([pair]) == {pair.partition("=")[0]: value}


@pytest.mark.parametrize(
    "pair, told",
    [
        ("uv.instal=auto", "uv.install"),
        ("nonsense", "KEY=VALUE"),
        ("uv.version=0.13.x", "0.13.8"),
        ("uv.install=/no/such/file", "standalone"),
        ("settings.cache-dir=~/cache", "no ~"),
        ("settings.cache-dir=relative/cache", "whole path"),
        ("settings.cache-dir=/a\nb", "whole path"),
        ("settings.link-mode=hard", "hardlink"),
        ("mirrors.persist=yes", "true or false"),
        ("mirrors.pypi=tunaa", "official"),
        ("mirrors.python=https://user:s3cret@host/simple", "an address"),
        ("torch.variant=cu999", "cu126"),
        ("torch.platforms=linux,amiga", "windows"),
        ("sync.extras=--index-url", "names of letters"),
        ("verify.require=tpu", "xpu"),
    ],
)
def test_a_bad_value_names_key_value_and_what_is_allowed(pair: str, told: str) -> None:
    with pytest.raises(BadInput) as error:
        choosing.from_sets([pair])
    text = str(error.value)
    assert told in text
    assert pair.partition("=")[0] in text
    assert "=" not in pair or "s3cret" in pair or repr(pair.partition("=")[2])[1:-1].partition(",")[0] in text
    assert "s3cret" not in text
    assert "\n" not in text


@pytest.mark.parametrize(
    "text, told",
    [
        ("[uv]\ninstall = 3", "uv.install = 3"),
        ("[uvv]\n", "uvv"),
        ("uv = 3", "[uv]"),
        ("[sync]\nextras = 'a'", "sync.extras"),
        ("[mirrors]\npersist = 'true'", "mirrors.persist"),
        ("[uv]\ninstal = 'auto'", "(= 'auto')"),
        ("[uv", "not valid TOML"),
        ("[uv]\nx = " + "[" * 3000 + "]" * 3000, "not valid TOML"),
        (".".join(["a"] * 3000) + " = 1", "not valid TOML"),
    ],
    ids=range(9),
)
def test_a_bad_file_names_itself(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "choices.toml"
    path.write_text(text)
    with pytest.raises(BadInput) as error:
        choosing.from_file(path)
    assert told in str(error.value)
    assert "choices.toml" in str(error.value)


@pytest.mark.parametrize("value", [1, [], "cpu", True, [{"verify": 3}]])
def test_a_project_s_table_that_is_no_table_is_told(value: object) -> None:
    with pytest.raises(BadInput, match=r"^\[tool\.uv-wizard\]: .* is not possible; allowed: a table"):
        choosing.from_tables(value, "[tool.uv-wizard]")


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        choosing.from_file(tmp_path / "none.toml")


def test_what_is_exported_replays_the_same(tmp_path: Path) -> None:
    choices = Choices().with_values(
        "screen",
        {
            "settings.cache-dir": '/data/ü "q"',
            "sync.extras": ["a", "b"],
            "mirrors.persist": True,
            "torch.variant": "cpu",
        },
    )
    path = tmp_path / "choices.toml"
    path.write_text(choosing.as_toml(choices), "utf-8")
    again = Choices().with_values("file", choosing.from_file(path))
    assert again.nested() == choices.nested()
