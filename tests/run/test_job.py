from __future__ import annotations

import base64
import json

from wizard.plan.step import Command, FileChange, Plan, RegistryChange, Step
from wizard.run import actions
from wizard.run.hiding import hidden, shown
from wizard.run.job import Around, from_plan

VERIFY = Command(("uv-wizard", "verify", "/p"), {"A": "b"}, "/p", "verify", {"request": {"python": "/p/python"}})
STEP = Step(
    "sync",
    "Sync",
    "3 packages",
    commands=(Command(("/uv", "sync", "--locked"), {"UV_LINK_MODE": None}, "/p", "uv"), Command(("true",)), VERIFY),
    files=(FileChange("/p/a", b"old\xff", None), FileChange("/p/b", None, "项目".encode())),
    registry=(RegistryChange("UV_CACHE_DIR", None, "D:\\uv"),),
)


def test_files_and_registry_come_before_the_commands() -> None:
    job = from_plan(Plan((STEP,), "/p"), "1", project="/p", started="2026-01-01T00:00:00+0000")
    (step,) = job["steps"]
    assert (step["id"], step["title"], step["summary"]) == ("sync", "Sync", "3 packages")
    assert step["actions"] == [
        {"do": "write", "path": "/p/a", "before": base64.b64encode(b"old\xff").decode(), "after": None},
        {"do": "write", "path": "/p/b", "before": None, "after": base64.b64encode("项目".encode()).decode()},
        {"do": "registry", "name": "UV_CACHE_DIR", "before": None, "after": "D:\\uv", "kind": "REG_SZ"},
        {"do": "command", "argv": ["/uv", "sync", "--locked"], "env": {"UV_LINK_MODE": None}, "cwd": "/p", "uv": True},
        {"do": "command", "argv": ["true"], "env": {}, "cwd": None, "uv": False},
        {
            "do": "verify",
            "argv": ["uv-wizard", "verify", "/p"],
            "env": {"A": "b"},
            "cwd": "/p",
            "request": {"python": "/p/python"},
        },
    ]


def test_a_job_is_json_and_tells_what_is_around() -> None:
    around = Around("sync", {"a==1": 5}, ("a warning",), {"registries": ["r"]})
    job = from_plan(Plan((STEP,)), "1", project=None, started="x", around=around)
    assert json.loads(json.dumps(job)) == job
    assert (job["label"], job["sizes"], job["notes"]) == ("sync", {"a==1": 5}, ["a warning"])
    assert job["context"] == {"registries": ["r"]}
    assert job["plan"]["steps"][0]["commands"][0] == ["/uv", "sync", "--locked"]


def test_everything_that_a_job_may_ask_for_can_be_found() -> None:
    for name in ("write", "registry", "place-uv", "mirror-sync", "verify"):
        assert callable(actions.function(name))


def test_credentials_are_taken_out_and_put_back() -> None:
    job = {"argv": ["https://a:b@h/x", "https://c@h"], "env": {"X": "http://a:b@h"}, "text": "me@example, x://y"}
    there, secrets = hidden(job)
    assert there == {
        "argv": ["https://uv-wizard-secret-0@h/x", "https://uv-wizard-secret-1@h"],
        "env": {"X": "http://uv-wizard-secret-0@h"},
        "text": "me@example, x://y",
    }
    assert secrets == {"UV_WIZARD_SECRET_0": "a:b", "UV_WIZARD_SECRET_1": "c"}
    assert shown(there, secrets) == job
    assert shown(there, {}) == there
