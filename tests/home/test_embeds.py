"""oEmbed and the card: anybody may put our pieces into their pages, and nothing that readers may not see."""

import json
import xml.etree.ElementTree as ET
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from selectolax.lexbor import LexborHTMLParser
from wagtail.models import PageViewRestriction

from syndication.models import Edition
from syndication.renderers import oembed
from syndication.story import Person
from tests import factories as make
from tests.home.test_queries import queries

ROOT = "http://127.0.0.1:8000"
CANARY = "Canary-in-the-harbour"


def ask(client: Client, url: str, **more: Any) -> Any:
    """The endpoint's answer for an address."""
    return client.get("/oembed/", {"url": url, **more})


def card_of(client: Client, page: Any) -> tuple[Any, LexborHTMLParser]:
    """The card and its parsed HTML."""
    answer = client.get(f"/embed/{page.uid}/")
    return answer, LexborHTMLParser(answer.content.decode())


def frame_in(html: str) -> dict[str, str | None]:
    """The attributes of the one frame in the HTML of an answer."""
    (frame,) = LexborHTMLParser(html).css("iframe")
    return frame.attributes


# --- the answer ---------------------------------------------------------------------------------------------------------


class TestAnswer:
    """What stands in it, from a story alone."""

    def test_it_is_rich_and_names_the_piece_its_author_and_the_house(self) -> None:
        story = make.story(headline="The lamps")
        told = oembed.answer(story)
        assert (told["version"], told["type"], told["title"]) == ("1.0", "rich", "The lamps")
        assert (told["author_name"], told["author_url"]) == ("Ada Lovelace", "https://home.example/authors/ada/")
        assert (told["provider_name"], told["provider_url"]) == ("The Harbour Review", "https://home.example/")

    def test_several_authors_share_no_address(self) -> None:
        told = oembed.answer(make.story(authors=(Person(name="Ada", url="https://a.example/"), Person(name="Grace"))))
        assert told["author_name"] == "Ada, Grace" and "author_url" not in told

    @pytest.mark.parametrize(("width", "height"), [(None, None), (300, None), (None, 100), (200, 90), (5000, 5000), (1, 1)])
    @pytest.mark.parametrize("pictured", [True, False])
    def test_it_is_no_larger_than_asked(self, width: int | None, height: int | None, pictured: bool) -> None:
        story = make.story(share_image=make.picture() if pictured else None)
        told = oembed.answer(story, max_width=width, max_height=height)
        assert told["width"] <= (width or told["width"]) and told["height"] <= (height or told["height"])
        frame = frame_in(told["html"])
        assert (frame["width"], frame["height"]) == (str(told["width"]), str(told["height"]))
        assert told.get("thumbnail_width", 0) <= (width or 1200) and told.get("thumbnail_height", 0) <= (height or 630)

    def test_a_picture_that_may_not_travel_is_not_in_it(self) -> None:
        told = oembed.answer(make.story(share_image=make.picture(may_syndicate=False)))
        assert not [name for name in told if name.startswith("thumbnail")]
        assert oembed.answer(make.story(share_image=make.picture()))["thumbnail_url"].endswith("/field.jpg")

    def test_the_frame_is_locked_and_the_quotation_leads_to_the_piece(self) -> None:
        story = make.story(headline="The lamps")
        html = oembed.answer(story)["html"]
        frame = frame_in(html)
        assert frame["src"] == f"https://home.example/embed/{story.uid}/" and frame["title"] == "The lamps"
        assert frame["sandbox"].split() == ["allow-popups", "allow-popups-to-escape-sandbox"], "no scripts, no same origin"
        (link,) = LexborHTMLParser(html).css("blockquote a")
        assert link.attributes["href"] == story.url and link.text() == "The lamps"

    @pytest.mark.parametrize(
        "headline", ['"><script>alert(1)</script>', "' onload='x", "</iframe><img src=x onerror=alert(1)>", "a & b"]
    )
    def test_no_headline_breaks_out_of_the_html(self, headline: str) -> None:
        tree = LexborHTMLParser(oembed.answer(make.story(headline=headline))["html"])
        assert [node.tag for node in tree.body.css("*")] == ["body", "blockquote", "a", "iframe"]
        assert tree.css_first("iframe").attributes["title"] == tree.css_first("a").text() == headline
        assert set(tree.css_first("iframe").attributes) <= {
            *("src", "width", "height", "title", "sandbox", "loading", "frameborder", "scrolling"),
        }

    def test_xml_says_what_json_says(self) -> None:
        told = oembed.answer(make.story(headline="Lamps & <lights>", share_image=make.picture()))
        root = ET.fromstring(oembed.xml(told))
        assert root.tag == "oembed"
        assert {child.tag: child.text for child in root} == {name: str(value) for name, value in told.items()}


# --- the endpoint -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
class TestEndpoint:
    """Whose addresses it knows, and what it says of the others."""

    def test_each_piece_names_it_twice_and_both_addresses_answer(self, client: Client) -> None:
        page = make.original("Lamps & lights")
        tree = LexborHTMLParser(client.get(page.url).content.decode())
        for kind, content_type in (("application/json+oembed", "application/json"), ("text/xml+oembed", "text/xml")):
            (link,) = tree.head.css(f'link[rel="alternate"][type="{kind}"]')
            href = str(link.attributes["href"])
            assert href.startswith(f"{ROOT}/oembed/?url=http%3A%2F%2F") and parse_qs(urlsplit(href).query)["url"] == [
                page.full_url
            ]
            answer = client.get(href.removeprefix(ROOT))
            assert answer.status_code == 200 and answer["Content-Type"].startswith(content_type)
            assert answer["Access-Control-Allow-Origin"] == "*"

    def test_a_stub_has_a_card_too(self, client: Client) -> None:
        page = make.stub("The lamps")
        assert ask(client, page.full_url).json()["title"] == "The lamps"

    @pytest.mark.parametrize("change", ["{}?utm_source=x", "{}#corrections", "{}?amp"])
    def test_what_trackers_add_to_an_address_says_nothing(self, change: str, client: Client) -> None:
        page = make.original()
        assert ask(client, change.format(page.full_url)).status_code == 200

    def test_only_our_own_hosts_are_known(self, client: Client) -> None:
        page = make.original()
        strangers = [
            f"https://evil.example{page.url}",
            f"http://127.0.0.1:8000@evil.example{page.url}",
            f"http://127.0.0.1:9000{page.url}",
            f"javascript://127.0.0.1:8000{page.url}",
            f"//127.0.0.1:8000{page.url}",
            page.url,
            "http://[",
            "http://127.0.0.1:port/x/y/",
            "nonsense",
        ]
        assert {url: ask(client, url).status_code for url in strangers} == dict.fromkeys(strangers, 404)

    def test_what_is_not_a_piece_is_not_found(self, client: Client) -> None:
        page = make.original()
        for path in ("/", page.get_parent().url, "/nowhere/at-all/", "/admin/"):
            assert ask(client, f"{ROOT}{path}").status_code == 404

    def test_no_address_and_no_format_of_ours(self, client: Client) -> None:
        page = make.original()
        assert client.get("/oembed/").status_code == 400
        for form in ("yaml", "", "JSON"):
            assert ask(client, page.full_url, format=form).status_code == 501
        assert client.post("/oembed/", {"url": page.full_url}).status_code == 405

    @pytest.mark.parametrize("size", ["-1", "0", "wide", "1e3", "٣", "99999999999999999999"])
    def test_a_size_that_is_none_limits_nothing(self, size: str, client: Client) -> None:
        page = make.original()
        assert ask(client, page.full_url, maxwidth=size).json()["width"] == oembed.WIDTH

    def test_what_is_asked_is_never_repeated(self, client: Client) -> None:
        make.original()
        for told in (
            ask(client, f"https://x.example/{CANARY}"),
            ask(client, "x", format=CANARY),
            ask(client, "x", callback=CANARY),
        ):
            assert CANARY not in told.content.decode() and told["Content-Type"].startswith("text/plain")

    def test_a_callback_makes_no_script_of_it(self, client: Client) -> None:
        answer = ask(client, make.original().full_url, callback="alert")
        assert answer["Content-Type"].startswith("application/json") and json.loads(answer.content)


def drafted() -> Any:
    return make.original(CANARY, live=False)


def unpublished() -> Any:
    page = make.original(CANARY)
    page.unpublish()
    return page


def deleted() -> Any:
    page = make.original(CANARY)
    uid, url, path = page.uid, page.full_url, page.url
    page.delete()
    page.uid, page.gone = uid, (url, path)
    return page


def expired() -> Any:
    page = make.edit(make.original(CANARY), expire_at=timezone.now() + timedelta(hours=1))
    Edition.objects.filter(uid=page.uid).update(expires_at=timezone.now() - timedelta(minutes=1))
    return page


def private() -> Any:
    page = make.original(CANARY)
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
    return page


def under_something_private() -> Any:
    page = make.original(CANARY)
    PageViewRestriction.objects.create(page=page.get_parent(), restriction_type=PageViewRestriction.LOGIN)
    return page


HIDDEN = {one.__name__: one for one in (drafted, unpublished, deleted, expired, private, under_something_private)}


@pytest.mark.django_db
@pytest.mark.parametrize("state", HIDDEN)
def test_what_readers_may_not_see_is_on_no_surface(state: str, client: Client) -> None:
    make.publication(ai_input=True, default_licence="cc-by")
    page = HIDDEN[state]()
    url, path = getattr(page, "gone", None) or (page.full_url, page.url)
    for form in ("json", "xml"):
        answer = ask(client, url, format=form)
        assert answer.status_code == (401 if "private" in state else 404)
        assert ("WWW-Authenticate" in answer) is (answer.status_code == 401)
        assert CANARY not in answer.content.decode()
    for address in (f"/embed/{page.uid}/", f"{path}index.md"):
        answer = client.get(address)
        assert answer.status_code == 404 and CANARY not in answer.content.decode()
    for address in ("/llms.txt", "/rsl.xml", "/feeds/rss/"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert CANARY not in answer.content.decode() and path not in answer.content.decode()


# --- the card -----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
class TestCard:
    """A small page of its own, for others' frames."""

    def test_anybody_may_frame_it_and_nothing_else_of_ours(self, client: Client) -> None:
        page = make.original()
        answer, _tree = card_of(client, page)
        assert "X-Frame-Options" not in answer
        assert "frame-ancestors *" in answer["Content-Security-Policy"]
        assert "default-src 'self'" in answer["Content-Security-Policy"], "the rest is as strict as everywhere"
        piece = client.get(page.url)
        assert piece["X-Frame-Options"] == "SAMEORIGIN" and "frame-ancestors 'self'" in piece["Content-Security-Policy"]

    def test_it_sets_no_cookie_runs_no_script_and_is_no_page_for_search_engines(self, client: Client) -> None:
        answer, tree = card_of(client, make.original())
        assert not answer.cookies and "Cookie" not in answer.get("Vary", "")
        assert answer["X-Robots-Tag"] == "noindex" and tree.css_first("meta[name=robots]").attributes["content"] == "noindex"
        assert not tree.css("script") and not tree.css("[style]")

    @pytest.mark.parametrize("kind", ["original", "stub"])
    def test_its_home_is_the_pieces(self, kind: str, client: Client) -> None:
        page = make.original() if kind == "original" else make.stub()
        answer, tree = card_of(client, page)
        home = Edition.objects.current().get(uid=page.uid).card.canonical.url
        assert tree.css_first("link[rel=canonical]").attributes["href"] == home
        assert answer["Link"] == f'<{home}>; rel="canonical"'

    def test_it_leads_out_of_the_frame_to_the_piece(self, client: Client) -> None:
        page = make.original("The lamps")
        _answer, tree = card_of(client, page)
        (link,) = tree.css("a")
        assert link.text() == "The lamps"
        assert {name: link.attributes[name] for name in ("href", "target", "rel")} == {
            "href": page.full_url,
            "target": "_blank",
            "rel": "noopener",
        }

    @pytest.mark.parametrize("travels", [True, False])
    def test_only_a_picture_whose_rights_travel_shows_on_others_pages(self, travels: bool, client: Client) -> None:
        page = make.original(lead_image=make.image(may_syndicate=travels))
        _answer, tree = card_of(client, page)
        assert len(tree.css("img")) == travels

    def test_it_runs_the_way_its_language_does(self, client: Client) -> None:
        _answer, tree = card_of(client, make.original("المصابيح", language="ar"))
        assert (tree.root.attributes["lang"], tree.root.attributes["dir"]) == ("ar", "rtl")
        assert tree.css_first(".byline").attributes["lang"] == "en"

    def test_markup_in_a_headline_stays_text(self, client: Client) -> None:
        _answer, tree = card_of(client, make.original("<script>alert(1)</script>"))
        assert tree.css_first("h1").text().strip() == "<script>alert(1)</script>" and not tree.css("script")

    def test_no_such_piece(self, client: Client) -> None:
        make.front_page()
        assert client.get(f"/embed/{uuid4()}/").status_code == 404


@pytest.mark.django_db
def test_who_has_it_already_gets_a_304_and_an_edit_a_new_one(client: Client) -> None:
    page = make.original()
    for path in (f"/oembed/?url={page.full_url}", f"/embed/{page.uid}/"):
        first = client.get(path)
        assert first["Cache-Control"].startswith("public, max-age=")
        for sent in (first["ETag"], first["ETag"].removeprefix("W/"), f'"other", {first["ETag"]}', "*"):
            again = client.get(path, headers={"if-none-match": sent})
            assert again.status_code == 304 and again["ETag"] == first["ETag"] and not again.content
        assert client.head(path).status_code == 200
    make.edit(page, title="Other lamps")
    assert client.get(path, headers={"if-none-match": first["ETag"]}).status_code == 200


@pytest.mark.django_db
def test_they_cost_few_queries_however_many_pieces_there_are(client: Client) -> None:
    page = make.original(authors=[make.author(), make.author("Grace Hopper")], lead_image=make.image(may_syndicate=True))
    paths = [f"/oembed/?url={page.full_url}", f"/embed/{page.uid}/"]
    before = [len(queries(client, path)) for path in paths]
    assert before[0] <= 5 and before[1] <= 1
    for _number in range(4):
        make.original()
    assert [len(queries(client, path)) for path in paths] == before
