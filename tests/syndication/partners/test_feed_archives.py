"""Archives of an outlet's feeds (RFC 5005), and asking again: what a client relies on that reads on where it stopped."""

from collections.abc import Callable
from typing import Any

import feedparser
import pytest
from django.test import Client

from syndication import archiving
from syndication.archiving import closed_volume, open_volume
from syndication.models import Archive, Outlet, Republication
from tests import factories as make
from tests.syndication.partners.shelves import DIALECTS, ROOT, gone, ids, lay, links, passed, path_of, puller, token

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def small_volumes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archiving, "BOUND", 3)


@pytest.fixture
def weekly() -> Outlet:
    return puller()


@pytest.fixture
def key(weekly: Outlet) -> str:
    return token(weekly)


def crawl(client: Client, path: str) -> list[list[str]]:
    """The ids in a feed and in each archive before it, as a client of RFC 5005 reads them."""
    told = [ids(client, path)]
    while before := links(client.get(path)).get("prev-archive"):
        path = path_of(before)
        told.append(ids(client, path))
    return told


# --- archives -----------------------------------------------------------------------------------------------------------


def test_the_feed_and_its_archives_hold_every_piece_once(client: Client, weekly: Outlet, key: str) -> None:
    newest_first = [edition.uid.urn for edition in reversed(lay(weekly, 11))]
    for dialect in DIALECTS:
        told = crawl(client, f"/partners/feeds/{key}/{dialect}/")
        assert [len(document) for document in told] == [5, 3, 3]
        assert [uid for document in told for uid in document] == newest_first


def test_an_archive_says_so_and_where_the_feed_itself_is(client: Client, weekly: Outlet, key: str) -> None:
    lay(weekly, 11)
    root = f"{ROOT}/partners/feeds/{key}"
    for dialect in DIALECTS:
        here = f"{root}/{dialect}/"
        assert links(client.get(path_of(here))) == {"self": here, "hub": f"{ROOT}/hub/", "prev-archive": f"{here}archive/2/"}
        newest, oldest = (client.get(path_of(f"{here}archive/{number}/")) for number in (2, 1))
        assert links(newest) == {"self": f"{here}archive/2/", "current": here, "prev-archive": f"{here}archive/1/"}
        assert links(oldest) == {"self": f"{here}archive/1/", "current": here, "next-archive": f"{here}archive/2/"}
    for dialect in ("rss", "atom"):
        feed, archive = (client.get(f"/partners/feeds/{key}/{dialect}/{place}").content for place in ("", "archive/1/"))
        assert b"<fh:archive" in archive and b"<fh:archive" not in feed
        told = {link.rel: link.href for link in feedparser.parse(feed).feed.links}
        assert told["prev-archive"] == f"{root}/{dialect}/archive/2/"
    told = client.get(f"/partners/feeds/{key}/json/archive/2/").json()
    assert told["next_url"] == f"{root}/json/archive/1/"
    assert told["_syndication"] == {"archive": True, "current": f"{root}/json/"}


def test_news_changes_no_byte_of_an_archive(client: Client, weekly: Outlet, key: str) -> None:
    lay(weekly, 8)
    paths = [f"/partners/feeds/{key}/{dialect}/archive/1/" for dialect in DIALECTS]
    client.get(f"/partners/feeds/{key}/rss/")
    before = [(client.get(path).content, client.get(path)["ETag"]) for path in paths]
    lay(weekly, 4)
    client.get(f"/partners/feeds/{key}/rss/")
    assert Archive.objects.count() == 3
    assert [(client.get(path).content, client.get(path)["ETag"]) for path in paths] == before


@pytest.mark.parametrize("act", ["edit", "withdraw"])
def test_what_changes_leaves_its_archive_and_stands_in_the_feed(act: str, client: Client, weekly: Outlet, key: str) -> None:
    pages = [make.original() for _number in range(8)]
    passed(hours=1)
    paths = [f"/partners/feeds/{key}/{dialect}/" for dialect in DIALECTS]
    client.get(paths[0])
    assert [pages[1].uid.urn in ids(client, f"{path}archive/1/") for path in paths] == [True] * len(paths)
    if act == "edit":
        make.edit(pages[1], title="Otherwise")
    else:
        pages[1].unpublish()
    for path in paths:
        assert ids(client, f"{path}archive/1/") == [pages[2].uid.urn, pages[0].uid.urn], "what it was is told no more"
        assert gone(client, f"{path}archive/1/") == []
        assert (ids if act == "edit" else gone)(client, path)[0] == pages[1].uid.urn


def test_a_tombstone_is_archived_as_any_change_is(client: Client, weekly: Outlet, key: str) -> None:
    page = make.original()
    client.get(f"/partners/feeds/{key}/rss/")
    page.unpublish()
    passed(hours=1)
    lay(weekly, 8)
    client.get(f"/partners/feeds/{key}/rss/")
    for dialect in DIALECTS:
        assert gone(client, f"/partners/feeds/{key}/{dialect}/archive/1/") == [page.uid.urn]


def test_what_may_be_carried_no_longer_is_in_no_archive_though_no_sweep_came_by(client: Client, weekly: Outlet, key: str) -> None:
    first = lay(weekly, 8)[0]
    client.get(f"/partners/feeds/{key}/rss/")
    Republication.objects.filter(uid=first.uid).update(ends_at="2020-01-01T00:00:00Z")
    for dialect in DIALECTS:
        assert first.uid.urn not in client.get(f"/partners/feeds/{key}/{dialect}/archive/1/").content.decode()


def test_what_has_not_settled_stays_in_the_open_volume_and_no_volume_of_another_outlet_is_seen(
    client: Client, weekly: Outlet
) -> None:
    lay(weekly, 8)
    Republication.objects.update(changed_at="2020-01-01T00:00:00Z")
    assert len(open_volume(weekly).heads) == 5, "the same moment is no hindrance"
    assert len(closed_volume(weekly, 1).heads) == 3
    other = puller("Other", website="https://other.example")
    assert client.get(f"/partners/feeds/{token(other)}/rss/archive/1/").status_code == 404
    for _number in range(8):
        make.original()
    assert len(open_volume(other).heads) == 8 and not Archive.objects.filter(outlet=other).exists()


def test_who_was_away_finds_all_that_changed_before_the_first_archive_it_knows(client: Client, weekly: Outlet, key: str) -> None:
    pages, path = [make.original() for _number in range(8)], f"/partners/feeds/{key}/atom/"
    passed(hours=1)
    known = {path_of(links(client.get(path))["prev-archive"])}
    changed = [make.edit(page, title="Otherwise").uid.urn for page in pages[:5]]
    passed(hours=1)
    changed += [edition.uid.urn for edition in lay(weekly, 5)]
    found: list[str] = []
    while path not in known:
        found += ids(client, path)
        path = path_of(links(client.get(path))["prev-archive"])
    assert set(changed) <= set(found)


# --- asking again -------------------------------------------------------------------------------------------------------


def test_a_table_of_conditional_requests(client: Client, weekly: Outlet, key: str) -> None:
    lay(weekly, 8)
    for dialect in DIALECTS:
        path = f"/partners/feeds/{key}/{dialect}/"
        first = client.get(path)
        tag, since = first["ETag"], first["Last-Modified"]
        assert tag.startswith('W/"')
        table: list[tuple[dict[str, str], int]] = [
            ({}, 200),
            ({"if-none-match": tag}, 304),
            ({"if-none-match": tag.removeprefix("W/")}, 304),
            ({"if-none-match": f'"a", {tag}, W/"b"'}, 304),
            ({"if-none-match": "*"}, 304),
            ({"if-none-match": '"a"'}, 200),
            ({"if-none-match": '"a"', "if-modified-since": since}, 200),
            ({"if-none-match": tag, "if-modified-since": "Mon, 01 Jan 2001 00:00:00 GMT"}, 304),
            ({"if-modified-since": since}, 304),
            ({"if-modified-since": "Mon, 01 Jan 2001 00:00:00 GMT"}, 200),
            ({"if-modified-since": "yesterday"}, 200),
            ({"if-match": "*"}, 200),
            ({"if-match": '"a"'}, 412),
        ]
        for headers, status in table:
            for ask in (client.get, client.head):
                answer = ask(path, headers=headers)
                assert answer.status_code == status, (dialect, headers)
                for name in ("ETag", "Cache-Control", "Vary", "Last-Modified", "Link"):
                    assert answer[name] == first[name], (name, headers)
                assert (status != 304 and ask == client.get) or answer.content == b""


CHANGES: dict[str, Callable[[Any], Any]] = {
    "an edit": lambda page: make.edit(page, title="Otherwise"),
    "a withdrawal": lambda page: page.unpublish(),
    "a deletion": lambda page: page.delete(),
    "another contract": lambda _page: Outlet.objects.update(owes_noindex=True),
    "a new piece": lambda _page: make.original(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changes_a_feed_changes_its_tag(change: str, client: Client, key: str) -> None:
    page = make.original()
    paths = [f"/partners/feeds/{key}/{dialect}/" for dialect in DIALECTS]
    before = [client.get(path)["ETag"] for path in paths]
    assert [client.get(path)["ETag"] for path in paths] == before and len(set(before)) == len(paths)
    CHANGES[change](page)
    for path, tag in zip(paths, before, strict=True):
        assert client.get(path, headers={"if-none-match": tag}).status_code == 200


def test_a_date_is_told_only_once_it_cannot_hide_another_change(client: Client, key: str) -> None:
    page, path = make.original(), f"/partners/feeds/{key}/rss/"
    assert "Last-Modified" not in client.get(path), "changed within this second, and perhaps again"
    passed(minutes=1)
    since = client.get(path)["Last-Modified"]
    page.unpublish()
    assert client.get(path, headers={"if-modified-since": since}).status_code == 200, "a withdrawal is news too"


def test_the_same_pieces_are_the_same_bytes(client: Client, weekly: Outlet, key: str) -> None:
    for count in (0, 3):
        lay(weekly, count)
        for dialect in DIALECTS:
            path = f"/partners/feeds/{key}/{dialect}/"
            assert client.get(path).content == client.get(path).content
