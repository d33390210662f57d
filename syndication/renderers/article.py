"""Story as the partner API tells it: the piece, its canonical, what the outlet owes for it, and what machines put in a head."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from syndication.contract import Contract
from syndication.renderers.payload import social
from syndication.renderers.terms import terms
from syndication.story import Picture, Story

# What an outlet carries of a piece, by the extent of its contract: who was given it holds the piece.
CONTENT = {"full": "body_html", "excerpt": "excerpt_html", "link": "headline"}


def article(story: Story, contract: Contract, changed_at: datetime, root: str, fields: Collection[str] = ()) -> dict[str, Any]:
    """The whole piece, or of it `uid` and `fields`. `story` must already be the contract's view; `root` is the API's address."""
    derived: dict[str, Callable[[], Any]] = {
        "changed_at": changed_at.isoformat,
        "contract": lambda: contract.model_dump(mode="json"),
        "owed": lambda: [{"sentence": one.sentence, "line": one.line} for one in terms(story, contract)],
        "social": lambda: social(story),
        "links": lambda: {name: f"{root}/{path}" for name, path in _links(story).items()},
    }
    facts = story.model_dump(mode="json", include={"uid", *fields} if fields else None)
    return {**facts, **{name: tell() for name, tell in derived.items() if not fields or name in fields}}


def correction(story: Story, changed_at: datetime) -> dict[str, Any]:
    """What changed in fact, and in which piece."""
    return {
        "uid": str(story.uid),
        "version": story.version,
        "changed_at": changed_at.isoformat(),
        "headline": story.headline,
        "url": story.url,
        "canonical_url": story.canonical.url,
        "retracted": story.retracted,
        "corrections": [one.model_dump(mode="json") for one in story.corrections],
    }


def media(story: Story) -> list[dict[str, Any]]:
    """Every picture of the piece that may travel, the lead image first; those in the text tell what the text tells of them."""
    named = (("lead", story.lead_image), ("share", story.share_image))
    return [_picture(role, picture) for role, picture in named if picture] + [
        _in_body(image) for image in LexborHTMLParser(story.body_html).css("img[src]")
    ]


def _links(story: Story) -> dict[str, str]:
    return {
        "self": f"articles/{story.uid}",
        "media": f"articles/{story.uid}/media",
        "receipt": f"receipts/{story.uid}",
    }


def _picture(role: str, picture: Picture) -> dict[str, Any]:
    facts = picture.model_dump(mode="json", include={"url", "width", "height", "mime", "alt", "caption", "credit", "licence"})
    return {"role": role, **facts}


def _in_body(image: LexborNode) -> dict[str, Any]:
    figure = image
    while figure.parent is not None and figure.tag != "figure":
        figure = figure.parent
    caption = figure.css_first("figcaption") if figure.tag == "figure" else None
    told = image.attributes
    return {
        "role": "body",
        "url": told["src"] or "",
        "width": _pixels(told.get("width")),
        "height": _pixels(told.get("height")),
        "mime": "",
        "alt": told.get("alt") or "",
        "caption": " ".join(caption.text().split()) if caption else "",
        "credit": "",
        "licence": None,
    }


def _pixels(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() else None
