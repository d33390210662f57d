"""Moments: what changes by the clock alone, without anybody writing anything."""

from datetime import datetime

from django.db.models import Min
from django.utils import timezone
from wagtail.models import Page

from home.page_cache.generation import Generation
from syndication.models import Edition

# The longest that anything is kept: the bound for what changes by the day (comments close, news grow old).
LIFETIME = 60.0

_known: tuple[Generation, datetime, datetime | None] | None = None


def kept_until(generation: Generation, began: float) -> float:
    """Until when an answer that was begun at `began` may be kept: a minute, or until the next piece's time is over."""
    end = _next_end(generation, datetime.fromtimestamp(began, tz=timezone.get_default_timezone()))
    return min(began + LIFETIME, end.timestamp()) if end else began + LIFETIME


def _next_end(generation: Generation, now: datetime) -> datetime | None:
    """When the next piece or page is over. Asked once in a generation, for dates are changes as well."""
    global _known
    if _known and _known[0] == generation and _known[1] <= now and (_known[2] is None or now < _known[2]):
        return _known[2]
    pages = Page.objects.order_by().filter(live=True, expire_at__gt=now).aggregate(end=Min("expire_at"))
    editions = Edition.objects.current().filter(expires_at__gt=now).aggregate(end=Min("expires_at"))
    end = min((one["end"] for one in (pages, editions) if one["end"]), default=None)
    _known = (generation, now, end)
    return end
