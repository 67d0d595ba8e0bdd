"""conda's way to ask for a package: `channel::name`, `name=1.2=build`, `name[version='>=1']`, and its versions in PEP 440. Pure.

Grammar: conda's MatchSpec and VersionSpec. One `=` asks for a prefix (`=3.10` is `==3.10.*`), two for exactly that, and
a version with a build is exactly that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from wizard.language import said

_SPEC = re.compile(
    r"^(?:(?P<channel>[^\s\[\]]+)::)?(?P<name>[A-Za-z0-9_][A-Za-z0-9._+-]*)(?:\s*\[(?P<before>[^\]]*)\])?"
    r"(?P<rest>(?:\s*[=<>!~|]|\s+[\d*v]).*?)?(?:\s*\[(?P<keys>[^\]]*)\])?\s*$"
)
_SIGN = r"(?:==|>=|<=|!=|~=|=|<|>)"
_REST = re.compile(
    rf"^(?P<version>{_SIGN}?[^=<>!~,|\s]*(?:[,|]{_SIGN}?[^=<>!~,|\s]*)*)(?:(?P<sign>=|\s+)(?P<build>[^=,|\s]+))?$"
)
_KEY = re.compile(r"(\w+)\s*=\s*(?:'([^']*)'|\"([^\"]*)\"|([^,\s]+))")
_TERM = re.compile(r"^(?P<operator>==|!=|>=|<=|~=|=|>|<)?\s*(?P<version>[^\s=<>!~]*)$")


@dataclass(frozen=True)
class CondaSpec:
    """`version` as conda writes it, with its operator (`=3.10`, `>=1,<2`, `==1.2`); None: any."""

    name: str
    version: str | None = None
    build: str | None = None
    channel: str | None = None


def read(text: str) -> CondaSpec | None:
    """The spec of an entry, None where it is none."""
    found = _SPEC.match(text.strip())
    if found is None:
        return None
    written = f"{found['before'] or ''},{found['keys'] or ''}"
    keys = {one[0]: one[1] or one[2] or one[3] for one in _KEY.findall(written)}
    version, build = _split((found["rest"] or "").strip())
    channel = keys.get("channel", found["channel"])
    return CondaSpec(found["name"], keys.get("version", version) or None, keys.get("build", build), channel)


def _split(rest: str) -> tuple[str | None, str | None]:
    """(version with its operator, build) of what stands behind a name."""
    rest = re.sub(r"^=\s*(?=[<>!~])", "", rest)  # name=>1.2, which people write and conda forgives
    found = _REST.match(re.sub(rf"\s*({_SIGN}|[,|])\s*", r"\1", rest))
    if found is None:
        return rest or None, None
    version, build = found["version"], found["build"]
    build = None if build == "*" else build
    bare = version.lstrip("=")
    if bare in ("", "*"):
        return None, build
    if re.search(r"[<>!~,|]", version) or version.startswith("=="):
        return version, build
    prefix = version.startswith("=") and (found["build"] is None or found["sign"] != "=")
    return f"={bare}" if prefix or "*" in bare else f"=={bare}", build


def specifier(version: str | None) -> tuple[str, str | None]:
    """The same in PEP 440, and what could not be said there; `("", None)` for any version."""
    if version is None or version.strip() in ("", "*"):
        return "", None
    choices = [_all(part) for part in version.strip("() ").split("|")]
    if None in choices:
        return "", said("its version, {version}, has no counterpart on the package index: any version", version=version)
    known = [one for one in choices if one is not None]
    if len(known) == 1:
        return known[0], None
    return _span(known, version)


def _span(known: list[str], version: str) -> tuple[str, str | None]:
    """Several that would do, which PEP 440 can't say: from the least to the greatest of them."""
    named = sorted(
        {Version(found) for one in known for found in re.findall(r"\d[\w.]*?(?=\.\*|,|$)", one) if _valid(found)}
    )
    if not named:
        return "", said("its version, {version}, has no counterpart on the package index: any version", version=version)
    top = named[-1]
    above = f"<{top.major + 1}" if len(top.release) < 2 else f"<{top.major}.{top.minor + 1}"
    return f">={named[0]},{above}", said(
        "conda's {version} names several; here it is all between them", version=version
    )


def _all(part: str) -> str | None:
    """Terms joined by commas; None where one of them can't be said."""
    terms = [_term(term.strip()) for term in part.strip("() ").split(",") if term.strip()]
    if None in terms:
        return None
    joined = ",".join(term for term in terms if term)
    try:
        SpecifierSet(joined)
    except InvalidSpecifier:
        return None
    return joined


def _term(term: str) -> str | None:
    found = _TERM.match(term)
    if found is None:
        return None
    operator, version = found["operator"] or "", found["version"]
    if version in ("", "*"):
        return ""
    prefix = version.endswith("*") or operator == "="
    number = _number(version.rstrip("*").rstrip("."))
    return None if number is None else _said(operator, number, prefix=prefix)


def _said(operator: str, number: str, *, prefix: bool) -> str:
    if operator in ("", "=", "=="):
        return f"=={number}.*" if prefix and re.fullmatch(r"[\d.]+", number) else f"=={number}"
    if prefix:
        return f"!={number}.*" if operator == "!=" else f"{operator}{number}"
    return f">={number}" if operator == "~=" and "." not in number else f"{operator}{number}"


def _number(text: str) -> str | None:
    """A version that PEP 440 knows: as it stands where it can, else without the rebuild that conda counts (`1.2_1`)."""
    return next((form for form in (text, re.sub(r"_\d+$", "", text)) if form and _valid(form)), None)


def _valid(text: str) -> bool:
    try:
        Version(text)
    except InvalidVersion:
        return False
    return True
