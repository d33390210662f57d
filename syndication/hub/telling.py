"""Telling: a worker asks callbacks whether they meant it, and brings subscribers what is new in their topics.

Level-triggered, as all of the engine: a topic's entity tag now is compared with the one that each subscriber took last, and
what differs is due. So a lost hint, a repeated one and ten quick edits are one case, and an old version overtakes no newer
one: the content is read when the row is leased, and one worker at a time holds it.
"""

from collections import Counter
from collections.abc import Callable, Collection
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import timedelta
from functools import partial

import structlog
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from syndication import production
from syndication.auditing import audit
from syndication.credentials import Secret, Unreadable
from syndication.delivering import closing
from syndication.hub.speaking import GONE, LATER, NO, YES, Answer, confirm, deny, push
from syndication.hub.topics import Content, NoTopic, look, own_hub, read
from syndication.models import Pull, Republication, Subscription
from syndication.models.subscription import QUESTIONS
from syndication.pulling import taken

log = structlog.get_logger(__name__)

ROUNDS = 20
# Conversations side by side; how many of them with one host, and with callbacks that failed last time: so that neither a slow
# subscriber nor a hundred of them keep the others waiting.
LANES, PER_HOST, FAILING = 16, 4, 8
# Requests that nobody confirmed are kept so long, for whoever wonders.
KEPT_UNCONFIRMED = timedelta(days=1)
State = Subscription.State

Job = Callable[[], Answer]


def run_hub() -> int:
    """Ask, tell and end what is due. Returns how many conversations ended. A copy of the site says nothing to anybody."""
    if not own_hub() or production.objection():
        return 0
    done = 0
    for _round in range(ROUNDS):
        _forget()
        _mark()
        ended = _Round().run()
        done += ended
        if not ended or closing.is_set():
            break
    return done


def _forget() -> None:
    """Leases that are over, and requests that nobody confirmed."""
    over = Q(state=State.ACTIVE, ends_at__lte=Now())
    unconfirmed = Q(state=State.ASKED, due_at=None, asked_at__lte=Now() - KEPT_UNCONFIRMED)
    Subscription.objects.filter(over | unconfirmed, Q(lease_until=None) | Q(lease_until__lt=Now())).delete()


def _mark() -> None:
    """Make due whoever has not what their topic says now; end what has no topic any more."""
    active = Subscription.objects.in_force()
    for shown in list(active.order_by("topic").values_list("topic", flat=True).distinct()):
        rows = active.filter(topic=shown)
        try:
            tag = look(rows[0].address, set(rows.exclude(delivered="").values_list("delivered", flat=True).distinct()[:50]))
        except NoTopic:
            for row in rows:
                row.deny()
        except Exception:
            log.exception("topic cannot be read", topic=shown)
        else:
            rows.filter(due_at=None, state=State.ACTIVE).exclude(delivered=tag).update(due_at=Now(), attempts=0)


class _Round:
    """Conversations with all that are due, side by side, each settled as soon as it ends."""

    def __init__(self) -> None:
        self.running: dict[Future[Answer], tuple[Subscription, Content | None]] = {}
        self.read: dict[str, Content] = {}
        self.done = 0

    def run(self) -> int:
        """Until nothing is due. Returns how many ended."""
        with ThreadPoolExecutor(max_workers=LANES, thread_name_prefix="hub") as pool:
            while True:
                self._fill(pool)
                if not self.running:
                    return self.done
                # Not for ever: what becomes due meanwhile need not wait for the slowest.
                for future in wait(self.running, timeout=1, return_when=FIRST_COMPLETED).done:
                    self._settle(*self.running.pop(future), future)

    def _fill(self, pool: ThreadPoolExecutor) -> None:
        while len(self.running) < LANES and not closing.is_set():
            row = _take([row for row, _content in self.running.values()])
            if row is None:
                return
            self.done += 1
            try:
                prepared = self._prepare(row)
            except Unreadable as problem:
                row.postpone(str(problem))
            except Exception:
                log.exception("subscription failed", subscription=row.pk, topic=row.topic)
                row.postpone(_("Something failed on our side. The log has the details; we try again."))
            else:
                if prepared:
                    self.running[pool.submit(prepared[0])] = (row, prepared[1])

    def _prepare(self, row: Subscription) -> tuple[Job, Content | None] | None:
        """What is to be said, and the content that goes with it; None where there is nothing to say any more."""
        topic = row.address
        if row.state == State.DENIED:
            return partial(deny, row.callback, topic, _("There is no such feed any more, or it was closed to you.")), None
        if row.state == State.LEAVING:
            return partial(confirm, row.callback, "unsubscribe", topic), None
        try:
            if row.state == State.ASKED:
                look(topic, [row.delivered])
                return partial(confirm, row.callback, "subscribe", topic, row.asked_seconds), None
            content = self.read[row.topic] = read(topic, self.read.get(row.topic))
        except NoTopic:
            row.deny()
            return None
        if not row.is_in_force or row.delivered == content.tag:
            row.rest()
            return None
        # In clear only here, and never where a log or a traceback could show it.
        secret: Secret = row.secret
        return partial(push, row.callback, topic, content.body, content.content_type, secret), content

    def _settle(self, row: Subscription, content: Content | None, future: Future[Answer]) -> None:
        try:
            answer = future.result()
        except Exception:
            log.exception("subscription failed", subscription=row.pk, topic=row.topic)
            answer = Answer(LATER, _("Something failed on our side. The log has the details; we try again."))
        if content:
            _told(row, content, answer)
        elif row.state == State.DENIED:
            _denied(row, answer)
        else:
            _answered(row, answer)


def _take(running: Collection[Subscription]) -> Subscription | None:
    """The next row that is due and whose host has room."""
    rows = Subscription.objects.all()
    full = [host for host, count in Counter(row.host for row in running).items() if count >= PER_HOST]
    if full:
        rows = rows.exclude(host__in=full)
    if sum(1 for row in running if row.failing_since) >= FAILING:
        rows = rows.filter(failing_since=None)
    return next(iter(rows.lease(1)), None)


def _answered(row: Subscription, answer: Answer) -> None:
    """The callback was asked whether it meant it."""
    log.info("subscription asked", topic=row.topic, host=row.host, mode=row.state, answer=answer.meaning)
    if answer.meaning == LATER and row.attempts < QUESTIONS:
        row.postpone(answer.sentence, answer.wait)
    elif answer.meaning != YES:
        row.unconfirmed(answer.sentence)
    elif row.state == State.LEAVING:
        row.end()
    else:
        row.confirmed()


def _denied(row: Subscription, answer: Answer) -> None:
    if answer.meaning == LATER and row.attempts < QUESTIONS:
        row.postpone(answer.sentence, answer.wait)
    else:
        row.end()


def _told(row: Subscription, content: Content, answer: Answer) -> None:
    """The content was sent; what an outlet was given with it is written down as what it pulled."""
    log.info("subscriber told", topic=row.topic, host=row.host, answer=answer.meaning)
    if answer.meaning == GONE:
        row.end()
    elif answer.meaning in (LATER, NO):
        row.postpone(answer.sentence, answer.wait)
    elif row.told(content.tag) and row.outlet_id:
        taken(content.rows)
        given = [one for one in content.rows if one.operation == Republication.PUBLISH]
        audit(content.request, Pull.Surface.HUB, 200, outlet=row.outlet, rows=given)
