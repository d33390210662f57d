"""Mentions by Webmention and Pingback: what is taken, what a visit makes of it, and what becomes of it later."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4
from xmlrpc.client import Fault, dumps, loads

import pytest
import time_machine
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone

from home.models import ArticlePage
from syndication import http, responding
from syndication.errors import DeliveryError
from syndication.models import Ban, Response, Sighting
from syndication.moderating import decide
from syndication.responding import visit_mentions
from syndication.responses import mentions
from syndication.visiting import Visit as Seen
from tests import factories as make
from tests.fakes.partner import Partner, Visit, endless_body, hang, redirect_loop, reset

pytestmark = pytest.mark.django_db

FORM = "application/x-www-form-urlencoded"


def send(source: str, target: str, client: Client | None = None, **more: Any) -> Any:
    """One Webmention."""
    return (client or Client()).post("/webmention/", {"source": source, "target": target}, **more)


def ping(source: str, target: str, method: str = "pingback.ping") -> Any:
    """One Pingback: what is answered, or the code of its fault."""
    answer = Client().post("/xmlrpc/", dumps((source, target), method), content_type="text/xml")
    assert answer.status_code == 200
    try:
        return loads(answer.content)[0][0]
    except Fault as fault:
        return fault.faultCode


def html(text: str, head: str = "", status: int = 200, **headers: str) -> Callable[[Visit], None]:
    """A page that says so."""
    page = f"<!doctype html><html><head><title>A blog</title>{head}</head><body>{text}</body></html>"
    return lambda visit: visit.reply(status, page.encode(), **headers)


def visited() -> None:
    """Visit all there is to visit now."""
    Response.objects.filter(due_at__isnull=False).update(due_at=Now())
    visit_mentions()


# --- what is taken ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        ("source=https://a.example/&source=https://b.example/&target={url}", FORM, 400),
        ("target={url}", FORM, 400),
        ("&", FORM, 400),
        ('{{"source": "https://a.example/", "target": "{url}"}}', "application/json", 415),
        ("source=%00&target=%ff", FORM, 400),
        ("source=https://a.example/%00&target={url}", FORM, 400),
        ("source=a&target=b", f"{FORM}; charset=utf-16", 400),
        ("x" * 20_000, FORM, 413),
        ("--x\r\nbroken", "multipart/form-data; boundary=y", 400),
    ],
)
def test_what_is_no_form_of_a_mention_is_refused_in_words(piece: ArticlePage, body: str, content_type: str, status: int) -> None:
    answer = Client().post("/webmention/", body.format(url=piece.full_url), content_type=content_type)
    assert answer.status_code == status and answer["Content-Type"].startswith("text/plain") and answer.content
    assert not Response.objects.exists()


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("", -32700),
        ("<methodCall>", -32700),
        ('<!DOCTYPE a [<!ENTITY b "c">]><methodCall><methodName>&b;</methodName></methodCall>', -32700),
        ('<!DOCTYPE a SYSTEM "file:///etc/passwd"><methodCall/>', -32700),
        ("<?xml version='1.0' encoding='nonsense'?><methodCall/>", -32700),
        ("<a/>", -32601),
        (dumps(("a", "b"), "wp.getUsers"), -32601),
        (dumps((), "system.multicall"), -32601),
        (dumps(("a",), "pingback.ping"), -32602),
        ("x" * 20_000, -32600),
    ],
)
def test_what_is_no_pingback_is_a_fault(db: Any, body: str, fault: int) -> None:
    answer = Client().post("/xmlrpc/", body, content_type="text/xml")
    with pytest.raises(Fault) as told:
        loads(answer.content)
    assert told.value.faultCode == fault


def test_a_piece_names_its_doors_and_a_mention_has_a_status(piece: ArticlePage, blog: Partner) -> None:
    shown = Client().get(piece.url)
    assert 'rel="webmention"' in shown["Link"] and shown["X-Pingback"].endswith("/xmlrpc/")
    assert '<link rel="webmention" href="/webmention/">' in shown.content.decode()
    answer = send(blog.url("/post"), str(piece.full_url))
    status = answer["Location"].removeprefix("http://testserver")
    assert "to be read" in Client().get(status).content.decode()
    visited()
    visited()
    assert "gone (404)" in Client().get(status).content.decode()
    assert Client().get(f"{status[:-3]}x/").status_code == 404


def test_a_flood_is_stopped_before_the_database_and_a_banned_host_is_heard_no_more(
    piece: ArticlePage, django_assert_num_queries: Any
) -> None:
    client = Client()
    # One minute: the count begins anew with the next.
    with time_machine.travel(timezone.now().replace(second=1), tick=False):
        sent = [send(f"https://a.example/{number}", str(piece.full_url), client) for number in range(mentions.LIMIT + 1)]
        assert [answer.status_code for answer in sent[-2:]] == [201, 429]
        with django_assert_num_queries(0):
            assert send("https://a.example/more", str(piece.full_url), client)["Retry-After"] == "60"
    Ban.objects.create(kind="host", value="b.example")
    assert send("https://b.example/", str(piece.full_url), client, REMOTE_ADDR="198.51.100.7").status_code == 403


def test_one_host_has_only_so_many_waiting(piece: ArticlePage, monkeypatch: Any) -> None:
    monkeypatch.setattr(responding, "MOST_OF_HOST", 2)
    found = [send(f"https://a.example/{number}", str(piece.full_url)).status_code for number in range(3)]
    assert found == [201, 201, 429]
    assert send("https://b.example/", str(piece.full_url)).status_code == 201


# --- what a visit makes of it -----------------------------------------------------------------------------------------

ENTRY = (
    '<article class="h-entry"><h1 class="p-name">On lamps</h1><a class="p-author h-card" href="/me">Ann Lee</a>'
    '<div class="e-content"><p>They <a href="{url}">burn</a>.</p><script>alert(1)</script></div></article>'
)


@pytest.mark.parametrize(
    ("name", "behaviour", "sentence"),
    [
        ("hangs", hang, "answer"),
        ("never ends", endless_body, ""),
        ("redirects for ever", redirect_loop, "never arrives"),
        ("breaks off", reset, ""),
        ("a fault", html("", status=500), "answers 500"),
        ("forbidden", html("", status=403), "answers 403"),
        ("leads inwards", lambda visit: visit.reply(302, location="http://10.0.0.1/"), "do not visit"),
        ("not there", html("", status=404), "answers 404"),
    ],
)
def test_a_page_that_tells_nothing_is_visited_again_and_given_up_at_last(
    piece: ArticlePage, blog: Partner, monkeypatch: Any, name: str, behaviour: Any, sentence: str
) -> None:
    def soon(url: str) -> Seen:
        try:
            return Seen(url, http.fetch(url, deadline=0.3))
        except DeliveryError as problem:
            return Seen(url, problem=problem.sentence)

    monkeypatch.setattr(responding, "visit", soon)
    blog.otherwise = behaviour
    send(blog.url("/p"), str(piece.full_url))
    visited()
    row = Response.objects.get()
    assert row.state == "waiting" and row.due_at is not None and sentence in row.sentence
    Response.objects.update(attempts=9, gone_in_a_row=0)
    visited()
    assert Response.objects.get().state == "refused"


def test_a_redirect_is_followed_and_plain_text_and_json_count(piece: ArticlePage, blog: Partner) -> None:
    blog.routes["/moved"] = lambda visit: visit.reply(301, location="/text")
    blog.routes["/text"] = lambda visit: visit.reply(200, f"See {piece.full_url}.".encode(), "text/plain")
    blog.routes["/json"] = lambda visit: visit.reply(200, f'{{"a": "{piece.full_url}"}}'.encode(), "application/json")
    blog.routes["/image"] = lambda visit: visit.reply(200, str(piece.full_url).encode(), "image/png")
    for path in ("/moved", "/json", "/image"):
        send(blog.url(path), str(piece.full_url))
    visited()
    assert [row.state for row in Response.objects.order_by("pk")] == ["held", "held", "refused"]


def test_a_page_at_an_outlet_is_a_sighting_never_a_comment(piece: ArticlePage, blog: Partner) -> None:
    make.outlet(website=blog.url("/"), endpoint=blog.url("/hook"), automatic=False)
    blog.otherwise = html(ENTRY.replace("{url}", str(piece.full_url)))
    ping(blog.url("/copies/lamps"), str(piece.full_url))
    visited()
    assert Response.objects.get().state == "refused" and Sighting.objects.get(uid=piece.uid).url == blog.url("/copies/lamps")


# --- later ------------------------------------------------------------------------------------------------------------


def shown(piece: ArticlePage, blog: Partner) -> Response:
    """A mention that a moderator let through."""
    blog.routes["/p"] = html(ENTRY.replace("{url}", str(piece.full_url)))
    send(blog.url("/p"), str(piece.full_url))
    visited()
    decide([Response.objects.get().pk], "shown", None)
    return Response.objects.get()


def test_who_was_let_through_once_is_shown_at_once_the_next_time(piece: ArticlePage, blog: Partner) -> None:
    shown(piece, blog)
    blog.routes["/q"] = html(ENTRY.replace("{url}", str(piece.full_url)))
    send(blog.url("/q"), str(piece.full_url))
    visited()
    assert Response.objects.get(source=blog.url("/q")).state == "shown"


def test_a_change_there_is_a_change_here_and_no_second_response(piece: ArticlePage, blog: Partner) -> None:
    shown(piece, blog)
    blog.routes["/p"] = html(ENTRY.replace("{url}", str(piece.full_url)).replace("burn", "go out"))
    assert ping(blog.url("/p"), str(piece.full_url)) == 48
    visited()
    assert (Response.objects.get().text, Response.objects.get().state) == ("They go out.", "shown")


@pytest.mark.parametrize(("status", "visits"), [(410, 2), (404, 2)])
def test_a_page_that_is_gone_twice_takes_its_mention_along(piece: ArticlePage, blog: Partner, status: int, visits: int) -> None:
    shown(piece, blog)
    blog.routes["/p"] = html("", status=status)
    send(blog.url("/p"), str(piece.full_url))
    states = []
    for _number in range(visits):
        visited()
        states.append(Response.objects.get().state)
    assert states == ["shown", "gone"]
    assert "Ann Lee" not in Client().get(piece.url).content.decode()


def test_a_link_taken_back_takes_the_mention_back_and_it_may_return(piece: ArticlePage, blog: Partner) -> None:
    shown(piece, blog)
    blog.routes["/p"] = html("<p>Nothing.</p>")
    send(blog.url("/p"), str(piece.full_url))
    visited()
    assert Response.objects.get().state == "gone"
    blog.routes["/p"] = html(ENTRY.replace("{url}", str(piece.full_url)))
    send(blog.url("/p"), str(piece.full_url))
    visited()
    assert Response.objects.get().state == "shown"


def test_an_outage_takes_nothing_back_and_what_a_person_rejected_stays_so(piece: ArticlePage, blog: Partner) -> None:
    row = shown(piece, blog)
    blog.routes["/p"] = html("", status=503)
    send(blog.url("/p"), str(piece.full_url))
    visited()
    Response.objects.update(attempts=9)
    visited()
    assert Response.objects.get().state == "shown" and Response.objects.get().due_at is None
    decide([row.pk], "spam", None)
    blog.routes["/p"] = html(ENTRY.replace("{url}", str(piece.full_url)))
    send(blog.url("/p"), str(piece.full_url))
    visited()
    assert Response.objects.get().state == "spam"


def test_a_mention_of_a_piece_that_went_offline_is_not_read(piece: ArticlePage, blog: Partner) -> None:
    send(blog.url("/p"), str(piece.full_url))
    piece.unpublish()
    visited()
    assert Response.objects.get().state == "refused" and not blog.requests


def test_a_list_costs_one_query_whatever_waits(piece: ArticlePage, django_assert_max_num_queries: Any) -> None:
    facts = {"uid": piece.uid, "kind": "webmention", "name": "Ann"}
    rows = [
        Response(**facts, state=state, source=f"https://a.example/{uuid4()}") for state in ("spam", "shown") for _n in range(50)
    ]
    Response.objects.bulk_create(rows)
    Client().get("/")
    with django_assert_max_num_queries(8):
        assert "50 thoughts" in Client().get(piece.url).content.decode()
