"""Keys that arrive faster than they are answered: on a slow line a whole word comes at once, with the Enter before it.

Textual gives every key to what has the focus at that moment, and carries it out later: letters overtake a Backspace, and what
was typed for the next field, or for a sheet that is about to open, ends where the key before it was pressed.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from textual import events

from screens.quiet import Quiet
from screens.walk import AT_ONCE

if TYPE_CHECKING:
    from textual.app import App
    from textual.message_pump import MessagePump

    from screens.walk import Walk

WAITING = (events.Key, events.Paste, events.MouseDown, events.MouseUp)
LOOK_S = 0.05
"""Seconds after which it is looked whether what is being answered is at work or hangs."""
LEAST_ROUNDS, MOST_ROUNDS = 3, 8
"""A key goes up to the app and is carried out there; what that says goes up again; a screen may open then."""


class InOrder:
    """Holds a key or a click back until the one before it has been answered: nobody on the way up to the app has anything
    left to do.
    """

    def __init__(self, app: App[Any], walk: Walk, take: Callable[[events.Event], Awaitable[None]]) -> None:
        """`walk`: is told when the key was pressed; `take`: looks at a key that is let through."""
        self._app, self._walk, self._take = app, walk, take
        self._held: deque[tuple[events.Event, float]] = deque()
        self._pressed_at = AT_ONCE
        self._is_fresh = False
        """Whether what is being looked at is one that was not on its way yet."""
        self._turn = 0
        """Of the key that is being answered; what an older one has still to say is not heard."""
        self._answering = self._hangs = False
        self._look: asyncio.TimerHandle | None = None
        self._lowest: MessagePump | None = None
        """What had the focus in the last round."""

    def holds(self, event: events.Event) -> bool:
        """Whether that has to wait, being a key; it comes again by itself."""
        self._is_fresh = isinstance(event, WAITING) and not event.is_forwarded
        if not self._is_fresh:
            return False
        if self._answering and not self._hangs:
            self._held.append((event, time.monotonic()))
            return True
        self._walk.pressed_at, self._pressed_at = self._pressed_at, AT_ONCE
        return False

    def taken(self) -> None:
        """What was not held was given to what has the focus."""
        if not self._is_fresh:
            return
        self._is_fresh = False  # a key that waited is taken inside of another event
        self._turn += 1
        self._answering = True
        self._stop_waiting()
        self._look_later(Quiet())
        self._go_up(self._turn, 1, self._way_up())

    def _way_up(self) -> list[MessagePump]:
        if not self._app.screen_stack:
            return [self._app]
        lowest = self._app.focused or self._app.screen
        return [lowest, *lowest.ancestors]

    def _go_up(self, turn: int, round_: int, way: list[MessagePump]) -> None:
        """Behind what waits there already, one after the other."""
        if turn != self._turn:
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
            self._app.call_later(self._answered, turn)

    async def _answered(self, turn: int) -> None:
        if turn != self._turn:
            return
        self._answering = self._hangs = False
        self._stop_waiting()
        if not self._held:
            self._walk.pressed_at = AT_ONCE
        await self._let_through()

    async def _give_up(self, turn: int) -> None:
        """Something hangs: nothing is held any more until it answers, for Ctrl+Q and Ctrl+C may be among the keys."""
        if turn == self._turn and self._answering:
            self._hangs = True
            await self._let_through()

    async def _let_through(self) -> None:
        while self._held and self._app.is_running and (self._hangs or not self._answering):
            event, self._pressed_at = self._held.popleft()
            await self._take(event)

    def _look_later(self, quiet: Quiet) -> None:
        quiet.looked(time.monotonic(), time.thread_time(), again_in=LOOK_S)
        if quiet.is_long:
            self._app.call_later(self._give_up, self._turn)
        else:
            self._look = asyncio.get_running_loop().call_later(LOOK_S, self._look_later, quiet)

    def _stop_waiting(self) -> None:
        if self._look is not None:
            self._look.cancel()
        self._look = None


__all__ = ["InOrder"]
