"""Pulls: who pulled what, when and from where, as editors see and export it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from syndication.auditing import audit
from syndication.models import Outlet, Pull, Token
from syndication.pulling import shelf
from syndication.pulse import prune
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


def asked(path: str = "/partners/v1/articles", surface: str = "api", status: int = 200, **facts: Any) -> None:
    audit(RequestFactory().get(path, headers={"user-agent": "Desk/2"}), surface, status, **facts)


def listed(client: Client, **query: Any) -> str:
    answer = client.get(reverse("syndication:pulls_results"), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_empty_log_says_what_to_do(editor: Client) -> None:
    assert "Nobody pulled anything yet" in listed(editor)
    assert "Take a filter away" in listed(editor, status="5")


def test_the_log_tells_who_what_when_from_where_and_why_not(editor: Client, weekly: Outlet) -> None:
    make.original("The harbour")
    token, _text = Token.make(weekly, "Website", ["read"])
    asked(token=token, rows=shelf(weekly))
    asked("/partners/v1/ping", status=401, refusal="We do not know this token.")
    page = listed(editor)
    for told in ("The Weekly", "The harbour", "v1", "127.0.0.1", "Desk/2", f"hw_{token.prefix}_…", "We do not know this token."):
        assert told in page
    assert "Pulls" in editor.get(reverse("syndication:pulls")).content.decode()


def test_the_log_is_filtered_and_searched(editor: Client, weekly: Outlet) -> None:
    harbour, _lamp = make.original("The harbour"), make.original("The lamp")
    asked("/harbour", outlet=weekly, rows=shelf(weekly).filter(uid=harbour.uid))
    asked("/lamp", "feed", outlet=weekly, rows=shelf(weekly).exclude(uid=harbour.uid))
    asked("/nobody", status=401, refusal="Unknown.")

    def paths(**query: Any) -> set[str]:
        page = listed(editor, **query)
        return {path for path in ("/harbour", "/lamp", "/nobody") if path in page}

    assert paths() == {"/harbour", "/lamp", "/nobody"}
    assert paths(outlet=weekly.pk) == {"/harbour", "/lamp"}
    assert paths(surface="feed") == {"/lamp"}
    assert paths(status="4") == {"/nobody"} == paths(refused="yes")
    assert paths(piece=str(harbour.uid)) == {"/harbour"} == paths(q="HARBOUR")
    make.edit(harbour, title="Another name")
    assert paths(q="harbour") == paths(q="another name") == {"/harbour"}, "by the headline it has, and by the one it had"


def test_many_pieces_are_counted_and_cost_no_more_queries(editor: Client, weekly: Outlet) -> None:
    for _number in range(5):
        make.original()
    asked(outlet=weekly, rows=shelf(weekly))
    assert "and 2 more" in listed(editor)
    with CaptureQueriesContext(connection) as few:
        listed(editor)
    for _number in range(10):
        asked(outlet=weekly, rows=shelf(weekly))
    with CaptureQueriesContext(connection) as many:
        listed(editor)
    assert len(many) == len(few)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_log_is_exported_with_its_pieces_and_no_formula(editor: Client, weekly: Outlet, form: str) -> None:
    page = make.original()
    asked(outlet=weekly, rows=shelf(weekly))
    Pull.objects.update(agent="=HYPERLINK(1)")
    answer = editor.get(reverse("syndication:pulls"), {"export": form})
    body = answer.getvalue()
    assert answer.status_code == 200
    if form == "csv":
        assert f"{page.uid} v1" in body.decode() and "'=HYPERLINK(1)" in body.decode() and "The Weekly" in body.decode()
    else:
        assert body.startswith(b"PK")


def test_the_daily_prune_forgets_old_pulls(settings: Any) -> None:
    asked()
    Pull.objects.update(at=timezone.now() - timedelta(days=settings.SYNDICATION_AUDIT_DAYS + 1))
    asked("/new")
    prune()
    assert Pull.objects.get().path == "/new"
