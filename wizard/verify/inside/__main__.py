"""`python -I -B __main__.py RESULTS STAGE [STAGE ...]`: loads the package from its folder, under a name of its own."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location

NAME = "uv_wizard_inside"


def load() -> None:
    """Makes the folder importable as NAME, and leaves sys.path as it is. Raises ImportError where it can't be read."""
    folder = os.path.dirname(os.path.abspath(__file__))
    spec = spec_from_file_location(NAME, os.path.join(folder, "__init__.py"), submodule_search_locations=[folder])
    if spec is None or spec.loader is None:
        raise ImportError(folder)
    module = module_from_spec(spec)
    sys.modules[NAME] = module
    spec.loader.exec_module(module)


if __name__ == "__main__":
    load()
    sys.exit(import_module(NAME + ".run").main(sys.argv[1:]))
