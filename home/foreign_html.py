"""HTML of strangers: what of it our pages may show, and in a form that an editor of ours can open."""

import re
from html.parser import HTMLParser
from typing import Any

import nh3
from django.utils.html import escape
from selectolax.lexbor import LexborHTMLParser
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter

from home.models import StubPage
from home.rendering import BLOCK_ENDS, plain
from syndication.canonical import absolute
from syndication.incoming import Unfit

TAGS = {"p", "a", "b", "strong", "i", "em", "s", "del", "sup", "sub", "small", "code", "br", "hr", "cite", "h2", "h3", "h4"}
TAGS |= {"ul", "ol", "li", "blockquote", "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"}
INLINE = {"a", "b", "strong", "i", "em", "s", "del", "sup", "sub", "small", "code", "cite"}
# Of these only what is no picture is kept.
FIGURES = {"figure", "figcaption", "img"}
ATTRIBUTES = {
    "a": {"href", "aria-label"},
    "li": {"id"},
    "ol": {"start"},
    "sup": {"id"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
# What these contain is no text, or, in an aside, the same text once more.
WITHOUT_CONTENT = {"script", "style", "svg", "math", "iframe", "object", "template", "aside"}
MARKS = re.compile(r'<sup\b.*?</sup>|<a\b[^>]*href="#.*?</a>', re.DOTALL)
NOTE = re.compile(r"#?footnote[\w-]{0,60}", re.ASCII)
DEEPEST = 40
VOID = {"br", "hr", "img"}


def clean(html: str, base: str) -> str:
    """HTML of strangers as our pages may show it: no pictures, for each reader of ours would fetch them from the sender; no names
    that mean something here; addresses as they were meant at `base`. Raises Unfit.
    """

    def meant(tag: str, attribute: str, value: str) -> str | None:
        if attribute == "id" or value.startswith("#"):
            # Footnotes lead there and back; any other fragment leads nowhere.
            return value if NOTE.fullmatch(value) else None
        return value if attribute != "href" or value.startswith("mailto:") else absolute(value, base) or None

    cleaned = nh3.clean(
        html,
        tags=TAGS | FIGURES,
        clean_content_tags=set(WITHOUT_CONTENT),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        attribute_filter=meant,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener",
    ).strip()
    depth = _Depth()
    depth.feed(cleaned)
    if depth.most > DEEPEST:
        raise Unfit("data.story.body_html", f"Its tags nest deeper than {DEEPEST}.")
    text = _without_pictures(cleaned) if "<img" in cleaned or "<figure" in cleaned else cleaned
    # As Wagtail writes them, and as its editor must read them.
    return text.replace("<br>", "<br/>").replace("<hr>", "<hr/>")


def _without_pictures(html: str) -> str:
    """A figure with a picture goes, caption and all; one with a quotation stays, as the quotation and a line below it."""
    tree = LexborHTMLParser(html)
    for figure in tree.css("figure:has(img)"):
        figure.decompose()
    for image in tree.css("img"):
        image.decompose()
    text = (tree.body.inner_html if tree.body else "") or ""
    return re.sub(r"</?figure>", "", text).replace("<figcaption>", "<p>").replace("</figcaption>", "</p>").strip()


def editable(html: str) -> tuple[str, bool]:
    """`html` so that an editor of ours can open it, and whether that took something away: Wagtail's editor stops at what is legal
    and odd, such as a paragraph inside of emphasis.
    """
    field: Any = StubPage._meta.get_field("excerpt")
    converter = ContentstateConverter(field.features)
    plainer = nh3.clean(html, tags=TAGS - INLINE, attributes={}).replace("<br>", "<br/>").replace("<hr>", "<hr/>")
    for text in (html, plainer):
        try:
            converter.from_database_format(text)
        except Exception:  # whatever it stops at
            continue
        return text, text != html
    blocks = (plain(part) for part in BLOCK_ENDS.split(html))
    return "".join(f"<p>{escape(block)}</p>" for block in blocks if block), True


class _Depth(HTMLParser):
    """How deep the tags of clean HTML nest: what is built of them takes time with the square of it."""

    def __init__(self) -> None:
        super().__init__()
        self.now = self.most = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.now += tag not in VOID
        self.most = max(self.most, self.now)

    def handle_endtag(self, tag: str) -> None:
        self.now -= tag not in VOID


def words(html: str) -> str:
    """The letters of a text, for telling whether a person changed them."""
    # The marks of footnotes are no words, and Draftail nests them another way.
    return "".join(plain(MARKS.sub("", html)).split())
