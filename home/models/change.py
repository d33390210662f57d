"""Change: one transaction that changed what readers may see. The rows together are the generation that the database knows."""

from datetime import timedelta

from django.db import connection, models
from django.db.models.functions import Now

# Longer than any answer is kept, so that an old reading which comes back finds nothing that was kept under it.
KEPT = timedelta(hours=1)
READING = "SELECT COUNT(*), SUM(id) FROM home_change"


class Change(models.Model):
    """Written in the transaction itself, so that it is seen exactly when the change is. Only added and, an hour later, dropped:
    a row that everybody had to update would make every writer wait for every other.
    """

    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["made_at"], name="change_made")]

    def __str__(self) -> str:
        return f"change {self.pk}"


def reading() -> tuple[int, int]:
    """Which changes the database shows now. It differs after each, whatever the order in which transactions ended."""
    with connection.cursor() as cursor:
        cursor.execute(READING)
        count, total = cursor.fetchone()
    return count, int(total or 0)


def forget_changes() -> None:
    """Drop the rows that nobody can have kept anything under."""
    old = Change.objects.filter(made_at__lt=Now() - KEPT)
    # Without a transaction of its own, which SQLite cannot begin while the rows of an INSERT … RETURNING are still being read.
    old._raw_delete(old.db)
