"""The pulse: whether the engine lives, told by what is owed and by when beat was heard last; and what is forgotten in time."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, Min, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest, Now
from django.utils import timezone

from syndication.auditing import prune_pulls
from syndication.models import Delivery, Errand, Look, Message, Notice, Outlet, Republication, Sender
from syndication.models.tick import PULSE, last
from syndication.moderating import forget
from syndication.production import objection
from syndication.reading import forget_pictures

# The log is kept so long, and the newest entries of each republication for good.
KEPT_DAYS = 90
KEPT_LAST = 20
ERRANDS_KEPT_DAYS = 30
# A message is answered alike when it is repeated; nobody tries for as long as this.
MESSAGES_KEPT_DAYS = 30
BATCH = 1000

# Seconds after which work that could go out, or a beat that is silent, is a matter for an alarm.
STALLED_AFTER = 120.0
SILENT_AFTER = 90.0


def oldest_due() -> float | None:
    """How many seconds the oldest row that could go out has been waiting; None if nothing waits.

    What an outlet put off, or a copy of the site may not send, does not wait for us.
    """
    open_rows = Republication.objects.due().filter(outlet__state=Outlet.State.ACTIVE, outlet__quarantined_at=None)
    if objection():
        open_rows = open_rows.filter(outlet__is_test=True)
    since = Greatest(F("due_at"), Coalesce(F("outlet__not_before"), F("due_at")))
    waiting = open_rows.annotate(since=since).filter(since__lte=Now())
    oldest = waiting.aggregate(oldest=Min("since"))["oldest"]
    return max((timezone.now() - oldest).total_seconds(), 0.0) if oldest else None


def beat_age() -> float | None:
    """How many seconds ago beat, or `syndicate --loop`, was heard last; None if never."""
    heard = last(PULSE)
    return max((timezone.now() - heard).total_seconds(), 0.0) if heard else None


def prune() -> int:
    """Forget what is long over, a batch at a time: deliveries older than KEPT_DAYS, but never the last KEPT_LAST of a
    republication; notices closed as long ago; errands that ended, and messages that came, a month ago; looks older than
    SYNDICATION_LOOKS_DAYS at which nothing had changed; pulls older than SYNDICATION_AUDIT_DAYS. Returns how many, pulls
    not counted.
    """
    forget_pictures()
    forget_old_secrets()
    prune_pulls()
    forget()
    long_ago = Now() - timedelta(days=KEPT_DAYS)
    newest = Delivery.objects.filter(republication=OuterRef("republication")).order_by("-fence")
    # The fence of the oldest delivery that is kept for good; null where there are fewer.
    least = Subquery(newest.values("fence")[KEPT_LAST - 1 : KEPT_LAST])
    deliveries = Delivery.objects.filter(started_at__lt=long_ago).annotate(least=least).filter(fence__lt=F("least"))
    errands = Errand.objects.filter(ended_at__lt=Now() - timedelta(days=ERRANDS_KEPT_DAYS))
    messages = Message.objects.filter(received_at__lt=Now() - timedelta(days=MESSAGES_KEPT_DAYS))
    looks = Look.objects.repeating().filter(at__lt=Now() - timedelta(days=settings.SYNDICATION_LOOKS_DAYS))
    notices = Notice.objects.filter(closed_at__lt=long_ago)
    return sum(map(_forget, (messages, deliveries, notices, errands, looks)))


def _forget(rows: QuerySet[Any]) -> int:
    forgotten = 0
    while ids := list(rows.values_list("pk", flat=True)[:BATCH]):
        forgotten += rows.model._default_manager.filter(pk__in=ids).delete()[0]
    return forgotten


def forget_old_secrets() -> int:
    """Forget the secrets whose overlap is over. Returns how many."""
    forgotten: dict[str, Any] = {"sealed_old_secret": "", "old_secret_until": None}
    return sum(model.objects.filter(old_secret_until__lte=Now()).update(**forgotten) for model in (Outlet, Sender))
