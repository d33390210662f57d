"""Where a page says that it takes webmentions: the cases of the specification and of its test suite, and some worse ones."""

import pytest

from syndication.connectors.discovery import endpoint_of
from syndication.http import Response

PAGE = "https://blog.example/posts/7"
HERE = "https://blog.example/hook"


def head(markup: str, body: str = "<p>A post</p>") -> str:
    return f"<!doctype html><html><head><title>A post</title>{markup}</head><body>{body}</body></html>"


def body(markup: str) -> str:
    return head("", f"<p>Before</p>{markup}<p>After</p>")


# Name: Link header, page, endpoint.
CASES: dict[str, tuple[str, str, str | None]] = {
    "nothing": ("", head(""), None),
    "header, unquoted, relative": ("</hook>; rel=webmention", head(""), HERE),
    "header, unquoted, absolute": (f"<{HERE}>; rel=webmention", head(""), HERE),
    "header, quoted": (f'<{HERE}>; rel="webmention"', head(""), HERE),
    "header, several relations": (f'<{HERE}>; rel="webmention somethingelse"', head(""), HERE),
    "header, relation in capitals": (f'<{HERE}>; REL="WebMention"', head(""), HERE),
    "header, other links before it": (f'<https://blog.example/error>; rel="other", <{HERE}>; rel="webmention"', head(""), HERE),
    "header, other parameters": (f'<{HERE}>; title="a, b; c"; rel="webmention"', head(""), HERE),
    "header, spaces": (f"  < {HERE} > ;  rel = webmention", head(""), HERE),
    "header, only the first rel counts": (f'<{HERE}>; rel="other"; rel="webmention"', head(""), None),
    "header, similar relation": (f'<{HERE}>; rel="not-webmention"', head(""), None),
    "header, the link of another page": (f'<{HERE}>; rel="webmention"; anchor="/elsewhere"', head(""), None),
    "header, empty": ('<>; rel="webmention"', head(""), PAGE),
    "header, two of them: the first": (f'<{HERE}>; rel="webmention", </error>; rel="webmention"', head(""), HERE),
    "header before link and a": (
        "</hook>; rel=webmention",
        head('<link rel="webmention" href="/error">', '<a rel="webmention" href="/error">a</a>'),
        HERE,
    ),
    "header that leads nowhere, then a link": (
        '<mailto:a@blog.example>; rel="webmention"',
        head('<link rel="webmention" href="/hook">'),
        HERE,
    ),
    "header, cut off": ("<https://blog.example/hook; rel=webmention", head(""), None),
    "link, relative": ("", head('<link rel="webmention" href="/hook">'), HERE),
    "link, absolute": ("", head(f'<link href="{HERE}" rel="webmention">'), HERE),
    "link, relative to the path": ("", head('<link rel="webmention" href="7/hook">'), "https://blog.example/posts/7/hook"),
    "link, dots": ("", head('<link rel="webmention" href="../hook">'), HERE),
    "link, no scheme": ("", head('<link rel="webmention" href="//blog.example/hook">'), HERE),
    "link, several relations": ("", head('<link rel="webmention somethingelse" href="/hook">'), HERE),
    "link, capitals": ("", head('<LINK REL="WEBMENTION" HREF="/hook">'), HERE),
    "link, no quotes": ("", head("<link rel=webmention href=/hook>"), HERE),
    "link, spaces around": ("", head('<link rel=" webmention\n" href=" /hook ">'), HERE),
    "link, empty": ("", head('<link rel="webmention" href="">'), PAGE),
    "link, no value": ("", head('<link rel="webmention" href>'), PAGE),
    "link without href, then a": ("", head('<link rel="webmention">', '<a rel="webmention" href="/hook">a</a>'), HERE),
    "link with a query": ("", head('<link rel="webmention" href="/hook?query=yes&amp;b=1">'), f"{HERE}?query=yes&b=1"),
    "link with a fragment": ("", head('<link rel="webmention" href="/hook#here">'), HERE),
    "link, similar relation, then a": (
        "",
        head('<link rel="not-webmention" href="/error">', '<a rel="webmention" href="/hook">a</a>'),
        HERE,
    ),
    "link in the body": ("", body('<link rel="webmention" href="/hook">'), HERE),
    "link by a base": (
        "",
        head('<base href="https://other.example/x/"><link rel="webmention" href="hook">'),
        "https://other.example/x/hook",
    ),
    "link by a relative base": ("", head('<base href="/x/"><link rel="webmention" href="hook">'), "https://blog.example/x/hook"),
    "link by a base that is none": ("", head('<base href="javascript:1"><link rel="webmention" href="/hook">'), HERE),
    "a, relative": ("", body('<a rel="webmention" href="/hook">tell us</a>'), HERE),
    "a, absolute": ("", body(f'<a href="{HERE}" rel="webmention nofollow">tell us</a>'), HERE),
    "a before link": ("", body('<a rel="webmention" href="/hook">a</a><link rel="webmention" href="/error">'), HERE),
    "link before a": ("", body('<link rel="webmention" href="/hook"><a rel="webmention" href="/error">a</a>'), HERE),
    "a in a comment": ("", body('<!-- <a rel="webmention" href="/error">a</a> --><a rel="webmention" href="/hook">a</a>'), HERE),
    "only in a comment": ("", head('<!-- <link rel="webmention" href="/error"> -->'), None),
    "escaped": ("", body('<code>&lt;a rel="webmention" href="/error"&gt;</code><a rel="webmention" href="/hook">a</a>'), HERE),
    "in a script": ("", head("""<script>let x = '<link rel="webmention" href="/error">'</script>"""), None),
    "in a textarea": ("", body('<textarea><a rel="webmention" href="/error">a</a></textarea>'), None),
    "on another element": ("", body('<b rel="webmention" href="/error">b</b>'), None),
    "an area is none": ("", body('<area rel="webmention" href="/error">'), None),
    "javascript": ("", head('<link rel="webmention" href="javascript:alert(1)">'), None),
    "a broken address, then a good one": (
        "",
        head('<link rel="webmention" href="http://[/"><link rel="webmention" href="/hook">'),
        HERE,
    ),
    "tag soup": ("", "<title>x<p></title><a rel=webmention href=/hook>", HERE),
    "no markup at all": ("", "", None),
}


def test_there_are_cases_enough() -> None:
    assert len(CASES) >= 30


@pytest.mark.parametrize("name", CASES)
def test_the_endpoint_is_found_as_the_specification_says(name: str) -> None:
    header, page, endpoint = CASES[name]
    headers = {"content-type": "text/html; charset=utf-8", **({"link": header} if header else {})}
    assert endpoint_of(Response(200, PAGE, headers, page.encode()), "webmention") == endpoint


@pytest.mark.parametrize("kind", ["application/json", "image/svg+xml", "text/plain", "application/pdf"])
def test_of_what_is_no_page_only_the_header_is_read(kind: str) -> None:
    page = head('<link rel="webmention" href="/error">').encode()
    assert endpoint_of(Response(200, PAGE, {"content-type": kind}, page), "webmention") is None
    headers = {"content-type": kind, "link": "</hook>; rel=webmention"}
    assert endpoint_of(Response(200, PAGE, headers, page), "webmention") == HERE


def test_a_page_in_another_charset_is_read() -> None:
    page = head('<link rel="webmention" href="/hook">', "<p>مرفأ</p>").encode("utf-16")
    assert endpoint_of(Response(200, PAGE, {"content-type": "text/html"}, page), "webmention") == HERE


def test_letters_beyond_ascii_in_a_header_are_utf_8() -> None:
    headers = {"link": "</hook/é>; rel=webmention".encode().decode("latin-1")}
    assert endpoint_of(Response(200, PAGE, headers, b""), "webmention") == "https://blog.example/hook/é"


def test_any_relation_can_be_asked_for() -> None:
    page = head('<link rel="webmention" href="/hook"><link rel="micropub" href="/pub">').encode()
    assert endpoint_of(Response(200, PAGE, {"content-type": "text/html"}, page), "micropub") == "https://blog.example/pub"
