"""A key for CREDENTIAL_KEYS."""

from typing import Any

from cryptography.fernet import Fernet
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Prints a new key; keep it outside the database."""

    help = "Prints a new key for CREDENTIAL_KEYS. Put it first in the list, then run rotate_credentials."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Print."""
        self.stdout.write(Fernet.generate_key().decode())
