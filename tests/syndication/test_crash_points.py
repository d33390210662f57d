"""A process dies at each commit and at each step of a conversation, from Publish to settled: the next one brings all to its end.

The points are found, not listed: a run dies at the first it meets, the next at the second, until one meets none any more.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from queue import Queue
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.functions import Now

from home.models import ArticlePage
from syndication import doorbell
from syndication.connectors import CONNECTORS
from syndication.delivering import deliver_due
from syndication.http import wire
from syndication.http.policy import opened
from syndication.models import Delivery, Outlet, Republication
from syndication.planning import reconcile
from tests import factories as make
from tests.chaos.posts import Posts
from tests.chaos.receiver import Partner

pytestmark = pytest.mark.django_db(transaction=True)

WRITES = {"INSERT", "UPDATE", "DELETE"}
MANY_POINTS = 12


class Killed(BaseException):
    """The process is no more: nothing of ours catches this."""


class Fate:
    """Counts the points that one process meets and kills it at the chosen one. The dead write, send and say nothing."""

    def __init__(self) -> None:
        self.begin(at=0)

    def begin(self, at: int) -> None:
        """A new process, that dies at its point number `at`; 0 lets it live."""
        self.at, self.met, self.dead = at, list[str](), False

    def point(self, name: str) -> None:
        """Here a process can die."""
        if self.dead:
            raise Killed
        self.met.append(name)
        if len(self.met) == self.at:
            self.dead = True
            raise Killed(name)

    def statement(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        """Around each statement: one that writes outside a transaction is its own commit."""
        if self.dead:
            raise Killed
        commits = not connection.in_atomic_block and sql.split(maxsplit=1)[0] in WRITES
        if commits:
            self.point("before a statement commits")
        result = execute(sql, params, many, context)
        if commits:
            self.point("after a statement committed")
        return result


@pytest.fixture
def partner(settings: Any) -> Iterator[tuple[Partner, str]]:
    """The partner with its two kinds of outlet, and its address."""
    partner, ready, over = Partner(0.0, 1), Queue[Any](), asyncio.Event()

    async def serve() -> None:
        async with await asyncio.start_server(partner.serve, "127.0.0.1", 0) as server:
            ready.put((asyncio.get_running_loop(), server.sockets[0].getsockname()[1]))
            await over.wait()
            # Until the other ends of kept connections are closed.
            await asyncio.sleep(0.1)

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    loop, port = ready.get(timeout=10)
    settings.SYNDICATION_ALLOWED_PORTS = [port]
    yield partner, f"http://127.0.0.1:{port}"
    hang_up()
    loop.call_soon_threadsafe(over.set)
    thread.join()


@pytest.fixture
def fate(monkeypatch: pytest.MonkeyPatch, partner: tuple[Partner, str]) -> Fate:
    """The points: commits, the bell, and each step of a conversation."""
    fate, there = Fate(), partner[0]
    commit, dial, request, answer = BaseDatabaseWrapper.commit, wire.Call.dial, wire._Line.request, wire._Line.getresponse

    def committing(self: Any) -> None:
        try:
            fate.point("before a commit")
        except Killed:
            self._rollback()
            raise
        commit(self)
        fate.point("after a commit")

    def dialling(self: Any, *words: Any) -> Any:
        fate.point("before the call")
        return dial(self, *words)

    def requesting(self: Any, *words: Any, **more: Any) -> None:
        fate.point("before the first byte")
        heard = there.counts["requests"]
        request(self, *words, **more)
        _until(lambda: there.counts["requests"] > heard and not any(there.open.values()))
        fate.point("after the last byte")

    def answered(self: Any) -> Any:
        told = answer(self)
        fate.point("after the answer")
        return told

    monkeypatch.setattr(BaseDatabaseWrapper, "commit", committing)
    monkeypatch.setattr(wire.Call, "dial", dialling)
    monkeypatch.setattr(wire._Line, "request", requesting)
    monkeypatch.setattr(wire._Line, "getresponse", answered)
    monkeypatch.setattr(doorbell._Ring, "__call__", lambda self: fate.point("at the bell"))
    monkeypatch.setitem(CONNECTORS, Posts.kind, Posts)
    return fate


def hang_up() -> None:
    """Close the connections that this process keeps: a new process has none."""
    wire.connections(opened()).clear()


def _until(true: Callable[[], bool]) -> None:
    """Wait until the partner has done its part: only then is a death after the last byte what it says."""
    ends = time.monotonic() + 5
    while not true() and time.monotonic() < ends:
        time.sleep(0.002)


@dataclass(frozen=True)
class Change:
    """What an editor does to a piece that its outlet holds, or has not heard of."""

    known: bool
    act: Callable[[ArticlePage], None]
    done: Callable[[ArticlePage], bool]
    headlines: tuple[str, ...]


CHANGES = {
    "publish": Change(False, lambda page: make.publish(page.get_latest_revision_as_object()), lambda page: page.live, ("One",)),
    "edit": Change(True, lambda page: make.edit(page, title="Two"), lambda page: page.title == "Two", ("Two",)),
    "take offline": Change(True, lambda page: page.unpublish(), lambda page: not page.live, ()),
}


def request_and_worker(page: ArticlePage, change: Change) -> None:
    """An editor's request, one transaction as in production, and the worker that it rings for."""
    with transaction.atomic():
        change.act(ArticlePage.objects.get(pk=page.pk))
    deliver_due(seconds=20)


def die(fate: Fate, at: int, act: Callable[[], None]) -> list[str]:
    """Let a process do `act` and die at its point number `at`; returns the points that it met."""
    hang_up()
    fate.begin(at)
    try:
        with connection.execute_wrapper(fate.statement):
            act()
    except Killed:
        pass
    finally:
        met = fate.met
        connection.close()
        fate.begin(at=0)
    return met


def the_next_process(page: ArticlePage, change: Change) -> None:
    """The editor who saw an error does it again; leases end, waits are over, and beat rings."""
    if not change.done(ArticlePage.objects.get(pk=page.pk)):
        request_and_worker(page, change)
    reconcile()
    for _ in range(4):
        over = Now() - timedelta(seconds=1)
        Republication.objects.filter(lease_until__isnull=False).update(lease_until=over)
        Outlet.objects.update(lease_until=over, not_before=None)
        Republication.objects.filter(due_at__isnull=False).update(due_at=Now())
        deliver_due(seconds=20)


def judge(page: ArticlePage, change: Change, kind: str, there: Partner) -> None:
    """All is as if nobody had died: the rows rest, and the outlet heard of the change once and has what is wanted, once."""
    row = Republication.objects.get(uid=page.uid)
    rests = Republication.State.DELIVERED if change.headlines else Republication.State.WITHDRAWN
    assert (row.state, row.due_at, row.lease_token, row.uncertain) == (rests, None, None, False)
    assert row.held_id == (row.wanted_id if change.headlines else None)
    assert not Delivery.objects.filter(outcome=Delivery.Outcome.OPEN).exists()
    copies = there.hooks["there"] if kind == "hook" else there.posts["there"]
    assert tuple(copy["headline"] for copy in copies.values()) == change.headlines
    assert (there.counts["duplicate posts"], there.counts["older after newer"]) == (0, 0)
    if kind == "hook":
        assert len(there.arrivals) == 1 + change.known, "what knows keys takes each wish once"


@pytest.mark.parametrize("kind", ["hook", "posts"])
@pytest.mark.parametrize("name", CHANGES)
def test_whenever_a_process_dies_the_next_brings_all_to_its_end(name: str, kind: str, fate: Fate, partner: Any) -> None:
    (there, address), change = partner, CHANGES[name]
    make.outlet("There", kind="webhook" if kind == "hook" else "posts", endpoint=f"{address}/{kind}/there")
    points: list[str] = []
    at = 0
    while at <= len(points):
        at += 1
        there.forget()
        page = make.original("One", live=change.known)
        deliver_due()
        met = die(fate, at, partial(request_and_worker, page, change))
        points = met if len(met) >= at else points
        the_next_process(page, change)
        try:
            judge(page, change, kind, there)
        except AssertionError as problem:
            raise AssertionError(
                f"A process died {points[at - 1] if at <= len(points) else 'nowhere'} (point {at})."
            ) from problem
    assert len(points) >= MANY_POINTS, points
