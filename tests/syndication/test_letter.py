"""The letter to a desk whose copy does not keep the contract."""

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from syndication.contract import Contract
from syndication.models import Republication, Verification
from syndication.renderers.letter import Letter, letter
from tests import factories as make

EVIDENCE = [
    {"what": "canonical link", "place": "head", "excerpt": '<link rel="canonical" href="https://weekly.example/harbour">'},
    {"what": "JSON-LD names another page", "place": "head", "excerpt": ""},
]
FOUND = "The copy names itself as its home (https://weekly.example/harbour)."


STORY = make.story(headline="The “harbour” & the lamps")


def written(**facts: object) -> Letter:
    told = {"url": "https://weekly.example/harbour", "finding": FOUND, "evidence": EVIDENCE, "looked_at": None, **facts}
    return letter(STORY, Contract(noindex=True), **told)


def test_it_says_what_is_wrong_what_was_seen_and_which_lines_to_paste() -> None:
    told = written(looked_at=datetime(2026, 3, 1, 9, 30, tzinfo=UTC))
    for part in (
        "“The “harbour” & the lamps” at\nhttps://weekly.example/harbour",
        f"Our check found:\n{FOUND}",
        "What we saw on 1 March 2026, 09:30 UTC:",
        f"- canonical link: {EVIDENCE[0]['excerpt']}\n- JSON-LD names another page\n",
        f'<link rel="canonical" href="{STORY.canonical.url}">',
        '<meta name="robots" content="noindex">',
        f"Our page, to which the copy should lead:\n{STORY.canonical.url}",
    ):
        assert part in told.body, part
    assert told.subject == "“The “harbour” & the lamps” at your site"


def test_of_a_withdrawn_piece_it_asks_only_to_take_it_down() -> None:
    told = written(withdrawn=True, evidence=[]).body
    assert "take your copy down" in told and "canonical" not in told.lower()
    assert "What we saw" not in told


def test_as_an_address_it_opens_a_mail_program_with_all_of_it() -> None:
    told = written()
    query = parse_qs(urlsplit(told.mailto).query)
    assert query == {"subject": [told.subject], "body": [told.body.replace("\n", "\r\n")]}
    assert "+" not in told.mailto, "a plus would stay a plus"
    many = written(evidence=[{"what": "link", "place": "body", "excerpt": "ü" * 300}] * 10).mailto
    assert len(many) <= 6_000 and many.startswith("mailto:?subject=")


@pytest.mark.django_db
def test_the_screen_shows_it_where_something_is_wanting_and_nowhere_else(client: Client) -> None:
    make.outlet()
    page = make.original("The harbour")
    row = Republication.objects.get(uid=page.uid)
    Verification.objects.look(url="https://outlet.example/harbour", republication=row)
    client.force_login(make.editor())
    address = reverse("syndication:letter", args=[row.pk])
    assert client.get(address).status_code == 404
    Verification.objects.update(verdict="wrong", sentence=FOUND, evidence=EVIDENCE)
    page_text = client.get(address).content.decode()
    assert "The copy names itself" in page_text and "mailto:?subject=" in page_text
    panel = client.get(reverse("syndication:panel", args=[page.pk])).content.decode()
    assert address in panel
    assert address in client.get(reverse("syndication:republication", args=[row.pk])).content.decode()
    Verification.objects.update(verdict="honoured")
    assert client.get(address).status_code == 404
    assert address not in client.get(reverse("syndication:panel", args=[page.pk])).content.decode()
