"""One HTML page to send to a colleague: nothing in it is fetched from anywhere, nothing runs. What both pages share."""

from __future__ import annotations

import os
from collections.abc import Iterable
from html import escape
from pathlib import Path

from wizard.catalog import asset
from wizard.errors import WizardError
from wizard.files import write_atomically
from wizard.language import said
from wizard.text import clean, masked

STYLE = "page.css"
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""The browser's own word that nothing is fetched and nothing runs, whatever a name or a text may hold."""


def whole(title: str, body: Iterable[str], kind: str = "") -> str:
    """The page's text. `body`: HTML already, what is from outside through `safe`; `kind`: the class of its main part."""
    head = (
        f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{safe(title)}</title><style>\n{asset(STYLE).read_text('utf-8')}</style>"
    )
    main = f'<main class="{kind}">' if kind else "<main>"
    return (
        f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>{main}\n'
        + "\n".join(body)
        + "\n</main></body></html>\n"
    )


def safe(text: str) -> str:
    """Outside text for the page: no control characters, no credentials, no name of this user's home, no markup."""
    home = os.path.expanduser("~")
    told = masked(clean(text))
    if len(home) > 3:  # a container's home may be the root folder
        told = told.replace(home.replace("\\", "\\\\"), "~").replace(home, "~")  # in JSON a backslash is two
    return escape(told)


def save(text: str, path: str) -> None:
    """Write it, whole or not at all. Raises WizardError where the file can't be written."""
    try:
        write_atomically(Path(path).absolute(), text.encode("utf-8"))
    except OSError as error:
        raise WizardError(
            said("{path} can't be written: {error}; name a folder of your own", path=path, error=error.strerror)
        ) from error
