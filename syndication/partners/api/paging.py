"""Paging: a list is walked by time of change; a partner keeps one address and asks it again later, and nothing is ever missed.

What a transaction writes is seen when it commits, which may be later than the time it wrote down. So who reached the end is sent
back a little before the present: what it saw of the last minute it sees once more, what was committed late it sees for the
first time. `OVERLAP` bounds how late that may be.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db import connection
from django.db.models import DateTimeField, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from syndication.models import Republication

OVERLAP = timedelta(seconds=60)
# The present moves in steps, so that who asks every second is answered 304 most of the time.
STEP = timedelta(seconds=20)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PATTERN = r"^[0-9]{1,18}-[0-9]{1,18}-[0-9]{1,18}$"
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Cursor:
    """A place in the order of changes: after the row `pk` of this moment. `floor`: where the walk must begin again once it ends;
    0 while it is far from the present. Both in microseconds since 1970."""

    micros: int = 0
    pk: int = 0
    floor: int = 0

    @classmethod
    def read(cls, text: str) -> "Cursor":
        """The cursor of a text that fits PATTERN: every such text is one."""
        return cls(*(int(part) for part in text.split("-")))

    @classmethod
    def at(cls, moment: datetime) -> "Cursor":
        """The place just before what changed at this moment."""
        return cls(micros=max((moment - _EPOCH) // MICROSECOND, 0))

    def __str__(self) -> str:
        return f"{self.micros}-{self.pk}-{self.floor}"


@dataclass(frozen=True)
class Mark:
    """One row of a list as far as the order and the ETag must know it."""

    pk: int
    key: UUID
    changed_at: datetime


@dataclass(frozen=True)
class Leaf:
    """One page of a list: its rows, whether more wait at once, and where to go on."""

    marks: list[Mark]
    more: bool
    next: Cursor


def leaf(rows: QuerySet[Republication], start: Cursor, limit: int, now: datetime | None = None) -> Leaf:
    """The page after `start`, in one query that reads no piece. `rows` must be in the order of changes."""
    found = [Mark(*facts) for facts in after(rows, start).values_list("pk", "key", "changed_at")[: limit + 1]]
    marks, more = found[:limit], len(found) > limit
    last = Cursor((marks[-1].changed_at - _EPOCH) // MICROSECOND, marks[-1].pk) if marks else Cursor(start.micros, start.pk)
    safe = ((now or timezone.now()) - OVERLAP - _EPOCH) // STEP * (STEP // MICROSECOND)
    floor = start.floor
    if not floor and last.micros > safe:
        # Never before where the walk began: what is older than that was not asked for.
        floor = max(safe, start.micros)
    if more:
        return Leaf(marks, more, Cursor(last.micros, last.pk, floor))
    return Leaf(marks, more, Cursor(floor) if floor and floor < last.micros else last)


def after(rows: QuerySet[Republication], start: Cursor) -> QuerySet[Republication]:
    """The rows behind a place."""
    if start.micros == 0:
        return rows
    try:
        moment = _EPOCH + timedelta(microseconds=start.micros)
    except OverflowError:
        return rows.none()
    later, same = _moments(moment)
    return rows.filter(Q(changed_at__gt=later) | Q(changed_at__in=same, pk__gt=start.pk))


def _moments(moment: datetime) -> tuple[Any, list[Any]]:
    """The moment as the database compares it. SQLite compares text, and writes its own clock with three digits of a second where
    Django writes six or none."""
    if connection.vendor != "sqlite":
        return moment, [moment]
    whole = f"{moment:%Y-%m-%d %H:%M:%S}"
    micros = moment.microsecond
    texts = [f"{whole}.{micros:06}"]
    if micros % 1000 == 0:
        texts.append(f"{whole}.{micros // 1000:03}")
    if micros == 0:
        texts.append(whole)
    raw = [RawSQL("%s", [text], output_field=DateTimeField()) for text in texts]
    return raw[0], raw


def address(base: str, cursor: Cursor, **query: Any) -> str:
    """Where the list goes on, with the same filters."""
    given = {name: value for name, value in query.items() if value not in (None, "")}
    return f"{base}?{urlencode({**given, 'cursor': str(cursor)})}"
