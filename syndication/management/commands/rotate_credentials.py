"""Seal every credential with the newest key."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from syndication.credentials import Unreadable, reseal
from syndication.models import Outlet
from syndication.pulse import forget_old_secrets


class Command(BaseCommand):
    """After a new key was put first in CREDENTIAL_KEYS; afterwards the old one can go."""

    help = "Seals every outlet's credential with the first key of CREDENTIAL_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        """All or none."""
        with transaction.atomic():
            forget_old_secrets()
            outlets = Outlet.objects.select_for_update().exclude(sealed_secret="", sealed_old_secret="")
            for outlet in outlets:
                try:
                    sealed, old = reseal(outlet.sealed_secret), reseal(outlet.sealed_old_secret)
                except Unreadable as problem:
                    raise CommandError(f"{outlet.name}: {problem}") from None
                Outlet.objects.filter(pk=outlet.pk).update(sealed_secret=sealed, sealed_old_secret=old)
        self.stdout.write(f"{len(outlets)} credentials are sealed with the newest key.")
