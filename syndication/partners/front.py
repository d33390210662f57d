"""The front of everything under /partners/: whatever goes wrong behind it is told as a problem, and what the API answers is
written down and packed. The outermost middleware, for errors that no view ever sees: a foreign host, an unknown address.
"""

from collections.abc import Callable
from ipaddress import ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers

from syndication.auditing import address_of, audit
from syndication.models import Pull, Token
from syndication.partners import problems
from syndication.partners.gate import shown
from syndication.partners.limits import too_many
from syndication.partners.packing import pack
from syndication.partners.visit import Visit, visit_of

PARTNERS = "/partners/"
API = "/partners/v1/"
# Outlets' own pages are for people, whatever their program says that it accepts: each refusal there is a page with its sentence.
PAGES = "/partners/o/"


class Front:
    """Middleware for the prefix; other addresses pass by."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer; under /partners/v1/ every error is a problem, elsewhere pages that no browser asked for."""
        response = self.get_response(request)
        if not request.path_info.startswith(PARTNERS) or not isinstance(response, HttpResponse):
            return response
        api = request.path_info.startswith(API)
        if response.status_code >= 400 and (api or (_is_page(response) and not _is_person(request))):
            response = _as_problem(request, response)
        if api:
            response = _finish(request, response)
        return response


def _is_page(response: HttpResponse) -> bool:
    """Whether it is the framework's error; views for feed readers tell theirs in a line of plain text, or in a status alone."""
    return bool(response.content) and response.get("Content-Type", "").startswith("text/html")


def _is_person(request: HttpRequest) -> bool:
    return request.path_info.startswith(PAGES) or "text/html" in request.headers.get("Accept", "")


def _as_problem(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    if problems.is_problem(response):
        return response
    if response.status_code == 405 and "GET" in response.headers.get("Allow", ""):
        response["Allow"] = ", ".join(sorted({*response["Allow"].split(", "), "HEAD"}))
    return problems.tell(request, response, _said(response))


def _said(response: HttpResponse) -> str:
    """The sentence that a view refused with in plain text, if it did."""
    plain = response.headers.get("Content-Type", "").startswith("text/plain") and response.status_code < 500
    return response.content.decode(errors="replace").strip()[:500] if plain else ""


def _finish(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Written down, packed, with the headers that every answer has."""
    visit = visit_of(request)
    if response.status_code >= 400:
        response = _counted(request, response, visit)
    if not visit.quiet and (visit.token or response.status_code >= 400):
        refusal = problems.detail(response) if response.status_code >= 400 else ""
        audit(request, Pull.Surface.API, response.status_code, token=visit.token, rows=visit.rows, refusal=refusal)
    patch_vary_headers(response, ["Authorization"])
    pack(request, response)
    if response.status_code == 304:
        # Django's says 0, where the length of what was not sent is meant (RFC 9110 §8.6).
        response.headers.pop("Content-Length", None)
    else:
        response["Content-Length"] = str(len(response.content))
    if request.method == "HEAD":
        response.content = b""
    return response


def _counted(request: HttpRequest, response: HttpResponse, visit: Visit) -> HttpResponse:
    """Count errors of who was not counted yet: of strangers by their address. Beyond the limit the answer is 429."""
    if visit.counted:
        return response
    visit.token = visit.token or Token.find(shown(request))
    who = f"token:{visit.token.prefix}" if visit.token else f"stranger:{_place(request)}"
    limit = settings.SYNDICATION_API_PER_MINUTE if visit.token else settings.SYNDICATION_API_STRANGERS
    problem = too_many(visit, who, limit)
    return problems.answer(request, problem) if problem else response


def _place(request: HttpRequest) -> str:
    """The address; of IPv6 the network that one customer has."""
    address = address_of(request)
    return str(ip_network(f"{address}/{64 if ':' in address else 32}", strict=False)) if address else "nowhere"
