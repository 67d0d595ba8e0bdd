"""Outside text is safe to show; numbers have units and never promise too much."""

from __future__ import annotations

import pytest

from wizard import text
from wizard.language import shown, spoken


@pytest.mark.parametrize(
    "raw, expected",
    [
        ("plain", "plain"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07after", "after"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("a\x00b\x07c\x9bd", "abcd"),
        ("right\u202eleft", "rightleft"),
        ("tab\there", "tab    here"),
        ("two\nlines", "two\nlines"),
        ("张三 한국어 é", "张三 한국어 é"),
    ],
)
def test_clean(raw: str, expected: str) -> None:
    assert text.clean(raw) == expected


def test_one_line_is_one_line_and_cut() -> None:
    assert text.one_line("a\nb") == "a b"
    assert text.one_line("x" * 100, 20) == "x" * 16 + " ..."


@pytest.mark.parametrize(
    "raw, expected",
    [
        ("https://user:pw@host/simple", "https://***@host/simple"),
        ("at https://token@host and http://b:c@d/", "at https://***@host and http://***@d/"),
        ("https://user:p@ss@host/simple", "https://***@host/simple"),
        ("https://host/a@b", "https://host/a@b"),
        ("git+ssh://git@host/x", "git+ssh://***@host/x"),
    ],
)
def test_masked(raw: str, expected: str) -> None:
    assert text.masked(raw) == expected


@pytest.mark.parametrize(
    "count, standing, needed",
    [
        (0, "0 B", "0 B"),
        (1023, "1023 B", "1023 B"),
        (1024, "1.0 KiB", "1.0 KiB"),
        (int(2.89 * 1024**3), "2.8 GiB", "2.9 GiB"),
        (int(24.9 * 1024**3), "24 GiB", "25 GiB"),
        (5 * 1024**5, "5120 TiB", "5120 TiB"),
    ],
)
def test_standing_sizes_never_turn_fits_into_a_lie(count: int, standing: str, needed: str) -> None:
    assert (text.standing_size(count), text.needed_size(count)) == (standing, needed)


@pytest.mark.parametrize(
    "some, expected",
    [(22, ("22", "24 GiB")), (0.65, ("665 MiB", "24 GiB")), (0, ("0 B", "24 GiB")), (24, ("24", "24 GiB"))],
)
def test_a_part_has_its_unit_where_it_is_another(some: float, expected: tuple[str, str]) -> None:
    """656 MiB that are left of 24 GiB are not 656 GiB."""
    assert text.part_of(int(some * 1024**3), 24 * 1024**3) == expected


@pytest.mark.parametrize(
    "seconds, expected",
    [
        (0, "0 s"), (8.4, "8 s"), (19.4, "19 s"), (71, "70 s"), (140, "2 min 20 s"), (180, "3 min"), (1920, "32 min"),
        (6000, "1 h 40 min"), (7200, "2 h"),
    ],
)  # fmt: skip
def test_span(seconds: float, expected: str) -> None:
    assert text.span(seconds) == expected


def test_a_span_is_told_in_the_reader_s_language() -> None:
    """In a Korean or Chinese sentence a time has its units: 2분 20초, not 2 min 20 s."""
    told = [text.span(seconds) for seconds in (71, 140, 1920, 6000, 7200)]
    with spoken("ko"):
        assert [shown(one) for one in told] == ["70초", "2분 20초", "32분", "1시간 40분", "2시간"]
    with spoken("zh-CN"):
        assert [shown(one) for one in told] == ["70 秒", "2 分 20 秒", "32 分钟", "1 小时 40 分钟", "2 小时"]


@pytest.mark.parametrize(
    "value, expected", [(9.87, "9.87"), (98.7, "98.7"), (987.2, "987"), (9.999, "10.0"), (99.97, "100")]
)
def test_three(value: float, expected: str) -> None:
    assert text.three(value) == expected
