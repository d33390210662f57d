"""Keys: which requests may be answered with what anybody else was answered, and under which name that is kept."""

from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.http import HttpRequest

Key = tuple[str, str, str, str]

# Below these nothing is for everybody, so nothing is looked up.
PERSONAL_PATHS = (
    *("/admin/", "/_util/", "/documents/", "/hub/", "/partners/", "/responses/", "/syndication/", "/webmention/", "/xmlrpc/"),
    *("/c/", "/healthz", "/readyz", "/metrics", "/oembed/", "/republish/"),
)


def is_personal(request: HttpRequest) -> bool:
    """Whether the request says who asks: then its answer is nobody else's, and is never looked for among theirs."""
    if "HTTP_AUTHORIZATION" in request.META:
        return True
    cookies = request.META.get("HTTP_COOKIE", "")
    return bool(cookies) and any(f"{name}=" in cookies for name in _ours())


def _ours() -> tuple[str, ...]:
    return (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, "messages", settings.LANGUAGE_COOKIE_NAME)


def key_of(request: HttpRequest, names: Iterable[str] | None = None) -> Key:
    """The name of the answer: scheme, host, path, and of the query what `names` name, in one order; None stands for all."""
    query = request.META.get("QUERY_STRING", "")
    host = request.META.get("HTTP_HOST") or request.META.get("SERVER_NAME", "")
    return request.scheme or "", host.lower(), request.path, only(query, names) if query and names is not None else query


def only(query: str, names: Iterable[str]) -> str:
    """A query with these parameters and no others, sorted by name; of one that is given twice the last counts, as in Django."""
    named = dict(parse_qsl(query, keep_blank_values=True))
    return urlencode(sorted((name, value) for name, value in named.items() if name in names))
