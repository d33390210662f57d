"""Turns: how many conversations go on at once in this process, by how long each outlet takes.

Threads that all have something to do only fight for the interpreter, and what is in an outlet's hands when a worker is killed,
and not noted here, is said again. So outlets that answer at once are spoken with one after another. Outlets that take their time
are waited for side by side, at no cost; and one that hangs keeps nobody from speaking. No processor time is asked: on a machine
that others keep busy, waiting for the processor looks like waiting for an outlet.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

# Who takes so many seconds has a turn of its own; who takes k times as long has k² of them side by side.
AT_ONCE = 0.008
# What lasts so long by now is waiting, whatever the outlet took at other times.
HANGS = 0.05
# An outlet is known by the quickest of its last answers, for any may have waited for the processor; each time that counts less.
FORGETS = 1.5


class Turns:
    """Who speaks in this process. Use `one` with `with`, around a conversation and the note of how it ended."""

    def __init__(self) -> None:
        self.queue = threading.Lock()
        self.changed = threading.Condition()
        self.under_way: dict[int, list[float]] = defaultdict(list)
        self.usual: dict[int, float] = {}

    @contextmanager
    def one(self, outlet: int) -> Iterator[None]:
        """Wait until little else is said; then it is this thread's turn to speak with the outlet."""
        began = self._begin(outlet)
        try:
            yield
        finally:
            self._end(outlet, began)

    def _begin(self, outlet: int) -> float:
        # In a queue, so that only the first in it has to look.
        with self.queue, self.changed:
            while self._weight() >= 1:
                self.changed.wait(HANGS / 5)
            began = time.monotonic()
            self.under_way[outlet].append(began)
            return began

    def _end(self, outlet: int, began: float) -> None:
        took = time.monotonic() - began
        with self.changed:
            self.under_way[outlet].remove(began)
            if not self.under_way[outlet]:
                del self.under_way[outlet]
            self.usual[outlet] = min(took, self.usual.get(outlet, took) * FORGETS)
            self.changed.notify()

    def _weight(self) -> float:
        now = time.monotonic()
        return sum(len(begun) * self._weight_of(outlet, now - begun[0]) for outlet, begun in self.under_way.items())

    def _weight_of(self, outlet: int, longest: float) -> float:
        # Of one that never answered we think as of the quickest: where all are far away, a new one need not be tried by itself.
        known = self.usual.get(outlet) or min(self.usual.values(), default=0.0)
        takes = max(known, longest if longest > HANGS else 0.0)
        return (AT_ONCE / max(takes, AT_ONCE)) ** 2
