r"""Windows: a user without uv gets uv.exe from a mirror, a new cmd finds it, and undo takes both back. For real: registry too."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.run.test_uv_wheel import uv_wheel
from tests.support.command import events, of, wizard
from tests.support.index import Index
from tests.support.projects import Project

pytestmark = pytest.mark.skipif(sys.platform != "win32", reason="Windows")


def test_uv_exe_from_a_mirror_is_found_by_a_new_cmd(
    project: Project, home: Path, index: Index, uv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from wizard import registry
    from wizard.machine.windows import new_environment

    index.add(uv_wheel(uv, "0.13.8"), prefix="/mirror/simple")
    windows = os.environ["SYSTEMROOT"]
    monkeypatch.setenv("PATH", f"{windows}\\system32;{windows}")
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    folder = home / "张三 bin"
    before = registry.get("Path")
    words = [
        "--set",
        "uv.install=index",
        "--set",
        f"mirrors.pypi={index.url('/mirror/simple')}",
        "--set",
        f"uv.dir={folder}",
    ]
    try:
        done = wizard("apply", str(project.path), "--yes", "--json", *words)
        placed = folder / "uv.exe"
        assert placed.is_file()
        assert next(event["argv"][0] for event in of(events(done.stdout), "command") if "sync" in event["argv"]) == str(
            placed
        )
        said = subprocess.run(
            [os.environ["COMSPEC"], "/c", "uv", "--version"], env=new_environment(), capture_output=True, check=False
        )
        assert said.stdout.startswith(b"uv 0.13.8"), said
        changed = json.loads(wizard("undo", "--list", "--json").stdout)["runs"][0]["changed"]
        assert str(placed) in changed
    finally:
        wizard("undo", "--yes", check=None)
    assert not folder.exists()
    assert registry.get("Path") == before
