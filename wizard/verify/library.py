"""A CUDA library that torch needs is not there: which, the package that holds it, and what brings it back. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from wizard.diagnosis import Context, Diagnosis, Fix, of
from wizard.diagnosis.values import holder_of, library_of
from wizard.language import said
from wizard.verify.record import VerifyRequest

CAUSE = "cuda-library-missing"
_NOT_LOADED = re.compile(
    r"(lib\w[\w.-]*\.so[.\d]*): cannot open shared object|(lib\w+\.so)\S* not found in the system path"
)
SYNC_AGAIN = Fix(said("Sync once more"), commands=(("uv-wizard", "sync"),))


def not_loaded(printed: str) -> str | None:
    """The library that torch's text says does not load, with its number where the text has one."""
    found = _NOT_LOADED.search(printed)
    return found and (found[1] or found[2])


def lacking_first(lacking: Sequence[Mapping[str, str]], printed: str = "") -> tuple[str, str]:
    """Library and package of the one to name: that which torch's text is about, else the first."""
    loaded = not_loaded(printed) or ""
    first = next((each for each in lacking if loaded and each["library"].startswith(loaded)), None)
    first = first or next((each for each in lacking if each["package"] in holder_of(loaded)), lacking[0])
    holder = first["package"]
    return first["library"] or (loaded if holder in holder_of(loaded) else library_of(holder)), holder


def not_synced(holder: str, lines: Sequence[str], around: Context) -> Diagnosis:
    """uv.lock has the package, and the environment does not: a sync brings it."""
    library = library_of(holder)
    explanation = said(
        "{library} is in the package {holder}, which uv.lock has and the environment lacks. One sync puts it right.",
        library=library,
        holder=holder,
    )
    return replace(
        of(CAUSE, lines, around, library=library, holder=holder), explanation=explanation, fixes=(SYNC_AGAIN,)
    )


def not_installed(needed: str, lines: Sequence[str], around: Context, request: VerifyRequest) -> Diagnosis:
    """torch asks for a package that is not there. `needed`: its name, with a version where torch names one."""
    holder = needed.partition("==")[0].strip()
    found = of(CAUSE, lines, around, library=library_of(holder), holder=holder)
    return found if request.locked else _by_hand(found, (needed,), request)


def not_on_disk(
    lacking: Sequence[Mapping[str, str]],
    around: Context,
    request: VerifyRequest,
    versions: Mapping[str, str],
    printed: str = "",
) -> Diagnosis:
    """Files of torch's nvidia packages are gone; an entry without `library` is a whole package.

    `printed`: torch's own text, where it did not load: the library that it names goes first. A package that uv.lock
    installs is brought back by installing it once more, and the lock stays; `versions`: of what is installed.
    """
    library, holder = lacking_first(lacking, printed)
    told = [
        said(
            "{library} is missing (package {package})",
            library=each["library"] or said("the whole package"),
            package=each["package"],
        )
        for each in lacking[:6]
    ]
    lines = [line for line in printed.splitlines() if "cannot open shared object" in line][-1:]
    found = of(CAUSE, [*lines, *told], around, library=library, holder=holder)
    if holder in request.expected:
        fix = Fix(
            said("Install that package of uv.lock once more"),
            commands=(("uv", "sync", "--locked", "--reinstall-package", holder),),
        )
        explanation = said(
            "{library} is in the package {holder}, which uv.lock has. The file is gone from the environment: a sync "
            "that was cut off, a cleaned disk, or packages that overwrite each other.",
            library=library,
            holder=holder,
        )
        return replace(found, explanation=explanation, fixes=(fix, *found.fixes))
    if request.locked:
        return found
    version = versions.get(holder)
    words = (f"{holder}=={version}", "--reinstall-package", holder) if version else (holder,)
    return _by_hand(found, words, request)


def _by_hand(found: Diagnosis, words: Sequence[str], request: VerifyRequest) -> Diagnosis:
    """An environment without a lock: the package goes into it as packages go there."""
    fix = Fix(
        said("Install that package into this environment"),
        commands=(("uv", "pip", "install", "--python", str(request.python), *words),),
    )
    return replace(found, fixes=(fix, *found.fixes))
