"""Pulling: what an outlet may fetch now, what it took, and where it says that its copy stands.

The same republications that pushing serves: two ways in, one state machine. What an outlet may see is decided here and nowhere
else; every surface for partners begins with `shelf` or `tombstones`.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from syndication.connectors.pull import Pull
from syndication.models import Delivery, Edition, Outlet, Republication, Told, Verification
from syndication.models.due import RELEASED
from syndication.models.republication import NO_ERROR, NOTHING_HELD

# What lies ready, or is about to: an outlet need not wait for a worker to fetch what it may have.
_READY = (Republication.State.PENDING, Republication.State.OFFERED, Republication.State.TODO)


def shelf(outlet: Outlet) -> QuerySet[Republication]:
    """What the outlet may carry at this moment, with `wanted` at hand: within its contract, its embargo, its window.

    A row's `story` is the piece as this outlet may have it. What readers may not see is not here, whatever the row says.
    """
    begun = Q(starts_at=None) | Q(starts_at__lte=Now())
    lasting = Q(ends_at=None) | Q(ends_at__gt=Now())
    seen = Exists(Edition.objects.visible().filter(uid=OuterRef("uid")))
    rows = Republication.objects.filter(begun, lasting, seen, outlet=outlet, operation=Republication.PUBLISH)
    return rows.select_related("wanted", "outlet").order_by("changed_at", "pk")


def tombstones(outlet: Outlet) -> QuerySet[Republication]:
    """What the outlet was once given and may carry no longer. Of these it is told the uid and the time, why it was killed if
    it was, and nothing else.
    """
    told = Exists(Delivery.objects.filter(republication=OuterRef("pk")).exclude(outcome=Delivery.Outcome.RELEASED))
    given = Q(held__isnull=False) | Q(delivered_at__isnull=False) | told
    rows = Republication.objects.filter(given, outlet=outlet, operation=Republication.WITHDRAW)
    return rows.select_related("outlet", "kill").order_by("changed_at", "pk")


def taken(rows: Iterable[Republication]) -> int:
    """The outlet fetched these, as they were read: what it pulls is now what it holds. Returns for how many that is news.

    For outlets that are pushed to a fetch says nothing about what stands there. A row that was wished anew meanwhile has another
    key and stays as it is.
    """
    news = [row for row in rows if row.outlet.kind == Pull.kind and row.state in _READY]
    published = [row.key for row in news if row.operation == Republication.PUBLISH]
    ended = [row.key for row in news if row.operation == Republication.WITHDRAW]
    for row in news:
        if row.kill_id and row.operation == Republication.WITHDRAW:
            Told.objects.answered(row, _("They fetched the kill."))
    mine = Republication.objects.filter(state__in=_READY)
    rests = {**RELEASED, **NO_ERROR, "due_at": None, "delivered_at": Now(), "attempts": 0, "uncertain": False}
    holds = {"held": F("wanted"), "held_variation": F("variation")}
    count = 0
    if published:
        count += mine.filter(key__in=published).update(state=Republication.State.DELIVERED, **holds, **rests)
    if ended:
        count += mine.filter(key__in=ended).update(state=Republication.State.WITHDRAWN, **NOTHING_HELD, **rests)
    return count


def report(outlet: Outlet, uid: UUID, url: str) -> Republication:
    """The outlet says its copy of the piece stands at `url`: written down, and looked at soon as any copy is.

    Raises LookupError where the outlet may not have the piece, ValueError with a sentence where the address is not its own.
    """
    if not outlet.runs(url):
        raise ValueError(
            _("%(url)s is not on a host of %(outlet)s. Ask the newsroom to add the host.") % {"url": url, "outlet": outlet.name}
        )
    row = shelf(outlet).filter(uid=uid).first()
    if row is None:
        raise LookupError(_("There is no such piece for this outlet."))
    taken([row])
    Republication.objects.filter(pk=row.pk).update(receipt_url=url)
    Verification.objects.look(url=url, republication=row)
    row.refresh_from_db()
    return row
