"""`manage.py features`: the matrix of what each connector can do, as docs/connectors/features.md holds it."""

from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from syndication.connectors import CONNECTORS
from syndication.connectors.features import COLUMNS, NO, YES

HEAD = """# What each connector can do

Made from the code by `python manage.py features > docs/connectors/features.md`; the outlet form shows the same. A word in
place of a yes says under which condition. How each is set up stands in the file of its name.
"""


def matrix() -> str:
    """The matrix as Markdown: a row a connector, a column a feature."""
    rows = [["", *COLUMNS.values()], ["---"] * (len(COLUMNS) + 1)]
    for connector in CONNECTORS.values():
        rows.append([connector.label, *({YES: "✓", NO: "–"}.get(value, value) for value in asdict(connector.features).values())])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


class Command(BaseCommand):
    """Prints the matrix of connectors and features."""

    help = "Print what each connector can do, as Markdown."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it."""
        self.stdout.write(f"{HEAD}\n{matrix()}")
