"""Visiting: turns by host, robots.txt, and pages that need not be read again. The partner is a real server on loopback."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import cycle, pairwise
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import F
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone

from syndication import visiting
from syndication.http import Response, robots
from syndication.keeping import condition, keep, still_says
from syndication.models import Host, Look, Republication, Verification, claim, host_key
from syndication.receipt import Receipt
from syndication.verifying import verify_due
from tests import factories as make
from tests.fakes.partner import Partner, Visit

pytestmark = pytest.mark.django_db

TAG = '"v1"'


@pytest.fixture(scope="module")
def shared_partner() -> Iterator[Partner]:
    with Partner() as partner:
        yield partner


@pytest.fixture
def partner(shared_partner: Partner, settings: Any) -> Partner:
    shared_partner.forget()
    settings.SYNDICATION_ALLOWED_PORTS = [shared_partner.port]
    return shared_partner


class Copy:
    """A page abroad with an entity tag, which answers 304 to who has it."""

    def __init__(self, canonical: str, tag: str = TAG, **headers: str):
        self.canonical, self.tag, self.headers = canonical, tag, headers
        self.on_304: dict[str, str] = {}
        self.asked: list[str | None] = []

    def __call__(self, visit: Visit) -> None:
        self.asked.append(visit.headers.get("if-none-match"))
        if self.tag and self.asked[-1] == self.tag:
            return visit.reply(304, etag=self.tag, **self.on_304)
        head = f'<link rel="canonical" href="{self.canonical}">'
        body = f"<!doctype html><title>A copy</title>{head}<p>Words.</p><a href='{self.canonical}'>Home</a>"
        return visit.reply(200, body.encode(), **({"etag": self.tag} if self.tag else {}), **self.headers)


def delivered(url: str, story: Any = None, **terms: Any) -> Republication:
    """A republication that the outlet holds at `url`."""
    story = story or make.story()
    outlet = make.outlet(automatic=False, **terms)
    Republication.objects.want(make.edition(story), outlet, "publish")
    (row,) = claim(outlet, 1)
    row.accept(Receipt("7", url))
    Verification.objects.look(url=url, republication=row)
    return Republication.objects.get(pk=row.pk)


def look() -> Verification:
    Verification.objects.update(due_at=Now())
    assert verify_due() >= 1
    return Verification.objects.get()


def watch(*urls: str) -> None:
    """Pages that stubs point at, due now."""
    for url in urls:
        Verification.objects.look(url=url, stub_uid=uuid4())
    Verification.objects.update(due_at=Now())


# --- pages that need not be read again ----------------------------------------------------------------------------------


def test_an_honoured_copy_is_asked_whether_it_changed_and_the_look_counts(partner: Partner) -> None:
    story = make.story()
    partner.routes["/copy"] = copy = Copy(story.canonical.url)
    delivered(partner.url("/copy"), story)
    first = look()
    second = look()
    assert copy.asked == [None, TAG]
    assert (second.verdict, second.in_a_row, second.evidence) == ("honoured", 2, first.evidence)
    newest, oldest = Look.objects.order_by("-at", "-pk")
    assert (newest.unchanged, oldest.unchanged) == (True, False)
    assert (newest.verdict, newest.evidence, newest.terms, newest.status) == ("honoured", [], oldest.terms, 304)


def test_the_same_bytes_need_no_new_reading(partner: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    story = make.story()
    partner.routes["/copy"] = Copy(story.canonical.url, tag="")
    delivered(partner.url("/copy"), story)
    look()
    monkeypatch.setattr("syndication.verifying.find", lambda *_: pytest.fail("read again"))
    assert look().verdict == "honoured"
    assert list(Look.objects.order_by("at", "pk").values_list("unchanged", flat=True)) == [False, True]


def test_a_copy_that_drops_its_canonical_is_noticed_whatever_its_neighbour_said_before(partner: Partner) -> None:
    story = make.story()
    partner.routes["/copy"] = copy = Copy(story.canonical.url)
    delivered(partner.url("/copy"), story)
    look()
    copy.canonical, copy.tag = "https://elsewhere.example/", '"v2"'
    assert look().verdict == "wrong"
    assert look().verdict == "wrong"
    assert copy.asked == [None, TAG, None], "a page that is not honoured is always read"


@pytest.mark.parametrize("change", ["contract", "edition", "withdrawn"])
def test_a_304_confirms_nothing_that_depends_on_something_newer(change: str, partner: Partner) -> None:
    story = make.story()
    partner.routes["/copy"] = copy = Copy(story.canonical.url)
    row = delivered(partner.url("/copy"), story)
    look()
    if change == "contract":
        row.outlet.owes_noindex = True
        row.outlet.save()
    elif change == "edition":
        moved = story.model_copy(update={"canonical": story.canonical.model_copy(update={"url": "https://home.example/moved/"})})
        Republication.objects.filter(pk=row.pk).update(held=make.edition(moved))
    else:
        Republication.objects.filter(pk=row.pk).update(state=Republication.State.WITHDRAWN)
    assert look().verdict in ("missing", "wrong")
    assert copy.asked == [None, None]


def test_a_304_that_says_something_new_in_its_headers_is_read_whole(partner: Partner) -> None:
    story = make.story()
    partner.routes["/copy"] = copy = Copy(story.canonical.url)
    delivered(partner.url("/copy"), story)
    look()
    copy.on_304 = {"link": '<https://elsewhere.example/>; rel="canonical"'}
    copy.headers = dict(copy.on_304)
    assert look().verdict == "duplicated"
    assert copy.asked == [None, TAG, None]


def test_validators_go_only_to_the_address_that_gave_them(partner: Partner) -> None:
    story = make.story()
    partner.routes["/there"] = there = Copy(story.canonical.url)
    partner.routes["/copy"] = lambda visit: visit.reply(302, location="/there")
    delivered(partner.url("/copy"), story)
    look(), look()
    assert there.asked == [None, TAG]
    assert [request.headers.get("if-none-match") for request in partner.requests if request.path == "/copy"] == [None, None]
    partner.routes["/copy"] = here = Copy(story.canonical.url)
    assert look().verdict == "honoured"
    assert here.asked == [None]


NOW = datetime(2026, 3, 1, tzinfo=UTC)


def answered(**headers: str) -> Response:
    return Response(200, "https://x.example/", {name.replace("_", "-"): value for name, value in headers.items()}, b"page")


@pytest.mark.parametrize(
    ("headers", "asks"),
    [
        ({"etag": '"a"'}, {"If-None-Match": '"a"'}),
        ({"etag": 'W/"a"'}, {"If-None-Match": 'W/"a"'}),
        ({"etag": "a"}, {}),
        ({"etag": '"a", "b"'}, {}),
        ({"etag": f'"{"a" * 900}"'}, {}),
        ({"etag": '"a"\r\nX: y'}, {}),
        ({"last_modified": "Sun, 01 Mar 2026 10:00:00 GMT"}, {}),
        ({"last_modified": "Sun, 01 Mar 2026 10:00:00 GMT", "date": "Sun, 01 Mar 2026 10:00:30 GMT"}, {}),
        (
            {"last_modified": "Sun, 01 Mar 2026 10:00:00 GMT", "date": "Sun, 01 Mar 2026 10:01:00 GMT"},
            {"If-Modified-Since": "Sun, 01 Mar 2026 10:00:00 GMT"},
        ),
        (
            {"etag": '"a"', "last_modified": "Sun, 01 Mar 2026 10:00:00 GMT", "date": "Sun, 01 Mar 2026 11:00:00 GMT"},
            {"If-None-Match": '"a"'},
        ),
        ({"last_modified": "garbage", "date": "garbage"}, {}),
    ],
)
def test_only_validators_that_can_be_trusted_are_kept(headers: dict[str, str], asks: dict[str, str]) -> None:
    kept = keep(answered(**headers), "wish")
    assert kept is not None
    found = condition(kept, "wish")
    assert found is not None and found["asks"] == asks


def test_what_was_kept_ends_with_the_wish_and_after_a_month() -> None:
    kept = keep(answered(etag=TAG), "wish") or {}
    assert condition(kept, "wish", datetime.now(UTC) + timedelta(days=30)) is not None
    assert condition(kept, "wish", datetime.now(UTC) + timedelta(days=32)) is None
    assert condition(kept, "another wish") is condition({}, "wish") is None


def test_a_304_may_leave_headers_out_but_not_change_them() -> None:
    kept = keep(answered(link="<a>", x_robots_tag="noindex"), "wish") or {}
    assert still_says(kept, answered())
    assert still_says(kept, answered(link="<a>"))
    assert not still_says(kept, answered(x_robots_tag="none"))
    assert not still_says(keep(answered(), "wish") or {}, answered(x_robots_tag="noindex"))


# --- robots.txt ---------------------------------------------------------------------------------------------------------


def says(text: str, status: int = 200, **headers: str) -> Any:
    return lambda visit: visit.reply(status, text.encode(), "text/plain", **headers)


def barred(partner: Partner, text: str) -> Verification:
    partner.routes["/robots.txt"] = says(text)
    story = make.story()
    partner.routes["/copy"] = Copy(story.canonical.url)
    delivered(partner.url("/copy"), story)
    return look()


def test_who_asks_us_to_stay_away_is_heeded_and_the_editor_reads_what_to_ask_for(partner: Partner) -> None:
    seen = barred(partner, "User-agent: *\nDisallow: /")
    assert seen.verdict == "unreachable"
    assert "“User-agent: Homeward”" in seen.sentence and "“Allow: /”" in seen.sentence
    assert [request.path for request in partner.requests] == ["/robots.txt"]


def test_a_group_of_our_own_counts_more_than_everybodys(partner: Partner) -> None:
    assert barred(partner, "User-agent: *\nDisallow: /\n\nUser-agent: homeward\nAllow: /").verdict == "honoured"


def test_a_contract_may_say_that_we_look_all_the_same(partner: Partner) -> None:
    partner.routes["/robots.txt"] = says("User-agent: *\nDisallow: /")
    story = make.story()
    partner.routes["/copy"] = Copy(story.canonical.url)
    delivered(partner.url("/copy"), story, heeds_robots=False)
    assert look().verdict == "honoured"
    assert [request.path for request in partner.requests] == ["/copy"]


def test_where_a_redirect_leads_is_asked_as_well(partner: Partner) -> None:
    partner.routes["/robots.txt"] = says("User-agent: *\nDisallow: /closed/")
    partner.routes["/copy"] = lambda visit: visit.reply(302, location="/closed/copy")
    delivered(partner.url("/copy"))
    assert "robots.txt" in look().sentence
    assert [request.path for request in partner.requests] == ["/robots.txt", "/copy"]


@pytest.mark.parametrize(
    ("status", "verdict"),
    [(404, "honoured"), (403, "honoured"), (500, "unreachable"), (503, "unreachable"), (429, "unreachable")],
)
def test_a_robots_txt_that_is_not_there_bars_nobody_and_one_that_fails_everybody(
    status: int, verdict: str, partner: Partner
) -> None:
    partner.routes["/robots.txt"] = says("Disallow: /", status)
    story = make.story()
    partner.routes["/copy"] = Copy(story.canonical.url)
    delivered(partner.url("/copy"), story)
    assert look().verdict == verdict


def test_robots_txt_is_read_once_a_day_for_all_pages_of_a_host(partner: Partner) -> None:
    partner.routes["/robots.txt"] = says("User-agent: *\nDisallow: /closed/")
    watch(*(partner.url(f"/status/200?{number}") for number in range(15)))
    assert verify_due() == 15
    asked = [request.path for request in partner.requests].count("/robots.txt")
    Verification.objects.update(due_at=Now())
    verify_due()
    assert asked == [request.path for request in partner.requests].count("/robots.txt") == 1
    Host.objects.update(robots_until=Now() - timedelta(seconds=1))
    Verification.objects.update(due_at=Now())
    verify_due()
    assert [request.path for request in partner.requests].count("/robots.txt") == 2


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("", True),
        ("User-agent: *\nDisallow:", True),
        ("User-agent: *\nDisallow: /a", False),
        ("User-agent: *\nDisallow: /a\nAllow: /a/b", True),
        ("User-agent: other\nDisallow: /", True),
        ("User-agent: other\nUser-agent: homeward # us\nDisallow: /", False),
        ("User-agent: HOMEWARD\nDisallow: /*/b$", False),
        ("User-agent: homewards\nDisallow: /", True),
        ("Disallow: /", True),
        ("User-agent: homeward\nAllow: /a\nUser-agent: *\nDisallow: /", True),
        ("User-agent: *\nDisallow: /x\nUser-agent: *\nDisallow: /a", False),
        ("\ufeffUser-agent: *\r\nDisallow: /a\r\n", False),
        ("<!doctype html><title>Not found</title>", True),
        ("User-agent: *\nSitemap: /s\nDisallow: /a", False),
        ("\x00User-agent: *\x00\nDisallow: /a", False),
    ],
)
def test_robots_txt_is_read_as_rfc_9309_has_it(text: str, allowed: bool) -> None:
    assert robots.allows(robots.ours(text.encode()), "https://x.example/a/b") is allowed


@pytest.mark.parametrize(
    ("asked", "seconds"), [("7", 7.0), ("0.5", 0.5), ("3600", 60.0), ("-1", 0.0), ("nan", 0.0), ("1e999", 0.0), ("soon", 0.0)]
)
def test_a_crawl_delay_counts_up_to_a_minute(asked: str, seconds: float) -> None:
    assert robots.delay(robots.ours(f"User-agent: *\nCrawl-delay: {asked}\nDisallow: /x".encode())) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"User-agent: a{number}\n" for number in range(25_000)) + "Disallow: /\n" * 5_000,
        "User-agent: *\n" * 30_000 + "Disallow: /\n" * 5_000,
        "User-agent: *\nDisallow: /" + "*a" * 200_000 + "*b",
        "User-agent: *\n" + ("Disallow: /" + "*a" * 30 + "*b\n") * 6_000,
        "User-agent: *\nDisallow: /" + "%zz" * 160_000,
        "User-agent: *\nDisallow: /" + "$" * 400_000,
    ],
)
def test_no_robots_txt_costs_more_than_a_second(text: str) -> None:
    began = datetime.now(UTC)
    robots.allows(robots.ours(text.encode()), "https://x.example/" + "a" * 2000)
    assert datetime.now(UTC) - began < timedelta(seconds=2)


# --- turns --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://Outlet.Example/a", "outlet.example"),
        ("http://outlet.example:80/", "outlet.example"),
        ("https://outlet.example.:8443/", "outlet.example:8443"),
        ("http://outlet.example:443/", "outlet.example:443"),
        ("http://[::1]:8000/", "::1:8000"),
        ("http://[", ""),
        ("http://x:99999/", ""),
        ("", ""),
    ],
)
def test_turns_are_counted_by_host_and_port(url: str, key: str) -> None:
    assert host_key(url) == key


def until_its_turn(name: str) -> timedelta:
    return Host.objects.get(name=name).next_at - timezone.now()


def test_one_host_has_one_turn_over_all_workers_and_the_next_begins_a_pace_after_its_end() -> None:
    for name in ("a.example", "b.example"):
        Host.objects.create(name=name)
        assert Host.objects.take(name, 5, 15)
        assert not Host.objects.take(name, 5, 15)
    assert timedelta(seconds=18) < until_its_turn("a.example") <= timedelta(seconds=20), "however late its request ends"
    Host.objects.leave("a.example", 5)
    assert timedelta(seconds=3) < until_its_turn("a.example") <= timedelta(seconds=5)
    assert not Host.objects.take("a.example", 5, 15)
    Host.objects.filter(name="a.example").update(next_at=Now())
    assert Host.objects.take("a.example", 5, 15)
    assert not Host.objects.take("b.example", 5, 15)


@pytest.mark.django_db(transaction=True)
def test_the_pace_holds_as_the_host_sees_it_though_requests_begin_late(
    partner: Partner, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SYNDICATION_HOST_PACE = pace = 0.4
    asked: list[float] = []
    lags = cycle([0.6, 0.0])  # Longer than the pace: where turns are counted from when they are taken, the next one is early.
    real = visiting._see

    def late(*about: Any) -> Any:
        time.sleep(next(lags))
        return real(*about)

    def answer(visit: Visit) -> None:
        asked.append(time.monotonic())
        visit.reply(200, b"words")

    def work() -> None:
        try:
            ends = time.monotonic() + 20
            while Look.objects.count() < pages and time.monotonic() < ends:
                verify_due()
                time.sleep(0.02)
        finally:
            connection.close()

    pages = 4
    monkeypatch.setattr(visiting, "_see", late)
    partner.routes["/page"] = answer
    Host.objects.create(name=f"127.0.0.1:{partner.port}", robots_until=Now() + timedelta(hours=1))
    watch(*(partner.url(f"/page?{number}") for number in range(pages)))
    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(asked) == pages
    assert min(after - before for before, after in pairwise(asked)) >= pace


def test_a_host_whose_worker_vanished_is_free_again_by_itself() -> None:
    Host.objects.create(name="a.example")
    Host.objects.take("a.example", 0.1, 0.2)
    assert not Host.objects.take("a.example", 0.1, 0.2)
    time.sleep(0.4)
    assert Host.objects.take("a.example", 0.1, 0.2)


def test_a_turn_that_was_not_used_is_given_back_at_once(partner: Partner, settings: Any) -> None:
    settings.SYNDICATION_HOST_PACE = 60
    known = {"robots_until": Now() + timedelta(hours=1)}
    Host.objects.create(name="waits.example", **known)
    Host.objects.create(name=f"127.0.0.1:{partner.port}", next_at=Now() + timedelta(hours=1), **known)
    watch(partner.url("/page"))
    Verification.objects.update(host="waits.example")
    assert verify_due() == 0
    assert Verification.objects.get().host == f"127.0.0.1:{partner.port}"
    assert Host.objects.take("waits.example", 60, 15)


def test_a_look_that_outlasted_its_time_ends_no_turn_of_another(settings: Any) -> None:
    settings.SYNDICATION_HOST_PACE = 1
    watch("https://a.example/")
    tour = visiting.Tour(list(Verification.objects.all()), lambda *_: pytest.fail("judged"), lambda _: "")
    (journey,) = tour.journeys
    assert tour._turn(journey, "a.example")
    Host.objects.update(next_at=Now() + timedelta(seconds=15))
    journey.ends -= 20
    tour._leave(journey, "a.example")
    assert until_its_turn("a.example") > timedelta(seconds=10)


def test_a_pace_is_scaled_and_a_deadline_is_not(settings: Any) -> None:
    settings.SYNDICATION_TIME_SCALE = 10
    Host.objects.create(name="slow.example")
    Host.objects.take("slow.example", 30, 15)
    assert timedelta(seconds=305) < until_its_turn("slow.example") <= timedelta(seconds=315)
    Host.objects.leave("slow.example", 30)
    assert timedelta(seconds=290) < until_its_turn("slow.example") <= timedelta(seconds=300)


def test_what_a_host_asks_counts_when_it_is_longer_than_our_own_pace(settings: Any) -> None:
    settings.SYNDICATION_HOST_PACE = 5
    assert [Host(pace=pace).seconds for pace in (0, 30)] == [5, 30]


def test_no_host_starves_the_others(settings: Any) -> None:
    for host, count in (("big.example", 40), ("small.example", 1), ("middle.example", 3)):
        for number in range(count):
            Verification.objects.look(url=f"https://{host}/{number}", stub_uid=uuid4())
    Verification.objects.update(due_at=Now() - timedelta(hours=1))
    Verification.objects.filter(host="small.example").update(due_at=Now() - timedelta(seconds=1))
    first = Verification.objects.all().lease_by_turns(6)
    assert sorted(row.host for row in first) == ["big.example"] * 3 + ["middle.example"] * 2 + ["small.example"]
    settings.SYNDICATION_HOST_PACE = 2
    assert sorted(row.host for row in Verification.objects.all().lease_by_turns(6)) == ["big.example", "middle.example"]
    Host.objects.create(name="big.example")
    Host.objects.take("big.example", 2, 15)
    assert [row.host for row in Verification.objects.all().lease_by_turns(6)] == []


def test_a_page_whose_host_is_not_free_goes_back_untried(partner: Partner, settings: Any) -> None:
    settings.SYNDICATION_HOST_PACE = 60
    watch(partner.url("/status/200?1"), partner.url("/status/200?2"))
    assert verify_due() == 0, "the turn went to robots.txt"
    assert [(row.attempts, row.lease_token) for row in Verification.objects.all()] == [(0, None)] * 2
    assert Verification.objects.filter(due_at__gt=Now() + timedelta(seconds=50)).count() == 1
    for looks in (1, 1):
        Verification.objects.filter(looked_at=None).update(due_at=Now())
        assert verify_due() == 0, "the host rests"
        Host.objects.update(next_at=Now())
        assert verify_due() == looks
    assert Look.objects.count() == 2


def test_where_a_redirect_leads_has_turns_of_its_own(partner: Partner, settings: Any) -> None:
    with Partner() as other:
        settings.SYNDICATION_ALLOWED_PORTS = [partner.port, other.port]
        settings.SYNDICATION_HOST_PACE = 60
        partner.routes["/copy"] = lambda visit: visit.reply(302, location=other.url("/status/200"))
        watch(partner.url("/copy"))
        fresh = {"robots_until": Now() + timedelta(hours=1)}
        for host in (partner, other):
            Host.objects.create(name=f"127.0.0.1:{host.port}", **fresh)
        assert Host.objects.take(f"127.0.0.1:{other.port}", 60, 15)
        assert verify_due() == 0
        row = Verification.objects.get()
        assert (row.host, row.attempts, len(other.requests)) == (f"127.0.0.1:{other.port}", 0, 0)
        Verification.objects.update(due_at=Now())
        Host.objects.update(next_at=Now())
        assert verify_due() == 1
        assert Verification.objects.get().host == f"127.0.0.1:{partner.port}"


def test_redirects_within_a_host_move_its_next_turn(partner: Partner, settings: Any) -> None:
    settings.SYNDICATION_HOST_PACE = 60
    partner.routes["/copy"] = lambda visit: visit.reply(302, location="/status/200")
    watch(partner.url("/copy"))
    Host.objects.create(name=f"127.0.0.1:{partner.port}", robots_until=Now() + timedelta(hours=1))
    assert verify_due() == 1
    assert Host.objects.get().next_at - timezone.now() > timedelta(seconds=110)


@pytest.mark.parametrize("status", [429, 503])
def test_a_host_that_asks_us_to_wait_is_left_alone(status: int, partner: Partner) -> None:
    watch(partner.url(f"/status/{status}?retry-after=300"), partner.url("/status/200"))
    verify_due()
    Verification.objects.update(due_at=Now())
    asked = len(partner.requests)
    assert verify_due() == 0
    assert len(partner.requests) == asked
    assert Host.objects.filter(next_at__gt=Now() + timedelta(seconds=290)).exists()


def test_a_crawl_delay_is_heeded_from_the_first_page_on(partner: Partner) -> None:
    partner.routes["/robots.txt"] = says("User-agent: *\nCrawl-delay: 30\nDisallow: /x")
    watch(*(partner.url(f"/status/200?{number}") for number in range(3)))
    assert verify_due() == 0
    Host.objects.update(next_at=F("next_at") - timedelta(seconds=31))
    Verification.objects.update(due_at=Now())
    assert verify_due() == 1


def test_looks_that_began_together_do_not_come_back_together(partner: Partner) -> None:
    watch(*(partner.url(f"/status/200?{number}") for number in range(30)))
    assert verify_due() == 30
    due = sorted(filter(None, Verification.objects.values_list("due_at", flat=True)))
    assert due[-1] - due[0] > timedelta(hours=2)


def test_no_more_of_a_page_is_held_than_its_cap(partner: Partner) -> None:
    partner.routes["/long"] = lambda visit: visit.reply(200, b"x" * (visiting.PAGE_BYTES + 1))
    partner.routes["/fits"] = lambda visit: visit.reply(200, b"x" * visiting.PAGE_BYTES)
    watch(partner.url("/long"), partner.url("/fits"))
    verify_due()
    assert dict(Verification.objects.values_list("url", "verdict")) == {
        partner.url("/long"): "unreachable",
        partner.url("/fits"): "honoured",
    }


# --- who we are ---------------------------------------------------------------------------------------------------------


def test_our_user_agent_leads_to_a_page_that_tells_who_visits_and_how_to_refuse(partner: Partner, settings: Any) -> None:
    make.front_page()
    visiting.visit(partner.url("/page"))
    told = partner.requests[0].headers["user-agent"]
    assert told.startswith("Homeward/") and told.endswith("/syndication/verifier/)")
    page = Client().get("/syndication/verifier/")
    assert page.status_code == 200
    assert "User-agent: Homeward\nDisallow: /" in page.content.decode()
    settings.SYNDICATION_CONTACT_URL = "https://home.example/bot"
    visiting.visit(partner.url("/page"))
    assert "(+https://home.example/bot)" in partner.requests[1].headers["user-agent"]
