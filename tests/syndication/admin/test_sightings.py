"""The list of pages abroad that nobody told us of, and what editors say of them."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from syndication.counting import figures, read_at
from syndication.models import Outlet, Reads, Republication, Sighting, Verification, current_edition
from syndication.pulling import report
from syndication.readers import Place
from syndication.sighting import sight
from tests import factories as make
from tests.syndication.admin.test_screens import get

pytestmark = pytest.mark.django_db
PAGE = "https://lantern.example/pieces/lamps"


@pytest.fixture
def editor(client: Client) -> Client:
    """A superuser's browser."""
    client.force_login(make.editor())
    return client


def sighted(url: str = PAGE, headline: str = "Lamps", **facts: Any) -> Sighting:
    """A page on which a piece of ours was read."""
    edition = make.edition(make.story(headline=headline, **facts))
    seen = sight(edition.uid, Place.of(url))
    assert seen is not None
    return seen


def lantern(**facts: Any) -> Outlet:
    return make.outlet("Lantern", **{"kind": "pull", "website": "https://lantern.example/", "automatic": False, **facts})


def say(editor: Client, seen: Sighting, **answer: Any) -> Any:
    return editor.post(reverse("syndication:sighting", args=[seen.pk]), answer, follow=True)


def reads(seen: Sighting, readers: int, days_ago: int = 0) -> Reads:
    day = timezone.now().date() - timedelta(days=days_ago)
    return Reads.objects.create(uid=seen.uid, host=seen.host, path=seen.path, day=day, readers=readers)


# --- the list -----------------------------------------------------------------------------------------------------------


def test_the_list_tells_piece_page_and_reads(editor: Client) -> None:
    seen = sighted()
    reads(seen, 3)
    reads(seen, 4, days_ago=1)
    page = get(editor, "sightings")
    assert "Lamps" in page
    assert PAGE in page
    assert 'data-label="Reads">7<' in page


def test_what_is_read_most_comes_first(editor: Client) -> None:
    few, many, none = sighted(headline="Few"), sighted(headline="Many"), sighted(headline="Untouched")
    reads(few, 2)
    reads(many, 9)
    page = get(editor, "sightings")
    assert page.index("Many") < page.index("Few") < page.index("Untouched")
    assert none.state == "new"


def test_the_list_proposes_the_outlet_on_whose_host_the_page_stands(editor: Client) -> None:
    lantern()
    sighted()
    sighted("https://other.example/a", "Ships")
    page = get(editor, "sightings")
    assert "It is the copy at Lantern…" in page
    assert "It is a copy…" in page


def test_what_was_decided_is_shown_only_when_asked_for(editor: Client) -> None:
    seen = sighted()
    Sighting.objects.update(state=Sighting.State.DISMISSED)
    assert "Lamps" not in get(editor, "sightings")
    assert "No page waits" in get(editor, "sightings")
    page = get(editor, "sightings", state="dismissed")
    assert "Lamps" in page
    assert reverse("syndication:dismiss_sighting", args=[seen.pk]) not in page


def test_what_the_outlet_reported_meanwhile_waits_no_longer(editor: Client) -> None:
    outlet, seen = lantern(), sighted()
    edition = current_edition(seen.uid)
    assert edition is not None
    Republication.objects.want(edition, outlet, Republication.PUBLISH)
    report(outlet, seen.uid, PAGE)
    assert "No page waits" in get(editor, "sightings")


def test_an_address_cannot_write_into_the_page(editor: Client) -> None:
    edition = make.edition()
    Sighting.objects.create(uid=edition.uid, url='https://x.example/"><script>alert(1)</script>')
    assert "<script>alert(1)" not in get(editor, "sightings")


def test_the_list_asks_as_many_questions_for_many_as_for_few(editor: Client) -> None:
    lantern()
    reads(sighted(), 1)
    get(editor, "sightings")
    with CaptureQueriesContext(connection) as few:
        get(editor, "sightings")
    for number in range(12):
        reads(sighted(f"https://place-{number}.example/a"), number)
    with CaptureQueriesContext(connection) as many:
        get(editor, "sightings")
    assert len(many) <= len(few)


def test_the_spreadsheet_holds_what_the_list_does(editor: Client) -> None:
    reads(sighted(), 3)
    answer: Any = editor.get(reverse("syndication:sightings"), {"export": "csv"})
    told = b"".join(answer.streaming_content).decode()
    assert PAGE in told
    assert ",3," in told


# --- it is a copy -------------------------------------------------------------------------------------------------------


def test_the_page_becomes_the_outlets_copy_and_is_looked_at_like_any_other(editor: Client) -> None:
    outlet, seen = lantern(), sighted()
    answer = say(editor, seen, outlet=outlet.pk)
    assert "We look at the copy at Lantern now." in answer.content.decode()
    row = Republication.objects.get()
    assert (row.uid, row.outlet, row.state, row.receipt_url) == (seen.uid, outlet, "delivered", PAGE)
    assert row.held == row.wanted
    assert row.due_at is None
    assert Verification.objects.get(republication=row).url == PAGE
    assert Sighting.objects.get().state == "known"


def test_nothing_is_sent_to_an_outlet_that_is_pushed_to_and_has_it_already(editor: Client) -> None:
    outlet = make.outlet("Lantern", website="https://lantern.example/", automatic=False)
    say(editor, sighted(), outlet=outlet.pk)
    row = Republication.objects.get()
    assert (row.state, row.due_at) == ("delivered", None)


def test_a_copy_that_was_known_without_its_address_gets_it(editor: Client) -> None:
    outlet, seen = lantern(), sighted()
    edition = current_edition(seen.uid)
    assert edition is not None
    Republication.objects.want(edition, outlet, Republication.PUBLISH)
    Republication.objects.update(state="delivered", held=edition, due_at=None)
    say(editor, seen, outlet=outlet.pk)
    assert Republication.objects.get().receipt_url == PAGE


def test_a_copy_that_should_be_down_is_looked_at_and_not_called_done(editor: Client) -> None:
    outlet, seen = lantern(), sighted()
    edition = current_edition(seen.uid)
    assert edition is not None
    Republication.objects.create(uid=seen.uid, outlet=outlet, wanted=edition, operation="withdraw", state="offered")
    say(editor, seen, outlet=outlet.pk)
    row = Republication.objects.get()
    assert (row.state, row.receipt_url) == ("offered", PAGE)
    assert Verification.objects.get().url == PAGE


def test_an_outlet_on_another_host_is_refused_with_a_sentence(editor: Client) -> None:
    other, seen = make.outlet("Other", website="https://other.example/"), sighted()
    answer = say(editor, seen, outlet=other.pk)
    assert answer.status_code == 422
    assert "not on a host of Other" in answer.content.decode()
    assert not Republication.objects.exists()
    assert Sighting.objects.get().state == "new"


def test_an_outlet_that_gets_nothing_yet_is_not_offered_but_told_of(editor: Client) -> None:
    outlet = make.outlet("Lantern", kind="", endpoint="", website="https://lantern.example/")
    page = get(editor, "sighting", sighted().pk)
    assert "which so far only runs pieces that our stubs point at" in page
    assert reverse("outlets:edit", args=[outlet.pk]) in page
    assert f'<option value="{outlet.pk}"' not in page


def test_nobody_chosen_is_asked_for(editor: Client) -> None:
    answer = say(editor, sighted())
    assert answer.status_code == 422
    assert "Choose the outlet." in answer.content.decode()


def test_a_new_outlet_is_made_from_a_name_and_gets_nothing_by_itself(editor: Client) -> None:
    seen = sighted()
    say(editor, seen, name="The Lantern")
    outlet = Outlet.objects.get()
    assert (outlet.name, outlet.website, outlet.kind, outlet.automatic) == (
        "The Lantern",
        "https://lantern.example/",
        "pull",
        False,
    )
    assert Republication.objects.get().receipt_url == PAGE


def test_a_name_that_is_taken_is_refused(editor: Client) -> None:
    make.outlet("Other")
    answer = say(editor, sighted(), name="Other")
    assert answer.status_code == 422
    assert "There is an outlet of this name." in answer.content.decode()


def test_who_may_not_add_outlets_is_not_offered_to(client: Client) -> None:
    user = get_user_model().objects.create_user("editing", password="secret")
    user.groups.set(Group.objects.filter(name="Editors"))
    client.force_login(user)
    seen = sighted()
    assert 'name="name"' not in get(client, "sighting", seen.pk)
    assert say(client, seen, name="The Lantern").status_code == 422
    assert not Outlet.objects.exists()


def test_a_piece_that_nobody_may_carry_any_more_is_no_ones_copy(editor: Client) -> None:
    outlet, edition = lantern(), make.edition(public=False)
    seen = sight(edition.uid, Place.of(PAGE))
    assert seen is not None
    answer = say(editor, seen, outlet=outlet.pk)
    assert answer.status_code == 422
    assert "not public any more" in answer.content.decode()


def test_a_page_we_would_not_visit_is_refused(editor: Client) -> None:
    outlet = lantern(other_hosts="10.0.0.5")
    edition = make.edition()
    seen = Sighting.objects.create(uid=edition.uid, url="http://10.0.0.5/lamps")
    assert say(editor, seen, outlet=outlet.pk).status_code == 422


# --- it is none ---------------------------------------------------------------------------------------------------------


def test_a_dismissed_page_does_not_come_back_when_it_is_read_again(editor: Client) -> None:
    seen = sighted()
    answer = editor.post(reverse("syndication:dismiss_sighting", args=[seen.pk]), follow=True)
    assert "Dismissed." in answer.content.decode()
    assert sight(seen.uid, Place.of(PAGE)) is None
    assert Sighting.objects.get().state == "dismissed"


def test_a_blocked_host_is_not_shown_again_on_any_page(editor: Client) -> None:
    seen, beside, other = sighted(), sighted("https://lantern.example/b"), sighted("https://other.example/")
    editor.post(reverse("syndication:block_sighting", args=[seen.pk]))
    assert set(Sighting.objects.filter(state="blocked")) == {seen, beside}
    assert sight(seen.uid, Place.of("https://lantern.example/c")) is None
    assert Sighting.objects.get(state="new") == other


def test_a_page_that_another_source_found_is_blocked_by_its_host_too(editor: Client) -> None:
    edition = make.edition()
    seen = Sighting.objects.create(uid=edition.uid, url=PAGE, source="webmention")
    editor.post(reverse("syndication:block_sighting", args=[seen.pk]))
    assert sight(edition.uid, Place.of("https://lantern.example/c")) is None


# --- figures ------------------------------------------------------------------------------------------------------------


def test_figures_tell_people_machines_and_each_outlet() -> None:
    outlet, other = lantern(other_hosts="paper.example"), make.outlet("Other", website="https://other.example/")
    edition = make.edition()
    day = date(2026, 11, 25)
    for host, readers, bots in (("lantern.example", 3, 1), ("www.paper.example", 2, 0), ("", 4, 9)):
        Reads.objects.create(uid=edition.uid, day=day, host=host, path="/", readers=readers, bots=bots)
    told = figures(edition.uid, [outlet, other])
    assert (told.readers, told.machines, told.at) == (9, 10, {outlet.pk: 5})


def test_the_reads_of_an_outlet_are_those_of_a_month_on_its_hosts() -> None:
    outlet, seen = lantern(), sighted()
    reads(seen, 3)
    reads(seen, 5, days_ago=40)
    reads(sighted("https://notlantern.example/a"), 7)
    reads(sighted("https://blog.lantern.example/a"), 1)
    assert read_at(outlet) == 4
    assert read_at(Outlet(name="None", website="")) == 0


def test_the_pieces_panel_and_the_outlets_form_show_the_figures(editor: Client) -> None:
    outlet = lantern(automatic=True)
    page = make.original("Lamps")
    Reads.objects.create(uid=page.uid, day=timezone.now().date(), host="lantern.example", path="/", readers=12)
    Reads.objects.create(uid=page.uid, day=timezone.now().date(), host="", path="", readers=1)
    panel = editor.get(reverse("syndication:panel", args=[page.pk])).content.decode()
    assert "were read 13 times." in panel
    assert "Read 12 times there" in panel
    form = editor.get(reverse("outlets:edit", args=[outlet.pk])).content.decode()
    assert "Read 12 times there in the last 30 days" in form
