"""Telling a hub which feeds changed: against a hub on loopback, and against Flask-WebSub, which others wrote."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import pytest
from django.test import Client
from flask import Flask
from flask_websub.hub import Hub, SQLite3HubStorage
from werkzeug.serving import make_server

from syndication.connectors import CONNECTORS
from syndication.connectors.base import Access, Receipt
from syndication.connectors.websub import WebSub, feeds_of
from syndication.contract import Contract
from syndication.credentials import Secret
from syndication.errors import OutletGone, Permanent, Refused, Transient, Uncertain
from syndication.http.probe import FAILED, OK, WARNING
from syndication.models import current_edition
from syndication.story import Named
from tests import factories as make
from tests.fakes.partner import Partner, Visit

KEY = UUID("0d1f8a5c-3f52-4f54-9a38-0d5c3c1f7f10")


@pytest.fixture
def hub(visitable: Callable[..., Any]) -> Partner:
    partner = visitable(Partner())
    partner.routes["/hub"] = lambda visit: visit.reply(204)
    return partner


@pytest.fixture
def websub(hub: Partner) -> WebSub:
    return speaking(hub.url("/hub"))


def speaking(endpoint: str) -> WebSub:
    return WebSub(Access("Hub", endpoint, Contract(), lambda: Secret("")))


def told(hub: Partner) -> list[str]:
    """The feeds that the hub was told of."""
    forms = [parse_qs(one.body.decode(), strict_parsing=True) for one in hub.requests]
    assert all(form["hub.mode"] == ["publish"] and form["hub.url"] == form["hub.topic"] for form in forms)
    return [form["hub.url"][0] for form in forms]


FEEDS = [f"https://home.example/{place}feeds/{dialect}/" for place in ("", "reviews/") for dialect in ("rss", "atom", "json")]


def test_the_table_of_contents_knows_it_as_one_that_announces() -> None:
    assert CONNECTORS["websub"] is WebSub
    assert WebSub.announces and WebSub.idempotent and not WebSub.needs_secret


def test_the_hub_is_told_of_each_feed_that_the_piece_stands_in(websub: WebSub, hub: Partner) -> None:
    websub.publish(make.story(), KEY)
    assert told(hub) == FEEDS


def test_a_piece_without_a_section_stands_in_the_feeds_of_the_site(websub: WebSub, hub: Partner) -> None:
    websub.publish(make.story(section=None), KEY)
    assert told(hub) == FEEDS[:3]


@pytest.mark.django_db
def test_the_feeds_are_where_the_site_serves_them(client: Client) -> None:
    page = make.original(parent=make.section("Reviews"))
    feeds = feeds_of(current_edition(page.uid).story)  # type: ignore[union-attr]
    assert len(feeds) == 6
    for feed in feeds:
        assert page.title in client.get(urlsplit(feed).path).content.decode()


def test_a_piece_that_changes_its_section_is_told_of_in_both(websub: WebSub, hub: Partner) -> None:
    story = make.story()
    receipt = websub.publish(story, KEY)
    hub.requests.clear()
    moved = story.model_copy(update={"section": Named(name="Essays", url="https://home.example/essays/")})
    again = websub.update(moved, receipt, uuid4())
    assert len(told(hub)) == 9 and set(told(hub)) > set(FEEDS)
    hub.requests.clear()
    websub.withdraw(moved, again, uuid4())
    assert len(told(hub)) == 6, "it left the first section long ago"


def test_a_withdrawal_is_told_though_nothing_was_before(websub: WebSub, hub: Partner) -> None:
    assert websub.withdraw(make.story(), Receipt(memory={"feeds": "nonsense"}), KEY).memory == {"feeds": FEEDS}
    assert told(hub) == FEEDS


def test_no_copy_stands_at_a_hub(websub: WebSub) -> None:
    receipt = websub.publish(make.story(), KEY)
    assert receipt.url == "" and receipt.warnings == () and websub.find(make.story()) is None


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        ("status/400", Permanent),
        ("status/403", Refused),
        ("status/404", Permanent),
        ("status/410", OutletGone),
        ("slow_down/30", Transient),
        ("status/500", Transient),
        ("reset", Uncertain),
        ("garbage", Uncertain),
        ("redirect/302?to=http://10.0.0.1/", Permanent),
    ],
)
def test_trouble_with_a_hub_is_sorted(behaviour: str, error: type[Exception], websub: WebSub, hub: Partner) -> None:
    hub.next("status/204", behaviour)
    with pytest.raises(error) as caught:
        websub.publish(make.story(), KEY)
    assert type(caught.value) is error and len(hub.requests) == 2


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(400, OK), (422, OK), (202, WARNING), (200, WARNING), (404, FAILED), (405, FAILED), (403, FAILED), (500, FAILED)],
)
def test_a_test_asks_for_what_no_hub_can_do_and_names_no_feed(status: int, outcome: str, websub: WebSub, hub: Partner) -> None:
    hub.next(f"status/{status}")
    steps = list(websub.greet())
    assert steps[0].outcome == outcome and len(steps) == (1 if outcome == FAILED else 3)
    assert [one.body for one in hub.requests] == [b"hub.mode=test"]


def test_a_test_of_a_hub_that_falls_silent_fails(websub: WebSub, hub: Partner) -> None:
    hub.next("reset")
    (step,) = websub.greet()
    assert step.outcome == FAILED and "may have arrived" not in step.sentence


# --- a hub that others wrote --------------------------------------------------------------------------------------------


class Now:
    """As much of Celery as the hub asks for: what is to be done later is done at once."""

    @staticmethod
    def task(**options: Any) -> Callable[[Callable[..., Any]], Any]:
        class Task:
            def __init__(self, act: Callable[..., Any]):
                self.act = act
                self.request = type("Request", (), {"retries": 0})()

            def delay(self, *args: Any) -> None:
                self.act(*([self, *args] if options.get("bind") else args))

        return Task


@pytest.fixture
def real_hub(tmp_path: Path, visitable: Callable[..., Any], settings: Any) -> Iterator[str]:
    """Flask-WebSub in a thread of its own; its address."""
    hub = Hub(SQLite3HubStorage(str(tmp_path / "hub.sqlite3")), Now, PUBLISH_SUPPORTED=True)
    app = Flask(__name__)
    app.config["PUBLISH_SUPPORTED"] = True
    app.register_blueprint(hub.build_blueprint(url_prefix="/hub"))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    settings.SYNDICATION_ALLOWED_PORTS = [*settings.SYNDICATION_ALLOWED_PORTS, server.port]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.port}/hub"
    server.shutdown()


def subscribe(path: Path, topic: str, callback: str) -> None:
    """As if the subscriber had asked, and the hub had seen that it meant it."""
    facts = (topic, callback, int(datetime.now(UTC).timestamp()) + 3600, None)
    with sqlite3.connect(path) as connection:
        connection.execute("insert into hub(topic_url, callback_url, expiration_time, secret) values (?, ?, ?, ?)", facts)


def test_flask_websub_accepts_our_publish_and_tells_a_subscriber(
    real_hub: str, tmp_path: Path, visitable: Callable[..., Any]
) -> None:
    """The hub reads the feed from a partner that stands for our site, with the headers that our feeds have."""
    site = visitable(Partner())
    reader = visitable(Partner())

    def feed(visit: Visit) -> None:
        own = site.url(visit.path)
        visit.reply(200, b"<rss/>", "application/rss+xml", Link=f'<{own}>; rel="self", <{real_hub}>; rel="hub"')

    site.routes.update({f"/feeds/{dialect}/": feed for dialect in ("rss", "atom", "json")})
    reader.routes["/told"] = lambda visit: visit.reply(204)
    subscribe(tmp_path / "hub.sqlite3", site.url("/feeds/rss/"), reader.url("/told"))
    publisher = make.story().publisher.model_copy(update={"url": site.url("/")})
    receipt = speaking(real_hub).publish(make.story(section=None, publisher=publisher), KEY)
    assert receipt.memory["feeds"] == [site.url(f"/feeds/{dialect}/") for dialect in ("rss", "atom", "json")]
    assert [one.path for one in site.requests] == ["/feeds/rss/", "/feeds/atom/", "/feeds/json/"]
    assert [one.body for one in reader.requests] == [b"<rss/>"]


def test_flask_websub_passes_our_test(real_hub: str) -> None:
    assert next(speaking(real_hub).greet()).outcome == OK
