"""Settling: write down how conversations ended, for the republications, their Deliveries, the lines and whoever must know.

Many at once in one transaction; one is the special case.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError, transaction

from syndication import http
from syndication.connectors import CONNECTORS
from syndication.credentials import Unreadable
from syndication.errors import ByHand, DeliveryError, NotTried, Offered, OutletGone, Permanent, Refused, Transient, Uncertain
from syndication.models import Delivery, Notice, Outlet, Republication, Told, Verification, line
from syndication.models.bulk import write_each
from syndication.noticing import mended_all, notice
from syndication.receipt import Receipt

log = structlog.get_logger(__name__)

DETAIL_LIMIT = 2000


@dataclass
class Ended:
    """How one conversation ended: with a receipt, or with an error."""

    row: Republication
    receipt: Receipt | None = None
    error: DeliveryError | None = None
    duration_ms: int = 0
    wire: Sequence[str] = field(default=(), repr=False)
    # Whether our lease still held when it was settled; written by `settle_all`.
    held: bool = field(default=False, init=False)

    @property
    def outcome(self) -> str:
        """As the log of deliveries calls it."""
        return str(Delivery.Outcome(self.error.outcome) if self.error else Delivery.Outcome.ACCEPTED)


def settle(ended: Ended) -> None:
    """Write down how one conversation ended."""
    settle_all([ended])


def settle_all(ends: Sequence[Ended]) -> None:
    """Write down how these conversations ended, together; one that cannot be written keeps no other from it."""
    if not ends:
        return
    try:
        with transaction.atomic():
            _settle(ends)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        if len(ends) == 1:
            # Its lease ends, its delivery becomes `lost`, and the next taker looks before it sends.
            log.exception("not settled", **ends[0].row.names)
            return
        for one in ends:
            settle_all([one])
        return
    for one in ends:
        _tell(one)


def _settle(ends: Sequence[Ended]) -> None:
    _settle_rows(ends)
    _log_deliveries(ends)
    _tell_kills(ends)
    accepted = [one for one in ends if one.error is None and one.held]
    Verification.objects.look_all(
        {one.row: one.receipt.url for one in accepted if one.receipt and one.receipt.url and _copies(one)}
    )
    mended_all([f"republication:{one.row.pk}" for one in accepted], Notice.Kind.DEAD)
    by_outlet: dict[Outlet, list[Ended]] = defaultdict(list)
    for one in ends:
        by_outlet[one.row.outlet].append(one)
    _settle_lines(by_outlet)


def _copies(one: Ended) -> bool:
    """Whether a copy stands there, which owes us something; what only announces the piece owes nothing and is not looked at."""
    connector = CONNECTORS.get(one.row.outlet.kind)
    return connector is None or not connector.announces


def _settle_rows(ends: Sequence[Ended]) -> None:
    """What was accepted, and is still held and wanted, together; every other end by itself."""
    # Locked in one order, as everybody does who holds several rows at once: or two could wait for each other.
    rows = Republication.objects.filter(pk__in=[one.row.pk for one in ends]).select_for_update().order_by("pk")
    stand = {pk: (token, key) for pk, token, key in rows.values_list("pk", "lease_token", "key")}
    plain, others = {}, []
    for one in ends:
        row = one.row
        if one.error is None and stand.get(row.pk) == (row.lease_token, row.key) and row not in plain:
            plain[row] = one.receipt or Receipt()
            one.held = True
        else:
            others.append(one)
    Republication.objects.accept_all(plain)
    # Afterwards: a late finisher of the same row makes it due again, and must not be overwritten by what was accepted before.
    for one in others:
        one.held = _settle_row(one)


def _settle_row(one: Ended) -> bool:
    """The end of one lease; False if another held the row by now."""
    row, error = one.row, one.error
    if error is None:
        return row.accept(one.receipt or Receipt())
    sentence, detail = error.sentence, http.redacted(error.detail, _secrets(row.outlet))
    if isinstance(error, NotTried):
        return row.release()
    if isinstance(error, ByHand):
        return row.hand_over(sentence)
    if isinstance(error, Offered):
        return row.offer()
    if row.kill_id:
        # Never given up, whatever they say: only an answer ends it, or a person.
        return row.postpone(sentence, detail, uncertain=isinstance(error, Uncertain))
    if isinstance(error, Refused | OutletGone):
        # The piece is not at fault: it goes out when the outlet is mended.
        return row.release(sentence, detail)
    if isinstance(error, Permanent):
        return _dead(row, row.give_up(sentence, detail), sentence)
    held = row.postpone(sentence, detail, uncertain=isinstance(error, Uncertain), wait=error.retry_after)
    return _dead(row, held, sentence) if row.exhausted else held


def _dead(row: Republication, held: bool, sentence: str) -> bool:
    if held:
        title = f"{row.wanted.headline} → {row.outlet.name}"
        notice(Notice.Kind.DEAD, f"republication:{row.pk}", sentence, title=title, outlet=row.outlet, uid=row.uid)
    return held


def _tell_kills(ends: Iterable[Ended]) -> None:
    """The record of a kill keeps each try and its answer, longer than the log of deliveries does."""
    for one in ends:
        if one.row.kill_id and not isinstance(one.error, NotTried):
            sentence, status = (one.error.sentence, one.error.status) if one.error else ("", None)
            Told.objects.hear(one.row, one.outcome, sentence, status)


def _log_deliveries(ends: Iterable[Ended]) -> None:
    """The rows were committed before the first byte left; here they get their ends."""
    secrets = {outlet: _secrets(outlet) for outlet in {one.row.outlet for one in ends}}
    write_each(Delivery, [(one.row.delivery_id, _facts(one, secrets[one.row.outlet])) for one in ends])


def _facts(one: Ended, secrets: Collection[str]) -> dict[str, Any]:
    error = one.error or DeliveryError("")
    return {
        "outcome": one.outcome,
        "late": not one.held,
        "duration_ms": one.duration_ms,
        "status": error.status,
        "sentence": error.sentence,
        "detail": http.redacted(error.detail, secrets)[:DETAIL_LIMIT],
        "wire": [http.redacted(text, secrets) for text in one.wire],
    }


def _settle_lines(by_outlet: dict[Outlet, list[Ended]]) -> None:
    """What these ends say of their outlets, in their order: pauses, the breaker, and states in which a person must act."""
    good: list[Outlet] = []
    for outlet, ends in by_outlet.items():
        spoken = [one.error for one in ends if not isinstance(one.error, NotTried)]
        if not spoken:
            continue
        trailing = 0
        while trailing < len(spoken) and isinstance(spoken[-1 - trailing], Transient | Uncertain):
            trailing += 1
        answered = any(
            error is None or isinstance(error, ByHand | Offered | Permanent) for error in spoken[: len(spoken) - trailing]
        )
        paused = any(error is not None and error.retry_after for error in spoken)
        if not trailing and spoken[-1] is None and not paused:
            good.append(outlet)
        elif trailing and line.failed(outlet, trailing, answered):
            sentence = f"{outlet.name} does not answer: {spoken[-1].sentence} We try again by ourselves, more and more rarely."  # type: ignore[union-attr]
            notice(Notice.Kind.BREAKER, f"outlet:{outlet.pk}", sentence, title=outlet.name, outlet=outlet)
        for error in spoken:
            _heed(outlet, error)
    line.heard([outlet.pk for outlet in good])
    mended_all([f"outlet:{outlet.pk}" for outlet in good if outlet.trips], Notice.Kind.BREAKER)


def _heed(outlet: Outlet, error: DeliveryError | None) -> None:
    """What one error asks for the whole outlet."""
    if isinstance(error, Refused | OutletGone):
        state = Outlet.State.GONE if isinstance(error, OutletGone) else Outlet.State.HELD
        sentence = f"{outlet.name}: {error.sentence}"
        if line.stop(outlet, state, error.sentence):
            notice(Notice.Kind.HELD, f"outlet:{outlet.pk}", sentence, title=outlet.name, outlet=outlet)
    elif error is not None and error.retry_after:
        line.pause(outlet, error.retry_after)


def _secrets(outlet: Outlet) -> list[str]:
    """What an outlet's answer may echo of what we sent, and nobody shall read."""
    told = http.secrets_in(outlet.endpoint)
    try:
        return [*outlet.secret.all, *told]
    except Unreadable:
        return told


def _tell(one: Ended) -> None:
    log.info(
        "delivery ended",
        **one.row.names,
        outcome=one.outcome,
        version=one.row.wanted.version,
        operation=one.row.operation,
        late=not one.held,
        milliseconds=one.duration_ms,
    )
