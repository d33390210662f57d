"""Token: how an outlet shows who it is when it pulls. Shown once, kept as a digest; a lost one is revoked, never read."""

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from syndication.models.outlet import Outlet

MARK = "hw"
# What a use is written down for, at most so often: a poll must not cost a write.
SEEN_AGAIN = timedelta(minutes=5)


class TokenQuerySet(models.QuerySet["Token"]):
    """Tokens."""

    def usable(self) -> Self:
        """Neither revoked nor over, of outlets that are not suspended."""
        fresh = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
        return self.filter(fresh, revoked_at=None).exclude(outlet__state=Outlet.State.SUSPENDED)


class Token(models.Model):
    """One key of one outlet, with what it may be used for. Two may be valid at once, so that a change has time."""

    class Scope(models.TextChoices):
        READ = "read", _("read through the API")
        FEED = "feed", _("read feeds")
        REPORT = "report", _("report where a piece stands")

    outlet = models.ForeignKey(Outlet, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(_("name"), max_length=80, help_text=_("What it is for, such as “Website” or “Newsletter”."))
    scopes = models.JSONField(default=list)
    # The part that is not secret: it finds the row, and names the token in lists and logs.
    prefix = models.CharField(max_length=12, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    expires_at = models.DateTimeField(_("valid until"), null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[TokenQuerySet] = TokenQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("token")
        verbose_name_plural = _("tokens")

    def __str__(self) -> str:
        return f"{self.name} ({MARK}_{self.prefix}_…)"

    @classmethod
    def make(cls, outlet: Outlet, name: str, scopes: list[str], **facts: object) -> tuple["Token", str]:
        """A new token and its text. The text is not kept: who does not copy it now makes another."""
        prefix, secret = secrets.token_hex(5), secrets.token_urlsafe(32)
        row = cls.objects.create(outlet=outlet, name=name, scopes=scopes, prefix=prefix, digest=_digest(secret), **facts)
        return row, f"{MARK}_{prefix}_{secret}"

    @classmethod
    def find(cls, text: str) -> "Token | None":
        """The row this text belongs to, whatever its state; None for a text that is nobody's. Compared in constant time."""
        mark, _mark, rest = text.partition("_")
        prefix, _prefix, secret = rest.partition("_")
        if mark != MARK or not secret or len(text) > 200 or "\0" in text:
            return None
        row = cls.objects.select_related("outlet").filter(prefix=prefix).first()
        return row if row and hmac.compare_digest(row.digest, _digest(secret)) else None

    @property
    def objection(self) -> str:
        """Why it opens nothing at all: a sentence, or nothing."""
        if self.revoked_at:
            return str(_("This token was revoked. Ask the newsroom for another."))
        if self.expires_at and self.expires_at <= timezone.now():
            return str(_("This token has expired. Ask the newsroom for another."))
        if self.outlet.state == Outlet.State.SUSPENDED:
            return str(_("The newsroom has suspended this outlet. Write to it."))
        return ""

    @property
    def scope_words(self) -> str:
        """What it may be used for, in words."""
        return ", ".join(str(self.Scope(scope).label) for scope in self.scopes if scope in self.Scope.values)

    def seen(self) -> None:
        """It was used now."""
        if self.last_used_at is None or timezone.now() - self.last_used_at > SEEN_AGAIN:
            Token.objects.filter(pk=self.pk).update(last_used_at=Now())

    def revoke(self) -> None:
        """From now on it opens nothing."""
        Token.objects.filter(pk=self.pk, revoked_at=None).update(revoked_at=Now())


def _digest(secret: str) -> str:
    # 32 random bytes need no slow hash: there is nothing to guess.
    return hashlib.sha256(secret.encode()).hexdigest()
