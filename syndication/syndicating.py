"""Syndicating: what people and other code may ask of the engine. Each verb writes down a wish or a decision, logs its actor and
rings; a worker acts.

    from syndication.syndicating import syndicate
    syndicate(page, outlets=[lantern], actor=request.user)
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import EllipsisType
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import log

from syndication import killing, tasks
from syndication.connectors import CONNECTORS
from syndication.doorbell import ring
from syndication.models import (
    Edition,
    Errand,
    Kill,
    Notice,
    Outlet,
    Override,
    Republication,
    Sender,
    Told,
    Verification,
    current_edition,
)
from syndication.noticing import mended
from syndication.planning import plan_override, plan_overrides
from syndication.preflight import Objection, preflight

NOT_PUBLIC = _("The piece is not public. Publish it first.")


@dataclass
class Asked:
    """What became of a request to send: outlets that will get the piece, and those that would refuse it, with all objections."""

    queued: list[Outlet] = field(default_factory=list)
    refused: dict[Outlet, list[Objection]] = field(default_factory=dict)


def syndicate(page: Any, outlets: Iterable[Outlet] | None = None, *, actor: Any = None) -> Asked:
    """Send the piece to these outlets, again if they have it; by default to all that are pushed to.

    An outlet that would refuse it (see `preflight`) is not queued. An alias is sent as its source. What was held because it
    refused our credentials is tried again; a suspended outlet stays so.
    """
    page = page.alias_of.specific if page.alias_of_id else page.specific
    chosen = list(Outlet.objects.exclude(kind="")) if outlets is None else list(outlets)
    edition = current_edition(page.uid)
    if edition is None:
        return Asked(refused={outlet: [Objection(True, str(NOT_PUBLIC))] for outlet in chosen})
    edition.page = page
    return syndicate_all([edition], chosen, actor=actor)[edition]


def syndicate_all(editions: Iterable[Edition], outlets: Iterable[Outlet], *, actor: Any = None) -> dict[Edition, Asked]:
    """Send several pieces to the same outlets, in one transaction; a piece costs about as much for one outlet as for ten."""
    editions, outlets = list(editions), list(outlets)
    kept = {
        (override.uid, override.outlet_id): override
        for override in Override.objects.filter(uid__in=[edition.uid for edition in editions], outlet__in=outlets)
    }
    asked = {}
    with transaction.atomic():
        for outlet in outlets:
            _try_again(outlet)
        for edition in editions:
            overrides = [kept.get((edition.uid, outlet.pk)) or Override(uid=edition.uid, outlet=outlet) for outlet in outlets]
            asked[edition] = _send(edition, list(zip(outlets, overrides, strict=True)), actor)
    ring(tasks.deliver_due)
    return asked


def _send(edition: Edition, pairs: list[tuple[Outlet, Override]], actor: Any) -> Asked:
    asked = Asked()
    chosen = []
    for outlet, override in pairs:
        override.choice = Override.Choice.SEND
        objections = preflight(edition, outlet, override)
        if any(objection.blocks for objection in objections):
            asked.refused[outlet] = objections
        else:
            asked.queued.append(outlet)
            chosen.append(override)
    Override.objects.bulk_create(chosen, update_conflicts=True, unique_fields=["uid", "outlet"], update_fields=["choice"])
    rows = Republication.objects.filter(uid=edition.uid, outlet__in=asked.queued)
    before = set(rows.values_list("key", flat=True))
    plan_overrides(edition, asked.queued)
    # What was wanted already keeps its key: it is sent once more.
    rows.push_again(key__in=before)
    for outlet in asked.queued:
        log(edition.page or edition, "syndication.push", user=actor, data={"outlet": outlet.name})
    return asked


def choose(
    page: Any,
    outlet: Outlet,
    *,
    choice: str | None = None,
    headline: str | None = None,
    excerpt: str | None = None,
    not_before: datetime | EllipsisType | None = ...,
    actor: Any = None,
) -> Override:
    """Keep what an editor decides for the piece at one outlet, draft or live; what is left out stays as it is.

    A live piece is planned anew at once. To keep a carried piece from an outlet is to have it taken down there. Raises
    ValidationError, with the sentence at its field.
    """
    override = Override.objects.filter(uid=page.uid, outlet=outlet).first() or Override(uid=page.uid, outlet=outlet)
    decided = {"choice": choice, "headline": headline, "excerpt": excerpt}
    changes: dict[str, Any] = {name: value for name, value in decided.items() if value is not None}
    if not_before is not ...:
        changes["not_before"] = not_before
    for name, value in changes.items():
        setattr(override, name, value)
    override.full_clean(validate_unique=False, validate_constraints=False)
    with transaction.atomic():
        override.save()
        log(page, "syndication.choose", user=actor, data={"outlet": outlet.name, "choice": str(override.get_choice_display())})
        edition = current_edition(page.uid)
        if edition is not None and plan_override(edition, outlet):
            ring(tasks.deliver_due)
    return override


def withdraw(page: Any, outlets: Iterable[Outlet] | None = None, *, actor: Any = None) -> list[Outlet]:
    """Ask these outlets, by default all that carry it, to take the piece down, and keep it from them. Returns whom it asked."""
    return withdraw_uid(page.uid, outlets, actor=actor, page=page)


def withdraw_uid(uid: Any, outlets: Iterable[Outlet] | None = None, *, actor: Any = None, page: Any = None) -> list[Outlet]:
    """As `withdraw`, also for a piece whose page is gone."""
    edition = current_edition(uid)
    rows = Republication.objects.filter(uid=uid, operation=Republication.PUBLISH).select_related("outlet")
    if outlets is not None:
        rows = rows.filter(outlet__in=list(outlets))
    asked = []
    with transaction.atomic():
        for row in rows:
            Override.objects.update_or_create(uid=uid, outlet=row.outlet, defaults={"choice": Override.Choice.KEEP})
            if edition is not None and plan_override(edition, row.outlet):
                asked.append(row.outlet)
                log(page or row, "syndication.withdraw", user=actor, data={"outlet": row.outlet.name})
    ring(tasks.deliver_due)
    return asked


def kill(piece: Any, reason: str, *, readers: str = "", note: str = "", actor: Any = None) -> Kill:
    """Kill a page, or an edition whose page is gone: see `killing.kill`. Raises ValueError without a reason."""
    made = killing.kill(piece, reason, actor, readers=readers, note=note)
    ring(tasks.tend_kills)
    ring(tasks.verify_due)
    return made


def lift(made: Kill, reason: str, *, actor: Any = None) -> bool:
    """Lift a kill: see `killing.lift`."""
    return killing.lift(made, actor, reason)


def replay(rows: Iterable[Republication], *, actor: Any = None) -> int:
    """Try these once more, from the first attempt, with what is wanted of them now. Returns how many."""
    return _each(rows, "syndication.replay", actor, lambda row: Republication.objects.push_again(pk=row.pk))


def skip(rows: Iterable[Republication], *, actor: Any = None) -> int:
    """Leave these dead letters alone until the piece changes. Returns how many."""
    skipped = {"state": Republication.State.SKIPPED, "due_at": None}
    dead = Republication.objects.filter(state=Republication.State.FAILED)
    return _each(rows, "syndication.skip", actor, lambda row: dead.filter(pk=row.pk).update(**skipped))


def mark_delivered(row: Republication, url: str = "", *, actor: Any = None) -> bool:
    """An editor says the outlet holds what is wanted, perhaps at `url`, though it never told us: looked at like any other."""
    withdrawn = row.operation == Republication.WITHDRAW
    rests = Republication.State.WITHDRAWN if withdrawn else Republication.State.DELIVERED
    facts: dict[str, Any] = {"state": rests, "due_at": None, "uncertain": False, **row.holding}
    if url:
        facts["receipt_url"] = url

    def settle(row: Republication) -> int:
        mine = Republication.objects.filter(pk=row.pk, key=row.key, lease_token=None)
        return mine.update(**facts, warnings=[], error="", error_detail="", failing_since=None, attempts=0, delivered_at=Now())

    marked = _each([row], "syndication.mark_delivered", actor, settle)
    if marked and row.kill_id:
        Told.objects.answered(row, str(_("A person said that it is done.")))
    connector = CONNECTORS.get(row.outlet.kind)
    announced = connector is not None and connector.announces
    if marked and (url or row.receipt_url) and not announced:
        Verification.objects.look(url=url or row.receipt_url, republication=row)
        ring(tasks.verify_due)
    return marked > 0


def request_test(outlet: Outlet, *, actor: Any = None) -> Errand:
    """Ask a worker to walk the way to the outlet; the errand shows what it finds. One that is under way is enough."""
    if walking := Errand.objects.filter(kind=Errand.Kind.TEST_OUTLET, outlet=outlet, ended_at=None).first():
        ring(tasks.run_errands)
        return walking
    errand = Errand.ask(Errand.Kind.TEST_OUTLET, asked={"outlet": outlet.name}, asked_by=actor, outlet=outlet)
    log(outlet, "syndication.test_outlet", user=actor)
    ring(tasks.run_errands)
    return errand


def request_check(outlet: Outlet, url: str, uid: str = "") -> Errand:
    """Ask a worker to look at a page of the outlet's as verification does, for the piece of this uid or whichever it is; the
    errand shows what it finds. One of the same page that is under way is enough.
    """
    asked = {"url": url, "uid": uid}
    waiting = Errand.objects.filter(kind=Errand.Kind.CHECK_COPY, outlet=outlet, ended_at=None)
    errand: Errand = next((one for one in waiting if one.asked == asked), None) or Errand.ask(
        Errand.Kind.CHECK_COPY, asked=asked, outlet=outlet
    )
    ring(tasks.run_errands)
    return errand


def rotate_secret(holder: Outlet | Sender, secret: str, *, keep_old_for: timedelta, actor: Any = None) -> None:
    """Give an outlet or a sender another secret; the one before it counts, too, for so long."""
    holder.change_secret(secret, keep_old_for)
    type(holder)._default_manager.filter(pk=holder.pk).update(**{name: getattr(holder, name) for name in holder.SECRETS})
    log(holder, "syndication.rotate_secret", user=actor, data={"old_until": str(holder.old_secret_until or "")})


def mend_outlet(outlet: Outlet, *, actor: Any = None) -> bool:
    """Somebody renewed its secret or address: what was held or waiting goes on. Suspended it stays. True if it was waiting."""
    outlet.refresh_from_db(fields=["state", "not_before", "failures"])
    held = outlet.state in (Outlet.State.HELD, Outlet.State.GONE)
    waiting = outlet.state == Outlet.State.ACTIVE and (outlet.not_before or outlet.failures)
    if held or waiting:
        resume(outlet, actor=actor)
    return bool(held or waiting)


def suspend(outlet: Outlet, *, actor: Any = None) -> None:
    """Send nothing to the outlet until it is resumed; what it is owed is kept."""
    Outlet.objects.filter(pk=outlet.pk).update(state=Outlet.State.SUSPENDED, state_reason="")
    log(outlet, "syndication.suspend", user=actor)


def resume(outlet: Outlet, *, actor: Any = None) -> None:
    """Send to the outlet again, at once and whatever it did before."""
    Outlet.objects.filter(pk=outlet.pk).update(
        state=Outlet.State.ACTIVE, state_reason="", not_before=None, failures=0, trips=0, failing_since=None
    )
    mended(f"outlet:{outlet.pk}", Notice.Kind.HELD, Notice.Kind.BREAKER)
    log(outlet, "syndication.resume", user=actor)
    ring(tasks.deliver_due)


def _try_again(outlet: Outlet) -> None:
    # An editor who pushes again has mended what was wrong, or will learn that it still is.
    if outlet.state in (Outlet.State.HELD, Outlet.State.GONE):
        outlet.state, outlet.state_reason = Outlet.State.ACTIVE, ""
        outlet.save(update_fields=["state", "state_reason"])
        mended(f"outlet:{outlet.pk}", Notice.Kind.HELD, Notice.Kind.BREAKER)


def _each(rows: Iterable[Republication], action: str, actor: Any, act: Any) -> int:
    done = 0
    with transaction.atomic():
        for row in rows:
            if act(row):
                done += 1
                mended(f"republication:{row.pk}", Notice.Kind.DEAD)
                log(row, action, user=actor)
    ring(tasks.deliver_due)
    return done
