"""The README's picture: the first screen on the design's made-up machine.

python -m tests.screens.picture > assets/picture.svg
"""

from __future__ import annotations

import asyncio
import re
import sys

from screens.app import WizardApp
from screens.walk import Walk
from tests.screens.made_up import MadeUpWay


async def picture() -> str:
    """The screen as SVG, with fonts of the reader's own: nothing in it is fetched."""
    app = WizardApp(Walk(MadeUpWay()))  # type: ignore[arg-type]
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await app.workers.wait_for_complete()
        await pilot.pause(0.3)
        svg = app.export_screenshot(title="uv-wizard")
    return re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)


if __name__ == "__main__":
    sys.stdout.write(asyncio.run(picture()))
