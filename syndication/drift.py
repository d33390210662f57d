"""Drift: what became of a copy between two looks, told in one sentence with dates and the very bytes. Pure."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from html import unescape
from typing import Literal
from urllib.parse import urlsplit

from django.utils.formats import date_format

from syndication.canonical import near_miss, same
from syndication.judge import Judgement

# What is wrong with a copy; "" where nothing is.
Kind = Literal[
    "",
    "silent",
    "closed",
    "other",
    "licence",
    "link",
    "noindex",
    "extent",
    "correction",
    "canonical",
    "text",
    "gone",
    "withdrawal",
]
# The terms of `Judgement.terms`, the gravest first.
_TERMS: tuple[Kind, ...] = ("withdrawal", "text", "canonical", "correction", "extent", "noindex", "link", "licence")
_CLOSED = (401, 402, 403, 407, 451)
_DOWN = (404, 410)
_FORMER = "names our former address"
_MOST = 3
_LONGEST = 200


@dataclass(frozen=True)
class Seen:
    """What one look saw, or several that saw the same: `at` is the last of them before a change, or the first since.

    `at` is told in its own zone. `evidence` as a verification keeps it: what, place, excerpt. `url` is where the answer came
    from; "" where nothing answered.
    """

    at: datetime
    verdict: str
    sentence: str
    evidence: Sequence[Mapping[str, str]] = ()
    terms: Mapping[str, str] = field(default_factory=dict)
    status: int | None = None
    url: str = ""

    @property
    def kind(self) -> Kind:
        """What is wrong, by the gravest term that is broken, else by the answer."""
        if self.verdict in ("honoured", ""):
            return ""
        broken = [term for term in _TERMS if self.terms.get(term, "honoured") != "honoured"]
        if broken:
            return broken[0]
        if self.status in _DOWN:
            return "gone"
        if self.verdict == "unreachable":
            return "closed" if self.status in _CLOSED else "silent"
        return "text" if self.verdict == "gone" else "other"


def turned(before: Seen, now: Seen) -> bool:
    """Whether it is another trouble than before, or none any more: not whether the page only words it otherwise."""
    facts = [(seen.verdict, seen.kind, seen.status, not seen.kind and _unfollowed(seen)) for seen in (before, now)]
    return facts[0] != facts[1] or _led_on(before, now)


def explain(before: Seen | None, now: Seen) -> str:
    """What became of the copy since `before`, in plain words: until when it did what, since when it does what, and the remedy.

    `before` is the last look that found it in order, where there is one; else the look before; None if nobody looked yet.
    """
    if before is None or not before.verdict:
        return now.sentence
    if now.kind == "":
        return _mended(before, now) if before.kind else _still_kept(before, now)
    cause, remedy = _parts(now.sentence)
    if before.kind:
        return _join(f"Since {_when(now)} {_lower(_shown(now, cause))}", remedy, _found(before))
    kept = _kept(before, now.kind)
    cause = _new_cause(before, now, _continued(cause))
    same_bytes = _quoted(now, "canonical") == _quoted(before, "canonical")
    if now.terms.get("canonical") == "wrong" and now.kind == "canonical" and same_bytes:
        # They changed nothing: we did.
        kept = f"Our page has moved since {_when(before)}, and the copy did not follow" if _FORMER in now.sentence else ""
        return _join(f"{kept}: on {_when(now)} {_shown(now, cause)}", remedy) if kept else now.sentence
    return _join(f"Until {_when(before)} {kept}; since {_when(now)} {_shown(now, cause)}", remedy) if kept else now.sentence


def naming_former(judgement: Judgement, want_url: str, former: Collection[str]) -> Judgement:
    """The judgement, told for what it is where the copy names an address that was ours before the page moved to `want_url`."""
    if judgement.terms.get("canonical") != "wrong":
        return judgement
    named = {url for piece in judgement.evidence if piece.place in ("header", "head") for url in _canonical_in(piece.excerpt)}
    ours = [url for url in former if not same(url, want_url)]
    old = next((url for url in named if any(same(url, one) or near_miss(url, one) for one in ours)), None)
    if old is None or near_miss(old, want_url):
        return judgement
    sentence = (
        f"The copy {_FORMER} as its home ({old}). Our redirect leads readers on, but search engines hear of "
        f"two homes. Ask the desk to set the canonical link to {want_url}."
    )
    return replace(judgement, sentence=sentence)


# --- what was, what is --------------------------------------------------------------------------------------------------

# By kind: what a copy in order did, and does again.
_KEPT: dict[str, tuple[str, str]] = {
    "canonical": ("the copy named our page as its home", "the copy names our page as its home again"),
    "noindex": ("the copy asked search engines to leave it out", "the copy asks search engines to leave it out again"),
    "link": ("the copy linked to our page", "the copy links to our page again"),
    "extent": ("the copy kept to the text agreed", "the copy keeps to the text agreed again"),
    "licence": ("the copy named our licence", "the copy names our licence again"),
    "correction": ("the copy showed our text as corrected", "the copy shows our text as corrected"),
    "withdrawal": ("the copy was down", "the copy is down again"),
    "text": ("the page showed our piece", "the page shows our piece again"),
    "gone": ("the page was there", "the page is there again"),
    "closed": ("the page let us in", "the page lets us in again"),
    "silent": ("the page answered", "the page answers again"),
    "other": ("the copy kept the contract", "the copy keeps the contract again"),
}


def _kept(before: Seen, kind: Kind) -> str:
    """What the copy did while it was in order; "" where that was not asked of it then."""
    withdrawn = "withdrawal" in before.terms
    if withdrawn != (kind == "withdrawal"):
        return ""
    owed = kind not in ("canonical", "noindex", "link", "licence", "correction") or kind in before.terms
    shown = _quoted(before, kind)
    return _with(_KEPT[kind][0], shown) if owed or shown else ""


def _mended(before: Seen, now: Seen) -> str:
    again = _with(_KEPT[before.kind][1], _quoted(now, before.kind))
    return _join(f"Since {_when(now)} {again}", "", _found(before))


def _still_kept(before: Seen, now: Seen) -> str:
    """What changed although nothing is broken: where it stands, and whether its link is still followed."""
    if _led_on(before, now) and _host(before) != _host(now):
        return (
            f"Until {_when(before)} the copy stood at {before.url}; since {_when(now)} its address leads to {now.url}, "
            "and there it keeps the contract."
        )
    if _unfollowed(now) and not _unfollowed(before):
        kept = _with(_KEPT["link"][0], _quoted(before, "link"))
        fault = _with("search engines are told not to follow that link", _quoted(now, "link"))
        return f"Until {_when(before)} {kept}; since {_when(now)} {fault}."
    return now.sentence


def _new_cause(before: Seen, now: Seen, cause: str) -> str:
    """What the copy does now that it did not do before; `cause` unless the answers themselves tell more."""
    if now.kind == "withdrawal":
        return f"it stands again at {now.url}"
    if now.kind in ("text", "gone") and _led_on(before, now):
        whither = f"to another site, {_host(now)}" if _host(before) != _host(now) else f"on to {now.url}"
        return f"its address leads {whither}, where our piece is not"
    return cause


def _found(before: Seen) -> str:
    return f"What we had found on {_when(before)}: {_shown(before, _parts(before.sentence)[0])}."


def _shown(seen: Seen, cause: str) -> str:
    """The cause with the bytes that show it, in place of what only sums them up."""
    bytes_shown = _quoted(seen, seen.kind)
    return _with(re.sub(r" \((?:https?:[^()\s]*|\d{3})\)$", "", cause) if bytes_shown else cause, bytes_shown)


def _join(first: str, *others: str) -> str:
    return " ".join(filter(None, (f"{first}.", *others)))


def _parts(sentence: str) -> tuple[str, str]:
    """The first sentence without its full stop, and the others."""
    cause, _stop, rest = sentence.partition(". ")
    return cause.rstrip("."), rest


def _continued(sentence: str) -> str:
    """A sentence of ours as the rest of another."""
    for beginning, inside in (("The copy's ", "its "), ("The copy ", "it ")):
        if sentence.startswith(beginning):
            return inside + sentence.removeprefix(beginning)
    return _lower(sentence)


def _lower(sentence: str) -> str:
    return sentence if sentence[1:2].isupper() else sentence[:1].lower() + sentence[1:]


def _when(seen: Seen) -> str:
    return date_format(seen.at, "j F Y, H:i")


def _with(words: str, shown: str) -> str:
    return f"{words} ({shown})" if shown and shown not in words else words


# --- the very bytes -----------------------------------------------------------------------------------------------------

_CANONICAL = re.compile(r"""\brel\s*=\s*["']?[^"'>]*canonical""", re.IGNORECASE)
_HREF = re.compile(r"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))|^\s*<([^>\s]+)>""", re.IGNORECASE)
_NOINDEX = re.compile(r"\b(?:noindex|none)\b", re.IGNORECASE)
_UNFOLLOWED = re.compile(r"""\brel\s*=[^>]*\b(?:nofollow|ugc|sponsored)\b""", re.IGNORECASE)
_LINK = re.compile(r"<a\s", re.IGNORECASE)

# By kind: which pieces of evidence show it. Told by the bytes and where they stood, for words change.
_SHOWS: dict[str, Callable[[str, str], bool]] = {
    "canonical": lambda place, excerpt: place != "answer" and bool(_CANONICAL.search(excerpt)),
    "noindex": lambda place, excerpt: place in ("header", "head", "body") and bool(_NOINDEX.search(excerpt)),
    "link": lambda place, excerpt: bool(_LINK.match(excerpt)),
}


def _quoted(seen: Seen, kind: Kind) -> str:
    """The bytes that show how the copy stands with this kind, the first few of them."""
    shows = _SHOWS.get(kind, lambda place, excerpt: place == "answer")
    found = dict.fromkeys(
        piece["excerpt"] for piece in seen.evidence if piece["excerpt"] and shows(piece["place"], piece["excerpt"])
    )
    shown = [text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…" for text in list(found)[:_MOST]]
    return "; ".join(shown)


def _canonical_in(excerpt: str) -> list[str]:
    if not _CANONICAL.search(excerpt):
        return []
    return [unescape(next(filter(None, groups))) for groups in _HREF.findall(excerpt) if any(groups)]


def _unfollowed(seen: Seen) -> bool:
    return bool(_UNFOLLOWED.search(_quoted(seen, "link")))


def _led_on(before: Seen, now: Seen) -> bool:
    return bool(before.url and now.url) and not same(before.url, now.url)


def _host(seen: Seen) -> str:
    return (urlsplit(seen.url).hostname or "").removeprefix("www.")
