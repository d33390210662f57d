"""Webmention (https://www.w3.org/TR/webmention/): every page that a piece links to is told that it does; by Pingback where it
knows nothing newer.
"""

import hashlib
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from selectolax.lexbor import LexborHTMLParser

from syndication import http
from syndication.canonical import spelling
from syndication.connectors.base import Connector, Receipt
from syndication.connectors.discovery import endpoint_of
from syndication.connectors.features import Features
from syndication.connectors.pingback import Unwanted, ping, pingback_of
from syndication.errors import DeliveryError, Permanent, Transient, Uncertain, address_to_show, raise_for_status
from syndication.http.policy import host_of
from syndication.story import Story

# So many pages are told of one piece, so many at once, each with so many seconds to be read and as many to be told:
# all of it fits into a lease, whatever hangs.
MOST, LANES, SECONDS = 50, 8, 6.0
PAGE_BYTES = 4_000_000
WARNINGS = 5
# When pages of so many hosts cannot be reached and none can, it is our line that is down.
ALL_DOWN = 3
FORM = {"content-type": "application/x-www-form-urlencoded", "accept": "*/*"}


@dataclass(frozen=True)
class Door:
    """Where a page wants to be told, and how."""

    url: str
    by: str = "webmention"


@dataclass(frozen=True)
class Told:
    """What came of telling one page: the door that took it, if there is one, or the trouble."""

    target: str
    door: Door | None = None
    trouble: DeliveryError | None = None
    wire: list[str] = field(default_factory=list, repr=False)


@dataclass(frozen=True)
class Memory:
    """What earlier pushes told: by which door each page, with which words, and at which address of ours."""

    source: str
    doors: dict[str, Door]
    said: dict[str, str]

    @classmethod
    def of(cls, memory: Mapping[str, Any], source: str) -> "Memory":
        """Read what a receipt keeps, also one of an older release; what is nonsense counts for nothing."""
        told, pinged, said = (_texts(memory.get(name)) for name in ("told", "pinged", "said"))
        doors = {target: Door(url) for target, url in told.items()} | {t: Door(url, "pingback") for t, url in pinged.items()}
        return cls(str(memory.get("source") or source), doors, said)

    def owes(self, target: str, source: str, words: str) -> bool:
        """Whether a page is to be told: of anything new, by a Pingback only where we are. That one knows no updates."""
        door = self.doors.get(target)
        if door is None or self.source != source:
            return True
        return door.by == "webmention" and self.said.get(target) != words

    def as_json(self) -> dict[str, Any]:
        """As a receipt keeps it."""
        by = {
            how: {target: door.url for target, door in self.doors.items() if door.by == how} for how in ("webmention", "pingback")
        }
        return {"source": self.source, "told": by["webmention"], "pinged": by["pingback"], "said": self.said}


class Webmention(Connector):
    """Tells pages that want to know, and tells them again when the piece changes or goes.

    A receiver reads our page and sees for itself, so to repeat is harmless; but the same words are told once. Whoever was told
    once is told of every later change, linked to or not: that is how a mention is taken back. A page that cannot be told is a
    warning, and is told at the next push.
    """

    kind = "webmention"
    label = "Webmention and Pingback (pages that we link to)"
    features = Features(update="told again", withdraw="told again", correct="told again")
    idempotent = True
    announces = True
    needs_endpoint = False
    needs_secret = False
    secret_label = ""

    def publish(self, story: Story, key: UUID) -> Receipt:
        """Tell every page that the piece links to."""
        return self._tell(story, links_of(story), {}, words_of(story))

    def update(self, story: Story, receipt: Receipt, key: UUID) -> Receipt:
        """Tell every page that it links to, or did, what is new."""
        return self._tell(story, links_of(story), receipt.memory, words_of(story))

    def withdraw(self, story: Story, receipt: Receipt, key: UUID) -> Receipt:
        """Tell every page that was told, so that it looks and finds nothing."""
        return self._tell(story, [], receipt.memory)

    def _tell(self, story: Story, links: Iterable[str], memory: Mapping[str, Any], words: str = "") -> Receipt:
        before = Memory.of(memory, story.url)
        every = list(dict.fromkeys([*before.doors, *links]))
        chosen = [target for target in every[:MOST] if before.owes(target, story.url, words)]
        # Where the piece has moved, the address that receivers know it by is told as well.
        sources = list(dict.fromkeys([story.url, before.source]))
        ours = _ours(story)
        with ThreadPoolExecutor(max_workers=LANES, thread_name_prefix="webmention") as pool:
            ends = list(pool.map(lambda target: _tell_page(sources, target, before.doors.get(target), ours), chosen))
        http.add_to_record(text for end in ends for text in end.wire)
        troubles = [end for end in ends if end.trouble]
        if len({host_of(end.target) for end in troubles}) >= ALL_DOWN and len(troubles) == len(ends) and all(map(_down, ends)):
            raise Transient("None of the pages that the piece links to could be reached. We try again by ourselves.")
        told = {end.target: end.door for end in ends if end.door and not end.trouble}
        # What was said to a page that gave trouble nobody knows: it is told at the next push, whatever the words.
        said = {**before.said, **dict.fromkeys(told, words), **{end.target: "?" for end in troubles if end.door}}
        after = Memory(story.url, {**before.doors, **told}, said)
        # With an id the memory outlives a withdrawal: a piece that comes back tells the same pages.
        return Receipt("webmention", memory=after.as_json(), warnings=_warnings(troubles, len(every) - len(every[:MOST])))


def words_of(story: Story) -> str:
    """A short mark of all that a receiver may show of us: the same words have the same."""
    said = [
        story.headline,
        story.standfirst,
        story.byline,
        story.body_html,
        story.excerpt_html,
        *(one.name for one in story.authors),
    ]
    return hashlib.sha256("\0".join(said).encode()).hexdigest()[:16]


def _texts(value: Any) -> dict[str, str]:
    return {name: text for name, text in value.items() if isinstance(text, str)} if isinstance(value, Mapping) else {}


def _ours(story: Story) -> set[str]:
    return {_site(story.url), _site(story.publisher.url)}


def _site(url: str) -> str:
    """Host and port, however they are spelled."""
    return urlsplit(spelling(url)).netloc


def links_of(story: Story) -> list[str]:
    """The pages that the piece links to, in their order and each once: never our own."""
    tree = LexborHTMLParser(story.body_html or story.excerpt_html)
    hrefs = [(node.attributes.get("href") or "").strip() for node in tree.css("a[href]")]
    if story.outlet:
        hrefs.append(story.outlet.url)
    ours = _ours(story)
    return [href for href in dict.fromkeys(hrefs) if _is_page(href) and _site(href) not in ours]


def _is_page(url: str) -> bool:
    try:
        http.check_url(url)
    except ValueError:
        return False
    return True


def _tell_page(sources: list[str], target: str, known: Door | None, ours: set[str]) -> Told:
    """Tell one page; in a thread. `known` is the door it had when it was told last."""
    with http.recorded() as wire:
        try:
            door = _discovered(target, known)
            if door and _site(door.url) in ours:
                # Whoever names us as their receiver would have us speak to ourselves.
                door = None
            if door and door.by == "pingback":
                ping(door.url, sources[0], target, deadline=SECONDS)
            elif door:
                for source in sources:
                    _mention(door.url, source, target)
        except Unwanted:
            return Told(target, wire=wire)
        except DeliveryError as problem:
            return Told(target, known, problem, wire)
    # Of pages that want nothing there is nothing to tell in the log.
    return Told(target, door, wire=wire if door else [])


def _mention(endpoint: str, source: str, target: str) -> None:
    answer = http.post(endpoint, urlencode({"source": source, "target": target}).encode(), FORM, deadline=SECONDS)
    raise_for_status(answer.status, answer.headers, answer.text[:2000])


def _discovered(target: str, known: Door | None) -> Door | None:
    """The door of a page, or the one it had where it cannot be read now; None if it wants no mentions."""
    try:
        page = http.fetch(
            target, {"accept": "text/html, */*;q=0.1"}, deadline=SECONDS, max_bytes=PAGE_BYTES, max_decoded=PAGE_BYTES
        )
        raise_for_status(page.status, page.headers)
    except DeliveryError:
        if known:
            return known
        raise
    if url := endpoint_of(page, "webmention"):
        return Door(url)
    url = pingback_of(page)
    return Door(url, "pingback") if url else known


def _down(end: Told) -> bool:
    return isinstance(end.trouble, Transient | Uncertain) and end.trouble.status is None


def _warnings(troubles: list[Told], left: int) -> tuple[str, ...]:
    told = [_sentence(end) for end in troubles[:WARNINGS]]
    if len(troubles) > WARNINGS:
        told.append(f"{len(troubles) - WARNINGS} more pages could not be told. The log of the delivery has them.")
    if left:
        told.append(f"The piece links to more pages than we tell of one piece: {left} were left out.")
    return tuple(told)


def _sentence(end: Told) -> str:
    page, status = address_to_show(end.target), end.trouble.status if end.trouble else None
    if status in (404, 410):
        return f"{page}, which the piece links to, is gone or takes no mentions ({status}). Check the link."
    refusal = end.trouble.sentence if isinstance(end.trouble, Permanent) and end.trouble.sentence.startswith("it") else ""
    why = f"it answered {status}" if status else refusal or "it does not answer, or we do not go there"
    return f"{page} could not be told that the piece links to it: {why}. It is told at the next push."
