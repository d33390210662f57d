"""Notices in the admin: the list, the dashboard, the account page; and who may see and dismiss."""

import csv
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse
from wagtail.models import ModelLogEntry

from syndication.models import Notice, NoticePreference
from syndication.noticing import mended, notice
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client: Client) -> Client:
    client.force_login(member("Editors"))
    return client


def member(group: str) -> Any:
    user = get_user_model().objects.create_user(f"of {group}", f"{len(group)}@home.example", "secret")
    user.groups.add(Group.objects.get_or_create(name=group)[0])
    return user


def outsider() -> Any:
    """May enter the admin and has no right at outlets."""
    user = member("Library")
    user.groups.get().permissions.add(Permission.objects.get(codename="access_admin"))
    return user


@pytest.fixture
def troubles() -> Any:
    """One open about an outlet, one closed about a piece."""
    outlet, page = make.outlet("Lantern", automatic=False), make.original("The harbour")
    notice("held", f"outlet:{outlet.pk}", "Lantern refused <our> password (401).", title="Lantern", outlet=outlet)
    notice("dead", "republication:1", "It has no title.", title="The harbour", uid=page.uid, outlet=outlet)
    mended("republication:1", "dead")
    return outlet, page


def listed(client: Client, **query: str) -> str:
    return client.get(reverse("syndication:notices"), query).content.decode()


def test_the_list_shows_open_ones_first_with_the_way_to_mend_them(editor: Client, troubles: Any) -> None:
    outlet, page = troubles
    html = listed(editor)
    assert html.index("Lantern refused &lt;our&gt; password (401).") < html.index("It has no title.")
    assert reverse("outlets:edit", args=[outlet.pk]) in html
    assert reverse("wagtailadmin_pages:edit", args=[page.pk]) in html


def test_the_list_is_filtered_and_exported(editor: Client, troubles: Any) -> None:
    assert "It has no title." not in listed(editor, state="open")
    assert "our&gt; password" not in listed(editor, state="closed")
    assert "It has no title." in listed(editor, kind="dead")
    exported = b"".join(editor.get(reverse("syndication:notices"), {"export": "csv"}).streaming_content).decode()  # type: ignore[attr-defined]
    assert "Lantern refused <our> password (401)." in exported
    assert editor.get(reverse("syndication:notices_results"), {"state": "open"}).status_code == 200


def test_neither_a_title_nor_the_name_of_an_outlet_becomes_a_formula(editor: Client) -> None:
    notice("held", "outlet:9", "\tIt refused.", title='=HYPERLINK("https://evil.example")', outlet=make.outlet("@Lantern"))
    answer = editor.get(reverse("syndication:notices"), {"export": "csv"})
    [row] = list(csv.reader(b"".join(answer.streaming_content).decode().splitlines()))[1:]  # type: ignore[attr-defined]
    assert row[:4] == ["held", '\'=HYPERLINK("https://evil.example")', "'@Lantern", "'\tIt refused."]


def test_an_empty_list_says_that_all_is_well(editor: Client) -> None:
    assert "Nothing needs a person." in listed(editor)


def test_the_list_asks_as_often_for_many_as_for_few(editor: Client, troubles: Any, django_assert_max_num_queries: Any) -> None:
    for number in range(40):
        notice("dead", f"republication:{number + 10}", "It failed.", uid=make.story().uid)
    with django_assert_max_num_queries(25):
        listed(editor)


def test_dismissing_closes_and_is_logged(editor: Client, troubles: Any) -> None:
    one = Notice.objects.open().get()
    assert reverse("syndication:dismiss_notice", args=[one.pk]) in listed(editor)
    assert editor.get(reverse("syndication:dismiss_notice", args=[one.pk])).status_code == 405
    editor.post(reverse("syndication:dismiss_notice", args=[one.pk]))
    assert not Notice.objects.open().exists()
    entry = ModelLogEntry.objects.get(action="syndication.dismiss")
    assert entry.user is not None and entry.user.username == "of Editors"
    editor.post(reverse("syndication:dismiss_notice", args=[one.pk]))
    assert ModelLogEntry.objects.filter(action="syndication.dismiss").count() == 1


def test_who_has_no_right_at_outlets_sees_nothing_of_it(client: Client, troubles: Any) -> None:
    client.force_login(outsider())
    assert client.get(reverse("syndication:notices")).status_code == 302
    client.post(reverse("syndication:dismiss_notice", args=[Notice.objects.open().get().pk]))
    assert Notice.objects.open().exists()
    assert "Lantern" not in client.get(reverse("wagtailadmin_home")).content.decode()
    assert "Syndication e-mails" not in client.get(reverse("wagtailadmin_account")).content.decode()


def test_dismissing_leads_back_to_the_same_list_and_to_the_notice_beside_it(editor: Client, troubles: Any) -> None:
    notice("stalled", "engine", "Deliveries stand still.")
    first, second = Notice.objects.open()
    onward = f"{reverse('syndication:notices')}?state=open#row-{second.pk}"
    html = listed(editor, state="open")
    assert f'value="{onward}"' in html and f'id="row-{second.pk}"' in html
    assert editor.post(reverse("syndication:dismiss_notice", args=[first.pk]), {"next": onward})["Location"] == onward
    elsewhere = editor.post(reverse("syndication:dismiss_notice", args=[second.pk]), {"next": "//evil.example"})
    assert elsewhere["Location"] == reverse("syndication:notices")


def test_who_may_only_see_may_not_dismiss(client: Client, troubles: Any) -> None:
    user = outsider()
    user.groups.get().permissions.add(Permission.objects.get(codename="view_republication"))
    client.force_login(user)
    one = Notice.objects.open().get()
    assert reverse("syndication:dismiss_notice", args=[one.pk]) not in listed(client)
    client.post(reverse("syndication:dismiss_notice", args=[one.pk]))
    assert Notice.objects.open().exists()


def test_the_dashboard_shows_the_newest_and_the_menu_the_number(editor: Client, troubles: Any) -> None:
    for number in range(6):
        notice("dead", f"republication:{number + 10}", "It failed.", title=f"Piece {number}")
    html = editor.get(reverse("wagtailadmin_home")).content.decode()
    assert "What needs a person abroad" in html and "See all 7 open notices" in html
    assert "Piece 5" in html and "Piece 1" in html and "Piece 0" not in html
    assert "Notices (7)" in html


def test_the_dashboard_is_quiet_when_all_is_well(editor: Client) -> None:
    assert "What needs a person abroad" not in editor.get(reverse("wagtailadmin_home")).content.decode()


def test_each_person_chooses_how_they_hear(editor: Client) -> None:
    html = editor.get(reverse("wagtailadmin_account")).content.decode()
    assert "Syndication e-mails" in html and not NoticePreference.objects.exists()
    data = {"syndication-mail": "digest", "name_email-email": "new@home.example", "theme-theme": "system"}
    data |= {"name_email-first_name": "Ada", "name_email-last_name": "Lovelace"}
    fields = {"theme-density": "default", "theme-contrast": "system", "theme-keyboard_shortcuts": "on"}
    answer = editor.post(reverse("wagtailadmin_account"), {**data, **fields})
    assert answer.status_code == 302, [panel.get_form().errors for panel in answer.context.get("panels", [])]
    assert NoticePreference.objects.get().mail == "digest"
