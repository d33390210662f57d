"""Homes: which piece an address belongs to, ours or the outlet's own copy, and what its canonical should be."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from uuid import UUID

from django.utils.translation import gettext as _

from syndication.models import Edition, Outlet, Republication
from syndication.pulling import shelf, tombstones
from syndication.renderers.terms import terms

# What campaigns and networks add to an address: it names no other page.
CAMPAIGN = ("utm_", "fbclid", "gclid", "mc_cid", "mc_eid")


@dataclass(frozen=True)
class Found:
    """What was asked for, the rows of pieces on the shelf, and the uids of those withdrawn."""

    uids: dict[str, UUID]
    rows: dict[UUID, Republication]
    withdrawn: set[UUID]


def find(outlet: Outlet, asked: list[str]) -> Found:
    """The pieces behind addresses or uids, as far as the outlet may know of them. Four queries for any number.

    Our older addresses count, too: who took a piece before it moved knows it by that.
    """
    spelt = {text: spellings(text) for text in asked}
    every = {url for urls in spelt.values() for url in urls}
    # Current editions last: where an address was given to another piece, the newer one has it.
    ours = Edition.objects.filter(url__in=every).order_by("current", "version").values_list("url", "uid")
    theirs = Republication.objects.filter(outlet=outlet, receipt_url__in=every).values_list("receipt_url", "uid")
    known = dict(theirs) | dict(ours)
    uids = {text: uid for text, urls in spelt.items() if (uid := _uid(text) or _first(known, urls))}
    mine = {row.uid: row for row in shelf(outlet).filter(uid__in=set(uids.values()))}
    gone = set(tombstones(outlet).filter(uid__in=set(uids.values())).values_list("uid", flat=True))
    return Found(uids, mine, gone)


def told(found: Found, text: str) -> dict[str, Any]:
    """The plain answer for one of them."""
    uid = found.uids.get(text)
    if uid in found.rows:
        row = found.rows[uid]
        story = row.story
        return {
            "asked": text,
            "state": "published",
            "says": _("The canonical of your copy is %(url)s.") % {"url": story.canonical.url},
            "uid": str(uid),
            "headline": story.headline,
            "url": story.url,
            "canonical": story.canonical.model_dump(mode="json"),
            "owed": [{"sentence": one.sentence, "line": one.line} for one in terms(story, row.outlet.contract)],
        }
    if uid in found.withdrawn:
        says = _("You may carry this piece no longer. Take your copy down.")
        return {"asked": text, "state": "withdrawn", "says": says, "uid": str(uid)}
    says = _("We know no piece for you there. If it is a copy of one, tell us where it stands: POST /partners/v1/receipts.")
    return {"asked": text, "state": "unknown", "says": says}


def spellings(url: str) -> list[str]:
    """The address as people and systems write it, the likeliest first: with and without `www.` and the last slash, http or https,
    without fragment and campaign. [] for what is none."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return []
    if parts.scheme not in ("http", "https") or not host:
        return []
    query = urlencode([pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not pair[0].startswith(CAMPAIGN)])
    place = f":{port}" if port and (parts.scheme, port) not in (("http", 80), ("https", 443)) else ""
    bare = host.removeprefix("www.")
    hosts = [host, bare if bare != host else f"www.{bare}"]
    path = parts.path or "/"
    paths = [path, path.rstrip("/") or "/"] if path.endswith("/") else [path, f"{path}/"]
    schemes = [parts.scheme, "http" if parts.scheme == "https" else "https"]
    spelt = [urlunsplit((s, f"{h}{place}", p, query, "")) for s in schemes for h in hosts for p in paths]
    return list(dict.fromkeys(spelt))


def _uid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _first(known: dict[str, UUID], urls: Iterable[str]) -> UUID | None:
    return next((known[url] for url in urls if url in known), None)
