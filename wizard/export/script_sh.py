"""A script for sh: dash, bash, busybox and the like. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from wizard.catalog import asset
from wizard.export.script_job import Install, Job, Part, Place, Run, Write
from wizard.plan.quoting import sh


def text(job: Job) -> str:
    """The whole script."""
    lines = ["#!/bin/sh", f"# {job.name}: what uv-wizard planned, without uv-wizard. Run it in the project: sh {_NAME}"]
    lines += ["# It may be run again: what is so already stays. A file that is not what the plan saw is left alone."]
    lines += ["", *asset("setup.sh").read_text("utf-8").splitlines()]
    lines += [f"unset {' '.join(job.dropped)}", *_uv(job), *_looks(job)]
    for number, part in enumerate(job.parts):
        lines += ["", f"say {sh(f'== {part.title}')}", *_part(part, number, job)]
    return "\n".join([*lines, *_check(job)]) + "\n"


_NAME = "uv-wizard-setup.sh"


def word(place: Place) -> str:
    """A place or a text as one word."""
    if place.under == "uv":
        return '"$uv"'
    if place.under in ("project", "home"):
        variable = '"$project"' if place.under == "project" else '"$HOME"'
        return f"{variable}/{sh(place.rest)}" if place.rest else variable
    return sh(place.rest)


def _uv(job: Job) -> Iterator[str]:
    yield from ("", "say '== uv'")
    yield f"version={sh(job.version)} least={sh(job.least)}"
    yield f"folder={word(job.uv_folder)}"
    yield "uv=$folder/uv"
    yield 'if ! fits "$uv"; then'
    yield "    uv=$(command -v uv || true)"
    yield "fi"
    yield 'if ! fits "${uv:-no-uv}"; then'
    yield "    uv=$folder/uv"
    yield '    mkdir -p "$folder"'
    for way in job.installs:
        yield '    if ! fits "$uv"; then'
        yield from (f"        {line}" for line in _install(way))
        yield "    fi"
    yield '    fits "$uv" || stop "no uv could be installed into $folder; install one by hand and run this again"'
    yield "fi"
    yield 'say "uv: $uv"'


def _install(way: Install) -> Iterator[str]:
    if way.how == "installer":
        variables = " ".join(f"{name}={sh(value)}" for name, value in way.environment)
        yield f'if fetch {sh(way.address)} "$scratch/install.sh"; then'
        yield f'    env UV_INSTALL_DIR="$folder" {variables} sh "$scratch/install.sh" || true'
        yield "fi"
    else:
        index = f" --index-url {sh(way.index)}" if way.index else ""
        yield f"if python3 -m pip install --quiet --no-deps --only-binary :all:{index} \\"
        yield f'    --target "$scratch/pip" {sh(way.requirement)}; then'
        yield '    cp "$scratch"/pip/bin/uv* "$folder"/'
        yield "fi"


def _looks(job: Job) -> Iterator[str]:
    """Every file is looked at before the first is written."""
    seen = set()
    for write in (write for part in job.parts for write in part.writes if not write.adds):
        if write.place not in seen:
            seen.add(write.place)
            yield f"look {word(write.place)} {write.before or '-'} {' '.join(write.after)}"


def _part(part: Part, number: int, job: Job) -> Iterator[str]:
    for place, write in enumerate(part.writes):
        yield from _written(write, f"UV_WIZARD_{number}_{place}")
    for run in part.runs:
        yield from _run(run, job)


def _written(write: Write, mark: str) -> Iterator[str]:
    path = word(write.place)
    put = f"put {path} {' '.join(write.after)}"
    if write.adds:
        put = f"add {path}"
    elif write.keep is not None:
        put = f"between {path} {write.keep[0]} {write.keep[1]} {{}} | {put}"
    try:
        text = write.data.decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    if text.endswith("\n") and "\0" not in text and mark not in text:
        yield f"{put.replace('{}', '')} <<'{mark}'" if "{}" not in put else put.replace("{}", f"<<'{mark}'")
        yield f"{text}{mark}"
    else:
        octal = "".join(f"\\{byte:03o}" for byte in write.data)
        yield f"printf '{octal}' | {put.replace(' {}', '')}"


def _run(run: Run, job: Job) -> Iterator[str]:
    variables = [f"{name}={word(value)}" for name, value in run.environment.items()]
    env = f"env {' '.join(variables)} " if variables else ""
    folder = word(run.folder)
    line = " ".join(word(one) for one in run.argv)
    if run.through is not None:
        yield from _through(run, job, env)
    yield f"(cd {folder} && {env}{line})"


def _through(run: Run, job: Job, env: str) -> Iterator[str]:
    """The packages from the mirror, as far as it has them; each file is held to its hash in uv.lock."""
    mirror, foreign = run.through or ("", ())
    leave = "".join(f" --no-emit-package {sh(name)}" for name in foreign)
    chosen = " ".join(word(one) for one in run.argv[2:])
    python, folder = word(job.python), word(run.folder)
    yield f'if (cd {folder} && {env}"$uv" export --quiet --no-emit-local{leave} {chosen} \\'
    yield '        --output-file "$scratch/packages.txt"); then'
    yield f'    (cd {folder} && {{ [ -x {python} ] || "$uv" venv --quiet "$(dirname "$(dirname {python})")"; }} &&'
    yield f'        "$uv" pip install --quiet --python {python} --no-deps --require-hashes \\'
    yield f'            --default-index {sh(mirror)} --requirements "$scratch/packages.txt") ||'
    yield "        say 'the mirror does not have all of it; the rest comes from the addresses in uv.lock'"
    yield "fi"


def _check(job: Job) -> Iterator[str]:
    yield from ("", "say '== the check'")
    code = job.check.replace("'", '"')  # what stands in single quotes is read best without any in it
    yield f"{word(job.python)} -c {sh(code)} || {{ say 'the check fell short' >&2; exit 3; }}"
    yield "say 'done'"
