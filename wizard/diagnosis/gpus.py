"""GPU generations in torch's texts: the card's, and those that a build has code for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from wizard.diagnosis.scene import Scene

_CARD = (
    re.compile(r"(?P<gpu>[A-Z][\w /().+-]{2,60}?) with CUDA capability sm_(?P<sm>\d+)\w? is not compatible"),
    re.compile(
        r"Found GPU\d+ (?P<gpu>.{2,60}?) which is of (?:cuda capability|compute capability \(CC\)) (?P<cc>\d+\.\d+)"
    ),
    re.compile(r"(?P<gpu>)your device is of CUDA capability (?P<cc>\d+\.\d+)"),
    re.compile(r"(?P<gpu>[A-Z][\w /().+-]{2,60}?) \(compute capability (?P<cc>\d+\.\d+)\) has no code"),
)
_CODES = r"((?:(?:sm|compute)_\d+\w?[ ,]*)+)"
_LIST = re.compile(rf"supports (?:the following )?CUDA capabilities:? {_CODES}|code is for {_CODES}")
_RANGE = re.compile(
    r"supported by this version of PyTorch is \((\d+\.\d+)\) - \((\d+\.\d+)\)"
    r"|minimum cuda capability supported by this library is (\d+\.\d+)"
)
_BUILT = re.compile(r"- (\d+\.\d+) which supports hardware CC")
_SM = re.compile(r"(?:sm|compute)_(\d+)")


@dataclass(frozen=True)
class Generations:
    """The card's generation as (major, minor), and the oldest and newest that the build has code for."""

    gpu: str | None
    card: tuple[int, int] | None
    oldest: tuple[int, int] | None
    newest: tuple[int, int] | None

    @property
    def newer(self) -> bool | None:
        """Whether the card is newer than the build's code; None: can't be told."""
        if self.card is None:
            return None
        if self.newest is None:
            return None
        return self.card > self.newest

    @property
    def older(self) -> bool | None:
        """Whether it is older."""
        if self.card is None or self.oldest is None:
            return None
        return self.card < self.oldest


def generations(scene: Scene) -> Generations:
    """What the text says, and where it is silent, the machine's first NVIDIA GPU."""
    text = scene.text
    gpu, card = _card(text)
    if card is None:
        for each in scene.gpus or ():
            if each.vendor == "nvidia" and each.compute_capability:
                gpu, card = each.name, version(each.compute_capability)
                break
    codes = _codes(text)
    return Generations(gpu, card, min(codes, default=None), max(codes, default=None))


def version(text: str) -> tuple[int, int]:
    """`8.6` and `86` as (8, 6); `120` as (12, 0)."""
    if "." in text:
        major, minor = text.split(".", 1)
        return int(major), int(minor)
    return int(text[:-1] or 0), int(text[-1])


def _card(text: str) -> tuple[str | None, tuple[int, int] | None]:
    for pattern in _CARD:
        found = pattern.search(text)
        if found:
            values = found.groupdict()
            return (values["gpu"] or "").strip() or None, version(values.get("sm") or values["cc"])
    return None, None


def _codes(text: str) -> list[tuple[int, int]]:
    listed = _LIST.search(text)
    if listed:
        return [version(number) for number in _SM.findall(listed[1] or listed[2])]
    span = _RANGE.search(text)
    if span:
        return [version(number) for number in span.groups() if number]
    return [version(number) for number in _BUILT.findall(text)]
