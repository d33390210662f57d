"""A piece killed."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from syndication.management import find_page
from syndication.models import Edition
from syndication.syndicating import kill


class Command(BaseCommand):
    """Takes a piece down everywhere, for a stated reason, ahead of everything."""

    help = "Takes a piece offline and tells every outlet that ever had it to take it down at once, and why."

    def add_arguments(self, parser: CommandParser) -> None:
        """The piece and the reason."""
        parser.add_argument("piece", help="the number of its page, its path, its address or its uid")
        parser.add_argument("--reason", required=True, help="why: outlets are told")
        parser.add_argument("--readers", default="", help="a sentence for readers of our page")
        parser.add_argument("--note", default="", help="what stays in the house")

    def handle(self, *args: Any, **options: Any) -> None:
        """Kill."""
        try:
            made = kill(_piece(options["piece"]), options["reason"], readers=options["readers"], note=options["note"])
        except (ValueError, LookupError) as problem:
            raise CommandError(str(problem)) from None
        told = list(made.told.values_list("outlet_name", flat=True))
        for outlet in told:
            self.stdout.write(f"{outlet}: told to take it down.")
        if not told:
            self.stdout.write("No outlet ever had it.")


def _piece(word: str) -> Any:
    """The page; or the last edition of a piece whose page is gone."""
    try:
        edition = Edition.objects.current().filter(uid=UUID(word)).first()
    except ValueError:
        edition = None
    return edition or find_page(word)
