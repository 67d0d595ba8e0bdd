"""`report DIR`: what came from each host becomes a true row, whatever it is; nothing of it is trusted."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import inside
from wizard.cli.report import lines
from wizard.fleet.page import page
from wizard.fleet.read import read
from wizard.fleet.record import GOOD, Row, row

pytestmark = pytest.mark.same_everywhere
RUN = "20270101-120000"
FACTS = {
    "machine": {
        "gpus": [{"vendor": "nvidia", "name": "NVIDIA H100", "memory_mib": 81559}] * 2,
        "nvidia_driver": "580.95.05",
    },
    "advice": {"reasons": [{"choice": "torch.variant", "value": "cu130", "why": "because"}]},
}
WELL = {"ok": True, "torch": {"version": "2.15.0+cu132", "cuda": "13.2"}, "checks": [], "exit_code": 0}
SHORT = {
    "cause": "torch-cpu-build",
    "title": "This torch has no CUDA",
    "explanation": "It is the CPU build.",
    "evidence": ["2.15.0+cpu"],
    "fixes": [{"title": "Take cu130", "choices": {"torch.variant": "cu130"}, "commands": [["uv-wizard", "apply"]]}],
}


def record(**more: Any) -> dict[str, Any]:
    return {"schema": 1, "host": "gpu01", "run": RUN, "stage": "done", "ended": "done", "facts": FACTS, **more}


def result(code: int, **more: Any) -> dict[str, Any]:
    return {"exit_code": code, "changes": [], "verify": WELL if not code else None, "diagnosis": None, **more}


@pytest.mark.parametrize(
    "document, state, cause, told",
    [
        (record(result=result(0)), "verified", None, "verified"),
        (record(result=result(3, diagnosis=SHORT)), "short", "torch-cpu-build", "This torch has no CUDA"),
        (record(result=result(1, diagnosis=SHORT)), "failed", "torch-cpu-build", "This torch has no CUDA"),
        (record(result=result(2), detail="a run is going on"), "failed", "unknown", "a run is going on"),
        (record(result=None), "unknown", "no-word", "it left no result"),
        # a success that is claimed without a verification is none
        (record(result=result(0, verify=None)), "failed", "unknown", "ended with exit code 0"),
        (record(ended="unreachable", stage="reach"), "away", "unreachable", "cannot be reached"),
        (record(ended="unreachable", stage="apply"), "away", "unreachable", "went away while the plan was carried out"),
        (record(ended="failed", stage="python", cause="no-python", detail="no Python"), "failed", "no-python", "no Python"),
        (record(ended="failed", stage="copy"), "failed", "failed", "failed while the files went there"),
        (record(check=True, plan={"changes": False, "steps": []}), "same", None, "nothing would change"),
        (record(check=True, plan={"changes": True, "steps": ["uv", "verify"]}), "planned", None, "would do: uv"),
        (record(run="20260101-120000", result=result(0)), "unknown", "no-word", "no word of it in the last run"),
    ],
)  # fmt: skip
def test_each_way_to_end_is_a_row(document: dict[str, Any], state: str, cause: str | None, told: str) -> None:
    found = row("gpu01", document, RUN)
    assert (found.state, found.cause, found.told) == (state, cause, told)
    assert (found.state in GOOD) == (state in ("verified", "planned", "same"))


@pytest.mark.parametrize(
    "torch, variant",
    [
        ({"version": "2.15.0+cu132"}, "cu132"),
        ({"version": "2.9.1", "cuda": "12.8"}, "cu128"),
        ({"version": "2.9.1", "hip": "7.1.25424"}, "rocm7.1"),
        ({"version": "2.9.1"}, "cpu"),
        (None, "(cu130)"),
    ],
)
def test_the_variant_is_the_one_that_was_looked_at(torch: dict[str, str] | None, variant: str) -> None:
    assert row("a", record(result=result(0, verify={**WELL, "torch": torch})), RUN).variant == variant


def test_gpus_are_counted_and_unknown_is_not_none() -> None:
    found = row("a", record(result=result(0)), RUN)
    assert found.gpus == ("2 x NVIDIA H100, 79 GiB",)
    assert found.driver == "580.95.05"
    assert row("a", record(facts={"machine": {"gpus": None}}), RUN).gpus is None
    assert row("a", record(facts={"machine": {"gpus": []}}), RUN).gpus == ()


@pytest.mark.parametrize("odd", [None, 7, "text", [], [[1]], {"machine": 3}, {"machine": {"gpus": [None, 5]}}])
def test_whatever_a_host_sends_is_no_end_of_us(odd: Any) -> None:
    for key in ("facts", "result", "plan", "detail", "stage", "cause", "check", "run"):
        assert isinstance(row("a", {**record(result=result(0)), key: odd}), Row)
    assert isinstance(row("a", {**record(), "result": {"verify": odd, "diagnosis": odd, "changes": odd}}), Row)


def write(folder: Path, name: str, document: Any) -> None:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(document), "utf-8")


def fleet_of(folder: Path) -> Path:
    hosts = ["gpu01", "gpu02", "gpu03", "gpu04"]
    write(folder, "fleet", {"schema": 1, "run": RUN, "hosts": hosts})
    write(folder, "gpu01", record(result=result(0, changes=["uv.lock", "torch 2.15.0 installed"])))
    write(folder, "gpu02", {**record(result=result(3, diagnosis=SHORT)), "host": "gpu02"})
    write(folder, "gpu03", {**record(ended="unreachable", stage="reach", facts=None), "host": "gpu03"})
    return folder


def test_the_table_has_every_host_of_the_inventory_in_its_order(tmp_path: Path) -> None:
    folder = fleet_of(tmp_path / "results")
    told = list(lines(read(str(folder))))
    assert [line.split()[:2] for line in told[1:5]] == [["+", "gpu01"], ["x", "gpu02"], ["x", "gpu03"], ["?", "gpu04"]]
    assert "verified, 2 changed" in told[1]
    assert told[-1] == "1 of 4 hosts verified; 1 short, 1 away, 1 unknown"


def test_jobs_leave_verifications_and_facts_beside_them(tmp_path: Path) -> None:
    write(tmp_path / "r", "node7", WELL)
    write(tmp_path / "r", "node7.facts", FACTS)
    write(tmp_path / "r", "node8.facts", FACTS)
    write(tmp_path / "r", "unrelated", {"what": "ever"})
    (tmp_path / "r" / "broken.json").write_text("{")
    found = read(str(tmp_path / "r"))
    assert [(one.host, one.state, one.variant) for one in found.rows] == [
        ("broken", "unknown", None),
        ("node7", "verified", "cu132"),
        ("node8", "unknown", "(cu130)"),
    ]


def test_the_command_tells_by_its_exit_code(tmp_path: Path) -> None:
    folder = fleet_of(tmp_path / "results")
    done = inside("report", str(folder), "--json", check=3)
    document = json.loads(done.stdout)
    assert (document["verified"], document["total"]) == (1, 4)
    assert [one["verified"] for one in document["hosts"]] == [True, False, False, False]
    write(tmp_path / "well", "node", WELL)
    inside("report", str(tmp_path / "well"), check=0)
    (tmp_path / "empty").mkdir()
    assert "no results" in inside("report", str(tmp_path / "empty"), check=1).stderr
    assert "no folder" in inside("report", str(tmp_path / "nowhere"), check=2).stderr
    assert ".html" in inside("report", str(folder), "--save", "x.pdf", check=2).stderr


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str | None] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value for name, value in attrs if name in ("src", "href")]


def test_the_page_holds_what_hosts_say_as_text_and_fetches_nothing(tmp_path: Path) -> None:
    folder = fleet_of(tmp_path / "results")
    nasty = "<script>alert(1)</script> https://me:geheim@index.example/simple \x1b[31m"
    write(folder, "gpu04", {**record(ended="failed", stage="copy", cause="<b>x</b>", detail=nasty), "host": "<i>gpu04"})
    target = tmp_path / "report.html"
    inside("report", str(folder), "--save", str(target), check=3)
    text = target.read_text("utf-8")
    seen = Page(text)
    assert "script" not in seen.tags
    assert "i" not in seen.tags
    assert seen.addresses == []
    assert "geheim" not in text
    assert "\x1b" not in text
    assert "This torch has no CUDA" in text
    assert "uv-wizard apply" in text


def test_a_cause_of_many_hosts_is_told_once(tmp_path: Path) -> None:
    names = [f"n{number}" for number in range(30)]
    write(tmp_path / "r", "fleet", {"schema": 1, "run": RUN, "hosts": names})
    for name in names:
        write(tmp_path / "r", name, {**record(result=result(3, diagnosis=SHORT)), "host": name})
    text = page(read(str(tmp_path / "r")))
    assert text.partition("<details>")[0].count("It is the CPU build.") == 1
