"""HTML that leaves the house: nothing in it runs, every address is whole, and an excerpt ends where a paragraph ends."""

import pytest
from selectolax.lexbor import LexborHTMLParser

from home.rendering import excerpt, plain, portable, shorten, word_count

ROOT = "https://home.example/"


def attributes(html: str, selector: str) -> dict[str, str | None]:
    """The attributes of the one element."""
    (node,) = LexborHTMLParser(html).css(selector)
    return node.attributes


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        '<img src="x.png" onerror="alert(1)">',
        '<p style="position:fixed">x</p>',
        '<iframe src="https://evil.example"></iframe>',
        "<svg><script>alert(1)</script></svg>",
        '<a href="javascript:alert(1)">x</a>',
        '<a href=" java\nscript:alert(1)">x</a>',
        '<a href="JaVaScRiPt&colon;alert(1)">x</a>',
        '<a href="data:text/html,<script>alert(1)</script>">x</a>',
        '<a href="vbscript:x">x</a>',
        '<blockquote cite="javascript:alert(1)">x</blockquote>',
        '<img src="javascript:alert(1)">',
        '<form action="/"><input name="a"></form>',
        "<style>p{}</style>",
        "<p><!-- <script> --></p>",
        '<base href="https://evil.example/">',
        '<meta http-equiv="refresh" content="0;url=//evil.example">',
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    ],
)
def test_nothing_in_it_runs_or_reaches_elsewhere(html: str) -> None:
    clean = portable(f"<p>before</p>{html}<p>after</p>", ROOT)
    lowered = clean.lower()
    for word in ("script", "onerror", "style=", "iframe", "<svg", "<form", "<input", "data:", "<base", "<meta", "<!--", "<math"):
        assert word not in lowered, clean
    assert "before" in clean and (html.startswith(("<math", "<p><!--")) or "after" in clean)


@pytest.mark.parametrize(
    ("address", "whole"),
    [
        ("/reviews/lamps/", "https://home.example/reviews/lamps/"),
        ("lamps/", "https://home.example/lamps/"),
        ("//other.example/a", "https://other.example/a"),
        ("https://other.example/a?b=1&amp;c=2", "https://other.example/a?b=1&c=2"),
        ("http://other.example", "http://other.example"),
        ("mailto:ada@home.example", "mailto:ada@home.example"),
        ("tel:+213550000000", "tel:+213550000000"),
        ("#footnote-1", "#footnote-1"),
        ("?page=2", "https://home.example/?page=2"),
        ("/مصابيح/", "https://home.example/مصابيح/"),
    ],
)
def test_every_address_is_whole_and_fragments_stay_fragments(address: str, whole: str) -> None:
    assert attributes(portable(f'<p><a href="{address}">x</a></p>', ROOT), "a")["href"] == whole


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("broken", ["http://[", "https://[::1", "//[x"])
def test_an_address_that_cannot_be_read_costs_only_itself(broken: str) -> None:
    html = f'<p>Lamps <a href="{broken}">x</a> <img alt="y" src="{broken}" srcset="{broken} 1x"></p>'
    assert portable(html, ROOT) == '<p>Lamps <a>x</a> <img alt="y"></p>'


def test_a_picture_has_whole_addresses_at_every_width() -> None:
    html = '<img src="/media/a.jpg" srcset="/media/a-480.webp 480w,\n /media/a-960.webp 960w" sizes="94vw" alt="A &quot;b&quot;">'
    found = attributes(portable(html, ROOT), "img")
    assert found["src"] == "https://home.example/media/a.jpg"
    assert found["srcset"] == "https://home.example/media/a-480.webp 480w, https://home.example/media/a-960.webp 960w"
    assert (found["sizes"], found["alt"]) == ("94vw", 'A "b"')


def test_what_a_story_may_hold_passes_unharmed() -> None:
    html = (
        '<h2>Lamps</h2><p lang="ar" dir="rtl">مصباح <em>one</em><br><sup id="a"><a href="#b" role="doc-noteref">1</a></sup></p>'
        '<figure class="quote"><blockquote cite="https://log.example/7"><p>x</p></blockquote><figcaption>y</figcaption></figure>'
        '<ol start="3"><li>z</li></ol><table><tbody><tr><th scope="row" colspan="2">a</th><td>b</td></tr></tbody></table>'
        '<time datetime="2018-05-30">30 May</time><hr>'
    )
    assert portable(html, ROOT) == html
    assert portable(portable(html, ROOT), ROOT) == html, "cleaning twice changes nothing"


def test_links_lead_there_as_they_were_written() -> None:
    found = attributes(portable('<a href="https://a.example" rel="noopener external" target="_blank">x</a>', ROOT), "a")
    assert found == {"href": "https://a.example", "rel": "noopener external"}


# --- text -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("<p>One</p><p>two</p>", "One two"),
        ("<p>a &amp; b &lt;c&gt;</p>", "a & b <c>"),
        ("<p>  much \n\t space </p>", "much space"),
        ("<p></p><p>&nbsp;</p>", ""),
        ("plain", "plain"),
    ],
)
def test_plain_text_has_single_spaces_and_no_markup(html: str, text: str) -> None:
    assert plain(html) == text


def test_words_are_counted_as_a_reader_reads_them() -> None:
    assert word_count("<p>One two</p><ul><li>three</li></ul>") == 3
    assert word_count("") == 0


def test_an_excerpt_is_whole_paragraphs_until_there_are_enough_words() -> None:
    html = "".join(f"<p>{'lamp ' * 50}{number}</p>" for number in range(5))
    taken = LexborHTMLParser(excerpt(html)).css("p")
    assert [node.text()[-1] for node in taken] == ["0", "1"]
    assert excerpt(html, words=1).count("<p>") == 1


def test_an_excerpt_holds_neither_figures_nor_headings_nor_notes() -> None:
    html = (
        "<h2>No</h2><figure><img src='a.jpg'></figure><p> </p>"
        '<p>Lamps<sup><a href="#footnote-1">1</a></sup> and <em>boats</em>.</p><blockquote><p>Said so.</p></blockquote>'
    )
    assert excerpt(html) == "<p>Lamps and <em>boats</em>.</p>"
    assert excerpt("") == excerpt("<h2>No</h2>") == ""


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("short", "short"),
        ("x" * 20, "x" * 20),
        ("The harbour lamps, and boats", "The harbour lamps…"),
        ("y" * 30, "y" * 19 + "…"),
        ("", ""),
    ],
)
def test_a_text_is_shortened_at_a_word_and_never_beyond_its_limit(text: str, short: str) -> None:
    assert shorten(text, 20) == short and len(shorten(text, 20)) <= 20
