from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from wizard.machine.request import ProbeRequest
from wizard.machine.system import architecture, cuda_entries, distribution, in_container, libc, relevant, system

Tree = Callable[[Mapping[str, str]], Path]
Asked = Callable[..., ProbeRequest]


@pytest.mark.parametrize(
    "word, expected",
    [
        ("x86_64", "x86_64"),
        ("AMD64", "x86_64"),
        ("arm64", "aarch64"),
        ("ARM64", "aarch64"),
        ("riscv64", "riscv64"),
        ("", None),
    ],
)
def test_architecture(word: str, expected: str | None) -> None:
    assert architecture(word) == expected


@pytest.mark.parametrize(
    "files, environment, expected",
    [
        ({}, {}, False),
        ({".dockerenv": ""}, {}, True),
        ({"run/.containerenv": ""}, {}, True),
        ({"proc/1/cgroup": "0::/kubepods/besteffort/pod1\n"}, {}, True),
        ({"proc/1/cgroup": "12:cpu:/docker/0123\n"}, {}, True),
        ({"proc/1/cgroup": "0::/init.scope\n"}, {}, False),
        ({}, {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, True),
        ({}, {"container": "podman"}, True),
        ({}, {"APPTAINER_NAME": "a.sif"}, True),
    ],
)
def test_container(
    machine_tree: Tree, asked: Asked, files: dict[str, str], environment: dict[str, str], expected: bool
) -> None:
    assert in_container(asked(environment, root=machine_tree(files))) is expected


@pytest.mark.parametrize(
    "text, expected",
    [
        ('NAME="Ubuntu"\nVERSION_ID="22.04"\n', "Ubuntu 22.04"),
        ('NAME="Debian GNU/Linux"\nVERSION_ID="12"\n', "Debian 12"),
        ('NAME="Arch Linux"\n', "Arch"),
        ("NAME='Rocky Linux'\nVERSION_ID='9.4'\n# a comment\n", "Rocky 9.4"),
        ("", None),
        ('NAME="never closed\n', None),
    ],
)
def test_distribution(machine_tree: Tree, asked: Asked, text: str, expected: str | None) -> None:
    assert distribution(asked(root=machine_tree({"etc/os-release": text}))) == expected


@pytest.mark.parametrize(
    "version, expected",
    [("Linux version 5.15.90.1-microsoft-standard-WSL2", True), ("Linux version 6.1.0-13-amd64", False), ("", False)],
)
def test_wsl(machine_tree: Tree, asked: Asked, version: str, expected: bool) -> None:
    assert system(asked(root=machine_tree({"proc/version": version}))).facts["wsl"] is expected


@pytest.mark.parametrize("name", ["SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"])
def test_ssh(asked: Asked, name: str) -> None:
    assert system(asked({name: "10.0.0.1 5 10.0.0.2 22"})).facts["ssh"] is True
    assert system(asked()).facts["ssh"] is False


def test_musl_by_its_loader(machine_tree: Tree, asked: Asked, program: Callable[[Path, str], Path]) -> None:
    root = machine_tree({})
    program(root / "lib" / "ld-musl-x86_64.so.1", "echo 'musl libc (x86_64)' >&2; echo 'Version 1.2.4' >&2; exit 1")
    found = libc(asked(root=root))
    assert found is not None
    assert (found.name, found.version) == ("musl", "1.2.4")


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="tells what this host has")
def test_glibc_of_this_host() -> None:
    found = libc(ProbeRequest())
    assert found is not None
    assert (found.name, found.version) == platform.libc_ver()


def test_secrets_never_get_in() -> None:
    kept = relevant(
        {
            "UV_INDEX_COMPANY_USERNAME": "min",
            "UV_INDEX_COMPANY_PASSWORD": "hunter2",
            "UV_PUBLISH_TOKEN": "pypi-abc",
            "UV_DEFAULT_INDEX": "https://min:hunter2@example.org/simple",
            "HTTPS_PROXY": "min:hunter2@proxy.example.org:3128",
            "https_proxy": "http://min:hunter2@proxy.example.org",
            "AWS_SECRET_ACCESS_KEY": "hunter2",
            "UV_KEYRING_PROVIDER": "subprocess",
        }
    )
    assert "hunter2" not in str(kept)
    assert "pypi-abc" not in str(kept)
    assert kept["UV_DEFAULT_INDEX"] == "https://***@example.org/simple"
    assert kept["HTTPS_PROXY"] == "***@proxy.example.org:3128"
    assert kept["UV_KEYRING_PROVIDER"] == "subprocess"
    assert "AWS_SECRET_ACCESS_KEY" not in kept


def test_cuda_in_the_library_path(asked: Asked) -> None:
    request = asked({"LD_LIBRARY_PATH": "/opt/cuda-12.4/lib64:/usr/lib:/opt/cuda-12.4/lib64"})
    assert cuda_entries(request) == ("/opt/cuda-12.4/lib64",)
    answer = system(request)
    assert [one.cause for one in answer.findings] == ["ld-library-path"]
    assert not system(asked({"LOADEDMODULES": "cuda/12.4"})).findings


def test_visible_devices_even_when_empty(asked: Asked) -> None:
    told = system(asked({"CUDA_VISIBLE_DEVICES": "", "HIP_VISIBLE_DEVICES": "0,1"})).facts["visible_devices"]
    assert told == {"CUDA_VISIBLE_DEVICES": "", "HIP_VISIBLE_DEVICES": "0,1"}


def test_this_host() -> None:
    facts = system(ProbeRequest()).facts
    assert facts["os"] == {"linux": "linux", "win32": "windows", "darwin": "macos"}[sys.platform]
    assert facts["arch"]
    assert facts["cpu_count"] >= 1
    assert facts["user"]
    assert facts["distribution"]
    assert facts["home"] == os.environ["USERPROFILE" if sys.platform == "win32" else "HOME"]


def test_windows_does_not_tell_path_from_capitals() -> None:
    request = ProbeRequest(environment={"Path": r"C:\a;C:\b;relative", "UserProfile": r"C:\Users\min"}, os="windows")
    assert request.search_path == (r"C:\a", r"C:\b")
    assert request.home_folder == r"C:\Users\min"
