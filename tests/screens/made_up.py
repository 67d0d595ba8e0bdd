"""A made-up machine and project of the real records: Min's GPU server, as the design tells its story. Nothing is probed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from wizard.advice.findings import Finding
from wizard.advice.reason import Advice
from wizard.advice.setting_states import SettingState, states
from wizard.advice.uv import UvWay, better
from wizard.choices import Choices
from wizard.diagnosis import Diagnosis
from wizard.machine.facts import Conda, Filesystem, FoundPython, FoundUv, Gpu, Machine, NetworkFact
from wizard.plan.step import Command, FileChange, Plan, Step
from wizard.project.facts import Lock, LockedPackage, Project, TorchFacts
from wizard.project.place import Place
from wizard.this_run import ThisRun

GIB = 1024**3


def machine() -> Machine:
    """Ubuntu over SSH, an RTX 3090 with an old driver, a full /home, a big /data, conda's base active."""
    disk = Filesystem("/home", "ext4", int(4.1 * GIB), 100 * GIB, False, True, False, ("home", "cache", "pythons"))
    return Machine(
        os="linux",
        arch="x86_64",
        gpus=(Gpu("nvidia", "NVIDIA GeForce RTX 3090", "8.6", None, 24576),),
        nvidia_driver="550.54.14",
        in_container=False,
        wsl=False,
        ssh=True,
        shell="bash",
        conda=Conda("base", True),
        uv=(
            FoundUv("/home/min/miniconda3/bin/uv", "0.9.30", "conda"),
            FoundUv("/home/min/.cargo/bin/uv", "0.8.24", "cargo"),
        ),
        pythons=(FoundPython("/usr/bin/python3", "3.10.12"), FoundPython("/home/min/miniconda3/bin/python", "3.12.4")),
        filesystems=(
            disk,
            replace(
                disk, mount="/data", free_bytes=int(1.8 * 1024 * GIB), total_bytes=2048 * GIB, purposes=("project",)
            ),
        ),
        distribution="Ubuntu 22.04",
        cpu_count=16,
        user="min",
        home="/home/min",
        folders={"cache": "/home/min/.cache/uv", "pythons": "/home/min/.local/share/uv/python"},
        network=NetworkFact(212.0),
    )


def project() -> Project:
    """A team's project with a torch that this driver cannot run."""
    registry = "https://index.example/simple"
    packages = tuple(LockedPackage(f"package-{number}", "1.0", registry) for number in range(31))
    return Project(
        "/data/min/vision", "/data/min/vision", "vision", ">=3.11", extras=("gpu", "docs"), groups=("dev",),
        torch=TorchFacts(True, ">=2.9", "2.15.0", "cu132", registry), has_lock=True,
        lock=Lock((registry,), packages, 3, ">=3.11"), environment_path="/data/min/vision/.venv",
    )  # fmt: skip


def finding(severity: Any, title: str, screen: str) -> Finding:
    """A finding in a few words."""
    return Finding(Diagnosis("disk-full", title, f"{title}: this is why, at length.", (), (), severity), screen)


class MadeUpWay:
    """As much of wizard.way.Way as screens ask for, with answers that stand still."""

    def __init__(self, pending: tuple[str, ...] = (), *, known: Machine | None = None) -> None:
        self.path = "/data/min/vision"
        self.choices = Choices()
        self.machine = known or machine()
        self.project: Project | None = project()
        self.pending = pending
        self.environment: dict[str, str] = {}
        self.place = Place()
        self.found: tuple[Finding, ...] = (
            finding("error", "torch 2.15.0 does not run with driver 550.54.14", "torch"),
            finding("warning", "/home has too little room for the packages", "settings"),
            finding("warning", "conda's base environment is active by itself", "uv"),
        )
        self.begun = 0
        self.this_run = ThisRun()
        self.greeting = ""
        self.interrupted = None
        self.news: list[Machine] = []

    def begin(self, *, network: bool = True) -> None:
        self.begun += 1

    def read(self) -> None:
        """Nothing lies on a disk."""

    def refresh(self) -> bool:
        if not self.news:
            return False
        self.machine = self.news.pop(0)
        self.pending = self.pending if self.news else ()
        return True

    def choose(self, key: str, value: object | None) -> None:
        self.choices = self.choices.with_values("screen", {key: value})

    def advice(self) -> Advice:
        return Advice()

    def uv_path(self) -> str | None:
        return "/usr/bin/uv"

    def why(self, key: str) -> tuple[str, ...]:
        return (
            ("The uv found here, 0.9.30, is part of conda and is gone when base is off",) if key == "uv.install" else ()
        )

    def findings(self) -> tuple[Finding, ...]:
        return self.found

    def locked_variant(self) -> str | None:
        return None

    def room_needed(self) -> int | None:
        return int(6.1 * GIB)

    def settings_state(self) -> tuple[SettingState, ...]:
        return states(self.machine, self.choices, self.room_needed())

    def settle_uv(self) -> None:
        found = better(self.candidates_of_uv(), self.machine, self.choices)
        self.choices = self.choices.without("advice")
        if found is not None:
            self.choices = self.choices.with_values("advice", {"uv.install": found})

    def candidates_of_uv(self) -> tuple[UvWay, ...]:
        return (
            UvWay(
                "standalone", "official installer", True, "recommended", "from astral.sh, about 20 MiB", "curl x | sh"
            ),
            UvWay(
                "index",
                "from a package index",
                False,
                "possible",
                "the same uv, if GitHub is blocked",
                "pip install uv",
            ),
            UvWay("keep", "keep uv 0.9.30", False, "possible", "works only while base is active", "uv --version"),
        )

    def sizes(self) -> dict[str, int]:
        return {}

    def uv_named(self) -> str:
        return "/home/min/.local/bin/uv"

    def by_hand(self, screen: str) -> str:
        return {"start": "uv-wizard doctor", "sync": "uv sync --locked"}.get(screen, f"uv-wizard {screen}")

    def prepare(self) -> None:
        """Nothing is measured."""

    def plan(self) -> Plan:
        before = b'[project]\nname = "vision"\n'
        added = b'\n[tool.uv.sources]\ntorch = [\n    { index = "pytorch-cu126" },\n]\n'
        return Plan(
            (
                Step("uv", "uv", "install uv 0.13.8 into ~/.local/bin", (Command(("sh", "install.sh")),)),
                Step("torch", "torch", "pyproject.toml: variant cu126", (),
                     (FileChange("/data/min/vision/pyproject.toml", before, before + added),),
                     notes=("Your team sees pyproject.toml and uv.lock change; torch can keep them.",)),
                Step("sync", "sync", "2.8 GiB to fetch", (Command(("/home/min/.local/bin/uv", "sync", "--locked"), kind="uv"),)),
                Step("verify", "verify", "11 checks", (Command(("uv-wizard", "verify"), kind="verify"),)),
            ),
            "/data/min/vision", "/home/min/.local/bin/uv",
        )  # fmt: skip
