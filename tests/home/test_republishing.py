"""The republish page: where the licence allows it all that is to be pasted, else whom to ask; and nothing nobody may see."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from selectolax.lexbor import LexborHTMLParser
from wagtail.models import PageViewRestriction

from home.models import ArticlePage
from syndication.renderers.pasting import systems
from tests import factories as make

pytestmark = pytest.mark.django_db


def address(page: ArticlePage) -> str:
    return reverse("republish", args=[page.uid])


def opened(client: Client, page: ArticlePage, status: int = 200) -> LexborHTMLParser:
    answer = client.get(address(page))
    assert answer.status_code == status
    assert answer["X-Robots-Tag"] == "noindex"
    assert not answer.cookies
    return LexborHTMLParser(answer.content.decode())


def field(tree: LexborHTMLParser, name: str) -> str:
    (node,) = tree.css(f"textarea#{name}")
    return node.text()


# --- the way there ------------------------------------------------------------------------------------------------------


def test_a_free_piece_leads_to_its_kit_and_others_do_not(client: Client) -> None:
    free, kept, stub = make.original(licence="cc-by"), make.original(), make.stub(licence="cc-by")
    assert address(free) in client.get(free.url).content.decode()
    assert "/republish/" not in client.get(kept.url).content.decode()
    assert "/republish/" not in client.get(stub.url).content.decode()


def test_the_licence_of_the_publication_counts_where_a_piece_names_none(client: Client) -> None:
    make.publication(default_licence="cc-by-nd")
    tree = opened(client, make.original())
    assert "whole and unchanged" in tree.text()


# --- the kit ------------------------------------------------------------------------------------------------------------


def test_html_markdown_and_text_stand_in_labelled_fields_that_work_without_a_script(client: Client) -> None:
    page = make.original("Lamps", licence="cc-by")
    tree = opened(client, page)
    for name in ("html", "markdown", "text", "share"):
        assert tree.css_first(f"label[for={name}]") is not None
        assert "readonly" in tree.css_first(f"textarea#{name}").attributes
        assert page.full_url in field(tree, name)
    # A button that needs a script is not shown before there is one.
    assert all("hidden" in button.attributes for button in tree.css("button"))
    assert "The harbour was empty" in field(tree, "html")


def test_every_field_has_a_label_and_every_button_a_field(client: Client) -> None:
    tree = opened(client, make.original(licence="cc-by", standfirst="Only the lamps."))
    fields = [node.attributes["id"] for node in tree.css("input, textarea")]
    assert sorted(node.attributes["for"] or "" for node in tree.css("label")) == sorted(filter(None, fields))
    assert sorted(node.attributes["data-copy"] or "" for node in tree.css("button")) == sorted(filter(None, fields))


def test_the_html_holds_the_counter_at_our_own_address(client: Client) -> None:
    page = make.original(licence="cc-by")
    (image,) = LexborHTMLParser(field(opened(client, page), "html")).css("img")
    assert image.attributes["src"] == f"http://127.0.0.1:8000/c/{page.uid}.gif"


def test_looking_at_the_kit_counts_nobody(client: Client) -> None:
    tree = opened(client, make.original(licence="cc-by"))
    assert [image for image in tree.css("img") if "/c/" in (image.attributes["src"] or "")] == []


def test_the_terms_are_told_with_the_deed_and_the_counter_is_explained(client: Client) -> None:
    tree = opened(client, make.original(licence="cc-by-nc-nd"))
    told = " ".join(tree.text().split())
    assert "Not for commercial purposes" in told
    assert "whole and unchanged" in told
    assert "sets no cookie" in told
    assert "never stored" in told
    assert tree.css_first('a[rel="license"]').attributes["href"] == "https://creativecommons.org/licenses/by-nc-nd/4.0/"
    assert tree.css_first('meta[name="robots"]').attributes["content"] == "noindex"


def test_a_picture_of_others_is_told_with_what_it_shows_and_whom_to_ask(client: Client) -> None:
    page = make.original(licence="cc-by", lead_image=make.image("A quay", licence="all-rights-reserved"))
    tree = opened(client, page)
    told = " ".join(tree.text().split())
    assert "A quay, seen from the sea" in told
    assert "Drawing: Mary Somerville" in told
    assert LexborHTMLParser(field(tree, "html")).css("figure") == []


def test_a_free_picture_goes_along(client: Client) -> None:
    page = make.original(licence="cc-by", lead_image=make.image("A quay", licence="cc-by-sa", may_syndicate=True))
    tree = LexborHTMLParser(field(opened(client, page), "html"))
    assert tree.css_first("figure img").attributes["alt"] == "A quay, seen from the sea"


def test_a_headline_with_marks_breaks_nothing(client: Client) -> None:
    page = make.original('Lamps <b>&amp; "oil"</textarea><script>x</script>', licence="cc-by")
    tree = opened(client, page)
    assert [node.attributes.get("src") for node in tree.css("body script")] == ["/static/republish.js"]
    assert field(tree, "share").startswith('Lamps <b>&amp; "oil"</textarea>')


def test_no_script_or_style_stands_in_the_page_and_nothing_comes_from_others(client: Client) -> None:
    tree = opened(client, make.original(licence="cc-by"))
    assert tree.css("style, [style], [onclick]") == []
    assert all(node.text() == "" for node in tree.css("script"))


def test_a_piece_from_right_to_left_keeps_its_direction_in_its_fields(client: Client) -> None:
    tree = opened(client, make.original("الميناء", licence="cc-by", language="ar"))
    assert 'dir="rtl"' in field(tree, "html")
    assert tree.css_first("textarea#text").attributes["dir"] == "rtl"
    assert tree.css_first("textarea#html").attributes["dir"] == "ltr"


def test_each_system_is_told_the_address_or_the_very_tag() -> None:
    story = make.story(url="https://home.example/a?b=1&c=2")
    told = {system.name: system for system in systems(story)}
    assert len(told) == 7
    assert ("Our address, the canonical one", story.url) in told["WordPress with Yoast SEO"].lines
    assert told["A page made by hand"].lines[0][1] == '<link rel="canonical" href="https://home.example/a?b=1&amp;c=2">'
    plugin = told["WordPress with our plugin Homeward Syndication"]
    assert f"wp post meta update POST _homeward_id {story.uid}" in [line for _, line in plugin.lines]
    assert all(system.steps for system in told.values())


def test_the_companion_plugin_reads_the_very_fields_that_we_name() -> None:
    from pathlib import Path

    source = Path("integrations/wordpress/homeward-syndication/homeward-syndication.php").read_text(encoding="utf-8")
    told = " ".join(line for system in systems(make.story()) for _, line in system.lines)
    for name in ("_homeward_id", "_homeward_canonical"):
        assert name in told
        assert f"'{name}'" in source


# --- no kit -------------------------------------------------------------------------------------------------------------


def test_where_the_licence_does_not_allow_it_the_page_says_so_and_whom_to_ask(client: Client) -> None:
    tree = opened(client, make.original("Lamps", body=make.paragraphs("Canary text.")), status=403)
    told = " ".join(tree.text().split())
    assert "does not let others carry this piece" in told
    assert "All rights reserved" in told
    assert tree.css_first('main a[href*="/authors/"]').text() == "Ada Lovelace"
    assert "Canary text" not in told
    assert tree.css("textarea") == []


def test_the_newsrooms_own_page_comes_first(client: Client) -> None:
    make.publication(masthead_url="https://home.example/newsroom/")
    tree = opened(client, make.original(), status=403)
    assert tree.css_first('main a[href="https://home.example/newsroom/"]') is not None


def test_a_stub_sends_to_the_outlet(client: Client) -> None:
    page = make.stub(licence="cc-by")
    tree = opened(client, page, status=403)
    assert tree.css_first(f'a[href="{page.outlet_url}"]') is not None
    assert "Evening Lantern" in tree.text()


def test_what_readers_may_not_see_has_no_kit(client: Client) -> None:
    draft = make.original(licence="cc-by", live=False)
    private, gone, expired = (make.original(licence="cc-by") for _ in range(3))
    PageViewRestriction.objects.create(page=private, restriction_type=PageViewRestriction.LOGIN)
    gone.unpublish()
    make.edit(expired, expire_at=timezone.now() + timedelta(milliseconds=1))
    for page in (draft, private, gone, expired):
        assert client.get(address(page)).status_code == 404, page
    assert client.get(reverse("republish", args=[uuid4()])).status_code == 404


def test_an_update_that_waits_is_not_told(client: Client) -> None:
    page = make.original(licence="cc-by")
    page.body = make.paragraphs("Canary: not yet.")
    page.save_revision()
    assert "Canary" not in opened(client, page).html
