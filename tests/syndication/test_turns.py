"""Turns: who needs the processor waits for others who do; who waits for an outlet keeps nobody waiting."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain

import pytest

from syndication.http.turns import AT_WORK, MOMENT, Turns, waits, works


class Talk(threading.Thread):
    """A conversation that does something once its turn has come, and ends when it is told."""

    def __init__(self, turns: Turns, do: Callable[[], object]):
        super().__init__(daemon=True)
        self.turns, self.do = turns, do
        self.begun, self.over = threading.Event(), threading.Event()
        self.start()

    def run(self) -> None:
        with self.turns.one():
            self.do()
            self.begun.set()
            self.over.wait(5)


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> Turns:
    """Turns in which a moment is long enough for a busy machine."""
    monkeypatch.setattr("syndication.http.turns.MOMENT", 1.0)
    return Turns()


@pytest.fixture
def line() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Our end and the outlet's."""
    ours, theirs = socket.socketpair()
    yield ours, theirs
    ours.close()
    theirs.close()


def busy() -> None:
    """Something to do that takes long."""


def test_who_comes_while_others_work_waits_until_one_is_done(turns: Turns) -> None:
    at_work = [Talk(turns, busy) for _ in range(AT_WORK)]
    assert all(talk.begun.wait(0.9) for talk in at_work)
    next_one = Talk(turns, busy)
    assert not next_one.begun.wait(0.1)
    at_work[0].over.set()
    assert next_one.begun.wait(0.3)


def test_any_number_may_wait_for_their_outlets(turns: Turns, line: tuple[socket.socket, socket.socket]) -> None:
    waiting = [Talk(turns, lambda: waits(line[0])) for _ in range(30)]
    assert all(talk.begun.wait(0.9) for talk in waiting)


def test_who_has_an_answer_that_lies_unread_is_at_work(turns: Turns) -> None:
    lines = [socket.socketpair() for _ in range(AT_WORK)]
    for ours, theirs in lines:
        assert Talk(turns, partial(waits, ours)).begun.wait(0.9)
        theirs.send(b"HTTP/1.1 200 OK\r\n")
    assert not Talk(turns, busy).begun.wait(0.1)
    for end in chain(*lines):
        end.close()


def test_who_got_an_answer_is_at_work(turns: Turns, line: tuple[socket.socket, socket.socket]) -> None:
    for talk in [Talk(turns, lambda: (waits(line[0]), works())) for _ in range(AT_WORK)]:
        assert talk.begun.wait(0.9)
    assert not Talk(turns, busy).begun.wait(0.1)


def test_what_gets_no_further_for_a_moment_keeps_nobody_waiting() -> None:
    turns = Turns()
    stuck = [Talk(turns, busy) for _ in range(5 * AT_WORK)]
    began = time.monotonic()
    assert all(talk.begun.wait(5) for talk in stuck)
    assert time.monotonic() - began >= 4 * MOMENT


def test_outside_a_turn_nobody_is_asked(line: tuple[socket.socket, socket.socket]) -> None:
    waits(line[0])
    works()
