"""Archiving: an outlet's changes bound in volumes of about fifty, so that whoever was away can read on where it stopped.

The open volume holds every change since the newest closed one; each feed serves it as its subscription document, and the closed
ones as its archives (RFC 5005 §4). A change puts its piece at the end of the order, so a closed volume never gains a piece and
none in it ever differs: a piece that is edited or withdrawn leaves it and stands in the open one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from syndication.models import Archive, Edition, Outlet, Republication
from syndication.pulling import shelf, tombstones

BOUND = 50
# The open volume is shown to this many; what is more is in a closed one as soon as it has settled.
MOST = 500
# More than this no column can count, and no outlet has.
_LAST = 2**31 - 2
# A transaction may begin before and commit after a volume is closed: what is younger is left in the open one.
SETTLED = timedelta(minutes=3)


@dataclass(frozen=True, order=True)
class Head:
    """One change without its piece: when, which row; of a tombstone `gone`, and why it was killed."""

    changed_at: datetime
    pk: int
    uid: UUID
    key: UUID
    wanted: int
    gone: bool
    reason: str = ""


@dataclass(frozen=True)
class Volume:
    """Changes of one outlet, newest first. `number` is None for the open volume, `before` the closed one before it, or 0."""

    heads: tuple[Head, ...]
    before: int
    number: int | None = None
    # When its last change was made; of a closed volume for good.
    ended_at: datetime | None = None
    after: int | None = None

    @property
    def pieces(self) -> list[int]:
        """The rows of what may be carried."""
        return [head.pk for head in self.heads if not head.gone]

    @property
    def stones(self) -> list[Head]:
        """What may be carried no longer."""
        return [head for head in self.heads if head.gone]


def open_volume(outlet: Outlet) -> Volume:
    """Every change since the newest closed volume. Closes volumes first, where enough has gathered."""
    last = _last(outlet)
    heads = _heads(outlet, last)
    if _ends(heads):
        last, heads = _close(outlet)
    newest = tuple(reversed(heads[-MOST:]))
    return Volume(newest, last.number if last else 0, ended_at=newest[0].changed_at if newest else None)


def closed_volume(outlet: Outlet, number: int) -> Volume:
    """What still stands in volume `number`. Raises LookupError, with a sentence, if there is none."""
    around = [near for near in (number - 1, number, number + 1) if near <= _LAST]
    near = {one.number: one for one in Archive.objects.filter(outlet=outlet, number__in=around)}
    mark = near.get(number)
    if mark is None:
        raise LookupError(_("There is no such archive. Begin with the feed itself: it names the newest one."))
    heads = _heads(outlet, near.get(number - 1), mark)
    after = number + 1 if number + 1 in near else None
    return Volume(tuple(reversed(heads)), number - 1, number, mark.upto_at, after)


def last_change(outlet: Outlet) -> datetime | None:
    """When anything of this outlet's changed last, as far as it may know: withdrawals count, embargoed pieces do not.

    The end of a piece's time counts, too, whether a sweep came by or not: a date that stood still would say that nothing changed.
    """
    rows = Republication.objects.filter(outlet=outlet)
    changed = rows.filter(changed_at__lte=Now()).aggregate(last=Max("changed_at"))["last"]
    ended = rows.filter(ends_at__lte=Now()).aggregate(last=Max("ends_at"))["last"]
    expired = Edition.objects.current().filter(expires_at__lte=Now()).aggregate(last=Max("expires_at"))["last"]
    return max((moment for moment in (changed, ended, expired) if moment), default=None)


def _heads(outlet: Outlet, after: Archive | None = None, upto: Archive | None = None) -> list[Head]:
    """The changes after one mark up to another, oldest first."""
    span = Q()
    if after:
        span &= Q(changed_at__gte=after.upto_at) & (Q(changed_at__gt=after.upto_at) | Q(pk__gt=after.upto_pk))
    if upto:
        span &= Q(changed_at__lte=upto.upto_at) & (Q(changed_at__lt=upto.upto_at) | Q(pk__lte=upto.upto_pk))
    found = []
    for rows, gone in ((shelf(outlet), False), (tombstones(outlet), True)):
        facts = rows.filter(span).values_list("changed_at", "pk", "uid", "key", "wanted_id", "kill__reason")
        for at, pk, uid, key, wanted, reason in facts:
            found.append(Head(at, pk, uid, key, wanted, gone, reason or ""))
    return sorted(found)


def _ends(heads: Iterable[Head]) -> list[Head]:
    """The heads that close a volume each; at least as many as a volume holds stay in the open one."""
    before = timezone.now() - SETTLED
    settled = [head for head in heads if head.changed_at < before]
    return settled[BOUND - 1 : len(settled) - BOUND : BOUND]


def _close(outlet: Outlet) -> tuple[Archive | None, list[Head]]:
    """Write down which volumes are full. Returns the newest mark, and the changes after it."""
    with transaction.atomic():
        # One at a time, or two readers would bind the same changes differently.
        Outlet.objects.select_for_update(no_key=True).get(pk=outlet.pk)
        last = _last(outlet)
        heads = _heads(outlet, last)
        first = last.number + 1 if last else 1
        for number, end in enumerate(_ends(heads), first):
            last = Archive(outlet=outlet, number=number, upto_at=end.changed_at, upto_pk=end.pk)
            last.save(force_insert=True)
        mark = (last.upto_at, last.upto_pk) if last else None
        return last, [head for head in heads if mark is None or (head.changed_at, head.pk) > mark]


def _last(outlet: Outlet) -> Archive | None:
    return Archive.objects.filter(outlet=outlet).order_by("-number").first()
