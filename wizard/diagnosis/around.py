"""The names that a rule may require: questions about what is known around a failure, each answered yes or no."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from wizard.diagnosis.gpus import generations
from wizard.diagnosis.scene import Scene

_DISK_CAUSE = re.compile(r"\((?:os error (?:28|122|13|30|1|5|19|112|36|206|4551))\)")
_REACH = re.compile(
    r"dns error|failed to lookup|onnection refused|timed out|network timeout|peer certificate|connection"
    r"|Network connectivity is disabled|network was disabled|os error 1\d\d|tunnel error|HTTP status"
    r"|undeclared index|workspace|Distribution not found|does not appear to be|Failed to parse entry"
)
"""What keeps a build from beginning, and has a cause of its own."""
_STOPPED = (-2, -15, -1, 130, 143, 129, 0xC000013A, 0xC000013A - 2**32)
_KILLED = (-9, 137)


def holds(name: str, scene: Scene) -> bool:
    """Whether the named condition holds; unknown is no. Raises KeyError for a name that nobody defined."""
    return _NAMES[name](scene)


def _stopped(scene: Scene) -> bool:
    return scene.context.cancelled or (scene.context.exit_code in _STOPPED and not scene.output.errors)


def _killed(scene: Scene) -> bool:
    return scene.context.exit_code in _KILLED and not scene.output.errors and not scene.context.cancelled


def _proxy(scene: Scene) -> bool:
    """A proxy is set that this address goes through; an https one names its tunnel in the text, so that rules see it."""
    if scene.proxy is None or (scene.url or "http:").startswith("https"):
        return False
    without = scene.environment.get("NO_PROXY") or scene.environment.get("no_proxy") or ""
    host = urlsplit(scene.url).hostname if scene.url else None
    return not host or not any(_covers(entry.strip(), host) for entry in without.split(","))


def _covers(entry: str, host: str) -> bool:
    bare = entry.lstrip("*.")
    return entry == "*" or (bool(bare) and (host == bare or host.endswith("." + bare)))


def _certificate_setting(scene: Scene) -> bool:
    """uv warned that SSL_CERT_FILE or SSL_CERT_DIR points at nothing."""
    said = re.compile(r"`SSL_CERT_(?:FILE|DIR)`")
    return any(said.search(statement.text) for report in scene.output.warnings for statement in report.chain)


def _build_not_reached(scene: Scene) -> bool:
    """The build is at fault, and neither the network nor the project's own words are."""
    return not _DISK_CAUSE.search(scene.chain_text) and not _REACH.search(scene.chain_text + " ".join(scene.hints))


def _mirror_chosen(scene: Scene) -> bool:
    return bool(scene.context.choices.get("mirrors", {}).get("pypi", "official") != "official")


def _other_index(scene: Scene) -> bool:
    """The default index in force is not one of the lock's. With the lock unread, an index set from outside tells it."""
    if scene.index is None:
        return False
    return scene.index not in scene.registries if scene.registries else True


def _torch_index(scene: Scene) -> bool:
    return re.search(r"undeclared index: `[^`]*(?:torch|cu\d{3}|rocm|cpu|xpu)", scene.chain_text) is not None


def _newer_required(scene: Scene) -> bool:
    return re.search(r"Required (?:uv )?version `[>~]", scene.chain_text) is not None


def _extras_named(scene: Scene) -> bool:
    return scene.chain_text.startswith("Extra")


def _lock_not_missing(scene: Scene) -> bool:
    """Nobody knows that there is no uv.lock: of what was pasted, it is often not known."""
    project = scene.context.project
    if scene.context.has_lock is None:
        return project is None or project.has_lock
    return scene.context.has_lock


def _chosen(key: str, scene: Scene) -> bool:
    """Whether the path of the report lies in the folder that was chosen with this key of the settings."""
    folder = scene.context.choices.get("settings", {}).get(key)
    return bool(folder) and _lies_in(scene.path, str(folder))


def _chosen_cache(scene: Scene) -> bool:
    """It can be given up: what stands in uv.toml stays there while nothing else is chosen."""
    return _chosen("cache-dir", scene) and scene.context.choices["settings"].get("where") != "uv.toml"


def _chosen_pythons(scene: Scene) -> bool:
    return _chosen("python-install-dir", scene) and not _of_cache(scene)


def _pythons_variable(scene: Scene) -> bool:
    """The folder for Pythons is set where the wizard was started, and was not chosen in it."""
    folder = scene.environment.get("UV_PYTHON_INSTALL_DIR")
    return bool(folder) and _lies_in(scene.path, str(folder)) and not _chosen("python-install-dir", scene)


def _lies_in(path: str | None, folder: str) -> bool:
    base = folder.rstrip("/\\")
    return path is not None and path[: len(base)] == base and path[len(base) : len(base) + 1] in ("", "/", "\\")


def _of_cache(scene: Scene) -> bool:
    return "initialize cache" in scene.chain_text


def _in_cache(scene: Scene) -> bool:
    if _chosen_pythons(scene):  # which may have the word in its name
        return False
    path = scene.path or ""
    folder = scene.environment.get("UV_CACHE_DIR") or scene.context.choices.get("settings", {}).get("cache-dir")
    machine = scene.context.machine
    folder = folder or (machine.folders.get("cache") if machine is not None else None)
    return bool(folder and path.startswith(folder)) or "cache" in path.lower() or _of_cache(scene)


def _installer_chosen(scene: Scene) -> bool:
    return bool(scene.context.choices.get("uv", {}).get("install") == "standalone")


def _mirror_alone(scene: Scene) -> bool:
    """uv was asked of a mirror, and of nobody else."""
    return _mirror_chosen(scene) and scene.context.choices.get("uv", {}).get("install") == "index"


def _deep_path(scene: Scene) -> bool:
    return max((len(word) for word in re.findall(r"[A-Za-z]:\\[^`\"'|]+", scene.chain_text)), default=0) > 200


def _conda_active(scene: Scene) -> bool:
    said = re.search(r"VIRTUAL_ENV=(\S+)", scene.text)
    return bool(said and "conda" in said[1]) or bool(scene.environment.get("CONDA_DEFAULT_ENV"))


def _uv_running(scene: Scene) -> str:
    return " ".join(scene.hints)


def _devices_hidden(scene: Scene) -> bool:
    for name in ("CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES"):
        value = scene.environment.get(name)
        if value is not None and value.strip().strip('"') in ("", "-1", "NoDevFiles", "none"):
            return True
    return False


def _container(scene: Scene) -> bool:
    """This machine is a container, and the text is its own: what somebody pasted may come from anywhere."""
    machine = scene.context.machine
    return scene.context.phase == "verify" and machine is not None and machine.in_container is True


def _no_driver(scene: Scene) -> bool:
    machine = scene.context.machine
    return machine is None or machine.nvidia_driver is None


def gpu_vendor(scene: Scene) -> str:
    """Whose GPU the text is about; most of what is printed is about NVIDIA's."""
    for vendor, said in _VENDORS:
        if said.search(scene.text):
            return vendor
    return "NVIDIA"


def _holder_locked(scene: Scene) -> bool:
    from wizard.diagnosis.values import holder_of

    found = re.search(r"(lib\w+\.so[.\d]*)", scene.text)
    return found is not None and any(holder in scene.locked for holder in holder_of(found[1]))


_NAMES: dict[str, Callable[[Scene], bool]] = {
    "uv-report": lambda scene: bool(scene.output.errors),  # not the words of a program of the user's
    "stopped": _stopped,
    "killed": _killed,
    "windows": lambda scene: scene.os == "windows",
    "posix": lambda scene: scene.os != "windows",
    "proxy": _proxy,
    "certificate-setting": _certificate_setting,
    "not-reachable-otherwise": _build_not_reached,
    "mirror-chosen": _mirror_chosen,
    "no-mirror-chosen": lambda scene: not _mirror_chosen(scene),
    "newer-glibc": lambda scene: glibc(scene) is not None,
    "other-index": _other_index,
    "torch-index": _torch_index,
    "newer-required": _newer_required,
    "extras-named": _extras_named,
    "lock-not-missing": _lock_not_missing,
    "in-cache": _in_cache,
    "chosen-cache": _chosen_cache,
    "not-chosen-cache": lambda scene: not _chosen_cache(scene),
    "chosen-pythons": _chosen_pythons,
    "chosen-folder": lambda scene: _chosen("cache-dir", scene) or _chosen("python-install-dir", scene),
    "pythons-variable": _pythons_variable,
    "python-in-file": lambda scene: scene.context.python_in_file,
    "python-not-in-file": lambda scene: not scene.context.python_in_file,
    "installer-chosen": _installer_chosen,
    "mirror-alone": _mirror_alone,
    "uv-here": lambda scene: scene.context.uv_here,
    "deep-path": _deep_path,
    "no-own-cause": lambda scene: not _DISK_CAUSE.search(scene.chain_text),
    "conda-active": _conda_active,
    "not-conda-active": lambda scene: not _conda_active(scene),
    "index-changed": lambda scene: scene.index is not None or _mirror_chosen(scene),
    "uv-knows-system-certs": lambda scene: "--native-tls" not in _uv_running(scene),
    "uv-knows-native-tls": lambda scene: "--native-tls" in _uv_running(scene),
    "devices-hidden": _devices_hidden,
    "container": _container,
    "no-driver": _no_driver,
    "gpu-newer": lambda scene: generations(scene).newer is True,
    "gpu-older": lambda scene: generations(scene).older is True,
    "holder-locked": _holder_locked,
    "gpu-nvidia": lambda scene: gpu_vendor(scene) == "NVIDIA",
    "gpu-amd": lambda scene: gpu_vendor(scene) == "AMD",
    "gpu-intel": lambda scene: gpu_vendor(scene) == "Intel",
}

_VENDORS = (
    ("AMD", re.compile(r"\bAMD GPU|/dev/kfd|\bHIP GPUs|ROCm-capable|\bhipError")),
    ("Intel", re.compile(r"\bIntel GPU|\bXPU\b|Level Zero")),
    ("Apple", re.compile(r"\bMPS backend")),
)

_OFFERED = re.compile(r"(?:following platforms?|platform tag)s?: (.*)$")
_LEGACY = {"1": (2, 5), "2010": (2, 12), "2014": (2, 17)}


def glibc(scene: Scene) -> tuple[str, str] | None:
    """The C library that the wheels need and the one that is here, `("2.28", "2.17")`, where that is what keeps them off."""
    whole = " ".join([*scene.chain, *scene.hints])
    have = re.search(r"(?:You're on Linux \(|e\.g\., )`manylinux_(\d+)_(\d+)_(\w+)`", whole)
    offered = _OFFERED.search(" ".join(hint for hint in scene.hints if "wheels" in hint.lower()))
    if not have or not offered:
        return None
    here = int(have[1]), int(have[2])
    needed = [
        (_LEGACY[old] if old else (int(major), int(minor)))
        for old, major, minor, arch in re.findall(r"`manylinux(?:(1|2010|2014)|_(\d+)_(\d+))_(\w+)`", offered[1])
        if arch == have[3]
    ]
    if not needed or min(needed) <= here:
        return None
    return "{}.{}".format(*min(needed)), "{}.{}".format(*here)
