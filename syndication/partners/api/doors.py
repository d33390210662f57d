"""Doors: what stands before each operation: a token, a limit, a body that is JSON and not too long, names that somebody reads."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.db.transaction import non_atomic_requests
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from ninja import Schema
from ninja.security.base import AuthBase

from syndication.models import Token
from syndication.partners.gate import Refusal, admit, shown
from syndication.partners.limits import too_many
from syndication.partners.problems import Problem
from syndication.partners.visit import visit_of

# The most bytes of a body: as many addresses as one question may hold, of a usual length.
BODY = 512 * 1024


class PartnerToken(AuthBase):
    """A token in `Authorization: Bearer`, with a scope or with any. Raises Problem: 401 and 403 (RFC 6750 §3.1), 429."""

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __init__(self, scope: str = ""):
        self.scope = scope
        super().__init__()

    def __call__(self, request: HttpRequest) -> Token:
        """The token that the request shows."""
        visit, text = visit_of(request), shown(request)
        try:
            token = admit(text, self.scope)
        except Refusal as refusal:
            visit.token = refusal.token
            raise Problem(refusal.status, str(refusal), WWW_Authenticate=self._challenge(refusal.status, text)) from None
        visit.token = token
        if problem := too_many(visit, f"token:{token.prefix}", settings.SYNDICATION_API_PER_MINUTE):
            raise problem
        if problem := _unfit(request):
            raise problem
        return token

    def _challenge(self, status: int, text: str) -> str:
        error = 'error="insufficient_scope"' if status == 403 else 'error="invalid_token"' if text else ""
        scope = f'scope="{self.scope}"' if self.scope and error else ""
        return ", ".join(part for part in ('Bearer realm="partners"', error, scope) if part)


def only(request: HttpRequest, schema: type[Schema] | None = None) -> None:
    """Refuse names in the address that nobody reads: they are mistakes. Raises Problem 422."""
    known = set(schema.model_fields) if schema else set()
    unknown = sorted(set(request.GET) - known)
    if unknown:
        says = _("Nobody reads this. Known: %(names)s.") % {"names": ", ".join(sorted(known)) or _("none")}
        errors = [{"where": f"query.{name}", "says": says} for name in unknown]
        raise Problem(422, _("The request is not one we understand; see errors."), errors=errors)


def opened(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """The view without a transaction, and with HEAD answered as GET is."""

    @csrf_exempt
    @non_atomic_requests
    @wraps(view, updated=())
    def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "HEAD":
            return view(request, *args, **kwargs)
        visit_of(request).gives = False
        request.method = "GET"
        try:
            return view(request, *args, **kwargs)
        finally:
            request.method = "HEAD"

    return door


def _unfit(request: HttpRequest) -> Problem | None:
    """What is wrong with the body, from headers alone."""
    if request.method != "POST":
        return None
    if request.headers.get("Transfer-Encoding"):
        return Problem(411, _("Say in Content-Length how long the body is; we take none in chunks."))
    if int(request.headers.get("Content-Length") or 0) > BODY:
        return Problem(413, _("A body has at most %(bytes)d bytes. Ask in several requests.") % {"bytes": BODY})
    if request.content_type != "application/json" or request.headers.get("Content-Encoding", "identity") != "identity":
        return Problem(415, _("Send plain JSON, and say so: Content-Type: application/json."))
    return None
