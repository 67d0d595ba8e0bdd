"""devcontainer.json: an editor's container of the same Dockerfile, with uv, every group and the GPUs. Pure."""

from __future__ import annotations

import json
from typing import Any

from wizard import catalog
from wizard.export.dockerfile import ENVIRONMENT, USER
from wizard.export.image import Image
from wizard.plan.quoting import posix_line

FOLDER, NAME = ".devcontainer", ".devcontainer/devcontainer.json"


_MARK = "uv-wizard"
"""Under `customizations`, where each tool has a key of its own."""


def is_ours(data: bytes | None) -> bool:
    """Whether there is none, or one that an export made: one with comments in it is somebody's."""
    try:
        return data is None or _MARK in json.loads(data)["customizations"]
    except (ValueError, KeyError, TypeError):
        return False


def text(image: Image) -> str:
    """The whole file. The environment lies outside the folder that is mounted, so the host's own stays what it is."""
    depth = len(image.sources.prefix.split("/")) if image.sources.prefix else 0
    options = [word for word in image.options if word != "--no-dev"]
    gpu = catalog.table("images.toml")["gpu"].get(image.accelerator, {})
    whole: dict[str, Any] = {
        "name": image.name,
        "build": {"dockerfile": "../Dockerfile", "context": "/".join([".."] * (depth + 1)), "target": "dev"},
        "remoteUser": USER,
        "postCreateCommand": posix_line(["uv", "sync", "--locked", *options]),
        **gpu.get("devcontainer", {}),
        "customizations": {
            "vscode": {
                "extensions": ["ms-python.python"],
                "settings": {"python.defaultInterpreterPath": f"{ENVIRONMENT}/bin/python"},
            },
            _MARK: {"madeFrom": "Dockerfile"},
        },
    }
    if image.sources.prefix:  # what lies beside the project is seen at the same places
        whole["workspaceMount"] = f"source=${{localWorkspaceFolder}}{'/..' * depth},target=/workspaces,type=bind"
        whole["workspaceFolder"] = f"/workspaces/{image.sources.prefix}"
    return json.dumps(whole, indent=2) + "\n"
