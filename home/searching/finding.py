"""Finding: which pieces answer, the best first.

First what has it in its headline, then in standfirst or names, then in the text; among those the whole phrase before its words
apart, whole words before beginnings; and what is as good, newest first. Each of the three is asked for its newest only, so that
a word that stands everywhere costs no more than a rare one.
"""

from dataclasses import dataclass
from typing import Any

from home.models import PieceWords
from home.searching.asking import Asked, Term, ask
from home.searching.dialects import NETS, WHOLE, dialect

# Of each net: who looks further asks more precisely.
MOST = 200


@dataclass(frozen=True)
class Found:
    """The keys of editions, best first. `more`: there are more than were looked at; `some`: none has all the words."""

    pks: list[int]
    more: bool = False
    some: bool = False


def languages() -> list[str]:
    """The languages there are words in."""
    return list(PieceWords.objects.order_by().values_list("language", flat=True).distinct())


def asked_of_all(text: str) -> Asked:
    """What the text asks of the pieces there are."""
    return ask(text, languages())


def find(asked: Asked, editions: Any) -> Found:
    """Those of `editions`, which the caller has seen to be visible, that answer."""
    found = _find(asked, editions, every=True)
    if found.pks or len(asked.terms) < 2:
        return found
    some = _find(asked, editions, every=False)
    return Found(some.pks, some.more, some=bool(some.pks))


def finds(asked: Asked, editions: Any) -> bool:
    """Whether anything answers with all the words."""
    tongue = dialect()
    return bool(asked) and editions.filter(tongue.caught(WHOLE, tongue.ask(asked.terms))).exists()


def _find(asked: Asked, editions: Any, *, every: bool) -> Found:
    tongue = dialect()
    question = tongue.ask(asked.terms, every=every)
    caught: dict[int, str] = {}
    newest: dict[int, Any] = {}
    more = False
    for net in NETS:
        rows = editions.filter(tongue.caught(net, question)).order_by("-first_published_at", "-pk")
        told = list(rows.values_list("pk", "first_published_at")[:MOST])
        more = more or len(told) == MOST
        for pk, moment in told:
            caught.setdefault(pk, net)
            newest[pk] = moment
    leading = [pk for pk, net in caught.items() if net != WHOLE]
    marks = _marks(asked, leading)
    plain = [pk for pk, net in caught.items() if net == WHOLE]
    ranks = tongue.ranks(question, plain) if plain else {}
    phrases = tongue.ranks(tongue.ask([asked.phrase]), plain) if plain and asked.phrase else {}

    def key(pk: int) -> tuple[Any, ...]:
        own = marks.get(pk) or (pk in phrases, round(ranks.get(pk, 0.0), 1))
        return (-NETS.index(caught[pk]), *own, newest[pk], pk)

    return Found(sorted(caught, key=key, reverse=True), more)


def _marks(asked: Asked, pks: list[int]) -> dict[int, tuple[int, int]]:
    """How well headline and what stands under it answer."""
    rows = PieceWords.objects.filter(pk__in=pks).values_list("pk", "headline", "standfirst", "names")
    return {
        pk: max(_mark(asked, headline), _mark(asked, standfirst), _mark(asked, names)) for pk, headline, standfirst, names in rows
    }


def _mark(asked: Asked, words: str) -> tuple[int, int]:
    told = words.split()
    whole = sum(_stands(term, told) for term in asked.terms)
    return (int(asked.phrase is not None and _stands(asked.phrase, told)), whole)


def _stands(term: Term, told: list[str]) -> bool:
    """Whether it stands there word for word."""
    return any(
        told[start : start + len(form)] == list(form) for form in term.forms for start, word in enumerate(told) if word == form[0]
    )
