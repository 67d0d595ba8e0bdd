"""Whose doing a failure of the scratch copy was: what is no longer taken from a mirror, and what is refused for good."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from wizard.language import said
from wizard.lists import both, sentences
from wizard.mirrors.registries import same_index, torch_suffix
from wizard.run.mirror_job import Job, listed
from wizard.run.mirror_lock import LockedFile
from wizard.run.mirror_proof import is_another
from wizard.text import masked

_BUILD = re.compile(r"Failedto(?:downloadand)?build`")
_BUILD_NEEDS = re.compile(r"Failedto(?:resolve|install)requirements?from|build-system\.requires")
_NOT_THERE = re.compile(r"\((?:404NotFound|410Gone)\)")
_BROKEN = re.compile(r"Failedto(?:extract|unpack|unzip)|Failedtoreadfromzipfile")
_CUT_SHORT = re.compile(r"UV_HTTP_TIMEOUT|responsebody")
_MISMATCH = re.compile(r"[Hh]ashmismatchfor`([A-Za-z0-9._-]+)(?:==|@)([^`]*)`")


def squeezed(text: str) -> str:
    """uv's last error without the blanks, wraps and bars of any version's layout."""
    starts = [found.start() for found in re.finditer(r"^\s*(?:error\b|\u00d7|x )", text, re.MULTILINE)]
    return re.sub(r"[\s\u2502|]+", "", text[starts[-1] :] if starts else text)


def about_a_build(printed: str) -> bool:
    """Whether this failure is one of building, or of what a build needs. `printed`: squeezed."""
    return bool(_BUILD.search(printed) or _BUILD_NEEDS.search(printed))


def refused(job: Job, printed: str) -> bool:
    """Whether a mirror's file had another hash than the lock's; then it is told, with the mirror's name."""
    found = _MISMATCH.search(printed)
    guilty = [file for file in _taken(job) if found and file.package == found[1] and found[2] == file.version]
    if not found and _BROKEN.search(printed) and not _CUT_SHORT.search(printed):
        guilty = [file for file in _taken(job) if _unpacked(file) in printed and is_another(job, file)]
    if not guilty:
        return False
    kind = "mirrors.pypi" if torch_suffix(guilty[0].registry) is None else "mirrors.pytorch"
    mirror = masked(job.stand_ins[guilty[0].registry])
    job.carrier.emit("diagnosis", **_diagnosis(mirror, guilty[0].package, kind))
    return True


def _unpacked(file: LockedFile) -> str:
    """What uv calls it when it can't be unpacked."""
    return file.name if file.name.endswith(".whl") else f"archive:{file.package}=={file.version}"


def _diagnosis(mirror: str, package: str, kind: str) -> dict[str, Any]:
    from wizard import diagnosis
    from wizard.diagnosis import Context, Fix

    line = f"Hash mismatch for `{package}` from {mirror}"
    document = dict(diagnosis.of("hash-mismatch", (line,), Context(phase="sync")).document())
    told = said(
        "The mirror {mirror} sent a file of {package} that is not the one uv.lock names.",
        mirror=mirror,
        package=package,
    )
    document["explanation"] = sentences((told, document["explanation"]))
    first = Fix(said("Take the packages from the official source"), {kind: "official"}).document()
    others = [fix for fix in document["fixes"] if set(fix["choices"] or ()) != {"mirrors"}]
    document["fixes"] = [first, *others]
    return document


def give_up(job: Job, printed: str) -> bool:
    """Gives up what the failure names, and says so; whether there was any. A build that fails by itself names nothing."""
    named = [file for file in _taken(job) if re.search(rf"{re.escape(job.addresses[file.url])}(?!\.metadata)", printed)]
    if not named and job.index is not None and _BUILD_NEEDS.search(printed):
        job.note(
            said(
                "What a build asks for can't be had from the mirror {index}: it comes from the lock's own index.",
                index=job.index,
            )
        )
        job.index = None
        return True
    guilty = named or [file for file in _taken(job) if f"`{file.package}=={file.version}`" in printed]
    if not guilty or (not named and about_a_build(printed)):
        return False
    if _NOT_THERE.search(printed):
        _drop(job, _of_the_same_packages(job, guilty))
        packages = {(file.package, file.version) for file in guilty}
        job.note(
            said(
                "A mirror lists {packages} and does not have it: from the address in uv.lock.",
                packages=listed(packages),
            )
        )
        return True
    indexes = {job.stand_ins[file.registry] for file in guilty}
    _drop(job, [file for file in _taken(job) if job.stand_ins[file.registry] in indexes])
    job.note(
        said(
            "The mirror {indexes} failed; the rest comes from the addresses in uv.lock.", indexes=both(sorted(indexes))
        )
    )
    if job.index is not None and any(same_index(one, job.index) for one in indexes):
        job.index = None
    return True


def listed_mirrors(job: Job) -> str:
    """The mirrors that files are still to come from."""
    return both(sorted({masked(job.stand_ins[file.registry]) for file in _taken(job)}))


def _taken(job: Job) -> list[LockedFile]:
    """The files that are still to come from a mirror."""
    return [job.files[url] for url in job.addresses if url in job.files]


def _of_the_same_packages(job: Job, files: Iterable[LockedFile]) -> list[LockedFile]:
    packages = {(file.package, file.version) for file in files}
    return [file for file in _taken(job) if (file.package, file.version) in packages]


def _drop(job: Job, files: Iterable[LockedFile]) -> None:
    for file in files:
        job.addresses.pop(file.url, None)
