"""`manage.py index_pieces`: what readers' search looks through, made anew."""

from typing import Any

from django.core.management.base import BaseCommand

from home.searching.indexing import rebuild


class Command(BaseCommand):
    """Needed only after rows were written behind Django's back, or when a release changes how words are compared."""

    help = "Make the index of the readers' search anew. Readers may search meanwhile."

    def handle(self, *args: Any, **options: Any) -> None:
        """Index every public piece."""
        self.stdout.write(self.style.SUCCESS(f"Search looks through {rebuild()} pieces."))
