"""Our hub on the whole stack: what is published stands at a subscriber within seconds, with the new content in it."""

import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

import feedparser
import feedparser_sgmllib  # type: ignore[import-untyped]
import pytest
from flask import Flask
from flask_websub.errors import SubscriberError
from flask_websub.subscriber import SQLite3SubscriberStorage, SQLite3TempSubscriberStorage, Subscriber, discover
from reader import make_reader
from werkzeug.serving import make_server

from tests.e2e.stack import Stack, Template, stack, until

pytestmark = pytest.mark.e2e

WITHIN = 5.0
HOUSE = """
from urllib.parse import urlsplit
from django.conf import settings
from home.models import Author, HomePage, SectionPage
from wagtail.models import Site
own = urlsplit(settings.SITE_URL)
Site.objects.update(hostname=own.hostname, port=own.port)
HomePage.objects.get().add_child(instance=SectionPage(title="Harbours", slug="harbours"))
Author.objects.create(name="Nell Ashcombe", slug="nell")
"""
PUBLISH = """
from home.models import ArticlePage, Author, Byline, SectionPage
page = ArticlePage(title="{title}", body=[("paragraph", "<p>{words}</p>")], live=False)
SectionPage.objects.first().add_child(instance=page)
page.bylines.add(Byline(author=Author.objects.first()))
page.save_revision().publish()
import time
print(time.time())
"""


@dataclass
class Told:
    """What flask-websub's subscriber let through: content whose signature, if it has a secret, is right."""

    subscriber: Subscriber
    app: Flask
    came: list[tuple[float, str, bytes]] = field(default_factory=list)
    confirmed: list[tuple[str, str]] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)

    def holds(self, topic: str, words: str) -> float | None:
        """When content of this topic with these words came first."""
        return next((at for at, where, body in self.came if where == topic and words in body.decode()), None)

    def subscribe(self, feed: str) -> str:
        """Discover the feed's hub and subscribe there, as the library's users do. Returns the callback's id."""
        with self.app.test_request_context(base_url=self.app.config["OWN"]):
            return str(self.subscriber.subscribe(**discover(feed)))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, template: Template) -> Iterator[Stack]:
    """Site, worker and broker; beat sweeps seldom, so that only the doorbell can be quick."""
    folder = tmp_path_factory.mktemp("hub")
    with stack(folder, template, SYNDICATION_SWEEP_SECONDS="60") as made:
        made.shell(HOUSE)
        made.start("valkey", "web", "worker")
        until(lambda: urlopen(f"{made.site}/robots.txt").status == 200, seconds=60, why="the site does not answer")
        yield made


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, house: Stack) -> Iterator[Told]:
    """Flask-WebSub's subscriber, serving its callbacks where the stack lets the door go."""
    port = house.outlet_port
    folder: Path = tmp_path_factory.mktemp("subscriber")
    storages = SQLite3SubscriberStorage(str(folder / "kept.sqlite3")), SQLite3TempSubscriberStorage(str(folder / "asked.sqlite3"))
    subscriber = Subscriber(*storages)
    app = Flask(__name__)
    app.config["OWN"] = f"http://127.0.0.1:{port}"
    app.register_blueprint(subscriber.build_blueprint(url_prefix="/callbacks"))
    made = Told(subscriber, app)
    subscriber.add_listener(lambda topic, _callback, body: made.came.append((time.time(), topic, body)))
    subscriber.add_success_handler(lambda topic, _callback, mode: made.confirmed.append((topic, mode)))
    subscriber.add_error_handler(lambda topic, _callback, _reason: made.ended.append(topic))
    server = make_server("127.0.0.1", port, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield made
    server.shutdown()


def publish(house: Stack, title: str, words: str) -> float:
    """Publish a piece as an editor's process does; when that was done."""
    return float(house.shell(PUBLISH.format(title=title, words=words)).strip())


@pytest.mark.parametrize("dialect", ["rss", "atom"])
def test_flask_websubs_subscriber_is_pushed_a_new_piece_within_five_seconds(dialect: str, house: Stack, told: Told) -> None:
    topic = f"{house.site}/feeds/{dialect}/"
    told.subscribe(topic)
    until(lambda: (topic, "subscribe") in told.confirmed, seconds=15, why="the hub never asked the callback")
    at = publish(house, f"The lamps of {dialect}", f"They were lit at dusk, says {dialect}.")
    came = until(lambda: told.holds(topic, f"They were lit at dusk, says {dialect}."), seconds=15, why="nothing was pushed")
    print(f"pushed {came - at:.2f} s after publish")
    assert came - at < WITHIN
    (body,) = [body for _at, where, body in told.came if where == topic]
    feed = feedparser.parse(body)
    assert not feed.bozo and feed.entries[0].title == f"The lamps of {dialect}"


def test_a_reader_that_polls_when_it_is_pinged_finds_the_piece_and_asks_for_nothing_else(
    house: Stack, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The parser in `reader` asks for a module by the name that it had before feedparser 6.0.13.
    monkeypatch.setitem(sys.modules, "sgmllib", feedparser_sgmllib)
    topic = f"{house.site}/feeds/atom/"
    if (topic, "subscribe") not in told.confirmed:
        told.subscribe(topic)
        until(lambda: (topic, "subscribe") in told.confirmed, seconds=15, why="the hub never asked the callback")
    reader = make_reader(":memory:", feed_root=None)
    reader.add_feed(topic)
    reader.update_feeds()
    before = {entry.id for entry in reader.get_entries()}
    publish(house, "A poll after a ping", "The reader came at once.")
    until(lambda: told.holds(topic, "The reader came at once."), seconds=15, why="the ping never came")
    change = reader.update_feed(topic)
    assert change is not None and change.new == 1
    (new,) = [entry for entry in reader.get_entries() if entry.id not in before]
    assert new.title == "A poll after a ping" and "The reader came at once." in new.content[0].value
    assert reader.update_feed(topic) is None, "nothing new: a 304"


def test_what_is_published_while_the_broker_is_down_arrives_by_the_sweep(house: Stack, told: Told) -> None:
    topic = f"{house.site}/feeds/json/"
    # discover() reads HTML and XML only; a JSON feed names its hub in the header.
    with urlopen(topic) as answer:
        assert f'<{house.site}/hub/>; rel="hub"' in answer.headers["Link"]
    with told.app.test_request_context(base_url=told.app.config["OWN"]):
        told.subscriber.subscribe(hub_url=f"{house.site}/hub/", topic_url=topic)
    until(lambda: (topic, "subscribe") in told.confirmed, seconds=15, why="the hub never asked the callback")
    house.stop("valkey")
    publish(house, "Without a bell", "Nobody heard it.")
    house.shell("from syndication.hub import run_hub; run_hub()")
    assert told.holds(topic, "Nobody heard it.")
    house.start("valkey")


def test_what_no_feed_is_cannot_be_subscribed_to(house: Stack, told: Told) -> None:
    with (
        told.app.test_request_context(base_url=told.app.config["OWN"]),
        pytest.raises(SubscriberError, match="none of our feeds"),
    ):
        told.subscriber.subscribe(hub_url=f"{house.site}/hub/", topic_url=f"{house.site}/")
