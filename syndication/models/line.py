"""The line to an outlet: which worker holds it, and a breaker that opens when nobody answers and half-opens by itself.

Every change is one UPDATE on the outlet's own columns, by the database's clock.
"""

from collections.abc import Collection, Iterable
from datetime import timedelta
from random import uniform
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce, Now

from syndication.models.due import RELEASED, from_now, later
from syndication.models.outlet import Outlet
from syndication.models.republication import Republication

# So many failures in a row, over more than one piece, open the breaker: a piece that an outlet chokes on is no outage.
OPENS_AFTER = 5
OPEN_FOR = timedelta(seconds=30)
OPEN_AT_MOST = timedelta(minutes=15)
JITTER = 0.2
# The share of a row's lease for which a line is held; a worker that vanished blocks it no longer.
LINE_SHARE = 0.25


def open_lines(test_only: bool = False) -> QuerySet[Outlet]:
    """The outlets that may be spoken with now: active, pushed to, not quarantined, and not waiting for a moment of their own."""
    ready = Q(not_before=None) | Q(not_before__lte=Now())
    outlets = Outlet.objects.filter(ready, state=Outlet.State.ACTIVE, quarantined_at=None).exclude(kind="")
    return outlets.filter(is_test=True) if test_only else outlets


def take(token: UUID, limit: int, test_only: bool = False) -> list[Outlet]:
    """Take up to `limit` free lines over which something is owed, those without failures first. One worker a line."""
    if limit <= 0:
        return []
    owed = Republication.objects.lined().values("outlet")
    free = open_lines(test_only).filter(Q(lease_until=None) | Q(lease_until__lt=Now())).filter(pk__in=owed)
    with transaction.atomic():
        # Nobody waits for a line that another is taking: workers that took several in turn waited for each other for ever.
        chosen = free.order_by("failures", "pk").select_for_update(skip_locked=True, no_key=True)
        ids = list(chosen.values_list("pk", flat=True)[:limit])
        if not ids or not free.filter(pk__in=ids).update(lease_token=token, lease_until=_held_until()):
            return []
    return list(Outlet.objects.filter(pk__in=ids, lease_token=token))


def hold(token: UUID, ids: Collection[int]) -> set[int]:
    """Hold these lines for longer; returns those that are still ours."""
    mine = Outlet.objects.filter(pk__in=ids, lease_token=token)
    mine.update(lease_until=_held_until())
    return set(mine.values_list("pk", flat=True))


def leave(token: UUID, ids: Collection[int]) -> None:
    """Give these lines back."""
    if ids:
        Outlet.objects.filter(pk__in=ids, lease_token=token).update(**RELEASED)


def heard(ids: Collection[int]) -> None:
    """These outlets answered as they should: whatever was counted against them is forgotten."""
    if ids:
        fresh = {"failures": 0, "trips": 0, "failing_since": None, "not_before": None}
        Outlet.objects.filter(pk__in=ids).update(**fresh, last_ok_at=Now())


def failed(outlet: Outlet, count: int, answered: bool = False) -> bool:
    """The outlet failed `count` times since its last good answer (or since `answered`); True if its breaker opened by that."""
    mine = Outlet.objects.filter(pk=outlet.pk)
    before = 0 if answered else F("failures")
    since = Now() if answered else Coalesce(F("failing_since"), Now())
    fresh = {"trips": 0, "last_ok_at": Now()} if answered else {}
    mine.update(failures=before + count, failing_since=since, **fresh)
    failures, trips = mine.values_list("failures", "trips").get()
    if not trips and (failures < OPENS_AFTER or not _several_fail(outlet)):
        return False
    wait = min(OPEN_FOR * 2 ** min(trips, 10), OPEN_AT_MOST) * uniform(1 - JITTER, 1 + JITTER)
    mine.update(trips=trips + 1, not_before=later(F("not_before"), from_now(wait)))
    return trips == 0


def pause(outlet: Outlet, seconds: float) -> None:
    """Leave the outlet alone for as long as it asked."""
    Outlet.objects.filter(pk=outlet.pk).update(not_before=from_now(timedelta(seconds=seconds)))


def stop(outlet: Outlet, state: str, reason: str) -> bool:
    """Send nothing more until a person acts; True if that is news. When it is back it is planned anew."""
    facts = {"state": state, "state_reason": reason[:300], "planned_terms": ""}
    return bool(Outlet.objects.filter(pk=outlet.pk, state=Outlet.State.ACTIVE).update(**facts))


def _several_fail(outlet: Outlet) -> bool:
    failing: Iterable[int] = Republication.objects.filter(outlet=outlet, failing_since__isnull=False).values_list("pk")[:2]
    return len(list(failing)) > 1


def _held_until() -> object:
    return from_now(timedelta(seconds=settings.SYNDICATION_LEASE_SECONDS * LINE_SHARE), scaled=False)
