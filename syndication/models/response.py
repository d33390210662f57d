"""Response: what somebody said of a piece, here or on a page of their own; who may say nothing more; who wants to hear more."""

from datetime import timedelta
from typing import Any, ClassVar, Self
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from syndication.models.due import RELEASED, DueQuerySet, DueRow, from_now

# Waits after the first, second, … visit that told nothing; then we stop.
BACKOFF = [timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6)]
# A page counts as gone when it said so this often in a row.
GONE_AFTER = 2
# So many responses stand under one piece at most, the oldest first.
MOST_SHOWN = 500
STATUS, EDIT = "response.status", "response.edit"
# What a list needs not: who wrote from where, and what only moderators read.
_PRIVATE = ("email", "person", "sentence", "target")


class ResponseQuerySet(DueQuerySet):
    """Responses."""

    def shown(self, uid: UUID) -> Self:
        """What readers see under one piece, the oldest first: one query on one index, whatever waits or was refused."""
        rows = self.filter(uid=uid, state=Response.State.SHOWN).order_by("pk").defer(*_PRIVATE)
        return rows[:MOST_SHOWN]

    def waiting(self) -> Self:
        """What a moderator is to decide."""
        return self.filter(state=Response.State.HELD)


class Response(DueRow):
    """One response to the piece `uid`. A mention is due while its page (`source`) is to be visited; a comment never is.

    `state` says who may see it: waiting (nobody, its page is to be read first), held (moderators), shown (all). The rest
    are seen by nobody: rejected and spam were decided by a person, refused by a rule or a visit, gone by its own page.
    """

    class Kind(models.TextChoices):
        COMMENT = "comment", _("comment")
        WEBMENTION = "webmention", _("webmention")
        PINGBACK = "pingback", _("pingback")

    class State(models.TextChoices):
        WAITING = "waiting", _("its page is to be read")
        HELD = "held", _("held for a moderator")
        SHOWN = "shown", _("shown")
        REJECTED = "rejected", _("rejected")
        SPAM = "spam", _("spam")
        REFUSED = "refused", _("refused by a rule")
        GONE = "gone", _("gone")

    class Manner(models.TextChoices):
        """What a page abroad does with the piece (microformats2)."""

        MENTION = "mention", _("mentions it")
        REPLY = "reply", _("replies to it")
        LIKE = "like", _("likes it")
        REPOST = "repost", _("reposts it")
        BOOKMARK = "bookmark", _("bookmarks it")

    uid = models.UUIDField()
    kind = models.CharField(max_length=10, choices=Kind)
    state = models.CharField(max_length=8, choices=State)
    # The comment it answers, never an answer itself: a thread is two deep.
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="answers")
    manner = models.CharField(max_length=8, choices=Manner, default=Manner.MENTION)
    name = models.CharField(max_length=120, blank=True)
    url = models.CharField(max_length=2000, blank=True)
    # Of who comments; never shown to readers.
    email = models.CharField(max_length=254, blank=True, db_index=True)
    title = models.CharField(max_length=300, blank=True)
    # Plain text. Of a mention an excerpt.
    text = models.TextField(blank=True)
    # The page abroad that mentions us, and our address it said it mentions.
    source = models.CharField(max_length=2000, blank=True)
    host = models.CharField(max_length=255, blank=True, db_index=True)
    target = models.CharField(max_length=2000, blank=True)
    # A keyed hash of the network address it came from; forgotten after some weeks.
    person = models.CharField(max_length=64, blank=True, db_index=True)
    # Why it is where it is: for moderators, and for the status of a mention.
    sentence = models.CharField(max_length=300, blank=True)
    gone_in_a_row = models.PositiveSmallIntegerField(default=0)
    received_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(null=True)
    shown_at = models.DateTimeField(null=True)
    decided_by: Any = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    objects: ClassVar[Any] = ResponseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["uid", "source"], condition=~Q(source=""), name="response_source_once"),
        ]
        indexes = [
            models.Index(fields=["uid", "id"], condition=Q(state="shown"), name="response_shown"),
            models.Index(fields=["-id"], condition=Q(state="held"), name="response_held"),
            models.Index(fields=["state", "-id"], name="response_state"),
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="response_due"),
        ]
        permissions = [("moderate", "Can decide which responses readers see")]
        verbose_name = _("response")
        verbose_name_plural = _("responses")

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.author}"

    @property
    def author(self) -> str:
        """Who says it, as far as we know: a name, or the host of their page."""
        return self.name or self.host or str(_("Somebody"))

    @property
    def is_comment(self) -> bool:
        """Whether it was written here."""
        return self.kind == self.Kind.COMMENT

    @property
    def receipt(self) -> str:
        """What opens the status of a mention to whoever sent it."""
        return signing.dumps(self.pk, salt=STATUS)

    @property
    def key(self) -> str:
        """What lets whoever wrote a comment edit it, for a while."""
        return signing.dumps(self.pk, salt=EDIT)

    def settle(self, state: str, sentence: str = "", **facts: Any) -> bool:
        """A visit told enough: `state`, and nothing is due. False if the lease was lost, or a person decided meanwhile."""
        if state == self.State.SHOWN and self.shown_at is None:
            facts["shown_at"] = Now()
        changed = {"state": state, "sentence": sentence[:300], "changed_at": Now(), "attempts": 0, "gone_in_a_row": 0, **facts}
        return self._held().update(**changed, **RELEASED, due_at=None) == 1

    def postpone(self, sentence: str, *, gone: bool = False) -> bool:
        """A visit told nothing: look again later. False where that was the last time, or the lease was lost."""
        if self.attempts > len(BACKOFF):
            return False
        gone_in_a_row = self.gone_in_a_row + 1 if gone else 0
        due_at = from_now(BACKOFF[self.attempts - 1])
        facts = {"sentence": sentence[:300], "gone_in_a_row": gone_in_a_row, "due_at": due_at}
        return self._held().update(**facts, **RELEASED) == 1

    def rest(self) -> None:
        """It stays as it is, and is not visited again by itself."""
        self._held().update(**RELEASED, due_at=None, attempts=0)

    def _held(self) -> ResponseQuerySet:
        mine: ResponseQuerySet = Response.objects.held_by(self.pk, self.lease_token).filter(state=self.state)
        return mine


class Ban(models.Model):
    """Who may say nothing more: by a keyed hash of an e-mail address or a network address, or a host by its name."""

    class Kind(models.TextChoices):
        EMAIL = "email", _("e-mail address")
        PERSON = "person", _("network address")
        HOST = "host", _("host")

    kind = models.CharField(max_length=6, choices=Kind)
    value = models.CharField(max_length=255)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by: Any = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    objects: ClassVar[models.Manager["Ban"]] = models.Manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "value"], name="ban_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.value[:12]}"


class Follow(DueRow):
    """Somebody who wants a mail for each new response to a piece. Due while a mail is owed; before they confirm, one only."""

    uid = models.UUIDField()
    email = models.CharField(max_length=254, db_index=True)
    confirmed_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(auto_now_add=True)
    # The moment up to which they were told.
    told_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = DueQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["uid", "email"], name="follow_once")]
        indexes = [models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="follow_due")]

    def __str__(self) -> str:
        return f"follow {self.pk}"

    @property
    def key(self) -> str:
        """What confirms it, and what ends it."""
        return signing.dumps(self.pk, salt="response.follow")

    @classmethod
    def of(cls, key: str) -> "Follow | None":
        """The row of a key; None if it is forged or was ended."""
        try:
            return cls.objects.filter(pk=signing.loads(key, salt="response.follow")).first()
        except signing.BadSignature:
            return None
