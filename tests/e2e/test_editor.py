"""An editor walks the whole way, from the draft to the proof, in a real browser against real processes."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.stack import Stack, until

pytestmark = pytest.mark.e2e


def edit_address(publication: Stack) -> tuple[str, str]:
    """Where the form of a delivered original is, and its headline."""
    code = (
        "from syndication.models import Republication;"
        "row = Republication.objects.filter(state='delivered', wanted__kind='original').order_by('pk').first();"
        "print(row.wanted.page_id, row.wanted.facts['headline'], sep='|')"
    )
    page_id, headline = publication.shell(code).strip().split("|")
    return f"/admin/pages/{page_id}/edit/", headline


def press_publish(editor: Page) -> None:
    """Open the menu beside Save draft, where Wagtail keeps Publish, and press it."""
    editor.locator("[data-w-dropdown-theme-value=dropdown-button] [data-w-dropdown-target=toggle]").last.click()
    editor.locator("button[name=action-publish]:visible").click()


def publish(editor: Page) -> None:
    """Publish what stands in the form, and wait for Wagtail to say so."""
    press_publish(editor)
    expect(editor.locator(".messages .success")).to_contain_text("published", timeout=20_000)


def open_panel(editor: Page, address: str) -> None:
    """Open the Syndication tab of a piece."""
    editor.goto(address)
    editor.get_by_role("tab", name="Syndication").click()


def test_an_edit_reaches_the_copy_and_unpublishing_takes_it_down(editor: Page, publication: Stack) -> None:
    address, headline = edit_address(publication)
    changed = f"{headline}, revisited"

    editor.goto(address)
    editor.fill("#id_title", changed)
    publish(editor)
    until(lambda: publication.piece(changed), seconds=10, why="the copy still has the old headline")

    editor.goto(address.replace("/edit/", "/unpublish/"))
    editor.get_by_role("button", name="Yes, unpublish it").click()
    taken_down = until(
        lambda: (piece := publication.piece(changed)) and piece["withdrawn"] and piece, seconds=10, why="the copy still stands"
    )
    answer = editor.request.get(taken_down["url"])
    assert answer.status == 410


def test_a_dropped_canonical_is_noticed_at_the_next_look_and_explained(editor: Page, publication: Stack) -> None:
    address, _headline = edit_address(publication)
    open_panel(editor, address)
    panel = editor.locator("[data-syndication-panel]")
    expect(panel.get_by_text("honoured")).to_be_visible()

    publication.tell(canonical="none")
    try:
        panel.get_by_role("button", name="Look now").click()
        expect(panel.locator(".w-status", has_text="missing")).to_be_visible(timeout=20_000)
        expect(panel).to_contain_text("canonical")
    finally:
        publication.tell(canonical="right")
    panel.get_by_role("button", name="Look now").click()
    expect(panel.locator(".w-status", has_text="honoured")).to_be_visible(timeout=20_000)


def test_push_again_shows_its_progress_without_a_reload(editor: Page, publication: Stack) -> None:
    address, _headline = edit_address(publication)
    seen = len(publication.state()["deliveries"])
    open_panel(editor, address)
    panel = editor.locator("[data-syndication-panel]")
    panel.get_by_role("button", name="Push again").click()
    expect(panel.locator(".w-status", has_text="delivered")).to_be_visible(timeout=20_000)
    until(lambda: len(publication.state()["deliveries"]) > seen, seconds=10, why="the outlet heard nothing")


def test_a_stub_without_its_parts_says_what_is_missing_and_loses_nothing(editor: Page, publication: Stack) -> None:
    code = "from home.models import SectionPage; print(SectionPage.objects.first().pk)"
    section = publication.shell(code).strip()
    editor.goto(f"/admin/pages/add/home/stubpage/{section}/")
    editor.fill("#id_title", "A stub in the making")
    editor.fill("#id_outlet_url", "http://10.0.0.1/piece")
    press_publish(editor)
    form = editor.locator("#page-edit-form")
    expect(form).to_contain_text("Choose the outlet where the piece ran.")
    expect(form).to_contain_text("Enter the opening paragraphs.")
    assert editor.input_value("#id_title") == "A stub in the making"
    assert editor.input_value("#id_outlet_url") == "http://10.0.0.1/piece"
