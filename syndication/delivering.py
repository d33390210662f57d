"""Delivering: claim due republications, converse with their outlets side by side, settle each."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from queue import SimpleQueue

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from syndication.connectors import CONNECTORS
from syndication.connectors.base import Access, Connector, Receipt
from syndication.credentials import Unreadable
from syndication.errors import DeliveryError, NotTried, OutletGone, Permanent, Refused, Uncertain
from syndication.models import Delivery, Outlet, Republication, Verification, claim
from syndication.models.due import from_now
from syndication.pages import is_public
from syndication.planning import plan, plan_withdrawal

log = structlog.get_logger(__name__)

# How many rows of one outlet a batch takes, and how long after the claim a send may still begin: well inside the lease.
BATCH = 50
STALE_SHARE = 0.25


@dataclass(frozen=True)
class Ended:
    """How one conversation ended: a receipt, or an error."""

    row: Republication
    receipt: Receipt | None = None
    error: DeliveryError | None = None
    duration_ms: int = 0


def deliver_due(seconds: float = 60.0) -> int:
    """Deliver what is due until nothing is, or `seconds` are over. Returns how many conversations were settled."""
    until = time.monotonic() + seconds
    settled = 0
    while time.monotonic() < until:
        lanes = [rows for outlet in _open_outlets() for rows in _lanes(outlet, claim_current(outlet))]
        if not lanes:
            break
        for ended in _converse(lanes):
            settle(ended)
            settled += 1
    return settled


def claim_current(outlet: Outlet) -> list[Republication]:
    """Claim a batch, and ask once more whether each piece may still be seen: what may not is planned anew instead of sent."""
    busy = Republication.objects.filter(outlet=outlet, lease_until__gt=Now()).count()
    rows = claim(outlet, max(BATCH - busy, 0))
    return [row for row in rows if _still_wanted(row)]


def settle(ended: Ended) -> None:
    """Write down, in one transaction, how a conversation ended: for the republication, its Delivery and the outlet."""
    row, error = ended.row, ended.error
    with transaction.atomic():
        if error is None:
            held = _accept(row, ended.receipt or Receipt())
            outcome, error = Delivery.Outcome.ACCEPTED, DeliveryError("")
        else:
            held = _fail(row, error)
            outcome = Delivery.Outcome(error.outcome)
        Delivery.objects.filter(republication=row, fence=row.fence).update(
            outcome=outcome,
            late=not held,
            duration_ms=ended.duration_ms,
            status=error.status,
            sentence=error.sentence,
            detail=error.detail[:2000],
        )
    log.info(
        "delivery ended",
        outcome=str(outcome),
        republication=row.pk,
        outlet=row.outlet.name,
        key=str(row.key),
        version=row.wanted.version,
        operation=row.operation,
        late=not held,
        milliseconds=ended.duration_ms,
    )


def connector_for(outlet: Outlet) -> Connector:
    """The connector that speaks with this outlet."""
    access = Access(outlet.name, outlet.endpoint, outlet.contract, lambda: outlet.secret)
    return CONNECTORS[outlet.kind](access)


def converse(connector: Connector, row: Republication) -> Receipt:
    """Say what `row` wants said; after an uncertain attempt the outlet is asked first, unless repeating is harmless."""
    receipt = Receipt(row.receipt_id, row.receipt_url) if row.held_id or row.receipt_id else None
    if row.uncertain and receipt is None and not connector.idempotent:
        receipt = connector.find(row.uid)
    if row.operation == Republication.WITHDRAW:
        return connector.withdraw(row.story, receipt or Receipt(), row.key)
    if receipt:
        return connector.update(row.story, receipt, row.key)
    return connector.publish(row.story, row.key)


def _open_outlets() -> list[Outlet]:
    ready = Q(not_before=None) | Q(not_before__lte=Now())
    owed = Republication.objects.due().values("outlet")
    return list(Outlet.objects.filter(ready, state=Outlet.State.ACTIVE, pk__in=owed).exclude(kind=""))


def _lanes(outlet: Outlet, rows: list[Republication]) -> list[list[Republication]]:
    """The rows of one outlet in as many lanes as it takes requests at once."""
    count = max(outlet.max_in_flight, 1)
    return [lane for start in range(count) if (lane := rows[start::count])]


def _converse(lanes: list[list[Republication]]) -> Iterator[Ended]:
    """Walk all lanes side by side and yield each conversation as it ends. Threads touch no database."""
    ends: SimpleQueue[Ended] = SimpleQueue()
    begun = time.monotonic()
    with ThreadPoolExecutor(max_workers=min(len(lanes), 50), thread_name_prefix="outlet") as pool:
        for lane in lanes:
            pool.submit(_walk, lane, begun, ends)
        for _ in range(sum(len(lane) for lane in lanes)):
            yield ends.get()


def _walk(lane: list[Republication], begun: float, ends: "SimpleQueue[Ended]") -> None:
    for row in lane:
        started = time.monotonic()
        try:
            if started - begun > settings.SYNDICATION_LEASE_SECONDS * STALE_SHARE:
                raise NotTried("The outlet was busy with earlier pieces; this one waits for the next round.")
            receipt = converse(connector_for(row.outlet), row)
            ended = Ended(row, receipt=receipt, duration_ms=_since(started))
        except DeliveryError as error:
            ended = Ended(row, error=error, duration_ms=_since(started))
        except Unreadable as problem:
            ended = Ended(row, error=Refused(str(problem)), duration_ms=_since(started))
        except Exception as problem:
            # A fault of ours, after bytes may have left: the row must not hang until its lease ends.
            log.exception("connector failed", republication=row.pk, outlet=row.outlet.name)
            fault = Uncertain(
                "Our connector failed. The log has the details; we look before we send again.", detail=repr(problem)
            )
            ended = Ended(row, error=fault, duration_ms=_since(started))
        ends.put(ended)


def _accept(row: Republication, receipt: Receipt) -> bool:
    held = row.accept(receipt.id, receipt.url)
    if held and receipt.url:
        Verification.objects.look(url=receipt.url, republication=row)
    if held and row.outlet.not_before:
        Outlet.objects.filter(pk=row.outlet_id).update(not_before=None)
    return held


def _fail(row: Republication, error: DeliveryError) -> bool:
    outlet = Outlet.objects.filter(pk=row.outlet_id)
    if isinstance(error, NotTried):
        return row.release()
    if isinstance(error, Refused):
        outlet.update(state=Outlet.State.HELD, state_reason=error.sentence[:300])
        return row.release(error.sentence, error.detail)
    if isinstance(error, OutletGone):
        # The piece is not at fault: it goes out when the outlet has another address.
        outlet.update(state=Outlet.State.GONE, state_reason=error.sentence[:300], planned_terms="")
        return row.release(error.sentence, error.detail)
    if isinstance(error, Permanent):
        return row.give_up(error.sentence, error.detail)
    if error.retry_after:
        outlet.update(not_before=from_now(timedelta(seconds=error.retry_after)))
    uncertain = isinstance(error, Uncertain)
    return row.postpone(error.sentence, error.detail, uncertain=uncertain, wait=error.retry_after)


def _still_wanted(row: Republication) -> bool:
    """Whether the piece may still be seen. A withdrawal always may; an embargo or an expiry is asked again at the last moment."""
    if row.operation == Republication.WITHDRAW:
        return True
    page = row.wanted.page
    if page is not None and is_public(page):
        return True
    sentence = "The piece is no longer public: nothing was sent."
    row.release(sentence)
    Delivery.objects.filter(republication=row, fence=row.fence).update(outcome=Delivery.Outcome.RELEASED, sentence=sentence)
    if page is None:
        plan_withdrawal(row.uid, "page vanished")
    else:
        plan(page, "checked before sending")
    return False


def _since(started: float) -> int:
    return int((time.monotonic() - started) * 1000)
