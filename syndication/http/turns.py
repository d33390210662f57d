"""Turns: few conversations at once that need the processor, and any number that wait for an outlet.

Threads that all have work to do only fight for the interpreter; and answers that lie unread meanwhile are what a killed worker
says again. So whoever wants to begin waits while others have something to do: a request to prepare, or an answer that came and
was not read yet. What waits for its outlet costs nothing and is not counted, and what got no further for a moment is waiting
for something, too: outlets that hang keep nobody from speaking.
"""

import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

# Conversations that may have something to do when another begins: one is on the processor, the other on its way there.
AT_WORK = 2
MOMENT = 0.05
_here = threading.local()


class _Turn:
    """One conversation: when it got on last, and whether it waits for its outlet, and at which socket."""

    def __init__(self) -> None:
        self.works()

    def works(self) -> None:
        self.since, self.waiting, self.line = time.monotonic(), False, -1

    def waits(self, line: int) -> None:
        self.waiting, self.line = True, line


class Turns:
    """Who speaks in this process. Use `one` with `with`, around a conversation and the note of how it ended."""

    def __init__(self) -> None:
        self.queue = threading.Lock()
        self.changed = threading.Condition()
        self.under_way: set[_Turn] = set()

    @contextmanager
    def one(self) -> Iterator[None]:
        """Wait until there is little to do in this process; then it is this thread's turn."""
        turn = self._begin()
        _here.turn, _here.turns = turn, self
        try:
            yield
        finally:
            _here.turn = None
            with self.changed:
                self.under_way.discard(turn)
                self.changed.notify()

    def _begin(self) -> _Turn:
        # In a queue, so that only the first of it has to look.
        with self.queue, self.changed:
            while self._at_work() >= AT_WORK:
                self.changed.wait(MOMENT)
            turn = _Turn()
            self.under_way.add(turn)
            return turn

    def _at_work(self) -> int:
        recent = time.monotonic() - MOMENT
        young = [turn for turn in self.under_way if turn.since > recent]
        answered, looking = 0, select.poll()
        for line in [turn.line for turn in young if turn.line >= 0]:
            looking.register(line, select.POLLIN)
            answered = -1
        if answered:
            answered = len(looking.poll(0))
        return answered + sum(not turn.waiting for turn in young)


def waits(line: socket.socket | None = None) -> None:
    """This thread's conversation waits from here on: for an answer at that socket, or for a connection."""
    turn: _Turn | None = getattr(_here, "turn", None)
    if turn:
        turn.waits(line.fileno() if line else -1)
        with _here.turns.changed:
            _here.turns.changed.notify()


def works() -> None:
    """This thread's conversation goes on."""
    turn: _Turn | None = getattr(_here, "turn", None)
    if turn:
        turn.works()
