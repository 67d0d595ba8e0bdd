"""Every key that a user can decide: its default, what is allowed in words, and a check of it. INTERFACE.md's choices."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from urllib.parse import urlsplit

from wizard import catalog
from wizard.language import said
from wizard.lists import either

Value = str | bool | tuple[str, ...]

UV_INSTALL = ("auto", "keep", "update", "standalone", "index")
"""The values of uv.install that are no path."""

_VERSION = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+(?:(?:a|b|rc)[0-9]+)?")
_RELEASE = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+")
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Key:
    """One key: its default, its kind, what is allowed in words, and a check that says whether a text is."""

    default: Value
    allowed: str
    fits: Callable[[str], bool]
    """For a list: of each entry. Not asked of a bool."""
    words: tuple[str, ...] = ()
    """The values, or entries, that stand by themselves; there are others where the key takes a path, an address or a name."""


def _one_of(*words: str) -> tuple[str, Callable[[str], bool], tuple[str, ...]]:
    return either((", ".join(words[:-1]), words[-1])), lambda text: text in words, words


def _is_absolute(text: str) -> bool:
    return PurePosixPath(text).is_absolute() or PureWindowsPath(text).is_absolute()


def _folder(text: str) -> bool:
    return text == "" or (_is_absolute(text) and not CONTROL.search(text))


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - raises where it is no number
        return (
            parts.scheme in {"http", "https", "file"}
            and bool(parts.netloc or parts.path.strip("/"))
            and not (parts.username or parts.password or CONTROL.search(text) or " " in text)
        )
    except ValueError:
        return False


def _mirror(kind: str) -> Callable[[str], bool]:
    def fits(text: str) -> bool:
        known = {entry["id"] for entry in catalog.table("mirrors.toml").get("mirror", ()) if entry["kind"] == kind}
        return text in _SOURCES or text in known or _is_url(text)

    return fits


def _variant(text: str) -> bool:
    known = {entry["name"] for entry in catalog.table("torch.toml")["variant"]}
    return text in _VARIANTS or text in known


def _uv_install(text: str) -> bool:
    return text in UV_INSTALL or (bool(text) and Path(text).expanduser().is_file())


_FLAGS, _SOURCES, _VARIANTS = ("true", "false"), ("official", "fastest"), ("keep", "auto", "pypi")
_SYSTEMS = ("linux", "windows", "macos")
_FOLDER = said("a whole path on one line (uv knows no ~ and no $HOME), or nothing for uv's own")
_MIRROR = said("official, fastest, an id that uv-wizard mirrors lists, or an address (https://...)")
_NAMES = said("names of letters, digits, '-', '_' and '.', separated by commas")

KEYS: Mapping[str, Key] = {
    "uv.install": Key(
        "auto",
        said("auto, keep, update, standalone, index, or the path of a uv binary, archive or wheel that exists"),
        _uv_install,
        UV_INSTALL,
    ),
    "uv.version": Key(
        "",
        said("three numbers such as 0.13.8, or nothing for the newest"),
        lambda text: text == "" or bool(_VERSION.fullmatch(text)),
    ),
    "uv.dir": Key("", _FOLDER, _folder),
    "settings.where": Key("environment", *_one_of("environment", "uv.toml", "none")),
    "settings.cache-dir": Key("", _FOLDER, _folder),
    "settings.python-install-dir": Key("", _FOLDER, _folder),
    "settings.link-mode": Key("auto", *_one_of("auto", "clone", "copy", "hardlink", "symlink")),
    "settings.old-cache": Key("keep", *_one_of("keep", "move", "drop")),
    "settings.conda-auto-activate": Key("keep", *_one_of("keep", "off")),
    "mirrors.pypi": Key("official", _MIRROR, _mirror("pypi"), _SOURCES),
    "mirrors.pytorch": Key("official", _MIRROR, _mirror("pytorch"), _SOURCES),
    "mirrors.python": Key("official", _MIRROR, _mirror("python"), _SOURCES),
    "mirrors.uv": Key(
        "official",
        said("official, the id of a mirror of uv, or an address (https://...) without name and password"),
        lambda text: text != "fastest" and _mirror("uv")(text),
        ("official",),
    ),
    "mirrors.scope": Key("machine", *_one_of("machine", "project")),
    "mirrors.persist": Key(False, said("true or false"), bool, _FLAGS),
    "torch.variant": Key(
        "keep", said("keep, auto, pypi, or a variant such as cpu, cu126, rocm7.2, xpu"), _variant, _VARIANTS
    ),
    "torch.version": Key(
        "",
        said("three numbers such as 2.9.1, or nothing for what advice says"),
        lambda text: text == "" or bool(_RELEASE.fullmatch(text)),
    ),
    "torch.layout": Key("auto", *_one_of("auto", "index", "extras")),
    "torch.platforms": Key(
        _SYSTEMS, said("linux, windows, macos, separated by commas"), lambda text: text in _SYSTEMS, _SYSTEMS
    ),
    "sync.extras": Key((), _NAMES, lambda text: bool(_NAME.fullmatch(text))),
    "sync.groups": Key((), _NAMES, lambda text: bool(_NAME.fullmatch(text))),
    "sync.no-cache": Key(False, said("true or false"), bool, _FLAGS),
    "secrets.variables": Key(
        (),
        said("names of environment variables, separated by commas; never their values"),
        lambda text: bool(_VARIABLE.fullmatch(text)),
    ),
    "verify.require": Key("auto", *_one_of("auto", "cpu", "gpu", "cuda", "rocm", "xpu", "mps")),
}
