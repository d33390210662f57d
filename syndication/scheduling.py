"""Scheduled publishing, one page a transaction: a page that fails stops no other and keeps its schedule."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from structlog.contextvars import bound_contextvars
from wagtail.models import Page, Revision

from syndication.models import Notice
from syndication.models.tick import PULSE, mark
from syndication.noticing import mended, notice

log = structlog.get_logger(__name__)

OVERDUE_AFTER = timedelta(minutes=2)


def publish_due() -> int:
    """Publish every revision whose time has come and unpublish every page whose time is over. Returns how many changed."""
    changed = 0
    failures: dict[int, Exception] = {}
    for act, due in ((_publish, _due_revisions), (_expire, _expired_pages)):
        for pk, page in due():
            done, problem = _safely(act, pk, page)
            changed += done
            if problem:
                failures[page] = problem
    mark(PULSE)
    _alarm(failures)
    return changed


def _due_revisions() -> list[tuple[int, int]]:
    due = Revision.objects.filter(approved_go_live_at__lte=timezone.now()).order_by("approved_go_live_at")
    pages = dict(Revision.page_revisions.filter(pk__in=due.values("pk")).values_list("pk", "object_id"))
    # Snippets have schedules, too; 0 is no page.
    return [(pk, int(pages.get(pk, 0))) for pk in due.values_list("pk", flat=True)]


def _expired_pages() -> list[tuple[int, int]]:
    due = Page.objects.filter(live=True, expire_at__lte=timezone.now()).order_by("expire_at")
    return [(pk, pk) for pk in due.values_list("pk", flat=True)]


def _safely(act: Callable[[int], bool], pk: int, page: int) -> tuple[bool, Exception | None]:
    with bound_contextvars(page=page):
        try:
            with transaction.atomic():
                return act(pk), None
        except Exception as problem:
            log.exception("schedule failed; it stays and is tried again", step=act.__name__)
            return False, problem


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


# --- the alarm --------------------------------------------------------------------------------------------------------


def _alarm(failures: dict[int, Exception]) -> None:
    """Tell of each page that failed or is overdue, and close the notices of those that are not due any more."""
    late = _still_due()
    pages = {page.pk: page for page in Page.objects.filter(pk__in=late)}
    for pk, (moment, going_live) in late.items():
        page, problem = pages.get(pk), failures.get(pk)
        if page is not None and (problem or moment < timezone.now() - OVERDUE_AFTER):
            title = page.get_admin_display_title()
            notice(Notice.Kind.OVERDUE, f"page:{pk}", _sentence(title, moment, going_live, problem), title=title)
    told = Notice.objects.filter(kind=Notice.Kind.OVERDUE, closed_at=None).values_list("subject", flat=True)
    for subject in set(told) - {f"page:{pk}" for pk in pages}:
        mended(subject, Notice.Kind.OVERDUE)


def _still_due() -> dict[int, tuple[datetime, bool]]:
    """The moment each page was due at, by its primary key, and whether it should have gone live."""
    now = timezone.now()
    expired = Page.objects.filter(live=True, expire_at__lte=now).values_list("pk", "expire_at")
    scheduled = Revision.page_revisions.filter(approved_go_live_at__lte=now).values_list("object_id", "approved_go_live_at")
    ending: dict[int, tuple[datetime, bool]] = {pk: (moment, False) for pk, moment in expired if moment}
    return ending | {int(pk): (moment, True) for pk, moment in scheduled if moment}


def _sentence(title: str, moment: datetime, going_live: bool, problem: Exception | None) -> str:
    when = date_format(timezone.localtime(moment), "DATETIME_FORMAT")
    facts = {"title": title, "when": when, "cause": _cause(problem)}
    if going_live:
        return (
            _(
                "“%(title)s” should have gone live on %(when)s and did not. %(cause)s Its schedule is kept and we try again "
                "every half minute; or open it, mend what is wrong and publish it by hand."
            )
            % facts
        )
    return (
        _(
            "“%(title)s” should have been taken offline on %(when)s; readers do not get it any more, but partners may still hold "
            "it. %(cause)s We try again every half minute; or open it and unpublish it by hand."
        )
        % facts
    )


def _cause(problem: Exception | None) -> str:
    if isinstance(problem, ValidationError):
        return " ".join(problem.messages)
    if problem is not None:
        # The message of a stray exception may hold anything; the log has it.
        return _("Something failed on our side (%(problem)s); the log has the details.") % {"problem": type(problem).__name__}
    return _("Another process holds it, or the worker was away.")
