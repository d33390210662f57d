"""What a fake outlet is: a place that keeps copies and, where HTTP is spoken, a server that misbehaves on demand."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from threading import RLock
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

from syndication.connectors import CONNECTORS
from syndication.models import Outlet
from syndication.story import Story
from tests.fakes.partner import Behaviour, Partner, Request, Visit, named

# How a case may end: one class of errors.py, several, or None for "it is taken all the same".
Ends = tuple[type[Exception] | None, ...]


@dataclass
class Copy:
    """One piece at a fake outlet, as its readers would meet it. `text` is all that its page says, headline and body."""

    id: str
    text: str = ""
    url: str = ""
    live: bool = True
    canonical: str = ""
    noindex: bool = False
    image: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Reply:
    """An answer: JSON unless `body` is given."""

    status: int = 200
    data: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    content_type: str = "application/json"


@dataclass
class Mood:
    """One way to misbehave: with which requests, how often, after how many that pass, and whether the work is done before."""

    behave: Behaviour
    argument: str
    query: dict[str, str]
    changes_only: bool
    after: bool
    times: int
    skip: int


class FakePlace:
    """A place of one kind with the `copies` it holds. Subclasses that speak no HTTP keep them as their protocol does."""

    kind: ClassVar[str] = ""
    account: ClassVar[str] = ""
    secret: ClassVar[str] = ""
    # Where this protocol rightly ends otherwise than the suite's table says, by the name of the case.
    ends: ClassVar[dict[str, Ends]] = {}
    # Whether nothing arrives here unless a piece says something special: then tests of its own say what a create does.
    apart: ClassVar[bool] = False

    def __init__(self, partner: Partner):
        self.partner = partner
        self.copies: list[Copy] = []

    @classmethod
    def all(cls) -> Iterator[type["FakePlace"]]:
        """Every class below this one."""
        for one in cls.__subclasses__():
            yield one
            yield from one.all()

    @property
    def endpoint(self) -> str:
        """What an editor enters as endpoint."""
        return ""

    @property
    def live(self) -> list[Copy]:
        """What its readers can see now."""
        return [copy for copy in self.copies if copy.live]

    def shows(self, copy: Copy, story: Story) -> bool:
        """Whether this copy is of this piece, as far as the protocol tells the place of pieces."""
        return story.headline in copy.text

    def outlet(self, **terms: Any) -> Outlet:
        """An outlet on our side that leads here, in memory only; `terms` are fields of it."""
        facts = {"name": "Lantern", "kind": self.kind, "endpoint": self.endpoint, "account": self.account, **terms}
        made = Outlet(website="http://127.0.0.1/", **facts)
        made.secret = self.secret
        return made

    def edit(self, copy: Copy) -> None:
        """Somebody there changes the copy. Only where the connector says that it notices (`features.edits`)."""
        raise NotImplementedError


class FakeOutlet(FakePlace):
    """A place with an API. A protocol is `handle`: a function of a request and of what is held; the rest is here."""

    # The path of the endpoint that an editor enters.
    path: ClassVar[str] = "/"

    def __init__(self, partner: Partner):
        super().__init__(partner)
        self.mood: Mood | None = None
        self.lock = RLock()
        partner.otherwise = self._visit

    @property
    def endpoint(self) -> str:
        return self.partner.url(self.path)

    def handle(self, request: Request) -> Reply:
        """The answer of this protocol to one request, done for good in `copies`."""
        raise NotImplementedError

    def changes(self, request: Request) -> bool:
        """Whether the request creates, changes or removes a copy. Look-ups and uploads of pictures do not."""
        return request.method not in ("GET", "HEAD")

    def misbehave(
        self, behaviour: str | Behaviour, *, changes_only: bool = False, after: bool = False, times: int = 10**6, skip: int = 0
    ) -> None:
        """Answer with a behaviour of `tests.fakes.partner` from now on, or only so many `times`, after `skip` that pass.

        `changes_only`: only requests that change a copy. `after`: do what is asked, then spoil the answer.
        """
        behave, argument, query = (behaviour, "", {}) if callable(behaviour) else named(behaviour)
        self.mood = Mood(behave, argument, query, changes_only, after, times, skip)

    def behave(self) -> None:
        """Be a good partner again."""
        self.mood = None

    def _visit(self, visit: Visit) -> None:
        headers = {name.lower(): value for name, value in visit.headers.items()}
        request = Request(visit.command, visit.path, headers, visit.body)
        with self.lock:
            mood = self._mood_for(request)
            reply = self.handle(request) if mood is None or mood.after else Reply()
        if mood:
            visit.argument, visit.query = mood.argument, dict(mood.query)
            mood.behave(visit)
            return
        visit.query = {}
        body = reply.body if reply.body is not None else b"" if reply.data is None else json.dumps(reply.data).encode()
        visit.reply(reply.status, body, reply.content_type, **dict(reply.headers))

    def _mood_for(self, request: Request) -> Mood | None:
        mood = self.mood
        if mood is None or (mood.changes_only and not self.changes(request)):
            return None
        if mood.skip:
            mood.skip -= 1
            return None
        mood.times -= 1
        if mood.times <= 0:
            self.mood = None
        return mood


def path_of(request: Request) -> str:
    """The path of a request, without its query."""
    return urlsplit(request.path).path


def query_of(request: Request) -> dict[str, str]:
    """The query of a request."""
    return dict(parse_qsl(urlsplit(request.path).query, keep_blank_values=True))


def kinds(test: Callable[[Any], bool] = lambda connector: True) -> list[str]:
    """The kinds of all connectors that pass a test of what they declare."""
    return [kind for kind, connector in CONNECTORS.items() if test(connector)]
