"""What the tests of an outlet's feeds stand on: pieces laid ready in bulk, time that has passed, and readers of the feeds."""

from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import feedparser
from django.db.models import F
from django.test import Client
from django.utils import timezone

from syndication.models import Outlet, Republication, Token, Wish
from tests import factories as make

ROOT = "http://127.0.0.1:8000"
DIALECTS = ("rss", "atom", "json", "ninjs", "ninjs1", "newsml")


def puller(name: str = "The Weekly", **facts: Any) -> Outlet:
    """An outlet that pulls from a house with a front page."""
    make.front_page()
    return make.outlet(name, **{"kind": "pull", "endpoint": "", "secret": "", "website": "https://weekly.example", **facts})


def token(outlet: Outlet, *scopes: str) -> str:
    """The text of a token of the outlet, for feeds unless told otherwise."""
    return Token.make(outlet, "Website", list(scopes or ["feed"]))[1]


def lay(outlet: Outlet, count: int, **facts: Any) -> list[Any]:
    """So many pieces laid ready for the outlet, an hour ago, the newest last: their editions."""
    editions = [make.edition(make.story(**facts)) for _number in range(count)]
    wishes = {edition: Wish.publish(edition.story, outlet) for edition in editions}
    Republication.objects.want_first(outlet, wishes)
    passed(hours=1)
    return editions


def passed(**time: float) -> None:
    """What changed just now was changed so much earlier."""
    lately = timezone.now() - timedelta(minutes=30)
    Republication.objects.filter(changed_at__gt=lately).update(changed_at=F("changed_at") - timedelta(**time))


def parsed(client: Client, path: str) -> Any:
    """The XML feed at a path, refused by no parser."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.content
    feed = feedparser.parse(answer.content, response_headers={"content-type": answer["Content-Type"]})
    assert not feed.bozo, feed.get("bozo_exception")
    return feed


def ids(client: Client, path: str) -> list[str]:
    """The ids of the pieces that a feed holds, in order, withdrawn ones not."""
    dialect = next(part for part in path.split("/") if part in DIALECTS)
    if dialect in ("rss", "atom"):
        return [entry.id for entry in parsed(client, path).entries]
    if dialect == "newsml":
        return [item.get("guid", "") for item in _news_items(client, path) if _status(item) == "stat:usable"]
    told = client.get(path).json()
    if dialect == "json":
        return [item["id"] for item in told["items"]]
    if dialect == "ninjs":
        return [item["uri"] for item in told.get("associations", []) if item["pubStatus"] == "usable"]
    return [item["guid"] for item in told["_items"] if item["pubstatus"] == "usable"]


def gone(client: Client, path: str) -> list[str]:
    """The ids of what a feed says is withdrawn."""
    dialect = next(part for part in path.split("/") if part in DIALECTS)
    answer = client.get(path)
    if dialect in ("rss", "atom"):
        deleted = ElementTree.fromstring(answer.content).iter("{http://purl.org/atompub/tombstones/1.0}deleted-entry")
        return [one.get("ref", "") for one in deleted]
    if dialect == "newsml":
        return [item.get("guid", "") for item in _news_items(client, path) if _status(item) == "stat:canceled"]
    told = answer.json()
    if dialect == "json":
        return [one["id"] for one in told.get("_syndication", {}).get("withdrawn", [])]
    if dialect == "ninjs":
        return [item["uri"] for item in told.get("associations", []) if item["pubStatus"] == "canceled"]
    return [item["guid"] for item in told["_items"] if item["pubstatus"] == "canceled"]


NAR = "{http://iptc.org/std/nar/2006-10-01/}"


def _news_items(client: Client, path: str) -> list[Any]:
    return list(ElementTree.fromstring(client.get(path).content).iter(f"{NAR}newsItem"))


def _status(item: Any) -> str:
    return str(item.find(f"{NAR}itemMeta/{NAR}pubStatus").get("qcode"))


def links(answer: Any) -> dict[str, str]:
    """The `Link` header: address by relation."""
    found = (part.split(">; rel=") for part in answer["Link"].split(", "))
    return {rel.strip('"'): url.lstrip("<") for url, rel in found}


def path_of(url: str) -> str:
    """The path of one of our addresses."""
    assert url.startswith(f"{ROOT}/")
    return url.removeprefix(ROOT)
