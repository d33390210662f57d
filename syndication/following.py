"""Following: mail each new response to who asked for it, after one question whether they did. One click ends it (RFC 8058)."""

from typing import Any

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F
from django.db.models.functions import Coalesce, Now
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from syndication.models import Edition, Follow, Response
from syndication.models.due import RELEASED, from_now
from syndication.models.response import BACKOFF
from syndication.responding import visit_mentions

log = structlog.get_logger(__name__)

BATCH = 20
LISTED = 20


def mail_followers(rounds: int = 20) -> int:
    """Send every mail that is due. Returns how many went."""
    sent = 0
    for _round in range(rounds):
        rows = Follow.objects.all().lease(BATCH)
        if not rows:
            break
        editions = {one.uid: one for one in Edition.objects.visible().filter(uid__in=[row.uid for row in rows])}
        sent += sum(_mail_safely(row, editions.get(row.uid)) for row in rows)
    return sent


def _mail_safely(row: Follow, edition: Edition | None) -> bool:
    mine = Follow.objects.held_by(row.pk, row.lease_token)
    try:
        message, told_at = _message(row, edition) if edition else (None, row.told_at)
        if message:
            message.send()
    except Exception as problem:
        log.warning("mail to a follower failed; it is sent later", follow=row.pk, problem=type(problem).__name__)
        later = from_now(BACKOFF[min(row.attempts, len(BACKOFF)) - 1]) if row.attempts <= len(BACKOFF) else None
        mine.update(**RELEASED, due_at=later)
        return False
    mine.update(**RELEASED, due_at=None, attempts=0, told_at=told_at)
    return bool(message)


def _message(row: Follow, edition: Edition) -> tuple[EmailMessage | None, Any]:
    """The mail that is owed, if any, and up to when it tells."""
    told = {"headline": edition.headline, "url": edition.url, "site": edition.card.publisher.name, "keep": link("confirm", row)}
    told["leave"] = link("leave", row)
    with translation.override(settings.LANGUAGE_CODE):
        if row.confirmed_at is None:
            subject = _("Do you want to follow “%(headline)s”?") % told
            return _mail(row, subject, "syndication/mail/follow_asked.txt", told), None
        news = _news(row)
        if not news:
            return None, row.told_at
        subject = _("New responses to “%(headline)s”") % told
        context = {**told, "news": news[:LISTED], "more": len(news) > LISTED}
        return _mail(row, subject, "syndication/mail/follow_news.txt", context), news[:LISTED][-1].shown_at


def _news(row: Follow) -> list[Response]:
    # Their own words are no news to them.
    since = row.told_at or row.confirmed_at
    shown = Response.objects.filter(uid=row.uid, state=Response.State.SHOWN, shown_at__gt=since)
    return list(shown.exclude(email=row.email).order_by("shown_at")[: LISTED + 1])


def _mail(row: Follow, subject: str, template: str, context: dict[str, Any]) -> EmailMessage:
    headers = {
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe": f"<{context['leave']}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    text = render_to_string(template, context)
    # One line, whatever a headline holds: a newline in it would be a header of its own.
    return EmailMessage(" ".join(subject.split())[:150], text, settings.DEFAULT_FROM_EMAIL, [row.email], headers=headers)


def link(what: str, row: Follow) -> str:
    """The address that confirms or leaves."""
    return f"{settings.SITE_URL}{reverse(f'follow_{what}', args=[row.key])}"


def confirm(row: Follow) -> None:
    """It was them: from now on they are told."""
    Follow.objects.filter(pk=row.pk).update(confirmed_at=Coalesce(F("confirmed_at"), Now()), told_at=timezone.now())


def leave(row: Follow) -> None:
    """They are told nothing more; nothing of them is kept."""
    Follow.objects.filter(pk=row.pk).delete()


def respond() -> int:
    """All that responses owe: read the pages that mention us, then mail who follows. Returns how much was done."""
    return visit_mentions() + mail_followers()
