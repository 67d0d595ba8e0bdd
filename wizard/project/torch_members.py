"""A workspace's members: the root's indexes and sources of torch hold for them, unless they have their own. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from packaging.requirements import Requirement

from wizard.language import said
from wizard.project.edited import Refused
from wizard.project.pyproject import normal, table
from wizard.project.torch_lines import lists, name_of
from wizard.text import one_line
from wizard.toml import TOMLError, parse


def named_by(members: Mapping[str, bytes], packages: tuple[str, ...]) -> frozenset[str]:
    """Those of the packages that a member names. `members`: path of a pyproject.toml -> its bytes."""
    found = {name_of(line) for _, tables in _read(members) for _, lines in lists(tables) for line in lines}
    return frozenset(one for one in packages if one in found)


def check(members: Mapping[str, bytes], packages: tuple[str, ...]) -> None:
    """Raises Refused, with what to change by hand, where a member's own file stands against a binding in the root's."""
    words = [word for path, tables in _read(members) for word in _against(path, tables, packages)]
    if words:
        raise Refused(said("a member of this workspace binds torch itself"), "".join(f"# {one}\n" for one in words))


def _against(path: str, tables: Mapping[str, object], packages: tuple[str, ...]) -> Iterator[str]:
    where = one_line(path, 200)
    for key in table(tables, "tool", "uv", "sources"):
        if normal(key) in packages:
            yield f"in {where} take {key} out of [tool.uv.sources], and choose again"
    for _, lines in lists(tables):
        for line in lines:
            if name_of(line) in packages:
                told = one_line(line, 200)
                if Requirement(line).url:
                    yield f"in {where} write {name_of(line)} in place of {told}, and choose again"
                elif "+" in line.partition(";")[0]:
                    yield f"in {where} write {re.sub(r'[+][A-Za-z0-9.]+', '', told)} in place of {told}, and choose again"


def _read(members: Mapping[str, bytes]) -> Iterator[tuple[str, Mapping[str, object]]]:
    for path, data in members.items():
        try:
            yield path, parse(data)
        except (TOMLError, UnicodeDecodeError):
            continue  # uv will say so
