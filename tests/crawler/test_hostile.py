"""The verifier survives the hostile corpus: within its time, within 32 MB, with a verdict each, and without one step inside."""

import socket
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

import pytest
from django.db.models.functions import Now

from syndication import visiting
from syndication.models import Look, Republication, Verification, claim
from syndication.receipt import Receipt
from syndication.verifying import verify_due
from tests import factories as make
from tests.crawler.corpus import CASES, HONOURED, UNREACHABLE, Case
from tests.fakes.partner import PAGE, Partner, Visit

pytestmark = pytest.mark.django_db

LOOK_SECONDS = 1.0
SLACK = 2.0  # for a machine that others keep busy
MOST_MEMORY = 32 * 2**20


class Names:
    """A resolver to which every name of the corpus is this machine, and some are worse."""

    def __init__(self) -> None:
        self.answers: dict[str, list[list[str] | float]] = {}
        self.real = socket.getaddrinfo

    def __call__(self, host: str, port: int, *hints: int) -> list[Any]:
        if not host.endswith(".example"):
            return self.real(host, port, *hints)
        answers = self.answers.get(host, [["127.0.0.1"]])
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(found, float):
            time.sleep(found)
            found = []
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    resolver = Names()
    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    return resolver


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every address that a socket of this process was asked to connect to."""
    seen: list[Any] = []
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        seen.append(address)
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    return seen


@pytest.fixture
def visits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long each request of a look took, of which none outlasts its look, in seconds.

    A batch lasts longer on a machine that others keep busy: pages are read one at a time, and that takes the processor only.
    """
    took: list[float] = []

    def timed(request: Callable[..., Any]) -> Callable[..., Any]:
        def measured(*about: Any) -> Any:
            began = time.monotonic()
            try:
                return request(*about)
            finally:
                took.append(time.monotonic() - began)

        return measured

    monkeypatch.setattr(visiting, "_request", timed(visiting._request))
    monkeypatch.setattr(visiting, "_read_rules", timed(visiting._read_rules))
    monkeypatch.setattr(visiting, "LOOK_SECONDS", LOOK_SECONDS)
    monkeypatch.setattr(visiting, "ROBOTS_SECONDS", LOOK_SECONDS / 2)
    return took


@pytest.fixture
def inside() -> Iterator[Partner]:
    """A server that must never hear of us."""
    with Partner() as server:
        yield server


@pytest.fixture
def partner(inside: Partner, settings: Any) -> Iterator[Partner]:
    with Partner() as server:
        server.inside = inside.port  # type: ignore[attr-defined]
        # No page comes back while the others are looked at, however busy the machine is.
        settings.SYNDICATION_TIME_SCALE = 1000
        settings.SYNDICATION_ALLOWED_NETWORKS = ["127.0.0.1/32"]
        settings.SYNDICATION_ALLOWED_PORTS = [server.port]
        yield server


def stage(partner: Partner) -> None:
    """Let each case be a host of this partner."""
    by_host = {f"case{number}.example": case for number, case in enumerate(CASES)}

    def answer(visit: Visit) -> None:
        case = by_host[visit.headers["host"].partition(":")[0]]
        if visit.path == "/robots.txt":
            return case.robots(visit) if case.robots else visit.reply(404)
        return case.behave(visit)

    partner.otherwise = partner.routes["/robots.txt"] = answer


def watch(url: str, *, copy: bool = False) -> None:
    """Look at this page: the copy of a piece, whose text is read, or the page of a stub."""
    if not copy:
        return Verification.objects.look(url=url, stub_uid=uuid4())
    outlet = make.outlet(automatic=False)
    Republication.objects.want(make.edition(make.story()), outlet, "publish")
    (row,) = claim(outlet, 1)
    row.accept(Receipt("7", url))
    return Verification.objects.look(url=url, republication=row)


def look_at_all() -> int:
    """Look at every page once; returns the most memory that Python held meanwhile, in bytes."""
    Verification.objects.update(due_at=Now())
    tracemalloc.start()
    try:
        while verify_due():
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_the_corpus_is_large_and_each_case_has_a_name_of_its_own() -> None:
    assert len(CASES) >= 100
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("harmless", [False, True], ids=["what would last for ever", "what only looks so"])
def test_every_hostile_page_gets_its_verdict_in_time_within_memory_and_leads_us_nowhere(
    harmless: bool,
    partner: Partner,
    inside: Partner,
    names: Names,
    dialled: list[Any],
    visits: list[float],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    deadline = 15.0 if harmless else LOOK_SECONDS
    monkeypatch.setattr(visiting, "LOOK_SECONDS", deadline)
    monkeypatch.setattr(visiting, "ROBOTS_SECONDS", deadline / 2)
    stage(partner)
    cases = [(number, case) for number, case in enumerate(CASES) if (case.verdict == HONOURED) is harmless]
    for number, case in cases:
        watch(partner.url("/page", host=f"case{number}.example"), copy=case.copy)
    most = look_at_all()

    def wrong(number: int, case: Case) -> str:
        row = Verification.objects.get(host=f"case{number}.example:{partner.port}")
        if not row.sentence or row.lease_token or Look.objects.filter(verification=row).count() != 1:
            return f"{case.name}: no verdict"
        fits = case.verdict in (None, row.verdict)
        return "" if fits and visiting.OUR_FAULT not in row.sentence else f"{case.name}: {row.verdict} — {row.sentence}"

    found = [told for number, case in cases if (told := wrong(number, case))]
    assert not found, "\n".join(found)
    assert set(dialled) == {("127.0.0.1", partner.port)}
    assert inside.connections == 0
    assert max(visits) < deadline + SLACK
    assert most < MOST_MEMORY, f"{most / 2**20:.0f} MB"


def test_names_that_lead_astray_are_left_at_the_deadline_and_never_dialled(
    partner: Partner, names: Names, dialled: list[Any], visits: list[float]
) -> None:
    astray: dict[str, list[list[str] | float]] = {
        "inward.example": [["10.0.0.1"]],
        "metadata.example": [["169.254.169.254"]],
        "mixed.example": [["127.0.0.1", "127.0.0.2"]],
        "other-loopback.example": [["127.0.0.2"]],
        "unspecified.example": [["0.0.0.0"]],
        "nobody.example": [[]],
        "stalling.example": [3.0],
        # First as it should be, for robots.txt; then, for the page, inward.
        "rebinding.example": [["127.0.0.1"], ["127.0.0.2"]],
        "rebinding-far.example": [["127.0.0.1"], ["10.0.0.1"]],
        "rebinding-wide.example": [["127.0.0.1"], ["127.0.0.1", "192.168.0.1"]],
    }
    names.answers |= astray
    partner.routes["/robots.txt"] = lambda visit: (visit.reply(404, connection="close"), visit.hang_up())[0]
    for name in astray:
        watch(partner.url("/page", host=name))
    look_at_all()
    assert set(Verification.objects.values_list("verdict", flat=True)) == {UNREACHABLE}
    assert Look.objects.count() == len(astray)
    assert dialled == [("127.0.0.1", partner.port)] * 3
    assert max(visits) < LOOK_SECONDS + SLACK


def test_a_handshake_that_never_ends_is_left_at_the_deadline(
    partner: Partner, names: Names, dialled: list[Any], visits: list[float], settings: Any
) -> None:
    def silent(line: socket.socket, closing: threading.Event) -> None:
        closing.wait(10)

    def drip(line: socket.socket, closing: threading.Event) -> None:
        line.sendall(b"\x16\x03\x03\x40\x00")
        while not closing.wait(0.05):
            try:
                line.sendall(b"\x02")
            except OSError:
                return

    def nonsense(line: socket.socket, closing: threading.Event) -> None:
        line.sendall(b"HTTP/1.1 400 Speak plainly\r\n\r\n")

    def gone(line: socket.socket, closing: threading.Event) -> None:
        line.close()

    with ExitStack() as room:
        ports = [room.enter_context(Partner(greet=greet)).port for greet in (silent, drip, nonsense, gone)]
        settings.SYNDICATION_ALLOWED_PORTS = ports
        for number, port in enumerate(ports):
            watch(f"https://tls{number}.example:{port}/page")
        look_at_all()
        assert set(Verification.objects.values_list("verdict", flat=True)) == {UNREACHABLE}
        assert {address[1] for address in dialled} == set(ports)
        assert max(visits) < LOOK_SECONDS + SLACK


def test_the_longest_pages_side_by_side_stay_within_memory(
    partner: Partner, names: Names, visits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch of the longest pages that we take, some of them copies whose text is read."""
    paragraph = b"<p>" + b"words and more words " * 200 + b"</p>"
    longest = (PAGE + paragraph * (visiting.PAGE_BYTES // len(paragraph)))[: visiting.PAGE_BYTES]
    partner.otherwise = lambda visit: visit.reply(200, longest)
    for number in range(visiting.BATCH):
        watch(partner.url("/page", host=f"long{number}.example"), copy=number % 4 == 0)
    monkeypatch.setattr(visiting, "LOOK_SECONDS", 15.0)
    assert look_at_all() < MOST_MEMORY
    assert UNREACHABLE not in Verification.objects.values_list("verdict", flat=True)


def test_no_cookie_and_no_credential_is_ever_sent(partner: Partner, names: Names, visits: list[float]) -> None:
    partner.otherwise = lambda visit: visit.reply(401, set_cookie="seen=1", www_authenticate="Basic realm=x")
    watch(partner.url("/page"))
    for _ in range(2):
        look_at_all()
    sent = {name for request in partner.requests for name in request.headers}
    assert sent == {"host", "user-agent", "accept", "accept-encoding"}
