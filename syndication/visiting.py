"""Visiting: looks at pages abroad, as a guest who says who they are, asks before entering, and does not outstay.

What a look may cost is bounded whatever the other side does: `LOOK_SECONDS` for all of it, robots.txt and redirects included,
and `PAGE_BYTES` of a page, unpacked. Threads speak with the network; only the thread that called speaks with the database.
"""

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import structlog

from syndication import http
from syndication.errors import DeliveryError, Permanent, retry_after
from syndication.http import robots
from syndication.judge import Judgement
from syndication.keeping import Kept, condition, judges, keep, still_says
from syndication.markup import too_dense
from syndication.models import Host, Verification, host_key
from syndication.models.due import from_now
from syndication.models.host import FRESH, FRESH_WHEN_BROKEN

log = structlog.get_logger(__name__)

# So many pages at most are in hand at once: eight of the longest are 10 MB, and reading one takes as much again.
BATCH = 8
LOOK_SECONDS = 15.0
ROBOTS_SECONDS = 5.0
ROBOTS_REDIRECTS = 5  # RFC 9309 §2.3.1.2
PAGE_BYTES = 1_200_000
ACCEPT = {"Accept": "text/html, application/xhtml+xml, */*;q=0.5"}
OUR_FAULT = "Our verifier failed on this page. The log has the details; we look again by ourselves."
_SLOW_DOWN = frozenset({429, 503})
# Reading a page takes a multiple of its size for a moment, and only the processor: one at a time.
_reading = threading.Lock()


@dataclass(frozen=True)
class Visit:
    """How one visit ended: `answer` where something answered, else `problem`, the sentence that tells why nothing did.

    `unchanged` tells that the page is, as far as anybody can know, the very one that was judged before by the same terms: it
    said so (304: then the answer has no body) or its bytes and its headers did.
    """

    url: str
    answer: http.Response | None = field(default=None, repr=False)
    problem: str = ""
    unchanged: bool = False
    kept: Kept | None = field(default=None, repr=False)


def visit(url: str) -> Visit:
    """Fetch the page at `url`, once and at once; in a thread, without the database. Never raises for what the other side does."""
    try:
        return Visit(url, http.fetch(url, ACCEPT, deadline=LOOK_SECONDS, max_bytes=PAGE_BYTES, max_decoded=PAGE_BYTES))
    except DeliveryError as problem:
        return Visit(url, problem=problem.sentence)


Judge = Callable[[Verification, Visit], Judgement]


@dataclass
class _Journey:
    """One look on its way: where it goes next, until when, and what it may lean on."""

    row: Verification
    wish: str
    url: str
    ends: float
    heeds: bool
    kept: Kept | None
    hops: int = 0
    turns: dict[str, int] = field(default_factory=dict)  # the hosts whose turn is ours, and how often we asked each

    @property
    def left(self) -> float:
        return self.ends - time.monotonic()


@dataclass(frozen=True)
class _Ended:
    visit: Visit
    judgement: Judgement


@dataclass(frozen=True)
class _Rules:
    """What a host's robots.txt said: the rules for us, or why nobody may come in for now, and for how long that holds."""

    host: str
    rules: str = ""
    barred: str = ""
    fresh: timedelta = FRESH
    rest: float = 0.0


class Tour:
    """Looks at a batch of pages side by side. Use once.

    A row whose host has no turn for it now is given back untried; nobody waits. A turn is one request, or those that the
    redirects of one page make of its host, and it ends when they have ended: the next begins a pace later for each of them.
    Were it counted from when it was taken, a request that starts late would be met by the next one, which starts in time.
    """

    def __init__(self, rows: Sequence[Verification], judge: Judge, wish: Callable[[Verification], str]):
        self.judge = judge
        self.hosts: dict[str, Host] = {}
        self.waiting: dict[str, list[_Journey]] = {}
        self.flying: dict[Future[Any], _Journey] = {}
        self.ended: list[tuple[Verification, Visit, Judgement]] = []
        ends = time.monotonic() + LOOK_SECONDS
        self.journeys = [_journey(row, wish(row), ends) for row in rows]
        self._learn({host_key(journey.url) for journey in self.journeys} | {row.host for row in rows})

    def looks(self) -> Iterator[tuple[Verification, Visit, Judgement]]:
        """Each look as it ends."""
        with ThreadPoolExecutor(max_workers=BATCH, thread_name_prefix="look") as self.pool:
            for journey in self.journeys:
                self._begin(journey)
            while self.flying or self.ended:
                while self.ended:
                    yield self.ended.pop()
                if self.flying:
                    done, _others = wait(self.flying, return_when=FIRST_COMPLETED)
                    for future in done:
                        self._land(self.flying.pop(future), future.result())

    def _begin(self, journey: _Journey) -> None:
        # Where it was sent back from the last time: else others might always be there before it.
        if self._turn(journey, journey.row.host):
            self._go(journey)
        else:
            journey.row.put_off(journey.row.host)

    def _go(self, journey: _Journey) -> None:
        """Begin the next request of a look, if it may be made; else end it, or give it back."""
        name = host_key(journey.url)
        if journey.heeds and name:
            known = self._known(name)
            if not known.is_fresh:
                return self._ask(journey, name)
            if refusal := _refusal(known, journey.url):
                return self._end(journey, Visit(journey.url, problem=refusal))
        if not self._turn(journey, name):
            return self._give_back(journey, name)
        return self._fly(journey, name, _see, journey, self.judge)

    def _ask(self, journey: _Journey, name: str) -> None:
        """Read the robots.txt of a host; once for all who wait for it."""
        if name in self.waiting:
            self.waiting[name].append(journey)
        elif self._turn(journey, name):
            self.waiting[name] = [journey]
            self._fly(journey, name, _read_rules, name, journey)
        else:
            self._give_back(journey, name)

    def _fly(self, journey: _Journey, name: str, request: Callable[..., Any], *about: Any) -> None:
        if name:
            journey.turns[name] += 1
        self.flying[self.pool.submit(request, *about)] = journey

    def _land(self, journey: _Journey, found: Any) -> None:
        if isinstance(found, _Rules):
            self._leave(journey, found.host)
            self._keep_rules(found)
            for waiting in self.waiting.pop(found.host):
                # What was free when it came may have a pace now.
                waiting.turns.pop(found.host, None)
                self._go(waiting)
        elif isinstance(found, _Ended):
            self._leave(journey, *journey.turns)
            self._rest(found.visit.answer)
            self.ended.append((journey.row, found.visit, found.judgement))
        else:
            self._go(journey)

    def _end(self, journey: _Journey, seen: Visit) -> None:
        self._leave(journey, *journey.turns)
        self.ended.append((journey.row, seen, self.judge(journey.row, seen)))

    def _give_back(self, journey: _Journey, name: str) -> None:
        self._leave(journey, *journey.turns)
        journey.row.put_off(name)

    def _turn(self, journey: _Journey, name: str) -> bool:
        """Whether this look may ask this host now. No host at all is no one's: the door has its sentence for that."""
        if not name or name in journey.turns:
            return True
        host = self._known(name)
        free = Host.objects.take(name, host.seconds, LOOK_SECONDS) if host.seconds else not host.is_resting
        if free:
            journey.turns[name] = 0
        return free

    def _leave(self, journey: _Journey, *names: str) -> None:
        """End the turns of a look at these hosts."""
        for name in names:
            asked, pace = journey.turns.pop(name), self.hosts[name].seconds
            if pace:
                # After its time the turn may be another's, which is not ours to end.
                end = Host.objects.leave if journey.left > 0 else Host.objects.rest
                end(name, asked * pace)

    def _rest(self, answer: http.Response | None) -> None:
        if answer and answer.status in _SLOW_DOWN and (seconds := retry_after(answer.headers.get("retry-after"))):
            self._let_rest(host_key(answer.url), seconds)

    def _let_rest(self, name: str, seconds: float) -> None:
        Host.objects.rest(name, seconds)
        self._known(name).is_resting = True

    def _keep_rules(self, found: _Rules) -> None:
        pace = robots.delay(found.rules)
        facts = {"robots": found.rules, "barred": found.barred[:500], "pace": pace}
        Host.objects.filter(name=found.host).update(**facts, robots_until=from_now(found.fresh))
        before, now = self.hosts[found.host], Host(name=found.host, **facts)
        now.is_fresh, now.is_resting = True, before.is_resting
        self.hosts[found.host] = now
        # The turn that read it ended before anybody knew how long a pace is here.
        if (wait_for := max(found.rest, pace if now.seconds > before.seconds else 0.0)) > 0:
            self._let_rest(found.host, wait_for)

    def _known(self, name: str) -> Host:
        if name not in self.hosts:
            self._learn({name})
        return self.hosts[name]

    def _learn(self, names: set[str]) -> None:
        names.discard("")
        found = {host.name: host for host in Host.objects.known_now().filter(name__in=names)}
        if new := names - set(found):
            Host.objects.bulk_create([Host(name=name) for name in sorted(new)], ignore_conflicts=True)
        self.hosts |= {name: found.get(name) or Host(name=name) for name in names}


def _journey(row: Verification, wish: str, ends: float) -> _Journey:
    outlet = row.republication.outlet if row.republication else None
    heeds = outlet is None or outlet.heeds_robots
    return _Journey(row, wish, row.url, ends, heeds, condition(row.kept, wish))


def _see(journey: _Journey, judge: Judge) -> _Ended | None:
    """One request for the page, in a thread; None if the look goes on from there."""
    try:
        seen = _request(journey)
        if seen is None:
            return None
        with _reading:
            seen = _readable(seen)
            return _Ended(_light(seen), judge(journey.row, seen))
    except Exception:
        log.exception("look failed", url=journey.url)
        seen = Visit(journey.row.url, problem=OUR_FAULT)
        return _Ended(seen, Judgement("unreachable", OUR_FAULT))


def _light(seen: Visit) -> Visit:
    """The visit without the page itself, which nobody reads once it is judged: seven others may still be on their way."""
    return replace(seen, answer=replace(seen.answer, body=b"")) if seen.answer else seen


def _readable(seen: Visit) -> Visit:
    """The visit, or what to say of a page that is not for reading."""
    answer = seen.answer
    if answer is None or seen.unchanged or not too_dense(answer.body, answer.headers.get("content-type", "")):
        return seen
    sentence = (
        f"We could not see the copy: the page at {http.host_of(answer.url)} is made of more tags or attributes than our verifier "
        "reads. Ask the desk to look what fills it."
    )
    return Visit(seen.url, problem=sentence)


def _request(journey: _Journey) -> Visit | None:
    kept = journey.kept if journey.kept and journey.kept["url"] == journey.url else None
    asked = {**ACCEPT, **(kept["asks"] if kept else {})}
    try:
        limits = {"deadline": journey.left, "max_bytes": PAGE_BYTES, "max_decoded": PAGE_BYTES}
        answer = http.send("GET", journey.url, b"", asked, **limits)  # type: ignore[arg-type]
        target = http.onward(answer)
        if target and journey.hops == http.REDIRECTS_FOLLOWED:
            raise http.wandering(answer)
    except DeliveryError as problem:
        return Visit(journey.row.url, problem=problem.sentence)
    if target:
        journey.url, journey.hops = target, journey.hops + 1
        return None
    if answer.status == 304 and kept and not still_says(kept, answer):
        # It confirms the page, but says other things of it: only the whole tells what it is worth.
        journey.kept = None
        return None
    fresh = keep(answer, journey.wish)
    same = bool(kept) and (answer.status == 304 or (fresh is not None and fresh["digest"] == kept["digest"]))  # type: ignore[index]
    return Visit(journey.row.url, answer, unchanged=same, kept=kept if same else fresh)


def _refusal(known: Host, url: str) -> str:
    """Why the host's robots.txt keeps us from `url`; "" if it does not."""
    if known.barred:
        return known.barred
    if robots.allows(known.robots, url):
        return ""
    return (
        f"We could not see the copy: the robots.txt of {known.name} asks our verifier to stay away. Ask the desk to add these "
        f"lines to it: “User-agent: {http.PRODUCT}” and below it “Allow: /”. Or agree with them that we may look all the same, "
        "and say so on the outlet's form."
    )


def _read_rules(name: str, journey: _Journey) -> _Rules:
    """Ask a host for its robots.txt, in a thread (RFC 9309 §2.3.1): 4xx lets everybody in, 5xx and silence nobody, for now."""
    address = "{0.scheme}://{0.netloc}/robots.txt".format(urlsplit(journey.url))
    rules = partial(_Rules, name)
    limits = {"max_bytes": robots.MOST_BYTES, "max_decoded": robots.MOST_BYTES, "redirects": ROBOTS_REDIRECTS, "cut": True}
    try:
        answer = http.fetch(address, deadline=min(journey.left, ROBOTS_SECONDS), **limits)  # type: ignore[arg-type]
    except Permanent:
        # It leads nowhere that we go: as good as none. Where the page itself leads is checked anew.
        return rules()
    except DeliveryError as problem:
        return rules(barred=f"{problem.sentence} (We asked for its robots.txt first.)", fresh=FRESH_WHEN_BROKEN)
    except Exception:
        log.exception("robots.txt failed", url=address)
        return rules(barred=OUR_FAULT, fresh=FRESH_WHEN_BROKEN)
    if answer.status >= 500 or answer.status == 429:
        sentence = (
            f"We could not see the copy: {name} does not give out its robots.txt ({answer.status}), and without it no verifier "
            "may come in. We look again by ourselves; if it lasts, write to the desk."
        )
        wait_for = retry_after(answer.headers.get("retry-after")) or 0.0
        return rules(barred=sentence, fresh=FRESH_WHEN_BROKEN, rest=wait_for)
    return rules(rules=robots.ours(answer.body)) if answer.status < 300 else rules()


def wish_of(*facts: Any) -> str:
    """A digest of all by which a page is judged: what these facts say, and the judge's own words."""
    text = json.dumps([*facts, judges()], default=str, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
