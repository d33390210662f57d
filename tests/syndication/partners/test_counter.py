"""The counter: one person, one read; no cookie, no name, no trouble for the page abroad; and where pieces are found to run."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.core.cache import caches
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from syndication import counting, remembering
from syndication.models import Edition, Reads, Republication, Sighting
from syndication.partners.counter import PIXEL
from tests import factories as make
from tests.servers import Valkey

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("forgetful")]

PAGE = "https://lantern.example/pieces/lamps?reader=77"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"


def look(uid: UUID, page: str = PAGE, *, agent: str = FIREFOX, address: str = "203.0.113.7", **headers: str) -> Any:
    """One browser that opens a page with the piece on it."""
    facts = {"User-Agent": agent, "Referer": page, "Sec-Fetch-Dest": "image", **headers}
    return Client().get(f"/c/{uid}.gif", headers={name: value for name, value in facts.items() if value}, REMOTE_ADDR=address)


def counted(uid: UUID) -> dict[str, tuple[int, int]]:
    return {f"{row.host}{row.path}": (row.readers, row.bots) for row in Reads.objects.filter(uid=uid)}


@pytest.fixture
def piece() -> Edition:
    return make.edition()


# --- counting ---------------------------------------------------------------------------------------------------------


def test_a_reader_counts_once_at_the_page_without_its_query(piece: Edition) -> None:
    answer = look(piece.uid)
    assert (answer.status_code, answer["Content-Type"], answer.content) == (200, "image/gif", PIXEL)
    assert counted(piece.uid) == {"lantern.example/pieces/lamps": (1, 0)}


def test_the_answer_sets_no_cookie_and_is_kept_nowhere(piece: Edition) -> None:
    answer = look(piece.uid)
    assert not answer.cookies
    assert answer["Cache-Control"] == "no-store"
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "ETag" not in answer
    assert "Cookie" not in answer.get("Vary", "")


def test_a_reload_within_half_an_hour_is_the_same_reading_and_a_later_one_another(piece: Edition) -> None:
    with time_machine.travel(datetime(2026, 11, 25, 12, tzinfo=UTC)) as clock:
        look(piece.uid)
        clock.shift(timedelta(minutes=29))
        look(piece.uid)
        assert counted(piece.uid) == {"lantern.example/pieces/lamps": (1, 0)}
        clock.shift(timedelta(minutes=2))
        look(piece.uid)
        assert counted(piece.uid) == {"lantern.example/pieces/lamps": (2, 0)}


def test_two_browsers_two_addresses_and_two_pieces_are_different_readings(piece: Edition) -> None:
    other = make.edition()
    look(piece.uid)
    look(piece.uid, agent=f"{FIREFOX} Other")
    look(piece.uid, address="2001:db8::7")
    look(other.uid)
    assert counted(piece.uid) == {"lantern.example/pieces/lamps": (3, 0)}
    assert counted(other.uid) == {"lantern.example/pieces/lamps": (1, 0)}


def test_machines_are_counted_apart(piece: Edition) -> None:
    look(piece.uid, agent="Googlebot/2.1")
    look(piece.uid, agent=FIREFOX, **{"Sec-Purpose": "prefetch"})
    assert counted(piece.uid) == {"lantern.example/pieces/lamps": (0, 2)}
    assert not Sighting.objects.exists()


def test_the_first_person_after_a_machine_still_makes_the_page_news(piece: Edition) -> None:
    look(piece.uid, agent="Googlebot/2.1")
    look(piece.uid)
    assert counted(piece.uid) == {"lantern.example/pieces/lamps": (1, 1)}
    assert Sighting.objects.get().url == "https://lantern.example/pieces/lamps"


def test_who_tells_no_page_counts_without_a_place(piece: Edition) -> None:
    look(piece.uid, "")
    look(piece.uid, "about:blank", address="203.0.113.8")
    assert counted(piece.uid) == {"": (2, 0)}
    assert not Sighting.objects.exists()


def test_our_own_pages_are_no_copies(piece: Edition) -> None:
    look(piece.uid, "http://testserver/reviews/lamps/")
    look(piece.uid, "http://127.0.0.1:8000/reviews/lamps/", address="203.0.113.8")
    assert counted(piece.uid) == {}


def test_what_we_never_published_is_not_counted_and_answers_alike() -> None:
    uid = uuid4()
    assert look(uid).content == PIXEL
    assert counted(uid) == {}


def test_a_piece_that_is_not_public_any_more_is_still_counted_where_copies_stand() -> None:
    gone = make.edition(public=False)
    look(gone.uid)
    assert counted(gone.uid) == {"lantern.example/pieces/lamps": (1, 0)}


def test_head_asks_without_counting_and_nothing_else_is_allowed(piece: Edition) -> None:
    assert Client().head(f"/c/{piece.uid}.gif", headers={"User-Agent": FIREFOX}).status_code == 200
    assert Client().post(f"/c/{piece.uid}.gif").status_code == 405
    assert counted(piece.uid) == {}


# --- nothing personal -------------------------------------------------------------------------------------------------


def test_neither_address_nor_browser_reaches_the_database_or_the_log(
    piece: Edition, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with CaptureQueriesContext(connection) as queries:
        look(piece.uid, agent="Canary/1.0", address="203.0.113.99")
    told = " ".join(query["sql"] for query in queries) + "".join(capfd.readouterr()) + caplog.text
    assert "203.0.113.99" not in told
    assert "Canary" not in told
    assert "reader=77" not in told


def test_the_remembered_number_changes_with_the_day_and_tells_nobody(piece: Edition) -> None:
    remembered: Any = caches["readers_here"]
    with time_machine.travel(datetime(2026, 11, 25, 12, tzinfo=UTC)) as clock:
        look(piece.uid)
        today = set(remembered._cache)
        clock.shift(timedelta(days=1))
        look(piece.uid)
        tomorrow = set(remembered._cache) - today
    readers = {key for key in today | tomorrow if "reader:" in key}
    assert len(readers) == 2
    assert not any("203.0.113" in key or str(piece.uid) in key for key in today | tomorrow)


# --- flood and failure --------------------------------------------------------------------------------------------------


def test_after_the_first_of_a_day_a_reader_costs_one_update(piece: Edition) -> None:
    look(piece.uid)
    with CaptureQueriesContext(connection) as queries:
        look(piece.uid, address="203.0.113.8")
    assert [query["sql"].split()[0] for query in queries] == ["UPDATE"]


def test_a_repeat_asks_the_database_nothing(piece: Edition) -> None:
    look(piece.uid)
    with CaptureQueriesContext(connection) as queries:
        look(piece.uid)
    assert len(queries) == 0


def test_one_address_cannot_count_without_end(piece: Edition, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MOST_AT_ONCE", 5)
    for number in range(9):
        look(piece.uid, agent=f"{FIREFOX} {number}")
    look(piece.uid, address="203.0.113.8")
    assert counted(piece.uid) == {"lantern.example/pieces/lamps": (6, 0)}


def test_forged_pages_fill_no_table(piece: Edition, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MOST_PLACES", 3)
    for number in range(9):
        look(piece.uid, f"https://spam-{number}.example/", address=f"203.0.113.{number}")
    found = counted(piece.uid)
    assert len(found) <= 4
    assert found[""] == (6, 0)
    assert sum(readers for readers, _ in found.values()) == 9


def test_a_known_place_still_counts_when_the_day_is_full(piece: Edition, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MOST_PLACES", 1)
    look(piece.uid, agent="Googlebot/2.1")
    look(piece.uid)
    assert counted(piece.uid) == {"lantern.example/pieces/lamps": (1, 1)}


def test_when_the_shared_cache_is_down_readers_are_counted_and_merged_all_the_same(piece: Edition) -> None:
    look(piece.uid)
    look(piece.uid)
    assert remembering._silent_until > 0
    assert counted(piece.uid) == {"lantern.example/pieces/lamps": (1, 0)}


def test_the_shared_cache_merges_over_all_processes(piece: Edition, broker: Valkey) -> None:
    caches["readers"].clear()
    look(piece.uid)
    # Another process has a memory of its own.
    caches["readers_here"].clear()
    look(piece.uid)
    assert remembering._silent_until == 0.0
    assert counted(piece.uid) == {"lantern.example/pieces/lamps": (1, 0)}


def test_when_all_caches_fail_or_the_database_does_the_page_abroad_is_whole(
    piece: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise DatabaseError("locked")

    monkeypatch.setattr(counting, "_add", broken)
    assert look(piece.uid).content == PIXEL
    monkeypatch.setattr(remembering, "_ask", broken)
    assert look(piece.uid, address="203.0.113.8").content == PIXEL


@pytest.mark.parametrize("page", ["https://[", "https://x\x00y/", "\xff\xfe", "https://" + "a" * 9000, "%", "https://host:0x/"])
def test_no_referrer_makes_a_fault(page: str, piece: Edition) -> None:
    assert look(piece.uid, page).status_code == 200


# --- where pieces run ---------------------------------------------------------------------------------------------------


def test_a_page_nobody_reported_is_sighted_once(piece: Edition) -> None:
    look(piece.uid)
    look(piece.uid, address="203.0.113.8")
    seen = Sighting.objects.get()
    assert (seen.uid, seen.url, seen.state) == (piece.uid, "https://lantern.example/pieces/lamps", "new")


def test_another_day_moves_when_it_was_seen_last(piece: Edition) -> None:
    with time_machine.travel(datetime(2026, 11, 25, 12, tzinfo=UTC)) as clock:
        look(piece.uid)
        clock.shift(timedelta(days=2))
        look(piece.uid)
    seen = Sighting.objects.get()
    assert seen.last_at - seen.first_at >= timedelta(days=2)


@pytest.mark.parametrize(
    "page",
    [
        "https://mail.google.com/mail/u/0/",
        "https://lantern-example.translate.goog/pieces/lamps",
        "https://lantern.example/wp-admin/post.php",
        "http://10.0.0.5/pieces/",
        "http://intranet/pieces/",
        "http://lantern.example:8443/pieces/",
    ],
)
def test_mailboxes_translations_editors_and_private_networks_are_no_sightings(page: str, piece: Edition, settings: Any) -> None:
    settings.SYNDICATION_ALLOWED_NETWORKS = []
    look(piece.uid, page)
    assert Reads.objects.filter(uid=piece.uid, readers=1).exists()
    assert not Sighting.objects.exists()


def test_a_copy_we_know_is_no_news(piece: Edition) -> None:
    outlet = make.outlet(website="https://lantern.example/")
    Republication.objects.want(piece, outlet, Republication.PUBLISH)
    Republication.objects.update(receipt_url="http://www.lantern.example/pieces/lamps/?p=3")
    look(piece.uid)
    look(piece.uid, "https://lantern.example/", address="203.0.113.8")
    assert not Sighting.objects.exists()
    look(piece.uid, "https://lantern.example/another", address="203.0.113.9")
    assert Sighting.objects.get().path == "/another"


def test_a_browser_that_tells_the_host_only_adds_nothing_to_a_page_we_saw(piece: Edition) -> None:
    look(piece.uid)
    look(piece.uid, "https://lantern.example/", address="203.0.113.8")
    look(piece.uid, "https://other.example/", address="203.0.113.9")
    assert set(Sighting.objects.values_list("host", "path")) == {("lantern.example", "/pieces/lamps"), ("other.example", "/")}


def test_what_waits_for_editors_is_bounded(piece: Edition, monkeypatch: pytest.MonkeyPatch) -> None:
    from syndication import sighting

    monkeypatch.setattr(sighting, "MOST_WAITING", 3)
    for number in range(6):
        look(piece.uid, f"https://spam-{number}.example/p", address=f"203.0.113.{number}")
    assert Sighting.objects.count() == 3
