"""Many pieces at once from the explorer, and the explorer's column."""

import time
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import PageLogEntry

from home.models import SectionPage
from syndication.delivering import deliver_due
from syndication.models import Override, Republication
from tests import factories as make
from tests.outlets import Desk, memory
from tests.syndication.test_panel import editor, member

__all__ = ["editor"]
pytestmark = pytest.mark.django_db


def address(pages: list[Any]) -> str:
    action = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "syndicate"])
    return f"{action}?{urlencode([('id', page.pk) for page in pages])}"


def explorer(client: Client) -> str:
    return client.get(reverse("wagtailadmin_explore", args=[SectionPage.objects.get().pk])).content.decode()


def test_the_first_step_offers_the_outlets(editor: Client, desk: Desk) -> None:
    memory("Lantern", automatic=False)
    make.outlet("Only stubs", kind="", endpoint="")
    html = editor.get(address([make.original("One"), make.original("Two")])).content.decode()
    assert "Choose where these 2 pieces shall go." in html and "Lantern" in html and "Only stubs" not in html


def test_nothing_is_chosen_nothing_is_sent(editor: Client, desk: Desk) -> None:
    memory("Lantern", automatic=False)
    html = editor.post(address([make.original()])).content.decode()
    assert "Choose at least one outlet." in html and not Republication.objects.exists()


def test_the_second_step_tells_what_would_be_refused_and_sends_nothing(editor: Client, desk: Desk) -> None:
    lantern, gallery = memory("Lantern", automatic=False), memory("Gallery", automatic=False, needs_image=True)
    pages = [make.original("One"), make.original("Draft", live=False)]
    html = editor.post(address(pages), {"outlets": [lantern.pk, gallery.pk]}).content.decode()
    assert "1 of 4 would go out, 3 would be refused" in html
    assert "It needs a picture. Choose a lead image." in html and "The piece is not public. Publish it first." in html
    assert "Yes, send 1" in html
    assert not Republication.objects.exists() and not Override.objects.exists()


def test_the_third_queues_and_shows_how_far_it_is(editor: Client, desk: Desk) -> None:
    lantern, gallery = memory("Lantern", automatic=False), memory("Gallery", automatic=False, needs_image=True)
    page = make.original("One")
    answer = editor.post(address([page]), {"outlets": [lantern.pk, gallery.pk], "seen": "yes"}, follow=True)
    html = answer.content.decode()
    assert "0 of 2 delivered, 1 refused, 0 failed" in html and "1 on their way" in html
    deliver_due()
    assert desk.holds == {page.uid: "One"}
    html = editor.get(answer.redirect_chain[-1][0] + "?part=yes").content.decode()
    assert "1 of 2 delivered, 1 refused, 0 failed" in html and 'data-under-way="no"' in html
    assert PageLogEntry.objects.get(action="syndication.push").page_id == page.pk


def test_what_an_outlet_has_is_sent_once_more_and_what_is_new_only_once(editor: Client, desk: Desk) -> None:
    lantern = memory("Lantern")
    page = make.original("One")
    deliver_due()
    late = memory("Late", automatic=False)
    editor.post(address([page]), {"outlets": [lantern.pk, late.pk], "seen": "yes"})
    deliver_due()
    assert sorted(desk.verbs) == ["publish", "publish", "update"]


def test_a_batch_is_its_senders_own(editor: Client, desk: Desk) -> None:
    assert editor.get(reverse("syndication:progress", args=["somebody-elses"])).status_code == 404


def test_pages_that_are_no_pieces_and_people_without_the_right_are_left_out(client: Client, editor: Client, desk: Desk) -> None:
    outlet = memory("Lantern", automatic=False)
    page = make.original("One")
    html = editor.get(address([page, SectionPage.objects.get()])).content.decode()
    assert "These are no pieces, or you may not send them:" in html
    client.force_login(member())
    client.post(address([page]), {"outlets": [outlet.pk], "seen": "yes"})
    assert not Republication.objects.exists()
    assert client.get(reverse("syndication:progress", args=["any"])).status_code in (302, 403)


def test_twenty_pieces_to_three_outlets_are_queued_quickly(editor: Client, desk: Desk) -> None:
    outlets = [memory(f"Outlet {number}", automatic=False) for number in range(3)]
    pages = [make.original(f"Piece {number}") for number in range(20)]
    data = {"outlets": [outlet.pk for outlet in outlets]}
    began = time.perf_counter()
    with CaptureQueriesContext(
        connection,
    ) as examined:
        editor.post(address(pages), data)
    halfway = time.perf_counter()
    with CaptureQueriesContext(connection) as queued:
        editor.post(address(pages), {**data, "seen": "yes"})
    print(
        f"preflight {halfway - began:.2f} s, {len(examined)} queries; queue {time.perf_counter() - halfway:.2f} s, {len(queued)}"
    )
    assert Republication.objects.count() == 60
    assert len(queued) <= 20 * 24, "a piece costs so many statements, whatever it costs more an outlet is the log"


# --- the column ---------------------------------------------------------------------------------------------------------


def test_the_explorer_says_how_each_piece_fares(editor: Client, desk: Desk) -> None:
    memory("Lantern")
    page = make.original("One")
    assert "On its way to 1" in explorer(editor)
    deliver_due()
    assert "Delivered to 1 of 1" in explorer(editor)
    Republication.objects.update(state="failed")
    assert "1 failed" in explorer(editor)
    page.unpublish()
    assert "Being withdrawn" in explorer(editor)
    deliver_due()
    assert "Withdrawn" in explorer(editor)


def test_a_piece_nobody_got_says_so(editor: Client, desk: Desk) -> None:
    make.original(live=False)
    assert "Not sent" in explorer(editor)


def test_the_column_costs_one_query_however_long_the_list(editor: Client, desk: Desk) -> None:
    memory("Lantern")
    for number in range(30):
        make.original(f"Piece {number}")
    with CaptureQueriesContext(connection) as queries:
        explorer(editor)
    asked = [query["sql"] for query in queries if 'FROM "syndication_republication"' in query["sql"]]
    # The menu counts what is to be done by hand, on every page.
    assert len([sql for sql in asked if not sql.startswith("SELECT COUNT(*)")]) == 1
