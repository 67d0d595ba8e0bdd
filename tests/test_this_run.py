"""What a fix sets for the runs of this program alone: by tables, and in the plan."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.recorded import Recorded
from wizard.diagnosis.record import Fix
from wizard.diagnosis.rules import causes
from wizard.language import shown
from wizard.plan.step import Command, Plan, Step, StepId
from wizard.run import state
from wizard.run.hiding import hidden
from wizard.run.interrupted import asked
from wizard.this_run import ThisRun, asks, filled, laid_over, of, of_document

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
        (("uv", "cache", "dir"), {}),
        (("export", "SSL_CERT_FILE=/path/to/company-ca.pem"), {}),
    ],
)  # fmt: skip
def test_a_command_that_comes_to_variables(argv: tuple[str, ...], told: dict[str, str | None]) -> None:
    assert of(Fix("a", None, (argv,))) == ThisRun(told)


def test_what_is_a_choice_a_message_or_several_commands_is_none() -> None:
    argv = ("unset", "HTTPS_PROXY")
    assert not of(Fix("a", {"sync.no-cache": True}, (argv,)))
    assert not of(Fix("a", None, (argv, argv)))
    assert not of(Fix("a", None, None, "tell them"))


REMOVE, ADD, LOCK = ("uv", "remove", "--frozen"), ("uv", "add", "--frozen"), ("uv", "lock")


@pytest.mark.parametrize(
    "commands, told",
    [
        ([("uv", "lock")], ThisRun(locks=True)),
        ([(*REMOVE, "beta")], ThisRun(requirements={"beta": None})),
        ([("uv", "add", "numpy<2")], ThisRun(requirements={"numpy": "numpy<2"})),
        ([("uv", "add", "Some_Name[x]>=1")], ThisRun(requirements={"some-name": "Some_Name[x]>=1"})),
        ([(*REMOVE, "numpyy"), (*ADD, "numpy")], ThisRun(requirements={"numpyy": "numpy"})),
        ([(*REMOVE, "six"), (*ADD, "six")], ThisRun(requirements={"six": "six"})),
        ([("uv", "sync", "--locked", "--reinstall")], ThisRun(options=("--reinstall",))),
        ([("uv", "sync", "--locked", "--no-offline")], ThisRun({"UV_OFFLINE": None}, options=("--no-offline",))),
        ([("uv", "sync", "--locked", "--reinstall-package", "x")], ThisRun(options=("--reinstall-package", "x"))),
        ([("uv", "venv", "--clear"), ("uv", "sync", "--locked")], ThisRun(commands=(("uv", "venv", "--clear"),))),
        ([("uv", "cache", "clean", "x")], ThisRun(commands=(("uv", "cache", "clean", "x"),))),
        ([("uv", "cache", "prune")], ThisRun(commands=(("uv", "cache", "prune"),))),
        ([("uv", "python", "install", "3.12")], ThisRun(commands=(("uv", "python", "install", "3.12"),))),
        ([("uv", "python", "pin", "3.12")], ThisRun(python="3.12")),
        ([("uv", "python", "list")], ThisRun()),
        ([("uv", "tree", "--frozen")], ThisRun()),
        ([("uv", "add", "--index", "https://pkg.example/simple", "x")], ThisRun()),
        ([("uv", "remove", "--dev")], ThisRun()),
        ([("uv", "sync", "--locked", "--no-build", "--dry-run")], ThisRun()),
        ([("uv", "lock"), ("uv", "remove", "x")], ThisRun()),
        ([(*REMOVE, "beta"), LOCK], ThisRun(requirements={"beta": None})),
        ([("uv", "remove", "--no-sync", "beta")], ThisRun(requirements={"beta": None})),
        ([(*REMOVE, "numpyy"), (*ADD, "numpy"), LOCK], ThisRun(requirements={"numpyy": "numpy"})),
        ([("sudo", "reboot")], ThisRun()),
    ],
)
def test_a_command_that_nobody_has_to_type(commands: list[tuple[str, ...]], told: ThisRun) -> None:
    assert of(Fix("a", None, tuple(commands))) == told


def test_a_name_is_asked_for_and_put_in() -> None:
    fix = Fix("a", None, ((*REMOVE, "numpyy"), (*ADD, "NAME")))
    assert asks(fix) == "numpyy"
    assert asks(filled(fix, "numpy")) == ""
    assert of(filled(fix, "numpy>=2")) == ThisRun(requirements={"numpyy": "numpy>=2"})
    assert asks(Fix("a", None, ((*REMOVE, "NAME"),))) == ""


def test_two_fixes_hold_together_and_only_variables_stay() -> None:
    one = ThisRun({"A": "1"}, requirements={"beta": None}, options=("--reinstall",))
    two = ThisRun({"A": None, "B": "2"}, locks=True, commands=(("uv", "cache", "prune"),), options=("--reinstall",))
    both = one.with_(two)
    assert both == ThisRun({"A": None, "B": "2"}, True, {"beta": None}, (("uv", "cache", "prune"),), ("--reinstall",))
    assert both.begun() == ThisRun({"A": None, "B": "2"})
    assert not ThisRun()


@pytest.mark.parametrize(
    "before, then, both",
    [
        ({"gama": "gamm>=1"}, {"gamm": "gamma"}, {"gama": "gamma"}),
        ({"gama": "Gam.m"}, {"gam-m": None}, {"gama": None}),
        ({"gama": "gamma"}, {"beta": None}, {"gama": "gamma", "beta": None}),
        ({"gama": "gamma"}, {"gamma": "gamma"}, {"gama": "gamma>=0", "gamma": "gamma"}),
        ({"gama": "gamma"}, {"gamma": "gamma<2"}, {"gama": "gamma<2", "gamma": "gamma<2"}),
        ({"gama": None}, {"gama": "gamma"}, {"gama": "gamma"}),
    ],
)
def test_a_right_name_that_was_wrong_too_gives_its_place_to_the_next(
    before: dict[str, str | None], then: dict[str, str | None], both: dict[str, str | None]
) -> None:
    """The file still has the first name: what is changed later is found by that one."""
    assert ThisRun(requirements=before).with_(ThisRun(requirements=then)).requirements == both


@pytest.mark.parametrize(
    "done, left",
    [
        ((), ThisRun({"A": "1"}, requirements={"beta": None}, commands=(LOCK,), options=("--reinstall",), python="3.12")),
        (("uv",), ThisRun({"A": "1"}, requirements={"beta": None}, commands=(LOCK,), options=("--reinstall",), python="3.12")),
        (("uv", "fix"), ThisRun({"A": "1"}, locks=True, options=("--reinstall",))),
        (("fix", "lock"), ThisRun({"A": "1"}, options=("--reinstall",))),
        (("fix", "lock", "sync"), ThisRun({"A": "1"})),
    ],
)  # fmt: skip
def test_what_a_run_that_failed_has_left_to_do(done: tuple[str, ...], left: ThisRun) -> None:
    asked = ThisRun({"A": "1"}, requirements={"beta": None}, commands=(LOCK,), options=("--reinstall",), python="3.12")
    assert asked.left(done) == left


@pytest.mark.parametrize(
    "asked",
    [
        ThisRun(),
        ThisRun(locks=True),
        ThisRun({"A": None, "B": "2"}, False, {"x": None, "y": "z>1"}, (("uv", "cache", "prune"),), ("--reinstall",), "3.12"),
    ],
)  # fmt: skip
def test_a_job_keeps_it(asked: ThisRun) -> None:
    assert of_document(json.loads(json.dumps(asked.document()))) == asked


@pytest.mark.parametrize(
    "kept", [None, [], "x", {"variables": []}, {"variables": {"A": 1}}, {"requirements": {"x": ["y"]}},
             {"commands": ["uv"]}, {"commands": [["uv", 1]]}, {"options": [1]}]
)  # fmt: skip
def test_what_is_not_whole_is_nothing(kept: object) -> None:
    assert of_document(kept) == ThisRun()


def test_what_a_person_types_for_the_same() -> None:
    asked = ThisRun(
        requirements={"numpyy": "numpy>=2", "beta": None, "numpy": "numpy<2"}, commands=(("uv", "cache", "prune"),)
    )
    assert asked.typed() == (
        (*REMOVE, "numpyy"), (*ADD, "numpy>=2"), (*REMOVE, "beta"), (*ADD, "numpy<2"), LOCK, ("uv", "cache", "prune"),
    )  # fmt: skip


def test_the_causes_whose_fixes_need_nobody_to_type() -> None:
    """The asset's own words: a fix that is worded anew has to be found here again."""
    ours = {
        cause.id
        for cause in causes().values()
        for fix in cause.fixes
        if of(
            Fix(
                fix.titles[0], None, tuple(tuple(one.format_map(_Any()) for one in argv) for argv in fix.commands or ())
            )
        ).variables
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


def test_a_sign_in_is_not_taken_up_from_a_job(tmp_path: Path) -> None:
    recorded = Recorded(str(tmp_path))
    path = recorded.folder / state.JOB
    job = state.read_json(path) or {}
    for wish, left in (("x>1", {"x": "x>1"}), ("x @ https://me:pw@files.example/x.whl", {})):
        kept = {**job, "context": {"this_run": ThisRun(requirements={"x": wish}).document()}}
        state.write_json(path, hidden(kept)[0])
        assert asked(recorded.run).requirements == left
    recorded.close()
