"""Topics: a topic is an address of our own site whose answer says so: its Link header names our hub and, as itself, the address.

So there is no list of topics to keep: whatever view answers with `links(url)` is one (WebSub §4). Topics are read by calling
the view with a request of our own, never over the network.
"""

import hashlib
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.core.handlers.wsgi import WSGIRequest
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import resolve, reverse
from django.utils.encoding import iri_to_uri
from wagtail.models import Site

from syndication.auditing import OURS
from syndication.models import Republication

AGENT = "Homeward hub"
LONGEST_TAG = 64
_LINK = re.compile(r"""<([^>]*)>\s*;\s*rel\s*=\s*"?([^",;]*)""")


class NoTopic(Exception):
    """There is no such topic here, or no longer."""


@dataclass(frozen=True)
class Content:
    """What a topic says now: all its bytes, their type and entity tag. `rows` are the pieces an outlet takes with them."""

    tag: str
    body: bytes = field(repr=False)
    content_type: str
    request: HttpRequest = field(repr=False, compare=False)
    rows: tuple[Republication, ...] = field(default=(), repr=False)


def own_hub(root: str = "") -> str:
    """The address of our hub for the site at `root` (no slash at its end); "" where SYNDICATION_HUB is off."""
    return f"{root or settings.SITE_URL}{reverse('hub')}" if settings.SYNDICATION_HUB else ""


def links(topic: str, hubs: Iterable[str] | None = None) -> str:
    """The Link header of a topic: itself, and the hubs that tell of its news; our own if none are given."""
    named = [own_hub(_origin(topic))] if hubs is None else hubs
    return ", ".join([f'<{topic}>; rel="self"', *(f'<{iri_to_uri(hub)}>; rel="hub"' for hub in named if hub)])


def look(topic: str, known: Collection[str] = ()) -> str:
    """The entity tag of the topic now; cheap if it is among the `known`. Raises NoTopic."""
    answer = _answer("HEAD", topic, known)[0]
    return _tag(answer)


def read(topic: str, last: Content | None = None) -> Content:
    """What the topic says at this moment; `last`, if it says that still. Raises NoTopic."""
    answer, request = _answer("GET", topic, [last.tag] if last else [])
    if last and answer.status_code == 304:
        return last
    rows = tuple(getattr(answer, "rows", ()))
    return Content(_tag(answer), _body(answer), answer["Content-Type"], request, rows)


def _answer(method: str, topic: str, tags: Collection[str]) -> tuple[Any, HttpRequest]:
    """The answer of the view at this address. Raises NoTopic unless the answer says that it is a topic of ours."""
    if not is_ours(topic):
        raise NoTopic("It is no address of our site.")
    request = _request(method, topic, tags)
    try:
        match = resolve(request.path_info)
        request.resolver_match = match
        answer = match.func(request, *match.args, **match.kwargs)
    except (Http404, PermissionDenied, SuspiciousOperation):
        raise NoTopic("There is nothing at this address.") from None
    if answer.status_code >= 500:
        raise RuntimeError(f"the topic answers {answer.status_code}")
    named = {(rel.strip().lower(), url) for url, rel in _LINK.findall(answer.get("Link", ""))}
    if answer.status_code not in (200, 304) or not {("hub", own_hub(_origin(topic))), ("self", topic)} <= named:
        raise NoTopic("What is at this address does not name our hub and this very address in its Link header.")
    return answer, request


def is_ours(url: str) -> bool:
    """Whether an address is on one of our sites. Says nothing of whether anything is there."""
    try:
        origin = _origin(url)
    except ValueError:
        return False
    return origin in {settings.SITE_URL, *(site.root_url for site in Site.objects.all())}


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _request(method: str, url: str, tags: Collection[str]) -> WSGIRequest:
    """A request like a stranger's from outside, and marked as our own."""
    parts = urlsplit(url)
    headers = {"HTTP_HOST": parts.netloc, "HTTP_X_FORWARDED_PROTO": parts.scheme, "HTTP_USER_AGENT": AGENT}
    if tags:
        headers["HTTP_IF_NONE_MATCH"] = ", ".join(tags)
    request = WSGIRequest(
        {
            "REQUEST_METHOD": method,
            "PATH_INFO": unquote_to_bytes(parts.path).decode("latin-1"),
            "QUERY_STRING": parts.query,
            "SERVER_NAME": parts.hostname,
            "SERVER_PORT": str(parts.port or (443 if parts.scheme == "https" else 80)),
            "REMOTE_ADDR": "",
            "wsgi.url_scheme": parts.scheme,
            "wsgi.input": BytesIO(),
            OURS: True,
            **headers,
        }
    )
    request.user = AnonymousUser()
    request.session = {}  # type: ignore[assignment]
    return request


def _tag(answer: HttpResponseBase) -> str:
    """The entity tag, or a digest of the body where there is none, or a long one."""
    tag = str(answer.get("ETag", ""))
    return tag if 0 < len(tag) <= LONGEST_TAG else hashlib.sha256(_body(answer)).hexdigest()


def _body(answer: Any) -> bytes:
    if hasattr(answer, "render"):
        answer.render()
    return b"".join(answer) if answer.streaming else bytes(answer.content)
