"""The middleware, first of all: a reader who asks for what was just shown to another is answered without session, SQL or
template. Whoever sends a cookie of ours passes by, and so does every address whose view is not marked `for_everybody`.
"""

import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from threading import Lock
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified
from django.urls import Resolver404, resolve
from django.utils.cache import get_conditional_response
from django.utils.http import parse_etags, parse_http_date_safe

from home.page_cache.generation import Generation, current
from home.page_cache.keys import PERSONAL_PATHS, Key, is_personal, key_of
from home.page_cache.moments import kept_until
from home.page_cache.store import Entry, Store
from syndication.partners import packing

CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE")
# Of two who ask for the same at once, the second waits for the first's answer, but not for long.
TURNS, TURN_SECONDS = 64, 2.0
# What a 304 repeats (RFC 9110 §15.4.5).
REPEATED = {"cache-control", "content-location", "date", "expires", "vary", "link"}

# Browsers send a handful of these headers.
preferred = lru_cache(256)(packing.preferred)

STORE = Store(settings.PAGE_CACHE_MEGABYTES * 1_000_000)


class PageCache:
    """Middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]):
        self.get_response = get_response
        self.turns = [Lock() for _ in range(TURNS)]
        self.off = settings.PAGE_CACHE == "off"

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer: a kept one, a new one that is kept, or one that is nobody else's business."""
        if self.off or not may_be_shared(request):
            return self.get_response(request)
        generation = current()
        if generation is None:
            return self.get_response(request)
        entry = STORE.get(key_of(request), generation)
        if entry is None:
            return self._look_closer(request, generation)
        return answer(request, entry, "hit")

    def _look_closer(self, request: HttpRequest, generation: Generation) -> HttpResponseBase:
        """The name may hold what the view does not look at; without that it may be known."""
        names = _named_by_view(request)
        if names is None:
            return self.get_response(request)
        key = key_of(request, names)
        if entry := STORE.get(key, generation):
            return answer(request, entry, "hit")
        if request.method == "HEAD":
            return self.get_response(request)
        turn = self.turns[hash(key) % TURNS]
        mine = turn.acquire(timeout=TURN_SECONDS)
        try:
            if entry := STORE.get(key, generation):
                return answer(request, entry, "hit")
            return self._make(request, key, generation)
        finally:
            if mine:
                turn.release()

    def _make(self, request: HttpRequest, key: Key, generation: Generation) -> HttpResponseBase:
        """Ask the site, whatever copy the reader has: what is kept must be whole."""
        began = time.time()
        conditions = {name: request.META.pop(name) for name in CONDITIONS if name in request.META}
        response = self.get_response(request)
        request.META.update(conditions)
        if not isinstance(response, HttpResponse) or not may_be_kept(response):
            return response
        entry = Entry.of(response, generation, kept_until(generation, began))
        STORE.put(key, entry)
        return answer(request, entry, "fwd=miss; stored")


def may_be_shared(request: HttpRequest) -> bool:
    """Whether what others were answered may be the answer. Inside a transaction its own changes are seen by nobody else."""
    return (
        request.method in ("GET", "HEAD")
        and not request.path_info.startswith(PERSONAL_PATHS)
        and not is_personal(request)
        and not connection.in_atomic_block
    )


def may_be_kept(response: HttpResponse) -> bool:
    """Whether anybody else may have it: whole, found, and varying with nothing but how it is packed."""
    says = response.headers.get("Cache-Control", "")
    varies = {name.strip().lower() for name in response.headers.get("Vary", "").split(",") if name.strip()}
    return (
        response.status_code == 200
        and says.startswith("public")
        and not response.cookies
        and not response.has_header("Content-Encoding")
        and varies <= {"accept-encoding"}
    )


def answer(request: HttpRequest, entry: Entry, how: str) -> HttpResponseBase:
    """A kept answer as this reader wants it: packed, or only confirmed."""
    meta = request.META
    if known := meta.get("HTTP_IF_NONE_MATCH"):
        tags = [tag.removeprefix("W/") for tag in parse_etags(known)]
        if "*" in tags or entry.etag.removeprefix("W/") in tags:
            return _written(HttpResponseNotModified(), entry, ((n, v) for n, v in entry.headers if n.lower() in REPEATED), how)
    whole = entry.bodies[""]
    coding = preferred(meta.get("HTTP_ACCEPT_ENCODING", "")) if len(whole) >= packing.LEAST else ""
    body = entry.body(coding)
    response = HttpResponse(b"" if request.method == "HEAD" else body)
    _written(response, entry, entry.headers, how)
    response.headers["Content-Length"] = str(len(body))
    if coding:
        response.headers["Content-Encoding"] = coding
    if "HTTP_IF_MODIFIED_SINCE" in meta and not known and response.has_header("Last-Modified"):
        return _confirmed(request, response)
    return response


def _written(response: HttpResponse, entry: Entry, headers: Iterable[tuple[str, str]], how: str) -> HttpResponse:
    for name, value in headers:
        response.headers[name] = value
    response.headers["ETag"] = entry.etag
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Status"] = f"Homeward; {how}"
    return response


def _confirmed(request: HttpRequest, response: HttpResponse) -> HttpResponseBase:
    moment = parse_http_date_safe(response.headers["Last-Modified"])
    found: Any = get_conditional_response(request, etag=response.headers["ETag"], last_modified=moment, response=response)
    return found


def _named_by_view(request: HttpRequest) -> frozenset[str] | None:
    """The parameters that the view looks at; None where its answers are not for everybody."""
    try:
        names: frozenset[str] | None = getattr(resolve(request.path_info).func, "for_everybody", None)
    except Resolver404:
        return None
    return names
