"""What a fix sets for the runs of this program alone: by tables, and in the plan."""

from __future__ import annotations

import pytest

from wizard.diagnosis.record import Fix
from wizard.diagnosis.rules import causes
from wizard.language import shown
from wizard.plan.step import Command, Plan, Step, StepId
from wizard.this_run import laid_over, variables_of

pytestmark = pytest.mark.same_everywhere


@pytest.mark.parametrize(
    "argv, told",
    [
        (("uv", "sync", "--locked", "--system-certs"), {"UV_SYSTEM_CERTS": "true"}),
        (("uv", "sync", "--locked", "--native-tls"), {"UV_NATIVE_TLS": "true"}),
        (("uv", "sync", "--locked", "--python", "3.12"), {"UV_PYTHON": "3.12"}),
        (("env", "UV_HTTP_TIMEOUT=300", "UV_CONCURRENT_DOWNLOADS=4", "uv", "sync", "--locked"),
         {"UV_HTTP_TIMEOUT": "300", "UV_CONCURRENT_DOWNLOADS": "4"}),
        (("unset", "https_proxy"), {"https_proxy": None}),
        (("Remove-Item", "Env:HTTPS_PROXY"), {"HTTPS_PROXY": None}),
        (("unset", "SSL_CERT_FILE"), {"SSL_CERT_FILE": None}),
        (("unset", "LD_LIBRARY_PATH"), {}),
        (("unset", "CUDA_VISIBLE_DEVICES"), {}),
        (("uv", "sync", "--locked"), {}),
        (("uv", "sync", "--locked", "--reinstall"), {}),
        (("uv", "lock"), {}),
        (("export", "SSL_CERT_FILE=/path/to/company-ca.pem"), {}),
    ],
)  # fmt: skip
def test_a_command_that_comes_to_variables(argv: tuple[str, ...], told: dict[str, str | None]) -> None:
    assert variables_of(Fix("a", None, (argv,))) == told


def test_what_is_a_choice_a_message_or_several_commands_is_none() -> None:
    argv = ("unset", "HTTPS_PROXY")
    assert variables_of(Fix("a", {"sync.no-cache": True}, (argv,))) == {}
    assert variables_of(Fix("a", None, (argv, argv))) == {}
    assert variables_of(Fix("a", None, None, "tell them")) == {}


def test_the_causes_whose_fixes_need_nobody_to_type() -> None:
    """The asset's own words: a fix that is worded anew has to be found here again."""
    ours = {
        cause.id
        for cause in causes().values()
        for fix in cause.fixes
        if variables_of(
            Fix(fix.title, None, tuple(tuple(one.format_map(_Any()) for one in argv) for argv in fix.commands or ()))
        )
    }
    assert {"tls-untrusted", "proxy-refused", "tls-bundle-missing", "network-timeout", "killed-out-of-memory"} <= ours


class _Any(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "HTTPS_PROXY"


def test_the_plan_says_so_and_every_step_that_goes_to_the_network_has_it() -> None:
    def step(name: StepId) -> Step:
        return Step(name, name, name, commands=(Command(("uv", name), {"A": "1"}, "/p", "uv"),))

    plan = laid_over(Plan((step("settings"), step("lock"), step("sync")), "/p", "uv"), {"HTTPS_PROXY": None, "B": "2"})
    settings, lock, _sync = plan.steps
    assert lock.commands[0].environment == {"A": "1", "HTTPS_PROXY": None, "B": "2"}
    assert settings.commands[0].environment == {"A": "1"}
    assert [shown(note) for note in settings.notes] == ["For this run alone: HTTPS_PROXY is not set, B=2"]
    assert laid_over(plan, {}) is plan
