"""Our hub: who may subscribe to what, what is asked of callbacks, and what reaches them."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone

from syndication import tasks
from syndication.hub import run_hub, telling
from syndication.models import Pull, Subscription
from tests import factories as make
from tests.connectors.conftest import visitable
from tests.fakes.partner import Partner
from tests.syndication.partners.subscribers import ROOT, TOPIC, Subscriber, post, subscription

__all__ = ["visitable"]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def house(settings: Any) -> None:
    """A site with its feeds; the hub may call loopback."""
    settings.SYNDICATION_TIME_SCALE = 1.0
    make.section("Reviews", slug="reviews")


@pytest.fixture
def reader(visitable: Callable[..., Any]) -> Subscriber:
    return Subscriber(visitable(Partner()))


@pytest.fixture
def subscribed(reader: Subscriber) -> Subscriber:
    """A subscriber to TOPIC that was asked and said yes."""
    assert reader.ask().status_code == 202
    run_hub()
    assert subscription().is_in_force
    return reader


def due_now() -> None:
    """As if the wait was over."""
    Subscription.objects.filter(due_at__isnull=False).update(due_at=timezone.now() - timedelta(seconds=1))


# --- subscribing ----------------------------------------------------------------------------------------------------------


def test_a_subscription_is_asked_about_at_its_callback_and_counts_only_then(reader: Subscriber) -> None:
    answer = reader.ask(path="/told?mine=1&b=%20c", **{"hub.lease_seconds": "86400", "hub.unknown": "x"})
    assert (answer.status_code, answer["Content-Type"]) == (202, "text/plain; charset=utf-8")
    assert reader.partner.requests == [] and not subscription().is_in_force
    assert run_hub() == 1
    (question,) = reader.questions
    assert reader.partner.requests[0].path.startswith("/told?mine=1&b=%20c&hub.mode=subscribe&")
    assert (question["hub.topic"], question["hub.lease_seconds"]) == (TOPIC, "86400")
    assert len(question["hub.challenge"]) >= 32
    row = subscription()
    assert (row.state, row.due_at, row.attempts) == ("active", None, 0)
    assert timedelta(hours=23.9) < row.ends_at - timezone.now() <= timedelta(hours=24)
    assert run_hub() == 0


@pytest.mark.parametrize(
    ("behaviour", "sentence"),
    [
        ("status/404", "404"),
        ("status/204", "challenge"),
        ("page", "challenge"),
        ("redirect/302?to=/elsewhere", "302"),
        ("created/1", "challenge"),
    ],
)
def test_whoever_does_not_say_yes_has_no_subscription(behaviour: str, sentence: str, reader: Subscriber) -> None:
    reader.partner.next(behaviour)
    reader.ask()
    run_hub()
    row = subscription()
    assert not row.is_in_force and row.due_at is None and sentence in row.sentence
    assert len(reader.partner.requests) == 1, "no redirect is followed"
    make.original()
    assert run_hub() == 0 and reader.deliveries == []


@pytest.mark.parametrize("behaviour", ["status/503", "reset", "huge_body", "endless_body", "bomb", "garbage"])
def test_a_callback_that_fails_is_asked_three_times_and_not_again(behaviour: str, reader: Subscriber) -> None:
    reader.partner.next(*[behaviour] * 9)
    reader.ask()
    for _time in range(5):
        run_hub()
        due_now()
    assert len(reader.partner.requests) == 3 and subscription().failing_since is None
    assert subscription().due_at is None and not subscription().is_in_force


def test_what_nobody_confirmed_is_forgotten_after_a_day(reader: Subscriber) -> None:
    reader.confirms = False
    reader.ask()
    run_hub()
    Subscription.objects.update(asked_at=timezone.now() - timedelta(hours=25))
    run_hub()
    assert not Subscription.objects.exists()


@pytest.mark.parametrize(("asked", "kept"), [("", 7 * 86400), ("1", 300), ("999999999999", 15 * 86400), ("3600", 3600)])
def test_leases_are_bounded_and_finite(asked: str, kept: int, reader: Subscriber) -> None:
    reader.ask(**{"hub.lease_seconds": asked})
    assert subscription().asked_seconds == kept


def test_a_lease_that_is_over_gets_nothing_more(subscribed: Subscriber) -> None:
    Subscription.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    make.original()
    run_hub()
    assert subscribed.deliveries == [] and not Subscription.objects.exists()


def test_subscribing_again_renews_the_lease_and_changes_the_secret_only_when_confirmed(reader: Subscriber) -> None:
    reader.ask(**{"hub.secret": "first"})
    run_hub()
    before = subscription()
    reader.confirms = False
    reader.ask(**{"hub.secret": "of a stranger", "hub.lease_seconds": "300"})
    assert subscription().secret == "first" and subscription().ends_at == before.ends_at
    run_hub()
    row = subscription()
    assert (row.state, row.secret, row.ends_at, row.asked_secret) == ("active", "first", before.ends_at, "")
    reader.confirms = True
    reader.ask(**{"hub.secret": "second", "hub.lease_seconds": "300"})
    run_hub()
    assert subscription().secret == "second" and subscription().ends_at < before.ends_at
    reader.ask()
    run_hub()
    assert subscription().secret == "", "what is asked last counts, also that there be none"


def test_a_stranger_cannot_end_a_subscription(subscribed: Subscriber) -> None:
    subscribed.confirms = False
    assert subscribed.ask("unsubscribe").status_code == 202
    run_hub()
    assert subscribed.questions[-1]["hub.mode"] == "unsubscribe" and "hub.lease_seconds" not in subscribed.questions[-1]
    assert subscription().state == "active" and subscription().is_in_force
    make.original()
    run_hub()
    assert len(subscribed.deliveries) == 1


def test_whoever_leaves_is_asked_and_gets_nothing_more(subscribed: Subscriber) -> None:
    subscribed.ask("unsubscribe")
    run_hub()
    assert not Subscription.objects.exists()
    make.original()
    run_hub()
    assert subscribed.deliveries == []
    assert subscribed.ask("unsubscribe").status_code == 400, "there is none to end"


def test_who_asks_anew_while_we_ask_is_asked_anew(reader: Subscriber) -> None:
    reader.ask(**{"hub.lease_seconds": "3600"})
    (old,) = Subscription.objects.all().lease(1)
    reader.ask(**{"hub.lease_seconds": "7200"})
    assert old.confirmed() is False and not subscription().is_in_force
    run_hub()
    assert reader.questions[-1]["hub.lease_seconds"] == "7200" and subscription().is_in_force


# --- what is refused ------------------------------------------------------------------------------------------------------

FORM = "application/x-www-form-urlencoded"
GOOD = {"hub.mode": "subscribe", "hub.topic": TOPIC, "hub.callback": "https://reader.example/told"}


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"hub.mode": ""}, "hub.mode"),
        ({"hub.mode": "publish", "hub.url": TOPIC}, "hub.mode"),
        ({"hub.topic": ""}, "hub.topic"),
        ({"hub.topic": "https://elsewhere.example/feed"}, "hub.topic"),
        ({"hub.topic": "/feeds/atom/"}, "hub.topic"),
        ({"hub.topic": f"{ROOT}/feeds/atom"}, "hub.topic"),
        ({"hub.topic": f"{ROOT}/feeds/%61tom/"}, "hub.topic"),
        ({"hub.topic": f"{ROOT}/feeds/atom/?page=2"}, "hub.topic"),
        ({"hub.topic": f"{ROOT}/feeds/atom/#news"}, "hub.topic"),
        ({"hub.topic": f"{ROOT}/feeds/yaml/"}, "hub.topic"),
        ({"hub.topic": f"{ROOT}/"}, "hub.topic"),
        ({"hub.topic": f"{ROOT}/admin/"}, "hub.topic"),
        ({"hub.topic": f"{ROOT}/hub/"}, "hub.topic"),
        ({"hub.topic": "http://127.0.0.1:8000@elsewhere.example/feeds/atom/"}, "hub.topic"),
        ({"hub.topic": "http://["}, "hub.topic"),
        ({"hub.topic": f"{ROOT}/{'x' * 2000}"}, "hub.topic"),
        ({"hub.topic": f"{ROOT}/feeds/\0/"}, "hub.topic"),
        ({"hub.callback": ""}, "hub.callback"),
        ({"hub.callback": "told"}, "hub.callback"),
        ({"hub.callback": "ftp://reader.example/told"}, "hub.callback"),
        ({"hub.callback": "https://user:word@reader.example/told"}, "hub.callback"),
        ({"hub.callback": "https://reader.example/told#here"}, "hub.callback"),
        ({"hub.callback": "http://10.0.0.1/"}, "hub.callback"),
        ({"hub.callback": "http://169.254.169.254/latest/meta-data/"}, "hub.callback"),
        ({"hub.callback": "http://[::1]/"}, "hub.callback"),
        ({"hub.callback": "http://0x7f000001/"}, "hub.callback"),
        ({"hub.callback": "https://reader.example:22/"}, "hub.callback"),
        ({"hub.callback": f"{ROOT}/hub/"}, "hub.callback"),
        ({"hub.callback": "https://reader.example/a b"}, "hub.callback"),
        ({"hub.callback": f"https://reader.example/{'x' * 2000}"}, "hub.callback"),
        ({"hub.lease_seconds": "0"}, "hub.lease_seconds"),
        ({"hub.lease_seconds": "-5"}, "hub.lease_seconds"),
        ({"hub.lease_seconds": "a week"}, "hub.lease_seconds"),
        ({"hub.lease_seconds": "٣٦٠٠"}, "hub.lease_seconds"),
        ({"hub.secret": "x" * 200}, "hub.secret"),
        ({"hub.secret": "é" * 100}, "hub.secret"),
        ({"hub.secret": "a\0b"}, "hub.secret"),
    ],
)
def test_what_cannot_be_is_refused_at_once_with_a_sentence(changes: dict[str, str], word: str, settings: Any) -> None:
    settings.SYNDICATION_ALLOWED_NETWORKS, settings.SYNDICATION_ALLOWED_PORTS = [], [8000]
    answer = post(**{**GOOD, **changes})
    assert answer.status_code == 400 and word in answer.content.decode()
    assert not Subscription.objects.exists()
    assert Pull.objects.get().surface == "hub" and word in Pull.objects.get().refusal


@pytest.mark.parametrize("field", ["hub.mode", "hub.topic", "hub.callback", "hub.secret"])
def test_a_field_that_is_there_twice_is_refused(field: str, reader: Subscriber) -> None:
    answer = post(urlencode({**GOOD, "hub.secret": "s"}) + "&" + urlencode({field: "https://other.example/"}))
    assert answer.status_code == 400 and "more than once" in answer.content.decode()


def test_bytes_that_are_no_text_are_refused() -> None:
    answer = post(urlencode(GOOD) + "&hub.secret=%ff%fe")
    assert answer.status_code == 400 and "UTF-8" in answer.content.decode()


def test_other_methods_types_and_sizes_are_refused(client: Client) -> None:
    answer = client.get("/hub/")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert client.post("/hub/", GOOD).status_code == 415, "multipart"
    assert client.post("/hub/", json.dumps(GOOD), content_type="application/json").status_code == 415
    assert post("hub.mode=" + "x" * 20000).status_code == 413
    assert client.generic("POST", "/hub/", urlencode(GOOD), FORM, CONTENT_LENGTH="").status_code == 411
    assert not Subscription.objects.exists()


def test_a_copy_of_the_site_takes_nobody_and_tells_nobody(subscribed: Subscriber, settings: Any) -> None:
    settings.SYNDICATION_PRODUCTION_HOSTS = ["www.real.example"]
    assert subscribed.ask(path="/other").status_code == 503
    make.original()
    assert run_hub() == 0 and subscribed.deliveries == []


def test_without_a_hub_there_is_none(subscribed: Subscriber, settings: Any, client: Client) -> None:
    settings.SYNDICATION_HUB = False
    assert post(**GOOD).status_code == 404
    make.original()
    assert run_hub() == 0 and subscribed.deliveries == []
    assert "hub" not in client.get("/feeds/atom/")["Link"] and b"hub" not in client.get("/feeds/atom/").content


def test_no_csrf_token_is_asked_for() -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/hub/", urlencode(GOOD), content_type=FORM).status_code == 202


def test_one_address_cannot_ask_without_end(reader: Subscriber, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syndication.hub.asking.PER_ADDRESS", 5)
    answers = [reader.ask(path=f"/{number}") for number in range(7)]
    assert [answer.status_code for answer in answers] == [202] * 5 + [429] * 2
    assert answers[-1]["Retry-After"] == "3600"
    assert Pull.objects.count() == 5, "a flood fills no log"


def test_thousands_of_subscriptions_for_one_victim_ask_it_a_few_times(
    reader: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syndication.hub.asking.PER_ADDRESS", 10**6)
    monkeypatch.setattr("syndication.hub.asking.ASKED_PER_HOST", 20)
    reader.confirms = False
    refused = [reader.ask(path=f"/{number}").status_code for number in range(60)].count(429)
    run_hub()
    assert refused == 40 and len(reader.partner.requests) == 20


def test_one_host_keeps_only_so_many(reader: Subscriber, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syndication.hub.asking.KEPT_PER_HOST", 2)
    assert [reader.ask(path=path).status_code for path in ("/a", "/b", "/c", "/a")] == [202, 202, 429, 202]


# --- telling --------------------------------------------------------------------------------------------------------------


def test_a_subscriber_is_sent_the_whole_feed_as_it_is_now(subscribed: Subscriber, client: Client) -> None:
    make.original("Lamps")
    assert run_hub() == 1
    (told,) = subscribed.deliveries
    feed = client.get("/feeds/atom/")
    assert told.body == feed.content and b"Lamps" in told.body
    assert told.headers["content-type"] == feed["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert told.headers["link"] == f'<{TOPIC}>; rel="self", <{ROOT}/hub/>; rel="hub"'
    assert "x-hub-signature" not in told.headers
    row = subscription()
    assert (row.delivered, row.due_at) == (feed["ETag"], None) and row.delivered_at
    assert run_hub() == 0, "the same is not sent twice"


@pytest.mark.parametrize("secret", ["s3", "é" * 99, "x" * 199, " a&b=c+%20 "])
def test_what_is_sent_is_signed_with_the_secret(secret: str, reader: Subscriber) -> None:
    reader.ask(**{"hub.secret": secret})
    run_hub()
    make.original()
    run_hub()
    (told,) = reader.deliveries
    signature = hmac.new(secret.encode(), told.body, hashlib.sha256).hexdigest()
    assert told.headers["x-hub-signature"] == f"sha256={signature}"
    assert len(secret) < 3 or secret not in subscription().sealed_secret


@pytest.mark.parametrize("path", ["/feeds/rss/", "/feeds/json/", "/reviews/feeds/rss/", "/reviews/feeds/atom/"])
def test_each_public_feed_is_a_topic(path: str, reader: Subscriber, client: Client) -> None:
    assert reader.ask(topic=f"{ROOT}{path}").status_code == 202
    run_hub()
    make.original("Lamps")
    run_hub()
    assert [told.body for told in reader.deliveries] == [client.get(path).content]


def test_only_who_subscribed_to_what_changed_hears_of_it(reader: Subscriber) -> None:
    make.section("Essays", slug="essays")
    for place in ("reviews", "essays"):
        reader.ask(topic=f"{ROOT}/{place}/feeds/json/", path=f"/{place}")
    run_hub()
    make.original()
    run_hub()
    assert [told.path for told in reader.deliveries] == ["/reviews"]


def test_what_changed_between_request_and_confirmation_is_not_missed(reader: Subscriber) -> None:
    reader.ask()
    make.original("Lamps")
    run_hub()
    assert [b"Lamps" in told.body for told in reader.deliveries] == [True]


def test_an_edit_and_a_withdrawal_are_told_too_and_many_edits_once(subscribed: Subscriber) -> None:
    page = make.original("Lamps")
    run_hub()
    for title in ("Lanterns", "Lights", "Beacons"):
        page = make.edit(page, title=title)
    run_hub()
    page.unpublish()
    run_hub()
    first, second, third = [told.body for told in subscribed.deliveries]
    assert b"Lamps" in first and b"Beacons" in second and b"Lights" not in second and b"Beacons" not in third


def test_a_failing_subscriber_is_tried_again_later_with_what_is_new_then(subscribed: Subscriber) -> None:
    subscribed.behaviour = "status/500"
    page = make.original("Lamps")
    assert run_hub() == 1
    row = subscription()
    assert row.failing_since and "500" in row.sentence and row.due_at > timezone.now()
    make.edit(page, title="Lanterns")
    assert run_hub() == 0, "news are no reason to hurry"
    subscribed.behaviour = "status/200"
    due_now()
    assert run_hub() == 1
    assert b"Lanterns" in subscribed.deliveries[-1].body
    row = subscription()
    assert (row.failing_since, row.sentence, row.attempts) == (None, "", 0)


def test_what_changes_while_it_is_being_told_is_told_next(subscribed: Subscriber, monkeypatch: pytest.MonkeyPatch) -> None:
    page, settle = make.original("Lamps"), telling._told
    meanwhile = [lambda: make.edit(page, title="Lanterns")]

    def slow(*facts: Any) -> None:
        if meanwhile:
            meanwhile.pop()()
        settle(*facts)

    monkeypatch.setattr(telling, "_told", slow)
    assert run_hub() == 2
    first, second = subscribed.deliveries
    assert b"Lamps" in first.body and b"Lanterns" in second.body and subscription().due_at is None


def test_a_worker_that_lost_its_lease_settles_nothing(subscribed: Subscriber) -> None:
    make.original()
    Subscription.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    (late,) = Subscription.objects.all().lease(1)
    Subscription.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    run_hub()
    told = subscription()
    assert not late.told('W/"old"') and not late.postpone("500") and not late.confirmed() and not late.end()
    assert subscription().delivered == told.delivered and subscription().due_at is None


def test_a_new_version_rings_for_the_hub_only_where_somebody_subscribed(
    reader: Subscriber, commit: Callable[[], Any], rings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks.run_hub, "apply_async", lambda **options: rings.append("run_hub"))
    with commit():
        make.original()
    assert "run_hub" not in rings
    with commit():
        reader.ask()
    assert rings.count("run_hub") == 1, "a request is taken up at once"
    with commit():
        page = make.original()
        make.edit(page, title="Lanterns")
    assert rings.count("run_hub") == 2
    with commit():
        page.delete()
    assert rings.count("run_hub") == 3


def test_waits_grow_to_hours_and_end_with_the_lease(subscribed: Subscriber) -> None:
    subscribed.behaviour = "status/404"
    make.original()
    waits = []
    for _time in range(8):
        run_hub()
        waits.append((subscription().due_at - timezone.now()).total_seconds())
        due_now()
    assert waits[0] < 7 and 0.79 * 6 * 3600 < waits[-1] < 1.21 * 6 * 3600
    Subscription.objects.update(ends_at=timezone.now())
    run_hub()
    assert len(subscribed.deliveries) == 8 and not Subscription.objects.exists()


def test_a_subscriber_may_ask_us_to_wait(subscribed: Subscriber) -> None:
    subscribed.behaviour = "slow_down/3000"
    make.original()
    run_hub()
    assert subscription().due_at > timezone.now() + timedelta(seconds=2900)


def test_a_callback_that_is_gone_ends_its_subscription(subscribed: Subscriber) -> None:
    subscribed.behaviour = "status/410"
    make.original()
    run_hub()
    assert not Subscription.objects.exists()


def test_no_redirect_is_followed_on_delivery(subscribed: Subscriber) -> None:
    subscribed.behaviour = f"redirect/307?to={subscribed.url('/elsewhere')}"
    make.original()
    run_hub()
    assert [told.path for told in subscribed.deliveries] == ["/told"] and subscription().failing_since


def test_a_callback_whose_name_leads_inwards_later_is_not_called(subscribed: Subscriber, settings: Any) -> None:
    settings.SYNDICATION_ALLOWED_NETWORKS = []
    make.original()
    run_hub()
    assert subscribed.deliveries == [] and subscription().failing_since


def test_slow_subscribers_keep_nobody_waiting(reader: Subscriber, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syndication.hub.speaking.SECONDS", 2.0)
    paths = [f"/slow/{number}" for number in range(6)] + [f"/quick/{number}" for number in range(4)]
    for path in paths:
        reader.ask(path=path)
    run_hub()
    reader.behaviours = {path: "drip_headers" if "slow" in path else "status/204" for path in paths}
    # One host is asked a few things at a time: the quick ones have a host of their own.
    Subscription.objects.filter(callback__contains="quick").update(host="quick.example")
    make.original()
    began = time.monotonic()
    run_hub()
    assert time.monotonic() - began < 8
    assert {told.path for told in reader.deliveries[:8]} >= {path for path in paths if "quick" in path}
    assert Subscription.objects.filter(delivered_at__isnull=False).count() == 4
    assert Subscription.objects.filter(failing_since__isnull=False).count() == 6


# --- topics that go -------------------------------------------------------------------------------------------------------


def test_when_a_topic_goes_its_subscribers_are_told_and_forgotten(reader: Subscriber) -> None:
    essays = make.section("Essays", slug="essays")
    reader.ask(topic=f"{ROOT}/essays/feeds/json/")
    run_hub()
    essays.unpublish()
    run_hub()
    assert reader.questions[-1]["hub.mode"] == "denied" and reader.questions[-1]["hub.topic"] == f"{ROOT}/essays/feeds/json/"
    assert reader.questions[-1]["hub.reason"] and not Subscription.objects.exists()


def test_a_callback_that_does_not_hear_that_it_is_over_is_told_three_times(subscribed: Subscriber) -> None:
    subscription().deny()
    subscribed.partner.next(*["status/503"] * 9)
    for _time in range(5):
        run_hub()
        due_now()
    assert [one["hub.mode"] for one in subscribed.questions] == ["subscribe", "denied", "denied", "denied"]
    assert not Subscription.objects.exists()


def test_a_topic_that_stumbles_ends_nobodys_subscription(subscribed: Subscriber, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(*facts: Any) -> str:
        raise RuntimeError("no database")

    monkeypatch.setattr("home.feeds._etag", stumble)
    make.original()
    assert run_hub() == 0 and subscription().is_in_force
    assert subscribed.ask(path="/other").status_code == 503
