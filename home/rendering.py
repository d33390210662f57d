"""HTML that may leave the house: sanitised to a short list of tags, every address absolute."""

import re
from copy import deepcopy
from typing import TypeVar
from urllib.parse import urljoin

import nh3
from selectolax.lexbor import LexborHTMLParser, LexborNode

from syndication.canonical import near_miss, same

Tree = TypeVar("Tree", LexborHTMLParser, LexborNode)

TEXT = {"p", "a", "b", "strong", "i", "em", "s", "del", "sup", "sub", "small", "code", "pre", "br", "hr", "span", "cite", "time"}
BLOCKS = {"h2", "h3", "h4", "ul", "ol", "li", "blockquote", "figure", "figcaption", "img", "aside", "section", "footer", "div"}
TABLES = {"table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"}
ATTRIBUTES = {
    "*": {"class", "dir", "id", "lang"},
    "a": {"href", "rel", "aria-label", "role"},
    "blockquote": {"cite"},
    "img": {"src", "srcset", "sizes", "width", "height", "alt", "loading", "decoding"},
    "ol": {"start"},
    "section": {"aria-label", "role"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
}
EXCERPT_WORDS = 90
BLOCK_ENDS = re.compile(rf"</(?:{'|'.join(sorted(BLOCKS | TABLES | {'p', 'pre'}))})>|<[bh]r\b[^>]*>", re.IGNORECASE)


def portable(html: str, root: str) -> str:
    """`html` with only the tags a story may hold and with absolute addresses. Fragments stay fragments, for footnotes.

    An address that cannot be read is left out.
    """

    def absolute(tag: str, attribute: str, value: str) -> str | None:
        try:
            if attribute in ("href", "src"):
                return value if value.startswith("#") else urljoin(root, value)
            if attribute == "srcset":
                return ", ".join(urljoin(root, source.strip()) for source in value.split(",") if source.strip())
            if attribute == "cite":
                # The cleaner judges the schemes of href and src only.
                source = urljoin(root, value)
                return source if source.startswith(("http://", "https://")) else None
        except ValueError:
            return None
        return value

    return nh3.clean(
        html,
        tags=TEXT | BLOCKS | TABLES,
        attributes=deepcopy(ATTRIBUTES),
        attribute_filter=absolute,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel=None,
    ).strip()


def without_links(html: str, url: str) -> str:
    """`html` with the words, but not the links, where it leads to `url` or to another spelling of it."""
    tree = LexborHTMLParser(html)
    for node in tree.css("a[href]"):
        href = node.attributes.get("href") or ""
        if same(href, url) or near_miss(href, url) or near_miss(url, href):
            node.unwrap()
    return tree.body.inner_html or "" if tree.body else ""


def plain(html: str) -> str:
    """The text of `html`, with single spaces and without footnote marks."""
    if not html:
        return ""
    # Words of two blocks stay apart; those of one, as in H<sub>2</sub>O, stay together.
    tree = LexborHTMLParser(BLOCK_ENDS.sub(r"\g<0> ", html))
    return " ".join(_without_notes(tree).text().split())


def _without_notes(tree: Tree) -> Tree:
    for mark in tree.css("sup:has(> a[href^='#footnote-'])"):
        mark.decompose()
    return tree


def word_count(html: str) -> int:
    """How many words a reader reads."""
    return len(plain(html).split())


def excerpt(html: str, words: int = EXCERPT_WORDS) -> str:
    """The opening paragraphs, whole, until `words` are reached; at least one if there is one."""
    body = LexborHTMLParser(html).body
    taken: list[str] = []
    count = 0
    for node in body.iter() if body else ():
        if node.tag == "p" and node.text(strip=True):
            taken.append(_without_notes(node).html or "")
            count += len(node.text().split())
            if count >= words:
                break
    return "\n".join(taken)


def shorten(text: str, limit: int = 200) -> str:
    """`text` cut at a word, with an ellipsis, to at most `limit` characters."""
    if len(text) <= limit:
        return text
    return f"{text[: limit - 1].rsplit(' ', 1)[0].rstrip(',;:.–— ')}…"
