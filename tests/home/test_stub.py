"""A stub as readers meet it: the opening of a piece and the way to the rest, or all of it by permission."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from selectolax.lexbor import LexborHTMLParser

from syndication.models import Outlet
from syndication.renderers.json_ld import news_article
from tests import factories as make

pytestmark = pytest.mark.django_db

THERE = f"{make.ABROAD}/pieces/the-lamps?from=home&to=there"


def read(client: Client, page: Any) -> LexborHTMLParser:
    """The page as a browser parses it."""
    answer = client.get(page.url)
    assert answer.status_code == 200
    return LexborHTMLParser(answer.content.decode())


def text(tree: LexborHTMLParser, selector: str) -> str:
    """The text of the one element, with single spaces."""
    (node,) = tree.css(selector)
    return " ".join(node.text().split())


def test_readers_get_the_opening_and_the_way_to_the_rest(client: Client) -> None:
    page = make.stub(outlet_url=THERE)
    tree = read(client, page)
    assert [node.text() for node in tree.css(".text p")] == ["It began with a lamp.", "Then there were two."]
    assert text(tree, ".onward.call a") == "Read the rest at Evening Lantern"
    link = tree.css_first(".onward a")
    assert link.attributes["href"] == THERE and "external" in link.attributes["rel"] and "nofollow" not in link.attributes["rel"]
    assert (page.story.body_html, page.story.word_count) == ("", 9)


def test_by_permission_they_get_all_of_it_and_are_told_where_it_was_first(client: Client) -> None:
    page = make.stub(outlet_url=THERE, extent="full")
    tree = read(client, page)
    assert [node.text() for node in tree.css(".text p")] == ["It began with a lamp.", "Then there were two."]
    assert text(tree, ".onward a") == "First published at Evening Lantern"
    assert not tree.css(".onward.call") and "Read the rest" not in tree.body.text()
    assert page.story.body_html == page.story.excerpt_html != ""


def test_where_and_when_it_ran_stands_at_the_top_and_in_the_byline(client: Client) -> None:
    tree = read(client, make.stub(ran_on=date(2018, 5, 30), authors=[make.author(x_handle="@ada")]))
    assert text(tree, ".provenance") == "This piece ran at Evening Lantern on 30 May 2018."
    assert text(tree, ".piece-head .byline") == "By Ada Lovelace (@ada) on 30 May 2018"
    assert tree.css_first(".byline time").attributes["datetime"] == "2018-05-30"


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles"])
def test_the_day_it_ran_is_the_same_day_in_every_zone(zone: str, client: Client, settings: Any) -> None:
    settings.TIME_ZONE = zone
    tree = read(client, make.stub(ran_on=date(2018, 5, 30)))
    assert text(tree, ".piece-head .byline").endswith("on 30 May 2018")


def test_json_ld_says_what_it_is_based_on(client: Client) -> None:
    page = make.stub(outlet_url=THERE)
    based = news_article(page.story)["isBasedOn"]
    assert (based["url"], based["publisher"]["name"]) == (THERE, "Evening Lantern")
    assert "isBasedOn" in read(client, page).css_first('script[type="application/ld+json"]').text()


def test_an_outlets_new_name_reaches_the_page_at_once(client: Client) -> None:
    page = make.stub()
    outlet = Outlet.objects.get()
    outlet.name = "Morning <Lantern>"
    outlet.save()
    assert text(read(client, page), ".onward a") == "Read the rest at Morning <Lantern>"


def test_lists_say_at_which_outlet_a_piece_runs(client: Client) -> None:
    page = make.stub("Lamps")
    tree = LexborHTMLParser(client.get(page.get_parent().url).content.decode())
    assert text(tree, ".card .kicker") == "At Evening Lantern"
    assert tree.css_first(".card h2 a").attributes["href"] == page.full_url


def test_a_script_pasted_into_the_excerpt_reaches_nobody(client: Client) -> None:
    page = make.stub(excerpt='<p onclick="x()">Lamps<script>alert(1)</script> <a href="javascript:x()">here</a></p>')
    tree = read(client, page)
    assert text(tree, ".text") == "Lamps here"
    assert not tree.css(".text script, .text [onclick], .text a[href]")


def test_an_excerpt_in_arabic_runs_from_right_to_left(client: Client) -> None:
    page = make.stub("المصابيح", slug="lamps", language="ar", excerpt="<p>بدأ الأمر بمصباح.</p>")
    tree = read(client, page)
    assert tree.css_first("article.piece").attributes["dir"] == "rtl"
    assert tree.css_first(".rest").attributes["lang"] == "en", "our own words are English"
