"""Which pieces a question finds, and in which order, on both databases."""

from datetime import UTC, datetime
from typing import Any

import pytest

from home.searching.finding import asked_of_all, find
from syndication.models import Edition
from syndication.story import Named, Person
from tests import factories as make

pytestmark = pytest.mark.django_db


def piece(headline: str, text: str = "Nothing.", *, day: int = 1, **facts: Any) -> Edition:
    """A public piece, first published on this day of May."""
    moment = datetime(2018, 5, day, 9, tzinfo=UTC)
    told = {"first_published": moment, "modified": moment, "authors": (), "section": None, **facts}
    return make.edition(make.story(headline=headline, body_html=f"<p>{text}</p>", **told))


def found(text: str) -> list[str]:
    """The headlines, best first."""
    result = find(asked_of_all(text), Edition.objects.visible())
    named = dict(Edition.objects.filter(pk__in=result.pks).values_list("pk", "headline"))
    return [named[pk] for pk in result.pks]


def test_the_headline_comes_before_the_standfirst_before_names_before_the_text() -> None:
    piece("In the text", "A lamp stood there, a lamp, and a lamp.", day=9)
    piece("By name", day=8, authors=(Person(name="Ida Lamp"),))
    piece("In the standfirst", day=7, standfirst="About a lamp.")
    piece("The lamp", day=1)
    order = found("lamp")
    assert order[0] == "The lamp" and order[-1] == "In the text"
    assert set(order[1:3]) == {"By name", "In the standfirst"}


def test_the_phrase_comes_before_its_words_apart_in_headlines_and_in_texts() -> None:
    piece("A harbour of many lamps", day=9)
    piece("Harbour lamps", day=1)
    piece("Apart", "The lamps of that old harbour.", day=8)
    piece("Together", "The harbour lamps were lit.", day=2)
    assert found("harbour lamps") == ["Harbour lamps", "A harbour of many lamps", "Together", "Apart"]


def test_what_is_as_good_comes_newest_first() -> None:
    for day in (3, 9, 6):
        piece(f"Lamps of the {day}th", day=day)
    assert found("lamps") == ["Lamps of the 9th", "Lamps of the 6th", "Lamps of the 3th"]


def test_a_last_word_may_be_a_beginning_but_whole_words_come_first() -> None:
    piece("Carpets", day=9)
    piece("The car", day=1)
    piece("Scars", day=8)
    assert found("car") == ["The car", "Carpets"]
    assert found("carp") == ["Carpets"]
    assert found("car nothing") == ["The car"]


def test_quotes_ask_for_the_words_side_by_side() -> None:
    piece("The lamps were of brass", day=2)
    piece("Lamps of the harbour", day=1)
    assert found('"lamps of the harbour"') == ["Lamps of the harbour"]
    assert found("„lamps of“ harbour") == ["Lamps of the harbour"]
    assert found("“of brass” lamps") == ["The lamps were of brass"]


@pytest.mark.parametrize(
    ("language", "headline", "asked"),
    [
        ("en", "The libraries of the harbours", "library harbour"),
        ("en", "Café Ærø", "cafe aero"),
        ("en", "Ada’s café", "CAFÉ ada"),
        ("fr", "L’eau des fontaines", "eau fontaine"),
        ("de", "Die Häuser am Fluß", "haus fluss"),
        ("ar", "المَدينَةُ القَديمة", "مدينه قديمة"),
        ("ar", "أحمد في الإسكندريّة", "احمد الاسكندرية"),
        ("ar", "كـــتاب البحر", "كتاب"),
        ("ar", "مصطفى والمقهى ٢٠١٨", "مصطفي 2018"),
        ("fa", "کتاب دریا", "كتاب"),
        ("ja", "港の灯り", "灯り"),
        ("vi", "Đèn biển", "den bien"),
        ("ru", "Старые гавани", "гавань"),
    ],
)
def test_spelling_and_endings_do_not_matter(language: str, headline: str, asked: str) -> None:
    piece(headline, language=language)
    piece("Another piece", language="en")
    assert found(asked) == [headline]


def test_each_language_is_asked_in_its_own_way() -> None:
    piece("Harbours", language="en", day=2)
    piece("Les ports et les harbours", language="fr", day=1)
    assert found("harbours") == ["Harbours", "Les ports et les harbours"]


def test_topics_sections_and_outlets_are_found_by_their_names() -> None:
    piece("One", topics=(Named(name="Lighthouses"),))
    piece("Two", section=Named(name="Reviews"), day=2)
    assert (found("lighthouse"), found("reviews")) == (["One"], ["Two"])
    assert found("lighthouses nothing") == ["One"]


def test_where_none_has_all_the_words_those_with_some_are_shown() -> None:
    piece("The harbour", day=1)
    piece("The lamps", day=2)
    result = find(asked_of_all("harbour lamps"), Edition.objects.visible())
    assert result.some and len(result.pks) == 2
    assert not find(asked_of_all("harbour"), Edition.objects.visible()).some


def test_a_piece_is_found_as_it_is_now_and_not_once_it_is_gone() -> None:
    page = make.original("The quetzal")
    assert found("quetzal") == ["The quetzal"]
    page = make.edit(page, title="The heron")
    assert (found("quetzal"), found("heron")) == ([], ["The heron"])
    page.unpublish()
    assert found("heron") == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        '"',
        '""',
        "'",
        "AND",
        "OR NOT",
        "lamp*",
        "headline:lamp",
        "(",
        "-",
        "&|!<->:*",
        "\x00",
        "\ud800",
        "a" * 5000,
        "٪",
        "🦜",
        "' OR 1=1 --",
        '"lamp" AND "',
        "{headline} : lamp",
        "NEAR(lamp harbour)",
        "^lamp",
        "l'eau",
        "%s",
        "1e5 0x1f -7 3.14 a_b a.b@c.d",
    ],
)
def test_nothing_that_is_typed_breaks_it(text: str) -> None:
    piece("The lamp and the harbour")
    asked = asked_of_all(text)
    if asked:
        find(asked, Edition.objects.visible())


@pytest.mark.parametrize("text", ["1e5", "3.14", "a_b", "0x1f", "h2o", "covid-19", "ada@example.org", "2nd", "ⅳ", "x²"])
def test_odd_words_are_found_as_they_are_written(text: str) -> None:
    piece(f"About {text} today")
    assert found(text) == [f"About {text} today"]
