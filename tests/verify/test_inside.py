"""What runs inside the project's Python, taken part by part: the driver's files, its library, what torch needs."""

# ruff: noqa: N802 - the calls of NVML have their own names
from __future__ import annotations

import ast
import ctypes
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from wizard.verify.inside import devices, driver, nvml, others, packages, run
from wizard.verify.inside.common import Short
from wizard.verify.ladder import PROBE

INSIDE = sorted(PROBE.parent.glob("*.py"))
posix = pytest.mark.skipif(sys.platform == "win32", reason="device files and modes of POSIX")
as_root = pytest.mark.skipif(getattr(os, "geteuid", lambda: 1)() == 0, reason="root may open every file")

NEWER_THAN_3_8 = {
    "removeprefix", "removesuffix", "cache", "pairwise", "batched", "is_relative_to", "readlink", "with_stem", "to_thread",
    "packages_distributions", "entry_points", "zoneinfo", "graphlib", "tomllib", "StrEnum", "UTC", "add_note", "from_json",
}  # fmt: skip
"""Names of the standard library that came with 3.9 and later, of those that code like this reaches for."""


@pytest.mark.same_everywhere
@pytest.mark.parametrize("path", INSIDE, ids=lambda path: path.name)
def test_it_is_python_3_8_and_imports_nothing_of_ours(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"), feature_version=(3, 8))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and not node.level}
    assert not {"wizard", "screens"} & {name.split(".")[0] for name in names}
    used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not used & NEWER_THAN_3_8
    assert not any(isinstance(node, ast.Call) and any(word.arg == "strict" for word in node.keywords)
                   for node in ast.walk(tree))  # fmt: skip
    annotated = any(isinstance(node, (ast.AnnAssign, ast.FunctionDef)) for node in ast.walk(tree))
    late = "from __future__ import annotations" in path.read_text("utf-8")
    assert late or not annotated, "dict[str, Any] is no annotation of 3.8"


@pytest.mark.same_everywhere
def test_no_type_is_called_that_3_8_can_not_subscript() -> None:
    """`STAGES: dict[...] = {}` is fine; `dict[str, int]()` would end a Python 3.8."""
    for path in INSIDE:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                called = node.func.value if isinstance(node.func, ast.Subscript) else None
                assert not isinstance(called, ast.Name) or called.id not in ("dict", "list", "set", "tuple"), path.name


def test_its_modules_hide_none_of_the_projects(tmp_path: Path) -> None:
    """A `devices` or `driver` of the project's, or of a package, is still the one that is imported."""
    code = (
        f"import sys, runpy; before = list(sys.path); sys.argv[1:] = [{os.fspath(tmp_path / 'results')!r}, 'python'];\n"
        f"try: runpy.run_path({os.fspath(PROBE)!r}, run_name='__main__')\nexcept SystemExit: pass\n"
        "assert sys.path == before; assert 'devices' not in sys.modules; assert 'wizard' not in sys.modules"
    )
    subprocess.run([sys.executable, "-I", "-B", "-c", code], check=True)
    lines = (tmp_path / "results").read_text().splitlines()
    assert [json.loads(line).get("stage") for line in lines] == ["python", None]
    assert json.loads(lines[-1])["schema"] == 1
    assert list(json.loads(lines[-1])["stages"]) == ["python"]


@pytest.mark.same_everywhere
def test_the_first_stage_that_fails_is_the_last_that_runs(tmp_path: Path) -> None:
    results = tmp_path / "results"
    missing = json.dumps({"expected": {"no-such-package": None}})
    assert run.main([os.fspath(results), f"python={missing}", "cpu"]) == 0
    assert [json.loads(line).get("stage") for line in results.read_text().splitlines()] == ["python", None]


# the driver


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("NVIDIA_DRIVER_CAPABILITIES", "NVIDIA_VISIBLE_DEVICES"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "dev/dri").mkdir(parents=True)
    (tmp_path / "proc/sys/kernel").mkdir(parents=True)
    (tmp_path / "proc/sys/kernel/osrelease").write_text("6.8.0-45-generic\n")
    return tmp_path


def wsl(root: Path) -> None:
    (root / "proc/sys/kernel/osrelease").write_text("5.15.153.1-microsoft-standard-WSL2\n")


def stage(root: Path, kind: str) -> dict[str, Any]:
    return driver.stage_driver({}, {"kind": kind, "root": os.fspath(root)})


@posix
def test_an_amd_gpu_with_its_driver_and_who_holds_its_memory(root: Path) -> None:
    (root / "dev/kfd").touch()
    (root / "dev/dri/renderD128").touch()
    for node, number in (("0", "0"), ("1", "51234")):
        folder = root / "sys/class/kfd/kfd/topology/nodes" / node
        folder.mkdir(parents=True)
        (folder / "gpu_id").write_text(number + "\n")
    held = root / "sys/class/kfd/kfd/proc" / str(os.getppid())
    held.mkdir(parents=True)
    (held / "vram_51234").write_text(str(3 * 2**30))
    (root / "sys/module/amdgpu").mkdir(parents=True)
    (root / "sys/module/amdgpu/version").write_text("6.10.5\n")
    found = stage(root, "amd")
    assert (found["version"], found["count"]) == ("6.10.5", 1)
    assert [(each["pid"], each["used_mib"]) for each in found["gpus"][0]["holders"]] == [(os.getppid(), 3072)]


@posix
@pytest.mark.parametrize(
    "kind, said", [("amd", "no AMD GPU driver answers: /dev/kfd"), ("intel", "no Intel GPU driver answers")]
)
def test_no_driver_of_that_maker(root: Path, kind: str, said: str) -> None:
    with pytest.raises(Short, match=said):
        stage(root, kind)


@posix
def test_an_intel_gpu_with_its_driver(root: Path) -> None:
    (root / "dev/dri/renderD128").touch()
    (root / "sys/module/xe").mkdir(parents=True)
    assert stage(root, "intel")["version"] == "xe"


@posix
@as_root
@pytest.mark.parametrize("kind, node", [("amd", "dev/kfd"), ("intel", "dev/dri/renderD128"), ("nvidia", "dev/nvidia0")])
def test_a_device_file_that_may_not_be_opened(
    root: Path, kind: str, node: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / node).touch(mode=0o000)
    monkeypatch.setattr(nvml, "library", FakeNvml)
    with pytest.raises(Short, match=f"cannot open .*{node}: Permission denied"):
        stage(root, kind)


@posix
@pytest.mark.parametrize(
    "said, made",
    [
        ("WSL: /dev/dxg is not there", ()),
        ("WSL: /usr/lib/wsl/lib/libcuda.so.1 is not there", ("dev/dxg",)),
    ],
)
def test_what_wsl_lacks(root: Path, said: str, made: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    wsl(root)
    for each in made:
        (root / each).touch()
    monkeypatch.setattr(nvml, "library", no_library)
    monkeypatch.setattr(nvml, "by_program", lambda: None)
    with pytest.raises(Short, match=said):
        stage(root, "nvidia")


@pytest.mark.parametrize(
    "name, value, said",
    [
        ("NVIDIA_DRIVER_CAPABILITIES", "utility,video", "without compute"),
        ("NVIDIA_VISIBLE_DEVICES", "void", "without its GPUs"),
    ],
)
def test_a_container_started_without_what_cuda_needs(
    root: Path, name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    monkeypatch.setattr(nvml, "library", FakeNvml)
    monkeypatch.setattr(
        driver, "libcuda", lambda _: {"version": None, "error": "libcuda.so.1: cannot open", "notes": []}
    )
    with pytest.raises(Short, match=said):
        stage(root, "nvidia")


def test_a_driver_whose_cuda_library_does_not_load(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nvml, "library", FakeNvml)
    monkeypatch.setattr(ctypes, "CDLL", no_library)
    with pytest.raises(Short, match="the driver answers, and CUDA's own library does not load"):
        stage(root, "nvidia")


def test_device_files_that_cuda_would_make_itself_are_notes(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nvml, "library", FakeNvml)
    monkeypatch.setattr(driver, "libcuda", lambda _: {"version": "13.2", "error": None, "notes": []})
    found = stage(root, "nvidia")
    assert (found["version"], found["count"], found["cuda"]) == ("580.95.05", 2, "13.2")
    assert found["notes"] == (
        [] if os.name == "nt" else ["/dev/nvidiactl is not there", "/dev/nvidia-uvm is not there"]
    )


def no_library(*_: object) -> Any:
    raise OSError("no such library: cannot open shared object file")


class FakeNvml:
    """The calls of NVML that are made, with two GPUs; what goes out by reference is filled in."""

    def __init__(self, init: int = 0, reasons: int = 0) -> None:
        self._init, self._reasons = init, reasons
        self.nvmlErrorString = lambda _: b"Driver/library version mismatch"

    def nvmlInit_v2(self) -> int:
        return self._init

    def nvmlSystemGetDriverVersion(self, text: Any, size: Any) -> int:
        text.value = b"580.95.05"
        return 0

    def nvmlDeviceGetCount_v2(self, count: Any) -> int:
        count._obj.value = 2
        return 0

    def nvmlDeviceGetHandleByIndex_v2(self, number: Any, handle: Any) -> int:
        handle._obj.value = number.value + 1
        return 0

    def nvmlDeviceGetUUID(self, handle: Any, text: Any, size: Any) -> int:
        text.value = b"GPU-%d" % handle.value
        return 0

    def nvmlDeviceGetName(self, handle: Any, text: Any, size: Any) -> int:
        text.value = b"NVIDIA H200"
        return 0

    def nvmlDeviceGetComputeRunningProcesses_v3(self, handle: Any, count: Any, rows: Any) -> int:
        count._obj.value = 3
        rows[0].pid, rows[0].used = os.getpid(), 500 * 2**20
        rows[1].pid, rows[1].used = 4_000_001, 3 * 2**30
        rows[2].pid, rows[2].used = 4_000_002, nvml.NOT_AVAILABLE
        return 0

    def nvmlDeviceGetGraphicsRunningProcesses_v3(self, handle: Any, count: Any, rows: Any) -> int:
        count._obj.value = 0
        return 0

    def nvmlSystemGetProcessName(self, pid: Any, text: Any, size: Any) -> int:
        text.value = b"/opt/train/python3.12 -m train"
        return 0 if pid.value == 4_000_001 else 1

    def nvmlDeviceGetCurrentClocksThrottleReasons(self, handle: Any, reasons: Any) -> int:
        reasons._obj.value = self._reasons
        return 0


def test_nvml_tells_gpus_and_who_holds_them_but_not_this_process() -> None:
    found = nvml.driver(FakeNvml(reasons=0x4 | 0x40))
    assert found["version"] == "580.95.05"
    assert [gpu["uuid"] for gpu in found["gpus"]] == ["GPU-1", "GPU-2"]
    assert found["gpus"][0]["holders"] == [
        {"pid": 4_000_001, "name": "python3.12", "used_mib": 3072},
        {"pid": 4_000_002, "name": None, "used_mib": None},
    ]
    assert found["gpus"][0]["throttled"] == ["heat", "power limit"]


def test_nvml_that_does_not_start_says_why_in_its_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _: FakeNvml(init=18))
    with pytest.raises(Short, match="Failed to initialize NVML: Driver/library version mismatch"):
        nvml.library()


def test_a_library_of_that_name_which_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _: SimpleNamespace())
    with pytest.raises(OSError, match="nvmlInit_v2"):
        nvml.library()


GPUS = [{"uuid": "GPU-a", "name": "A"}, {"uuid": "GPU-b", "name": "B"}]


@pytest.mark.same_everywhere
@pytest.mark.parametrize(
    "gpus, facts, seen, found",
    [
        (GPUS, {"uuid": "GPU-b", "index": 0}, 2, "GPU-b"),
        (GPUS, {"uuid": "", "index": 0}, 2, None),
        (GPUS[:1], {"uuid": "", "index": 0}, 1, "GPU-a"),
        ([GPUS[0], {**GPUS[1], "name": "A"}], {"uuid": "", "index": 1}, 2, "GPU-b"),
        ([GPUS[0], {**GPUS[1], "name": "A"}], {"uuid": "", "index": 0}, 1, None),
        ([], {"uuid": "GPU-a", "index": 0}, 1, None),
    ],
)
def test_which_gpu_of_the_drivers_is_torchs(
    gpus: list[dict[str, Any]], facts: dict[str, Any], seen: int, found: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in devices.SELECTING:
        monkeypatch.delenv(name, raising=False)
    gpu = devices.gpu_of(gpus, facts, seen)
    assert (gpu["uuid"] if gpu else None) == found


# what torch needs


def distribution(folder: Path, name: str, requires: tuple[str, ...] = (), record: tuple[str, ...] = ()) -> None:
    info = folder / f"{name.replace('-', '_')}-1.0.dist-info"
    info.mkdir()
    lines = "".join(f"Requires-Dist: {each}\n" for each in requires)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{lines}")
    (info / "RECORD").write_text("".join(f"{each},,\n" for each in record))


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "path", [os.fspath(tmp_path)])
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    return tmp_path


BOTH = "(sys_platform == 'linux' and platform_machine == 'x86_64' or sys_platform == 'win32') and extra == '{}'"


@pytest.mark.same_everywhere
def test_the_packages_of_a_toolkit_are_followed_by_the_extras_that_torch_asks_for(site: Path) -> None:
    """As torch 2.15 and cuda-toolkit 13.2.2 write them."""
    distribution(site, "torch", (
        'cuda-toolkit[cublas,cudart]==13.2.2; platform_system == "Linux"',
        'nvidia-cudnn-cu13==9.26.0.51; platform_system == "Linux"',
        "sympy>=1.13.3",
    ))  # fmt: skip
    distribution(site, "cuda-toolkit", (
        f"nvidia-cublas==13.4.1.3.*; {BOTH.format('cublas')}",
        f"nvidia-cuda-runtime==13.2.86.*; {BOTH.format('cudart')}",
        f"nvidia-npp==13.1.0.59.*; {BOTH.format('npp')}",
        "nvidia-cudla==13.2.86.*; (sys_platform == 'linux' and platform_machine == 'aarch64') and extra == 'cublas'",
    ))  # fmt: skip
    distribution(site, "nvidia-cublas", record=("nvidia/cu13/lib/libcublas.so.13", "nvidia/cu13/include/cublas.h"))
    needs = packages.needs_of_torch()
    assert needs["wanted"] == ["nvidia-cublas", "nvidia-cuda-runtime", "nvidia-cudnn-cu13"]
    assert needs["lacking"] == ["nvidia-cuda-runtime", "nvidia-cudnn-cu13"]
    assert packages.libraries_lacking(needs) == [
        {"library": "", "package": "nvidia-cuda-runtime"},
        {"library": "", "package": "nvidia-cudnn-cu13"},
        {"library": "libcublas.so.13", "package": "nvidia-cublas"},
    ]
    (site / "nvidia/cu13/lib").mkdir(parents=True)
    (site / "nvidia/cu13/lib/libcublas.so.13").touch()
    assert [each["package"] for each in packages.libraries_lacking(needs)] == [
        "nvidia-cuda-runtime",
        "nvidia-cudnn-cu13",
    ]


@pytest.mark.same_everywhere
def test_a_toolkit_that_is_not_there_is_what_lacks(site: Path) -> None:
    distribution(site, "torch", ('cuda-toolkit[cublas]==13.2.2; platform_system == "Linux"',))
    assert packages.needs_of_torch()["lacking"] == ["cuda-toolkit"]


@pytest.mark.same_everywhere
def test_windows_lacks_none_of_them(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    distribution(
        site, "torch", ("nvidia-cudnn-cu12==9.10.2; platform_system == 'Linux' and platform_machine == 'x86_64'",)
    )
    assert packages.needs_of_torch()["lacking"] == []


# the other libraries


def test_the_model_of_onnx_runtime_is_one_addition(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read field by field, as a protocol buffer is; the real ONNX Runtime 1.31.1 has run it on the CPU."""
    model = fields(others._addition())
    assert model[1] == [8]
    graph = fields(model[7][0])
    assert fields(graph[1][0]) == {1: [b"x", b"x"], 2: [b"y"], 4: [b"Add"]}
    for number, name in ((11, b"x"), (12, b"y")):
        value = fields(graph[number][0])
        tensor = fields(fields(value[2][0])[1][0])
        assert (value[1], tensor[1]) == ([name], [1])
        assert fields(fields(tensor[2][0])[1][0]) == {1: [4]}


def fields(data: bytes) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    at = 0
    while at < len(data):
        number, kind = data[at] >> 3, data[at] & 7
        assert kind in (0, 2)
        assert data[at + 1] < 128
        if kind == 0:
            found.setdefault(number, []).append(data[at + 1])
            at += 2
        else:
            found.setdefault(number, []).append(data[at + 2 : at + 2 + data[at + 1]])
            at += 2 + data[at + 1]
    return found
