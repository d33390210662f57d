"""How much of a piece a page shows."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndication.likeness import Likeness, likeness, words
from syndication.story import Story
from tests import factories as make

PARAGRAPHS = [
    "The river rose in the night, and by morning the lower town had become a lake with chimneys.",
    "Nobody in the ministry had read the letters that the keeper of the locks sent every spring.",
    "She kept copies of them all in a tin box, in the order in which they were not answered.",
    "When the water came to the second step she carried the box upstairs and began to read aloud.",
    "Her neighbours, who had come for coffee and dry socks, listened until the boats arrived at noon.",
]
EXCERPT = " ".join(PARAGRAPHS[:1]) + " Nobody in the ministry had read the letters."
CHROME = "Home News Culture Sport Subscribe now Sign in Share this Most read this week Contact us Imprint and terms of use"
ARABIC = (
    "ارتفع النهر في الليل وعند الصباح صارت المدينة السفلى بحيرة ذات مداخن "
    "ولم يقرأ أحد في الوزارة الرسائل التي أرسلتها حارسة الأهوسة كل ربيع"
)


def story(**facts: object) -> Story:
    body = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    return make.story(**{"headline": "The keeper of the locks", "body_html": body, "excerpt_html": f"<p>{EXCERPT}</p>", **facts})


def kind(text: str, title: str = "Partner", **facts: object) -> str:
    return likeness(story(**facts), title, f"{CHROME} {text} {CHROME}").kind


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" ".join(PARAGRAPHS), "whole"),
        (" ".join(PARAGRAPHS).upper(), "whole"),
        (" ".join(PARAGRAPHS).replace(",", " –").replace("The", "“The”"), "whole"),
        (" ".join(PARAGRAPHS).replace("coffee", "tea").replace("noon", "midday"), "whole"),
        (" ".join(["An advertisement in between."]).join(PARAGRAPHS), "whole"),
        (" ".join(PARAGRAPHS[:3]), "part"),
        (" ".join(PARAGRAPHS[3:]), "part"),
        (EXCERPT, "excerpt"),
        ("The keeper of the locks – read it at home", "headline"),
        ("THE KEEPER OF THE LOCKS", "headline"),
        ("Sorry, the page you asked for cannot be found", "nothing"),
        ("Ten tips for a better garden, and why the rain is good for your roses this summer", "nothing"),
    ],
)
def test_what_a_page_shows_of_a_piece(text: str, expected: str) -> None:
    assert kind(text) == expected


def test_the_title_alone_can_tell_that_the_piece_is_meant() -> None:
    assert kind("Subscribers may read on", title="The keeper of the locks – The Weekly") == "headline"


def test_a_page_that_only_scripts_write_tells_nothing() -> None:
    assert likeness(story(), "Loading", "Please enable JavaScript") == Likeness("unknown")
    assert likeness(story(), "The keeper of the locks", "Please enable JavaScript").kind == "headline"


def test_arabic_is_compared_without_its_vowel_signs_and_stretches() -> None:
    vowelled = ARABIC.replace("النهر", "النَّهْرُ").replace("المدينة", "المدينـــة")
    told = likeness(make.story(headline="حارسة الأهوسة", body_html=f"<p>{ARABIC}</p>"), "", f"{vowelled} {CHROME}")
    assert told.kind == "whole"


def test_a_script_without_blanks_is_compared_by_its_letters() -> None:
    text = "川は夜のうちに増水し朝には下町が煙突のある湖になっていた役所の誰も手紙を読まなかった"
    assert likeness(make.story(headline="水門の番人", body_html=f"<p>{text}</p>"), "", f"<{text}> {CHROME}").kind == "whole"


def test_a_headline_that_lost_a_word_is_still_ours() -> None:
    long = "The keeper of the locks who wrote to the ministry every spring"
    assert kind("Keeper of the locks who wrote to the ministry every spring", headline=long) == "headline"
    assert kind("A ministry writes to every keeper", headline=long) == "nothing"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300), st.text(max_size=60))
def test_no_text_breaks_it_and_its_share_is_a_share(text: str, title: str) -> None:
    told = likeness(story(), title, text)
    assert 0 <= told.share <= 1
    assert all(word == word.casefold() for word in words(text) if word.isascii())
