"""Social networks, hubs, desks and people: places that announce a piece, or where a person puts it up."""

import re
from email.message import EmailMessage
from typing import Any
from urllib.parse import parse_qs

from django.core import mail

from syndication.connectors.websub import feeds_of
from syndication.story import Story
from tests.connectors.fakes.base import Copy, FakeOutlet, FakePlace, Reply
from tests.fakes.partner import Partner, Request
from tests.fakes.social import APP_PASSWORD, TOKEN, Api, BlueskyApi, MastodonApi


class FakeNetwork(Api, FakeOutlet):
    """A network whose posts are the copies."""

    def __init__(self, partner: Partner):
        self.begin()
        super().__init__(partner)

    def url(self, path: str = "/") -> str:
        return self.partner.url(path)

    @property
    def copies(self) -> list[Copy]:  # type: ignore[override]
        return [Copy(name, self.words(post)) for name, post in self.posts.items()]

    @copies.setter
    def copies(self, copies: list[Copy]) -> None:
        assert not copies

    def words(self, post: dict[str, Any]) -> str:
        return str(post["text"])

    def handle(self, request: Request) -> Reply:
        status, data = self.answer(request)
        return Reply(status, data)


class FakeMastodon(MastodonApi, FakeNetwork):
    kind = "mastodon"
    secret = TOKEN

    def edit(self, copy: Copy) -> None:
        self.reword(copy.id, "Somebody else's words")


class FakeBluesky(BlueskyApi, FakeNetwork):
    kind = "bluesky"
    secret = APP_PASSWORD

    def changes(self, request: Request) -> bool:
        return request.path.endswith(("putRecord", "deleteRecord"))

    def edit(self, copy: Copy) -> None:
        self.posts[copy.id]["text"] = "Somebody else's words"


class FakeHub(FakeOutlet):
    """All that a hub knows of a piece is which feeds changed: one copy, of them all. Any 2xx is a yes, whatever its body."""

    kind = "websub"
    path = "/hub"
    ends = {"garbage": (None,), "login page": (None,)}

    def handle(self, request: Request) -> Reply:
        form = {name: value[0] for name, value in parse_qs(request.body.decode()).items()}
        if form.get("hub.mode") != "publish":
            return Reply(400, body=b"Invalid hub.mode", content_type="text/plain")
        if not self.copies:
            self.copies.append(Copy("feeds"))
        self.copies[0].text += f" {form['hub.topic']}"
        return Reply(202, body=b"Request received", content_type="text/html")

    def shows(self, copy: Copy, story: Story) -> bool:
        return all(feed in copy.text.split() for feed in feeds_of(story))


class FakeBlogs(FakePlace):
    """Pages that a piece links to. The suite's piece links to none."""

    kind = "webmention"
    apart = True


class FakeDesk(FakePlace):
    """A desk whose mail program shows a repeated message once, and whose people do what the messages ask."""

    kind = "email"
    account = "desk@lantern.example"

    @property
    def copies(self) -> list[Copy]:  # type: ignore[override]
        messages = {one.extra_headers["Message-ID"]: one for one in mail.outbox}
        found: dict[str, Copy] = {}
        for message in messages.values():
            thread = message.extra_headers["References"].split()[0]
            copy = found.setdefault(thread, Copy(thread, live=False))
            copy.live = not message.subject.startswith("KILL: ")
            if copy.live:
                self._read(copy, message.message())
        return list(found.values())

    @copies.setter
    def copies(self, copies: list[Copy]) -> None:
        assert not copies

    def _read(self, copy: Copy, message: EmailMessage) -> None:
        parts = {part.get_content_type(): part for part in message.walk()}
        copy.text = parts["text/plain"].get_payload(decode=True).decode()
        canonical = re.search(r'<link rel="canonical" href="([^"]+)">', copy.text)
        copy.canonical = canonical[1] if canonical else ""
        copy.noindex = '<meta name="robots" content="noindex">' in copy.text
        copy.image = str(parts["image/jpeg"].get_filename()) if "image/jpeg" in parts else ""


class FakePeople(FakePlace):
    """Nothing arrives there unless a person brings it."""

    kind = "by_hand"


class FakeShelf(FakePlace):
    """Nothing arrives there unless the outlet comes for it."""

    kind = "pull"
    apart = True
