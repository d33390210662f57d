"""Rechecking: at the last moment before a send, whether the piece may still be seen, and may be had already."""

from collections.abc import Iterable

from django.db.models import F
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction

from syndication.models import Delivery, Republication
from syndication.planning import plan, plan_withdrawal

NO_LONGER_PUBLIC = "The piece is no longer public: nothing was sent."
TOO_EARLY = "The outlet may not have the piece yet: it waits for its time."
TIME_IS_OVER = "The time for which the outlet may carry the piece is over: nothing was sent."


def still_wanted(rows: list[Republication]) -> list[Republication]:
    """Those of these claimed rows that may go out now; the others are given back and planned anew. A withdrawal always may.

    Three questions for all rows together: what was planned may be hours old, and embargo, expiry and privacy count at the
    moment of sending.
    """
    asked = [row for row in rows if row.operation == Republication.PUBLISH]
    public = _public_pages(row.wanted.page_id for row in asked)
    wanted = [row for row in rows if row.operation == Republication.WITHDRAW]
    over = []
    now = timezone.now()
    for row in asked:
        if row.wanted.page_id not in public:
            _give_back(row, NO_LONGER_PUBLIC)
            over.append(row)
        elif row.ends_at and row.ends_at <= now:
            _give_back(row, TIME_IS_OVER)
            over.append(row)
        elif row.starts_at and row.starts_at > now:
            _give_back(row, TOO_EARLY)
            Republication.objects.filter(pk=row.pk, lease_token=None, key=row.key).update(due_at=F("starts_at"))
        else:
            wanted.append(row)
    # When all are given back: planning takes a piece down wherever a delivery of it is under way.
    for row in over:
        _plan_anew(row)
    return wanted


def _public_pages(ids: Iterable[int | None]) -> set[int | None]:
    """Which of these pages any reader may see now: what `is_public` says, of all of them at once."""
    asked = {pk for pk in ids if pk}
    if not asked:
        return set()
    now = timezone.now()
    private = tuple(PageViewRestriction.objects.values_list("page__path", flat=True))
    pages = Page.objects.filter(pk__in=asked, live=True).order_by().values_list("pk", "expire_at", "path")
    return {pk for pk, expires, path in pages if not (expires and expires <= now) and not path.startswith(private)}


def _give_back(row: Republication, sentence: str) -> None:
    row.release(sentence)
    Delivery.objects.filter(republication=row, fence=row.fence).update(outcome=Delivery.Outcome.RELEASED, sentence=sentence)


def _plan_anew(row: Republication) -> None:
    page = row.wanted.page
    if page is None:
        plan_withdrawal(row.uid, "page vanished")
    else:
        plan(page, "checked before sending")
