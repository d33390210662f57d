"""Topics with a token in their address: they belong to an outlet, their secret is nowhere to be read, and they die with it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path

from syndication.auditing import asked_by_hub, audit
from syndication.hub import links, run_hub
from syndication.models import Outlet, Pull, Republication, Subscription, Token
from syndication.partners.gate import Refusal, admit
from syndication.pulling import shelf, taken
from tests import factories as make
from tests.connectors.conftest import visitable
from tests.fakes.partner import Partner
from tests.syndication.partners.subscribers import ROOT, Subscriber, subscription

__all__ = ["visitable"]

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The least that a feed of an outlet is."""
    try:
        row = admit(token, Token.Scope.FEED)
    except Refusal as refusal:
        audit(request, Pull.Surface.FEED, refusal.status, refusal=refusal.sentence)
        return HttpResponse(status=refusal.status)
    rows = list(shelf(row.outlet))
    tag = '"' + "-".join(f"{one.key.hex[:8]}" for one in rows) + '"'
    answer = HttpResponse("\n".join(one.story.headline for one in rows), content_type="text/plain")
    answer["ETag"], answer["Link"] = tag, links(f"{ROOT}/test-feeds/{token}/")
    if asked_by_hub(request):
        answer.rows = rows  # type: ignore[attr-defined]
    else:
        taken(rows)
    audit(request, Pull.Surface.FEED, 200, token=row, rows=rows)
    return answer


urlpatterns = [path("test-feeds/<str:token>/", feed), path("", include("publication.urls"))]


@pytest.fixture
def weekly() -> Outlet:
    make.section("Reviews", slug="reviews")
    return make.outlet("The Weekly", kind="pull", endpoint="", secret="", website="https://weekly.example")


@pytest.fixture
def token(weekly: Outlet) -> tuple[Token, str]:
    return Token.make(weekly, "Website", ["feed"])


@pytest.fixture
def topic(token: tuple[Token, str]) -> str:
    return f"{ROOT}/test-feeds/{token[1]}/"


@pytest.fixture
def reader(visitable: Callable[..., Any]) -> Subscriber:
    return Subscriber(visitable(Partner()))


@pytest.fixture
def subscribed(reader: Subscriber, topic: str) -> Subscriber:
    assert reader.ask(topic=topic, **{"hub.secret": "between us"}).status_code == 202
    run_hub()
    assert subscription().is_in_force
    return reader


def test_an_outlets_feed_is_a_topic_and_what_is_told_is_written_down_as_pulled(
    subscribed: Subscriber, weekly: Outlet, topic: str
) -> None:
    page = make.original("The harbour")
    assert Republication.objects.get().state == "pending"
    run_hub()
    (told,) = subscribed.deliveries
    assert told.body == b"The harbour" and topic in told.headers["link"]
    assert Republication.objects.get().state == "delivered"
    pull = Pull.objects.exclude(method="POST").get()
    assert (pull.surface, pull.outlet, pull.status, pull.agent) == ("hub", weekly, 200, "Homeward hub")
    assert [piece.uid for piece in pull.pieces.all()] == [page.uid]


def test_what_did_not_arrive_was_not_taken(subscribed: Subscriber) -> None:
    subscribed.behaviour = "status/500"
    make.original()
    run_hub()
    assert Republication.objects.get().state == "pending"
    assert not Pull.objects.exclude(method="POST").exists()


def test_the_tokens_secret_is_nowhere_to_be_read(
    subscribed: Subscriber, token: tuple[Token, str], topic: str, caplog: pytest.LogCaptureFixture
) -> None:
    make.original()
    run_hub()
    secret = token[1].rpartition("_")[2]
    row = subscription()
    assert row.topic == f"{ROOT}/test-feeds/hw_{token[0].prefix}_…/" and row.address == topic
    kept = [str(value) for model in (Subscription, Pull) for facts in model.objects.values() for value in facts.values()]
    assert not [text for text in [*kept, caplog.text, str(row)] if secret in text or "between us" in text]


def test_the_same_topic_and_callback_is_one_subscription(subscribed: Subscriber, topic: str, weekly: Outlet) -> None:
    subscribed.ask(topic=topic)
    run_hub()
    assert subscription().outlet == weekly
    other = Token.make(weekly, "Newsletter", ["feed"])[1]
    subscribed.ask(topic=f"{ROOT}/test-feeds/{other}/")
    assert Subscription.objects.count() == 2


@pytest.mark.parametrize("end", ["revoked", "expired", "suspended"])
def test_a_topic_dies_with_its_token(end: str, subscribed: Subscriber, token: tuple[Token, str], topic: str) -> None:
    if end == "revoked":
        token[0].revoke()
    elif end == "expired":
        Token.objects.update(expires_at="2020-01-01T00:00Z")
    else:
        Outlet.objects.update(state="suspended")
    make.original("A secret")
    run_hub()
    assert subscribed.deliveries == [] and not Subscription.objects.exists()
    assert (subscribed.questions[-1]["hub.mode"], subscribed.questions[-1]["hub.topic"]) == ("denied", topic)
    assert subscribed.ask(topic=topic).status_code == 400


def test_nobody_leaves_with_half_a_token(subscribed: Subscriber, token: tuple[Token, str]) -> None:
    guessed = f"{ROOT}/test-feeds/hw_{token[0].prefix}_guessed/"
    assert subscribed.ask("unsubscribe", topic=guessed).status_code == 400
    assert subscribed.ask(topic=guessed).status_code == 400
    assert subscription().state == "active"


def test_another_scope_opens_no_topic(reader: Subscriber, weekly: Outlet) -> None:
    text = Token.make(weekly, "API", ["read"])[1]
    assert reader.ask(topic=f"{ROOT}/test-feeds/{text}/").status_code == 400


def test_when_the_outlet_goes_so_do_its_subscriptions(subscribed: Subscriber, weekly: Outlet) -> None:
    weekly.delete()
    assert not Subscription.objects.exists()
    make.original()
    run_hub()
    assert subscribed.deliveries == []


def test_who_reads_the_feed_without_the_hub_is_audited_as_ever(client: Client, topic: str) -> None:
    make.original()
    client.get(topic, headers={"homeward-hub": "1", "homeward.hub": "1"})
    assert Pull.objects.get().surface == "feed" and Republication.objects.get().state == "delivered"


# --- the feeds there really are -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", ["rss", "atom", "json", "ninjs", "newsml"])
def test_each_dialect_of_an_outlets_feed_is_a_topic(
    dialect: str, reader: Subscriber, token: tuple[Token, str], weekly: Outlet, client: Client
) -> None:
    topic = f"{ROOT}/partners/feeds/{token[1]}/{dialect}/"
    assert reader.ask(topic=topic).status_code == 202
    run_hub()
    page = make.original("The harbour")
    run_hub()
    assert Republication.objects.get().state == "delivered"
    (told,) = reader.deliveries
    assert "The harbour" in told.body.decode() and told.headers["content-type"] == client.get(topic)["Content-Type"]
    assert [piece.uid for pull in Pull.objects.filter(surface="hub") for piece in pull.pieces.all()] == [page.uid]
    page.unpublish()
    run_hub()
    assert len(reader.deliveries) == 2 and Republication.objects.get().state == "withdrawn"
    assert run_hub() == 0
    token[0].revoke()
    run_hub()
    assert reader.questions[-1]["hub.mode"] == "denied" and not Subscription.objects.exists()
