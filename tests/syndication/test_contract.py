"""Contract: what an outlet may carry, what it owes, and when it must hear."""

from typing import Any

import pytest

from syndication.contract import Contract
from tests import factories as make

FULL = make.story(lead_image=make.picture(), share_image=make.picture())


def test_the_full_text_goes_where_it_may() -> None:
    assert Contract().view(FULL) == FULL


def test_an_excerpt_carries_no_body() -> None:
    seen = Contract(extent="excerpt").view(FULL)
    assert (seen.body_html, seen.excerpt_html) == ("", FULL.excerpt_html)


def test_a_link_carries_neither_body_nor_excerpt() -> None:
    seen = Contract(extent="link").view(FULL)
    assert (seen.body_html, seen.excerpt_html) == ("", "")
    assert (seen.headline, seen.canonical, seen.description) == (FULL.headline, FULL.canonical, FULL.description)


def test_a_description_that_is_only_the_opening_of_the_text_counts_as_text() -> None:
    text = "The <em>harbour</em> was empty when we came. Only the lamps knew why, and they said nothing at all."
    opening = "The harbour was empty when we came. Only the lamps…"
    story = make.story(body_html=f"<p>{text}</p>", description=opening)
    assert Contract().view(story).description == Contract(extent="excerpt").view(story).description == opening
    assert Contract(extent="excerpt", words=10).view(story).description == opening
    assert Contract(extent="excerpt", words=4).view(story).description == "The harbour was empty…"
    assert Contract(extent="link").view(story).description == ""
    written = story.model_copy(update={"description": "Lamps that know more than they say."})
    assert Contract(extent="link").view(written).description == written.description


@pytest.mark.parametrize("place", ["lead_image", "share_image"])
def test_a_picture_that_may_not_travel_stays_at_home(place: str) -> None:
    story = FULL.model_copy(update={place: make.picture(may_syndicate=False)})
    seen = Contract().view(story)
    other = {"lead_image", "share_image"} - {place}
    assert getattr(seen, place) is None
    assert all(getattr(seen, name) == getattr(FULL, name) for name in other)


def test_an_excerpt_cut_from_the_text_leaves_such_pictures_at_home_too() -> None:
    stays = '<figure><img class="stays-home" src="https://home.example/a.jpg" alt=""><figcaption>Ours</figcaption></figure>'
    story = make.story(body_html=f"<p>One two three.</p>{stays}<p>Four.</p>")
    seen = Contract(extent="excerpt", words=10).view(story)
    assert "One two three." in seen.excerpt_html and "a.jpg" not in seen.excerpt_html and "Ours" not in seen.excerpt_html


def test_a_picture_in_the_text_that_may_not_travel_stays_at_home_with_its_caption() -> None:
    stays = '<figure><img class="stays-home" src="https://home.example/a.jpg" alt=""><figcaption>Ours</figcaption></figure>'
    travels = '<figure><img src="https://home.example/b.jpg" alt=""></figure>'
    seen = Contract().view(make.story(body_html=f"<p>One</p>\n{stays}\n{travels}<p>Two</p>"))
    assert "a.jpg" not in seen.body_html and "Ours" not in seen.body_html
    assert seen.body_html.replace("\n", "") == f"<p>One</p>{travels}<p>Two</p>"


def test_a_text_without_such_pictures_is_carried_byte_for_byte() -> None:
    odd = "<p>Unclosed <b>bold</p>&nbsp;<p>stays-home as a word</p>"
    assert Contract().view(make.story(body_html=odd)).body_html == odd


def test_two_outlets_with_the_same_terms_must_hear_of_the_same_changes() -> None:
    assert Contract().digest(FULL) == Contract().digest(FULL.model_copy(update={"version": 9, "modified": FULL.first_published}))


def test_an_outlet_that_carries_an_excerpt_need_not_hear_of_the_rest() -> None:
    edited = FULL.model_copy(update={"body_html": "<p>The harbour was empty when we came.</p><p>More.</p>"})
    assert Contract().digest(edited) != Contract().digest(FULL)
    assert Contract(extent="excerpt").digest(edited) == Contract(extent="excerpt").digest(FULL)


@pytest.mark.parametrize(
    "terms", [{"canonical": False}, {"noindex": True}, {"link": False}, {"extent": "excerpt"}, {"attribution": "First at home"}]
)
def test_new_terms_are_news_to_the_outlet(terms: dict[str, Any]) -> None:
    assert Contract(**terms).digest(FULL) != Contract().digest(FULL)
