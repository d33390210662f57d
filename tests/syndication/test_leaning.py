"""Leaning: what follows for readers and editors when the page that a stub points at moves, closes or is taken over."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from syndication.leaning import accept, leant, lift
from syndication.models import Notice, Verification, current_edition
from syndication.models.line import open_lines
from syndication.renderers.feeds import for_readers
from syndication.renderers.json_ld import news_article
from syndication.verifying import verify_due
from tests import factories as make
from tests.fakes.partner import Partner, Visit

pytestmark = pytest.mark.django_db

TEXT = " ".join(f"On evening number {number} the keeper of lamp {number * 7} wrote of ships and oil." for number in range(20))
CASINO = " ".join(f"Bet {number} coins at our casino, line {number * 3}, and win a bonus." for number in range(20))


@pytest.fixture(scope="module")
def shared_partner() -> Iterator[Partner]:
    with Partner() as partner:
        yield partner


@pytest.fixture
def partner(shared_partner: Partner, settings: Any) -> Partner:
    shared_partner.forget()
    settings.SYNDICATION_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    settings.SYNDICATION_ALLOWED_PORTS = [shared_partner.port]
    return shared_partner


def shown(title: str, text: str, site: str, head: str = "") -> Callable[[Visit], None]:
    """A page of theirs."""
    head = f'<title>{title}</title><meta property="og:site_name" content="{site}">{head}'
    html = f"<!doctype html><html><head>{head}</head><body><p>{text}</p></body></html>"
    return lambda visit: visit.reply(200, html.encode())


theirs = shown("The lamps", TEXT, "Evening Lantern")
strange = shown("Lucky", CASINO, "Lucky Casino")


def look(times: int = 1) -> None:
    """Look at every page so often."""
    for _ in range(times):
        Verification.objects.update(due_at=Now())
        verify_due()


def told(page: Any) -> Any:
    """What readers are told of the outlet's page."""
    edition = current_edition(page.uid)
    assert edition is not None and edition.story.outlet is not None
    return edition.story


def test_a_page_that_is_taken_over_is_withheld_everywhere_and_comes_back_by_itself(partner: Partner) -> None:
    url = partner.url("/lamps")
    partner.routes["/lamps"] = theirs
    excerpt = f'<p>It began with <a href="{url}">a lamp</a>.</p>'
    page = make.stub("Lamps", outlet_url=url, excerpt=excerpt, archive_url="https://archive.example/lamps")
    look()
    row = Verification.objects.get()
    assert (row.standing, row.snapshot["title"], row.bearing) == ("alive", "The lamps", "")
    partner.routes["/lamps"] = strange
    look()
    assert told(page).outlet.url == url, "once may be an accident"
    assert not Notice.objects.exists()
    look()
    story = told(page)
    assert (story.outlet.bearing, story.canonical.policy, story.canonical.url) == ("withheld", "self", page.full_url)
    assert url not in str(story.facts()) and url not in str(news_article(story)) and url not in str(for_readers(story))
    assert "that page is no longer theirs" in for_readers(story).html and "a lamp" in story.excerpt_html
    (notice,) = Notice.objects.open()
    assert (notice.uid, notice.title) == (page.uid, "Lamps") and "Readers see no link" in notice.sentence
    look(2)
    assert Notice.objects.count() == 1 and Verification.objects.get().snapshot["title"] == "The lamps"
    partner.next("reset")
    look()
    assert told(page).outlet.bearing == "withheld", "who does not answer is not theirs again"
    partner.routes["/lamps"] = theirs
    look()
    assert (told(page).outlet.url, told(page).outlet.bearing) == (url, "")
    assert not Notice.objects.open().exists()


def test_two_pages_taken_over_on_a_host_quarantine_the_outlet_until_a_person_lifts_it(partner: Partner) -> None:
    outlet = make.outlet("Lantern", website=partner.url("/"), endpoint=partner.url("/hook"), automatic=False)
    partner.otherwise = theirs
    first, second, third = (make.stub(outlet=outlet, outlet_url=partner.url(f"/{name}")) for name in ("a", "b", "c"))
    look()
    partner.routes = {"/a": strange}
    look(2)
    outlet.refresh_from_db()
    assert outlet.quarantined_at is None and told(first).outlet.bearing == "withheld"
    partner.routes = {"/a": strange, "/b": strange}
    look(2)
    outlet.refresh_from_db()
    assert (
        outlet.quarantined_at is not None and outlet.withholds(partner.url("/c")) and not outlet.withholds("https://c.example/")
    )
    assert [told(page).outlet.bearing for page in (first, second, third)] == ["withheld"] * 3
    assert outlet not in open_lines(), "nothing is pushed"
    assert Notice.objects.open().filter(subject=f"quarantine:{outlet.pk}", outlet=outlet).count() == 1
    partner.routes = {"/a": strange}
    look(2)
    outlet.refresh_from_db()
    assert outlet.quarantined_at is not None and told(second).outlet.bearing == "withheld", "that is for a person to decide"
    assert lift(outlet) is True and lift(outlet) is False
    assert [told(page).outlet.bearing for page in (first, second, third)] == ["withheld", "", ""]
    assert outlet in open_lines() and not Notice.objects.open().filter(subject=f"quarantine:{outlet.pk}").exists()
    look()
    outlet.refresh_from_db()
    assert outlet.quarantined_at is None, "what was withheld before the lifting counts no more"


def test_an_editor_accepts_a_page_that_only_looks_like_another(partner: Partner) -> None:
    partner.routes["/lamps"] = theirs
    page = make.stub(outlet_url=partner.url("/lamps"))
    look()
    partner.routes["/lamps"] = strange
    look(2)
    assert accept(page.uid) and told(page).outlet.bearing == ""
    look(3)
    row = Verification.objects.get()
    assert (row.standing, row.snapshot["title"], told(page).outlet.bearing) == ("alive", "Lucky", "")
    assert not Notice.objects.open().exists()


def test_a_page_that_moved_is_told_once_with_its_address_and_changed_by_nobody(partner: Partner) -> None:
    partner.routes["/lamps"] = theirs
    page = make.stub(outlet_url=partner.url("/lamps"))
    look()
    new = partner.url("/2026/lamps")
    partner.routes["/lamps"] = shown("The lamps", TEXT, "Evening Lantern", f'<link rel="canonical" href="{new}">')
    look(2)
    row = Verification.objects.get()
    assert (row.standing, row.moved_to, row.verdict) == ("moved", new, "honoured")
    assert told(page).outlet.url == row.url != new
    (notice,) = Notice.objects.open()
    assert new in notice.sentence and "one press" in notice.sentence
    partner.routes["/lamps"] = theirs
    look()
    assert not Notice.objects.open().exists()


def test_what_was_seen_at_another_address_counts_for_nothing() -> None:
    page = make.stub()
    Verification.objects.update(verdict="gone", in_a_row=3, standing="gone", standing_since=timezone.now(), withheld_at=None)
    assert leant(page.uid, page.outlet, page.outlet_url).dead
    assert not leant(page.uid, page.outlet, f"{page.outlet_url}-new").dead
    page = make.edit(page, outlet_url=f"{page.outlet_url}-new")
    row = Verification.objects.get()
    assert told(page).canonical.policy == "outlet" and (row.standing, row.standing_since, row.snapshot) == ("", None, {})


@pytest.mark.parametrize(
    ("facts", "bearing"),
    [
        ({"standing": "paywalled", "standing_in_a_row": 1}, ""),
        ({"standing": "paywalled", "standing_in_a_row": 2}, "paywalled"),
        ({"verdict": "gone", "in_a_row": 2}, ""),
        ({"verdict": "gone", "in_a_row": 3}, "gone"),
        ({"verdict": "gone", "in_a_row": 3, "withheld_at": timezone.now() - timedelta(days=1)}, "withheld"),
    ],
)
def test_what_readers_must_know(facts: dict[str, Any], bearing: str) -> None:
    assert Verification(**facts).bearing == bearing
