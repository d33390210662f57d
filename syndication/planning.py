"""Planning: write down, for each outlet, what it should hold. Publishing never sends; it plans."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction, Site

from syndication.models import Edition, Kill, Outlet, Override, Republication, Verification, Wish, current_edition, record
from syndication.models.tick import mark
from syndication.pages import SyndicatedPageMixin, is_public, syndicated_models
from syndication.preflight import preflight

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
            labels=fresh.labels(),
            fingerprint=fingerprint(fresh, public=public),
        )
        _watch_target(edition)
        return _want(edition) > 0


def plan_withdrawal(uid: UUID, reason: str) -> bool:
    """Take the piece down everywhere, though its page is going or gone; True if any outlet must hear."""
    with transaction.atomic():
        last = current_edition(uid)
        if last is None:
            return False
        edition = record(last.story, public=False, page=None, reason=reason, section_id=last.section_id, labels=last.labels)
        Verification.objects.filter(stub_uid=uid).update(due_at=None)
        return _want(edition) > 0


def plan_tree(page: Page, reason: str) -> int:
    """Plan the page and all below it: their URLs changed, or who may see them. Returns how many outlets' rows changed."""
    return plan_each(_pieces(Page.objects.descendant_of(page, inclusive=True)), reason)


def plan_each(pages: Iterable[Page], reason: str) -> int:
    """Plan several pages; one that cannot be told is logged and stops no other. Returns how many outlets' rows changed."""
    return sum(_plan_safely(page, reason) for page in pages)


def plan_everything() -> int:
    """Ask of every piece what the signals ask. For the night: level-triggered, it finds what nobody announced."""
    _forget_addresses()
    planned = plan_each(_pieces(Page.objects.filter(live=True)), "nightly plan") + _plan_absent()
    mark("plan_everything")
    return planned


def reconcile() -> int:
    """Find, cheaply, what changed without anybody saying so, and plan it; returns how much.

    Pieces whose URL, visibility or live revision changed, outlets whose terms did, and pieces whose time at an outlet is over.
    """
    _forget_addresses()
    recorded = dict(Edition.objects.current().filter(page__isnull=False).values_list("page_id", "fingerprint"))
    restricted = tuple(PageViewRestriction.objects.values_list("page__path", flat=True))
    dead = set(Kill.objects.open().values_list("uid", flat=True))
    changed = 0
    for model in syndicated_models():
        for page in model._default_manager.filter(alias_of=None).defer_streamfields().iterator(CHUNK):
            seen = recorded.get(page.pk)
            public = page.live and not _expired(page) and not page.path.startswith(restricted) and page.uid not in dead
            if (public or seen is not None) and seen != fingerprint(page, public=public):
                _plan_safely(page, "reconcile")
                changed += 1
    changed += _plan_absent() + plan_outlets() + end_windows()
    mark("reconcile")
    return changed


def plan_outlet(outlet: Outlet) -> int:
    """Offer an outlet that is new, or whose terms changed, what it should hold. Returns how many rows changed.

    A chunk of pieces a transaction; each chunk's editions are held, so that none is replaced while it is being offered.
    """
    terms = outlet.terms
    ids = list(_concerning(outlet).order_by("first_published_at").values_list("pk", flat=True))
    changed = 0
    for start in range(0, len(ids), CHUNK):
        with transaction.atomic():
            chunk = (
                Edition.objects.current().filter(pk__in=ids[start : start + CHUNK]).select_for_update(no_key=True).order_by("pk")
            )
            changed += _offer(list(chunk), outlet)
    Outlet.objects.filter(pk=outlet.pk).update(planned_terms=terms)
    return changed


def _concerning(outlet: Outlet) -> Any:
    """The editions of which the outlet may be told: what its rules could pick by age, what it has, what an editor chose.

    A new outlet that takes no archive need not have the archive read for it.
    """
    visible = Edition.objects.visible()
    if outlet.automatic and not outlet.takes_since:
        return visible
    own = [model._default_manager.filter(outlet=outlet).values("uid") for model in (Republication, Override)]
    known = Q(uid__in=own[0]) | Q(uid__in=own[1])
    return visible.filter(known | Q(first_published_at__gte=outlet.takes_since) if outlet.automatic else known)


def plan_outlets() -> int:
    """Plan each outlet whose terms are not those by which it was planned last. Returns how many rows changed."""
    outlets = Outlet.objects.exclude(kind="")
    return sum(plan_outlet(outlet) for outlet in outlets if outlet.planned_terms != outlet.terms)


def end_windows() -> int:
    """Ask outlets to take down what they may carry no longer. Returns how many rows changed."""
    over = Republication.objects.filter(operation=Republication.PUBLISH, ends_at__lte=timezone.now())
    uids = list(over.values_list("uid", flat=True).distinct())
    return sum(_want(edition) for edition in Edition.objects.current().filter(uid__in=uids).iterator(CHUNK))


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


def _want(edition: Edition, outlets: Iterable[Outlet] | None = None) -> int:
    """Write down what each outlet should hold of the piece. Returns for how many that is news."""
    if outlets is None:
        outlets = Outlet.objects.exclude(kind="")
    overrides = {override.outlet_id: override for override in Override.objects.filter(uid=edition.uid)}
    rows = Republication.objects.filter(uid=edition.uid, operation=Republication.PUBLISH)
    if edition.card.retracted:
        # What still waits for its first send is passed on to nobody new.
        rows = rows.filter(held__isnull=False)
    carried = set(rows.values_list("outlet_id", flat=True))
    wishes = {
        outlet: wish
        for outlet in outlets
        if (wish := wish_for(edition, outlet, overrides.get(outlet.pk), carried=outlet.pk in carried))
    }
    return Republication.objects.want_all(edition, wishes) if wishes else 0


def plan_override(edition: Edition, outlet: Outlet) -> bool:
    """Plan the piece for one outlet anew, after an editor's choice; True if the outlet must hear."""
    return _want(edition, [outlet]) > 0


def plan_overrides(edition: Edition, outlets: Iterable[Outlet]) -> int:
    """As `plan_override`, for several outlets at once. Returns how many must hear."""
    return _want(edition, outlets)


def wish_for(edition: Edition, outlet: Outlet, override: Override | None = None, *, carried: bool = False) -> Wish | None:
    """What the outlet should hold of the piece; None where nothing changes.

    The editor's choice for this piece comes before the outlet's rules. What it carries already is kept up to date, rules or
    not, until somebody withdraws it or its time is over.
    """
    override = override or Override(outlet=outlet)
    ends_at = outlet.ends_at(edition)
    if not edition.public or override.choice == Override.Choice.KEEP or (ends_at and ends_at <= timezone.now()):
        return Wish.withdraw()
    if edition.card.retracted and not carried:
        return Wish.withdraw()
    chosen = override.choice == Override.Choice.SEND or outlet.takes(edition)
    if not outlet.pushes or not (carried or chosen):
        return None
    variation = override.variation
    if not carried and any(objection.blocks for objection in preflight(edition, outlet, override)):
        return None
    starts_at = max(outlet.starts_at(edition), override.not_before or outlet.starts_at(edition))
    return Wish.publish(edition.story, outlet, variation, starts_at=starts_at, ends_at=ends_at)


def _offer(editions: list[Edition], outlet: Outlet) -> int:
    """Plan pieces, whose editions the caller holds, for one outlet. Returns for how many that is news.

    What it has never heard of is written in one statement: a new outlet may take a whole archive.
    """
    uids = [edition.uid for edition in editions]
    overrides = {override.uid: override for override in Override.objects.filter(uid__in=uids, outlet=outlet)}
    rows = dict(Republication.objects.filter(uid__in=uids, outlet=outlet).values_list("uid", "operation"))
    first, changed = {}, 0
    for edition in editions:
        carried = rows.get(edition.uid) == Republication.PUBLISH
        wish = wish_for(edition, outlet, overrides.get(edition.uid), carried=carried)
        if wish and edition.uid in rows:
            changed += Republication.objects.want_all(edition, {outlet: wish})
        elif wish and wish.operation == Republication.PUBLISH:
            first[edition] = wish
    return changed + Republication.objects.want_first(outlet, first)


def _watch_target(edition: Edition) -> None:
    """Keep an eye on the page a public stub points at; looking away from the rest."""
    watched = Verification.objects.filter(stub_uid=edition.uid)
    if edition.public and edition.story.outlet:
        if not edition.story.outlet.url:
            # Withheld: only who goes on looking sees when it is theirs again.
            watched.filter(due_at=None).update(due_at=Now())
        elif not watched.filter(url=edition.story.outlet.url, due_at__isnull=False).exists():
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
