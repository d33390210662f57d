"""Killing: take a piece down everywhere for a stated reason, ahead of everything, and go on until it was seen gone.

Kills wait in no outlet's line: what is suspended, held or resting is told all the same, and told again until it answers. Only the
production guard stops them: a copy of the site tells test outlets and nobody else.
"""

from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.actions.unpublish_page import UnpublishPageAction
from wagtail.log_actions import log as history
from wagtail.models import Page

from syndication.connectors import CONNECTORS
from syndication.delivering import closing, speak
from syndication.judge import Judgement
from syndication.models import (
    Delivery,
    Edition,
    Kill,
    Notice,
    Pulled,
    Republication,
    Told,
    Verification,
    claim_kills,
    current_edition,
)
from syndication.models.republication import NO_ERROR
from syndication.noticing import mended, mended_all, notice
from syndication.planning import plan, plan_withdrawal
from syndication.production import objection
from syndication.settling import settle_all
from syndication.telling import mail_alarms

log = structlog.get_logger(__name__)

# How many outlets are told at once, and how often one call asks whether more are due.
LANES, ROUNDS = 32, 10


def kill(piece: Page | Edition, reason: str, by: Any, *, readers: str = "", note: str = "") -> Kill:
    """Kill the piece: its page goes offline, and every outlet that ever had it is told why, at once and until it is gone.

    `reason` is for outlets and must say something (ValueError); `readers` is the sentence our page shows in its place; `note`
    stays in the house. A piece that is killed already stays so: its kill is returned as it is. Raises LookupError for what was
    never published.
    """
    reason = reason.strip()
    if not reason:
        raise ValueError(_("Say why: outlets are told this reason."))
    uid = _uid(piece)
    with transaction.atomic():
        edition = Edition.objects.current().select_for_update(no_key=True).filter(uid=uid).first()
        if edition is None:
            raise LookupError(_("This piece was never published, so there is nothing to kill."))
        if standing := Kill.objects.open().filter(uid=uid).first():
            return standing
        facts = {"headline": edition.headline, "url": edition.url, "readers": readers.strip(), "note": note.strip()}
        made = Kill.objects.create(uid=uid, edition=edition, reason=reason, killed_by=by, killed_by_name=name_of(by), **facts)
        page = edition.page.specific if edition.page else None
        _take_offline(uid, page, by)
        made.edition = current_edition(uid) or edition
        made.save(update_fields=["edition"])
        told = _tell_all(made)
        history(page or made.edition, "syndication.kill", user=by, data={"outlets": ", ".join(told), "reason": reason})
    log.warning("killed", uid=str(uid), outlets=told)
    return made


def lift(made: Kill, by: Any, reason: str) -> bool:
    """The piece may be published again; nothing is, by itself. False if somebody lifted it before. ValueError without reason."""
    if not reason.strip():
        raise ValueError(_("Say why the kill is lifted."))
    facts = {"lifted_at": Now(), "lifted_by": by, "lifted_by_name": name_of(by), "lifted_reason": reason.strip()}
    with transaction.atomic():
        if not Kill.objects.open().filter(pk=made.pk).update(**facts):
            return False
        # What was not told yet goes on as the plain withdrawal that it still is.
        Republication.objects.filter(kill=made).update(kill=None, attempts=0)
        mended_all([told.subject for told in made.told.all()], Notice.Kind.KILL)
        edition = current_edition(made.uid)
        history((edition and edition.page) or made.edition, "syndication.lift", user=by, data={"reason": reason.strip()})
    return True


def close(told: Told, by: Any, note: str) -> bool:
    """A person has seen to it, in a way that `note` tells: no more tries, no alarm. ValueError without a note."""
    if not note.strip():
        raise ValueError(_("Say how it was settled: with whom you spoke, and what they did."))
    facts = {"closed_at": Now(), "closed_by": by, "closed_by_name": name_of(by), "closed_note": note.strip()}
    with transaction.atomic():
        if not Told.objects.unsettled().filter(pk=told.pk).update(**facts):
            return False
        mine = Republication.objects.filter(pk=told.republication_id or 0, kill=told.kill_id)
        mine.exclude(state=Republication.State.WITHDRAWN).update(state=Republication.State.SKIPPED, due_at=None)
        mended(told.subject, Notice.Kind.KILL)
    return True


def name_of(person: Any) -> str:
    """How a record names somebody for ever: also after the account is gone."""
    return (person.get_full_name() or person.get_username())[:200] if person else ""


def reached(uid: UUID) -> QuerySet[Republication]:
    """The rows of every outlet that ever had the piece, may have had it, or could fetch it: whatever it is owed now."""
    tried = Exists(Delivery.objects.filter(republication=OuterRef("pk")).exclude(outcome=Delivery.Outcome.RELEASED))
    pulled = Exists(Pulled.objects.filter(uid=OuterRef("uid"), pull__outlet=OuterRef("outlet")))
    had = Q(held__isnull=False) | Q(delivered_at__isnull=False) | ~Q(receipt_id="") | ~Q(receipt_url="")
    ready = Q(state=Republication.State.OFFERED) | Q(outlet__kind="pull")
    rows: QuerySet[Republication] = Republication.objects.filter(had | ready | tried | pulled, uid=uid)
    return rows.select_related("outlet").order_by("outlet__name", "pk")


def _uid(piece: Any) -> UUID:
    source = getattr(piece, "alias_of", None)
    specific = (source or piece).specific if isinstance(piece, Page) else piece
    uid: UUID = specific.uid
    return uid


def _take_offline(uid: UUID, page: Any, by: Any) -> None:
    """Planning hears of it by Wagtail's signal; asked once more, for a page that was offline already, or is gone."""
    if page and page.live:
        UnpublishPageAction(page, user=by).execute(skip_permission_checks=True)
    if page:
        page.revisions.update(approved_go_live_at=None)
        plan(page, "killed")
    else:
        plan_withdrawal(uid, "killed")


def _tell_all(made: Kill) -> list[str]:
    """Owe the kill to all who had the piece, also where the piece was taken down before. Returns their names."""
    rows = list(reached(made.uid).select_for_update(of=("self",)))
    Told.objects.bulk_create(
        Told(
            kill=made,
            outlet=row.outlet,
            outlet_name=row.outlet.name,
            republication=row,
            url=row.receipt_url,
            carried_since=row.delivered_at or row.created_at,
        )
        for row in rows
    )
    owed = {"kill": made, "operation": Republication.WITHDRAW, "wanted": made.edition, "wanted_digest": "", **NO_ERROR}
    owed |= {"state": Republication.State.PENDING, "due_at": Now(), "changed_at": Now(), "attempts": 0}
    for row in rows:
        Republication.objects.filter(pk=row.pk).update(**owed, key=uuid4(), starts_at=None, ends_at=None)
        if row.outlet.kind not in CONNECTORS:
            _hand_over(row, made)
        elif row.receipt_url and not CONNECTORS[row.outlet.kind].announces:
            Verification.objects.look(url=row.receipt_url, republication=row)
    watched = Verification.objects.filter(republication__in=rows).values_list("pk", flat=True)
    mended_all([f"verification:{pk}" for pk in watched], Notice.Kind.CANONICAL)
    mended_all([f"republication:{row.pk}" for row in rows], Notice.Kind.DEAD)
    return [row.outlet.name for row in rows]


def _hand_over(row: Republication, made: Kill) -> None:
    told = _("KILL: %(reason)s Ask %(outlet)s to take the piece down; no connector speaks with it any more.")
    error = told % {"reason": made.reason, "outlet": row.outlet.name}
    Republication.objects.filter(pk=row.pk).update(state=Republication.State.TODO, due_at=None, error=error)


# --- what a worker does about them ------------------------------------------------------------------------------------


def tend_kills() -> int:
    """Tell who is owed a kill, and raise or end alarms. Returns how many conversations were settled."""
    settled = deliver_kills()
    watch()
    mail_alarms()
    return settled


def deliver_kills() -> int:
    """Tell the outlets whose kills are due, side by side. Returns how many conversations were settled."""
    if not Republication.objects.killing().exists():
        return 0
    settled, test_only = 0, bool(objection())
    for _round in range(ROUNDS):
        rows = [] if closing.is_set() else claim_kills(LANES, test_only=test_only)
        if not rows:
            break
        with ThreadPoolExecutor(max_workers=LANES, thread_name_prefix="kill") as pool:
            # Each is settled as it ends: an outlet that hangs keeps no other's answer from the record.
            for done in as_completed([pool.submit(speak, row) for row in rows]):
                settle_all([done.result()])
                settled += 1
    return settled


def watch() -> None:
    """Open an alarm wherever a kill was not obeyed in time, and end those that are settled. Ask as often as you like."""
    told_of = Notice.objects.open().filter(kind=Notice.Kind.KILL)
    if not Told.objects.unsettled().exists() and not told_of.exists():
        return
    patience = timedelta(minutes=settings.SYNDICATION_KILL_ALARM_MINUTES) * settings.SYNDICATION_TIME_SCALE
    late = Told.objects.unsettled().filter(kill__killed_at__lte=timezone.now() - patience).select_related("kill", "outlet")
    alarming = [told for told in late if _alarms(told)]
    for told in alarming:
        sentence = alarm_sentence(told)
        title = f"{told.kill.headline} → {told.outlet_name}"
        opened = notice(Notice.Kind.KILL, told.subject, sentence, title=title, outlet=told.outlet, uid=told.kill.uid)
        if opened:
            Told.objects.filter(pk=told.pk).update(alarmed_at=Now(), mailed_at=None)
            log.error("kill not obeyed", outlet=told.outlet_name, uid=str(told.kill.uid))
    over = told_of.exclude(subject__in=[told.subject for told in alarming]).values_list("pk", flat=True)
    Notice.objects.filter(pk__in=list(over), closed_at=None).update(closed_at=Now())


def _alarms(told: Told) -> bool:
    """Whether a person must act: nobody answered, or what we can look at still stands."""
    return told.state in (Told.State.WAITING, Told.State.UNANSWERED, Told.State.STANDING)


def alarm_sentence(told: Told) -> str:
    """What is wrong and what a person can do about it."""
    facts = {"outlet": told.outlet_name, "url": told.url, "tries": sum(line["times"] for line in told.tries)}
    if told.state == Told.State.STANDING:
        return _("%(outlet)s acknowledged the kill, but its copy still stands at %(url)s. Call its desk.") % facts
    if told.state == Told.State.WAITING:
        return _("%(outlet)s was not told of the kill yet. See whether the worker runs, and call its desk.") % facts
    told_last = told.tries[-1]["what"] if told.tries else ""
    if told_last == Delivery.Outcome.BY_HAND:
        return _("Nobody has said yet that the piece is down at %(outlet)s. See “To do”, or call its desk.") % facts
    if told_last == Delivery.Outcome.OFFERED:
        return _("%(outlet)s has not fetched the kill yet. Call its desk.") % facts
    return _("%(outlet)s has not acknowledged the kill in %(tries)s tries. Call its desk; we go on trying.") % facts


# --- what the looks at copies mean for them ---------------------------------------------------------------------------


def look_wait(row: Verification, judgement: Judgement) -> timedelta | None:
    """When to look again at a copy that a kill has not brought down; None where the slow schedule will do."""
    made = row.republication.kill if row.republication else None
    return made.look_wait if made and judgement.verdict != Verification.Verdict.HONOURED else None


def seen_of_kill(row: Verification, status: int | None) -> bool:
    """Write into the kill's record what a look saw; False if there is no kill. Its own alarm tells of what still stands."""
    republication = row.republication
    if republication is None or republication.kill_id is None:
        return False
    gone = row.verdict == Verification.Verdict.HONOURED
    Told.objects.see(republication, gone=gone, sentence=row.sentence, evidence=row.evidence, status=status)
    return True
