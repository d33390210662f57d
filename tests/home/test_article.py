"""An original as readers meet it: who signs, what was corrected, and when it is not theirs to see."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from selectolax.lexbor import LexborHTMLParser
from wagtail.models import PageViewRestriction
from wagtail_footnotes.models import Footnote

from home.models import DatedCorrection
from home.models.corrections import noon
from syndication.models import Edition
from tests import factories as make

pytestmark = pytest.mark.django_db

LISTS = ["/", "/reviews/", "/feeds/rss/", "/feeds/atom/", "/feeds/json/", "/reviews/feeds/json/", "/sitemap.xml", "/authors/ada/"]


def read(client: Client, page: Any) -> LexborHTMLParser:
    """The page as a browser parses it."""
    answer = client.get(page.url)
    assert answer.status_code == 200
    return LexborHTMLParser(answer.content.decode())


def text(tree: LexborHTMLParser, selector: str) -> str:
    """The text of the one element, with single spaces."""
    (node,) = tree.css(selector)
    return " ".join(node.text().split())


# --- who signs, and when ------------------------------------------------------------------------------------------------


@time_machine.travel(datetime(2018, 5, 30, 9, tzinfo=UTC), tick=False)
def test_the_byline_names_author_handle_and_day(client: Client) -> None:
    page = make.original(authors=[make.author(x_handle="@ada")])
    tree = read(client, page)
    assert text(tree, ".piece-head .byline") == "By Ada Lovelace (@ada) on 30 May 2018" == page.story.byline
    assert tree.css_first(".byline time").attributes["datetime"].startswith("2018-05-30T09:00:00")
    assert tree.css_first(".byline a.handle").attributes["href"] == "https://x.com/ada"


@time_machine.travel(datetime(2018, 5, 30, 9, tzinfo=UTC), tick=False)
def test_several_authors_sign_in_the_order_they_were_put(client: Client) -> None:
    grace = make.author("Grace Hopper", fediverse_handle="@grace@social.example")
    ada = make.author()
    mary = make.author("Mary Somerville", bluesky_handle="mary.example.com")
    page = make.original(authors=[grace, ada, mary])
    expected = "By Grace Hopper (@grace@social.example), Ada Lovelace and Mary Somerville (@mary.example.com) on 30 May 2018"
    tree = read(client, page)
    assert text(tree, ".piece-head .byline") == expected == page.story.byline
    profiles = [node.attributes["href"] for node in tree.css('.byline a[rel="author"]')]
    assert profiles == [f"http://127.0.0.1:8000{one.get_absolute_url()}" for one in (grace, ada, mary)]


def test_the_day_is_the_day_it_is_at_home(client: Client, settings: Any) -> None:
    settings.TIME_ZONE = "Africa/Algiers"
    with time_machine.travel(datetime(2018, 5, 30, 23, 30, tzinfo=UTC), tick=False):
        page = make.original()
    assert page.story.byline == "By Ada Lovelace on 31 May 2018"
    assert text(read(client, page), ".piece-head .byline") == page.story.byline


def test_an_edit_leaves_the_day_and_moves_the_moment_of_change() -> None:
    with time_machine.travel(datetime(2018, 5, 30, 9, tzinfo=UTC), tick=False):
        page = make.original()
    with time_machine.travel(datetime(2018, 6, 2, 9, tzinfo=UTC), tick=False):
        story = make.edit(page, title="Otherwise").story
    assert story.byline.endswith("on 30 May 2018")
    assert (story.first_published.day, story.modified.day) == (30, 2)


# --- text ---------------------------------------------------------------------------------------------------------------


def test_every_block_reaches_readers_in_order(client: Client) -> None:
    body = [
        ("paragraph", "<p>The <b>harbour</b> was empty.</p>"),
        ("heading", {"text": "Lamps & lights", "level": "3"}),
        ("quote", {"text": "<p>We came late.</p>", "attribution": "A sailor", "source": "https://log.example/7"}),
        ("pull_quote", {"text": "Only the lamps knew.", "attribution": ""}),
        ("media", {"url": "https://www.youtube.com/watch?v=1", "title": "The pier", "note": "4 minutes"}),
        ("table", {"data": [["Port", "Boats"], ["Oran", "<9>"]], "first_row_is_table_header": True}),
    ]
    tree = read(client, make.original(body=body))
    words = text(tree, ".text.e-content")
    wanted = ["The harbour was empty.", "Lamps & lights", "We came late.", "A sailor", "Only the lamps knew.", "The pier", "Oran"]
    assert [words.index(one) for one in wanted] == sorted(words.index(one) for one in wanted)
    assert text(tree, ".text h3") == "Lamps & lights"
    assert tree.css_first(".text blockquote").attributes["cite"] == "https://log.example/7"
    assert "YouTube" in text(tree, ".media-link small")
    assert "<9>" in text(tree, ".text table"), "what an editor typed is text, not markup"
    assert not tree.css("iframe, .text script")


def test_a_figure_tells_caption_credit_and_licence(client: Client) -> None:
    picture = make.image(size=(1000, 500), caption="The pier at dusk", licence="cc-by")
    value = {"image": {"image": picture.pk, "alt_text": "A long pier", "decorative": False}, "caption": ""}
    page = make.original(live=False)
    page.body = [{"type": "image", "value": value}]
    tree = read(client, make.publish(page))
    image = tree.css_first(".text figure img")
    assert image.attributes["alt"] == "A long pier"
    assert image.attributes["src"].startswith("http://127.0.0.1:8000/media/")
    assert "480w" in tree.css_first(".text source").attributes["srcset"]
    assert text(tree, ".text figcaption") == "The pier at dusk Drawing: Mary Somerville, CC BY 4.0"


def test_footnotes_are_numbered_in_order_and_lead_there_and_back(client: Client) -> None:
    first, second = uuid4(), uuid4()
    marks = [f'<footnote id="{one}">[{str(one)[:6]}]</footnote>' for one in (first, second)]
    page = make.original(live=False, body=make.paragraphs(f"Lamps{marks[0]} and boats{marks[1]}.", f"Lamps again{marks[0]}."))
    page.footnotes = [Footnote(uuid=second, text="<p>Nine boats.</p>"), Footnote(uuid=first, text="<p>Two lamps.</p>")]
    tree = read(client, make.publish(page))
    assert [node.text() for node in tree.css(".text sup")] == ["1", "2", "1"]
    notes = [" ".join(node.text().split()) for node in tree.css("section.footnotes li")]
    assert [note.partition(" ↩")[0] for note in notes] == ["Two lamps.", "Nine boats."]
    ids = [node.attributes["id"] for node in tree.css("[id]")]
    assert len(ids) == len(set(ids)), "no id twice"
    for link in tree.css(".text sup a, section.footnotes a"):
        assert link.attributes["href"].startswith("#") and link.attributes["href"][1:] in ids


def test_footnotes_stay_where_they_are_after_another_edit() -> None:
    note = uuid4()
    page = make.original(live=False, body=make.paragraphs(f'Lamps<footnote id="{note}">[1]</footnote>.'))
    page.footnotes = [Footnote(uuid=note, text="<p>Two lamps.</p>")]
    page = make.publish(page)
    before = page.story.body_html
    assert make.edit(page, standfirst="Only the lamps.").story.body_html == before
    assert before.count("Two lamps.") == 1


def test_corrections_are_dated_and_announced_at_the_top(client: Client) -> None:
    page = make.original(live=False)
    page.corrections = [  # type: ignore[misc]
        DatedCorrection(made_at=noon(date(2018, 6, 1)), text="It was Tuesday."),
        DatedCorrection(made_at=noon(date(2018, 6, 3)), text="There were <two> lamps."),
    ]
    tree = read(client, make.publish(page))
    told = "Correction, 1 June 2018 # It was Tuesday. Correction, 3 June 2018 # There were <two> lamps."
    assert text(tree, ".piece-head + #corrections") == f"Corrections {told}"


def test_arabic_runs_from_right_to_left_and_our_own_words_do_not(client: Client) -> None:
    page = make.original("المصابيح", slug="lamps", language="ar", authors=[make.author("آدا لوفلايس")])
    tree = read(client, page)
    article = tree.css_first("article.piece")
    assert (article.attributes["lang"], article.attributes["dir"]) == ("ar", "rtl")
    assert tree.css_first("html").attributes["lang"].startswith("en")
    assert (tree.css_first(".piece-head .byline").attributes["lang"], page.story.direction) == ("en", "rtl")
    assert tree.css_first('meta[property="og:locale"]').attributes["content"] == "ar_AR"


def test_the_pieces_licence_goes_before_the_publications(client: Client) -> None:
    make.publication(default_licence="cc-by-nd")
    assert text(read(client, make.original()), ".piece-foot .licence:not(.take)") == "Licence: CC BY-ND 4.0"
    assert text(read(client, make.original(licence="cc0")), ".piece-foot .licence:not(.take)") == "Licence: CC0 1.0"


def test_others_to_read_next_stand_below(client: Client) -> None:
    others = [make.original() for _number in range(4)]
    page = make.original()
    assert [node.text() for node in read(client, page).css(".more h3")] == [one.title for one in reversed(others)][:3]


# --- who may see it, and how long ----------------------------------------------------------------------------------------


@pytest.fixture
def lamps() -> Any:
    """An article that every list shows."""
    make.section("Reviews", slug="reviews")
    return make.original("Lamps", slug="lamps", authors=[make.author(slug="ada")])


def mentions(client: Client) -> list[str]:
    """The lists in which the article's address stands."""
    return [path for path in LISTS if b"/reviews/lamps/" in client.get(path).content]


def test_a_live_article_is_in_every_list(lamps: Any, client: Client) -> None:
    assert mentions(client) == LISTS


def test_an_expired_article_is_gone_at_its_minute_before_any_sweep(lamps: Any, client: Client) -> None:
    page = make.edit(lamps, expire_at=timezone.now() + timedelta(minutes=10))
    assert client.get(page.url).status_code == 200 and mentions(client) == LISTS
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert client.get(page.url).status_code == 404
        assert mentions(client) == []
    assert type(page).objects.get(pk=page.pk).live, "no sweep has been here"


def test_a_private_article_is_shown_to_nobody_and_stands_in_no_list(lamps: Any, client: Client) -> None:
    restriction = PageViewRestriction.objects.create(page=lamps, restriction_type=PageViewRestriction.LOGIN)
    answer = client.get(lamps.url)
    assert answer.status_code == 302 and answer["Location"].startswith("/_util/login/?next=/reviews/lamps/")
    assert mentions(client) == []
    restriction.delete()
    assert client.get(lamps.url).status_code == 200 and mentions(client) == LISTS


def test_a_private_section_hides_its_pieces_and_its_feeds(lamps: Any, client: Client) -> None:
    PageViewRestriction.objects.create(page=lamps.get_parent(), restriction_type=PageViewRestriction.LOGIN)
    for path in (lamps.url, "/reviews/", "/reviews/feeds/rss/"):
        assert client.get(path).status_code == 302, path
    assert mentions(client) == []
    assert b"/reviews/" not in client.get("/").content, "nor is it in the bar of sections"


def test_signed_in_people_see_a_private_article(lamps: Any, client: Client) -> None:
    PageViewRestriction.objects.create(page=lamps, restriction_type=PageViewRestriction.LOGIN)
    client.force_login(make.editor())
    assert client.get(lamps.url).status_code == 200


def test_an_unpublished_article_is_gone_everywhere(lamps: Any, client: Client) -> None:
    lamps.unpublish()
    assert client.get(lamps.url).status_code == 404 and mentions(client) == []


def test_a_draft_changes_nothing_for_readers(lamps: Any, client: Client) -> None:
    draft = lamps.get_latest_revision_as_object()
    draft.title = "Otherwise"
    draft.save_revision()
    assert text(read(client, lamps), "h1.p-name") == "Lamps"


# --- identity ------------------------------------------------------------------------------------------------------------


def test_a_copy_is_another_piece(lamps: Any) -> None:
    copied = lamps.copy(update_attrs={"slug": "other-lamps", "title": "Other lamps"})
    assert copied.uid != lamps.uid
    assert [line.author.name for line in copied.bylines.all()] == ["Ada Lovelace"]
    assert set(Edition.objects.current().values_list("uid", flat=True)) == {lamps.uid, copied.uid}


def test_reverting_to_an_old_revision_keeps_the_uid(lamps: Any) -> None:
    first = lamps.latest_revision
    edited = make.edit(lamps, title="Otherwise")
    first.as_object().save_revision().publish()
    again = type(lamps).objects.get(pk=lamps.pk)
    assert (again.title, again.uid) == ("Lamps", edited.uid)
