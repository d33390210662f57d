"""Standing: what the page that a stub points at is worth to our readers. Pure: no network, no rows."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from selectolax.lexbor import LexborHTMLParser

from syndication.canonical import near_miss, same, spelling
from syndication.findings import excerpt_of, host_of
from syndication.http import Response
from syndication.judge import Evidence, Judgement, Verdict
from syndication.likeness import FEW_WORDS, words
from syndication.markup import calmed, decoded, json_ld
from syndication.snapshot import Snapshot

Standing = Literal["alive", "moved", "paywalled", "changed", "taken over", "gone", "unreachable"]

# From this likeness a text is still the same one; below the second nothing of it is left.
ALIKE, NOTHING = 0.5, 0.1
# So many words a page must have before we say that it is another's: a door or a cookie notice has fewer.
TELLING = 2 * FEW_WORDS


@dataclass(frozen=True)
class Target(Judgement):
    """The judgement of a stub's page: its standing, where it moved to, and the snapshot to keep (None: keep the one there is)."""

    standing: Standing = "unreachable"
    moved_to: str = ""
    snapshot: Snapshot | None = None


def judge_target(answer: Response, url: str = "", before: Snapshot | None = None, home: str = "") -> Target:
    """How the page a stub points at stands: it owes us nothing, but our readers must arrive. Pure.

    `url` is the address on the stub, `before` the page as we knew it, `home` an address of ours. The first that applies:

    - 404 and 410: `gone`. 401, 402, 403: `paywalled`, though we cannot see it (a desk may also turn our verifier away).
      Any other answer but 2xx, and a page that only asks whether a person reads: `unreachable`.
    - The page of a seller of addresses: `taken over`.
    - Its text is as we knew it (likeness of 0.5 or more), or we never saw it before: `paywalled` if it says so itself
      (schema.org `isAccessibleForFree`, Facebook's `article:content_tier`), `moved` if it answered at another address or
      names another as its canonical (never one of ours), else `alive`. The new snapshot is to be kept.
    - A form for a password in its place: `paywalled`. The headline stands, or a tenth of the text: `changed`, or `moved`.
    - Neither headline nor text, but the same site: `gone`; error and front pages answer 200 too.
    - Not even the name of the site, or another site's host: `taken over`, if the page has words enough to tell.

    Of these only `gone` and `taken over` have the verdict `gone`: the piece is not there. `unreachable` says we could not see.
    """
    url = url or answer.url
    seen = Evidence("the answer", "answer", f"HTTP {answer.status}, {excerpt_of(answer.url)}")
    if answer.status in (404, 410):
        told = f"The outlet's page is gone ({answer.status})."
        return _target("gone", f"{told} {_REMEDY}", seen)
    if answer.status in (401, 402, 403):
        told = f"The outlet's page is closed to us ({answer.status}): readers may have to subscribe there, or sign in."
        return _target("paywalled", told, seen, verdict="unreachable")
    if not 200 <= answer.status < 300:
        return _target("unreachable", f"The outlet's page does not answer as it should ({answer.status}).", seen)
    page = _Page(answer, Snapshot.take(answer))
    evidence = (*([Evidence("the title of the page", "head", page.now.title)] if page.now.title else ()), seen)
    if page.asks_for_person:
        return _target("unreachable", "The outlet's page first asks whether a person reads, so we could not see it.", *evidence)
    if page.for_sale and not (before and _same_text(before, page.now)):
        told = f"The address {excerpt_of(answer.url)} is offered for sale: the page there is not the outlet's any more."
        return _target("taken over", f"{told} {_REMEDY}", *evidence)
    if before is None or _same_text(before, page.now):
        return _standing_there(page, url, home, evidence)
    return _another_text(page, before, url, home, evidence)


_REMEDY = "Check the address on the stub, or ask the outlet where the piece stands now."


def _target(standing: Standing, sentence: str, *evidence: Evidence, verdict: Verdict | None = None, **facts: Any) -> Target:
    verdicts: dict[str, Verdict] = {"gone": "gone", "taken over": "gone", "unreachable": "unreachable"}
    return Target(verdict or verdicts.get(standing, "honoured"), sentence, evidence, standing=standing, **facts)


def _standing_there(page: "_Page", url: str, home: str, evidence: tuple[Evidence, ...]) -> Target:
    """The text is as we knew it, or this is the first look."""
    told = "The outlet's page is there, but readers have to subscribe or sign in for all of it."
    if page.asks_password and page.now.words < TELLING:
        return _target("paywalled", told, *evidence)
    kept = page.now if page.now.words >= FEW_WORDS else None
    if closed := page.closed:
        return _target("paywalled", told, Evidence("what closes it", "page", closed), *evidence, snapshot=kept)
    if moved := _moved(page, url, home):
        return _target("moved", _moved_to(moved, url), *evidence, moved_to=moved, snapshot=kept)
    return _target("alive", "The outlet's page is there.", *evidence, snapshot=kept)


def _another_text(page: "_Page", before: Snapshot, url: str, home: str, evidence: tuple[Evidence, ...]) -> Target:
    headline = _headline(before.title, page.now.title)
    share = before.likeness(page.now)
    told_before = Evidence("the title as we knew it", "snapshot", before.title)
    if (page.closed and headline) or (page.asks_password and share < NOTHING):
        told = "The outlet's page shows less than it did: readers have to subscribe or sign in for the rest."
        return _target("paywalled", told, *evidence)
    if page.now.words < FEW_WORDS and not headline:
        return _target(
            "unreachable", "The outlet's page shows next to nothing without scripts, so we could not see it.", *evidence
        )
    if headline or share >= NOTHING:
        if moved := _moved(page, url, home):
            return _target("moved", _moved_to(moved, url), *evidence, moved_to=moved)
        what = "The outlet's page has changed" if headline else "The outlet's page has changed, with its headline"
        told = f"{what}. About {share:.0%} of its text is as we knew it. See whether our opening still fits."
        return _target("changed", told, told_before, *evidence)
    name = before.site_name.casefold()
    if (name and name == page.now.site_name.casefold()) or (not name and kin(url, page.answer.url)):
        told = "The outlet's page is gone: its address shows another page of theirs, with neither the headline nor the text."
        return _target("gone", f"{told} {_REMEDY}", told_before, *evidence)
    if page.now.words < TELLING:
        return _target("unreachable", "The outlet's page shows too little for us to tell whether the piece is there.", *evidence)
    strange = "" if kin(url, page.answer.url) else f" It leads to {excerpt_of(host_of(page.answer.url))}."
    told = f"Somebody else's page stands where the outlet's was: neither its headline, its text nor its site is there.{strange}"
    return _target("taken over", f"{told} {_REMEDY}", told_before, *evidence)


# --- moved ------------------------------------------------------------------------------------------------------------


def _moved(page: "_Page", url: str, home: str) -> str:
    """Where the page stands now, if not at `url`: what it names as its canonical, else where the redirects ended."""
    ours = host_of(home) if home else ""
    for there in (page.now.canonical, page.answer.url):
        if there and not _as_good_as(there, url) and host_of(there) != ours:
            return there
        if there and _as_good_as(there, url):
            return ""
    return ""


def _as_good_as(one: str, other: str) -> bool:
    return same(one, other) or bool(near_miss(one, other) or near_miss(other, one))


def _moved_to(there: str, url: str) -> str:
    host = "" if host_of(there) == host_of(url) else f", on another host ({excerpt_of(host_of(there))})"
    return f"The outlet's page has moved{host}. Our readers still arrive; you can take the new address: {excerpt_of(there)}"


# Where people register below a second label.
_SECOND = frozenset({"ac", "co", "com", "edu", "gob", "gov", "go", "ne", "net", "or", "org"})


def kin(one: str, other: str) -> bool:
    """Whether two addresses are on hosts of the same site, as far as names tell: www.a.example and news.a.example are."""
    return bool(_site(one)) and _site(one) == _site(other)


def _site(url: str) -> str:
    host = host_of(spelling(url))
    labels = host.partition(":")[0].split(".")
    if host.startswith("[") or labels[-1].isdigit():
        return host
    return ".".join(labels[-3 if len(labels) > 2 and labels[-2] in _SECOND and len(labels[-1]) == 2 else -2 :])


# --- what a page says --------------------------------------------------------------------------------------------------


def _same_text(before: Snapshot, now: Snapshot) -> bool:
    return before.likeness(now) >= ALIKE


def _headline(before: str, now: str) -> bool:
    """Whether the headline still stands: four in five of its words do."""
    own, there = set(words(before)), set(words(now))
    return bool(own) and len(own & there) >= 0.8 * len(own)


_PERSON = re.compile(
    r"just a moment|attention required|are you (?:a )?(?:human|robot)|verify(?:ing)? (?:that )?you are (?:a )?human|access denied"
    r"|checking your browser|captcha|before you continue|one more step|pardon our interruption",
    re.IGNORECASE,
)
_FOR_SALE = re.compile(
    r"(?:this |the )?(?:domain(?: name)?|web ?address)(?: [\w.-]{4,80})? "
    r"(?:is|may be|might be) (?:for sale|available for purchase|parked)"
    r"|buy this domain|(?:domain|page) (?:is )?parked|make an offer (?:for|on) this domain|inquire about this domain"
    r"|this domain has (?:expired|been registered)",
    re.IGNORECASE,
)
_SELLERS = re.compile(
    rb"(?:sedoparking|parkingcrew|bodis|above|afternic|hugedomains|dan|undeveloped|parklogic|skenzo|domainmarket)\.(?:com|net)/",
    re.IGNORECASE,
)
_FEW = 300  # words; a page for sale has no more, a piece about such pages has
_MOST_NODES = 5_000


class _Page:
    """The page as it answered, and what it says beyond the snapshot."""

    def __init__(self, answer: Response, now: Snapshot):
        self.answer, self.now = answer, now
        raw = decoded(answer.body, answer.headers.get("content-type", "")).encode("utf-8", "replace")
        tree = LexborHTMLParser(calmed(raw), scripting=True)
        self.asks_password = tree.css_first("input[type=password]") is not None
        self.closed = _closed(tree)
        body = tree.body.text(separator=" ") if now.words < _FEW and tree.body else ""
        short = now.words < _FEW
        self.for_sale = short and bool(_FOR_SALE.search(f"{now.title} {body}") or _SELLERS.search(raw))
        self.asks_for_person = short and bool(_PERSON.search(now.title))


def _closed(tree: LexborHTMLParser) -> str:
    """The words by which the page says that it is not free to read; "" if it says nothing of the kind."""
    for node in tree.css("meta[property='article:content_tier'], meta[name='article:content_tier']"):
        if (node.attributes.get("content") or "").strip().lower() in ("locked", "metered"):
            return excerpt_of(node.html or "")
    for _node, data in json_ld(tree):
        for said in _values(data, "isAccessibleForFree"):
            if said is False or str(said).strip().lower() in ("false", "http://schema.org/false", "https://schema.org/false"):
                return '"isAccessibleForFree": false'
    return ""


def _values(data: Any, name: str) -> Iterator[Any]:
    """What stands under this name at the top of the nodes; a part of a page that is closed does not close all of it."""
    waiting = [data]
    for _ in range(_MOST_NODES):
        if not waiting:
            return
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, dict):
            waiting.extend([node["@graph"]] if isinstance(node.get("@graph"), list) else [])
            if name in node:
                yield node[name]
