"""From the bytes of a partner's page to a tree, whatever its charset and however hostile. Pure."""

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

_MARKS = {b"\xef\xbb\xbf": "utf-8", b"\xfe\xff": "utf-16-be", b"\xff\xfe": "utf-16-le"}
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_DECLARED = re.compile(
    rb"<meta\b[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})|<\?xml[^>]{1,80}?encoding=[\"']([\w.:-]{1,40})", re.IGNORECASE
)
# What Python calls a charset, and how browsers read what is called so (Encoding Standard §4.2): often as a larger sibling.
# It is also a list of what is allowed: Python's other codecs are slow or dangerous, and not for partners to choose.
_CODECS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "utf-16": "utf-16-le",
} | {
    name: name
    for name in (
        *("utf-8", "utf-16-le", "utf-16-be", "big5", "gb18030", "euc_jp", "iso2022_jp", "cp932", "cp949"),
        *("koi8-r", "koi8-u", "mac-roman", "mac-cyrillic", "cp866", "cp874"),
        *(f"cp125{number}" for number in range(9)),
        *(f"iso8859-{number}" for number in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)),
    )
}


def decoded(body: bytes, content_type: str) -> str:
    """The page as text: by its byte order mark, else its header, else its meta element, else UTF-8 or Windows-1252."""
    for mark, codec in _MARKS.items():
        if body.startswith(mark):
            return body[len(mark) :].decode(codec, "replace")
    header = _CHARSET.search(content_type)
    meta = _DECLARED.search(body, 0, 8192)
    in_page = _codec((meta[1] or meta[2]).decode("ascii", "replace")) if meta else ""
    if in_page.startswith("utf-16"):
        in_page = "utf-8"  # it could be read, so it is not UTF-16 (HTML Standard §13.2.3.2)
    if codec := (_codec(header[1]) if header else "") or in_page:
        return body.decode(codec, "replace")
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body.decode("cp1252", "replace")


def _codec(label: str) -> str:
    try:
        return _CODECS.get(codecs.lookup(label).name, "")
    except LookupError:
        return ""


_FORMATTING = ("b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u")
_MATTERING = ("html", "head", "body", "title", "meta", "link", "base", "style", "script", "noscript", "template", "a")
_SWALLOWING = ("textarea", "xmp", "iframe", "noembed", "noframes", "plaintext", "frameset", "frame")


def _names(names: tuple[str, ...]) -> str:
    # Letter by letter, as a pattern that ignores case cannot search for its first byte at full speed: it is five times slower.
    return "(?:" + "|".join("".join(f"[{letter}{letter.upper()}]" for letter in name) for name in names) + ")"


_REOPENED = re.compile(f"<(/?){_names(_FORMATTING)}(?=[\\s/>])".encode())
# Drawings close a style or title at once (<style/>); without their svg around it that would swallow the rest of the page.
_NEEDLESS = re.compile(
    rf"<(/?)(?:(?!{_names(_MATTERING + _SWALLOWING)}[\s/>])[a-zA-Z][^\s/>]*|{_names(('style', 'title'))}(?=\s*/>))".encode()
)


_MOST_TAGS = 200_000
_MOST_ATTRIBUTES, _CROWD = 200, 1_500
# As browsers read it (HTML Standard §13.2.5.32), and never looking back.
_ATTRIBUTE = rb"""(?:[\s/]*+=?[^\s/>=]++(?:\s*+=\s*+(?:"[^"]*+"?+|'[^']*+'?+|[^\s>"'][^\s>]*+)?+)?+)"""


def _tags(attributes: int, rest: bytes) -> re.Pattern[bytes]:
    """Each tag whole, however few its attributes: a pattern that passed over a tag would look for the next one within it, and
    `<a<a<a…` would cost the square of its length. The last group is what `rest` finds beyond so many attributes.
    """
    return re.compile(rb"(<[a-zA-Z][^\s/>]*+" + _ATTRIBUTE + rb"{0,%d}+)(%b)" % (attributes, rest))


_ENDLESS = _tags(_MOST_ATTRIBUTES, _ATTRIBUTE + rb"*+")
_CROWDED = _tags(_CROWD, _ATTRIBUTE + rb"?+")
_ROOTS = re.compile(rb"<(?:[hH][tT][mM][lL]|[bB][oO][dD][yY])(?=[\s/>])")


def bounded(raw: bytes) -> bytes:
    """The source without what only an attack has: tags beyond 200,000, attributes of one tag beyond 200, a tenth html or body.

    A parser compares each attribute of an element with all before it, also those that a later html or body tag brings, so
    that a megabyte of them can hold it for minutes; and each tag takes memory that no page should cost us.
    """
    if raw.count(b"<") > _MOST_TAGS:
        raw = b"<".join(raw.split(b"<", _MOST_TAGS)[:_MOST_TAGS])
    raw = _ENDLESS.sub(rb"\1", raw)
    roots = [found.start() for found in _ROOTS.finditer(raw)]
    if len(roots) <= 10:
        return raw
    # An end tag without its beginning is passed over, in the head as in the body.
    return raw[: roots[10]] + _ROOTS.sub(b"</wbr", raw[roots[10] :])


def calmed(raw: bytes) -> bytes:
    """The source with tags that mean nothing here made harmless, if there are many; what matters keeps its place.

    A parser that follows the standard reopens every unclosed formatting element in each new paragraph, so a few kilobytes
    can claim gigabytes; and it walks up all open elements at each tag, so a megabyte of `<div>` can hold it for minutes.
    A span is never reopened, and a wbr never stays open; both end the head just as what they replace.
    """
    tags = raw.count(b"<")
    if tags > 20_000:
        return _NEEDLESS.sub(rb"<\1wbr", raw)
    return _REOPENED.sub(rb"<\1span", raw) if tags > 1_000 else raw


_DENSE_TAGS = 40_000
_SMALL = 30_000


def too_dense(body: bytes, content_type: str) -> bool:
    """Whether this page is made of so much that to read it would take many times its size, or many seconds: more tags than
    any page has, or one with more attributes, each of which a parser compares with all before it.
    """
    if len(body) < _SMALL:
        return False
    raw = decoded(body, content_type).encode("utf-8", "replace")
    return raw.count(b"<") > _DENSE_TAGS or any(tag[2] for tag in _CROWDED.finditer(raw))


# Some systems hide the block from browsers of the nineties.
_WRAPPED = re.compile(
    r"\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)?(.*?)(?:-->|//\s*\]\]>|/\*\s*\]\]>\s*\*/|\]\]>)?\s*",
    re.DOTALL,
)


def json_ld(tree: LexborHTMLParser) -> Iterator[tuple[LexborNode, Any]]:
    """Each JSON-LD block with what it says; a malformed block loses only itself."""
    for node in tree.css("script[type]"):
        if not (node.attributes["type"] or "").strip().lower().startswith("application/ld+json"):
            continue
        text = node.text()
        wrapped = _WRAPPED.fullmatch(text)
        try:
            yield node, json.loads(wrapped[1] if wrapped else text, strict=False)
        except (ValueError, RecursionError):
            continue
