"""Story as ninjs in the 1.x dialect of Superdesk, which its Publisher and Newsroom read (docs/connectors/superdesk.md)."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from django.utils.html import format_html, strip_tags

from syndication.contract import Contract
from syndication.renderers import copy, corrections
from syndication.renderers.feeds import Feed, Gone
from syndication.story import Person, Picture, Story

TYPE = "application/json; charset=utf-8"
USABLE, CANCELED = "usable", "canceled"
KILL = "KILL: take this piece down everywhere, and do not use it any more."
WORDS_A_MINUTE = 230


def item(
    story: Story, contract: Contract, version: int, now: datetime, *, status: str = USABLE, media: str = ""
) -> dict[str, Any]:
    """One text item. `guid` is the same for life and `version` rises; a kill is `pubstatus` canceled.

    The dialect has no canonical link of its own: it stands in `extra`, where Superdesk puts what its schema does not know, and
    in `altids`. `media` is how the outlet names the lead image, if it was uploaded there.
    """
    summary = story.standfirst or story.description or strip_tags(story.excerpt_html)
    told = {
        "guid": guid(story),
        "version": str(version),
        "type": "text",
        "pubstatus": status,
        "headline": story.headline,
        "slugline": urlsplit(story.url).path.rstrip("/").rpartition("/")[2],
        "byline": ", ".join(person.name for person in story.authors),
        "authors": [_author(person) for person in story.authors],
        "body_html": copy.html(story, contract, byline=False) if status == USABLE else "",
        "description_text": summary,
        "description_html": format_html("<p>{}</p>", summary) if summary else "",
        "language": story.language,
        "firstcreated": _moment(story.first_published),
        "firstpublished": _moment(story.first_published),
        "versioncreated": _moment(now),
        "source": story.publisher.name,
        "copyrightholder": story.publisher.name,
        "usageterms": " ".join(usage(story, contract)),
        "ednote": _note(story, status),
        "service": [{"name": story.section.name, "code": _code(story.section.name)}] if story.section else [],
        "subject": [{"name": topic.name, "code": _code(topic.name)} for topic in story.topics],
        "keywords": [topic.name for topic in story.topics],
        "wordcount": story.word_count,
        "readtime": max(story.word_count // WORDS_A_MINUTE, 1) if story.word_count else 0,
        "extra": _extra(story, contract),
        "altids": {"canonical": story.canonical.url, "home": story.url},
    }
    if story.lead_image and status == USABLE:
        told["associations"] = {"featuremedia": _picture(story, story.lead_image, media)}
    return {name: value for name, value in told.items() if value not in ("", [], {}, None, 0)}


def feed(feed: Feed) -> bytes:
    """The items of a feed, in the envelope of Superdesk's content API: `_items`, and the addresses in `_links`."""
    about = feed.about
    items = [item(one.story, one.contract or Contract(), one.version, one.updated) for one in feed.entries]
    links = {"self": about.url, "current": about.current, "prev": about.prev_archive}
    told = {
        "_items": [*items, *(_canceled(gone) for gone in feed.gone)],
        "_links": {name: {"href": url} for name, url in links.items() if url},
    }
    return json.dumps(told, ensure_ascii=False).encode()


def _canceled(gone: Gone) -> dict[str, Any]:
    """A kill that tells nothing of the piece but its name."""
    moment = _moment(gone.at)
    kept = {"type": "text", "pubstatus": CANCELED, "versioncreated": moment, "ednote": kill_note(gone)}
    return {"guid": gone.uid.urn, "version": str(gone.version), **kept}


def kill_note(gone: Gone) -> str:
    """What editors must do about it, and why, where it was killed."""
    return f"{KILL} {gone.reason}".strip()


def guid(story: Story) -> str:
    """How the item is called for life."""
    return story.uid.urn


def _extra(story: Story, contract: Contract) -> dict[str, str]:
    facts = {"canonical_url": story.canonical.url} if contract.canonical else {}
    if contract.noindex:
        facts["robots"] = "noindex, follow"
    if contract.attribution:
        facts["attribution"] = contract.attribution
    return facts


def usage(story: Story, contract: Contract) -> list[str]:
    """What is owed, in words for the desk."""
    terms = []
    if contract.canonical:
        terms.append(f"Name {story.canonical.url} as the canonical link of the page.")
    if contract.noindex:
        terms.append("Keep the page out of search engines (noindex).")
    if contract.link:
        terms.append("Keep the link to our page in the text.")
    if contract.attribution:
        terms.append(f"Print: {contract.attribution}.")
    if story.licence:
        terms.append(" ".join(filter(None, ["Licence:", story.licence.name, story.licence.url])))
    return terms


def _note(story: Story, status: str) -> str:
    if status == CANCELED:
        return KILL
    return corrections.note(story)


def _author(person: Person) -> dict[str, str]:
    facts = {"name": person.name, "role": "writer", "uri": person.url, "twitter": person.x.lstrip("@")}
    return {name: value for name, value in facts.items() if value}


def _picture(story: Story, picture: Picture, media: str) -> dict[str, Any]:
    rendition: dict[str, Any] = {"href": picture.url, "width": picture.width, "height": picture.height, "mimetype": picture.mime}
    facts = {
        "guid": f"{guid(story)}:featuremedia",
        "version": "1",
        "type": "picture",
        "pubstatus": USABLE,
        "headline": picture.caption or picture.alt,
        "body_text": picture.alt,
        "description_text": picture.caption or picture.alt,
        "byline": picture.credit,
        "copyrightholder": picture.credit,
        "usageterms": picture.licence.name if picture.licence else "",
        "versioncreated": _moment(story.modified),
        "renditions": {"original": rendition | ({"media": media} if media else {})},
    }
    return {name: value for name, value in facts.items() if value}


def _moment(moment: datetime) -> str:
    """As Superdesk writes and parses moments: an offset without a colon."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


def _code(name: str) -> str:
    return "-".join(name.lower().split())
