"""Telling: notices by e-mail, to each person as they chose, each once."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import ngettext

from syndication.models import Notice, NoticePreference, Told
from syndication.noticing import paths, readers

log = structlog.get_logger(__name__)

# A burst becomes one mail: nobody gets more than one in this time.
APART = timedelta(minutes=1)
# A notice is told when it is so old: by then whatever was written down beside it is committed too, and none is stepped over.
SETTLED = timedelta(seconds=5)
DIGEST_HOUR = 8
LISTED = 50


def mail_notices() -> int:
    """Mail each person what they were not told yet. A mail that fails is sent later and keeps no other. Returns how many went."""
    people = readers()
    _remember([person for person in people if not hasattr(person, "notice_preference")])
    kept = {one.user_id: one for one in NoticePreference.objects.filter(user__in=[person.pk for person in people])}
    return sum(_tell_safely(person, kept[person.pk]) for person in people if person.pk in kept)


def mail_alarms() -> int:
    """Mail each alarm of a kill at once to everybody who may see notices, also to who wants one mail a day or none: a piece
    that must not stand anywhere is no matter of taste. Each alarm once. Returns how many mails went.
    """
    alarmed = {told.subject: told.pk for told in Told.objects.unsettled().filter(alarmed_at__isnull=False, mailed_at=None)}
    notices = list(Notice.objects.open().filter(kind=Notice.Kind.KILL, subject__in=alarmed).select_related("outlet"))
    # Whoever writes down the time mails; where no mail went out at all, the next round tries again.
    ours = [one for one in notices if Told.objects.filter(pk=alarmed[one.subject], mailed_at=None).update(mailed_at=Now())]
    if not ours:
        return 0
    people = readers()
    sent = sum(_alarm_safely(person, ours) for person in people)
    if people and not sent:
        Told.objects.filter(pk__in=[alarmed[one.subject] for one in ours]).update(mailed_at=None)
    return sent


def _alarm_safely(person: Any, alarms: list[Notice]) -> bool:
    try:
        with language_of(person):
            _message(person, NoticePreference(mail=NoticePreference.Mail.AT_ONCE), alarms, []).send()
    except Exception as problem:
        log.warning("alarm not mailed", user=person.pk, problem=type(problem).__name__)
        return False
    return True


def _remember(people: list[Any]) -> None:
    """Who never chose hears at once. Two workers may both write it down."""
    NoticePreference.objects.bulk_create([NoticePreference(user=person) for person in people], ignore_conflicts=True)


def _tell_safely(person: Any, preference: NoticePreference) -> bool:
    try:
        return _tell(person, preference)
    except Exception as problem:
        log.warning("mail failed; it is sent later", user=person.pk, problem=type(problem).__name__)
        return False


def _tell(person: Any, preference: NoticePreference) -> bool:
    now = timezone.now()
    if preference.mail == NoticePreference.Mail.DIGEST and preference.told_at is None:
        # Who was never mailed waits for the morning, too: the clock starts when we first meet them.
        NoticePreference.objects.filter(pk=preference.pk, told_at=None).update(told_at=now)
        return False
    if not _is_time(preference, now):
        return False
    news, over = _news(preference, now)
    if not news and not over:
        return False
    # Whoever moves the clock tells; the mark moves only when the mail is out, so that nothing is lost.
    mine = NoticePreference.objects.filter(pk=preference.pk, told_up_to=preference.told_up_to)
    if not mine.filter(told_at=preference.told_at).update(told_at=now):
        return False
    try:
        with language_of(person):
            _message(person, preference, news, over).send()
    except Exception:
        mine.filter(told_at=now).update(told_at=preference.told_at)
        raise
    NoticePreference.objects.filter(pk=preference.pk).update(told_up_to=max([preference.told_up_to, *(one.pk for one in news)]))
    log.info("notices mailed", user=person.pk, count=len(news), mended=len(over))
    return True


def _is_time(preference: NoticePreference, now: datetime) -> bool:
    if preference.mail == NoticePreference.Mail.NEVER:
        return False
    if preference.mail == NoticePreference.Mail.AT_ONCE:
        return preference.told_at is None or preference.told_at <= now - APART
    morning = timezone.localtime(now).replace(hour=DIGEST_HOUR, minute=0, second=0, microsecond=0)
    if now < morning:
        morning -= timedelta(days=1)
    return preference.told_at is not None and preference.told_at < morning


def _news(preference: NoticePreference, now: datetime) -> tuple[list[Notice], list[Notice]]:
    """What is open and untold; and, for a digest, what was mended since the last mail."""
    open_notices = Notice.objects.open().exclude(kind=Notice.Kind.KILL).select_related("outlet")
    untold = open_notices.filter(pk__gt=preference.told_up_to, opened_at__lte=now - SETTLED)
    over: list[Notice] = []
    if preference.mail == NoticePreference.Mail.DIGEST and preference.told_at:
        closed = Notice.objects.filter(closed_at__gt=preference.told_at, pk__lte=preference.told_up_to)
        over = list(closed.select_related("outlet").order_by("-closed_at"))
    return list(untold), over


def _message(person: Any, preference: NoticePreference, news: list[Notice], over: list[Notice]) -> EmailMultiAlternatives:
    site = settings.WAGTAIL_SITE_NAME
    base = settings.WAGTAILADMIN_BASE_URL
    ways = paths(news[:LISTED])
    context = {
        "site": site,
        "news": [{"notice": one, "url": base + ways[one.pk]} for one in news[:LISTED]],
        "more": max(len(news) - LISTED, 0),
        "over": over[:LISTED],
        "all_url": base + reverse("syndication:notices"),
        "account_url": base + reverse("wagtailadmin_account"),
        "digest": preference.mail == NoticePreference.Mail.DIGEST,
    }
    text = render_to_string("syndication/mail/notices.txt", context)
    html = render_to_string("syndication/mail/notices.html", context)
    message = EmailMultiAlternatives(_subject(site, news, over), text, settings.DEFAULT_FROM_EMAIL, [person.email])
    message.attach_alternative(html, "text/html")
    message.extra_headers["Auto-Submitted"] = "auto-generated"
    return message


def _subject(site: str, news: list[Notice], over: list[Notice]) -> str:
    """One line, whatever a headline holds: a newline in it would be a header of its own."""
    if len(news) == 1:
        subject = str(news[0])
    elif news:
        subject = ngettext("%(count)d notice about syndication", "%(count)d notices about syndication", len(news)) % {
            "count": len(news)
        }
    else:
        subject = ngettext("%(count)d notice mended", "%(count)d notices mended", len(over)) % {"count": len(over)}
    return " ".join(f"[{site}] {subject}".split())[:150]


@contextmanager
def language_of(person: Any) -> Iterator[None]:
    """Speak as this person prefers."""
    profile = getattr(person, "wagtail_userprofile", None)
    with translation.override(profile.get_preferred_language() if profile else settings.LANGUAGE_CODE):
        yield
