"""Notice: something an editor should know, open until it is mended; and how each editor wants to hear of it."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from syndication.models.outlet import Outlet


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Notices."""

    def open(self) -> Self:
        """What is not mended yet, newest first."""
        return self.filter(closed_at=None).order_by("-opened_at", "-pk")


class Notice(models.Model):
    """One trouble, told once however often it is met, and closed when it is over."""

    class Kind(models.TextChoices):
        DEAD = "dead", _("delivery failed for good")
        HELD = "held", _("outlet held")
        BREAKER = "breaker", _("outlet does not answer")
        CANONICAL = "canonical", _("a copy does not lead home")
        OVERDUE = "overdue", _("scheduled piece overdue")
        STALLED = "stalled", _("deliveries stand still")
        RECEIVED = "received", _("a received piece needs an editor")
        KILL = "kill", _("a kill is not obeyed")
        RESPONSES = "responses", _("responses wait for a moderator")

    kind = models.CharField(max_length=12, choices=Kind)
    # What it is about, for telling it once: `republication:7`, `outlet:3`, `page:12`.
    subject = models.CharField(max_length=80)
    outlet = models.ForeignKey(Outlet, null=True, on_delete=models.CASCADE, related_name="notices")
    uid = models.UUIDField(null=True)
    title = models.CharField(max_length=255, blank=True)
    sentence = models.TextField()
    opened_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "subject"], condition=Q(closed_at=None), name="notice_open_once"),
        ]
        indexes = [models.Index(fields=["-opened_at"], name="notice_newest")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.title}"


class NoticePreference(models.Model):
    """How one person hears of notices by e-mail. Who never chose hears at once."""

    class Mail(models.TextChoices):
        AT_ONCE = "at once", _("an e-mail at once")
        DIGEST = "digest", _("one e-mail a day")
        NEVER = "never", _("no e-mail")

    user: Any = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_preference")
    mail = models.CharField(_("e-mail about syndication"), max_length=10, choices=Mail, default=Mail.AT_ONCE)
    # The last notice this person was told of by mail, and when.
    told_up_to = models.BigIntegerField(default=0, editable=False)
    told_at = models.DateTimeField(null=True, editable=False)
    weekly = models.BooleanField(
        _("a weekly digest"),
        default=True,
        help_text=_("Each Monday morning: how many copies lead home, which do so no more, and which do so again."),
    )
    # When this person's last digest was sent, or when we met them first.
    weekly_at = models.DateTimeField(null=True, editable=False)

    def __str__(self) -> str:
        return f"{self.user}: {self.get_mail_display()}"
