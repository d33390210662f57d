"""A pushed story as this outlet reads it. It trusts nobody: text stays text, links are http(s), HTML is cleaned again."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from html import escape
from typing import Any
from urllib.parse import urlsplit

import nh3

from .store import Row

WORDS = "a em strong b i u s small sub sup code kbd abbr cite q time mark span bdi bdo ins del"
BLOCKS = "p h2 h3 h4 h5 h6 blockquote ul ol li dl dt dd hr br pre figure figcaption img table caption thead tbody tfoot tr th td"
PROSE = {*WORDS.split(), *BLOCKS.split()}
LINE = {"a", "em", "strong", "b", "i", "cite", "span", "bdi", "time", "abbr"}
ATTRIBUTES = {
    "*": {"lang"},
    "a": {"href", "hreflang", "title"},
    "abbr": {"title"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
}
DIRECTIONS = {tag: {"dir": {"ltr", "rtl", "auto"}} for tag in PROSE}
GONE_WITH_CONTENT = {"script", "style", "iframe", "object", "noscript", "template", "svg", "math", "title", "textarea", "select"}
EXTENTS = ("full", "excerpt", "link")
WEB = {"http", "https"}
OPEN_GRAPH = re.compile(r"(og|article|profile|book|music|video|fb):[A-Za-z_:]+")
CARD = re.compile(r"(twitter|fediverse):[A-Za-z_:]+")
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


def clean(html: str, tags: set[str] = PROSE, *, rel: str | None = None, links: bool = True) -> str:
    """HTML that can do no harm: known tags, absolute http(s) or mailto links whose rel is `rel`, no script, no style."""
    return nh3.clean(
        html,
        tags=tags if links else tags - {"a"},
        clean_content_tags=GONE_WITH_CONTENT,
        attributes=ATTRIBUTES,
        tag_attribute_values=DIRECTIONS,
        url_schemes=WEB | {"mailto"},
        url_relative="deny",
        link_rel=rel,
    ).strip()


def web_url(value: Any) -> str:
    """The URL if it is an absolute http(s) one, else nothing."""
    if not isinstance(value, str) or re.search(r"[\s\x00-\x1f]", value):
        return ""
    try:
        parts = urlsplit(value)
    except ValueError:
        return ""
    return value if parts.scheme in WEB and parts.netloc else ""


def _text(value: Any) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""


def _markup(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _facts(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _number(value: Any) -> int:
    return value if type(value) is int and value > 0 else 0


def _day(value: Any) -> date | None:
    try:
        return datetime.fromisoformat(value).date()
    except (TypeError, ValueError):
        return None


@dataclass(frozen=True)
class Link:
    """Words and, where there is one, where they lead."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class Picture:
    """The lead image, if its rights let it travel."""

    url: str
    width: int
    height: int
    alt: str
    caption: str
    credit: str


@dataclass(frozen=True)
class Piece:
    """All that a page of ours shows of a piece. `_html` is cleaned; everything else is plain text, to be escaped."""

    uid: str
    slug: str
    version: int
    withdrawn: bool
    headline: str
    standfirst: str
    section: str
    language: str
    direction: str
    authors: tuple[Link, ...]
    publisher: Link
    home: str
    first_published: date | None
    body_html: str
    excerpt_html: str
    extent: str
    picture: Picture | None
    corrections: tuple[tuple[date, str], ...]
    licence: Link | None
    attribution: str
    wants_canonical: bool
    wants_noindex: bool
    cards: tuple[tuple[str, str, str], ...]
    json_ld: Any

    def attribution_html(self, *, rel: str | None = None, links: bool = True) -> str:
        """Their own line of attribution; where it lacks the link home, a sentence of ours that has it follows."""
        line = clean(self.attribution, LINE, rel=rel, links=links)
        if not links or f'href="{escape(self.home)}"' in line:
            return line or f"First published by {escape(self.publisher.text)}."
        own = f'First published by <a href="{escape(self.home)}">{escape(self.publisher.text)}</a>.'
        return f"{line} {clean(own, LINE, rel=rel)}".strip()


def piece_of(row: Row) -> Piece:
    """Read a kept push. Never fails: what is missing or of the wrong shape is left out."""
    story, contract, social = (_facts(row.data.get(key)) for key in ("story", "contract", "social"))
    publisher = _facts(story.get("publisher"))
    home = web_url(_facts(story.get("canonical")).get("url")) or web_url(story.get("url"))
    language = _text(story.get("language"))
    return Piece(
        uid=row.uid,
        slug=row.slug,
        version=row.version,
        withdrawn=row.withdrawn,
        headline=_text(row.headline),
        standfirst=_text(story.get("standfirst")),
        section=_text(_facts(story.get("section")).get("name")),
        language=language if LANGUAGE.fullmatch(language) else "und",
        direction="rtl" if story.get("direction") == "rtl" else "ltr",
        authors=tuple(_authors(story)),
        publisher=Link(_text(publisher.get("name")) or urlsplit(home).netloc or "its publisher", web_url(publisher.get("url"))),
        home=home,
        first_published=_day(story.get("first_published")),
        body_html=clean(_markup(story.get("body_html"))),
        excerpt_html=clean(_markup(story.get("excerpt_html"))),
        extent=extent if (extent := _text(contract.get("extent"))) in EXTENTS else "excerpt",
        picture=_picture(_facts(story.get("lead_image"))),
        corrections=tuple(_corrections(story)),
        licence=_licence(contract.get("licence")) or _licence(story.get("licence")),
        attribution=_markup(contract.get("attribution_html")),
        wants_canonical=contract.get("canonical") is not False,
        wants_noindex=contract.get("noindex") is True,
        cards=(*_tags("property", OPEN_GRAPH, social.get("og")), *_tags("name", CARD, social.get("twitter"))),
        json_ld=social.get("json_ld"),
    )


def _authors(story: dict[str, Any]) -> Iterator[Link]:
    for person in map(_facts, _list(story.get("authors"))):
        if name := _text(person.get("name")):
            yield Link(name, web_url(person.get("url")))


def _picture(image: dict[str, Any]) -> Picture | None:
    url = web_url(image.get("url"))
    if not url or image.get("may_syndicate") is not True:
        return None
    size = (_number(image.get("width")), _number(image.get("height")))
    return Picture(url, *size, *(_text(image.get(key)) for key in ("alt", "caption", "credit")))


def _corrections(story: dict[str, Any]) -> Iterator[tuple[date, str]]:
    for correction in map(_facts, _list(story.get("corrections"))):
        day, text = _day(correction.get("at")), _text(correction.get("text"))
        if day and text:
            yield day, text


def _licence(value: Any) -> Link | None:
    if isinstance(value, str):
        value = {"name": value, "url": value}
    name = _text(_facts(value).get("name"))
    return Link(name, web_url(value.get("url"))) if name else None


def _tags(attribute: str, known: re.Pattern[str], tags: Any) -> Iterator[tuple[str, str, str]]:
    for name, content in _facts(tags).items():
        if known.fullmatch(name):
            yield from ((attribute, name, _text(str(one))) for one in (content if isinstance(content, list) else [content]))
