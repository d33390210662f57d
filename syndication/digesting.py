"""Digesting: each Monday morning, by e-mail, how many copies lead home, which do so no more, and which do so again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from syndication import charting
from syndication.models import Look, NoticePreference, Verification
from syndication.noticing import readers
from syndication.telling import DIGEST_HOUR, language_of

log = structlog.get_logger(__name__)

WEEK = timedelta(days=7)
# So many copies of each kind are listed; the screen has them all.
LISTED = 20
WORST = 10
PIECE = ("republication__wanted", "republication__outlet")
HEAVY = ("evidence", "republication__wanted__facts", "republication__wanted__body_html", "republication__wanted__labels")


@dataclass(frozen=True)
class Listed:
    """The first of many copies, and how many more there are."""

    rows: tuple[Verification, ...]
    more: int = 0

    @classmethod
    def of(cls, rows: Any, limit: int) -> "Listed":
        """From a queryset, in two queries at most."""
        shown = tuple(rows.select_related(*PIECE).defer(*HEAVY)[: limit + 1])
        return cls(shown[:limit], rows.count() - limit if len(shown) > limit else 0)


class Digest:
    """The week that ends at `until`, asked for once however many people are told."""

    def __init__(self, until: datetime):
        self.until = until
        self.since = until - WEEK

    @cached_property
    def tally(self) -> charting.Tally:
        """How all copies do now."""
        return charting.tally()

    @cached_property
    def drifted(self) -> Listed:
        """Copies that led home a week ago, or were not there yet, and do not now; the newest trouble first."""
        return Listed.of(charting.astray().filter(since__gt=self.since).order_by("-since", "pk"), LISTED)

    @cached_property
    def mended(self) -> Listed:
        """Copies that went astray, lead home now, and were seen to this week."""
        back = Look.objects.filter(charting.CHANGED, ~Q(before=""), verdict="honoured", at__gt=self.since)
        rows = charting.copies().filter(verdict="honoured", pk__in=back.values("verification"))
        return Listed.of(rows.order_by("-changed_at", "pk"), LISTED)

    @cached_property
    def worst(self) -> Listed:
        """Copies that were in trouble already, the longest first."""
        return Listed.of(charting.astray().filter(since__lte=self.since), WORST)


def mail_weekly() -> int:
    """Mail the digest to each person who wants it and had none since Monday morning. Returns how many went.

    Whoever moves a person's `weekly_at` tells, so two workers never tell twice; a mail that fails is sent later.
    """
    now = timezone.now()
    monday = last_monday(now)
    # Who was never met waits for the next Monday.
    fresh = NoticePreference.objects.filter(weekly_at=None)
    fresh.update(weekly_at=now)
    owed = NoticePreference.objects.filter(weekly=True, weekly_at__lt=monday).exclude(mail=NoticePreference.Mail.NEVER)
    kept = {one.user_id: one for one in owed}
    if not kept:
        return 0
    digest = Digest(now)
    if not digest.tally.copies:
        return 0
    return sum(_tell_safely(person, kept[person.pk], digest) for person in readers() if person.pk in kept)


def last_monday(now: datetime) -> datetime:
    """The last Monday morning in the site's time zone that is over."""
    here = timezone.localtime(now).replace(hour=DIGEST_HOUR, minute=0, second=0, microsecond=0)
    monday = here - timedelta(days=here.weekday())
    return monday if monday <= now else monday - WEEK


def _tell_safely(person: Any, preference: NoticePreference, digest: Digest) -> bool:
    mine = NoticePreference.objects.filter(pk=preference.pk)
    if not mine.filter(weekly_at=preference.weekly_at).update(weekly_at=digest.until):
        return False
    try:
        with language_of(person):
            message(person, digest).send()
    except Exception as problem:
        mine.filter(weekly_at=digest.until).update(weekly_at=preference.weekly_at)
        log.warning("digest failed; it is sent later", user=person.pk, problem=type(problem).__name__)
        return False
    log.info("digest mailed", user=person.pk)
    return True


def message(person: Any, digest: Digest) -> EmailMultiAlternatives:
    """The mail to one person, in the language that is switched on."""
    site, base = settings.WAGTAIL_SITE_NAME, settings.WAGTAILADMIN_BASE_URL
    context = {
        "site": site,
        "tally": digest.tally,
        "parts": [
            (_("These do not lead home any more"), _lines(digest.drifted.rows), digest.drifted.more),
            (_("These lead home again"), _lines(digest.mended.rows), digest.mended.more),
            (_("In trouble longest"), _lines(digest.worst.rows), digest.worst.more),
        ],
        "all_url": base + reverse("syndication:health"),
        "account_url": base + reverse("wagtailadmin_account"),
    }
    subject = " ".join(f"[{site}] {digest.tally.words}".split())[:150]
    text = render_to_string("syndication/mail/weekly.txt", context)
    mail = EmailMultiAlternatives(subject, text, settings.DEFAULT_FROM_EMAIL, [person.email])
    mail.attach_alternative(render_to_string("syndication/mail/weekly.html", context), "text/html")
    mail.extra_headers["Auto-Submitted"] = "auto-generated"
    return mail


def _lines(rows: Iterable[Verification]) -> list[dict[str, Any]]:
    base = settings.WAGTAILADMIN_BASE_URL
    told = []
    for row in rows:
        copy = row.republication
        if copy is not None:
            url = base + reverse("syndication:republication", args=[copy.pk])
            told.append({"row": row, "headline": copy.wanted.headline, "outlet": copy.outlet.name, "url": url})
    return told
