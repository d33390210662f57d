"""The body of a copy: text, corrections and the way home, as one field of HTML."""

from datetime import date

from syndication.contract import Contract
from syndication.renderers import copy
from syndication.story import Correction
from tests import factories as make

HOME = "https://home.example/reviews/lamps/"


def test_the_full_text_stands_between_the_byline_and_the_line_that_leads_home() -> None:
    html = copy.html(
        make.story(url=HOME, headline="Lamps & ships"), Contract(attribution="First published in The Harbour Review")
    )
    assert html.splitlines() == [
        "<p><em>By Ada Lovelace (@ada) on 30 May 2018</em></p>",
        "<p>The harbour was empty when we came.</p>",
        f'<p><em>First published in The Harbour Review: <a href="{HOME}">Lamps &amp; ships</a></em></p>',
    ]


def test_an_excerpt_says_where_the_rest_is() -> None:
    contract = Contract(extent="excerpt", link=False)
    html = copy.html(contract.view(make.story(url=HOME)), contract, byline=False)
    assert html.splitlines() == [
        "<p>The harbour was empty when we came.</p>",
        f'<p><a href="{HOME}">Read the rest at The Harbour Review</a></p>',
    ]


def test_a_headline_alone_still_leads_to_the_piece() -> None:
    contract = Contract(extent="link", link=False)
    html = copy.html(contract.view(make.story(url=HOME)), contract, byline=False)
    assert html == f'<p><a href="{HOME}">Read the rest at The Harbour Review</a></p>'


def test_corrections_are_told_with_their_dates_and_cannot_break_the_page() -> None:
    corrections = (
        Correction(at=date(2026, 5, 1), text="The ship <i>was</i> blue."),
        Correction(at=date(2026, 5, 2), text="So was its lamp."),
    )
    html = copy.html(make.story(corrections=corrections), Contract())
    assert (
        "<h3>Corrections</h3>\n<p>1 May 2026: The ship &lt;i&gt;was&lt;/i&gt; blue.</p>\n<p>2 May 2026: So was its lamp.</p>"
        in html
    )


def test_without_a_link_in_the_contract_only_the_attribution_is_told() -> None:
    html = copy.html(make.story(), Contract(link=False, attribution="From The Harbour Review"), byline=False)
    assert html.splitlines()[-1] == "<p><em>From The Harbour Review</em></p>"
    assert copy.html(make.story(), Contract(link=False), byline=False) == "<p>The harbour was empty when we came.</p>"


def test_where_no_canonical_link_can_be_set_the_text_leads_home_all_the_same() -> None:
    html = copy.html(make.story(url=HOME), Contract(link=False), home=True)
    assert f'<a href="{HOME}">' in html and "First published by The Harbour Review" in html


def test_it_speaks_the_language_of_the_story() -> None:
    html = copy.html(
        make.story(language="de", corrections=(Correction(at=date(2026, 5, 1), text="Das Schiff war blau."),)), Contract()
    )
    assert "1. Mai 2026: Das Schiff war blau." in html or "1 Mai 2026: Das Schiff war blau." in html


def test_the_maker_of_the_picture_is_named_where_the_outlet_has_no_other_place_for_it() -> None:
    story = make.story(lead_image=make.picture(caption="The lamp", credit="Photo: M. S."))
    assert "<p><em>Picture: The lamp Photo: M. S.</em></p>" in copy.html(story, Contract(), credit=True)
    assert "Photo" not in copy.html(story, Contract())
    assert "Picture" not in copy.html(make.story(lead_image=make.picture()), Contract(), credit=True)
