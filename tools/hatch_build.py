"""What is made when the program is built, so that it is never older than what it is made of: languages and the manual page."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Made(BuildHookInterface[Any]):
    """assets/languages/*.mo, and share/man/man1/uv-wizard.1 of the environment that the wheel is installed into."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """`version` is "editable" for an installation of the checkout itself, which has no page."""
        sys.path.insert(0, self.root)
        from tools.catalogues import compile_all

        compile_all(Path(self.root, "assets", "languages"))
        if version != "standard":
            return
        from wizard.cli.manual import page

        made = Path(self.directory, "uv-wizard.1")
        made.parent.mkdir(parents=True, exist_ok=True)
        made.write_text(page(), "utf-8", newline="\n")
        build_data["shared_data"][str(made)] = "share/man/man1/uv-wizard.1"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Only the wheel is left."""
        Path(self.directory, "uv-wizard.1").unlink(missing_ok=True)
