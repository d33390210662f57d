"""oEmbed of our pieces (https://oembed.com), and the card it puts into others' pages."""

import json
from urllib.parse import urlsplit
from uuid import UUID

from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe
from wagtail.models import Site

from home.keeping import kept
from home.models import ArticlePage, StubPage
from home.views import piece_at
from syndication.models import Edition
from syndication.renderers import oembed as dialect

SHEETS = ("publication.css", "embed.css")
TYPES = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}


@require_safe
def oembed(request: HttpRequest) -> HttpResponse:
    """The card of the piece at `?url=`: 404 for what is not ours or not there, 401 for what is private, 501 for other formats."""
    form = request.GET.get("format", "json")
    if form not in TYPES:
        return _refused(501, _("The formats are json and xml."))
    url = request.GET.get("url", "")
    if not url:
        return _refused(400, _("Add the address of a piece: ?url=https%3A%2F%2F…"))
    piece = _piece(url)
    if piece and piece.get_view_restrictions():
        refused = _refused(401, _("This piece is not open to everybody."))
        refused["WWW-Authenticate"] = 'Session realm="readers"'
        return refused
    edition = Edition.objects.visible().defer("body_html").filter(uid=piece.uid).first() if piece else None
    if edition is None:
        return _refused(404, _("There is no piece of ours at this address."))
    width, height = _pixels(request, "maxwidth"), _pixels(request, "maxheight")

    def write() -> str:
        told = dialect.answer(edition.card, max_width=width, max_height=height)
        return dialect.xml(told) if form == "xml" else json.dumps(told, ensure_ascii=False)

    answer = kept(request, (edition.pk, form, width, height), write, TYPES[form], modified=edition.modified_at)
    # What it tells is public, and scripts of others' pages are who asks.
    answer["Access-Control-Allow-Origin"] = "*"
    return answer


@require_safe
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})  # type: ignore[arg-type]  # its types know no view with arguments
def card(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The card alone, for a frame on anybody's page. It is no page of its own: search engines leave it out."""
    edition = get_object_or_404(Edition.objects.visible().defer("body_html"), uid=uid)
    story = edition.card
    sheets = [static(name) for name in SHEETS]
    context = {"story": story, "picture": dialect.picture(story), "sheets": sheets}
    answer = kept(
        request,
        (edition.pk, sheets),
        lambda: render_to_string("home/embed.html", context),
        "text/html; charset=utf-8",
        modified=edition.modified_at,
    )
    answer["Link"] = f'<{story.canonical.url}>; rel="canonical"'
    answer["X-Robots-Tag"] = "noindex"
    return answer


def _piece(url: str) -> ArticlePage | StubPage | None:
    """The live piece at an address, if the host is one of our sites'. Its query and fragment say nothing."""
    try:
        parts = urlsplit(url)
        asked = (parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme))
    except ValueError:
        return None
    if parts.scheme not in ("http", "https"):
        return None
    for site in Site.objects.select_related("root_page"):
        ours = urlsplit(site.root_url)
        # A site that answers on 443 is asked of as http, too.
        ports = {ours.port or site.port, *((80, 443) if site.port in (80, 443) else ())}
        if asked[0] == ours.hostname and asked[1] in ports:
            return piece_at(site, parts.path)
    return None


def _pixels(request: HttpRequest, name: str) -> int | None:
    """A positive number of pixels; None for anything else, for then there is no limit to keep."""
    text = request.GET.get(name, "")
    return int(text) or None if text.isascii() and text.isdigit() and len(text) < 7 else None


def _refused(status: int, sentence: str) -> HttpResponse:
    return HttpResponse(f"{sentence}\n", status=status, content_type="text/plain; charset=utf-8")
