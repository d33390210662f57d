"""Judgement: a verdict on a page abroad, the sentence that explains it, and what was seen. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Verdict = Literal["honoured", "missing", "wrong", "duplicated", "unreachable", "gone"]


@dataclass(frozen=True)
class Evidence:
    """What we saw, where (as in `Found`, or "answer" for the HTTP status), and the very text."""

    what: str
    place: str
    excerpt: str


@dataclass(frozen=True)
class Judgement:
    """A verdict, the sentence that tells an editor cause and remedy, what was seen, and each term's own verdict.

    `terms` holds those of canonical, noindex, link, text, extent, licence, correction and withdrawal that were looked at.
    """

    verdict: Verdict
    sentence: str
    evidence: tuple[Evidence, ...] = ()
    terms: Mapping[str, Verdict] = field(default_factory=dict)
