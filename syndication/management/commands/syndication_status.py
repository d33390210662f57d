"""What waits, what arrived, what was proved."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db.models import Count, Min
from django.utils import timezone

from syndication.models import Notice, Outlet, Republication
from syndication.production import objection
from syndication.pulse import SILENT_AFTER, beat_age, oldest_due


class Command(BaseCommand):
    """Prints each republication with what is wanted, delivered and verified."""

    help = "Shows each piece at each outlet: wanted, delivered, verified; and what went wrong."

    def add_arguments(self, parser: CommandParser) -> None:
        """--json for machines, --outlet for one partner."""
        parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
        parser.add_argument("--outlet", help="only this outlet, by name")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print."""
        rows = Republication.objects.select_related("outlet", "wanted", "held", "verification").order_by("outlet__name", "pk")
        if options["outlet"]:
            rows = rows.filter(outlet__name=options["outlet"])
        listed = [_facts(row) for row in rows]
        summary = _summary(listed)
        if options["json"]:
            told = {"summary": summary, "engine": _engine(), "outlets": _outlets(), "republications": listed}
            self.stdout.write(json.dumps(told, indent=2, ensure_ascii=False))
            return
        self._table(listed)
        self.stdout.write("")
        self.stdout.write(
            ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in summary.items() if name != "oldest_due")
        )
        self._engine_lines(_engine())
        for outlet in _outlets():
            if outlet["state"] != Outlet.State.ACTIVE:
                state = Outlet.State(outlet["state"]).label
                self.stdout.write(self.style.WARNING(f"{outlet['name']} is {state}. {outlet['reason']}"))
            elif outlet["put_off_until"]:
                waits = f"{outlet['name']} is left alone until {outlet['put_off_until']}, after {outlet['failures']} failures."
                self.stdout.write(self.style.WARNING(waits))

        if summary["oldest_due"]:
            self.stdout.write(f"oldest due: {summary['oldest_due']}")

    def _engine_lines(self, engine: dict[str, Any]) -> None:
        age = engine["beat_seconds"]
        heard = "was never heard" if age is None else f"was heard {age} s ago"
        self.stdout.write(f"beat {heard}" if age is not None and age <= SILENT_AFTER else self.style.WARNING(f"beat {heard}"))
        if engine["objection"]:
            self.stdout.write(self.style.WARNING(engine["objection"]))
        if engine["notices"]:
            counts = ", ".join(f"{count} {Notice.Kind(kind).label}" for kind, count in engine["notices"].items())
            self.stdout.write(f"open notices: {counts}")

    def _table(self, listed: list[dict[str, Any]]) -> None:
        if not listed:
            self.stdout.write("Nothing has been sent to any outlet yet.")
            return
        columns = ("outlet", "headline", "wanted", "held", "state", "verdict")
        cells = [[str(row[name] if row[name] not in (None, "") else "–")[:44] for name in columns] for row in listed]
        widths = [max(len(line[index]) for line in [list(columns), *cells]) for index in range(len(columns))]
        for line in [list(columns), ["-" * width for width in widths], *cells]:
            self.stdout.write("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
        for row in listed:
            if row["error"]:
                self.stdout.write(self.style.ERROR(f"{row['headline']} at {row['outlet']}: {row['error']}"))


def _facts(row: Republication) -> dict[str, Any]:
    seen = getattr(row, "verification", None)
    return {
        "outlet": row.outlet.name,
        "headline": row.wanted.facts["headline"],
        "uid": str(row.uid),
        "wanted": "none" if row.operation == Republication.WITHDRAW else row.wanted.version,
        "held": row.held.version if row.held else None,
        "state": row.state,
        "verdict": seen.verdict if seen else "",
        "sentence": seen.sentence if seen else "",
        "url": row.receipt_url,
        "attempts": row.attempts,
        "due_at": row.due_at.isoformat() if row.due_at else None,
        "error": row.error,
    }


def _summary(listed: list[dict[str, Any]]) -> dict[str, Any]:
    states = {str(state): sum(row["state"] == state for row in listed) for state in Republication.State}
    honoured = sum(row["verdict"] == "honoured" for row in listed)
    oldest = Republication.objects.due().aggregate(oldest=Min("due_at"))["oldest"]
    return {"republications": len(listed), **states, "honoured": honoured, "oldest_due": oldest.isoformat() if oldest else None}


def _engine() -> dict[str, Any]:
    """Whether it moves, by what is owed and by beat's last tick."""
    age, waited = beat_age(), oldest_due()
    kinds = Notice.objects.filter(closed_at=None).values_list("kind").annotate(count=Count("pk")).order_by("kind")
    return {
        "beat_seconds": None if age is None else round(age),
        "oldest_due_seconds": None if waited is None else round(waited),
        "objection": objection(),
        "notices": dict(kinds),
    }


def _outlets() -> list[dict[str, Any]]:
    """The line to each outlet that is pushed to."""
    now = timezone.now()
    return [
        {
            "name": outlet.name,
            "state": outlet.state,
            "reason": outlet.state_reason,
            "failures": outlet.failures,
            "failing_since": outlet.failing_since.isoformat() if outlet.failing_since else None,
            "put_off_until": outlet.not_before.isoformat() if outlet.not_before and outlet.not_before > now else None,
        }
        for outlet in Outlet.objects.exclude(kind="").order_by("name")
    ]
