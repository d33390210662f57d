"""An editor steers: a headline for one outlet on a draft, a withdrawal, and twenty pieces to three outlets at once."""

import json

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.stack import Stack, until
from tests.e2e.test_editor import open_panel, publish

pytestmark = pytest.mark.e2e

OUTLETS = """
import os
from syndication.models import Outlet
for name, facts in {"By Hand": {}, "Other Hand": {}, "Short Lines": {"max_headline": 30}}.items():
    outlet = Outlet(name=name, website="http://127.0.0.1/", kind="webhook", automatic=False,
                    endpoint=os.environ["DEMO_OUTLET_URL"] + "/webhooks/homeward", **facts)
    outlet.secret = os.environ["DEMO_OUTLET_SECRET"]
    outlet.save()
"""
DRAFT = """
from home.models import ArticlePage, Author, Byline, SectionPage
page = ArticlePage(title="A lamp in the draft", body=[("paragraph", "<p>It burns low.</p>")], live=False)
SectionPage.objects.first().add_child(instance=page)
page.bylines.add(Byline(author=Author.objects.first()))
page.save_revision()
print(page.pk)
"""
TWENTY = """
import json
from home.models import ArticlePage, Author, Byline, HomePage, SectionPage
section = SectionPage(title="Pilots", slug="pilots")
HomePage.objects.get().add_child(instance=section)
section.save_revision().publish()
for number in range(20):
    title = "A headline that is longer than thirty characters" if number == 7 else f"Pilot {number}"
    page = ArticlePage(title=title, body=[("paragraph", f"<p>Words of pilot {number}.</p>")], live=False)
    section.add_child(instance=page)
    page.bylines.add(Byline(author=Author.objects.first()))
    page.save_revision().publish()
print(section.pk)
"""


@pytest.fixture(scope="module")
def outlets(publication: Stack) -> None:
    """Three outlets that get pieces only when somebody sends them."""
    publication.shell(OUTLETS)


def at(editor: Page, outlet: str) -> Locator:
    """The block of one outlet in the panel."""
    return editor.locator("section.syndication-outlet", has=editor.get_by_role("heading", name=outlet))


def test_a_draft_is_steered_arrives_as_told_and_is_withdrawn(editor: Page, publication: Stack, outlets: None) -> None:
    address = f"/admin/pages/{publication.shell(DRAFT).strip()}/edit/"
    open_panel(editor, address)
    block = at(editor, "By Hand")
    expect(block).to_contain_text("It gets pieces only when somebody sends them.")
    # All outlets are one desk here, and it keeps one headline a piece: the one that takes pieces by itself shall not have it.
    lantern = at(editor, "The Lantern")
    lantern.get_by_role("button", name="Keep it from there").press("Enter")
    expect(lantern.get_by_role("button", name="Keep it from there")).to_have_attribute("aria-pressed", "true")
    send = block.get_by_role("button", name="Send it there")
    send.press("Enter")
    expect(block.get_by_role("button", name="Send it there")).to_have_attribute("aria-pressed", "true")
    expect(block).to_contain_text("goes out on publishing")

    block.get_by_text("Tell it differently").click()
    too_long = "A lamp " * 60
    headline = block.get_by_label("Headline there")
    headline.evaluate("field => field.removeAttribute('maxlength')")
    headline.fill(too_long)
    block.get_by_role("button", name="Save").click()
    expect(block).to_contain_text("Ensure this value has at most 255 characters")
    expect(headline).to_have_value(too_long)
    headline.fill("A lamp, told for them")
    headline.press("Enter")
    expect(block.locator(".w-status", has_text="set")).to_be_visible()
    block.locator("summary", has_text="Preview").click()
    expect(block.locator(".syndication-card")).to_contain_text("A lamp, told for them")

    publish(editor)
    until(lambda: publication.piece("A lamp, told for them"), seconds=20, why="the piece did not arrive as told")

    open_panel(editor, address)
    block = at(editor, "By Hand")
    expect(block.locator(".w-status", has_text="delivered")).to_be_visible(timeout=20_000)
    block.locator("summary", has_text="What will change").click()
    expect(block).to_contain_text("Nothing that readers see there will change.")
    block.locator("summary", has_text="Withdraw").press("Enter")
    block.get_by_role("button", name="Yes, withdraw it").press("Enter")
    expect(block.locator(".w-status", has_text="withdrawn")).to_be_visible(timeout=20_000)


def test_what_somebody_types_survives_the_refresh(editor: Page, publication: Stack, outlets: None) -> None:
    open_panel(editor, f"/admin/pages/{publication.shell(DRAFT).strip()}/edit/")
    publish(editor)
    editor.go_back()
    editor.reload()
    editor.get_by_role("tab", name="Syndication").click()
    block = at(editor, "Other Hand")
    block.get_by_text("Tell it differently").click()
    field = block.get_by_label("Headline there")
    field.fill("Half a")
    publication.tell(answers="slow", seconds="3")
    try:
        at(editor, "By Hand").get_by_role("button", name="Push now").click()
        field.focus()
        field.press("End")
        field.press_sequentially(" sentence", delay=300)
        expect(at(editor, "By Hand").locator(".w-status", has_text="delivered")).to_be_visible(timeout=30_000)
    finally:
        publication.tell(answers="normal", seconds="5")
    expect(field).to_have_value("Half a sentence")
    expect(field).to_be_focused()


def test_twenty_pieces_go_to_three_outlets_and_what_one_would_refuse_is_told_first(
    editor: Page, publication: Stack, outlets: None
) -> None:
    editor.goto(f"/admin/pages/{publication.shell(TWENTY).strip()}/")
    editor.locator("[data-bulk-action-select-all-checkbox]").first.check()
    editor.get_by_role("link", name="Send selected pages to outlets").click()
    for name in ("By Hand", "Other Hand", "Short Lines"):
        editor.get_by_label(name).check()
    editor.get_by_role("button", name="See what they would say").click()
    expect(editor.locator("main")).to_contain_text("59 of 60 would go out, 1 would be refused")
    expect(editor.locator("main")).to_contain_text("Its headlines hold 30 characters; this one has 48.")
    editor.get_by_role("button", name="Yes, send 59").click()
    expect(editor.locator("main")).to_contain_text("59 of 60 delivered, 1 refused, 0 failed", timeout=60_000)
    editor.get_by_role("link", name="Back to the pages").click()
    expect(editor.locator("table.listing")).to_contain_text("Delivered to ")
    rows = publication.shell(
        "from syndication.models import Republication; import json;"
        "print(json.dumps(Republication.objects.filter(outlet__name='Short Lines', state='delivered').count()))"
    )
    assert json.loads(rows) == 19
