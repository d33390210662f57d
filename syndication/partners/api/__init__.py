"""The partner API, version 1: what an outlet may carry, told to its machines under /partners/v1/.

`addresses` goes into the site's URL configuration, `partners/v1/` before it.
"""

from typing import Any, NoReturn

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path, re_path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from syndication.partners import problems
from syndication.partners.api.doors import opened
from syndication.partners.api.openapi import completed
from syndication.partners.api.operations import router
from syndication.partners.api.reference import page
from syndication.partners.problems import Problem

ABOUT = (
    "Pieces you may carry, what you owe for them, what was corrected and what was withdrawn, and whether your copies lead home. "
    "Show your token as `Authorization: Bearer …`. Every error is `application/problem+json` (RFC 9457)."
)


class PartnerAPI(NinjaAPI):
    """Ninja's own, with the whole of every answer in its OpenAPI."""

    def get_openapi_schema(self, **options: Any) -> Any:
        """OpenAPI 3.1 with examples, errors and headers."""
        return completed(super().get_openapi_schema(**options))


api = PartnerAPI(
    title="Homeward partner API",
    version="1.0.0",
    description=ABOUT,
    urls_namespace="partner_v1",
    docs_url=None,
    openapi_url="openapi.json",
)
api.add_router("", router)


def _told(request: HttpRequest, problem: Problem) -> HttpResponse:
    return problems.answer(request, problem)


def _invalid(request: HttpRequest, problem: ValidationError) -> HttpResponse:
    errors = [{"where": _where(one["loc"]), "says": str(one["msg"])} for one in problem.errors]
    return _told(request, Problem(422, _("The request is not one we understand; see errors."), errors=errors))


def _where(place: tuple[Any, ...]) -> str:
    """`query.limit`, `body.urls.3`: without the names of our own parameters."""
    source, *rest = [str(part) for part in place]
    inner = rest[1:] if source == "body" and len(rest) > 1 else rest
    return ".".join([source, *inner])


def _failed(request: HttpRequest, problem: HttpError) -> HttpResponse:
    says = _("The body is not JSON in UTF-8.") if problem.status_code == 400 else problem.message
    return _told(request, Problem(problem.status_code, says))


def _missing(request: HttpRequest, problem: Http404) -> HttpResponse:
    return _told(request, Problem(404, problems.says(404)))


def _broken(request: HttpRequest, problem: Exception) -> NoReturn:
    # Django writes it down, and the front tells it.
    raise problem


_handlers: dict[type[Exception], Any] = {
    Problem: _told,
    ValidationError: _invalid,
    HttpError: _failed,
    Http404: _missing,
    Exception: _broken,
}
for kind, handler in _handlers.items():
    api.add_exception_handler(kind, handler)


def unknown(request: HttpRequest) -> HttpResponse:
    """No such address: told here, before Wagtail looks for a page and would send us to one with a slash."""
    return _told(request, Problem(404, problems.says(404)))


def _patterns() -> list[URLPattern | URLResolver]:
    found: list[URLPattern | URLResolver] = []
    for pattern in api.urls[0]:
        assert isinstance(pattern, URLPattern)
        view = require_safe(pattern.callback) if pattern.name == "openapi-json" else pattern.callback
        pattern.callback = opened(view)
        found.append(pattern)
    return [path("", opened(require_safe(page)), name="reference"), *found, re_path("^.*$", opened(unknown))]


# As django.urls.include takes it.
addresses = (_patterns(), "partner_v1")
