"""The link to an outlet's page and its tokens, in the admin: made, shown once, ended, revoked; with the actor in the history."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from syndication.admitting import end_token, page_of
from syndication.models import Outlet, Token
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client: Client) -> Client:
    """A superuser's browser."""
    client.force_login(make.editor())
    return client


@pytest.fixture
def weekly() -> Outlet:
    """An outlet that fetches."""
    return make.outlet("The Weekly", kind="pull", endpoint="", secret="", website="https://weekly.example")


def access(outlet: Outlet) -> str:
    return reverse("syndication:outlet_access", args=[outlet.pk])


def asked(**facts: Any) -> dict[str, Any]:
    """What the form sends."""
    return {"name": "Website", "scopes": ["read", "feed"], "expires_at": "", **facts}


def text_of(page: str, token: Token) -> str | None:
    """The token's text, where the page shows it."""
    found = re.search(rf"hw_{token.prefix}_[\w-]+", page)
    return found[0] if found else None


def test_a_token_is_shown_once_in_the_answer_that_made_it_and_nowhere_else(editor: Client, weekly: Outlet) -> None:
    answer = editor.post(access(weekly), asked())
    token = Token.objects.get()
    text = text_of(answer.content.decode(), token)
    assert text and Token.find(text) == token and answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    later = editor.get(access(weekly)).content.decode()
    assert text not in later and f"hw_{token.prefix}_…" in later and "read through the API, read feeds" in later
    assert text not in str(dict(editor.session))
    entry = ModelLogEntry.objects.get(action="syndication.make_token")
    assert entry.user == token.created_by and text not in str(entry.data) and token.prefix in str(entry.data)


def test_what_cannot_be_a_token_is_refused_at_its_field(editor: Client, weekly: Outlet) -> None:
    past = timezone.now() - timedelta(hours=1)
    over = past.strftime("%Y-%m-%d %H:%M")
    wrongs: list[dict[str, Any]] = [{"name": ""}, {"scopes": []}, {"scopes": ["admin"]}, {"expires_at": over}]
    for wrong in wrongs:
        assert editor.post(access(weekly), asked(**wrong)).status_code == 422
    other, _text = Token.make(make.outlet(), "Another's", ["read"])
    Token.make(weekly, "Own", ["read"])
    assert editor.post(access(weekly), asked(replaces=other.pk, keep_old_for="24")).status_code == 422
    assert Token.objects.filter(outlet=weekly).count() == 1


@pytest.mark.parametrize(("hours", "opens"), [("24", True), ("0", False)])
def test_a_new_token_takes_the_place_of_an_old_one_with_or_without_overlap(
    editor: Client, weekly: Outlet, hours: str, opens: bool
) -> None:
    old, _text = Token.make(weekly, "Old", ["read"])
    editor.post(access(weekly), asked(name="New", replaces=old.pk, keep_old_for=hours))
    old.refresh_from_db()
    assert bool(not old.objection) is opens
    assert Token.objects.get(name="New").objection == ""
    if opens:
        assert timedelta(hours=23) < old.expires_at - timezone.now() <= timedelta(hours=24)


def test_a_token_is_revoked_only_after_a_question(editor: Client, weekly: Outlet) -> None:
    token, _text = Token.make(weekly, "Website", ["read"])
    end = reverse("syndication:token_end", args=[token.pk])
    assert "When shall" in editor.get(end).content.decode()
    token.refresh_from_db()
    assert token.revoked_at is None
    answer = editor.post(end, {"ends": "0"}, follow=True)
    token.refresh_from_db()
    assert token.revoked_at and "is revoked: it opens nothing any more" in answer.content.decode()
    assert ModelLogEntry.objects.get(action="syndication.revoke_token").user
    assert editor.get(end).status_code == 404 and editor.post(end, {"ends": "0"}).status_code == 404


def test_a_token_is_ended_later_but_never_prolonged(editor: Client, weekly: Outlet) -> None:
    token, _text = Token.make(weekly, "Website", ["read"], expires_at=timezone.now() + timedelta(hours=12))
    end = reverse("syndication:token_end", args=[token.pk])
    assert "ends before that already" in editor.post(end, {"ends": "24"}, follow=True).content.decode()
    assert "opens nothing from" in editor.post(end, {"ends": "1"}, follow=True).content.decode()
    assert editor.post(end, {"ends": "never"}).status_code == 422
    token.refresh_from_db()
    assert timedelta(minutes=59) < token.expires_at - timezone.now() <= timedelta(hours=1)
    assert end_token(token) and not end_token(Token.objects.get(pk=token.pk))


def test_the_link_can_be_copied_and_a_new_one_ends_the_old_after_a_question(editor: Client, weekly: Outlet) -> None:
    old = page_of(weekly)
    assert old in editor.get(access(weekly)).content.decode()
    new = reverse("syndication:outlet_new_link", args=[weekly.pk])
    assert "ends every link" in editor.get(new).content.decode()
    assert Client().get(old).status_code == 200
    shown = editor.post(new, follow=True).content.decode()
    weekly.refresh_from_db()
    assert page_of(weekly) in shown and old not in shown
    assert Client().get(old).status_code == 410 and Client().get(page_of(weekly)).status_code == 200
    assert ModelLogEntry.objects.get(action="syndication.renew_link").user


def test_the_form_of_an_outlet_that_fetches_asks_for_no_secret_and_says_what_comes_next(editor: Client, weekly: Outlet) -> None:
    edit = reverse("outlets:edit", args=[weekly.pk])
    page = editor.get(edit).content.decode()
    assert "there is no endpoint and no secret" in page and access(weekly) in page
    assert f"{reverse('syndication:pulls')}?outlet={weekly.pk}" in page
    assert access(weekly) in editor.get(reverse("outlets:index")).content.decode()


def test_the_history_names_what_was_done(editor: Client, weekly: Outlet) -> None:
    editor.post(access(weekly), asked())
    history = editor.get(reverse("outlets:history", args=[weekly.pk])).content.decode()
    assert "Made a token" in history
