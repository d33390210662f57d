"""Tick: when each periodic piece of work ran last. What beat sends alone tells whether beat lives."""

from datetime import datetime

from django.db import models
from django.db.models.functions import Now

# Only beat asks for it (or `syndicate --loop`), every half minute: its tick is beat's pulse.
PULSE = "publish_due"


class Tick(models.Model):
    """The last run of one periodic verb, by the database's clock."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%Y-%m-%d %H:%M:%S}"


def mark(name: str) -> None:
    """The verb `name` ran to its end now."""
    Tick.objects.update_or_create(name=name, defaults={"at": Now()})


def last(name: str) -> datetime | None:
    """When the verb `name` ran last; None if never."""
    return Tick.objects.filter(name=name).values_list("at", flat=True).first()
