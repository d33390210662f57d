"""Story as ninjs 3.1 (https://www.iptc.org/std/ninjs/3.1/), and a feed as one composite item with the pieces in it."""

import json
from typing import Any
from urllib.parse import urlsplit

from django.utils.html import strip_tags

from syndication.contract import Contract
from syndication.renderers import corrections, ninjs1
from syndication.renderers.feeds import Entry, Feed, Gone, address
from syndication.rights import rights_info
from syndication.story import Licence, Picture, Story

TYPE = "application/json; charset=utf-8"
SCHEMA = "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json"
STANDARD = {"name": "ninjs", "version": "3.1", "schema": SCHEMA}
USABLE, CANCELED = "usable", "canceled"


def feed(feed: Feed) -> bytes:
    """A package (`composite`) whose associations are the pieces, newest first, and then, `canceled`, what is gone."""
    about = feed.about
    parts = [*(item(one) for one in feed.entries), *(canceled(gone) for gone in feed.gone)]
    updated = about.updated.isoformat() if about.updated else None
    told = {
        "uri": about.id or about.url,
        "type": "composite",
        "standard": STANDARD,
        "pubStatus": USABLE,
        "versionCreated": updated,
        "language": about.language,
        "headlines": [_text("main", about.title)],
        "altIds": _ids(self=about.url, current=about.current, prev_archive=about.prev_archive),
        "associations": [{"name": f"piece-{number}", "rel": "item", **part} for number, part in enumerate(parts, 1)],
    }
    return json.dumps(_without_empty(told), ensure_ascii=False).encode()


def item(entry: Entry) -> dict[str, Any]:
    """One text item, with what is owed in `usageTerms` and the canonical page in `altIds`."""
    story, contract = entry.story, entry.contract or Contract()
    summary = story.standfirst or story.description or strip_tags(story.excerpt_html)
    return _without_empty(
        {
            "uri": story.uid.urn,
            "type": "text",
            "standard": STANDARD,
            "representationType": "full" if story.body_html else "partial",
            "version": str(entry.version),
            "firstCreated": story.first_published.isoformat(),
            "contentCreated": story.first_published.isoformat(),
            "versionCreated": entry.updated.isoformat(),
            "pubStatus": USABLE,
            "expires": entry.ends_at.isoformat() if entry.ends_at else None,
            "language": story.language,
            "copyrightHolder": story.publisher.name,
            "usageTerms": " ".join(ninjs1.usage(story, contract)),
            "edNote": corrections.note(story),
            "by": ", ".join(person.name for person in story.authors),
            "slugline": urlsplit(story.url).path.rstrip("/").rpartition("/")[2],
            "headlines": [_text("main", story.headline)],
            "descriptions": [_text("summary", summary)] if summary else [],
            "bodies": [_body(entry)],
            "people": [_without_empty({"name": one.name, "rel": "author", "uri": address(one.url)}) for one in story.authors],
            "subjects": _subjects(story),
            "infoSources": [{"name": story.publisher.name, "role": "publisher", "uri": address(story.publisher.url)}],
            "altIds": _ids(canonical=story.canonical.url, home=story.url, outlet=story.outlet.url if story.outlet else ""),
            "trustIndicators": _trust(story),
            "rightsInfo": rights_info(story),
            "associations": [_picture(story.lead_image)] if story.lead_image else [],
        }
    )


def canceled(gone: Gone) -> dict[str, Any]:
    """A kill that tells nothing of the piece but its name."""
    facts = {"type": "text", "standard": STANDARD, "pubStatus": CANCELED, "edNote": ninjs1.kill_note(gone)}
    return {"uri": gone.uid.urn, "version": str(gone.version), "versionCreated": gone.at.isoformat(), **facts}


def _text(role: str, value: str) -> dict[str, str]:
    return {"role": role, "contentType": "text/plain", "value": value}


def _body(entry: Entry) -> dict[str, Any]:
    counted = {"charCount": len(entry.html)} | ({"wordCount": entry.story.word_count} if entry.story.body_html else {})
    return {"role": "main", "contentType": "text/html", "value": entry.html, **counted}


def _subjects(story: Story) -> list[dict[str, str]]:
    named = [("section", story.section)] if story.section else []
    named += [("topic", topic) for topic in story.topics]
    return [_without_empty({"name": one.name, "rel": rel, "uri": address(one.url)}) for rel, one in named]


def _trust(story: Story) -> list[dict[str, str]]:
    """The pages on which the house says by what it abides, by schema.org's names for them."""
    return [{"role": f"https://schema.org/{name}", "href": address(url)} for name, url in story.publisher.policies if url]


def _rights(licence: Licence | None) -> dict[str, str]:
    return {"linkedRights": address(licence.url)} if licence and licence.url else {}


def _picture(picture: Picture) -> dict[str, Any]:
    url = address(picture.url)
    rendition = {"name": "original", "href": url, "contentType": picture.mime, "width": picture.width, "height": picture.height}
    described = {"caption": picture.caption, "alt": picture.alt}
    return _without_empty(
        {
            "name": "lead",
            "rel": "lead",
            "uri": url,
            "type": "picture",
            "pubStatus": USABLE,
            "by": picture.credit,
            "copyrightHolder": picture.credit,
            "usageTerms": picture.licence.name if picture.licence else "",
            "descriptions": [_text(role, value) for role, value in described.items() if value],
            "renditions": [rendition],
            "rightsInfo": _rights(picture.licence),
        }
    )


def _ids(**urls: str) -> list[dict[str, str]]:
    return [{"role": role, "value": url} for role, url in urls.items() if url]


def _without_empty(told: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if value not in ("", [], {}, None)}
