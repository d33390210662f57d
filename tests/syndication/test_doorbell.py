"""The doorbell: one ring a transaction, at its commit; a dead broker costs an editor next to nothing, once."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from celery import current_app
from django.db import connection, transaction

from syndication import doorbell, tasks
from syndication.doorbell import listen_again, ring
from tests import factories as make
from tests.servers import Valkey

# Celery's own patience with a dead broker is many seconds, with a frozen one endless; a crowded machine may need one by itself.
PATIENT = 3.0


@pytest.fixture
def tidy() -> Iterator[None]:
    """Forget earlier failures, before and after."""
    listen_again()
    yield
    listen_again()


def waiting(broker: Valkey) -> int:
    """How many messages lie at the broker."""
    return int(broker._client().llen("homeward:celery"))


@pytest.mark.django_db(transaction=True)
def test_a_ring_in_a_transaction_sounds_once_at_its_commit(broker: Valkey) -> None:
    with transaction.atomic():
        for _ in range(5):
            ring(tasks.deliver_due)
        ring(tasks.verify_due)
        assert waiting(broker) == 0
    assert waiting(broker) == 2


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_is_rolled_back_does_not_ring(broker: Valkey) -> None:
    with pytest.raises(KeyError), transaction.atomic():
        ring(tasks.deliver_due)
        raise KeyError
    with transaction.atomic():
        with pytest.raises(KeyError), transaction.atomic():
            ring(tasks.deliver_due)
            raise KeyError
        ring(tasks.deliver_due)
    assert waiting(broker) == 1


@pytest.mark.django_db(transaction=True)
def test_publishing_rings_once_for_each_work_with_tasks_the_worker_knows_and_no_arguments(broker: Valkey) -> None:
    make.outlet()
    broker.empty()
    with transaction.atomic():
        make.original()
    messages = broker._client().lrange("homeward:celery", 0, -1)
    rung = sorted(json.loads(message)["headers"]["task"] for message in messages)
    assert rung == ["home.tasks.make_formats", "syndication.tasks.deliver_due"]
    assert set(rung) <= set(current_app.tasks)
    for message in messages:
        assert b'"argsrepr": "()"' in message and b'"kwargsrepr": "{}"' in message and b'"eta": null' in message


def seconds(act: Any) -> float:
    begun = time.monotonic()
    act()
    return time.monotonic() - begun


def ring_in_transaction() -> None:
    with transaction.atomic():
        ring(tasks.deliver_due)


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_down_costs_little_fails_nobody_and_is_left_alone_for_a_while(broker_down: Valkey, tidy: None) -> None:
    assert seconds(ring_in_transaction) < PATIENT
    assert doorbell._silent_until > time.monotonic()
    broker_down.start()
    ring_in_transaction()
    assert waiting(broker_down) == 0, "silent after a failure"
    listen_again()
    ring_in_transaction()
    assert waiting(broker_down) == 1


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_hangs_costs_little_too(broker: Valkey, tidy: None) -> None:
    ring_in_transaction()
    broker.freeze()
    try:
        assert seconds(ring_in_transaction) < PATIENT
        silent_until = doorbell._silent_until
        ring_in_transaction()
        assert doorbell._silent_until == silent_until > time.monotonic(), "once paid, not again"
    finally:
        broker.thaw()


@pytest.mark.django_db
def test_silence_lasts_half_a_minute(tidy: None, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.monotonic()
    monkeypatch.setattr(doorbell, "_silent_until", now + doorbell.SILENCE_SECONDS)
    clock, sent = [now], []
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(tasks.deliver_due, "apply_async", lambda **options: sent.append(clock[0]))
    for clock[0] in (now, now + 29.9, now + 30.1):
        doorbell._Ring(tasks.deliver_due)()
    assert sent == [now + 30.1]


@pytest.mark.django_db
def test_a_ring_that_breaks_never_breaks_the_editors_commit(tidy: None, monkeypatch: pytest.MonkeyPatch, commit: Any) -> None:
    def explode(**options: Any) -> None:
        raise RuntimeError("no such exchange")

    monkeypatch.setattr(tasks.deliver_due, "apply_async", explode)
    with commit():
        ring(tasks.deliver_due)
    assert connection.is_usable()
