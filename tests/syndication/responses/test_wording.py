"""What strangers write, as text and as HTML; and which of it waits. Pure."""

import pytest

from syndication.conversation import Conversation, judge_words
from syndication.wording import as_html, one_line, shortened, tidy

REL = 'rel="nofollow ugc noopener external"'


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("  a\r\nb\rc  ", "a\nb\nc"),
        ("a\n\n\n\n\nb", "a\n\nb"),
        ("a\0\x07b\x1b[31m", "ab[31m"),
        ("ab\u202egnp.exe", "abgnp.exe"),
        ("\ufeffa\ud800b", "ab"),
        ("Z" + "\u0301" * 40, "\u0179" + "\u0301" * 4),
        ("\u0645\u0631\u062d\u0628\u0627\u200f", "\u0645\u0631\u062d\u0628\u0627\u200f"),
        ("می‌خواهم", "می‌خواهم"),
    ],
)
def test_text_is_kept_without_what_turns_or_breaks_it(written: str, kept: str) -> None:
    assert tidy(written) == kept


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a\nb\n\nc", "<p>a<br>b</p><p>c</p>"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ('"><img src=x onerror=alert(1)>', "<p>&quot;&gt;&lt;img src=x onerror=alert(1)&gt;</p>"),
        ("see https://a.example/b.", f'<p>see <a href="https://a.example/b" {REL}><bdi>a.example/b</bdi></a>.</p>'),
        ("(https://a.example/b_(c))", f'<p>(<a href="https://a.example/b_(c)" {REL}><bdi>a.example/b_(c)</bdi></a>)</p>'),
        ("https://a.example/?q=1&b", f'<p><a href="https://a.example/?q=1&amp;b" {REL}><bdi>a.example/?q=1&amp;b</bdi></a></p>'),
        ("javascript:alert(1)", "<p>javascript:alert(1)</p>"),
        (
            'https://a.example/"onmouseover="x',
            f'<p><a href="https://a.example/" {REL}><bdi>a.example</bdi></a>&quot;onmouseover=&quot;x</p>',
        ),
        ("http://", "<p>http://</p>"),
        ("", ""),
    ],
)
def test_text_becomes_paragraphs_and_links_that_vouch_for_nothing(text: str, html: str) -> None:
    assert as_html(text) == html


def test_long_text_is_cut_at_a_word_and_a_name_is_one_line() -> None:
    assert shortened("one two three", 9) == "one two…"
    assert one_line(" Ada\n Lovelace ") == "Ada Lovelace"


@pytest.mark.parametrize(
    ("rules", "text", "known", "verdict"),
    [
        ({}, "Fine.", False, "held"),
        ({}, "Fine.", True, "shown"),
        ({"hold": "none"}, "Fine.", False, "shown"),
        ({"hold": "all"}, "Fine.", True, "held"),
        ({}, "http://a http://b http://c", True, "held"),
        ({}, "http://a www.b.example", True, "shown"),
        ({"held_words": ("pills",)}, "Buy ＰＩＬＬＳ", True, "held"),
        ({"held_words": ("pills",)}, "pi\u200blls", True, "held"),
        ({"refused_words": ("cheap watches",)}, "CHEAP\n watches", True, "refused"),
    ],
)
def test_the_rules_say_what_waits(rules: dict[str, object], text: str, known: bool, verdict: str) -> None:
    assert judge_words(Conversation(**rules), text, known=known)[0] == verdict  # type: ignore[arg-type]
