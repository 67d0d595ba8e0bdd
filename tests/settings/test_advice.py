"""Where the cache should lie, where each setting comes from, and which place wins: by facts, as tables."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from wizard.advice.setting_sources import sources
from wizard.advice.setting_states import states
from wizard.advice.settings import advise, judge_cache
from wizard.choices import Choices
from wizard.machine.facts import CacheFolder, Filesystem, Machine
from wizard.machine.quota import parsed
from wizard.machine.request import ProbeRequest
from wizard.machine.shells import shells
from wizard.machine.system import own_folders
from wizard.project.facts import Project
from wizard.project.read import read_project

pytestmark = pytest.mark.same_everywhere

GIB = 1024**3
HOME = "/home/min"


def disk(mount: str, *purposes: str, free: float = 400, type: str = "ext4", network: bool = False,  # noqa: A002
         links: bool = True, quota: float | None = None) -> Filesystem:  # fmt: skip
    left = None if quota is None else int(quota * GIB)
    return Filesystem(mount, type, int(free * GIB), 1000 * GIB, network, links, False, purposes, left)


def machine(cache: Filesystem, project: Filesystem | None = None, **more: Any) -> Machine:
    disks = (cache,) if project is None else (cache, project)
    os = more.pop("os", "linux")
    folders = {"cache": r"C:\c" if os == "windows" else f"{HOME}/.cache/uv", "config": f"{HOME}/.config/uv-wizard",
               "user_uv_toml": f"{HOME}/.config/uv/uv.toml", **more.pop("folders", {})}  # fmt: skip
    return Machine(os=os, home=HOME, filesystems=disks, folders=folders, **more)


DATA = disk("/data", "project", free=900)


@pytest.mark.parametrize(
    "cache, project, needed, moves",
    [
        (disk("/", "cache", "project"), None, 10 * GIB, False),
        (disk("/home", "cache", free=4), DATA, 6 * GIB, True),
        (disk("/home", "cache", free=4), DATA, None, False),
        (disk("/home", "cache", free=2), DATA, None, True),
        (disk("/home", "cache", free=400, quota=2), DATA, 6 * GIB, True),
        (disk("/home", "cache", free=400, quota=50), replace(DATA, mount="/home"), 6 * GIB, False),
        (disk("/home", "cache", network=True, free=9000), DATA, 6 * GIB, True),
        (disk("/tmp", "cache", type="tmpfs"), DATA, 6 * GIB, True),
        (disk("/home", "cache"), DATA, 6 * GIB, True),  # another disk: everything would be copied
        (disk("/home", "cache"), DATA, 1024, False),  # and little is little everywhere
        (disk("/home", "cache", free=4), disk("/data", "project", network=True), 6 * GIB, False),
        (disk("/home", "cache", free=4), disk("/data", "project", type="tmpfs"), 6 * GIB, False),
        (disk("/home", "cache", free=4), disk("/data", "project", free=5), 6 * GIB, False),
        (disk("/home", "cache", free=4), disk("/data", "project", links=False), 6 * GIB, False),
        (disk("/home", "cache", free=4), disk("/data", "project", quota=5), 6 * GIB, False),
    ],
)
def test_the_cache_lies_where_it_serves(
    cache: Filesystem, project: Filesystem | None, needed: int | None, moves: bool
) -> None:
    told = advise(machine(cache, project), Project("/data/min/vision", roomy=True), needed)
    assert told.choices == ({"settings.cache-dir": "/data/min/uv-cache"} if moves else {})
    assert len(told.reasons) == moves


def test_what_somebody_chose_is_told_and_not_overruled() -> None:
    full = machine(disk("/home", "cache", free=1), DATA, environment={"UV_CACHE_DIR": "/home/min/c"})
    project = Project("/data/min/vision", roomy=True)
    assert advise(full, project, 6 * GIB).choices == {}
    assert judge_cache(full, 6 * GIB).problem == "1.0 GiB free there, 6.0 GiB needed"
    toml = machine(disk("/home", "cache", free=1), DATA, files={f"{HOME}/.config/uv/uv.toml": b'cache-dir = "/home/c"'})
    assert advise(toml, project, 6 * GIB).choices == {}


def test_a_clone_across_mounts_is_no_trouble() -> None:
    tried = CacheFolder("/home/c", exists=True, hardlinks=False, reflinks=True)
    both = replace(machine(disk("/home", "cache"), DATA), cache=tried)
    assert judge_cache(both, 6 * GIB).problem is None
    (_, _, links) = states(both, Choices(), 6 * GIB)
    assert links.fact == "uv will clone files (tried in both folders)"


def test_a_full_c_and_onedrive() -> None:
    project = Project("D:\\code\\vision", roomy=True)
    d = disk("D:\\", "project")
    full = machine(disk("C:\\", "cache", free=2), d, os="windows")
    assert advise(full, project, 6 * GIB).choices == {"settings.cache-dir": "D:\\code\\uv-cache"}
    cloud = machine(disk("C:\\", "cache"), d, os="windows", environment={"OneDrive": "C:\\Users\\min\\OneDrive"},
                    folders={"cache": "c:\\users\\min\\onedrive\\uv"})  # fmt: skip
    assert advise(cloud, project, 1024).choices == {"settings.cache-dir": "D:\\code\\uv-cache"}
    there = Project("C:\\Users\\min\\OneDrive\\vision", roomy=True)
    assert advise(replace(cloud, filesystems=(disk("C:\\", "cache", "project"),)), there, 1024).choices == {}


def known(environment: dict[str, str] | None = None, **files: bytes) -> Machine:
    names = {"bashrc": ".bashrc", "config_fish": ".config/fish/config.fish", "env_sh": ".config/uv-wizard/env.sh",
             "uv_toml": ".config/uv/uv.toml", "profile_ps1": ".config/powershell/profile.ps1"}  # fmt: skip
    found = {f"{HOME}/{names[name]}": data for name, data in files.items()}
    return machine(disk("/", "cache", "project"), environment=environment or {}, files=found)


@pytest.mark.parametrize(
    "here, expected",
    [
        (known(), []),
        (known({"UV_CACHE_DIR": "/e"}), [("/e", "UV_CACHE_DIR in this terminal", True)]),
        (
            known({"UV_CACHE_DIR": "/e"}, bashrc=b"# UV_CACHE_DIR=/no\nif true; then\n  export UV_CACHE_DIR='/e'\nfi\n"),
            [("/e", "UV_CACHE_DIR in ~/.bashrc line 3", True)],
        ),
        (
            known({"UV_CACHE_DIR": "/home/min/c"}, bashrc=b'export UV_CACHE_DIR="$HOME/c" # mine\n'),
            [("$HOME/c", "UV_CACHE_DIR in ~/.bashrc line 1", True)],
        ),
        (
            known(None, bashrc=b"UV_CACHE_DIR=/later", uv_toml=b"\ncache-dir = '/t'\n"),
            [("/later", "UV_CACHE_DIR in ~/.bashrc line 1", False), ("/t", "~/.config/uv/uv.toml line 2", True)],
        ),
        (
            known({"UV_CACHE_DIR": "/f"}, config_fish=b"set -gx UV_CACHE_DIR /f\n", uv_toml=b"cache-dir = '/t'\n"),
            [("/f", "UV_CACHE_DIR in ~/.config/fish/config.fish line 1", True), ("/t", "~/.config/uv/uv.toml line 1", False)],
        ),
        (
            known({"UV_CACHE_DIR": "/it's"}, env_sh=b"# ours\nexport UV_CACHE_DIR='/it'\\''s'\n"),
            [("/it's", "UV_CACHE_DIR in ~/.config/uv-wizard/env.sh line 2", True)],
        ),
        (known({"UV_CACHE_DIR": "/p"}, profile_ps1=b"$env:UV_CACHE_DIR = '/p'"),
         [("/p", "UV_CACHE_DIR in ~/.config/powershell/profile.ps1 line 1", True)]),
        (known(None, uv_toml=b"[[broken"), []),
    ],
)  # fmt: skip
def test_where_the_cache_folder_is_set(here: Machine, expected: list[tuple[str, str, bool]]) -> None:
    assert [(one.value, one.place, one.wins) for one in sources(here, "settings.cache-dir")] == expected


def test_the_projects_file_wins_over_the_users() -> None:
    here = known(None, uv_toml=b"link-mode = 'copy'\n")
    project = Project(
        "/p", "/p", files={"/p/pyproject.toml": b"[tool.uv]\nlink-mode = 'symlink'\n", "/p/uv.toml": None}
    )
    assert [(one.value, one.place, one.wins) for one in sources(here, "settings.link-mode", project)] == [
        ("symlink", "pyproject.toml line 2 of the project", True),
        ("copy", "~/.config/uv/uv.toml line 1", False),
    ]
    (_, _, links) = states(here, Choices(), None, project)
    assert links.source is not None
    assert (links.now, links.source.place) == ("symlink", "pyproject.toml line 2 of the project")


FILES = ("project.toml", "pyproject.toml", "user.toml", "xdg/uv/uv.toml", "named.toml")


@pytest.mark.skipif(os.name == "nt", reason="the system's file of Windows is the machine's own")
@pytest.mark.parametrize(
    "there, more",
    [
        (FILES[:4], {}),
        (FILES[1:4], {}),
        (FILES[2:4], {}),
        (FILES[3:4], {}),
        (FILES[3:4], {"UV_NO_SYSTEM_CONFIG": "1"}),
        (FILES[2:4], {"UV_NO_SYSTEM_CONFIG": "1"}),
        (FILES[:4], {"UV_NO_CONFIG": "1"}),
        (FILES[:4], {"UV_NO_CONFIG": "false"}),
        (FILES, {"UV_CONFIG_FILE": "named.toml"}),
        (FILES, {"UV_CACHE_DIR": "variable"}),
        ((), {}),
    ],
)
def test_uv_goes_by_the_file_that_is_said_to_win(
    uv: Path, tmp_path: Path, there: tuple[str, ...], more: dict[str, str]
) -> None:
    project, config = tmp_path / "project", tmp_path / "home" / ".config" / "uv"
    for folder in (project, config, tmp_path / "xdg" / "uv"):
        folder.mkdir(parents=True)
    places = {"project.toml": project / "uv.toml", "pyproject.toml": project / "pyproject.toml",
              "user.toml": config / "uv.toml"}  # fmt: skip
    start = '[project]\nname = "p"\nversion = "0"\n[tool.uv]\n'
    for name in there:
        text = f"# one line\n{start if name == 'pyproject.toml' else ''}cache-dir = {str(tmp_path / 'of' / name)!r}\n"
        places.get(name, tmp_path / name).write_text(text)
    told = {name: str(tmp_path / value) if value[0].isalpha() and value != "false" else value
            for name, value in more.items()}  # fmt: skip
    environment = {
        "HOME": str(tmp_path / "home"),
        "PATH": os.environ["PATH"],
        "XDG_CONFIG_DIRS": str(tmp_path / "xdg"),
        **told,
    }
    said = subprocess.run(
        [uv, "cache", "dir"], cwd=project, env=environment, capture_output=True, text=True, check=True
    )
    request = ProbeRequest(project=str(project), environment=environment)
    folders = own_folders(request)
    here = Machine(
        os="linux", home=environment["HOME"], environment=environment, folders=folders, **shells(request).facts
    )
    (cache, _, _) = states(here, Choices(), None, read_project(str(project), environment))
    assert cache.now == said.stdout.strip()
    if there == FILES[3:4] and not more:
        assert cache.source is not None
        assert cache.source.place == f"{tmp_path / 'xdg' / 'uv' / 'uv.toml'} line 2"


LINUX = """Disk quotas for user min (uid 1000):
     Filesystem  blocks   quota   limit   grace   files   quota   limit   grace
      /dev/sda1 3145728  4194304 5242880               100       0       0
nas:/export/a/very/long/name
                5242880* 4194304 5242880   6days     100       0       0
       /dev/sdb     100        0       0               1     100     200
"""


@pytest.mark.parametrize(
    "filesystem, expected",
    [("/dev/sda1", GIB), ("nas:/export/a/very/long/name", 0), ("/dev/sdb", None), ("/dev/sdc", None)],
)
def test_quota(filesystem: str, expected: int | None) -> None:
    assert parsed(LINUX, filesystem) == expected


def test_quota_of_lustre() -> None:
    assert parsed("  /lustre/home 1048576 2097152 3145728 - 100 0 0 -\n", "/lustre/home") == GIB
    assert parsed("none\n", "/lustre/home") is None
