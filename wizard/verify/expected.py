"""The packages a sync puts into the environment, asked of uv, with markers judged for the environment's own Python."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from packaging.markers import UndefinedEnvironmentName
from packaging.requirements import InvalidRequirement, Requirement

_MARKERS = """
import json, os, platform, sys
v = sys.implementation.version
print(json.dumps({
    "os_name": os.name, "sys_platform": sys.platform, "platform_machine": platform.machine(),
    "platform_python_implementation": platform.python_implementation(), "platform_release": platform.release(),
    "platform_system": platform.system(), "platform_version": platform.version(),
    "python_version": ".".join(platform.python_version_tuple()[:2]), "python_full_version": platform.python_version(),
    "implementation_name": sys.implementation.name, "implementation_version": "%d.%d.%d" % tuple(v[:3]), "extra": "",
}))
"""


def expected_packages(
    uv: str,
    project: str,
    python: str,
    options: Sequence[str],
    environment: Mapping[str, str],
    limit: float = 60.0,
) -> dict[str, str | None]:
    """Name -> version (None: a direct address) of what `uv sync --locked OPTIONS` installs; empty where uv can't say.

    Editable and local members are left out: their files are the project's own.
    """
    argv = [uv, "export", "--locked", "--no-hashes", "--no-emit-project", "--no-header", "--no-annotate", *options]
    exported = _output(argv, project, environment, limit)
    markers = _output([python, "-I", "-c", _MARKERS], str(Path(python).parent), environment, limit)
    if exported is None or markers is None:
        return {}
    return parsed(exported, json.loads(markers))


def parsed(exported: str, markers: Mapping[str, str]) -> dict[str, str | None]:
    """The lines of `uv export` that hold for those markers."""
    found: dict[str, str | None] = {}
    for line in exported.splitlines():
        text = line.strip()
        if not text or text.startswith(("#", "-", ".", "/", "file:")):
            continue
        try:
            requirement = Requirement(text)
            if requirement.marker is not None and not requirement.marker.evaluate(dict(markers)):
                continue
        except (InvalidRequirement, UndefinedEnvironmentName):
            continue
        pins = [one.version for one in requirement.specifier if one.operator == "=="]
        found[requirement.name] = pins[0] if pins else None
    return found


def _output(argv: Sequence[str], folder: str, environment: Mapping[str, str], limit: float) -> str | None:
    try:
        done = subprocess.run(
            argv,
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=limit,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None
