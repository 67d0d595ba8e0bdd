"""Keys that arrive faster than they are answered: on a slow line a whole word comes at once, with the Enter before it.

Textual gives every key to what has the focus at that moment, and carries it out later: letters overtake a Backspace, and what
was typed for the next field, or for a sheet that is about to open, ends where the key before it was pressed.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from textual import events
from textual.timer import Timer

from screens.walk import AT_ONCE

if TYPE_CHECKING:
    from textual.app import App
    from textual.message_pump import MessagePump

    from screens.walk import Walk

LONGEST_S = 0.3
"""Seconds after which a key is let through, whatever the one before it still does."""
LEAST_ROUNDS, MOST_ROUNDS = 3, 8
"""A key goes up to the app and is carried out there; what that says goes up again; a screen may open then."""


class InOrder:
    """Holds a key back until the one before it has been answered: nobody on the way up to the app has anything left to do."""

    def __init__(self, app: App[Any], walk: Walk, take: Callable[[events.Event], Awaitable[None]]) -> None:
        """`walk`: is told when the key was pressed; `take`: looks at a key that is let through."""
        self._app, self._walk, self._take = app, walk, take
        self._held: deque[tuple[events.Event, float]] = deque()
        self._pressed_at = AT_ONCE
        self._is_key = False
        """What is being looked at: a key, that was not on its way yet."""
        self._turn = 0
        """Of the key that is being answered; what an older one has still to say is not heard."""
        self._limit: Timer | None = None
        """Runs while one is being answered."""
        self._lowest: MessagePump | None = None
        """What had the focus in the last round."""

    def holds(self, event: events.Event) -> bool:
        """Whether that has to wait, being a key; it comes again by itself."""
        self._is_key = isinstance(event, (events.Key, events.Paste)) and not event.is_forwarded
        if not self._is_key:
            return False
        if self._limit is not None:
            self._held.append((event, time.monotonic()))
            return True
        self._walk.pressed_at, self._pressed_at = self._pressed_at, AT_ONCE
        return False

    def taken(self) -> None:
        """What was not held was given to what has the focus."""
        if not self._is_key:
            return
        self._turn += 1
        self._limit = self._app.set_timer(LONGEST_S, self._let_through, name="key")
        self._go_up(self._turn, 1, self._way_up())

    def _way_up(self) -> list[MessagePump]:
        if not self._app.screen_stack:
            return [self._app]
        lowest = self._app.focused or self._app.screen
        return [lowest, *lowest.ancestors]

    def _go_up(self, turn: int, round_: int, way: list[MessagePump]) -> None:
        """Behind what waits there already, one after the other."""
        if turn != self._turn or self._limit is None:
            return
        while way:
            if way[0].is_running and way[0].call_later(self._go_up, turn, round_, way[1:]):
                return
            way = way[1:]
        there = self._way_up()
        moved, self._lowest = there[0] is not self._lowest, there[0]
        if round_ < LEAST_ROUNDS or (moved and round_ < MOST_ROUNDS):
            self._go_up(turn, round_ + 1, there)
        else:
            self._app.call_later(self._let_through)

    async def _let_through(self) -> None:
        if self._limit is not None:
            self._limit.stop()
        self._limit = None
        while self._held and self._app.is_running:
            event, self._pressed_at = self._held.popleft()
            await self._take(event)
            if self._is_answering():
                return

    def _is_answering(self) -> bool:
        return self._limit is not None


__all__ = ["InOrder"]
