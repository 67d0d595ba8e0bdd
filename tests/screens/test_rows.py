"""Rows against the wireframes, cell by cell, and against names that are too long or wider than their letters."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from screens import mirror_rows, rows
from wizard.told import phrases
from wizard.told.sources import SourceRow

pytestmark = pytest.mark.same_everywhere

MIB, GIB = 1024**2, 1024**3


def test_the_bar_is_the_wireframes() -> None:
    assert str(rows.bar(57, 100)) == "[" + "#" * 38 + "." * 30 + "]  57 %"


@pytest.mark.parametrize("done, total", [(0, 0), (0, 7), (1, 7), (6, 7), (7, 7), (9, 7), (10**12 - 1, 10**12)])
@pytest.mark.parametrize("width", [52, 76, 96])
def test_a_bar_keeps_its_width_and_is_full_only_at_the_end(done: int, total: int, width: int) -> None:
    bar = rows.bar(done, total, width)
    assert cell_len(str(bar)) == width
    assert (bar.rest == "") == (done >= total)


@pytest.mark.parametrize(
    "values, line",
    [
        (
            (1.61 * GIB, 2.83 * GIB, 18.4 * MIB, 70.0, 0.0, (24, 31)),
            "1.61 of 2.83 GiB    18.4 MiB/s    about 70 s left    24 of 31 packages",
        ),
        (
            (1.61 * GIB, 2.83 * GIB, 18.4 * MIB, 70.0, 24.4, (24, 31)),
            "1.61 of 2.83 GiB    no data for 24 s    time left unknown    24 of 31",
        ),
        ((1.37 * GIB, None, None, None, 1.0, (4, None)), "1.37 GiB so far    measuring the rate    time left unknown"),
        (
            (0, 783 * MIB, None, None, None, (0, 31)),
            "0.00 of 783 MiB    measuring the rate    time left unknown    0 of 31 packages",
        ),
        (
            (5 * MIB, 783 * MIB, 512.0, 90000.0, 3.0, (0, 31)),
            "5.00 of 783 MiB    512 B/s    about 25 h left    0 of 31 packages",
        ),
    ],
)
def test_the_progress_line(
    values: tuple[float, float | None, float | None, float | None, float, tuple[int, int]], line: str
) -> None:
    done, total, rate, eta, silent, count = values
    shown = rows.progress_line(
        int(done), None if total is None else int(total), rate, eta_s=eta, silent_s=silent, count=count
    )
    assert shown == line or shown == line.removesuffix(" packages")
    assert cell_len(shown) <= 76


@pytest.mark.parametrize(
    "values, row",
    [
        (("torch", "2.14.1+cu126", 520, 783, 8.1),
         "torch                   2.14.1+cu126     520 of 783 MiB   66 %   8.1 MiB/s"),
        (("nvidia-cusparselt-cu12", "0.7.1", 18, 149, 1.3),
         "nvidia-cusparselt-cu12  0.7.1           18.0 of 149 MiB   12 %   1.3 MiB/s"),
    ],
)  # fmt: skip
def test_a_package_under_way(values: tuple[str, str, int, int, float], row: str) -> None:
    name, version, done, total, rate = values
    assert rows.package_row(name, version, done * MIB, total * MIB, rate * MIB) == row


def test_a_package_that_waits_for_a_retry() -> None:
    row = rows.package_row("torch", "2.14.1+cu126", 520 * MIB, 783 * MIB, None, waiting=True)
    assert row == "torch                   2.14.1+cu126     520 of 783 MiB   66 %   waiting"


@pytest.mark.parametrize("name", ["x" * 90, "软件包" * 20, "패키지", "[red]markup[/red]", "a\x1b[31mb"])
@pytest.mark.parametrize("version", [None, "1.0", "2025.12.31.post20251231+cu126.local"])
@pytest.mark.parametrize("total", [None, 12, 900 * GIB])
def test_no_name_moves_a_column(name: str, version: str | None, total: int | None) -> None:
    row = rows.package_row(name, version, 10, total, 1023.6 * 1024)
    assert cell_len(row) <= 76
    assert "\x1b" not in row
    if total:
        assert row.endswith("1024 KiB/s")
        assert cell_len(row) == 74


def test_names_go_as_far_as_the_row() -> None:
    names = ["nvidia-nccl-cu12", "nvidia-cufft-cu12", "nvidia-cusolver-cu12"]
    assert rows.named_row(3, "waiting", names) == "3 waiting: nvidia-nccl-cu12, nvidia-cufft-cu12, nvidia-cusolver-cu12"
    four = ["nvidia-cusparselt-cu12", "nvidia-nccl-cu12", "nvidia-cufft-cu12", "nvidia-cusolver-cu12"]
    assert (
        rows.named_row(4, "waiting", four)
        == "4 waiting: nvidia-cusparselt-cu12, nvidia-nccl-cu12, nvidia-cufft-cu12, ..."
    )
    assert rows.named_row(400, "waiting", ["n" * 90] * 400) == "400 waiting"


@pytest.mark.parametrize(
    "values, row",
    [
        ((1, "ok", "Packages are those of uv.lock", "31 packages", 0.1),
         " 1 + ok       Packages are those of uv.lock       31 packages          0.1 s"),
        ((11, "waiting", "cuDNN works", None, None), "11 . waiting  cuDNN works"),
        ((7, "failed", "torch sees the GPUs that are here", "0 of 1", 0.4),
         " 7 x failed   torch sees the GPUs that are here   0 of 1               0.4 s"),
        ((8, "not run", "Variant has code for the GPU", None, None), " 8 - not run  Variant has code for the GPU"),
    ],
)  # fmt: skip
def test_a_rung(values: tuple[int, str, str, str | None, float | None], row: str) -> None:
    shown = rows.check_row(*values)
    assert shown.rstrip() == row
    assert cell_len(shown) == 76


def test_a_fix_says_where_it_leads() -> None:
    row = rows.fix_row(1, "Move the cache to /data, which has 1.8 TiB free", "review")
    assert row == "1 Move the cache to /data, which has 1.8 TiB free             to the review"
    assert cell_len(rows.fix_row(9, "z" * 200, "message", tried=True)) == 75


UV_SAID = [
    "Resolved 31 packages in 5ms",
    "error: Failed to download `nvidia-cudnn-cu12==9.10.2.21`",
    "  cause: Failed to extract archive: nvidia_cudnn_cu12-9.10.2.21-py3-none-manylinux_2_27_x86_64.whl",
    "  cause: I/O operation failed during extraction",
    "  cause: failed to write to file `/home/min/.cache/uv/.tmpyeaAID/nvidia/cudnn/lib/libcudnn_adv.so.9`",
    "         No space left on device (os error 28)",
]


def test_evidence_stands_among_the_lines_before_it() -> None:
    assert rows.evidence_rows([UV_SAID[4].strip(), UV_SAID[5].strip()], UV_SAID) == [
        "  error: Failed to download `nvidia-cudnn-cu12==9.10.2.21`",
        "    cause: Failed to extract archive: nvidia_cudnn_cu12-9.10.2.21-py3-n ...",
        "    cause: I/O operation failed during extraction",
        ">   cause: failed to write to file `/home/min/.cache/uv/.tmpyeaAID/nvid ...",
        ">          No space left on device (os error 28)",
    ]


def test_evidence_that_the_log_lacks_stands_alone() -> None:
    assert rows.evidence_rows(["driver 550\nis too old"], UV_SAID) == ["> driver 550", "> is too old"]


@pytest.mark.parametrize(
    "values, row",
    [
        (("packages", True, "BFSU", 10.3 * MIB, 18, "0 h", "+ ok"),
         "packages   (*) BFSU       10.3 MiB/s    18 ms   0 h      + ok"),
        (("", False, "official", 1.1 * MIB, 212, "-", "+ ok"),
         "           ( ) official    1.1 MiB/s   212 ms   -        + ok"),
        (("", False, "BFSU", None, 18, "0 h", "> measuring"),
         "           ( ) BFSU       -             18 ms   0 h      > measuring"),
        (("", False, "NJU", None, None, "-", ". waiting"),
         "           ( ) NJU        -            -        -        . waiting"),
    ],
)  # fmt: skip
def test_a_source(values: tuple[str, bool, str, float | None, float | None, str, str], row: str) -> None:
    what, chosen, name, rate, answer, behind, result = values
    source = SourceRow("pypi", name, name, chosen, phrases.measured_rate(rate), answer, behind, result)
    assert mirror_rows.mirror_row(what, source) == row


def test_a_build_of_torch() -> None:
    row = rows.torch_row(False, "torch 2.15.0 cu132", "in uv.lock", "x fails here: needs driver 580")
    assert row == "( ) torch 2.15.0 cu132     in uv.lock    x fails here: needs driver 580"
    assert rows.torch_row(False, "another version or variant", "", "") == "( ) another version or variant"


def test_a_run() -> None:
    row = rows.run_row("running", "/data/min/vision", "14:02, 3 min ago", "57 %, about 70 s left")
    assert row == "> running      /data/min/vision    14:02, 3 min ago   57 %, about 70 s left"
    assert rows.run_row("interrupted", "/data/min/asr", "19 Nov 18:40", "the machine restarted") == (
        "! interrupted  /data/min/asr       19 Nov 18:40       the machine restarted"
    )


def test_words_are_broken_at_blanks() -> None:
    assert rows.wrapped("one two three four", 9, 2) == ["one two", "three ..."]
    assert rows.wrapped("a b", 9, 2) == ["a b"]
    assert rows.wrapped("", 9, 2) == []
    assert all(cell_len(row) <= 9 for row in rows.wrapped("한국어 단어들이 여럿 있는 문장입니다", 9, 3))


@pytest.mark.parametrize("seconds, shown", [(0, "0 s"), (24.9, "24 s"), (59.9, "59 s"), (140, "2 min 20 s")])
def test_a_counted_length_of_time(seconds: float, shown: str) -> None:
    assert phrases.whole_span(seconds) == shown
