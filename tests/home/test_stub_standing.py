"""A stub whose outlet's page serves readers no more: what they are told, and what an editor can do about it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from selectolax.lexbor import LexborHTMLParser

from syndication.leaning import lift
from syndication.models import Outlet, Verification
from syndication.planning import plan
from tests import factories as make

pytestmark = pytest.mark.django_db

THERE = f"{make.ABROAD}/pieces/lamps"
ARCHIVE = "https://archive.example/2018/lamps"
SINCE = datetime(2026, 3, 4, 12, tzinfo=UTC)


def stub(**facts: Any) -> Any:
    return make.stub(outlet_url=THERE, archive_url=ARCHIVE, **facts)


def stands(page: Any, **facts: Any) -> None:
    """As if the worker had seen that, and planned."""
    Verification.objects.filter(stub_uid=page.uid).update(standing_since=SINCE, looked_at=SINCE, **facts)
    plan(page, "test")


def onward(client: Client, page: Any) -> tuple[list[str], list[str], str]:
    """What stands below the text, the links in it, and the whole page."""
    html = client.get(page.url).content.decode()
    tree = LexborHTMLParser(html)
    texts = [" ".join(node.text().split()) for node in tree.css(".onward")]
    return texts, [node.attributes["href"] or "" for node in tree.css(".onward a")], html


def test_while_the_page_is_well_no_archive_is_offered(client: Client) -> None:
    assert onward(client, stub())[:2] == (["Read the rest at Evening Lantern"], [THERE])


def test_a_page_behind_a_wall_is_said_to_be_and_the_archive_offered(client: Client) -> None:
    page = stub()
    stands(page, standing="paywalled", standing_in_a_row=2, verdict="honoured")
    texts, links, _html = onward(client, page)
    assert texts == ["Read the rest at Evening Lantern", "They ask readers to subscribe or to sign in.", "An archived copy"]
    assert links == [THERE, ARCHIVE]


@pytest.mark.parametrize("extent", ["excerpt", "full"])
def test_of_a_page_that_is_gone_readers_learn_since_when(extent: str, client: Client) -> None:
    page = stub(extent=extent)
    stands(page, standing="gone", standing_in_a_row=3, verdict="gone", in_a_row=3)
    texts, links, html = onward(client, page)
    assert texts == ["It ran at Evening Lantern, where the page has been gone since 4 March 2026.", "An archived copy"]
    assert links == [ARCHIVE]
    assert f'<link rel="canonical" href="{page.full_url}">' in html


def test_a_withheld_address_stands_nowhere_on_our_pages_and_feeds(client: Client) -> None:
    page = stub()
    stands(page, standing="taken over", withheld_at=SINCE, verdict="gone", in_a_row=2)
    texts, links, html = onward(client, page)
    assert texts == ["It ran at Evening Lantern; that page is no longer theirs.", "An archived copy"]
    assert links == [ARCHIVE] and THERE not in html
    for address in ("/feeds/rss/", "/feeds/atom/", "/feeds/json/", page.get_parent().url):
        answer = client.get(address)
        assert answer.status_code == 200 and THERE not in answer.content.decode(), address


def test_the_tab_tells_how_the_page_stands_and_one_press_takes_the_new_address(client: Client) -> None:
    page = stub()
    new = f"{make.ABROAD}/2026/lamps"
    known = {"title": "Of lamps", "site_name": "Lantern", "words": 700, "digest": "d" * 64}
    stands(page, standing="moved", moved_to=new, sentence="It has moved.", snapshot=known, snapshot_at=SINCE)
    client.force_login(make.editor())
    panel = client.get(reverse("syndication:panel", args=[page.pk])).content.decode()
    assert all(words in panel for words in ("It has moved.", "Of lamps", "700 words", "4 Mar 2026", new, "Take the new address"))
    client.post(reverse("syndication:target_move", args=[page.pk]))
    page.refresh_from_db()
    assert page.outlet_url == new and page.live and not page.has_unpublished_changes
    row = Verification.objects.get()
    assert (row.url, row.moved_to, row.standing) == (new, "", "")


def test_an_address_taken_beside_a_draft_waits_in_the_draft(client: Client) -> None:
    page = stub()
    stands(page, standing="moved", moved_to=f"{make.ABROAD}/b")
    page.title = "Lamps, rewritten"
    page.save_revision()
    client.force_login(make.editor())
    client.post(reverse("syndication:target_move", args=[page.pk]))
    page.refresh_from_db()
    draft = page.get_latest_revision_as_object()
    assert (page.outlet_url, draft.outlet_url, draft.title) == (THERE, f"{make.ABROAD}/b", "Lamps, rewritten")


def test_on_the_tab_an_editor_accepts_the_page_and_on_the_outlets_screen_lifts_the_quarantine(client: Client) -> None:
    page = stub()
    stands(page, standing="taken over", withheld_at=SINCE, verdict="gone", in_a_row=2)
    client.force_login(make.editor())
    panel = client.post(reverse("syndication:target_accept", args=[page.pk])).content.decode()
    assert "link withheld" not in panel and onward(client, page)[1] == [THERE]
    facts = {"quarantined_at": SINCE, "quarantined_hosts": ["outlet.example"], "quarantine_reason": "Two were taken over."}
    Outlet.objects.update(**facts)
    plan(page, "test")
    outlet = Outlet.objects.get()
    screen = client.get(reverse("outlets:edit", args=[outlet.pk])).content.decode()
    assert "Lift quarantine" in screen and "Two were taken over." in screen
    assert onward(client, page)[1] == [ARCHIVE]
    client.post(reverse("syndication:outlet_lift", args=[outlet.pk]))
    assert onward(client, page)[1] == [THERE] and not lift(outlet)
