"""The partner API: what an outlet's machines are told, and that it is all they are told."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from syndication.models import Edition, Outlet, Pull, Republication, Verification
from syndication.models.due import from_now
from syndication.pulling import shelf, taken
from syndication.story import Correction
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)
Ask = Callable[..., Any]


def uids(answer: Any) -> list[str]:
    return [piece["uid"] for piece in answer.json()["items"]]


def long_ago() -> None:
    """What happened so far happened an hour ago, in its order."""
    for row in Republication.objects.all():
        Republication.objects.filter(pk=row.pk).update(changed_at=row.changed_at - timedelta(hours=1))


def test_ping_tells_who_asks_and_what_the_contract_says_but_no_secret(ask: Ask, text: str) -> None:
    answer = ask("ping")
    told = answer.json()
    assert (answer.status_code, told["outlet"], told["token"], told["expires_at"]) == (200, "The Weekly", "Website", None)
    assert told["scopes"] == ["read", "feed", "report"] and told["contract"]["canonical"] is True
    assert told["hosts"] == ["weekly.example"]
    assert text.rpartition("_")[2] not in answer.text


def test_a_piece_comes_with_its_canonical_what_is_owed_and_what_machines_put_in_a_head(ask: Ask, weekly: Outlet) -> None:
    page = make.original("The harbour")
    (piece,) = ask("articles").json()["items"]
    assert (piece["uid"], piece["headline"], piece["version"]) == (str(page.uid), "The harbour", 1)
    assert piece["canonical"] == {"url": page.full_url, "policy": "self"}
    assert f'<link rel="canonical" href="{page.full_url}">' in [term["line"] for term in piece["owed"]]
    assert piece["social"]["og"]["og:url"] == page.full_url
    assert piece["social"]["json_ld"]["headline"] == piece["social"]["twitter"]["twitter:title"] == "The harbour"
    assert "The harbour was empty" in piece["body_html"]
    assert ask(piece["links"]["self"]).json() == piece
    assert piece["changed_at"] and piece["contract"]["extent"] == "full"


def test_fetching_is_taking_and_asking_for_other_facts_is_not(ask: Ask, weekly: Outlet) -> None:
    make.original()
    for path, method in (("articles?fields=headline,canonical", "get"), ("articles", "head"), ("corrections", "get")):
        assert ask(path, method=method).status_code == 200
        assert shelf(weekly).get().state == "pending"
    assert ask("articles?fields=body_html").status_code == 200
    row = shelf(weekly).get()
    assert (row.state, row.held) == ("delivered", row.wanted)


def test_fields_leave_all_else_out(ask: Ask) -> None:
    page = make.original()
    assert set(ask("articles?fields=headline,changed_at").json()["items"][0]) == {"uid", "headline", "changed_at"}
    assert set(ask(f"articles/{page.uid}?fields=canonical").json()) == {"uid", "canonical"}
    wrong = ask("articles?fields=headline,secret")
    assert wrong.status_code == 422 and wrong.json()["errors"][0]["where"] == "query.fields"


def test_an_outlet_gets_no_more_text_than_its_contract_says(ask: Ask, weekly: Outlet) -> None:
    Outlet.objects.filter(pk=weekly.pk).update(extent="link")
    page = make.original()
    piece = ask(f"articles/{page.uid}").json()
    assert (piece["body_html"], piece["excerpt_html"]) == ("", "")
    assert "empty when we came" not in str({name: piece[name] for name in piece if name not in ("description", "social")})


def test_filters_choose_by_kind_section_topic_author_language_and_headline(ask: Ask, weekly: Outlet) -> None:
    Outlet.objects.filter(pk=weekly.pk).update(takes_stubs=True)
    make.section("Reviews")
    news = make.section("News")
    first = make.original("A quiet harbour", live=False, parent=news, authors=[make.author("Ada")])
    first.topics.set([make.topic("Harbours")])
    first = make.publish(first)
    second = make.original("A loud market", authors=[make.author("Grace")], language="ar")
    third = make.stub("Elsewhere")
    for query, wanted in {
        "kind=stub": [third],
        "section=news": [first],
        "topic=HARBOURS": [first],
        "topic=Harbour": [],
        "author=Grace": [second],
        "language=ar": [second],
        "q=quiet": [first],
        "q=%25": [],
        "kind=original&author=ada&topic=harbours": [first],
        "author=Nobody": [],
    }.items():
        assert uids(ask(f"articles?{query}")) == [str(page.uid) for page in wanted], query


def test_a_headline_of_the_outlets_own_hides_ours_from_its_search_too(ask: Ask, weekly: Outlet) -> None:
    make.original("Our words")
    Republication.objects.update(variation={"headline": "Their words", "excerpt_html": ""})
    assert ask("articles?q=our").json()["items"] == []
    assert ask("articles?q=their").json()["items"][0]["headline"] == "Their words"


def test_what_was_withdrawn_is_gone_with_a_tombstone_and_what_was_never_given_is_not_there(ask: Ask, weekly: Outlet) -> None:
    given, kept = make.original(), make.original()
    taken(shelf(weekly).filter(uid=given.uid))
    for page in (given, kept):
        page.unpublish()
    assert ask(f"articles/{given.uid}").status_code == 410
    assert ask(f"articles/{kept.uid}").status_code == 404
    assert ask(f"articles/{uuid4()}").status_code == 404
    (stone,) = ask("tombstones").json()["items"]
    assert stone["uid"] == str(given.uid) and set(stone) == {"uid", "withdrawn_at"}
    assert Republication.objects.get(uid=given.uid).state == "withdrawn", "it took the word"


def test_corrections_list_only_corrected_pieces(ask: Ask) -> None:
    make.original()
    page = make.original("Corrected")
    draft = page.get_latest_revision_as_object()
    draft.corrections.create(text="The ships left on Tuesday.")
    make.publish(draft)
    (told,) = ask("corrections").json()["items"]
    assert told["uid"] == str(page.uid) and told["corrections"][0]["text"] == "The ships left on Tuesday."


def test_media_tells_only_what_may_travel(ask: Ask) -> None:
    free = make.original(lead_image=make.image("Free", may_syndicate=True, size=(600, 400)))
    bound = make.original(lead_image=make.image("Bound", may_syndicate=False, size=(600, 400)))
    told = ask(f"articles/{free.uid}/media").json()["items"]
    assert [one["role"] for one in told] == ["lead", "share"]
    assert told[0]["credit"] == "Drawing: Mary Somerville" and told[0]["licence"]["name"]
    assert ask(f"articles/{bound.uid}/media").json()["items"] == []


# --- Canonical --------------------------------------------------------------------------------------------------------


def test_the_canonical_is_found_by_our_address_an_older_one_their_copy_and_the_uid(ask: Ask, weekly: Outlet) -> None:
    page = make.original("The harbour")
    old = page.full_url
    page.slug = "moved"
    page = make.publish(page)
    Republication.objects.update(receipt_url="https://www.weekly.example/2026/harbour?id=3")
    asked = [
        page.full_url,
        old,
        old.rstrip("/"),
        f"{page.full_url}?utm_source=mail#top",
        "http://weekly.example/2026/harbour/?id=3",
        str(page.uid),
    ]
    told = ask("canonical", method="post", body={"urls": asked}).json()["items"]
    assert [one["canonical"]["url"] for one in told] == [page.full_url] * len(asked)
    assert [one["asked"] for one in told] == asked
    assert ask(f"canonical?of={page.uid}").json()["canonical"]["url"] == page.full_url
    Pull.objects.filter(pieces__uid=page.uid).get(method="GET")


def test_unknown_and_withdrawn_addresses_are_answered_plainly(ask: Ask, weekly: Outlet) -> None:
    page = make.original()
    taken(shelf(weekly))
    page.unpublish()
    strange = ["https://weekly.example/about", "nonsense", "http://[", str(uuid4()), "https://weekly.example/?id=4"]
    told = ask("canonical", method="post", body={"urls": [page.full_url, *strange]}).json()["items"]
    assert [one["state"] for one in told] == ["withdrawn", *["unknown"] * len(strange)]
    assert "Take your copy down" in told[0]["says"] and "canonical" not in told[0]


def test_two_hundred_addresses_are_one_question_and_one_more_is_too_many(ask: Ask, django_assert_num_queries: Any) -> None:
    pieces = [make.original() for _ in range(3)]
    one = ask("canonical", method="post", body={"urls": [pieces[0].full_url]})
    many = [page.full_url for page in pieces] + [f"https://weekly.example/{number}" for number in range(197)]
    with CaptureQueriesContext(
        connection,
    ) as few:
        ask("canonical", method="post", body={"urls": [pieces[0].full_url]})
    with django_assert_num_queries(len(few)):
        answer = ask("canonical", method="post", body={"urls": many})
    assert one.status_code == answer.status_code == 200
    assert [item["state"] for item in answer.json()["items"]].count("published") == 3
    assert ask("canonical", method="post", body={"urls": [*many, "https://weekly.example/one-more"]}).status_code == 422


# --- Receipts ---------------------------------------------------------------------------------------------------------


def test_a_report_is_looked_at_and_its_verdict_told_with_the_evidence(ask: Ask, weekly: Outlet) -> None:
    page = make.original()
    body = {"uid": str(page.uid), "url": "https://weekly.example/harbour"}
    answer = ask("receipts", method="post", body=body)
    assert (answer.status_code, answer["Location"]) == (202, f"http://127.0.0.1:8000/partners/v1/receipts/{page.uid}")
    assert answer.json()["verdict"] == "" and answer.json()["state"] == "delivered"
    row = Verification.objects.get()
    assert row.due_at and row.due_at <= timezone.now() and row.url == body["url"]
    Verification.objects.update(verdict="honoured", sentence="All is well.", evidence=[{"what": "canonical"}])
    told = ask(answer["Location"]).json()
    assert (told["verdict"], told["says"], told["evidence"]) == ("honoured", "All is well.", [{"what": "canonical"}])
    assert ask("receipts", method="post", body=body).json()["verdict"] == "honoured", "said twice it does no harm"
    assert Verification.objects.count() == 1


def test_a_copy_that_was_pushed_and_not_looked_at_yet_has_a_receipt_without_a_verdict(ask: Ask) -> None:
    page = make.original()
    Republication.objects.update(receipt_url="https://weekly.example/pushed")
    told = ask(f"receipts/{page.uid}").json()
    assert (told["url"], told["verdict"], told["looked_at"]) == ("https://weekly.example/pushed", "", None)
    Verification.objects.look(url="https://weekly.example/older", republication=Republication.objects.get())
    Verification.objects.update(verdict="wrong")
    assert ask(f"receipts/{page.uid}").json()["verdict"] == "", "a verdict on another address is none on this"


def test_a_report_of_a_foreign_host_or_piece_is_refused(ask: Ask) -> None:
    page = make.original()
    for body, status in (
        ({"uid": str(page.uid), "url": "https://elsewhere.example/harbour"}, 403),
        ({"uid": str(uuid4()), "url": "https://weekly.example/harbour"}, 404),
        ({"uid": str(page.uid), "url": "javascript:alert(1)"}, 422),
        ({"uid": "7", "url": "https://weekly.example/harbour"}, 422),
        ({"uid": str(page.uid), "url": "https://weekly.example/harbour", "more": 1}, 422),
    ):
        assert ask("receipts", method="post", body=body).status_code == status, body
    assert not Verification.objects.exists()
    assert ask(f"receipts/{page.uid}").status_code == 404


# --- Walking ----------------------------------------------------------------------------------------------------------


def test_a_walk_meets_every_piece_once_and_its_last_address_tells_later_changes(ask: Ask, weekly: Outlet) -> None:
    pages = [make.original() for _ in range(5)]
    long_ago()
    seen: list[str] = []
    path = "articles?limit=2"
    for _step in range(3):
        answer = ask(path)
        seen += uids(answer)
        path = answer.json()["next"]
        assert ('rel="next"' in answer["Link"]) == answer.json()["more"] and 'rel="first"' in answer["Link"]
    assert seen == [str(page.uid) for page in pages]
    assert ask(path).json() == {"items": [], "next": path, "more": False}
    make.edit(pages[1], title="Changed")
    assert uids(ask(path)) == [str(pages[1].uid)]


def test_rows_of_one_instant_are_walked_one_by_one(ask: Ask, weekly: Outlet) -> None:
    """As a bulk statement writes them, by the clock of the database."""
    pages = [make.original() for _ in range(4)]
    Republication.objects.update(changed_at=from_now(timedelta(hours=-1)))
    seen: list[str] = []
    path, more = "articles?limit=1", True
    while more and len(seen) < 10:
        answer = ask(path).json()
        seen += [piece["uid"] for piece in answer["items"]]
        path, more = answer["next"], answer["more"]
    assert sorted(seen) == sorted(str(page.uid) for page in pages)


def test_since_begins_at_that_moment_and_takes_a_plus_sign_that_became_a_space(ask: Ask, weekly: Outlet) -> None:
    pages = [make.original() for _ in range(2)]
    long_ago()
    moment = Republication.objects.get(uid=pages[1].uid).changed_at
    assert uids(ask(f"articles?since={moment.isoformat()}")) == [str(pages[1].uid)]
    assert uids(ask(f"articles?since={moment.isoformat().replace('+', '%2B')}")) == [str(pages[1].uid)]
    assert uids(ask("articles?since=9999-12-31T23:59:59Z")) == []
    assert uids(ask("articles?since=0001-01-01T00:00:00%2B23:00")) == [str(page.uid) for page in pages]
    for wrong in ("yesterday", "2026-01-01", "2026-01-01T00:00:00", "12345"):
        assert ask(f"articles?since={wrong}").status_code == 422


def test_what_is_committed_late_is_told_to_who_had_passed_its_moment(ask: Ask, weekly: Outlet) -> None:
    late, early = make.original("Committed late"), make.original("Seen at once")
    row = Republication.objects.get(uid=late.uid)
    now = timezone.now()
    Republication.objects.filter(pk=row.pk).update(changed_at=now - timedelta(seconds=9), outlet=make.outlet("Not yet"))
    Republication.objects.filter(uid=early.uid).update(changed_at=now - timedelta(seconds=3))
    answer = ask("articles")
    assert uids(answer) == [str(early.uid)]
    # The transaction commits: its row has an older moment than what was told.
    Republication.objects.filter(pk=row.pk).update(outlet=weekly)
    assert str(late.uid) in uids(ask(answer.json()["next"]))


def test_embargo_over_counts_as_a_change(ask: Ask, weekly: Outlet) -> None:
    page = make.original()
    long_ago()
    path = ask("articles").json()["next"]
    soon = timezone.now() + timedelta(hours=1)
    Republication.objects.update(starts_at=soon, changed_at=soon)
    assert uids(ask(path)) == [] == uids(ask("articles")) and ask(f"articles/{page.uid}").status_code == 404
    past = timezone.now() - timedelta(seconds=5)
    Republication.objects.update(starts_at=past, changed_at=past)
    assert uids(ask(path)) == [str(page.uid)]


# --- What it costs ----------------------------------------------------------------------------------------------------


def lay(weekly: Outlet, count: int) -> None:
    """So many pieces that the outlet may carry, corrected and of one topic, and as many that were withdrawn from it."""
    fixed = (Correction(at=date(2026, 3, 1), text="On Tuesday."),)
    for _ in range(count):
        here, gone = make.edition(make.story(corrections=fixed)), make.edition()
        Republication.objects.create(uid=here.uid, outlet=weekly, wanted=here)
        Republication.objects.create(
            uid=gone.uid, outlet=weekly, wanted=gone, operation="withdraw", state="withdrawn", delivered_at=timezone.now()
        )
    Edition.objects.update(labels=[f"topic:{make.topic('Harbours').pk}"])


def test_the_number_of_queries_is_the_same_for_three_pieces_and_for_sixty(ask: Ask, weekly: Outlet) -> None:
    paths = ["articles?limit=100", "articles?limit=100&topic=Harbours", "corrections?limit=100", "tombstones?limit=100", "ping"]

    def cost(path: str, pieces: int) -> int:
        ask(path)
        with CaptureQueriesContext(connection) as queries:
            answer = ask(path)
        assert answer.status_code == 200 and len(answer.json().get("items", [None] * pieces)) == pieces
        return len(queries)

    lay(weekly, 3)
    few = [cost(path, 3) for path in paths]
    lay(weekly, 57)
    assert [cost(path, 60) for path in paths] == few
    assert max(few) <= 20


def test_a_poll_that_changes_nothing_reads_no_piece_and_writes_only_the_log(ask: Ask, weekly: Outlet) -> None:
    make.original()
    long_ago()
    tag = ask("articles")["ETag"]
    with CaptureQueriesContext(connection) as queries:
        assert ask("articles", if_none_match=tag).status_code == 304
    told = [query["sql"] for query in queries]
    assert not [sql for sql in told if "body_html" in sql]
    written = [sql for sql in told if sql.startswith(("INSERT", "UPDATE"))]
    assert len(written) == 1 and "syndication_pull" in written[0]
