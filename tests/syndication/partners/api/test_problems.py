"""Every error of the partner API is a problem (RFC 9457), whoever found it: ninja, Django, Wagtail or the front."""

import time
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import caches
from django.test import Client
from django.utils import timezone

from syndication.models import Outlet, Pull, Republication, Token, Verification
from syndication.partners import limits
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)
Ask = Callable[..., Any]


def problem(answer: Any, status: int) -> dict[str, Any]:
    """The problem, once it is known to be one."""
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    told: dict[str, Any] = answer.json()
    assert told["status"] == status and told["title"] and told["detail"] and told["type"] == "about:blank"
    assert answer["Cache-Control"] == "no-store" and "ETag" not in answer
    return told


def test_an_unknown_address_is_told_as_it_stands_and_not_sent_to_another(ask: Ask) -> None:
    for path in ("nowhere", "nowhere/", "articles/", "articles/7", "articles/7d9f1d52-52f5-4bd0-9d3e-4f7b8a1f0c11/nothing"):
        assert problem(ask(path), 404)["instance"] == f"/partners/v1/{path}"


def test_a_method_nobody_knows_here_names_those_that_are_known(ask: Ask) -> None:
    for method in ("put", "delete", "patch", "options", "trace"):
        answer = ask("canonical", method=method)
        problem(answer, 405)
        assert answer["Allow"] == "GET, HEAD, POST"
    answer = ask("ping", method="post", body={})
    problem(answer, 405)
    assert answer["Allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b'{"urls": ["\xff"]}', "application/json", 400),
        (b"", "application/json", 415),
        (b"[]", "application/json", 422),
        (b"7", "application/json", 422),
        (b"[" * 100_000, "application/json", 400),
        (b'{"urls": ["https://weekly.example/\\u0000"]}', "application/json", 422),
        (b'{"urls": ["https://weekly.example/\\ud800"]}', "application/json", 422),
        (b'{"urls": [7]}', "application/json", 422),
        (b'{"urls": []}', "application/json", 422),
        (b"urls=a", "application/x-www-form-urlencoded", 415),
        (b" " * (512 * 1024 + 1), "application/json", 413),
    ],
)
def test_a_body_that_is_not_what_it_should_be_is_told_what_is_wrong(
    body: bytes, content_type: str, status: int, client: Client, text: str
) -> None:
    answer = client.post("/partners/v1/canonical", body, content_type=content_type, headers={"authorization": f"Bearer {text}"})
    told = problem(answer, status)
    assert status != 422 or told["errors"]


def test_a_body_in_chunks_is_refused_with_the_reason(ask: Ask) -> None:
    answer = ask("canonical", method="post", body={"urls": ["https://weekly.example/"]}, transfer_encoding="chunked")
    assert "Content-Length" in problem(answer, 411)["detail"]


def test_pages_to_read_take_no_post(ask: Ask) -> None:
    for path in ("", "openapi.json"):
        problem(ask(path, method="post", body={}), 405)


def test_a_nul_in_an_address_is_refused(ask: Ask) -> None:
    told = problem(ask("articles?q=%00"), 422)
    assert told["errors"][0]["where"] == "query.q"
    problem(ask("canonical?of=https://weekly.example/%00"), 422)
    problem(ask("%00"), 404)


def test_a_name_nobody_reads_is_a_mistake_and_is_told(ask: Ask) -> None:
    told = problem(ask("articles?limits=3"), 422)
    assert told["errors"][0]["where"] == "query.limits" and "limit" in told["errors"][0]["says"]
    problem(ask("ping?x=1"), 422)
    for limit in ("0", "101", "many", ""):
        problem(ask(f"articles?limit={limit}"), 422)
    for cursor in ("x", "1", "1-2", "-1-2-3", "1-2-3-4", "1-2-3%0A"):
        problem(ask(f"articles?cursor={cursor}"), 422)


def test_a_host_that_is_not_ours_is_told_without_a_page(ask: Ask) -> None:
    problem(ask("ping", host="evil.example"), 400)


def test_what_breaks_on_our_side_is_a_problem_without_a_trace(ask: Ask, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(outlet: Outlet) -> None:
        raise RuntimeError("the inside of the house")

    monkeypatch.setattr("syndication.partners.api.operations.shelf", broken)
    client.raise_request_exception = False
    answer = ask("articles")
    problem(answer, 500)
    assert "inside" not in answer.text
    assert Pull.objects.get().status == 500


def test_elsewhere_under_partners_a_machine_gets_a_problem_and_a_person_a_page(client: Client) -> None:
    make.front_page()
    answer = client.get("/partners/nowhere/hw_0123456789_secret/", headers={"accept": "application/json"})
    assert "instance" not in problem(answer, 404), "an address may hold a token"
    answer = client.get("/partners/nowhere/", headers={"accept": "text/html,*/*;q=0.1"})
    assert answer.status_code == 404 and answer["Content-Type"].startswith("text/html")
    assert client.get("/nowhere/")["Content-Type"].startswith("text/html")


# --- Limits -----------------------------------------------------------------------------------------------------------


def test_a_token_may_ask_so_often_and_is_told_when_to_come_back(ask: Ask, settings: Any) -> None:
    settings.SYNDICATION_API_PER_MINUTE = 2
    assert [ask("ping").status_code for _ in range(2)] == [200, 200]
    for _ in range(3):
        answer = ask("ping")
        problem(answer, 429)
        assert 1 <= int(answer["Retry-After"]) <= 60
    assert Pull.objects.filter(status=429).count() == 1, "a flood of requests is no flood of writing"
    settings.SYNDICATION_API_PER_MINUTE = 0
    assert ask("ping").status_code == 200


def test_who_guesses_tokens_is_stopped_by_address_and_who_has_one_is_not(ask: Ask, settings: Any) -> None:
    settings.SYNDICATION_API_STRANGERS = 3
    statuses = [ask("ping", token=f"hw_0123456789_{number}").status_code for number in range(6)]
    assert statuses == [401] * 3 + [429] * 3
    assert problem(ask("nowhere", token=""), 429)
    assert ask("ping").status_code == 200
    assert Pull.objects.filter(outlet=None).count() == 4


def test_a_new_minute_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    minute = 60 * (int(time.time()) // 60)
    seen = iter([minute + 59.0, minute + 59.5, minute + 60.0])
    monkeypatch.setattr(limits, "time", SimpleNamespace(time=lambda: next(seen), monotonic=time.monotonic))
    assert [limits.beyond("token:x", 1) for _ in range(3)] == [(0, 1), (1, 1), (0, 60)]


def test_all_processes_count_together_where_redis_is_and_each_alone_where_it_is_silent(
    valkey_url: str, broker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "_silent_until", 0.0)
    assert limits.beyond("token:x", 1)[0] == 0
    caches["default"].clear()
    assert limits.beyond("token:x", 1)[0] == 1
    broker.stop()
    assert limits.beyond("token:x", 1)[0] == 0
    assert limits.beyond("token:x", 1)[0] == 1


# --- Token theft ------------------------------------------------------------------------------------------------------


def test_theft_drill(ask: Ask, weekly: Outlet, client: Client) -> None:
    """Each way a token that is not right can be used: refused or harmless, and written down."""
    other = make.outlet("Other", kind="pull", endpoint="", secret="", website="https://other.example")
    theirs = make.edition()
    Republication.objects.create(uid=theirs.uid, outlet=other, wanted=theirs, receipt_url="https://other.example/a")
    revoked, revoked_text = Token.make(weekly, "Stolen", ["read"])
    revoked.revoke()
    _old, old_text = Token.make(weekly, "Old", ["read"], expires_at=timezone.now() - timedelta(seconds=1))
    _feed, feed_text = Token.make(weekly, "Feeds", ["feed"])
    suspended = make.outlet("Suspended", kind="pull", endpoint="", secret="", state=Outlet.State.SUSPENDED)
    _gone, suspended_text = Token.make(suspended, "Website", ["read"])
    body = {"uid": str(theirs.uid), "url": "https://weekly.example/a"}
    drill: list[tuple[str, dict[str, Any], int, str]] = [
        ("articles", {"token": revoked_text}, 401, "revoked"),
        ("articles", {"token": old_text}, 401, "expired"),
        ("articles", {"token": suspended_text}, 403, "suspended"),
        ("articles", {"token": feed_text}, 403, "may not be used for this"),
        ("articles", {"token": feed_text[:-1]}, 401, "do not know"),
        ("articles", {"token": ""}, 401, "do not know"),
        (f"articles/{theirs.uid}", {}, 404, "no such piece for you"),
        (f"articles/{theirs.uid}/media", {}, 404, "no such piece for you"),
        (f"receipts/{theirs.uid}", {}, 404, "do not know of a copy"),
        ("receipts", {"method": "post", "body": body}, 404, "no such piece"),
        ("receipts", {"method": "post", "body": {**body, "uid": str(uuid4())}}, 404, "no such piece"),
        ("receipts", {"method": "post", "body": body, "token": feed_text}, 403, "may not be used for this"),
    ]
    for path, how, status, sentence in drill:
        answer = ask(path, **how)
        assert sentence in problem(answer, status)["detail"], path
        newest = Pull.objects.first()
        assert newest and (newest.status, newest.surface, sentence in newest.refusal) == (status, "api", True)
        assert not newest.pieces.exists() and "hw_" not in newest.path
        if status in (401, 403):
            assert answer["WWW-Authenticate"].startswith('Bearer realm="partners"')
    assert Pull.objects.count() == len(drill)
    assert Pull.objects.filter(token=revoked, outlet=weekly).exists(), "whose token it was is known"
    told = ask("canonical", method="post", body={"urls": [theirs.url, "https://other.example/a", str(theirs.uid)]}).json()
    assert {one["state"] for one in told["items"]} == {"unknown"}
    assert ask("articles").json()["items"] == []


def test_a_report_replayed_changes_nothing(ask: Ask) -> None:
    page = make.original()
    body = {"uid": str(page.uid), "url": "https://weekly.example/harbour"}
    first = [ask("receipts", method="post", body=body).status_code, Republication.objects.values().get()]
    again = [ask("receipts", method="post", body=body).status_code, Republication.objects.values().get()]
    assert first == again and Verification.objects.count() == 1
    page.unpublish()
    assert problem(ask("receipts", method="post", body=body), 404), "nor once the piece is withdrawn"
