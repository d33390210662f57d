"""The feeds of an outlet: at an address with a token in it, for feed readers, or with the token in a header.

Every request is written down, the refused ones too; a person reads the refusals, so they are sentences of plain text.
"""

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from wagtail.models import Site

from syndication.auditing import asked_by_hub, audit
from syndication.feeding import Document, Place, link_header
from syndication.models import Pull, Token
from syndication.partners.gate import Refusal, admit, shown
from syndication.pulling import taken

CHALLENGE = 'Basic realm="Homeward feeds", charset="UTF-8", Bearer realm="Homeward feeds"'
METHODS = ("GET", "HEAD")


# Nothing is changed by a form here; a POST is told that it is the wrong method, not that a cookie is missing.
@csrf_exempt
def feed(request: HttpRequest, dialect: str, token: str = "", number: int | None = None) -> HttpResponse:
    """The feed of the token's outlet in a dialect, or archive `number` of it; else a sentence with 401, 403, 404 or 405."""
    try:
        if request.method not in METHODS:
            raise Refusal(405, _("A feed is read with GET."))
        row = admit(token or shown(request), Token.Scope.FEED)
        document = _document(request, dialect, token, number, row)
    except Refusal as refusal:
        return _refused(request, refusal)
    return _answer(request, row, document)


def _document(request: HttpRequest, dialect: str, token: str, number: int | None, row: Token) -> Document:
    site = Site.find_for_request(request)
    try:
        return Document(row.outlet, dialect, Place(site.root_url if site else settings.SITE_URL, token), number)
    except LookupError as problem:
        raise Refusal(404, str(problem.args[0]), row) from None


def _answer(request: HttpRequest, token: Token, document: Document) -> HttpResponse:
    modified = document.modified
    date = http_date(modified.timestamp()) if modified else ""
    seconds = int(modified.timestamp()) if modified else None
    answer = get_conditional_response(request, etag=document.etag, last_modified=seconds)
    whole = answer is None
    answer = answer or HttpResponse(document.write(), content_type=document.content_type)
    answer["ETag"] = document.etag
    answer["Link"] = link_header(document.links)
    if date:
        answer["Last-Modified"] = date
    # Kept only by who asked, and asked about each time: what is withdrawn must not be read from a cache.
    answer["Cache-Control"] = "private, no-cache"
    answer["Vary"] = "Accept-Encoding, Authorization"
    with transaction.atomic():
        if whole and request.method == "GET":
            answer.rows = told = document.told()  # type: ignore[attr-defined] # our hub says itself when it has delivered them
            if not asked_by_hub(request):
                taken(told)
        audit(request, Pull.Surface.FEED, answer.status_code, token=token, rows=document.rows if request.method == "GET" else ())
    return answer


def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    answer = HttpResponse(f"{refusal.sentence}\n", status=refusal.status, content_type="text/plain; charset=utf-8")
    answer["Cache-Control"] = "no-store"
    if refusal.status == 401:
        answer["WWW-Authenticate"] = CHALLENGE
    if refusal.status == 405:
        answer["Allow"] = ", ".join(METHODS)
    audit(request, Pull.Surface.FEED, refusal.status, token=refusal.token, refusal=refusal.sentence)
    return answer
