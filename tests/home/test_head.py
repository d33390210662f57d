"""The head: every surface that names a piece's home names the same one, and share cards get a picture they can show."""

import io
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

import feedparser
import pytest
from django.core.files.storage import default_storage
from django.test import Client
from PIL import Image as Canvas
from selectolax.lexbor import LexborHTMLParser

from home.models import SectionPage
from syndication.models import Verification, current_edition
from syndication.planning import plan
from syndication.renderers.payload import payload
from tests import factories as make

pytestmark = pytest.mark.django_db

ROOT = "http://127.0.0.1:8000"
THERE = f"{make.ABROAD}/pieces/the-lamps"


class Case(NamedTuple):
    """A page a reader opens, the page that tells its story, and what must be said of its home."""

    page: Any
    source: Any
    home: str
    policy: str


# --- the cases --------------------------------------------------------------------------------------------------------


def article_of_its_own() -> Case:
    page = make.original()
    return Case(page, page, page.full_url, "self")


def article_out_of_search() -> Case:
    page = make.original(canonical_policy="noindex")
    return Case(page, page, page.full_url, "noindex")


def alias_of_an_article() -> Case:
    page = make.original()
    elsewhere = make.section("Elsewhere in the house")
    alias = page.create_alias(parent=elsewhere, update_slug="the-same-again")
    return Case(type(page).objects.get(pk=alias.pk), page, page.full_url, "self")


def alias_of_a_stub() -> Case:
    page = make.stub(outlet_url=THERE)
    elsewhere = make.section("Elsewhere in the house")
    alias = page.create_alias(parent=elsewhere, update_slug="the-same-again")
    return Case(type(page).objects.get(pk=alias.pk), page, THERE, "outlet")


def _stub(policy: str, *, page: str = "", outlet: str = "", site: str = "outlet", url: str = THERE) -> Case:
    make.publication(stub_policy=site)
    there = make.outlet("Evening Lantern", kind="", endpoint="", stub_canonical=outlet)
    piece = make.stub(outlet=there, outlet_url=url, canonical_policy=page)
    return Case(piece, piece, THERE if policy == "outlet" else piece.full_url, policy)


def stub_whose_target_is_dead() -> Case:
    page = make.stub(outlet_url=THERE)
    assert Verification.objects.filter(stub_uid=page.uid).update(verdict="gone", in_a_row=3) == 1
    plan(page, "target dead")
    return Case(type(page).objects.get(pk=page.pk), page, page.full_url, "self")


def stub_whose_target_was_gone_twice() -> Case:
    page = make.stub(outlet_url=THERE)
    Verification.objects.filter(stub_uid=page.uid).update(verdict="gone", in_a_row=2)
    plan(page, "looked")
    return Case(page, page, THERE, "outlet")


CASES: dict[str, Callable[[], Case]] = {
    "an original": article_of_its_own,
    "an original out of search": article_out_of_search,
    "an alias of an original": alias_of_an_article,
    "an alias of a stub": alias_of_a_stub,
    "a stub, as the site says: outlet": lambda: _stub("outlet"),
    "a stub, as the site says: self": lambda: _stub("self", site="self"),
    "a stub, as the site says: noindex": lambda: _stub("noindex", site="noindex"),
    "a stub, as the contract says: outlet": lambda: _stub("outlet", outlet="outlet", site="self"),
    "a stub, as the contract says: self": lambda: _stub("self", outlet="self"),
    "a stub, as the contract says: noindex": lambda: _stub("noindex", outlet="noindex"),
    "a stub, as the page says: outlet": lambda: _stub("outlet", page="outlet", outlet="self", site="noindex"),
    "a stub, as the page says: self": lambda: _stub("self", page="self", outlet="outlet"),
    "a stub, as the page says: noindex": lambda: _stub("noindex", page="noindex", outlet="outlet"),
    "a stub with a fragment in its address": lambda: _stub("outlet", url=f"{THERE}#comments"),
    "a stub whose target is dead": stub_whose_target_is_dead,
    "a stub whose target was gone twice": stub_whose_target_was_gone_twice,
}


# --- reading what we say ------------------------------------------------------------------------------------------------


def read(client: Client, page: Any, **options: Any) -> tuple[Any, LexborHTMLParser]:
    """The answer for a page and its parsed HTML."""
    answer = client.get(page.url, **options)
    assert answer.status_code == 200
    return answer, LexborHTMLParser(answer.content.decode())


def meta(tree: LexborHTMLParser, name: str) -> list[str | None]:
    """The contents of the meta elements of that name or property."""
    return [node.attributes["content"] for node in tree.css(f'meta[name="{name}"], meta[property="{name}"]')]


def linked_data(tree: LexborHTMLParser) -> dict[str, Any]:
    """The page's one JSON-LD object."""
    (script,) = tree.css('script[type="application/ld+json"]')
    return json.loads(script.text())


def entry_in(client: Client, path: str, urn: str) -> Any:
    """A piece's entry in an XML feed."""
    (entry,) = [entry for entry in feedparser.parse(client.get(path).content).entries if entry.id == urn]
    return entry


def home_in_header(answer: Any) -> str:
    """The one canonical URL of the `Link` header."""
    (url,) = re.findall(r'<([^>]*)>; rel="canonical"', answer["Link"])
    return str(url)


def homes_said(client: Client, case: Case) -> dict[str, str]:
    """What each surface says is the home of the piece."""
    answer, tree = read(client, case.page)
    (element,) = tree.css('link[rel~="canonical"]')
    (card,) = meta(tree, "og:url")
    urn = case.source.uid.urn
    section = case.source.get_parent()
    said = {
        "canonical element": element.attributes["href"],
        "Link header": home_in_header(answer),
        "og:url": card,
        "JSON-LD": linked_data(tree)["mainEntityOfPage"]["@id"],
    }
    for place in ("/", section.url):
        (item,) = [one for one in client.get(f"{place}feeds/json/").json()["items"] if one["id"] == urn]
        said[f"JSON Feed of {place}"] = item["_syndication"]["canonical_url"]
        entry = entry_in(client, f"{place}feeds/atom/", urn)
        other = [link.href for link in entry.links if link.rel == "canonical"]
        said[f"Atom of {place}"] = other[0] if other else entry.link
    pushed = pushed_payload(case)
    said["push: story"] = pushed["story"]["canonical"]["url"]
    said["push: og:url"] = pushed["social"]["og"]["og:url"]
    said["push: JSON-LD"] = pushed["social"]["json_ld"]["mainEntityOfPage"]["@id"]
    return said


def pushed_payload(case: Case) -> dict[str, Any]:
    """What an outlet would be sent of the piece."""
    outlet = make.outlet(kind="")
    story = outlet.contract.view(current_edition(case.source.uid).story)
    return payload("article.published", story, outlet.contract, None, datetime.now(UTC))["data"]


def sitemap(client: Client, path: str = "/sitemap.xml") -> list[str]:
    """The addresses in a sitemap."""
    return [node.text() for node in LexborHTMLParser(client.get(path).content.decode()).css("loc")]


# --- all say the same ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CASES)
def test_every_surface_agrees_on_the_home(name: str, client: Client) -> None:
    case = CASES[name]()
    said = homes_said(client, case)
    assert said == dict.fromkeys(said, case.home)

    _answer, tree = read(client, case.page)
    hidden = case.policy == "noindex"
    assert meta(tree, "robots") == ["noindex, follow" if hidden else "max-image-preview:large"]
    assert not (hidden and case.home != case.source.full_url), "never noindex together with a foreign canonical"

    listed = case.policy == "self"
    original = current_edition(case.source.uid).kind == "original"
    everything, news = sitemap(client), sitemap(client, "/news-sitemap.xml")
    assert (case.source.full_url in everything) is listed
    assert (case.source.full_url in news) is (listed and original)
    assert THERE not in everything
    if case.page.pk != case.source.pk:
        assert case.page.full_url not in everything, "an alias is no page of its own"

    urn = case.source.uid.urn
    (item,) = [one for one in client.get("/feeds/json/").json()["items"] if one["id"] == urn]
    assert item["_syndication"]["canonical_policy"] == case.policy == pushed_payload(case)["story"]["canonical"]["policy"]
    led = [item["url"], *(entry_in(client, f"/feeds/{dialect}/", urn).link for dialect in ("rss", "atom"))]
    assert set(led) == {case.source.full_url}, "feeds lead to our page whatever its home"


def test_a_stub_comes_back_to_its_outlet_when_the_page_there_is_alive_again(client: Client) -> None:
    case = stub_whose_target_is_dead()
    Verification.objects.filter(stub_uid=case.source.uid).update(verdict="honoured", in_a_row=1)
    plan(case.source, "looked")
    assert set(homes_said(client, case._replace(home=THERE)).values()) == {THERE}


def test_a_preview_names_the_home_the_draft_would_have() -> None:
    page = make.stub(outlet_url=THERE)
    page.canonical_policy = "self"
    answer = page.make_preview_request()
    tree = LexborHTMLParser(answer.content.decode())
    assert tree.css_first('link[rel="canonical"]').attributes["href"] == page.full_url


@pytest.mark.parametrize("path", ["/", "/{section}/", "/authors/{author}/"])
def test_lists_name_one_home_too(path: str, client: Client) -> None:
    writer = make.author()
    page = make.original(authors=[writer])
    path = path.format(section=page.get_parent().slug, author=writer.slug)
    answer = client.get(path)
    tree = LexborHTMLParser(answer.content.decode())
    (element,) = tree.css('link[rel~="canonical"]')
    home = f"{ROOT}{path}"
    assert element.attributes["href"] == home == home_in_header(answer)
    assert meta(tree, "og:url") == [home]
    assert linked_data(tree)["url"] == home


# --- share images -------------------------------------------------------------------------------------------------------


def kept(url: str) -> Canvas.Image:
    """The picture at one of our addresses."""
    assert url.startswith(f"{ROOT}/media/")
    return Canvas.open(io.BytesIO(default_storage.open(url.removeprefix(f"{ROOT}/media/")).read()))


@pytest.mark.parametrize("kind", ["png", "webp", "avif"])
def test_a_share_image_is_a_jpeg_of_1200_by_630_whatever_was_uploaded(kind: str, client: Client) -> None:
    lead = make.image(kind=kind, size=(1400, 800))
    _answer, tree = read(client, make.original(lead_image=lead))
    (url,) = meta(tree, "og:image")
    file = kept(url)
    assert (file.format, file.size) == ("JPEG", (1200, 630))
    assert meta(tree, "og:image:type") == ["image/jpeg"]
    assert (meta(tree, "og:image:width"), meta(tree, "og:image:height")) == (["1200"], ["630"])
    assert meta(tree, "og:image:alt") == [lead.description]
    assert meta(tree, "twitter:image") == [url] and meta(tree, "twitter:card") == ["summary_large_image"]
    assert linked_data(tree)["image"][0]["url"] == url


def test_an_svg_cannot_be_shared_so_the_publications_own_image_stands_in(client: Client) -> None:
    own = make.image("Our harbour", size=(1300, 700))
    make.publication(default_share_image=own)
    _answer, tree = read(client, make.original(lead_image=make.image(kind="svg")))
    (url,) = meta(tree, "og:image")
    assert (kept(url).format, kept(url).size) == ("JPEG", (1200, 630))
    assert meta(tree, "og:image:alt") == [own.description]
    assert tree.css_first("figure.lead-figure img").attributes["src"].endswith(".svg"), "readers get the drawing itself"


def test_without_any_image_the_card_is_small_and_names_none(client: Client) -> None:
    _answer, tree = read(client, make.original(lead_image=make.image(kind="svg")))
    assert meta(tree, "og:image") == []
    assert meta(tree, "twitter:card") == ["summary"]


def test_an_image_chosen_for_sharing_wins_over_the_lead(client: Client) -> None:
    chosen = make.image("Only for cards")
    _answer, tree = read(client, make.original(lead_image=make.image(), search_image=chosen))
    assert meta(tree, "og:image:alt") == [chosen.description]


# --- hostile ------------------------------------------------------------------------------------------------------------


def test_what_the_host_header_says_is_nowhere_on_our_pages(client: Client, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    writer = make.author()
    make.publication(logo=make.image(), default_share_image=make.image())
    pieces = [make.original(authors=[writer], lead_image=make.image()), make.stub(authors=[writer])]
    section = SectionPage.objects.get()
    lists = ["/", section.url, writer.get_absolute_url(), "/sitemap.xml", "/news-sitemap.xml", "/robots.txt"]
    feeds = [f"{root}feeds/{dialect}/" for root in ("/", section.url) for dialect in ("rss", "atom", "json")]
    for path in [*(page.url for page in pieces), *lists, *feeds, "/nowhere/"]:
        answer = client.get(path, headers={"host": "evil.example"})
        assert answer.status_code == (404 if path == "/nowhere/" else 200), path
        assert b"evil.example" not in answer.content, path
        assert "evil.example" not in str(answer.headers), path


@pytest.mark.parametrize(
    "headline", ["</script><script>alert(1)</script>", "<!--<script>", 'a "quoted" & <i>b</i>', "lamps ]]> \u2028"]
)
def test_no_headline_breaks_out_of_the_head(headline: str, client: Client) -> None:
    _answer, tree = read(client, make.original(headline))
    assert linked_data(tree)["headline"] == headline
    assert meta(tree, "og:title") == [headline]
    assert tree.css_first("h1.p-name").text() == headline
    assert [node.attributes.get("type") for node in tree.css("script")] == ["application/ld+json"]


# --- the rest of the head -----------------------------------------------------------------------------------------------


def test_an_editors_title_and_description_go_before_what_we_would_say(client: Client) -> None:
    make.publication(name="The Harbour Review")
    page = make.original(seo_title="Lamps, found", search_description="What the lamps knew.", standfirst="Only so much.")
    _answer, tree = read(client, page)
    assert tree.css_first("title").text() == "Lamps, found · The Harbour Review"
    assert meta(tree, "description") == meta(tree, "og:description") == ["What the lamps knew."]


def test_a_piece_without_a_description_is_described_by_its_standfirst_or_its_first_words(client: Client) -> None:
    _answer, tree = read(client, make.original(standfirst="Only so much."))
    assert meta(tree, "description") == ["Only so much."]
    _answer, tree = read(client, make.original(body=make.paragraphs("The lamps " * 60)))
    (words,) = meta(tree, "description")
    assert words.startswith("The lamps The lamps") and words.endswith("…") and len(words) <= 200


def test_the_authors_handles_are_credited_where_each_place_reads_them(client: Client) -> None:
    make.publication(x_handle="@harbour", fediverse_handle="@harbour@social.example")
    ada = make.author(fediverse_handle="@ada@social.example")
    grace = make.author("Grace Hopper", x_handle="@grace")
    _answer, tree = read(client, make.original(authors=[ada, grace]))
    assert meta(tree, "twitter:creator") == ["@grace"] and meta(tree, "twitter:site") == ["@harbour"]
    assert meta(tree, "fediverse:creator") == ["@ada@social.example"]
    assert meta(tree, "article:author") == [f"{ROOT}{one.get_absolute_url()}" for one in (ada, grace)]
