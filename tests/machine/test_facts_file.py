from __future__ import annotations

import json
from typing import Any

import pytest

from wizard.errors import BadInput
from wizard.machine.facts import (
    Conda,
    Filesystem,
    FoundPython,
    FoundUv,
    Gpu,
    Libc,
    Machine,
    document,
)
from wizard.machine.facts_file import from_document

WHOLE = Machine(
    os="linux",
    arch="x86_64",
    libc=Libc("glibc", "2.35"),
    gpus=(
        Gpu("nvidia", "NVIDIA GeForce RTX 3090", "8.6", None, 24564),
        Gpu("amd", "AMD X", None, "gfx1100", None),
        Gpu("nvidia", "NVIDIA A100", "8.0", None, 81920, ("MIG 1g.5gb",)),
    ),
    nvidia_driver="550.54.14",
    rocm="6.2",
    in_container=False,
    wsl=False,
    ssh=True,
    shell="bash",
    conda=Conda("base", True),
    uv=(FoundUv("/home/min/uv", "0.13.8", "standalone"), FoundUv("/x/uv", None, "unknown")),
    pythons=(FoundPython("/usr/bin/python3", "3.11.7"),),
    filesystems=(
        Filesystem("/", "ext4", 1, 2, False, True, False, ("home", "cache")),
        Filesystem("/n", None, None, None, None, None, None),
    ),
    distribution="Ubuntu 22.04",
    cpu_count=16,
    foreign=True,
)


def test_what_a_look_writes_is_read_back() -> None:
    told = json.loads(json.dumps(document(WHOLE)))
    assert from_document(told) == WHOLE
    assert from_document({"schema": 1, "machine": told, "project": None, "findings": []}) == WHOLE


def test_absent_is_unknown_and_empty_is_none() -> None:
    assert from_document({}) == Machine(foreign=True)
    assert from_document({"os": "macos", "gpus": [], "uv": None, "more": 1}) == Machine(
        os="macos", gpus=(), foreign=True
    )
    assert from_document({"conda": {"active": None}}) == Machine(conda=Conda(None, None), foreign=True)
    assert from_document({"gpus": [{"vendor": "nvidia", "compute_capability": "8.6"}]}).gpus == (
        Gpu("nvidia", "NVIDIA GPU", "8.6"),
    )
    assert from_document({"uv": [{"path": "/x/uv"}]}).uv == (FoundUv("/x/uv", None, "unknown"),)


def test_names_of_processors() -> None:
    assert from_document({"arch": "AMD64"}).arch == "x86_64"
    assert from_document({"arch": "arm64"}).arch == "aarch64"


@pytest.mark.parametrize(
    "data, key, value, allowed",
    [
        ([], "the document", "[]", "an object"),
        ("x", "the document", "'x'", "an object"),
        ({"machine": None}, "machine", "None", "an object"),
        ({"machine": [1]}, "machine", "[1]", "an object"),
        ({"os": "beos"}, "os", "'beos'", "linux, windows, macos"),
        ({"os": ["linux"]}, "os", "['linux']", "linux, windows, macos"),
        ({"machine": {"os": 3}}, "os", "3", "linux, windows, macos"),
        ({"arch": "z80"}, "arch", "'z80'", "x86_64, aarch64"),
        ({"arch": 64}, "arch", "64", "x86_64, aarch64"),
        ({"libc": "glibc"}, "libc", "'glibc'", "an object"),
        ({"libc": {"name": "bionic"}}, "libc.name", "'bionic'", "glibc, musl"),
        ({"libc": {"version": "2.35"}}, "libc.name", "None", "left out"),
        ({"gpus": {}}, "gpus", "{}", "a list"),
        ({"gpus": ["RTX"]}, "gpus[0]", "'RTX'", "an object"),
        ({"gpus": [{"name": "X"}]}, "gpus[0].vendor", "None", "left out"),
        ({"gpus": [{"name": "X", "vendor": "3dfx"}]}, "gpus[0].vendor", "'3dfx'", "nvidia, amd, intel, apple"),
        (
            {"gpus": [{"name": "X", "vendor": "nvidia", "compute_capability": 8.6}]},
            "gpus[0].compute_capability",
            "8.6",
            "text",
        ),
        (
            {"gpus": [{"name": "X", "vendor": "nvidia", "compute_capability": "86"}]},
            "gpus[0].compute_capability",
            "'86'",
            "8.6",
        ),
        ({"gpus": [{"name": "X", "vendor": "nvidia", "memory_mib": -1}]}, "gpus[0].memory_mib", "-1", "whole number"),
        ({"gpus": [{"name": "X", "vendor": "amd", "gfx": "1100"}]}, "gpus[0].gfx", "'1100'", "gfx1100"),
        ({"nvidia_driver": "new"}, "nvidia_driver", "'new'", "a version"),
        ({"nvidia_driver": 550}, "nvidia_driver", "550", "text"),
        ({"wsl": "no"}, "wsl", "'no'", "true, false"),
        ({"ssh": 1}, "ssh", "1", "true, false"),
        ({"shell": "tcsh"}, "shell", "'tcsh'", "bash, zsh, fish, pwsh, cmd, nu"),
        ({"conda": {"auto_activate": "yes"}}, "conda.auto_activate", "'yes'", "true, false"),
        ({"uv": [{"version": "1"}]}, "uv[0].path", "None", "left out"),
        ({"uv": [{"path": "/x", "how": "magic"}]}, "uv[0].how", "'magic'", "standalone, pip"),
        ({"filesystems": [{"mount": "/", "free_bytes": True}]}, "filesystems[0].free_bytes", "True", "whole number"),
        (
            {"filesystems": [{"mount": "/", "purposes": ["swap"]}]},
            "filesystems[0].purposes[0]",
            "'swap'",
            "project, cache",
        ),
        ({"cpu_count": 1.5}, "cpu_count", "1.5", "whole number"),
    ],
)
def test_what_is_not_possible_is_named(data: Any, key: str, value: str, allowed: str) -> None:
    with pytest.raises(BadInput) as told:
        from_document(data)
    message = str(told.value)
    assert f"{key} = {value} is not possible" in message
    assert allowed in message
    assert "\n" not in message
