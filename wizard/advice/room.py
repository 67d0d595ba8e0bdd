"""What is known of the disks that a sync will fill, for its forecast. Pure."""

from __future__ import annotations

from typing import Any

from wizard.advice.setting_sources import in_force
from wizard.advice.settings import filesystem_for
from wizard.choices import Choices
from wizard.machine.facts import Machine
from wizard.project.facts import Project


def known(machine: Machine, project: Project, choices: Choices) -> dict[str, Any]:
    """`spread`: how packages get from the cache into the environment on one disk (link, clone, copy, symlink), None where
    it was not tried; `quotas`: bytes that this user's quota leaves, by mount.
    """
    quotas = {one.mount: one.quota_free_bytes for one in machine.filesystems or () if one.quota_free_bytes is not None}
    return {"spread": _spread(machine, project, choices), "quotas": quotas}


def _spread(machine: Machine, project: Project, choices: Choices) -> str | None:
    mode = choices.text("settings.link-mode")
    source = in_force(machine, "settings.link-mode", project) if mode == "auto" else None
    mode = source.value if source else mode
    if mode in ("copy", "symlink"):
        return mode
    here = filesystem_for(machine, "project")
    if here is None or (here.hardlinks is None and here.reflinks is None):
        return None
    if here.reflinks and mode in ("clone", "auto"):
        return "clone"
    return "link" if here.hardlinks and mode != "clone" else "copy"
