"""How many packages a lock comes to on one machine."""

from __future__ import annotations

from wizard.project.lockfile import lock_of
from wizard.toml import parse

LOCK = b"""version = 1
revision = 3

[[package]]
name = "numpy"
version = "1.26.4"
source = { registry = "https://index.example/simple" }

[[package]]
name = "numpy"
version = "2.4.1"
source = { registry = "https://index.example/simple" }

[[package]]
name = "rich"
version = "15.0.0"
source = { registry = "https://index.example/simple" }

[[package]]
name = "vision"
version = "0.1.0"
source = { virtual = "." }
"""


def test_one_in_two_versions_is_one_and_what_is_never_installed_is_none() -> None:
    assert lock_of(parse(LOCK)).count == 2
