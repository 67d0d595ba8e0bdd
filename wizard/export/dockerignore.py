""".dockerignore: what is there stays, what lacks comes behind it. Pure."""

from __future__ import annotations

from wizard import catalog

_WHY = "# The image makes its own environment; this machine's would hide it. Sign-ins stay here."


def merged(before: bytes | None) -> bytes:
    """The file with the lines that an image of ours needs. The bytes that were there are all kept, in their order."""
    old = before or b""
    newline = b"\r\n" if b"\r\n" in old else b"\n"
    there = {line.strip().rstrip("/").removeprefix("/") for line in old.decode("utf-8", "replace").splitlines()}
    wanted: list[str] = catalog.table("images.toml")["ignored"]["lines"]
    # somebody who takes a name out of the ignored ones again (`!.env.example`) has decided about it
    missing = [line for line in wanted if line not in there and f"!{line}" not in there]
    if not missing:
        return old
    gap = b"" if not old else (newline if old.endswith(b"\n") else newline * 2)
    rows = [_WHY, *(row for line in missing for row in _everywhere(line) if row not in there)]
    return old + gap + b"".join(row.encode() + newline for row in rows)


def _everywhere(line: str) -> tuple[str, ...]:
    """A name without a star in front counts at the top alone."""
    deep = line in (".venv", ".git", "__pycache__", "*.pyc", ".env", ".env.*")
    return (line, f"**/{line}") if deep else (line,)
