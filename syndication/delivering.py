"""Delivering: take the lines to outlets that are owed something, converse with all of them side by side, settle what ended.

A line is held by one worker at a time, so an outlet never has more requests at once than it takes. Each line has lanes of its
own, so an outlet that hangs holds up nobody else; and none may fill the room: outlets that fail share three quarters of it.
"""

import time
from collections import deque
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Event, Lock
from uuid import uuid4

import structlog
from django.conf import settings

from syndication import http
from syndication.answers import Answers, recover
from syndication.connectors import CONNECTORS
from syndication.connectors.base import Access, Connector, Receipt
from syndication.credentials import Unreadable
from syndication.errors import DeliveryError, NotTried, OutletGone, Permanent, Refused, Transient, Uncertain
from syndication.models import Outlet, Republication, claim_all, line
from syndication.production import objection
from syndication.rechecking import still_wanted
from syndication.settling import Ended, settle, settle_all
from syndication.turns import Turns

__all__ = ["Ended", "closing", "connector_for", "converse", "deliver_due", "settle", "settle_all"]

log = structlog.get_logger(__name__)

# Lanes at once in one round, and how many of them outlets may have that are failing.
LANES = 64
FAILING_LANES = 48
# A lane gives its place to another line after so many rows.
TURN = 10
# How many ends are settled in one transaction, at most, and how many seconds the first waits for others.
MOST = 500
TOGETHER = 0.03
# How many rows of one outlet are claimed ahead, and the share of the lease after which a send may not begin any more. It begins
# with one for each lane and doubles: what a worker had claimed when it was killed waits until the lease ends.
AHEAD = 50
STALE_SHARE = 0.25
# So many failures in a row, and the rest of what was claimed goes back untried: the breaker decides.
PATIENCE = line.OPENS_AFTER
# Set when the worker is asked to stop: what is under way ends, nothing more is claimed.
closing = Event()
# All lanes of this process, whichever round they walk for.
SPEAKING = Turns()


def deliver_due(seconds: float = 60.0) -> int:
    """Deliver what is due until nothing is, or `seconds` are over. Returns how many conversations were settled."""
    recover()
    with Answers() as answers, ThreadPoolExecutor(max_workers=LANES, thread_name_prefix="lane") as pool:
        return _Round(pool, answers, time.monotonic() + seconds).run()


@dataclass
class _Line:
    """One outlet in this round: what is claimed for it and not begun, and how many of its lanes walk."""

    outlet: Outlet
    rows: deque[Republication] = field(default_factory=deque)
    lanes: int = 0
    open: int = 0
    failures: int = 0
    ahead: int = 1
    # The rest goes back untried: the outlet asked for a pause, refuses us, or fails again and again.
    stopped: bool = False
    last_turn: int = 0
    lock: Lock = field(default_factory=Lock)

    @property
    def failing(self) -> bool:
        return self.failures > 0 or self.outlet.failures > 0

    @property
    def width(self) -> int:
        """How many lanes it may have. One, where its breaker is half open: a single probe."""
        return 1 if self.outlet.trips else max(self.outlet.max_in_flight, 1)

    @property
    def room(self) -> int:
        """How many more rows are worth claiming: none while there is enough to do."""
        if self.outlet.trips:
            return 1 - self.open
        return min(max(self.ahead, self.width), AHEAD) if len(self.rows) < self.width else 0

    @property
    def wants_lane(self) -> bool:
        """Whether there are rows that no lane takes."""
        return self.lanes < min(self.width, self.lanes + len(self.rows))

    def heard(self, error: DeliveryError | None) -> None:
        """Learn from one end, in the lane that met it, before the next row is begun."""
        if error is None:
            self.failures = 0
        elif not isinstance(error, NotTried):
            self.failures += isinstance(error, Transient | Uncertain)
            closed = isinstance(error, Refused | OutletGone) or bool(error.retry_after)
            self.stopped = self.stopped or closed or self.failures >= PATIENCE
        else:
            self.ahead = 1


class _Round:
    """One call of `deliver_due`: takes lines, claims their rows, walks their lanes, settles what ended, gives the lines back."""

    def __init__(self, pool: ThreadPoolExecutor, answers: Answers, until: float):
        self.pool, self.answers, self.until = pool, answers, until
        self.token = uuid4()
        self.test_only = bool(objection())
        self.lines: dict[int, _Line] = {}
        self.ends: SimpleQueue[Ended] = SimpleQueue()
        self.held_at = time.monotonic()
        self.turn = 0
        # Some line waits for a lane: the others give theirs back in turn.
        self.crowded = Event()

    def run(self) -> int:
        """Go round until nothing is due and nothing under way."""
        settled = 0
        try:
            while True:
                if self._may_claim():
                    self._take()
                    self._claim()
                self._leave_dry()
                if not self.lines:
                    # Looked for once more after the last line was given back: what came meanwhile found it taken.
                    if not self._may_claim() or not self._take():
                        return settled
                    continue
                self._walk()
                ended = self._gather()
                settle_all(ended)
                settled += len(ended)
                self._forget(ended)
                self._hold()
        finally:
            line.leave(self.token, list(self.lines))

    def _may_claim(self) -> bool:
        return time.monotonic() < self.until and not closing.is_set()

    def _take(self) -> bool:
        free = LANES - sum(max(line.lanes, 1) for line in self.lines.values())
        taken = line.take(self.token, free, test_only=self.test_only) if free > 0 else []
        for outlet in taken:
            # A line that was lost while something was said over it is ours again: what is under way is still to be settled.
            own = self.lines.setdefault(outlet.pk, _Line(outlet))
            own.outlet, own.stopped = outlet, False
        return bool(taken)

    def _claim(self) -> None:
        """Claim for each line that runs dry, with the outlet read anew: an editor may have changed its terms, or suspended it."""
        needy = [pk for pk, line in self.lines.items() if line.room > 0 and not line.stopped]
        if not needy:
            return
        recover()
        fresh = {outlet.pk: outlet for outlet in line.open_lines(self.test_only).filter(pk__in=needy, lease_token=self.token)}
        for pk in needy:
            if pk in fresh:
                self.lines[pk].outlet = fresh[pk]
            else:
                self.lines[pk].stopped = True
        rooms = {own.outlet: own.room for pk in fresh if (own := self.lines[pk]).room > 0}
        for own in rooms:
            self.lines[own.pk].ahead = min(rooms[own] * 2, AHEAD)
        claimed_at = time.monotonic()
        for row in still_wanted(claim_all(rooms)) if rooms else []:
            row.claimed_at = claimed_at
            own = self.lines[row.outlet_id]
            own.open += 1
            own.rows.append(row)

    def _walk(self) -> None:
        """Start lanes where there are rows, first where it was longest ago, as long as there is room."""
        wanting = [own for own in self.lines.values() if own.wants_lane]
        while wanting:
            wanting.sort(key=lambda own: own.last_turn)
            for own in wanting:
                if own.wants_lane and self._has_room(own):
                    self._start(own)
            left = [own for own in wanting if own.wants_lane and self._has_room(own)]
            if not left:
                break
            wanting = left
        self.crowded.set() if any(own.wants_lane for own in wanting) else self.crowded.clear()

    def _start(self, own: _Line) -> None:
        self.turn += 1
        own.last_turn = self.turn
        with own.lock:
            own.lanes += 1
        self.pool.submit(_lane, own, self.ends, self.crowded, self.answers)

    def _has_room(self, own: _Line) -> bool:
        lines = list(self.lines.values())
        walking = sum(line.lanes for line in lines)
        failing = sum(line.lanes for line in lines if line.failing)
        return walking < LANES and not (own.failing and failing >= FAILING_LANES)

    def _gather(self) -> list[Ended]:
        """What has ended: waits a while for the first, and a moment for others to be settled along with it."""
        ended: list[Ended] = []
        until = time.monotonic() + (TOGETHER if self.crowded.is_set() else 0.25)
        while len(ended) < MOST:
            try:
                ended.append(self.ends.get(timeout=max(until - time.monotonic(), 0)))
            except Empty:
                break
            if len(ended) == 1:
                until = time.monotonic() + TOGETHER
        return ended

    def _forget(self, ended: Iterable[Ended]) -> None:
        for one in ended:
            self.lines[one.row.outlet_id].open -= 1

    def _hold(self) -> None:
        """Hold the lines for longer, well before the time is over; of a line that was lost nothing more is claimed."""
        if time.monotonic() - self.held_at < settings.SYNDICATION_LEASE_SECONDS * line.LINE_SHARE / 4:
            return
        self.held_at = time.monotonic()
        ours = line.hold(self.token, list(self.lines))
        for pk, own in self.lines.items():
            own.stopped = own.stopped or pk not in ours

    def _leave_dry(self) -> None:
        dry = [pk for pk, own in self.lines.items() if not own.open]
        line.leave(self.token, dry)
        for pk in dry:
            del self.lines[pk]


def _lane(own: _Line, ends: "SimpleQueue[Ended]", crowded: Event, answers: Answers) -> None:
    """Walk rows of one line until none is left, or its turn is over. Threads touch no database."""
    walked = 0
    while True:
        with own.lock:
            if not own.rows or (walked >= TURN and crowded.is_set()):
                own.lanes -= 1
                return
            row = own.rows.popleft()
        with SPEAKING.one(row.outlet_id):
            ended = _speak(own, row)
            answers.note(ended)
        own.heard(ended.error)
        ends.put(ended)
        walked += 1


def _speak(own: _Line, row: Republication) -> Ended:
    """One conversation of a line, unless it must not begin any more."""
    stale = time.monotonic() - row.claimed_at > settings.SYNDICATION_LEASE_SECONDS * STALE_SHARE
    return speak(row, held_back=own.stopped or stale)


def speak(row: Republication, *, held_back: bool = False) -> Ended:
    """One conversation, whatever comes of it; in a thread, without the database."""
    started = time.monotonic()
    receipt: Receipt | None = None
    error: DeliveryError | None = None
    with http.recorded() as wire, structlog.contextvars.bound_contextvars(**row.names):
        try:
            if held_back:
                raise NotTried("The outlet was busy with earlier pieces or does not answer; this one waits for the next round.")
            receipt = converse(connector_for(row.outlet), row)
        except DeliveryError as problem:
            error = problem
        except Unreadable as problem:
            error = Refused(str(problem))
        except Exception as problem:
            # A fault of ours, after bytes may have left: the row must not hang until its lease ends.
            log.exception("connector failed")
            error = Uncertain(
                "Our connector failed. The log has the details; we look before we send again.", detail=type(problem).__name__
            )
    return Ended(row, receipt, error, duration_ms=int((time.monotonic() - started) * 1000), wire=wire)


def connector_for(outlet: Outlet) -> Connector:
    """The connector that speaks with this outlet."""
    access = Access(outlet.name, outlet.endpoint, outlet.contract, lambda: outlet.secret, outlet.account)
    return CONNECTORS[outlet.kind](access)


def converse(connector: Connector, row: Republication) -> Receipt:
    """Say what `row` wants said. Where we are not sure what is there, the outlet is asked first, unless repeating is harmless.

    What it finds counts more than our receipt: a late worker may have taken that copy down, and created another.
    """
    story, receipt = row.story, row.receipt
    found = _found(connector, row) if row.uncertain and not connector.idempotent else None
    strange = found if found and receipt and found.id != receipt.id else None
    if row.operation == Republication.WITHDRAW:
        if strange:
            _take_down(connector, row, strange)
        return _take_down(connector, row, receipt or found or Receipt())
    # Of a copy that we know the receipt remembers more.
    receipt = strange or receipt or found
    if receipt is None:
        return connector.publish(story, row.key)
    if news := row.news:
        return connector.correct(story, receipt, row.key, news)
    return connector.update(story, receipt, row.key)


def _take_down(connector: Connector, row: Republication, receipt: Receipt) -> Receipt:
    if row.kill is not None:
        return connector.kill(row.story, receipt, row.key, row.kill.reason)
    return connector.withdraw(row.story, receipt, row.key)


def _found(connector: Connector, row: Republication) -> Receipt | None:
    try:
        return connector.find(row.story)
    except Permanent:
        # An outlet that cannot be asked can still be told of what we have a receipt for.
        if row.receipt is None:
            raise
        return None
