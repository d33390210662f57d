"""The wire: one request against the clock, over a socket that was dialled to an address that had been checked."""

import io
import os
import socket
import ssl
import threading
import time
from concurrent.futures import Future
from functools import cache, lru_cache
from http.client import HTTPException, HTTPResponse
from typing import Any

import certifi
from ssrfguard import SSRFGuardError, connect, resolve
from urllib3 import PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from syndication.errors import DeliveryError, Permanent, Transient, Uncertain
from syndication.http.policy import Opened, current, host_of, opened

CONNECT_LIMIT = 10.0
KEPT_FOR = 1.5
ROOM_FOR_HEADERS = 256 * 1024
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
here = threading.local()
_reading = threading.Lock()


class Unreadable(HTTPException):
    """An answer that came and cannot be used. Its text is ours, so it may be shown."""


class Call:
    """One request against the clock: what it may still spend, whether bytes may have left, and what its failure means."""

    def __init__(self, method: str, url: str, ends: float, max_bytes: int, max_decoded: int, *, cut: bool = False):
        self.method, self.url, self.ends = method, url, ends
        self.max_bytes, self.max_decoded, self.cut = max_bytes, max_decoded, cut
        self.host = host_of(url)
        self.policy = current()
        self.manager = connections(opened())
        self.sent = False

    def left(self) -> float:
        """Seconds left, more than none. Raises TimeoutError when they are spent."""
        left = self.ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("deadline")
        return left

    def unsent(self, trouble: str, cause: BaseException) -> Transient:
        return Transient(f"{trouble} Nothing was sent; we try again by ourselves.", detail=self.detail(cause))

    def broken(self, cause: BaseException) -> DeliveryError:
        """What a transport error means, by what had left when it struck."""
        late = time.monotonic() >= self.ends
        how = "did not come whole in the time we give it" if late else "broke off or cannot be read"
        trouble = f"The answer of {self.host} {how}."
        if not self.sent:
            return self.unsent(f"We could not begin to speak with {self.host}.", cause)
        if self.method in _SAFE_METHODS:
            return Transient(f"{trouble} We try again by ourselves.", detail=self.detail(cause))
        return Uncertain(
            f"{trouble} What we sent may have arrived all the same, so we look there before we send it again.",
            detail=self.detail(cause),
        )

    def detail(self, cause: BaseException) -> str:
        """Where and what, without the text of the error: that may quote the request, and the request holds secrets."""
        cause = next((arg for arg in cause.args if isinstance(arg, Exception)), cause)
        told = str(cause) if isinstance(cause, Unreadable) else getattr(cause, "verify_message", None)
        return f"{self.method} {self.host}: {type(cause).__name__} {told or getattr(cause, 'strerror', None) or ''}".rstrip()

    def dial(self, scheme: str, host: str, port: int) -> socket.socket:
        """A socket to an address that was looked up once, checked, and is the very one connected to."""
        name = f"[{host}]" if ":" in host else host
        try:
            target = self.policy.check_url(f"{scheme}://{name}:{port}/")
            addresses = resolve(target, policy=self.policy, resolver=_look_up)
            each = self.left() / min(len(addresses), self.policy.max_connection_attempts)
            options = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
            line = connect(addresses, policy=self.policy, timeout=min(each, CONNECT_LIMIT), socket_options=options)
        except SSRFGuardError as refusal:
            raise Permanent(
                f"{self.host} leads to an address inside a private network, and we do not go there. Correct the address.",
                detail=f"{self.method} {self.host}: {type(refusal).__name__}",
            ) from None
        except socket.gaierror as error:
            raise self.unsent(f"The name {self.host} cannot be found at the moment.", error) from error
        except TimeoutError as error:
            raise self.unsent(f"{self.host} does not pick up.", error) from error
        except OSError as error:
            raise self.unsent(f"{self.host} refuses our connection.", error) from error
        line.settimeout(self.left())
        return line


def _look_up(host: str, port: int, family: int = 0, kind: int = 0, protocol: int = 0, flags: int = 0) -> list[Any]:
    """`socket.getaddrinfo` with an end: the platform's resolver takes no deadline, so it works in a thread we can leave."""
    if flags & socket.AI_NUMERICHOST:
        return socket.getaddrinfo(host, port, family, kind, protocol, flags)
    answer: Future[list[Any]] = Future()

    def ask() -> None:
        try:
            answer.set_result(socket.getaddrinfo(host, port, family, kind, protocol, flags))
        except Exception as error:
            answer.set_exception(error)

    threading.Thread(target=ask, name="look-up", daemon=True).start()
    try:
        return answer.result(min(here.call.left(), CONNECT_LIMIT))
    except (TimeoutError, UnicodeError) as error:
        raise socket.gaierror(socket.EAI_AGAIN, "no answer") from error


class _Meter(io.RawIOBase):
    """The reading side of a socket: each wait gets only the time left, and all of them together only so many bytes.

    Parsers above this (http.client, urllib3) wait anew for each byte of a drip and believe any length they are told; a chunk
    of length -1 makes them read for ever. Here neither costs more than the call may spend.
    """

    def __init__(self, stream: io.RawIOBase, line: socket.socket, call: Call):
        self.stream, self.line, self.call = stream, line, call
        self.room = ROOM_FOR_HEADERS + 2 * call.max_bytes
        self.ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self.line.settimeout(self.call.left())
        count = self.stream.readinto(buffer)
        self.ended = not count
        self.room -= count or 0
        if self.room < 0:
            raise Unreadable("more bytes than we take")
        return count

    def close(self) -> None:
        self.stream.close()
        super().close()


class _Answer(HTTPResponse):
    """An HTTP response read through a meter, and never taken for whole if it ends inside its headers."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any):
        super().__init__(sock, *args, **kwargs)
        self.meter = _Meter(self.fp.detach(), sock, here.call)
        self.fp = io.BufferedReader(self.meter)

    def begin(self) -> None:
        super().begin()
        if self.meter.ended or self.status < 200:
            raise Unreadable("headers that are cut off, or only interim")


class _Line(HTTPConnection):
    """A connection that dials through the call in hand, and tells it when bytes begin to leave."""

    scheme = "http"
    response_class = _Answer
    spoke = 0.0

    def _new_conn(self) -> socket.socket:
        return here.call.dial(self.scheme, self._dns_host, self.port)

    @property
    def is_connected(self) -> bool:
        # A partner drops an idle connection after some seconds; a POST that meets the drop would be uncertain for nothing.
        return time.monotonic() - self.spoke < KEPT_FOR and super().is_connected

    def request(self, *args: Any, **kwargs: Any) -> None:
        if self.sock is None:
            self.connect()
        here.call.sent = True
        super().request(*args, **kwargs)

    def send(self, data: Any) -> None:
        self.sock.settimeout(here.call.left())
        super().send(data)

    def getresponse(self) -> Any:
        self.spoke = time.monotonic()
        return super().getresponse()


class _SafeLine(_Line, HTTPSConnection):
    scheme = "https"

    def connect(self) -> None:
        try:
            super().connect()
        except (OSError, HTTPError, ValueError) as error:
            call = here.call
            raise call.unsent(f"{call.host} shows no certificate we can trust, or cannot speak safely.", error) from error


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Line


class _SafePool(HTTPSConnectionPool):
    ConnectionCls = _SafeLine


@lru_cache(maxsize=8)
def connections(opened: Opened) -> PoolManager:
    """The connections kept under the policy of these settings. Hashing the policy itself costs as much as a signature."""
    manager = PoolManager(num_pools=32, maxsize=64, ssl_context=_trusted())
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _SafePool}
    return manager


def _trusted() -> ssl.SSLContext:
    """Whom we believe: the public authorities, and those this machine was told to trust."""
    with _reading:
        return _read_authorities()


@cache
def _read_authorities() -> ssl.SSLContext:
    # Takes 40 ms of processor time, and a cache alone lets every lane that comes meanwhile read them once more.
    context = ssl.create_default_context(cafile=certifi.where())
    context.load_default_certs()
    return context


def _begin_anew() -> None:
    """A forked worker must not speak over its parent's connections, nor wait for a lock that nobody there holds."""
    global _reading
    _reading = threading.Lock()
    connections.cache_clear()


os.register_at_fork(after_in_child=_begin_anew)
