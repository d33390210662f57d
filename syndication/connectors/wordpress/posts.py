"""A post as WordPress has it, and what of our piece is in it: its text, its address, and how it is known again."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from django.utils.html import format_html
from selectolax.lexbor import LexborHTMLParser

from syndication.connectors import rest, warnings
from syndication.connectors.wordpress.leading_home import ID
from syndication.story import Story

# How many of WordPress' endings (-2, -3 …) of a taken slug are looked for.
ENDINGS = 5
# From the one that readers see to the one in the trash.
STATUSES = ("publish", "future", "private", "pending", "draft", "trash")


def of(answer: rest.Answer) -> dict[str, Any]:
    """The post in an answer."""
    rest.must_have(rest.field_of(answer.data, "id", int), "the number of the post")
    return answer.data


def rank(post: Mapping[str, Any]) -> int:
    """Its place on the way from what readers see to the trash."""
    status = rest.field_of(post, "status")
    return STATUSES.index(status) if status in STATUSES else len(STATUSES)


def seen_by_readers(post: Mapping[str, Any]) -> bool:
    """Whether it is published."""
    return rest.field_of(post, "status") == "publish"


def unseen(post: Mapping[str, Any]) -> str:
    """The warning that a copy stands there and no reader sees it."""
    status, moment = rest.field_of(post, "status"), rest.field_of(post, "date_gmt")
    if status == "future":
        return f"The outlet has the copy scheduled for {moment.replace('T', ', ')} UTC; until then its readers do not see it."
    return f"The outlet keeps the copy as “{status}”, so its readers do not see it. Ask its desk to publish it."


def _marker(story: Story) -> str:
    return f'data-homeward="{story.uid.hex}"'


def carries(post: Mapping[str, Any], story: Story) -> bool:
    """Whether a post is a copy of our piece."""
    told = rest.field_of(rest.field_of(post, "meta", dict), ID)
    return told == story.uid.hex or _marker(story) in _raw(post, "content")


def _raw(post: Mapping[str, Any], name: str) -> str:
    return str(rest.field_of(rest.field_of(post, name, dict), "raw"))


def digest(post: Mapping[str, Any]) -> str:
    """What a desk would change in a post, short."""
    told = [*(_raw(post, name) for name in ("title", "content", "excerpt")), rest.field_of(post, "status")]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


def says(post: Mapping[str, Any], text: Mapping[str, Any]) -> bool:
    """Whether readers have this very text before them: the answer to our own last push may have been lost."""
    return seen_by_readers(post) and all(_raw(post, name) == words for name, words in text.items())


def noticed(post: Mapping[str, Any], memory: Mapping[str, Any]) -> list[str]:
    """What the desk did to the post since we pushed it last, if we know how we left it."""
    if memory.get("withdrawn") or "seen" not in memory or memory["seen"] == digest(post):
        return []
    if rest.field_of(post, "status") == "trash":
        return [
            "The outlet had moved the copy to its trash; this version brought it back. If it shall stay away, withdraw it there."
        ]
    return [warnings.changed_there(_changed_at(post))]


def _changed_at(post: Mapping[str, Any]) -> datetime | None:
    try:
        return datetime.fromisoformat(rest.field_of(post, "modified_gmt")).replace(tzinfo=UTC)
    except ValueError:
        return None


def marked(story: Story, body: str) -> str:
    """The text in one block of HTML, which WordPress leaves as it is, with our id in its first element.

    Language and direction stand on each element: one around all of them would take from them the distances that a theme gives.
    """
    credit = story.lead_image.credit if story.lead_image else ""
    line = format_html("<p><small>{}</small></p>", credit) if credit else ""
    tree = LexborHTMLParser(f"<!doctype html><body>{body}\n{line or ''}")
    parts = list(tree.body.iter()) if tree.body else []
    for part in parts:
        part.attrs["lang"] = part.attributes.get("lang") or story.language
        part.attrs["dir"] = part.attributes.get("dir") or story.direction
    if parts:
        parts[0].attrs["data-homeward"] = story.uid.hex
    text = tree.body.inner_html if tree.body else ""
    return f"<!-- wp:html -->\n{(text or '').strip()}\n<!-- /wp:html -->"


def slug(story: Story) -> str:
    """The last part of our own address."""
    return unquote(urlsplit(story.url).path.rstrip("/").rpartition("/")[2])


def addresses(story: Story) -> dict[str, str]:
    """The slugs that WordPress may have given a post of ours: ours, with an ending where that was taken, and as in the trash."""
    ours = slug(story)
    slugs = [ours, *(f"{ours}-{number}" for number in range(2, ENDINGS + 1))]
    return {"slug": ",".join([*slugs, *(f"{one}__trashed" for one in slugs)])}
