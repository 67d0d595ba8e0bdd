"""A machine from a file: the `machine` shape of INTERFACE.md, or a whole doctor document. Absent keys are unknown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from wizard.errors import BadInput
from wizard.language import said
from wizard.machine.facts import Conda, Filesystem, FoundPython, FoundUv, Gpu, Libc, Machine
from wizard.machine.system import architecture
from wizard.text import one_line

Check = Callable[[Any, str], Any]

_ARCHES = ("x86_64", "aarch64", "i686", "armv7l", "ppc64le", "s390x", "riscv64", "loongarch64")
_MAKERS = {"nvidia": "NVIDIA", "amd": "AMD", "intel": "Intel", "apple": "Apple"}
_HOWS = ("standalone", "pip", "pipx", "conda", "homebrew", "winget", "scoop", "cargo", "unknown")
_LARGEST = 2**63


def from_document(data: Any) -> Machine:
    """The machine that `data` (parsed JSON) describes, marked foreign. Raises BadInput: the key, the value, what is allowed."""
    if not isinstance(data, Mapping):
        raise _bad(said("the document"), data, said("an object with the machine's facts"))
    inner = data.get("machine", data)
    if not isinstance(inner, Mapping):
        raise _bad("machine", inner, said("an object with the machine's facts"))
    facts = {key: check(inner[key], key) for key, check in _KEYS.items() if inner.get(key) is not None}
    return Machine(**facts, foreign=True)


def _bad(key: str, value: Any, allowed: str) -> BadInput:
    return BadInput(
        said(
            "the machine file: {key} = {value} is not possible; allowed: {allowed}",
            key=key,
            value=one_line(repr(value), 80),
            allowed=allowed,
        )
    )


def _text(value: Any, key: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _bad(key, value, said("text, or null"))
    return value


def _flag(value: Any, key: str) -> bool:
    if not isinstance(value, bool):
        raise _bad(key, value, said("true, false or null"))
    return value


def _count(value: Any, key: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < _LARGEST:
        raise _bad(key, value, said("a whole number from 0 on, or null"))
    return value


def _one_of(*allowed: str) -> Check:
    def check(value: Any, key: str) -> str:
        if value not in allowed or not isinstance(value, str):
            raise _bad(key, value, said("{values} or null", values=", ".join(allowed)))
        return value

    return check


def _version(value: Any, key: str) -> str:
    text = _text(value, key)
    if not text[0].isdigit() or any(character.isspace() for character in text):
        raise _bad(key, value, said("a version such as 12.4, or null"))
    return text


def _capability(value: Any, key: str) -> str:
    major, dot, minor = _text(value, key).partition(".")
    if not (dot and major.isdecimal() and minor.isdecimal() and value.isascii()):
        raise _bad(key, value, said("a compute capability such as 8.6, or null"))
    return str(value)


def _arch(value: Any, key: str) -> str:
    return str(_one_of(*_ARCHES)(architecture(value) if isinstance(value, str) else value, key))


def _gfx(value: Any, key: str) -> str:
    if not _text(value, key).startswith("gfx"):
        raise _bad(key, value, said("a name such as gfx1100, or null"))
    return str(value)


def _list(each: Check) -> Check:
    def check(value: Any, key: str) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise _bad(key, value, said("a list, or null"))
        return tuple(each(one, f"{key}[{number}]") for number, one in enumerate(value))

    return check


def _record(kind: Callable[..., Any], needed: tuple[str, ...], **keys: Check) -> Check:
    """An object with `keys`; those not `needed` may be absent or null."""

    def check(value: Any, key: str) -> Any:
        if not isinstance(value, Mapping):
            raise _bad(key, value, said("an object with {keys}", keys=", ".join(keys)))
        for name in needed:
            if value.get(name) is None:
                raise _bad(f"{key}.{name}", value.get(name), said("a value; it can't be left out"))
        told = {name: one(value[name], f"{key}.{name}") for name, one in keys.items() if value.get(name) is not None}
        absent = dict.fromkeys(name for name in keys if name not in told and name not in ("mig", "purposes"))
        return kind(**absent, **told)

    return check


def _uv(path: str, version: str | None, how: str | None) -> FoundUv:
    return FoundUv(path, version, how or "unknown")


def _gpu(vendor: str, name: str | None, **more: Any) -> Gpu:
    return Gpu(vendor, name or f"{_MAKERS[vendor]} GPU", **more)


_KEYS: dict[str, Check] = {
    "os": _one_of("linux", "windows", "macos"),
    "arch": _arch,
    "libc": _record(Libc, ("name",), name=_one_of("glibc", "musl"), version=_version),
    "gpus": _list(
        _record(
            _gpu,
            ("vendor",),
            vendor=_one_of("nvidia", "amd", "intel", "apple"),
            name=_text,
            compute_capability=_capability,
            gfx=_gfx,
            memory_mib=_count,
            mig=_list(_text),
        )
    ),
    "nvidia_driver": _version,
    "rocm": _version,
    "in_container": _flag,
    "wsl": _flag,
    "ssh": _flag,
    "shell": _one_of("bash", "zsh", "fish", "pwsh", "cmd", "nu"),
    "conda": _record(Conda, (), active=_text, auto_activate=_flag),
    "uv": _list(_record(_uv, ("path",), path=_text, version=_version, how=_one_of(*_HOWS))),
    "pythons": _list(_record(FoundPython, ("path",), path=_text, version=_version)),
    "filesystems": _list(
        _record(
            Filesystem,
            ("mount",),
            mount=_text,
            type=_text,
            free_bytes=_count,
            total_bytes=_count,
            network=_flag,
            hardlinks=_flag,
            reflinks=_flag,
            purposes=_list(_one_of("project", "cache", "pythons", "home")),
            quota_free_bytes=_count,
        )
    ),
    "distribution": _text,
    "cpu_count": _count,
}
