"""Planning: write down, for each outlet, what it should hold. Publishing never sends; it plans."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction, Site

from syndication.models import Edition, Outlet, Republication, Verification, current_edition, record
from syndication.pages import SyndicatedPageMixin, is_public, syndicated_models

log = structlog.get_logger(__name__)

CHUNK = 500


def plan(page: Page, reason: str) -> bool:
    """Record the page's Edition and tell each outlet's republication what to hold; True if any outlet must hear.

    The database is asked, not the caller: call it as often as you like. An alias is its source's business.
    """
    fresh = _fresh(page)
    if fresh is None or fresh.alias_of_id:
        return False
    public = is_public(fresh)
    last = current_edition(fresh.uid)
    if not public and last is None:
        return False
    with transaction.atomic():
        # What is not public is not rendered again: the last edition says what must be taken down.
        story = fresh.build_story() if public else last.story  # type: ignore[union-attr]
        edition = record(
            story,
            public=public,
            page=fresh,
            reason=reason,
            section_id=fresh.section_id,
            expires_at=fresh.expire_at,
            fingerprint=fingerprint(fresh, public=public),
        )
        _watch_target(edition)
        return _want(edition)


def plan_withdrawal(uid: UUID, reason: str) -> bool:
    """Take the piece down everywhere, though its page is going or gone; True if any outlet must hear."""
    with transaction.atomic():
        last = current_edition(uid)
        if last is None:
            return False
        edition = record(last.story, public=False, page=None, reason=reason, section_id=last.section_id)
        Verification.objects.filter(stub_uid=uid).update(due_at=None)
        return _want(edition)


def plan_tree(page: Page, reason: str) -> int:
    """Plan the page and all below it: their URLs changed, or who may see them. Returns how many outlets' rows changed."""
    return plan_each(_pieces(Page.objects.descendant_of(page, inclusive=True)), reason)


def plan_each(pages: Iterable[Page], reason: str) -> int:
    """Plan several pages; one that cannot be told is logged and stops no other. Returns how many outlets' rows changed."""
    return sum(_plan_safely(page, reason) for page in pages)


def plan_everything() -> int:
    """Ask of every piece what the signals ask. For the night: level-triggered, it finds what nobody announced."""
    _forget_addresses()
    planned = plan_each(_pieces(Page.objects.filter(live=True)), "nightly plan")
    return planned + _plan_absent()


def reconcile() -> int:
    """Find pieces whose URL, visibility or revision changed without anybody saying so, cheaply; plan those. Returns how many."""
    _forget_addresses()
    recorded = dict(Edition.objects.current().filter(page__isnull=False).values_list("page_id", "fingerprint"))
    restricted = tuple(PageViewRestriction.objects.values_list("page__path", flat=True))
    changed = 0
    for model in syndicated_models():
        for page in model._default_manager.filter(alias_of=None).defer_streamfields().iterator(CHUNK):
            seen = recorded.get(page.pk)
            public = page.live and not _expired(page) and not page.path.startswith(restricted)
            if (public or seen is not None) and seen != fingerprint(page, public=public):
                _plan_safely(page, "reconcile")
                changed += 1
    return changed + _plan_absent()


def plan_outlet(outlet: Outlet) -> int:
    """Offer an outlet that is new, or whose terms changed, what it should hold. Returns how many rows changed."""
    editions = Edition.objects.visible().order_by("first_published_at")
    return sum(_want_at(edition, outlet) for edition in editions.iterator(CHUNK))


def fingerprint(page: Page, *, public: bool) -> str:
    """What can change without a signal, in one hash: the address, who may see it, which revision is live, when it expires."""
    facts = (page.full_url, public, page.live_revision_id, page.expire_at and page.expire_at.isoformat())
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def _fresh(page: Page) -> Any:
    """The page as the database has it, or None if it is no piece or gone. `page_published` fires for scheduled pages, too."""
    specific = page.specific_class
    if specific is None or not issubclass(specific, SyndicatedPageMixin):
        return None
    return specific._default_manager.filter(pk=page.pk).first()


def _want(edition: Edition) -> bool:
    outlets = Outlet.objects.exclude(kind="")
    return sum(_want_at(edition, outlet) for outlet in outlets) > 0


def _want_at(edition: Edition, outlet: Outlet) -> bool:
    rows = Republication.objects
    if not edition.public:
        return rows.want(edition, outlet, Republication.WITHDRAW)
    # What an editor once sent by hand is kept up to date, until somebody withdraws it.
    carried = rows.filter(uid=edition.uid, outlet=outlet, operation=Republication.PUBLISH).exists
    if outlet.pushes and (outlet.takes(edition) or carried()):
        return rows.want(edition, outlet, Republication.PUBLISH)
    return False


def _watch_target(edition: Edition) -> None:
    """Keep an eye on the page a public stub points at; looking away from the rest."""
    watched = Verification.objects.filter(stub_uid=edition.uid)
    if edition.public and edition.story.outlet:
        if not watched.filter(url=edition.story.outlet.url, due_at__isnull=False).exists():
            Verification.objects.look(url=edition.story.outlet.url, stub_uid=edition.uid)
    else:
        watched.update(due_at=None)


def _pieces(pages: Any) -> Iterator[Page]:
    wanted = syndicated_models()
    return pages.type(*wanted).filter(alias_of=None).iterator(CHUNK)


def _plan_safely(page: Page, reason: str) -> bool:
    """One piece that cannot be built must not keep the others from being planned."""
    try:
        return plan(page, reason)
    except Exception:
        log.exception("planning failed", page=page.pk, reason=reason)
        return False


def _plan_absent() -> int:
    """Withdraw pieces whose page vanished without a signal."""
    orphans: Iterable[UUID] = list(Edition.objects.current().filter(public=True, page=None).values_list("uid", flat=True))
    return sum(plan_withdrawal(uid, "page vanished") for uid in orphans)


def _forget_addresses() -> None:
    # Wagtail keeps the sites' addresses in this process's cache for an hour, and clears it only where a site is saved.
    Site.clear_site_root_paths_cache()


def _expired(page: Page) -> bool:
    return page.expire_at is not None and page.expire_at <= timezone.now()
