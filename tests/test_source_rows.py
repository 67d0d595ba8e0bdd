from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from wizard.language import _, said, shown, spoken
from wizard.mirrors import kept
from wizard.mirrors.record import Measurement, Mirror, MirrorResult
from wizard.text import cells
from wizard.told.headlines import whence
from wizard.told.phrases import measured_rate
from wizard.told.sources import about_source, ago, best, block, gain, shortened

MIB = 1024**2
MIRRORS = [
    Mirror("official", "pypi", None, official=True),
    Mirror("tuna", "pypi", "https://a.test/simple", operator="TUNA"),
    Mirror("bfsu", "pypi", "https://b.test/simple"),
    Mirror("aliyun", "pypi", "https://c.test/simple"),
    Mirror("broken", "pypi", "https://d.test/simple", offer=False),
    Mirror("nju", "pytorch", "https://e.test/whl"),
]


def result(name: str, rate: float | None, *, ok: bool = True, **more: object) -> MirrorResult:
    return MirrorResult(name, "", ok, 20.0, None if rate is None else rate * MIB, 0.2, **more)  # type: ignore[arg-type]


MEASURED = {
    one.id: one
    for one in (
        result("official", 1.1, official=True),
        result("tuna", 9.8),
        result("bfsu", 10.3),
        result("aliyun", None, ok=False, why_not="not an index"),
    )
}


def test_the_fastest_comes_first_and_what_failed_last() -> None:
    rows = block("pypi", MIRRORS, MEASURED, "fastest", measuring=False)
    assert [row.name for row in rows] == ["BFSU", "TUNA", "official", "Aliyun"]
    assert [row.chosen for row in rows] == [True, False, False, False]
    assert rows[0].rate == "10.3 MiB/s"
    assert rows[3].result == "x not an index"
    assert rows[2].behind == "-"


WHYS = (
    said("a web page, not a package index"), said("a web page, not a file"), said("has no file of {project}", project="x"),
    said("has no {name} ({status})", name="cpython-3.13.1-x86_64-unknown-linux-gnu.tar.gz", status=404),
    said("answers {status} for {project}", status=503, project="charset-normalizer"), said("no such host"),
    said("asks for a sign-in (401)"), said("refuses (403)"), said("too many requests (429)"), said("no answer in time"),
    said("its metadata has another hash than stated"), said("its certificate is not trusted"), said("no connection"),
    said("the connection broke"), said("the proxy refused"), said("sends you round in circles"),
    said("its answer has no end"), said("broken JSON"), said("JSON, but no list of files"),
)  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh-CN", "ko"])
@pytest.mark.parametrize("why", WHYS)
def test_why_it_failed_fits_its_column(why: str, language: str) -> None:
    with spoken(language):
        failed = replace(result("tuna", None, ok=False), why_not=why)
        told = next(
            row for row in block("pypi", MIRRORS, {"tuna": failed}, "official", measuring=False) if row.name == "TUNA"
        )
        assert told.result.startswith("x ")
        assert cells(told.result) <= 18


def test_what_was_kept_is_told_in_the_reader_s_language(tmp_path: Path) -> None:
    why = said("has no {name} ({status})", name="x.whl", status=404)
    failed = replace(result("tuna", None, ok=False), why_not=why)
    kept.store(tmp_path, Measurement("pypi", (failed,), None, 1000.0, 1, "pygments"))
    found = kept.load(tmp_path, "pypi", now=1001.0)
    assert found is not None
    with spoken("ko"):
        assert shown(found.results[0].why_not or "") == shown(why) != str(why)


def test_before_measuring_the_official_one_is_chosen_and_nothing_is_claimed() -> None:
    rows = block("pypi", MIRRORS, {}, "official", measuring=False)
    assert [row.name for row in rows] == ["official", "TUNA", "BFSU", "Aliyun"]
    assert {(row.rate, row.answer_ms, row.behind, row.result) for row in rows} == {("-", None, "-", "-")}
    assert [row.chosen for row in rows] == [True, False, False, False]


def test_while_measuring_each_says_where_it_is() -> None:
    partly = {"tuna": result("tuna", 9.8), "bfsu": result("bfsu", None, state="sound")}
    rows = block("pypi", MIRRORS, partly, "official", measuring=True)
    assert {row.name: row.result for row in rows} == {
        "TUNA": "+ ok", "BFSU": "> measuring", "official": ". waiting", "Aliyun": ". waiting",
    }  # fmt: skip
    assert best(partly.values()) == "tuna"


def test_an_address_of_ones_own_is_a_row() -> None:
    rows = block("pypi", MIRRORS, {}, "https://mirror.example/simple", measuring=False)
    assert [row.name for row in rows if row.chosen] == ["mirror.example"]


def test_a_retired_mirror_is_shown_only_where_it_is_chosen() -> None:
    assert "broken" not in {row.value for row in block("pypi", MIRRORS, {}, "official", measuring=False)}
    assert "broken" in {row.value for row in block("pypi", MIRRORS, {}, "broken", measuring=False)}


@pytest.mark.parametrize("count", [1, 2, 3, 9])
def test_the_chosen_and_the_official_row_are_never_left_out(count: int) -> None:
    rows = block("pypi", MIRRORS, MEASURED, "aliyun", measuring=False)
    kept = shortened(rows, count)
    assert {"aliyun", "official"} <= {row.value for row in kept}
    assert len(kept) == min(max(count, 2), len(rows))


def test_what_a_source_is_worth() -> None:
    told = gain(MEASURED.values(), "bfsu", 2_300_000_000)
    assert told == "For this project about 3 min 30 s instead of about 33 min"
    assert gain(MEASURED.values(), "official", 1) is None
    assert gain([], "bfsu", 1) is None
    assert gain(MEASURED.values(), "bfsu", 0) == "9 times as fast as the official source"


@pytest.mark.parametrize(
    "age, told",
    [(None, "Not measured. F5 measures."), (5, "Measured just now."), (130, "Measured 2 min ago."),
     (7300, "Measured 2 h ago."), (2 * 86400, "Measured 2 days ago.")],
)  # fmt: skip
def test_how_long_ago(age: float | None, told: str) -> None:
    measurement = None if age is None else Measurement("pypi", (), None, at=1e9)
    assert ago(measurement, 1e9 + (age or 0)) == told


HELD = "uv checks each file against uv.lock, whoever sends it."


@pytest.mark.parametrize(
    "mirror, found, told",
    [
        (MIRRORS[0], None, ["The makers' own. Mirrors are compared with it.", HELD]),
        (
            Mirror("aliyun", "pypi", "https://c.test/simple", country="CN", evidence="measured-lock"),
            result("aliyun", 3.0, upload_times=False, metadata_files=False, files_host="files.c.test"),
            [
                "In China.",
                "Others' uv.lock files were made with it.",
                "Its files come from files.c.test.",
                "Does not say when a file came out: a date limit (exclude-newer) finds nothing here.",
                "uv lock has to fetch whole packages here to learn what they need.",
                HELD,
            ],
        ),
        (
            Mirror("one", "python", "https://f.test", country="KR", status="retired", blocks=True, redirects=True),
            result("one", None, ok=False, upload_times=False, metadata_files=False),
            [
                "In Korea.",
                "Given up, as far as is known.",
                "May refuse a network that fetches a lot.",
                "Sends some requests on to another operator.",
                "uv checks each Python against its own list, whoever sends it.",
            ],
        ),
    ],
)
def test_what_is_known_of_a_source(mirror: Mirror, found: MirrorResult | None, told: list[str]) -> None:
    assert list(about_source(mirror, found)) == told


@pytest.mark.parametrize("language", ["en", "zh-CN", "ko"])
def test_the_longest_names_fit_their_line(language: str) -> None:
    with spoken(language):
        told = whence(_("Recommended"), {"pypi": "Volcengine", "pytorch": "Aliyun", "python": "Npmmirror"}, 76)
        assert cells(told) <= 76
        assert "Npmmirror" in told
        rate = f" ({measured_rate(89.3 * MIB)})"
        none = _("Nothing to decide: no mirror is faster than the official one{told}.", told=rate)
        assert cells(none) <= 76
