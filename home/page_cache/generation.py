"""The generation: one word for all that readers may see now, the same in every process, another one after each change.

It is posted where every process looks at each request: in memory that all of them share through a file, where the database is
a file as well (SQLite's own log is shared in the same way, so all of them are on one machine); else in Redis. A word that was
lost on its way, because Redis was silent or its process was killed, costs nobody more than CERTAIN_SECONDS: so often the
database itself is asked which changes it shows. Where there is no board it is asked each time.
"""

import mmap
import os
import time
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, Protocol
from uuid import uuid4

import redis
import structlog
from django.conf import settings
from django.db import DatabaseError, connection
from redis.backoff import NoBackoff
from redis.retry import Retry
from wagtail.models import Site

from home.models.change import reading

log = structlog.get_logger(__name__)

CERTAIN_SECONDS = 5.0
# After one failure Redis is left alone for this long, and the database asked instead.
SILENCE_SECONDS = 5.0
PATIENCE = 0.2
KEY = "homeward-pages:generation"

Generation = tuple[bytes, int, int]


class Board(Protocol):
    """Where the word stands."""

    def ask(self) -> bytes | None:
        """The word; None where the board cannot be read, or is none."""

    def post(self) -> None:
        """Put up a new word, which never stood there before."""


class NoBoard:
    """Nothing but the database."""

    def ask(self) -> bytes | None:
        """Nothing."""
        return None

    def post(self) -> None:
        """Nothing to do: the change's own row says it."""


class SharedMemory:
    """A file of sixteen bytes that all processes of one machine hold in memory. A word read while it is written is nobody's."""

    def __init__(self, path: Path):
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if os.fstat(file).st_size != 16:
                os.pwrite(file, uuid4().bytes, 0)
            self.memory = mmap.mmap(file, 16)
        finally:
            os.close(file)

    def ask(self) -> bytes | None:
        """The word."""
        return self.memory[:]

    def post(self) -> None:
        """A new word, at once there for all."""
        self.memory[:] = uuid4().bytes


class Shared:
    """A key in Redis."""

    def __init__(self, url: str):
        patience = {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE, "retry": Retry(NoBackoff(), 0)}
        self.client: Any = redis.Redis.from_url(url, **patience)
        self.silent_until = 0.0
        self.owes = False

    def ask(self) -> bytes | None:
        """The word; where a change could not be told, a new one first."""
        if time.monotonic() < self.silent_until:
            return None
        try:
            if self.owes:
                self._post()
            return self.client.get(KEY) or self._first()
        except redis.RedisError as problem:
            self._rest(problem)
            return None

    def post(self) -> None:
        """A new word; owed while Redis is silent."""
        self.owes = True
        if time.monotonic() < self.silent_until:
            return
        try:
            self._post()
        except redis.RedisError as problem:
            self._rest(problem)

    def _post(self) -> None:
        self.client.set(KEY, uuid4().bytes)
        self.owes = False

    def _first(self) -> bytes:
        self.client.set(KEY, uuid4().bytes, nx=True)
        return bytes(self.client.get(KEY))

    def _rest(self, problem: Exception) -> None:
        self.silent_until = time.monotonic() + SILENCE_SECONDS
        log.warning("Redis does not answer; pages ask the database", problem=type(problem).__name__)


@cache
def board() -> Board:
    """The board of this installation, as PAGE_CACHE says."""
    kind, name = settings.PAGE_CACHE, str(settings.DATABASES["default"]["NAME"])
    if kind == "memory":
        return SharedMemory(Path(f"{name}-generation"))
    return Shared(settings.REDIS_URL) if kind == "redis" else NoBoard()


def tell() -> None:
    """Something that readers see has changed and is committed: nothing that was kept before is shown again."""
    board().post()


class _Known:
    """What the database said last, and when; and the generation that this process acted on last."""

    moment = float("-inf")
    reading = (0, 0)
    generation: Generation | None = None


_lock = Lock()


def current() -> Generation | None:
    """The generation now; None where the database does not answer. Ask before you read what you are going to keep under it."""
    word = board().ask()
    known = _Known.generation
    try:
        # After a new word the database is asked at once: or what is kept now would be dropped when it is asked next.
        generation = (word or b"", *_reading(CERTAIN_SECONDS if word and known and word == known[0] else 0))
    except DatabaseError:
        return None
    if generation != _Known.generation:
        _Known.generation = generation
        # Wagtail keeps the addresses of sites for an hour in each process's own memory.
        Site.clear_site_root_paths_cache()
    return generation


def _reading(seconds: float) -> tuple[int, int]:
    now = time.monotonic()
    if now - _Known.moment < seconds:
        return _Known.reading
    with _lock:
        if now - _Known.moment >= seconds:
            # What a transaction of this thread wrote and others do not see must not count.
            assert not connection.in_atomic_block
            _Known.reading, _Known.moment = reading(), now
    return _Known.reading


def forget() -> None:
    """Ask everything anew. For tests, whose database and Redis come and go."""
    board.cache_clear()
    _Known.moment, _Known.generation = float("-inf"), None
