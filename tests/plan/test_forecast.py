"""What a sync takes, by tables: which disk, how much at least, and when that is too much."""

from __future__ import annotations

import pytest

from wizard.plan.forecast import FEWEST, PACKED, UNPACKED, Part, Place, forecast

pytestmark = pytest.mark.same_everywhere
MIB = 1024**2
BIG, SMALL = Part("torch==2", 100 * MIB), Part("six==1", 1 * MIB)
ALL = (BIG, SMALL)


def cache(room: int | None, inodes: int | None = None, disk: str = "home") -> Place:
    return Place("cache", "/home/me/.cache/uv", disk, f"/{disk}", room, inodes)


def environment(room: int | None, disk: str = "home") -> Place:
    return Place("environment", "/home/me/p/.venv", disk, f"/{disk}", room)


def test_linked_files_are_there_once() -> None:
    found = forecast(ALL, None, cache(10**12), environment(10**12), "link")
    (need,) = found.needs
    assert need.about == int(100 * MIB * UNPACKED) + int(1 * MIB * UNPACKED)
    assert need.at_least == int(100 * MIB * PACKED) + int(MIB * PACKED)
    assert found.download == (101 * MIB, 101 * MIB)
    assert found.told == "101 MiB to fetch, 223 MiB on /home"


def test_copied_files_are_there_twice() -> None:
    linked = forecast(ALL, None, cache(None), environment(None), "link").needs[0]
    copied = forecast(ALL, None, cache(None), environment(None), "copy").needs[0]
    assert (copied.at_least, copied.about) == (2 * linked.at_least, 2 * (linked.about or 0))


def test_two_disks_are_told_apart() -> None:
    found = forecast(ALL, None, cache(10**12), environment(50 * MIB, "data"), "copy")
    assert [need.place.name for need in found.needs] == ["/home", "/data"]
    assert found.short is found.needs[1]
    assert found.short.told == "about 223 MiB needed, /data has 50 MiB free"


def test_a_clone_takes_a_file_and_no_room() -> None:
    linked, cloned = (
        forecast(ALL, None, cache(None), environment(None, "data"), how).needs[1] for how in ("link", "clone")
    )
    assert (linked.about, linked.files_at_least) == (0, 0)
    assert (cloned.about, cloned.files_at_least) == (0, 2 * FEWEST)


@pytest.mark.parametrize(
    "fetched, least, most, told",
    [
        (0, 0, 0, "nothing to fetch"),
        (1, MIB, 100 * MIB, "100 MiB at most"),  # uv says how many, not which
        (2, 101 * MIB, 101 * MIB, "101 MiB to fetch"),
        (9, 101 * MIB, 101 * MIB, "101 MiB to fetch"),
    ],
)
def test_what_is_in_the_cache_is_not_fetched(fetched: int, least: int, most: int, told: str) -> None:
    found = forecast(ALL, fetched, cache(50 * MIB), environment(50 * MIB), "link")
    assert found.download == (least, most)
    assert found.fetches == told
    assert (found.short is not None) == (least > 50 * MIB)


def test_what_nobody_tells_is_not_made_up() -> None:
    found = forecast((BIG, Part("odd==1", None)), None, cache(None), environment(None), None)
    assert found.download == (100 * MIB, None)
    assert found.unknown == ("odd==1",)
    assert found.fetches == "100 MiB or more to fetch"
    assert found.needs[0].about is None
    assert found.short is None
    assert found.tight is None
    assert found.document()["download_bytes"] is None
    assert found.document()["disks"][0]["enough"] is None
    nothing = forecast((Part("odd==1", None),), None, cache(10), environment(10), "copy")
    assert (nothing.fetches, nothing.short) == ("size not known", None)
    assert forecast((), 0, cache(0), environment(0), "link").fetches == "nothing to install"


@pytest.mark.parametrize(
    "room, unpacked, short, tight, close",
    [
        (94 * MIB, None, True, True, True),  # not even what is fetched fits
        (150 * MIB, None, False, True, True),  # the estimate does not
        (300 * MIB, None, False, False, True),  # it may be wrong
        (999 * MIB, None, False, False, False),
        (300 * MIB, 310 * MIB, True, True, False),  # the wheel's own directory says so
        (312 * MIB, 310 * MIB, False, False, False),
    ],
)
def test_when_it_does_not_fit(room: int, unpacked: int | None, *, short: bool, tight: bool, close: bool) -> None:
    part = Part("torch==2", 100 * MIB, unpacked, None if unpacked is None else 100)
    found = forecast([part], 1, cache(room), environment(room), "link")
    (need,) = found.needs
    assert (need.short, need.tight, need.close) == (short, tight, close)
    assert (found.short is need, found.tight is need) == (short, tight)


def test_files_can_run_out_before_bytes() -> None:
    counted = Part("numpy==2", MIB, 3 * MIB, 1042)
    (need,) = forecast([counted], 1, cache(10**12, 299), environment(10**12), "link").needs
    assert need.short
    assert need.told == "1042 files to place, /home takes 299 more"
    (unread,) = forecast([SMALL], 1, cache(10**12, 700), environment(10**12), "link").needs
    assert (unread.short, unread.tight, unread.close) == (False, False, True)


def test_the_time_follows_the_measured_rate() -> None:
    assert forecast(ALL, None, cache(None), environment(None), "link", 1024.0 * 1024).seconds == pytest.approx(101)
    assert forecast(ALL, None, cache(None), environment(None), "link").seconds is None


def test_what_will_be_installed_keeps_its_sizes_for_the_run() -> None:
    parts = [Part("numpy==2.4.6", 16_000_000), Part("rich==15.0.0", None), Part("by-the-lock", 5)]
    found = forecast(parts, None, cache(10**12), environment(10**12), "link")
    assert found.sizes == {"numpy==2.4.6": 16_000_000}
