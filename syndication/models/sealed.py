"""What outlets and senders share: a credential sealed at rest, with the one before it for a while; the hosts of a site."""

from contextlib import suppress
from datetime import timedelta
from urllib.parse import urlsplit

from django.db import models
from django.utils import timezone

from syndication.credentials import Secret, Unreadable, seal, unseal


class SealedSecret(models.Model):
    """A row with a credential."""

    sealed_secret = models.TextField(blank=True, editable=False)
    secret_set_at = models.DateTimeField(null=True, editable=False)
    # While a secret is being changed both are in use, so that the other side can change its own at leisure.
    sealed_old_secret = models.TextField(blank=True, editable=False)
    old_secret_until = models.DateTimeField(null=True, editable=False)

    # The columns of its credentials.
    SECRETS = ("sealed_secret", "secret_set_at", "sealed_old_secret", "old_secret_until")

    class Meta:
        abstract = True

    @property
    def secret(self) -> Secret:
        """In clear, with the old one while both are in use: only who signs or checks a signature may ask. Raises Unreadable."""
        old = ""
        if self.old_secret_in_use:
            # Without the old one we can still sign.
            with suppress(Unreadable):
                old = unseal(self.sealed_old_secret)
        return Secret(unseal(self.sealed_secret), old)

    @secret.setter
    def secret(self, text: str) -> None:
        self.sealed_secret, self.secret_set_at = seal(text), timezone.now()
        self.sealed_old_secret, self.old_secret_until = "", None

    @property
    def old_secret_in_use(self) -> bool:
        """Whether the secret before this one still counts."""
        return bool(self.sealed_old_secret and self.old_secret_until and self.old_secret_until > timezone.now())

    def change_secret(self, text: str, keep_old_for: timedelta) -> None:
        """Seal another secret; the one before it stays in use for so long, while the other side changes its own."""
        before = self.sealed_secret
        self.secret = text
        if before and keep_old_for:
            self.sealed_old_secret, self.old_secret_until = before, timezone.now() + keep_old_for


class Hosted:
    """A row with a website, perhaps on several hosts."""

    website: str
    other_hosts: str

    @property
    def hosts(self) -> list[str]:
        """The host names it publishes under, lower case."""
        named = [host.strip().lower() for host in self.other_hosts.split(",") if host.strip()]
        return [(urlsplit(self.website).hostname or "").removeprefix("www."), *named]

    def runs(self, url: str) -> bool:
        """Whether `url` is on one of its hosts or below one."""
        host = urlsplit(url).hostname or ""
        return any(host == own or host.endswith(f".{own}") for own in self.hosts if own)
