"""The counter: an image of one pixel in the HTML that readers republish. It counts who reads the copy, and sets no cookie."""

import base64
from uuid import UUID

import structlog
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from structlog.contextvars import unbind_contextvars

from syndication.auditing import address_of
from syndication.counting import Reader, count
from syndication.readers import Place, is_machine
from syndication.sighting import is_ours

log = structlog.get_logger(__name__)

# GIF89a: one transparent pixel.
PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
HEADERS = {
    "Cache-Control": "no-store",
    # Pages that isolate themselves (COEP) may show it, too.
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Robots-Tag": "noindex",
}


@require_safe
def counter(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The pixel, always; and one more reader, if this is one. Whatever goes wrong with counting, the page abroad is whole."""
    if request.method == "GET":
        # No line of the log says who read what.
        unbind_contextvars("ip")
        try:
            _count(request, uid)
        except Exception:
            log.exception("reader not counted", uid=str(uid))
    return HttpResponse(PIXEL, content_type="image/gif", headers=HEADERS)


def _count(request: HttpRequest, uid: UUID) -> None:
    place = Place.of(request.headers.get("Referer", ""))
    if is_ours(place) or place.host == request.get_host():
        return
    reader = Reader(
        address=address_of(request) or "",
        agent=request.headers.get("User-Agent", ""),
        machine=is_machine(request.headers),
    )
    count(uid, reader, place)
