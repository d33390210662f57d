"""Memory: a connector whose partner lives in this process and fails when told to. Only the partner's side is faked."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, ClassVar
from uuid import UUID

import pytest

from syndication.connectors import CONNECTORS
from syndication.connectors.base import Connector, Receipt
from syndication.errors import ByHand, NotTried, OutletGone, Permanent, Refused, Transient, Uncertain
from syndication.models import Outlet, Republication
from syndication.story import Correction, Story
from tests import factories as make

# What the partner can be told to do with the next request, besides taking it.
FAILURES: dict[str, Callable[[], Exception]] = {
    "transient": lambda: Transient("The outlet has a fault of its own (503).", status=503, detail="HTTP 503\nBack soon"),
    "slow down": lambda: Transient("The outlet asks us to slow down (429).", status=429, retry_after=1800.0),
    "permanent": lambda: Permanent(
        "The outlet will not take this piece as it is (422).", status=422, detail="HTTP 422\nNo title"
    ),
    "refused": lambda: Refused("The outlet refused our credentials (401).", status=401),
    "gone": lambda: OutletGone("The outlet says this address is gone for good (410).", status=410),
    "uncertain": lambda: Uncertain("The outlet did not answer in time."),
    "by hand": lambda: ByHand("Put the piece up at the outlet by hand, then enter its address here."),
    "not tried": lambda: NotTried("The outlet was busy with earlier pieces."),
    "broken": lambda: KeyError("a fault of ours"),
}


@dataclass(frozen=True)
class Heard:
    """One verb as the partner heard it."""

    verb: str
    uid: UUID
    headline: str = ""
    receipt: Receipt | None = None
    key: UUID | None = None
    outlet: str = ""
    news: tuple[Correction, ...] = ()
    body_html: str = field(default="", repr=False)


@dataclass
class Desk:
    """The partner's desk: what it holds, what it heard, and what it does with the next requests.

    A mood is a name of FAILURES, or `lost answer`: it takes the piece, and its answer is lost. `meanwhile` is called in
    the middle of each conversation, as if on another machine.
    """

    holds: dict[UUID, str] = field(default_factory=dict)
    heard: list[Heard] = field(default_factory=list)
    created: int = 0
    moods: deque[str] = field(default_factory=deque)
    meanwhile: Callable[[], None] | None = None
    pages: bool = True
    memory: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    lock: Any = field(default_factory=Lock)

    def tell(self, *moods: str) -> None:
        """What to do with the next requests, in order; afterwards it takes everything again."""
        self.moods.extend(moods)

    @property
    def verbs(self) -> list[str]:
        """What it heard, in order."""
        return [heard.verb for heard in self.heard]

    @property
    def keys(self) -> list[UUID | None]:
        """The keys of all but look-ups."""
        return [heard.key for heard in self.heard if heard.verb != "find"]

    def hear(self, heard: Heard, act: Callable[[], None]) -> None:
        """Take one request, or fail as told."""
        with self.lock:
            self.heard.append(heard)
            mood = self.moods.popleft() if self.moods else ""
            if not mood or mood == "lost answer":
                act()
        if self.meanwhile:
            self.meanwhile()
        if mood == "lost answer":
            raise FAILURES["uncertain"]()
        if mood:
            raise FAILURES[mood]()

    def receipt(self, uid: UUID) -> Receipt:
        """How it names what it took."""
        return Receipt(
            f"memory-{uid.hex[:8]}", f"https://outlet.example/pieces/{uid.hex}" if self.pages else "", self.memory, self.warnings
        )


class Memory(Connector):
    """Speaks with the one Desk of this test. Repeating a create makes a second copy there, as at most partners."""

    kind = "memory"
    label = "Memory"
    desk: ClassVar[Desk] = Desk()

    def publish(self, story: Story, key: UUID) -> Receipt:
        def take() -> None:
            self.desk.created += 1
            self.desk.holds[story.uid] = story.headline

        self._say("publish", story, None, key, take)
        return self.desk.receipt(story.uid)

    def update(self, story: Story, receipt: Receipt, key: UUID) -> Receipt:
        self._say("update", story, receipt, key, lambda: self.desk.holds.update({story.uid: story.headline}))
        return self.desk.receipt(story.uid)

    def correct(self, story: Story, receipt: Receipt, key: UUID, news: Sequence[Correction] = ()) -> Receipt:
        self._say("correct", story, receipt, key, lambda: self.desk.holds.update({story.uid: story.headline}), tuple(news))
        return self.desk.receipt(story.uid)

    def withdraw(self, story: Story, receipt: Receipt, key: UUID) -> Receipt:
        self._say("withdraw", story, receipt, key, lambda: self.desk.holds.pop(story.uid, None))
        return receipt

    def find(self, story: Story) -> Receipt | None:
        self.desk.hear(Heard("find", story.uid), lambda: None)
        return self.desk.receipt(story.uid) if story.uid in self.desk.holds else None

    def _say(
        self,
        verb: str,
        story: Story,
        receipt: Receipt | None,
        key: UUID,
        act: Callable[[], Any],
        news: tuple[Correction, ...] = (),
    ) -> None:
        heard = Heard(verb, story.uid, story.headline, receipt, key, self.access.name, news, story.body_html)
        self.desk.hear(heard, act)


class MemoryByKey(Memory):
    """The same, at a partner that knows a repeated key."""

    kind = "memory-by-key"
    label = "Memory that knows keys"
    idempotent = True


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A fresh desk, with its connectors in the table of contents."""
    monkeypatch.setitem(CONNECTORS, Memory.kind, Memory)
    monkeypatch.setitem(CONNECTORS, MemoryByKey.kind, MemoryByKey)
    monkeypatch.setattr(Memory, "desk", Desk())
    return Memory.desk


def memory(name: str = "Memory", **facts: Any) -> Outlet:
    """An outlet that is a Desk."""
    return make.outlet(name, **{"kind": "memory", **facts})


def row(page: Any) -> Republication:
    """The republication of a piece at the one outlet there is."""
    return Republication.objects.select_related("wanted", "held").get(uid=page.uid)


def deliver(page: Any) -> None:
    """Let the outlet hold what is wanted of the piece now."""
    wanted = row(page)
    changes = {"held": wanted.wanted, "state": Republication.State.DELIVERED, "due_at": None}
    Republication.objects.filter(pk=wanted.pk).update(**changes)
