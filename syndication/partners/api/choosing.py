"""Choosing: the filters of the list of pieces, in the labels that outlets' rules use."""

from typing import Any

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.db.models.lookups import Contains

from syndication.models import Republication
from syndication.pages import syndicated_models
from syndication.rules import label

NAMED = ("section", "topic", "author")


def chosen(rows: QuerySet[Republication], which: Any) -> QuerySet[Republication]:
    """The rows whose pieces are what `which` (schemas.Which) asks for; none where it names what there is not."""
    if which.kind:
        rows = rows.filter(wanted__kind=which.kind)
    if which.q:
        rows = rows.filter(_headline(which.q))
    wanted = [label("language", which.language.lower())] if which.language else []
    asked = {facet: name for facet in NAMED if (name := getattr(which, facet))}
    names = _names() if asked else {}
    for facet, name in asked.items():
        found = names.get((facet, name.casefold()))
        if found is None:
            return rows.none()
        wanted.append(found)
    labels = Cast("wanted__labels", TextField())
    # A label is ASCII, and quoted as JSON quotes it: nothing else contains it.
    return rows.filter(*(Contains(labels, f'"{one}"') for one in wanted))


def _headline(words: str) -> Q:
    """In the headline that the outlet is told: who has one of its own must not be able to guess at ours."""
    own = Q(variation__headline__isnull=False) & ~Q(variation__headline="")
    return (own & Q(variation__headline__icontains=words)) | (~own & Q(wanted__headline__icontains=words))


def _names() -> dict[tuple[str, str], str]:
    """The label of each facet's names. The site's page types tell them; all tell the same."""
    model: Any = syndicated_models()[0]
    facets = model.label_names()
    return {(facet, name.casefold()): one for facet in NAMED for one, name in facets[facet]}
