"""What fits into a post, counted as readers count."""

import pytest

from syndication.connectors.posts import composed, graphemes, shortened
from tests import factories as make

FAMILY = "👨‍👩‍👧‍👦"


@pytest.mark.parametrize(
    ("text", "count"), [("harbour", 7), (FAMILY, 1), ("🇸🇨", 1), ("é", 1), ("n\u0303", 1), ("مرفأ", 4), ("", 0), ("نَهْر", 3)]
)
def test_letters_are_counted_as_readers_count_them(text: str, count: int) -> None:
    assert len(graphemes(text)) == count


@pytest.mark.parametrize(
    ("text", "room", "short"),
    [
        ("The harbour was empty", 21, "The harbour was empty"),
        ("The harbour was empty", 20, "The harbour was…"),
        ("The harbour was empty", 16, "The harbour was…"),
        ("The harbour, empty", 13, "The harbour…"),
        ("Harbourmasters", 8, "Harbour…"),
        ("港には船がいなかった", 6, "港には船が…"),
        (f"Homes for {FAMILY * 3}", 12, "Homes for…"),
        (f"{FAMILY * 9}", 4, f"{FAMILY * 3}…"),
        ("two\nlines \t of\u00a0it", 30, "two lines of it"),
        ("anything", 1, ""),
        ("anything", 0, ""),
    ],
)
def test_a_text_is_cut_between_words_and_never_inside_a_letter(text: str, room: int, short: str) -> None:
    assert shortened(text, room) == short
    assert len(graphemes(shortened(text, room))) <= max(room, 0)


def test_a_post_says_headline_and_standfirst() -> None:
    story = make.story(headline="A harbour without ships", standfirst="They left in the night.")
    assert composed(story, 100) == "A harbour without ships\n\nThey left in the night."


def test_the_title_for_cards_goes_before_the_headline_and_the_description_fills_in_for_a_standfirst() -> None:
    story = make.story(headline="Ships", title="No ships", standfirst="", description="Only the lamps knew why.")
    assert composed(story, 100) == "No ships\n\nOnly the lamps knew why."


def test_the_standfirst_is_cut_before_the_headline_is_and_left_out_where_little_room_is_left() -> None:
    story = make.story(headline="A harbour without ships", standfirst="They left in the night, and nobody heard.")
    assert composed(story, 50) == "A harbour without ships\n\nThey left in the night…"
    assert composed(story, 40) == "A harbour without ships"
    assert composed(story, 12) == "A harbour…"


def test_a_post_never_takes_more_room_than_there_is() -> None:
    story = make.story(headline=f"Homes for {FAMILY} in العاصمة", standfirst="A long, long tale. " * 40)
    for room in range(5, 320, 7):
        assert len(graphemes(composed(story, room))) <= room
