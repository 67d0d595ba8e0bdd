"""The verification as one HTML page to send to a colleague: the ladder drawn, nothing fetched from anywhere."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from html import escape
from pathlib import Path

from wizard.errors import WizardError
from wizard.text import clean, masked
from wizard.verify.check import headline
from wizard.verify.record import Check, Verification

_STYLE = """
:root { color-scheme: light dark; --good: #1a7f37; --bad: #c2251d; --quiet: #767676 }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100% } td, th { padding: .35rem .6rem; text-align: left; vertical-align: top }
tr { border-bottom: 1px solid #8884 } .mark { font-family: monospace; white-space: nowrap }
.s { text-align: right; white-space: nowrap }
.ok { color: var(--good) } .failed { color: var(--bad) } .not { color: var(--quiet) } small { color: var(--quiet) }
pre { overflow-x: auto; background: #8881; padding: .7rem } h1 { font-size: 1.5rem }
"""


def save(verification: Verification, path: str) -> None:
    """Write the page, whole or not at all. Raises WizardError where the file can't be written."""
    target = Path(path)
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".uv-wizard-")
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(page(verification))
        Path(name).replace(target)
    except OSError as error:
        raise WizardError(f"{path} can't be written: {error.strerror}; name a folder of your own") from error


def page(verification: Verification) -> str:
    """The page's text: headline, ladder, devices, cause and fixes, and the document itself at the end."""
    title, lead = headline(verification)
    body = [f"<h1 class={'ok' if verification.ok else 'failed'}>{_safe(title)}</h1>", f"<p>{_safe(lead)}</p>"]
    body += ["<table><tr><th>#<th><th>Check<th>Value<th class=s>Seconds</tr>", *_rows(verification), "</table>"]
    body += _devices(verification)
    body += _cause(verification)
    document = json.dumps(verification.document(), indent=1)
    body += ["<details><summary>All of it, for programs</summary>", f"<pre>{_safe(document)}</pre></details>"]
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{_safe(title)}</title>'
    return (
        f'<!doctype html>\n<html lang="en"><head>{head}<style>{_STYLE}</style></head>\n<body>\n'
        + "\n".join(body)
        + "\n</body></html>\n"
    )


def _rows(verification: Verification) -> Iterator[str]:
    for number, check in enumerate(verification.checks, 1):
        name, mark = _mark(check)
        detail = f"<br><small>{_safe(check.detail)}</small>" if check.detail else ""
        seconds = f"{check.seconds:.1f}" if check.ok is not None else ""
        yield (
            f"<tr><td>{number}<td class='mark {name}'>{mark}<td>{_safe(check.title)}{detail}"
            f"<td>{_safe(check.value or '')}<td class=s>{seconds}</tr>"
        )


def _mark(check: Check) -> tuple[str, str]:
    if check.ok is None:
        return "not", "- not looked at" if check.value == "not looked at" else "- not run"
    return ("ok", "+ ok") if check.ok else ("failed", "x failed")


def _devices(verification: Verification) -> Iterator[str]:
    if verification.devices:
        yield "<h2>Devices</h2><table><tr><th>Name<th>Generation<th>Memory<th>Rate<th>Copy</tr>"
        for device in verification.devices:
            generation = device.get("compute_capability") or device.get("gfx") or ""
            memory = f"{device['memory_mib']} MiB" if device.get("memory_mib") else ""
            rate = f"{device['matmul_tflops']:.0f} TFLOP/s" if device.get("matmul_tflops") else ""
            copy = f"{device['copy_gib_s']:.0f} GiB/s" if device.get("copy_gib_s") else ""
            yield f"<tr><td>{_safe(str(device.get('name')))}<td>{_safe(generation)}<td>{memory}<td>{rate}<td>{copy}</tr>"
        yield "</table>"


def _cause(verification: Verification) -> Iterator[str]:
    found = verification.diagnosis
    if found is not None:
        yield "<h2>What was printed</h2><pre>" + _safe("\n".join(found.evidence)) + "</pre><h2>What to do</h2><ol>"
        for fix in found.fixes:
            commands = "".join(f"<pre>{_safe(' '.join(argv))}</pre>" for argv in fix.commands or ())
            choices = "".join(f"<pre>{_safe(f'{key} = {value}')}</pre>" for key, value in (fix.choices or {}).items())
            yield f"<li>{_safe(fix.title)}{commands}{choices}"
        yield "</ol>"


def _safe(text: str) -> str:
    return escape(masked(clean(text)))
