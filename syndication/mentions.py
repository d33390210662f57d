"""Mentions: what a page abroad says of a piece of ours, by microformats2 (https://microformats.org/wiki/h-entry) or plain HTML.

Pure: the page was fetched already, and nothing in here raises for what stands on it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from syndication.canonical import absolute, near_miss, same
from syndication.findings import find
from syndication.http import Response
from syndication.markup import calmed, decoded
from syndication.wording import one_line, shortened, tidy

HTML = ("", "text/html", "application/xhtml+xml")
# Where an address may stand on a page that mentions us (Webmention §3.2.2): attributes of elements a reader meets.
_PLACES = {"a": "href", "area": "href", "img": "src", "video": "src", "audio": "src", "source": "src", "iframe": "src"}
_PLACES |= {"blockquote": "cite", "q": "cite", "ins": "cite", "del": "cite"}
_MOST_NODES = 20_000
_MANNERS = {
    "reply": ".u-in-reply-to",
    "like": ".u-like-of, .u-like",
    "repost": ".u-repost-of, .u-repost",
    "bookmark": ".u-bookmark-of, .u-bookmark",
}
NAME, TITLE, TEXT = 120, 200, 500
# A whole quotation is no excerpt; what is about as long as a comment is shown as one.
_BLOCKS = "p, li, blockquote, td, dd, h1, h2, h3, h4, figcaption, div, section, article"
_SPACE = re.compile(r"[ \t\f\v]+")


@dataclass(frozen=True)
class Mention:
    """How a page mentions us. `links` is whether it does at all; `copy` whether it names our piece as its own home."""

    links: bool
    copy: bool = False
    manner: str = "mention"
    name: str = ""
    url: str = ""
    title: str = ""
    text: str = ""


def read(page: Response, ours: Iterable[str]) -> Mention:
    """The mention of one of our addresses `ours` (the piece's, and the one the sender named) on a page."""
    wanted = [url for url in dict.fromkeys(ours) if url]
    kind = page.headers.get("content-type", "")
    media = kind.partition(";")[0].strip().lower()
    if media not in HTML:
        return _plain(_texts(page, media), wanted)
    findings = find(page.body, page.headers, page.url)
    copy = any(_leads(found.url, wanted) for found in findings.canonicals)
    tree = LexborHTMLParser(calmed(decoded(page.body, kind).encode("utf-8", "replace")))
    for hidden in tree.css("script, style, template, noscript"):
        hidden.decompose()
    node = next(_nodes(tree, findings.base, wanted), None)
    if node is None:
        return Mention(links=False, copy=copy)
    entry = _entry(tree, node)
    if entry is None:
        return Mention(links=True, copy=copy, **_of_page(tree, node, findings.title, page.url))
    return Mention(links=True, copy=copy, **_of_entry(entry, node, findings.title, findings.base))


def _leads(url: str, ours: list[str]) -> bool:
    return any(same(url, own) or near_miss(url, own) for own in ours)


def _nodes(tree: LexborHTMLParser, base: str, ours: list[str]) -> Iterator[LexborNode]:
    """The elements that lead to us, in their order."""
    for node in tree.css(", ".join(f"{tag}[{attribute}]" for tag, attribute in _PLACES.items()))[:_MOST_NODES]:
        given = (node.attributes.get(_PLACES[node.tag or ""]) or "").strip()
        if given and _leads(absolute(given, base), ours):
            yield node


def _texts(page: Response, media: str) -> Iterator[str]:
    """What is said by a page that is no HTML: plain text, or each string of JSON, however its writer escapes slashes."""
    if media.endswith("json"):
        try:
            yield from _strings(page.json())
        except ValueError:
            return
    elif media.startswith("text/"):
        yield page.text


def _strings(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict | list):
            waiting += one.values() if isinstance(one, dict) else one


def _plain(texts: Iterable[str], ours: list[str]) -> Mention:
    """Whether one of our addresses stands there, whole."""
    whole = "|".join(re.escape(url) for url in ours)
    wanted = re.compile(rf"(?:^|[\s\"'<(\[])(?:{whole})(?=[\s\"'<>)\],;]|\.?$|\.\s)")
    return Mention(links=any(wanted.search(text) for text in texts))


# --- microformats -----------------------------------------------------------------------------------------------------


def _entry(tree: LexborHTMLParser, node: LexborNode) -> LexborNode | None:
    """The innermost entry around the link; else the page's first."""
    above: LexborNode | None = node
    while above is not None:
        if "h-entry" in _classes(above):
            return above
        above = above.parent
    return tree.css_first(".h-entry")


def _of_entry(entry: LexborNode, node: LexborNode, title: str, base: str) -> dict[str, str]:
    author = _own(entry, ".p-author")
    card = author if author is not None else entry.css_first(".h-card")
    name, url = _card(card, base) if card is not None else ("", "")
    content = _own(entry, ".e-content, .p-content") or _own(entry, ".p-summary")
    said = _text(content) if content is not None else _around(node)
    heading = _own(entry, ".p-name")
    headline = one_line(_text(heading)) if heading is not None else ""
    if not headline or _is_opening(headline, said):
        # A note has no title: its name, if any, is its text.
        headline = "" if content is not None else one_line(title)
    return {
        "manner": _manner(entry, node),
        "name": shortened(name, NAME),
        "url": url,
        "title": shortened(headline, TITLE),
        "text": shortened(said, TEXT),
    }


def _manner(entry: LexborNode, node: LexborNode) -> str:
    """What the link to us is: the classes of the link itself, or of a citation around it."""
    around = [node]
    while (above := around[-1].parent) is not None and above.mem_id != entry.mem_id and len(around) < 6:
        around.append(above)
    classes = {name for one in around for name in _classes(one)}
    return next(
        (manner for manner, names in _MANNERS.items() if any(n.strip(" .") in classes for n in names.split(","))), "mention"
    )


def _own(entry: LexborNode, selector: str) -> LexborNode | None:
    """The first element of the entry itself, not of what it cites or who wrote it."""
    for found in entry.css(selector):
        above = found.parent
        while above is not None and above.mem_id != entry.mem_id:
            if any(name.startswith("h-") for name in _classes(above)):
                break
            above = above.parent
        if above is not None and above.mem_id == entry.mem_id:
            return found
    return None


def _card(card: LexborNode, base: str) -> tuple[str, str]:
    """Name and address of an author, said as an h-card, a link or mere text."""
    named, linked = card.css_first(".p-name"), card.css_first("a.u-url[href]") or card.css_first(".u-url[href]")
    image = card.css_first("img[alt]")
    name = one_line(_text(named if named is not None else card)) or (one_line(image.attributes["alt"] or "") if image else "")
    own = linked if linked is not None else card if "href" in card.attributes else card.css_first("a[href]")
    return name, absolute((own.attributes.get("href") or "").strip(), base) if own is not None else ""


# --- plain pages ------------------------------------------------------------------------------------------------------


def _of_page(tree: LexborHTMLParser, node: LexborNode, title: str, url: str) -> dict[str, str]:
    meta = {
        (one.attributes.get("name") or "").lower(): one.attributes.get("content") or "" for one in tree.css("meta[name]")[:200]
    }
    return {
        "name": shortened(one_line(meta.get("author", "")), NAME),
        "url": "",
        "title": shortened(one_line(title), TITLE),
        "text": shortened(_around(node), TEXT),
    }


def _around(node: LexborNode) -> str:
    """The text of the block that the link stands in."""
    above: LexborNode | None = node.parent
    while above is not None and above.tag not in ("body", "html"):
        if above.tag in _BLOCKS.split(", "):
            text = one_line(_text(above))
            if len(text) > len(one_line(node.text())) + 20:
                return _centred(text, one_line(node.text()))
        above = above.parent
    return ""


def _centred(text: str, words: str) -> str:
    """Of a long text the part around these words."""
    at = text.find(words) if words else 0
    if len(text) <= TEXT or at < TEXT // 2:
        return text
    return "…" + text[at - TEXT // 3 :].partition(" ")[2]


def _text(node: LexborNode) -> str:
    return tidy(_SPACE.sub(" ", _with_breaks(node)))


_BLOCK_END = re.compile(r"</(?:p|div|li|blockquote|h[1-6]|section|article)\s*>|<br\b[^>]*>", re.IGNORECASE)


def _with_breaks(node: LexborNode) -> str:
    """The text, with paragraphs as lines."""
    if node.tag in ("data", "abbr", "img") and (node.attributes.get("value") or node.attributes.get("title")):
        return node.attributes.get("value") or node.attributes.get("title") or ""
    html = (node.html or "")[:200_000].replace("\n", " ")
    body = LexborHTMLParser(_BLOCK_END.sub("\n", html)).body
    return body.text() if body else ""


def _is_opening(headline: str, said: str) -> bool:
    return one_line(said)[:60].startswith(headline.rstrip("…. ")[:60])


def _classes(node: LexborNode) -> list[str]:
    return (node.attributes.get("class") or "").split() if node.attributes else []
