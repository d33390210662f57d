"""The one door to the network: every byte leaves here, against a clock, towards an address we are willing to visit."""

import io
import json
import os
import re
import socket
import ssl
import threading
import time
import tomllib
import zlib
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import cache, lru_cache
from http.client import HTTPException, HTTPResponse
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urljoin, urlsplit

import certifi
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from ssrfguard import Policy, SSRFGuardError, connect, resolve
from urllib3 import BaseHTTPResponse, HTTPHeaderDict, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, LocationParseError
from urllib3.util import parse_url

from syndication.errors import DeliveryError, Permanent, Transient, Uncertain

CONNECT_LIMIT = 10.0
KEPT_FOR = 1.5
REDIRECTS_FOLLOWED = 3
ROOM_FOR_HEADERS = 256 * 1024

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_WINDOW_BITS = {"gzip": (31,), "x-gzip": (31,), "deflate": (15, -15)}
_CHARSET = re.compile(r"utf-?_?(8|16|32)|(us-)?ascii|iso-?_?(8859|2022)|latin|windows-|cp\d|koi8|shift_?jis|euc|gb|big5", re.I)
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e\xa0-\xff]*")
_BLANK = re.compile(r"[\x00-\x20\x7f]")
# The last label alone decides (WHATWG URL §3.5): what ends in a number is an IPv4 address to some resolver.
_ENDS_IN_NUMBER = re.compile(r"(^|\.)(\d+|0x[0-9a-f]*)$", re.I)
_INWARD = (".localhost", ".localdomain", ".local", ".internal", ".intranet", ".lan", ".home.arpa")
_here = threading.local()


@dataclass(frozen=True)
class Response:
    """An answer, whole and decoded. Header names are lower-case; several fields of one name are joined with `, `."""

    status: int
    url: str
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def text(self) -> str:
        """The body as text: by its byte order mark, else the charset of its Content-Type, else UTF-8; never raises."""
        for mark, charset in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
            if self.body.startswith(mark):
                return self.body.decode(charset, "replace")
        named = re.search(r"charset=[\"']?([\w.:-]+)", self.headers.get("content-type", ""), re.I)
        # Python also knows codecs that are slow, or no charsets at all (punycode, unicode_escape): not for partners to choose.
        charset = named[1] if named and _CHARSET.match(named[1]) else "utf-8"
        try:
            return self.body.decode(charset, "replace")
        except LookupError:
            return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON (RFC 8259). Raises ValueError, also for NaN and for nesting too deep to read."""
        try:
            return json.loads(self.body, parse_constant=_refuse_constant)
        except RecursionError:
            raise ValueError("nested too deeply") from None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def post(url: str, body: bytes, headers: Mapping[str, str], *, deadline: float = 30.0, max_bytes: int = 1_000_000) -> Response:
    """POST `body` and return whatever answers: see `send`."""
    return send("POST", url, body, headers, deadline=deadline, max_bytes=max_bytes)


def send(
    method: str,
    url: str,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    *,
    deadline: float = 30.0,
    max_bytes: int = 1_000_000,
    max_decoded: int = 4_000_000,
) -> Response:
    """Send one request, follow no redirect, and return the answer whatever its status.

    `deadline` is seconds for everything, look-up to last byte. Raises Permanent for an address we do not visit or a header
    that cannot be sent, Transient if nothing was sent, Uncertain if bytes left and no whole answer came back; after a GET,
    HEAD or OPTIONS, which change nothing, that is Transient too. A status of 300 or more speaks for itself: if its body
    is too long, broken or late, the response holds what could be read of it, if anything.
    """
    return _converse(_Call(method, url, time.monotonic() + deadline, max_bytes, max_decoded), body, headers or {})


def fetch(
    url: str,
    headers: Mapping[str, str] | None = None,
    *,
    deadline: float = 15.0,
    max_bytes: int = 1_000_000,
    max_decoded: int = 4_000_000,
) -> Response:
    """GET a page, following up to three redirects within the one `deadline`; every hop is checked like the first.

    A hop to another origin takes along no header but Accept and Accept-Language. Raises like `send`, and Permanent for a
    redirect that leads nowhere we go.
    """
    ends = time.monotonic() + deadline
    headers = dict(headers or {})
    for _ in range(REDIRECTS_FOLLOWED + 1):
        response = _converse(_Call("GET", url, ends, max_bytes, max_decoded), b"", headers)
        location = response.headers.get("location", "")
        if response.status not in _REDIRECTS or not location:
            return response
        onward = _onward(response, location)
        if urlsplit(onward)[:2] != urlsplit(url)[:2]:
            headers = {name: value for name, value in headers.items() if name.lower() in ("accept", "accept-language")}
        url = onward
    raise Permanent(
        f"The page at {_host(url)} sends its readers from one address to the next and never arrives. Ask the outlet to mend it.",
        detail=f"more than {REDIRECTS_FOLLOWED} redirects",
        status=response.status,
    )


def _onward(response: Response, location: str) -> str:
    """The absolute URL of a redirect. Location arrives as Latin-1 and is UTF-8 wherever it is not ASCII."""
    location = location.encode("latin-1", "replace").decode("utf-8", "replace")
    try:
        url = urljoin(response.url, location)
    except ValueError:
        url = location
    try:
        check_url(url)
    except ValueError as refusal:
        raise Permanent(
            f"{_host(response.url)} sends us on to an address we do not visit. {refusal}",
            detail=f"redirect {response.status}",
            status=response.status,
        ) from None
    return url


def check_url(url: str) -> None:
    """Raise ValueError, with a sentence for an editor, for a URL we will not visit. Looks at the text only: no DNS.

    Who passes here may still be refused when its name turns out to lead inwards.
    """
    policy, _ = _door()
    try:
        target = policy.check_url(url)
        parse_url(url)
    except (SSRFGuardError, LocationParseError):
        raise ValueError(_objection(url, policy)) from None
    if target.address:
        return
    host = target.host.rstrip(".")
    if _ENDS_IN_NUMBER.search(host) or "[" in urlsplit(url).netloc:
        raise ValueError("The host of this address is a number in disguise. Write its name.")
    # A name is judged again by what it resolves to; where settings open a network, names of that network are welcome too.
    if not policy.allowed_networks and ("." not in host or host.endswith(_INWARD)):
        raise ValueError("This address is a name inside a private network. We only visit addresses on the public web.")


def _objection(url: str, policy: Policy) -> str:
    """Why the policy refuses `url`, in words for the person who typed it."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "This is not a web address we can read. Check its host and its port."
    if len(url) > policy.max_url_length or _BLANK.search(url):
        return "This is not a web address: it is too long, or holds a space or a line break."
    if parts.scheme not in policy.allowed_schemes:
        return "The address must begin with https:// or http://."
    if "@" in parts.netloc:
        return "The address must not hold a name or password: leave out everything up to the @."
    if not parts.hostname:
        return "The address names no host. It should look like https://outlet.example/."
    if port is not None and port not in policy.allowed_ports:
        return f"We do not visit port {port}. Allowed are {', '.join(map(str, sorted(policy.allowed_ports)))}."
    return "The host of this address is not on the public web: it is a private address, or not a proper name."


class _Unreadable(HTTPException):
    """An answer that came and cannot be used. Its text is ours, so it may be shown."""


class _Call:
    """One request against the clock: what it may still spend, whether bytes may have left, and what its failure means."""

    def __init__(self, method: str, url: str, ends: float, max_bytes: int, max_decoded: int):
        self.method, self.url, self.ends = method, url, ends
        self.max_bytes, self.max_decoded = max_bytes, max_decoded
        self.host = _host(url)
        self.policy, self.manager = _door()
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
        told = str(cause) if isinstance(cause, _Unreadable) else getattr(cause, "verify_message", None)
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
        return answer.result(min(_here.call.left(), CONNECT_LIMIT))
    except (TimeoutError, UnicodeError) as error:
        raise socket.gaierror(socket.EAI_AGAIN, "no answer") from error


class _Meter(io.RawIOBase):
    """The reading side of a socket: each wait gets only the time left, and all of them together only so many bytes.

    Parsers above this (http.client, urllib3) wait anew for each byte of a drip and believe any length they are told; a chunk
    of length -1 makes them read for ever. Here neither costs more than the call may spend.
    """

    def __init__(self, stream: io.RawIOBase, line: socket.socket, call: _Call):
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
            raise _Unreadable("more bytes than we take")
        return count

    def close(self) -> None:
        self.stream.close()
        super().close()


class _Answer(HTTPResponse):
    """An HTTP response read through a meter, and never taken for whole if it ends inside its headers."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any):
        super().__init__(sock, *args, **kwargs)
        self.meter = _Meter(self.fp.detach(), sock, _here.call)
        self.fp = io.BufferedReader(self.meter)

    def begin(self) -> None:
        super().begin()
        if self.meter.ended or self.status < 200:
            raise _Unreadable("headers that are cut off, or only interim")


class _Line(HTTPConnection):
    """A connection that dials through the call in hand, and tells it when bytes begin to leave."""

    scheme = "http"
    response_class = _Answer
    spoke = 0.0

    def _new_conn(self) -> socket.socket:
        return _here.call.dial(self.scheme, self._dns_host, self.port)

    @property
    def is_connected(self) -> bool:
        # A partner drops an idle connection after some seconds; a POST that meets the drop would be uncertain for nothing.
        return time.monotonic() - self.spoke < KEPT_FOR and super().is_connected

    def request(self, *args: Any, **kwargs: Any) -> None:
        if self.sock is None:
            self.connect()
        _here.call.sent = True
        super().request(*args, **kwargs)

    def send(self, data: Any) -> None:
        self.sock.settimeout(_here.call.left())
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
            call = _here.call
            raise call.unsent(f"{call.host} shows no certificate we can trust, or cannot speak safely.", error) from error


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Line


class _SafePool(HTTPSConnectionPool):
    ConnectionCls = _SafeLine


def _door() -> tuple[Policy, PoolManager]:
    """The policy of the moment, and the connections kept under it."""
    networks = getattr(settings, "SYNDICATION_ALLOWED_NETWORKS", ())
    return _open_door(tuple(networks), tuple(getattr(settings, "SYNDICATION_ALLOWED_PORTS", ())))


@lru_cache(maxsize=8)
def _open_door(networks: tuple[str, ...], ports: tuple[int, ...]) -> tuple[Policy, PoolManager]:
    try:
        policy = Policy(allowed_networks=networks, allowed_ports=frozenset({80, 443, *ports}))  # type: ignore[arg-type]
    except ValueError as error:
        raise ImproperlyConfigured(f"SYNDICATION_ALLOWED_NETWORKS or SYNDICATION_ALLOWED_PORTS: {error}") from error
    manager = PoolManager(num_pools=32, maxsize=8, ssl_context=_trusted())
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _SafePool}
    return policy, manager


@cache
def _trusted() -> ssl.SSLContext:
    """Whom we believe: the public authorities, and those this machine was told to trust. Reading them takes a while."""
    context = ssl.create_default_context(cafile=certifi.where())
    context.load_default_certs()
    return context


# A forked worker must not speak over its parent's connections.
os.register_at_fork(after_in_child=_open_door.cache_clear)


def _converse(call: _Call, body: bytes, headers: Mapping[str, str]) -> Response:
    try:
        check_url(call.url)
    except ValueError as refusal:
        raise Permanent(f"We do not visit the address given for {call.host or 'this outlet'}. {refusal}") from None
    _here.call = call
    try:
        answer = call.manager.urlopen(
            call.method,
            call.url,
            body=body or None,
            headers=_outgoing(headers),
            redirect=False,
            retries=False,
            preload_content=False,
            decode_content=False,
            timeout=call.left(),
        )
        try:
            content = _content(answer, call)
        finally:
            answer.close()
    except (HTTPError, HTTPException, OSError) as error:
        # Not "from error": its text may quote an answer that echoes our credentials.
        raise call.broken(error) from None
    finally:
        _here.call = None
    joined = {name.lower(): value for name, value in answer.headers.itermerged()}
    return Response(answer.status, call.url, joined, content)


def _outgoing(headers: Mapping[str, str]) -> HTTPHeaderDict:
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
            raise Permanent(
                f"The header {name!r} holds a line break or a letter that cannot be sent. Enter it anew on the outlet's form."
            )
    sent = HTTPHeaderDict(headers)
    sent["User-Agent"] = f"Homeward/{_version()} (+{settings.SITE_URL})"
    sent["Accept-Encoding"] = "gzip"
    return sent


def _content(answer: BaseHTTPResponse, call: _Call) -> bytes:
    """The decoded body within both caps. Raises HTTPException or HTTPError if it is not whole, unless the status says enough."""
    whole = answer.status < 300
    wire = bytearray()
    try:
        for piece in answer.stream(16 * 1024, decode_content=False):
            wire += piece
            if len(wire) > call.max_bytes:
                raise _Unreadable("a longer body than we take")
    except (HTTPError, HTTPException, OSError):
        if whole:
            raise
    except ValueError:
        # urllib3 believes a chunk of negative length, and hands it to read().
        if whole:
            raise _Unreadable("a chunk of negative length") from None
    coding = answer.headers.get("content-encoding", "").strip().lower()
    plain = _decoded(bytes(wire[: call.max_bytes]), coding, call.max_decoded)
    if whole and (plain is None or len(plain) > call.max_decoded):
        raise _Unreadable("a body that is damaged or unpacks to more than we take")
    return (plain or b"")[: call.max_decoded]


def _decoded(wire: bytes, coding: str, limit: int) -> bytes | None:
    """The bytes behind a content coding, cut soon after `limit`; None if they are damaged or in a coding we never asked for."""
    if coding in ("", "identity") or not wire:
        return wire
    for bits in _WINDOW_BITS.get(coding, ()):
        decoder = zlib.decompressobj(bits)
        try:
            plain = decoder.decompress(wire, limit + 1)
        except zlib.error:
            continue
        return plain if decoder.eof or len(plain) > limit else None
    return None


def _host(url: str) -> str:
    """The host of a URL, for people to read: never its userinfo, path or query."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


@cache
def _version() -> str:
    try:
        return version("homeward")
    except PackageNotFoundError:
        project = Path(__file__).resolve().parents[1] / "pyproject.toml"
        return tomllib.loads(project.read_text())["project"]["version"]
