"""Causes that need context, torch's own texts, bad input, and what a diagnosis looks like."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace

import pytest

from tests.support.loud import loud
from wizard.choices import checked
from wizard.diagnosis import Context, diagnose, from_document, of
from wizard.diagnosis.rules import causes, matches
from wizard.language import shown
from wizard.machine.facts import Filesystem, Gpu, Machine
from wizard.project.facts import Lock, LockedPackage, Project

OUTDATED = (
    "error: The lockfile at `uv.lock` needs to be updated, but `--locked` was provided.\n\nhint: Run `uv lock`.\n"
)
GIB = 1024**3
NO_KERNEL = "RuntimeError: CUDA error: no kernel image is available for execution on the device"


def nvidia(capability: str) -> Machine:
    return Machine(os="linux", gpus=(Gpu("nvidia", "NVIDIA Card", capability),), nvidia_driver="550.54.14")


@pytest.mark.parametrize(
    "context, cause",
    [
        (Context(), "lock-outdated"),
        (Context(registries=("https://a.example/simple",), default_index="https://a.example/simple"), "lock-outdated"),
        (
            Context(registries=("https://a.example/simple",), default_index="https://a.example/simple/"),
            "lock-other-index",
        ),
        (
            Context(registries=("https://a.example/simple",), environment={"UV_INDEX_URL": "https://b"}),
            "lock-other-index",
        ),
        (Context(cancelled=True), "interrupted"),
    ],
)
def test_a_refused_lock_needs_context(context: Context, cause: str) -> None:
    assert diagnose(OUTDATED, context).cause == cause


@pytest.mark.parametrize(
    "why",
    [
        "beta was not found in the package registry and your project depends on beta",
        "there is no version of beta==9 and your project depends on beta==9",
    ],
)
def test_what_reads_the_lock_is_offered_where_it_may_be_there(why: str) -> None:
    end = "we can conclude that your project's requirements are unsatisfiable."
    text = f"error: No solution found\n  cause: Because {why}, {end}\n"

    def trees(context: Context) -> list[tuple[str, ...]]:
        fixes = diagnose(text, context).fixes
        return [argv for fix in fixes for argv in fix.commands or () if argv[:2] == ("uv", "tree")]

    project = Project("/p", "/p", "p", None)
    assert trees(Context()), "nobody knows"
    assert trees(Context(has_lock=True))
    assert trees(Context(project=replace(project, has_lock=True)))
    assert not trees(Context(project=project))
    assert not trees(Context(has_lock=False))
    assert trees(Context(project=project, has_lock=True)), "it was made since"


BUILD = (
    "error: Failed to build `panddas==0.2.14`\n  cause: The build backend returned an error\n"
    "  cause: Call to `setuptools.build_meta.build_wheel` failed (exit status: 1)\n\n"
    "hint: `panddas` (v0.2.14) was included because {because}\n"
)


@pytest.mark.parametrize(
    "because, offered",
    [
        ("`p` (v0.1) depends on `panddas`", True),
        ("`p:dev` (v0.1) depends on `panddas`", True),
        ("`p` (v0.1) depends on `alpha` (v1.0) which depends on `panddas`", False),
    ],
)
def test_what_can_not_be_built_can_be_another_package(because: str, offered: bool) -> None:
    """A slip may be somebody's package; one that another package brings is not the project's to name."""
    found = diagnose(BUILD.format(because=because), Context(phase="sync"))
    assert found.cause == "build-failed"
    removed = [argv[-1] for fix in found.fixes for argv in fix.commands or () if argv[:2] == ("uv", "remove")]
    assert removed == (["panddas", "panddas"] if offered else [])


@pytest.mark.parametrize("who", ["your project", "p[gpu]", "p:dev", "member-a"])
@pytest.mark.parametrize(
    "why, cause",
    [
        ("numpyyy was not found in the package registry and {who} depends on numpyyy>=1", "package-not-found"),
        ("there are no versions of numpyyy[fast] and {who} depends on numpyyy[fast]", "package-not-found"),
        ("there are no versions of numpyyy{{sys_platform == 'linux'}} and {who} depends on numpyyy{{sys_platform == 'linux'}}",
         "package-not-found"),
        ("only numpyyy<=1.17.0 is available and {who} depends on numpyyy>99", "version-not-found"),
        ("only numpyyy{{python_full_version < '3.14'}}<=1.17.0 is available and {who} depends on numpyyy", "version-not-found"),
        ("there is no version of numpyyy[a]==99 and {who} depends on numpyyy[a]==99", "version-not-found"),
    ],
)  # fmt: skip
def test_what_the_project_itself_asks_for_can_be_put_right(why: str, cause: str, who: str) -> None:
    text = (
        f"error: No solution found\n  cause: Because {why.format(who=who)}, we can conclude that it is unsatisfiable.\n"
    )
    found = diagnose(text, Context(phase="sync"))
    assert found.cause == cause
    assert ("uv", "remove", "--frozen", "numpyyy") in [argv for fix in found.fixes for argv in fix.commands or ()]


def test_what_another_package_asks_for_is_not_the_projects_to_change() -> None:
    why = "numpyyy was not found in the package registry and alpha==1.0 depends on numpyyy"
    text = f"error: No solution found\n  cause: Because {why}, we can conclude that alpha==1.0 cannot be used.\n"
    found = diagnose(text, Context(phase="sync"))
    assert found.cause == "package-not-found"
    assert not [argv for fix in found.fixes for argv in fix.commands or () if argv[:2] == ("uv", "remove")]


REFUSED = (
    "error: Failed to fetch: {url}\n  cause: client error (Connect)\n"
    "  cause: tcp connect error\n  cause: Connection refused (os error 111)\n"
)


@pytest.mark.parametrize(
    "url, environment, cause",
    [
        ("http://index.example/simple/", {}, "network-refused"),
        ("http://index.example/simple/", {"HTTP_PROXY": "http://127.0.0.1:9"}, "proxy-refused"),
        ("http://index.example/simple/", {"all_proxy": "http://127.0.0.1:9"}, "proxy-refused"),
        ("http://index.example/simple/", {"HTTP_PROXY": "http://p", "NO_PROXY": ".example"}, "network-refused"),
        ("http://index.example/simple/", {"HTTPS_PROXY": "http://127.0.0.1:9"}, "network-refused"),
    ],
)
def test_a_proxy_is_blamed_only_where_it_is_in_the_way(url: str, environment: dict[str, str], cause: str) -> None:
    assert diagnose(REFUSED.format(url=url), Context(environment=environment)).cause == cause


@pytest.mark.parametrize(
    "text, os, cause",
    [
        ("failed to create directory `C:\\x`: Zugriff verweigert (os error 5)", None, "permission-denied"),
        ("failed to copy `C:\\a\\b.txt`: (os error 112)", None, "disk-full"),
        ("failed to rename `C:\\v\\x.pyd`: (os error 32)", None, "file-in-use"),
        ("failed to remove file `C:\\v\\Scripts\\python.exe`: (os error 5)", None, "file-in-use"),
        ("failed to hardlink: (os error 396)", "windows", "cloud-folder"),
        ("failed to write to file `C:\\a\\b`: (os error 112)", "linux", "disk-full"),
        ("failed to write to file `/home/a/b`: Broken pipe (os error 32)", "windows", "network-interrupted"),
        ("failed to create file `C:\\" + "d" * 250 + "`: (os error 3)", None, "path-too-long"),
        ("failed to create file `C:\\d`: (os error 206)", None, "path-too-long"),
        ("failed to spawn `C:\\uv.exe`: (os error 4551)", None, "blocked-by-policy"),
        ("failed to write to file `/x`: Disk quota exceeded (os error 122)", None, "disk-full"),
        ("failed to write to file `/x`: Broken pipe (os error 32)", "linux", "network-interrupted"),
        ("failed to write to file `/x`: Input/output error (os error 5)", "linux", "unknown"),
        ("tcp connect error: No route to host (os error 113)", "linux", "network-refused"),
        ("failed to create directory `/c`: (os error 30)", "linux", "read-only-filesystem"),
    ],
)
def test_numbers_speak_where_words_are_translated(text: str, os: str | None, cause: str) -> None:
    assert diagnose(f"error: Failed to install: a\n  cause: {text}\n", Context(os=os)).cause == cause


@pytest.mark.parametrize(
    "text, context, cause",
    [
        (NO_KERNEL, Context(), "unknown"),
        (NO_KERNEL + "\ncode is for sm_50 sm_90", Context(machine=nvidia("12.0")), "gpu-too-new"),
        (NO_KERNEL + "\ncode is for sm_75 sm_90", Context(machine=nvidia("6.1")), "gpu-too-old"),
        ("RuntimeError: Found no NVIDIA driver on your system.", Context(), "driver-missing"),
        (
            "RuntimeError: Found no NVIDIA driver on your system.",
            Context(machine=Machine(in_container=True), phase="verify"),
            "gpu-not-in-container",
        ),
        (
            "RuntimeError: Found no NVIDIA driver on your system.",
            Context(machine=Machine(in_container=True)),
            "driver-missing",
        ),
        ("RuntimeError: No CUDA GPUs are available", Context(environment={"CUDA_VISIBLE_DEVICES": ""}), "gpu-hidden"),
        ("Error 803: system has unsupported display driver / cuda driver combination", Context(), "driver-mismatch"),
        ("CUDA error: CUDA-capable device(s) is/are busy or unavailable", Context(), "gpu-busy"),
        (
            "UserWarning: CUDA initialization: CUDA unknown error - this may be due to an incorrectly set up",
            Context(),
            "cuda-initialization",
        ),
        (
            "ImportError: /lib64/libstdc++.so.6: version `GLIBCXX_3.4.29' not found (required by x.so)",
            Context(),
            "system-library-too-old",
        ),
        (
            "A module that was compiled using NumPy 1.x cannot be run in\nNumPy 2.0.1 as it may crash.",
            Context(),
            "numpy-incompatible",
        ),
        ("PermissionError: [Errno 13] Permission denied: '/dev/kfd'", Context(), "gpu-permission"),
        ("ImportError: x.so: undefined symbol: PyThreadState_GetUnchecked", Context(), "python-unsuitable"),
        ("RuntimeError: operator torchvision::nms does not exist", Context(), "library-conflict"),
        ('OSError: [WinError 1114] DLL init failed. Error loading "c10.dll"', Context(), "windows-library-missing"),
        ("the product in fp32 on cuda:0 differs from the CPU's by 0.4", Context(), "check-wrong-result"),
        ("OSError: [Errno 28] No space left on device", Context(phase="verify"), "disk-full"),
        ("", Context(exit_code=-9), "killed-out-of-memory"),
        ("", Context(exit_code=130), "interrupted"),
        ("ModuleNotFoundError: No module named 'torch.nothing'", Context(), "unknown"),
        ("ModuleNotFoundError: No module named 'torchaudio'", Context(), "unknown"),
    ],
)
def test_what_torch_says(text: str, context: Context, cause: str) -> None:
    assert diagnose(text, context).cause == cause


@pytest.mark.parametrize(
    "library, holder",
    [
        ("libcudart.so.12", "nvidia-cuda-runtime-cu12"),
        ("libcudart.so.13", "nvidia-cuda-runtime"),
        ("libcublasLt.so.13", "nvidia-cublas"),
        ("libcufft.so.11", "nvidia-cufft-cu12"),
        ("libcufft.so.12", "nvidia-cufft"),
        ("libcudnn_ops.so.9", "nvidia-cudnn-cu13 or nvidia-cudnn-cu12"),
        ("libcusparseLt.so.0", "nvidia-cusparselt-cu13 or nvidia-cusparselt-cu12"),
    ],
)
def test_names_the_package_that_holds_a_library(library: str, holder: str) -> None:
    found = diagnose(f"ImportError: {library}: cannot open shared object file: No such file or directory")
    assert found.cause == "cuda-library-missing"
    assert library in found.title
    assert f"package {holder}," in found.explanation


def test_the_package_that_is_installed_once_more_is_the_one_that_the_lock_has() -> None:
    package = LockedPackage("nvidia-cufile-cu12", "1.13", "https://index.example/simple", {})
    project = Project("/p", lock=Lock((), (package,), None, None))
    text = "ImportError: libcufile.so.0: cannot open shared object file: No such file or directory"
    found = diagnose(text, Context(phase="verify", project=project))
    assert found.fixes[0].commands == (("uv", "sync", "--locked", "--reinstall-package", "nvidia-cufile-cu12"),)


def test_what_a_cause_is_told_with_is_in_the_reader_s_language() -> None:
    found = diagnose(
        "error: Extra `cpu` is not defined in the project's `optional-dependencies` table",
        Context(project=Project("/p")),
    )
    assert "the project has none" in found.explanation
    with loud():
        assert "HAS NONE" in shown(found.explanation)


def test_a_full_disk_sends_the_cache_where_there_is_room() -> None:
    disks = (
        Filesystem("/", "ext4", 20 * GIB, 90 * GIB, False, True, False),
        Filesystem("/home", "ext4", 0, 90 * GIB, False, True, False),
        Filesystem("/data", "xfs", 1800 * GIB, 2000 * GIB, False, True, True),
        Filesystem("/dev/shm", "tmpfs", 9000 * GIB, 9000 * GIB, False, True, False),
    )
    said = "failed to write to file `/home/min/.cache/uv/.tmpx/a`: No space (os error 28)"
    text = f"error: Failed to download `a==1`\n  cause: {said}\n"
    found = diagnose(text, Context(filesystems=disks, machine=Machine(os="linux", user="min", home="/home/min")))
    assert found.cause == "disk-full"
    assert "/home has 0 B free" in found.explanation
    assert found.fixes[0].choices == {"settings.cache-dir": "/data/min/uv-cache"}
    assert found.document()["fixes"][0]["choices"] == {"settings": {"cache-dir": "/data/min/uv-cache"}}


def test_secrets_and_control_characters_stay_out() -> None:
    text = "error: Failed to fetch: `https://me:secret@host.example/simple/a/`\n  cause: \x1b[31mdns error\x1b[0m\x07\n"
    found = json.dumps(diagnose(text, Context(environment={"HTTPS_PROXY": "http://u:hidden@p"})).document())
    assert "secret" not in found
    assert "hidden" not in found
    assert "\\u001b" not in found
    assert "host.example" in found


@pytest.mark.parametrize("text", ["", "\n\n", b"\xff\xfe", b"\x80\x81" * 500, "\ud800", "x" * 5_000_000, "{}" * 10])
def test_any_input_is_unknown_and_no_error(text: str | bytes) -> None:
    found = diagnose(text)
    assert found.cause == "unknown"
    assert sum(map(len, found.evidence)) < 5000


def test_unknown_shows_the_last_error_lines() -> None:
    found = diagnose("fine\nerror: The moon is in the wrong house\n  cause: Saturn\n")
    assert found.cause == "unknown"
    assert found.evidence == ("The moon is in the wrong house", "Saturn")


def test_powershells_utf_16_is_read() -> None:
    assert diagnose(OUTDATED.encode("utf-16")).cause == "lock-outdated"


def test_the_last_error_decides() -> None:
    assert diagnose(OUTDATED + REFUSED.format(url="http://a.example/")).cause == "network-refused"


@pytest.mark.same_everywhere
def test_no_rule_looks_back_over_five_megabytes() -> None:
    """Each would take minutes if a pattern were not linear; the suite's own time limit ends it."""
    for piece in (
        "Failed to download `",
        "a",
        " ",
        "⠙ a   ",
        "error: a\n  cause: b\n",
        "  × a\n  ├─▶ b\n",
        "sm_50 ",
        "/dev/nvidia",
        "\n",
    ):
        diagnose(piece * (5_000_000 // len(piece)))


def test_every_cause_is_whole() -> None:
    known = set(causes())
    assert {
        match.cause for place in ("hint", "outer", "inner", "text", "warning", "block") for match in matches(place)
    } <= known
    for cause in known:
        made = of(cause)
        assert made.title
        assert made.explanation
        assert not re.search(r"[{}]", made.title + made.explanation)
        assert made.explanation.isascii()
        assert made.title.isascii()
        assert from_document(json.loads(json.dumps(made.document()))) == made


def test_it_costs_no_interface_and_no_network() -> None:
    heavy = ("httpx", "textual", "rich", "psutil", "tomlkit")
    code = f"import sys, wizard.diagnosis; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_fix_is_a_choice_that_there_is_or_a_command_or_a_message() -> None:
    for cause in causes().values():
        for fix in cause.fixes:
            assert fix.choices or fix.commands or fix.messages, (cause.id, fix.titles)
            for key, value in (fix.choices or {}).items():
                stands_for = {"{local_variant}": "cu121", "{exact_required}": "0.9.30"}.get(value, value)
                if isinstance(stands_for, str) and "{" in stands_for:
                    stands_for = ["name"] if key.startswith("sync.") else "/data/uv-cache"
                checked(key, stands_for)


def test_a_server_keeps_its_name_beside_the_machine_s() -> None:
    """Both are hosts: what is said of the one is not said of the other."""
    text = "error: Failed to fetch: `https://pypi.corp/simple/a/`\n  cause: HTTP status client error (401 Unauthorized) for url (https://pypi.corp/simple/a/)\n"
    for machine in (None, Machine(), Machine(host="gpubox")):
        found = diagnose(text, Context(machine=machine))
        told = str(found.document())
        assert "pypi.corp" in found.title + found.explanation
        assert "gpubox" not in told
        assert any("pypi.corp" in " ".join(argv) for fix in found.fixes for argv in fix.commands or ())
