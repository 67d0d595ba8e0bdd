"""Sign-ins of package indexes: taken out of an address at the door, and handed to uv in the variables that it reads for an
index with a name (`UV_INDEX_<NAME>_USERNAME`, `UV_INDEX_<NAME>_PASSWORD`). Standard library only.

Tried with uv 0.8.24 and 0.13.8: an index that is named in UV_DEFAULT_INDEX or UV_INDEX (`name=address`) is compared with
the lock by its address, and its sign-in holds for the files on the same host.
"""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

AMBIENT = ("UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS")
"""Variables that hold addresses of indexes, some of them several, some with names."""
NAMED = ("UV_DEFAULT_INDEX", "UV_INDEX")
"""Those that take `name=address`."""
_NAMED = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)=(?P<address>\S+)")


@dataclass(frozen=True)
class SignIn:
    """`user` None: none was given, which is not the same as an empty one (tokens are given with an empty one)."""

    address: str
    user: str | None
    password: str | None = field(repr=False)

    def serves(self, url: str) -> int:
        """How well it fits a request to `url`: 0 not at all, else more the nearer its address is to it."""
        own, asked = urlsplit(self.address), urlsplit(url)
        if (own.scheme, own.hostname, _port(own)) != (asked.scheme, asked.hostname, _port(asked)):
            return 0
        folder = own.path.rstrip("/") + "/"
        return 1 + len(folder) if (asked.path + "/").startswith(folder) else 1


def _port(parts: SplitResult) -> int | None:
    return parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def split(url: str) -> tuple[str, SignIn | None]:
    """The address without its sign-in, and the sign-in. Raises ValueError where it is no address."""
    parts = urlsplit(url)
    parts.port  # noqa: B018 - raises where it is no number
    if "@" not in parts.netloc:
        return url, None
    bare = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    user, password = parts.username, parts.password
    return bare, SignIn(bare, None if user is None else unquote(user), None if password is None else unquote(password))


def index_name(address: str) -> str:
    """The name under which uv gets that index, the same in every process."""
    return f"wizard-{zlib.crc32(address.rstrip('/').encode()):08x}"


def variables(sign_in: SignIn) -> dict[str, str]:
    """What uv reads for the index of that address when it has its `index_name`."""
    base = _variable(index_name(sign_in.address))
    found = {f"{base}_USERNAME": sign_in.user, f"{base}_PASSWORD": sign_in.password}
    return {name: value for name, value in found.items() if value is not None}


def keep(url: str, environment: MutableMapping[str, str] | None = None) -> str:
    """The address without its sign-in, which is kept in this process's environment, where its children find it.

    Raises ValueError where it is no address.
    """
    bare, sign_in = split(url)
    if sign_in is not None:
        (os.environ if environment is None else environment).update(variables(sign_in))
    return bare


def of(address: str, environment: Mapping[str, str], named: Iterable[tuple[str, str]] = ()) -> SignIn | None:
    """The sign-in for the index at `address`, as far as the environment tells; one for a folder above it counts.

    `named`: (name, address) of known indexes.
    """
    places = [*_entries(environment), *named]
    folder = address.rstrip("/")
    while "://" in folder and not folder.endswith("/"):
        found = _of_name(index_name(folder), folder, environment) or _of_places(folder, environment, places)
        if found is not None:
            return SignIn(address, found.user, found.password)
        folder = folder.rpartition("/")[0]
    return None


def _of_places(address: str, environment: Mapping[str, str], places: Iterable[tuple[str, str]]) -> SignIn | None:
    for name, other in places:
        try:
            bare, own = split(other)
        except ValueError:
            continue
        if bare.rstrip("/") == address and (found := _of_name(name, address, environment) or own):
            return found
    return None


def known(
    addresses: Iterable[str], environment: Mapping[str, str], named: Iterable[tuple[str, str]] = ()
) -> tuple[SignIn, ...]:
    """The sign-ins of those of the addresses that have one."""
    places = tuple(named)
    found = (of(address, environment, places) for address in dict.fromkeys(addresses))
    return tuple(one for one in found if one is not None)


def named_in(indexes: Iterable[Mapping[str, object]]) -> tuple[tuple[str, str], ...]:
    """(name or "", address) of a project's `[[tool.uv.index]]` tables."""
    return tuple((str(one.get("name") or ""), str(one["url"])) for one in indexes if "url" in one)


def _of_name(name: str, address: str, environment: Mapping[str, str]) -> SignIn | None:
    base = _variable(name)
    user, password = environment.get(f"{base}_USERNAME"), environment.get(f"{base}_PASSWORD")
    return SignIn(address, user, password) if name and (user, password) != (None, None) else None


def _variable(name: str) -> str:
    return "UV_INDEX_" + re.sub(r"[^A-Z0-9]", "_", name.upper())


def _entries(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(name or "", address) of every index in the variables."""
    for variable in AMBIENT:
        for word in environment.get(variable, "").split():
            match = _NAMED.fullmatch(word)
            yield (match["name"], match["address"]) if match else ("", word)


def ambient(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that keep what the sign-ins of these variables are, once they are dropped themselves."""
    kept: dict[str, str] = {}
    for name, address in _entries(environment):
        try:
            bare, own = split(address)
        except ValueError:
            continue
        found = own or _of_name(name, bare, environment)
        if found is not None:
            kept.update(variables(SignIn(bare, found.user, found.password)))
    return kept


def handed(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment with the indexes of which a sign-in is known named, so that uv finds it."""
    found = dict(environment)
    for variable in NAMED:
        words = environment.get(variable, "").split()
        signed = {word: one for word in words if not _NAMED.fullmatch(word) and (one := of(word, environment))}
        if signed:
            found[variable] = " ".join(f"{index_name(word)}={word}" if word in signed else word for word in words)
            for one in signed.values():
                found.update(variables(one))
    return found
