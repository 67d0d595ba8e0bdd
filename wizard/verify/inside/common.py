"""What the stages share."""

from __future__ import annotations

import traceback
from typing import Any


class Short(Exception):
    """A stage found that something is not as it must be: the text that says so, and facts to tell with it."""


def normal(name: str) -> str:
    """A distribution's name as indexes compare it."""
    return name.replace("_", "-").replace(".", "-").lower()


def text_of(error: BaseException) -> str:
    """The traceback, its end where it is long."""
    return "".join(traceback.format_exception(type(error), error, error.__traceback__))[-8000:]


def read(path: str) -> str | None:
    """A small file's text without its end of line, None where there is none to read."""
    try:
        with open(path) as file:
            return file.read().strip() or None
    except OSError:
        return None


def backend(asked: dict[str, Any]) -> tuple[Any, str]:
    """torch's module for the kind of device, and the name of its devices. ROCm's devices are called cuda too."""
    import torch  # type: ignore[import-not-found,unused-ignore]

    kind = asked.get("kind")
    if kind == "intel":
        return torch.xpu, "xpu"
    if kind == "apple":
        return torch.mps, "mps"
    return torch.cuda, "cuda"


def where_of(name: str, facts: dict[str, Any]) -> str:
    """The device as torch takes it: `cuda:0`; there is one `mps`."""
    return name if name == "mps" else "%s:%d" % (name, facts["index"])


def bf16(module: Any, name: str) -> bool:
    """Whether the device has bfloat16 of its own. Only torch.cuda can tell; elsewhere it is tried."""
    if name != "cuda" or not hasattr(module, "is_bf16_supported"):
        return True
    try:
        return bool(module.is_bf16_supported(including_emulation=False))
    except TypeError:  # before torch 2.4 the argument is unknown
        return bool(module.is_bf16_supported())
