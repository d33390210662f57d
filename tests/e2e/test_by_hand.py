"""A person puts a piece up: the to-do, the kit, the clipboard, and the copy that is then looked at like any other."""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.stack import Stack, until

pytestmark = pytest.mark.e2e

# The place of this test is the partner under another name, so that the copy there is one we know.
HAND_OVER = """
import json
from home.models import ArticlePage
from syndication.models import Outlet, Republication
from syndication.syndicating import syndicate
pasted = Outlet.objects.create(name="Pasted", website="http://127.0.0.1/", kind="by_hand", automatic=False)
there = Republication.objects.filter(state="delivered").exclude(receipt_url="").order_by("pk").first()
page = ArticlePage.objects.get(pk=there.wanted.page_id)
syndicate(page, [pasted])
print(json.dumps([page.title, there.receipt_url]))
"""
STATE = """
from syndication.models import Republication
row = Republication.objects.select_related("verification").get(outlet__name="Pasted")
print(row.state, getattr(getattr(row, "verification", None), "verdict", ""))
"""


def test_a_piece_is_put_up_by_hand_and_proved(editor: Page, publication: Stack) -> None:
    headline, url = json.loads(publication.shell(HAND_OVER))
    until(lambda: publication.shell(STATE).startswith("todo"), seconds=60, why="nobody was asked to put it up")
    editor.goto("/admin/syndication/overview/")
    editor.locator("#all-todo").click()
    editor.get_by_role("link", name=f"Do it… {headline}, Pasted").click()
    expect(editor.get_by_text("Put the piece up at Pasted")).to_be_visible()
    found = Axe().run(editor, context="#main", options={"runOnly": ["wcag2a", "wcag2aa"]})
    assert found.violations_count == 0, found.generate_report()

    editor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    button = editor.get_by_role("button", name="Copy Headline")
    button.focus()
    editor.keyboard.press("Enter")
    expect(editor.locator("[data-kit-said]")).to_have_text("Copied")
    assert editor.evaluate("navigator.clipboard.readText()") == headline
    expect(button).to_be_focused()
    editor.get_by_role("button", name="Copy the formatted text").click()
    expect(editor.locator("[data-kit-rich][data-kit-state=copied]")).to_be_visible()
    kinds = editor.evaluate("navigator.clipboard.read().then(([one]) => one.types)")
    assert set(kinds) == {"text/plain", "text/html"}

    editor.get_by_role("button", name="It stands there").click()
    expect(editor.get_by_text("Paste the address of the piece there")).to_be_visible()
    editor.get_by_label("Its address there").fill(url)
    editor.get_by_role("button", name="It stands there").click()
    expect(editor.get_by_text(f"Thank you. “{headline} at Pasted” is done.")).to_be_visible()
    until(lambda: publication.shell(STATE).split() == ["delivered", "honoured"], seconds=60, why="the copy was not proved")
