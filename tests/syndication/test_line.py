"""The line to an outlet: one worker at a time, and a breaker that opens when nobody answers and half-opens by itself."""

from contextlib import nullcontext
from datetime import timedelta
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from syndication.delivering import deliver_due
from syndication.models import Notice, Outlet, Republication, line
from syndication.models.line import OPEN_AT_MOST, OPEN_FOR, OPENS_AFTER
from tests import factories as make
from tests.outlets import Desk, memory

pytestmark = pytest.mark.django_db
State = Outlet.State


@pytest.fixture
def outlet(desk: Desk) -> Outlet:
    return memory("Lantern", max_in_flight=1)


def read(outlet: Outlet) -> Outlet:
    return Outlet.objects.get(pk=outlet.pk)


def pieces(count: int) -> list[Any]:
    return [make.original(f"Piece {number}") for number in range(count)]


def time_passes() -> None:
    """Every wait of rows and of lines is over."""
    Republication.objects.filter(due_at__isnull=False).update(due_at=Now())
    Outlet.objects.update(not_before=None)


def closed_for(outlet: Outlet) -> float:
    """Seconds for which nothing is sent."""
    not_before = read(outlet).not_before
    return (not_before - timezone.now()).total_seconds() if not_before else 0.0


# --- one worker a line ----------------------------------------------------------------------------------------------------


def test_a_line_has_one_holder_at_a_time(outlet: Outlet) -> None:
    pieces(1)
    assert line.take(uuid4(), 10) == [outlet]
    assert line.take(uuid4(), 10) == []


def test_a_line_that_was_given_back_is_free(outlet: Outlet) -> None:
    pieces(1)
    token = uuid4()
    line.take(token, 10)
    line.leave(token, [outlet.pk])
    assert line.take(uuid4(), 10) == [outlet]


def test_a_line_whose_holder_vanished_is_free_when_its_time_is_over(outlet: Outlet) -> None:
    pieces(1)
    line.take(uuid4(), 10)
    Outlet.objects.update(lease_until=Now() - timedelta(seconds=1))
    assert line.take(uuid4(), 10) == [outlet]


def test_who_lost_a_line_learns_it_and_cannot_give_it_back(outlet: Outlet) -> None:
    pieces(1)
    mine, theirs = uuid4(), uuid4()
    line.take(mine, 10)
    Outlet.objects.update(lease_until=Now() - timedelta(seconds=1))
    line.take(theirs, 10)
    assert line.hold(mine, [outlet.pk]) == set()
    line.leave(mine, [outlet.pk])
    assert line.hold(theirs, [outlet.pk]) == {outlet.pk}


def test_lines_over_which_nothing_is_owed_are_not_taken(outlet: Outlet) -> None:
    assert line.take(uuid4(), 10) == []


def test_a_round_gives_its_lines_back_also_when_it_breaks(outlet: Outlet, monkeypatch: pytest.MonkeyPatch) -> None:
    pieces(1)
    monkeypatch.setattr("syndication.delivering.claim_all", lambda rooms: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        deliver_due()
    assert read(outlet).lease_token is None


def test_outlets_without_failures_are_taken_first(desk: Desk) -> None:
    failing, sound = memory("A"), memory("B")
    pieces(1)
    Outlet.objects.filter(pk=failing.pk).update(failures=3)
    assert line.take(uuid4(), 1) == [sound]


@pytest.mark.django_db(transaction=True)
def test_who_takes_lines_does_not_wait_for_who_is_taking_one_of_them(desk: Desk) -> None:
    held, free = memory("A"), memory("B")
    pieces(1)
    taken: list[Outlet] = []

    def take() -> None:
        try:
            taken.extend(line.take(uuid4(), 10))
        finally:
            connection.close()

    # SQLite has one pen: there nobody is in the middle of taking when another begins.
    postgresql = connection.vendor == "postgresql"
    with transaction.atomic() if postgresql else nullcontext():
        Outlet.objects.filter(pk=held.pk).update(failures=0)
        worker = Thread(target=take)
        worker.start()
        worker.join(5)
        assert taken == ([free] if postgresql else [held, free])
    worker.join()


# --- the breaker ----------------------------------------------------------------------------------------------------------


def test_a_few_failures_are_no_outage(outlet: Outlet, desk: Desk) -> None:
    pieces(OPENS_AFTER - 1)
    desk.tell(*["transient"] * (OPENS_AFTER - 1))
    deliver_due()
    assert (read(outlet).failures, read(outlet).trips, closed_for(outlet)) == (OPENS_AFTER - 1, 0, 0)


def test_failures_in_a_row_open_the_breaker_and_the_rest_goes_back_untried(outlet: Outlet, desk: Desk) -> None:
    pieces(OPENS_AFTER + 3)
    desk.tell(*["transient"] * 50)
    deliver_due()
    assert len(desk.heard) == OPENS_AFTER
    assert read(outlet).trips == 1
    assert 0.8 * OPEN_FOR.total_seconds() - 2 < closed_for(outlet) <= 1.2 * OPEN_FOR.total_seconds()
    untried = Republication.objects.filter(attempts=0)
    assert untried.count() == 3 and untried.due().count() == 3


def test_an_open_breaker_lets_nothing_through_and_half_open_one_probe(outlet: Outlet, desk: Desk) -> None:
    pieces(OPENS_AFTER + 3)
    desk.tell(*["transient"] * 50)
    deliver_due()
    assert deliver_due() == 0
    time_passes()
    deliver_due()
    assert len(desk.heard) == OPENS_AFTER + 1


def test_each_failed_probe_waits_longer_but_never_longer_than_the_most(outlet: Outlet, desk: Desk) -> None:
    pieces(OPENS_AFTER)
    desk.tell(*["transient"] * 50)
    deliver_due()
    waits = []
    for _ in range(7):
        time_passes()
        deliver_due()
        waits.append(closed_for(outlet))
    assert waits[1] > 1.2 * OPEN_FOR.total_seconds()
    assert max(waits) <= 1.2 * OPEN_AT_MOST.total_seconds()
    assert min(waits[-2:]) > 0.8 * OPEN_AT_MOST.total_seconds() - 2


def test_a_probe_that_succeeds_closes_the_breaker_and_all_goes_out_once(outlet: Outlet, desk: Desk) -> None:
    made = pieces(OPENS_AFTER + 3)
    desk.tell(*["transient"] * OPENS_AFTER)
    deliver_due()
    heard = len(desk.heard)
    time_passes()
    deliver_due()
    assert len(desk.heard) - heard == len(made)
    assert set(desk.holds) == {page.uid for page in made}
    kept = read(outlet)
    assert (kept.failures, kept.trips, kept.failing_since, kept.not_before) == (0, 0, None, None)
    assert kept.last_ok_at is not None


def test_one_piece_that_they_choke_on_is_no_outage(outlet: Outlet, desk: Desk) -> None:
    pieces(1)
    for _ in range(OPENS_AFTER + 2):
        desk.tell("transient")
        time_passes()
        deliver_due()
    assert (read(outlet).trips, closed_for(outlet)) == (0, 0)


def test_a_piece_they_refuse_is_an_answer(outlet: Outlet, desk: Desk) -> None:
    pieces(OPENS_AFTER + 1)
    desk.tell(*["transient"] * (OPENS_AFTER - 1), "permanent", "transient")
    deliver_due()
    assert (read(outlet).failures, read(outlet).trips) == (1, 0)


def test_a_pause_they_asked_for_stops_the_line_at_once_and_outlasts_the_breaker(outlet: Outlet, desk: Desk) -> None:
    pieces(5)
    desk.tell("slow down")
    deliver_due()
    assert len(desk.heard) == 1
    assert closed_for(outlet) > 1700


def test_an_opened_breaker_is_noticed_once_and_forgotten_when_they_answer(outlet: Outlet, desk: Desk) -> None:
    pieces(OPENS_AFTER)
    desk.tell(*["transient"] * (OPENS_AFTER + 1))
    deliver_due()
    time_passes()
    deliver_due()
    notice = Notice.objects.get(kind=Notice.Kind.BREAKER)
    assert notice.outlet == outlet and "Lantern does not answer" in notice.sentence
    time_passes()
    deliver_due()
    assert not Notice.objects.open().exists()


def test_failing_since_is_the_first_failure_after_the_last_good_answer(outlet: Outlet, desk: Desk) -> None:
    pieces(1)
    desk.tell("transient", "transient")
    deliver_due()
    first = read(outlet).failing_since
    time_passes()
    deliver_due()
    assert first is not None and read(outlet).failing_since == first


# --- states in which a person must act --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("mood", "state"), [("refused", State.HELD), ("gone", State.GONE)])
def test_an_outlet_that_needs_a_person_is_noticed_once(mood: str, state: str, outlet: Outlet, desk: Desk) -> None:
    pieces(3)
    desk.tell(*[mood] * 3)
    deliver_due()
    assert read(outlet).state == state and len(desk.heard) == 1
    notice = Notice.objects.get()
    assert (notice.kind, notice.outlet, notice.title) == (Notice.Kind.HELD, outlet, "Lantern")


def test_what_an_editor_decided_meanwhile_is_not_overwritten(outlet: Outlet, desk: Desk) -> None:
    pieces(1)
    desk.meanwhile = lambda: None
    desk.tell("refused")
    Outlet.objects.update(state=State.SUSPENDED)
    assert line.stop(outlet, State.HELD, "401") is False
    assert read(outlet).state == State.SUSPENDED


def test_a_dead_letter_is_noticed_and_forgotten_when_it_arrives_after_all(outlet: Outlet, desk: Desk) -> None:
    (page,) = pieces(1)
    desk.tell("permanent")
    deliver_due()
    notice = Notice.objects.open().get()
    assert (notice.kind, notice.uid, notice.outlet) == (Notice.Kind.DEAD, page.uid, outlet)
    make.edit(page, title="Mended")
    deliver_due()
    assert not Notice.objects.open().exists()


def test_a_schedule_that_is_exhausted_is_a_dead_letter_too(outlet: Outlet, desk: Desk) -> None:
    pieces(1)
    Republication.objects.update(attempts=20)
    desk.tell("transient")
    deliver_due()
    assert Republication.objects.get().state == "failed"
    assert Notice.objects.open().get().kind == Notice.Kind.DEAD
