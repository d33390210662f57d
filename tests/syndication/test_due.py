"""Due rows: each goes to one taker, for a while, by the database's clock; who vanishes leaves evidence."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import timedelta
from threading import Barrier, Event, Thread
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from syndication.models import Delivery, Outlet, Republication, Verification, claim, record
from syndication.models.due import from_now
from syndication.receipt import Receipt
from tests import factories as make

THREADS = 16


def owed(outlet: Outlet, count: int = 1) -> None:
    """Rows of one outlet that are due, the first the longest."""
    edition = make.edition()
    moment = timezone.now() - timedelta(minutes=5)
    Republication.objects.bulk_create(
        Republication(uid=uuid4(), outlet=outlet, wanted=edition, due_at=moment + timedelta(seconds=number))
        for number in range(count)
    )


def side_by_side(act: Callable[[], list[Any]]) -> list[Any]:
    """What all threads took, each beginning at the same moment and going on until nothing is left."""
    start = Barrier(THREADS)

    def take() -> list[Any]:
        start.wait()
        taken: list[Any] = []
        try:
            while some := act():
                taken += some
        finally:
            connection.close()
        return taken

    with ThreadPoolExecutor(THREADS) as pool:
        futures = [pool.submit(take) for _ in range(THREADS)]
        return [one for future in futures for one in future.result()]


@pytest.mark.django_db(transaction=True)
def test_sixteen_claimers_side_by_side_never_get_the_same_row() -> None:
    outlet = make.outlet()
    owed(outlet, 64)
    taken = side_by_side(lambda: claim(outlet, 3))
    assert Counter(row.pk for row in taken) == Counter(Republication.objects.values_list("pk", flat=True))
    assert {row.fence for row in taken} == {1}
    assert Delivery.objects.count() == 64


@pytest.mark.django_db(transaction=True)
def test_sixteen_lookers_side_by_side_never_look_at_the_same_page() -> None:
    Verification.objects.bulk_create(
        Verification(stub_uid=uuid4(), url=f"{make.ABROAD}/{number}", due_at=timezone.now()) for number in range(32)
    )

    def take() -> list[Any]:
        with transaction.atomic():
            return Verification.objects.all().lease(3)

    taken = side_by_side(take)
    assert Counter(row.pk for row in taken) == Counter(Verification.objects.values_list("pk", flat=True))


@pytest.mark.django_db
def test_a_claim_takes_the_longest_due_first_and_no_more_than_asked_for() -> None:
    outlet = make.outlet()
    owed(outlet, 5)
    oldest = list(Republication.objects.order_by("due_at").values_list("pk", flat=True))
    assert [row.pk for row in claim(outlet, 2)] == oldest[:2]
    assert [row.pk for row in claim(outlet, 10)] == oldest[2:]
    assert claim(outlet, 10) == []


@pytest.mark.django_db
def test_a_claim_takes_one_outlets_rows_only_and_only_what_is_due() -> None:
    one, other = make.outlet(), make.outlet()
    owed(one)
    owed(other)
    owed(one)
    later = Republication.objects.filter(outlet=one).latest("pk")
    Republication.objects.filter(pk=later.pk).update(due_at=from_now(timedelta(minutes=1)))
    assert [row.outlet_id for row in claim(one, 10)] == [one.pk]


@pytest.mark.django_db
def test_a_claim_leaves_an_open_delivery_before_anything_is_sent() -> None:
    outlet = make.outlet()
    owed(outlet)
    (row,) = claim(outlet, 1)
    delivery = Delivery.objects.get()
    assert (delivery.outcome, delivery.fence, delivery.key) == (Delivery.Outcome.OPEN, 1, row.key)
    assert (row.attempts, row.fence) == (1, 1)
    assert row.lease_token is not None


@pytest.mark.django_db
@pytest.mark.parametrize("seconds", [120, 3600, -3600])
def test_a_worker_whose_clock_is_wrong_steals_no_lease_and_misses_no_row(seconds: int) -> None:
    outlet = make.outlet()
    owed(outlet, 2)
    (held,) = claim(outlet, 1)
    with time_machine.travel(timezone.now() + timedelta(seconds=seconds), tick=False):
        taken = claim(outlet, 10)
    assert len(taken) == 1 and taken[0].pk != held.pk


@pytest.mark.django_db
def test_a_worker_whose_clock_is_ahead_takes_nothing_before_its_time() -> None:
    outlet = make.outlet()
    owed(outlet)
    Republication.objects.update(due_at=from_now(timedelta(minutes=1)))
    with time_machine.travel(timezone.now() + timedelta(minutes=5), tick=False):
        assert claim(outlet, 10) == []


def expire() -> None:
    """End all leases by the database's clock."""
    Republication.objects.filter(lease_until__isnull=False).update(lease_until=Now() - timedelta(seconds=1))


@pytest.mark.django_db
def test_an_expired_lease_is_taken_over_its_delivery_lost_and_the_row_uncertain() -> None:
    outlet = make.outlet()
    owed(outlet)
    (vanished,) = claim(outlet, 1)
    assert claim(outlet, 1) == []
    expire()
    (row,) = claim(outlet, 1)
    assert (row.fence, row.attempts, row.uncertain) == (2, 1, True)
    assert row.lease_token != vanished.lease_token
    lost, running = Delivery.objects.order_by("fence")
    assert (lost.outcome, running.outcome) == (Delivery.Outcome.LOST, Delivery.Outcome.OPEN)
    assert lost.sentence == "The worker vanished before the outlet answered."


@pytest.mark.django_db
def test_workers_that_vanish_burn_no_attempts_for_nobody_knows_whether_they_began() -> None:
    outlet = make.outlet()
    owed(outlet)
    for _ in range(12):
        (row,) = claim(outlet, 1)
        expire()
    assert row.attempts == 1 and not row.exhausted
    assert Republication.objects.get().attempts == 1


@pytest.mark.django_db
def test_a_row_that_was_settled_in_time_is_not_called_lost() -> None:
    outlet = make.outlet()
    owed(outlet)
    (row,) = claim(outlet, 1)
    row.release()
    Delivery.objects.update(outcome=Delivery.Outcome.RELEASED)
    (again,) = claim(outlet, 1)
    assert (again.fence, again.uncertain) == (2, False)
    assert not Delivery.objects.filter(outcome=Delivery.Outcome.LOST).exists()


@pytest.mark.django_db
def test_fences_only_rise() -> None:
    outlet = make.outlet()
    owed(outlet)
    fences = []
    for _ in range(4):
        (row,) = claim(outlet, 1)
        fences.append(row.fence)
        expire()
    assert fences == [1, 2, 3, 4]


@pytest.mark.django_db
def test_the_time_scale_shortens_waits_and_leaves_leases_alone(settings: Any) -> None:
    settings.SYNDICATION_TIME_SCALE = 0.001
    outlet = make.outlet()
    owed(outlet)
    Republication.objects.update(due_at=from_now(-timedelta(hours=1)))
    due_at = Republication.objects.get().due_at
    assert due_at is not None and timezone.now() - due_at < timedelta(seconds=20)
    (row,) = claim(outlet, 1)
    assert row.lease_until > timezone.now() + timedelta(seconds=settings.SYNDICATION_LEASE_SECONDS - 20)


@pytest.mark.django_db(transaction=True)
def test_who_settles_does_not_wait_for_who_holds_the_edition_or_each_would_wait_for_the_other() -> None:
    outlet = make.outlet()
    edition = make.edition()
    Republication.objects.want(edition, outlet, Republication.PUBLISH)
    [row] = claim(outlet, 1)
    settled = Event()

    def settle() -> None:
        try:
            row.accept(Receipt("7"))
            settled.set()
        finally:
            connection.close()

    # SQLite has one pen: there nobody can hold a row while another holds an edition.
    with transaction.atomic() if connection.vendor == "postgresql" else nullcontext():
        record(edition.story, public=True, page=None, reason="told again")
        worker = Thread(target=settle)
        worker.start()
        assert settled.wait(5)
    worker.join()
