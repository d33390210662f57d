"""The feeds: any reader parses them, ids outlive edits, and who asks again without need gets a 304."""

import json
import re
from typing import Any

import feedparser
import pytest
from django.test import Client
from django.utils.http import http_date

from home.models import SectionPage
from syndication.feeding import own_hubs
from syndication.models import Outlet, record
from tests import factories as make

pytestmark = pytest.mark.django_db

ROOT = "http://127.0.0.1:8000"
DIALECTS = {"rss": "application/rss+xml", "atom": "application/atom+xml", "json": "application/feed+json"}
PATHS = [f"{place}feeds/{dialect}/" for place in ("/", "/reviews/") for dialect in DIALECTS]
XML = [path for path in PATHS if "json" not in path]


@pytest.fixture(autouse=True)
def reviews() -> SectionPage:
    """The section whose feeds are read."""
    return make.section("Reviews", slug="reviews")


def parsed(client: Client, path: str) -> Any:
    """The XML feed at a path, refused by no parser."""
    answer = client.get(path)
    assert answer.status_code == 200
    feed = feedparser.parse(answer.content, response_headers={"content-type": answer["Content-Type"]})
    assert not feed.bozo, feed.get("bozo_exception")
    return feed


def ids(client: Client, path: str) -> list[str]:
    """The ids in a feed, in order."""
    if "json" in path:
        return [item["id"] for item in client.get(path).json()["items"]]
    return [entry.id for entry in parsed(client, path).entries]


def etag(client: Client, path: str) -> str:
    """The entity tag of the feed now."""
    return client.get(path)["ETag"]


# --- form ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", ["rss", "atom"])
def test_parsers_find_nothing_amiss_with_the_xml_feeds(dialect: str, client: Client) -> None:
    make.publication(name="The Harbour Review", tagline="Seen from the pier.")
    page = make.original("Lamps & <lights>", standfirst="Only the lamps.", authors=[make.author(), make.author("Grace Hopper")])
    make.stub()
    for path in (f"/feeds/{dialect}/", f"/reviews/feeds/{dialect}/"):
        feed = parsed(client, path)
        assert feed.version == ("rss20" if "rss" in path else "atom10")
        assert feed.feed.title == ("Reviews · The Harbour Review" if "reviews" in path else "The Harbour Review")
        assert feed.feed.link == f"{ROOT}/reviews/" if "reviews" in path else f"{ROOT}/"
        assert [link.href for link in feed.feed.links if link.rel == "self"] == [f"{ROOT}{path}"]
        (entry,) = [entry for entry in feed.entries if entry.id == page.uid.urn]
        assert entry.title in ("Lamps & <lights>", "Lamps &amp; &lt;lights&gt;")
        assert entry.link == page.full_url
        assert entry.summary == "Only the lamps."
        assert [author.name for author in entry.authors] == ["Ada Lovelace", "Grace Hopper"]
        assert "<p>The harbour was empty when we came.</p>" in entry.content[0].value
        assert entry.published_parsed and len(feed.entries) == 2


@pytest.mark.parametrize("path", [path for path in PATHS if "json" in path])
def test_the_json_feed_has_what_json_feed_1_1_asks_for(path: str, client: Client) -> None:
    page = make.original("Lamps", standfirst="Only the lamps.", lead_image=make.image())
    page.topics.add(make.topic("Sea"))
    make.publish(page)
    feed = client.get(path).json()
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == f"{ROOT}{path}"
    assert feed["home_page_url"] == f"{ROOT}/reviews/" if "reviews" in path else f"{ROOT}/"
    (item,) = feed["items"]
    assert (item["id"], item["url"], item["title"]) == (page.uid.urn, page.full_url, "Lamps")
    assert item["content_html"].startswith("<p>The harbour") and item["summary"] == "Only the lamps."
    assert item["image"].startswith(f"{ROOT}/media/") and item["tags"] == ["Sea"]
    assert item["authors"][0]["name"] == "Ada Lovelace" and item["authors"][0]["url"].startswith(f"{ROOT}/authors/")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)", item["date_published"])
    assert "external_url" not in item, "an original is nowhere else"


def test_an_empty_feed_is_still_a_feed(client: Client) -> None:
    for path in PATHS:
        assert ids(client, path) == [], path


def test_each_dialect_has_its_own_type_and_may_be_kept_for_minutes(client: Client) -> None:
    for path in PATHS:
        answer = client.get(path)
        assert answer["Content-Type"].partition(";")[0] == DIALECTS[path.split("/")[-2]]
        assert "max-age=300" in answer["Cache-Control"] and not answer.cookies


def test_a_feed_names_its_own_address_and_the_hubs_that_tell_of_its_news(client: Client) -> None:
    ours = "".join(f', <{hub}>; rel="hub"' for hub in own_hubs(ROOT))
    for path in PATHS:
        assert client.get(path)["Link"] == f'<{ROOT}{path}>; rel="self"{ours}'
    make.outlet("Hub", kind="websub", endpoint="https://hub.example/", secret="")
    make.outlet("Idle hub", kind="websub", endpoint="https://idle.example/", secret="", state="suspended")
    for path in PATHS:
        answer = client.get(path)
        assert answer["Link"] == f'<{ROOT}{path}>; rel="self"{ours}, <https://hub.example/>; rel="hub"'
        assert "https://hub.example/" in answer.content.decode(), "in the feed too"
        assert client.get(path, headers={"if-none-match": answer["ETag"]})["Link"] == answer["Link"]


def test_the_hubs_stand_in_the_feed_itself_too_and_change_its_tag(client: Client) -> None:
    alone = [etag(client, path) for path in PATHS]
    make.outlet("Hub", kind="websub", endpoint="https://hub.example/", secret="")
    assert not set(alone) & {etag(client, path) for path in PATHS}
    for path in XML:
        named = [link.href for link in parsed(client, path).feed.links if link.rel == "hub"]
        assert named == [f"{ROOT}/hub/", "https://hub.example/"]
    for path in set(PATHS) - set(XML):
        hubs = client.get(path).json()["hubs"]
        assert hubs == [{"type": "WebSub", "url": url} for url in (f"{ROOT}/hub/", "https://hub.example/")]


def test_without_any_hub_a_feed_names_none(client: Client, settings: Any) -> None:
    settings.SYNDICATION_HUB = False
    for path in PATHS:
        answer = client.get(path)
        assert answer["Link"] == f'<{ROOT}{path}>; rel="self"' and b"hub" not in answer.content


def test_the_newest_twenty_come_first_and_no_more(client: Client, reviews: SectionPage) -> None:
    stories = [make.story() for _number in range(22)]
    for story in stories:
        record(story, public=True, page=None, reason="test", section_id=reviews.pk)
    for path in PATHS:
        assert ids(client, path) == [story.uid.urn for story in reversed(stories)][:20]


def test_a_sections_feed_holds_only_its_own(client: Client) -> None:
    here, _there = make.original(), make.original(parent=make.section("Essays"))
    assert ids(client, "/reviews/feeds/json/") == [here.uid.urn]
    assert len(ids(client, "/feeds/json/")) == 2


@pytest.mark.parametrize("path", ["/feeds/yaml/", "/reviews/feeds/yaml/", "/feeds/", "/feeds/RSS/"])
def test_a_dialect_we_do_not_speak_is_not_found(path: str, client: Client) -> None:
    assert client.get(path).status_code == 404


def test_head_answers_as_get_does_without_the_body(client: Client) -> None:
    make.original()
    for path in PATHS:
        answer = client.head(path)
        assert answer.status_code == 200 and answer.content == b""
        assert answer["ETag"] == etag(client, path)


# --- what editors type ----------------------------------------------------------------------------------------------------


NASTY = "Lamps\x0b and\x1f ]]> <![CDATA[ & </title> \u2028 \U0001f3ee"
CLEAN = "Lamps and ]]> <![CDATA[ & </title> \u2028 \U0001f3ee"


def test_control_characters_and_markup_in_a_headline_break_no_feed(client: Client) -> None:
    make.original(NASTY, standfirst=NASTY, body=make.paragraphs("a ]]&gt; b"), authors=[make.author(NASTY)])
    (item,) = client.get("/feeds/json/").json()["items"]
    assert item["title"] == item["summary"] == item["authors"][0]["name"] == CLEAN
    for path in XML:
        (entry,) = parsed(client, path).entries
        assert "Lamps and ]]" in entry.title and "\x0b" not in entry.title


def test_control_characters_in_the_names_of_the_house_break_no_feed(client: Client, reviews: SectionPage) -> None:
    make.publication(name=NASTY, tagline=NASTY)
    make.edit(reviews, title=NASTY)
    make.original()
    for path in PATHS:
        assert len(ids(client, path)) == 1, path


# --- stubs ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["/", "/reviews/"])
def test_a_stub_names_the_page_at_the_outlet_in_every_dialect(place: str, client: Client) -> None:
    page = make.stub(outlet_url=f"{make.ABROAD}/lamps?a=1&b=2")
    there, there_html = f"{make.ABROAD}/lamps?a=1&b=2", f"{make.ABROAD}/lamps?a=1&amp;b=2"
    onward = f'<p><a href="{there_html}">Read the rest at Evening Lantern</a></p>'
    (item,) = client.get(f"{place}feeds/json/").json()["items"]
    assert (item["url"], item["external_url"]) == (page.full_url, there)
    assert item["content_html"].startswith("<p>It began with a lamp.</p>") and item["content_html"].endswith(onward)
    (entry,) = parsed(client, f"{place}feeds/atom/").entries
    assert [(link.href, link.title) for link in entry.links if link.rel == "via"] == [(there, "Evening Lantern")]
    assert [link.href for link in entry.links if link.rel == "canonical"] == [there]
    assert entry.content[0].value.endswith("Read the rest at Evening Lantern</a></p>")
    (entry,) = parsed(client, f"{place}feeds/rss/").entries
    assert entry.link == page.full_url
    assert "Read the rest at Evening Lantern" in entry.content[0].value


def test_an_original_has_neither_via_nor_a_canonical_of_its_own(client: Client) -> None:
    make.original()
    (entry,) = parsed(client, "/feeds/atom/").entries
    assert {link.rel for link in entry.links} == {"alternate"}


# --- asking again -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["{tag}", 'W/"other", {tag}', "{strong}", "*", '"a", "b",{tag}'])
def test_who_has_the_feed_already_gets_a_304(form: str, client: Client) -> None:
    make.original()
    for path in PATHS:
        tag = etag(client, path)
        asked = form.format(tag=tag, strong=tag.removeprefix("W/"))
        answer = client.get(path, headers={"if-none-match": asked})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer["ETag"] == tag and "max-age=300" in answer["Cache-Control"]


def test_the_entity_tag_goes_before_the_date(client: Client) -> None:
    make.original()
    for path in PATHS:
        # A date goes back when the newest piece goes: a copy that still has it would pass for fresh.
        assert "Last-Modified" not in client.get(path)
        since = http_date()
        assert client.get(path, headers={"if-none-match": '"old"', "if-modified-since": since}).status_code == 200
        assert client.get(path, headers={"if-none-match": etag(client, path), "if-modified-since": since}).status_code == 304
        assert client.get(path, headers={"if-modified-since": since}).status_code == 200


def test_whatever_changes_a_feed_changes_its_tag(client: Client) -> None:
    kept, edited, unpublished, deleted = (make.original() for _number in range(4))
    changes = [
        lambda: make.edit(edited, title="Otherwise"),
        unpublished.unpublish,
        deleted.delete,
        lambda: make.publication(tagline="Seen from the pier."),
    ]
    before = [etag(client, path) for path in PATHS]
    for change in changes:
        assert [etag(client, path) for path in PATHS] == before, "nothing changed"
        change()
        after = [etag(client, path) for path in PATHS]
        assert not set(before) & set(after)
        before = after
    for path in PATHS:
        assert sorted(ids(client, path)) == sorted([kept.uid.urn, edited.uid.urn])


def test_each_feed_has_a_tag_of_its_own(client: Client) -> None:
    make.original()
    assert len({etag(client, path) for path in PATHS}) == len(PATHS)


# --- ids ----------------------------------------------------------------------------------------------------------------------


def test_an_id_outlives_a_new_address_a_new_headline_and_a_move(client: Client, reviews: SectionPage) -> None:
    page = make.original("Lamps", slug="lamps")
    page = make.edit(page, slug="other-lamps", title="Other lamps")
    for path in PATHS:
        assert ids(client, path) == [page.uid.urn]
    page.move(make.section("Essays"), pos="last-child")
    for dialect in DIALECTS:
        assert ids(client, f"/reviews/feeds/{dialect}/") == []
        assert ids(client, f"/essays/feeds/{dialect}/") == ids(client, f"/feeds/{dialect}/") == [page.uid.urn]


def test_an_outlets_new_name_reaches_the_feed(client: Client) -> None:
    make.stub()
    before = etag(client, "/feeds/json/")
    outlet = Outlet.objects.get()
    outlet.name = "Morning Lantern"
    outlet.save()
    assert "Read the rest at Morning Lantern" in json.dumps(client.get("/feeds/json/").json())
    assert etag(client, "/feeds/json/") != before
