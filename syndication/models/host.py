"""Host: one machine abroad that we visit as guests; when the next request may go there, and what its robots.txt asks."""

from datetime import timedelta
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
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

    def known_now(self) -> Self:
        """With `is_fresh`, whether what we know of robots.txt still counts, and `is_resting`, by the database's clock."""
        fresh, resting = When(robots_until__gt=Now(), then=Value(True)), When(next_at__gt=Now(), then=Value(True))
        return self.annotate(is_fresh=Case(fresh, default=Value(False)), is_resting=Case(resting, default=Value(False)))

    def take(self, name: str, pace: float, longest: float) -> bool:
        """Take the turn at this host, if it is free; over all workers at most one has it.

        It lasts until `leave`. Whoever vanishes with it holds it for `longest` seconds, the most that its requests may last,
        and for a pace after the last of them.
        """
        held = timedelta(seconds=longest) + timedelta(seconds=pace) * settings.SYNDICATION_TIME_SCALE
        free = self.filter(name=name).exclude(next_at__gt=Now())
        return bool(free.update(next_at=from_now(held, scaled=False)))

    def leave(self, name: str, seconds: float) -> None:
        """End one's own turn: the next may begin so much later."""
        self.filter(name=name).update(next_at=from_now(timedelta(seconds=seconds)))

    def rest(self, name: str, seconds: float) -> None:
        """Ask nothing of this host for so long (Retry-After, RFC 9110 §10.2.3), or for longer, if that was settled before."""
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

    # By the database's clock, where it was asked (`known_now`).
    is_fresh = False
    is_resting = False

    objects: ClassVar[Any] = HostQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["next_at"], name="host_resting")]

    def __str__(self) -> str:
        return self.name

    @property
    def seconds(self) -> float:
        """How long after a request the next may begin; 0 if nobody need wait."""
        return max(self.pace, settings.SYNDICATION_HOST_PACE)
