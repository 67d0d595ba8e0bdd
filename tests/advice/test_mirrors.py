"""Which mirror is advised."""

from __future__ import annotations

import pytest

from wizard.advice.mirrors import advise
from wizard.machine.facts import Machine

pytestmark = pytest.mark.same_everywhere


@pytest.mark.parametrize(
    "url, chosen",
    [
        ("https://pypi.tuna.tsinghua.edu.cn/simple/", "tuna"),
        ("https://mirrors.tuna.tsinghua.edu.cn/pypi/web/simple", "tuna"),
        ("https://mirrors.163.com/pypi/simple", None),
        ("https://company.test/simple", None),
    ],
)
def test_a_mirror_in_force_is_recognised(url: str, chosen: str | None) -> None:
    advice = advise(Machine(environment={"UV_DEFAULT_INDEX": url}), None)
    assert advice.choices.get("mirrors.pypi") == chosen
    assert bool(advice.reasons) == (chosen is not None)
