"""Something went wrong, and an editor mends it: an outlet that refuses our secret, and letters that died."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.newsroom import an_outlet, rows
from tests.e2e.stack import Stack, until
from tests.e2e.test_editor import publish

pytestmark = pytest.mark.e2e

OVERVIEW = "/admin/syndication/overview/"
DEAD_LETTERS = "/admin/syndication/dead-letters/"


def line(editor: Page, text: str) -> Locator:
    """The row of a table that says so."""
    return editor.locator("table.listing tbody tr", has_text=text)


def step(editor: Page, name: str) -> Locator:
    """One step of a test of an outlet."""
    return editor.locator(".syndication-step", has=editor.get_by_role("heading", name=name))


def dead(editor: Page, outlet: int) -> int:
    """How many dead letters of one outlet the list shows."""
    editor.goto(f"{DEAD_LETTERS}?outlet={outlet}")
    return line(editor, "Dead letter").count()


def test_an_outlet_that_refuses_our_secret_is_held_mended_on_its_form_and_gets_its_piece(
    editor: Page, publication: Stack
) -> None:
    outlet, _pages = an_outlet(publication, "Changed Locks", "A letter at a locked door", known=False)

    editor.goto(OVERVIEW)
    expect(line(editor, "Changed Locks")).to_contain_text("held until somebody acts", timeout=20_000)
    expect(line(editor, "Changed Locks")).to_contain_text(
        "The outlet refused our credentials (401). Renew them there and enter them on the outlet's form."
    )
    editor.goto("/admin/syndication/notices/")
    notice = line(editor, "outlet held").filter(has_text="Changed Locks")
    expect(notice).to_contain_text("refused our credentials (401)")
    notice.get_by_role("link", name="Changed Locks").click()

    editor.get_by_role("button", name="Test connection").click()
    expect(editor.locator("main")).to_contain_text("Nothing can go there yet: see the step that failed.", timeout=20_000)
    expect(step(editor, "Something answers")).to_contain_text("yes")
    expect(step(editor, "It knows our signature")).to_contain_text("The two secrets differ, or its clock is wrong")
    expect(step(editor, "We may publish there")).to_contain_text("not reached")

    editor.get_by_role("link", name="Back to the outlet").click()
    editor.get_by_label("Secret", exact=True).fill(publication.secret)
    editor.get_by_role("button", name="Save").click()
    expect(editor.locator(".messages .success")).to_be_visible()
    until(lambda: publication.piece("A letter at a locked door"), seconds=20, why="the piece did not arrive after the mending")

    editor.goto(f"/admin/syndication/outlets/edit/{outlet}/")
    expect(editor.get_by_label("Secret", exact=True)).to_have_value("")
    assert publication.secret not in editor.content()
    editor.get_by_role("button", name="Test connection").click()
    expect(editor.locator("main")).to_contain_text("Everything works: pieces can go there.", timeout=20_000)
    for name in ("It knows our signature", "We may publish there", "It can name our page as canonical"):
        expect(step(editor, name)).to_contain_text("yes")
    editor.goto("/admin/syndication/notices/?state=open")
    expect(line(editor, "Changed Locks")).to_have_count(0)


def test_an_outlet_that_mended_its_own_side_is_resumed_with_one_press(editor: Page, publication: Stack) -> None:
    _outlet, [page] = an_outlet(publication, "Forgetful Porter", "A letter to a porter")
    piece = until(lambda: publication.piece("A letter to a porter"), seconds=20, why="the piece did not arrive")
    publication.tell(piece=piece["uid"], answers="401")
    editor.goto(f"/admin/pages/{page}/edit/")
    editor.fill("#id_title", "A second letter to a porter")
    publish(editor)
    editor.goto(OVERVIEW)
    resume = editor.get_by_role("button", name="Resume Forgetful Porter")
    expect(resume).to_be_visible(timeout=20_000)

    publication.tell(piece=piece["uid"], answers="normal")
    resume.press("Enter")
    expect(editor.locator(".messages .success")).to_contain_text(
        "Forgetful Porter is active again: what it is owed goes out now."
    )
    expect(editor.get_by_role("button", name="Suspend Forgetful Porter")).to_be_focused()
    until(lambda: publication.piece("A second letter to a porter"), seconds=20, why="the owed version did not arrive")


def test_dead_letters_are_replayed_one_and_some_skipped_or_marked_as_delivered(editor: Page, publication: Stack) -> None:
    headlines = [f"Dead letter {number}" for number in range(1, 6)]
    outlet, _pages = an_outlet(publication, "Wrong Door", *headlines, path="/webhooks/nowhere")
    until(lambda: dead(editor, outlet) == 5, seconds=30, why="they did not die")
    editor.goto(f"/admin/syndication/outlets/edit/{outlet}/")
    editor.get_by_label("Endpoint").fill(f"{publication.outlet}/webhooks/homeward")
    editor.get_by_role("button", name="Save").click()
    expect(editor.locator(".messages .success")).to_be_visible()

    assert dead(editor, outlet) == 5, "a mended outlet replays nothing by itself"
    expect(line(editor, "Dead letter 1")).to_contain_text("The outlet will not take this piece as it is (404).")
    in_order = editor.locator("table.listing tbody tr th a").all_inner_texts()
    place = in_order.index("Dead letter 1")
    beside = in_order[place + 1 if place < 4 else place - 1]
    line(editor, "Dead letter 1").get_by_role("button", name="Replay").press("Enter")
    expect(editor.locator(".messages .success")).to_contain_text("is on its way again")
    until(lambda: publication.piece("Dead letter 1"), seconds=20, why="the replayed letter did not arrive")

    # The filter holds, and the focus stands where the next decision is made.
    expect(editor).to_have_url(re.compile(rf"outlet={outlet}"))
    expect(line(editor, beside).get_by_role("link", name=beside).first).to_be_focused()
    line(editor, "Dead letter 2").get_by_role("button", name="Skip").press("Enter")
    expect(editor.locator(".messages .success")).to_contain_text("is left alone until the piece changes")
    expect(line(editor, "Dead letter 2")).to_have_count(0)

    line(editor, "Dead letter 3").get_by_role("link", name="Mark as delivered").click()
    editor.get_by_label("Address of the copy").fill(publication.piece("Dead letter 1")["url"])  # type: ignore[index]
    editor.get_by_role("button", name="Mark as delivered").click()
    expect(editor.locator(".messages .success")).to_contain_text("is marked as delivered")
    expect(editor).to_have_url(re.compile(rf"outlet={outlet}"))

    editor.get_by_role("link", name="Replay all 2…").click()
    expect(editor.locator("main")).to_contain_text("This sends 2 dead letters to 1 outlet. Go on?")
    editor.get_by_role("button", name="Yes, replay").click()
    expect(editor.locator(".messages .success")).to_contain_text("2 dead letters are on their way again.")
    for number in (4, 5):
        until(lambda at=number: publication.piece(f"Dead letter {at}"), seconds=20, why=f"letter {number} did not arrive")  # type: ignore[misc]
    states = {row["headline"]: row["state"] for row in rows(publication, "Dead letter")}
    assert states["Dead letter 2"] == "skipped" and states["Dead letter 3"] == "delivered"
    assert publication.piece("Dead letter 2") is None and publication.piece("Dead letter 3") is None
