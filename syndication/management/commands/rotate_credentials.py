"""Seal every credential with the newest key."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from syndication.credentials import Unreadable, reseal
from syndication.models import Outlet, Sender
from syndication.pulse import forget_old_secrets


class Command(BaseCommand):
    """After a new key was put first in CREDENTIAL_KEYS; afterwards the old one can go."""

    help = "Seals every credential of outlets and senders with the first key of CREDENTIAL_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        """All or none."""
        with transaction.atomic():
            forget_old_secrets()
            sealed = sum(self._reseal(model) for model in (Outlet, Sender))
        self.stdout.write(f"{sealed} credentials are sealed with the newest key.")

    def _reseal(self, model: Any) -> int:
        rows = list(model.objects.select_for_update().exclude(sealed_secret="", sealed_old_secret=""))
        for row in rows:
            try:
                sealed, old = reseal(row.sealed_secret), reseal(row.sealed_old_secret)
            except Unreadable as problem:
                raise CommandError(f"{row.name}: {problem}") from None
            model.objects.filter(pk=row.pk).update(sealed_secret=sealed, sealed_old_secret=old)
        return len(rows)
