"""Webmention (https://www.w3.org/TR/webmention/): every page that a piece links to is told that it does."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from selectolax.lexbor import LexborHTMLParser

from syndication import http
from syndication.connectors.base import Connector, Receipt
from syndication.connectors.discovery import endpoint_of
from syndication.connectors.features import Features
from syndication.errors import DeliveryError, Transient, Uncertain, address_to_show, raise_for_status
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
class Told:
    """What came of telling one page: the endpoint that took it, if there is one, or the trouble."""

    target: str
    endpoint: str = ""
    trouble: DeliveryError | None = None
    wire: list[str] = field(default_factory=list, repr=False)


class Webmention(Connector):
    """Tells pages that want to know, and tells them again when the piece changes or goes.

    A receiver reads our page and sees for itself, so to repeat is harmless. Whoever was told once is told of every later
    change, linked to or not: that is how a mention is taken back. A page that cannot be told is a warning.
    """

    kind = "webmention"
    label = "Webmention (pages that we link to)"
    features = Features(update="told again", withdraw="told again", correct="told again")
    idempotent = True
    announces = True
    needs_endpoint = False
    needs_secret = False
    secret_label = ""

    def publish(self, story: Story, key: UUID) -> Receipt:
        """Tell every page that the piece links to."""
        return self._tell(story, links_of(story), {})

    def update(self, story: Story, receipt: Receipt, key: UUID) -> Receipt:
        """Tell every page that it links to, or did."""
        return self._tell(story, links_of(story), receipt.memory)

    def withdraw(self, story: Story, receipt: Receipt, key: UUID) -> Receipt:
        """Tell every page that was told, so that it looks and finds nothing."""
        return self._tell(story, [], receipt.memory)

    def _tell(self, story: Story, links: Iterable[str], memory: Mapping[str, Any]) -> Receipt:
        known = memory.get("told")
        before: dict[str, str] = known if isinstance(known, dict) else {}
        every = list(dict.fromkeys([*before, *links]))
        chosen = every[:MOST]
        # Where the piece has moved, the address that receivers know it by is told as well.
        sources = list(dict.fromkeys([story.url, str(memory.get("source") or story.url)]))
        with ThreadPoolExecutor(max_workers=LANES, thread_name_prefix="webmention") as pool:
            ends = list(pool.map(lambda target: _tell_page(sources, target, before.get(target, "")), chosen))
        http.add_to_record(text for end in ends for text in end.wire)
        troubles = [end for end in ends if end.trouble]
        if len({host_of(end.target) for end in troubles}) >= ALL_DOWN and len(troubles) == len(ends) and all(map(_down, ends)):
            raise Transient("None of the pages that the piece links to could be reached. We try again by ourselves.")
        told = {end.target: end.endpoint for end in ends if end.endpoint and not end.trouble}
        memory = {"source": story.url, "told": {**before, **told}}
        # With an id the memory outlives a withdrawal: a piece that comes back tells the same pages.
        return Receipt("webmention", memory=memory, warnings=_warnings(troubles, len(every) - len(chosen)))


def links_of(story: Story) -> list[str]:
    """The pages that the piece links to, in their order and each once: never our own."""
    tree = LexborHTMLParser(story.body_html or story.excerpt_html)
    hrefs = [(node.attributes.get("href") or "").strip() for node in tree.css("a[href]")]
    if story.outlet:
        hrefs.append(story.outlet.url)
    ours = {host_of(story.url), host_of(story.publisher.url)}
    return [href for href in dict.fromkeys(hrefs) if _is_page(href) and host_of(href) not in ours]


def _is_page(url: str) -> bool:
    try:
        http.check_url(url)
    except ValueError:
        return False
    return True


def _tell_page(sources: list[str], target: str, known: str) -> Told:
    """Tell one page; in a thread. `known` is the endpoint it had when it was told last."""
    with http.recorded() as wire:
        try:
            endpoint = _discovered(target, known)
            for source in sources if endpoint else ():
                body = urlencode({"source": source, "target": target}).encode()
                answer = http.post(endpoint, body, FORM, deadline=SECONDS)
                raise_for_status(answer.status, answer.headers, answer.text[:2000])
        except DeliveryError as problem:
            return Told(target, known, problem, wire)
    # Of pages that want nothing there is nothing to tell in the log.
    return Told(target, endpoint, wire=wire if endpoint else [])


def _discovered(target: str, known: str) -> str:
    """The endpoint of a page, or the one it had where it cannot be read now; empty if it wants no mentions."""
    try:
        page = http.fetch(
            target, {"accept": "text/html, */*;q=0.1"}, deadline=SECONDS, max_bytes=PAGE_BYTES, max_decoded=PAGE_BYTES
        )
        raise_for_status(page.status, page.headers)
    except DeliveryError:
        if known:
            return known
        raise
    return endpoint_of(page, "webmention") or known


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
    why = f"it answered {status}" if status else "it does not answer, or we do not go there"
    return f"{page} could not be told that the piece links to it: {why}. It is told at the next push."
