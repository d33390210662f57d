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
from syndication.http.transcript import add_to_record, note, recorded, redacted, unrecorded
from syndication.http.wire import Call, Unreadable, here

__all__ = ["Response", "add_to_record", "check_url", "fetch", "multipart", "post", "recorded", "redacted", "send", "unrecorded"]

REDIRECTS_FOLLOWED = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_WINDOW_BITS = {"gzip": (31,), "x-gzip": (31,), "deflate": (15, -15)}
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
) -> Response:
    """GET a page, following up to three redirects within the one `deadline`; every hop is checked like the first.

    A hop to another origin takes along no header but Accept and Accept-Language. Raises like `send`, and Permanent for a
    redirect that leads nowhere we go.
    """
    ends = time.monotonic() + deadline
    headers = dict(headers or {})
    for _ in range(REDIRECTS_FOLLOWED + 1):
        response = _converse(Call("GET", url, ends, max_bytes, max_decoded), b"", headers)
        location = response.headers.get("location", "")
        if response.status not in _REDIRECTS or not location:
            return response
        onward = _onward(response, location)
        if urlsplit(onward)[:2] != urlsplit(url)[:2]:
            headers = {name: value for name, value in headers.items() if name.lower() in ("accept", "accept-language")}
        url = onward
    raise Permanent(
        f"The page at {host_of(url)} sends its readers from address to address and never arrives. Ask the outlet to mend it.",
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


def _content(answer: BaseHTTPResponse, call: Call) -> bytes:
    """The decoded body within both caps. Raises HTTPException or HTTPError if it is not whole, unless the status says enough."""
    whole = answer.status < 300
    wire = bytearray()
    try:
        for piece in answer.stream(16 * 1024, decode_content=False):
            wire += piece
            if len(wire) > call.max_bytes:
                raise Unreadable("a longer body than we take")
    except (HTTPError, HTTPException, OSError):
        if whole:
            raise
    except ValueError:
        # urllib3 believes a chunk of negative length, and hands it to read().
        if whole:
            raise Unreadable("a chunk of negative length") from None
    coding = answer.headers.get("content-encoding", "").strip().lower()
    plain = _decoded(bytes(wire[: call.max_bytes]), coding, call.max_decoded)
    if whole and (plain is None or len(plain) > call.max_decoded):
        raise Unreadable("a body that is damaged or unpacks to more than we take")
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


@cache
def _version() -> str:
    try:
        return version("homeward")
    except PackageNotFoundError:
        project = Path(__file__).resolve().parents[2] / "pyproject.toml"
        return tomllib.loads(project.read_text())["project"]["version"]
