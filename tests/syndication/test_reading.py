"""Reading a page for an editor: the steps, what is kept, and what is said when the partner misbehaves. Over real sockets."""

import json
import os
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from syndication import reading
from syndication.errands import run_errands
from syndication.http import fetch
from syndication.metadata import read
from syndication.models import Errand
from syndication.reading import SHELF, forget_pictures
from tests import factories as make
from tests.fakes.partner import Partner, Visit

pytestmark = pytest.mark.django_db

ARTICLE = {
    "@type": "NewsArticle",
    "headline": "Lamps",
    "author": "Ada Lovelace",
    "datePublished": "2018-05-30",
    "image": "/lamp.jpg",
}


@pytest.fixture
def partner(settings: Any) -> Iterator[Partner]:
    """An outlet on loopback, with the door open to it."""
    with Partner() as partner:
        settings.SYNDICATION_ALLOWED_PORTS = [partner.port]
        serve(partner, "/lamps", html(ARTICLE))
        serve(partner, "/lamp.jpg", make.drawing("jpg"), "image/jpeg")
        yield partner


@pytest.fixture(autouse=True)
def empty_shelf() -> Iterator[None]:
    """No picture is left from one test to the next."""
    yield
    for name in shelf():
        default_storage.delete(f"{SHELF}/{name}")


def html(ld: Any = None, head: str = "") -> bytes:
    block = f'<script type="application/ld+json">{json.dumps(ld)}</script>' if ld else ""
    return f"<!doctype html><html><head>{head}{block}</head><body></body></html>".encode()


def serve(partner: Partner, path: str, body: bytes, kind: str = "text/html; charset=utf-8", status: int = 200) -> None:
    def answer(visit: Visit) -> None:
        visit.reply(status, body, kind)

    partner.routes[path] = answer


def shelf() -> list[str]:
    return default_storage.listdir(SHELF)[1] if default_storage.exists(SHELF) else []


def done(url: str) -> Errand:
    """What became of a reading of this address."""
    errand = Errand.ask(Errand.Kind.READ_PAGE, asked={"url": url, "section": 1})
    assert run_errands() >= 1
    errand.refresh_from_db()
    assert errand.due_at is None and errand.ended_at and errand.lease_token is None
    return errand


def outcomes(errand: Errand) -> list[tuple[str, str]]:
    return [(step["step"], step["outcome"]) for step in errand.steps]


def test_a_page_is_fetched_read_and_its_picture_kept(partner: Partner) -> None:
    errand = done(partner.url("/lamps"))
    assert (errand.state, errand.found["url"], errand.found["picture_problem"]) == ("done", partner.url("/lamps"), "")
    assert errand.found["facts"]["title"] == {"text": "Lamps", "place": "JSON-LD"}
    assert outcomes(errand) == [("Fetching the page", "ok"), ("Reading it", "ok"), ("Fetching the picture", "ok")]
    with default_storage.open(errand.found["picture"]) as kept:
        assert kept.read() == make.drawing("jpg")


def test_the_steps_are_shown_while_they_are_taken(partner: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, list[str]]] = []

    def watched(url: str, *args: Any, **options: Any) -> Any:
        row = Errand.objects.get()
        seen.append((row.state, [step["outcome"] for step in row.steps]))
        return fetch(url, *args, **options)

    monkeypatch.setattr(reading, "fetch", watched)
    done(partner.url("/lamps"))
    assert seen == [("running", ["running"]), ("running", ["ok", "ok", "running"])]


def test_a_page_that_says_nothing_is_read_too(partner: Partner) -> None:
    serve(partner, "/empty", html())
    errand = done(partner.url("/empty"))
    assert errand.state == "done" and outcomes(errand)[-1] == ("Reading it", "warning")
    assert errand.found["picture"] == ""


def test_the_final_address_counts_after_a_redirect(partner: Partner) -> None:
    errand = done(partner.url(f"/redirect/301?to={partner.url('/lamps')}"))
    assert errand.found["url"] == partner.url("/lamps")


@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        ("/status/404", "There is no page at this address (404)."),
        ("/status/410", "There is no page at this address (410)."),
        ("/status/401", "it may be behind a log-in"),
        ("/status/402", "it may be behind a log-in"),
        ("/status/403", "does not let us see this page (403)"),
        ("/slow_down", "asks us to slow down (429)"),
        ("/status/503", "has a fault of its own (503)"),
        ("/status/418", "something that is no page (418)"),
        ("/status/204", "something that is no page (204)"),
        ("/ok", "leads to a file (application/json), not to a page"),
        ("/login_page", "This is a log-in page"),
        ("/redirect_loop", "sends its readers from address to address"),
        ("/redirect_nowhere", "sends us on to an address we do not visit"),
        ("/reset", "Try again in a while, or write the stub by hand."),
        ("/garbage", "Try again in a while, or write the stub by hand."),
        ("/bomb", "Try again in a while, or write the stub by hand."),
        ("/huge_body", "Try again in a while, or write the stub by hand."),
        ("/wrong_gzip", "Try again in a while, or write the stub by hand."),
    ],
)
def test_what_goes_wrong_is_said_with_what_to_do(place: str, sentence: str, partner: Partner) -> None:
    errand = done(partner.url(place))
    assert errand.state == "failed" and sentence in errand.sentence
    assert outcomes(errand)[-1][1] == "failed" and errand.steps[-1]["sentence"] == errand.sentence
    assert "we try again by ourselves" not in errand.sentence.lower()


def test_an_address_that_leads_inwards_is_not_visited(partner: Partner, settings: Any) -> None:
    settings.SYNDICATION_ALLOWED_NETWORKS = ()
    errand = done(partner.url("/lamps"))
    assert errand.state == "failed" and "We do not visit" in errand.sentence
    assert partner.requests == []


def test_a_hanging_page_ends_by_the_clock(partner: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PATIENCE", 0.4)
    began = time.monotonic()
    errand = done(partner.url("/hang"))
    assert time.monotonic() - began < 5
    assert errand.state == "failed" and "did not come whole in the time we give it" in errand.sentence


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"no image", "image/jpeg"),
        (make.drawing("jpg")[:200], "image/jpeg"),
        (make.SVG, "image/svg+xml"),
        (b"", "image/png"),
        (b"GIF89a" + bytes(2000), "image/gif"),
        (b"<html><script>alert(1)</script>", "image/jpeg"),
    ],
)
def test_what_is_no_picture_is_not_kept_and_the_reading_goes_on(body: bytes, kind: str, partner: Partner) -> None:
    serve(partner, "/lamp.jpg", body, kind)
    errand = done(partner.url("/lamps"))
    assert (errand.state, errand.found["picture"]) == ("done", "")
    assert errand.found["picture_problem"].endswith("Add one by hand.") and outcomes(errand)[-1][1] == "warning"
    assert shelf() == []


@pytest.mark.parametrize("kind", ["jpg", "png", "webp", "gif"])
def test_a_picture_is_named_by_what_it_is_not_by_what_it_is_called(kind: str, partner: Partner) -> None:
    serve(partner, "/lamp.jpg", make.drawing(kind), "text/plain")
    assert done(partner.url("/lamps")).found["picture"].endswith(f".{kind}")


@pytest.mark.parametrize("place", ["/status/404", "/reset", "/huge_body"])
def test_a_picture_that_cannot_be_fetched_loses_only_itself(place: str, partner: Partner) -> None:
    serve(partner, "/lamps", html({**ARTICLE, "image": partner.url(place)}))
    errand = done(partner.url("/lamps"))
    assert errand.state == "done" and "Add one by hand." in errand.found["picture_problem"]


def test_too_many_pixels_are_refused(partner: Partner, settings: Any) -> None:
    settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS = 100
    assert done(partner.url("/lamps")).found["picture"] == ""


def test_pictures_that_nobody_took_are_forgotten_after_a_day(partner: Partner) -> None:
    old = default_storage.save(f"{SHELF}/old.jpg", ContentFile(b"x"))
    yesterday = (timezone.now() - timedelta(days=1, minutes=1)).timestamp()
    os.utime(default_storage.path(old), (yesterday, yesterday))
    new = done(partner.url("/lamps")).found["picture"]
    assert shelf() == [new.removeprefix(f"{SHELF}/")]
    assert forget_pictures() == 0


def test_only_pictures_on_the_shelf_can_be_dropped() -> None:
    name = default_storage.save("elsewhere.jpg", ContentFile(b"x"))
    reading.drop_picture(name)
    assert default_storage.exists(name)
    default_storage.delete(name)


def test_a_worker_that_lost_its_lease_leaves_nothing_behind(partner: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    errand = Errand.ask(Errand.Kind.READ_PAGE, asked={"url": partner.url("/lamps"), "section": 1})

    def late(url: str, *args: Any, **options: Any) -> Any:
        Errand.objects.update(lease_token=None, due_at=None)
        return fetch(url, *args, **options)

    monkeypatch.setattr(reading, "fetch", late)
    run_errands()
    errand.refresh_from_db()
    assert errand.found == {} and shelf() == []


def test_a_page_that_ends_workers_is_given_up(partner: Partner) -> None:
    Errand.ask(Errand.Kind.READ_PAGE, asked={"url": partner.url("/lamps"), "section": 1})
    Errand.objects.update(attempts=3)
    run_errands()
    assert Errand.objects.get().state == "failed" and partner.requests == []


def test_a_fault_of_ours_says_so_and_stops_no_other(partner: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    faults = iter([True])

    def faulty(*args: Any) -> Any:
        if next(faults, False):
            raise KeyError("a fault of ours")
        return read(*args)

    monkeypatch.setattr(reading, "read", faulty)
    for _ in range(2):
        Errand.ask(Errand.Kind.READ_PAGE, asked={"url": partner.url("/lamps"), "section": 1})
    assert run_errands() == 2
    assert sorted(Errand.objects.values_list("state", flat=True)) == ["done", "failed"]
