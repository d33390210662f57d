"""A piece taken back from outlets."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandParser

from syndication.management import find_outlets, find_page
from syndication.models import Republication
from syndication.syndicating import withdraw, withdraw_uid


class Command(BaseCommand):
    """Asks outlets to take a piece down, and keeps it from them."""

    help = "Asks outlets, by default all that carry it, to take the piece down, and keeps it from them."

    def add_arguments(self, parser: CommandParser) -> None:
        """The piece and the outlets."""
        parser.add_argument("piece", help="the number of its page, its path, its address or its uid")
        parser.add_argument("--outlet", action="append", default=[], help="only at this outlet, by name; may be repeated")

    def handle(self, *args: Any, **options: Any) -> None:
        """Withdraw."""
        outlets = find_outlets(options["outlet"])
        uid = _uid(options["piece"])
        if uid and Republication.objects.filter(uid=uid).exists():
            # The page may be gone long since.
            asked = withdraw_uid(uid, outlets)
        else:
            asked = withdraw(find_page(options["piece"]), outlets)
        for outlet in asked:
            self.stdout.write(f"{outlet}: asked to take it down.")
        if not asked:
            self.stdout.write("No outlet carries it.")


def _uid(word: str) -> UUID | None:
    try:
        return UUID(word)
    except ValueError:
        return None
