"""A conda environment read from its own records: requests of every writing, removals, pip's part by a real pip."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command import wizard
from tests.support.index import Index
from tests.support.wheels import wheel
from wizard.environment_files.conda_live import read
from wizard.environment_files.piles import sort
from wizard.errors import BadInput

HISTORY = """==> 2024-03-01 10:00:00 <==
# cmd: /opt/conda/bin/conda create -n vision python=3.11 numpy
# conda version: 24.1.0
+defaults/linux-64::numpy-1.26.4-py311h24aa872_0
# update specs: ['python=3.11', 'numpy']
==> 2024-03-02 10:00:00 <==
# cmd: conda install pandas scipy
# update specs: ["pandas[version='>=2,<3']", 'scipy']
==> 2024-03-03 10:00:00 <==
# remove specs: ['scipy']
==> 2024-03-04 10:00:00 <==
# install specs: conda-forge::ffmpeg, pytorch::pytorch=2.5
# neutered specs: ['numpy']
"""
THERE = {
    "python": "3.11.7", "numpy": "1.26.4", "pandas": "2.2.0", "ffmpeg": "6.1", "pytorch": "2.5.1", "openssl": "3.0.13",
    "pytz": "2024.1",
}  # fmt: skip


def environment(folder: Path, history: str | None = HISTORY, there: dict[str, str] = THERE) -> Path:
    meta = folder / "conda-meta"
    meta.mkdir(parents=True)
    for name, version in there.items():
        record = {"name": name, "version": version, "build": "0", "channel": "defaults"}
        (meta / f"{name}-{version}-0.json").write_text(json.dumps(record), "utf-8")
    if history is not None:
        (meta / "history").write_text(history, "utf-8")
    return folder


def asked(prefix: Path) -> list[str]:
    return [entry.text for entry in read(prefix).described.entries]


@pytest.mark.same_everywhere
def test_what_was_asked_for_and_what_came_along(tmp_path: Path) -> None:
    live = read(environment(tmp_path / "vision"))
    assert [entry.text for entry in live.described.entries] == [
        "python=3.11", "numpy", "pandas[version='>=2,<3']", "conda-forge::ffmpeg", "pytorch::pytorch=2.5",
    ]  # fmt: skip
    assert live.along == (("openssl", "3.0.13"), ("pytz", "2024.1"))
    assert live.described.name == "vision"
    imported = sort(live.described)
    assert imported.dependencies == ("numpy", "pandas>=2,<3", "torch==2.5.*")
    assert imported.requires_python == "==3.11.*"
    assert [one.text for one in imported.mapped][1] == "numpy (here: 1.26.4)"
    assert [one.text for one in imported.undecided] == ["conda-forge::ffmpeg (here: 6.1)"]


@pytest.mark.same_everywhere
@pytest.mark.parametrize(
    "history, expected",
    [
        ('# update specs: ["numpy=1.26", "python"]', ["numpy=1.26", "python"]),  # mamba writes JSON
        ("# update specs: numpy,pandas", ["python=3.11.7", "numpy", "pandas"]),  # conda before 4.4
        ("# update specs: ['numpy']\n# update specs: ['numpy=1.26']", ["python=3.11.7", "numpy=1.26"]),
        ("# remove specs: ['numpy']\n# create specs: ['numpy']", ["python=3.11.7", "numpy"]),
        ("# update specs: ['numpy'\n# update specs: {1: 2}\n# update specs: ['\\x00']", ["python=3.11.7"]),
    ],
)
def test_histories_of_other_makes(tmp_path: Path, history: str, expected: list[str]) -> None:
    found = asked(environment(tmp_path / "e", history))
    assert found[: len(expected)] == expected


@pytest.mark.same_everywhere
def test_without_a_history_all_of_it_is_told(tmp_path: Path) -> None:
    live = read(environment(tmp_path / "e", None))
    assert len(live.described.entries) == len(THERE)
    assert live.described.dump
    assert live.along == ()


@pytest.mark.same_everywhere
def test_broken_records_are_left_out(tmp_path: Path) -> None:
    prefix = environment(tmp_path / "e")
    (prefix / "conda-meta" / "x-1-0.json").write_text("{", "utf-8")
    (prefix / "conda-meta" / "y-1-0.json").write_text('["a"]', "utf-8")
    assert len(read(prefix).along) == 2
    with pytest.raises(BadInput, match="no conda environment"):
        read(tmp_path)


@pytest.mark.wine_cannot("a prefix is laid out otherwise there, and pip takes a minute")
def test_what_pip_was_told_is_told_apart_from_what_came_with_it(
    tmp_path: Path, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.add(wheel("leaf"))
    index.add(wheel("tree", requires=["leaf"]))
    home = environment(tmp_path / "conda" / "envs" / "vision")
    site = home / "lib" / "python3.11" / "site-packages"
    local = tmp_path / "lib-here"
    local.mkdir()
    (local / "pyproject.toml").write_text('[project]\nname = "lib-here"\nversion = "1"\n', "utf-8")
    pip = [sys.executable, "-m", "pip", "install", "-q", "--target", os.fspath(site), "--index-url", index.url()]
    subprocess.run([*pip, "tree"], check=True, capture_output=True)
    live = read(home)
    assert [one.text for one in live.described.entries if one.kind == "pip"] == ["tree==1.0"]
    assert ("leaf", "1.0") in live.along

    monkeypatch.setenv("UV_DEFAULT_INDEX", index.url())
    for name in ("numpy", "pandas", "torch"):
        index.add(wheel(name))
    folder = tmp_path / "project"
    folder.mkdir()
    before = {path: path.stat().st_mtime_ns for path in home.rglob("*")}
    told = json.loads(wizard("import", "--conda", os.fspath(home), str(folder), "--dry-run", "--json").stdout)
    assert told["dependencies"] == ["numpy", "pandas>=2,<3", "torch==2.5.*", "tree==1.0"]
    assert told["conda"]["name"] == "vision"
    assert told["conda"]["size_bytes"] > 0
    assert told["conda"]["commands"][0] == ["conda", "env", "remove", "-n", "vision"]
    text = wizard("import", "--conda", os.fspath(home), str(folder), "--dry-run").stdout
    assert "Came along with these, and is not asked for: 3 packages (leaf, openssl, pytz)" in text
    assert "nothing of conda is deleted by uv-wizard" in text
    assert list(folder.iterdir()) == []
    assert {path: path.stat().st_mtime_ns for path in home.rglob("*")} == before
    done = wizard("import", "--conda", "no-such", str(folder), check=2)
    assert done.stderr.startswith("uv-wizard: there is no conda environment no-such here; there is: ")
    assert "write it as uv-wizard import FILE" in wizard("import", check=2).stderr
