"""Watching: what no single delivery can see: the engine standing still, an outlet failing for days, a trouble that is over."""

from datetime import timedelta

import structlog
from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from syndication.models import Notice, Outlet, Republication
from syndication.noticing import mended, notice
from syndication.pulse import STALLED_AFTER, oldest_due

log = structlog.get_logger(__name__)

# How long an outlet must have failed, without one success, to be told of, told of again, and held.
TOLD, TOLD_AGAIN, GIVEN_UP = timedelta(hours=1), timedelta(hours=24), timedelta(days=5)
ENGINE = "engine"


def look_for_trouble() -> None:
    """Open and close the notices that depend on the time that went by."""
    _whether_it_stands_still()
    _who_fails_for_long()
    _what_is_over()


def _whether_it_stands_still() -> None:
    waited = oldest_due()
    if waited is None or waited <= STALLED_AFTER:
        mended(ENGINE, Notice.Kind.STALLED)
        return
    sentence = _(
        "Something has been due for %(minutes)d minutes and nobody delivers it. See whether the worker runs; nothing is lost, "
        "and it goes out as soon as one does."
    ) % {"minutes": waited // 60}
    if notice(Notice.Kind.STALLED, ENGINE, sentence, title=_("The engine")):
        log.error("deliveries stand still", oldest_due=round(waited))
    else:
        _say(Notice.Kind.STALLED, ENGINE, sentence)


def _who_fails_for_long() -> None:
    failing = Outlet.objects.filter(state=Outlet.State.ACTIVE, failing_since__lte=timezone.now() - _scaled(TOLD))
    for outlet in failing:
        if outlet.failing_since is None:
            continue
        lasted = timezone.now() - outlet.failing_since
        if lasted >= _scaled(GIVEN_UP):
            _hold(outlet)
        else:
            _tell_of(outlet, lasted)


def _tell_of(outlet: Outlet, lasted: timedelta) -> None:
    subject = f"outlet:{outlet.pk}"
    if outlet.failing_since and lasted >= _scaled(TOLD_AGAIN):
        # A day later it is told once more: the first notice makes room for a second.
        old = Notice.objects.filter(kind=Notice.Kind.BREAKER, subject=subject, closed_at=None)
        old.filter(opened_at__lt=outlet.failing_since + _scaled(TOLD_AGAIN)).update(closed_at=Now())
    sentence = _(
        "%(outlet)s has answered nothing we sent it for %(hours)d hours. We go on trying by ourselves. Ask its developers, or "
        "suspend it until it is back."
    ) % {"outlet": outlet.name, "hours": lasted / _scaled(timedelta(hours=1))}
    if not notice(Notice.Kind.BREAKER, subject, sentence, title=outlet.name, outlet=outlet):
        _say(Notice.Kind.BREAKER, subject, sentence)


def _hold(outlet: Outlet) -> None:
    reason = _("Every request has failed for five days. Ask its developers, test the connection, then resume it.")
    still = Outlet.objects.filter(pk=outlet.pk, state=Outlet.State.ACTIVE, failing_since=outlet.failing_since)
    if not still.update(state=Outlet.State.HELD, state_reason=reason):
        return
    subject = f"outlet:{outlet.pk}"
    mended(subject, Notice.Kind.BREAKER)
    sentence = _("%(outlet)s is held. %(reason)s What it is owed is kept.") % {"outlet": outlet.name, "reason": reason}
    notice(Notice.Kind.HELD, subject, sentence, title=outlet.name, outlet=outlet)
    log.warning("outlet held", outlet=outlet.name, since=outlet.failing_since)


def _what_is_over() -> None:
    """Close what was mended by a way that told nobody: a form saved, a piece edited, an answer that came late."""
    opened = Notice.objects.filter(closed_at=None)
    dead = Republication.objects.filter(uid=OuterRef("uid"), outlet=OuterRef("outlet"), state=Republication.State.FAILED)
    about_a_row = Q(kind=Notice.Kind.DEAD, uid__isnull=False, outlet__isnull=False)
    over = Q(kind=Notice.Kind.HELD, outlet__state=Outlet.State.ACTIVE)
    over |= Q(kind=Notice.Kind.BREAKER, outlet__isnull=False, outlet__failing_since=None)
    ids = opened.filter(over | (about_a_row & ~Exists(dead))).values_list("pk", flat=True)
    Notice.objects.filter(pk__in=list(ids), closed_at=None).update(closed_at=Now())


def _say(kind: str, subject: str, sentence: str) -> None:
    Notice.objects.filter(kind=kind, subject=subject, closed_at=None).update(sentence=sentence)


def _scaled(time: timedelta) -> timedelta:
    return time * settings.SYNDICATION_TIME_SCALE
