"""The wizard's own catalogue is sound; a user's is read or refused in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from wizard import catalog
from wizard.errors import BadInput
from wizard.mirrors import catalogue, official
from wizard.mirrors.record import KINDS


def test_every_entry_has_a_source_and_can_be_trusted_so_far() -> None:
    known, entries = catalogue.built_in(), catalog.table("mirrors.toml")["mirror"]
    assert {mirror.kind for mirror in known.mirrors} == set(KINDS)
    assert len({mirror.id for mirror in known.mirrors}) == len(known.mirrors)
    for mirror in known.mirrors:
        (entry,) = [one for one in entries if one["id"] == mirror.id]
        assert all(entry[key] for key in ("source", "source_date", "notes")), mirror.id
        assert mirror.evidence in {"operator-doc", "operator-config", "measured-lock", "maintained-list", "third-party"}
        assert mirror.status in {"documented", "reported broken", "retired"}
        assert not (mirror.offer and mirror.status != "documented"), mirror.id
        assert mirror.url is None or not mirror.url.endswith("/"), mirror.id


def test_the_official_index_has_no_address() -> None:
    (one,) = [mirror for mirror in catalogue.built_in().of("pypi") if mirror.official]
    assert one.url is None
    assert one.id == "official"


def test_what_is_measured_by_default() -> None:
    ids = [mirror.id for mirror in catalogue.candidates("pypi", "http://official.test/simple")]
    assert ids[0] == "official"
    assert "tuna" in ids
    assert "netease" not in ids  # reported broken
    assert "cernet" not in ids  # a redirector
    assert "official" not in [mirror.id for mirror in catalogue.candidates("pypi", None)]


def test_uv_knows_the_official_address(uv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://somebody.test/simple")
    found = official.address(str(uv))
    assert found is not None
    assert found.startswith("https://")
    assert found.endswith("/simple")
    assert "somebody" not in found


def test_uv_knows_which_file_a_python_is(uv: Path) -> None:
    found = official.python_file(str(uv), "3.12")
    assert found is not None
    tag, name = found.split("/")
    assert tag.isdigit()
    assert name.startswith("cpython-3.12.")
    assert official.python_file(str(uv), "3.99") is None


def test_no_uv_no_address(tmp_path: Path) -> None:
    assert official.address(str(tmp_path / "uv")) is None


GOOD = '[[mirror]]\nid = "a"\nkind = "pypi"\nurl = "http://a.test/simple/"\n[probe]\npypi = "pygments"\n'


def test_a_catalogue_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text(GOOD, "utf-8")
    found = catalogue.from_file(file)
    assert [(mirror.id, mirror.url) for mirror in found.of("pypi")] == [("a", "http://a.test/simple")]
    assert found.probe == {"pypi": "pygments"}


@pytest.mark.parametrize(
    "text, said",
    [
        ("", "lists no mirrors"),
        ("[[mirror", "not valid TOML"),
        ('[[mirror]]\nkind = "pypi"\nurl = "http://a.test"\n', "mirror 1 has no id"),
        ('[[mirror]]\nid = "a"\nkind = "conda"\nurl = "http://a.test"\n', "allowed: pypi, pytorch, python, uv"),
        ('[[mirror]]\nid = "a"\nkind = "pypi"\nurl = "a.test"\n', "must begin with http"),
        ('[[mirror]]\nid = "a"\nkind = "pypi"\nurl = "ftp://u:p@a.test"\n', "must begin with http"),
        ('[[mirror]]\nid = "a"\nkind = "pypi"\nurl = "http://a .test"\n', "must begin with http"),
        (GOOD.replace("[probe]", '[[mirror]]\nid = "a"\nkind = "pypi"\nurl = "http://b.test"\n[probe]'), "two mirrors"),
        (GOOD.replace('pypi = "pygments"', "pypi = 3"), "[probe] pypi"),
        ("mirror = [1]", "mirror 1 is no table"),
    ],
)
def test_a_catalogue_that_is_refused(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "c.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(BadInput) as raised:
        catalogue.from_file(file)
    assert said in str(raised.value)
    assert "c.toml" in str(raised.value)
    assert "u:p" not in str(raised.value)


def test_a_catalogue_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        catalogue.from_file(tmp_path / "none.toml")
