"""Subscription: who wants to be told by our hub when a topic changes (WebSub, https://www.w3.org/TR/websub/)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from syndication.models.due import DueQuerySet, DueRow
from syndication.models.outlet import Outlet
from syndication.models.sealed import SealedSecret


class Subscription(DueRow, SealedSecret):
    """One callback for one topic. A row is due while something is owed to it: a question, or the topic's newest content."""

    class State(models.TextChoices):
        ASKED = "asked", _("to be verified")
        ACTIVE = "active", _("active")
        LEAVING = "leaving", _("wants to leave, to be verified")

    topic = models.URLField(max_length=2000)
    callback = models.URLField(max_length=2000)
    # Whose token stands in the topic's address; None for topics that all may read.
    outlet = models.ForeignKey(Outlet, null=True, on_delete=models.CASCADE, related_name="subscriptions")
    state = models.CharField(max_length=8, choices=State, default=State.ASKED)
    asked_seconds = models.PositiveIntegerField(default=0)
    ends_at = models.DateTimeField(null=True)
    # A digest of what was delivered last: the same is not delivered twice.
    delivered = models.CharField(max_length=64, blank=True)
    delivered_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    sentence = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[DueQuerySet] = DueQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [models.UniqueConstraint(fields=["topic", "callback"], name="subscription_once")]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="subscription_due"),
            models.Index(fields=["topic"], name="subscription_topic"),
        ]
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")

    def __str__(self) -> str:
        return f"{self.callback} ← {self.topic}"
