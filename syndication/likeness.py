"""How much of a piece a page shows: a full copy told from an excerpt, a headline with a link, or a page without it. Pure."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from selectolax.lexbor import LexborHTMLParser

from syndication.story import Story

Kind = Literal["whole", "part", "excerpt", "headline", "nothing", "unknown"]

# Words in a row that count as one trace of a text: fewer are common phrases, more break at each edited word.
SHINGLE = 4
# The share of our traces from which a page has the text whole, and below which it has none of it.
WHOLE, TRACES = 0.8, 0.1
# A shorter text says too little, and a page with fewer words was not written yet when we read it.
FEW_WORDS = 20
_LONGEST = 400_000
# A word; where a script sets no blanks between words, a letter.
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u0e00-\u0e7f]|(?:(?![\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f])\w)+")
_UNPARTED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u0e00-\u0e7f]")
_PLAIN_WORD = re.compile(r"\w+")
_MARKS = re.compile("[\u0640\u064b-\u065f\u0670\u00ad\u200b-\u200f\u2060\ufeff]")


Traces = frozenset[tuple[str, ...]]


@dataclass(frozen=True)
class Likeness:
    """What of our piece a page shows, and the share of our text's traces that it has, from 0 to 1."""

    kind: Kind
    share: float = 0.0


def likeness(story: Story, title: str, text: str) -> Likeness:
    """What of `story` a page shows whose title and text these are.

    `whole` and `part` speak of our body; `excerpt` of our excerpt alone; `headline` where only that is there; `nothing` where
    not even that; `unknown` where the page has no text, as one that only scripts write. Compared are runs of four words
    without case, accents of Arabic, and signs (shingles: Broder 1997), so that a few edits do not hide a copy.
    """
    there = words(text)
    if len(there) < FEW_WORDS:
        # A page as short as this may still be a link with our headline.
        return Likeness("headline") if _holds(words(title) + there, words(story.headline)) else Likeness("unknown")
    body, own = _told(story.body_html)
    share = _share(own, there) if len(body) >= FEW_WORDS else 0.0
    if share >= WHOLE:
        return Likeness("whole", share)
    excerpt, short = _told(story.excerpt_html)
    if not excerpt:
        excerpt, short = _told(story.description)
    if len(excerpt) > SHINGLE and _share(short, there) >= WHOLE and share < 0.5:
        return Likeness("excerpt", share)
    if share >= TRACES:
        return Likeness("part", share)
    if _holds(there, words(story.headline)) or _holds(words(title), words(story.headline)):
        return Likeness("headline", share)
    return Likeness("nothing", share)


def length(html: str) -> int:
    """How many words a piece of HTML has."""
    return len(_told(html)[0])


def tells(text: str, ours: str) -> bool:
    """Whether a page's text holds these words of ours, but for a few that a desk may have changed."""
    there, own = words(text), words(ours)
    if len(own) <= 2 * SHINGLE:
        return bool(own) and f" {' '.join(own)} " in f" {' '.join(there)} "
    return _share(_shingles(own), there) >= 0.6


def changed(before: str, now: str) -> tuple[Traces, Traces]:
    """The traces of HTML that only the new text has, and those that only the old one had."""
    old, new = _told(before)[1], _told(now)[1]
    return new - old, old - new


def share_in(text: str, ours: Traces) -> float:
    """The share of these traces that a page's text has; 0 if there are none."""
    return _share(ours, words(text)) if ours else 0.0


def words(text: str) -> list[str]:
    """The words of a text as they are compared: case, compatibility forms, vowel signs and invisible characters are gone."""
    if text.isascii():
        return _PLAIN_WORD.findall(text[:_LONGEST].lower())
    plain = _MARKS.sub("", unicodedata.normalize("NFKC", text[:_LONGEST])).casefold()
    return (_WORD if _UNPARTED.search(plain) else _PLAIN_WORD).findall(plain)


def _text(html: str) -> str:
    tree = LexborHTMLParser(html)
    return tree.body.text(separator=" ") if html and tree.body else ""


@lru_cache(maxsize=256)
def _told(html: str) -> tuple[list[str], Traces]:
    """The words of a text of ours and its traces. Kept: a piece is looked for at many outlets, again and again."""
    told = words(_text(html))
    return told, _shingles(told)


def _shingles(told: list[str]) -> Traces:
    return frozenset(_runs(told))


def _share(own: Traces, there: list[str]) -> float:
    # The page's traces are never gathered: a page may have a hundred thousand.
    return len(own.intersection(_runs(there))) / len(own) if own else 0.0


def _runs(told: list[str]) -> Iterator[tuple[str, ...]]:
    return zip(*(told[start:] for start in range(SHINGLE)), strict=False)


def _holds(there: list[str], ours: list[str]) -> bool:
    """Whether `ours` stands in a row in `there`, or nearly all of it does: a desk may drop a word of a headline."""
    if not ours:
        return False
    if f" {' '.join(ours)} " in f" {' '.join(there)} ":
        return True
    own = set(ours)
    return len(own) >= 5 and any(
        len(own & set(there[at : at + len(ours) + 3])) >= 0.8 * len(own) for at in range(len(there)) if there[at] in own
    )
