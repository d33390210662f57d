"""What readers get: valid, accessible, within the phone's width, in light and dark, left to right and right to left."""

import json
import subprocess
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.e2e.stack import ROOT, Stack

pytestmark = pytest.mark.e2e

VNU = ROOT / "var" / "npm" / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
KINDS = ("home", "section", "article", "arabic", "stub", "author", "card", "missing", "corrections", "corrected", "retracted")
PAGES = """
import json
from home.models import ArticlePage, Author, Byline, DatedCorrection, SectionPage
from syndication.models import Edition
# Retracted before anybody carries it, so that it goes to no outlet.
retracted = ArticlePage(title="A lamp that was taken back", body=[("paragraph", "<p>Words of it.</p>")], live=False)
SectionPage.objects.live().first().add_child(instance=retracted)
retracted.bylines.add(Byline(author=Author.objects.first()))
retracted.corrections.add(DatedCorrection(kind="retraction", text="It does not hold."))
retracted.save_revision().publish()
visible = Edition.objects.visible().exclude(page=retracted.pk)
arabic = next(edition for edition in visible if edition.card.direction == "rtl")
print(json.dumps({
    "home": "/",
    "section": SectionPage.objects.live().first().url,
    "article": visible.filter(kind="original").exclude(pk=arabic.pk).first().page.url,
    "arabic": arabic.page.url,
    "stub": visible.filter(kind="stub").first().page.url,
    "author": Author.objects.first().get_absolute_url(),
    "card": f"/embed/{arabic.uid}/",
    "missing": "/nothing-here/",
    "corrections": "/corrections/",
    "corrected": DatedCorrection.objects.exclude(page=retracted.pk).first().page.url,
    "retracted": retracted.url,
}))
"""
# While DEBUG is on, Django shows a page of its own instead.
MISSING = """
from django.http import Http404
from django.test import RequestFactory
from django.views.defaults import page_not_found
print(page_not_found(RequestFactory().get("/nothing-here/"), Http404()).content.decode())
"""


@pytest.fixture(scope="module")
def addresses(publication: Stack) -> dict[str, str]:
    """One page of each kind."""
    found: dict[str, str] = json.loads(publication.shell(PAGES))
    return found


@pytest.fixture(scope="module")
def missing(publication: Stack) -> str:
    """The page for addresses where nothing is, as readers get it."""
    found: str = publication.shell(MISSING)
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", KINDS)
def test_nobody_is_shut_out(
    kind: str, scheme: str, addresses: dict[str, str], missing: str, publication: Stack, browser: Browser
) -> None:
    context = browser.new_context(base_url=publication.site, color_scheme=scheme, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.route("**/nothing-here/", lambda route: route.fulfill(status=404, body=missing, content_type="text/html; charset=utf-8"))
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
    page.on("requestfailed", lambda request: troubles.append(request.url))
    foreign: list[str] = []
    page.on("request", lambda request: foreign.append(request.url) if not request.url.startswith(publication.site) else None)
    page.goto(addresses[kind])
    found = Axe().run(page)
    width = page.evaluate("document.documentElement.scrollWidth")
    context.close()
    assert found.violations_count == 0, found.generate_report()
    assert width <= 390, f"the page is {width} pixels wide on a phone of 390"
    assert foreign == []
    assert [trouble for trouble in troubles if kind != "missing"] == []


@pytest.mark.vnu
def test_every_kind_of_page_is_valid_html(
    addresses: dict[str, str], missing: str, publication: Stack, browser: Browser, tmp_path: Path
) -> None:
    context = browser.new_context(base_url=publication.site)
    for kind, address in addresses.items():
        told = missing if kind == "missing" else context.request.get(address).text()
        (tmp_path / f"{kind}.html").write_text(told, encoding="utf-8")
    context.close()
    files = sorted(str(path) for path in tmp_path.glob("*.html"))
    done = subprocess.run(["java", "-jar", str(VNU), "--errors-only", *files], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


def test_cookies_are_not_set_for_readers(addresses: dict[str, str], publication: Stack, browser: Browser) -> None:
    context = browser.new_context(base_url=publication.site)
    page = context.new_page()
    for address in addresses.values():
        page.goto(address)
    cookies = context.cookies()
    context.close()
    assert cookies == []
