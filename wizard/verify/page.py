"""The verification as one HTML page to send to a colleague: the ladder drawn, nothing fetched from anywhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from wizard import html_page
from wizard.html_page import safe
from wizard.plan.quoting import command_line
from wizard.text import standing_size
from wizard.verify import usual
from wizard.verify.check import headline
from wizard.verify.record import Check, Verification


def save(verification: Verification, path: str) -> None:
    """Write the page, whole or not at all. Raises WizardError where the file can't be written."""
    html_page.save(page(verification), path)


def page(verification: Verification) -> str:
    """The page's text: headline, ladder, devices, cause and fixes, versions, and the document itself at the end."""
    title, lead = headline(verification)
    verdict = "ok" if verification.ok else "failed"
    body = [
        f'<header class="{verdict}"><h1>{safe(title)}</h1><p>{safe(lead)}</p></header>',
        *_cause(verification),
        '<h2>Checks</h2><ol class="ladder">',
        *_rungs(verification),
        "</ol>",
        *_devices(verification),
        *_facts(verification),
    ]
    document = json.dumps(verification.document(), indent=1, ensure_ascii=False)
    body.append(f"<details><summary>All of it, for programs</summary><pre>{safe(document)}</pre></details>")
    return html_page.whole(title, body)


def _rungs(verification: Verification) -> Iterator[str]:
    for check in verification.checks:
        name, mark, word = _mark(check)
        detail = f"<small>{safe(check.detail)}</small>" if check.detail else ""
        seconds = f"{check.seconds:.1f} s" if check.ok is not None else ""
        value = "" if check.value == word else check.value or ""
        yield (
            f'<li class="{name}"><b class="mark">{mark}</b><span class="word">{word}</span>'
            f'<span class="title">{safe(check.title)}{detail}</span>'
            f'<span class="value">{safe(value)}</span><span class="seconds">{seconds}</span></li>'
        )


def _mark(check: Check) -> tuple[str, str, str]:
    """Class, glyph and word: the same as on the screen, so that it is legible without colour."""
    if check.ok is None:
        return "not", "-", "not run"
    if check.ok:
        return "ok", "+", "ok"
    return ("failed", "x", "failed") if check.required else ("warning", "!", "warning")


def _devices(verification: Verification) -> Iterator[str]:
    if not verification.devices:
        return
    yield '<h2>Devices</h2><div class="devices">'
    for device in verification.devices:
        generation = device.get("compute_capability") or device.get("gfx")
        size, free = device.get("memory_mib"), device.get("free_mib")
        about = [
            f"generation {generation}" if generation else "",
            standing_size(size * usual.MIB) if size else "",
            ", ".join(device.get("dtypes") or ()),
        ]
        yield f"<section><h3>{safe(str(device.get('name') or 'a device'))}</h3>"
        yield f"<p>{safe(', '.join(each for each in about if each))}</p>"
        if size and free is not None:
            taken = f"{standing_size((size - free) * usual.MIB)} of {standing_size(size * usual.MIB)}"
            yield _bar("memory taken", taken, (size - free) / size, None)
        yield from _rates(device)
        odd = usual.slow(device)
        if odd:
            yield f'<p class="warning">{safe(odd)}</p>'
        for holder in device.get("holders") or ():
            used = f"{holder['used_mib']} MiB" if holder.get("used_mib") is not None else "memory"
            name = str(holder.get("name") or "a program that is not told")
            yield f"<p><small>{safe(name)} (process {safe(str(holder.get('pid')))}) holds {used}</small></p>"
        yield "</section>"
    yield "</div>"


def _rates(device: Mapping[str, Any]) -> Iterator[str]:
    known = usual.usual_of(device.get("name"))
    if device.get("matmul_tflops"):
        same = known is not None and known.dtype == device.get("matmul_dtype")
        span = known.matmul if known is not None and same else None
        yield _measured(f"products in {device.get('matmul_dtype')}", device["matmul_tflops"], "TFLOP/s", span)
    if device.get("copy_gib_s"):
        span = known.copy if known is not None else None
        yield _measured("copies in its memory", device["copy_gib_s"], "GiB/s", span)


def _measured(label: str, value: float, unit: str, span: tuple[float, float] | None) -> str:
    if span is None:
        return f'<p class="bar"><span>{safe(label)}</span><span>{value:.0f} {unit}</span></p>'
    told = f"{value:.0f} {unit}, usual {span[0]:.0f} to {span[1]:.0f}"
    return _bar(label, told, value / span[1], span[0] / span[1])


def _bar(label: str, told: str, share: float, mark: float | None) -> str:
    """A figure, and its bar; the line across it is where what is usual begins."""
    low = " low" if mark is not None and share < mark else ""
    line = f'<i style="left:{100 * mark:.0f}%"></i>' if mark is not None else ""
    width = max(0.0, min(100.0, 100 * share))
    return (
        f'<p class="bar{low}"><span>{safe(label)}</span><span>{safe(told)}</span>'
        f'<span class="track"><b style="width:{width:.0f}%"></b>{line}</span></p>'
    )


def _cause(verification: Verification) -> Iterator[str]:
    found = verification.diagnosis
    if found is None:
        return
    if found.evidence:
        yield "<h2>What was printed</h2><pre>" + safe("\n".join(found.evidence)) + "</pre>"
    if found.fixes:
        yield "<h2>What to do</h2><ol>"
    for fix in found.fixes:
        told = [command_line(argv) for argv in fix.commands or ()]
        told += [command_line(["uv-wizard", "apply", "--yes", *_sets(fix.choices)])] if fix.choices else []
        told += [fix.message] if fix.message else []
        yield f"<li>{safe(fix.title)}" + "".join(f"<pre>{safe(line)}</pre>" for line in told) + "</li>"
    if found.fixes:
        yield "</ol>"


def _sets(choices: Mapping[str, Any]) -> Iterator[str]:
    for key, value in choices.items():
        yield from ("--set", f"{key}={','.join(map(str, value)) if isinstance(value, (list, tuple)) else value}")


def _facts(verification: Verification) -> Iterator[str]:
    """The versions and the machine, as a table: what an administrator asks first."""
    facts = verification.facts
    inside, driver = facts.get("environment") or {}, facts.get("driver") or {}
    machine = facts.get("machine") or {}
    rows = [
        ("looked at", verification.began),
        ("required", verification.require),
        ("Python", " ".join(str(inside[key]) for key in ("implementation", "version") if inside.get(key))),
        ("system", inside.get("platform")),
        ("in a container", "yes" if machine.get("in_container") else None),
        ("driver", driver.get("version") or machine.get("nvidia_driver")),
        ("CUDA of the driver", driver.get("cuda")),
        ("uv-wizard", facts.get("wizard")),
        *sorted((inside.get("versions") or {}).items(), key=lambda one: str(one[0]).startswith("nvidia-")),
    ]
    yield "<h2>Versions</h2><table>"
    yield from (f"<tr><th>{safe(str(name))}</th><td>{safe(str(value))}</td></tr>" for name, value in rows if value)
    yield "</table>"
