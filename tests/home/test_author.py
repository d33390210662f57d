"""Authors: the profile, the handles, and what happens to pieces when an author changes."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db.models import ProtectedError
from django.test import Client
from selectolax.lexbor import LexborHTMLParser

from home.models import Author
from tests import factories as make

pytestmark = pytest.mark.django_db

ROOT = "http://127.0.0.1:8000"


def read(client: Client, path: str) -> LexborHTMLParser:
    """The page as a browser parses it."""
    answer = client.get(path)
    assert answer.status_code == 200
    return LexborHTMLParser(answer.content.decode())


def test_a_profile_tells_who_they_are_and_where_readers_find_them(client: Client) -> None:
    ada = make.author(
        slug="ada",
        bio="<p>Writes of <b>lamps</b>.</p>",
        website="https://ada.example",
        x_handle="@ada",
        fediverse_handle="@ada@social.example",
        bluesky_handle="ada.example.com",
        portrait=make.image(),
    )
    make.original(authors=[ada])
    tree = read(client, ada.get_absolute_url())
    assert tree.css_first("h1").text() == "Ada Lovelace" and "Writes of lamps." in tree.css_first(".p-note").text()
    links = [node.attributes["href"] for node in tree.css('a[rel~="me"]')]
    expected = [
        "https://ada.example",
        "https://x.com/ada",
        "https://social.example/@ada",
        "https://bsky.app/profile/ada.example.com",
    ]
    assert links == expected
    assert tree.css_first("img.portrait").attributes["src"].startswith(f"{ROOT}/media/")
    assert tree.css_first('meta[name="description"]').attributes["content"] == "Writes of lamps."


def test_a_profile_lists_what_they_wrote_alone_and_with_others(client: Client) -> None:
    ada, grace = make.author(slug="ada"), make.author("Grace Hopper", slug="grace")
    alone, together = make.original(authors=[ada]), make.original(authors=[grace, ada])
    abroad, hers = make.stub(authors=[ada]), make.original(authors=[grace])
    assert [node.text() for node in read(client, "/authors/ada/").css(".card .p-name")] == [
        together.title,
        alone.title,
        abroad.title,
    ]
    assert [node.text() for node in read(client, "/authors/grace/").css(".card .p-name")] == [hers.title, together.title]


def test_nobody_hears_of_an_author_before_a_first_piece_is_published(client: Client) -> None:
    page = make.original(authors=[make.author(slug="ada")], live=False)
    assert client.get("/authors/ada/").status_code == 404
    assert "/authors/ada/" not in client.get("/sitemap.xml").content.decode()
    make.publish(page)
    assert client.get("/authors/ada/").status_code == 200
    assert "/authors/ada/" in client.get("/sitemap.xml").content.decode()


def test_the_second_sheet_of_a_profile_is_its_own_canonical(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("home.models.base.PER_PAGE", 2)
    ada = make.author(slug="ada")
    for _number in range(3):
        make.original(authors=[ada])
    tree = read(client, "/authors/ada/?page=2")
    assert len(tree.css(".card")) == 1
    assert tree.css_first('link[rel="canonical"]').attributes["href"] == f"{ROOT}/authors/ada/?page=2"


def test_nobody_of_that_name_is_not_found(client: Client) -> None:
    make.front_page()
    assert client.get("/authors/nobody/").status_code == 404


@pytest.mark.parametrize("change", [{"name": "Ada King"}, {"x_handle": "@king"}])
def test_a_change_of_an_author_reaches_every_live_piece(change: dict[str, str], client: Client) -> None:
    ada = make.author()
    page = make.original(authors=[ada])
    version = page.edition.version
    Author.objects.get(pk=ada.pk)
    for name, value in change.items():
        setattr(ada, name, value)
    ada.save()
    page = type(page).objects.get(pk=page.pk)
    assert page.edition.version == version + 1
    assert next(iter(change.values())) in " ".join(read(client, page.url).css_first(".piece-head .byline").text().split())


def test_an_author_who_signs_a_piece_cannot_be_deleted() -> None:
    ada = make.author()
    make.original(authors=[ada])
    with pytest.raises(ProtectedError):
        ada.delete()


@pytest.mark.parametrize(("name", "slug"), [("Ada Lovelace", "ada-lovelace"), ("آدا لوفلايس", "آدا-لوفلايس"), ("Åsa Ö", "åsa-ö")])
def test_the_slug_is_made_of_the_name_and_leads_to_the_profile(name: str, slug: str, client: Client) -> None:
    person = Author(name=name)
    person.full_clean()
    person.save()
    make.original(authors=[person])
    assert person.slug == slug
    assert read(client, person.get_absolute_url()).css_first("h1").text() == name


def test_a_slug_that_is_taken_or_cannot_be_made_is_told_at_the_field() -> None:
    make.author(slug="ada-lovelace")
    for name, sentence in [("Ada Lovelace", "Another author has this slug"), ("!!!", "No slug can be made of this name")]:
        with pytest.raises(ValidationError) as caught:
            Author(name=name).full_clean()
        assert sentence in caught.value.message_dict["slug"][0]


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        ("x_handle", ["@ada", "@Ada_1815"], ["ada", "@", "@much_too_long_for_x", "@a b", "https://x.com/ada"]),
        ("fediverse_handle", ["@ada@social.example"], ["@ada", "ada@social.example", "@ada@localhost", "@a@b@c.example"]),
        ("bluesky_handle", ["ada.example.com"], ["@ada.example.com", "ada", "ada..com", "https://bsky.app"]),
    ],
)
def test_handles_are_taken_only_in_the_form_each_place_writes_them(field: str, good: list[str], bad: list[str]) -> None:
    for value in good:
        Author(name="Ada", **{field: value}).full_clean()
    for value in bad:
        with pytest.raises(ValidationError) as caught:
            Author(name="Ada", **{field: value}).full_clean()
        assert list(caught.value.message_dict) == [field], value


def test_a_preview_shows_what_is_not_saved_yet(rf: Any) -> None:
    make.front_page()
    person = make.author()
    person.name, person.bio = "Ada King", "<p>Counted lamps.</p>"
    page = person.make_preview_request().content.decode()
    assert "Ada King" in page and "Counted lamps." in page
    unsaved = Author(name="Mary Somerville", slug="mary").make_preview_request().content.decode()
    assert "Nothing by Mary Somerville is published here yet." in unsaved
