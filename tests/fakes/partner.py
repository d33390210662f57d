"""A partner on loopback: a real HTTP server that answers well, and misbehaves when asked to.

    with Partner() as partner:
        partner.url("/reset")                       # the path names the behaviour: see BEHAVIOURS
        partner.url("/status/503?retry-after=30")   # with an argument, and with headers to answer
        partner.next("reset", "created/7")          # or: the next two requests, wherever they go
        partner.routes["/posts"] = my_behaviour     # or: one path for good, by any function of a Visit
        partner.otherwise = my_behaviour            # or: every path that has no route
        partner.requests, partner.connections       # what it saw

A behaviour is a function of a `Visit`. All that sleep wake up when the partner closes.
"""

import gzip
import json
import socket
import socketserver
import ssl
import struct
import sys
import threading
import zlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

DRIP = 0.05
MEGABYTE = b"x" * 2**20
LOGIN_PAGE = b"<!doctype html><title>Log in</title><form method=post><input name=log><input name=pwd type=password></form>"
PAGE = b"<!doctype html><html><head><title>A page</title></head><body><p>A page</p></body></html>"


@dataclass(frozen=True)
class Request:
    """One request as the partner saw it. Header names are lower-case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = field(repr=False)

    def json(self) -> Any:
        return json.loads(self.body)


class Visit(BaseHTTPRequestHandler):
    """One request being answered. `argument` is what follows the behaviour's name in the path, `query` its parameters."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "_Server"
    argument = ""
    query: dict[str, str]
    body = b""

    def reply(self, status: int = 200, body: bytes = b"", content_type: str = "text/html; charset=utf-8", **headers: Any) -> None:
        """A proper answer. Header names are given with underscores; parameters of the query become headers too."""
        self.send_response_only(status)
        fields = {"content-type": content_type, "content-length": len(body), **self.query}
        for name, value in {**fields, **{name.replace("_", "-"): value for name, value in headers.items()}}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.say(b"" if self.command == "HEAD" else body)

    def reply_json(self, answer: Any, status: int = 200, **headers: Any) -> None:
        self.reply(status, json.dumps(answer).encode(), "application/json", **headers)

    def say(self, *pieces: bytes) -> None:
        """Raw bytes, at once. The caller having hung up is no error."""
        for piece in pieces:
            try:
                self.connection.sendall(piece)
            except OSError:
                self.close_connection = True
                return

    def say_for_ever(self, piece: bytes, pause: float = 0.0) -> None:
        """The same piece again and again, until the caller hangs up or the partner closes."""
        self.close_connection = False
        while not self.close_connection and not self.server.closing.wait(pause):
            self.say(piece)
        self.close_connection = True

    def sleep(self, seconds: float = 60.0) -> None:
        self.server.closing.wait(seconds)

    def hang_up(self, *, reset: bool = False) -> None:
        """End the connection: with a FIN, or with a RST that destroys what is still on its way."""
        if reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def address_string(self) -> str:
        return "loopback"

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self._answer
        raise AttributeError(name)

    def _answer(self) -> None:
        partner = self.server.partner
        if self.path == "/robots.txt" and self.path not in partner.routes:
            # A guest asks for it before each first look; only a test that is about it has one, and hears of the question.
            self.query = {}
            return self.reply(404)
        usual = partner.routes.get(urlsplit(self.path).path, partner.otherwise or self.path)
        asked = partner.script.popleft() if partner.script else usual
        behave, self.argument, self.query = (asked, "", {}) if callable(asked) else named(asked)
        self.body = b"" if behave is refuse_to_listen else self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        partner.requests.append(Request(self.command, self.path, headers, self.body))
        behave(self)


Behaviour = Callable[[Visit], None]


# Answers a partner gives in good faith.


def ok(visit: Visit) -> None:
    visit.reply_json({"ok": True})


def created(visit: Visit) -> None:
    """A receipt for /created/<id>: the id, and the URL where the copy stands."""
    remote = visit.argument or "1"
    visit.reply_json({"id": remote, "url": visit.server.partner.url(f"/page/{remote}")}, 201)


def page(visit: Visit) -> None:
    visit.reply(200, PAGE)


def echo(visit: Visit) -> None:
    visit.reply(200, visit.body, "application/octet-stream")


def status(visit: Visit) -> None:
    visit.reply(int(visit.argument), b"" if visit.argument in ("204", "304") else b"as asked")


def not_found(visit: Visit) -> None:
    visit.reply(404, b"no such page")


def compressed(visit: Visit) -> None:
    visit.reply(200, gzip.compress(PAGE), content_encoding="gzip")


def deflated(visit: Visit) -> None:
    visit.reply(200, zlib.compress(PAGE), content_encoding="deflate")


def deflated_raw(visit: Visit) -> None:
    visit.reply(200, zlib.compress(PAGE, wbits=-15), content_encoding="deflate")


def chunked(visit: Visit) -> None:
    visit.say(_head("Transfer-Encoding: chunked"))
    visit.say(*(b"1\r\n%c\r\n" % letter for letter in PAGE), b"0\r\nX-Trailer: yes\r\n\r\n")


def until_close(visit: Visit) -> None:
    visit.say(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n", PAGE)
    visit.hang_up()


def farewell(visit: Visit) -> None:
    """A good answer that promises to keep the connection, which is then dropped, as idle ones are."""
    visit.reply_json({"ok": True})
    visit.hang_up()


# Refusals, with advice when to come back.


def slow_down(visit: Visit) -> None:
    """429, with a Retry-After for /slow_down/<seconds | date | garbage | year>."""
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=120), usegmt=True)
    asked = {"date": later, "garbage": "when pigs fly", "year": str(365 * 86400)}
    visit.reply(429, b"slow down", retry_after=asked.get(visit.argument, visit.argument or "30"))


def redirect(visit: Visit) -> None:
    """/redirect/<status>?to=<url>"""
    target = visit.query.pop("to")
    visit.reply(int(visit.argument or 302), location=target)


def redirect_loop(visit: Visit) -> None:
    visit.reply(302, location=f"/redirect_loop/{int(visit.argument or 0) + 1}")


def redirect_nowhere(visit: Visit) -> None:
    visit.reply(302, location="http://[")


def login_page(visit: Visit) -> None:
    """The lying 200: every request ends at the log-in form."""
    visit.reply(200, LOGIN_PAGE)


# Lines that break.


def reset(visit: Visit) -> None:
    visit.hang_up(reset=True)


def close(visit: Visit) -> None:
    visit.hang_up()


def reset_mid_body(visit: Visit) -> None:
    visit.say(_head("Content-Length: 1000"), b"{")
    visit.sleep(0.05)
    visit.hang_up(reset=True)


def half_close(visit: Visit) -> None:
    visit.say(_head("Content-Length: 1000"), b"{")
    visit.connection.shutdown(socket.SHUT_WR)
    visit.sleep(1.0)
    visit.hang_up()


def cut_headers(visit: Visit) -> None:
    visit.say(b"HTTP/1.1 200 OK\r\nContent-Type: text/ht")
    visit.hang_up()


# Answers that take their time.


def hang(visit: Visit) -> None:
    visit.sleep()
    visit.hang_up()


def hang_mid_body(visit: Visit) -> None:
    visit.say(_head("Content-Length: 1000"), b"{")
    hang(visit)


def drip_status(visit: Visit) -> None:
    visit.say(b"HTTP/1.1 200 ")
    visit.say_for_ever(b"O", DRIP)


def drip_headers(visit: Visit) -> None:
    visit.say(b"HTTP/1.1 200 OK\r\nX-Drip: ")
    visit.say_for_ever(b"x", DRIP)


def drip_body(visit: Visit) -> None:
    visit.say(_head("Content-Length: 1000"))
    visit.say_for_ever(b" ", DRIP)


def drip_until_close(visit: Visit) -> None:
    visit.say(_head("Connection: close"))
    visit.say_for_ever(b" ", DRIP)


def drip_chunk_size(visit: Visit) -> None:
    visit.say(_head("Transfer-Encoding: chunked"))
    visit.say_for_ever(b"0", DRIP)


def drip_trailers(visit: Visit) -> None:
    visit.say(_head("Transfer-Encoding: chunked"), b"2\r\n{}\r\n0\r\n")
    visit.say_for_ever(b"X-T: t\r\n", DRIP)


def keep_promising(visit: Visit) -> None:
    visit.say_for_ever(b"HTTP/1.1 100 Continue\r\n\r\n", DRIP)


def refuse_to_listen(visit: Visit) -> None:
    """Never reads the body of the request."""
    hang(visit)


# Answers that are too much.


def endless_body(visit: Visit) -> None:
    visit.say(_head("Connection: close"))
    visit.say_for_ever(MEGABYTE)


def endless_chunks(visit: Visit) -> None:
    visit.say(_head("Transfer-Encoding: chunked"))
    visit.say_for_ever(b"1\r\nx\r\n" * 4096)


def negative_chunk(visit: Visit) -> None:
    """A chunk of length -1: a careless parser reads it to the end, and there is no end."""
    visit.say(_head("Transfer-Encoding: chunked"), b"-1\r\n")
    visit.say_for_ever(MEGABYTE)


def huge_body(visit: Visit) -> None:
    visit.say(_head(f"Content-Length: {200 * len(MEGABYTE)}"), *[MEGABYTE] * 200)


def huge_refusal(visit: Visit) -> None:
    visit.say(_head("Content-Length: 9000000", "500 Oh"), *[MEGABYTE] * 9)


def bomb(visit: Visit) -> None:
    """A small body that unpacks to 128 MB."""
    visit.reply(200, _bomb(), content_encoding="gzip")


def many_headers(visit: Visit) -> None:
    visit.say(_head(*[f"X-{number}: {number}" for number in range(5000)], "Content-Length: 2"), b"{}")


def long_header(visit: Visit) -> None:
    visit.say(_head(f"X-Long: {'x' * 100_000}", "Content-Length: 2"), b"{}")


def endless_headers(visit: Visit) -> None:
    visit.say(b"HTTP/1.1 200 OK\r\nX-Long: ")
    visit.say_for_ever(MEGABYTE)


# Answers that make no sense.


def garbage(visit: Visit) -> None:
    visit.say(bytes(range(256)) * 8)
    visit.hang_up()


def no_headers(visit: Visit) -> None:
    """HTTP/0.9: a page and nothing else."""
    visit.say(PAGE)
    visit.hang_up()


def bad_status(visit: Visit) -> None:
    visit.say(b"HTTP/1.1 two-hundred OK\r\nContent-Length: 2\r\n\r\n{}")


def interim_only(visit: Visit) -> None:
    visit.say(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n")


def long_length(visit: Visit) -> None:
    """Content-Length promises more than comes."""
    visit.say(_head("Content-Length: 1000"), b"{}")
    visit.hang_up()


def two_lengths(visit: Visit) -> None:
    visit.say(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} ")


def broken_chunks(visit: Visit) -> None:
    visit.say(_head("Transfer-Encoding: chunked"), b"5\r\nhello\r\nnot-a-size\r\n")
    visit.hang_up()


def cut_chunks(visit: Visit) -> None:
    visit.say(_head("Transfer-Encoding: chunked"), b"ff\r\nhello")
    visit.hang_up()


def wrong_gzip(visit: Visit) -> None:
    visit.reply(200, PAGE, content_encoding="gzip")


def cut_gzip(visit: Visit) -> None:
    visit.reply(200, gzip.compress(PAGE)[:-12], content_encoding="gzip")


def unasked_coding(visit: Visit) -> None:
    visit.reply(200, b"\x0b\x02\x80{}\x03", content_encoding="br")


def many_codings(visit: Visit) -> None:
    visit.reply(200, PAGE, content_encoding=", ".join(["gzip"] * 50))


def _head(*fields: str) -> bytes:
    status_line = fields[-1] if fields[-1][:3].isdigit() else "200 OK"
    lines = [f"HTTP/1.1 {status_line}", "Content-Type: application/json", *(line for line in fields if line != status_line)]
    return "\r\n".join([*lines, "", ""]).encode()


@cache
def _bomb() -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    return b"".join(packer.compress(bytes(2**20)) for _ in range(128)) + packer.flush()


def _by_name(*behaviours: Behaviour) -> dict[str, Behaviour]:
    return {behaviour.__name__: behaviour for behaviour in behaviours}


GOOD = _by_name(ok, created, page, echo, status, compressed, deflated, deflated_raw, chunked, until_close, farewell)
ELSEWHERE = _by_name(slow_down, redirect, redirect_loop, redirect_nowhere, login_page, huge_refusal, refuse_to_listen)
# After these no whole 200 came back, though bytes left: the first by the deadline only, the others at once.
SLOW = _by_name(hang, hang_mid_body, drip_status, drip_headers, drip_body, drip_until_close, drip_chunk_size, drip_trailers)
SLOW |= _by_name(keep_promising)
CUT = _by_name(reset, close, reset_mid_body, half_close, cut_headers, long_length, cut_chunks, cut_gzip)
TOO_MUCH = _by_name(endless_body, endless_chunks, negative_chunk, huge_body, bomb, many_headers, long_header, endless_headers)
SENSELESS = _by_name(garbage, no_headers, bad_status, interim_only, two_lengths, broken_chunks, wrong_gzip)
SENSELESS |= _by_name(unasked_coding, many_codings)
BEHAVIOURS = GOOD | ELSEWHERE | SLOW | CUT | TOO_MUCH | SENSELESS


def named(place: str) -> tuple[Behaviour, str, dict[str, str]]:
    """The behaviour, argument and query of /<behaviour>/<argument>?<query>."""
    parts = urlsplit(place)
    name, _, argument = parts.path.strip("/").partition("/")
    return BEHAVIOURS.get(name, not_found), argument, dict(parse_qsl(parts.query))


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, partner: "Partner"):
        self.partner = partner
        self.closing = threading.Event()
        super().__init__(("127.0.0.1", 0), Visit)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        self.partner.connections += 1
        if self.partner.greet:
            self.partner.greet(request, self.closing)
            return self.shutdown_request(request)
        if self.partner.tls:
            try:
                request = self.partner.tls.wrap_socket(request, server_side=True)
            except OSError:
                return self.shutdown_request(request)
        super().process_request_thread(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        # No polite FIN before the close: it would soften a reset.
        self.close_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        # Callers hang up all the time; anything else is a mistake in a behaviour.
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Partner:
    """The server, as a context manager. `tls` makes it speak HTTPS; `greet(socket, closing)` replaces HTTP altogether."""

    def __init__(self, tls: ssl.SSLContext | None = None, greet: Callable[[socket.socket, threading.Event], None] | None = None):
        self.tls = tls
        self.greet = greet
        self.requests: list[Request] = []
        self.connections = 0
        self.routes: dict[str, Behaviour] = {}
        self.otherwise: Behaviour | None = None
        self.script: deque[str | Behaviour] = deque()
        self._server = _Server(self)
        self.port: int = self._server.server_address[1]

    def url(self, path: str = "/", *, host: str = "127.0.0.1") -> str:
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}{path}"

    def next(self, *behaviours: str | Behaviour) -> None:
        """Answer the coming requests so, one after the other, whatever their path."""
        self.script.extend(behaviours)

    def forget(self) -> None:
        """As new: nothing seen, nothing planned."""
        self.requests.clear()
        self.routes.clear()
        self.otherwise = None
        self.script.clear()
        self.connections = 0

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="partner", daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.closing.set()
        self._server.shutdown()
        self._server.server_close()
