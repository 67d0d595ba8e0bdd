"""The page to send: everything escaped, nothing fetched, whole or not there."""

from __future__ import annotations

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
    devices=({"name": "<b>RTX</b>", "compute_capability": "8.6", "memory_mib": 24576, "matmul_tflops": 66.2},),
    checks=(
        Check("torch", "torch loads", True, "2.9.1", None, 3.4),
        Check("kernel", "GPU computes", False, "<script>", "https://a:secret@b.example/"),
        Check("cudnn", "cuDNN works", None, "not run"),
    ),
    diagnosis=diagnose("ImportError: libcudart.so.12: cannot open shared object file"),
    exit_code=3,
)


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not {"src", "href"} & {name for name, _ in attrs}


def test_the_page_draws_the_ladder_and_escapes_all() -> None:
    text = page(FOUND)
    seen = _Tags()
    seen.feed(text)
    assert seen.tags.count("tr") == 1 + 3 + 1 + 1
    assert not {"script", "b", "link", "img"} & set(seen.tags)
    assert "secret" not in text
    for word in ("+ ok", "x failed", "- not run", "66 TFLOP/s", "libcudart.so.12"):
        assert word in text


def test_it_is_written_whole(tmp_path: Path) -> None:
    save(FOUND, str(tmp_path / "page.html"))
    assert [each.name for each in tmp_path.iterdir()] == ["page.html"]
    assert (tmp_path / "page.html").read_text("utf-8") == page(FOUND)


def test_a_folder_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(WizardError, match="can't be written"):
        save(FOUND, str(tmp_path / "no" / "page.html"))
