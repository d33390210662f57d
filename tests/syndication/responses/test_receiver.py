"""The receiver of mentions as one table: what is told to it, what stands at the source, and what becomes of it.

`TAKEN` is asked at once, of addresses alone, by Webmention and by Pingback. `PAGES` and `TALES` are what a visit finds: once,
and one after the other. Every source is somebody's server on loopback.
"""

import gzip
import json
import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from selectolax.lexbor import LexborHTMLParser
from wagtail.actions.create_alias import CreatePageAliasAction
from wagtail.models import Page, PageViewRestriction, Site

from home.models import ArticlePage
from syndication import http, responding
from syndication.errors import DeliveryError
from syndication.models import Notice, Response, Sighting
from syndication.moderating import decide
from syndication.responses import mentions
from syndication.visiting import Visit as Seen
from tests import factories as make
from tests.fakes.partner import BEHAVIOURS, Behaviour, Partner, Visit
from tests.syndication.responses.test_mentions import html, ping, send, visited

pytestmark = pytest.mark.django_db

# --- addresses --------------------------------------------------------------------------------------------------------

HOME = "http://127.0.0.1:8000"


def taken(piece: ArticlePage) -> dict[str, tuple[str, str, int, int | str]]:
    """Source, target, the status by Webmention, the fault by Pingback (a string: it is taken)."""
    url, blog = str(piece.full_url), "https://blog.example/lamps"
    draft, private, expired, offline = make.original(live=False), make.original(), make.original(), make.original()
    PageViewRestriction.objects.create(page=Page.objects.get(pk=private.pk), restriction_type="login")
    Page.objects.filter(pk=expired.pk).update(expire_at=timezone.now() - timedelta(minutes=1))
    offline.unpublish()
    moved = make.original(slug="before")
    before, _now = str(moved.full_url), make.edit(moved, slug="after")
    alias = CreatePageAliasAction(make.original(), update_slug="alias", parent=make.section("Aliases")).execute()
    closed, stub = make.original(responses="closed"), make.stub()
    return {
        "a page elsewhere": (blog, url, 201, "taken"),
        "http": ("http://blog.example/lamps", url, 201, "taken"),
        "with a fragment": (f"{blog}#top", f"{url}#end", 201, "taken"),
        "a query of its own": ("https://blog.example/?p=7&q=a%20b", url, 201, "taken"),
        "letters beyond ASCII": ("https://bücher.example/lämpchen", url, 201, "taken"),
        "punycode": ("https://xn--bcher-kva.example/", url, 201, "taken"),
        "as long as an address may be": (f"https://blog.example/{'a' * 1900}", url, 201, "taken"),
        "our address with a query": (f"{blog}?2", f"{url}?utm_source=lamp", 201, "taken"),
        "our address without its slash": (f"{blog}?3", url.rstrip("/"), 201, "taken"),
        "our address in capitals": (f"{blog}?4", url.replace("http://", "HTTP://"), 201, "taken"),
        "a stub": (blog, str(stub.full_url), 201, "taken"),
        "an address that the piece had before": (blog, before, 201, "taken"),
        "an alias": (blog, str(alias.full_url), 201, "taken"),
        "no source": ("", url, 400, 0),
        "no target": (blog, "", 400, 0),
        "the same page twice": (url, url, 400, 0),
        "the same page but for its fragment": (f"{url}#a", f"{url}#b", 400, 0),
        "no web address": ("lamps", url, 400, 16),
        "ftp": ("ftp://blog.example/lamps", url, 400, 16),
        "a script": ("javascript:alert(1)", url, 400, 16),
        "a data address": ("data:text/html,<a href=x>", url, 400, 16),
        "a file": ("file:///etc/passwd", url, 400, 16),
        "with a password": ("https://me:secret@blog.example/", url, 400, 16),
        "our host before an @": ("http://127.0.0.1:8000@blog.example/", url, 400, 16),
        "a strange port": ("https://blog.example:22/", url, 400, 16),
        "no port at all": ("https://blog.example:99999/", url, 400, 16),
        "a private network": ("http://10.0.0.1/", url, 400, 16),
        "this machine by name": ("http://localhost/", url, 400, 16),
        "the clouds' own address": ("http://169.254.169.254/latest/", url, 400, 16),
        "a number in disguise": ("http://0x7f.1/", url, 400, 16),
        "one number": ("http://2130706433/", url, 400, 16),
        "IPv6 of this machine": ("http://[::1]/", url, 400, 16),
        "IPv4 in IPv6": ("http://[::ffff:10.0.0.1]/", url, 400, 16),
        "a broken host": ("http://[", url, 400, 16),
        "with a line break": ("https://blog.example/\r\nX: y", url, 400, 16),
        "with a null": ("https://blog.example/\0", url, 400, -32700),
        "longer than an address": (f"https://blog.example/{'a' * 3000}", url, 400, 16),
        "our own front page": (f"{HOME}/", url, 400, 49),
        "another piece of ours": (str(stub.full_url), url, 400, 49),
        "somebody else's page": (blog, "https://elsewhere.example/", 400, 33),
        "our host as a prefix": (blog, f"{HOME}.evil.example/reviews/", 400, 33),
        "our host as a name": (blog, f"{HOME}@evil.example/reviews/", 400, 33),
        "the front page as target": (blog, f"{HOME}/", 400, 32),
        "an address under the piece": (blog, f"{url}more/", 400, 32),
        "a piece that is nobody's": (blog, f"{HOME}/reviews/none/", 400, 32),
        "a draft": (blog, str(draft.full_url), 400, 32),
        "a private piece": (blog, str(private.full_url), 400, 32),
        "a piece whose time is over": (blog, str(expired.full_url), 400, 32),
        "a piece that went offline": (blog, str(offline.full_url), 400, 32),
        "a piece that is closed": (blog, str(closed.full_url), 400, 33),
    }


def test_only_what_may_be_a_mention_is_taken_and_each_refusal_has_its_code(
    piece: ArticlePage, monkeypatch: Any, settings: Any
) -> None:
    monkeypatch.setattr(mentions, "LIMIT", 10_000)
    cases = taken(piece)
    settings.SYNDICATION_ALLOWED_NETWORKS = []
    found: dict[str, Any] = {}
    for name, (source, target, _status, fault) in cases.items():
        answer = send(source, target)
        assert answer.content.decode().strip().endswith((".", "/")), name
        Response.objects.all().delete()
        told = ping(source, target)
        found[name] = (source, target, answer.status_code, "taken" if isinstance(fault, str) and isinstance(told, str) else told)
        Response.objects.all().delete()
    assert found == cases


# --- what stands at the source ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """What a source answers and what becomes of its mention; `facts` are what is kept of it.

    A page is the inside of a body, in which {url} is the piece's address; or a behaviour; or a name of one in tests.fakes.
    """

    page: str | Behaviour
    state: str = "held"
    facts: dict[str, str] = field(default_factory=dict)
    head: str = ""


def raw(body: bytes | str, content_type: str = "text/html; charset=utf-8", status: int = 200, **headers: str) -> Behaviour:
    """An answer as it stands. {url} in it is the piece's address, {path} its path."""

    def answer(visit: Visit) -> None:
        text = body if isinstance(body, bytes) else body.encode()
        told = text.replace(b"{url}", _url.encode()).replace(b"{path}", _url.removeprefix(HOME).encode())
        visit.reply(status, told, content_type, **headers)

    return answer


_url = ""
LINK = '<a href="{url}">lamps</a>'


def entry(inside: str) -> str:
    return f'<article class="h-entry">{inside}</article>'


AUTHOR = '<a class="p-author h-card" href="/me">Ann Lee</a>'
SAID = f'<div class="e-content"><p>They {LINK.replace("lamps", "burn")}.</p></div>'
EVIL = "&lt;img src=x onerror=alert(1)&gt;"
BOMB = gzip.compress(b"<p>" + b"x" * 30_000_000)
MANNERS = {"reply": "in-reply-to", "like": "like-of", "repost": "repost-of", "bookmark": "bookmark-of"}


def packed(visit: Visit) -> None:
    visit.reply(200, gzip.compress(f'<p>Read <a href="{_url}">this</a> tonight.</p>'.encode()), content_encoding="gzip")


def bomb(visit: Visit) -> None:
    visit.reply(200, BOMB, content_encoding="gzip")


PAGES: dict[str, Case] = {
    # Where the link stands.
    "a plain link": Case(f"<p>Read {LINK} tonight, it is short.</p>", facts={"text": "Read lamps tonight, it is short."}),
    "a link without quotes": Case("<a href={url}>lamps</a>"),
    "a link that vouches for nothing": Case('<a href="{url}" rel="nofollow ugc">lamps</a>'),
    "in an area of a map": Case('<map name="m"><area href="{url}" alt="lamps"></map>'),
    "as a picture": Case('<img src="{url}" alt="">'),
    "as what a quotation cites": Case('<blockquote cite="{url}">The harbour was empty.</blockquote>'),
    "with a query": Case('<a href="{url}?utm_source=blog">lamps</a>'),
    "with a fragment": Case('<a href="{url}#notes">lamps</a>'),
    "by https": Case('<a href="{https}">lamps</a>'),
    "without its scheme": Case(raw('<p>Read <a href="//127.0.0.1:8000{path}">this</a></p>')),
    "relative to a base": Case('<a href="{path}">lamps</a>', head=f'<base href="{HOME}/">'),
    "in entities": Case(raw('<a href="{url}&#63;a&#61;b">lamps</a>')),
    "relative to another base": Case('<a href="{path}">lamps</a>', "refused", head='<base href="https://blog.example/">'),
    "relative to itself": Case('<a href="{path}">lamps</a>', "refused"),
    "no link": Case("<p>Nothing here.</p>", "refused"),
    "an empty page": Case(raw(""), "refused"),
    "nothing at all": Case(raw("", status=204), "refused"),
    "our address as a prefix": Case('<a href="{url}more/">x</a>', "refused"),
    "our address with a dot more": Case('<a href="{url}.evil.example">x</a>', "refused"),
    "our address as a parameter": Case('<a href="https://share.example/?u={url}">x</a>', "refused"),
    "our address as a fragment": Case('<a href="https://share.example/#{url}">x</a>', "refused"),
    "our address as mere text": Case("<p>{url}</p>", "refused"),
    "our address as shown source": Case('<pre>&lt;a href="{url}"&gt;x&lt;/a&gt;</pre>', "refused"),
    "in a comment": Case(f"<!-- {LINK} -->", "refused"),
    "in a script": Case(f"<script>var a = '{LINK}'</script>", "refused"),
    "in a style": Case(f"<style>{LINK}</style>", "refused"),
    "in a template": Case(f"<template>{LINK}</template>", "refused"),
    "for who has no scripts": Case(f"<noscript>{LINK}</noscript>", "refused"),
    "in a field to write in": Case(f"<textarea>{LINK}</textarea>", "refused"),
    "in another attribute": Case('<p title="{url}" data-href="{url}">x</p>', "refused"),
    "as the target of a form": Case('<form action="{url}"></form>', "refused"),
    "as where it sends its readers": Case("x", "refused", head='<meta http-equiv="refresh" content="0;url={url}">'),
    "in another's canonical": Case(LINK, head='<link rel="canonical" href="https://blog.example/">'),
    # What it says.
    "an entry": Case(
        entry(f'<h1 class="p-name">On lamps</h1>{AUTHOR}{SAID}'),
        facts={"name": "Ann Lee", "title": "On lamps", "text": "They burn.", "url": "{blog}/me", "manner": "mention"},
    ),
    "a second page of that author": Case(entry(f"{AUTHOR}{SAID}"), facts={"name": "Ann Lee", "text": "They burn."}),
    "an author with a photograph": Case(
        entry(f'<span class="p-author h-card"><img class="u-photo" src="/me.jpg" alt="Ann Lee"></span>{SAID}'),
        facts={"name": "Ann Lee", "url": ""},
    ),
    **{
        f"a {manner}": Case(
            entry(f'<a class="u-{name}" href="{{url}}">x</a><p class="p-content">True!</p>'), facts={"manner": manner}
        )
        for manner, name in MANNERS.items()
    },
    "an answer to another page": Case(
        entry(f'<a class="u-in-reply-to" href="https://blog.example/">x</a>{SAID}'), facts={"manner": "mention"}
    ),
    "no name for its title": Case(entry(f'<h1 class="p-name"></h1>{AUTHOR}{SAID}'), facts={"title": "", "text": "They burn."}),
    "a day that is to come": Case(
        entry(f'<time class="dt-published" datetime="2099-01-01">soon</time>{SAID}'), facts={"text": "They burn."}
    ),
    "a day that never was": Case(
        entry(f'<time class="dt-published" datetime="never">x</time>{SAID}'), facts={"text": "They burn."}
    ),
    "no end of text": Case(entry(f'<div class="e-content">{LINK} {"word " * 5_000}</div>')),
    # What it does to us.
    "markup in each field": Case(
        entry(
            f'<h1 class="p-name">{EVIL}</h1><a class="p-author h-card" href="javascript:alert(1)">{EVIL}</a>'
            f'<div class="e-content">{EVIL} {LINK}</div>'
        ),
        facts={"name": "<img src=x onerror=alert(1)>", "title": "", "url": "", "text": "<img src=x onerror=alert(1)> lamps"},
    ),
    "scripts in what it says": Case(
        entry(f'<div class="e-content">So {LINK}<script>alert(1)</script><style>a{{}}</style></div>'), facts={"text": "So lamps"}
    ),
    "an author at a data address": Case(
        entry(f'<a class="p-author h-card" href="data:text/html,x">Ann</a>{SAID}'), facts={"name": "Ann", "url": ""}
    ),
    "letters that turn what follows": Case(
        entry(f'<span class="p-author">Ann\u202e eeL\u2066</span><div class="e-content">a\u202eb\u2067 {LINK}</div>'),
        facts={"name": "Ann eeL", "text": "ab lamps"},
    ),
    "a tower of marks": Case(entry(f'<span class="p-author">Z{"́" * 60}</span>{SAID}'), facts={"name": "Ź́́́́"}),
    "tags without end": Case("<div>" * 60_000 + LINK),
    "attributes without end": Case(raw(b"<a " + b" ".join(b"a%d=1" % n for n in range(60_000)) + b">x</a>"), "refused"),
    "entries within entries": Case('<div class="h-entry">' * 500 + LINK, facts={"manner": "mention"}),
    # How it comes.
    "text": Case(raw("See {url}.", "text/plain"), facts={"title": "", "text": ""}),
    "text with our address as a prefix": Case(raw("See {url}more.", "text/plain"), "refused"),
    "JSON": Case(raw('{"in-reply-to": "{url}"}', "application/json")),
    "JSON as PHP writes it": Case(lambda visit: raw(json.dumps([_url]).replace("/", "\\/"), "application/json")(visit)),
    "JSON that holds a page": Case(raw(json.dumps({"content_html": LINK}), "application/feed+json")),
    "JSON with our address as a prefix": Case(raw('{"a": "{url}more/"}', "application/json"), "refused"),
    "JSON that is none": Case(raw('{"a": {url}', "application/json"), "refused"),
    "a PDF": Case(raw("%PDF-1.7 {url}", "application/pdf"), "refused"),
    "a picture": Case(raw("{url}", "image/png"), "refused"),
    "no type": Case(raw(f"<p>Read {LINK} tonight, it is short.</p>", "")),
    "XHTML": Case(raw(f"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'>{LINK}</html>", "application/xhtml+xml")),
    "Windows-1252": Case(
        raw(entry(f'<span class="p-author">Zoë</span>{SAID}').encode("cp1252"), "text/html; charset=windows-1252"),
        facts={"name": "Zoë"},
    ),
    "a charset named in the page": Case(
        raw(
            b'<meta charset="shift_jis">' + entry(f'<span class="p-author">宮沢賢治</span>{SAID}').encode("shift_jis"),
            "text/html",
        ),
        facts={"name": "宮沢賢治"},
    ),
    "a charset that is none": Case(raw(f"<p>{LINK}</p>", "text/html; charset=nonsense")),
    "bytes that are no text": Case(raw(b"\xff\xfe\x00\x80\xc0" * 50, "text/html; charset=utf-8"), "refused"),
    "packed": Case(packed),
    "a redirect to a page that was told": Case(lambda visit: visit.reply(301, location="/an-entry"), "refused"),
    # What tells nothing, so that it is visited again.
    "a bomb": Case(bomb, "waiting"),
    "never answers": Case("hang", "waiting"),
    "ever slower": Case("drip_body", "waiting"),
    "a drip of headers": Case("drip_headers", "waiting"),
    "never ends": Case("endless_body", "waiting"),
    "far too long": Case("huge_body", "waiting"),
    "headers without end": Case("endless_headers", "waiting"),
    "redirects in a circle": Case(lambda visit: visit.reply(302, location=visit.path), "waiting"),
    "redirects without end": Case("redirect_loop", "waiting"),
    "redirects nowhere": Case("redirect_nowhere", "waiting"),
    "redirects inwards": Case(lambda visit: visit.reply(302, location="http://10.0.0.1/"), "waiting"),
    "redirects to this machine": Case(lambda visit: visit.reply(302, location="http://[::1]/"), "waiting"),
    "redirects to a file": Case(lambda visit: visit.reply(302, location="file:///etc/passwd"), "waiting"),
    "breaks off": Case("reset_mid_body", "waiting"),
    "no HTTP": Case("garbage", "waiting"),
    "a fault": Case("status/500", "waiting"),
    "asks for patience": Case("slow_down/30", "waiting"),
    "forbidden": Case("status/403", "waiting"),
    "not there": Case("status/404", "waiting"),
    "gone": Case("status/410", "waiting"),
    "behind a log-in": Case("login_page", "refused"),
    # Copies: seen, never said.
    "a copy that names its home": Case(LINK, "refused", head='<link rel="canonical" href="{url}">'),
    "redirects to the piece itself": Case(lambda visit: visit.reply(302, location=_home.url("/piece")), "refused"),
}
_home: Partner


def test_a_table_of_what_may_stand_at_a_source(
    piece: ArticlePage, blog: Partner, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    global _url, _home
    _url = str(piece.full_url)
    monkeypatch.setattr(mentions, "LIMIT", 10_000)
    monkeypatch.setattr(mentions, "LIMIT_OF_ALL", 10_000)
    monkeypatch.setattr(responding, "MOST_OF_HOST", 10_000)
    monkeypatch.setattr(responding, "visit", hurried)
    with Partner() as _home:
        settings.SYNDICATION_ALLOWED_PORTS += [_home.port]
        root = Site.objects.get().root_page
        Site.objects.create(hostname="127.0.0.1", port=_home.port, root_page=root)
        _home.routes["/piece"] = html(f'<a href="{_url}">x</a>', f'<link rel="canonical" href="{_url}">')
        for name, case in PAGES.items():
            blog.routes[path(name)] = answer_of(case)
            assert send(blog.url(path(name)), _url).status_code == 201, name
        begun = time.monotonic()
        visited()
        assert time.monotonic() - begun < 30
    rows = {row.source.removeprefix(blog.url("")): row for row in Response.objects.all()}
    found = {name: rows[path(name)] for name in PAGES}
    assert {name: row.state for name, row in found.items()} == {name: case.state for name, case in PAGES.items()}
    for name, row in found.items():
        expected = {key: value.replace("{blog}", blog.url("")) for key, value in PAGES[name].facts.items()}
        assert {key: getattr(row, key) for key in expected} == expected, name
        assert len(row.text) <= 501 and row.sentence, name
    assert [seen.url for seen in Sighting.objects.all()] == [blog.url(path("a copy that names its home"))]
    assert Notice.objects.open().get(kind="responses").uid == piece.uid
    decide([row.pk for row in rows.values()], "shown", None)
    assert_harmless(Client().get(piece.url).content.decode(), sum(case.state == "held" for case in PAGES.values()))
    assert not Notice.objects.open().filter(kind="responses").exists()


def path(name: str) -> str:
    return "/" + name.replace(" ", "-").replace("'", "")


def answer_of(case: Case) -> Behaviour:
    if callable(case.page):
        return case.page
    name, _, argument = case.page.partition("/")
    if name in BEHAVIOURS:

        def behave(visit: Visit) -> None:
            visit.argument = argument
            BEHAVIOURS[name](visit)

        return behave
    facts = {"{url}": _url, "{https}": _url.replace("http:", "https:"), "{path}": _url.removeprefix(HOME)}
    text, head = case.page, case.head
    for key, value in facts.items():
        text, head = text.replace(key, value), head.replace(key, value)
    return html(text, head)


def hurried(url: str) -> Seen:
    """A visit with less patience than ours: the slowest of the table would hold it for minutes."""
    try:
        return Seen(url, http.fetch(url, deadline=1.0, max_bytes=1_300_000, max_decoded=1_300_000))
    except DeliveryError as problem:
        return Seen(url, problem=problem.sentence)


def assert_harmless(page: str, count: int) -> None:
    tree = LexborHTMLParser(page)
    thread = tree.css_first("#responses")
    assert thread is not None and f"{count} thoughts on" in thread.text()
    assert not thread.css("script, img, iframe, svg, style, object, form, base, meta")
    for node in thread.css("*"):
        assert not [name for name in node.attributes if name.startswith("on") or name == "style"]
        assert (node.attributes.get("href") or "#").startswith(("http:", "https:", "#", "/responses/"))
    assert "2099" not in thread.text() and "\u202e" not in page


# --- one visit after the other ----------------------------------------------------------------------------------------


def says(word: str) -> Behaviour:
    """A page with an entry that says so; the piece's address is the test's own."""
    said = f'<article class="h-entry"><div class="e-content">They {word} <a href="{{url}}">here</a>.</div></article>'
    return raw(said)


NOTHING = html("<p>Nothing.</p>")
# What a source answers, one visit after the other, and the state after each; a word is what a moderator decides.
TALES: dict[str, list[tuple[Behaviour | str, str]]] = {
    "it is let through": [(says("burn"), "held"), ("shown", "shown")],
    "it changes": [(says("burn"), "held"), ("shown", "shown"), (says("go out"), "shown")],
    "not there, then there": [(html("", status=404), "waiting"), (says("burn"), "held")],
    "a fault, then there": [(html("", status=503), "waiting"), (says("burn"), "held")],
    "never there": [(html("", status=404), "waiting"), (html("", status=404), "refused")],
    "gone": [(says("burn"), "held"), ("shown", "shown"), (html("", status=410), "shown"), (html("", status=410), "gone")],
    "gone for a moment": [
        *((says("burn"), "held"), ("shown", "shown"), (html("", status=404), "shown"), (says("burn"), "shown")),
        (html("", status=404), "shown"),
    ],
    "gone, then back": [
        *((says("burn"), "held"), ("shown", "shown"), (html("", status=410), "shown"), (html("", status=410), "gone")),
        (says("burn"), "shown"),
    ],
    "its link taken back": [(says("burn"), "held"), ("shown", "shown"), (NOTHING, "gone"), (says("burn"), "shown")],
    "taken back while it waits": [(says("burn"), "held"), (NOTHING, "gone"), (says("burn"), "held")],
    "rejected, and tells again": [(says("burn"), "held"), ("rejected", "rejected"), (says("burn"), "rejected")],
    "spam, and gone": [(says("burn"), "held"), ("spam", "spam"), (NOTHING, "spam")],
    "an outage": [(says("burn"), "held"), ("shown", "shown"), (html("", status=503), "shown")],
}


@pytest.mark.parametrize("name", TALES)
def test_a_table_of_what_becomes_of_it_later(piece: ArticlePage, blog: Partner, name: str) -> None:
    global _url
    _url = str(piece.full_url)
    states = []
    for step, _state in TALES[name]:
        if isinstance(step, str):
            decide(list(Response.objects.values_list("pk", flat=True)), step, None)
        else:
            blog.routes["/p"] = step
            send(blog.url("/p"), _url)
            visited()
        states.append(Response.objects.get().state)
    assert states == [state for _step, state in TALES[name]]


def test_one_page_is_one_response_however_it_is_called(piece: ArticlePage, blog: Partner) -> None:
    global _url
    _url = str(piece.full_url)
    blog.routes["/post"] = says("burn")
    blog.routes["/short"] = lambda visit: visit.reply(301, location="/post")
    for address in ("/short", "/post", "/short", "/post#top"):
        send(blog.url(address), _url)
        visited()
    shown = Response.objects.exclude(state="refused")
    assert [(row.source, row.state) for row in shown] == [(blog.url("/post"), "held")]
    (second,) = Response.objects.filter(state="refused")
    assert "stands here already" in second.sentence
    blog.routes["/post"] = says("go out")
    send(blog.url("/short"), _url)
    visited()
    assert shown.get().text == "They go out here."


def test_who_is_known_is_where_the_page_stands_and_not_who_leads_there(piece: ArticlePage, blog: Partner) -> None:
    """Whoever finds an open redirect of a site that we know gains nothing by it."""
    global _url
    _url = str(piece.full_url)
    blog.routes["/known"] = says("burn")
    send(blog.url("/known"), _url)
    visited()
    decide([Response.objects.get().pk], "shown", None)
    blog.routes["/out"] = lambda visit: visit.reply(302, location=blog.url("/evil", host="localhost"))
    blog.routes["/evil"] = says("sell")
    send(blog.url("/out"), _url)
    visited()
    row = Response.objects.get(text="They sell here.")
    assert (row.host, row.state) == (f"localhost:{blog.port}", "held")
