"""For everybody: marks a view whose answer depends on nothing but its address, the parameters it names, and the database."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase, QueryDict

from home.page_cache.keys import is_personal, only

# Browsers ask each time, and are mostly answered 304. Caches between us may keep a page for a minute, and half a minute more
# while they ask: what was taken back is gone from every copy well within five minutes.
CACHED = "public, max-age=0, s-maxage=60, stale-while-revalidate=30"
PERSONAL = "private, no-cache"
View = Callable[..., HttpResponseBase]


def for_everybody(*names: str) -> Callable[[View], View]:
    """The view may be answered from the page cache. It sees only the parameters that are named, so what the key leaves out
    cannot have made the answer; and whoever says who they are gets an answer that no cache may keep.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method not in ("GET", "HEAD"):
                return view(request, *args, **kwargs)
            if is_personal(request):
                response = view(request, *args, **kwargs)
                response["Cache-Control"] = PERSONAL
                return response
            with _knowing_only(request, names):
                response = view(request, *args, **kwargs)
                if hasattr(response, "render"):
                    response = response.render()
            if response.status_code == 200 and not response.has_header("Cache-Control"):
                response["Cache-Control"] = CACHED
            return response

        answered.for_everybody = frozenset(names)  # type: ignore[attr-defined]
        return answered

    return decorate


@contextmanager
def _knowing_only(request: HttpRequest, names: tuple[str, ...]) -> Iterator[None]:
    """For a while the request has these parameters only, and no cookies: there are none of ours among them."""
    before = request.META.get("QUERY_STRING", "")
    asked, cookies = request.GET, request.COOKIES
    query = only(before, names)
    request.META["QUERY_STRING"], request.GET = query, QueryDict(query)
    request.COOKIES = {}
    try:
        yield
    finally:
        request.META["QUERY_STRING"], request.GET, request.COOKIES = before, asked, cookies
