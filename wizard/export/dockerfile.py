"""A Dockerfile's text. Pure.

Two stages: what builds (uv, its cache, git, compilers) stays behind, what runs has Python and the environment. The
packages come before the project's own files, so that a change of these leaves the packages where they are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from wizard import catalog
from wizard.export.image import Image
from wizard.export.local_sources import joined
from wizard.plan.quoting import posix_line

APP, CACHE, ENVIRONMENT = "/app", "/var/cache/uv", "/app/.venv"
USER, UID = "app", 10001
UNKNOWN_VERSION = "0+unknown"
_VISIBLE = ("UV_COMPILE_BYTECODE=1", "UV_LINK_MODE=copy", f"UV_PROJECT_ENVIRONMENT={ENVIRONMENT}")


def text(image: Image) -> str:
    """The whole file."""
    parts = (_head(image), _bases(image), _build(image), _development(), _run(image))
    return "\n".join("\n".join(part) + "\n" for part in parts)


def _head(image: Image) -> Iterator[str]:
    yield "# syntax=docker/dockerfile:1"
    yield f"# Made by uv-wizard. Build: {posix_line(build_command(image))}"
    yield f"# Run:   {posix_line(run_command(image))}"
    if image.torch is not None:
        where = (
            "CUDA lies in the base image too"
            if image.big
            else "its wheels bring what it needs, so a slim image will do"
        )
        yield f"# {image.torch.label}: {where}." if image.accelerator != "none" else f"# {image.torch.label}."


def _bases(image: Image) -> Iterator[str]:
    if not _by_mirror(image):
        yield f"FROM {catalog.table('images.toml')['uv']['image'].format(version=image.uv)} AS uv"
        yield ""
    yield f"FROM {image.run_base} AS base"
    yield f"RUN useradd --uid {UID} --create-home {USER}"


def _by_mirror(image: Image) -> bool:
    """Whether uv comes by pip from the mirror that was asked for, and not from its image."""
    return image.mirror is not None and not image.big


def _build(image: Image) -> Iterator[str]:
    yield f"FROM {image.build_base if image.big else 'base'} AS build"
    if image.mirror is not None:
        yield "# Stays in this stage: what runs knows nothing of it."
        yield f"ARG PACKAGE_MIRROR={image.mirror}"
    if _by_mirror(image):
        yield f'RUN pip install --no-cache-dir --index-url "$PACKAGE_MIRROR" uv=={image.uv}'
    else:
        yield "COPY --from=uv /uv /uvx /usr/local/bin/"
    if image.system:
        yield "# hadolint ignore=DL3008"
        yield "RUN apt-get update \\"
        yield f"    && apt-get install --yes --no-install-recommends {' '.join(image.system)} \\"
        yield "    && rm -rf /var/lib/apt/lists/*"
    yield from _environment(image)
    if image.big:
        yield f"RUN uv python install {image.python.version}"
    yield f"WORKDIR {joined(APP, image.sources.prefix)}"
    if not image.sources.steps:
        yield from _version(image)
    yield from _packages(image)
    if image.sources.steps:
        yield from _version(image)
    for one in image.sources.outside:
        yield f"COPY {one.path} {joined(APP, one.path)}{'/' if one.folder else ''}"
    yield f"COPY {image.sources.prefix or '.'} ."
    yield _step(image, (), ("uv", "sync", "--locked", *image.options))


def _environment(image: Image) -> Iterator[str]:
    python = catalog.table("images.toml")["big"]["python_dir"]
    how = (
        ("UV_PYTHON_DOWNLOADS=manual", f"UV_PYTHON_INSTALL_DIR={python}")
        if image.big
        else ("UV_PYTHON_DOWNLOADS=never",)
    )
    told = (*_VISIBLE, f"UV_PYTHON={image.python.version}", *how)
    rows = [*told, *(f"{name}={json.dumps(value)}" for name, value in image.environment.items())]
    yield "ENV " + " \\\n    ".join(rows)
    yield f"ARG UV_CACHE_DIR={CACHE}"  # for the build alone: who runs it may not write there


def _packages(image: Image) -> Iterator[str]:
    if not image.sources.steps:
        yield "# A package here has to be built to be known, so its files come first."
        return
    without = "--no-install-local" if image.sources.local else "--no-install-project"
    options = ("--locked", without, *image.options)
    if image.mirror is not None:
        yield "# Through the mirror, each file held to its hash in uv.lock. What the mirror lacks comes with the next step."
        yield _step(image, _bound(image), _mirrored(image))
    yield _step(image, _bound(image), ("uv", "sync", *options))


def _version(image: Image) -> Iterator[str]:
    """Late, so that another version leaves the packages where they are."""
    if image.told_version:
        yield "# The version is made of git's history, which stays outside: --build-arg VERSION=1.2.3 tells it."
        yield f"ARG VERSION={UNKNOWN_VERSION}"
        yield "ENV " + " \\\n    ".join(f"{name}=$VERSION" for name in image.told_version)


def _mirrored(image: Image) -> Sequence[str]:
    listed = "/tmp/packages.txt"  # noqa: S108 - inside the image
    leave = [word for name in image.foreign for word in ("--no-emit-package", name)]
    own = "--no-emit-local" if image.sources.local else "--no-emit-project"
    export = ("uv", "export", "--quiet", "--locked", own, "--no-header", *image.options, *leave)
    export = (*export, "--output-file", listed)
    install = ("uv", "pip", "install", "--quiet", "--python", ENVIRONMENT, "--require-hashes", "--no-deps")
    lines = (
        f"uv venv --quiet {ENVIRONMENT}",
        posix_line(export),
        f'( {posix_line(install)} --default-index "$PACKAGE_MIRROR" --requirements {listed} || true )',
    )
    return (" \\\n    && ".join(lines),)


def _bound(image: Image) -> list[tuple[str, str]]:
    """(source, target) of each file that uv needs to see."""
    prefix = image.sources.prefix
    found = [(joined(prefix, name), name if not prefix else joined(APP, prefix, name)) for name in image.files]
    for one in image.sources.local:
        path = joined(one.path, "pyproject.toml") if one.folder else one.path
        found.append((path, path if not prefix else joined(APP, path)))
    return found


def _step(image: Image, bound: Sequence[tuple[str, str]], argv: Sequence[str]) -> str:
    mounts = [f"--mount=type=cache,target={CACHE}"]
    mounts += [f"--mount=type=secret,id={name},env={name}" for name in image.secrets]
    mounts += [f"--mount=type=bind,source={source},target={target}" for source, target in bound]
    return "RUN " + " \\\n    ".join([*mounts, argv[0] if len(argv) == 1 else posix_line(argv)])


def _development() -> Iterator[str]:
    yield "# For a development container: uv is there, and the environment may be changed."
    yield "FROM build AS dev"
    yield f"RUN id {USER} || useradd --uid {UID} --create-home {USER}"
    yield f"RUN chown -R {USER}:{USER} {APP}"
    yield f"USER {UID}"


def _run(image: Image) -> Iterator[str]:
    yield "FROM base"
    yield f'ENV PATH="{ENVIRONMENT}/bin:$PATH"'
    yield f"WORKDIR {joined(APP, image.sources.prefix)}"
    if image.big:
        python = catalog.table("images.toml")["big"]["python_dir"]
        yield f"COPY --from=build {python} {python}"
    yield f"COPY --from=build --chown={USER}:{USER} {APP} {APP}"
    yield f"USER {UID}"
    yield f"CMD {json.dumps(list(image.command))}"


def build_command(image: Image) -> tuple[str, ...]:
    """`docker build`, to be typed in the project's folder."""
    secrets = [word for name in image.secrets for word in ("--secret", f"id={name}")]
    depth = len(image.sources.prefix.split("/")) if image.sources.prefix else 0
    context = "/".join([".."] * depth) or "."
    platform = ("--platform", "linux/amd64") if image.accelerator in ("nvidia", "amd", "intel") else ()
    named = ("--file", "Dockerfile") if depth else ()
    return ("docker", "build", *platform, *secrets, "--tag", image.name, *named, context)


def run_command(image: Image) -> tuple[str, ...]:
    """`docker run`, with the GPUs that its torch uses."""
    gpu = catalog.table("images.toml")["gpu"].get(image.accelerator, {})
    return ("docker", "run", "--rm", *gpu.get("options", ()), image.name)
