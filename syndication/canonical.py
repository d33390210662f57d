"""Where a page has its home: the resolver of our canonical, the identity of addresses, and the two headers that speak of it."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, NamedTuple
from urllib.parse import SplitResult, quote, urljoin, urlsplit

import idna

from syndication.story import Canonical, Kind, Policy

Choice = Policy | Literal[""]

# --- ours ------------------------------------------------------------------------------------------------------------


def resolve(
    *,
    kind: Kind,
    url: str,
    page_policy: Choice,
    outlet_policy: Choice = "",
    site_policy: Choice = "",
    outlet_url: str = "",
    target_dead: bool = False,
    alias_of: Canonical | None = None,
) -> Canonical:
    """The canonical of one of our pages; pure, and the only place that decides it.

    `url` is the page's own absolute URL. An empty policy means "not said here". The first of these that applies wins:

    - an alias has its source's canonical (`alias_of`);
    - an original is `self`, or `noindex` if its page says so ('outlet' makes no sense for one);
    - a stub follows its page, else its outlet's contract, else the site, else `outlet`.

    `outlet` needs a web address in `outlet_url`, other than our own, whose page is not known to be dead; otherwise the
    stub falls back to `self`. With `noindex` the URL stays our own: search engines are told one thing or the other, never
    a foreign canonical and noindex together. The URL never has a fragment (RFC 6596 names documents, not parts of them).
    """
    if alias_of is not None:
        return Canonical(url=_whole(alias_of.url), policy=alias_of.policy)
    home = _whole(url)
    if kind == "original":
        return Canonical(url=home, policy="noindex" if page_policy == "noindex" else "self")
    policy: Policy = page_policy or outlet_policy or site_policy or "outlet"
    if policy == "outlet":
        theirs = _whole(outlet_url)
        if target_dead or not spelling(theirs) or same(theirs, home):
            return Canonical(url=home, policy="self")
        return Canonical(url=theirs, policy="outlet")
    return Canonical(url=home, policy=policy)


def _whole(url: str) -> str:
    return url.strip().partition("#")[0]


# --- addresses -------------------------------------------------------------------------------------------------------

_AROUND = "".join(map(chr, range(0x21)))  # what the URL Standard strips from both ends: C0 controls and space
_LONGEST = 8_192  # characters; beyond that an address is an attack or an accident
_PORTS = {"http": 80, "https": 443}
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def absolute(href: str, base: str) -> str:
    """`href` as a browser reads it on a page whose base URL is `base`, or "" if that is no http(s) address. Never raises."""
    cleaned = re.sub(r"[\t\n\r]", "", href.strip(_AROUND))
    before, mark, after = re.fullmatch(r"([^?#]*)([?#]?)(.*)", cleaned, re.DOTALL).groups()  # type: ignore[union-attr]
    told = before.replace("\\", "/") + mark + after
    if re.match("https?://", told, re.IGNORECASE):  # urljoin would read one without a host as relative
        return told if _split(told) else ""
    try:
        joined = urljoin(base, told)
    except ValueError:
        return ""
    return joined if _split(joined) else ""


def spelling(url: str) -> str:
    """The one spelling of a web address that all its equivalent spellings share, or "" if it is not an http(s) address.

    Evened out are the differences by which no server or search engine tells addresses apart (RFC 3986 §6.2.2 and §6.2.3,
    and the URL Standard): case of scheme and host, Unicode or punycode host, its trailing dot, the default port, the case
    of percent escapes, needless escapes, missing ones, dot segments, an empty path or query, and the fragment.
    """
    parts = _split(url)
    return parts.geturl() if parts else ""


def same(one: str, other: str) -> bool:
    """Whether both are web addresses, and the same one (see `spelling`)."""
    known = spelling(one)
    return bool(known) and known == spelling(other)


def near_miss(found: str, wanted: str) -> str:
    """How `found` narrowly misses `wanted`, in words that complete "it points to …"; "" if they are the same or not alike.

    These near misses count as another address, although readers seldom notice: http for https, a trailing slash too many
    or too few, www, letter case in the path, a query added. Search engines hold each spelling for a page of its
    own and take a canonical at its word. At best the spelling redirects home, which makes the canonical a detour that
    they may follow or drop; at worst it answers too, and the votes for one story are split between two addresses.
    """
    a, b = _split(found), _split(wanted)
    if not a or not b or a == b:
        return ""
    apart = [name for name in SplitResult._fields if getattr(a, name) != getattr(b, name)]
    if apart == ["scheme"]:
        return f"our {a.scheme} address, while the page is at {b.scheme}"
    if apart == ["netloc"] and a.netloc.removeprefix("www.") == b.netloc.removeprefix("www."):
        return f"our address {_too_much_or_little(a.netloc, b.netloc)} www"
    if apart == ["path"] and a.path.rstrip("/") == b.path.rstrip("/"):
        return f"our address {_too_much_or_little(a.path, b.path)} a slash at its end"
    if apart == ["path"] and a.path.lower() == b.path.lower():
        return "our address in other capitals"
    if apart == ["query"] and not b.query:
        return f"our address with ?{a.query[:60]} added"
    return ""


def _too_much_or_little(found: str, wanted: str) -> str:
    return "with" if len(found) > len(wanted) else "without"


def _split(url: str) -> SplitResult | None:
    """The parts of `url` in their common spelling, without fragment; None unless it is an http(s) address with a host."""
    return _parts(url) if len(url) <= _LONGEST else None


@lru_cache(maxsize=512)
def _parts(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url.strip(_AROUND))
        scheme, host, port = parts.scheme.lower(), _host(parts.hostname or ""), parts.port
    except ValueError:
        return None
    if scheme not in _PORTS or not host:
        return None
    user = parts.netloc.rpartition("@")[0]
    netloc = (f"{user}@" if user else "") + host + (f":{port}" if port not in (None, _PORTS[scheme]) else "")
    return SplitResult(scheme, netloc, _without_dots(_escaped(parts.path)) or "/", _escaped(parts.query), "")


def _host(name: str) -> str:
    name = name.rstrip(".")
    if ":" in name:
        return f"[{name}]"
    return name if name.isascii() else idna.encode(name, uts46=True).decode().lower()


def _escaped(text: str) -> str:
    plain = _ESCAPE.sub(_needful_escape, text) if "%" in text else text
    return quote(plain, safe="%!#$&'()*+,/:;=?@[]~", errors="replace")


def _needful_escape(escape: re.Match[str]) -> str:
    character = chr(int(escape[1], 16))
    return character if character in _UNRESERVED else escape[0].upper()


def _without_dots(path: str) -> str:
    if "/." not in path:
        return path
    kept: list[str] = []
    steps = path.split("/")[1:]
    for step in steps:
        if step == "..":
            del kept[-1:]
        elif step != ".":
            kept.append(step)
    return "/" + "/".join(kept) + ("/" if steps[-1] in (".", "..") and kept else "")


# --- headers ---------------------------------------------------------------------------------------------------------

_HEADER_LIMIT = 65_536
_LINK = re.compile(r'<([^<>]*)>((?:\s*;\s*[^\s=;,"<]+(?:\s*=\s*(?:"(?:\\.|[^"\\])*"|[^\s;,"]*))?)*)', re.DOTALL)
_PARAMETER = re.compile(r';\s*([^\s=;,"<]+)(?:\s*=\s*(?:"((?:\\.|[^"\\])*)"|([^\s;,"]*)))?', re.DOTALL)


class HeaderLink(NamedTuple):
    """One link of a Link header: where to, its relations in lower case, the anchor if it speaks of another page, its text."""

    target: str
    relations: frozenset[str]
    anchor: str | None
    text: str


def header_links(value: str) -> Iterator[HeaderLink]:
    """The links in a Link header (RFC 8288 §3, several fields joined by commas); what is not well formed is passed over."""
    for link in _LINK.finditer(value[:_HEADER_LIMIT]):
        parameters: dict[str, str] = {}
        for name, quoted, token in _PARAMETER.findall(link[2]):
            parameters.setdefault(name.lower(), re.sub(r"\\(.)", r"\1", quoted) or token)  # RFC 8288 §3.3: the first rel counts
        relations = frozenset(parameters.get("rel", "").lower().split())
        yield HeaderLink(link[1].strip(), relations, parameters.get("anchor"), link[0])


def link_header_canonical(value: str) -> list[str]:
    """The targets, as written, that a Link header names as canonical of the page it came with, in their order.

    A link with an `anchor` speaks of another page (RFC 8288 §3.2), so it is left out.
    """
    return [link.target for link in header_links(value) if "canonical" in link.relations and link.anchor is None]


_VALUED_RULES = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})
_BOT = re.compile(r"([a-z0-9*][\w*.-]*)\s*:\s*(.*)", re.DOTALL)


def robots(directives: str) -> list[tuple[str, str]]:
    """An X-Robots-Tag value as (bot, rule) pairs in lower case, in their order; the bot "robots" stands for all of them.

    A bot's name before a rule (`googlebot: noindex`) holds until the next name. When a server sent several fields and they
    were joined by commas, a nameless field after a named one reads as the named bot's: so we may credit too little, and
    never too much.
    """
    bot, found = "robots", []
    for piece in directives[:_HEADER_LIMIT].lower().split(","):
        rule = piece.strip()
        named = _BOT.fullmatch(rule)
        if named and named[1] not in _VALUED_RULES:
            bot, rule = ("robots" if named[1] == "*" else named[1]), named[2]
        if rule:
            found.append((bot, rule))
    return found
