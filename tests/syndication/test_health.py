"""Health and metrics: what who watches from outside is told, and who may ask."""

import time
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.utils import OperationalError
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from syndication import health
from syndication.models import Delivery, Errand, Notice, Republication, Tick
from syndication.models.tick import PULSE, mark
from syndication.pulse import KEPT_LAST, prune
from tests import factories as make
from tests.outlets import Desk, memory
from tests.servers import Valkey

pytestmark = pytest.mark.django_db


@pytest.fixture
def well(broker: Valkey) -> Valkey:
    """Redis answers and beat was heard."""
    mark(PULSE)
    return broker


def ready(client: Client, query: str = "") -> tuple[int, Any]:
    answer = client.get(f"/readyz{query}")
    return answer.status_code, answer.json()


# --- healthz, readyz ----------------------------------------------------------------------------------------------------


def test_the_process_lives_without_asking_anybody(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert not answer.cookies and "no-store" in answer["Cache-Control"]


def test_all_is_well(client: Client, well: Valkey) -> None:
    status, told = ready(client, "?all")
    assert status == 200 and told["status"] == "ok"
    assert told["checks"]["beat"]["seconds"] <= 1 and told["checks"]["oldest_due"] == {"ok": True, "seconds": None}


def test_without_redis_readers_are_served_but_the_alarm_rings(client: Client, broker_down: Valkey) -> None:
    mark(PULSE)
    status, told = ready(client)
    assert (status, told["status"], told["checks"]["redis"]["ok"]) == (200, "degraded", False)
    assert ready(client, "?all")[0] == 503


def test_a_redis_that_hangs_keeps_the_answer_only_for_a_moment(client: Client, well: Valkey) -> None:
    well.freeze()
    try:
        began = time.monotonic()
        status, told = ready(client)
        assert time.monotonic() - began < 1
    finally:
        well.thaw()
    assert status == 200 and not told["checks"]["redis"]["ok"]


def test_a_silent_beat_is_said(client: Client, well: Valkey) -> None:
    Tick.objects.update(at=timezone.now() - timedelta(seconds=100))
    assert ready(client)[1]["checks"]["beat"] == {"ok": False, "seconds": 100}
    Tick.objects.all().delete()
    assert ready(client)[1]["checks"]["beat"] == {"ok": False, "says": "never heard"}


def test_what_waits_too_long_is_said(client: Client, well: Valkey, desk: Desk) -> None:
    memory()
    make.original()
    assert ready(client, "?all")[0] == 200
    Republication.objects.update(due_at=timezone.now() - timedelta(seconds=130))
    status, told = ready(client, "?all")
    assert status == 503 and told["checks"]["oldest_due"]["seconds"] >= 130


def test_without_the_database_nothing_can_be_served_and_no_address_is_told(
    client: Client, well: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> Any:
        raise OperationalError("connection to postgres://editor:password@10.0.0.7 failed")

    monkeypatch.setattr(health, "_database", away)
    answer = client.get("/readyz")
    assert answer.status_code == 503 and answer.json()["status"] == "down"
    assert b"password" not in answer.content and b"10.0.0.7" not in answer.content


# --- metrics ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def asked(settings: Any) -> Any:
    settings.SYNDICATION_METRICS = True
    settings.SYNDICATION_METRICS_TOKEN = ""
    return settings


def test_metrics_are_nowhere_unless_asked_for(client: Client) -> None:
    assert client.get("/metrics").status_code == 404


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("10.1.2.3", {}, 200),
        ("::1", {}, 200),
        ("93.184.216.34", {}, 403),
        ("", {}, 403),
        ("127.0.0.1", {"X-Forwarded-For": "93.184.216.34"}, 403),
        ("127.0.0.1", {"Forwarded": "for=93.184.216.34"}, 403),
    ],
)
def test_without_a_token_only_direct_private_addresses_scrape(
    client: Client, asked: Any, address: str, headers: Any, status: int
) -> None:
    assert client.get("/metrics", REMOTE_ADDR=address, headers=headers).status_code == status


def test_with_a_token_only_the_token_counts(client: Client, asked: Any) -> None:
    asked.SYNDICATION_METRICS_TOKEN = "long-and-random"
    assert client.get("/metrics").status_code == 403
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 403
    far = client.get("/metrics", REMOTE_ADDR="93.184.216.34", headers={"Authorization": "Bearer long-and-random"})
    assert far.status_code == 200


def test_metrics_tell_what_waits_what_failed_and_what_was_seen(client: Client, asked: Any, desk: Desk) -> None:
    memory('Lan"tern', max_in_flight=1)
    make.original()
    desk.tell("permanent")
    call_command("syndicate")
    text = client.get("/metrics").content.decode()
    assert 'syndication_failed{outlet="Lan\\"tern"} 1.0' in text
    assert 'syndication_deliveries_last_hour{outcome="permanent",outlet="Lan\\"tern"} 1.0' in text
    assert 'syndication_outlet_state{outlet="Lan\\"tern",state="active"} 1.0' in text
    assert 'syndication_open_notices{kind="dead"} 1.0' in text
    assert "syndication_oldest_due_seconds 0.0" in text and "syndication_beat_age_seconds" in text


def test_a_scrape_asks_as_often_for_many_as_for_few(client: Client, asked: Any, desk: Desk) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/metrics").status_code == 200
        return len(captured)

    few = queries()
    for number in range(4):
        memory(f"Outlet {number}")
        make.original()
    assert queries() == few <= 12


# --- what is forgotten --------------------------------------------------------------------------------------------------


def test_the_last_deliveries_of_each_piece_are_kept_for_good(desk: Desk) -> None:
    memory()
    make.original()
    make.original()
    busy, quiet = Republication.objects.order_by("pk")
    for row, count in ((busy, KEPT_LAST + 7), (quiet, 3)):
        facts = {"republication": row, "outlet": row.outlet, "edition": row.wanted, "operation": "publish", "key": row.key}
        Delivery.objects.bulk_create(Delivery(fence=fence, **facts) for fence in range(1, count + 1))
    Delivery.objects.update(started_at=timezone.now() - timedelta(days=91))
    assert prune() == 7
    assert set(busy.deliveries.values_list("fence", flat=True)) == set(range(8, KEPT_LAST + 8))
    assert quiet.deliveries.count() == 3
    assert prune() == 0


def test_young_deliveries_are_kept_however_many(desk: Desk) -> None:
    memory()
    make.original()
    row = Republication.objects.get()
    facts = {"republication": row, "outlet": row.outlet, "edition": row.wanted, "operation": "publish", "key": row.key}
    Delivery.objects.bulk_create(Delivery(fence=fence, **facts) for fence in range(1, KEPT_LAST + 8))
    assert prune() == 0


def test_old_closed_notices_and_ended_errands_are_forgotten_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syndication.pulse.BATCH", 2)
    long_ago = timezone.now() - timedelta(days=91)
    for number in range(5):
        Notice.objects.create(kind="dead", subject=str(number), sentence="x", closed_at=long_ago)
        Errand.objects.create(kind="read-page", state="done", ended_at=long_ago)
    Notice.objects.create(kind="dead", subject="open", sentence="x")
    Notice.objects.create(kind="dead", subject="young", sentence="x", closed_at=timezone.now())
    Errand.objects.create(kind="read-page")
    assert prune() == 10
    assert (Notice.objects.count(), Errand.objects.count()) == (2, 1)
