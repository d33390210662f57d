"""Canonical health in the admin: figures, chart, worst copies, letter, column, badge; and where pieces ran."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from syndication.admin.reports import lasted
from syndication.models import Delivery, Edition, Look, Outlet, Reads, Republication, Verification
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client: Client) -> Client:
    """A superuser's browser."""
    client.force_login(make.editor())
    return client


def get(client: Client, name: str, *args: Any, **query: Any) -> str:
    answer: Any = client.get(reverse(f"syndication:{name}", args=args), query)
    assert answer.status_code == 200
    return (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()


def copied(outlet: Outlet, headline: str, verdict: str = "honoured", *, days: int = 5) -> Republication:
    """A piece that went live so many days ago, was taken after three seconds and looked at after ten."""
    told = make.edition(make.story(headline=headline))
    live = timezone.now() - timedelta(days=days)
    Edition.objects.filter(pk=told.pk).update(recorded_at=live)
    row = Republication.objects.create(
        uid=told.uid, outlet=outlet, wanted=told, held=told, state="delivered", receipt_url="https://outlet.example/1"
    )
    logged = {"republication": row, "outlet": outlet, "key": row.key, "operation": "publish", "edition": told}
    for fence, outcome in enumerate(("transient", "accepted", "accepted")):
        sent = Delivery.objects.create(fence=fence, outcome=outcome, **logged)
        Delivery.objects.filter(pk=sent.pk).update(started_at=live + timedelta(seconds=3 * fence))
    seen = Verification.objects.create(republication=row, url=row.receipt_url, verdict=verdict, sentence=f"{headline}: seen.")
    Look.objects.create(verification=seen, at=live + timedelta(seconds=10), verdict=verdict)
    return row


def test_the_screen_shows_the_share_the_weeks_and_the_copies_in_trouble(editor: Client) -> None:
    good, bad = make.outlet("Good Evening"), make.outlet("Wayward")
    copied(good, "The harbour")
    row = copied(bad, "The lamps", "wrong", days=30)
    page = get(editor, "health")
    assert "1 of 2 copies lead home" in page
    assert "<svg" in page and 'role="img"' in page and page.count("syndication-chart-share") == 12
    assert "The lamps: seen." in page and "The harbour: seen." not in page
    assert reverse("syndication:letter", args=[row.pk]) in page
    assert "The harbour: seen." in get(editor, "health_results", verdict="all")
    assert "The lamps" in get(editor, "health", verdict="drifted") and "No such copy" in get(editor, "health", verdict="gone")
    narrowed = get(editor, "health", outlet=good.pk)
    assert "The copy leads home" in narrowed and "The lamps" not in narrowed


def test_without_a_copy_it_says_what_will_come(editor: Client) -> None:
    assert "No copy was looked at yet." in get(editor, "health")


def test_it_can_be_taken_along_and_no_cell_is_a_formula(editor: Client) -> None:
    row = copied(make.outlet("=Wayward"), "=HYPERLINK(1)", "wrong")
    lines = get(editor, "health", export="csv").splitlines()
    assert lines[0].startswith("Piece,Outlet,Address of the copy,Verdict")
    assert lines[1].startswith("'=HYPERLINK(1),'=Wayward,https://outlet.example/1,wrong")
    assert lines[1].endswith(f"/admin/syndication/letter/{row.pk}/")
    assert editor.get(reverse("syndication:health"), {"export": "xlsx"}).status_code == 200


@pytest.mark.parametrize("name", ["health", "ran"])
def test_many_copies_cost_as_many_queries_as_few(name: str, editor: Client) -> None:
    outlets = [make.outlet(), make.outlet()]
    counts = []
    for number in range(2):
        for one in range(1 + 4 * number):
            copied(outlets[one % 2], f"Piece {number} {one}", "wrong")
        get(editor, name)
        with CaptureQueriesContext(connection) as asked:
            get(editor, name)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_explorer_the_overview_and_the_piece_say_how_many_copies_lead_home(editor: Client) -> None:
    outlets = [make.outlet() for _ in range(4)]
    page = make.original("The harbour")
    for number, outlet in enumerate(outlets):
        row = Republication.objects.get(uid=page.uid, outlet=outlet)
        Verification.objects.create(republication=row, url="https://x.example/", verdict="honoured" if number else "missing")
    explorer = editor.get(reverse("wagtailadmin_explore", args=[page.get_parent().pk])).content.decode()
    for told in (explorer, get(editor, "overview"), get(editor, "panel", page.pk)):
        assert "3 of 4 copies lead home" in told
    Verification.objects.update(verdict="honoured")
    assert "All 4 copies lead home" in get(editor, "panel", page.pk)


def test_the_letter_can_be_copied_by_the_contract_that_other_pages_keep(editor: Client) -> None:
    row = copied(make.outlet(), "The lamps", "wrong")
    letter = get(editor, "letter", row.pk)
    assert '<textarea id="letter"' in letter and 'data-copy="#letter"' in letter and 'role="status"' in letter


def test_where_pieces_ran_tells_readers_and_how_long_it_took(editor: Client) -> None:
    outlet = make.outlet("Good Evening")
    row = copied(outlet, "The harbour")
    copied(outlet, "The lamps", "wrong")
    Reads.objects.create(uid=row.uid, day="2026-05-30", host="outlet.example", path="/1", readers=41)
    Reads.objects.create(uid=row.uid, day="2026-05-31", host="elsewhere.example", path="/1", readers=1000)
    page = get(editor, "ran")
    for told in ("The harbour", "Good Evening", ">41<", "3 seconds", "10 seconds", "not proved"):
        assert told in page, told
    assert "The lamps" not in get(editor, "ran", q="harbour")
    lines = get(editor, "ran", export="csv", q="harbour").splitlines()
    assert len(lines) == 2
    cells = lines[1].split(",")
    assert (cells[0], cells[1], cells[5], cells[7], cells[8]) == ("The harbour", "Good Evening", "3", "10", "41")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, ""), (1, "1 second"), (119, "119 seconds"), (7500, "2\xa0hours, 5\xa0minutes"), (-3, "0 seconds")],
)
def test_a_time_in_words(seconds: float | None, words: str) -> None:
    assert lasted(None if seconds is None else timedelta(seconds=seconds)) == words
