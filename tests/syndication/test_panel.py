"""The Syndication panel: what editors see of a piece abroad, and the two things they may ask for."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import GroupPagePermission, ModelLogEntry, PageLogEntry

from syndication.delivering import deliver_due
from syndication.models import Outlet, Republication, Verification
from syndication.planning import reconcile
from tests import factories as make
from tests.outlets import Desk, memory

pytestmark = pytest.mark.django_db


@pytest.fixture
def outlet(desk: Desk) -> Outlet:
    return memory("Lantern")


@pytest.fixture
def editor(client: Client) -> Client:
    """A superuser's browser."""
    client.force_login(make.editor())
    return client


def member(*, may_edit: bool = True, may_push: bool = False) -> Any:
    """Somebody of the newsroom with fewer rights."""
    home = make.front_page()
    group = Group.objects.create(name=f"Group {may_edit} {may_push}")
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    if may_push:
        group.permissions.add(Permission.objects.get(codename="syndicate"))
    if may_edit:
        permission = Permission.objects.get(content_type__app_label="wagtailcore", codename="change_page")
        GroupPagePermission.objects.create(group=group, page=home, permission=permission)
    user = get_user_model().objects.create_user(f"member-{may_edit}-{may_push}", password="secret")
    user.groups.add(group)
    return user


def panel(page: Any) -> str:
    return reverse("syndication:panel", args=[page.pk])


def push(page: Any, outlet: Outlet) -> str:
    return reverse("syndication:push", args=[page.pk, outlet.pk])


def look(page: Any, outlet: Outlet) -> str:
    return reverse("syndication:look", args=[page.pk, outlet.pk])


def row() -> Republication:
    return Republication.objects.get()


# --- what it shows ------------------------------------------------------------------------------------------------------


def test_the_edit_form_shows_what_each_outlet_should_hold_and_took(outlet: Outlet, editor: Client) -> None:
    page = make.original()
    deliver_due()
    Verification.objects.update(verdict="missing", sentence="The copy names no home.", evidence=[], due_at=timezone.now())
    html = editor.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()
    assert "Lantern" in html and "Wanted: version 1" in html and "it has version 1" in html
    assert "The copy names no home." in html
    assert row().receipt_url in html
    assert push(page, outlet) in html and look(page, outlet) in html


def test_a_piece_that_is_not_published_yet_offers_no_push(outlet: Outlet, editor: Client) -> None:
    page = make.original(live=False)
    html = editor.get(panel(page)).content.decode()
    assert "Nothing is sent before the piece is published" in html
    assert push(page, outlet) not in html


def test_an_unpublished_piece_says_what_happens_to_its_copies(outlet: Outlet, editor: Client) -> None:
    page = make.original()
    deliver_due()
    page.unpublish()
    html = editor.get(panel(page)).content.decode()
    assert "outlets that carried it are asked to take it down" in html and "Wanted: taken down" in html
    assert push(page, outlet) not in html


def test_a_failure_is_told_in_plain_words_with_the_detail_escaped_below(outlet: Outlet, editor: Client) -> None:
    page = make.original()
    Republication.objects.update(state="failed", error="No title.", error_detail="<script>alert(1)</script>", due_at=None)
    html = editor.get(panel(page)).content.decode()
    assert "No title." in html
    assert "<script>alert(1)" not in html and "&lt;script&gt;" in html


def test_what_was_taken_with_reservations_says_which(outlet: Outlet, editor: Client, desk: Desk) -> None:
    desk.warnings = ("The canonical link <cannot> be set there.",)
    page = make.original()
    deliver_due()
    assert "The canonical link &lt;cannot&gt; be set there." in editor.get(panel(page)).content.decode()


def test_an_outlet_that_needs_a_person_is_marked(outlet: Outlet, editor: Client) -> None:
    page = make.original()
    Outlet.objects.update(state=Outlet.State.HELD)
    assert "held until somebody acts" in editor.get(panel(page)).content.decode()


def test_outlets_that_did_not_get_it_are_offered(editor: Client, desk: Desk) -> None:
    memory("By hand", automatic=False)
    html = editor.get(panel(make.original())).content.decode()
    assert "By hand" in html and "not sent" in html and "Push now" in html
    assert "It gets pieces only when somebody sends them." in html


def test_where_there_is_no_outlet_it_says_where_to_add_one(editor: Client) -> None:
    assert "There is no outlet to push to yet." in editor.get(panel(make.original())).content.decode()


def test_the_panel_knows_whether_something_is_under_way(outlet: Outlet, editor: Client) -> None:
    page = make.original()
    assert 'data-under-way="yes"' in editor.get(panel(page)).content.decode()
    deliver_due()
    assert 'data-under-way="no"' in editor.get(panel(page)).content.decode()


# --- push ---------------------------------------------------------------------------------------------------------------


def test_pushing_again_owes_it_anew_under_another_key_and_is_written_in_the_history(
    outlet: Outlet, editor: Client, desk: Desk
) -> None:
    page = make.original()
    deliver_due()
    key = row().key
    answer = editor.post(push(page, outlet))
    assert answer.status_code == 200 and "Lantern" in answer.content.decode()
    assert row().key != key and row().due_at is not None
    entry = PageLogEntry.objects.get(action="syndication.push")
    assert (entry.page_id, entry.data) == (page.pk, {"outlet": "Lantern"})
    history = editor.get(reverse("wagtailadmin_pages:history", args=[page.pk])).content.decode()
    assert "Pushed to an outlet by hand" in history
    deliver_due()
    assert desk.verbs == ["publish", "update"] and len(set(desk.keys)) == 2


def test_a_first_push_by_hand(editor: Client, desk: Desk) -> None:
    outlet = memory("By hand", automatic=False)
    page = make.original()
    editor.post(push(page, outlet))
    deliver_due()
    assert desk.holds == {page.uid: page.title}


def test_pushing_again_revives_what_failed_and_an_outlet_that_was_held(outlet: Outlet, editor: Client, desk: Desk) -> None:
    page = make.original()
    desk.tell("permanent")
    deliver_due()
    Outlet.objects.update(state=Outlet.State.HELD, state_reason="401")
    editor.post(push(page, outlet))
    outlet.refresh_from_db()
    assert (outlet.state, outlet.state_reason) == (Outlet.State.ACTIVE, "")
    deliver_due()
    assert row().state == Republication.State.DELIVERED


def test_an_outlet_that_is_back_is_offered_what_it_missed(outlet: Outlet, editor: Client, desk: Desk) -> None:
    page = make.original()
    Outlet.objects.update(state=Outlet.State.GONE)
    missed = make.original("Missed")
    editor.post(push(page, outlet))
    reconcile()
    deliver_due()
    assert set(desk.holds) == {page.uid, missed.uid}


def test_a_suspended_outlet_stays_suspended(outlet: Outlet, editor: Client) -> None:
    page = make.original()
    Outlet.objects.update(state=Outlet.State.SUSPENDED)
    editor.post(push(page, outlet))
    outlet.refresh_from_db()
    assert outlet.state == Outlet.State.SUSPENDED


@pytest.mark.parametrize("how", ["draft", "unpublished", "scheduled"])
def test_what_is_not_public_cannot_be_pushed(how: str, outlet: Outlet, editor: Client) -> None:
    page = make.original(live=how == "unpublished")
    if how == "unpublished":
        page.unpublish()
    if how == "scheduled":
        make.edit(page, go_live_at=timezone.now() + timedelta(days=1))
    answer = editor.post(push(page, outlet))
    assert answer.status_code == 409
    assert answer.content.decode() == "The piece is not public. Publish it first."
    assert not Republication.objects.filter(operation="publish", due_at__isnull=False).exists()


def test_an_outlet_nothing_is_pushed_to_cannot_be_pushed_to(editor: Client) -> None:
    outlet = make.outlet(kind="", endpoint="")
    assert editor.post(push(make.original(), outlet)).status_code == 404


# --- look ---------------------------------------------------------------------------------------------------------------


def test_look_now_makes_the_next_look_due(outlet: Outlet, editor: Client) -> None:
    page = make.original()
    deliver_due()
    Verification.objects.update(due_at=timezone.now() + timedelta(days=7))
    assert editor.post(look(page, outlet)).status_code == 200
    due_at = Verification.objects.get().due_at
    assert due_at is not None and due_at < timezone.now() + timedelta(seconds=5)


def test_there_is_nothing_to_look_at_where_nothing_was_sent(outlet: Outlet, editor: Client) -> None:
    page = make.original(live=False)
    assert editor.post(look(page, outlet)).status_code == 404


# --- who may ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", [push, look])
def test_actions_need_their_permission_and_a_post(action: Any, outlet: Outlet, client: Client) -> None:
    page = make.original()
    deliver_due()
    before = Republication.objects.values().get()
    client.force_login(member())
    assert client.post(action(page, outlet)).status_code in (302, 403)
    client.force_login(member(may_push=True))
    assert client.get(action(page, outlet)).status_code == 405
    assert Republication.objects.values().get() == before
    assert client.post(action(page, outlet)).status_code == 200


def test_who_may_push_but_not_edit_the_page_may_not_push_it(outlet: Outlet, client: Client) -> None:
    page = make.original()
    client.force_login(member(may_edit=False, may_push=True))
    assert client.post(push(page, outlet)).status_code in (302, 403)
    assert client.get(panel(page)).status_code in (302, 403)


def test_a_member_without_the_permission_sees_the_table_without_buttons(outlet: Outlet, client: Client) -> None:
    page = make.original()
    deliver_due()
    client.force_login(member())
    html = client.get(panel(page)).content.decode()
    assert "Lantern" in html and "data-syndication-post" not in html


def test_strangers_are_sent_to_the_login(outlet: Outlet, client: Client) -> None:
    page = make.original()
    for answer in (client.get(panel(page)), client.post(push(page, outlet)), client.post(look(page, outlet))):
        assert answer.status_code == 302 and "/login/" in answer["Location"]


def test_a_page_that_is_no_piece_has_no_panel(editor: Client) -> None:
    assert editor.get(panel(make.front_page())).status_code in (302, 403)
    assert editor.get(reverse("syndication:panel", args=[10**6])).status_code == 404


def test_a_post_from_elsewhere_is_refused(outlet: Outlet) -> None:
    page = make.original()
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(make.editor())
    assert strict.post(push(page, outlet)).status_code == 403


def test_outlets_have_a_history_of_their_own(outlet: Outlet, editor: Client) -> None:
    assert editor.get(reverse("outlets:index")).status_code == 200
    assert editor.get(reverse("outlets:history", args=[outlet.pk])).status_code == 200
    assert not ModelLogEntry.objects.exists()


def test_what_a_person_must_do_leads_to_its_kit_and_is_no_failure(editor: Client) -> None:
    make.outlet("Medium", kind="by_hand", endpoint="", secret="", website="https://medium.com/@harbour")
    page = make.original()
    deliver_due()
    html = editor.get(panel(page)).content.decode()
    assert f'href="{reverse("syndication:kit", args=[row().pk])}"' in html and "Put the piece up at Medium" in html
    assert "Push now" in html and "Retry" not in html and 'class="syndication-error"' not in html
