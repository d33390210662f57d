"""Charting: how many copies lead home, now and week by week, at which outlets, and which do not and since when."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db.models import Case, Count, DateTimeField, F, Min, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from syndication.models import Look, Republication, Verification

WEEKS = 12
# What verdicts come to; a verdict that is not named here is not counted.
KINDS: dict[str, tuple[str, ...]] = {
    "honoured": ("honoured",),
    "drifted": ("missing", "wrong", "duplicated"),
    "unreachable": ("unreachable",),
    "gone": ("gone",),
}
KIND_OF = {verdict: kind for kind, verdicts in KINDS.items() for verdict in verdicts}
# The looks at which something changed: between them a copy is what it was. The index `look_changes` holds just these.
CHANGED = ~Q(verdict=F("before"))


@dataclass(frozen=True)
class Tally:
    """So many copies that were looked at, by how they do."""

    honoured: int = 0
    drifted: int = 0
    unreachable: int = 0
    gone: int = 0

    @classmethod
    def of(cls, verdicts: Mapping[str, int]) -> "Tally":
        """From numbers by verdict."""
        counted = dict.fromkeys(KINDS, 0)
        for verdict, number in verdicts.items():
            if verdict in KIND_OF:
                counted[KIND_OF[verdict]] += number
        return cls(**counted)

    @property
    def copies(self) -> int:
        """All of them."""
        return self.honoured + self.drifted + self.unreachable + self.gone

    @property
    def astray(self) -> int:
        """Those that do not lead home, or cannot be seen to."""
        return self.copies - self.honoured

    @property
    def share(self) -> int | None:
        """Per cent that lead home, rounded down, for a hundred must mean all; None of nothing."""
        return self.honoured * 100 // self.copies if self.copies else None

    @property
    def symbol(self) -> str:
        """A sign for the eye; the words say the same."""
        return "⚠" if self.astray else "★" if self.copies else ""

    @property
    def words(self) -> str:
        """“3 of 4 copies lead home”; empty of nothing."""
        if not self.copies:
            return ""
        if self.copies == 1:
            return _("The copy leads home") if self.honoured else _("The copy does not lead home")
        if not self.astray:
            return _("All %(count)s copies lead home") % {"count": self.copies}
        return _("%(honoured)s of %(count)s copies lead home") % {"honoured": self.honoured, "count": self.copies}


@dataclass(frozen=True)
class AtOutlet:
    """How the copies at one outlet do, and since when the one in trouble longest is (None where all is well)."""

    outlet_id: int
    name: str
    tally: Tally
    oldest: datetime | None


@dataclass(frozen=True)
class Week:
    """How copies did at the end of a week; of the week that is not over, how they do now."""

    begins: datetime
    ends: datetime
    tally: Tally
    over: bool = True


def copies(of: Mapping[str, Any] | None = None) -> QuerySet[Any]:
    """The copies that were looked at; `of` narrows them by facts of their republications, as in `filter`.

    One that was withdrawn and is down is no copy any more; one that still stands is.
    """
    looked = Verification.objects.filter(republication__isnull=False, **_named("republication", of)).exclude(verdict="")
    return looked.exclude(verdict="honoured", republication__state=Republication.State.WITHDRAWN)


def is_copy(state: str, verdict: str | None) -> bool:
    """The same of one republication: whether it counts, by its state and the verdict on it."""
    return bool(verdict) and (verdict != "honoured" or state != Republication.State.WITHDRAWN)


def tally() -> Tally:
    """How all copies do, for screens that ask often: two counts on indexes."""
    looked = Verification.objects.filter(republication__isnull=False).order_by()
    counted = dict(looked.values_list("verdict").annotate(Count("pk")))
    down = Republication.objects.filter(state=Republication.State.WITHDRAWN, verification__verdict="honoured").count()
    return Tally.of({**counted, "honoured": counted.get("honoured", 0) - down})


def astray(of: Mapping[str, Any] | None = None) -> QuerySet[Any]:
    """The copies that do not lead home, each with `since`: when it ceased to, or was first seen; the longest first."""
    return with_since(copies(of).exclude(verdict="honoured")).order_by("since", "pk")


def with_since(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Verifications with `since`: for a copy in trouble the begin of the trouble, else of the last change."""
    changes = Look.objects.filter(CHANGED, verification=OuterRef("pk")).order_by("at")
    left_home = changes.filter(before="honoured").order_by("-at").values("at")[:1]
    arrived = changes.order_by("-at").values("at")[:1]
    begun = Coalesce(Subquery(left_home), Subquery(changes.values("at")[:1]), "changed_at", "looked_at")
    settled = Coalesce(Subquery(arrived), "changed_at", "looked_at")
    return rows.annotate(since=Case(When(verdict="honoured", then=settled), default=begun, output_field=DateTimeField()))


def by_outlet(of: Mapping[str, Any] | None = None) -> list[AtOutlet]:
    """The copies at each outlet, in two queries: the outlet with most in trouble first."""
    place = ("republication__outlet", "republication__outlet__name")
    counted: dict[tuple[int, str], dict[str, int]] = {}
    for outlet, name, verdict, number in copies(of).order_by().values_list(*place, "verdict").annotate(Count("pk")):
        counted.setdefault((outlet, name), {})[verdict] = number
    troubled = astray(of).order_by().values("republication__outlet").annotate(oldest=Min("since"))
    oldest = dict(troubled.values_list("republication__outlet", "oldest"))
    lines = [AtOutlet(pk, name, Tally.of(verdicts), oldest.get(pk)) for (pk, name), verdicts in counted.items()]
    return sorted(lines, key=lambda line: (-line.tally.astray, line.name))


def total(lines: Iterable[AtOutlet]) -> Tally:
    """All outlets together."""
    told = [line.tally for line in lines]
    return Tally(*(sum(getattr(one, kind) for one in told) for kind in KINDS))


def weekly(of: Mapping[str, Any] | None = None, *, now: datetime | None = None, weeks: int = WEEKS) -> list[Week]:
    """How copies did at the end of each of the last weeks, this one last; weeks begin on Monday in the site's time zone.

    Of each copy the newest look at or before the end of the week counts; one that was withdrawn and came down counts until
    then. One query.
    """
    now = now or timezone.now()
    begins = beginnings(now, weeks)
    ends = [*begins[1:], now]
    counted = [dict.fromkeys(KINDS, 0) for _end in ends]
    for verdict, first, until in _spans(_changes(of, now)):
        # Folded here: the same in SQL takes five times as long.
        for number in range(bisect_left(ends, first), len(ends) if until is None else bisect_left(ends, until)):
            counted[number][KIND_OF[verdict]] += 1
    return [
        Week(begin, end, Tally(**kinds), over=end is not now) for begin, end, kinds in zip(begins, ends, counted, strict=True)
    ]


def beginnings(now: datetime, weeks: int = WEEKS) -> list[datetime]:
    """Monday, midnight, of each of the last weeks in the site's time zone, this one last."""
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    monday = today - timedelta(days=today.weekday())
    return [monday - timedelta(weeks=ago) for ago in range(weeks - 1, -1, -1)]


# Of one look: the copy, the verdict, when, and when the copy was taken down, if it was.
Change = tuple[int, str, datetime, datetime | None]


def _changes(of: Mapping[str, Any] | None, now: datetime) -> Iterable[Change]:
    """The looks at which a copy changed, copy by copy, the oldest first."""
    place = "verification__republication"
    looks = Look.objects.filter(CHANGED, at__lte=now, verdict__in=KIND_OF, **{f"{place}__isnull": False}, **_named(place, of))
    down = When(**{f"{place}__state": Republication.State.WITHDRAWN}, then=F(f"{place}__delivered_at"))
    rows = looks.order_by("verification", "at").annotate(down=Case(down, output_field=DateTimeField()))
    return rows.values_list("verification", "verdict", "at", "down").iterator()


def _spans(changes: Iterable[Change]) -> Iterator[tuple[str, datetime, datetime | None]]:
    """From when until when a copy had a verdict; until None: it still has."""
    for (copy, verdict, at, down), following in pairwise([*changes, None]):  # type: ignore[misc]
        if following is not None and following[0] == copy:
            yield verdict, at, following[2]
        else:
            # What was taken down and is seen to be down is no copy any more.
            yield verdict, at, max(at, down) if down and verdict == "honoured" else None


def _named(place: str, of: Mapping[str, Any] | None) -> dict[str, Any]:
    return {f"{place}__{name}": value for name, value in (of or {}).items()}
