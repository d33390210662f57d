"""Rules made on an outlet's form, and a scheduled piece that one outlet is told differently and later."""

from datetime import UTC, datetime, timedelta
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.newsroom import rows
from tests.e2e.stack import Stack, until
from tests.e2e.test_editor import open_panel, press_publish
from tests.e2e.test_steering import at

pytestmark = pytest.mark.e2e

WORDS = "Alpha bravo charlie delta echo foxtrot golf hotel india juliett kilo lima mike november oscar papa."
TIDES = f"""
import os
from home.models import ArticlePage, Author, Byline, HomePage, SectionPage
from syndication.models import Outlet
sections = []
for title in ("Tides", "Alleys"):
    section = SectionPage(title=title, slug=title.lower())
    HomePage.objects.get().add_child(instance=section)
    section.save_revision().publish()
    sections.append(section)
tides, alleys = sections
gazette = Outlet(name="Alley Gazette", website="http://127.0.0.1/", kind="webhook", only=[f"section:{{alleys.pk}}"],
                 endpoint=os.environ["DEMO_OUTLET_URL"] + "/webhooks/homeward")
gazette.secret = os.environ["DEMO_OUTLET_SECRET"]
gazette.save()
page = ArticlePage(title="The tide before dawn", body=[("paragraph", "<p>{WORDS}</p>")], live=False)
tides.add_child(instance=page)
page.bylines.add(Byline(author=Author.objects.first()))
page.save_revision()
print(page.pk)
"""


def add_outlet(editor: Page, publication: Stack, name: str, **terms: str) -> None:
    """Fill in the form of an outlet that takes pieces of the section Tides, by itself."""
    editor.goto("/admin/syndication/outlets/new/")
    editor.get_by_role("textbox", name="Name").first.fill(name)
    editor.get_by_label("Website").fill("http://127.0.0.1/")
    editor.get_by_role("combobox", name="How we push").select_option("webhook")
    editor.get_by_label("Endpoint").fill(f"{publication.outlet}/webhooks/homeward")
    editor.get_by_label("Secret", exact=True).fill(publication.secret)
    only = editor.get_by_role("group", name="Only pieces of")
    only.locator("summary", has_text="Sections").press("Enter")
    only.get_by_label("Tides").check()
    for field, value in terms.items():
        control = editor.locator(f"[name={field}]")
        if control.evaluate("control => control.tagName") == "SELECT":
            control.select_option(value)
        else:
            control.fill(value)
    editor.get_by_role("button", name="Create").click()
    expect(editor.locator(".messages .success")).to_contain_text("These rules pick 0 of")


def test_a_scheduled_piece_reaches_the_outlet_whose_rules_pick_it_as_told_and_when_told(editor: Page, publication: Stack) -> None:
    number = publication.shell(TIDES).strip()
    add_outlet(editor, publication, "Evening Post", extent="excerpt", excerpt_words="10")
    add_outlet(editor, publication, "Morning Post", embargo_hours="6")

    open_panel(editor, f"/admin/pages/{number}/edit/")
    expect(at(editor, "Alley Gazette")).to_contain_text("not sent")
    expect(at(editor, "Morning Post")).to_contain_text("goes out on publishing")
    lantern = at(editor, "The Lantern")
    lantern.get_by_role("button", name="Keep it from there").press("Enter")
    expect(lantern.get_by_role("button", name="Keep it from there")).to_have_attribute("aria-pressed", "true")
    evening = at(editor, "Evening Post")
    expect(evening).to_contain_text("goes out on publishing")
    evening.get_by_text("Tell it differently").click()
    evening.get_by_label("Headline there").fill("The tide as the evening tells it")
    not_before = (datetime.now(UTC) + timedelta(seconds=25)).replace(microsecond=0)
    evening.get_by_label("Not before").fill(f"{not_before:%Y-%m-%dT%H:%M:%S}")
    evening.get_by_role("button", name="Save").click()
    expect(evening.locator(".w-status", has_text="set")).to_be_visible()

    schedule(editor)
    assert publication.piece("The tide as the evening tells it") is None
    piece = until(
        lambda: publication.piece("The tide as the evening tells it"), seconds=90, why="the scheduled piece did not arrive"
    )
    assert datetime.fromisoformat(piece["taken_at"]) >= not_before
    _head, _body, copy = urlopen(piece["url"]).read().decode().partition("<body")
    assert "juliett" in copy and "kilo" not in copy

    until(lambda: len(rows(publication, "The tide")) == 2, seconds=10, why="other outlets are owed it, too")
    states = until(
        lambda: (
            (found := {row["outlet"]: row["state"] for row in rows(publication, "The tide")})["Evening Post"] == "delivered"
            and found
        ),
        seconds=10,
        why="the delivery was not settled",
    )
    assert states == {"Evening Post": "delivered", "Morning Post": "pending"}
    open_panel(editor, f"/admin/pages/{number}/edit/")
    expect(at(editor, "Morning Post")).to_contain_text("Next try")


def schedule(editor: Page) -> None:
    """Schedule the piece in Wagtail's dialog, for a moment soon. The dialog knows minutes only, the site seconds, too."""
    editor.get_by_role("button", name="Toggle status").click()
    editor.get_by_role("button", name="Set schedule").click()
    dialog = editor.locator("#schedule-publishing-dialog")
    dialog.locator("[name=go_live_at]").fill(f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%d %H:%M}")
    dialog.locator("[name=go_live_at]").press("Tab")
    dialog.get_by_role("button", name="Save schedule").press("Enter")
    expect(editor.get_by_text("Once scheduled:")).to_be_visible()
    moment = datetime.now(UTC) + timedelta(seconds=8)
    editor.locator("[name=go_live_at]").evaluate("(field, moment) => { field.value = moment }", f"{moment:%Y-%m-%d %H:%M:%S}")
    press_publish(editor)
    expect(editor.locator(".messages .success")).to_contain_text("scheduled", timeout=20_000)
