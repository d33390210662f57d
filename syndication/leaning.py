"""Leaning: our stubs lean on pages of others. What follows for readers and editors when such a page moves, closes, dies or turns.

A page that is taken over is withheld, and is told again when it is theirs again; a host on which that happened twice puts its
outlet in quarantine, which only a person lifts.
"""

from dataclasses import dataclass
from datetime import UTC, date
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext as _

from syndication.findings import host_of
from syndication.judge import Judgement
from syndication.models import Edition, Notice, Outlet, Verification
from syndication.models.due import from_now
from syndication.models.verification import FIRST_LOOK, UNSEEN
from syndication.noticing import mended, notice
from syndication.planning import plan_each
from syndication.standing import Target
from syndication.story import Bearing

log = structlog.get_logger(__name__)

# So many looks in a row a page was another's before its address is withheld; so many pages of a host quarantine the outlet.
WITHHELD_AFTER = 2
QUARANTINED_AFTER = 2
# Why a stub was planned anew, by what its readers must know now.
REASONS: dict[str, str] = {
    "": "outlet's page is back",
    "gone": "outlet's page died",
    "paywalled": "outlet's page is closed",
    "withheld": "outlet's page was taken over",
}
_Standing = Verification.Standing


# --- what a stub's Story is told -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Leant:
    """What the page there means for our own: whether our canonical may lean on it, and what readers must know."""

    bearing: Bearing = ""
    gone_since: date | None = None

    @property
    def dead(self) -> bool:
        """Whether no canonical may lean on it."""
        return self.bearing in ("gone", "withheld")


def leant(stub_uid: UUID, outlet: Outlet | None, url: str) -> Leant:
    """What is known of the page at `url` that this stub points at. What was seen at another address counts for nothing."""
    if outlet and outlet.withholds(url):
        return Leant("withheld")
    row = Verification.objects.filter(stub_uid=stub_uid, url=url).first()
    if row is None or row.bearing != "gone":
        return Leant(row.bearing if row else "")
    since = row.standing_since or row.changed_at
    return Leant("gone", since.astimezone(UTC).date() if since else None)


# --- what follows from a look ------------------------------------------------------------------------------------------


def lean(row: Verification, judgement: Judgement, stub: Edition | None, before: Bearing) -> None:
    """Write down how the page stands after a look that was settled, and do what follows; `before` is the bearing until then.

    In the caller's transaction, in which the stub is planned anew where its readers must know something else.
    """
    target = judgement if isinstance(judgement, Target) else Target(judgement.verdict, judgement.sentence)
    _write(row, target)
    if stub and stub.page and row.bearing != before:
        plan_each([stub.page], REASONS[row.bearing])
    _tell(row, target, stub)
    if row.withheld_at and row.standing == _Standing.TAKEN_OVER:
        _quarantine(row)


def _write(row: Verification, target: Target) -> None:
    again = row.standing == target.standing
    count = row.standing_in_a_row + 1 if again else 1
    changes: dict[str, Any] = {"standing": target.standing, "standing_in_a_row": count}
    if not again:
        changes["standing_since"] = Now()
    if target.standing != _Standing.UNREACHABLE:
        changes["moved_to"] = target.moved_to[:2000]
    if target.snapshot and (facts := target.snapshot.model_dump(mode="json")) != row.snapshot:
        changes |= {"snapshot": facts, "snapshot_at": Now()}
    if target.verdict == Verification.Verdict.HONOURED:
        changes["withheld_at"] = None
    elif target.standing == _Standing.TAKEN_OVER and count >= WITHHELD_AFTER and not row.withheld_at:
        changes["withheld_at"] = Now()
    Verification.objects.filter(pk=row.pk).update(**changes)
    row.refresh_from_db(fields=list(changes))


def _tell(row: Verification, target: Target, stub: Edition | None) -> None:
    """Notices with their remedy. That the page is well again, `verifying` tells."""
    about: dict[str, Any] = {"title": stub.headline if stub else row.url, "uid": row.stub_uid}
    if row.withheld_at and target.standing == _Standing.TAKEN_OVER:
        sentence = _(
            "%(finding)s Readers see no link to it any more, and our page is its own canonical. If the page is theirs after all, "
            "say so on the stub's Syndication tab. The address, which you should open with care: %(url)s"
        ) % {"finding": target.sentence, "url": row.url}
        notice(Notice.Kind.CANONICAL, f"verification:{row.pk}", sentence, **about)
    if target.standing == _Standing.MOVED:
        sentence = _("%(finding)s Take it with one press on the stub's Syndication tab.") % {"finding": target.sentence}
        notice(Notice.Kind.CANONICAL, f"target:{row.pk}", sentence, **about)
    elif target.verdict == Verification.Verdict.HONOURED:
        mended(f"target:{row.pk}", Notice.Kind.CANONICAL)


# --- quarantine --------------------------------------------------------------------------------------------------------


def _quarantine(row: Verification) -> None:
    """Quarantine every outlet on this page's host, if enough of our pages there were taken over since a person last lifted it."""
    host = host_of(row.url)
    targets = Verification.objects.filter(stub_uid__isnull=False, url__icontains=host)
    there = [one for one in targets if host_of(one.url) == host]
    for outlet in [one for one in Outlet.objects.all() if one.runs(row.url) and host not in one.quarantined_hosts]:
        lifted = outlet.quarantine_lifted_at
        taken = [one for one in there if one.withheld_at and not (lifted and one.withheld_at < lifted)]
        if len(taken) < QUARANTINED_AFTER:
            continue
        reason = _("%(count)d pages of ours at %(host)s were taken over.") % {"count": len(taken), "host": host}
        facts = {"quarantined_hosts": [*outlet.quarantined_hosts, host], "quarantine_reason": reason}
        still = Outlet.objects.filter(pk=outlet.pk, quarantined_at=outlet.quarantined_at)
        if not still.update(quarantined_at=Coalesce(F("quarantined_at"), Now()), **facts):
            continue
        sentence = _(
            "%(outlet)s is in quarantine: %(reason)s No link of ours leads to that host, and nothing is pushed to the outlet. "
            "Ask them what happened; when all is well, lift the quarantine on the outlet's screen."
        ) % {"outlet": outlet.name, "reason": reason}
        notice(Notice.Kind.CANONICAL, f"quarantine:{outlet.pk}", sentence, title=outlet.name, outlet=outlet)
        log.warning("outlet quarantined", outlet=outlet.name, host=host)
        _plan_stubs({one.stub_uid for one in there}, "outlet in quarantine")


def lift(outlet: Outlet) -> bool:
    """A person says that the outlet is itself again: links and pushes go on, and each of its pages is looked at soon.

    Pages that are still another's stay withheld, each by itself. False where there was no quarantine.
    """
    with transaction.atomic():
        facts: dict[str, Any] = {
            "quarantined_at": None,
            "quarantined_hosts": [],
            "quarantine_reason": "",
            "quarantine_lifted_at": Now(),
        }
        if not Outlet.objects.filter(pk=outlet.pk, quarantined_at__isnull=False).update(**facts):
            return False
        mended(f"quarantine:{outlet.pk}", Notice.Kind.CANONICAL)
        withheld = Edition.objects.current().filter(kind="stub", public=True, facts__outlet__bearing="withheld")
        uids = set(withheld.values_list("uid", flat=True))
        _plan_stubs(uids, "quarantine lifted")
        Verification.objects.filter(stub_uid__in=uids, due_at__isnull=False).update(due_at=from_now(FIRST_LOOK))
    return True


def accept(stub_uid: UUID) -> bool:
    """A person says that the page there is as it should be: it is known anew from the next look on, which comes soon."""
    with transaction.atomic():
        fresh = {**UNSEEN, "verdict": "", "sentence": "", "evidence": [], "in_a_row": 0, "due_at": from_now(FIRST_LOOK)}
        row = Verification.objects.filter(stub_uid=stub_uid).first()
        if row is None or not Verification.objects.filter(pk=row.pk).update(**fresh):
            return False
        mended(f"verification:{row.pk}", Notice.Kind.CANONICAL)
        _plan_stubs({stub_uid}, "an editor accepts the outlet's page")
    return True


def _plan_stubs(uids: set[Any], reason: str) -> None:
    stubs = Edition.objects.current().filter(uid__in=uids, page__isnull=False).select_related("page")
    plan_each([stub.page for stub in stubs if stub.page], reason)
