"""Which language the environment asks for; wizard.language says by what order."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping

LANGUAGES = {"en": "", "zh-CN": "zh_CN", "ko": "ko"}
"""What UV_WIZARD_LANG takes, and the catalogue of each."""


def chosen(environment: Mapping[str, str]) -> tuple[str, str]:
    """(The language that these variables ask for, the value of UV_WIZARD_LANG where it names none of ours)."""
    asked = environment.get("UV_WIZARD_LANG", "").strip()
    if asked:
        known = _known(asked)
        return known or "en", "" if known else asked
    locale = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := environment.get(name, ""))), "")
    if not locale:
        locale = _of_windows() if sys.platform == "win32" else ""
    plain = re.split(r"[.@]", locale)[0]
    if plain in ("", "C", "POSIX") or environment.get("TERM") == "linux":
        return "en", ""
    preferred = [name for name in environment.get("LANGUAGE", "").split(":") if name] or [locale]
    return next((known for name in preferred if (known := _known(name))), "en"), ""


def _known(name: str) -> str | None:
    """One of LANGUAGES for a name such as `zh_CN.UTF-8`, `ko`, `en-GB`; None where we have none."""
    first, *rest = re.split(r"[_\-.@]", name.strip().lower())
    if first == "zh":
        traditional = {"tw", "hk", "mo", "hant"} & set(rest)
        return None if traditional and "hans" not in rest else "zh-CN"
    return first if first in ("en", "ko") else None


def _of_windows() -> str:
    """The locale of the Windows user's language, "" where it is none of ours."""
    if sys.platform != "win32":
        return ""
    import ctypes

    # [MS-LCID]: the low ten bits are the language; Chinese is simplified in the mainland (2052) and in Singapore (4100)
    number = ctypes.windll.kernel32.GetUserDefaultUILanguage()
    if number & 0x3FF == 0x12:
        return "ko"
    return "zh_CN" if number in (2052, 4100) else ""
