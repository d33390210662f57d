"""The front page and the sections: what leads, what follows, and what is said when there is nothing."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from selectolax.lexbor import LexborHTMLParser

from home.models import ArticlePage, HomePage
from home.models.base import PER_PAGE
from syndication.models import record
from syndication.planning import plan
from tests import factories as make

pytestmark = pytest.mark.django_db

ROOT = "http://127.0.0.1:8000"


def read(client: Client, path: str) -> LexborHTMLParser:
    """The page as a browser parses it."""
    answer = client.get(path)
    assert answer.status_code == 200
    return LexborHTMLParser(answer.content.decode())


def headlines(tree: LexborHTMLParser, part: str) -> list[str]:
    """The headlines of the cards in a part of the page, in order."""
    return [node.text() for node in tree.css(f"{part} .card .p-name")]


def lead_with(page: Any) -> None:
    """Let a page lead the front page, as an editor chooses it."""
    home = HomePage.objects.get()
    home.lead_piece = page
    make.publish(home)


class TestFrontPage:
    def test_the_newest_original_leads_and_the_others_follow(self, client: Client) -> None:
        make.front_page()
        originals = [make.edition().story.headline for _number in range(15)]
        stubs = [make.edition(make.story(kind="stub")).story.headline for _number in range(7)]
        tree = read(client, "/")
        newest = originals[::-1]
        assert headlines(tree, ".leading") == newest[:1]
        assert headlines(tree, ".latest") == newest[1:13]
        assert headlines(tree, ".elsewhere") == stubs[::-1][:6]

    def test_what_an_editor_chooses_leads_and_does_not_stand_there_twice(self, client: Client) -> None:
        chosen, newer = make.original("Chosen"), make.original("Newer")
        lead_with(chosen)
        tree = read(client, "/")
        assert headlines(tree, ".leading") == ["Chosen"] and headlines(tree, ".latest") == [newer.title]

    def test_a_stub_may_lead(self, client: Client) -> None:
        make.original()
        lead_with(make.stub("Abroad"))
        assert headlines(read(client, "/"), ".leading") == ["Abroad"]

    @pytest.mark.parametrize("how", ["unpublish", "delete"])
    def test_a_lead_that_goes_away_leaves_its_place_to_the_newest(self, how: str, client: Client) -> None:
        chosen, newest = make.original(), make.original()
        lead_with(chosen)
        getattr(chosen, how)()
        assert headlines(read(client, "/"), ".leading") == [newest.title]

    def test_it_says_so_when_nothing_is_published_yet(self, client: Client) -> None:
        make.front_page()
        tree = read(client, "/")
        assert "Nothing is published here yet." in tree.css_first(".notice").text()
        assert not tree.css(".card")

    def test_the_nameplate_is_the_publications(self, client: Client) -> None:
        make.publication(name="The Harbour Review", tagline="Seen from the pier.")
        tree = read(client, "/")
        assert tree.css_first(".nameplate h1").text() == "The Harbour Review"
        assert tree.css_first(".tagline").text() == "Seen from the pier."

    def test_the_bar_lists_live_sections_in_the_order_of_the_tree(self, client: Client) -> None:
        for title in ("Reviews", "Essays", "Closed"):
            section = make.section(title)
        section.unpublish()
        tree = read(client, "/essays/")
        links = tree.css('nav[aria-label="Sections"] a')
        assert [link.text() for link in links] == ["Reviews", "Essays"]
        assert [link.attributes.get("aria-current") for link in links] == [None, "page"]


class TestSection:
    @pytest.fixture(autouse=True)
    def section(self) -> Any:
        """The section."""
        return make.section("Reviews", slug="reviews", introduction="What we thought of it.")

    def test_it_lists_its_own_pieces_of_both_kinds(self, client: Client) -> None:
        mine = [make.original(), make.original()]
        make.original(parent=make.section("Essays"))
        older = make.stub()
        tree = read(client, "/reviews/")
        assert headlines(tree, "main") == [mine[1].title, mine[0].title, older.title], "newest first; the stub ran in 2018"
        assert "What we thought of it." in tree.css_first(".list-head").text()
        assert not tree.css(".pagination")

    def test_it_names_its_own_feeds(self, client: Client) -> None:
        feeds = [node.attributes["href"] for node in read(client, "/reviews/").css('link[rel="alternate"]')]
        assert {f"/reviews/feeds/{dialect}/" for dialect in ("rss", "atom", "json")} <= set(feeds)

    def test_it_says_so_when_it_is_empty(self, client: Client) -> None:
        assert "Nothing has been published in this section yet." in read(client, "/reviews/").css_first(".notice").text()

    def test_sheets_are_their_own_canonicals_and_lead_to_each_other(self, section: Any, client: Client) -> None:
        stories = [make.story() for _number in range(PER_PAGE + 1)]
        for story in stories:
            record(story, public=True, page=None, reason="test", section_id=section.pk)
        first, second = read(client, "/reviews/"), read(client, "/reviews/?page=2")
        assert len(headlines(first, "main")) == PER_PAGE and headlines(second, "main") == [stories[0].headline]
        assert first.css_first('link[rel="canonical"]').attributes["href"] == f"{ROOT}/reviews/"
        assert second.css_first('link[rel="canonical"]').attributes["href"] == f"{ROOT}/reviews/?page=2"
        assert second.css_first('meta[property="og:url"]').attributes["content"] == f"{ROOT}/reviews/?page=2"
        assert f'<{ROOT}/reviews/?page=2>; rel="canonical"' in client.get("/reviews/?page=2")["Link"]
        assert first.css_first('.pagination a[rel="next"]').attributes["href"] == "?page=2"
        assert second.css_first('.pagination a[rel="prev"]').attributes["href"] == "./"

    @pytest.mark.parametrize(
        ("asked", "given"), [("?page=1", ""), ("?page=0", ""), ("?page=nine", ""), ("?page=99", ""), ("?x=1", "")]
    )
    def test_a_page_number_that_makes_no_sense_names_the_sheet_that_is_shown(
        self, asked: str, given: str, client: Client
    ) -> None:
        make.original()
        tree = read(client, f"/reviews/{asked}")
        assert tree.css_first('link[rel="canonical"]').attributes["href"] == f"{ROOT}/reviews/{given}"

    def test_pieces_stand_by_the_day_they_were_first_published(self, client: Client) -> None:
        old, new = make.original(), make.original()
        ArticlePage.objects.filter(pk=new.pk).update(first_published_at=timezone.now() - timedelta(days=400))
        plan(new, "older")
        assert headlines(read(client, "/reviews/"), "main") == [old.title, new.title]

    def test_an_alias_does_not_stand_in_lists_twice(self, client: Client) -> None:
        page = make.original()
        page.create_alias(parent=make.section("Essays"), update_slug="again")
        assert headlines(read(client, "/reviews/"), "main") == [page.title]
        assert len(headlines(read(client, "/"), "main")) == 1
