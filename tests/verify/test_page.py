"""The page to send: everything escaped, nothing fetched, whole or not there."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from wizard.diagnosis import diagnose
from wizard.errors import WizardError
from wizard.verify.page import page, save
from wizard.verify.record import Check, Verification

FOUND = Verification(
    ok=False,
    require="gpu",
    python="3.12.11",
    torch={"version": "2.9.1"},
    devices=(
        {
            "name": "<b>RTX</b>",
            "compute_capability": "8.6",
            "memory_mib": 24576,
            "matmul_tflops": 66.2,
            "holders": [{"pid": 7, "name": "Xorg", "used_mib": 410}],
        },
    ),
    checks=(
        Check("torch", "torch loads", True, "2.9.1", None, 3.4),
        Check("kernel", "GPU computes", False, "<script>", "https://a:secret@b.example/"),
        Check("cudnn", "cuDNN works", None, "not run"),
    ),
    diagnosis=diagnose("ImportError: libcudart.so.12: cannot open shared object file"),
    exit_code=3,
    facts={"environment": {"version": "3.12.11", "versions": {"nvidia-cudnn-cu12": "9.10.2"}}},
    began="2026-11-21T10:00:00+00:00",
)


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.policy = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "meta" and dict(attrs).get("http-equiv") == "Content-Security-Policy":
            self.policy = dict(attrs)["content"] or ""
        assert not {"src", "href"} & {name for name, _ in attrs}


def test_the_page_draws_the_ladder_and_escapes_all() -> None:
    text = page(FOUND)
    seen = _Tags()
    seen.feed(text)
    assert seen.tags.count("li") == 3 + len(FOUND.diagnosis.fixes if FOUND.diagnosis else ())
    assert not {"script", "link", "img", "a", "iframe", "form"} & set(seen.tags)
    assert "default-src 'none'" in seen.policy
    assert "secret" not in text
    assert "<b>RTX</b>" not in text
    for mark, word in (("+", "ok"), ("x", "failed"), ("-", "not run")):
        assert f'<b class="mark">{mark}</b><span class="word">{word}</span>' in text
    for word in ("66 TFLOP/s", "libcudart.so.12", "nvidia-cudnn-cu12", "2026-11-21T10:00:00+00:00", "holds 410 MiB"):
        assert word in text


def test_the_style_fetches_nothing_and_no_home_is_named() -> None:
    home = os.path.expanduser("~")
    told = replace(FOUND, torch={"version": "2.9.1", "file": f"{home}/project/.venv/torch/__init__.py"})
    text = page(told)
    assert "~/project/.venv" in text
    assert len(home) <= 3 or home not in text
    assert not re.search(r"url\(|@import|@font-face|https?:", text.partition("</style>")[0])


def test_what_is_usual_is_drawn_and_a_slow_card_told() -> None:
    device = {"name": "NVIDIA GeForce RTX 3090", "matmul_tflops": 41.0, "matmul_dtype": "bf16", "throttled": ["heat"]}
    text = page(replace(FOUND, devices=(device,)))
    assert "41 TFLOP/s, usual 65 to 83" in text
    assert "the driver holds its clocks back: heat" in text


def test_it_is_written_whole(tmp_path: Path) -> None:
    save(FOUND, str(tmp_path / "page.html"))
    assert [each.name for each in tmp_path.iterdir()] == ["page.html"]
    assert (tmp_path / "page.html").read_text("utf-8") == page(FOUND)


def test_a_folder_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(WizardError, match="can't be written"):
        save(FOUND, str(tmp_path / "no" / "page.html"))
