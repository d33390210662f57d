"""Conversing: take what a reader writes under a piece, and let them mend it for a while."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core import signing
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from syndication.conversation import Conversation, judge_words
from syndication.models import Edition, Follow, Response
from syndication.models.response import EDIT
from syndication.moderating import keyed, news_of
from syndication.responding import banned

State = Response.State
EDITABLE_FOR = timedelta(minutes=15)
# The same words of the same person within this time are one comment: somebody pressed the button twice.
AGAIN = timedelta(hours=1)


@dataclass(frozen=True)
class Said:
    """What a reader wrote, checked and tidied. `person` is the keyed hash of their network address."""

    name: str
    text: str
    email: str = field(default="", repr=False)
    url: str = ""
    person: str = field(default="", repr=False)
    parent: Response | None = None
    follow: bool = False


def add(edition: Edition, rules: Conversation, said: Said) -> Response:
    """Write it down as a comment on the piece; who may see it, the rules say. The caller rings `tasks.respond`."""
    since = timezone.now() - AGAIN
    twice = Response.objects.filter(uid=edition.uid, kind=Response.Kind.COMMENT, email=said.email, received_at__gt=since)
    if earlier := twice.filter(text=said.text, name=said.name).first():
        return earlier
    state, sentence = _judged(rules, said)
    with transaction.atomic():
        row = Response.objects.create(
            uid=edition.uid,
            kind=Response.Kind.COMMENT,
            state=state,
            sentence=sentence[:300],
            parent=root_of(said.parent),
            name=said.name,
            email=said.email,
            url=said.url,
            text=said.text,
            person=said.person,
            shown_at=timezone.now() if state == State.SHOWN else None,
        )
        if said.follow and state != State.SPAM:
            follow(edition.uid, said.email)
        if state != State.SPAM:
            news_of(edition.uid)
    return row


def edit(row: Response, rules: Conversation, said: Said) -> bool:
    """Its author mends it; the rules are asked anew. False where a moderator decided meanwhile, or the time is over."""
    if not editable(row):
        return False
    state, sentence = _judged(rules, said, own=row.pk)
    if row.state == State.HELD and state == State.SHOWN:
        state, sentence = State.HELD, row.sentence
    facts: dict[str, Any] = {"name": said.name, "text": said.text, "url": said.url, "state": state, "sentence": sentence[:300]}
    if state == State.SHOWN and row.shown_at is None:
        facts["shown_at"] = Now()
    changed = Response.objects.filter(pk=row.pk, state=row.state, decided_by=None).update(**facts, changed_at=Now())
    if changed:
        news_of(row.uid)
    return bool(changed)


def editable(row: Response) -> bool:
    """Whether its author may still mend it."""
    fresh = row.received_at > timezone.now() - EDITABLE_FOR
    return row.is_comment and fresh and row.decided_by_id is None and row.state in (State.SHOWN, State.HELD)


def of_key(key: str) -> Response | None:
    """The comment that a signed link opens to its author; None where it is forged, or the comment is gone."""
    try:
        pk = signing.loads(key, salt=EDIT, max_age=EDITABLE_FOR)
    except signing.BadSignature:
        return None
    found: Response | None = Response.objects.filter(pk=pk, kind=Response.Kind.COMMENT).first()
    return found


def root_of(parent: Response | None) -> Response | None:
    """What an answer hangs on: an answer to an answer stands beside it."""
    return parent.parent or parent if parent else None


def follow(uid: UUID, email: str) -> None:
    """Somebody asks to follow the piece: one mail asks whether it was them, and no second one."""
    if email:
        Follow.objects.get_or_create(uid=uid, email=email, defaults={"due_at": Now()})


def _judged(rules: Conversation, said: Said, own: int | None = None) -> tuple[str, str]:
    if banned(person=said.person, email=keyed("email", said.email)):
        # As if it were held, for whoever wrote it.
        return State.SPAM, "Its author was banned."
    let = Response.objects.filter(email=said.email, kind=Response.Kind.COMMENT, state=State.SHOWN).exclude(pk=own)
    known = bool(said.email) and let.exists()
    return judge_words(rules, said.name, said.url, said.text, known=known)
