"""What the {placeholders} of assets/failures.toml stand for, as far as it is known."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping
from typing import Any

from packaging.version import InvalidVersion, Version

from wizard import lists
from wizard.diagnosis.around import glibc, gpu_vendor
from wizard.diagnosis.gpus import generations
from wizard.diagnosis.meant import imported_as, meant
from wizard.diagnosis.rules import libraries
from wizard.diagnosis.scene import Scene
from wizard.language import said
from wizard.machine.facts import Filesystem
from wizard.text import masked, one_line, standing_size

ROOM = 5 * 1024**3
"""Bytes that a disk must have free before a cache is sent there."""

_PACKAGE = re.compile(
    r"Failed to (?:download and build|download|build|fetch|install|prepare):? `?(?![a-z]+://)"
    r"(?P<it>[A-Za-z0-9][\w.-]*(?:==[\w.+!-]+)?)(?: @ (?P<at>[^`|]+))?"
)
_WHEEL = re.compile(r"(?:Distribution `|but `)(?P<it>[A-Za-z0-9][\w.-]*(?:==[\w.+!-]+)?)")
_UNFIT = ("tmpfs", "devtmpfs", "squashfs", "iso9660", "overlay", "proc", "ramfs")
_INCLUDED = re.compile(r"was included because `[^`]+` (?:\(v[^)]*\) )?depends on `(?P<direct>[\w.-]+)`")


def values(scene: Scene, named: Mapping[str, str | None]) -> dict[str, Any]:
    """Placeholder -> value; what is unknown is not in it. `named`: the groups of the pattern that matched."""
    found: dict[str, Any] = {
        "python_here": scene.context.python_here,
        **_report(scene),
        **_disk(scene),
        **_wheel(scene),
        **_gpu(scene),
        **_project(scene),
    }
    found.update({name: one_line(masked(value)) for name, value in named.items() if value})
    found.update(_derived(scene, found))
    return {name: value for name, value in found.items() if value not in (None, "")}


def holder_of(library: str) -> tuple[str, ...]:
    """The packages that hold a CUDA library, by its file name: one where its number tells the CUDA major, else both."""
    stem, _, number = library.partition(".so")
    for name, cuda12, cuda13 in libraries():
        if stem == name or stem.startswith((name + "_", name + "-")):
            major = number.lstrip(".").split(".")[0]
            if name in ("libcufft", "libcufftw", "libcusolver", "libcusolverMg"):
                return (cuda13,) if major == "12" else (cuda12,)
            if (
                name in ("libcudart", "libcublas", "libcublasLt", "libnvblas", "libnvJitLink", "libnvrtc", "libcupti")
                and major
            ):
                return (cuda13,) if major == "13" else (cuda12,)
            return (cuda13, cuda12)
    return ()


def library_of(package: str) -> str:
    """The library that a package is there for, by its name without a version; the package's own name where none is known."""
    return min((name for name, *holders in libraries() if package in holders), key=len, default=package)


def _report(scene: Scene) -> dict[str, Any]:
    package = _PACKAGE.search(scene.chain_text) or _WHEEL.search(" ".join([*scene.chain, *scene.hints]))
    at = (package.groupdict().get("at") or "") if package else ""
    git = re.search(r"git\+([a-z+]+://[^\s@`|#]+)", at or scene.chain_text)
    variable, address = scene.proxy or (None, None)
    name = package["it"].partition("==")[0] if package else None
    certificate = _certificate(scene)
    return {
        "package": package["it"].replace("==", " ") if package else None,
        "package_name": name,
        "direct": name if name and name == _asked_for(scene) else None,
        "git_url": masked(git[1]) if git else None,
        "host": scene.host,
        "index": masked(scene.index) if scene.index else None,
        "lock_index": masked(scene.registries[0]) if scene.registries else None,
        "proxy": address,
        "proxy_variable": variable,
        "path": one_line(scene.path, 200) if scene.path else None,
        "there": one_line(_there(scene.path, scene.context.exists), 200) if scene.path else None,
        "certificate_variable": certificate[0],
        "certificate_path": certificate[1],
        "program": "uv" if scene.output.errors and scene.context.phase != "verify" else said("The program"),
    }


def _there(path: str, exists: Callable[[str], bool] | None) -> str:
    """The path or, where it is not there, the nearest folder above it that is; the path itself where nobody can tell."""
    here = path
    while exists is not None and here and not exists(here):
        above = posixpath.dirname(here)
        here = above if above != here else ""
    return here or path


def _certificate(scene: Scene) -> tuple[str | None, str | None]:
    for report in scene.output.warnings:
        said = " ".join(statement.text for statement in report.chain)
        found = re.search(r"`(SSL_CERT_(?:FILE|DIR))`[^:]*: (\S+?)\.?(?:\s|$)", said)
        if found:
            return found[1], found[2]
    return None, None


def _disk(scene: Scene) -> dict[str, Any]:
    machine, project = scene.context.machine, scene.context.project
    home = machine.home if machine is not None else None
    own = None
    if home:
        own = _join(home, ".cache", "uv") if not (scene.path or "").startswith(home) else _join(home, "uv-cache")
    here = _filesystem(scene, scene.path) if scene.path else None
    rooms = [
        each
        for each in scene.filesystems
        if each is not here and (each.free_bytes or 0) > ROOM and each.type not in _UNFIT
    ]
    room = max(rooms, key=lambda each: each.free_bytes or 0, default=None) if scene.path else None
    project_here = _filesystem(scene, project.path) if project is not None else None
    return {
        "mount": here.mount if here else None,
        "free": standing_size(here.free_bytes) if here and here.free_bytes is not None else None,
        "roomy": room.mount if room else None,
        "roomy_free": standing_size(room.free_bytes) if room and room.free_bytes else None,
        "roomy_cache": _folder_on(room, scene) if room else None,
        "own_cache": own,
        "user": machine.user if machine is not None else None,
        "project_cache": _folder_on(project_here, scene) if project_here else None,
    }


def _filesystem(scene: Scene, path: str) -> Filesystem | None:
    fits = [each for each in scene.filesystems if _under(path, each.mount)]
    return max(fits, key=lambda each: len(each.mount), default=None)


def _under(path: str, mount: str) -> bool:
    base = mount.rstrip("/\\")
    return path in (mount, base) or (
        path[: len(base)].lower() == base.lower() and path[len(base) : len(base) + 1] in "/\\"
    )


def _folder_on(filesystem: Filesystem, scene: Scene) -> str:
    machine = scene.context.machine
    if machine is not None and machine.home and _filesystem(scene, machine.home) is filesystem:
        return _join(machine.home, "uv-cache")
    user = (machine.user,) if machine is not None and machine.user and "\\" not in filesystem.mount else ()
    return _join(filesystem.mount, *user, "uv-cache")


def _join(folder: str, *names: str) -> str:
    separator = "\\" if "\\" in folder or folder[1:2] == ":" else "/"
    return folder.rstrip("/\\") + separator + separator.join(names)


def _wheel(scene: Scene) -> dict[str, Any]:
    hint = next((hint for hint in scene.hints if "wheels" in hint.lower()), "")
    offered = re.search(r"(?:following [\w ]+?): (`.*?)(?:;|$)", hint)
    names = re.findall(r"`([^`]+)`", offered[1]) if offered else []
    platform = re.search(r"You're on (.+?) \(`([^`]+)`\)", hint)
    python = re.search(r"You're using (.+?) \(", hint)
    numbers = [found[1] for name in names if (found := re.fullmatch(r"cp(\d)(\d+)t?", name))]
    needed = glibc(scene)
    return {
        "offered": ", ".join(names[:4]) if names else None,
        "platform": platform[2] if platform else None,
        "have_python": python[1] if python else None,
        "offered_python": f"3.{numbers[0]}" if numbers else None,
        "needed_glibc": needed[0] if needed else None,
        "have_glibc": needed[1] if needed else None,
    }


def _gpu(scene: Scene) -> dict[str, Any]:
    seen = generations(scene)
    machine = scene.context.machine
    first = next((gpu.name for gpu in scene.gpus or () if gpu.vendor != "apple"), None)
    hidden = next(
        (
            name
            for name in ("CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES")
            if name in scene.environment
        ),
        None,
    )
    cuda = re.search(r"torch \S+ was built with CUDA (\d+\.\d+)", scene.text)
    return {
        "gpu": seen.gpu or first,
        "capability": "{}.{}".format(*seen.card) if seen.card else None,
        "newest_code": "{}.{}".format(*seen.newest) if seen.newest else None,
        "oldest_code": "{}.{}".format(*seen.oldest) if seen.oldest else None,
        "driver": machine.nvidia_driver if machine is not None else None,
        "machine_name": machine.host if machine is not None else None,
        "cuda": cuda[1] if cuda else None,
        "needed_driver": _needed_driver(scene, cuda[1]) if cuda else None,
        "hidden_variable": hidden,
        "vendor": gpu_vendor(scene),
        "wsl_lack": lack[1] if (lack := re.search(r"WSL: (/\S+ is not there)", scene.text)) else None,
    }


def _needed_driver(scene: Scene, cuda: str) -> str | None:
    """The oldest driver that runs that CUDA on the first NVIDIA GPU here, by NVIDIA's numbers (assets/torch.toml); None where
    the one here is no older: then they don't tell what is missing.
    """
    from wizard.catalog_torch import oldest_driver
    from wizard.gpu_names import sm_of

    told = next((gpu.compute_capability for gpu in scene.gpus or () if gpu.vendor == "nvidia"), None)
    needed = oldest_driver(int(cuda.partition(".")[0]), sm_of(told) if told else None, windows=scene.os == "windows")
    here = scene.context.machine.nvidia_driver if scene.context.machine is not None else None
    try:
        return needed if not here or not needed or Version(here) < Version(needed) else None
    except InvalidVersion:
        return None


def _asked_for(scene: Scene) -> str | None:
    """The package that the project itself asks for and that brought the one that uv speaks of; as uv's hint says it."""
    found = _INCLUDED.search(" ".join(" ".join(scene.hints).split()))
    return found["direct"] if found else None


def _project(scene: Scene) -> dict[str, Any]:
    project = scene.context.project
    if project is None:
        return {}
    offers = project.torch.offers if project.torch is not None else {}
    extra = next((name for kind, name in offers.values() if kind == "extra"), None)
    return {
        "extras": lists.named(project.extras) or said("none"),
        "groups": lists.named(project.groups) or said("none"),
        "torch_extra": extra,
        "torch_extra_list": [*scene.context.choices.get("sync", {}).get("extras", ()), extra] if extra else None,
    }


def _derived(scene: Scene, found: Mapping[str, Any]) -> dict[str, Any]:
    """Values made of those that the pattern named."""
    chosen = scene.context.choices.get("sync", {})
    name, first, second = found.get("name"), found.get("first"), found.get("second")
    extras, groups = list(chosen.get("extras", ())), list(chosen.get("groups", ()))
    holders = holder_of(found["library"]) if found.get("library") else ()
    local = re.search(r"\+(cu\d+|cpu|xpu|rocm[\d.]+)$", found.get("wanted", ""))
    exact = re.fullmatch(r"={2,3}\s*(\d[\w.]*)", found.get("required", ""))
    number = found.get("driver_number")
    request = re.search(r"\d+\.\d+(?:\.\d+)?", found.get("request", ""))
    needed = re.search(r"\d+\.\d+", found.get("needed", ""))
    direct = found.get("direct")
    return {
        "meant": meant(direct) if direct else None,
        "imported_as": imported_as(direct) if direct else None,
        "extras_without": [each for each in extras if each != name],
        "groups_without": [each for each in groups if each != name],
        "keep_first": [each for each in extras if each != second] or ([first] if first else None),
        "keep_second": [each for each in extras if each != first] or ([second] if second else None),
        "holder": found.get("holder") or (holders[0] if len(holders) == 1 else _known_holder(scene, holders)),
        "local_variant": local[1] if local else None,
        "exact_required": exact[1] if exact else None,
        "driver_cuda": f"{int(number) // 1000}.{int(number) % 1000 // 10}" if number else None,
        "request_version": request[0] if request else None,
        "needed_version": needed[0] if needed else None,
    }


def _known_holder(scene: Scene, holders: tuple[str, ...]) -> str | None:
    """Of the packages that may hold a library, the one that uv.lock has, or of the CUDA that the text names."""
    if not holders:
        return None
    if locked := [one for one in holders if one in scene.locked]:
        return locked[0]
    if re.search(r"[\\/]cu13[\\/]|-cu13\b|CUDA 13|\+cu13", scene.text):
        return holders[0]
    return holders[1] if re.search(r"-cu12\b|CUDA 12|\+cu12", scene.text) else lists.either(holders)
