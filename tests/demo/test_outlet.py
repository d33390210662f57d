"""The Lantern on a real socket: what it takes, what it shows, and how it misbehaves when told to."""

import base64
import copy
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import requests
from selectolax.lexbor import LexborHTMLParser, LexborNode
from standardwebhooks import Webhook

from demo.outlet import Running, make_app, running
from demo.outlet.__main__ import main
from demo.outlet.intake import BODY_LIMIT, Problem
from demo.outlet.moods import MOODS

ROOT = Path(__file__).resolve().parents[2]
SECRET = "whsec_" + base64.b64encode(b"a secret for the tests, of length").decode()
OTHER = "whsec_" + base64.b64encode(b"another secret for these tests ..").decode()
HOME = "https://home.test/stories/the-river/"
UID = "6f1d6c1e-2f0a-4d0a-9d0c-3b6a51c0f001"
WAIT = 10


def story(**changes: Any) -> dict[str, Any]:
    """The facts of a story, as Homeward sends them."""
    return {
        "uid": UID,
        "version": 1,
        "kind": "original",
        "url": HOME,
        "canonical": {"url": HOME, "policy": "self"},
        "headline": "The river that came home",
        "standfirst": "Two villages and a line that nobody would sign.",
        "language": "en",
        "direction": "ltr",
        "authors": [{"name": "Ada Lovelace", "url": "https://home.test/ada/"}, {"name": "Grace Hopper", "url": ""}],
        "first_published": "2018-05-30T09:00:00Z",
        "modified": "2018-05-31T09:00:00Z",
        "body_html": "<p>The whole of it.</p>",
        "excerpt_html": "<p>The start of it.</p>",
        "lead_image": {
            "url": "https://home.test/river.jpg",
            "width": 1200,
            "height": 630,
            "alt": "A bend at dusk",
            "caption": "Below the second village.",
            "credit": "Photograph: Jane Doe",
            "may_syndicate": True,
        },
        "section": {"name": "Long reads", "url": ""},
        "corrections": [],
        "licence": None,
        "publisher": {"name": "Homeward", "url": "https://home.test/"},
    } | changes


def message(kind: str = "published", /, *, contract: dict[str, Any] | None = None, social: Any = None, **changes: Any) -> bytes:
    """A push's body. `changes` are of the story."""
    terms = {
        "canonical": True,
        "noindex": False,
        "link": True,
        "extent": "full",
        "licence": {"name": "CC BY-ND 4.0", "url": "https://creativecommons.org/licenses/by-nd/4.0/"},
        "attribution_html": f'First seen in <a href="{HOME}">Homeward</a>.',
    }
    data = {"story": story(**changes), "social": social or {}, "contract": terms | (contract or {}), "receipt": None}
    return json.dumps({"type": f"article.{kind}", "timestamp": "2026-11-22T10:00:00Z", "data": data}).encode()


def signed(body: bytes, key: str, *, secret: str = SECRET, age: float = 0) -> dict[str, str]:
    moment = datetime.now(UTC) - timedelta(seconds=age)
    return {
        "content-type": "application/json",
        "webhook-id": key,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(secret).sign(key, moment, body.decode()),
    }


def send(
    url: str, body: bytes, key: str = "", *, secret: str = SECRET, age: float = 0, timeout: float = WAIT
) -> requests.Response:
    return requests.post(url, body, headers=signed(body, key or f"msg_{uuid4().hex}", secret=secret, age=age), timeout=timeout)


def get(url: str) -> requests.Response:
    return requests.get(url, timeout=WAIT)


def look(url: str) -> LexborHTMLParser:
    answer = get(url)
    assert answer.status_code == 200
    return LexborHTMLParser(answer.text)


def one(page: LexborHTMLParser | LexborNode, selector: str) -> LexborNode:
    found = page.css_first(selector)
    assert found is not None, f"nothing fits {selector}"
    return found


def hrefs(page: LexborHTMLParser, selector: str) -> list[str]:
    return [node.attributes.get("href") or "" for node in page.css(selector)]


@pytest.fixture
def outlet() -> Iterator[Running]:
    with running(secrets=[SECRET]) as lent:
        yield lent


@pytest.fixture
def page(outlet: Running) -> str:
    """The URL of the one piece the outlet holds."""
    return send(outlet.webhook_url, message()).json()["url"]


class TestProof:
    def test_a_well_signed_push_is_taken_and_answered_with_a_receipt(self, outlet: Running) -> None:
        answer = send(outlet.webhook_url, message())
        assert answer.status_code == 201
        assert answer.json() == {"id": UID, "url": f"{outlet.url}/articles/the-river-that-came-home"}

    def test_a_push_signed_with_another_secret_is_refused_and_leaves_nothing(self, outlet: Running) -> None:
        answer = send(outlet.webhook_url, message(), secret=OTHER)
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert "cannot prove" in answer.json()["detail"]
        assert outlet.state()["pieces"] == outlet.state()["deliveries"] == []

    def test_a_body_changed_by_one_byte_is_refused(self, outlet: Running) -> None:
        headers = signed(message(), "msg_1")
        changed = message().replace(b"villages", b"Villages")
        assert requests.post(outlet.webhook_url, changed, headers=headers, timeout=WAIT).status_code == 401

    @pytest.mark.parametrize("age", [360, -360])
    def test_a_stale_push_and_one_from_the_future_are_refused(self, outlet: Running, age: float) -> None:
        assert send(outlet.webhook_url, message(), age=age).status_code == 401

    def test_while_secrets_rotate_either_is_good(self) -> None:
        with running(secrets=[SECRET, OTHER]) as outlet:
            assert send(outlet.webhook_url, message(), secret=SECRET).status_code == 201
            assert send(outlet.webhook_url, message(version=2), secret=OTHER).status_code == 200

    def test_one_good_signature_in_a_list_is_enough(self, outlet: Running) -> None:
        body = message()
        headers = signed(body, "msg_1")
        headers["webhook-signature"] = f"v1a,AAAA v1,{base64.b64encode(b'x' * 32).decode()} {headers['webhook-signature']}"
        assert requests.post(outlet.webhook_url, body, headers=headers, timeout=WAIT).status_code == 201

    @pytest.mark.parametrize("signature", ["v1", "v1,!!!", "garbage", "v1,a,b", "v2,AAAA"])
    def test_an_unreadable_signature_is_refused_not_a_crash(self, outlet: Running, signature: str) -> None:
        headers = signed(message(), "msg_1") | {"webhook-signature": signature}
        assert requests.post(outlet.webhook_url, message(), headers=headers, timeout=WAIT).status_code == 401

    def test_missing_headers_are_named(self, outlet: Running) -> None:
        answer = requests.post(outlet.webhook_url, message(), timeout=WAIT)
        assert answer.status_code == 400
        assert "webhook-signature" in answer.json()["detail"]

    def test_an_outlet_without_a_readable_secret_does_not_start(self) -> None:
        for secrets in ([], ["whsec_"], ["whsec_*"], ["whsec_é"]):
            with pytest.raises(ValueError, match="secret"):
                make_app(secrets, "http://127.0.0.1:8010")


class TestBody:
    def test_more_than_two_megabytes_are_refused_with_an_answer_the_sender_can_read(self, outlet: Running) -> None:
        body = message(body_html="x" * (5 * BODY_LIMIT))
        wire = http.client.HTTPConnection(outlet.url.removeprefix("http://"), timeout=WAIT)  # it forgives no reset connection
        wire.request("POST", "/webhooks/homeward", body, signed(body, "msg_1"))
        answer = wire.getresponse()
        assert answer.status == 413
        assert str(BODY_LIMIT) in json.load(answer)["detail"]
        wire.close()

    def test_just_under_the_limit_is_taken(self, outlet: Running) -> None:
        room = BODY_LIMIT - len(message(body_html=""))
        assert send(outlet.webhook_url, message(body_html="x" * room)).status_code == 201

    def test_a_body_of_unknown_length_is_refused(self, outlet: Running) -> None:
        answer = requests.post(outlet.webhook_url, iter([b"{}"]), timeout=WAIT)
        assert answer.status_code == 411

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            (b"not json", 400),
            (b"[" * 100_000, 400),
            (b'{"type": "article.published", "data": {"story": {"headline": "\\ud800"}}}', 400),
            (b"[]", 422),
            (b'{"type": "article.exploded"}', 422),
            (b'{"type": "article.published", "data": {}}', 422),
            (message(uid="seven"), 422),
            (message(uid=7), 422),
            (message(version="1"), 422),
            (message(version=True), 422),
            (message(version=-1), 422),
            (message(version=2**70), 422),
            (message(headline="  "), 422),
        ],
    )
    def test_a_proven_push_that_says_nothing_usable_is_told_why(self, outlet: Running, body: bytes, status: int) -> None:
        answer = send(outlet.webhook_url, body)
        assert answer.status_code == status
        assert answer.json()["detail"]
        assert outlet.state()["pieces"] == []

    def test_the_webhook_address_takes_posts_only(self, outlet: Running) -> None:
        answer = get(outlet.webhook_url)
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")

    def test_facts_of_the_wrong_shape_never_break_a_page(self, outlet: Running) -> None:
        for wrong in (None, 7, "text", [], [7], {"name": 7}, {"url": ["x"]}):
            facts: dict[str, Any] = {name: wrong for name in story() if name not in ("uid", "version", "headline")}
            body = message(social={"og": wrong, "twitter": wrong, "json_ld": wrong}, **facts)
            answer = send(outlet.webhook_url, body)
            assert get(answer.json()["url"]).status_code == get(outlet.url).status_code == 200
        bare = {"type": "article.published", "data": {"story": {"uid": UID, "version": 9, "headline": "Bare"}, "contract": 3}}
        assert get(send(outlet.webhook_url, json.dumps(bare).encode()).json()["url"]).status_code == 200


class TestIdempotency:
    def test_the_same_webhook_id_is_stored_once_counted_and_answered_alike(self, outlet: Running) -> None:
        first, second, third = (send(outlet.webhook_url, message(), "msg_same").json() for _ in range(3))
        assert first == second == third
        (delivery,) = outlet.state()["deliveries"]
        assert (delivery["webhook_id"], delivery["seen"], delivery["taken"]) == ("msg_same", 3, True)
        assert len(outlet.state()["pieces"]) == 1

    def test_a_late_repeat_does_not_undo_what_came_after_it(self, outlet: Running) -> None:
        send(outlet.webhook_url, message(), "msg_1")
        send(outlet.webhook_url, message("withdrawn"), "msg_2")
        answer = send(outlet.webhook_url, message(), "msg_1")
        assert answer.status_code == 200
        assert get(answer.json()["url"]).status_code == 410

    def test_two_hundred_pushes_from_sixteen_threads_each_sent_twice_are_stored_once_each(self, outlet: Running) -> None:
        jobs = [(message(uid=str(UUID(int=n)), headline=f"Piece {n % 50}"), f"msg_{n}") for n in range(200)] * 2
        with ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(lambda job: send(outlet.webhook_url, *job), jobs))
        assert sorted(answer.status_code for answer in answers) == [200] * 200 + [201] * 200
        receipts = [answer.json() for answer in answers]
        assert receipts[:200] == receipts[200:]
        assert len({receipt["url"] for receipt in receipts}) == 200
        state = outlet.state()
        assert {piece["uid"] for piece in state["pieces"]} == {str(UUID(int=n)) for n in range(200)}
        assert sorted(delivery["seen"] for delivery in state["deliveries"]) == [2] * 200


class TestOrder:
    def test_an_older_version_is_answered_but_never_overwrites(self, outlet: Running) -> None:
        send(outlet.webhook_url, message(version=5, headline="Five"))
        answer = send(outlet.webhook_url, message("updated", version=4, headline="Four"))
        assert answer.status_code == 200
        (piece,) = outlet.state()["pieces"]
        assert (piece["version"], piece["headline"]) == (5, "Five")
        assert outlet.state()["deliveries"][0]["outcome"] == "older than 5: left alone"

    def test_sixteen_versions_arriving_at_once_leave_the_newest(self, outlet: Running) -> None:
        bodies = [message("updated", version=n, headline=f"Version {n}") for n in range(1, 33)]
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda body: send(outlet.webhook_url, body), bodies))
        (piece,) = outlet.state()["pieces"]
        assert (piece["version"], piece["headline"]) == (32, "Version 32")

    def test_the_same_version_under_a_changed_contract_is_taken(self, outlet: Running, page: str) -> None:
        send(outlet.webhook_url, message("updated", contract={"extent": "excerpt"}))
        assert "The whole of it" not in get(page).text

    def test_a_new_headline_keeps_the_address(self, outlet: Running, page: str) -> None:
        answer = send(outlet.webhook_url, message("updated", version=2, headline="Renamed"))
        assert answer.json()["url"] == page
        assert one(look(page), "h1").text() == "Renamed"

    def test_headlines_alike_get_addresses_of_their_own(self, outlet: Running, page: str) -> None:
        other = send(outlet.webhook_url, message(uid=str(uuid4()))).json()["url"]
        assert other != page
        assert get(other).status_code == 200


class TestWithdrawal:
    def test_a_withdrawn_piece_answers_410_and_says_no_more_of_it(self, outlet: Running, page: str) -> None:
        receipt = send(outlet.webhook_url, message("withdrawn", version=2)).json()
        assert receipt == {"id": UID, "url": page}
        answer = get(page)
        assert answer.status_code == 410
        assert "noindex" in answer.text
        assert "river" not in answer.text
        assert "river" not in get(outlet.url).text
        assert outlet.state()["pieces"][0]["withdrawn"] is True

    def test_an_older_publish_that_lags_behind_does_not_bring_it_back(self, outlet: Running, page: str) -> None:
        send(outlet.webhook_url, message("withdrawn", version=3))
        send(outlet.webhook_url, message("updated", version=2))
        assert get(page).status_code == 410

    def test_a_withdrawal_that_arrives_first_keeps_the_piece_from_appearing(self, outlet: Running) -> None:
        url = send(outlet.webhook_url, message("withdrawn", version=2)).json()["url"]
        send(outlet.webhook_url, message("published", version=1))
        assert get(url).status_code == 410

    def test_an_older_withdrawal_leaves_the_newer_piece_up(self, outlet: Running) -> None:
        url = send(outlet.webhook_url, message(version=2)).json()["url"]
        send(outlet.webhook_url, message("withdrawn", version=1))
        assert get(url).status_code == 200

    def test_published_again_it_is_back_at_its_old_address(self, outlet: Running, page: str) -> None:
        send(outlet.webhook_url, message("withdrawn", version=2))
        assert send(outlet.webhook_url, message(version=3)).json()["url"] == page
        assert get(page).status_code == 200


class TestCopy:
    def test_a_copy_keeps_the_contract_of_its_own_accord(self, page: str) -> None:
        html = look(page)
        assert hrefs(html, "link[rel=canonical]") == [HOME]
        assert not html.css('meta[name="robots"]')
        (home,) = [link for link in html.css(".attribution a") if link.attributes["href"] == HOME]
        assert "rel" not in home.attributes
        assert "The whole of it." in one(html, ".prose").text()

    def test_noindex_is_there_if_the_contract_asks(self, outlet: Running) -> None:
        html = look(send(outlet.webhook_url, message(contract={"noindex": True})).json()["url"])
        assert one(html, 'head meta[name="robots"]').attributes["content"] == "noindex"

    def test_without_a_canonical_in_the_contract_the_copy_names_itself(self, outlet: Running) -> None:
        url = send(outlet.webhook_url, message(contract={"canonical": False})).json()["url"]
        assert hrefs(look(url), "link[rel=canonical]") == [url]

    def test_social_cards_and_json_ld_are_passed_on(self, outlet: Running) -> None:
        linked = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": "</script ><script>alert(1)</script > <!-- & more",
        }
        social = {
            "og": {"og:url": HOME, "og:title": 'A "quoted" title', "article:tag": ["maps", "rivers"]},
            "twitter": {"twitter:card": "summary_large_image", "fediverse:creator": "@ada@home.test"},
            "json_ld": linked,
        }
        html = look(send(outlet.webhook_url, message(social=social)).json()["url"])
        tags = [
            (m.attributes.get("property") or m.attributes.get("name"), m.attributes.get("content")) for m in html.css("head meta")
        ]
        assert {("og:url", HOME), ("og:title", 'A "quoted" title'), ("article:tag", "maps"), ("article:tag", "rivers")} < set(
            tags
        )
        assert {("twitter:card", "summary_large_image"), ("fediverse:creator", "@ada@home.test")} < set(tags)
        (script,) = html.css("script")
        assert script.attributes["type"] == "application/ld+json"
        assert json.loads(script.text()) == linked
        assert not {"<", ">", "&"} & set(script.text())

    def test_the_lead_image_shows_caption_and_credit(self, page: str) -> None:
        figure = one(look(page), "figure")
        assert one(figure, "img").attributes == {
            "src": "https://home.test/river.jpg",
            "alt": "A bend at dusk",
            "width": "1200",
            "height": "630",
        }
        assert one(figure, "figcaption").text() == "Below the second village. Photograph: Jane Doe"

    def test_an_image_without_the_right_to_travel_is_not_shown(self, outlet: Running) -> None:
        image = story()["lead_image"] | {"may_syndicate": False}
        assert not look(send(outlet.webhook_url, message(lead_image=image)).json()["url"]).css("img")

    @pytest.mark.parametrize(("extent", "text"), [("excerpt", "The start of it."), ("link", "")])
    def test_less_than_the_whole_points_to_the_whole(self, outlet: Running, extent: str, text: str) -> None:
        html = look(send(outlet.webhook_url, message(contract={"extent": extent})).json()["url"])
        assert "".join(node.text() for node in html.css(".prose")) == text
        whole = one(html, ".whole a")
        assert (whole.text(), whole.attributes["href"]) == ("Read the whole piece at Homeward", HOME)
        assert "The whole of it." not in (html.html or "")

    def test_the_outlet_writes_its_own_byline(self, page: str) -> None:
        byline = one(look(page), ".by").text()
        assert byline == "By Ada Lovelace and Grace Hopper for Homeward, carried by The Lantern · first published 30 May 2018"

    def test_an_arabic_piece_runs_right_to_left_at_an_address_of_ascii(self, outlet: Running) -> None:
        url = send(outlet.webhook_url, message(headline="سيرة نهر", language="ar", direction="rtl")).json()["url"]
        assert url.isascii()
        article = one(look(url), "article")
        assert (article.attributes["lang"], article.attributes["dir"]) == ("ar", "rtl")
        assert one(article, "h1").text() == "سيرة نهر"

    def test_an_attribution_without_the_link_home_gets_one(self, outlet: Running) -> None:
        html = look(send(outlet.webhook_url, message(contract={"attribution_html": "Thanks to friends."})).json()["url"])
        assert one(html, ".attribution p").text() == "Thanks to friends. First published by Homeward."
        assert HOME in hrefs(html, ".attribution a")

    def test_corrections_are_dated_and_visible(self, outlet: Running) -> None:
        html = look(send(outlet.webhook_url, message(corrections=[{"at": "2018-06-03", "text": "Wrong village."}])).json()["url"])
        assert one(html, ".corrections li").text() == "3 June 2018: Wrong village."

    def test_the_front_page_lists_the_latest_arrival_first(self, outlet: Running, page: str) -> None:
        send(outlet.webhook_url, message(uid=str(uuid4()), headline="Second"))
        assert [node.text() for node in look(outlet.url).css("h2")] == ["Second", "The river that came home"]

    def test_head_answers_like_get_without_the_body(self, page: str) -> None:
        answer = requests.head(page, timeout=WAIT)
        assert (answer.status_code, answer.content) == (200, b"")
        assert answer.headers["content-length"] == get(page).headers["content-length"]


class TestHostility:
    def test_a_hostile_body_is_cleaned(self, outlet: Running) -> None:
        evil = (
            '<p onclick="x()" style="position:fixed" class="masthead" id="main">Good<script>alert(1)</script></p>'
            '<a href="javascript:alert(1)">a</a><a href="//evil.test">b</a><a href="data:text/html,x">c</a>'
            '<img src="x" onerror="alert(1)"><iframe src="https://evil.test"></iframe><svg onload="x()"></svg>'
            '<form action="https://evil.test"><input name="p"></form><link rel="canonical" href="https://evil.test/">'
            '<meta name="robots" content="noindex"><base href="https://evil.test/"></div></main><!-- x -->'
            "<h1>Two</h1><nav>n</nav>"
        )
        contract = {"attribution_html": f"<script>alert(2)</script><img src=x onerror=x()>{evil}"}
        html = look(send(outlet.webhook_url, message(body_html=evil, excerpt_html=evil, contract=contract)).json()["url"])
        assert "Good" in one(html, ".prose").text()
        assert not html.css("script, iframe, form, input, base, [onclick], [onerror], [onload], [style], main svg")
        assert hrefs(html, "link[rel=canonical]") == [HOME]
        assert not html.css('meta[name="robots"]')
        assert all("evil" not in href and "script" not in href for href in hrefs(html, "a"))
        assert len(html.css("main")) == len(html.css("#main")) == len(html.css("h1")) == len(html.css("nav")) == 1
        assert "alert" not in (html.html or "")

    def test_markup_in_plain_text_stays_text_everywhere(self, outlet: Running) -> None:
        evil = "\"><script>alert(1)</script>'"
        person = {"name": evil, "url": f"https://home.test/{evil}"}
        image = {"url": f"https://home.test/x.jpg?{evil}", "alt": evil, "caption": evil, "credit": evil, "may_syndicate": True}
        body = message(
            headline=evil,
            standfirst=evil,
            language=evil,
            direction=evil,
            authors=[person],
            section=person,
            publisher=person,
            lead_image=image,
            corrections=[{"at": "2018-06-03", "text": evil}],
            canonical={"url": HOME + evil},
            contract={"licence": person, "extent": "link"},
            social={
                "og": {f"og:{evil}": evil, "og:title": evil, "robots": evil},
                "twitter": {"twitter:card": evil, "robots": "none"},
            },
        )
        url = send(outlet.webhook_url, body, f"msg_{evil}").json()["url"]
        outlet.tell(UID, canonical="two")
        for address in (outlet.url, url, f"{outlet.url}/desk", f"{outlet.url}/desk?piece={UID}"):
            html = look(address)
            assert not html.css("script")
            assert not html.css('meta[name="robots"]')
        assert one(look(url), "h1").text() == evil

    @pytest.mark.parametrize(
        "address", ["javascript:alert(1)", "//evil.test/x", "/relative", "ftp://evil.test", "http://[", 7, None]
    )
    def test_an_address_that_is_no_web_address_is_never_linked(self, outlet: Running, address: Any) -> None:
        body = message(canonical={"url": address}, url=address, authors=[{"name": "Ada", "url": address}])
        url = send(outlet.webhook_url, body).json()["url"]
        html = look(url)
        assert hrefs(html, "link[rel=canonical]") == [url]
        assert not hrefs(html, ".by a")

    def test_pages_allow_no_script_and_cannot_be_framed(self, page: str) -> None:
        policy = get(page).headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert "frame-ancestors 'none'" in policy


class TestMisbehaviour:
    @pytest.mark.parametrize(
        ("mood", "count", "home"), [("right", 1, True), ("none", 0, False), ("wrong", 1, False), ("two", 2, True)]
    )
    def test_canonical(self, outlet: Running, page: str, mood: str, count: int, home: bool) -> None:
        outlet.tell(canonical=mood)
        found = hrefs(look(page), "head link[rel=canonical]")
        assert (len(found), HOME in found) == (count, home)

    @pytest.mark.parametrize(("mood", "asked", "there"), [("on", False, True), ("off", True, False), ("asked", True, True)])
    def test_noindex(self, outlet: Running, mood: str, asked: bool, there: bool) -> None:
        url = send(outlet.webhook_url, message(contract={"noindex": asked})).json()["url"]
        outlet.tell(noindex=mood)
        assert bool(look(url).css('meta[name="robots"]')) is there

    @pytest.mark.parametrize("extent", ["full", "excerpt", "link"])
    def test_link_home_left_out_or_not_followed(self, outlet: Running, extent: str) -> None:
        url = send(outlet.webhook_url, message(contract={"extent": extent})).json()["url"]
        outlet.tell(link="none")
        assert HOME not in hrefs(look(url), "a")
        outlet.tell(link="nofollow")
        links = [link for link in look(url).css("a") if link.attributes["href"] == HOME]
        assert links
        assert {link.attributes["rel"] for link in links} == {"nofollow"}

    def test_corrections_hidden(self, outlet: Running) -> None:
        url = send(outlet.webhook_url, message(corrections=[{"at": "2018-06-03", "text": "Wrong village."}])).json()["url"]
        outlet.tell(corrections="hidden")
        assert "Wrong village" not in get(url).text

    def test_a_withdrawal_ignored_leaves_the_copy_up(self, outlet: Running, page: str) -> None:
        outlet.tell(withdrawals="ignored")
        send(outlet.webhook_url, message("withdrawn", version=2))
        assert "The whole of it." in get(page).text
        outlet.tell(withdrawals="obeyed")
        assert get(page).status_code == 410

    @pytest.mark.parametrize("status", [404, 500])
    def test_the_public_page_lost_or_broken(self, outlet: Running, page: str, status: int) -> None:
        outlet.tell(page=str(status))
        answer = get(page)
        assert answer.status_code == status
        assert "The whole of it." not in answer.text

    @pytest.mark.parametrize("status", [500, 401])
    def test_a_refused_push_leaves_nothing_and_its_repeat_is_taken(self, outlet: Running, status: int) -> None:
        outlet.tell(answers=str(status))
        assert send(outlet.webhook_url, message(), "msg_1").status_code == status
        assert outlet.state()["pieces"] == []
        outlet.behave()
        assert send(outlet.webhook_url, message(), "msg_1").status_code == 201
        (delivery,) = outlet.state()["deliveries"]
        assert (delivery["seen"], delivery["taken"], delivery["outcome"]) == (2, True, "taken")

    def test_slow_takes_the_piece_and_answers_late(self, outlet: Running) -> None:
        outlet.tell(answers="slow", seconds="1")
        start = time.monotonic()
        assert send(outlet.webhook_url, message()).status_code == 201
        assert 0.9 < time.monotonic() - start < 3

    def test_hang_takes_the_piece_and_never_answers_so_a_repeat_finds_it_stored(self, outlet: Running) -> None:
        outlet.tell(answers="hang")
        with pytest.raises(requests.ReadTimeout):
            send(outlet.webhook_url, message(), "msg_1", timeout=0.5)
        assert len(outlet.state()["pieces"]) == 1
        assert get(outlet.url).status_code == 200
        outlet.behave()
        assert send(outlet.webhook_url, message(), "msg_1").status_code == 200
        assert outlet.state()["deliveries"][0]["seen"] == 2

    def test_one_piece_may_misbehave_alone_and_its_own_habit_wins(self, outlet: Running, page: str) -> None:
        other = send(outlet.webhook_url, message(uid=str(uuid4()), headline="Other")).json()["url"]
        outlet.tell(UID, canonical="none")
        assert len(look(page).css("link[rel=canonical]")) == 0
        assert len(look(other).css("link[rel=canonical]")) == 1
        outlet.tell(canonical="two")
        assert len(look(page).css("link[rel=canonical]")) == 0
        outlet.tell(UID, canonical="")
        assert len(look(page).css("link[rel=canonical]")) == 2


class TestDesk:
    def test_the_form_that_the_desk_shows_does_what_it_says(self, outlet: Running, page: str) -> None:
        form = one(look(f"{outlet.url}/desk?piece={UID}"), "form")
        assert {node.attributes["name"] for node in form.css("select, input")} == {*MOODS, "seconds", "piece"}
        for field in form.css("select, input:not([type=hidden])"):
            assert one(form, f'label[for="{field.attributes["id"]}"]')
        fields = {"piece": UID, "canonical": "none", "noindex": "", "seconds": ""}
        answer = requests.post(f"{outlet.url}/desk", fields, timeout=WAIT)
        assert answer.status_code == 200
        assert answer.history[0].status_code == 303
        chosen = one(LexborHTMLParser(answer.text), "#canonical option[selected]")
        assert chosen.attributes["value"] == "none"
        assert outlet.state()["moods"]["pieces"] == {UID: {"canonical": "none"}}

    def test_behaving_well_again_forgets_everything(self, outlet: Running, page: str) -> None:
        outlet.tell(canonical="two")
        outlet.tell(UID, noindex="on")
        requests.post(f"{outlet.url}/desk", {"forget": "all"}, timeout=WAIT)
        moods = outlet.state()["moods"]
        assert moods["pieces"] == {}
        assert moods["all"] == {name: mood.good for name, mood in MOODS.items()} | {"seconds": "5"}

    @pytest.mark.parametrize(
        "fields",
        [
            {"canonical": "sideways"},
            {"mischief": "on"},
            {"seconds": "-1"},
            {"seconds": "1e9"},
            {"seconds": "601"},
            {"piece": "nobody"},
        ],
    )
    def test_what_it_does_not_know_it_refuses_and_changes_nothing(self, outlet: Running, fields: dict[str, str]) -> None:
        before = copy.deepcopy(outlet.state()["moods"])
        answer = requests.post(f"{outlet.url}/desk", {"noindex": "on"} | fields, timeout=WAIT)
        assert answer.status_code == 400
        assert outlet.state()["moods"] == before
        with pytest.raises(Problem):
            outlet.tell(**fields)

    def test_the_log_shows_what_came_and_how_often(self, outlet: Running) -> None:
        for _ in range(2):
            send(outlet.webhook_url, message(version=7), "msg_seen_twice")
        row = [cell.text() for cell in look(f"{outlet.url}/desk").css('[aria-label="Deliveries"] tbody td')]
        assert row[1:] == ["article.published", "7", "The river that came home", "2", "taken", "msg_seen_twice"]

    def test_the_state_as_json_is_what_the_object_says(self, outlet: Running, page: str) -> None:
        state = get(f"{outlet.url}/desk/state.json").json()
        assert state == outlet.state()
        (piece,) = state["pieces"]
        assert {"uid": UID, "version": 1, "url": page, "withdrawn": False}.items() <= piece.items()

    def test_health_and_unknown_addresses(self, outlet: Running) -> None:
        assert get(f"{outlet.url}/healthz").text == "ok\n"
        assert get(f"{outlet.url}/articles/").status_code == get(f"{outlet.url}/nowhere").status_code == 404


# --- a process of its own ---


@contextmanager
def process(*arguments: str, **environment: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`python -m demo.outlet` on a free port, with its base URL."""
    command = [sys.executable, "-m", "demo.outlet", "--port", "0", *arguments]
    env = os.environ | environment
    child = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert child.stdout
    try:
        url = child.stdout.readline().split(" is at ")[1].split("/ ")[0]
        yield child, url
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


class TestProcess:
    def test_killed_in_the_middle_it_has_kept_all_it_acknowledged_and_its_moods(self, tmp_path: Path) -> None:
        data = str(tmp_path / "lantern.db")
        acknowledged: dict[str, str] = {}
        with process("--data", data, "--secret", SECRET) as (child, url):
            requests.post(f"{url}/desk", {"noindex": "on"}, timeout=WAIT)
            enough = threading.Event()

            def push(number: int) -> None:
                try:
                    answer = send(f"{url}/webhooks/homeward", message(uid=str(UUID(int=number)), headline=f"Piece {number}"))
                except requests.RequestException:
                    return
                acknowledged[answer.json()["id"]] = answer.json()["url"].removeprefix(url)
                if len(acknowledged) >= 40:
                    enough.set()

            with ThreadPoolExecutor(8) as pool:
                for number in range(400):
                    pool.submit(push, number)
                assert enough.wait(WAIT)
                child.kill()
        assert 40 <= len(acknowledged) < 400
        with running(secrets=[SECRET], data=data) as outlet:
            held = {piece["uid"]: piece["url"].removeprefix(outlet.url) for piece in outlet.state()["pieces"]}
            assert acknowledged.items() <= held.items()
            assert outlet.state()["moods"]["all"]["noindex"] == "on"

    def test_a_restart_remembers_which_messages_it_took(self, tmp_path: Path) -> None:
        data = str(tmp_path / "lantern.db")
        with running(secrets=[SECRET], data=data) as outlet:
            send(outlet.webhook_url, message(version=2), "msg_1")
            port = int(outlet.url.rpartition(":")[2])
        with running(port, secrets=[SECRET], data=data) as outlet:
            assert send(outlet.webhook_url, message(version=2), "msg_1").status_code == 200
            send(outlet.webhook_url, message(version=1), "msg_0")
            assert outlet.state()["pieces"][0]["version"] == 2
            assert {entry["webhook_id"]: entry["seen"] for entry in outlet.state()["deliveries"]} == {"msg_1": 2, "msg_0": 1}

    def test_sigterm_ends_it_at_once_even_while_someone_waits(self) -> None:
        with process(OUTLET_SECRET=f"{OTHER} {SECRET}") as (child, url):
            requests.post(f"{url}/desk", {"answers": "hang"}, timeout=WAIT)
            with pytest.raises(requests.ReadTimeout):
                send(f"{url}/webhooks/homeward", message(), timeout=0.3)
            start = time.monotonic()
            child.send_signal(signal.SIGTERM)
            assert child.wait(WAIT) == 0
            assert time.monotonic() - start < 1.5

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (["--secret", SECRET, "--port", "{port}"], "Port {port} is taken"),
            (["--port", "0"], "set OUTLET_SECRET"),
            (["--secret", SECRET, "--port", "0", "--data", "/nowhere/at/all.db"], "Cannot open /nowhere/at/all.db"),
        ],
    )
    def test_what_keeps_it_from_starting_is_said_in_one_plain_sentence(
        self, arguments: list[str], sentence: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.delenv("OUTLET_SECRET", raising=False)
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            assert main([argument.format(port=port) for argument in arguments]) == 1
        said = capsys.readouterr()
        assert sentence.format(port=port) in said.err
        assert len(said.err.splitlines()) == 1
        assert said.out == ""
        assert SECRET not in said.err
