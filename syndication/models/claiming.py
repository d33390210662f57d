"""Claiming: lease due republications for one worker, and leave evidence before anything is said."""

from collections.abc import Mapping
from uuid import uuid4

from django.db import transaction
from django.db.models import F, Window
from django.db.models.functions import Greatest, RowNumber

from syndication.models.delivery import Delivery
from syndication.models.due import leased_until
from syndication.models.edition import Edition
from syndication.models.kill import Kill
from syndication.models.outlet import Outlet
from syndication.models.republication import Republication, RepublicationQuerySet


def claim(outlet: Outlet, limit: int) -> list[Republication]:
    """Lease up to `limit` due rows of one outlet: see `claim_all`."""
    return claim_all({outlet: limit})


def claim_all(rooms: Mapping[Outlet, int]) -> list[Republication]:
    """Lease due rows of these outlets, of each as many as it has room for, with a Delivery row each, committed on return.

    What is to be taken down goes before all else, then what waited longest. The UPDATE names what it takes as still free, on
    the rows' own columns, so no row has two takers. An expired lease whose delivery is still open belongs to a worker that
    vanished: that delivery becomes `lost`, the row uncertain, and the attempt does not count, for nobody knows whether it was
    one. The rows share their outlets and editions.
    """
    outlets = {outlet.pk: outlet for outlet in rooms}
    with transaction.atomic():
        due = Republication.objects.lined()
        ids = list(due.filter(pk__in=_next(due, rooms)).select_for_update(skip_locked=True).values_list("pk", flat=True))
        return _leased(due, ids, outlets)


def claim_kills(limit: int, *, test_only: bool = False) -> list[Republication]:
    """Lease up to `limit` due kills, whatever their outlets' lines and states are; else as `claim_all`.

    Each comes with its `kill` at hand.
    """
    with transaction.atomic():
        due = Republication.objects.killing().filter(outlet__in=_spoken_with(test_only))
        chosen = due.order_by("due_at").select_for_update(skip_locked=True)
        ids = dict(chosen.values_list("pk", "outlet_id")[:limit])
        rows = _leased(due, list(ids), Outlet.objects.in_bulk(set(ids.values())))
        kills = Kill.objects.in_bulk({row.kill_id for row in rows})
        for row in rows:
            row.kill = kills[row.kill_id]
    return rows


def _spoken_with(test_only: bool) -> list[int]:
    """The outlets that anything may be sent to from here."""
    outlets = Outlet.objects.exclude(kind="")
    return list((outlets.filter(is_test=True) if test_only else outlets).values_list("pk", flat=True))


def _leased(due: RepublicationQuerySet, ids: list[int], outlets: Mapping[int, Outlet]) -> list[Republication]:
    """Take these rows, whose locks the caller holds, and leave evidence."""
    token = uuid4()
    taken = {"lease_token": token, "lease_until": leased_until(), "fence": F("fence") + 1, "attempts": F("attempts") + 1}
    if not ids or not due.filter(pk__in=ids).update(**taken):
        return []
    rows = list(Republication.objects.filter(pk__in=ids, lease_token=token).order_by("-operation", "due_at"))
    _find_lost(rows)
    editions = Edition.objects.in_bulk({pk for row in rows for pk in (row.wanted_id, row.held_id) if pk})
    for row in rows:
        row.outlet, row.wanted = outlets[row.outlet_id], editions[row.wanted_id]
        row.held = editions[row.held_id] if row.held_id else None
    deliveries = Delivery.objects.bulk_create(
        Delivery(
            republication=row,
            outlet_id=row.outlet_id,
            fence=row.fence,
            key=row.key,
            operation=Delivery.CORRECT if row.news else row.operation,
            edition_id=row.wanted_id,
        )
        for row in rows
    )
    for row, delivery in zip(rows, deliveries, strict=True):
        row.delivery_id = delivery.pk
    return rows


def _next(due: RepublicationQuerySet, rooms: Mapping[Outlet, int]) -> list[int]:
    """The rows that come next at each outlet, of all outlets in one question."""
    place = Window(RowNumber(), partition_by=F("outlet"), order_by=[F("operation").desc(), F("due_at").asc()])
    most = max(rooms.values(), default=0)
    placed = due.filter(outlet__in=[outlet.pk for outlet in rooms]).annotate(place=place).filter(place__lte=most)
    room = {outlet.pk: count for outlet, count in rooms.items()}
    return [pk for pk, outlet, place in placed.values_list("pk", "outlet", "place") if place <= room[outlet]]


def _find_lost(rows: list[Republication]) -> None:
    lost = Delivery.objects.filter(republication__in=rows, outcome=Delivery.Outcome.OPEN)
    orphans = set(lost.values_list("republication", flat=True))
    if not orphans:
        return
    lost.update(outcome=Delivery.Outcome.LOST, sentence="The worker vanished before the outlet answered.")
    # Never below the attempt that begins now: a newer wish may have begun to count anew.
    Republication.objects.filter(pk__in=orphans).update(uncertain=True, attempts=Greatest(F("attempts") - 1, 1))
    for row in rows:
        if row.pk in orphans:
            row.uncertain, row.attempts = True, max(row.attempts - 1, 1)
