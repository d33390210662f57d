"""Moderating: what people decide about responses, who may say nothing more, and what a person may have handed out or erased."""

from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce, Now
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from syndication.models import Ban, Edition, Follow, Notice, Response
from syndication.noticing import mended, notice

log = structlog.get_logger(__name__)

State = Response.State
# How long it is kept from where somebody wrote (as a keyed hash), and a wish to follow that nobody confirmed.
PERSON_KEPT = timedelta(days=60)
UNCONFIRMED_KEPT = timedelta(days=3)


def keyed(kind: str, value: str) -> str:
    """The keyed hash of an e-mail address or a network address: it can be compared, and not be turned back. "" for nothing."""
    return salted_hmac(f"response.{kind}", value.strip().lower(), algorithm="sha256").hexdigest() if value.strip() else ""


def decide(pks: Collection[int], state: str, by: Any) -> int:
    """A moderator decides: shown, rejected or spam. Returns how many changed; what is decided so already does not."""
    assert state in (State.SHOWN, State.REJECTED, State.SPAM)
    rows = Response.objects.filter(pk__in=pks).exclude(state__in=(state, State.WAITING))
    if state == State.SHOWN:
        # A page that is gone, or never mentioned us, is not to be brought back by a click.
        rows = rows.exclude(state=State.GONE).exclude(~Q(source=""), state=State.REFUSED)
    with transaction.atomic():
        uids = set(rows.values_list("uid", flat=True))
        facts: dict[str, Any] = {"state": state, "changed_at": Now(), "decided_by": by, "sentence": ""}
        if state == State.SHOWN:
            facts["shown_at"] = Coalesce("shown_at", Now())
        changed: int = rows.update(**facts)
        for uid in uids:
            news_of(uid)
    return changed


def ban(pks: Iterable[int], by: Any) -> int:
    """Whoever wrote these says nothing more: by their e-mail address, network address or host. Returns how many bans are new."""
    bans = []
    for row in Response.objects.filter(pk__in=pks):
        given = [(Ban.Kind.EMAIL, keyed("email", row.email)), (Ban.Kind.HOST, row.host)]
        # Who sends a mention may be a service that sends for many; the page it names is what counts.
        given += [(Ban.Kind.PERSON, row.person)] if row.is_comment else []
        bans += [Ban(kind=kind, value=value, created_by=by) for kind, value in given if value]
    before = Ban.objects.count()
    Ban.objects.bulk_create(bans, ignore_conflicts=True)
    return Ban.objects.count() - before


def news_of(uid: UUID) -> None:
    """What is shown or waits under a piece changed: moderators have a notice while anything waits, followers are due a mail."""
    subject = f"responses:{uid}"
    if waiting := Response.objects.waiting().filter(uid=uid).count():
        edition = Edition.objects.current().filter(uid=uid).defer("body_html", "facts").first()
        sentence = ngettext("%(count)d response waits for a moderator.", "%(count)d responses wait for a moderator.", waiting)
        title = edition.headline if edition else str(uid)
        notice(Notice.Kind.RESPONSES, subject, sentence % {"count": waiting}, title=title, uid=uid)
    else:
        mended(subject, Notice.Kind.RESPONSES)
    Follow.objects.filter(uid=uid, confirmed_at__isnull=False, due_at=None).update(due_at=Now())


# --- a person's data --------------------------------------------------------------------------------------------------


def data_of(email: str) -> dict[str, Any]:
    """All that we keep of the person with this e-mail address, ready for JSON."""
    mine = Response.objects.filter(email=email.strip().lower()).order_by("pk")
    names = ("pk", "uid", "kind", "state", "name", "url", "email", "text", "received_at", "changed_at", "person")
    follows = Follow.objects.filter(email=email.strip().lower()).values("uid", "asked_at", "confirmed_at", "told_at")
    return {"responses": list(mine.values(*names)), "follows": list(follows)}


def erase(email: str, by: Any) -> int:
    """Forget what the person with this e-mail address wrote and follows; answers of others stay. Returns how many rows went."""
    mine = Response.objects.filter(email=email.strip().lower())
    with transaction.atomic():
        uids = set(mine.values_list("uid", flat=True))
        gone = mine.count()
        mine.delete()
        gone += Follow.objects.filter(email=email.strip().lower()).delete()[0]
        for uid in uids:
            news_of(uid)
    log.info("a person's responses erased", rows=gone, by=getattr(by, "pk", None))
    return gone


def forget() -> None:
    """Forget from where somebody wrote when that is long ago, and wishes to follow that nobody confirmed."""
    Response.objects.filter(received_at__lt=timezone.now() - PERSON_KEPT).exclude(person="").update(person="")
    Follow.objects.filter(confirmed_at=None, asked_at__lt=timezone.now() - UNCONFIRMED_KEPT).delete()


def headlines(uids: Iterable[UUID]) -> dict[UUID, tuple[str, int | None]]:
    """Headline and page of each piece."""
    rows = Edition.objects.current().filter(uid__in=set(uids)).values_list("uid", "headline", "page_id")
    return {uid: (headline or _("A piece"), page) for uid, headline, page in rows}
