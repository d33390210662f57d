"""Places that no machine may push to: what a person is asked to do, and where to begin."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from syndication.connectors import CONNECTORS
from syndication.connectors.base import Access, Receipt
from syndication.connectors.by_hand import ByHand, ways_in
from syndication.contract import Contract
from syndication.credentials import Secret
from syndication.delivering import deliver_due
from syndication.errors import ByHand as Handed
from syndication.models import Republication, Verification
from syndication.story import Correction
from syndication.syndicating import mark_delivered
from tests import factories as make
from tests.outlets import row

KEY = UUID("0d1f8a5c-3f52-4f54-9a38-0d5c3c1f7f10")
State = Republication.State


@pytest.fixture
def by_hand() -> ByHand:
    return ByHand(Access("Medium", "", Contract(), lambda: Secret("")))


def test_the_table_of_contents_knows_it_as_one_that_needs_nothing() -> None:
    assert CONNECTORS["by_hand"] is ByHand
    assert not ByHand.needs_endpoint and not ByHand.needs_secret and not ByHand.account_label


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (lambda by_hand, story: by_hand.publish(story, KEY), "Put the piece up at Medium, then enter its address there."),
        (lambda by_hand, story: by_hand.update(story, Receipt(), KEY), "Bring the piece at Medium up to date."),
        (lambda by_hand, story: by_hand.correct(story, Receipt(), KEY), "Correct the piece at Medium, .* correction: Two lamps."),
        (
            lambda by_hand, story: by_hand.withdraw(story, Receipt(url="https://x.example/"), KEY),
            "Take the piece down at Medium.",
        ),
        (lambda by_hand, story: by_hand.withdraw(story, Receipt(), KEY), "If the piece is up at Medium, take it down there."),
    ],
)
def test_each_verb_is_a_sentence_that_says_what_to_do(act: Callable[..., Any], sentence: str, by_hand: ByHand) -> None:
    with pytest.raises(Handed, match=sentence):
        act(by_hand, make.story(corrections=(Correction(at=date(2026, 3, 1), text="Two lamps."),)))


def test_there_is_nothing_to_test_on_the_way(by_hand: ByHand) -> None:
    assert list(by_hand.examine()) == []


@pytest.mark.parametrize(
    ("website", "addresses"),
    [
        ("https://medium.com/@harbour", ["https://medium.com/p/import", "https://medium.com/new-story"]),
        ("https://harbour.medium.com/", ["https://medium.com/p/import", "https://medium.com/new-story"]),
        ("https://harbour.substack.com/", ["https://harbour.substack.com/publish/post"]),
        (
            "https://www.linkedin.com/company/harbour/",
            [
                "https://www.linkedin.com/article/new/",
                "https://www.linkedin.com/sharing/share-offsite/?url=https%3A%2F%2Fhome.example%2Fa%2F",
            ],
        ),
        (
            "https://www.reddit.com/r/harbour",
            ["https://www.reddit.com/submit?url=https%3A%2F%2Fhome.example%2Fa%2F&title=Ships+%26+lamps"],
        ),
        ("https://x.com/harbour", ["https://x.com/intent/post?url=https%3A%2F%2Fhome.example%2Fa%2F&text=Ships+%26+lamps"]),
        ("https://notmedium.com/", []),
        ("https://medium.com.evil.example/", []),
        ("https://outlet.example/", []),
        ("", []),
    ],
)
def test_the_way_in_is_known_by_the_host_of_the_place(website: str, addresses: list[str]) -> None:
    ways = ways_in(website, make.story(url="https://home.example/a/", headline="Ships & lamps"))
    assert [way.url for way in ways] == addresses
    assert all(way.label and way.sentence.endswith(".") for way in ways)


# --- with the engine --------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_piece_becomes_a_to_do_then_is_brought_up_to_date_corrected_and_taken_down() -> None:
    make.outlet("Medium", kind="by_hand", endpoint="", secret="", website="https://medium.com/@harbour")
    page = make.original("Ships")

    def handed() -> str:
        deliver_due()
        todo = row(page)
        assert (todo.state, todo.due_at, todo.attempts) == (State.TODO, None, 0)
        assert mark_delivered(todo, "https://medium.com/@harbour/ships-1")
        return todo.error

    assert handed() == "Put the piece up at Medium, then enter its address there."
    assert row(page).receipt_url == Verification.objects.get().url == "https://medium.com/@harbour/ships-1"
    assert (row(page).state, row(page).error) == (State.DELIVERED, "")
    page = make.edit(page, title="No ships")
    assert handed() == "Bring the piece at Medium up to date."
    page = page.get_latest_revision_as_object()
    page.unpublish()
    assert handed() == "Take the piece down at Medium."
    assert row(page).state == State.WITHDRAWN and row(page).held is None


@pytest.mark.django_db(transaction=True)
def test_a_piece_that_changes_before_anybody_came_to_it_is_still_one_to_do() -> None:
    make.outlet("Medium", kind="by_hand", endpoint="", secret="", website="https://medium.com/@harbour")
    page = make.original("Ships")
    deliver_due()
    before = row(page)
    page = make.edit(page, title="No ships")
    deliver_due()
    assert row(page).error.startswith("Put the piece up") and row(page).wanted.headline == "No ships"
    assert not mark_delivered(before), "what was asked for has changed"
