"""The command line: the same way as the screens, in words."""

from __future__ import annotations

import sys

from wizard.cli.main import main

__all__ = ["main"]

if __name__ == "__main__":
    sys.exit(main())
