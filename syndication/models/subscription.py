"""Subscription: who wants to be told by our hub when a topic changes (WebSub, https://www.w3.org/TR/websub/)."""

from datetime import timedelta
from random import uniform
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce, Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from syndication.credentials import unseal
from syndication.models.due import RELEASED, DueQuerySet, DueRow, from_now
from syndication.models.outlet import Outlet
from syndication.models.sealed import SealedSecret

# Waits after the first, second, … failed request; the last again and again until the lease ends.
BACKOFF = [timedelta(seconds=seconds) for seconds in (5, 60, 600, 3600, 3 * 3600, 6 * 3600)]
JITTER = 0.2
# How often a callback is asked whether it meant it, and told that it is over: whoever does not answer then did not ask.
QUESTIONS = 3


class SubscriptionQuerySet(DueQuerySet):
    """Subscriptions."""

    def in_force(self) -> Self:
        """Confirmed by the callback, within the lease, and not ended by us."""
        return self.filter(ends_at__gt=Now()).exclude(state=Subscription.State.DENIED)


class Subscription(DueRow, SealedSecret):
    """One callback for one topic. A row is due while something is owed to it: a question, or the topic's newest content.

    What was asked for waits in `asked_…` until the callback confirms it: till then what was agreed before stays in force.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("to be verified")
        ACTIVE = "active", _("active")
        LEAVING = "leaving", _("wants to leave, to be verified")
        DENIED = "denied", _("ended by us, to be told")

    # As it may be shown. Where a token stands in the address, all but its prefix is left out here; the whole is sealed.
    topic = models.URLField(max_length=2000)
    sealed_topic = models.TextField(blank=True, editable=False)
    callback = models.URLField(max_length=2000)
    # Of the callback: nobody makes us ask one host too much.
    host = models.CharField(max_length=255, default="", db_index=True, editable=False)
    # Whose token stands in the topic's address; None for topics that all may read.
    outlet = models.ForeignKey(Outlet, null=True, on_delete=models.CASCADE, related_name="subscriptions")
    state = models.CharField(max_length=8, choices=State, default=State.ASKED)
    asked_seconds = models.PositiveIntegerField(default=0)
    asked_secret = models.TextField(blank=True, editable=False)
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    # The number of the newest request: an answer to an older one changes nothing.
    question = models.PositiveIntegerField(default=0, editable=False)
    ends_at = models.DateTimeField(null=True)
    # The entity tag of what was delivered last: the same is not delivered twice.
    delivered = models.CharField(max_length=64, blank=True)
    delivered_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    sentence = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[SubscriptionQuerySet] = SubscriptionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [models.UniqueConstraint(fields=["topic", "callback"], name="subscription_once")]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="subscription_due"),
            models.Index(fields=["topic"], name="subscription_topic"),
        ]
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")

    def __str__(self) -> str:
        return f"{self.host} ← {self.topic}"

    @property
    def address(self) -> str:
        """The topic's whole address, to be asked and to be named to the subscriber only. Raises Unreadable."""
        return unseal(self.sealed_topic) or self.topic

    @property
    def is_in_force(self) -> bool:
        """Whether it is to be told of news."""
        return self.ends_at is not None and self.ends_at > timezone.now() and self.state != self.State.DENIED

    def confirmed(self) -> bool:
        """The callback meant it: the lease begins, with the secret that was asked for. False if it asked anew meanwhile."""
        agreed = {
            "state": self.State.ACTIVE,
            "ends_at": from_now(timedelta(seconds=self.asked_seconds), scaled=False),
            "sealed_secret": self.asked_secret,
            "asked_secret": "",
            "secret_set_at": Now() if self.asked_secret else None,
        }
        return self._answered(**agreed, sentence="")

    def unconfirmed(self, sentence: str) -> bool:
        """The callback did not mean it: what was agreed before, if anything, stays. False if it asked anew meanwhile."""
        state = Case(When(ends_at__gt=Now(), then=Value(self.State.ACTIVE)), default=Value(self.State.ASKED))
        return self._answered(state=state, asked_secret="", sentence=sentence[:300])

    def told(self, tag: str) -> bool:
        """It took the content with this tag. False if the lease was lost."""
        facts = {"delivered": tag, "delivered_at": Now(), "failing_since": None, "sentence": "", "attempts": 0}
        return self._settle(None, **facts)

    def rest(self) -> bool:
        """Nothing is owed to it now."""
        return self._settle(None, attempts=0)

    def postpone(self, sentence: str, wait: float | None = None) -> bool:
        """It did not work; it is tried again later, after `wait` seconds if the other side asked for that."""
        delay = BACKOFF[min(self.attempts, len(BACKOFF)) - 1] * uniform(1 - JITTER, 1 + JITTER)
        since = Coalesce("failing_since", Now())
        due_at = from_now(max(delay, timedelta(seconds=wait or 0)))
        return self._settle(due_at, sentence=sentence[:300], failing_since=since)

    def deny(self) -> bool:
        """We end it: the callback is told, and the row goes."""
        over = {"state": self.State.DENIED, "ends_at": None, "question": F("question") + 1, "sentence": ""}
        mine = Subscription.objects.filter(pk=self.pk).exclude(state=self.State.DENIED)
        return bool(mine.update(**over, **RELEASED, due_at=Now(), attempts=0))

    def end(self) -> bool:
        """It is over: nothing of it is kept. False if it asked anew meanwhile."""
        mine = Subscription.objects.held_by(self.pk, self.lease_token).filter(question=self.question)
        return bool(mine.delete()[0]) or self._release_only()

    def _answered(self, **facts: Any) -> bool:
        mine = Subscription.objects.held_by(self.pk, self.lease_token).filter(question=self.question)
        return bool(mine.update(**RELEASED, due_at=None, attempts=0, failing_since=None, **facts)) or self._release_only()

    def _release_only(self) -> bool:
        """It asked anew while we asked: due as it is."""
        Subscription.objects.held_by(self.pk, self.lease_token).update(**RELEASED)
        return False

    def _settle(self, due_at: Any, **facts: Any) -> bool:
        mine = Subscription.objects.held_by(self.pk, self.lease_token)
        moment = Case(
            When(question=self.question, then=due_at if due_at is not None else Value(None)),
            default=Now(),
            output_field=models.DateTimeField(),
        )
        return bool(mine.update(**RELEASED, due_at=moment, **facts))
