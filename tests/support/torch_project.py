"""A project whose lock holds torch from the package index, and a machine whose driver can't run it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from wizard.machine.facts import Gpu, Libc, Machine

NOTHING = Machine(os="linux", arch="x86_64", uv=(), gpus=(), filesystems=(), pythons=())
"""A machine of which everything is known, and of which there is nothing to tell."""
RTX = replace(
    NOTHING,
    libc=Libc("glibc", "2.35"),
    gpus=(Gpu("nvidia", "NVIDIA GeForce RTX 3090", "8.6", None, 24576),),
    nvidia_driver="550.54.14",
)
LOCK = """version = 1
revision = 3
requires-python = ">=3.11"

{parts}
[[package]]
name = "torch"
version = "2.15.0"
source = {{ registry = "{registry}" }}
dependencies = [
    {{ name = "nvidia-cublas", marker = "sys_platform == 'linux'" }},
    {{ name = "nvidia-cuda-runtime", marker = "sys_platform == 'linux'" }},
    {{ name = "nvidia-cudnn-cu13", marker = "sys_platform == 'linux'" }},
]
wheels = [
{wheels}]

[[package]]
name = "vision"
version = "1"
source = {{ virtual = "." }}
dependencies = [
    {{ name = "torch" }},
]

[package.metadata]
requires-dist = [{{ name = "torch", specifier = ">=2.9" }}]
"""

WHEEL = '    {{ url = "{registry}/torch-2.15.0-{tags}.whl", hash = "sha256:{hash}", size = {size} }},\n'
SIZES = {"macosx_11_0_arm64": 80_000_000, "manylinux_2_28_x86_64": 700_000_000, "win_amd64": 110_000_000}
"""What the package index has of torch, by system: only Linux' uses a GPU."""
PART = """[[package]]
name = "{name}"
version = "13"
source = {{ registry = "{registry}" }}
wheels = [
    {{ url = "{registry}/{file}-13-py3-none-manylinux_2_27_x86_64.whl", hash = "sha256:{hash}", size = 1 }},
]
"""


def make_torch_project(folder: Path) -> Path:
    """Writes pyproject.toml and uv.lock; nothing is ever fetched."""
    text = '[project]\nname = "vision"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["torch>=2.9"]\n'
    (folder / "pyproject.toml").write_text(text)
    place = {"registry": "https://index.example/simple", "hash": "0" * 64}
    names = ("nvidia-cublas", "nvidia-cuda-runtime", "nvidia-cudnn-cu13")
    parts = "\n".join(PART.format(name=name, file=name.replace("-", "_"), **place) for name in names)
    wheels = "".join(
        WHEEL.format(tags=f"{python}-{python}-{tag}", size=size, **place)
        for python in ("cp311", "cp312", "cp313", "cp314", "cp315")
        for tag, size in SIZES.items()
    )
    (folder / "uv.lock").write_text(LOCK.format(parts=parts, wheels=wheels, **place))
    return folder
