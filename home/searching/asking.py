"""What somebody asks for: words, phrases in quotes, and the beginning of a last word."""

from collections.abc import Collection
from dataclasses import dataclass

import regex  # type: ignore[import-untyped]

from home.searching.words import stem, stems

LONGEST = 200
MOST_TERMS = 12
# A shorter beginning would find half of everything.
LEAST_PREFIX = 3
_QUOTED = regex.compile(r"[\"“”„«»]([^\"“”„«»]+)[\"“”„«»]")

Words = tuple[str, ...]


@dataclass(frozen=True)
class Term:
    """One word or phrase, in each form it may have in the index; `begins`: longer words that begin so are meant, too."""

    forms: tuple[Words, ...]
    begins: bool = False


@dataclass(frozen=True)
class Asked:
    """A question. `phrase` is all of it as one phrase, where it is more than one word."""

    text: str
    terms: tuple[Term, ...]
    phrase: Term | None = None

    def __bool__(self) -> bool:
        return bool(self.terms)


def ask(text: str, languages: Collection[str]) -> Asked:
    """What the text asks of pieces in these languages. Never raises."""
    text = " ".join(regex.sub(r"[\p{Cc}\p{Cs}]", " ", text[:LONGEST]).split())
    phrases = [part for part in _QUOTED.findall(text) if stems(part, "")]
    loose = _QUOTED.sub(" ", text)
    terms = [_term(part, languages) for part in phrases]
    printed = [word for word in loose.split() if stems(word, "")]
    for number, word in enumerate(printed):
        last = number == len(printed) - 1 and loose.rstrip().endswith(word)
        terms.append(_term(word, languages, begins=last))
    terms = list(dict.fromkeys(terms))[:MOST_TERMS]
    words = stems(text, "")
    phrase = _term(text, languages, begins=bool(terms and terms[-1].begins)) if 1 < len(words) <= MOST_TERMS else None
    return Asked(text, tuple(terms), phrase)


def _term(text: str, languages: Collection[str], *, begins: bool = False) -> Term:
    bare = tuple(stems(text, ""))
    forms = {tuple(stem(word, language) for word in bare) for language in languages} | {bare}
    long = len(bare[-1]) >= LEAST_PREFIX and len(bare) < MOST_TERMS
    return Term(tuple(sorted(forms)), begins and long)
