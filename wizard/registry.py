r"""HKCU\Environment on Windows: the variables of this user that every new program sees."""

from __future__ import annotations

import sys

from wizard.language import said

Value = tuple[str, str]
"""(text, kind); the kind is REG_SZ or REG_EXPAND_SZ."""

KEY = "Environment"


def shown(name: str) -> str:
    """How a value is named to people."""
    return f"HKCU\\{KEY}\\{name}"


if sys.platform == "win32":
    import contextlib
    import ctypes
    import winreg

    _KINDS = {winreg.REG_SZ: "REG_SZ", winreg.REG_EXPAND_SZ: "REG_EXPAND_SZ"}

    def get(name: str) -> Value | None:
        """The value, None where there is none. Raises OSError, also for one that is no text: it could not be put back."""
        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, KEY) as key:
                text, kind = winreg.QueryValueEx(key, name)
        except FileNotFoundError:
            return None
        if kind not in _KINDS:
            raise OSError(
                0,
                said("{name} is no text (its kind is {kind}); remove it in regedit first", name=shown(name), kind=kind),
            )
        return str(text), _KINDS[kind]

    def put(name: str, value: Value | None) -> None:
        """Sets the value, or removes it, and tells running programs. Raises OSError."""
        kinds = {word: kind for kind, word in _KINDS.items()}
        with winreg.CreateKeyEx(winreg.HKEY_CURRENT_USER, KEY, 0, winreg.KEY_SET_VALUE) as key:
            if value is None:
                with contextlib.suppress(FileNotFoundError):
                    winreg.DeleteValue(key, name)
            else:
                winreg.SetValueEx(key, name, 0, kinds[value[1]], value[0])
        _broadcast()

    def _broadcast() -> None:
        # new shells read the registry, but only Explorer's children do so without this message
        hwnd_broadcast, wm_settingchange, abort_if_hung = 0xFFFF, 0x001A, 0x0002
        ctypes.windll.user32.SendMessageTimeoutW(
            hwnd_broadcast, wm_settingchange, 0, KEY, abort_if_hung, 5000, ctypes.byref(ctypes.c_size_t())
        )

else:

    def get(name: str) -> Value | None:
        """There is no registry here. Raises OSError."""
        raise OSError(0, said("there is no registry here for {name}", name=name))

    def put(name: str, value: Value | None) -> None:
        """There is no registry here. Raises OSError."""
        raise OSError(0, said("there is no registry here for {name} = {value}", name=name, value=value))
