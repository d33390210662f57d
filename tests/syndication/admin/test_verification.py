"""The page of one verification: what we see there now, with the very bytes, and what became of it."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from syndication import tasks
from syndication.doorbell import listen_again
from syndication.models import Look, Notice, Republication, Verification
from syndication.noticing import paths
from tests import factories as make

pytestmark = pytest.mark.django_db
EVIDENCE = [{"what": "canonical link", "place": "head", "excerpt": '<link rel="canonical" href="https://x.example/">'}]


@pytest.fixture
def editor(client: Client) -> Client:
    """A superuser's browser."""
    client.force_login(make.editor())
    return client


def proved(verdict: str = "wrong", **facts: Any) -> Verification:
    """A copy that was looked at."""
    told = make.edition(make.story(headline="Lamps"))
    row = Republication.objects.create(uid=told.uid, outlet=make.outlet("Lantern"), wanted=told, held=told, state="delivered")
    own: dict[str, Any] = {
        "sentence": "The copy names another page.",
        "evidence": EVIDENCE,
        "looked_at": timezone.now(),
        "in_a_row": 2,
    }
    later = timezone.now() + timedelta(days=1)
    return Verification.objects.create(
        republication=row, url="https://o.example/7", due_at=later, verdict=verdict, **own, **facts
    )


def looked(row: Verification, verdict: str, sentence: str, **facts: Any) -> Look:
    return Look.objects.create(verification=row, verdict=verdict, sentence=sentence, **facts)


def shown(client: Client, row: Verification) -> str:
    answer = client.get(reverse("syndication:verification", args=[row.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_shows_verdict_terms_bytes_and_what_became_of_it(editor: Client) -> None:
    row = proved()
    looked(row, "honoured", "All was well then.")
    looked(row, "honoured", "")
    looked(row, "wrong", "Until 3 May.", before="honoured", evidence=EVIDENCE, terms={"canonical": "wrong", "link": "honoured"})
    html = shown(editor, row)
    assert "Lamps" in html and "Lantern" in html
    assert html.count("&lt;link rel=&quot;canonical&quot; href=&quot;https://x.example/&quot;&gt;") == 3, (
        "now, in the letter, and in the history"
    )
    assert "It names our page as its home" in html and "It links to our page" in html
    assert html.index("Until 3 May.") < html.index("All was well then."), "the newest first"
    assert html.count("syndication-proof-look--bad") == 1 and "before: honoured" in html
    assert html.index("What to write to them") < html.index('<textarea id="letter"') and "letter.js" in html
    assert 'data-under-way="no"' in html


def test_a_page_with_many_looks_asks_no_more_than_one_with_few(editor: Client) -> None:
    row = proved()
    looked(row, "wrong", "First.")
    shown(editor, row)
    with CaptureQueriesContext(connection) as few:
        shown(editor, row)
    Look.objects.bulk_create(Look(verification=row, verdict="wrong", sentence=f"Change {number}") for number in range(60))
    with CaptureQueriesContext(connection) as many:
        html = shown(editor, row)
    assert len(many) == len(few) and "Older changes are kept" in html


def test_look_now_makes_it_due_and_the_page_waits_for_the_look(editor: Client, commit: Any, monkeypatch: Any) -> None:
    heard: list[str] = []
    listen_again()
    monkeypatch.setattr(tasks.verify_due, "apply_async", lambda **options: heard.append("verify_due"))
    row = proved()
    with commit():
        answer = editor.post(reverse("syndication:verification_look", args=[row.pk]))
    assert answer.status_code == 302 and answer["Location"] == reverse("syndication:verification", args=[row.pk])
    assert heard == ["verify_due"]
    assert 'data-under-way="yes"' in shown(editor, row) and "Looking…" in shown(editor, row)
    part = editor.get(reverse("syndication:verification_now", args=[row.pk])).content.decode()
    assert "<html" not in part and 'data-under-way="yes"' in part


def test_the_page_a_stub_points_at_has_one_too(editor: Client) -> None:
    stub = make.stub("Two lamps")
    row = Verification.objects.get(stub_uid=stub.uid)
    html = shown(editor, row)
    assert "Two lamps" in html and "What to write to them" not in html
    assert reverse("wagtailadmin_pages:edit", args=[stub.pk]) in html
    unknown = Verification.objects.create(stub_uid=uuid4(), url="https://o.example/never")
    assert "https://o.example/never" in shown(editor, unknown)


def test_a_notice_of_a_drift_leads_to_its_proof() -> None:
    row = proved()
    one = Notice.objects.create(kind="canonical", subject=f"verification:{row.pk}", sentence="Lost.")
    assert paths([one]) == {one.pk: reverse("syndication:verification", args=[row.pk])}
