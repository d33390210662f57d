"""Rules: which pieces an outlet gets by itself, told in labels such as `section:12`, `author:3` or `language:ar`."""

from collections import defaultdict
from collections.abc import Collection, Iterable

# What a label may speak of, in the order in which editors choose.
FACETS = ("section", "topic", "author", "language", "licence")


def label(facet: str, value: object) -> str:
    """The label of one value, such as `topic:5`."""
    return f"{facet}:{value}"


def picks(only: Iterable[str], never: Iterable[str], labels: Collection[str]) -> bool:
    """Whether a piece with these labels is chosen: it has one of `only` in each facet named there, and none of `never`."""
    asked: dict[str, set[str]] = defaultdict(set)
    for one in only:
        asked[one.partition(":")[0]].add(one)
    return all(not choices.isdisjoint(labels) for choices in asked.values()) and not set(never) & set(labels)


def missed(only: Iterable[str], labels: Collection[str]) -> list[str]:
    """Of `only`, the choices in each facet where the piece has none of them: what it would have needed."""
    facets: dict[str, list[str]] = defaultdict(list)
    for one in only:
        facets[one.partition(":")[0]].append(one)
    return [one for choices in facets.values() if set(choices).isdisjoint(labels) for one in choices]
