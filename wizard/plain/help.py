"""What `?` explains in the plain mode: the entries of assets/help.toml, for a screen, a question, or a word that is asked for."""

from __future__ import annotations

from wizard import catalog
from wizard.language import _, said, shown

OF_CHOICE = {
    "uv.install": "uv",
    "uv.version": "uv",
    "uv.dir": "path",
    "settings.cache-dir": "cache",
    "settings.python-install-dir": "pythons",
    "settings.link-mode": "link-mode",
    "settings.where": "where",
    "settings.old-cache": "old-cache",
    "settings.conda-auto-activate": "conda",
    "mirrors.pypi": "mirror",
    "mirrors.pytorch": "mirror",
    "mirrors.python": "mirrors",
    "mirrors.scope": "own-address",
    "mirrors.persist": "own-address",
    "torch.variant": "variant",
    "torch.version": "torch",
    "torch.layout": "extra",
    "torch.platforms": "torch",
    "sync.extras": "extra",
    "sync.groups": "group",
    "sync.no-cache": "cache",
    "verify.require": "require",
}
"""The entry that explains a question about that choice."""


def help_of(name: str) -> tuple[str, ...]:
    """An entry as the screens' F1 shows it, and the words that it leads on to."""
    entry = catalog.table("help.toml")[name]
    text, more, words = str(entry["text"]), str(entry["more"]), entry.get("see") or ()
    return shown(said(text)), shown(said(more)), *([_told(words)] if words else [])


def of_choice(key: str) -> tuple[str, ...]:
    """The help of a question about that choice; nothing where it has none of its own."""
    return help_of(OF_CHOICE[key]) if key in OF_CHOICE else ()


def of_word(word: str) -> tuple[str, ...]:
    """`?driver`: that word, else which ones there are."""
    every = catalog.table("help.toml")
    wanted = word.strip().lower().replace(" ", "-")
    if wanted in every:
        return help_of(wanted)
    return _("No help for {word}.", word=word.strip()), _told([name for name in every if name not in _SCREENS])


def _told(words: list[str]) -> str:
    return _("Words explained: {words}", words="  ".join(f"?{word}" for word in words))


_SCREENS = ("start", "review", "attach", "failure", "leaving", "text-page", "keys", "log")

__all__ = ["OF_CHOICE", "help_of", "of_choice", "of_word"]
