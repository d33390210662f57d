"""A copy loses its canonical: an editor sees it, opens the proof, copies the letter; the outlet mends it, and the badge turns."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.newsroom import an_outlet
from tests.e2e.stack import Stack, until

pytestmark = pytest.mark.e2e

HEADLINE = "A lamp that lost its way"
HONOURED, ASTRAY = re.compile("w-status--primary"), re.compile("syndication-bad")
VERDICT = f"""
from syndication.models import Verification
row = Verification.objects.filter(republication__wanted__headline={HEADLINE!r}).first()
print(row.verdict if row else "")
"""


def test_a_lost_canonical_is_seen_proved_written_about_and_mended(editor: Page, publication: Stack) -> None:
    _outlet, [page] = an_outlet(publication, "Lamp Post", HEADLINE)
    until(lambda: publication.shell(VERDICT).strip() == "honoured", seconds=60, why="the copy was not proved")
    piece = publication.piece(HEADLINE)
    assert piece
    publication.tell(piece=piece["uid"], canonical="none")

    tab = f"/admin/pages/{page}/edit/#tab-syndication"
    editor.goto(tab)
    badge = editor.locator("[data-syndication-badge]")
    expect(badge).to_have_class(HONOURED)
    place = editor.locator(".syndication-outlet", has=editor.get_by_role("heading", name="Lamp Post"))
    place.get_by_role("button", name="Look now at Lamp Post").click()
    expect(place.locator(".syndication-bad", has_text="missing")).to_be_visible(timeout=20_000)
    expect(badge).to_have_class(ASTRAY)
    place.get_by_role("link", name="Evidence and history of the copy at Lamp Post").click()

    seen = editor.locator(".syndication-proof")
    now = seen.get_by_role("region", name="Now")
    expect(now.locator(".syndication-bad", has_text="missing")).to_be_visible()
    drift = seen.locator(".syndication-proof-look").first
    expect(drift).to_contain_text('the copy named our page as its home (<link rel="canonical"')
    expect(drift).to_contain_text("it names no home: it has no canonical link")
    found = Axe().run(editor, context="#main", options={"runOnly": ["wcag2a", "wcag2aa"]})
    assert found.violations_count == 0, found.generate_report()

    editor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    seen.get_by_role("button", name="Copy the letter").click()
    expect(seen.get_by_role("status")).to_have_text("Copied")
    assert '<link rel="canonical"' in editor.evaluate("navigator.clipboard.readText()")

    publication.tell(piece=piece["uid"], canonical="right")
    editor.get_by_role("button", name="Look now").click()
    expect(now.locator(".w-status--primary", has_text="honoured")).to_be_visible(timeout=20_000)
    expect(seen.locator(".syndication-proof-look").first).to_contain_text("the copy names our page as its home again")
    expect(editor.get_by_role("heading", name="What to write to them")).to_have_count(0)
    editor.goto(tab)
    expect(badge).to_have_class(HONOURED)
    editor.goto("/admin/syndication/notices/?state=open")
    expect(editor.locator("table.listing tbody tr", has_text=HEADLINE)).to_have_count(0)
