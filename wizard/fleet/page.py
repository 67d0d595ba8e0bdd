"""The fleet as one HTML page: the table, then each cause once with the hosts that have it."""

from __future__ import annotations

import json
from collections.abc import Iterator

from wizard.fleet.read import Fleet
from wizard.fleet.record import Row
from wizard.fleet.told import HEADS, MARKS, cells, told
from wizard.html_page import safe, whole
from wizard.plan.quoting import command_line

_CLASS = {"verified": "ok", "same": "ok", "planned": "not", "unknown": "warning"}


def page(fleet: Fleet) -> str:
    """The page's text."""
    verdict = "ok" if fleet.good else "failed"
    when = f"<p>Run {safe(fleet.run)}</p>" if fleet.run else ""
    body = [
        f'<header class="{verdict}"><h1>{safe(told(fleet))}</h1>{when}</header>',
        '<table class="hosts"><thead><tr><th></th>'
        + "".join(f"<th>{head}</th>" for head in HEADS)
        + "</tr></thead><tbody>",
        *map(_row, fleet.rows),
        "</tbody></table>",
        *_causes(fleet),
    ]
    document = json.dumps(fleet.document(), indent=1, ensure_ascii=False)
    body.append(f"<details><summary>All of it, for programs</summary><pre>{safe(document)}</pre></details>")
    return whole(told(fleet), body, "wide")


def _row(row: Row) -> str:
    kind = _CLASS.get(row.state, "failed")
    inside = "".join(f"<td>{safe(cell)}</td>" for cell in cells(row))
    return f'<tr class="{kind}"><td><b class="mark">{MARKS[row.state]}</b></td>{inside}</tr>'


def _causes(fleet: Fleet) -> Iterator[str]:
    """What stands against hosts, each once: a rack with one wrong driver is one thing to do."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in fleet.rows:
        if row.cause is not None:
            groups.setdefault((row.cause, row.told), []).append(row)
    if groups:
        yield "<h2>What stands in the way</h2>"
    for (_, title), rows in sorted(groups.items(), key=lambda one: -len(one[1])):
        first = rows[0]
        yield f"<section><h3>{safe(title)}</h3><p>{safe(first.explanation)}</p>"
        yield f"<p><small>{safe(', '.join(one.host for one in rows))}</small></p>"
        if first.evidence:
            yield "<pre>" + safe("\n".join(first.evidence)) + "</pre>"
        yield from _fixes(first)
        yield "</section>"


def _fixes(row: Row) -> Iterator[str]:
    for fix in row.fixes:
        title, commands = fix.get("title"), fix.get("commands")
        if not isinstance(title, str):
            continue
        argvs = [argv for argv in commands if isinstance(argv, list)] if isinstance(commands, list) else []
        shown = "".join(f"<pre>{safe(command_line([str(word) for word in argv]))}</pre>" for argv in argvs)
        yield f"<p>{safe(title)}</p>{shown}"
