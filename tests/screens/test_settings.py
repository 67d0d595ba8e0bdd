"""The settings screen: what becomes of the old cache, its size, and where each setting comes from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from textual.events import Key
from textual.widgets import Input

from screens.app import WizardApp
from screens.asking import MarkSheet
from screens.settings_text import now_told, side_told
from screens.walk import Walk
from tests.screens.made_up import MadeUpWay, machine
from tests.screens.running import shows, text_of, until
from tests.support.loud import loud
from wizard.advice.setting_states import states
from wizard.choices import Choices
from wizard.machine.facts import CacheFolder


@pytest.fixture
def way(tmp_path: Path) -> MadeUpWay:
    """A way whose cache of 2 MiB lies in the folder of the test, and a new folder chosen for it."""
    cache = tmp_path / "old"
    cache.mkdir()
    (cache / "CACHEDIR.TAG").write_bytes(b"x" * 2 * 1024**2)
    found = MadeUpWay(known=replace(machine(), cache=CacheFolder(str(cache), exists=True, marked=True)))
    found.choose("settings.cache-dir", "/data/min/uv-cache")
    return found


async def test_the_old_cache_is_kept_moved_or_dropped(way: MadeUpWay) -> None:
    app = WizardApp(Walk(way))  # type: ignore[arg-type]
    async with app.run_test(size=(80, 24)) as pilot:
        app.show("settings")
        await until(pilot, shows(app, "(2.0 MiB)"))
        assert "stays where it is." in text_of(app)
        await pilot.press("o")
        await until(pilot, lambda: isinstance(app.screen, MarkSheet))
        await until(pilot, shows(app, "(*) old cache: keep"))
        assert "clearing the cache then breaks every environment" in text_of(app)
        await pilot.press("end", "up", "space", "tab", "enter")
        await until(pilot, shows(app, "is moved to the new folder."))
        assert way.choices.said("settings.old-cache") == ("move", "screen")
        assert way.choices.said("settings.link-mode") == ("auto", "default"), "what was not touched stays whose it was"


@pytest.mark.parametrize("good", [False, True])
async def test_next_waits_for_the_folder_that_was_typed_last(
    good: bool, way: MadeUpWay, tmp_path: Path, entered: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pressed within the 0.4 s before it is tried: what can't be used is said here, not by the run."""
    monkeypatch.setattr("screens.settings.PATIENCE", 120.0)
    way.choose("settings.cache-dir", None)
    folder = tmp_path / "new"
    if not good:
        folder.write_text("a file")
    app = WizardApp(Walk(way))  # type: ignore[arg-type]
    async with app.run_test(size=(80, 24)) as pilot:
        app.show("settings")
        await until(pilot, lambda: "settings" in entered)  # and Next has the focus
        field = app.screen.query_one("#cache Input", Input)
        field.focus()
        await until(pilot, lambda: app.focused is field)  # what has no focus is drawn anew with what was chosen
        field.value = str(folder)
        await pilot.press("ctrl+n")
        if good:
            await until(pilot, lambda: app.screen.id == "mirrors")
        else:
            await until(pilot, shows(app, "Correct the cache folder"))
            assert app.screen.id == "settings"
            assert "That is a file." in text_of(app)
        assert way.choices.text("settings.cache-dir") == str(folder)


async def test_keys_that_arrive_all_at_once_go_to_both_fields(way: MadeUpWay, entered: list[str]) -> None:
    way.choose("settings.cache-dir", None)
    app = WizardApp(Walk(way))  # type: ignore[arg-type]
    async with app.run_test(size=(80, 24)) as pilot:
        app.show("settings")
        await until(pilot, lambda: "settings" in entered)
        fields = [app.screen.query_one(f"#{name} Input", Input) for name in ("cache", "pythons")]
        await until(pilot, lambda: fields[0] in app.screen.focus_chain)
        fields[0].focus()
        await until(pilot, lambda: app.focused is fields[0])
        before = [field.value for field in fields]
        for key in ("a", "enter", "b", "up", "c"):
            app.post_message(Key(key, key if len(key) == 1 else None))
        await until(pilot, lambda: [field.value for field in fields] == [f"{before[0]}ac", f"{before[1]}b"])
        assert app.focused is fields[0]


async def test_an_old_cache_that_can_not_be_moved_says_why(way: MadeUpWay) -> None:
    assert way.machine.cache is not None
    way.machine = replace(way.machine, cache=replace(way.machine.cache, link=True))
    way.choose("settings.old-cache", "drop")
    app = WizardApp(Walk(way))  # type: ignore[arg-type]
    async with app.run_test(size=(120, 24)) as pilot:
        app.show("settings")
        await until(pilot, shows(app, "stays: it is a link to another folder."))


@pytest.mark.same_everywhere
def test_the_side_names_every_place_and_the_one_that_wins() -> None:
    home = "/home/min"
    here = replace(
        machine(), home=home, environment={"UV_CACHE_DIR": f"{home}/c"},
        files={f"{home}/.zshrc": b"export UV_LINK_MODE=copy\n", f"{home}/.bashrc": b"\nexport UV_CACHE_DIR=/other\n",
               f"{home}/.config/uv/uv.toml": b"cache-dir = '/t'\n"},
    )  # fmt: skip
    here = replace(here, folders={**here.folders, "user_uv_toml": f"{home}/.config/uv/uv.toml"})
    told = " ".join(side_told(here, states(here, Choices(), None), ["A reason."]).split())
    assert "+ wins: ~/c, UV_CACHE_DIR in this terminal" in told
    assert "not in this terminal: /other, UV_CACHE_DIR in ~/.bashrc line 2" in told
    assert "behind it: /t, ~/.config/uv/uv.toml line 1" in told
    assert "not in this terminal: copy, UV_LINK_MODE in ~/.zshrc line 1 + wins: auto, uv's own" in told
    assert told.endswith("+ A reason.")


@pytest.mark.same_everywhere
def test_what_sets_a_setting_is_said_in_the_reader_s_language() -> None:
    here = replace(
        machine(), environment={"UV_CACHE_DIR": "/c"}, files={"/h/.bashrc": b"export UV_CACHE_DIR=/c\n"}, home="/h"
    )
    cache = states(here, Choices(), None)[0]
    assert cache.source is not None
    assert cache.source.at == "~/.bashrc line 1"
    with loud():
        assert "~/.bashrc LINE 1" in now_told(here, cache, 70)


async def test_a_link_mode_that_a_file_sets_is_said_with_its_line_at_80_cells() -> None:
    home = "/home/min"
    configs = ((f"{home}/.config/uv/uv.toml", b"cache-dir = '/data/a/very/long/path/to/some/folder/uv-cache'\n"),
               ("/etc/xdg/uv/uv.toml", b"# the system's\nlink-mode = 'copy'\n"))  # fmt: skip
    bashrc = {f"{home}/.bashrc": b"\n\nexport UV_PYTHON_INSTALL_DIR=/data/pythons\n"}
    environment = {"UV_PYTHON_INSTALL_DIR": "/data/pythons"}
    known = replace(machine(), home=home, environment=environment, files=bashrc, uv_configs=configs, cache=None)
    way = MadeUpWay(known=known)
    app = WizardApp(Walk(way))  # type: ignore[arg-type]
    async with app.run_test(size=(80, 24)) as pilot:
        app.show("settings")
        await until(pilot, shows(app, "Link mode      now copy, /etc/xdg/uv/uv.toml line 2"))
        assert "now /data/pythons, ~/.bashrc line 3" in text_of(app)
        assert "cache, ~/.config/uv/uv.toml line 1" in text_of(app)
        way.choose("settings.link-mode", "symlink")
        app.screen.redraw()  # type: ignore[attr-defined] # every step screen has it
        await until(pilot, shows(app, "Link mode      symlink: clearing the cache then breaks every environment"))
