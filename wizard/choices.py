"""What the user decided: values for the keys of wizard.choice_keys, read, checked, merged, written.

Keys are dotted (`settings.cache-dir`). Values are str, bool or tuple of str. Everything here raises BadInput that
names the key, the value and what is allowed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from wizard import credentials
from wizard.choice_keys import CONTROL, KEYS, UV_INSTALL, Value
from wizard.errors import BadInput
from wizard.language import said
from wizard.text import masked, one_line
from wizard.toml import TOMLError, parse

Origin = Literal["default", "advice", "project", "file", "screen", "set"]
ORIGINS: tuple[Origin, ...] = ("default", "advice", "project", "file", "screen", "set")
"""Who said it, last wins."""

_BEFORE_AT = re.compile(r"(?<![^\s'\"/])[^\s'\"@]*:[^\s'\"]*@")
"""A sign-in in what is no proper address."""


@dataclass(frozen=True)
class Choices:
    """All keys with their values, each with who said it. Immutable; `with_values` lays a layer over it."""

    layers: Mapping[Origin, Mapping[str, Value]] = field(default_factory=dict)

    def get(self, key: str) -> Value:
        """The value in force."""
        return self.said(key)[0]

    def text(self, key: str) -> str:
        """The value in force of a key that holds text."""
        value = self.get(key)
        if not isinstance(value, str):
            raise TypeError(key)
        return value

    def flag(self, key: str) -> bool:
        """The value in force of a key that holds true or false."""
        return self.get(key) is True

    def names(self, key: str) -> tuple[str, ...]:
        """The value in force of a key that holds a list."""
        value = self.get(key)
        if not isinstance(value, tuple):
            raise TypeError(key)
        return value

    def origin(self, key: str) -> Origin:
        """Who said the value in force."""
        return self.said(key)[1]

    def said(self, key: str) -> tuple[Value, Origin]:
        """Value and origin of `key`."""
        default = KEYS[key].default
        for origin in reversed(ORIGINS):
            layer = self.layers.get(origin, {})
            if key in layer:
                return layer[key], origin
        return default, "default"

    def with_values(self, origin: Origin, values: Mapping[str, Any]) -> Choices:
        """These choices with `values` (dotted keys, checked here) laid into that layer; a value of None takes one out."""
        layer = dict(self.layers.get(origin, {}))
        for key, value in values.items():
            if value is None:
                layer.pop(key, None)
            else:
                layer[key] = checked(key, value)
        return Choices({**self.layers, origin: layer})

    def without(self, origin: Origin) -> Choices:
        """These choices without that layer."""
        return Choices({name: layer for name, layer in self.layers.items() if name != origin})

    def nested(self) -> dict[str, dict[str, Any]]:
        """All values by table, JSON-ready."""
        tables: dict[str, dict[str, Any]] = {}
        for key in KEYS:
            table, name = key.split(".", 1)
            value = self.get(key)
            tables.setdefault(table, {})[name] = list(value) if isinstance(value, tuple) else value
        return tables


def checked(key: str, value: Any) -> Value:
    """`value` as this key holds it, or BadInput."""
    spec = KEYS.get(key)
    if spec is None:
        msg = said(
            "there is no choice {key} (= {value}); the choices are {keys}",
            key=f"{one_line(key, 80)!r}",
            value=_shown(value),
            keys=", ".join(KEYS),
        )
        raise BadInput(msg)
    if isinstance(spec.default, bool):
        if isinstance(value, bool):
            return value
    elif isinstance(spec.default, tuple):
        if isinstance(value, (list, tuple)) and all(isinstance(entry, str) and spec.fits(entry) for entry in value):
            return tuple(dict.fromkeys(value))
    elif isinstance(value, str) and spec.fits(value):
        if key == "uv.install" and value not in UV_INSTALL:  # a path: what carries it out works in another folder
            return str(Path(value).expanduser().absolute())
        return value
    msg = said(
        "{key} = {value} is not possible; allowed: {allowed}", key=key, value=_shown(value), allowed=spec.allowed
    )
    raise BadInput(msg)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_shown(entry) for entry in value[:8]) + "]"
    text = one_line(repr(value) if isinstance(value, str) else str(value), 120)
    return _BEFORE_AT.sub("***@", masked(text))


def flattened(tables: object, source: str) -> dict[str, Any]:
    """Dotted keys of nested tables; BadInput, naming `source`, where a table is no table."""
    if not isinstance(tables, Mapping):
        msg = said("{source}: {tables} is not possible; allowed: a table", source=source, tables=_shown(tables))
        raise BadInput(msg)
    values: dict[str, Any] = {}
    known = {key.split(".", 1)[0] for key in KEYS}
    for name, content in tables.items():
        if name not in known:
            msg = said(
                "{source}: there is no choice {name} (= {content}); the tables are {known}",
                source=source,
                name=f"{one_line(str(name), 80)!r}",
                content=_shown(content),
                known=", ".join(sorted(known)),
            )
            raise BadInput(msg)
        if not isinstance(content, Mapping):
            msg = said(
                "{source}: {name} = {content} is not possible; allowed: a table [{name}]",
                source=source,
                name=name,
                content=_shown(content),
            )
            raise BadInput(msg)
        for key, value in content.items():
            values[f"{name}.{key}"] = value
    return values


def _split(key: str, value: Any) -> Any:
    """An address without its sign-in, which goes where uv looks for it; anything else as it is."""
    if key not in ("mirrors.pypi", "mirrors.pytorch") or not isinstance(value, str) or "@" not in value:
        return value  # uv takes the sign-in of a Python mirror from netrc alone
    try:
        parts = urlsplit(value)
        fits = (
            parts.scheme in {"http", "https"}
            and bool(parts.hostname)
            and not CONTROL.search(value)
            and " " not in value
        )
        return credentials.keep(value) if fits else value
    except ValueError:
        return value


def from_tables(tables: object, source: str) -> dict[str, Value]:
    """Checked values of nested tables, such as `[tool.uv-wizard]`. `source` stands before each complaint."""
    try:
        return {key: checked(key, _split(key, value)) for key, value in flattened(tables, source).items()}
    except BadInput as error:
        text = str(error)
        raise BadInput(text if text.startswith(source) else f"{source}: {text}") from None


def from_file(path: Path) -> dict[str, Value]:
    """Checked values of a `--choices` file."""
    try:
        tables = parse(path.read_bytes())
    except OSError as error:
        msg = said(
            "the choices file {path} cannot be read: {error}", path=one_line(str(path)), error=error.strerror or error
        )
        raise BadInput(msg) from None
    except (TOMLError, UnicodeDecodeError) as error:
        msg = said(
            "the choices file {path} is not valid TOML: {error}",
            path=one_line(str(path)),
            error=one_line(str(error), 200),
        )
        raise BadInput(msg) from None
    return from_tables(tables, one_line(str(path)))


def from_sets(pairs: Iterable[str]) -> dict[str, Value]:
    """Checked values of `--set KEY=VALUE`, taken as they stand; lists by commas; the last of a key wins."""
    values: dict[str, Value] = {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        key = key.strip()
        if not equals:
            msg = said("--set {pair}: write it as KEY=VALUE, such as verify.require=cpu", pair=one_line(pair, 80))
            raise BadInput(msg)
        values[key] = checked(key, _split(key, _as_kind(key, text)))
    return values


def _as_kind(key: str, text: str) -> Any:
    default = KEYS[key].default if key in KEYS else ""
    if isinstance(default, bool):
        return {"true": True, "false": False}.get(text, text)
    if isinstance(default, tuple):
        return [entry.strip() for entry in text.split(",") if entry.strip()]
    return text


def as_toml(choices: Choices, keys: Iterable[str] = tuple(KEYS)) -> str:
    """A `--choices` file with those keys and their values in force."""
    import tomlkit

    out = tomlkit.document()
    out.add(tomlkit.comment("Choices for uv-wizard: replay them with  uv-wizard apply --choices FILE --yes"))
    wanted = set(keys)
    for name, content in choices.nested().items():
        table = tomlkit.table()
        for key, value in content.items():
            if f"{name}.{key}" in wanted:
                table.add(key, value)
        if table:
            out.add(name, table)
    return tomlkit.dumps(out)
