"""Filling what search looks through. An edition is indexed where it is recorded, in the same transaction."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import transaction

from home.models import KnownWord, PieceWords
from home.rendering import plain
from home.searching.words import split, stems
from syndication.models import Edition
from syndication.story import Story

# PostgreSQL refuses a vector beyond a megabyte.
LONGEST = 200_000
CHUNK = 200


def columns(story: Story) -> dict[str, str]:
    """The words of a story, ready for the table."""

    def stemmed(text: str) -> str:
        return " ".join(stems(text, story.language))

    return {
        "language": story.language[:12],
        "headline": stemmed(story.headline),
        "standfirst": stemmed(story.standfirst),
        "names": stemmed(" ".join(names(story))),
        "text": stemmed(plain(story.body_html or story.excerpt_html)[:LONGEST])[:LONGEST],
    }


def names(story: Story) -> list[str]:
    """Who signs, where it stands, what it is about, where it ran."""
    told = [person.name for person in story.authors] + [topic.name for topic in story.topics]
    return told + [one.name for one in (story.section, story.outlet) if one]


def known(story: Story) -> set[str]:
    """The words of a story that may be suggested."""
    told = " ".join([story.headline, story.standfirst, *names(story)])
    return {word for word in split(told) if len(word) > 2 and not word.isdigit()}


def index(edition: Edition) -> None:
    """Look through this edition from now on, and through no other of its piece; through none, where it is not public."""
    PieceWords.objects.filter(edition__uid=edition.uid).delete()
    if edition.current and edition.public:
        PieceWords.objects.create(edition=edition, **columns(edition.story))
        _learn(known(edition.story))


def rebuild() -> int:
    """Index every public piece anew. Returns how many. Readers find what is there meanwhile, each chunk by itself."""
    current = Edition.objects.current().filter(public=True)
    PieceWords.objects.exclude(edition__in=current).delete()
    pks = list(current.order_by("pk").values_list("pk", flat=True))
    for chunk in _chunks(pks):
        with transaction.atomic():
            PieceWords.objects.filter(edition__in=chunk).delete()
            index_all(Edition.objects.filter(pk__in=chunk))
    return len(pks)


def index_all(editions: Iterable[Any], words: Any = PieceWords, known_words: Any = KnownWord) -> None:
    """Index editions that are in no index yet. The migration brings models of its time."""
    rows, told = [], set()
    for edition in editions:
        story = Story.model_validate({**edition.facts, "body_html": edition.body_html})
        rows.append(words(edition_id=edition.pk, **columns(story)))
        told |= known(story)
    words.objects.bulk_create(rows)
    _learn(told, known_words)


def _learn(told: set[str], model: Any = KnownWord) -> None:
    # In one order, or two that publish at once wait for each other.
    rows = [model(word=word, initial=word[0], length=len(word)) for word in sorted(told)]
    model.objects.bulk_create(rows, ignore_conflicts=True)


def _chunks(pks: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(pks), CHUNK):
        yield pks[start : start + CHUNK]
