"""The door to the network, against a real partner on loopback that misbehaves, and against addresses that lead inwards."""

import gzip
import ipaddress
import json
import socket
import ssl
import time
import traceback
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core.exceptions import ImproperlyConfigured
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from syndication import http
from syndication.errors import DeliveryError, Permanent, Refused, Transient, Uncertain, raise_for_status
from syndication.http import policy, wire
from tests.fakes import partner as partners
from tests.fakes.partner import Partner

DEADLINE = 0.4
SECRET = "s3cret-c4nary"


@pytest.fixture(scope="module")
def shared_partner() -> Iterator[Partner]:
    with Partner() as partner:
        yield partner


@pytest.fixture
def partner(shared_partner: Partner, settings: Any) -> Partner:
    """A partner we are allowed to visit."""
    shared_partner.forget()
    settings.SITE_URL = "https://home.example"
    settings.SYNDICATION_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    settings.SYNDICATION_ALLOWED_PORTS = [shared_partner.port]
    wire.connections(policy.opened()).clear()
    return shared_partner


@pytest.fixture
def closed_door(partner: Partner, settings: Any) -> Partner:
    """The same partner, its port allowed, but no private network: what production is like."""
    settings.SYNDICATION_ALLOWED_NETWORKS = []
    return partner


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every address a socket of this process was asked to connect to."""
    seen: list[Any] = []
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        seen.append(address)
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    return seen


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The partner's DNS: `answers[name]` is a list of answers, the last of which stays; `asked` counts the look-ups."""
    dns = SimpleNamespace(answers={}, asked=[])
    real = socket.getaddrinfo

    def getaddrinfo(host: str, port: int, *hints: int) -> list[Any]:
        if host not in dns.answers:
            return real(host, port, *hints)
        dns.asked.append(host)
        answer = dns.answers[host]
        found = answer.pop(0) if len(answer) > 1 else answer[0]
        if isinstance(found, float):
            time.sleep(found)
            found = []
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [_row(address, port) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return dns


def _row(address: str, port: int) -> tuple[Any, ...]:
    if ipaddress.ip_address(address).version == 6:
        return socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0)
    return socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)


def _post(partner: Partner, path: str, deadline: float = DEADLINE, **limits: int) -> http.Response:
    return http.post(partner.url(path), b'{"a": 1}', {"Content-Type": "application/json"}, deadline=deadline, **limits)


def _fetch(partner: Partner, path: str, deadline: float = DEADLINE, **limits: int) -> http.Response:
    return http.fetch(partner.url(path), deadline=deadline, **limits)


# What is sent, and what comes back.


def test_a_post_arrives_whole_and_its_receipt_comes_back(partner):
    response = http.post(
        partner.url("/created/7?x=1"), b'{"a": 1}', {"Authorization": "Bearer t", "Content-Type": "application/json"}
    )
    assert (response.status, response.json()["id"], response.url) == (201, "7", partner.url("/created/7?x=1"))
    [request] = partner.requests
    assert (request.method, request.path, request.json()) == ("POST", "/created/7?x=1", {"a": 1})
    assert request.headers["authorization"] == "Bearer t"
    assert request.headers["content-length"] == "8"
    assert request.headers["host"] == f"127.0.0.1:{partner.port}"


def test_we_say_honestly_who_we_are_whatever_the_caller_says(partner):
    http.fetch(partner.url("/ok"), {"user-agent": "Mozilla/5.0"})
    assert partner.requests[0].headers["user-agent"] == "Homeward/0.1.0 (+https://home.example/syndication/verifier/)"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD"])
def test_any_method_can_be_sent(partner, method):
    response = http.send(method, partner.url("/ok"), b"x" if method in ("PUT", "PATCH") else b"")
    assert response.status == 200
    assert partner.requests[0].method == method
    assert response.body == (b"" if method == "HEAD" else b'{"ok": true}')


@pytest.mark.parametrize("status", [200, 201, 202, 204, 301, 304, 400, 401, 403, 404, 409, 410, 413, 422, 429, 500, 503])
def test_any_status_is_an_answer_and_not_an_error(partner, status):
    assert _post(partner, f"/status/{status}").status == status


@pytest.mark.parametrize("path", ["/page", "/compressed", "/deflated", "/deflated_raw", "/chunked", "/until_close"])
def test_a_page_is_read_the_same_however_it_is_wrapped(partner, path):
    assert _fetch(partner, path).body == partners.PAGE
    assert partner.requests[0].headers["accept-encoding"] == "gzip"


def test_equal_headers_are_joined_and_names_are_lower_case(partner):
    partner.next(lambda visit: visit.say(b"HTTP/1.1 200 OK\r\nLINK: <a>\r\nLink: <b>\r\nContent-Length: 0\r\n\r\n"))
    assert _fetch(partner, "/").headers == {"link": "<a>, <b>", "content-length": "0"}


def test_an_answer_shows_neither_headers_nor_body_when_printed(partner):
    assert repr(_fetch(partner, "/ok?set-cookie=s3cret")) == f"Response(status=200, url='{partner.url('/ok?set-cookie=s3cret')}')"


def test_cookies_of_a_partner_are_not_kept(partner):
    _fetch(partner, "/ok?set-cookie=a=b")
    _fetch(partner, "/ok")
    assert "cookie" not in partner.requests[1].headers


def test_a_proxy_in_the_environment_is_ignored(partner, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert _post(partner, "/ok").status == 200


@pytest.mark.parametrize("answer", ["30", "date", "garbage", "year"])
def test_an_answer_that_says_wait_reaches_the_sorting_with_its_wait(partner, answer):
    response = _post(partner, f"/slow_down/{answer}")
    with pytest.raises(Transient) as caught:
        raise_for_status(response.status, response.headers, response.text)
    low, high = {"30": (30, 30), "date": (110, 120), "garbage": (None, None), "year": (21600, 21600)}[answer]
    assert caught.value.retry_after == low if low in (None, high) else low <= caught.value.retry_after <= high


# Text and JSON.


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        (b"caf\xc3\xa9", "", "café"),
        (b"caf\xc3\xa9", "text/html", "café"),
        (b"caf\xe9", "text/html; charset=ISO-8859-1", "café"),
        (b"caf\xe9", 'text/html; charset="windows-1252"', "café"),
        (b"caf\xe9", "text/html; charset=utf-8", "caf\ufffd"),
        (b"\xef\xbb\xbfcaf\xc3\xa9", "text/html; charset=iso-8859-1", "café"),
        (b"\xff\xfec\x00", "text/html", "c"),
        (b"\xfe\xff\x00c", "text/html", "c"),
        (b"\x82\xa0", "text/html; charset=Shift_JIS", "あ"),
        (b"caf\xc3\xa9", "text/html; charset=no-such-thing", "café"),
        (b"caf\xc3\xa9", "text/html; charset=latin-no-such-thing", "café"),
        (b"a-", "text/html; charset=punycode", "a-"),
        (b"\\u0041", "text/html; charset=unicode_escape", "\\u0041"),
        (b"+ADw-", "text/html; charset=utf-7", "+ADw-"),
        (b"abc", "text/html; charset=zlib", "abc"),
    ],
)
def test_text_is_decoded_by_mark_then_header_then_utf_8(body, content_type, text):
    assert http.Response(200, "", {"content-type": content_type}, body).text == text


@pytest.mark.parametrize("body", [b"", b"<html>", b"{", b"NaN", b'{"a": Infinity}', b"\xff\xff", b"[" * 200_000, b"1" * 10_000])
def test_what_is_not_json_raises_value_error(body):
    with pytest.raises(ValueError):
        http.Response(200, "", {}, body).json()


def test_json_is_read():
    assert http.Response(200, "", {}, b'\xef\xbb\xbf{"a": [1]}').json() == {"a": [1]}


# A partner that misbehaves.


@pytest.mark.parametrize("behaviour", [*partners.SLOW, *partners.CUT, *partners.SENSELESS])
@pytest.mark.parametrize(("speak", "kind"), [(_post, Uncertain), (_fetch, Transient)])
def test_an_answer_that_does_not_come_whole_is_uncertain_after_a_post_and_transient_after_a_get(partner, behaviour, speak, kind):
    began = time.monotonic()
    with pytest.raises(DeliveryError) as caught:
        speak(partner, f"/{behaviour}")
    assert time.monotonic() - began < DEADLINE + 1
    assert type(caught.value) is kind
    assert "127.0.0.1" in caught.value.sentence
    assert partner.requests[0].path == f"/{behaviour}"
    assert len(partner.requests) == 1


@pytest.mark.parametrize("behaviour", partners.TOO_MUCH)
@pytest.mark.parametrize(("speak", "kind"), [(_post, Uncertain), (_fetch, Transient)])
def test_an_answer_that_is_too_much_costs_neither_time_nor_memory(partner, behaviour, speak, kind):
    speak(partner, "/ok")
    partners._bomb()
    tracemalloc.start()
    began = time.monotonic()
    try:
        with pytest.raises(DeliveryError) as caught:
            speak(partner, f"/{behaviour}")
        took = time.monotonic() - began
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert type(caught.value) is kind
    assert took < DEADLINE + 1
    assert most < 32 * 2**20


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_every_method_that_changes_something_is_uncertain_when_the_answer_breaks(partner, method):
    with pytest.raises(Uncertain):
        http.send(method, partner.url("/reset"), deadline=DEADLINE)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_a_question_may_be_asked_again(partner, method):
    with pytest.raises(Transient):
        http.send(method, partner.url("/close"), deadline=DEADLINE)


def test_a_partner_who_does_not_listen_is_left_at_the_deadline(partner):
    began = time.monotonic()
    with pytest.raises(Uncertain):
        http.post(partner.url("/refuse_to_listen"), bytes(30_000_000), {}, deadline=DEADLINE)
    assert time.monotonic() - began < DEADLINE + 1


@pytest.mark.parametrize("status", ["401 No", "404 No", "503 No"])
@pytest.mark.parametrize("body", [b"Content-Length: 99\r\n\r\nno", b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\nno"])
def test_a_refusal_counts_even_if_its_body_is_broken(partner, status, body):
    def refuse(visit: partners.Visit) -> None:
        visit.say(b"HTTP/1.1 " + status.encode() + b"\r\n" + body)
        visit.hang_up()

    partner.next(refuse)
    assert _post(partner, "/").status == int(status[:3])


def test_a_refusal_with_a_body_that_drips_for_ever_counts_at_the_deadline(partner):
    def refuse(visit: partners.Visit) -> None:
        visit.say(b"HTTP/1.1 403 No\r\nContent-Length: 1000\r\n\r\nwhy: ")
        visit.say_for_ever(b"x", partners.DRIP)

    partner.next(refuse)
    response = _post(partner, "/")
    with pytest.raises(Refused):
        raise_for_status(response.status, response.headers)


def test_the_body_of_a_refusal_is_cut_at_the_cap(partner):
    response = _post(partner, "/huge_refusal", max_bytes=100_000)
    assert (response.status, len(response.body)) == (500, 100_000)


def test_both_caps_let_through_what_just_fits(partner):
    partner.next(lambda visit: visit.reply(200, b"x" * 1000))
    assert len(_fetch(partner, "/", max_bytes=1000).body) == 1000
    partner.next(lambda visit: visit.reply(200, b"x" * 1001))
    with pytest.raises(Transient):
        _fetch(partner, "/", max_bytes=1000)
    packed = gzip.compress(b"y" * 50_000)
    for room in (50_000, 49_999):
        partner.next(lambda visit: visit.reply(200, packed, content_encoding="gzip"))
        if room == 50_000:
            assert len(_fetch(partner, "/", max_decoded=room).body) == room
        else:
            with pytest.raises(Transient):
                _fetch(partner, "/", max_decoded=room)


@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"]),
    st.binary(max_size=60),
)
@example(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", b"x")
@example(b"HTTP/1.1 200 OK\r\nContent-Length: 9999999999999999999999\r\n\r\n", b"x")
@example(b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=\xff\r\n\r\n", b"x")
@example(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"-2\r\nxx\r\n0\r\n\r\n")
def test_whatever_bytes_come_back_end_in_an_answer_or_a_sorted_error(partner, head, tail):
    def blurt(visit: partners.Visit) -> None:
        visit.say(head + tail)
        visit.hang_up()

    partner.forget()
    partner.next(blurt)
    with suppress(Uncertain):
        assert isinstance(_post(partner, "/").text, str)


# Nothing was sent.


def test_a_closed_port_is_transient(partner, settings):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        settings.SYNDICATION_ALLOWED_PORTS = [nobody.getsockname()[1]]
        with pytest.raises(Transient, match="refuses our connection. Nothing was sent"):
            http.post(f"http://127.0.0.1:{nobody.getsockname()[1]}/", b"", {})


@contextmanager
def _nobody_picks_up() -> Iterator[int]:
    """A port, open on every loopback address, whose queue of callers is full: to connect is to wait for ever."""
    with socket.create_server(("0.0.0.0", 0), backlog=0) as full, ExitStack() as queue:
        port = full.getsockname()[1]
        for _ in range(4):
            caller = queue.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(("127.0.0.1", port))
        yield port


def test_a_host_that_does_not_pick_up_is_transient_at_the_deadline(partner, settings):
    with _nobody_picks_up() as port:
        settings.SYNDICATION_ALLOWED_PORTS = [port]
        began = time.monotonic()
        with pytest.raises(Transient, match="does not pick up. Nothing was sent"):
            http.post(f"http://127.0.0.1:{port}/", b"", {}, deadline=DEADLINE)
        assert time.monotonic() - began < DEADLINE + 1


def test_many_addresses_that_do_not_answer_share_one_deadline(partner, names, settings):
    settings.SYNDICATION_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    with _nobody_picks_up() as port:
        settings.SYNDICATION_ALLOWED_PORTS = [port]
        names.answers["many.example"] = [[f"127.0.0.{n}" for n in range(1, 9)]]
        began = time.monotonic()
        with pytest.raises(Transient, match="Nothing was sent"):
            http.post(f"http://many.example:{port}/", b"", {}, deadline=DEADLINE)
        assert time.monotonic() - began < DEADLINE + 0.5


def test_a_name_that_does_not_exist_is_transient(partner, names):
    names.answers["gone.example"] = [[]]
    with pytest.raises(Transient, match="The name gone.example cannot be found at the moment. Nothing was sent"):
        http.post("https://gone.example/", b"", {})


def test_a_resolver_that_stalls_is_left_at_the_deadline(partner, names):
    names.answers["stalling.example"] = [[], 3.0]
    names.answers["stalling.example"].pop(0)
    began = time.monotonic()
    with pytest.raises(Transient, match="cannot be found"):
        http.post("https://stalling.example/", b"", {}, deadline=DEADLINE)
    assert time.monotonic() - began < DEADLINE + 1


@pytest.mark.parametrize("value", [f"{SECRET}\r\nX-Evil: 1", f"{SECRET}\n", f"{SECRET}\x00", f"{SECRET}\u2026"])
def test_a_header_that_cannot_be_sent_is_permanent_and_its_value_stays_secret(partner, value):
    with pytest.raises(Permanent, match="Authorization") as caught:
        http.post(partner.url("/ok"), b"", {"Authorization": value})
    assert partner.requests == []
    assert SECRET not in _everything(caught.value)


# Secrets stay out of every word we keep.


def _everything(error: DeliveryError) -> str:
    return "".join([error.sentence, error.detail, str(error), repr(error), *traceback.format_exception(error)])


@pytest.mark.parametrize("behaviour", [*partners.SLOW, *partners.CUT, *partners.SENSELESS, "many_headers"])
def test_no_error_tells_a_header_or_the_query(partner, behaviour):
    partner.next(behaviour)
    with pytest.raises(DeliveryError) as caught:
        http.post(partner.url(f"/x?key={SECRET}"), SECRET.encode(), {"Authorization": f"Bearer {SECRET}"}, deadline=0.15)
    assert SECRET not in _everything(caught.value)


def test_a_partner_who_echoes_our_credentials_in_nonsense_does_not_bring_them_into_our_logs(partner):
    def echo(visit: partners.Visit) -> None:
        visit.say(visit.headers["authorization"].encode() + b"\r\n\r\n")
        visit.hang_up()

    partner.next(echo)
    with pytest.raises(Uncertain) as caught:
        http.post(partner.url("/"), b"", {"Authorization": f"Bearer {SECRET}"}, deadline=DEADLINE)
    assert SECRET not in _everything(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        f"http://ada:{SECRET}@127.0.0.1/",
        f"http://10.0.0.1/?key={SECRET}",
        f"https://gone.example/?key={SECRET}",
        f"ftp://x.example/{SECRET}",
        f"http://[{SECRET}",
        f"https://x.example:99999/{SECRET}",
    ],
)
def test_no_refused_address_is_repeated_with_its_secrets(partner, names, url):
    names.answers["gone.example"] = [[]]
    with pytest.raises(DeliveryError) as caught:
        http.post(url, b"", {"Authorization": SECRET})
    assert SECRET not in _everything(caught.value)
    with pytest.raises(Permanent) as caught:
        partner.next(lambda visit: visit.reply(302, location=url.replace("gone.example", "127.0.0.1:1")))
        http.fetch(partner.url("/"))
    assert SECRET not in _everything(caught.value)


# Redirects.


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_post_never_follows_a_redirect(partner, status):
    response = _post(partner, f"/redirect/{status}?to=/ok")
    assert (response.status, response.headers["location"]) == (status, "/ok")
    assert len(partner.requests) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_fetch_follows_a_redirect_and_says_where_it_arrived(partner, status):
    response = _fetch(partner, f"/redirect/{status}?to=/page")
    assert (response.status, response.url) == (200, partner.url("/page"))


def test_a_fetch_follows_three_redirects_and_no_fourth(partner):
    partner.next(*["redirect/302?to=/on"] * 3, "page")
    assert _fetch(partner, "/start").status == 200
    partner.forget()
    with pytest.raises(Permanent, match="from address to address"):
        _fetch(partner, "/redirect_loop")
    assert len(partner.requests) == 4


def test_a_redirect_without_a_location_is_the_answer(partner):
    assert _fetch(partner, "/status/302").status == 302


def test_a_redirect_to_no_address_at_all_is_permanent(partner):
    with pytest.raises(Permanent, match="sends us on to an address we do not visit"):
        _fetch(partner, "/redirect_nowhere")


def test_a_redirect_written_in_utf_8_is_followed(partner):
    partner.next(lambda visit: visit.say("HTTP/1.1 302 Go\r\nContent-Length: 0\r\nLocation: /page/é\r\n\r\n".encode()))
    _fetch(partner, "/")
    assert partner.requests[1].path == "/page/%C3%A9"


def test_a_redirect_to_another_origin_takes_no_credentials_along(partner, settings):
    headers = {"Authorization": SECRET, "X-Api-Key": SECRET, "Cookie": SECRET, "If-None-Match": "x", "Accept": "text/html"}
    with Partner() as other:
        settings.SYNDICATION_ALLOWED_PORTS = [partner.port, other.port]
        http.fetch(partner.url(f"/redirect/302?to={other.url('/page')}"), headers)
        assert SECRET in partner.requests[0].headers.values()
        assert SECRET not in other.requests[0].headers.values()
        assert other.requests[0].headers["accept"] == "text/html"
    http.fetch(partner.url("/redirect/302?to=/page"), headers)
    assert partner.requests[-1].headers["x-api-key"] == SECRET


def test_all_hops_of_a_fetch_share_one_deadline(partner):
    def dawdle(visit: partners.Visit) -> None:
        visit.sleep(0.3)
        visit.reply(302, location="/on")

    partner.next(*[dawdle] * 4)
    began = time.monotonic()
    with pytest.raises(Transient):
        _fetch(partner, "/")
    assert time.monotonic() - began < DEADLINE + 0.5


# Addresses that lead inwards. {port} is the port of a partner on 127.0.0.1 that must never hear of us.

LITERALS = """
    http://127.0.0.1:{port}/  http://127.0.0.2:{port}/  http://127.255.255.254:{port}/  http://0.0.0.0:{port}/  http://0.1.2.3/
    http://10.0.0.1/  http://10.255.255.255/  http://172.16.0.1/  http://172.31.255.254/  http://192.168.0.1/  http://192.168.255.255/
    http://169.254.169.254/latest/meta-data/  http://169.254.170.2/  http://100.64.0.1/  http://100.100.100.200/  http://192.0.0.1/
    http://192.0.0.8/  http://192.0.0.192/  http://192.0.2.1/  http://198.18.0.1/  http://198.51.100.1/  http://203.0.113.1/
    http://192.88.99.1/  http://224.0.0.1/  http://239.255.255.250/  http://240.0.0.1/  http://255.255.255.255/
    http://[::1]:{port}/  http://[::]:{port}/  http://[0:0:0:0:0:0:0:1]:{port}/  http://[::127.0.0.1]:{port}/  http://[::7f00:1]/
    http://[::ffff:127.0.0.1]:{port}/  http://[::ffff:7f00:1]:{port}/  http://[::ffff:10.0.0.1]/  http://[::ffff:169.254.169.254]/
    http://[64:ff9b::7f00:1]:{port}/  http://[64:ff9b::a9fe:a9fe]/  http://[64:ff9b:1::7f00:1]/  http://[2002:7f00:1::]:{port}/
    http://[2002:a9fe:a9fe::1]/  http://[2002:a00:1::]/  http://[2001:0:7f00:1::]/  http://[2001:0:808:808::80ff:fffe]/
    http://[fc00::1]/  http://[fd00:ec2::254]/  http://[fe80::1]/  http://[fe80::1%25lo]/  http://[fec0::1]/  http://[ff02::1]/
    http://[100::1]/  http://[2001:db8::1]/  http://[3fff::1]/  http://[5f00::1]/
""".split()
ODD_FORMS = """
    http://2130706433:{port}/  http://017700000001:{port}/  http://0x7f000001:{port}/  http://0x7F.0.0.1:{port}/  http://0x7f.1:{port}/
    http://0177.0.0.1:{port}/  http://127.1:{port}/  http://127.0.1:{port}/  http://127.0.0.1.:{port}/  http://0:{port}/
    http://127.0.0.01:{port}/  http://127.0.0.0x1:{port}/  http://1.2.3.4.5/  http://999.1.1.1/  http://3232235777/  http://0xa9fea9fe/
    http://0251.0376.0251.0376/  http://①②⑦.⓪.⓪.①:{port}/  http://127。0。0。1:{port}/  http://１２７.0.0.1:{port}/  http://a.0x7f/
""".split()
NAMES = """
    http://localhost:{port}/  http://LOCALHOST:{port}/  http://localhost.:{port}/  http://ⓛocalhost:{port}/  http://a.localhost:{port}/
    http://localhost.localdomain:{port}/  http://ip6-localhost/  http://redis/  http://db.internal/  http://printer.local/
    http://metadata.google.internal/computeMetadata/v1/  http://router.lan/  http://nas.home.arpa/  http://wiki.intranet./
""".split()
DISGUISES = """
    http://outlet.example@127.0.0.1:{port}/  http://outlet.example:x@127.0.0.1:{port}/  http://@127.0.0.1:{port}/
    http://127.0.0.1:{port}@outlet.example/  http://outlet.example\\@127.0.0.1:{port}/  http://127.0.0.1:{port}\\@outlet.example/
    http://outlet.example%00.127.0.0.1/  http://127.0.0.1%2eoutlet.example/  http://outlet.example\\.127.0.0.1/
    http:///127.0.0.1:{port}/  http:127.0.0.1:{port}/  //127.0.0.1:{port}/  127.0.0.1:{port}  http://  http://:80/  https://?x  http://.
    http://outlet..example/  http://-.example/-  http://out_let!.example/  http://[::1  http://::1/  http://[127.0.0.1]/  http://[v1.x]/
    http://😀.example/  http://a‍.example/
    ftp://127.0.0.1:{port}/  file:///etc/passwd  gopher://127.0.0.1:{port}/_x  dict://127.0.0.1:{port}/  ws://127.0.0.1:{port}/
    javascript:alert(1)  data:text/html,x  mailto:a@outlet.example  unix:///run/x.sock  http+unix://%2Frun%2Fx/
    http://outlet.example:22/  http://outlet.example:6379/  http://outlet.example:0/  http://outlet.example:99999/
    http://outlet.example:x/  http://outlet.example:-1/  https://outlet.example:8443/
""".split()
BLANKS = [
    "",
    " ",
    "http://127.0.0.1\t:{port}/",
    "http://a.example/\r\nX: 1",
    "http://a.example/ b",
    "\x00http://a.example/",
    "http://a\x7fb/",
]
REFUSED = [
    *LITERALS,
    *ODD_FORMS,
    *NAMES,
    *DISGUISES,
    *BLANKS,
    f"http://a.example/{'x' * 9000}",
]


@pytest.mark.parametrize("vector", REFUSED)
def test_an_address_that_leads_inwards_is_refused_and_never_dialled(closed_door, dialled, vector):
    url = vector.replace("{port}", str(closed_door.port))
    with pytest.raises(ValueError) as caught:
        http.check_url(url)
    assert str(caught.value).endswith(".") and len(str(caught.value)) < 200
    for speak in (lambda: http.post(url, b"x", {}, deadline=2), lambda: http.fetch(url, deadline=2)):
        with pytest.raises(Permanent, match="We do not visit"):
            speak()
    assert dialled == []
    assert closed_door.connections == 0


@pytest.mark.parametrize(
    "vector", [*LITERALS[1:], *ODD_FORMS, *DISGUISES[:7], "ftp://127.0.0.1/", "file:///etc/passwd", "http://[::1"]
)
def test_a_redirect_that_leads_inwards_is_not_followed(partner, dialled, vector):
    with Partner() as inside:
        inward = vector.replace("{port}", str(inside.port))
        location = f"Location: {inward}\r\n".encode()
        partner.next(lambda visit: visit.say(b"HTTP/1.1 302 Go\r\nContent-Length: 0\r\n" + location + b"\r\n"))
        with pytest.raises(Permanent, match="sends us on to an address we do not visit"):
            _fetch(partner, "/")
        assert inside.connections == 0
    assert {address[1] for address in dialled} <= {partner.port}


@pytest.mark.parametrize(
    "answer",
    [
        *("127.0.0.1", "10.0.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "192.0.0.8"),
        *(
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "::ffff:127.0.0.1",
            "::7f00:1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:0:7f00:1::",
        ),
        "93.184.215.14 127.0.0.1",
        "127.0.0.1 93.184.215.14",
        "2606:4700::1111 ::1",
    ],
)
def test_a_public_name_that_resolves_inwards_is_refused_and_never_dialled(closed_door, names, dialled, answer):
    names.answers["outlet.example"] = [answer.split()]
    http.check_url(f"http://outlet.example:{closed_door.port}/")
    for speak in (http.fetch, lambda url: http.post(url, b"x", {})):
        with pytest.raises(Permanent, match="inside a private network"):
            speak(f"http://outlet.example:{closed_door.port}/")
    assert dialled == []
    assert closed_door.connections == 0


def test_a_name_is_looked_up_once_and_what_was_checked_is_what_is_dialled(partner, names, dialled, monkeypatch):
    names.answers["rebinding.example"] = [["127.0.0.1"], ["127.0.0.2"]]
    url = partner.url("/ok", host="rebinding.example")
    assert http.fetch(url).status == 200
    assert (names.asked, dialled) == (["rebinding.example"], [("127.0.0.1", partner.port)])
    monkeypatch.setattr(wire, "KEPT_FOR", 0)
    with pytest.raises(Permanent):
        http.fetch(url)
    assert len(dialled) == 1


@pytest.mark.parametrize(
    "url",
    [
        *(
            "https://outlet.example",
            "http://outlet.example/",
            "https://outlet.example:443/a?b=c#d",
            "http://outlet.example:80/@ada",
        ),
        *(
            "https://OUTLET.example./",
            "https://bücher.example/ä",
            "https://xn--bcher-kva.example/",
            "https://a.b.c.outlet.co.uk/",
        ),
        *(
            "https://93.184.215.14/",
            "https://[2606:4700::1111]/",
            "http://[::ffff:8.8.8.8]/",
            "https://1and1.example/",
            "https://3.0x.example/",
        ),
        *("https://localhost.example/", "https://internal.example/"),
    ],
)
def test_a_public_address_may_be_visited(closed_door, dialled, url):
    assert http.check_url(url) is None
    assert dialled == []


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.text(),
        st.text().map(lambda text: f"http://{text}"),
        st.text("0123456789abcdefx.:[]@%/", max_size=30).map(lambda t: f"http://{t}/"),
    )
)
def test_checking_any_text_ends_in_yes_or_a_value_error(closed_door, text):
    with suppress(ValueError):
        http.check_url(text)


def test_settings_open_a_network_and_its_names_and_a_changed_setting_counts_at_once(partner, settings):
    url = partner.url("/ok", host="localhost")
    http.check_url(url)
    assert http.fetch(partner.url("/ok")).status == 200
    settings.SYNDICATION_ALLOWED_NETWORKS = []
    for refused in (url, partner.url("/ok")):
        with pytest.raises(ValueError):
            http.check_url(refused)
        with pytest.raises(Permanent):
            http.fetch(refused)
    assert partner.connections == 1


def test_a_port_is_open_only_where_settings_say_so(partner, settings):
    settings.SYNDICATION_ALLOWED_PORTS = []
    with pytest.raises(ValueError, match=f"We do not visit port {partner.port}. Allowed are 80, 443."):
        http.check_url(partner.url("/"))


@pytest.mark.parametrize("networks", [["127.0.0.1/8"], ["nonsense"], ["64:ff9b::/96"]])
def test_a_setting_that_makes_no_sense_is_the_operators_error_and_not_the_editors(settings, networks):
    settings.SYNDICATION_ALLOWED_NETWORKS = networks
    with pytest.raises(ImproperlyConfigured, match="SYNDICATION_ALLOWED_NETWORKS"):
        http.check_url("https://outlet.example/")


# Safe connections.


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for partner.example, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "partner.example")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("partner.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "partner.pem"
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(secret + signed.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def safe_partner(certificate: Path, partner: Partner, names: SimpleNamespace, settings: Any) -> Iterator[Partner]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    for host in ("partner.example", "other.example"):
        names.answers[host] = [["127.0.0.1"]]
    with Partner(tls=context) as safe:
        settings.SYNDICATION_ALLOWED_PORTS = [safe.port]
        yield safe


@pytest.fixture
def trusting(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This machine trusts the certificate, as one with an authority of its own would."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    wire._read_authorities.cache_clear()
    wire.connections.cache_clear()
    wire.connections(policy.current())
    yield
    wire._read_authorities.cache_clear()
    wire.connections.cache_clear()


def test_a_certificate_nobody_vouches_for_is_transient_and_nothing_is_sent(safe_partner):
    with pytest.raises(Transient, match="certificate.*Nothing was sent") as caught:
        http.post(safe_partner.url("/ok", host="partner.example"), b"x", {})
    assert "self-signed" in caught.value.detail
    assert safe_partner.requests == []


def test_a_certificate_for_another_name_is_transient_and_nothing_is_sent(safe_partner, trusting):
    with pytest.raises(Transient, match="certificate.*Nothing was sent") as caught:
        http.post(safe_partner.url("/ok", host="other.example"), b"x", {})
    assert "ostname mismatch" in caught.value.detail
    assert safe_partner.requests == []


def test_a_partner_with_a_good_certificate_is_heard_by_its_name(safe_partner, trusting):
    response = http.post(safe_partner.url("/created/7", host="partner.example"), b"{}", {})
    assert response.status == 201
    assert safe_partner.requests[0].headers["host"] == f"partner.example:{safe_partner.port}"


@pytest.mark.parametrize("behaviour", ["drip_headers", "drip_body", "reset", "cut_headers", "endless_body", "negative_chunk"])
def test_the_deadline_and_the_caps_hold_on_a_safe_connection_too(safe_partner, trusting, behaviour):
    began = time.monotonic()
    with pytest.raises(Uncertain):
        http.post(safe_partner.url(f"/{behaviour}", host="partner.example"), b"{}", {}, deadline=1.0)
    assert time.monotonic() - began < 2


def test_a_partner_who_does_not_listen_on_a_safe_connection_is_left_at_the_deadline(safe_partner, trusting):
    began = time.monotonic()
    with pytest.raises(Uncertain):
        http.post(safe_partner.url("/refuse_to_listen", host="partner.example"), bytes(30_000_000), {}, deadline=1.0)
    assert time.monotonic() - began < 2


def _silent(line: socket.socket, closing: Any) -> None:
    closing.wait(60)


def _late(certificate: Path, answer: Callable[[socket.socket, Any], None]) -> Callable[[socket.socket, Any], None]:
    """A greeting that shakes hands after 0.6 seconds, and then answers."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def greet(line: socket.socket, closing: Any) -> None:
        closing.wait(0.6)
        with suppress(OSError), context.wrap_socket(line, server_side=True) as safe:
            answer(safe, closing)

    return greet


def test_the_time_a_handshake_took_is_not_given_again_for_sending(certificate, partner, names, settings, trusting):
    names.answers["partner.example"] = [["127.0.0.1"]]
    with Partner(greet=_late(certificate, _silent)) as deaf:
        settings.SYNDICATION_ALLOWED_PORTS = [deaf.port]
        began = time.monotonic()
        with pytest.raises(Uncertain):
            http.post(f"https://partner.example:{deaf.port}/", bytes(30_000_000), {}, deadline=1.0)
        assert time.monotonic() - began < 1.4


def test_a_handshake_may_take_all_the_time_that_is_left_however_many_addresses_there_were(
    certificate, partner, names, settings, trusting
):
    def accept(line: socket.socket, closing: Any) -> None:
        line.recv(65536)
        line.sendall(b"HTTP/1.1 204 Good\r\n\r\n")

    settings.SYNDICATION_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    names.answers["partner.example"] = [["127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4"]]
    with Partner(greet=_late(certificate, accept)) as late:
        settings.SYNDICATION_ALLOWED_PORTS = [late.port]
        assert http.post(f"https://partner.example:{late.port}/", b"", {}, deadline=2.0).status == 204


def test_a_plain_server_behind_an_https_address_is_transient(partner):
    with pytest.raises(Transient, match="certificate.*Nothing was sent"):
        http.post(f"https://127.0.0.1:{partner.port}/", b"x", {}, deadline=2)
    assert partner.requests == []


def _dripping_handshake(line: socket.socket, closing: Any) -> None:
    """A TLS record that promises 16 KB of handshake and delivers a byte now and then."""
    line.sendall(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc")
    while not closing.wait(partners.DRIP):
        try:
            line.sendall(b"\x00")
        except OSError:
            return


@pytest.mark.parametrize("greet", [_silent, _dripping_handshake])
def test_a_handshake_that_never_ends_ends_at_the_deadline(partner, settings, greet):
    with Partner(greet=greet) as rude:
        settings.SYNDICATION_ALLOWED_PORTS = [rude.port]
        began = time.monotonic()
        with pytest.raises(Transient, match="Nothing was sent"):
            http.post(f"https://127.0.0.1:{rude.port}/", b"x", {}, deadline=DEADLINE)
        assert time.monotonic() - began < DEADLINE + 1


# Connections kept, and many at once.


def test_a_conversation_keeps_its_connection(partner):
    for _ in range(3):
        _post(partner, "/ok")
    assert (partner.connections, len(partner.requests)) == (1, 3)


def test_a_connection_the_partner_dropped_is_not_used_again(partner):
    for _ in range(5):
        assert _post(partner, "/farewell").status == 200
        time.sleep(0.02)
    assert partner.connections == 5


def test_a_connection_that_idled_is_not_used_again(partner, monkeypatch):
    monkeypatch.setattr(wire, "KEPT_FOR", 0.05)
    _post(partner, "/ok")
    time.sleep(0.1)
    _post(partner, "/ok")
    assert partner.connections == 2


def test_a_broken_conversation_leaves_no_connection_behind_for_the_next(partner):
    with pytest.raises(Uncertain):
        _post(partner, "/drip_body", deadline=0.2)
    assert _post(partner, "/ok").json() == {"ok": True}
    assert partner.connections == 2


def test_fifty_threads_each_hear_their_own_answer(partner):
    def converse(number: int) -> bool:
        body = json.dumps({"number": number}).encode() * 50
        return all(http.post(partner.url("/echo"), body, {}).body == body for _ in range(4))

    with ThreadPoolExecutor(50) as pool:
        assert all(pool.map(converse, range(50)))
    assert len(partner.requests) == 200


def test_threads_that_all_begin_at_once_read_the_public_authorities_once(partner, monkeypatch):
    read = []
    create = ssl.create_default_context

    def slowly(**facts: Any) -> ssl.SSLContext:
        read.append(facts)
        time.sleep(0.1)
        return create(**facts)

    monkeypatch.setattr(ssl, "create_default_context", slowly)
    wire._read_authorities.cache_clear()
    wire.connections.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: http.post(partner.url("/ok"), b"x", {}), range(8)))
    assert [answer.status for answer in answers] == [200] * 8
    assert len(read) == 1


def test_a_slow_partner_delays_no_other_thread(partner):
    def speak(path: str) -> tuple[str, float]:
        began = time.monotonic()
        with suppress(Uncertain):
            _post(partner, path, deadline=1.0)
        return path, time.monotonic() - began

    paths: list[str] = ["/hang", "/drip_headers", "/ok"] * 8
    with ThreadPoolExecutor(len(paths)) as pool:
        took = list(pool.map(speak, paths))
    assert all(seconds < 2 for _, seconds in took)
    assert all(seconds < 0.9 for path, seconds in took if path == "/ok")
