"""The dialects of a Story: each says the same, in the order and form its readers expect. All pure."""

import json
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from typing import Any

import pytest

from syndication.connectors.base import Receipt
from syndication.contract import Contract
from syndication.renderers import head, json_ld, social
from syndication.renderers.payload import payload
from syndication.story import Canonical, Correction, Licence, Named, OutletCopy, Person, Publisher, Story
from tests import factories as make

ADA = Person(
    name="Ada Lovelace", url="https://home.example/authors/ada/", website="https://ada.example", fediverse="@ada@social.example"
)
GRACE = Person(name="Grace Hopper", url="https://home.example/authors/grace/", x="@grace")
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def story() -> Story:
    """A stub with everything."""
    return make.story(
        kind="stub",
        headline="Lamps & other lights",
        title="Lamps",
        authors=(ADA, GRACE),
        share_image=make.picture(url="https://home.example/share.jpg"),
        lead_image=make.picture(
            url="https://home.example/lead.jpg",
            caption="The pier",
            credit="Drawing: Mary Somerville",
            licence=Licence(name="CC BY 4.0", url="https://creativecommons.org/licenses/by/4.0/"),
        ),
        topics=(Named(name="Sea"), Named(name="Light")),
        corrections=(Correction(at=date(2018, 6, 1), text="It was Tuesday."),),
        outlet=OutletCopy(name="Lantern", url="https://outlet.example/lamps", ran_on=date(2018, 5, 30)),
        canonical=Canonical(url="https://outlet.example/lamps", policy="outlet"),
        publisher=Publisher(
            name="The Harbour Review",
            url="https://home.example/",
            logo="https://home.example/logo.png",
            x="@harbour",
            fediverse="@harbour@social.example",
            policies=(("ethicsPolicy", "https://home.example/ethics/"), ("masthead", "")),
        ),
    )


# --- Open Graph and cards ---------------------------------------------------------------------------------------------


def test_open_graph_says_what_it_must_in_order(story: Story) -> None:
    names = [name for name, _content in social.open_graph(story)]
    assert names[:4] == ["og:type", "og:url", "og:title", "og:description"]
    image = names.index("og:image")
    assert names[image : image + 5] == ["og:image", "og:image:type", "og:image:width", "og:image:height", "og:image:alt"]


def test_open_graph_repeats_authors_as_addresses_and_tags_one_by_one(story: Story) -> None:
    tags = social.open_graph(story)
    assert [content for name, content in tags if name == "article:author"] == [ADA.url, GRACE.url]
    assert [content for name, content in tags if name == "article:tag"] == ["Sea", "Light"]
    assert dict(tags)["article:published_time"] == "2018-05-30T09:00:00+00:00"


def test_the_address_of_the_card_is_the_canonical(story: Story) -> None:
    assert dict(social.open_graph(story))["og:url"] == "https://outlet.example/lamps"


def test_no_tag_is_empty(story: Story) -> None:
    bare = make.story(authors=(), section=None, description="", publisher=Publisher(name="H", url="https://home.example/"))
    for tags in (social.open_graph(story), social.twitter(story), social.open_graph(bare), social.twitter(bare)):
        assert all(content for _name, content in tags)


@pytest.mark.parametrize(
    ("language", "locale"),
    [
        ("en", "en_GB"),
        ("en-us", "en_US"),
        ("ar", "ar_AR"),
        ("pt-br", "pt_BR"),
        ("AR-eg", "ar_EG"),
        ("eo", "eo"),
        ("zh_TW", "zh_TW"),
    ],
)
def test_the_locale_has_a_territory(language: str, locale: str) -> None:
    assert social.locale(language) == locale


def test_the_card_names_one_creator_the_first_with_a_handle_there(story: Story) -> None:
    tags = social.twitter(story)
    assert [content for name, content in tags if name == "twitter:creator"] == ["@grace"]
    assert social.fediverse_creator(story) == "@ada@social.example"


def test_the_card_is_large_only_with_an_image(story: Story) -> None:
    assert dict(social.twitter(story))["twitter:card"] == "summary_large_image"
    assert dict(social.twitter(make.story()))["twitter:card"] == "summary"


@pytest.mark.parametrize(
    ("policy", "robots"),
    [("self", "max-image-preview:large"), ("outlet", "max-image-preview:large"), ("noindex", "noindex, follow")],
)
def test_noindex_is_said_only_under_its_policy(policy: Any, robots: str) -> None:
    story = make.story(url="https://home.example/a/", canonical=Canonical(url="https://home.example/a/", policy=policy))
    assert social.robots(story) == robots


# --- JSON-LD ----------------------------------------------------------------------------------------------------------


def test_a_news_article_names_its_home_its_authors_and_what_it_is_based_on(story: Story) -> None:
    data = json_ld.news_article(story)
    assert data["@type"] == "NewsArticle"
    assert data["mainEntityOfPage"] == {"@type": "WebPage", "@id": "https://outlet.example/lamps"}
    assert data["url"] == story.url
    assert data["isBasedOn"]["url"] == "https://outlet.example/lamps"
    assert [person["name"] for person in data["author"]] == ["Ada Lovelace", "Grace Hopper"]
    assert data["author"][0]["sameAs"] == "https://ada.example" and "sameAs" not in data["author"][1]
    assert data["headline"] == "Lamps & other lights", "no HTML entities in JSON"


def test_a_news_article_tells_credit_licence_corrections_and_policies(story: Story) -> None:
    data = json_ld.news_article(story)
    lead = data["image"][1]
    assert (lead["creditText"], lead["license"]) == ("Drawing: Mary Somerville", "https://creativecommons.org/licenses/by/4.0/")
    assert data["correction"] == [{"@type": "CorrectionComment", "text": "It was Tuesday.", "datePublished": "2018-06-01"}]
    assert data["publisher"]["ethicsPolicy"] == "https://home.example/ethics/"
    assert "masthead" not in data["publisher"]
    assert data["publisher"]["logo"]["url"] == "https://home.example/logo.png"


def test_an_original_is_based_on_nothing_and_empty_facts_are_left_out() -> None:
    data = json_ld.news_article(make.story(word_count=0, topics=()))
    assert data.keys().isdisjoint({"isBasedOn", "image", "keywords", "wordCount", "license", "correction"})


class Scripts(HTMLParser):
    """The text of each script element, as a browser finds it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.inside = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.inside = tag == "script"
        self.texts += [""] if self.inside else []

    def handle_endtag(self, tag: str) -> None:
        self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.texts[-1] += data


@pytest.mark.parametrize("headline", ["</script><script>alert(1)</script>", "<!--<script>", "a & b <i>", "\u2028 line ]]>"])
def test_no_headline_ends_the_script_it_stands_in(headline: str) -> None:
    text = json_ld.script(json_ld.news_article(make.story(headline=headline)))
    (found,) = Scripts(f'<script type="application/ld+json">{text}</script>').texts
    assert json.loads(found)["headline"] == headline
    assert "<" not in text and ">" not in text


def test_a_list_is_a_collection_and_the_front_page_the_web_site() -> None:
    publisher = Publisher(name="The Harbour Review", url="https://home.example/")
    assert json_ld.web_page("Home", "", "https://home.example/", publisher, "en-gb")["@type"] == "WebSite"
    assert json_ld.web_page("Sea", "", "https://home.example/sea/", publisher, "en-gb")["@type"] == "CollectionPage"


# --- the head ---------------------------------------------------------------------------------------------------------


def test_the_head_of_a_piece_repeats_one_canonical_everywhere(story: Story) -> None:
    told = head.of_story(story)
    assert told.title == "Lamps · The Harbour Review"
    home = "https://outlet.example/lamps"
    assert told.canonical == dict(told.open_graph)["og:url"] == json.loads(told.json_ld)["mainEntityOfPage"]["@id"] == home


def test_the_head_of_a_list_says_so_and_the_front_page_is_not_named_twice() -> None:
    publisher = Publisher(name="The Harbour Review", url="https://home.example/", x="@harbour")
    facts: dict[str, Any] = {"description": "", "publisher": publisher, "image": None, "language": "en-gb"}
    front = head.of_list(title="The Harbour Review", url="https://home.example/", **facts)
    sea = head.of_list(title="Sea", url="https://home.example/sea/?page=2", **facts)
    assert (front.title, sea.title) == ("The Harbour Review", "Sea · The Harbour Review")
    assert sea.canonical == dict(sea.open_graph)["og:url"] == "https://home.example/sea/?page=2"
    assert dict(sea.open_graph)["og:type"] == "website"
    assert dict(sea.twitter) == {"twitter:card": "summary", "twitter:title": "Sea", "twitter:site": "@harbour"}


# --- the push ---------------------------------------------------------------------------------------------------------


def test_the_body_of_a_push_holds_story_social_contract_and_receipt(story: Story) -> None:
    terms = Contract(noindex=True, attribution="First published in The Harbour Review")
    body = json.loads(json.dumps(payload("article.updated", story, terms, Receipt("7", "https://outlet.example/7"), NOW)))
    assert (body["type"], body["timestamp"]) == ("article.updated", "2026-03-01T12:00:00+00:00")
    assert Story.model_validate(body["data"]["story"]) == story
    assert body["data"]["contract"]["noindex"] is True
    assert body["data"]["receipt"] == {"id": "7", "url": "https://outlet.example/7"}
    assert body["data"]["social"]["og"]["article:tag"] == ["Sea", "Light"], "what repeats is a list"
    assert body["data"]["social"]["og"]["og:url"] == "https://outlet.example/lamps"
    assert body["data"]["social"]["json_ld"]["mainEntityOfPage"]["@id"] == "https://outlet.example/lamps"


def test_a_first_push_has_no_receipt() -> None:
    assert payload("article.published", make.story(), Contract(), None, NOW)["data"]["receipt"] is None
