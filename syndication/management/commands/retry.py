"""Dead letters sent once more."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Count
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from syndication.management import find_outlets
from syndication.models import Republication
from syndication.syndicating import replay

UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class Command(BaseCommand):
    """Replays what failed for good, after saying how much that is."""

    help = "Sends failed republications once more. Counts them first; --dry-run only counts."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which ones."""
        parser.add_argument("--outlet", action="append", default=[], help="only at this outlet, by name; may be repeated")
        parser.add_argument(
            "--since", help="only what began to fail after this: 2026-05-30, 2026-05-30T12:00, or 30m, 6h, 2d ago"
        )
        parser.add_argument("--dry-run", action="store_true", help="count, and send nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Count, then replay."""
        rows = Republication.objects.filter(state=Republication.State.FAILED)
        if (outlets := find_outlets(options["outlet"])) is not None:
            rows = rows.filter(outlet__in=outlets)
        if options["since"]:
            rows = rows.filter(failing_since__gte=_moment(options["since"]))
        for name, count in rows.values_list("outlet__name").annotate(count=Count("pk")).order_by("outlet__name"):
            self.stdout.write(f"{name}: {count} failed")
        if options["dry_run"]:
            self.stdout.write(f"{rows.count()} would be sent once more.")
            return
        self.stdout.write(f"{replay(list(rows.select_related('outlet', 'wanted')))} are sent once more.")


def _moment(word: str) -> Any:
    number, unit = word[:-1], word[-1:]
    if unit in UNITS and number.isascii() and number.isdigit():
        return timezone.now() - timedelta(**{UNITS[unit]: int(number)})
    try:
        day, moment = parse_date(word), parse_datetime(word)
    except ValueError:
        day = moment = None
    moment = moment or (parse_datetime(f"{day}T00:00") if day else None)
    if moment is None:
        raise CommandError(f"'{word}' is no moment. Write 2026-05-30, 2026-05-30T12:00, or 30m, 6h, 2d.")
    return timezone.make_aware(moment) if timezone.is_naive(moment) else moment
