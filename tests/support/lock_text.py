"""uv.lock as text, for tests that need no uv."""

from __future__ import annotations


def lock_text(*packages: tuple[str, str, str]) -> bytes:
    """A lock with these (name, version, registry), each with one wheel."""
    lines = ["version = 1", "revision = 3", 'requires-python = ">=3.10"', ""]
    for name, version, registry in packages:
        file = f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
        lines += [
            "[[package]]",
            f'name = "{name}"',
            f'version = "{version}"',
            f'source = {{ registry = "{registry}" }}',
            f'wheels = [{{ url = "{registry}/{file}", hash = "sha256:{"0" * 64}", size = 1000 }}]',
            "",
        ]
    return "\n".join(lines).encode()
