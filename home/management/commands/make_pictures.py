"""Pictures in all their formats, now and not in the worker's own time."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from home.formats import make_due
from syndication.models import Edition


class Command(BaseCommand):
    """Makes what is owed until nothing is; the newest pieces first."""

    help = "Makes the further formats (AVIF) of the pictures of pieces that lack them. With --all, looks at every piece anew."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which ones."""
        parser.add_argument("--all", action="store_true", help="every live piece, as after a change of formats or a lost folder")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make them, and say how far it is."""
        if options["all"]:
            Edition.objects.current().update(formats_due=True)
        done = 0
        while made := make_due(seconds=10):
            done += made
            self.stdout.write(f"{done} done")
        self.stdout.write("All pictures have their formats.")
