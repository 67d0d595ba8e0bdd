"""A Dockerfile's steps carried out in plain folders: one folder a stage, the RUN steps by a real sh with the real uv.

No container engine is needed, and none has looked at the file: what a step of BuildKit does is done here as its manual
says, as far as our files use it (FROM, ARG, ENV, WORKDIR, USER, CMD, COPY with and without --from, RUN with --mount of
type bind, cache and secret). What needs another system's programs (useradd, chown, apt-get) is noted in `left_out`.
"""

from __future__ import annotations

import fnmatch
import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from string import Template

LEFT_OUT = ("useradd", "chown", "apt-get", "id")
"""First words of RUN steps that change the system and not the project."""


@dataclass
class Stage:
    """`root`: its file system; `base`: the image or stage that it comes from."""

    root: Path
    base: str
    environment: dict[str, str] = field(default_factory=dict)
    arguments: dict[str, str] = field(default_factory=dict)
    workdir: str = "/"
    user: str = "root"
    command: list[str] = field(default_factory=list)

    def inside(self, path: str) -> Path:
        """The place of a path of the image on this machine."""
        return self.root / os.path.normpath(os.path.join(self.workdir, path)).lstrip("/")


@dataclass
class Build:
    """`scratch`: where stages are kept; `context`: the folder that the build is given; `images`: files of images by name."""

    scratch: Path
    context: Path
    dockerfile: Path
    environment: Mapping[str, str]
    images: Mapping[str, Mapping[str, Path]] = field(default_factory=dict)
    stages: list[Stage] = field(default_factory=list)
    names: dict[str, Stage] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    printed: list[str] = field(default_factory=list)

    def run(self, *, without: Sequence[str] = ("dev",)) -> Stage:
        """All stages but those; the last one."""
        skipped = False
        for word, rest in instructions(self.dockerfile.read_text("utf-8")):
            if word == "FROM":
                skipped = rest.split()[-1] in without
            if not skipped:
                getattr(self, f"_{word.lower()}")(rest)
        return self.stages[-1]

    @property
    def _now(self) -> Stage:
        return self.stages[-1]

    def _from(self, rest: str) -> None:
        image, _, name = rest.partition(" AS ")
        stage = Stage(self.scratch / f"stage-{len(self.stages)}", image)
        parent = self.names.get(image)
        if parent is not None:
            shutil.copytree(parent.root, stage.root, symlinks=True)
            stage.environment, stage.workdir = dict(parent.environment), parent.workdir
        else:
            stage.root.mkdir(parents=True)
            for path, source in self.images.get(image, {}).items():
                stage.inside(path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, stage.inside(path))
        self.stages.append(stage)
        if name:
            self.names[name] = stage

    def _arg(self, rest: str) -> None:
        name, _, value = rest.partition("=")
        self._now.arguments[name] = value

    def _env(self, rest: str) -> None:
        for pair in shlex.split(rest):
            name, _, value = pair.partition("=")
            known = {"PATH": self.environment["PATH"], **self._now.environment, **self._now.arguments}
            self._now.environment[name] = Template(value).substitute(known)

    def _workdir(self, rest: str) -> None:
        self._now.workdir = os.path.normpath(os.path.join(self._now.workdir, rest))
        self._now.inside(".").mkdir(parents=True, exist_ok=True)

    def _user(self, rest: str) -> None:
        self._now.user = rest

    def _cmd(self, rest: str) -> None:
        self._now.command = json.loads(rest)

    def _copy(self, rest: str) -> None:
        words = [word for word in rest.split() if not word.startswith("--chown")]
        source = next((self.names[word.removeprefix("--from=")] for word in words if word.startswith("--from=")), None)
        *names, to = [word for word in words if not word.startswith("--from=")]
        for name in names:
            origin = source.inside(name) if source else self.context / name
            target = self._now.inside(to)
            if origin.is_dir():
                shutil.copytree(
                    origin, target, symlinks=True, dirs_exist_ok=True, ignore=None if source else self._ignored
                )
            else:
                target = target / origin.name if to.endswith("/") else target
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(origin, target)

    def _ignored(self, folder: str, names: list[str]) -> set[str]:
        """What the ignore file keeps out; it is read as Docker reads it: a plain name counts at the top alone."""
        own = self.dockerfile.with_name(f"{self.dockerfile.name}.dockerignore")
        listed = own if own.is_file() else self.context / ".dockerignore"
        lines = [line.strip() for line in listed.read_text("utf-8").splitlines()] if listed.is_file() else []
        inside = os.path.relpath(folder, self.context).replace("\\", "/")
        return {name for name in names if _matches(lines, name if inside == "." else f"{inside}/{name}")}

    def _run(self, rest: str) -> None:
        words = rest.split(" ")
        mounts = [word.removeprefix("--mount=") for word in words if word.startswith("--mount=")]
        command = " ".join(word for word in words if not word.startswith("--mount=")).strip()
        if command.split()[0] in LEFT_OUT:
            self.left_out.append(command)
            return
        stage, made = self._now, []
        variables = {**self.environment, **stage.environment, **stage.arguments}
        for mount in mounts:
            given = dict(part.split("=", 1) for part in mount.split(","))
            if given["type"] == "cache":
                assert given["target"] == variables["UV_CACHE_DIR"], "what uv keeps would not be kept"
                variables["UV_CACHE_DIR"] = os.fspath(self.scratch / "cache")
            elif given["type"] == "secret":
                assert given["env"] in self.environment, given
            else:
                made += self._bind(self.context / given["source"], stage.inside(given["target"]))
        variables = {name: self._here(value) if name != "PATH" else value for name, value in variables.items()}
        variables["PATH"] = f"{stage.inside('/usr/local/bin')}:{variables['PATH']}"
        done = subprocess.run(
            ["/bin/sh", "-c", self._here(command)],
            cwd=stage.inside("."),
            env=variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        self.printed.append(done.stdout + done.stderr)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        for path in reversed(made):
            path.unlink()

    def _bind(self, source: Path, target: Path) -> list[Path]:
        assert not target.exists(), target
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)
        return [target]

    def _here(self, text: str) -> str:
        """Absolute paths of the image as they lie on this machine."""
        root = self._now.root
        return re.sub(r"(?<![\w./:])/(app|python|usr/local/bin|tmp)(?=[/\s\"']|$)", rf"{root}/\1", text)


def instructions(text: str) -> list[tuple[str, str]]:
    """(word, rest) of each instruction, continued lines joined, comments left out."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1].strip()) for line in joined.splitlines() if line.strip()]


def _matches(lines: Sequence[str], path: str) -> bool:
    taken = False
    for line in lines:
        pattern = line.lstrip("!").strip("/")
        if not pattern or line.startswith("#"):
            continue
        anywhere = pattern.startswith("**/")
        hit = (
            fnmatch.fnmatch(path.rpartition("/")[2], pattern[3:])
            if anywhere
            else path.count("/") == pattern.count("/") and fnmatch.fnmatch(path, pattern)
        )
        if hit:
            taken = not line.startswith("!")
    return taken
