"""A script for PowerShell, from Windows' own 5.1 on. Pure. The file has to begin with a byte order mark: 5.1 reads any
other as the code page of the machine.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator

from wizard.catalog import asset
from wizard.errors import BadInput
from wizard.export.script_job import Install, Job, Part, Place, Run, Write
from wizard.plan.quoting import powershell
from wizard.plan.step import RegistryChange


def text(job: Job) -> str:
    """The whole script, with plain newlines."""
    program = "'uv.exe'" if job.windows else "'uv'"
    lines = [
        "#requires -version 5.1",
        f"# {job.name}: what uv-wizard planned, without uv-wizard. Run it in the project.",
    ]
    lines += ["# It may be run again: what is so already stays. A file that is not what the plan saw is left alone."]
    lines += ["", *asset("setup.ps1").read_text("utf-8").splitlines()]
    lines += [f"foreach ($name in {_list(job.dropped)}) {{ [Environment]::SetEnvironmentVariable($name, $null) }}"]
    lines += ["", "Write-Output '== uv'", *_uv(job, program), *_looks(job)]
    for part in job.parts:
        lines += ["", f"Write-Output {powershell(f'== {part.title}')}", *_part(part, job)]
    return "\n".join([*lines, *_check(job)]) + "\n"


def word(place: Place, *, windows: bool) -> str:
    """A place or a text as one word."""
    rest = place.rest.replace("/", "\\") if windows and place.under else place.rest
    if place.under == "uv":
        return "$uv"
    if place.under in ("project", "home"):
        base = "$project" if place.under == "project" else "$HOME"
        return f"(Join-Path {base} {powershell(rest)})" if rest else base
    return powershell(rest)


def _list(words: tuple[str, ...]) -> str:
    return f"@({', '.join(map(powershell, words))})"


def _uv(job: Job, program: str) -> Iterator[str]:
    yield f"$version = {powershell(job.version)}; $least = {powershell(job.least)}"
    yield f"$folder = {word(job.uv_folder, windows=job.windows)}"
    yield f"$uv = Join-Path $folder {program}"
    yield "if (-not (Test-Uv $uv)) { $uv = (Get-Command uv -ErrorAction SilentlyContinue).Source }"
    yield "if (-not (Test-Uv $uv)) {"
    yield f"    $uv = Join-Path $folder {program}"
    yield "    $null = New-Item -ItemType Directory -Force -Path $folder"
    for way in job.installs:
        yield "    if (-not (Test-Uv $uv)) {"
        yield from (f"        {line}" for line in _install(way, job))
        yield "    }"
    told = '"no uv could be installed into $folder; install one by hand and run this again"'
    yield f"    if (-not (Test-Uv $uv)) {{ Stop-Here {told} }}"
    yield "}"
    yield 'Write-Output "uv: $uv"'


def _install(way: Install, job: Job) -> Iterator[str]:
    if way.how == "installer":
        yield "$env:UV_INSTALL_DIR = $folder"
        yield from (f"$env:{name} = {powershell(value)}" for name, value in way.environment)
        if job.windows:
            fetched = f"Invoke-RestMethod {powershell(way.address)} | Invoke-Expression"
        else:
            fetched = (
                f"Invoke-RestMethod {powershell(way.address)} -OutFile $scratch/install.sh; sh $scratch/install.sh"
            )
        yield f"try {{ {fetched} }} catch {{ Write-Output $_.Exception.Message }}"
        yield "Remove-Item Env:UV_INSTALL_DIR"
    else:
        index = f" --index-url {powershell(way.index)}" if way.index else ""
        python = "py" if job.windows else "python3"
        pip = f"& {python} -m pip install --quiet --no-deps --only-binary :all:{index}"
        programs = "-Include 'uv', 'uvx', 'uv.exe', 'uvx.exe', 'uvw.exe' -File"
        yield "try {"
        yield f"    {pip} --target (Join-Path $scratch 'pip') {powershell(way.requirement)}"
        yield f"    Get-ChildItem -Path (Join-Path $scratch 'pip') -Recurse {programs} | Copy-Item -Destination $folder"
        yield "} catch { Write-Output $_.Exception.Message }"


def _looks(job: Job) -> Iterator[str]:
    seen = set()
    for write in (write for part in job.parts for write in part.writes if not write.adds):
        if write.place not in seen:
            seen.add(write.place)
            yield f"Test-Planned {word(write.place, windows=job.windows)} {_list((write.before or '-', *write.after))}"


def _part(part: Part, job: Job) -> Iterator[str]:
    for write in part.writes:
        yield from _written(write, word(write.place, windows=job.windows))
    for value in part.registry:
        yield _registry(value)
    for run in part.runs:
        yield _run(run, job)


def _written(write: Write, path: str) -> Iterator[str]:
    if write.adds:
        yield f"Add-Lines {path} {_list(tuple(write.data.decode('utf-8', 'replace').splitlines()))}"
        return
    yield f"$new = {_bytes(write.data)}"
    if write.keep is not None:
        yield f"$new = Join-Between {path} {write.keep[0]} {write.keep[1]} $new"
    yield f"Write-Planned {path} {_list(write.after)} $new"


def _bytes(data: bytes) -> str:
    """Lines that can be read where they are text with one kind of newline, else base64."""
    try:
        text = data.decode("utf-8")
        newline = "\r\n" if "\r\n" in text else "\n"
        end = newline if text.endswith(newline) else ""
        lines = (text[: -len(newline)] if end else text).split(newline)
        quoted = ", ".join(map(powershell, lines))
    except (UnicodeDecodeError, BadInput):
        return f"[Convert]::FromBase64String('{base64.b64encode(data).decode('ascii')}')"
    names = {"\r\n": '"`r`n"', "\n": '"`n"', "": "''"}
    return f"Join-Text @({quoted}) {names[newline]} {names[end]}"


def _registry(value: RegistryChange) -> str:
    kind = "ExpandString" if value.kind == "REG_EXPAND_SZ" else "String"
    if value.name.upper() == "PATH" and value.after is not None:
        return f"Add-Path-Of-User {powershell(value.after.split(';')[0])}"
    before, after = ("$null" if one is None else powershell(one) for one in (value.before, value.after))
    return f"Set-Variable-Of-User {powershell(value.name)} {kind} {before} {after}"


def _run(run: Run, job: Job) -> str:
    words = [word(one, windows=job.windows) for one in run.argv]
    variables = "; ".join(f"{name} = {word(value, windows=job.windows)}" for name, value in run.environment.items())
    folder = word(run.folder, windows=job.windows)
    return f"Invoke-Step {folder} @{{ {variables} }} {words[0]} @({', '.join(words[1:])})".replace("@{  }", "@{}")


def _check(job: Job) -> Iterator[str]:
    yield from ("", "Write-Output '== the check'")
    code = job.check.replace('"', "'")  # 5.1 loses double quotes on their way to a program
    yield f"& {word(job.python, windows=job.windows)} -c {powershell(code)}"
    yield "if ($LASTEXITCODE -ne 0) { [Console]::Error.WriteLine('the check fell short'); exit 3 }"
    yield "Remove-Item -LiteralPath $scratch -Recurse -Force"
    yield "Write-Output 'done'"
