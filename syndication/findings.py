"""What a partner's page says of its home: every canonical, robots rule and link, each with the very text. Pure."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import unescape
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from syndication.canonical import absolute, header_links, near_miss, robots, same, spelling
from syndication.markup import bounded, calmed, decoded, json_ld

# --- what a page says of itself --------------------------------------------------------------------------------------

BODY = "it stands in the body of the page, where search engines ignore it; something above it closed the head too early"
EMPTY = "its address is empty"
NO_ADDRESS = "its address is not a web address"
OTHER_VERSION = "its hreflang, lang, media or type attribute makes it speak of another version of the page"
OTHER_PAGE = "its anchor makes it speak of another page"
FRAGILE = "a noscript above it holds what no head may hold, so whoever reads the page without scripts finds this link in the body"
UNREAD = {
    "script": "only a script writes it, so whoever reads the page as it was sent never sees it",
    "comment": "it is commented out",
    "noscript": "it stands in a noscript, which counts only where scripts are off",
    "template": "it stands in a template, which is no part of the page",
    "text": "it is mere text there, not a tag",
}
# Head and text of a real page are done by then; one that goes on is an accident or an attack.
_MOST_BYTES = 4_000_000
_MOST_ANCHORS = 20_000
_MOST_LIKELY = 2_000


@dataclass(frozen=True)
class Found:
    """An address that a page names, where, and the very text that says so (at most 300 characters).

    `url` is absolute; "" if what stood there is no web address, or was not read. `place` is header, head, body, script,
    comment, noscript, template or text. `note` says why it does not count, or what to mind although it does; of a link
    for readers it is the rel.
    """

    url: str
    place: str
    excerpt: str
    note: str = ""


@dataclass(frozen=True)
class Rule:
    """One rule for robots: for which bot ("robots" for all), what (`noindex`), where (header, head or body), and the text."""

    bot: str
    rule: str
    place: str
    excerpt: str


@dataclass(frozen=True)
class Findings:
    """All that a page says of itself. `canonicals` count; `ignored` only look like canonicals, and their note says why.

    `anchors` are the links for readers as written, (href, rel); `text` is what a reader sees, at most 400,000
    characters of it. `card_title` is that of its share card; `amp` says that it is an AMP page; `paywall` is what says
    that not all of it is shown; `licences` are the deeds that it names; `at` is the moment at which it was served, by its own
    clock (RFC 9110 §6.6.1).
    """

    url: str
    base: str
    media: str = ""
    canonicals: tuple[Found, ...] = ()
    ignored: tuple[Found, ...] = ()
    og_urls: tuple[Found, ...] = ()
    main_entities: tuple[Found, ...] = ()
    rules: tuple[Rule, ...] = ()
    refresh: Found | None = None
    title: str = ""
    text: str = field(default="", repr=False)
    anchors: tuple[tuple[str, str], ...] = ()
    card_title: str = ""
    amp: bool = False
    paywall: Found | None = None
    licences: tuple[Found, ...] = ()
    at: datetime | None = None

    def links_to(self, url: str) -> tuple[Found, ...]:
        """The links by which a reader reaches `url`. A near miss (http, a slash, an added query) arrives too, so it counts."""
        return tuple(link for link in self.links_on(host_of(url)) if same(link.url, url) or near_miss(link.url, url))

    def links_on(self, host: str) -> tuple[Found, ...]:
        """The links for readers to any page of `host`, with or without www."""
        host = host_of(f"https://{host}")
        if not host:
            return ()
        at_home = host_of(self.base) == host
        likely = [(href, rel) for href, rel in self.anchors if at_home or host in href.lower() or not href.isascii()]
        links = [(absolute(href, self.base), href, rel) for href, rel in likely[:_MOST_LIKELY]]
        return tuple(Found(url, "body", _anchor(href, rel), rel) for url, href, rel in links if host_of(url) == host)

    @property
    def noindex(self) -> tuple[Rule, ...]:
        """The rules that keep the page out of some bot's index. What stands in the body binds nobody."""
        return tuple(rule for rule in self.rules if rule.place != "body" and self._leaves(rule.rule))

    def _leaves(self, rule: str) -> bool:
        """Whether a rule takes the page out of search; `unavailable_after` does once its day has come."""
        if rule in ("noindex", "none") or self.at is None or not rule.startswith("unavailable_after:"):
            return rule in ("noindex", "none")
        day = _moment(rule.partition(":")[2])
        return day is not None and day <= self.at


def _moment(said: str) -> datetime | None:
    """A day as RFC 822, RFC 850 or ISO 8601 write it; without a time zone it is UTC."""
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            moment = read(said.strip().upper())
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None


def find(body: bytes, headers: dict[str, str], url: str) -> Findings:
    """Read an answer: `body` as it came, `headers` with lower-case names, `url` where it was found in the end. Never raises.

    The page is read as a browser with scripts on builds it before any script has run, for that is what search engines
    begin with, and it decides what stands in the head (HTML Standard §13.2): a stray `<div>` or `<img>` ends the head, a
    noscript is text. Of what is not HTML, only the headers are read.
    """
    kind = headers.get("content-type", "")
    media = kind.partition(";")[0].strip().lower()
    named = _header_canonicals(headers.get("link", ""), url)
    rules = [Rule(bot, rule, "header", excerpt_of(f"{bot}: {rule}")) for bot, rule in robots(headers.get("x-robots-tag", ""))]
    if media not in ("", "text/html", "application/xhtml+xml"):
        return Findings(url, url, media, *_sorted_out(named), rules=tuple(rules))
    raw = bounded(decoded(body[:_MOST_BYTES], kind).encode("utf-8", "replace"))
    tree = LexborHTMLParser(calmed(raw), scripting=True)
    base = next((b for tag in tree.css("base[href]")[:1] if (b := absolute(tag.attributes["href"] or "", url))), url)
    metas = list(_metas(tree))
    refreshes = (_refresh(meta, base) for meta in metas)
    title = tree.head.css_first("title") if tree.head else None
    linked = _linked(tree, base)
    return Findings(
        url,
        base,
        media,
        *_sorted_out(named + _page_canonicals(tree, raw, base)),
        og_urls=tuple(Found(absolute(meta.says, base), meta.place, meta.tag) for meta in metas if meta.name == "og:url"),
        main_entities=tuple(linked.mains[:20]),
        rules=tuple(islice((*rules, *(rule for meta in metas for rule in _rules(meta))), _MOST_RULES)),
        refresh=next((found for found in refreshes if found), None),
        title=excerpt_of(title.text()) if title else "",
        anchors=tuple(dict.fromkeys(_href_and_rel(a) for a in tree.css("a[href]")[:_MOST_ANCHORS])),
        card_title=next((excerpt_of(meta.says) for meta in metas if meta.name == "og:title"), ""),
        amp=_is_amp(tree),
        paywall=linked.paywall or _paywall(tree),
        licences=(*linked.licences, *_licence_links(tree, base))[:_MOST_NODES],
        at=_moment(headers.get("date", "")),
        text=_text(tree),  # last, for it takes the tree apart
    )


def host_of(url: str) -> str:
    return urlsplit(spelling(url)).netloc.removeprefix("www.")


def _anchor(href: str, rel: str) -> str:
    return excerpt_of(f'<a href="{href}"' + (f' rel="{rel}">' if rel else ">"))


def _href_and_rel(node: LexborNode) -> tuple[str, str]:
    attributes = node.attributes
    return attributes.get("href") or "", attributes.get("rel") or ""


# --- canonicals ------------------------------------------------------------------------------------------------------

_MOST_NODES = 50
_MOST_RULES = 1_000
_OTHER_VERSION = {"hreflang", "lang", "media", "type"}  # Google leaves a canonical with one of these aside
_BARRED_FROM_HEAD = re.compile(r"<(?!(?:link|meta|style|noframes|basefont|bgsound)\b)[a-z]", re.IGNORECASE)


def _sorted_out(named: list[Found]) -> tuple[tuple[Found, ...], tuple[Found, ...]]:
    counted = tuple(found for found in named if found.note in ("", FRAGILE))
    return counted, tuple(found for found in named if found.note not in ("", FRAGILE))


def _header_canonicals(value: str, url: str) -> list[Found]:
    found = []
    for link in header_links(value):
        if "canonical" in link.relations:
            target = absolute(link.target, url)
            note = OTHER_PAGE if link.anchor is not None else _fault(link.target, target)
            found.append(Found(target, "header", excerpt_of(link.text), note))
    return found


def _page_canonicals(tree: LexborHTMLParser, raw: bytes, base: str) -> list[Found]:
    nodes = [node for node in tree.css("link") if "canonical" in _tokens(node, "rel")][:_MOST_NODES]
    mentions, shaky = _mentions(raw), _after_bad_noscript(tree)
    found = []
    for node, excerpt in zip(nodes, _very_texts(nodes, mentions), strict=True):
        attributes = node.attributes
        href = (attributes.get("href") or "").strip()
        target = absolute(href, base) if href else ""
        if not _in_head(tree, node):
            found.append(Found(target, "body", excerpt, BODY))
            continue
        note = OTHER_VERSION if attributes.keys() & _OTHER_VERSION else _fault(href, target)
        found.append(Found(target, "head", excerpt, note or (FRAGILE if node.mem_id in shaky else "")))
    for mention in mentions:
        place = "text" if mention.place == "page" else mention.place
        found.append(Found("", place, excerpt_of(mention.text), UNREAD[place]))
    return found


def _fault(href: str, target: str) -> str:
    return "" if href and target else NO_ADDRESS if href else EMPTY


def _tokens(node: LexborNode, name: str) -> list[str]:
    """The words of an attribute, in lower case; only ASCII space parts them (a no-break space does not)."""
    return re.split(r"[ \t\n\f\r]+", (node.attributes.get(name) or "").lower())


def _in_head(tree: LexborHTMLParser, node: LexborNode) -> bool:
    return tree.head is not None and node.parent is not None and node.parent.mem_id == tree.head.mem_id


def _after_bad_noscript(tree: LexborHTMLParser) -> set[int]:
    """The elements of the head below a noscript that would end it, were it read without scripts."""
    if tree.head is None or tree.head.css_first("noscript") is None:
        return set()
    children = tree.head.iter()
    for child in children:
        if child.tag == "noscript" and _BARRED_FROM_HEAD.search(child.text()):
            return {below.mem_id for below in children}
    return set()


# --- the very text ---------------------------------------------------------------------------------------------------

_EXCERPT = 300
_MOST_LOOKS = 200
_LINK_TAG = re.compile(rb"""<link(?=[\s/])(?:[^>"']|"[^"]*"|'[^']*')*>""", re.IGNORECASE)
_REL = re.compile(rb"""(?<![\w-])rel\s*=\s*(?:\\?["']([^"'\\>]*)|([^\s"'>]+))""", re.IGNORECASE)
# Not after "[": link[rel=canonical] is a script that looks for a canonical, not one that writes it.
_SET_BY_SCRIPT = re.compile(rb"""(?<![\w\[-])rel[\\"'\s:=,]{1,12}canonical""", re.IGNORECASE)
_HIDERS = {place: (f"<{place}".encode(), f"</{place}".encode()) for place in ("script", "noscript", "template")}
_HIDERS["comment"] = (b"<!--", b"-->")


@dataclass(frozen=True)
class _Mention:
    """Where the source says canonical: "page" for a tag that nothing hides, else what hides it."""

    place: str
    text: str


def excerpt_of(text: str) -> str:
    """At most 300 characters on one line, without what a database cannot hold (NUL, lone surrogates)."""
    plain = text[: 4 * _EXCERPT].replace("\0", "\ufffd").encode("utf-8", "replace").decode()
    return " ".join(plain.split())[:_EXCERPT]


def _mentions(raw: bytes) -> list[_Mention]:
    low = raw.lower()
    found: list[_Mention] = []
    past = 0
    for _ in range(_MOST_LOOKS):
        at = low.find(b"canonical", past)
        if at < 0:
            break
        past = at + len(b"canonical")
        start = low.rfind(b"<link", max(0, at - 2000), at)
        tag = _LINK_TAG.match(raw, start, start + 8000) if start >= 0 else None
        if tag and tag.end() > at:
            past = tag.end()
            if _says_canonical(tag[0]):
                found.append(_Mention(_hider(low, start), tag[0].decode("utf-8", "replace")))
        elif _SET_BY_SCRIPT.search(raw, max(0, at - 20), past) and _hider(low, at) == "script":
            found.append(_Mention("script", raw[max(0, at - 60) : at + 200].decode("utf-8", "replace")))
    return found


def _says_canonical(tag: bytes) -> bool:
    rel = _REL.search(tag)
    return rel is not None and b"canonical" in re.split(rb"[ \t\n\f\r]+", (rel[1] or rel[2] or b"").lower())


def _hider(low: bytes, at: int) -> str:
    for place, (opening, closing) in _HIDERS.items():
        opened = low.rfind(opening, 0, at)
        if opened >= 0 and low.find(closing, opened, at) < 0:
            return place
    return "page"


def _very_texts(nodes: list[LexborNode], mentions: list[_Mention]) -> list[str]:
    """The tags of `nodes` as their author wrote them, which are struck from `mentions`; else as the parser writes them."""
    written = [mention for mention in mentions if mention.place == "page"]
    if len(written) == len(nodes):
        mentions[:] = [mention for mention in mentions if mention.place != "page"]
        return [excerpt_of(mention.text) for mention in written]
    return [excerpt_of(_twin(node, mentions) or node.html or "") for node in nodes]


def _twin(node: LexborNode, mentions: list[_Mention]) -> str:
    for mention in mentions:
        link = LexborHTMLParser(mention.text).css_first("link") if mention.place == "page" else None
        if link and link.attributes == node.attributes:
            mentions.remove(mention)
            return mention.text
    return ""


# --- the other things it says ----------------------------------------------------------------------------------------

_BOTS = {"robots", "googlebot", "googlebot-news", "bingbot"}
_REFRESH = re.compile(r"""\s*[\d.]+\s*[;,\s]\s*(?:url\s*=\s*)?(["']?)(.+?)\1\s*""", re.IGNORECASE | re.DOTALL)
_LONGEST = 2_000
_LONGEST_TEXT = 400_000
_TO_ITS_END = r"""[^>"]*(?:"[^"]*"[^>"]*)*>"""
_WITHIN_WORDS = re.compile(rf"</?(?:a|abbr|b|cite|code|em|font|i|mark|q|s|small|span|strong|sub|sup|u)(?=[\s/>]){_TO_ITS_END}")
_COMMENT = re.compile("<!--.*?-->", re.DOTALL)
_TAG = re.compile(rf"<{_TO_ITS_END}")
_MOST_VALUES = 20_000


@dataclass(frozen=True)
class _Meta:
    name: str
    says: str
    place: str
    tag: str


def _metas(tree: LexborHTMLParser) -> Iterator[_Meta]:
    """The meta elements that matter here, by name, property or http-equiv, in lower case."""
    for node in tree.css("meta"):
        attributes = node.attributes
        name = (attributes.get("name") or attributes.get("property") or attributes.get("http-equiv") or "").strip().lower()
        if name in _BOTS or name in ("og:url", "og:title", "refresh"):
            place = "head" if _in_head(tree, node) else "body"
            yield _Meta(name, (attributes.get("content") or "").strip()[:_LONGEST], place, excerpt_of(node.html or ""))


def _rules(meta: _Meta) -> list[Rule]:
    said = [rule.strip() for rule in meta.says.lower().split(",")] if meta.name in _BOTS else []
    return [Rule(meta.name, rule, meta.place, meta.tag) for rule in said if rule]


def _refresh(meta: _Meta, base: str) -> Found | None:
    onward = _REFRESH.fullmatch(meta.says) if meta.name == "refresh" else None
    return Found(absolute(onward[2], base), meta.place, meta.tag) if onward else None


@dataclass
class _Linked:
    """What the JSON-LD of a page says that matters here."""

    mains: list[Found] = field(default_factory=list)
    licences: list[Found] = field(default_factory=list)
    paywall: Found | None = None


def _linked(tree: LexborHTMLParser, base: str) -> _Linked:
    """What each JSON-LD block says of the page; a malformed block loses only itself."""
    linked = _Linked()
    for node, data in json_ld(tree):
        place = "head" if _in_head(tree, node) else "body"
        for thing in _things(data):
            for name, said_there in (("mainEntityOfPage", linked.mains), ("license", linked.licences)):
                for said in _addresses(thing.get(name)) if len(said_there) < _MOST_NODES else ():
                    text = excerpt_of(f'"{name}": {json.dumps(said, ensure_ascii=False)}')
                    said_there.append(Found(absolute(said, base), place, text))
            free = thing.get("isAccessibleForFree", True)
            if free is False or (isinstance(free, str) and free.strip().lower() in _NOT_FREE):
                linked.paywall = Found("", place, excerpt_of(f'"isAccessibleForFree": {json.dumps(free)}'))
    return linked


_NOT_FREE = ("false", "no", "http://schema.org/false", "https://schema.org/false")


def _things(data: Any) -> Iterator[dict[str, Any]]:
    waiting = [data]
    for _ in range(_MOST_VALUES):
        if not waiting:
            return
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting.extend(reversed([value for value in node.values() if isinstance(value, dict | list)]))
        elif isinstance(node, list):
            waiting.extend(reversed(node))


# Marks by which paywalls are known where no structured data says so.
_PAYWALL = ",".join(
    [
        *(f"[{name}*=paywall]" for name in ("class", "id")),
        *(f"meta[{name}='article:content_tier'][content=locked]" for name in ("name", "property")),
    ]
)


def _paywall(tree: LexborHTMLParser) -> Found | None:
    node = tree.css_first(_PAYWALL)
    if node is None:
        return None
    opening = (node.html or "")[:2_000].partition(">")[0] + ">"
    return Found("", "head" if _in_head(tree, node) else "body", excerpt_of(opening))


def _is_amp(tree: LexborHTMLParser) -> bool:
    root = tree.root
    return root is not None and bool({"amp", "\u26a1", "\u26a1\ufe0f"} & root.attributes.keys())


def _licence_links(tree: LexborHTMLParser, base: str) -> Iterator[Found]:
    for node in tree.css("link[rel=license]")[:_MOST_NODES]:
        yield Found(absolute(node.attributes.get("href") or "", base), "head", excerpt_of(node.html or ""))


def _addresses(value: Any) -> Iterator[str]:
    for entity in value if isinstance(value, list) else [value]:
        said = entity.get("@id") or entity.get("url") if isinstance(entity, dict) else entity
        if isinstance(said, str) and said:
            yield said


def _text(tree: LexborHTMLParser) -> str:
    if tree.body is None:
        return ""
    tree.body.strip_tags(["script", "style", "noscript", "template"])
    # Of the tags only those within a word leave no gap: a headline and the menu above it are not one word.
    told = _COMMENT.sub(" ", tree.body.html or "")
    plain = _TAG.sub(" ", _WITHIN_WORDS.sub("", told))
    return " ".join(unescape(plain[: 2 * _LONGEST_TEXT]).split())[:_LONGEST_TEXT]
