"""The judge of their pages: what a partner's page says of its home, and whether that keeps the contract. All of it is pure."""

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from syndication.canonical import absolute, header_links, near_miss, robots, same, spelling
from syndication.contract import Contract

Verdict = Literal["honoured", "missing", "wrong", "duplicated", "unreachable", "gone"]

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
_MOST_ANCHORS = 20_000


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

    `anchors` are the links for readers as written, (href, rel); `text_length` counts the characters a reader sees, less blanks.
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
    text_length: int = 0
    anchors: tuple[tuple[str, str], ...] = ()

    def links_to(self, url: str) -> tuple[Found, ...]:
        """The links by which a reader reaches `url`. A near miss (http, a slash, an added query) arrives too, so it counts."""
        return tuple(link for link in self.links_on(_host(url)) if same(link.url, url) or near_miss(link.url, url))

    def links_on(self, host: str) -> tuple[Found, ...]:
        """The links for readers to any page of `host`, with or without www."""
        host = _host(f"https://{host}")
        if not host:
            return ()
        at_home = _host(self.base) == host
        likely = [(href, rel) for href, rel in self.anchors if at_home or host in href.lower() or not href.isascii()]
        links = [(absolute(href, self.base), href, rel) for href, rel in likely]
        return tuple(Found(url, "body", _anchor(href, rel), rel) for url, href, rel in links if _host(url) == host)

    @property
    def noindex(self) -> tuple[Rule, ...]:
        """The rules that keep the page out of some bot's index. What stands in the body binds nobody."""
        return tuple(rule for rule in self.rules if rule.rule in ("noindex", "none") and rule.place != "body")


def find(body: bytes, headers: dict[str, str], url: str) -> Findings:
    """Read an answer: `body` as it came, `headers` with lower-case names, `url` where it was found in the end. Never raises.

    The page is read as a browser with scripts on builds it before any script has run, for that is what search engines
    begin with, and it decides what stands in the head (HTML Standard §13.2): a stray `<div>` or `<img>` ends the head, a
    noscript is text. Of what is not HTML, only the headers are read.
    """
    kind = headers.get("content-type", "")
    media = kind.partition(";")[0].strip().lower()
    named = _header_canonicals(headers.get("link", ""), url)
    rules = [Rule(bot, rule, "header", _excerpt(f"{bot}: {rule}")) for bot, rule in robots(headers.get("x-robots-tag", ""))]
    if media not in ("", "text/html", "application/xhtml+xml"):
        return Findings(url, url, media, *_sorted_out(named), rules=tuple(rules))
    raw = _decoded(body, kind).encode("utf-8", "replace")
    tree = LexborHTMLParser(_calmed(raw), scripting=True)
    base = next((b for tag in tree.css("base[href]")[:1] if (b := absolute(tag.attributes["href"] or "", url))), url)
    metas = list(_metas(tree))
    refreshes = (_refresh(meta, base) for meta in metas)
    title = tree.head.css_first("title") if tree.head else None
    return Findings(
        url,
        base,
        media,
        *_sorted_out(named + _page_canonicals(tree, raw, base)),
        og_urls=tuple(Found(absolute(meta.says, base), meta.place, meta.tag) for meta in metas if meta.name == "og:url"),
        main_entities=tuple(islice(_main_entities(tree, base), 20)),
        rules=(*rules, *(rule for meta in metas for rule in _rules(meta))),
        refresh=next((found for found in refreshes if found), None),
        title=_excerpt(title.text()) if title else "",
        anchors=tuple(dict.fromkeys(_href_and_rel(a) for a in tree.css("a[href]")[:_MOST_ANCHORS])),
        text_length=_text_length(tree),  # last, for it takes the tree apart
    )


def _host(url: str) -> str:
    return urlsplit(spelling(url)).netloc.removeprefix("www.")


def _anchor(href: str, rel: str) -> str:
    return _excerpt(f'<a href="{href}"' + (f' rel="{rel}">' if rel else ">"))


def _href_and_rel(node: LexborNode) -> tuple[str, str]:
    attributes = node.attributes
    return attributes.get("href") or "", attributes.get("rel") or ""


# --- canonicals ------------------------------------------------------------------------------------------------------

_MOST_NODES = 50
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
            found.append(Found(target, "header", _excerpt(link.text), note))
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
        found.append(Found("", place, _excerpt(mention.text), UNREAD[place]))
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


def _excerpt(text: str) -> str:
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
        return [_excerpt(mention.text) for mention in written]
    return [_excerpt(_twin(node, mentions) or node.html or "") for node in nodes]


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
        if name in _BOTS or name in ("og:url", "refresh"):
            place = "head" if _in_head(tree, node) else "body"
            yield _Meta(name, (attributes.get("content") or "").strip()[:_LONGEST], place, _excerpt(node.html or ""))


def _rules(meta: _Meta) -> list[Rule]:
    said = [rule.strip() for rule in meta.says.lower().split(",")] if meta.name in _BOTS else []
    return [Rule(meta.name, rule, meta.place, meta.tag) for rule in said if rule]


def _refresh(meta: _Meta, base: str) -> Found | None:
    onward = _REFRESH.fullmatch(meta.says) if meta.name == "refresh" else None
    return Found(absolute(onward[2], base), meta.place, meta.tag) if onward else None


def _main_entities(tree: LexborHTMLParser, base: str) -> Iterator[Found]:
    """What each JSON-LD block calls the page it is about; a malformed block loses only itself."""
    for node in tree.css("script[type]"):
        if not (node.attributes["type"] or "").strip().lower().startswith("application/ld+json"):
            continue
        try:
            data = json.loads(node.text(), strict=False)
        except (ValueError, RecursionError):
            continue
        place = "head" if _in_head(tree, node) else "body"
        for said in _said_main(data):
            yield Found(absolute(said, base), place, _excerpt(f'"mainEntityOfPage": {json.dumps(said, ensure_ascii=False)}'))


def _said_main(data: Any) -> Iterator[str]:
    waiting = [data]
    for _ in range(_MOST_VALUES):
        if not waiting:
            return
        node = waiting.pop()
        if isinstance(node, dict):
            yield from _addresses(node.get("mainEntityOfPage"))
            waiting.extend(reversed([value for value in node.values() if isinstance(value, dict | list)]))
        elif isinstance(node, list):
            waiting.extend(reversed(node))


def _addresses(value: Any) -> Iterator[str]:
    for entity in value if isinstance(value, list) else [value]:
        said = entity.get("@id") or entity.get("url") if isinstance(entity, dict) else entity
        if isinstance(said, str) and said:
            yield said


def _text_length(tree: LexborHTMLParser) -> int:
    if tree.body is None:
        return 0
    tree.body.strip_tags(["script", "style", "noscript", "template"])
    text = tree.body.text_lexbor()
    return len(text) - sum(text.count(blank) for blank in " \n\t\r\xa0")


# --- from bytes to a tree --------------------------------------------------------------------------------------------

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


def _decoded(body: bytes, content_type: str) -> str:
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


def _calmed(raw: bytes) -> bytes:
    """The source with tags that mean nothing here made harmless, if there are many; what matters keeps its place.

    A parser that follows the standard reopens every unclosed formatting element in each new paragraph, so a few kilobytes
    can claim gigabytes; and it walks up all open elements at each tag, so a megabyte of `<div>` can hold it for minutes.
    A span is never reopened, and a wbr never stays open; both end the head just as what they replace.
    """
    tags = raw.count(b"<")
    if tags > 20_000:
        return _NEEDLESS.sub(rb"<\1wbr", raw)
    return _REOPENED.sub(rb"<\1span", raw) if tags > 1_000 else raw


# --- the verdict -----------------------------------------------------------------------------------------------------

_SHOWN = 10  # of a kind; a page that says a thing a thousand times would fill the database
_GRAVITY = ("honoured", "missing", "duplicated", "wrong")
_CLOSED = {401: "asks for a password", 403: "turns us away", 407: "asks for a password", 451: "is closed for legal reasons"}
_LATER = {408: "took too long", 425: "asks us to come later", 429: "asks us to come less often"}


@dataclass(frozen=True)
class Evidence:
    """What we saw, where (as in `Found`, or "answer" for the HTTP status), and the very text."""

    what: str
    place: str
    excerpt: str


@dataclass(frozen=True)
class Judgement:
    """A verdict, the sentence that tells an editor cause and remedy, and what was seen."""

    verdict: Verdict
    sentence: str
    evidence: tuple[Evidence, ...] = ()


def judge(
    findings: Findings, contract: Contract, want_url: str, status: int, fetched_url: str, withdrawn: bool = False
) -> Judgement:
    """Whether a copy keeps its contract. Pure.

    `want_url` is the canonical owed, `status` and `fetched_url` say how and where the fetch ended; `withdrawn` means that
    the copy should be gone by now. In this order:

    - 404 and 410: `gone`, or `honoured` if withdrawn. Any other answer but 2xx: `unreachable`, as there is no page to judge.
    - The fetch ended at `want_url` itself: `honoured`; the copy has become a redirect to its home.
    - Withdrawn: `honoured` if it keeps out of search engines, else `wrong`, for it still stands.
    - Else each term owed is looked at; the gravest answer is the verdict (wrong, duplicated, missing, honoured) and the
      others go into the evidence. Canonical: none is `missing`, several different `duplicated`, one but not ours `wrong`.
      Header and element agreeing are fine. noindex and link: `missing` if absent.

    What counts as the same address, and why near misses do not, say `canonical.spelling` and `canonical.near_miss`. A
    noindex to Googlebot alone keeps the term, since that is what Google asks of syndication partners; one to Google News
    alone does not. A noindex that nobody owes takes nothing away from a canonical.
    """
    answer = Evidence("the answer", "answer", f"HTTP {status}, {_excerpt(fetched_url)}")
    if status in (404, 410):
        return _absent(status, withdrawn, answer)
    if not 200 <= status < 300:
        return Judgement("unreachable", _unreachable(status), (answer,))
    if same(fetched_url, want_url):
        sentence = (
            "The copy is down: its address leads to our own page." if withdrawn else "The copy's address leads to our own page."
        )
        return Judgement("honoured", sentence, (answer,))
    if withdrawn:
        return _judge_withdrawal(findings, fetched_url, answer)
    owed = ((contract.canonical, _judge_canonical), (contract.noindex, _judge_noindex), (contract.link, _judge_link))
    terms = [term(findings, want_url) for is_owed, term in owed if is_owed]
    return _together(terms, (*_asides(findings, contract, want_url), answer))


def _together(terms: list[Judgement], asides: tuple[Evidence, ...]) -> Judgement:
    terms = sorted(terms, key=lambda term: _GRAVITY.index(term.verdict), reverse=True)
    if not terms:
        return Judgement("honoured", "The copy is there, and the contract asks nothing more of it.", asides)
    worst, others = terms[0], terms[1:]
    if worst.verdict == "honoured":
        sentence = " ".join(["The copy keeps the contract.", *(term.sentence for term in terms)])
        return Judgement("honoured", sentence, tuple(seen for term in terms for seen in term.evidence) + asides)
    evidence = list(worst.evidence)
    for term in others:
        if term.verdict != "honoured":
            evidence.append(Evidence(term.sentence, "page", ""))
        evidence.extend(term.evidence)
    return Judgement(worst.verdict, worst.sentence, (*evidence, *asides))


def _absent(status: int, withdrawn: bool, answer: Evidence) -> Judgement:
    if withdrawn:
        return Judgement("honoured", f"The copy is down: its address answers {status}.", (answer,))
    remedy = "If it has moved, ask the desk where to; if it should stand, ask them to bring it back."
    return Judgement("gone", f"The copy is gone: its address answers {status}. {remedy}", (answer,))


def _unreachable(status: int) -> str:
    if status in _CLOSED:
        return f"We could not see the copy: its address {_CLOSED[status]} ({status}). Ask the desk to let our verifier in."
    cause = _LATER.get(status) or ("has a fault of its own" if status >= 500 else "gave us no page")
    return (
        f"We could not see the copy: its address {cause} ({status}). We look again by ourselves; if it lasts, write to the desk."
    )


def _judge_withdrawal(findings: Findings, fetched_url: str, answer: Evidence) -> Judgement:
    rules = _binding(findings)
    if rules:
        sentence = "The copy is down as far as search engines go: its address still answers, but asks them to leave it out."
        return Judgement("honoured", sentence, (*_shown(rules), answer))
    sentence = f"The copy still stands at {_excerpt(fetched_url)}. Ask the desk to take it down, or at least to mark it noindex."
    title = (Evidence("the title of the page", "head", findings.title),) if findings.title else ()
    return Judgement("wrong", sentence, (*title, *_judge_noindex(findings).evidence, answer))


def _judge_canonical(findings: Findings, want: str) -> Judgement:
    named = {spelling(found.url): found.url for found in findings.canonicals}
    evidence = _canonicals_shown(findings)
    ask = f"Ask the desk to set the canonical link to {want}."
    if not named:
        return Judgement("missing", f"{_why_missing(findings)} {ask}", evidence)
    if len(named) > 1:
        listed = " and ".join(_excerpt(url) for url in islice(named.values(), 3))
        cause = "Search engines may then heed none; often a theme and a plugin each add one."
        return Judgement(
            "duplicated",
            f"The copy names {len(named)} homes: {listed}. {cause} Ask the desk to keep a single canonical link, to {want}.",
            evidence,
        )
    if spelling(want) in named:
        return Judgement("honoured", "It names our page as its home.", evidence)
    return Judgement("wrong", f"{_why_wrong(findings, next(iter(named.values())), want)} {ask}", evidence)


def _why_missing(findings: Findings) -> str:
    if findings.ignored:
        return f"The copy names no home: it has a canonical link, but {findings.ignored[0].note}."
    if findings.media not in ("", "text/html", "application/xhtml+xml"):
        return f"The copy names no home: its address serves {_excerpt(findings.media)}, where only a Link header could name one."
    return "The copy names no home: it has no canonical link."


def _why_wrong(findings: Findings, found: str, want: str) -> str:
    shown = _excerpt(found)
    if same(found, findings.url) or near_miss(found, findings.url):
        return f"The copy names itself as its home ({shown})."
    if near := near_miss(found, want):
        return (
            f"The copy names almost the right home: it points to {near} ({shown}), and search engines take that for another page."
        )
    schemeless = spelling(want).partition("://")[2]
    if schemeless and spelling(found).endswith(f"/{schemeless}"):
        return f"The copy's canonical link lacks the https:// before our address, so it leads nowhere ({shown})."
    return f"The copy names another page as its home ({shown})."


def _canonicals_shown(findings: Findings) -> tuple[Evidence, ...]:
    evidence, seen = [], set()
    for found in findings.canonicals:
        key = (spelling(found.url), found.place)
        what = "the same canonical link again" if key in seen else "canonical link"
        seen.add(key)
        fragment = ", whose fragment search engines drop" if "#" in found.url else ""
        evidence.append(Evidence(what + fragment + (f"; {found.note}" if found.note else ""), found.place, found.excerpt))
    ignored = (
        Evidence(f"canonical link that does not count: {found.note}", found.place, found.excerpt) for found in findings.ignored
    )
    return (*evidence[:_SHOWN], *islice(ignored, _SHOWN))


def _binding(findings: Findings) -> list[Rule]:
    """The noindex rules that keep the term: to all robots, or to Googlebot."""
    return [rule for rule in findings.noindex if rule.bot in ("robots", "googlebot")]


def _shown(rules: list[Rule]) -> list[Evidence]:
    return [
        Evidence("noindex" if rule.bot == "robots" else f"noindex, but to {_excerpt(rule.bot)} alone", rule.place, rule.excerpt)
        for rule in rules[:_SHOWN]
    ]


def _judge_noindex(findings: Findings, _want: str = "") -> Judgement:
    rules = _binding(findings)
    if rules:
        return Judgement("honoured", "It asks search engines to leave it out.", tuple(_shown(rules)))
    misplaced = [rule for rule in findings.rules if rule.rule in ("noindex", "none") and rule.place == "body"]
    cause = "it does not ask search engines to leave it out"
    if findings.noindex:
        cause = f"its noindex speaks to {_excerpt(findings.noindex[0].bot)} alone"
    elif misplaced:
        cause = "its noindex stands in the body of the page, where search engines need not heed it"
    sentence = f"The copy may appear in search: {cause}. Ask the desk to put noindex into the robots meta tag in the head."
    seen = [Evidence("noindex in the body, which binds nobody", rule.place, rule.excerpt) for rule in misplaced[:_SHOWN]]
    return Judgement("missing", sentence, (*_shown(list(findings.noindex)), *seen))


def _judge_link(findings: Findings, want: str) -> Judgement:
    links = findings.links_to(want)
    if links:
        followed = [link for link in links if not {"nofollow", "ugc", "sponsored"} & set(link.note.lower().split())]
        what = "link to our page" if followed else "link to our page, which search engines are told not to follow"
        return Judgement("honoured", "It links to our page.", (Evidence(what, "body", (followed or links)[0].excerpt),))
    elsewhere = findings.links_on(_host(want))[:3]
    cause = "its links to our site lead to other pages" if elsewhere else "it has no link to our page"
    sentence = f"The copy does not lead its readers home: {cause}. Ask the desk to link to {want} from the text."
    return Judgement(
        "missing", sentence, tuple(Evidence("link to another page of ours", "body", link.excerpt) for link in elsewhere)
    )


def _asides(findings: Findings, contract: Contract, want: str) -> tuple[Evidence, ...]:
    """What contradicts the canonical owed without breaking the contract."""
    seen = []
    if contract.canonical:
        cards = [found for found in findings.og_urls if not same(found.url, want)]
        seen += [Evidence("og:url names another page; cards on social networks follow it", it.place, it.excerpt) for it in cards]
        data = [found for found in findings.main_entities if not same(found.url, want)]
        seen += [Evidence("JSON-LD names another page as the main one", it.place, it.excerpt) for it in data]
    if contract.canonical and not contract.noindex:
        seen += [Evidence(f"{it.what}, which nobody asked for", it.place, it.excerpt) for it in _shown(list(findings.noindex))]
    if findings.refresh:
        seen.append(Evidence("the page sends its readers on by itself", findings.refresh.place, findings.refresh.excerpt))
    return tuple(seen[-_SHOWN:])
