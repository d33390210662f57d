"""Telling pages that a piece links to them, against blogs on loopback."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID, uuid4
from xmlrpc.client import Fault, dumps, loads

import pytest

from syndication import http
from syndication.connectors import CONNECTORS, webmention
from syndication.connectors.base import Access, Receipt
from syndication.connectors.webmention import MOST, Webmention, links_of
from syndication.contract import Contract
from syndication.credentials import Secret
from syndication.errors import Transient
from syndication.story import OutletCopy, Story
from tests import factories as make
from tests.fakes.partner import Partner, Visit

KEY = UUID("0d1f8a5c-3f52-4f54-9a38-0d5c3c1f7f10")
PAGE = b'<!doctype html><html><head><link rel="webmention" href="/hook"></head><body>A post</body></html>'


def page(visit: Visit) -> None:
    visit.reply(200, PAGE)


def taken(visit: Visit) -> None:
    visit.reply(202, b"Thank you", "text/plain")


@pytest.fixture
def blog(visitable: Callable[..., Any]) -> Partner:
    """A blog whose posts one to three want mentions, and whose other posts do not."""
    partner = visitable(Partner())
    partner.routes.update({f"/post/{number}": page for number in (1, 2, 3)}, **{"/hook": taken})
    return partner


@pytest.fixture
def mentions() -> Webmention:
    return Webmention(Access("Pages", "", Contract(), lambda: Secret("")))


def linking(*urls: str, **facts: Any) -> Story:
    return make.story(body_html="".join(f'<p>See <a href="{url}">this</a>.</p>' for url in urls), **facts)


def told(blog: Partner) -> list[tuple[str, str]]:
    """Source and target of each mention, in no order."""
    forms = [parse_qs(one.body.decode()) for one in blog.requests if one.method == "POST"]
    return sorted((form["source"][0], form["target"][0]) for form in forms)


def test_the_table_of_contents_knows_it_as_one_that_needs_nothing() -> None:
    assert CONNECTORS["webmention"] is Webmention
    assert Webmention.announces and Webmention.idempotent
    assert not Webmention.needs_endpoint and not Webmention.needs_secret


def test_every_page_that_the_piece_links_to_is_told(mentions: Webmention, blog: Partner) -> None:
    story = linking(blog.url("/post/1"), blog.url("/page/x"), blog.url("/post/2#comments"))
    receipt = mentions.publish(story, KEY)
    assert told(blog) == [(story.url, blog.url("/post/1")), (story.url, blog.url("/post/2#comments"))]
    assert receipt.warnings == () and receipt.url == ""
    assert receipt.memory["told"] == {blog.url("/post/1"): blog.url("/hook"), blog.url("/post/2#comments"): blog.url("/hook")}


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_success_is_one(status: int, mentions: Webmention, blog: Partner) -> None:
    blog.routes["/hook"] = lambda visit: visit.reply(status)
    assert mentions.publish(linking(blog.url("/post/1")), KEY).warnings == ()


def test_the_endpoint_of_where_redirects_end_is_told_of_the_link_as_written(mentions: Webmention, blog: Partner) -> None:
    blog.routes["/short"] = lambda visit: visit.reply(302, location=visit.server.partner.url("/deep/page"))
    blog.routes["/deep/page"] = lambda visit: visit.reply(200, b'<a rel="webmention" href="hook?x=1">here</a>')
    blog.routes["/deep/hook"] = taken
    story = linking(blog.url("/short"))
    mentions.publish(story, KEY)
    assert told(blog) == [(story.url, blog.url("/short"))]
    assert blog.requests[-1].path == "/deep/hook?x=1"


def test_several_link_headers_are_read(mentions: Webmention, blog: Partner) -> None:
    def two(visit: Visit) -> None:
        visit.send_response_only(200)
        for name, value in (("Link", '</error>; rel="other"'), ("LinK", '</hook>; rel="webmention"'), ("content-length", "0")):
            visit.send_header(name, value)
        visit.end_headers()

    blog.routes["/post/1"] = two
    mentions.publish(linking(blog.url("/post/1")), KEY)
    assert blog.requests[-1].path == "/hook"


# --- which pages ------------------------------------------------------------------------------------------------------


def test_our_own_pages_are_never_told(settings: Any) -> None:
    story = linking(
        "https://home.example/reviews/other/", "https://HOME.example/", "/reviews/", "#notes", "https://blog.example/1"
    )
    assert links_of(story) == ["https://blog.example/1"]


def test_only_pages_on_the_public_web_are_told(settings: Any) -> None:
    settings.SYNDICATION_ALLOWED_NETWORKS = []
    wrong = ["mailto:a@blog.example", "javascript:alert(1)", "http://10.0.0.1/", "http://localhost/", "ftp://blog.example/", ""]
    assert links_of(linking(*wrong, "https://blog.example/1", "https://blog.example/1")) == ["https://blog.example/1"]


def test_a_stub_tells_the_page_of_its_full_text_and_those_of_its_excerpt() -> None:
    copy = OutletCopy(name="Lantern", url="https://outlet.example/pieces/1")
    story = make.story(body_html="", excerpt_html='<p><a href="https://blog.example/1">x</a></p>', outlet=copy)
    assert links_of(story) == ["https://blog.example/1", "https://outlet.example/pieces/1"]


def test_a_piece_without_links_tells_nobody(mentions: Webmention) -> None:
    assert mentions.publish(make.story(), KEY).warnings == ()


def test_of_very_many_pages_the_first_are_told_and_the_editor_hears_of_the_rest(mentions: Webmention, blog: Partner) -> None:
    for number in range(MOST + 7):
        blog.routes[f"/many/{number}"] = page
    receipt = mentions.publish(linking(*(blog.url(f"/many/{number}") for number in range(MOST + 7))), KEY)
    assert len(told(blog)) == len(receipt.memory["told"]) == MOST
    assert receipt.warnings == ("The piece links to more pages than we tell of one piece: 7 were left out.",)


# --- changes ----------------------------------------------------------------------------------------------------------


def test_an_update_tells_the_same_pages_again_the_new_ones_and_those_it_links_to_no_more(
    mentions: Webmention, blog: Partner
) -> None:
    story = linking(blog.url("/post/1"), blog.url("/post/2"))
    receipt = mentions.publish(story, KEY)
    blog.requests.clear()
    changed = linking(blog.url("/post/2"), blog.url("/post/3"), uid=story.uid, url=story.url)
    again = mentions.update(changed, receipt, uuid4())
    assert [target for _source, target in told(blog)] == [blog.url(f"/post/{number}") for number in (1, 2, 3)]
    assert set(again.memory["told"]) == {blog.url(f"/post/{number}") for number in (1, 2, 3)}


def test_a_piece_that_has_moved_is_told_of_by_both_its_addresses(mentions: Webmention, blog: Partner) -> None:
    story = linking(blog.url("/post/1"))
    receipt = mentions.publish(story, KEY)
    blog.requests.clear()
    moved = story.model_copy(update={"url": "https://home.example/essays/moved/"})
    again = mentions.update(moved, receipt, uuid4())
    assert {source for source, _target in told(blog)} == {story.url, moved.url}
    assert again.memory["source"] == moved.url


def test_a_withdrawal_tells_all_that_were_ever_told_and_a_return_tells_them_again(mentions: Webmention, blog: Partner) -> None:
    story = linking(blog.url("/post/1"), blog.url("/post/2"))
    receipt = mentions.update(linking(blog.url("/post/2"), url=story.url), mentions.publish(story, KEY), uuid4())
    blog.requests.clear()
    gone = mentions.withdraw(story, receipt, uuid4())
    assert [target for _source, target in told(blog)] == [blog.url("/post/1"), blog.url("/post/2")]
    assert gone.id and gone.memory["told"] == receipt.memory["told"]
    blog.requests.clear()
    again = mentions.withdraw(story, gone, uuid4())
    assert blog.requests == [], "they know it"
    mentions.update(story, again, uuid4())
    assert len(told(blog)) == 2


def test_the_same_words_are_told_once_but_where_they_may_not_have_arrived(mentions: Webmention, blog: Partner) -> None:
    story = linking(blog.url("/post/1"), blog.url("/post/2"))
    receipt = mentions.publish(story, KEY)
    blog.requests.clear()
    again = mentions.update(story.model_copy(update={"corrections": ()}), receipt, uuid4())
    assert blog.requests == [] and again.memory == receipt.memory
    blog.routes["/hook"] = lambda visit: visit.reply(500 if b"post%2F1" in visit.body else 202)
    changed = mentions.update(story.model_copy(update={"headline": "Lamps"}), again, uuid4())
    blog.requests.clear()
    mentions.update(story, changed, uuid4())
    assert [target for _source, target in told(blog)] == [blog.url("/post/1"), blog.url("/post/2")]
    blog.requests.clear()
    older = Receipt("webmention", memory={"told": receipt.memory["told"], "source": story.url})
    mentions.update(story, older, uuid4())
    assert len(told(blog)) == 2, "a receipt of an older release does not say what was told"


def test_a_receiver_that_is_ours_is_never_told(mentions: Webmention, blog: Partner) -> None:
    blog.routes["/mirror"] = lambda visit: visit.reply(200, b'<link rel="webmention" href="https://home.example/webmention/">')
    assert mentions.publish(linking(blog.url("/mirror")), KEY).warnings == ()
    assert told(blog) == []


# --- by Pingback ------------------------------------------------------------------------------------------------------

ANSWER = dumps(("Thank you",), methodresponse=True).encode()


@pytest.fixture
def old(blog: Partner) -> Partner:
    """A blog of the old days: its posts take pingbacks at /xmlrpc."""
    for number in (1, 2):
        blog.routes[f"/old/{number}"] = lambda visit: visit.reply(200, b"A post", x_pingback=visit.server.partner.url("/xmlrpc"))
    blog.routes["/linked"] = lambda visit: visit.reply(
        200, b'<link rel="pingback" href="/xmlrpc"><a rel="pingback" href="/no">x</a>'
    )
    blog.routes["/xmlrpc"] = lambda visit: visit.reply(200, ANSWER, "text/xml")
    return blog


def pinged(blog: Partner) -> list[tuple[str, str]]:
    """Source and target of each pingback, in no order."""
    calls = [loads(one.body) for one in blog.requests if one.method == "POST" and one.path == "/xmlrpc"]
    assert all(method == "pingback.ping" for _params, method in calls)
    return sorted(params for params, _method in calls)  # type: ignore[type-var, misc]


def test_where_a_page_knows_no_webmention_it_is_told_by_pingback(mentions: Webmention, old: Partner) -> None:
    both = f'<link rel="webmention" href="/hook"><link rel="pingback" href="{old.url("/xmlrpc")}">'.encode()
    old.routes["/both"] = lambda visit: visit.reply(200, both, x_pingback=visit.server.partner.url("/xmlrpc"))
    story = linking(old.url("/old/1"), old.url("/linked"), old.url("/both"), old.url("/page/x"))
    receipt = mentions.publish(story, KEY)
    assert pinged(old) == [(story.url, old.url("/linked")), (story.url, old.url("/old/1"))]
    assert receipt.memory["pinged"] == {old.url("/old/1"): old.url("/xmlrpc"), old.url("/linked"): old.url("/xmlrpc")}
    assert list(receipt.memory["told"]) == [old.url("/both")] and receipt.warnings == ()


def test_a_pingback_is_sent_once_and_again_only_where_the_piece_moved(mentions: Webmention, old: Partner) -> None:
    story = linking(old.url("/old/1"), headline="Lamps")
    receipt = mentions.publish(story, KEY)
    old.requests.clear()
    changed = story.model_copy(update={"headline": "More lamps"})
    receipt = mentions.update(changed, receipt, uuid4())
    receipt = mentions.update(changed, mentions.withdraw(changed, receipt, uuid4()), uuid4())
    assert pinged(old) == []
    moved = story.model_copy(update={"url": "https://home.example/essays/moved/"})
    mentions.update(moved, receipt, uuid4())
    assert pinged(old) == [(moved.url, old.url("/old/1"))]


def test_a_page_that_learns_webmention_is_told_that_way(mentions: Webmention, old: Partner) -> None:
    story = linking(old.url("/old/1"))
    receipt = mentions.publish(story, KEY)
    old.routes["/old/1"] = page
    moved = story.model_copy(update={"url": "https://home.example/essays/moved/"})
    memory = mentions.update(moved, receipt, uuid4()).memory
    assert list(memory["told"]) == [old.url("/old/1")] and memory["pinged"] == {}


@pytest.mark.parametrize(
    ("answer", "warning"),
    [
        (dumps(Fault(48, "registered already")), ""),
        (dumps(Fault(33, "not enabled")), ""),
        (dumps(Fault(32, "not there")), ""),
        (dumps(Fault(17, "no link found")), "it refuses our pingback (fault 17)"),
        (dumps(Fault(0, "no")), "it refuses our pingback (fault 0)"),
        ("<methodResponse><fault/></methodResponse>", "it refuses our pingback (fault 0)"),
        ("", "its answer to our pingback cannot be read"),
        ("<html><body>Log in</body></html>", "its answer to our pingback cannot be read"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><methodResponse>&b;</methodResponse>', "its answer to our pingback cannot be read"),
    ],
)
def test_what_a_pingback_is_answered(mentions: Webmention, old: Partner, answer: str, warning: str) -> None:
    old.routes["/xmlrpc"] = lambda visit: visit.reply(200, answer.encode(), "text/xml")
    receipt = mentions.publish(linking(old.url("/old/1"), old.url("/post/1")), KEY)
    assert len(receipt.warnings) == bool(warning) and warning in "".join(receipt.warnings)
    assert bool(receipt.memory["pinged"]) == ("registered already" in answer)


def test_a_withdrawal_of_what_was_never_told_tells_nobody(mentions: Webmention, blog: Partner) -> None:
    assert mentions.withdraw(linking(blog.url("/post/1")), Receipt(), KEY).warnings == ()
    assert blog.requests == []


def test_a_page_that_cannot_be_read_any_more_is_told_where_it_was_told_before(mentions: Webmention, blog: Partner) -> None:
    story = linking(blog.url("/post/1"))
    receipt = mentions.publish(story, KEY)
    blog.routes["/post/1"] = lambda visit: visit.reply(500)
    blog.requests.clear()
    assert mentions.withdraw(story, receipt, uuid4()).warnings == ()
    assert len(told(blog)) == 1


def test_memory_that_is_nonsense_is_no_obstacle(mentions: Webmention, blog: Partner) -> None:
    story = linking(blog.url("/post/1"))
    mentions.update(story, Receipt("webmention", memory={"told": ["x"], "source": None}), KEY)
    assert told(blog) == [(story.url, blog.url("/post/1"))]


# --- trouble ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("behaviour", "sentence"),
    [
        ("status/404", "is gone or takes no mentions (404). Check the link."),
        ("status/410", "is gone or takes no mentions (410). Check the link."),
        ("status/503", "it answered 503. It is told at the next push."),
        ("status/403", "it answered 403"),
        ("reset", "it does not answer"),
        ("garbage", "it does not answer"),
        ("huge_body", "it does not answer"),
        ("redirect/302?to=http://10.0.0.1/", "could not be told"),
        ("redirect_loop", "could not be told"),
    ],
)
def test_a_dead_page_is_a_warning_and_keeps_no_other_from_being_told(
    behaviour: str, sentence: str, mentions: Webmention, blog: Partner
) -> None:
    (warning,) = mentions.publish(linking(blog.url(f"/{behaviour}"), blog.url("/post/1")), KEY).warnings
    assert sentence in warning and warning.startswith(f"http://127.0.0.1:{blog.port}/{behaviour.partition('?')[0]}")
    assert len(told(blog)) == 1


@pytest.mark.parametrize("behaviour", ["status/400", "status/500", "reset", "status/302"])
def test_an_endpoint_that_refuses_is_a_warning_and_is_not_remembered(behaviour: str, mentions: Webmention, blog: Partner) -> None:
    blog.routes["/broken"] = lambda visit: visit.reply(200, f'<link rel=webmention href="/{behaviour}">'.encode())
    receipt = mentions.publish(linking(blog.url("/broken"), blog.url("/post/1")), KEY)
    assert len(receipt.warnings) == 1 and list(receipt.memory["told"]) == [blog.url("/post/1")]


def test_an_endpoint_inside_our_own_network_is_never_told(mentions: Webmention, blog: Partner) -> None:
    blog.routes["/evil"] = lambda visit: visit.reply(200, b'<link rel=webmention href="http://10.0.0.1/admin/delete">')
    (warning,) = mentions.publish(linking(blog.url("/evil")), KEY).warnings
    assert "we do not go there" in warning


def test_pages_that_hang_keep_nobody_waiting_longer_than_said(
    mentions: Webmention, blog: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webmention, "SECONDS", 0.4)
    begun = time.monotonic()
    receipt = mentions.publish(linking(*(blog.url(f"/hang/{number}") for number in range(8)), blog.url("/post/1")), KEY)
    assert time.monotonic() - begun < 5
    assert len(told(blog)) == 1
    assert len(receipt.warnings) == 6 and receipt.warnings[-1].startswith("3 more pages could not be told.")


def test_where_nothing_can_be_reached_at_all_we_try_again_later(mentions: Webmention, blog: Partner, settings: Any) -> None:
    settings.SYNDICATION_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    nobody = [f"http://127.0.0.{number}:{blog.port}/post/1" for number in (2, 3, 4)]
    with pytest.raises(Transient, match="None of the pages"):
        mentions.publish(linking(*nobody), KEY)
    assert len(mentions.publish(linking(*nobody, blog.url("/post/1")), KEY).warnings) == 3
    assert len(mentions.publish(linking(*nobody[:2]), KEY).warnings) == 2, "two dead links are dead links"


def test_what_was_said_stands_in_the_transcript_but_not_the_pages_that_want_nothing(mentions: Webmention, blog: Partner) -> None:
    with http.recorded() as wire:
        mentions.publish(linking(blog.url("/post/1"), blog.url("/page/x")), KEY)
    text = "\n".join(wire)
    assert "POST http" in text and "/hook" in text and "/page/x" not in text
    for number in range(MOST):
        blog.routes[f"/many/{number}"] = page
    with http.recorded() as wire:
        mentions.publish(linking(*(blog.url(f"/many/{number}") for number in range(MOST))), KEY)
    assert len(wire) == 20


def test_there_is_nothing_to_test_on_the_way_to_no_endpoint(mentions: Webmention) -> None:
    assert list(mentions.examine()) == []
