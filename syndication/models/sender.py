"""Sender: a site whose pieces come to us. Received: a piece of a sender, and our page of it. Message: one signed request."""

import base64
import secrets
from datetime import timedelta
from typing import Any, Self
from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from syndication.models.outlet import validate_web_url
from syndication.models.sealed import Hosted, SealedSecret
from syndication.signing import PREFIX


def new_secret() -> str:
    """A fresh signing secret: 32 random bytes, as Standard Webhooks writes them."""
    return f"{PREFIX}{base64.b64encode(secrets.token_bytes(32)).decode()}"


class Sender(Hosted, SealedSecret):
    """A site that sends us its pieces, signed with a secret that we made and gave to it."""

    class Trust(models.TextChoices):
        MODERATED = "moderated", _("an editor of ours looks at each version first")
        TRUSTED = "trusted", _("published at once")

    class Shows(models.TextChoices):
        STUB = "stub", _("the opening, and the way to the rest at the sender")
        COPY = "copy", _("as much as it sends")

    name = models.CharField(_("name"), max_length=120, unique=True, help_text=_("As readers know it: “Read the rest at …”."))
    website = models.URLField(
        _("website"),
        validators=[validate_web_url],
        help_text=_("Its front page. It may send only pieces that have their home on this host or below it."),
    )
    other_hosts = models.CharField(
        _("other hosts"),
        max_length=500,
        blank=True,
        help_text=_("More host names it publishes under, with commas, such as arabic.example.org."),
    )
    # The end of the address of its own inbox: who knows it can knock, and nothing more.
    address = models.UUIDField(default=uuid4, unique=True, editable=False)
    trust = models.CharField(_("its pieces are"), max_length=10, choices=Trust, default=Trust.MODERATED)
    shows = models.CharField(_("we show"), max_length=10, choices=Shows, default=Shows.STUB)
    section = models.ForeignKey(
        Page,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("section"),
        help_text=_("Where its pieces are put. Each can be moved elsewhere later."),
    )
    active = models.BooleanField(
        _("takes pieces"), default=True, help_text=_("Untick to take nothing more from it. What is here stays as it is.")
    )
    heard_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["name"]
        verbose_name = _("sender")
        verbose_name_plural = _("senders")

    def __str__(self) -> str:
        return self.name

    @property
    def trusted(self) -> bool:
        """Whether what comes is published at once."""
        return self.trust == self.Trust.TRUSTED


class ReceivedQuerySet(models.QuerySet["Received"]):
    """Received pieces, by what readers see of them."""

    def in_state(self, state: str) -> Self:
        """Those in one state: the same as `Received.state`, in SQL."""
        here = self.filter(withdrawn_at=None, page__isnull=False)
        current = Q(page__live=True, live_revision__gte=F("revision"))
        here = here.annotate(live_revision=Coalesce("page__live_revision_id", 0))
        found: dict[str, Any] = {
            Received.State.PUBLISHED: here.filter(current),
            Received.State.WAITING: here.exclude(current),
            Received.State.WITHDRAWN: self.exclude(withdrawn_at=None),
            Received.State.REMOVED: self.filter(withdrawn_at=None, page=None),
        }
        chosen: Self = found[state]
        return chosen


class Received(models.Model):
    """One piece of one sender: the newest version that came, and what became of it here."""

    class State(models.TextChoices):
        PUBLISHED = "published", _("published")
        WAITING = "waiting", _("waits for an editor")
        WITHDRAWN = "withdrawn", _("withdrawn by the sender")
        REMOVED = "removed", _("removed here")

    sender = models.ForeignKey(Sender, on_delete=models.CASCADE, related_name="received")
    uid = models.UUIDField()
    # The newest that came: an older version, or the same sent earlier, changes nothing any more.
    version = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    headline = models.CharField(max_length=255, blank=True)
    source = models.URLField(max_length=2000, blank=True)
    page = models.ForeignKey(Page, null=True, on_delete=models.SET_NULL, related_name="received")
    url = models.URLField(max_length=2000, blank=True)
    # What we wrote last: the revision, and a digest that tells whether a person changed it since.
    revision = models.BigIntegerField(default=0)
    written = models.CharField(max_length=64, blank=True)
    # The picture we fetched for it, and the image it became.
    picture_url = models.URLField(max_length=2000, blank=True)
    image_id = models.BigIntegerField(null=True)
    note = models.TextField(blank=True)
    first_at = models.DateTimeField(auto_now_add=True)
    received_at = models.DateTimeField(auto_now=True)

    objects = ReceivedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sender", "uid"], name="received_once")]
        indexes = [models.Index(fields=["-received_at"], name="received_newest")]
        verbose_name = _("received piece")
        verbose_name_plural = _("received pieces")

    def __str__(self) -> str:
        return self.headline or str(self.uid)

    @property
    def state(self) -> str:
        """What readers see of the newest version. Asked of the page, for editors act on it without telling us."""
        if self.withdrawn_at:
            return str(self.State.WITHDRAWN)
        if self.page is None:
            return str(self.State.REMOVED)
        current = self.page.live and (self.page.live_revision_id or 0) >= self.revision
        return str(self.State.PUBLISHED if current else self.State.WAITING)

    def get_state_display(self) -> str:
        """The state in words."""
        return str(self.State(self.state).label)


class Message(models.Model):
    """One signed request that was obeyed, and the answer it got: a repeat gets the same one and does nothing."""

    sender = models.ForeignKey(Sender, on_delete=models.CASCADE, related_name="messages")
    webhook_id = models.CharField(max_length=200)
    event = models.CharField(max_length=40)
    status = models.PositiveSmallIntegerField(default=0)
    answer = models.JSONField(default=dict)
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sender", "webhook_id"], name="message_once")]
        indexes = [models.Index(fields=["sender", "received_at"], name="message_recent")]

    def __str__(self) -> str:
        return f"{self.event} {self.webhook_id}"

    @classmethod
    def lately(cls, sender: Sender, window: timedelta) -> int:
        """How many came from the sender within the window."""
        return cls._default_manager.filter(sender=sender, received_at__gt=Now() - window).count()
