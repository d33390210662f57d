"""Keys that prove to search engines that the site is ours: public by their nature, at `/<key>.txt`."""

from django.http import Http404, HttpRequest, HttpResponse

from syndication.connectors.indexnow import IndexNow
from syndication.models import Outlet


def index_now(request: HttpRequest, key: str) -> HttpResponse:
    """The key itself, if an outlet of ours uses it; 404 for any other."""
    if not Outlet.objects.filter(kind=IndexNow.kind, account=key).exists():
        raise Http404
    return HttpResponse(key, content_type="text/plain")
