"""Scheduled publishing, one page a transaction: a page that fails stops no other and keeps its schedule."""

import structlog
from django.db import transaction
from django.utils import timezone
from wagtail.models import Page, Revision

from syndication.models.tick import PULSE, mark

log = structlog.get_logger(__name__)


def publish_due() -> int:
    """Publish every revision whose time has come and unpublish every page whose time is over. Returns how many changed."""
    now = timezone.now()
    revisions = Revision.objects.filter(approved_go_live_at__lte=now).order_by("approved_go_live_at").values_list("pk", flat=True)
    expired = Page.objects.filter(live=True, expire_at__lte=now).order_by("expire_at").values_list("pk", flat=True)
    changed = sum(_safely(_publish, pk) for pk in list(revisions)) + sum(_safely(_expire, pk) for pk in list(expired))
    mark(PULSE)
    return changed


def _safely(act: "object", pk: int) -> bool:
    try:
        with transaction.atomic():
            return bool(act(pk))  # type: ignore[operator]
    except Exception:
        log.exception("schedule failed; it stays and is tried again", step=getattr(act, "__name__", ""), pk=pk)
        return False


def _publish(pk: int) -> bool:
    """Two at once are locked out: the second finds no schedule any more."""
    revision = Revision.objects.select_for_update(skip_locked=True).filter(pk=pk, approved_go_live_at__lte=timezone.now()).first()
    if revision is None:
        return False
    revision.publish(log_action="wagtail.publish.scheduled")
    return True


def _expire(pk: int) -> bool:
    page = Page.objects.select_for_update(skip_locked=True).filter(pk=pk, live=True, expire_at__lte=timezone.now()).first()
    if page is None:
        return False
    page.specific.unpublish(set_expired=True, log_action="wagtail.unpublish.scheduled")
    return True
