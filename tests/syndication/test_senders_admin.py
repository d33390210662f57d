"""Senders in the admin: who may send is decided here, the secret is shown once, and what came is listed."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from home.models import SectionPage
from syndication.admin.senders import SenderForm
from syndication.models import Received, Sender
from tests import factories as make
from tests.syndication.test_inbox import page, send, version
from tests.syndication.test_outlet import editor

__all__ = ["editor"]
pytestmark = pytest.mark.django_db


def form(**facts: Any) -> dict[str, Any]:
    """What an editor enters."""
    entered = {"name": "The Harbour Review", "website": "https://home.example/", "other_hosts": "", "active": "on"}
    section = SectionPage.objects.first() or make.section("Elsewhere")
    return {**entered, "section": section.pk, "shows": "stub", "trust": "moderated", **facts}


def secret_of(answer: Any) -> str:
    html = answer.content.decode()
    return str(html.partition('id="given-secret" value="')[2].partition('"')[0])


def test_adding_a_sender_makes_its_secret_and_shows_it_once(editor: Client) -> None:
    answer = editor.post(reverse("senders:add"), form(), follow=True)
    sender = Sender.objects.get()
    assert (sender.trust, sender.shows, sender.active) == ("moderated", "stub", True)
    shown = secret_of(answer)
    assert shown.startswith("whsec_") and shown == sender.secret
    assert f"/syndication/inbox/{sender.address}/" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    # Once, and never again: not here, not on the form, not in the list, nor in any history.
    for place in ("syndication:sender_secret", "senders:edit", "senders:history"):
        html = editor.get(reverse(place, args=[sender.pk])).content.decode()
        assert shown not in html and sender.sealed_secret not in html
    assert shown not in editor.get(reverse("senders:index")).content.decode()
    assert not [entry for entry in ModelLogEntry.objects.all() if shown in str(entry.data)]


def test_what_the_secret_signs_is_taken(editor: Client) -> None:
    shown = secret_of(editor.post(reverse("senders:add"), form(trust="trusted"), follow=True))
    assert send(Sender.objects.get(), "published", version(1), secrets=(shown,)).status_code == 200


def test_a_new_secret_is_shown_once_and_the_old_one_counts_as_long_as_was_chosen(editor: Client) -> None:
    sender = make.sender()
    place = reverse("syndication:sender_secret", args=[sender.pk])
    assert secret_of(editor.get(place)) == ""
    answer = editor.post(place, {"keep_old_for": "24"}, follow=True)
    sender.refresh_from_db()
    assert secret_of(answer) == sender.secret and sender.secret.all[1] == make.SECRET
    assert secret_of(editor.get(place)) == "", "loaded anew it shows nothing and makes no other"
    assert timedelta(hours=23) < sender.old_secret_until - timezone.now() <= timedelta(hours=24)
    assert "the one before it is taken, too" in editor.get(reverse("senders:edit", args=[sender.pk])).content.decode()
    assert ModelLogEntry.objects.filter(action="syndication.rotate_secret").count() == 1
    editor.post(place, {"keep_old_for": "0"})
    sender.refresh_from_db()
    assert len(sender.secret.all) == 1
    editor.post(place, {"keep_old_for": "99"})
    before = sender.sealed_secret
    sender.refresh_from_db()
    assert sender.sealed_secret == before, "nobody offered that"


def test_pieces_are_put_only_where_pieces_stand(editor: Client) -> None:
    answer = editor.post(reverse("senders:add"), form(section=make.front_page().pk))
    assert "Choose a section" in str(answer.context["form"].errors["section"])
    answer = editor.post(reverse("senders:add"), form(section=""))
    assert "section" in answer.context["form"].errors
    answer = editor.post(reverse("senders:add"), form(website="http://10.0.0.1:8080/"))
    assert "website" in answer.context["form"].errors
    assert not Sender.objects.exists()


def test_saving_the_form_leaves_alone_what_arrives_meanwhile(editor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    sender, moment = make.sender(), timezone.now()
    real = SenderForm.save

    def meanwhile(self: SenderForm, commit: bool = True) -> Sender:
        Sender.objects.update(heard_at=moment)
        return real(self, commit)

    monkeypatch.setattr(SenderForm, "save", meanwhile)
    assert editor.post(reverse("senders:edit", args=[sender.pk]), form(name="Another name")).status_code == 302
    sender.refresh_from_db()
    assert (sender.name, sender.heard_at, sender.secret) == ("Another name", moment, make.SECRET)


def test_an_unticked_sender_is_turned_away(editor: Client) -> None:
    sender = make.sender()
    facts = form()
    del facts["active"]
    editor.post(reverse("senders:edit", args=[sender.pk]), facts)
    assert send(sender, "published", version(1)).status_code == 410


def test_what_came_is_listed_with_its_state_and_the_ways_to_it(editor: Client) -> None:
    assert "Nothing came yet" in editor.get(reverse("syndication:received")).content.decode()
    sender = make.sender()
    send(sender, "published", version(1, headline="<b>Harbour</b>"))
    row = Received.objects.get()
    html = editor.get(reverse("syndication:received")).content.decode()
    assert "&lt;b&gt;Harbour&lt;/b&gt;" in html and "<b>Harbour" not in html
    assert reverse("wagtailadmin_pages:edit", args=[page().pk]) in html
    assert row.url in html and row.source in html and "published" in html
    send(sender, "withdrawn", version(2))
    html = editor.get(reverse("syndication:received")).content.decode()
    assert "withdrawn by the sender" in html and f'href="{row.url}"' not in html


@pytest.mark.parametrize(("state", "count"), [("published", 1), ("waiting", 1), ("withdrawn", 1), ("removed", 1), ("", 4)])
def test_the_list_is_filtered_by_state_and_sender_and_searched(state: str, count: int, editor: Client) -> None:
    sender = make.sender()
    for number, path in enumerate(("published", "waiting", "withdrawn", "removed")):
        story = version(1, uid=uuid4(), headline=f"Piece {path}", url=f"https://home.example/{number}/")
        Sender.objects.update(trust="moderated" if path == "waiting" else "trusted")
        send(Sender.objects.get(), "published", story)
        if path == "withdrawn":
            send(sender, "withdrawn", story.model_copy(update={"version": 2}))
        if path == "removed":
            Received.objects.get(uid=story.uid).page.specific.delete()
    listed = editor.get(reverse("syndication:received"), {"state": state, "sender": sender.pk}).content.decode()
    assert listed.count("At the sender") == count
    if state:
        assert f"Piece {state}" in listed
    assert editor.get(reverse("syndication:received"), {"q": "waiting"}).content.decode().count("At the sender") == 1
    assert "No piece matches" in editor.get(reverse("syndication:received"), {"q": "nowhere"}).content.decode()


def test_the_list_costs_as_much_for_many_as_for_one(editor: Client, django_assert_max_num_queries: Any) -> None:
    sender = make.sender()
    place = reverse("syndication:received")
    for number in range(8):
        send(sender, "published", version(1, uid=uuid4(), url=f"https://home.example/{number}/"))
    editor.get(place)
    with django_assert_max_num_queries(20):
        editor.get(place)


def test_the_list_is_exported_without_formulas(editor: Client) -> None:
    send(make.sender(), "published", version(1, headline="=cmd()"))
    answer: Any = editor.get(reverse("syndication:received"), {"export": "csv"})
    text = b"".join(answer.streaming_content).decode()
    assert "'=cmd()" in text and "The Harbour Review" in text and "published" in text


def test_editors_see_what_came_but_not_the_secrets(client: Client, django_user_model: Any) -> None:
    person = django_user_model.objects.create_user("editing", password="secret")
    person.groups.add(Group.objects.get(name="Editors"))
    client.force_login(person)
    sender = make.sender()
    assert client.get(reverse("syndication:received")).status_code == 200
    assert client.get(reverse("syndication:sender_secret", args=[sender.pk])).status_code in (302, 403)
    assert "Received" in client.get(reverse("wagtailadmin_home")).content.decode()


def test_deleting_a_sender_leaves_its_pages(editor: Client) -> None:
    sender = make.sender()
    send(sender, "published", version(1))
    editor.post(reverse("senders:delete", args=[sender.pk]))
    assert not Sender.objects.exists() and page().live
