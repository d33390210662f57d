"""The outlet as a WSGI callable (PEP 3333): one table of routes, a few lines a route."""

import json
import logging
import sqlite3
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs
from wsgiref.types import StartResponse, WSGIEnvironment

from . import pages
from .desk import desk
from .intake import BODY_LIMIT, HEADERS, Problem, Push, locks, prove, read
from .moods import GOOD, fault
from .piece import piece_of
from .store import EVERY_PIECE, Row, Store

log = logging.getLogger("demo.outlet")

WEBHOOK_PATH = "/webhooks/homeward"
FORM_LIMIT = 64 * 1024
DRAIN_LIMIT = 16 * 1024 * 1024
HANG_LIMIT = 600.0
SAFETY = [
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
    (
        "Content-Security-Policy",
        f"default-src 'none'; style-src 'sha256-{pages.STYLE_HASH}'; img-src http: https: data:; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'",
    ),
]


@dataclass(frozen=True)
class Answer:
    """What goes back: a status, a body, the type of the body, and headers besides."""

    status: int
    body: bytes = b""
    kind: str = "text/html; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = field(default=())


def _html(text: str, status: int = 200) -> Answer:
    return Answer(status, text.encode())


def _json(value: Any, status: int = 200, kind: str = "application/json") -> Answer:
    return Answer(status, json.dumps(value, ensure_ascii=False, indent=1).encode(), kind)


def _problem(status: int, sentence: str) -> Answer:
    """A refusal as RFC 9457 has it."""
    facts = {"title": HTTPStatus(status).phrase, "status": status, "detail": sentence}
    return _json(facts, status, "application/problem+json")


class Outlet:
    """The site. `base` is its public address, without a slash at the end; `stopping` wakes those it keeps waiting."""

    def __init__(self, secrets: Sequence[str], base: str, data: str = ":memory:", name: str = "The Lantern"):
        self.base = base.rstrip("/")
        self.name = name
        self.stopping = threading.Event()
        self.store = Store(data)
        try:
            self._verifiers = locks(secrets)
        except ValueError:
            self.store.close()
            raise
        self._routes: dict[tuple[str, str], Callable[[WSGIEnvironment], Answer]] = {
            ("GET", "/"): self._front,
            ("GET", "/desk"): self._desk,
            ("POST", "/desk"): self._told,
            ("GET", "/desk/state.json"): lambda environ: _json(self.state()),
            ("GET", "/healthz"): self._health,
            ("POST", WEBHOOK_PATH): self._webhook,
        }

    @property
    def webhook_url(self) -> str:
        return self.base + WEBHOOK_PATH

    def close(self) -> None:
        """Let everyone who waits go, and close the file."""
        self.stopping.set()
        self.store.close()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            answer = self._answer(environ)
        except Problem as problem:
            log.info("refused, %s: %s", problem.status, problem.sentence)
            answer = _problem(problem.status, problem.sentence)
        headers = [("Content-Type", answer.kind), ("Content-Length", str(len(answer.body))), *SAFETY, *answer.headers]
        start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer.body]

    def _answer(self, environ: WSGIEnvironment) -> Answer:
        method = "GET" if environ["REQUEST_METHOD"] == "HEAD" else environ["REQUEST_METHOD"]
        path = environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8", "replace")
        if route := self._routes.get((method, path)):
            return route(environ)
        if method == "GET" and path.startswith("/articles/"):
            return self._copy(path.removeprefix("/articles/"))
        if allowed := [known for known, place in self._routes if place == path]:
            return Answer(405, b"", "text/plain", (("Allow", ", ".join(allowed)),))
        return _html(pages.plain(self.name, "Not here", "We have no page at this address."), 404)

    # --- what readers see ---

    def _front(self, environ: WSGIEnvironment) -> Answer:
        shown = [row for row in self.store.pieces() if not self._gone(row, self.store.moods(row.uid))]
        latest = [piece_of(row) for row in shown[: pages.FRONT_LIMIT]]
        return _html(pages.front(self.name, latest, len(shown), self.webhook_url))

    def _copy(self, slug: str) -> Answer:
        row = self.store.piece(slug=slug) if slug else None
        moods = self.store.moods(row.uid) if row else GOOD
        if row is None or moods["page"] == "404":
            return _html(pages.plain(self.name, "Not here", "We have no piece at this address."), 404)
        if moods["page"] == "500":
            return _html(pages.plain(self.name, "Out of order", "Our press is jammed. Please come back later."), 500)
        if self._gone(row, moods):
            return _html(pages.withdrawn(self.name, piece_of(row)), 410)
        return _html(pages.copy(self.name, piece_of(row), self._url(row), moods))

    def _gone(self, row: Row, moods: Mapping[str, str]) -> bool:
        return row.withdrawn and moods["withdrawals"] == "obeyed"

    def _url(self, row: Row) -> str:
        return self.base + pages.path_of(row.slug)

    # --- what Homeward sees ---

    def _webhook(self, environ: WSGIEnvironment) -> Answer:
        body = _body(environ, BODY_LIMIT)
        headers = {name: environ.get(f"HTTP_{name.upper().replace('-', '_')}", "") for name in HEADERS}
        prove(body, headers, self._verifiers)
        push = read(body, headers["webhook-id"])
        if push is None:
            return self._tested(headers["webhook-id"])
        moods = self.store.moods(push.uid)
        if moods["answers"] in ("500", "401"):
            return self._refuse(push, int(moods["answers"]))
        row, new = self.store.take(push)
        log.info("%s, version %s: %s (%s)", push.type, push.version, push.headline, push.id)
        if moods["answers"] == "slow":
            self.stopping.wait(float(moods["seconds"]))
        if moods["answers"] == "hang":
            self.stopping.wait(HANG_LIMIT)
            raise Problem(503, "We never meant to answer.")
        return _json({"id": row.uid, "url": self._url(row)}, 201 if new else 200)

    def _tested(self, key: str) -> Answer:
        """What we can do, for who tests the line to us. Nothing is kept of it."""
        moods = self.store.moods("")
        log.info("tested (%s)", key)
        if moods["answers"] in ("500", "401"):
            return _problem(int(moods["answers"]), "The desk told us to answer so.")
        if moods["answers"] == "hang":
            self.stopping.wait(HANG_LIMIT)
        return _json({"test": True, "may_publish": True, "canonical": moods["canonical"] in ("right", "two")})

    def _refuse(self, push: Push, status: int) -> Answer:
        self.store.refuse(push, f"refused: {status}")
        log.info("told to answer %s to %s", status, push.id)
        return _problem(status, "The desk told us to answer so.")

    # --- what the desk sees ---

    def _desk(self, environ: WSGIEnvironment) -> Answer:
        uid = parse_qs(environ.get("QUERY_STRING", "")).get("piece", [""])[0]
        chosen = self.store.piece(uid=uid) if uid else None
        return _html(desk(self.name, self.store.pieces(), self.store.deliveries(), self.store.told(), chosen))

    def _told(self, environ: WSGIEnvironment) -> Answer:
        # No CSRF token: a demonstration on loopback, whose worst harm is a misbehaving demonstration. The page says so.
        text = _body(environ, FORM_LIMIT).decode("utf-8", "replace")
        fields = {key: values[-1].strip() for key, values in parse_qs(text, keep_blank_values=True).items()}
        if fields.pop("forget", ""):
            self.store.behave()
            return Answer(303, headers=(("Location", "/desk"),))
        uid = fields.pop("piece", EVERY_PIECE)
        self.tell(uid, **fields)
        return Answer(303, headers=(("Location", f"/desk?piece={uid}" if uid else "/desk"),))

    def tell(self, piece: str = EVERY_PIECE, **moods: str) -> None:
        """Set habits for one piece (its uid) or for all; an empty value forgets. Raises Problem 400 for one it does not know."""
        if piece and self.store.piece(uid=piece) is None:
            raise Problem(400, f"We hold no piece {piece!r}.")
        for name, value in moods.items():
            if why := value and fault(name, value):
                raise Problem(400, why)
        self.store.tell(piece, moods)

    def state(self) -> dict[str, Any]:
        """All that the outlet holds, as JSON-ready data: `pieces` and `deliveries`, the latest first, and `moods` by uid."""
        told = self.store.told()
        return {
            "name": self.name,
            "pieces": [
                {
                    "uid": row.uid,
                    "version": row.version,
                    "headline": row.headline,
                    "url": self._url(row),
                    "withdrawn": row.withdrawn,
                    "taken_at": row.taken_at,
                    "changed_at": row.changed_at,
                }
                for row in self.store.pieces()
            ],
            "deliveries": self.store.deliveries(),
            "moods": {"all": GOOD | told.pop(EVERY_PIECE), "pieces": told},
        }

    def _health(self, environ: WSGIEnvironment) -> Answer:
        try:
            self.store.told()
        except sqlite3.Error:
            return Answer(503, b"The store does not answer.\n", "text/plain; charset=utf-8")
        return Answer(200, b"ok\n", "text/plain; charset=utf-8")


def _body(environ: WSGIEnvironment, limit: int) -> bytes:
    """The raw body. Raises Problem 411 without a length, 413 above `limit` bytes, 408 or 400 if less comes than announced."""
    length = environ.get("CONTENT_LENGTH") or ""
    if not (length.isascii() and length.isdigit()):
        raise Problem(411, "We take a body whose length is announced (Content-Length).")
    size, stream = int(length[:12]), environ["wsgi.input"]
    if size > limit:
        _drain(stream, min(size, DRAIN_LIMIT))
        raise Problem(413, f"We take at most {limit} bytes.")
    try:
        body = stream.read(size)
    except TimeoutError:
        raise Problem(408, "The body did not arrive in time.") from None
    if len(body) < size:
        raise Problem(400, "The body is shorter than announced.")
    return bytes(body)


def _drain(stream: Any, size: int) -> None:
    # A socket closed on unread bytes resets the connection, and the sender would never read our answer.
    try:
        while size > 0 and (chunk := stream.read(min(size, 65536))):
            size -= len(chunk)
    except OSError:
        pass


def make_app(secrets: Sequence[str], base: str, data: str = ":memory:", name: str = "The Lantern") -> Outlet:
    """The outlet as a WSGI callable.

    `secrets` are the `whsec_…` secrets it trusts, `base` its public address, `data` the path of its SQLite file.
    Raises ValueError for a secret that cannot be read, sqlite3.Error for a file that cannot be opened.
    """
    return Outlet(secrets, base, data, name)
