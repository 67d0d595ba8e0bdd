"""Several calls side by side, with a time limit that holds whatever they wait for. Standard library only."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def together(
    jobs: Sequence[Callable[[], T]], workers: int, seconds: float, stopped: Callable[[], bool] = lambda: False
) -> Iterator[tuple[int, T]]:
    """(position, result) of each job, as they end; those not done after `seconds`, or when stopped, are left behind.

    What a job raises is raised here. The threads are daemons: a name server that never answers holds up nobody's exit.
    """
    todo: queue.SimpleQueue[int] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[int, T | None, BaseException | None]] = queue.SimpleQueue()
    over = threading.Event()
    for position in range(len(jobs)):
        todo.put(position)
    for _ in range(min(workers, len(jobs))):
        threading.Thread(target=_work, args=(jobs, todo, done, over), daemon=True).start()
    deadline = time.monotonic() + seconds
    left = len(jobs)
    try:
        while left and not stopped() and (remaining := deadline - time.monotonic()) > 0:
            try:
                position, result, error = done.get(timeout=min(0.1, remaining))
            except queue.Empty:
                continue
            left -= 1
            if error is not None:
                raise error
            yield position, result  # type: ignore[misc] # a job that did not raise has a result
    finally:
        over.set()


def _work(
    jobs: Sequence[Callable[[], T]],
    todo: queue.SimpleQueue[int],
    done: queue.SimpleQueue[tuple[int, T | None, BaseException | None]],
    over: threading.Event,
) -> None:
    while not over.is_set():
        try:
            position = todo.get_nowait()
        except queue.Empty:
            return
        try:
            done.put((position, jobs[position](), None))
        except BaseException as error:  # noqa: BLE001 - raised again by whoever waits
            done.put((position, None, error))
