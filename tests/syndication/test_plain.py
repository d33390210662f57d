"""Bodies as plain text and as Markdown."""

import pytest

from syndication.renderers.plain import markdown, text

# HTML, plain text, Markdown.
CASES = {
    "paragraphs": ("<p>One.</p><p>Two.</p>", "One.\n\nTwo.", "One.\n\nTwo."),
    "spaces": ("<p>  One \n two&nbsp;three </p>\n", "One two three", "One\ntwo\xa0three"),
    "marks": ("<p>A <strong>bold </strong>and <em>fine</em> <b></b>day</p>", "A bold and fine day", "A **bold** and *fine* day"),
    "link": (
        '<p>See <a href="https://a.example/x_y">the page</a>.</p>',
        "See the page (https://a.example/x_y).",
        "See [the page](https://a.example/x_y).",
    ),
    "link that is its own words": (
        '<p><a href="https://a.example/">https://a.example/</a></p>',
        "https://a.example/",
        "<https://a.example/>",
    ),
    "link with brackets": (
        '<p><a href="https://a.example/a(b)">x</a></p>',
        "x (https://a.example/a(b))",
        "[x](https://a.example/a(b))",
    ),
    "link inside the page": ('<p><a href="#note">1</a></p>', "1", "[1](#note)"),
    "headings": ("<h2>Sea</h2><h3>Ships</h3><p>None.</p>", "Sea\n\nShips\n\nNone.", "## Sea\n\n### Ships\n\nNone."),
    "list": ("<ul><li>One</li><li>Two <em>b</em></li></ul>", "– One\n– Two b", "- One\n- Two *b*"),
    "numbered list": ("<ol><li>One</li><li><p>Two</p></li></ol>", "1. One\n2. Two", "1. One\n2. Two"),
    "list in a list": ("<ul><li>One<ul><li>Two</li></ul></li></ul>", "– One\n\n  – Two", "- One\n  - Two"),
    "quote": ("<blockquote><p>One.</p><p>Two.</p></blockquote>", "    One.\n\n    Two.", "> One.\n>\n> Two."),
    "line break": ("<p>One<br>two</p>", "One\ntwo", "One  \ntwo"),
    "rule": ("<p>One</p><hr><p>Two</p>", "One\n\n* * *\n\nTwo", "One\n\n---\n\nTwo"),
    "code": ("<p><code>x = 1</code></p><pre>a\n  b\n</pre>", "x = 1\n\na\n  b", "`x = 1`\n\n```\na\n  b\n```"),
    "figure": (
        '<figure><img src="https://a.example/i.jpg" alt="A lamp"><figcaption>At night</figcaption></figure>',
        "A lamp\n\nAt night",
        "![A lamp](https://a.example/i.jpg)\n\nAt night",
    ),
    "picture without words": (
        '<figure><img src="https://a.example/i.jpg" alt=""></figure>',
        "",
        "![](https://a.example/i.jpg)",
    ),
    "table": (
        "<table><caption>Ships</caption><tr><th>Year</th><th>Ships</th></tr><tr><td>2018</td><td>0</td></tr></table>",
        "Ships\n\nYear | Ships\n2018 | 0",
        "Ships\n\n| Year | Ships |\n| 2018 | 0 |",
    ),
    "what Markdown would take for marks": (
        "<p>2 * 3 * 4 _x_ [y] &lt;b&gt;</p>",
        "2 * 3 * 4 _x_ [y] <b>",
        "2 \\* 3 \\* 4 \\_x\\_ \\[y\\] \\<b\\>",
    ),
    "what Markdown would take for a list": (
        "<p>- no list</p><p>1. no list</p><p># no heading</p>",
        "- no list\n\n1. no list\n\n# no heading",
        "\\- no list\n\n1\\. no list\n\n\\# no heading",
    ),
    "loose words": (
        "Loose <em>words</em><p>and a paragraph</p>after",
        "Loose words\n\nand a paragraph\n\nafter",
        "Loose *words*\n\nand a paragraph\n\nafter",
    ),
    "comments and scripts": ("<p>One<!-- no --></p><script>no()</script><style>p{}</style>", "One", "One"),
    "right to left": ("<p>كان <strong>المرفأ</strong> خاليًا.</p>", "كان المرفأ خاليًا.", "كان **المرفأ** خاليًا."),
    "nothing": ("", "", ""),
    "empty paragraphs": ("<p></p><p> </p><p>x</p>", "x", "x"),
}


@pytest.mark.parametrize("name", CASES)
def test_html_becomes_plain_text(name: str) -> None:
    assert text(CASES[name][0]) == CASES[name][1]


@pytest.mark.parametrize("name", CASES)
def test_html_becomes_markdown(name: str) -> None:
    assert markdown(CASES[name][0]) == CASES[name][2]
