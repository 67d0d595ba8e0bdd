from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from wizard.language import shown, spoken
from wizard.machine import links, storage
from wizard.machine.facts import Filesystem
from wizard.machine.mounts import Mount, mounts
from wizard.machine.request import ProbeRequest
from wizard.machine.storage import cache_by_uv, existing, filesystems, is_network, mount_of, within

Asked = Callable[..., ProbeRequest]

ROOT = Mount("/dev/sda1", "/", "ext4", "rw")
HOME = Mount("nas:/home", "/home", "nfs4", "rw")
MIN = Mount("tmpfs", "/home/min", "tmpfs", "rw")
OVER = Mount("overlay", "/", "overlay", "rw")
DISK_C, DISK_D = Mount("C:\\", "C:\\", "NTFS", "rw,fixed"), Mount("D:\\", "D:\\", "NTFS", "rw,remote")


@pytest.mark.parametrize(
    "folder, mounts, expected",
    [
        ("/srv", [ROOT, HOME], ROOT),
        ("/home/min/x", [ROOT, HOME], HOME),
        ("/home/min", [ROOT, HOME, MIN], MIN),
        ("/home/minister", [ROOT, HOME, MIN], HOME),
        ("/homes", [ROOT, HOME], ROOT),
        ("/", [ROOT, HOME], ROOT),
        ("/srv", [ROOT, OVER], OVER),  # what was mounted over it
    ],
)
def test_mount_of(folder: str, mounts: list[Mount], expected: Mount) -> None:
    assert mount_of(folder, mounts, ProbeRequest(os="linux")) is expected


@pytest.mark.parametrize("folder, expected", [(r"c:\Users\min", DISK_C), ("D:\\", DISK_D), (r"d:\data", DISK_D)])
def test_mount_of_windows(folder: str, expected: Mount) -> None:
    assert mount_of(folder, [DISK_C, DISK_D], ProbeRequest(os="windows")) is expected


def test_a_share_that_is_no_drive() -> None:
    found = mount_of(r"\\server\share\x", [DISK_C], ProbeRequest(os="windows"))
    assert (found.point, is_network(found)) == ("\\\\server\\share\\", True)


@pytest.mark.parametrize(
    "type_, device, options, expected",
    [
        ("ext4", "/dev/sda1", "rw", False),
        ("overlay", "overlay", "rw", False),
        ("tmpfs", "tmpfs", "rw", False),
        ("nfs4", "nas:/home", "rw", True),
        ("9p", "hostshare", "rw,trans=virtio", True),
        ("cifs", "//nas/x", "rw", True),
        ("9p", "C:\\", "rw,aname=drvfs;path=C:\\", False),
        ("lustre", "10.0.0.1@tcp:/fs", "rw", True),
        ("fuseblk", "/dev/sdb1", "rw", False),
        ("fuse.sshfs", "host:", "rw", True),
        ("fuse.unheard-of", "x", "rw", None),
        ("apfs", "/dev/disk3s1", "rw", False),
        ("smbfs", "//min@nas/x", "rw", True),
        ("NTFS", "C:\\", "rw,fixed", False),
        ("NTFS", "Z:\\", "rw,remote", True),
        ("", "", "", None),
    ],
)
def test_network_by_type(type_: str, device: str, options: str, expected: bool | None) -> None:
    assert is_network(Mount(device, "/x", type_, options)) is expected


def test_nearest_folder_that_exists(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    real = os.path.realpath(tmp_path)
    assert existing(os.fspath(tmp_path / "a" / "b")) == real
    assert existing(os.fspath(tmp_path / "file" / "b")) == real
    assert existing(os.fspath(tmp_path)) == real


def test_links_are_tried_and_nothing_stays(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("as it was")
    hard, reflinks = links.tried(os.fspath(tmp_path))
    assert hard is True  # temporary folders of every system we know have them
    assert reflinks in (True, False, None)
    assert os.listdir(tmp_path) == ["kept"]


@pytest.mark.skipif(sys.platform == "win32", reason="os.link fails there with numbers of its own")
@pytest.mark.parametrize("number, expected", [(1, False), (95, False), (28, None)])
def test_a_refused_link_is_no_and_a_full_disk_is_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, expected: bool | None
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, "refused")

    monkeypatch.setattr(os, "link", refuse)
    assert links.tried(os.fspath(tmp_path))[0] is expected
    assert os.listdir(tmp_path) == []


def test_a_folder_that_is_not_there_is_not_tried(tmp_path: Path) -> None:
    assert links.tried(os.fspath(tmp_path / "none")) == (None, None)


def test_the_disks_of_this_host(tmp_path: Path) -> None:
    request = ProbeRequest(project=os.fspath(tmp_path / "not" / "yet"))
    answer = filesystems(request)
    found = answer.facts["filesystems"]
    assert sorted(purpose for one in found for purpose in one.purposes) == ["cache", "home", "project", "pythons"]
    for one in found:
        assert one.mount
        assert 0 <= one.free_bytes <= one.total_bytes
    assert os.listdir(tmp_path) == []


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/shm is Linux's")
def test_memory_is_a_filesystem_of_its_own(asked: Asked) -> None:
    found = filesystems(asked(project="/dev/shm", root=Path("/"))).facts["filesystems"]
    shm = next(one for one in found if "project" in one.purposes)
    assert (shm.mount, shm.type, shm.network, shm.reflinks) == ("/dev/shm", "tmpfs", False, False)


def test_a_disk_that_does_not_answer_is_unknown_and_the_others_are_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    hang, real = threading.Event(), storage._filesystem
    there = [
        SimpleNamespace(device="x", mountpoint=os.fspath(p), fstype="nfs4", opts="rw")
        for p in (tmp_path.anchor, tmp_path / "a")
    ]
    monkeypatch.setattr(psutil, "disk_partitions", lambda **_: [tuple(vars(one).values()) for one in there])
    monkeypatch.setattr(
        storage,
        "_filesystem",
        lambda mount, folders, *more: real(mount, folders, *more) if "home" in folders else hang.wait(600),
    )
    (tmp_path / "a").mkdir()
    found = filesystems(ProbeRequest(project=os.fspath(tmp_path / "a")), limit=2).facts["filesystems"]
    hang.set()
    by_purpose = {purpose: one for one in found for purpose in one.purposes}
    assert by_purpose["home"].free_bytes is not None
    assert (by_purpose["project"].free_bytes, by_purpose["project"].network) == (None, True)


def test_uv_is_asked_for_its_cache(uv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UV_CACHE_DIR")
    told = tmp_path / "by the project"
    (tmp_path / "uv.toml").write_text(f"cache-dir = '{told}'\n")
    assert cache_by_uv(ProbeRequest(project=os.fspath(tmp_path)), 60) == (os.fspath(told), ())
    monkeypatch.setenv("UV_NO_CACHE", "1")  # would name a folder of one command
    assert cache_by_uv(ProbeRequest(project=os.fspath(tmp_path)), 60) == (os.fspath(told), ())
    (tmp_path / "uv.toml").write_text("cache-dir = \n")
    assert cache_by_uv(ProbeRequest(project=os.fspath(tmp_path)), 60)[0] is None
    assert cache_by_uv(ProbeRequest(project=os.fspath(tmp_path), environment={"PATH": os.fspath(tmp_path)}), 60) == (
        None,
        (),
    )
    assert not told.exists()


def test_a_home_without_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1_400_000_000, total=10**12))
    causes = {one.cause: one for one in filesystems(ProbeRequest(project=os.fspath(tmp_path))).findings}
    assert causes["home-nearly-full"].title == "The disk of your home has only 1.3 GiB free"


@pytest.mark.parametrize(
    "path, folder, expected",
    [
        (r"C:\Users\min\OneDrive\code", r"c:\users\min\onedrive", True),
        (r"C:\Users\min\OneDrive", r"C:\Users\min\OneDrive", True),
        (r"C:\Users\min\OneDrive2\code", r"C:\Users\min\OneDrive", False),
        (None, r"C:\x", False),
    ],
)
def test_within(path: str | None, folder: str, expected: bool) -> None:
    assert within(path, folder, ProbeRequest(os="windows")) is expected


NFS = Filesystem("/home", "nfs4", 10**12, 10**12, True, True, False, ("cache", "home"))


def causes(request: ProbeRequest, where: dict[str, str], *found: Filesystem) -> list[str]:
    return [one.cause for one in storage._findings(request, where, found)]


def test_a_cache_on_a_network_disk(asked: Asked) -> None:
    assert causes(asked(), {"cache": "/home/min/.cache/uv"}, NFS) == ["cache-network"]
    assert causes(asked(), {"cache": "/c"}, replace(NFS, purposes=("home",))) == []
    assert causes(asked(), {"cache": "/c"}, replace(NFS, network=None)) == []


def test_a_project_in_onedrive() -> None:
    told = {"OneDrive": r"C:\Users\min\OneDrive"}
    request = ProbeRequest(environment=told, os="windows")
    assert causes(request, {"project": r"c:\users\min\onedrive\code", "cache": r"C:\c"}) == ["cloud-folder"]
    assert causes(request, {"project": r"C:\code", "cache": r"C:\c"}) == []
    assert (
        causes(ProbeRequest(environment=told, os="linux"), {"project": r"C:\Users\min\OneDrive\x", "cache": "/c"}) == []
    )


def test_what_lies_in_onedrive_is_named_in_the_reader_s_language() -> None:
    request = ProbeRequest(environment={"OneDrive": r"C:\Users\min\OneDrive"}, os="windows")
    (found,) = storage._findings(request, {"project": r"C:\Users\min\OneDrive\code", "cache": r"C:\c"}, [])
    with spoken("zh-CN"):
        assert shown(found.title) == "项目在 OneDrive 里"


@pytest.mark.parametrize(
    "files, exists, marked",
    [
        ((), False, False),
        ((".lock", "CACHEDIR.TAG"), False, True),
        (("CACHEDIR.TAG", "archive-v0"), True, True),
        (("archive-v0",), True, False),
    ],
)
def test_the_cache_as_it_lies(tmp_path: Path, files: tuple[str, ...], exists: bool, marked: bool) -> None:
    project, cache = tmp_path / "p", tmp_path / "cache"
    project.mkdir()
    cache.mkdir()
    for name in files:
        (cache / name).write_bytes(b"")
    found = storage.cache_folder(os.fspath(cache), os.fspath(cache), os.fspath(project))
    assert (found.exists, found.marked, found.link, found.moving_from) == (exists, marked, False, None)
    assert found.hardlinks is (links.tried(os.fspath(tmp_path))[0])
    assert sorted(one.name for one in cache.iterdir()) == sorted(files)
    assert not list(project.iterdir())


def test_a_move_that_was_cut_off_is_known(tmp_path: Path) -> None:
    (tmp_path / storage.MOVING).write_text("/home/min/.cache/uv", "utf-8")
    assert storage.cache_folder(os.fspath(tmp_path), os.fspath(tmp_path), None).moving_from == "/home/min/.cache/uv"


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/shm is Linux's")
def test_links_from_one_disk_to_another_are_tried_and_fail(tmp_path: Path) -> None:
    if os.stat("/dev/shm").st_dev == os.stat(tmp_path).st_dev:
        pytest.skip("there is one disk only")
    found = storage.cache_folder("/dev/shm", "/dev/shm", os.fspath(tmp_path))
    assert (found.hardlinks, found.reflinks) == (False, False)


def test_a_quota_is_asked_of_the_program_that_knows(tmp_path: Path, asked: Asked) -> None:
    if sys.platform == "win32":
        pytest.skip("Windows' own word on free room counts the quota in")
    device = mount_of(os.path.realpath(tmp_path), mounts(), asked()).device
    program = tmp_path / "bin" / "quota"
    program.parent.mkdir()
    table = f"     Filesystem  blocks   quota   limit   grace\n{device} 1024 2048 4096 0 0 0"
    program.write_text(f"#!/bin/sh\necho '{table}'\n")
    program.chmod(0o755)
    request = asked({"PATH": os.fspath(program.parent)})
    found = filesystems(request).facts["filesystems"]
    (home,) = (one for one in found if "home" in one.purposes)
    assert home.quota_free_bytes == 1024**2
    assert home.room == 1024**2
    program.write_text("#!/bin/sh\nsleep 600\n")
    (home,) = (one for one in filesystems(request, limit=2).facts["filesystems"] if "home" in one.purposes)
    assert home.quota_free_bytes is None
    assert home.free_bytes


@pytest.mark.parametrize(
    "text, first",
    [("cache-dirx = 1", "unknown field `cache-dirx`"), ('link-mode = "clonex"', "unknown variant `clonex`"),
     ("cache-dir = 3", "invalid type: integer"), ("cache-dir = [", "")],
)  # fmt: skip
def test_a_settings_file_that_uv_refuses_is_told(tmp_path: Path, text: str, first: str) -> None:
    (tmp_path / "uv.toml").write_text(f"# mine\n{text}\n")
    told, (complaint,) = cache_by_uv(ProbeRequest(project=os.fspath(tmp_path)), 60)
    assert told is None
    assert (complaint.cause, complaint.severity) == ("config-invalid", "error")
    assert complaint.evidence[0].startswith(first)
    assert "expected one of" not in complaint.evidence[0]
    assert any("line 2" in line for line in complaint.evidence)
