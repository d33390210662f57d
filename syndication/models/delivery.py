"""Delivery: the log of what was said to outlets, and the evidence that something may have left."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from syndication.models.edition import Edition
from syndication.models.outlet import Outlet


class Delivery(models.Model):
    """One request and how it ended. Committed before the first byte leaves, so that a vanished worker leaves evidence."""

    class Outcome(models.TextChoices):
        OPEN = "", _("under way")
        ACCEPTED = "accepted", _("accepted")
        TRANSIENT = "transient", _("failed for now")
        PERMANENT = "permanent", _("failed")
        UNCERTAIN = "uncertain", _("no answer")
        REFUSED = "refused", _("credentials refused")
        GONE = "gone", _("endpoint gone")
        RELEASED = "released", _("not tried")
        LOST = "lost", _("worker vanished")
        BY_HAND = "by hand", _("handed to a person")
        OFFERED = "offered", _("laid ready")

    # A publication that tells the outlet of a correction; else a row of the log is what the republication asks for.
    CORRECT = "correct"

    republication = models.ForeignKey("syndication.Republication", on_delete=models.CASCADE, related_name="deliveries")
    outlet = models.ForeignKey(Outlet, on_delete=models.CASCADE, related_name="deliveries")
    fence = models.PositiveBigIntegerField()
    key = models.UUIDField()
    operation = models.CharField(max_length=10)
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(auto_now_add=True)
    duration_ms = models.PositiveIntegerField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True, default=Outcome.OPEN)
    late = models.BooleanField(default=False)
    status = models.PositiveSmallIntegerField(null=True)
    sentence = models.TextField(blank=True)
    detail = models.TextField(blank=True)
    # What went over the wire, shortened, without credentials: one text a request, oldest first.
    wire = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["republication", "fence"], name="delivery_fence_once")]
        indexes = [
            models.Index(fields=["-started_at"], name="delivery_newest"),
            models.Index(fields=["outlet", "-started_at"], name="delivery_of_outlet"),
        ]
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")

    def __str__(self) -> str:
        return f"{self.operation} {self.key}"
