"""A subscriber on loopback, as hubs meet them, and what a test says to our hub."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from django.test import Client

from syndication.models import Subscription
from tests.fakes.partner import Partner, Request, Visit, named

ROOT = "http://127.0.0.1:8000"
TOPIC = f"{ROOT}/feeds/atom/"


@dataclass
class Subscriber:
    """Its callbacks say yes and take whatever comes, unless told otherwise."""

    partner: Partner
    confirms: bool = True
    behaviour: str = "status/204"
    behaviours: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.partner.otherwise = self._answer

    def url(self, path: str = "/told") -> str:
        return self.partner.url(path)

    def ask(self, mode: str = "subscribe", topic: str = TOPIC, path: str = "/told", **fields: str) -> Any:
        """The hub's answer to a request for a callback here."""
        return post(**{"hub.mode": mode, "hub.topic": topic, "hub.callback": self.url(path)}, **fields)

    @property
    def questions(self) -> list[dict[str, str]]:
        """What it was asked, in order."""
        asked = [parse_qs(urlsplit(one.path).query, keep_blank_values=True) for one in self._were("GET")]
        return [{name: values[0] for name, values in one.items()} for one in asked]

    @property
    def deliveries(self) -> list[Request]:
        """What it was sent, in order."""
        return self._were("POST")

    def _were(self, method: str) -> list[Request]:
        return [one for one in self.partner.requests if one.method == method]

    def _answer(self, visit: Visit) -> None:
        query = parse_qs(urlsplit(visit.path).query)
        if visit.command == "GET":
            challenge = query.get("hub.challenge", [""])[0]
            visit.query = {}
            visit.reply(200 if self.confirms else 404, challenge.encode() if self.confirms else b"")
            return
        behave, visit.argument, visit.query = named(f"/{self.behaviours.get(urlsplit(visit.path).path, self.behaviour)}")
        behave(visit)


def post(data: str | None = None, **fields: str) -> Any:
    """The hub's answer to a form."""
    body = data if data is not None else urlencode(fields)
    return Client().post("/hub/", body, content_type="application/x-www-form-urlencoded")


def subscription() -> Subscription:
    """The only one there is."""
    return Subscription.objects.get()
