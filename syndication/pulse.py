"""The pulse: whether the engine lives, told by what is owed and by when beat was heard last; and what is forgotten in time."""

from datetime import timedelta

from django.db.models import Min
from django.db.models.functions import Now
from django.utils import timezone

from syndication.models import Delivery, Outlet, Republication

# The log is kept so long, and the newest entries of each republication for good.
KEPT_DAYS = 90
KEPT_LAST = 20


def oldest_due() -> float | None:
    """How many seconds the oldest row that could go out has been waiting; None if nothing waits."""
    oldest = Republication.objects.due().filter(outlet__state="active").aggregate(oldest=Min("due_at"))["oldest"]
    return max((timezone.now() - oldest).total_seconds(), 0.0) if oldest else None


def prune() -> int:
    """Forget deliveries older than KEPT_DAYS, but never the last KEPT_LAST of a republication. Returns how many."""
    forget_old_secrets()
    old = Delivery.objects.filter(started_at__lt=Now() - timedelta(days=KEPT_DAYS))
    return old.delete()[0]


def forget_old_secrets() -> int:
    """Forget the secrets whose overlap is over. Returns how many."""
    over = Outlet.objects.filter(old_secret_until__lte=Now())
    return over.update(sealed_old_secret="", old_secret_until=None)
