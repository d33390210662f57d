"""The list of who is told by our hub, and ending one by hand."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from syndication.models import Subscription
from tests import factories as make
from tests.syndication.admin.test_screens import get

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client: Client) -> Client:
    """A superuser's browser."""
    client.force_login(make.editor())
    return client


def subscribed(host: str = "reader.example", **facts: Any) -> Subscription:
    """A subscription in force."""
    place = {"topic": "https://home.example/feeds/atom/", "callback": f"https://{host}/a-secret-path", "host": host}
    lease = {"state": "active", "ends_at": timezone.now() + timedelta(days=3)}
    return Subscription.objects.create(**{**place, **lease, **facts})


def test_the_list_shows_topic_host_and_trouble_but_no_callback(manager: Client) -> None:
    subscribed()
    since = timezone.now() - timedelta(hours=2)
    subscribed("slow.example", failing_since=since, sentence="The callback answered 500.")
    subscribed("silent.example", state="asked", ends_at=None, sentence="The callback says that it did not ask for this (404).")
    page = get(manager, "subscriptions")
    assert "https://home.example/feeds/atom/" in page and "a-secret-path" not in page
    assert "The callback answered 500." in page and "failing" in page and "not confirmed" in page
    assert page.index("slow.example") < page.index("reader.example"), "what fails comes first"


def test_an_empty_list_says_how_it_fills(manager: Client) -> None:
    assert "Nobody has subscribed" in get(manager, "subscriptions")
    assert "Take a filter away." in get(manager, "subscriptions", q="nowhere")


def test_the_list_is_searched_and_filtered(manager: Client) -> None:
    outlet = make.outlet("The Weekly", kind="pull", endpoint="", secret="")
    subscribed("weekly.example", outlet=outlet, failing_since=timezone.now())
    subscribed("other.example", state="leaving")
    for query in ({"q": "weekly"}, {"outlet": outlet.pk}, {"state": "active"}, {"failing": "true"}):
        page = get(manager, "subscriptions_results", **query)
        assert "weekly.example" in page and "other.example" not in page, query
    assert "weekly.example" not in get(manager, "subscriptions_results", failing="false")


def test_the_list_can_be_had_as_a_spreadsheet(manager: Client) -> None:
    subscribed()
    answer = manager.get(reverse("syndication:subscriptions"), {"export": "csv"})
    lines = b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert lines[0].startswith("Topic,Subscriber,Outlet,State") and "a-secret-path" not in lines[1]


def test_one_is_ended_by_hand_and_that_is_written_down(manager: Client) -> None:
    row, kept = subscribed(), subscribed("kept.example")
    answer = manager.post(reverse("syndication:end_subscription", args=[row.pk]), follow=True)
    assert "Ended. We tell reader.example." in answer.content.decode()
    row.refresh_from_db()
    kept.refresh_from_db()
    assert (row.state, row.is_in_force) == ("denied", False) and row.due_at and kept.is_in_force
    assert ModelLogEntry.objects.get(action="syndication.end_subscription").object_id == str(row.pk)
    manager.post(reverse("syndication:end_subscription", args=[row.pk]))
    assert ModelLogEntry.objects.filter(action="syndication.end_subscription").count() == 1
