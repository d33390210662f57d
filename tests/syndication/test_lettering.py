"""The letter to a desk whose copy does not keep the contract."""

from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from syndication.contract import Contract
from syndication.lettering import letter as about
from syndication.lettering import spoken
from syndication.models import Look, Republication, Verification
from syndication.renderers.letter import Letter, letter
from syndication.story import Correction, Licence
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


TAG = f'<link rel="canonical" href="{STORY.canonical.url}">'


@pytest.mark.parametrize(
    ("term", "verdict", "asked", "line"),
    [
        ("canonical", "missing", "Please name our page as the canonical one", TAG),
        ("canonical", "wrong", "Please change the canonical link in the head of your page to exactly this one", TAG),
        ("canonical", "duplicated", "Please keep exactly this one canonical link", TAG),
        ("noindex", "missing", "Please keep your page out of search engines", '<meta name="robots" content="noindex">'),
        ("link", "missing", "Please link to our page", f'<a href="{STORY.canonical.url}">The “harbour” &amp; the lamps</a>'),
        ("extent", "wrong", "Your page carries more of the text than we agreed on", "Please shorten it"),
        ("text", "wrong", "is not our piece any more", "where the piece stands now"),
        ("licence", "missing", "Please name the licence", '<a rel="license" href="https://deed.example/by">CC BY</a>'),
        ("correction", "wrong", "We corrected the piece on 3 May 2026", "<p><em>Correction, 3 May 2026: It was a brig.</em></p>"),
        ("withdrawal", "wrong", "Please take your copy down", '<meta name="robots" content="noindex">'),
    ],
)
def test_of_a_broken_term_it_asks_for_that_alone_with_the_very_line(term: str, verdict: str, asked: str, line: str) -> None:
    corrections = (Correction(at=date(2026, 5, 3), text="It was a brig."), Correction(at=date(2026, 5, 1), text="It was night."))
    told = STORY.model_copy(update={"licence": Licence(name="CC BY", url="https://deed.example/by"), "corrections": corrections})
    facts: dict[str, Any] = {"url": "https://weekly.example/harbour", "finding": "Found.", "evidence": [], "looked_at": None}
    body = letter(told, Contract(noindex=True), verdict=verdict, broken={term: verdict}, **facts).body
    assert asked in body and line in body
    assert body.count("\n    <") == ("<" in line), "one line to paste, or none"
    assert "What we agreed on" not in body


@pytest.mark.parametrize(("verdict", "asked"), [("gone", "please tell us its new address"), ("unreachable", "let our check see")])
def test_of_a_page_that_is_not_seen_it_asks_for_no_line(verdict: str, asked: str) -> None:
    body = written(verdict=verdict, evidence=[]).body
    assert asked in body and "<" not in body


def test_as_an_address_it_opens_a_mail_program_with_all_of_it() -> None:
    told = written()
    query = parse_qs(urlsplit(told.mailto).query)
    assert query == {"subject": [told.subject], "body": [told.body.replace("\n", "\r\n")]}
    assert "+" not in told.mailto, "a plus would stay a plus"
    assert written(to="desk@weekly.example, news@x.example").mailto.startswith("mailto:desk@weekly.example,%20news@x.example?")
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


@pytest.mark.django_db
def test_it_is_about_the_terms_that_the_newest_look_found_broken_and_goes_to_the_desk_we_mail_to() -> None:
    make.outlet(kind="email", account="desk@weekly.example", endpoint="")
    page = make.original("The harbour")
    row = Republication.objects.get(uid=page.uid)
    assert about(row) is None, "nobody looked yet"
    Verification.objects.look(url="https://outlet.example/harbour", republication=row)
    seen = Verification.objects.get()
    for terms in ({"canonical": "missing"}, {"canonical": "honoured", "link": "missing"}):
        Look.objects.create(verification=seen, verdict="missing", terms=terms)
    Verification.objects.update(verdict="missing", sentence="It has no link.")
    told = about(Republication.objects.get(pk=row.pk))
    assert told is not None and told.to == "desk@weekly.example"
    assert "Please link to our page" in told.body and "rel=" not in told.body


def test_letters_are_written_only_in_languages_that_are_translated() -> None:
    assert (spoken("en-gb"), spoken("ar"), spoken("zz")) == ("en-gb", "en-gb", "en-gb")
