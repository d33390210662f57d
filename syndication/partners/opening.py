"""Opening an outlet's own page: by the signed link and nothing else, never kept, never indexed, and always written down."""

from collections.abc import Callable
from datetime import timedelta
from email.utils import getaddresses
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from syndication.admitting import Closed, outlet_of
from syndication.auditing import audit
from syndication.models import Outlet, Pull, Republication

# So many acts (checks, reports, tokens, redeliveries) of one outlet within so long; each may cost us a fetch.
ACTS, WITHIN = 30, timedelta(minutes=10)

View = Callable[..., HttpResponse]


class Opened:
    """What a view of the page is given: the outlet, the link as it was sent, and the pieces the answer tells of."""

    def __init__(self, outlet: Outlet, signed: str):
        self.outlet, self.signed = outlet, signed
        self.rows: list[Republication] = []
        self.refusal = ""

    def shown(self, request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        """A page of the outlet's, with what its frame needs."""
        frame = {"outlet": self.outlet, "signed": self.signed, "contact": contact()}
        return render(request, f"partners/{template}.html", {**frame, **context}, status=status)


def opened(*methods: str) -> Callable[[View], View]:
    """A view of the outlet's page, called with (request, Opened, …): opens, refuses and audits around it.

    Needs no CSRF token: nothing that a browser sends by itself opens this page; whoever can forge a request knows the link.
    """

    def decorate(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def answer(request: HttpRequest, signed: str, **kwargs: Any) -> HttpResponse:
            outlet, rows, refusal = None, [], ""
            try:
                door = Opened(outlet_of(signed), signed)
                outlet, rows = door.outlet, door.rows
                response = _within_limits(request, door, methods) or view(request, door, **kwargs)
                rows, refusal = door.rows, door.refusal
            except Closed as closed:
                outlet, refusal = outlet or closed.outlet, closed.sentence
                response = _closed(request, closed)
            audit(request, Pull.Surface.PAGE, response.status_code, outlet=outlet, rows=rows, refusal=refusal)
            return _private(response)

        return answer

    return decorate


def contact() -> str:
    """The newsroom's address for partners' mail."""
    return getaddresses([settings.SYNDICATION_REPLY_TO or settings.DEFAULT_FROM_EMAIL])[0][1]


def _within_limits(request: HttpRequest, door: Opened, methods: tuple[str, ...]) -> HttpResponse | None:
    if request.method not in (*methods, "HEAD"):
        door.refusal = "405"
        return HttpResponseNotAllowed([*methods, "HEAD"])
    if request.method != "POST":
        return None
    acts = Pull.objects.filter(outlet=door.outlet, surface=Pull.Surface.PAGE, method="POST", at__gt=timezone.now() - WITHIN)
    if acts.count() < ACTS:
        return None
    door.refusal = _("That was a lot within ten minutes. Wait a little, and go on.")
    response = door.shown(request, "closed", {"status": 429, "sentence": door.refusal, "open": True}, status=429)
    response["Retry-After"] = str(int(WITHIN.total_seconds()))
    return response


def _closed(request: HttpRequest, closed: Closed) -> HttpResponse:
    context = {"status": closed.status, "sentence": closed.sentence, "contact": contact()}
    return render(request, "partners/closed.html", context, status=closed.status)


def _private(response: HttpResponse) -> HttpResponse:
    """The address is the key: it is told to nobody, kept nowhere and not logged."""
    add_never_cache_headers(response)
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    # Django logs the path of what is refused; we wrote it down without the link.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response
