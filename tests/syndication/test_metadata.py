"""The reader, on pages as outlets write them: right, odd, broken and hostile."""

import json
import time
from typing import Any

import pytest

from syndication.metadata import PageFacts, day_of, opening, plain, read

URL = "https://lantern.example/pieces/lamps?x=1"
HTML = {"content-type": "text/html; charset=utf-8"}


def page(head: str = "", *, ld: Any = None, raw: str = "", body: str = "", lang: str = "") -> PageFacts:
    """What is read of a page with this in its head."""
    blocks = ([json.dumps(ld, ensure_ascii=False)] if ld is not None else []) + ([raw] if raw else [])
    scripts = "".join(f'<script type="application/ld+json">{block}</script>' for block in blocks)
    text = f"<!doctype html><html{f' lang={lang}' if lang else ''}><head>{head}{scripts}</head><body>{body}</body></html>"
    return read(text.encode(), HTML, URL)


def article(**facts: Any) -> dict[str, Any]:
    return {"@context": "https://schema.org", "@type": "NewsArticle", "headline": "Lamps", **facts}


def og(name: str, content: str) -> str:
    return f'<meta property="{name}" content="{content}">'


def meta(name: str, content: str) -> str:
    return f'<meta name="{name}" content="{content}">'


ALL = {
    "title": ("Lamps", "JSON-LD"),
    "description": ("A harbour.", "JSON-LD"),
    "published": ("2018-05-30", "JSON-LD"),
    "image": ("https://lantern.example/lamp.jpg", "JSON-LD"),
    "site_name": ("Evening Lantern", "JSON-LD"),
    "language": ("en-gb", "JSON-LD"),
}
FULL = article(
    description="A harbour.",
    author={"@type": "Person", "name": "Ada Lovelace"},
    datePublished="2018-05-30T23:30:00+02:00",
    image="/lamp.jpg",
    publisher={"@type": "Organization", "name": "Evening Lantern"},
    inLanguage="en-GB",
    articleBody="It began.\n\nIt went on.",
)
OPEN_GRAPH = (
    og("og:title", "Other lamps") + og("og:description", "Other") + og("article:published_time", "2019-01-02T00:10:00+03:00")
) + (og("og:image", "https://lantern.example/og.jpg") + og("og:site_name", "The Lantern") + og("og:locale", "ar_AR"))
OTHER = (
    meta("description", "Third") + meta("author", "Mary Somerville") + meta("date", "2020-03-04") + "<title>Third lamps</title>"
)


def test_json_ld_comes_first() -> None:
    facts = page(OPEN_GRAPH + OTHER, ld=FULL, lang="fr")
    assert {name: (getattr(facts, name).text, getattr(facts, name).place) for name in ALL} == ALL
    assert facts.authors.texts == ("Ada Lovelace",) and facts.paragraphs.texts == ("It began.", "It went on.")


def test_open_graph_comes_second_and_each_fact_falls_back_by_itself() -> None:
    facts = page(OPEN_GRAPH + OTHER, lang="fr")
    assert (facts.title.text, facts.description.text, facts.published.text) == ("Other lamps", "Other", "2019-01-02")
    assert (facts.image.text, facts.image.place) == ("https://lantern.example/og.jpg", "Open Graph")
    assert (facts.site_name.text, facts.language.text) == ("The Lantern", "ar-ar")
    assert (facts.authors.texts, facts.authors.place) == (("Mary Somerville",), "meta")
    mixed = page(OPEN_GRAPH, ld=article())
    assert (mixed.title.place, mixed.description.place) == ("JSON-LD", "Open Graph")


def test_other_meta_elements_and_the_title_come_last() -> None:
    facts = page(OTHER + meta("twitter:image", "/t.png"), lang="fr")
    assert (facts.title.text, facts.title.place) == ("Third lamps", "title")
    assert (facts.description.text, facts.published.text, facts.language.text) == ("Third", "2020-03-04", "fr")
    assert (facts.image.text, facts.image.place) == ("https://lantern.example/t.png", "meta")


def test_a_page_that_says_nothing_leaves_everything_empty() -> None:
    assert page() == PageFacts()
    assert read(b"", {}, URL) == PageFacts()


@pytest.mark.parametrize(
    ("ld", "names"),
    [
        (article(author="Ada Lovelace"), ["Ada Lovelace"]),
        (article(author=["Ada Lovelace", {"name": "Mary Somerville"}]), ["Ada Lovelace", "Mary Somerville"]),
        (article(author={"givenName": "Ada", "familyName": "Lovelace"}), ["Ada Lovelace"]),
        (article(author={"name": ["Ada Lovelace", "Countess"]}), ["Ada Lovelace"]),
        (article(author={"name": {"@value": "Ada Lovelace", "@language": "en"}}), ["Ada Lovelace"]),
        (article(author="By Ada Lovelace and Mary Somerville"), ["Ada Lovelace", "Mary Somerville"]),
        (article(author="Ada Lovelace, Mary Somerville"), ["Ada Lovelace", "Mary Somerville"]),
        (article(author="Lovelace, Ada"), ["Lovelace, Ada"]),
        (article(author="Jean-Paul de la Tour; Ada Lovelace"), ["Jean-Paul de la Tour", "Ada Lovelace"]),
        (article(author="بقلم نوال السعداوي"), ["نوال السعداوي"]),
        (article(author="ليلى العطار، نوال السعداوي"), ["ليلى العطار", "نوال السعداوي"]),
        (article(author=["Ada Lovelace", "Ada Lovelace"]), ["Ada Lovelace"]),
        (article(author="https://lantern.example/authors/ada"), []),
        (article(author="@ada"), []),
        (article(author=None), []),
        (article(author=7), []),
        (article(author={"@type": "Person"}), []),
        (article(author="Lantern", publisher={"name": "Lantern"}), []),
        (article(creator={"name": "Ada Lovelace"}), ["Ada Lovelace"]),
        (
            {"@graph": [article(author={"@id": "#ada"}), {"@id": "#ada", "@type": "Person", "name": "Ada Lovelace"}]},
            ["Ada Lovelace"],
        ),
        (
            {"@graph": [article(author=[{"@id": "#a"}, {"@id": "#gone"}]), {"@id": "#a", "name": "Ada Lovelace"}]},
            ["Ada Lovelace"],
        ),
        ({"@graph": [article(author="#ada"), {"@id": "#ada", "name": "Ada Lovelace"}]}, ["Ada Lovelace"]),
    ],
)
def test_authors_in_every_form(ld: Any, names: list[str]) -> None:
    assert list(page(ld=ld).authors.texts) == names


@pytest.mark.parametrize(
    ("head", "names"),
    [
        (og("article:author", "Ada Lovelace"), ["Ada Lovelace"]),
        (og("article:author", "https://facebook.example/ada") + meta("author", "Ada Lovelace"), ["Ada Lovelace"]),
        (meta("author", "Ada Lovelace") + meta("author", "Mary Somerville"), ["Ada Lovelace", "Mary Somerville"]),
        (meta("byl", "By Ada Lovelace"), ["Ada Lovelace"]),
        (meta("twitter:creator", "@ada"), []),
    ],
)
def test_authors_of_meta_elements(head: str, names: list[str]) -> None:
    assert list(page(head).authors.texts) == names


@pytest.mark.parametrize(
    ("image", "url"),
    [
        ("/lamp.jpg", "https://lantern.example/lamp.jpg"),
        ("lamp.jpg", "https://lantern.example/pieces/lamp.jpg"),
        ("//cdn.example/lamp.jpg", "https://cdn.example/lamp.jpg"),
        (["https://cdn.example/1.jpg", "https://cdn.example/2.jpg"], "https://cdn.example/1.jpg"),
        ({"@type": "ImageObject", "url": "https://cdn.example/1.jpg"}, "https://cdn.example/1.jpg"),
        (
            {"@type": "ImageObject", "contentUrl": "https://cdn.example/c.jpg", "url": "https://x.example/page"},
            "https://cdn.example/c.jpg",
        ),
        ([{"url": {"@id": "x"}}, {"url": "https://cdn.example/2.jpg"}], "https://cdn.example/2.jpg"),
        ("data:image/png;base64,AAAA", ""),
        ("javascript:alert(1)", ""),
        ("", ""),
        (None, ""),
        (5, ""),
    ],
)
def test_pictures_in_every_form(image: Any, url: str) -> None:
    assert page(ld=article(image=image)).image.text == url


def test_a_picture_by_reference_brings_its_caption_and_credit() -> None:
    picture = {"@id": "#p", "@type": "ImageObject", "url": "/p.jpg", "caption": "The pier", "creditText": "Photograph: Ada"}
    facts = page(
        og("og:image", "/other.jpg") + og("og:image:alt", "Another"), ld={"@graph": [article(image={"@id": "#p"}), picture]}
    )
    assert facts.image.text == "https://lantern.example/p.jpg"
    assert (facts.image_caption.text, facts.image_credit.text) == ("The pier", "Photograph: Ada")
    assert not facts.image_alt, "the alternative text was of another picture"


def test_the_alternative_text_comes_with_its_picture() -> None:
    assert page(og("og:image", "/p.jpg") + og("og:image:alt", "A pier")).image_alt.text == "A pier"
    assert page(og("og:image", "/p.jpg") + og("og:image:alt", "A pier"), ld=article(image="/p.jpg")).image_alt.text == "A pier"


def test_a_relative_address_follows_the_base_of_the_page() -> None:
    assert page('<base href="https://cdn.example/a/">' + og("og:image", "p.jpg")).image.text == "https://cdn.example/a/p.jpg"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2018-05-30", "2018-05-30"),
        ("2018-05-30T10:00:00Z", "2018-05-30"),
        ("2018-05-30T23:59:59+0300", "2018-05-30"),
        ("2018-05-30T00:30:00.123456+14:00", "2018-05-30"),
        ("2018-05-30 11:00", "2018-05-30"),
        ("20180530", "2018-05-30"),
        ("2018/5/3", "2018-05-03"),
        ("May 30, 2018", "2018-05-30"),
        ("30 May 2018", "2018-05-30"),
        ("30th May, 2018", "2018-05-30"),
        ("Wed, 30 May 2018 10:00:00 GMT", "2018-05-30"),
        ("٢٠١٨-٠٥-٣٠", "2018-05-30"),
        ("30/05/2018", ""),
        ("2018-13-40", ""),
        ("0001-01-01", ""),
        ("yesterday", ""),
        ("May 2018", ""),
        ("1527638400", ""),
        ("", ""),
    ],
)
def test_days_are_read_without_guessing(text: str, day: str) -> None:
    found = day_of(text)
    assert (found.isoformat() if found else "") == day


def test_a_day_that_cannot_be_read_falls_back_to_the_next_place() -> None:
    facts = page(og("article:published_time", "2018-05-30"), ld=article(datePublished="soon"))
    assert (facts.published.text, facts.published.place) == ("2018-05-30", "Open Graph")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("en-GB", "en-gb"),
        ("ar", "ar"),
        ({"name": "ar"}, "ar"),
        (["fr", "en"], "fr"),
        ("English language", ""),
        ({"@code": 3}, ""),
    ],
)
def test_languages(said: Any, code: str) -> None:
    assert page(ld=article(inLanguage=said)).language.text == code


# --- broken and odd ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("broken", ["{", "", "not json", '{"@type": }', "[" * 100_000, "null", "3", '"text"', "[[[]]]"])
def test_a_malformed_block_loses_only_itself(broken: str) -> None:
    assert page(raw=broken, ld=article()).title.text == "Lamps"
    assert page(og("og:title", "Other"), raw=broken).title.text == "Other"


@pytest.mark.parametrize(("before", "after"), [("<!--", "-->"), ("//<![CDATA[\n", "\n//]]>"), ("/* <![CDATA[ */", "/* ]]> */")])
def test_a_wrapped_block_is_read(before: str, after: str) -> None:
    assert page(raw=f"{before}{json.dumps(article())}{after}").title.text == "Lamps"


def test_line_breaks_inside_a_string_are_forgiven() -> None:
    assert page(raw='{"@type": "Article", "headline": "Lamps\n at night", "url": "/x"}').title.text == "Lamps at night"


def test_among_several_articles_the_one_of_this_page_speaks() -> None:
    others = {"@type": "ItemList", "itemListElement": [article(headline="Read next", url="https://lantern.example/next")]}
    own = article(url=URL, mainEntityOfPage={"@id": URL})
    assert page(ld=[others, article(headline="Another", url="https://lantern.example/a"), own]).title.text == "Lamps"


def test_of_articles_that_name_no_address_the_outermost_speaks() -> None:
    assert page(ld=[{"@type": "WebPage", "hasPart": [article(headline="Inner")]}, article()]).title.text == "Lamps"


@pytest.mark.parametrize(
    "kind", ["Article", ["Thing", "OpinionNewsArticle"], "https://schema.org/BlogPosting", "Review", "Report"]
)
def test_every_kind_of_article_counts(kind: Any) -> None:
    assert page(ld=article(**{"@type": kind})).title.text == "Lamps"


def test_a_shop_on_the_page_is_not_the_piece() -> None:
    facts = page(og("og:title", "Lamps"), ld={"@type": "Product", "name": "A lamp", "description": "Buy it"})
    assert (facts.title.text, facts.description.text) == ("Lamps", "")


@pytest.mark.parametrize(
    ("title", "site", "kept"),
    [
        ("Lamps | Evening Lantern", "Evening Lantern", "Lamps"),
        ("Lamps - at sea – Evening Lantern", "evening lantern", "Lamps - at sea"),
        ("Evening Lantern", "Evening Lantern", "Evening Lantern"),
        ("Lamps | Something", "Evening Lantern", "Lamps | Something"),
        ("مصابيح | الفانوس", "الفانوس", "مصابيح"),
    ],
)
def test_the_name_of_the_site_is_no_part_of_the_headline(title: str, site: str, kept: str) -> None:
    assert page(og("og:site_name", site) + f"<title>{title}</title>").title.text == kept


def test_entities_are_read_once_more_where_a_system_wrote_them_twice() -> None:
    assert page(ld=article(headline="Ships &amp; lamps &#8211; &lt;b&gt;a view&lt;/b&gt;")).title.text == "Ships & lamps – a view"
    assert page(og("og:title", "Ships &amp;amp; lamps")).title.text == "Ships & lamps"


def test_text_is_text_and_never_html() -> None:
    facts = page(ld=article(headline="A <style>i {}</style>b", articleBody="<p>One <b>two</b></p><p>Three<br>four</p>"))
    assert facts.title.text == "A b"
    assert facts.paragraphs.texts == ("One two", "Three", "four")


def test_marks_that_turn_letters_round_and_controls_are_left_out() -> None:
    assert plain("a\u202eb\x00c\u2066d\ud800e") == "a b c d e"
    assert plain("\u200fمصابيح\u200f") == "\u200fمصابيح\u200f"


def test_arabic_is_kept_as_it_is() -> None:
    facts = page(
        ld=article(headline="مصابيح البحر", articleBody="بدأ كل شيء بمصباح.\nثم صارا اثنين.", inLanguage="ar"), lang="ar"
    )
    assert facts.title.text == "مصابيح البحر" and facts.paragraphs.texts == ("بدأ كل شيء بمصباح.", "ثم صارا اثنين.")


@pytest.mark.parametrize(
    ("charset", "title"), [("windows-1256", "مصابيح"), ("iso-8859-1", "Café"), ("shift_jis", "灯台"), ("utf-16", "Lamps")]
)
def test_other_charsets(charset: str, title: str) -> None:
    body = f"<html><head><title>{title}</title></head></html>".encode(charset)
    assert read(body, {"content-type": f"text/html; charset={charset}"}, URL).title.text == title


def test_a_charset_named_in_the_page() -> None:
    body = '<html><head><meta charset="windows-1256"><title>مصابيح</title></head></html>'.encode("windows-1256")
    assert read(body, {"content-type": "text/html"}, URL).title.text == "مصابيح"


def test_the_canonical_is_read_if_there_is_one_only() -> None:
    link = '<link rel="canonical" href="/lamps">'
    assert page(link).canonical.text == "https://lantern.example/lamps"
    assert not page(link + '<link rel="canonical" href="/other">').canonical


def test_a_password_field_is_noticed() -> None:
    assert page(body="<form><input type=password></form>").asks_password
    assert not page(body="<form><input type=search></form>").asks_password


# --- too much ---------------------------------------------------------------------------------------------------------


def test_an_opening_ends_after_enough_whole_paragraphs() -> None:
    taken = opening("\n".join(["word " * 50] * 10))
    assert [len(text.split()) for text in taken] == [50, 50, 50]


def test_a_text_without_paragraphs_ends_at_a_sentence() -> None:
    (text,) = opening("One two three four five. " * 200)
    assert len(text.split()) <= 240 and text.endswith("five.")
    (text,) = opening("word " * 500)
    assert len(text.split()) <= 241 and text.endswith("…")


def test_long_texts_are_cut_at_a_word() -> None:
    facts = page(og("og:title", "word " * 500) + og("og:description", "word " * 5000))
    assert len(facts.title.text) <= 255 and facts.title.text.endswith("word…")
    assert len(facts.description.text) <= 1000


def test_of_many_authors_the_first_dozen_is_kept() -> None:
    assert len(page(ld=article(author=[f"Author {number}" for number in range(40)])).authors.texts) == 12


@pytest.mark.parametrize(
    "hostile",
    [
        "<div>" * 200_000,
        "<b><p>" * 100_000,
        '<meta name="author" content="x">' * 50_000,
        '<script type="application/ld+json">{}</script>' * 20_000,
        f'<script type="application/ld+json">{json.dumps([{"@type": "Article", "a": [{"b": 1}] * 100}] * 3000)}</script>',
        f'<script type="application/ld+json">{json.dumps(article(headline="<a" * 500_000))}</script>',
        f'<script type="application/ld+json">{json.dumps(article(author="a, " * 300_000))}</script>',
        f'<script type="application/ld+json">{"<!--" * 100_000}</script>',
        f"<title>{' | ' * 300_000}</title><meta property='og:site_name' content='x'>",
        f'<meta property="og:locale" content="{"a-" * 9_000}">',
    ],
)
def test_no_page_holds_a_worker_long(hostile: str) -> None:
    began = time.perf_counter()
    read(hostile.encode(), HTML, URL)
    assert time.perf_counter() - began < 10, "a page must not cost more than the door's own deadline"


def test_facts_survive_the_database() -> None:
    facts = page(OPEN_GRAPH, ld=FULL)
    assert PageFacts.model_validate(json.loads(json.dumps(facts.model_dump(mode="json")))) == facts
