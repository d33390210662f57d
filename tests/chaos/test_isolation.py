"""One outlet in trouble is nobody else's: `deliver_due` on committed rows, against a receiver that is a process of its own."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from statistics import median, quantiles
from typing import Any
from urllib.request import urlopen
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from home.models import ArticlePage
from syndication.delivering import deliver_due
from syndication.models import Delivery, Edition, Notice, Outlet, Republication, line, record
from syndication.models.due import RELEASED
from syndication.models.republication import NO_ERROR
from syndication.planning import plan_outlets, plan_overrides
from syndication.watching import look_for_trouble
from tests import factories as make
from tests.servers import free_port

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

DAY = 24 * 3600.0


class Receiver:
    """The stand-alone partner as this test commands and asks it."""

    def __init__(self) -> None:
        self.port = free_port()
        self.process = subprocess.Popen([sys.executable, "-m", "tests.chaos.receiver", "--port", str(self.port)])

    def ask(self, what: str, **told: Any) -> Any:
        """`state`, or `control` with what shall change."""
        with urlopen(f"http://127.0.0.1:{self.port}/{what}", json.dumps(told).encode(), timeout=10) as answer:
            return json.load(answer)

    def ready(self) -> None:
        """Wait until it answers."""
        until = time.monotonic() + 20
        while time.monotonic() < until:
            with suppress(OSError):
                self.ask("control")
                return
            time.sleep(0.05)
        raise AssertionError("the receiver does not answer")


@pytest.fixture
def partner(settings: Any) -> Iterator[Receiver]:
    """The receiver, with its port open to us and Wagtail's indexing off."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    receiver = Receiver()
    settings.SYNDICATION_ALLOWED_PORTS = [receiver.port]
    try:
        receiver.ready()
        yield receiver
    finally:
        receiver.process.kill()
        receiver.process.wait()


def lay(partner: Receiver, outlets: int, pieces: int, **facts: Any) -> list[Outlet]:
    """So many outlets at the receiver, each owed so many pieces that are live, without rendering them."""
    section = make.section("Harbour")
    for number in range(pieces):
        page = ArticlePage(title=f"Piece {number}", live=True)
        section.add_child(instance=page)
        record(make.story(uid=page.uid, headline=page.title), public=True, page=page, reason="test")
    address = f"http://127.0.0.1:{partner.port}/"
    made = [make.outlet(website=address, **facts) for _ in range(outlets)]
    for outlet in made:
        Outlet.objects.filter(pk=outlet.pk).update(endpoint=f"{address}hook/{outlet.pk}")
    plan_outlets()
    assert Republication.objects.count() == outlets * pieces
    return list(Outlet.objects.all())


def work_until(done: Callable[[], bool], *, seconds: float, between: Callable[[], object] = lambda: None) -> None:
    """Deliver what is due, as a worker does that is rung often."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "not done in time"
        deliver_due(30)
        between()
        time.sleep(0.01)


# --- twenty outlets, one hangs, one drips -----------------------------------------------------------------------------

OUTLETS, PIECES, PAIRS = 20, 20, 3
AT_MOST = 1.2
# Seconds: where everything takes less than one, a scheduler's whim is a large share of it.
WHIM = 0.1


def owe_everything() -> float:
    """All is owed again, at once, over lines of which nothing is known. Returns the moment."""
    Outlet.objects.update(failures=0, trips=0, failing_since=None, not_before=None, **RELEASED)
    rows = list(Republication.objects.all())
    for row in rows:
        row.key = uuid4()
    Republication.objects.bulk_update(rows, ["key"], batch_size=200)
    moment = timezone.now()
    fresh = {"state": "pending", "due_at": moment, "attempts": 0, "uncertain": False, "held": None, "receipt_id": ""}
    Republication.objects.update(**fresh, **RELEASED, **NO_ERROR)
    return moment.timestamp()


def p95(partner: Receiver, moods: dict[str, str]) -> float:
    """Seconds in which 95 % of what the outlets that are well are owed was taken there, from due to taken."""
    partner.ask("control", forget=True, moods=moods)
    began = owe_everything()
    well = Republication.objects.exclude(outlet__in=[int(pk) for pk in moods])
    work_until(lambda: not well.exclude(state="delivered").exists(), seconds=60)
    arrivals = [at - began for at, outlet, *_ in partner.ask("state")["arrivals"] if outlet not in moods]
    assert len(arrivals) == (OUTLETS - len(moods)) * PIECES
    return quantiles(arrivals, n=20)[-1]


def test_one_outlet_that_hangs_and_one_that_drips_slow_no_other(partner: Receiver, settings: Any) -> None:
    """Everything becomes due at once: 20 pieces at each of 20 outlets, which answer after 30 ms, or not at all.

    Asserted: the p95 over the 18 outlets that are well, of the time from due (by us) to taken (by the receiver), is within 1.2 ×
    of the run in which all twenty are well, plus 0.1 s. Medians of three runs each, quiet and disturbed in turn, so that a
    machine that is busy is busy for both; if they say no, of six.
    """
    settings.SYNDICATION_DEADLINE_SECONDS = 2.5
    # What a machine that is too busy keeps from one of them is tried again soon.
    settings.SYNDICATION_TIME_SCALE = 0.01
    # As many at once as failures open the breaker: one deadline, and what hangs has had its time.
    outlets = lay(partner, OUTLETS, PIECES, max_in_flight=line.OPENS_AFTER)
    moods = {str(outlets[3].pk): "hang", str(outlets[11].pk): "drip"}
    partner.ask("control", delay=0.03)
    p95(partner, {})
    quiet: list[float] = []
    disturbed: list[float] = []
    while len(quiet) < 2 * PAIRS:
        quiet.append(p95(partner, {}))
        disturbed.append(p95(partner, moods))
        if len(quiet) >= PAIRS and median(disturbed) <= median(quiet) * AT_MOST + WHIM:
            break
    told = f"quiet {median(quiet):.3f} s, disturbed {median(disturbed):.3f} s, ratio {median(disturbed) / median(quiet):.2f}"
    print(told)  # pytest -s shows it
    assert median(disturbed) <= median(quiet) * AT_MOST + WHIM, told


# --- one outlet is away for a day -------------------------------------------------------------------------------------

OWED, EDITED, IN_FLIGHT = 100, 30, 3
# A day in eight seconds.
SCALE = 8 / DAY


def probes_at_most(seconds: float) -> int:
    """How many requests an outlet that is down may get from us in so long a time, by the constants of its breaker."""
    rests, wait = 0, line.OPEN_FOR.total_seconds()
    while seconds > 0:
        seconds -= wait * (1 - line.JITTER)
        wait = min(2 * wait, line.OPEN_AT_MOST.total_seconds())
        rests += 1
    # What was under way side by side when the breaker opened failed, too.
    return line.OPENS_AFTER + IN_FLIGHT + rests


def edit(uid: UUID, headline: str) -> None:
    """Publish another version of a piece."""
    last = Edition.objects.current().get(uid=uid)
    told = last.story.model_copy(update={"headline": headline})
    plan_overrides(record(told, public=True, page=last.page, reason="test"), Outlet.objects.all())


def test_an_outlet_that_was_away_for_a_day_gets_each_piece_once_and_no_herd(partner: Receiver, settings: Any) -> None:
    """A hundred pieces are owed to an outlet that breaks every connection off for a day (in eight seconds); thirty are edited.

    Asserted: meanwhile it gets probes only, as many as its breaker allows; nothing dies; editors are told once. When it is back
    each piece is pushed once, in its newest version, never more of them at a time than the outlet takes, and the notice closes.
    """
    settings.SYNDICATION_TIME_SCALE = SCALE
    (outlet,) = lay(partner, 1, OWED, max_in_flight=IN_FLIGHT)
    partner.ask("control", moods={str(outlet.pk): "down"})
    edited = list(Republication.objects.values_list("uid", flat=True)[:EDITED])
    left = iter(edited)
    began = time.monotonic()

    def meanwhile() -> None:
        for uid in [uid for uid in [next(left, None)] if uid]:
            edit(uid, "Changed while the outlet was away")
        # The last hour is left out: after a whole day editors are reminded.
        if time.monotonic() - began < 23 * 3600 * SCALE:
            look_for_trouble()

    work_until(lambda: time.monotonic() - began >= DAY * SCALE, seconds=60, between=meanwhile)

    while_down = partner.ask("state")["counts"]
    assert next(left, None) is None
    assert while_down.get("taken", 0) == 0
    assert line.OPENS_AFTER < while_down["requests"] <= probes_at_most(DAY)
    assert not Republication.objects.exclude(state="pending").exists()
    assert (
        [note.kind for note in Notice.objects.filter(closed_at=None)]
        == ["breaker"]
        == [note.kind for note in Notice.objects.all()]
    )

    partner.ask("control", moods={}, delay=0.02)
    work_until(lambda: not Republication.objects.exclude(state="delivered").exists(), seconds=30)

    state = partner.ask("state")
    taken = {UUID(uid): version for _at, _outlet, uid, _operation, version, _key in state["arrivals"]}
    assert len(state["arrivals"]) == len(taken) == OWED
    assert taken == {uid: 2 if uid in edited else 1 for uid in taken}
    assert state["counts"]["requests"] - while_down["requests"] == OWED
    assert state["most_open"][str(outlet.pk)] <= IN_FLIGHT
    assert not Notice.objects.filter(closed_at=None).exists()
    assert not Delivery.objects.filter(outcome__in=["", "lost"]).exists()
