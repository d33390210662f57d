"""Who is answered from the page cache, with what, and what is never kept."""

import gzip
from typing import Any

import brotli
import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext, override_settings

from home.page_cache.keys import key_of, only
from home.page_cache.middleware import STORE, PageCache
from home.page_cache.store import Entry, Store
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)
HIT = "Homeward; hit"


def queries(act: Any) -> int:
    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured)


def test_what_was_shown_is_shown_again_without_the_database(ask: Any, board: Any) -> None:
    page = make.original(authors=[make.author(slug="ada")])
    own = 1 if type(board).__name__ == "NoBoard" else 0
    for path in (page.url, "/", page.get_parent().url, "/authors/ada/", "/feeds/atom/", "/sitemap.xml", "/robots.txt"):
        first = ask(path)
        assert first.status_code == 200 and "stored" in first["Cache-Status"], path
        assert queries(lambda path=path: ask(path)) == own, path
        again = ask(path)
        assert again["Cache-Status"] == HIT and again.content == first.content
        # Whole: the policy, the links, and all that the site says around a page.
        kept = {name: value for name, value in again.items() if name != "Cache-Status"}
        assert kept == {name: value for name, value in first.items() if name != "Cache-Status"}
        told = ask(path, if_none_match=first["ETag"])
        assert told.status_code == 304 and told.content == b"" and told["ETag"] == first["ETag"]
        assert queries(lambda path=path, tag=first["ETag"]: ask(path, if_none_match=tag)) == own
        assert told["Cache-Control"] == first["Cache-Control"] and told["Vary"] == "Accept-Encoding"
        head = Client().head(path)
        assert head["Cache-Status"] == HIT and head.content == b"" and head["Content-Length"] == first["Content-Length"]


def test_a_reader_who_has_a_copy_is_told_so_also_when_nobody_asked_before(ask: Any) -> None:
    page = make.original()
    tag = ask(page.url)["ETag"]
    STORE.clear()
    told = ask(page.url, if_none_match=tag)
    assert told.status_code == 304
    assert ask(page.url)["Cache-Status"] == HIT
    assert ask(page.url, if_none_match='"another"').status_code == 200
    assert ask(page.url, if_none_match="*").status_code == 304


def test_each_reader_gets_what_their_browser_unpacks(ask: Any) -> None:
    page = make.original(body=make.paragraphs("Only the lamps knew why. " * 60))
    plain = ask(page.url)
    assert not plain.has_header("Content-Encoding")
    for header, coding, unpack in (("gzip, br", "br", brotli.decompress), ("gzip", "gzip", gzip.decompress)):
        packed = ask(page.url, accept_encoding=header)
        assert packed["Content-Encoding"] == coding and packed["Cache-Status"] == HIT
        assert unpack(packed.content) == plain.content and packed["Content-Length"] == str(len(packed.content))
        assert packed["ETag"] == plain["ETag"] and packed["ETag"].startswith("W/")
    assert not ask(page.url, accept_encoding="br;q=0, identity").has_header("Content-Encoding")


def test_what_a_view_does_not_look_at_makes_no_entry_and_is_never_seen_by_it(ask: Any) -> None:
    page, section = make.original(), make.section("Reviews")
    for path in (page.url, section.url, "/"):
        first = ask(path)
        before = len(STORE.entries)
        for query in ("utm_source=lamp", "fbclid=1", "q=2", "&&", "utm_source=%3Cscript%3E&x=", "q=%FF"):
            answer = ask(f"{path}?{query}")
            assert answer["Cache-Status"] == HIT and answer.content == first.content, query
        assert len(STORE.entries) == before
    # Also where the first who asks has one.
    STORE.clear()
    first = ask(f"{page.url}?utm_source=lamp")
    assert b"utm_source" not in first.content
    assert ask(page.url)["Cache-Status"] == HIT


def test_what_a_view_does_look_at_has_an_entry_of_its_own(ask: Any) -> None:
    ada = make.author(slug="ada")
    for _number in range(21):
        make.original(authors=[ada])
    one, two = ask("/authors/ada/"), ask("/authors/ada/?page=2")
    assert one.content != two.content
    assert ask("/authors/ada/?utm_source=x&page=2").content == two.content
    assert ask("/authors/ada/?page=2&page=1").content == one.content


def test_who_says_who_they_are_is_answered_by_themselves(client: Client, ask: Any) -> None:
    page = make.original()
    ask(page.url)
    client.force_login(make.editor())
    seen = client.get(page.url)
    assert b"wagtail-userbar" in seen.content and not seen.has_header("Cache-Status")
    assert seen["Cache-Control"] == "private, no-cache"
    for path in (page.url, "/", "/feeds/rss/"):
        client.get(path)
    for headers in ({"cookie": "sessionid=guessed"}, {"authorization": "Bearer x"}, {"cookie": "a=b; csrftoken=1"}):
        answer = ask(page.url, **headers)
        assert not answer.has_header("Cache-Status") and answer["Cache-Control"] == "private, no-cache"
    STORE.clear()
    # A cookie that is none of ours says nothing to us.
    strange = ask(page.url, cookie="_ga=1.2; consent=yes")
    assert "stored" in strange["Cache-Status"] and b"userbar" not in strange.content
    assert ask(page.url)["Cache-Status"] == HIT


def test_drafts_previews_private_pages_errors_and_redirects_are_not_kept(client: Client, ask: Any) -> None:
    from wagtail.models import PageViewRestriction

    page, private = make.original(), make.original()
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    editor = make.editor()
    client.force_login(editor)
    draft = make.original("A draft", live=False)
    assert client.get(f"/admin/pages/{draft.pk}/view_draft/").status_code == 200
    assert client.get(private.url).status_code == 200
    for path in (private.url, draft.url, "/nowhere/", page.url.rstrip("/"), f"/admin/pages/{draft.pk}/view_draft/"):
        for _time in range(2):
            answer = ask(path)
            assert answer.status_code in (301, 302, 404) and not answer.has_header("Cache-Status"), path
    assert ask("/", host="evil.example").status_code == 400
    assert Client().post(page.url).has_header("Cache-Status") is False
    assert STORE.entries == {}


def test_hosts_and_schemes_have_entries_of_their_own() -> None:
    keys = {
        key_of(RequestFactory().get("/", headers={"host": host}, secure=secure))
        for host in ("a.example", "A.EXAMPLE", "b.example")
        for secure in (False, True)
    }
    assert len(keys) == 4
    assert only("b=2&a=1&c=3&a=0", ("a", "b")) == "a=0&b=2"


def test_the_memory_is_bounded_and_keeps_what_is_asked_for() -> None:
    store, now = Store(60_000), (b"", 0, 0)

    def entry(size: int) -> Entry:
        return Entry(now, float("inf"), 'W/"x"', (), {"": b"x" * size})

    def key(number: int) -> Any:
        return ("http", "a", f"/{number}/", "")

    for number in range(100):
        store.put(key(number), entry(1_000))
        assert store.get(key(0), now)
    assert len(store.entries) == 15 and store.size <= 60_000
    assert not store.get(key(1), now) and store.get(key(99), now)
    store.put(key(1), entry(10_000))
    assert not store.get(key(1), now), "one page may not drive out all others"
    store.put(key(99), entry(500))
    assert store.size == sum(one.size for one in store.entries.values())


def test_it_can_be_turned_off(ask: Any) -> None:
    page = make.original()
    with override_settings(PAGE_CACHE="off"):
        middleware = PageCache(lambda request: "asked")  # type: ignore[arg-type,return-value]
        assert middleware(RequestFactory().get(page.url)) == "asked"
