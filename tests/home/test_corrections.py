"""Corrections where readers, editors and machines find them: on the page, in the list, in feeds, in the form and its history."""

import json
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from selectolax.lexbor import LexborHTMLParser
from wagtail.models import Revision

from home.models import ArticlePage, DatedCorrection
from home.models.corrections import named, noon
from syndication.models import Edition, Republication
from tests import factories as make
from tests.home.test_editor_forms import article_form, desk, editing  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db
JUNE = date(2018, 6, 1)


def corrected(*kinds: str, text: str = "It was Tuesday.", **facts: Any) -> Any:
    """A published original with a correction of each of these kinds."""
    page = make.original(live=False, **facts)
    page.corrections.set(
        [DatedCorrection(kind=kind, made_at=noon(date(2018, 6, day)), text=text) for day, kind in enumerate(kinds, 1)]
    )
    return make.publish(page)


def read(client: Client, address: str) -> LexborHTMLParser:
    """The page at an address."""
    answer = client.get(address)
    assert answer.status_code == 200
    return LexborHTMLParser(answer.content)


def json_ld(tree: LexborHTMLParser) -> dict[str, Any]:
    """What the head says to machines."""
    return dict(json.loads(tree.css_first('script[type="application/ld+json"]').text()))


# --- the page ---------------------------------------------------------------------------------------------------------


def test_each_kind_stands_where_its_weight_puts_it_and_at_an_address_of_its_own(client: Client) -> None:
    page = corrected("correction", "clarification", "update", "retraction")
    tree = read(client, page.url)
    piece = tree.css_first("article.piece")
    order = [node.id or node.tag for node in piece.iter() if node.id or node.tag == "header"]
    assert order == ["retraction", "header", "corrections"]
    assert len(tree.css(".piece-foot #notes .correction")) == 2
    assert [node.text() for node in tree.css(".corrections h2")] == ["Retraction", "Correction", "Notes"]
    assert {f"#{one.anchor}" for one in page.story.corrections} == {a.attributes["href"] for a in tree.css("a.permalink")}
    # The line at the top leads to what stands below.
    assert tree.css_first(".piece-head .corrected a").attributes["href"] == "#notes"


def test_the_head_tells_machines_each_kind_and_that_the_piece_was_retracted(client: Client) -> None:
    page = corrected("correction", "retraction")
    told = json_ld(read(client, page.url))
    assert told["creativeWorkStatus"] == "Retracted"
    assert [one.get("name") for one in told["correction"]] == [None, "Retraction"]
    assert told["correction"][0]["@id"].startswith(f"{page.full_url}#correction-")
    assert told["correction"][0]["datePublished"].startswith("2018-06-01T")


def test_a_retracted_piece_keeps_its_address_and_is_recommended_nowhere(client: Client) -> None:
    page, other = corrected("retraction"), make.original()
    assert client.get(page.url).status_code == 200
    assert "noindex" not in client.get(page.url).content.decode()
    for address in ("/", other.url, "/news-sitemap.xml"):
        assert page.url not in client.get(address).content.decode(), address
    # Who follows the feed has it already, and learns of it there.
    for item in client.get("/feeds/json/").json()["items"]:
        if item["url"] == page.full_url:
            assert item["content_html"].startswith("<h3>Corrections</h3>\n<p>Retraction, 1 June 2018: It was Tuesday.</p>")
            assert item["_syndication"]["corrections"][0]["kind"] == "retraction"
            break
    else:
        pytest.fail("the feed lost it")


def test_a_stub_mirrors_its_outlets_corrections_and_passes_them_on_to_nobody(client: Client) -> None:
    stub = make.stub(live=False)
    theirs = DatedCorrection(made_at=noon(JUNE), text="Two lamps.", by_outlet=True, url="https://outlet.example/corrections/7")
    stub.corrections.set([theirs])
    stub = make.publish(stub)
    tree = read(client, stub.url)
    assert tree.css_first("#corrections h2").text() == "Correction by Evening Lantern"
    assert tree.css_first("#corrections .source a").attributes["href"] == theirs.url
    (told,) = json_ld(tree)["correction"]
    assert (told["author"]["name"], told["url"]) == ("Evening Lantern", theirs.url)
    assert make.outlet().contract.view(stub.story).corrections == ()
    assert "Two lamps." not in client.get("/corrections/").content.decode(), "the list is of our own"


# --- the list and its feed -----------------------------------------------------------------------------------------------


def test_the_list_is_newest_first_by_kind_and_empty_with_a_word(client: Client) -> None:
    assert "Nothing had to be corrected so far" in client.get("/corrections/").content.decode()
    page = corrected("correction", "retraction")
    tree = read(client, "/corrections/")
    assert [node.text() for node in tree.css("[itemprop=name]")] == ["Retraction", "Correction"]
    links = [node.attributes["href"] for node in tree.css(".correction-day a")]
    assert links == [page.story.place_of(one) for one in reversed(page.story.corrections)]
    assert [node.text() for node in read(client, "/corrections/?kind=retraction").css("[itemprop=name]")] == ["Retraction"]
    assert "There is none of this kind" in client.get("/corrections/?kind=update").content.decode()
    assert len(read(client, "/corrections/?kind=lamps").css("[itemprop=name]")) == 2
    assert tree.css_first('.colophon a[href="/corrections/"]')


def test_the_list_costs_the_same_however_long_it_is(client: Client) -> None:
    make.publication()
    corrected("correction")
    client.get("/corrections/")
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get("/corrections/")
    corrected("correction", "update", "clarification")
    corrected("retraction")
    with CaptureQueriesContext(connection) as many:
        client.get("/corrections/")
    assert len(many) == len(one)


@pytest.mark.parametrize("dialect", ["rss", "atom", "json"])
def test_each_correction_is_an_entry_of_the_feed_and_nothing_changed_answers_304(client: Client, dialect: str) -> None:
    page = corrected("correction")
    (one,) = page.story.corrections
    answer = client.get(f"/corrections/feeds/{dialect}/")
    said = answer.content.decode()
    assert one.id in said and page.story.place_of(one) in said and f"Correction: {page.title}" in said
    assert client.get(f"/corrections/feeds/{dialect}/", headers={"if-none-match": answer["ETag"]}).status_code == 304


# --- the editor's form -----------------------------------------------------------------------------------------------------


def test_an_edited_correction_keeps_its_address_and_its_old_words_and_no_published_one_goes(desk: Client) -> None:  # noqa: F811
    page = corrected("correction")
    (before,) = page.story.corrections
    form = article_form(desk, editing(page), "The harbour was empty.", **{"corrections-0-text": "It was Wednesday."})
    assert desk.post(editing(page), {**form, "action-publish": "yes"}).status_code == 302
    (after,) = ArticlePage.objects.get().story.corrections
    assert (after.anchor, after.text) == (before.anchor, "It was Wednesday.")
    history = Revision.objects.for_instance(page).order_by("pk")
    texts = [one.content["corrections"][0]["text"] for one in history if one.content["corrections"]]
    assert texts == ["It was Tuesday.", "It was Wednesday."], "never silently: the old words are in the history"
    form = article_form(desk, editing(page), "The harbour was empty.", **{"corrections-0-DELETE": "1"})
    answer = desk.post(editing(page), {**form, "action-publish": "yes"})
    assert "The correction of 1 June 2018 (“It was Wednesday.”) was published, and stays." in answer.content.decode()
    assert DatedCorrection.objects.count() == 1


def test_what_was_never_published_may_be_taken_away_again(desk: Client) -> None:  # noqa: F811
    page = make.original(live=False)
    page.corrections.set([DatedCorrection(text="It was Tuesday.")])
    page.save_revision()
    form = article_form(desk, editing(page), "The harbour was empty.", **{"corrections-0-DELETE": "1"})
    assert desk.post(editing(page), form).status_code == 302
    assert not ArticlePage.objects.get().get_latest_revision_as_object().corrections.all()


def test_the_report_finds_published_corrections_and_says_at_how_many_outlets_the_piece_is(desk: Client) -> None:  # noqa: F811
    page = corrected("retraction", text="Nothing of it holds.")
    make.original(live=False).corrections.create(text="Only in a draft.")
    edition = Edition.objects.get(page=page)
    Republication.objects.create(uid=edition.uid, outlet=make.outlet(), wanted=edition, held=edition)
    answer = desk.get("/admin/reports/corrections/?kind=retraction&q=holds")
    html = answer.content.decode()
    assert "Nothing of it holds." in html and "Only in a draft." not in html
    assert [row.carried for row in answer.context["object_list"]] == [1]


# --- what was there before ----------------------------------------------------------------------------------------------


def test_a_revision_of_an_older_release_gives_its_corrections_the_moment_and_name_of_the_migration() -> None:
    page = make.original()
    revision = page.latest_revision
    revision.content["corrections"] = [{"pk": None, "sort_order": 0, "page": page.pk, "made_on": "2018-06-01", "text": "Two."}]
    revision.save()
    (row,) = revision.as_object().corrections.all()
    assert (row.made_at, row.uid, row.day) == (noon(JUNE), named(JUNE, "Two."), JUNE)
