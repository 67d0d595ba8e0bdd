"""Whether the torch of a lock will load where its build would run: its CUDA libraries, its torchvision. Pure."""

from __future__ import annotations

from packaging.version import InvalidVersion, Version

from wizard.advice.torch_locked import Locked, index_variant
from wizard.advice.torch_machine import Here
from wizard.catalog_torch import PYPI, the
from wizard.project.facts import LockedPackage


def to_lock_again(here: Here, locked: Locked) -> tuple[str, ...]:
    """The packages that uv has to look up anew, for it keeps what it has locked; none where all is well."""
    if locked.missing_wheel is not None or missing_parts(here, locked) or foreign_local(locked.package):
        return ("torch",)
    return ("torchvision",) if mismatched_vision(here, locked) else ()


def foreign_local(torch: LockedPackage) -> tuple[str, str] | None:
    """What stands behind the + of a locked torch and the variant of its index, where that index can't have it."""
    local = (torch.version or "").partition("+")[2]
    index = index_variant(torch.registry)
    return (local, index) if index is not None and local in the().variants and local != index else None


def missing_parts(here: Here, locked: Locked) -> tuple[str, ...]:
    """How the names begin of the CUDA libraries that this build loads and that would not be installed beside it."""
    build = locked.build
    if build is None or build.accelerator != "nvidia" or here.os != "linux" or not _has_parts(locked):
        return ()
    names = [package.name for package in locked.packages]
    return tuple(part for part in the().nvidia_parts.needed if not any(name.startswith(part) for name in names))


def _has_parts(locked: Locked) -> bool:
    build = locked.build
    if build is None:
        return False
    parts = the().nvidia_parts
    since = parts.from_pytorch_index if index_variant(locked.package.registry) else parts.from_package_index
    if build.platform == "linux_aarch64":
        since = max(since, parts.aarch64)
    return build.release.version >= since


def mismatched_vision(here: Here, locked: Locked) -> tuple[LockedPackage, str] | None:
    """torchvision and its variant, where that is of another maker or CUDA major than torch's: it raises at import."""
    other = next((one for one in locked.packages if one.name == "torchvision"), None)
    if other is None or other.version is None or locked.build is None or locked.variant == PYPI:
        return None
    variant = _variant_of(other, here)
    if variant is None or variant == locked.variant:
        return None
    book = the()
    mine, its = book.variants[locked.variant or ""], book.variants[variant]
    same = (mine.accelerator, mine.cuda_major) == (its.accelerator, its.cuda_major)
    return None if same else (other, variant)


def _variant_of(torchvision: LockedPackage, here: Here) -> str | None:
    version, _, local = (torchvision.version or "").partition("+")
    book = the()
    if local:
        return local if local in book.variants else None
    named = index_variant(torchvision.registry)
    if named:
        return named
    try:
        exact = Version(version)
    except InvalidVersion:
        return None
    release = next((one for one in book.releases if Version(one.torchvision) == exact), None)
    return release.pypi.get(here.platform or "") if release else None
