"""Discovering: pages from a list or told by others, each with the piece it carries and what says so."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from syndication.discovering import SLICE, ask, heard, pieces_at, read_list, whose
from syndication.errands import run_errands
from syndication.findings import find
from syndication.models import Edition, Errand, Republication, Sighting
from tests import factories as make
from tests.fakes.partner import Partner, Visit

pytestmark = pytest.mark.django_db

WORDS = " ".join(f"On evening number {number} the keeper of lamp {number * 7} wrote of ships and oil." for number in range(20))


@pytest.fixture(scope="module")
def shared_partner() -> Iterator[Partner]:
    with Partner() as partner:
        yield partner


@pytest.fixture
def partner(shared_partner: Partner, settings: Any) -> Partner:
    shared_partner.forget()
    settings.SYNDICATION_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    settings.SYNDICATION_ALLOWED_PORTS = [shared_partner.port]
    settings.SITE_URL = "https://home.example"
    return shared_partner


@pytest.fixture
def piece() -> Edition:
    story = make.story(headline="The lamplighters of the north", body_html=f"<p>{WORDS}</p>")
    return make.edition(story)


def html(title: str = "A page", head: str = "", body: str = "") -> bytes:
    return f"<!doctype html><html><head><title>{title}</title>{head}</head><body>{body}</body></html>".encode()


def shown(*args: str) -> Callable[[Visit], None]:
    return lambda visit: visit.reply(200, html(*args))


def test_a_list_tells_its_bad_lines_by_number_and_each_address_once() -> None:
    urls, bad = read_list("https://a.example/1\n\n  https://b.example/2 \nnonsense\nhttps://a.example/1\nftp://c.example/\n")
    assert urls == ["https://a.example/1", "https://b.example/2"]
    assert [(one.number, one.text) for one in bad] == [(4, "nonsense"), (6, "ftp://c.example/")]
    assert all(one.sentence for one in bad)


@pytest.mark.parametrize(
    ("title", "head", "body", "what"),
    [
        ("x", '<link rel="canonical" href="{url}">', "", "canonical"),
        ("x", '<meta property="og:url" content="{url}?utm=1">', '<a href="{url}">x</a>', "links"),
        ("x", '<meta property="og:url" content="{url}#top">', "", "og:url"),
        ("x", '<script type="application/ld+json">{{"mainEntityOfPage": "{url}"}}</script>', "", "JSON-LD"),
        ("The lamplighters of the north", "", f"<p>{WORDS}</p>", "text of the piece"),
        ("Lamplighters, once more", "", f"<p>{WORDS}</p>", "text of the piece"),
        ("x", "", '<a href="{url}">First there</a>', "links to the piece"),
        ("The lamplighters of the north", "", "<p>" + "Quite another text of many words. " * 20 + "</p>", None),
        ("x", "", f"<p>{WORDS}</p>", None),
    ],
)
def test_which_piece_a_page_carries(title: str, head: str, body: str, what: str | None, piece: Edition) -> None:
    make.edition()
    page = html(title, head.format(url=piece.url), body.format(url=piece.url) if "{url}" in body else body)
    uid, evidence = whose(find(page, {"content-type": "text/html"}, "https://copy.example/a"))
    assert uid == (piece.uid if what else None)
    assert [what in one.what for one in evidence[:1]] == ([True] if what else [])


def test_an_address_that_a_piece_left_still_means_it() -> None:
    old = make.edition(make.story(url="https://home.example/old/"))
    make.edition(old.story.model_copy(update={"url": "https://home.example/new/"}))
    taken = make.edition(make.story(url="https://home.example/old/"))
    assert pieces_at(["https://home.example/new", "https://home.example/old#x", "", "https://home.example/no"]) == {
        "https://home.example/new": old.uid,
        "https://home.example/old": taken.uid,
    }


def test_what_is_told_of_a_piece_is_proposed_once_with_its_evidence(piece: Edition, settings: Any) -> None:
    settings.SITE_URL = "https://home.example"
    seen = heard("https://blog.example/?p=7", piece.url, "pingback")
    assert seen is not None and (seen.uid, seen.url, seen.source) == (piece.uid, "https://blog.example/?p=7", "pingback")
    assert seen.evidence[0]["excerpt"] == piece.url
    assert heard("https://blog.example/?p=7", piece.url) is None
    assert heard("https://blog.example/b", "https://home.example/nowhere/") is None
    assert heard("https://home.example/other/", piece.url) is None, "a page of our own"
    assert Sighting.objects.count() == 1


def test_a_worker_looks_at_a_list_slice_by_slice_and_proposes_what_it_finds(partner: Partner, piece: Edition) -> None:
    partner.routes = {
        "/copy": shown("x", f'<link rel="canonical" href="{piece.url}">'),
        "/known": shown("x", f'<link rel="canonical" href="{piece.url}">'),
        "/other": shown("Of something else", "", "<p>Words.</p>"),
    }
    outlet = make.outlet(automatic=False)
    Republication.objects.want(piece, outlet, "publish")
    Republication.objects.update(receipt_url=partner.url("/known"))
    names = ["/copy", "/known", "/other", "/status/404", "/reset", "/redirect/302?to=https://home.example/"]
    errand = ask([partner.url(name) for name in names] + [partner.url(f"/status/404?{number}") for number in range(SLICE)])
    assert run_errands(rounds=1) == 1
    errand.refresh_from_db()
    assert (errand.state, len(errand.found["pages"]), errand.ended_at) == ("running", SLICE, None)
    assert run_errands() == 1
    errand.refresh_from_db()
    assert errand.state == "done" and "1 seem to be copies" in errand.sentence
    pages = errand.found["pages"]
    assert [page["outcome"] for page in pages[:5]] == ["sighted", "known", "nothing", "problem", "problem"]
    assert len(pages) == len(names) + SLICE and all(page["sentence"] for page in pages)
    (seen,) = Sighting.objects.all()
    assert (pages[0]["sighting"], pages[0]["headline"]) == (seen.pk, piece.headline)
    assert (seen.uid, seen.url, seen.source) == (piece.uid, partner.url("/copy"), "list")


def test_on_the_screen_nothing_that_was_entered_is_lost(client: Client) -> None:
    client.force_login(make.editor())
    screen = reverse("syndication:discovery")
    answer = client.post(screen, {"pages": "https://a.example/1\nnonsense <b>"})
    text = answer.content.decode()
    assert answer.status_code == 422 and "Line 2, “nonsense &lt;b&gt;”" in text and "https://a.example/1\nnonsense" in text
    many = "\n".join(f"https://a.example/{number}" for number in range(501))
    assert "501 addresses; at most 500" in client.post(screen, {"pages": many}).content.decode()
    assert not Errand.objects.exists()
    answer = client.post(screen, {"pages": "https://a.example/1\n\nhttps://a.example/2"}, follow=True)
    errand = Errand.objects.get()
    assert errand.asked == {"urls": ["https://a.example/1", "https://a.example/2"]} and errand.due_at is not None
    assert "0 of 2 pages looked at" in answer.content.decode()
    pages = [{"url": "https://a.example/1", "outcome": "sighted", "sentence": "It names us.", "headline": "Lamps", "sighting": 7}]
    Errand.objects.update(found={"pages": pages}, state="running")
    part = client.get(reverse("syndication:discovered", args=[errand.pk]), {"part": "yes"}).content.decode()
    assert 'data-under-way="yes"' in part and "1 of 2 pages looked at, 1 seem" in part
    assert reverse("syndication:sighting", args=[7]) in part and "<html" not in part
