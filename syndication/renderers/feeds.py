"""What a feed says in any dialect: itself, its pieces, what is gone; and JSON Feed 1.1 with `_syndication` for machines."""

import json
from typing import Any
from uuid import UUID

from django.utils.encoding import iri_to_uri
from django.utils.html import format_html
from django.utils.translation import override

from syndication.contract import Contract
from syndication.renderers import copy, corrections
from syndication.rights import Policy
from syndication.story import Moment, OutletCopy, Story, Value

JSON_FEED = "https://jsonfeed.org/version/1.1"
JSON_TYPE = "application/feed+json; charset=utf-8"
FEEDS = ("rss", "atom", "json")


class About(Value):
    """What a feed says of itself. Absolute addresses.

    `archive`: its members stay as they are (RFC 5005 §4); `current` is then the address of the feed that is still written.
    """

    title: str
    home: str
    url: str
    description: str = ""
    language: str = ""
    id: str = ""
    author: str = ""
    updated: Moment | None = None
    hubs: tuple[str, ...] = ()
    # What our own readers and their machines may do with the pieces; None where a contract says so.
    policy: Policy | None = None
    archive: bool = False
    current: str = ""
    prev_archive: str = ""


class Entry(Value):
    """One piece in a feed: its text in HTML, and since when it stands so. A partner's has the contract and the version."""

    story: Story
    html: str
    updated: Moment
    contract: Contract | None = None
    ends_at: Moment | None = None

    @property
    def version(self) -> int:
        """A number that rises with every change of what this outlet is told: seconds since 1970."""
        return int(self.updated.timestamp())


class Gone(Value):
    """A piece that may be carried no longer, and since when; of one that was killed, why."""

    uid: UUID
    at: Moment
    reason: str = ""

    @property
    def version(self) -> int:
        """As of an Entry."""
        return int(self.at.timestamp())


class Feed(Value):
    """One document of a feed, newest first."""

    about: About
    entries: tuple[Entry, ...] = ()
    gone: tuple[Gone, ...] = ()


def _withdrawn(gone: Gone) -> dict[str, str]:
    told = {"id": gone.uid.urn, "at": gone.at.isoformat()}
    return {**told, "instruction": "kill", "reason": gone.reason} if gone.reason else told


def for_readers(story: Story) -> Entry:
    """The piece as a public feed has it."""
    return Entry(story=story, html=_content(story), updated=story.modified)


def for_outlet(story: Story, contract: Contract, changed_at: Moment, ends_at: Moment | None = None) -> Entry:
    """The contract's view of the piece, with what is owed in the text: attribution, link home, corrections."""
    html = _content(story) if story.outlet else copy.html(story, contract, byline=False)
    updated = max(changed_at, story.modified)
    return Entry(story=story, html=copy.directed(story, html), updated=updated, contract=contract, ends_at=ends_at)


def _content(story: Story) -> str:
    """The body, or the excerpt with the way to the rest; corrections below, and above what was retracted."""
    html = story.body_html or story.excerpt_html
    if story.outlet:
        html += _onward(story.outlet)
    if not story.corrections:
        return html
    with override(story.language):
        told = corrections.html(story.corrections)
    return f"{told}\n{html}" if story.retracted else f"{html}\n{told}"


def _onward(outlet: OutletCopy) -> str:
    """The way to the rest, or why there is none; and to the copy in an archive where the page itself serves readers no more."""
    if outlet.bearing == "withheld":
        html = format_html("<p>It ran at {}; that page is no longer theirs.</p>", outlet.name)
    elif outlet.bearing == "gone":
        since = f" since {outlet.gone_since:%-d %B %Y}" if outlet.gone_since else ""
        html = format_html("<p>It ran at {}, where the page has been gone{}.</p>", outlet.name, since)
    else:
        html = format_html('<p><a href="{}">Read the rest at {}</a></p>', outlet.url, outlet.name)
    return html + (format_html('<p><a href="{}">An archived copy</a></p>', outlet.archive_url) if outlet.archived else "")


def public_feed(story: Story, dialect: str) -> str:
    """The address of the feed that all may read and that the piece stands in."""
    return f"{story.publisher.url.rstrip('/')}/feeds/{dialect}/"


def owes(contract: Contract) -> dict[str, Any]:
    """What the outlet owes, for machines."""
    told = {"canonical": contract.canonical, "noindex": contract.noindex, "link": contract.link}
    return {**told, "attribution": contract.attribution} if contract.attribution else told


def json_feed(feed: Feed) -> bytes:
    """JSON Feed 1.1 (https://jsonfeed.org/version/1.1): `external_url` of a stub is the page at the outlet."""
    about = feed.about
    told = {
        "version": JSON_FEED,
        "title": about.title,
        "home_page_url": about.home,
        "feed_url": about.url,
        "next_url": about.prev_archive,
        "description": about.description,
        "language": about.language,
        "hubs": [{"type": "WebSub", "url": hub} for hub in about.hubs],
        "_syndication": _extension(feed),
        "items": [_json_item(entry) for entry in feed.entries],
    }
    kept = {name: value for name, value in told.items() if name == "items" or value not in ("", [], {})}
    return json.dumps(kept, ensure_ascii=False).encode()


def _extension(feed: Feed) -> dict[str, Any]:
    facts = {
        "archive": feed.about.archive,
        "current": feed.about.current,
        "withdrawn": [_withdrawn(gone) for gone in feed.gone],
    }
    return {name: value for name, value in facts.items() if value}


def _json_item(entry: Entry) -> dict[str, Any]:
    story = entry.story
    item = {
        "id": story.uid.urn,
        "url": story.url,
        "external_url": story.outlet.url if story.outlet else "",
        "title": story.headline,
        "summary": story.description,
        "content_html": entry.html,
        "image": story.lead_image.url if story.lead_image else "",
        "date_published": story.first_published.isoformat(),
        "date_modified": entry.updated.isoformat(),
        "authors": [{"name": person.name, "url": person.url} for person in story.authors],
        "tags": [topic.name for topic in story.topics],
        "language": story.language,
        "_syndication": {
            "about": "https://jsonfeed.org/version/1.1#extensions",
            "canonical_url": story.canonical.url,
            "canonical_policy": story.canonical.policy,
            "kind": story.kind,
            **({"corrections": [one.model_dump(mode="json") for one in story.corrections]} if story.corrections else {}),
            **(_terms(entry, entry.contract) if entry.contract else {}),
        },
    }
    # An item without any text must still have its `content_html`.
    return {name: value for name, value in item.items() if name == "content_html" or value not in ("", [])}


def _terms(entry: Entry, contract: Contract) -> dict[str, Any]:
    """What a partner's machine needs beyond a reader's."""
    story, picture = entry.story, entry.story.lead_image
    facts: dict[str, Any] = {
        "version": story.version,
        "owes": owes(contract),
        "extent": contract.extent,
        "words": contract.words,
        "until": entry.ends_at.isoformat() if entry.ends_at else None,
        "section": story.section.name if story.section else None,
        "licence": story.licence.model_dump() if story.licence else None,
        "image": picture.model_dump(exclude={"srcset", "may_syndicate"}) if picture else None,
    }
    return {name: value for name, value in facts.items() if value not in (None, [])}


def address(url: str) -> str:
    """The URL as it may stand in XML and headers: ASCII only (RFC 3987 §3.1)."""
    return iri_to_uri(url) or ""
