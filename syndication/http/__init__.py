"""The one door to the network: every byte leaves here, against a clock, towards an address we are willing to visit."""

import json
import re
import time
import tomllib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from http.client import HTTPException
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from urllib3 import BaseHTTPResponse, HTTPHeaderDict, encode_multipart_formdata
from urllib3.exceptions import HTTPError

from syndication.errors import Permanent
from syndication.http.policy import check_url, host_of
from syndication.http.transcript import add_to_record, note, recorded, redacted, secrets_in, unrecorded
from syndication.http.wire import Call, Unreadable, here

__all__ = [
    "Response",
    "add_to_record",
    "check_url",
    "contact",
    "fetch",
    "host_of",
    "multipart",
    "onward",
    "post",
    "recorded",
    "redacted",
    "secrets_in",
    "send",
    "unrecorded",
    "wandering",
]

# What we are called in others' logs and in their robots.txt (RFC 9309 §2.2.1).
PRODUCT = "Homeward"
REDIRECTS_FOLLOWED = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_GZIP, _ZLIB, _RAW = 31, 15, -15
_CHARSET = re.compile(r"utf-?_?(8|16|32)|(us-)?ascii|iso-?_?(8859|2022)|latin|windows-|cp\d|koi8|shift_?jis|euc|gb|big5", re.I)
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e\xa0-\xff]*")


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


def multipart(fields: Mapping[str, str | tuple[str, bytes, str]]) -> tuple[bytes, str]:
    """A form with files (RFC 7578) and its Content-Type. A file is its name, its bytes and its MIME type."""
    return encode_multipart_formdata(fields)


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
    return _converse(Call(method, url, time.monotonic() + deadline, max_bytes, max_decoded), body, headers or {})


def fetch(
    url: str,
    headers: Mapping[str, str] | None = None,
    *,
    deadline: float = 15.0,
    max_bytes: int = 1_000_000,
    max_decoded: int = 4_000_000,
    redirects: int = REDIRECTS_FOLLOWED,
    cut: bool = False,
) -> Response:
    """GET a page, following up to `redirects` redirects within the one `deadline`; every hop is checked like the first.

    With `cut`, of a body that is longer than we take the beginning is returned.

    A hop to another origin takes along no header but Accept and Accept-Language. Raises like `send`, and Permanent for a
    redirect that leads nowhere we go.
    """
    ends = time.monotonic() + deadline
    headers = dict(headers or {})
    for _ in range(redirects + 1):
        response = _converse(Call("GET", url, ends, max_bytes, max_decoded, cut=cut), b"", headers)
        target = onward(response)
        if not target:
            return response
        if urlsplit(target)[:2] != urlsplit(url)[:2]:
            headers = {name: value for name, value in headers.items() if name.lower() in ("accept", "accept-language")}
        url = target
    raise wandering(response)


def wandering(response: Response) -> Permanent:
    """What to say when `response` is one redirect too many."""
    return Permanent(
        f"The page at {host_of(response.url)} sends its readers from address to address and never arrives. "
        "Ask the outlet to mend it.",
        detail="too many redirects",
        status=response.status,
    )


def onward(response: Response) -> str:
    """The absolute URL that a redirect leads to; "" if the answer is none. Raises Permanent if it leads nowhere we go.

    Location arrives as Latin-1 and is UTF-8 wherever it is not ASCII.
    """
    location = response.headers.get("location", "")
    if response.status not in _REDIRECTS or not location:
        return ""
    location = location.encode("latin-1", "replace").decode("utf-8", "replace")
    try:
        url = urljoin(response.url, location)
    except ValueError:
        url = location
    try:
        check_url(url)
    except ValueError as refusal:
        raise Permanent(
            f"{host_of(response.url)} sends us on to an address we do not visit. {refusal}",
            detail=f"redirect {response.status}",
            status=response.status,
        ) from None
    return url


def _converse(call: Call, body: bytes, headers: Mapping[str, str]) -> Response:
    try:
        check_url(call.url)
    except ValueError as refusal:
        raise Permanent(f"We do not visit the address given for {call.host or 'this outlet'}. {refusal}") from None
    here.call = call
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
        note(call.method, call.url, headers, body, None, {}, b"")
        # Not "from error": its text may quote an answer that echoes our credentials.
        raise call.broken(error) from None
    finally:
        here.call = None
    joined = {name.lower(): value for name, value in answer.headers.itermerged()}
    note(call.method, call.url, headers, body, answer.status, joined, content)
    return Response(answer.status, call.url, joined, content)


def contact() -> str:
    """The page that tells whoever finds us in their log who we are, how to refuse us and where to write."""
    return settings.SYNDICATION_CONTACT_URL or f"{settings.SITE_URL}/syndication/verifier/"


def _outgoing(headers: Mapping[str, str]) -> HTTPHeaderDict:
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
            raise Permanent(
                f"The header {name!r} holds a line break or a letter that cannot be sent. Enter it anew on the outlet's form."
            )
    sent = HTTPHeaderDict(headers)
    sent["User-Agent"] = f"{PRODUCT}/{_version()} (+{contact()})"
    sent["Accept-Encoding"] = "gzip"
    return sent


def _content(answer: BaseHTTPResponse, call: Call) -> bytes:
    """The decoded body within both caps. Raises HTTPException or HTTPError if it is not whole, unless the status says enough."""
    whole = answer.status < 300
    body = _Unpacked(answer.headers.get("content-encoding", "").strip().lower(), call.max_decoded)
    read = 0
    try:
        for piece in answer.stream(16 * 1024, decode_content=False):
            body.add(piece[: call.max_bytes - read])
            read += len(piece)
            if read > call.max_bytes and not call.cut:
                raise Unreadable("a longer body than we take")
            if read > call.max_bytes or body.too_much:
                break
    except (HTTPError, HTTPException, OSError):
        if whole:
            raise
    except ValueError:
        # urllib3 believes a chunk of negative length, and hands it to read().
        if whole:
            raise Unreadable("a chunk of negative length") from None
    cut = call.cut and (body.too_much or read > call.max_bytes)
    if whole and not cut and (body.too_much or not body.whole):
        raise Unreadable("a body that is damaged or unpacks to more than we take")
    del body.plain[call.max_decoded :]
    return bytes(body.plain)


class _Unpacked:
    """A body unpacked as it comes, so that it is never held both packed and plain. Never raises; `whole` tells the end.

    The codings are the two of RFC 9110 §8.4.1 that zlib reads; "deflate" comes with its wrapper or, wrongly, without.
    """

    def __init__(self, coding: str, limit: int):
        self.plain = bytearray()
        self.limit = limit
        self.coding = "" if coding == "identity" else coding
        self.head = b""
        self.decoder: Any = None
        self.damaged = False

    @property
    def too_much(self) -> bool:
        return len(self.plain) > self.limit

    @property
    def whole(self) -> bool:
        if not self.coding:
            return True
        return not self.damaged and (self.decoder.eof if self.decoder else not self.head)

    def add(self, piece: bytes) -> None:
        """Unpack one more piece of the wire, and no more of it than soon after the limit."""
        if self.too_much or self.damaged:
            return
        if not self.coding:
            self.plain += piece
            return
        if self.decoder is None:
            # The wrapper shows in two bytes, and a piece may be one.
            self.head = piece = self.head + piece
            if len(piece) < 2:
                return
            self.decoder = self._decoder(piece)
        try:
            if self.decoder:
                self.plain += self.decoder.decompress(piece, self.limit + 1 - len(self.plain))
        except zlib.error:
            self.damaged = True

    def _decoder(self, head: bytes) -> Any:
        if self.coding in ("gzip", "x-gzip"):
            return zlib.decompressobj(_GZIP)
        if self.coding == "deflate":
            wrapped = head[0] & 15 == 8 and int.from_bytes(head[:2], "big") % 31 == 0
            return zlib.decompressobj(_ZLIB if wrapped else _RAW)
        self.damaged = True  # a coding that we never asked for
        return None


@cache
def _version() -> str:
    try:
        return version("homeward")
    except PackageNotFoundError:
        project = Path(__file__).resolve().parents[2] / "pyproject.toml"
        return tomllib.loads(project.read_text())["project"]["version"]
