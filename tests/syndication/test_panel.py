"""The Syndication panel and what its buttons ask for."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from syndication.delivering import deliver_due
from syndication.models import Outlet, Republication, Verification
from tests import factories as make
from tests.outlets import Desk

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def chief(client: Client) -> Client:
    """An editor who may do everything, logged in."""
    make.front_page()
    client.force_login(make.editor())
    return client


@pytest.fixture
def contributor(django_user_model: Any) -> Client:
    """Somebody who may enter the admin and edit pages, but not push."""
    home = make.front_page()
    group = Group.objects.create(name="Contributors")
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    group.page_permissions.create(page=home, permission=Permission.objects.get(codename="change_page"))
    user = django_user_model.objects.create_user("contributor", password="secret")
    user.groups.add(group)
    client = Client()
    client.force_login(user)
    return client


def panel(client: Client, page: Any) -> str:
    """The panel's table as HTML."""
    answer = client.get(reverse("syndication:panel", args=[page.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def press(client: Client, action: str, page: Any, outlet: Outlet) -> Any:
    """Press a button of the panel."""
    return client.post(reverse(f"syndication:{action}", args=[page.pk, outlet.pk]))


def test_a_draft_says_that_nothing_is_sent_yet(chief: Client, desk: Desk) -> None:
    make.outlet("The Memory", kind="memory")
    page = make.original("A draft", live=False)
    assert "Nothing is sent before the piece is published." in panel(chief, page)


def test_without_outlets_it_says_where_to_add_one(chief: Client) -> None:
    page = make.original("Alone")
    assert "There is no outlet to push to yet." in panel(chief, page)


def test_it_shows_wanted_delivered_and_verified_apart(chief: Client, desk: Desk) -> None:
    make.outlet("The Memory", kind="memory")
    page = make.original("A piece")
    assert 'data-under-way="yes"' in panel(chief, page)
    deliver_due()
    shown = panel(chief, page)
    assert "delivered" in shown
    assert "not looked yet" in shown
    assert 'data-under-way="no"' in shown
    sentence = "The copy names another page as its home."
    evidence = [{"what": "canonical", "place": "head", "excerpt": '<link rel="canonical" href="https://elsewhere.example/">'}]
    Verification.objects.update(verdict="wrong", sentence=sentence, evidence=evidence)
    shown = panel(chief, page)
    assert sentence in shown
    assert "&lt;link rel=&quot;canonical&quot;" in shown


def test_an_error_is_told_in_words_with_its_detail_one_click_away(chief: Client, desk: Desk) -> None:
    make.outlet("The Memory", kind="memory")
    page = make.original("A piece")
    desk.tell("permanent")
    deliver_due()
    shown = panel(chief, page)
    assert "The outlet will not take this piece as it is (422)." in shown
    assert "<details>" in shown
    assert "No title" in shown


def test_push_again_sends_once_more_under_a_new_key(chief: Client, desk: Desk) -> None:
    outlet = make.outlet("The Memory", kind="memory")
    page = make.original("A piece")
    deliver_due()
    before = Republication.objects.get().key
    answer = press(chief, "push", page, outlet)
    assert answer.status_code == 200
    assert "on its way" in answer.content.decode()
    deliver_due()
    row = Republication.objects.get()
    assert row.key != before
    assert row.state == Republication.State.DELIVERED
    assert desk.verbs == ["publish", "update"]


def test_an_outlet_that_takes_nothing_by_itself_can_be_given_a_piece(chief: Client, desk: Desk) -> None:
    outlet = make.outlet("The Memory", kind="memory", automatic=False)
    page = make.original("A piece")
    assert "Not sent to:" in panel(chief, page)
    press(chief, "push", page, outlet)
    deliver_due()
    assert desk.verbs == ["publish"]
    make.edit(page, title="A better piece")
    deliver_due()
    assert desk.verbs == ["publish", "update"]


def test_pushing_to_a_held_outlet_tries_it_again(chief: Client, desk: Desk) -> None:
    outlet = make.outlet("The Memory", kind="memory")
    page = make.original("A piece")
    desk.tell("refused")
    deliver_due()
    outlet.refresh_from_db()
    assert outlet.state == Outlet.State.HELD
    press(chief, "push", page, outlet)
    deliver_due()
    outlet.refresh_from_db()
    assert outlet.state == Outlet.State.ACTIVE
    assert Republication.objects.get().state == Republication.State.DELIVERED


def test_a_piece_that_is_not_public_cannot_be_pushed(chief: Client, desk: Desk) -> None:
    outlet = make.outlet("The Memory", kind="memory")
    page = make.original("A draft", live=False)
    answer = press(chief, "push", page, outlet)
    assert answer.status_code == 409
    assert "publish it first" in answer.content.decode()
    assert Republication.objects.count() == 0


def test_look_now_makes_the_next_look_due(chief: Client, desk: Desk) -> None:
    outlet = make.outlet("The Memory", kind="memory")
    page = make.original("A piece")
    deliver_due()
    Verification.objects.update(due_at=None, verdict="honoured")
    assert press(chief, "look", page, outlet).status_code == 200
    assert Verification.objects.get().due_at is not None


def test_only_posts_push(chief: Client, desk: Desk) -> None:
    outlet = make.outlet("The Memory", kind="memory")
    page = make.original("A piece")
    for action in ("push", "look"):
        assert chief.get(reverse(f"syndication:{action}", args=[page.pk, outlet.pk])).status_code == 405


def test_who_may_edit_but_not_push_sees_the_table_without_buttons(contributor: Client, desk: Desk) -> None:
    outlet = make.outlet("The Memory", kind="memory")
    page = make.original("A piece")
    deliver_due()
    shown = panel(contributor, page)
    assert "The Memory" in shown
    assert "Push again" not in shown
    assert press(contributor, "push", page, outlet).status_code in (302, 403)
    assert desk.verbs == ["publish"]


def test_strangers_see_nothing(client: Client, desk: Desk) -> None:
    make.outlet("The Memory", kind="memory")
    page = make.original("A piece")
    answer = client.get(reverse("syndication:panel", args=[page.pk]))
    assert answer.status_code == 302
    assert "/admin/login/" in answer["Location"]


def test_pushes_by_hand_stand_in_the_history(chief: Client, desk: Desk) -> None:
    outlet = make.outlet("The Memory", kind="memory")
    page = make.original("A piece")
    press(chief, "push", page, outlet)
    history = chief.get(reverse("wagtailadmin_pages:history", args=[page.pk])).content.decode()
    assert "Pushed to an outlet by hand" in history
