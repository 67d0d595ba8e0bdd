from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from wizard.language import shown, spoken
from wizard.machine.conda import auto_activates, conda
from wizard.machine.conda_envs import environments
from wizard.machine.facts import Conda
from wizard.machine.request import ProbeRequest

Asked = Callable[..., ProbeRequest]

BLOCK = "# >>> conda initialize >>>\n# !! Contents within this block are managed by 'conda init' !!\n# <<< conda initialize <<<\n"


@pytest.mark.parametrize(
    "block, settings, environment, expected",
    [
        ("conda", {}, {}, True),
        (None, {}, {}, False),
        (None, {"auto_activate_base": True}, {}, False),
        ("conda", {"auto_activate_base": False}, {}, False),
        ("conda", {"auto_activate": False}, {}, False),
        ("conda", {"auto_activate": True, "auto_activate_base": False}, {}, True),
        ("conda", {"auto_activate_base": "maybe"}, {}, True),
        ("conda", {}, {"CONDA_AUTO_ACTIVATE_BASE": "false"}, False),
        ("conda", {"auto_activate_base": False}, {"CONDA_AUTO_ACTIVATE": "true"}, True),
        ("mamba", {}, {}, False),
        ("mamba", {"auto_activate_base": True}, {}, True),
    ],
)
def test_auto_activates(
    block: str | None, settings: dict[str, Any], environment: dict[str, str], expected: bool
) -> None:
    assert auto_activates(block, settings, environment) is expected


@pytest.mark.parametrize(
    "environment, files, expected, causes",
    [
        ({}, {}, None, []),
        ({"CONDA_DEFAULT_ENV": "vision", "CONDA_PREFIX": "/opt/x/envs/vision"}, {}, Conda("vision", False), []),
        ({"CONDA_PREFIX": "/opt/x/envs/vision"}, {}, Conda("vision", False), []),
        ({"CONDA_DEFAULT_ENV": "/data/envs/big", "CONDA_PREFIX": "/data/envs/big"}, {}, Conda("big", False), []),
        (
            {"CONDA_DEFAULT_ENV": "base", "CONDA_PREFIX": "/opt/x"},
            {".bashrc": BLOCK},
            Conda("base", True),
            ["conda-base-active"],
        ),
        (
            {"CONDA_DEFAULT_ENV": "base", "CONDA_PREFIX": "/opt/x"},
            {".bashrc": BLOCK, ".condarc": "auto_activate_base: false\n"},
            Conda("base", False),
            [],
        ),
        ({}, {".zshrc": BLOCK}, Conda(None, True), []),
        ({}, {".config/fish/config.fish": BLOCK, ".condarc": "auto_activate: no\n"}, Conda(None, False), []),
        ({}, {".bashrc": BLOCK, ".condarc": "channels: [\n"}, Conda(None, True), []),  # does not parse: as if absent
        ({}, {".bashrc": BLOCK, ".condarc": "- a list\n"}, Conda(None, True), []),
        ({}, {"miniconda3/conda-meta/history": ""}, Conda(None, False), []),
        (
            {},
            {
                ".bashrc": BLOCK,
                "miniconda3/conda-meta/history": "",
                "miniconda3/.condarc": "auto_activate_base: false\n",
            },
            Conda(None, False),
            [],
        ),
        (
            {},
            {
                ".bashrc": BLOCK,
                "miniconda3/conda-meta/x": "",
                "miniconda3/.condarc": "auto_activate: false\n",
                ".condarc": "auto_activate: true\n",
            },
            Conda(None, True),
            [],
        ),  # the user's word after the installation's
    ],
)
def test_conda(
    asked: Asked, environment: dict[str, str], files: dict[str, str], expected: Conda | None, causes: list[str]
) -> None:
    request = asked(environment)
    for name, text in files.items():
        path = Path(request.home_folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    answer = conda(request)
    assert answer.facts == {"conda": expected}
    assert [one.cause for one in answer.findings] == causes


def test_conda_on_the_path_is_enough(asked: Asked, program: Callable[[Path, str], Path], tmp_path: Path) -> None:
    program(tmp_path / "bin" / "micromamba", "exit 1")
    assert conda(asked({"PATH": f"{tmp_path / 'bin'}"})).facts == {"conda": Conda(None, False)}


def test_how_many_environments_is_told_in_the_reader_s_language(tmp_path: Path) -> None:
    for folder in ("miniconda3/conda-meta", "miniconda3/envs/vision/conda-meta"):
        (tmp_path / folder).mkdir(parents=True)
    (found,) = environments(ProbeRequest(environment={"HOME": str(tmp_path), "USERPROFILE": str(tmp_path)})).findings
    assert found.title.startswith("conda has 2 environments here, ")
    with spoken("zh-CN"):
        assert shown(found.title).startswith("conda 在这里有 2 个环境，")
