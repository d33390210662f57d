"""Reads: how often copies that people made with the republish kit were opened, and where they stand. Only counts are kept."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Reads(models.Model):
    """How often one piece was opened on one page abroad on one day (UTC). No person can be told from it."""

    uid = models.UUIDField()
    day = models.DateField()
    # Host and path of the page as the referrer told; both empty where it told nothing. Never a query.
    host = models.CharField(max_length=255, blank=True)
    path = models.CharField(max_length=500, blank=True)
    readers = models.PositiveIntegerField(default=0)
    bots = models.PositiveIntegerField(default=0)

    objects: ClassVar[models.Manager["Reads"]] = models.Manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["uid", "day", "host", "path"], name="reads_once")]
        verbose_name = _("reads")
        verbose_name_plural = _("reads")

    def __str__(self) -> str:
        return f"{self.host}{self.path} on {self.day}"


class Sighting(models.Model):
    """A page abroad that seems to carry a piece of ours, and nobody reported: for an editor to look at."""

    class State(models.TextChoices):
        NEW = "new", _("to be looked at")
        KNOWN = "known", _("a copy we know")
        DISMISSED = "dismissed", _("dismissed")
        BLOCKED = "blocked", _("its host is blocked")

    uid = models.UUIDField()
    url = models.URLField(max_length=2000)
    # As its reads name it; empty for what another source found.
    host = models.CharField(max_length=255, blank=True)
    path = models.CharField(max_length=500, blank=True)
    # `counter`, `list` (an editor's), `webmention` or `pingback`.
    source = models.CharField(max_length=20, default="counter")
    # What on the page says that it is a copy of this piece: each `{"what", "place", "excerpt"}`, as a verification has it.
    evidence = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State, default=State.NEW)
    first_at = models.DateTimeField(auto_now_add=True)
    last_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[models.Manager["Sighting"]] = models.Manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["uid", "url"], name="sighting_once")]
        indexes = [
            models.Index(fields=["state", "-last_at"], name="sighting_newest"),
            models.Index(fields=["host", "state"], name="sighting_host"),
        ]
        verbose_name = _("sighting")
        verbose_name_plural = _("sightings")

    def __str__(self) -> str:
        return self.url
