"""Due rows: work that waits in the database until somebody leases it. A row whose `due_at` is set is owed."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any, Self
from uuid import UUID, uuid4

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Greatest, Now


def from_now(delay: timedelta, *, scaled: bool = True) -> models.Expression:
    """A moment by the database's clock, `delay` from now; scaled by SYNDICATION_TIME_SCALE, unless it is a lease.

    Workers' clocks are never asked: one that ran two minutes ahead stole sixty leases.
    """
    delay = delay * settings.SYNDICATION_TIME_SCALE if scaled else delay
    return models.ExpressionWrapper(Now() + delay, output_field=models.DateTimeField())


def later(moment: Any, other: models.Expression) -> models.Expression:
    """The later of a moment that may be missing and another. SQLite's own greatest is empty where one is."""
    return Greatest(Coalesce(moment, other), other)


class DueQuerySet(models.QuerySet[Any]):
    """Rows that can be due."""

    def due(self) -> Self:
        """Rows owed now that nobody holds."""
        return self.filter(due_at__lte=Now()).filter(Q(lease_until=None) | Q(lease_until__lt=Now()))

    def lease(self, limit: int, among: Collection[int] | None = None) -> list[Any]:
        """Take up to `limit` due rows, oldest first, for SYNDICATION_LEASE_SECONDS; each row goes to one taker only.

        With `among`, only rows with these keys are taken.

        Filter on the row's own columns: a claim through a join delivered twice on PostgreSQL. Each lease raises the
        row's fence and counts an attempt. Must run inside a transaction that the caller commits before acting.
        """
        token = uuid4()
        lease_until = leased_until()
        with transaction.atomic():
            owed = self.due() if among is None else self.due().filter(pk__in=among)
            due = owed.order_by("due_at").select_for_update(skip_locked=True)
            ids = list(due.values_list("pk", flat=True)[:limit])
            taken = self.model._default_manager.filter(pk__in=ids)
            taken.update(lease_token=token, lease_until=lease_until, fence=F("fence") + 1, attempts=F("attempts") + 1)
        return list(taken)

    def held_by(self, pk: int, token: UUID | None) -> Self:
        """The row, if this lease still holds it."""
        return self.filter(pk=pk, lease_token=token)


class DueRow(models.Model):
    """A row of work: when it is owed, who holds it, how often it was tried."""

    due_at = models.DateTimeField(null=True, blank=True, editable=False)
    lease_token = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    fence = models.PositiveBigIntegerField(default=0, editable=False)
    attempts = models.PositiveIntegerField(default=0, editable=False)

    objects = DueQuerySet.as_manager()

    class Meta:
        abstract = True


def leased_until() -> models.Expression:
    """The end of a lease that begins now."""
    return from_now(timedelta(seconds=settings.SYNDICATION_LEASE_SECONDS), scaled=False)


RELEASED: dict[str, Any] = {"lease_token": None, "lease_until": None}
