"""Host: one machine abroad that we visit as guests; when the next request may go there, and what its robots.txt asks."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models, transaction
from django.db.models import Case, Value, When
from django.db.models.functions import Now

from syndication.models.due import from_now, later

# RFC 9309 §2.4: not longer than a day. A host whose robots.txt is broken is asked sooner, since it bars us meanwhile.
FRESH = timedelta(hours=24)
FRESH_WHEN_BROKEN = timedelta(minutes=1)
_USUAL = {"http": 80, "https": 443}


def host_key(url: str) -> str:
    """The host of `url` as we count turns: with its port, unless that is the usual one of its scheme. "" if it has none.

    http and https of one name are one machine, and share its turns and its robots.txt.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    name = (parts.hostname or "").rstrip(".")
    return (name if port in (None, _USUAL.get(parts.scheme)) else f"{name}:{port}")[:255]


class HostQuerySet(models.QuerySet["Host"]):
    """Hosts."""

    def resting(self) -> Self:
        """Those whose next turn has not come yet."""
        return self.filter(next_at__gt=Now())

    def with_freshness(self) -> Self:
        """With `is_fresh`: whether what we know of robots.txt still counts, by the database's clock."""
        return self.annotate(is_fresh=Case(When(robots_until__gt=Now(), then=Value(True)), default=Value(False)))

    def take(self, names: Collection[str]) -> dict[str, float]:
        """Take the turn at each of these hosts that is free now; returns the pace of those taken, in seconds.

        Over all workers, at most one has a turn: the next begins a pace later, by the database's clock. Where the pace is 0
        every turn is free.
        """
        known = set(self.filter(name__in=names).values_list("name", flat=True))
        if new := set(names) - known:
            Host.objects.bulk_create([Host(name=name) for name in sorted(new)], ignore_conflicts=True)
        with transaction.atomic():
            # Nobody waits for a host that another is taking, and the order is everybody's: no deadlock.
            free = self.filter(name__in=names).exclude(next_at__gt=Now())
            chosen = list(free.order_by("pk").select_for_update(skip_locked=True).only("name", "pace"))
            taken = {host.name: max(host.pace, settings.SYNDICATION_HOST_PACE) for host in chosen}
            for pace in {pace for pace in taken.values() if pace}:
                mine = [host.pk for host in chosen if taken[host.name] == pace]
                free.filter(pk__in=mine).update(next_at=from_now(timedelta(seconds=pace)))
        return taken

    def charge(self, name: str, seconds: float) -> None:
        """Let the next turn at this host begin so much later: it was asked more than once in one turn, or asked us to wait."""
        if seconds > 0:
            wait = timedelta(seconds=seconds) * settings.SYNDICATION_TIME_SCALE
            begin = models.ExpressionWrapper(later(models.F("next_at"), Now()) + wait, output_field=models.DateTimeField())
            self.filter(name=name).update(next_at=begin)

    def rest(self, name: str, seconds: float) -> None:
        """Ask nothing of this host for so long (Retry-After, RFC 9110 §10.2.3)."""
        self.filter(name=name).update(next_at=later(models.F("next_at"), from_now(timedelta(seconds=seconds))))


class Host(models.Model):
    """A host and its robots.txt as it was read last: `robots` are the rules for us, `barred` says why nobody may come in now.

    Written by UPDATE only.
    """

    name = models.CharField(max_length=255, unique=True)
    next_at = models.DateTimeField(null=True)
    pace = models.FloatField(default=0.0)
    robots = models.TextField(blank=True)
    barred = models.CharField(max_length=500, blank=True)
    robots_until = models.DateTimeField(null=True)

    # By the database's clock, where it was asked (`with_freshness`).
    is_fresh = False

    objects: ClassVar[Any] = HostQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["next_at"], name="host_resting")]

    def __str__(self) -> str:
        return self.name
