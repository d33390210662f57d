"""Conditional requests, HEAD and packing: what a poll costs when nothing changed, and that it is told when something did."""

import gzip
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import brotli  # type: ignore[import-untyped]
import pytest
from django.utils import timezone
from django.utils.http import http_date, parse_http_date

from syndication.models import Edition, Outlet, Pull, Republication
from syndication.partners.packing import preferred
from syndication.pulling import shelf
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)
Ask = Callable[..., Any]


@pytest.fixture
def page(weekly: Outlet) -> Any:
    """A piece that changed an hour ago."""
    made = make.original("The harbour")
    Republication.objects.update(changed_at=timezone.now() - timedelta(hours=1))
    return made


@pytest.mark.parametrize("path", ["articles", "articles/{uid}", "articles/{uid}/media", "corrections", "tombstones"])
def test_who_holds_the_newest_is_told_so(path: str, ask: Ask, page: Any) -> None:
    path = path.format(uid=page.uid)
    first = ask(path)
    tag, last = first["ETag"], first["Last-Modified"]
    assert tag.startswith('W/"') and first["Cache-Control"] == "private, no-cache"
    assert {"Accept-Encoding", "Authorization"} <= set(first["Vary"].replace(" ", "").split(","))
    strong = tag.removeprefix("W/")
    for conditions, status in (
        ({"if_none_match": tag}, 304),
        ({"if_none_match": strong}, 304),
        ({"if_none_match": f'"other", {tag}'}, 304),
        ({"if_none_match": "*"}, 304),
        ({"if_none_match": '"other"'}, 200),
        ({"if_none_match": "nonsense"}, 200),
        ({"if_modified_since": last}, 304),
        ({"if_modified_since": http_date(parse_http_date(last) - 1)}, 200),
        ({"if_modified_since": "yesterday"}, 200),
        ({"if_none_match": '"other"', "if_modified_since": last}, 200),
        ({"if_none_match": tag, "if_modified_since": http_date(0)}, 304),
    ):
        for method in ("get", "head"):
            answer = ask(path, method=method, **conditions)
            assert answer.status_code == status, (method, conditions)
            assert (answer["ETag"], answer["Cache-Control"]) == (tag, "private, no-cache")
            assert set(answer["Vary"].replace(" ", "").split(",")) == set(first["Vary"].replace(" ", "").split(","))
            if status == 304:
                assert answer.content == b"" and "Content-Length" not in answer


def test_a_head_has_the_headers_of_a_get_and_takes_nothing(ask: Ask, page: Any, weekly: Outlet) -> None:
    head = ask("articles", method="head")
    assert head.status_code == 200 and head.content == b""
    assert shelf(weekly).get().state == "pending"
    pull = Pull.objects.get()
    assert (pull.method, pull.pieces.count()) == ("HEAD", 0)
    got = ask("articles")
    assert {name: head[name] for name in ("ETag", "Content-Length", "Content-Type", "Link")} == {
        name: got[name] for name in ("ETag", "Content-Length", "Content-Type", "Link")
    }


@pytest.mark.parametrize("how", ["edit", "unpublish", "expire", "end", "contract", "embargo"])
def test_every_change_changes_the_tag_of_the_list(how: str, ask: Ask, page: Any, weekly: Outlet) -> None:
    tag = ask("articles")["ETag"]
    past, soon = timezone.now() - timedelta(seconds=1), timezone.now() + timedelta(hours=1)
    if how == "edit":
        make.edit(page, title="Another")
    elif how == "unpublish":
        page.unpublish()
    elif how == "expire":
        Edition.objects.update(expires_at=past)
    elif how == "contract":
        Outlet.objects.update(attribution="First published at home")
    else:
        Republication.objects.update(**({"ends_at": past} if how == "end" else {"starts_at": soon}))
    answer = ask("articles", if_none_match=tag)
    assert answer.status_code == 200 and answer["ETag"] != tag


@pytest.mark.parametrize("how", ["expire", "end", "unpublish"])
def test_a_piece_that_goes_is_seen_by_who_knows_only_a_date(how: str, ask: Ask, page: Any) -> None:
    last = ask("articles")["Last-Modified"]
    over = timezone.now() - timedelta(minutes=5)
    if how == "unpublish":
        page.unpublish()
        Republication.objects.update(changed_at=over)
    elif how == "expire":
        Edition.objects.update(expires_at=over)
    else:
        Republication.objects.update(ends_at=over)
    answer = ask("articles", if_modified_since=last)
    assert answer.status_code == 200 and answer.json()["items"] == []


def test_for_a_minute_after_a_change_no_date_is_promised(ask: Ask, page: Any) -> None:
    """A date has whole seconds, and what is committed late has an older one."""
    make.edit(page, title="Another")
    for path in ("articles", f"articles/{page.uid}"):
        answer = ask(path)
        assert "Last-Modified" not in answer
        assert ask(path, if_modified_since=http_date(timezone.now().timestamp() + 5)).status_code == 200


def test_a_write_under_a_condition_that_fails_is_not_done(ask: Ask, page: Any) -> None:
    answer = ask("articles", if_match='"other"')
    assert (answer.status_code, answer["Content-Type"]) == (412, "application/problem+json")


def test_a_piece_names_its_canonical_in_the_header_too(ask: Ask, page: Any) -> None:
    assert ask(f"articles/{page.uid}")["Link"] == f'<{page.full_url}>; rel="canonical"'


# --- Packing ----------------------------------------------------------------------------------------------------------


def test_what_is_long_is_packed_as_the_partner_likes_it(ask: Ask, page: Any) -> None:
    plain = ask("articles", method="get")
    assert "Content-Encoding" not in plain
    for accepted, coding, unpack in (("gzip, br", "br", brotli.decompress), ("gzip", "gzip", gzip.decompress)):
        packed = ask("articles", accept_encoding=accepted)
        assert packed["Content-Encoding"] == coding and int(packed["Content-Length"]) == len(packed.content)
        assert unpack(packed.content) == plain.content and len(packed.content) < len(plain.content)
        assert packed["ETag"] == plain["ETag"]
        assert ask("articles", accept_encoding=accepted, if_none_match=packed["ETag"]).status_code == 304


def test_a_strong_tag_becomes_weak_when_the_bytes_change(ask: Ask) -> None:
    plain = ask("openapi.json")
    packed = ask("openapi.json", accept_encoding="br")
    assert packed["Content-Encoding"] == "br"
    assert packed["ETag"] == f"W/{plain['ETag'].removeprefix('W/')}"


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        ("", ""),
        ("identity", ""),
        ("gzip;q=0, br;q=0", ""),
        ("br;q=0.1, gzip", "gzip"),
        ("*", "br"),
        ("*;q=0", ""),
        ("br;q=0, *", "gzip"),
        ("GZIP ; q=0.5", "gzip"),
        ("br;q=many", ""),
        ("zstd", ""),
    ],
)
def test_the_coding_is_the_one_of_most_weight(header: str, coding: str) -> None:
    assert preferred(header) == coding
