"""A partner opens the link that an editor sent: checks a copy, reports it, makes a token; a new link ends the page."""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.e2e.stack import Stack

pytestmark = pytest.mark.e2e

LINK = """
import json
from syndication.admitting import page_of
from syndication.models import Republication
row = Republication.objects.filter(state="delivered", held__kind="original").exclude(receipt_url="").order_by("pk").first()
type(row.outlet).objects.filter(pk=row.outlet_id).update(own_tokens=True)
print(json.dumps([page_of(row.outlet), row.outlet_id, str(row.outlet), row.wanted.headline, row.receipt_url, row.wanted.url]))
"""


def clean(page: Page) -> None:
    """Nobody is shut out, and nothing is cut off on a phone."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_shut_out_of_the_outlets_page(scheme: str, publication: Stack, browser: Browser) -> None:
    link = json.loads(publication.shell(LINK))[0]
    context = browser.new_context(
        base_url=publication.site, color_scheme=scheme, viewport={"width": 390, "height": 844}, java_script_enabled=True
    )
    page = context.new_page()
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
    page.on("request", lambda request: None if request.url.startswith(publication.site) else troubles.append(request.url))
    for onward in ("", "tokens/", "log/"):
        page.goto(link + onward)
        clean(page)
    page.goto(link)
    page.locator(".desk-rows h3 a").first.click()
    clean(page)
    assert troubles == [] and context.cookies() == []
    context.close()


def test_a_partner_checks_reports_and_is_let_out(editor: Page, publication: Stack, browser: Browser) -> None:
    link, pk, outlet, headline, copy, home = json.loads(publication.shell(LINK))
    context = browser.new_context(base_url=publication.site, java_script_enabled=False)
    page = context.new_page()
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text(outlet)

    # A page that names no piece of ours, then the copy: both looked at by a worker, shown without a script.
    page.get_by_label("Address of your page").fill(publication.outlet + "/")
    page.get_by_role("button", name="Check it").click()
    page.wait_for_url("**/checks/**")
    expect(page.locator(".desk-step-failed")).to_be_visible(timeout=60_000)
    page.get_by_label("Address of your page").fill(copy)
    page.get_by_role("button", name="Check again").click()
    page.wait_for_url("**/checks/**")
    expect(page.get_by_text("The copy keeps the contract.")).to_be_visible(timeout=60_000)
    expect(page.locator(".desk-step-ok")).not_to_have_count(0)
    expect(page.locator(".desk-steps")).to_contain_text(headline)

    page.get_by_role("button", name="Report it: it stands there").click()
    expect(page.get_by_role("status")).to_contain_text("Thank you")
    expect(page.locator("#tags + details")).to_contain_text(f'<link rel="canonical" href="{home}">')

    page.get_by_role("link", name="Tokens and feeds").click()
    page.get_by_label("What it is for").fill("Website")
    page.get_by_role("button", name="Make it").click()
    expect(page.locator(".desk-made pre")).to_contain_text("hw_")
    text = page.locator(".desk-made pre").inner_text()
    page.goto(f"{link}tokens/")
    assert text not in page.content()

    editor.goto(f"/admin/syndication/outlet/{pk}/access/")
    expect(editor.locator("#given-link")).to_have_value(publication.site + link)
    found = Axe().run(editor, context="#main", options={"runOnly": ["wcag2a", "wcag2aa"]})
    assert found.violations_count == 0, found.generate_report()
    editor.get_by_role("link", name="Send a new link…").click()
    editor.get_by_role("button", name="End the old links and make a new one").click()
    assert editor.locator("#given-link").input_value() != publication.site + link
    answer = page.goto(link)
    assert answer is not None and answer.status == 410
    expect(page.get_by_text("The newsroom has ended this link. Ask it for the new one.")).to_be_visible()
    editor.goto("/admin/syndication/pulls/")
    expect(editor.locator("#listing-results")).to_contain_text("The newsroom has ended this link")
    context.close()
