"""The look a publisher chooses: it shows at once, can be read in light and dark, and costs readers one small file."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.test import Client
from selectolax.lexbor import LexborHTMLParser

from home import identity
from home.identity import HOUSE, Look
from home.models import PublicationSettings
from tests import factories as make

pytestmark = pytest.mark.django_db

FONTS = Path(settings.BASE_DIR) / "publication" / "static" / "fonts"
GARISH = ("#ffcc00", "#00ff00", "#ff00ff", "#f5f5f5", "#777777", "#fcfaf5", "#0057b8", "#000000", "#2e7d32")


def head(client: Client, path: str = "/") -> tuple[list[str], list[str]]:
    """The style sheets and the preloaded files of a page."""
    tree = LexborHTMLParser(client.get(path).content.decode())
    sheets = [str(node.attributes["href"]) for node in tree.css('link[rel="stylesheet"]')]
    return sheets, [str(node.attributes["href"]) for node in tree.css('link[rel="preload"]')]


def test_the_house_look_needs_no_sheet_of_its_own(client: Client) -> None:
    make.publication()
    sheets, preloaded = head(client)
    assert sheets == ["/static/publication.css"]
    assert preloaded == ["/static/fonts/newsreader-display.woff2", "/static/fonts/newsreader-text.woff2"]


def test_another_look_shows_on_the_very_next_page_of_every_kind(client: Client) -> None:
    piece, stub = make.original(), make.stub()
    make.publication(accent="#0057b8", second="#2e7d32", type_pair="literata")
    paths = ("/", piece.url, stub.url, piece.get_parent().url, "/authors/ada-lovelace/", "/corrections/", "/nothing-here/")
    (address,) = {head(client, path)[0][1] for path in paths}
    answer = client.get(address)
    assert answer["Content-Type"] == "text/css; charset=utf-8" and "immutable" in answer["Cache-Control"]
    told = answer.content.decode()
    assert "--accent:light-dark(#0057b8," in told and "--second:light-dark(#2e7d32," in told and "Literata" in told
    assert head(client)[1] == ["/static/fonts/literata-display.woff2", "/static/fonts/literata-text.woff2"]
    make.publication(accent="#b30000")
    assert head(client)[0][1] != address


def test_an_address_of_an_older_release_gets_todays_sheet_for_a_while(client: Client) -> None:
    make.front_page()
    answer = client.get("/identity/0057b8-2e7d32-system.00000000.css")
    assert answer.status_code == 200 and answer["Cache-Control"] == "public, max-age=300"


@pytest.mark.parametrize(
    "name", ["nothing", "0057b8-2e7d32-comic.00000000", "0057b8-2e7d32}-system.00000000", "0057B8-2e7d32-system.00000000"]
)
def test_an_address_that_says_no_look_is_no_page(name: str, client: Client) -> None:
    make.front_page()
    assert client.get(f"/identity/{name}.css").status_code == 404


@pytest.mark.parametrize("colour", GARISH)
def test_every_shade_we_make_can_be_read(colour: str) -> None:
    assert identity.contrast(identity.darker(colour), *identity.LIGHT) >= 4.5
    assert identity.contrast(identity.lighter(colour), *identity.DARK) >= 4.5


def test_a_colour_that_cannot_be_read_is_refused_with_the_nearest_that_can() -> None:
    publication = make.publication(accent="#FFCC00")
    with pytest.raises(ValidationError) as refused:
        publication.full_clean()
    (sentence,) = refused.value.message_dict["accent"]
    assert "1.3 to 1" in sentence and "second" not in refused.value.message_dict
    publication.accent = re.findall(r"#[0-9a-f]{6}", sentence)[0]
    publication.full_clean()


@pytest.mark.parametrize("colour", ["red", "#12345", "#1234567", "#12345g", "#123456\n", "url(x)"])
def test_what_is_no_colour_is_refused(colour: str) -> None:
    with pytest.raises(ValidationError, match="as # and six digits|at most 7"):
        PublicationSettings(site=make.publication().site, accent=colour).clean_fields()


def test_a_pair_we_ship_no_more_is_the_houses() -> None:
    assert make.publication(type_pair="gone").look == HOUSE


@pytest.mark.parametrize("pair", identity.PAIRS)
def test_each_file_of_type_is_there_is_small_and_has_its_licence(pair: str) -> None:
    names = re.findall(r"fonts/([\w-]+)\.woff2", Look(pair=pair).sheet() + "".join(Look(pair=pair).first))
    for name in names:
        assert (FONTS / f"{name}.woff2").stat().st_size <= 25_000
        assert any(name.startswith(path.name.removesuffix("-OFL.txt")) for path in FONTS.glob("*-OFL.txt")), name


def test_the_sheet_of_the_house_and_those_of_other_looks_divide_letters_alike() -> None:
    told = (FONTS.parent / "publication.css").read_text()
    assert {identity.CORE, identity.MORE} < set(re.findall(r"unicode-range: ([^;]+);", told))
    assert f"--paper: light-dark({identity.LIGHT[0]}, {identity.DARK[0]})" in told
    assert f"--tint: light-dark({identity.LIGHT[1]}, {identity.DARK[1]})" in told
    assert f"--accent: light-dark({HOUSE.accent}," in told and f"--second: light-dark({HOUSE.second}," in told


def test_an_editor_sees_the_look_before_it_is_saved(client: Client) -> None:
    publication = make.publication(name="The Harbour Review")
    client.force_login(make.editor())
    edit = f"/admin/settings/home/publicationsettings/{publication.site_id}/"
    form: dict[str, Any] = {
        field.name: field.value_from_object(publication) or "" for field in publication._meta.concrete_fields if field.editable
    }
    told = {**form, "comments_days": 30, "response_links": 2, "accent": "#0057b8"}
    assert client.post(f"{edit}preview/", told).json() == {"is_valid": True, "is_available": True}
    for mode in ("", "light", "dark"):
        preview = client.get(f"{edit}preview/?mode={mode}&in_preview_panel=true").content.decode()
        assert "/identity/0057b8-1d5561-newsreader." in preview
    assert head(client)[0] == ["/static/publication.css"]
    assert 'type="color"' in client.get(edit).content.decode()


@pytest.mark.parametrize("query", ["", "?scheme=dark", "?language=ar", "?scheme=dark&language=ar"])
def test_the_style_page_shows_editors_every_part(query: str, client: Client) -> None:
    make.publication()
    assert client.get("/admin/style/")["Location"].startswith("/admin/login/")
    client.force_login(make.editor())
    answer = client.get(f"/admin/style/{query}")
    tree = LexborHTMLParser(answer.content.decode())
    assert answer["X-Robots-Tag"] == "noindex"
    assert tree.css_first("html").attributes["dir"] == ("rtl" if "ar" in query.partition("language")[2] else "ltr")
    assert tree.css_first("html").attributes["data-scheme"] == ("dark" if "dark" in query else "light")
    for part in (
        "card.wide",
        "text table",
        "text blockquote",
        "pull-quote",
        "footnotes",
        "retracted",
        "response .response",
        "pagination",
    ):
        assert tree.css(f".{part}"), part
    assert len(tree.css(".rest")) == 5 and len(tree.css(".rest.abroad .call a")) == 2
