"""Counting: how often the copies that people made with the republish kit are read, and where. Only counts are kept."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, Sum

from syndication import remembering
from syndication.models import Edition, Outlet, Reads
from syndication.readers import Place
from syndication.sighting import sight

# One reader of one piece counts once within this time.
SAME_READER_SECONDS = 30 * 60
# What one network address can add to one piece in that time: a library may read, a flood may not.
MOST_AT_ONCE = 60
# So many pages a piece and day are told apart; what comes from further ones counts without a place.
MOST_PLACES = 200


@dataclass(frozen=True)
class Reader:
    """Who opened a copy, as the request tells: told apart from others for half an hour, and never kept."""

    address: str
    agent: str
    machine: bool = False


def count(uid: UUID, reader: Reader, place: Place) -> bool:
    """Count a reader of the piece at the place. False for whom we counted just now, and for pieces that we never published."""
    day = datetime.now(UTC).date()
    if not _is_new(uid, reader, day):
        return False
    return _add(uid, day, place, machine=reader.machine) or _add_first(uid, day, place, machine=reader.machine)


def _is_new(uid: UUID, reader: Reader, day: date) -> bool:
    salt = remembering.salt(day.isoformat())
    one = sha256(f"{salt}\n{uid}\n{reader.address}\n{reader.agent}".encode()).hexdigest()
    many = sha256(f"{salt}\n{uid}\n{reader.address}".encode()).hexdigest()
    if not remembering.first(f"reader:{one}", SAME_READER_SECONDS):
        return False
    return remembering.tally(f"address:{many}", SAME_READER_SECONDS) <= MOST_AT_ONCE


def _add(uid: UUID, day: date, place: Place, *, machine: bool, seen: bool = True) -> bool:
    """One more on a row that is there: one UPDATE, whatever comes. `seen`: only where a person was counted before."""
    rows = Reads.objects.filter(uid=uid, day=day, host=place.host, path=place.path)
    if machine:
        return bool(rows.update(bots=F("bots") + 1))
    return bool((rows.filter(readers__gt=0) if seen else rows).update(readers=F("readers") + 1))


def _add_first(uid: UUID, day: date, place: Place, *, machine: bool) -> bool:
    """The day's first at this place: its row, and a look whether that page is news."""
    if not Edition.objects.current().filter(uid=uid).exists():
        return False
    with transaction.atomic():
        known = Reads.objects.filter(uid=uid, day=day)
        if known.count() >= MOST_PLACES and not known.filter(host=place.host, path=place.path).exists():
            place = Place()
        Reads.objects.bulk_create([Reads(uid=uid, day=day, host=place.host, path=place.path)], ignore_conflicts=True)
        if place.host and not machine:
            sight(uid, place)
        return _add(uid, day, place, machine=machine, seen=False)


# --- What editors are told ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Figures:
    """How often a piece was read abroad: in all, and on the pages of each outlet (by its key)."""

    readers: int
    machines: int
    at: dict[int, int]


def figures(uid: UUID, outlets: list[Outlet]) -> Figures:
    """The reads of one piece, in one query. A page on a host that several outlets name counts for each."""
    rows = Reads.objects.filter(uid=uid).values("host").annotate(people=Sum("readers"), programs=Sum("bots"))
    at: dict[int, int] = {}
    for row in rows:
        for outlet in outlets:
            if row["host"] and outlet.runs(f"https://{row['host']}/"):
                at[outlet.pk] = at.get(outlet.pk, 0) + row["people"]
    return Figures(sum(row["people"] for row in rows), sum(row["programs"] for row in rows), at)


def read_at(outlet: Outlet, days: int = 30) -> int:
    """How often pieces of ours were read on the outlet's hosts in the last days."""
    hosts = Q(pk__in=[])
    for host in filter(None, outlet.hosts):
        hosts |= Q(host=host) | Q(host__endswith=f".{host}")
    since = datetime.now(UTC).date() - timedelta(days=days)
    total: int | None = Reads.objects.filter(hosts, day__gt=since).aggregate(total=Sum("readers"))["total"]
    return total or 0
