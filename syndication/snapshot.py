"""Snapshot: what a page abroad said of itself, and how its text is known again, without the text. Pure."""

import hashlib
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from syndication.findings import find
from syndication.http import Response
from syndication.likeness import SHINGLE, words
from syndication.metadata import read

# So many of the smallest hashes stand for all of a text's (bottom-k sketch, Broder 1997): likeness is told to within a tenth.
TRACES = 64
_HASH_BYTES = 6  # so that every JSON reader holds it as a whole number


class Snapshot(BaseModel):
    """One page as it stood: its metadata, the SHA-256 of its text in hex, how many words it had, and its traces.

    `traces` are the `TRACES` smallest hashes of all runs of four words, in order. The text cannot be told from them.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    title: str = ""
    site_name: str = ""
    canonical: str = ""
    language: str = ""
    authors: tuple[str, ...] = ()
    published: str = ""
    words: int = 0
    digest: str = ""
    traces: tuple[int, ...] = ()

    @classmethod
    def take(cls, answer: Response) -> Self:
        """The page that answered. Never raises for what it holds."""
        facts = read(answer.body, answer.headers, answer.url)
        findings = find(answer.body, answer.headers, answer.url)
        told = words(findings.text)
        return cls(
            title=facts.title.text or findings.title,
            site_name=facts.site_name.text,
            canonical=facts.canonical.text,
            language=facts.language.text,
            authors=facts.authors.texts,
            published=facts.published.text,
            words=len(told),
            digest=hashlib.sha256(" ".join(told).encode()).hexdigest(),
            traces=traces(told),
        )

    @classmethod
    def kept(cls, facts: dict[str, Any]) -> Self | None:
        """The snapshot that was written down as these facts; None where there is none, or an older release wrote another form."""
        try:
            return cls.model_validate(facts) if facts else None
        except ValidationError:
            return None

    def likeness(self, other: "Snapshot") -> float:
        """The share of runs of four words that both texts have, of all that either has: 1 for the same text, 0 for strangers."""
        if self.digest == other.digest:
            return 1.0
        least = sorted({*self.traces, *other.traces})[:TRACES]
        both = set(self.traces) & set(other.traces)
        return len(both.intersection(least)) / len(least) if least else 0.0


def traces(told: list[str]) -> tuple[int, ...]:
    """The smallest hashes of the runs of four words in a text; of a shorter one, of all of it."""
    runs = {" ".join(run) for run in zip(*(told[start:] for start in range(SHINGLE)), strict=False)} or {" ".join(told)}
    hashes = {int.from_bytes(hashlib.blake2b(run.encode(), digest_size=_HASH_BYTES).digest()) for run in runs if run}
    return tuple(sorted(hashes)[:TRACES])
