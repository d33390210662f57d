"""An editor pastes an address and ends at a draft, in a real browser, with a worker that reads real pages over sockets."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.stack import PASSWORD, Stack, Template, stack
from tests.factories import drawing
from tests.fakes.partner import Partner, Visit

pytestmark = pytest.mark.e2e

LINKED = {
    "@context": "https://schema.org",
    "@type": "NewsArticle",
    "headline": "The last lamp of the harbour",
    "description": "Who lights a harbour without ships?",
    "author": [{"@type": "Person", "name": "Ada Lovelace"}, {"@type": "Person", "name": "Mary Somerville"}],
    "datePublished": "2018-05-30T09:00:00+03:00",
    "image": {"@type": "ImageObject", "url": "/lamp.jpg", "caption": "The last lamp."},
    "publisher": {"@type": "Organization", "name": "Evening Lantern"},
    "inLanguage": "en",
    "articleBody": "It began with a lamp.\n\nThen there were two.",
}
GRAPH = (
    '<meta property="og:title" content="Lamps, seen from the sea"><meta property="og:site_name" content="Evening Lantern">'
    '<meta property="og:description" content="A description.">'
)
# Where these stand, screenshots of each step are kept for people to look at.
SHOTS = os.environ.get("SCREENSHOTS", "")


def serve(partner: Partner, path: str, body: bytes, kind: str = "text/html; charset=utf-8") -> None:
    def answer(visit: Visit) -> None:
        visit.reply(200, body, kind)

    partner.routes[path] = answer


@pytest.fixture(scope="module")
def partner() -> Iterator[Partner]:
    """The outlet's pages."""
    with Partner() as partner:
        serve(partner, "/lamp.jpg", drawing("jpg", (800, 500)), "image/jpeg")
        ld = f'<script type="application/ld+json">{json.dumps(LINKED)}</script>'
        serve(partner, "/json-ld", f"<html><head>{ld}</head></html>".encode())
        serve(partner, "/graph", f"<html><head>{GRAPH}</head></html>".encode())
        serve(partner, "/nothing", b"<html><body><p>Lamps</p></body></html>")
        yield partner


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, template: Template, partner: Partner) -> Iterator[Stack]:
    """A publication with one section, whose door is open to the partner."""
    with stack(tmp_path_factory.mktemp("stub"), template, SYNDICATION_SWEEP_SECONDS="2") as made:
        made.env["SYNDICATION_ALLOWED_PORTS"] = f"{made.outlet_port},{partner.port}"
        made.shell(
            "from tests import factories as make; section = make.section('Reviews', slug='reviews');"
            f"from django.contrib.auth import get_user_model;"
            f"get_user_model().objects.create_superuser('editor', 'e@home.example', '{PASSWORD}');"
            "make.author('Ada Lovelace')"
        )
        made.start("valkey", "outlet", "web", "worker", "beat")
        made.ready()
        yield made


@pytest.fixture(scope="module")
def section(desk: Stack) -> str:
    return desk.shell("from home.models import SectionPage; print(SectionPage.objects.get().pk)").strip()


@pytest.fixture(scope="module")
def signed_in(browser: Browser, desk: Stack) -> str:
    """The cookies of an editor, in a file."""
    context = browser.new_context(base_url=desk.site)
    tab = context.new_page()
    tab.goto("/admin/login/")
    tab.fill("input[name=username]", "editor")
    tab.fill("input[name=password]", PASSWORD)
    tab.click("button[type=submit]")
    tab.wait_for_url("**/admin/")
    path = str(desk.folder / "cookies.json")
    context.storage_state(path=path)
    context.close()
    return path


@pytest.fixture
def tab(browser: Browser, desk: Stack, signed_in: str) -> Iterator[Page]:
    context = browser.new_context(base_url=desk.site, storage_state=signed_in)
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


def shoot(tab: Page, name: str) -> None:
    """Each step on a desk and on a phone, in both themes."""
    if not SHOTS:
        return
    for theme in ("light", "dark"):
        tab.emulate_media(color_scheme=theme)
        for width, height in ((1280, 900), (390, 844)):
            tab.set_viewport_size({"width": width, "height": height})
            tab.wait_for_timeout(400)  # the sidebar slides
            tab.screenshot(path=str(Path(SHOTS) / f"{name}-{theme}-{width}.png"))
    tab.emulate_media(color_scheme="light")
    tab.set_viewport_size({"width": 1280, "height": 900})


def paste(tab: Page, section: str, address: str) -> None:
    """Ask for the stub of an address."""
    tab.goto(f"/admin/stub-from-url/{section}/")
    tab.get_by_label("Address of the piece").fill(address)
    tab.get_by_role("button", name="Read the page").click()


def take(tab: Page) -> None:
    """Make the draft of what was found, and see its form."""
    tab.get_by_role("button", name="Make the draft").click()
    tab.wait_for_url("**/edit/")


def test_a_page_with_json_ld_fills_the_draft(tab: Page, section: str, partner: Partner) -> None:
    tab.goto(f"/admin/pages/{section}/add_subpage/")
    shoot(tab, "0-child")
    tab.get_by_role("link", name="Stub from an address…").click()
    shoot(tab, "1-ask")
    tab.get_by_label("Address of the piece").fill(partner.url("/json-ld"))
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("button", name="Make the draft")).to_be_visible(timeout=60_000)
    expect(tab.locator(".reading-facts")).to_contain_text("The last lamp of the harbour")
    shoot(tab, "2-review")
    tab.get_by_label("Mary Somerville").check()
    take(tab)
    expect(tab.locator(".messages")).to_contain_text("Enter the picture credit at the image.")
    assert tab.input_value("#id_title") == "The last lamp of the harbour"
    assert tab.input_value("#id_outlet_url") == partner.url("/json-ld")
    assert tab.input_value("#id_ran_on") == "2018-05-30"
    expect(tab.locator("#page-edit-form")).to_contain_text("Then there were two.")
    expect(tab.locator("#page-edit-form")).to_contain_text("Mary Somerville")
    shoot(tab, "3-draft")
    tab.goto(tab.url.replace("/edit/", "/history/"))
    expect(tab.locator("main")).to_contain_text(f"Created from {partner.url('/json-ld')}")


def test_the_same_address_again_leads_to_the_stub(tab: Page, section: str, partner: Partner) -> None:
    paste(tab, section, partner.url("/json-ld"))
    expect(tab.locator("main")).to_contain_text("There is already a stub for this address")
    shoot(tab, "4-twin")
    tab.get_by_role("link", name="The last lamp of the harbour").click()
    tab.wait_for_url("**/edit/")


def test_a_page_with_open_graph_only_fills_what_it_says(tab: Page, section: str, partner: Partner) -> None:
    paste(tab, section, partner.url("/graph"))
    expect(tab.get_by_role("button", name="Make the draft")).to_be_visible(timeout=60_000)
    take(tab)
    assert tab.input_value("#id_title") == "Lamps, seen from the sea"
    expect(tab.locator(".messages")).to_contain_text("Not found on the page: authors, picture, date, language.")


def test_a_page_with_nothing_makes_a_draft_that_says_so(tab: Page, section: str, partner: Partner) -> None:
    paste(tab, section, partner.url("/nothing"))
    expect(tab.get_by_role("button", name="Make the draft")).to_be_visible(timeout=60_000)
    shoot(tab, "5-nothing")
    take(tab)
    expect(tab.locator(".messages")).to_contain_text("Not found on the page: headline, authors, picture, date, text, language.")
    shoot(tab, "6-note")


def test_a_page_that_hangs_ends_with_a_sentence_and_never_holds_the_editor(tab: Page, section: str, partner: Partner) -> None:
    paste(tab, section, partner.url("/hang"))
    expect(tab.locator(".reading-steps")).to_contain_text("Fetching the page", timeout=60_000)
    shoot(tab, "7-waiting")
    expect(tab.locator("main")).to_contain_text("did not come whole in the time we give it", timeout=60_000)
    shoot(tab, "8-failed")
    tab.get_by_role("link", name="Try again").click()
    expect(tab.get_by_label("Address of the piece")).to_have_value(partner.url("/hang"))


def test_without_scripts_a_link_looks_again(
    browser: Browser, desk: Stack, signed_in: str, section: str, partner: Partner
) -> None:
    context = browser.new_context(base_url=desk.site, storage_state=signed_in, java_script_enabled=False)
    tab = context.new_page()
    paste(tab, section, partner.url("/graph?once=more"))
    for _ in range(40):
        if tab.get_by_role("button", name="Make the draft").count():
            break
        tab.wait_for_timeout(250)
        tab.get_by_role("link", name="Look again").click()
    take(tab)
    assert tab.input_value("#id_title") == "Lamps, seen from the sea"
    context.close()
