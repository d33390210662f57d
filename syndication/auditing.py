"""Auditing: write down who pulled what, when and from where; and forget it when its time is over."""

from collections.abc import Iterable
from datetime import timedelta
from ipaddress import ip_address

import structlog
from django.conf import settings
from django.db import DatabaseError, transaction
from django.http import HttpRequest
from django.utils import timezone

from syndication.discretion import discreet
from syndication.models import Outlet, Pull, Pulled, Republication, Token

log = structlog.get_logger(__name__)

# In the environ of requests that our own hub makes to our own views (syndication/hub/topics.py): no header can set it.
OURS = "homeward.hub"


def audit(
    request: HttpRequest,
    surface: str,
    status: int,
    *,
    token: Token | None = None,
    outlet: Outlet | None = None,
    rows: Iterable[Republication] = (),
    refusal: str = "",
) -> None:
    """Write down one request of a partner and which pieces its answer held. A log that cannot be written fails no request.

    What our own hub reads is nobody's pull until the hub has delivered it, and says so itself.
    """
    if asked_by_hub(request) and surface != Pull.Surface.HUB:
        return
    pull = Pull(
        surface=surface,
        outlet=outlet or (token.outlet if token else None),
        token=token,
        method=(request.method or "")[:8],
        path=_path(request)[:500],
        status=status,
        refusal=refusal[:300],
        address=address_of(request),
        agent=_clean(request.headers.get("User-Agent", ""))[:200],
    )
    try:
        with transaction.atomic():
            pull.save()
            Pulled.objects.bulk_create(Pulled(pull=pull, uid=row.uid, version=row.wanted.version) for row in rows)
            if token and not refusal:
                token.seen()
    except DatabaseError:
        log.exception("pull not written down", surface=surface, status=status)


def prune_pulls() -> int:
    """Forget what is older than SYNDICATION_AUDIT_DAYS. Returns how many requests."""
    over = timezone.now() - timedelta(days=settings.SYNDICATION_AUDIT_DAYS)
    old = Pull.objects.filter(at__lt=over)
    count = old.count()
    old.delete()
    return count


def address_of(request: HttpRequest) -> str | None:
    """Where the request came from; behind a proxy of ours, what that proxy saw. None for what is no address."""
    given = request.META.get("REMOTE_ADDR", "")
    if settings.SECURE_PROXY_SSL_HEADER:
        given = request.META.get("HTTP_X_FORWARDED_FOR", given).rpartition(",")[2].strip() or given
    try:
        return str(ip_address(given))
    except ValueError:
        return None


def asked_by_hub(request: HttpRequest) -> bool:
    """Whether our own hub asks, to see what it may deliver. Such an answer carries nothing to anybody yet."""
    return OURS in request.META


def _path(request: HttpRequest) -> str:
    """The path without what opens doors: of what looks like a token or a signed link only the part that is no secret."""
    return _clean(discreet(request.path))


def _clean(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable())
