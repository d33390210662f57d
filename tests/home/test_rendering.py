"""HTML that may leave the house: what stays, what goes, and that every address is absolute."""

import pytest

from home.rendering import excerpt, plain, portable, shorten, word_count

ROOT = "https://home.example/"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ('<p>One <b>bold</b> <a href="/a/">link</a></p>', '<p>One <b>bold</b> <a href="https://home.example/a/">link</a></p>'),
        ('<a href="#note-1">1</a>', '<a href="#note-1">1</a>'),
        ('<a href="https://outlet.example/a?b=1&amp;c=2">x</a>', '<a href="https://outlet.example/a?b=1&amp;c=2">x</a>'),
        ('<a href="//cdn.example/a">x</a>', '<a href="https://cdn.example/a">x</a>'),
        ('<a href="mailto:ada@home.example">x</a>', '<a href="mailto:ada@home.example">x</a>'),
        ('<blockquote cite="/source/">x</blockquote>', '<blockquote cite="https://home.example/source/">x</blockquote>'),
        ('<p lang="ar" dir="rtl">مرحبا</p>', '<p lang="ar" dir="rtl">مرحبا</p>'),
        ("<p>a</p><script>alert(1)</script>", "<p>a</p>"),
        ("<style>p{}</style><p>a</p>", "<p>a</p>"),
        ('<p onclick="alert(1)" style="color:red">a</p>', "<p>a</p>"),
        ('<iframe src="https://tube.example/"></iframe><p>a</p>', "<p>a</p>"),
        ("<p>a<!-- note to the editor --></p>", "<p>a</p>"),
        ('<form action="/x"><input name="a"></form>b', "b"),
    ],
)
def test_only_what_a_story_may_hold_is_kept(written: str, kept: str) -> None:
    assert portable(written, ROOT) == kept


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\nscript:alert(1)",
        "\x01javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
    ],
)
def test_an_address_that_would_run_is_dropped(href: str) -> None:
    cleaned = portable(f'<a href="{href}">x</a><img src="{href}" alt="">', ROOT)
    assert "script:" not in cleaned.lower() and "data:" not in cleaned


def test_every_source_of_a_picture_is_absolute() -> None:
    cleaned = portable(
        '<img src="/media/a.jpg" srcset="/media/a.webp 480w, https://cdn.example/b.webp 800w" alt="A" width="4">', ROOT
    )
    assert 'src="https://home.example/media/a.jpg"' in cleaned
    assert 'srcset="https://home.example/media/a.webp 480w, https://cdn.example/b.webp 800w"' in cleaned


def test_footnotes_tables_and_figures_survive() -> None:
    html = (
        '<figure><img src="https://home.example/a.jpg" alt=""><figcaption>A <small class="credit">B</small></figcaption></figure>'
        '<table><caption>C</caption><tbody><tr><th scope="row">D</th><td colspan="2">E</td></tr></tbody></table>'
        '<section class="footnotes" role="doc-endnotes" aria-label="Footnotes"><ol><li id="footnote-1">F</li></ol></section>'
    )
    assert portable(html, ROOT) == html


def test_cleaning_twice_changes_nothing() -> None:
    html = portable('<p>a &amp; b <a href="/x">c</a> <img src="/y.jpg" srcset="/y.webp 480w" alt="d"></p>', ROOT)
    assert portable(html, ROOT) == html


def test_plain_is_text_with_single_spaces() -> None:
    assert plain("<p>One</p>\n<p>two&nbsp;<b>three</b> &amp;   four</p>") == "One two three & four"
    assert plain("") == ""


def test_words_are_counted_as_a_reader_reads_them() -> None:
    assert word_count("<p>One two</p><ul><li>three</li></ul>") == 3
    assert word_count("<p>كان المرفأ خاليًا</p>") == 3
    assert word_count("") == word_count("<p></p>") == 0


def paragraph(count: int) -> str:
    return f"<p>{' '.join(['word'] * count)}</p>"


def test_an_excerpt_is_whole_paragraphs_until_there_are_enough_words() -> None:
    body = "<h2>Heading</h2>" + paragraph(50) + paragraph(50) + paragraph(50)
    assert excerpt(body) == paragraph(50) + "\n" + paragraph(50)
    assert excerpt(body, words=10) == paragraph(50)


def test_an_excerpt_has_no_footnote_marks_and_no_empty_paragraphs() -> None:
    assert excerpt('<p></p><p>One<sup><a href="#n">1</a></sup> two</p>') == "<p>One two</p>"


def test_what_has_no_paragraph_has_no_excerpt() -> None:
    assert excerpt("<figure><img src='a' alt=''></figure>") == "" and excerpt("") == ""


def test_shortening_cuts_at_a_word_and_says_so() -> None:
    assert shorten("One two three", 100) == "One two three"
    assert shorten("One two, three", 10) == "One two…"
    assert len(shorten("word " * 100)) <= 200
    assert shorten("w" * 300).endswith("…")
