"""A failure and what is known around it, in one place: what rules may ask and words may name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_address
from urllib.parse import urlsplit

from wizard.diagnosis.normalise import Output, Report
from wizard.diagnosis.record import Context
from wizard.machine.facts import Filesystem, Gpu
from wizard.text import masked

_URL = re.compile(r"[a-z][a-z0-9+]*://[^\s`'\")>]+")
_PATHS = (
    re.compile(r"`((?:/|~|[A-Za-z]:[\\/]|\\\\)[^`]+)`"),
    re.compile(r'at path "([^"]+)"'),
    re.compile(r" to ((?:/|[A-Za-z]:\\)[^:`]+)"),
    re.compile(r"'((?:/|[A-Za-z]:[\\/])[^']+)'"),
)
_WINDOWS = re.compile(
    r"(?:^|[\s`\"'(])[A-Za-z]:\\|\bwin_a(?:md|rm)64`\)|\[WinError "
    r"|(?:extract archive|Failed to install): \S{1,200}-win_a(?:md|rm)64\.whl"
)
_POSIX = re.compile(r"(?:^|[\s`\"'(])/(?:home|root|usr|tmp|opt|mnt|var|Users|data)/")


@dataclass(frozen=True)
class Scene:
    """One report of one output, in its context. `report` is None where nothing has the shape of an error."""

    output: Output
    report: Report | None
    context: Context

    @cached_property
    def chain(self) -> tuple[str, ...]:
        """The statements of the report, the outermost first."""
        return () if self.report is None else tuple(statement.text for statement in self.report.chain)

    @cached_property
    def chain_text(self) -> str:
        """The same on one line, ` | ` between them."""
        return " | ".join(self.chain)

    @cached_property
    def hints(self) -> tuple[str, ...]:
        """What uv adds to the report."""
        return () if self.report is None else tuple(statement.text for statement in self.report.hints)

    @cached_property
    def blocks(self) -> str:
        """The output of programs that the report quotes (a compiler's, git's)."""
        if self.report is None:
            return ""
        return "\n".join("\n".join(statement.block) for statement in self.report.chain)

    @cached_property
    def text(self) -> str:
        """Everything that was printed, on one line."""
        return self.output.flat

    @cached_property
    def environment(self) -> dict[str, str]:
        """The variables in force, as far as they are known."""
        machine = self.context.machine
        known = {} if machine is None else {**machine.environment, **machine.visible_devices}
        return {**known, **self.context.environment}

    @cached_property
    def os(self) -> str | None:
        """linux, windows or macos; None: not known. Paths in the text tell first: it may come from another machine."""
        machine = self.context.machine
        told = self.context.os or (machine.os if machine is not None else None)
        if _WINDOWS.search(self.chain_text) or _WINDOWS.search(self.text):
            return "windows"
        return "linux" if told == "windows" and _POSIX.search(self.chain_text) else told

    @cached_property
    def url(self) -> str | None:
        """The address that the report names first."""
        found = _URL.search(self.chain_text)
        return found[0].rstrip(".,;:") if found else None

    @cached_property
    def host(self) -> str | None:
        """Its host, with the port where it is an address of numbers."""
        if self.url is None:
            return None
        try:
            parts = urlsplit(self.url)
            host, port = parts.hostname, parts.port
        except ValueError:
            return None
        return f"{host}:{port}" if host and port and _is_number(host) else host

    @cached_property
    def path(self) -> str | None:
        """The path that the innermost statement names."""
        for statement in reversed(self.chain):
            for pattern in _PATHS:
                found = pattern.findall(statement)
                if found:
                    return str(found[-1]).strip()
        return None

    @cached_property
    def index(self) -> str | None:
        """The default index in force, letter for letter; None: uv's own."""
        if self.context.default_index:
            return self.context.default_index
        for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL"):
            if self.environment.get(name):
                return (
                    self.environment[name].split("=", 1)[-1] if name == "UV_DEFAULT_INDEX" else self.environment[name]
                )
        project = self.context.project
        for entry in () if project is None else project.indexes:
            if entry.get("default"):
                return str(entry.get("url"))
        return None

    @cached_property
    def registries(self) -> tuple[str, ...]:
        """The registries that uv.lock names."""
        project = self.context.project
        if self.context.registries or project is None or project.lock is None:
            return self.context.registries
        return project.lock.registries

    @cached_property
    def locked(self) -> frozenset[str]:
        """The names of uv.lock's packages."""
        lock = self.context.project.lock if self.context.project is not None else None
        return frozenset(package.name for package in lock.packages) if lock is not None else frozenset()

    @cached_property
    def proxy(self) -> tuple[str, str] | None:
        """The proxy in force for the address of the report: its variable and its address, credentials masked."""
        scheme = (self.url or "").partition("://")[0]
        names = [f"{scheme}_proxy"] if scheme in ("http", "https") else ["https_proxy", "http_proxy"]
        for name in [*names, "all_proxy"]:
            for variable in (name.upper(), name):
                if self.environment.get(variable):
                    return variable, masked(self.environment[variable])
        return None if not self.context.proxy else ("HTTPS_PROXY", masked(self.context.proxy))

    @property
    def filesystems(self) -> tuple[Filesystem, ...]:
        """Those that are known."""
        machine = self.context.machine
        return self.context.filesystems or (machine.filesystems if machine is not None else None) or ()

    @property
    def gpus(self) -> tuple[Gpu, ...] | None:
        """The machine's, None where unknown."""
        return None if self.context.machine is None else self.context.machine.gpus

    def everything(self) -> Iterator[str]:
        """Chain, hints and blocks: what the report says anywhere."""
        yield from self.chain
        yield from self.hints
        yield self.blocks


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
