"""Turns: outlets that answer at once are spoken with one after another; those that take their time keep nobody waiting."""

import threading
import time

import pytest

from syndication import turns as module
from syndication.turns import Turns

QUICK, SLOW, OTHER = 1, 2, 3


class Talk(threading.Thread):
    """A conversation that lasts until it is told to end."""

    def __init__(self, turns: Turns, outlet: int):
        super().__init__(daemon=True)
        self.turns, self.outlet = turns, outlet
        self.begun, self.over = threading.Event(), threading.Event()
        self.start()

    def run(self) -> None:
        with self.turns.one(self.outlet):
            self.begun.set()
            self.over.wait(10)


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> Turns:
    """Turns that know two outlets, and in which nothing hangs before the test is over, however busy the machine."""
    monkeypatch.setattr(module, "HANGS", 60.0)
    made = Turns()
    made.usual = {QUICK: 0.001, SLOW: 0.2}
    return made


def test_outlets_that_answer_at_once_are_spoken_with_one_after_another(turns: Turns) -> None:
    first = Talk(turns, QUICK)
    assert first.begun.wait(5)
    second = Talk(turns, QUICK)
    assert not second.begun.wait(0.1)
    first.over.set()
    assert second.begun.wait(5)


def test_an_outlet_of_which_nothing_is_known_has_a_turn_of_its_own(turns: Turns) -> None:
    assert Talk(turns, OTHER).begun.wait(5)
    assert not Talk(turns, OTHER).begun.wait(0.1)


def test_where_all_outlets_take_their_time_a_new_one_is_taken_for_such_a_one(turns: Turns) -> None:
    del turns.usual[QUICK]
    assert all(Talk(turns, OTHER).begun.wait(5) for _ in range(30))


def test_many_wait_side_by_side_for_outlets_that_take_their_time_and_a_quick_one_has_its_turn(turns: Turns) -> None:
    assert all(Talk(turns, SLOW).begun.wait(5) for _ in range(60))
    assert Talk(turns, QUICK).begun.wait(5)


def test_an_outlet_that_hangs_keeps_nobody_waiting_and_is_itself_waited_for(
    turns: Turns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "HANGS", 0.05)
    assert all(Talk(turns, OTHER).begun.wait(5) for _ in range(30))
    assert Talk(turns, QUICK).begun.wait(5)


def test_an_outlet_is_known_by_the_quickest_of_its_last_answers(turns: Turns) -> None:
    def end(after: float) -> None:
        began = time.monotonic() - after
        turns.under_way[QUICK].append(began)
        turns._end(QUICK, began)

    end(after=0.3)
    assert turns.usual[QUICK] == pytest.approx(0.0015)
    for _ in range(20):
        end(after=0.3)
    assert turns.usual[QUICK] >= 0.3
