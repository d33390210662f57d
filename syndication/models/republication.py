"""Republication: one piece at one outlet. Its due rows are the outbox; Delivery is its log."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import uniform
from typing import Any, ClassVar, Self
from uuid import uuid4

from django.db import models, transaction
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from syndication.contract import Variation
from syndication.models.bulk import write_each
from syndication.models.delivery import Delivery
from syndication.models.due import RELEASED, DueQuerySet, DueRow, from_now, later
from syndication.models.edition import Edition
from syndication.models.kill import BACKOFF as KILL_BACKOFF
from syndication.models.kill import Kill
from syndication.models.outlet import Outlet
from syndication.receipt import Receipt
from syndication.story import Correction, Story

# Waits after the first, second, … failed attempt (Standard Webhooks); the last ends after three days, and then a person acts.
BACKOFF = [
    timedelta(seconds=seconds) for seconds in (5, 300, 1800, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
]
JITTER = 0.2
# What each row of a wish for many has of its own.
OWN = ("operation", "wanted_digest", "variation", "starts_at", "ends_at", "key")
RECEIPT = ("receipt_id", "receipt_url", "receipt_memory", "warnings")
NOTHING_HELD: dict[str, Any] = {"held": None, "held_variation": {}}
NO_ERROR: dict[str, Any] = {"error": "", "error_detail": "", "failing_since": None}


@dataclass(frozen=True)
class Wish:
    """What one outlet should hold of one piece, not before `starts_at`, and until `ends_at`."""

    operation: str
    digest: str = ""
    variation: Variation = field(default_factory=Variation)
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    @classmethod
    def publish(cls, story: Story, outlet: Outlet, variation: Variation | None = None, **times: datetime | None) -> "Wish":
        """The story as the outlet may carry it."""
        variation = variation or Variation()
        return cls(Republication.PUBLISH, outlet.contract.digest(story, variation), variation, **times)

    @classmethod
    def withdraw(cls) -> "Wish":
        """Nothing of it."""
        return cls(Republication.WITHDRAW)


class RepublicationQuerySet(DueQuerySet):
    """Republications. State moves only by one UPDATE that names the lease."""

    def lined(self) -> Self:
        """Due rows that wait in their outlet's line. A kill waits in none."""
        return self.due().filter(kill=None)

    def killing(self) -> Self:
        """Due rows of kills."""
        return self.due().filter(kill__isnull=False, operation=Republication.WITHDRAW)

    def want(self, edition: Edition, outlet: Outlet, operation: str) -> bool:
        """Make one outlet owe `edition`, or owe nothing; True if that is news. See `want_all`."""
        wish = Wish.publish(edition.story, outlet) if operation == Republication.PUBLISH else Wish.withdraw()
        return self.want_all(edition, {outlet: wish}) > 0

    def want_all(self, edition: Edition, wishes: Mapping[Outlet, Wish]) -> int:
        """Write down what each outlet should hold of the piece; returns for how many that is news.

        Same wish, same key; a new wish, a new key. A wish to withdraw what was never sent is quiet. A running lease is left
        alone: its finisher sees the new key. An edition that is not current any more wants nothing: so an old version never
        overtakes a newer one, whoever was slow.
        """
        with transaction.atomic():
            # Not its key: who settles a row while we wait for it must be able to point at the edition, or both wait for ever.
            newest = (
                Edition.objects.current()
                .select_for_update(no_key=True)
                .filter(uid=edition.uid)
                .values_list("pk", flat=True)
                .first()
            )
            if newest != edition.pk:
                return 0
            mine = self.filter(uid=edition.uid, outlet__in=[outlet.pk for outlet in wishes])
            # Held in one order, as everybody does who holds several: or two could wait for each other.
            rows = {row.outlet_id: row for row in mine.select_for_update().order_by("pk")}
            new, changed = [], []
            for outlet, wish in wishes.items():
                row = rows.get(outlet.pk)
                if row is None and wish.operation == Republication.PUBLISH:
                    row = Republication(uid=edition.uid, outlet=outlet)
                    new.append(row)
                elif row is None or (row.operation, row.wanted_digest) == (wish.operation, wish.digest):
                    if row and (row.starts_at, row.ends_at) != (wish.starts_at, wish.ends_at):
                        row.retime(wish)
                    continue
                else:
                    changed.append(row)
                row.wish(edition, wish)
            self.bulk_create(new, ignore_conflicts=True)
            self._rewish(changed, edition)
        return len(new) + len(changed)

    def want_first(self, outlet: Outlet, wishes: Mapping[Edition, Wish]) -> int:
        """Write down what an outlet should hold of pieces it never heard of; the caller holds their current editions."""
        rows = [Republication(uid=edition.uid, outlet=outlet) for edition in wishes]
        for row, (edition, wish) in zip(rows, wishes.items(), strict=True):
            row.wish(edition, wish)
        return len(self.bulk_create(rows, ignore_conflicts=True))

    def _rewish(self, rows: list["Republication"], edition: Edition) -> None:
        """Write new wishes over old ones: what all have in common, what is each one's own, and when each is due."""
        common = {"wanted": edition, "state": Republication.State.PENDING, "attempts": 0, **NO_ERROR}
        common |= {"due_at": Now(), "changed_at": Now()}
        if not rows:
            return
        self.filter(pk__in=[row.pk for row in rows]).update(**common)
        write_each(Republication, [(row.pk, {name: getattr(row, name) for name in OWN}) for row in rows])
        self.filter(pk__in=[row.pk for row in rows], starts_at__gt=Now()).update(due_at=F("starts_at"), changed_at=F("starts_at"))
        # What never left the house need not be taken down.
        untold = [row.pk for row in rows if row.operation == Republication.WITHDRAW and row.held_id is None]
        tried = Delivery.objects.filter(republication__in=untold).exclude(outcome=Delivery.Outcome.RELEASED)
        sent = set(tried.values_list("republication", flat=True)) if untold else set()
        quiet = [pk for pk in untold if pk not in sent]
        if quiet:
            self.filter(pk__in=quiet).update(state=Republication.State.WITHDRAWN, due_at=None)

    def accept_all(self, receipts: Mapping["Republication", Receipt]) -> None:
        """The outlets took what these leases sent: `Republication.accept` for many.

        The caller holds the rows' locks and has seen that each lease still stands and nothing newer is wanted.
        """
        for operation, rests in ((Republication.PUBLISH, "delivered"), (Republication.WITHDRAW, "withdrawn")):
            ids = [row.pk for row in receipts if row.operation == operation]
            publishes = operation == Republication.PUBLISH
            holds = {"held": F("wanted"), "held_variation": F("variation")} if publishes else NOTHING_HELD
            facts = {"state": rests, **holds, "due_at": None, "delivered_at": Now(), "uncertain": False, "attempts": 0}
            if ids:
                self.filter(pk__in=ids).update(**facts, **RELEASED, **NO_ERROR)
        facts_of = {row.pk: _written(receipt) for row, receipt in receipts.items() if _written(receipt) != row.receipt_facts}
        write_each(Republication, list(facts_of.items()))

    def push_again(self, **own: Any) -> int:
        """Owe these rows once more, under new keys, whatever they hold. Returns how many."""
        ids = list(self.filter(**own).values_list("pk", flat=True))
        for pk in ids:
            begins = Case(When(starts_at__gt=Now(), then=F("starts_at")), default=Now())
            self.filter(pk=pk).update(key=uuid4(), state=Republication.State.PENDING, due_at=begins, attempts=0, **NO_ERROR)
        return len(ids)


class Republication(DueRow):
    """What one outlet should hold of one piece, what it took last, and what went wrong in between."""

    class State(models.TextChoices):
        PENDING = "pending", _("on its way")
        DELIVERED = "delivered", _("delivered")
        WITHDRAWN = "withdrawn", _("withdrawn")
        FAILED = "failed", _("failed")
        SKIPPED = "skipped", _("left alone by an editor")
        TODO = "todo", _("to be done by hand")
        OFFERED = "offered", _("laid ready")

    PUBLISH, WITHDRAW = "publish", "withdraw"

    uid = models.UUIDField(db_index=True)
    outlet = models.ForeignKey(Outlet, on_delete=models.CASCADE, related_name="republications")
    wanted = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="+")
    wanted_digest = models.CharField(max_length=64, blank=True)
    operation = models.CharField(max_length=10, default=PUBLISH)
    key = models.UUIDField(default=uuid4, unique=True)
    held = models.ForeignKey(Edition, null=True, on_delete=models.PROTECT, related_name="+")
    receipt_id = models.CharField(max_length=200, blank=True)
    receipt_url = models.URLField(max_length=2000, blank=True)
    # What the connector wants back with its next verb, and what an editor should know of how the piece was taken.
    receipt_memory = models.JSONField(default=dict)
    warnings = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    # An attempt ended without an answer: ask the outlet what it has before any second create.
    uncertain = models.BooleanField(default=False)
    error = models.TextField(blank=True)
    error_detail = models.TextField(blank=True)
    failing_since = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    # What this outlet is told differently, and the time in which it may have the piece.
    variation = models.JSONField(default=dict)
    held_variation = models.JSONField(default=dict)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    # Since when the newest wish counts: what an outlet that asks "what is new?" is told by.
    changed_at = models.DateTimeField(default=timezone.now)
    # The kill that asks for the withdrawal: it goes past the outlet's line and is never given up.
    kill = models.ForeignKey(Kill, null=True, on_delete=models.SET_NULL, related_name="republications")

    objects: ClassVar[Any] = RepublicationQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["uid", "outlet"], name="republication_once")]
        indexes = [
            models.Index(fields=["outlet", "due_at"], condition=Q(due_at__isnull=False), name="republication_due"),
            models.Index(fields=["state", "outlet"], name="republication_state_outlet"),
            models.Index(fields=["outlet", "changed_at", "id"], name="republication_changed"),
            models.Index(fields=["ends_at"], condition=Q(ends_at__isnull=False), name="republication_ends"),
            models.Index(fields=["outlet", "receipt_url"], name="republication_receipt_url"),
            models.Index(fields=["due_at"], condition=Q(kill__isnull=False, due_at__isnull=False), name="republication_kills"),
        ]
        verbose_name = _("republication")
        verbose_name_plural = _("republications")
        permissions = [
            ("syndicate", "Can send pieces to outlets and withdraw them"),
            ("replay", "Can replay, skip and settle dead letters"),
        ]

    def __str__(self) -> str:
        return f"{self.wanted.headline} at {self.outlet}"

    # As claimed: when, by this process's monotonic clock, and the Delivery that tells of it.
    claimed_at = 0.0
    delivery_id = 0

    @property
    def names(self) -> dict[str, Any]:
        """How log lines name the row."""
        return {"republication": self.pk, "outlet": self.outlet.name, "key": str(self.key)}

    @property
    def exhausted(self) -> bool:
        """Whether one more failure is one too many: the schedule of waits is over."""
        return self.attempts > len(BACKOFF) and self.kill_id is None

    @property
    def receipt(self) -> Receipt | None:
        """How the outlet names its copy, as far as it told; None before it took anything."""
        known = self.held_id or self.receipt_id
        return Receipt(self.receipt_id, self.receipt_url, self.receipt_memory) if known else None

    @property
    def holding(self) -> dict[str, Any]:
        """The columns that say what the outlet holds, once it did what is wanted."""
        if self.operation == self.WITHDRAW:
            return NOTHING_HELD
        return {"held": self.wanted, "held_variation": self.variation}

    @property
    def receipt_facts(self) -> dict[str, Any]:
        """The columns that hold the last receipt."""
        return {name: getattr(self, name) for name in RECEIPT}

    @property
    def story(self) -> Story:
        """The wanted story as the outlet may carry it."""
        return self.outlet.contract.view(self.wanted.story, Variation.model_validate(self.variation))

    @property
    def news(self) -> tuple[Correction, ...]:
        """Our corrections of the wanted version that the outlet was never told of; none before it holds anything."""
        if self.operation != self.PUBLISH or self.held is None or not self.wanted.facts.get("corrections"):
            return ()
        return tuple(one for one in self.wanted.card.news_since(self.held.card) if not one.by)

    def wish(self, edition: Edition, wish: Wish) -> None:
        """Take a new wish, under a new key; in memory only."""
        begins = wish.starts_at if wish.starts_at and wish.starts_at > timezone.now() else Now()
        self.wanted, self.wanted_digest, self.operation = edition, wish.digest, wish.operation
        self.variation, self.starts_at, self.ends_at = wish.variation.model_dump(), wish.starts_at, wish.ends_at
        self.key, self.state, self.due_at, self.attempts = uuid4(), self.State.PENDING, begins, 0
        self.changed_at = begins
        self.error = self.error_detail = ""
        self.failing_since = None

    def retime(self, wish: Wish) -> None:
        """The same wish at another time: what was not tried yet waits for it; what is there stays."""
        mine = Republication.objects.filter(pk=self.pk)
        mine.update(starts_at=wish.starts_at, ends_at=wish.ends_at, changed_at=later(wish.starts_at, Now()))
        waiting = mine.filter(state=self.State.PENDING, attempts=0, lease_token=None)
        waiting.update(due_at=max(wish.starts_at, timezone.now()) if wish.starts_at else Now())

    # --- How a lease ends. `self` is the row as claimed; each returns False if the lease was lost meanwhile. -------------

    def accept(self, receipt: Receipt) -> bool:
        """The outlet took what this lease sent. If nothing newer is wanted the row rests, else it is due again."""
        withdrawn = self.operation == self.WITHDRAW
        rests = self.State.WITHDRAWN if withdrawn else self.State.DELIVERED
        settled = self._settle(
            **self.holding,
            **_written(receipt),
            delivered_at=Now(),
            uncertain=False,
            attempts=0,
            state=Case(When(key=self.key, then=Value(rests)), default=F("state")),
            due_at=Case(When(key=self.key, then=Value(None)), default=Now(), output_field=models.DateTimeField()),
            **NO_ERROR,
        )
        if not settled:
            self._reassert()
        return settled

    def postpone(self, sentence: str, detail: str = "", *, uncertain: bool = False, wait: float | None = None) -> bool:
        """It may work later: due again after `wait` seconds or the backoff, or given up when the schedule is exhausted."""
        if self.exhausted:
            return self.give_up(f"{sentence} We tried {self.attempts} times.", detail, uncertain=uncertain)
        delay = self._backoff(wait or 0)
        settled = self._settle(
            due_at=self._unless_newer(from_now(delay)),
            uncertain=uncertain or self.uncertain,
            **self._error(sentence, detail),
        )
        if not settled and uncertain:
            self._reassert()
        return settled

    def give_up(self, sentence: str, detail: str = "", *, uncertain: bool = False) -> bool:
        """A person must act: the row fails and stays until an editor pushes again or the piece changes."""
        settled = self._settle(
            state=Case(When(key=self.key, then=Value(self.State.FAILED)), default=F("state")),
            due_at=self._unless_newer(Value(None)),
            uncertain=uncertain or self.uncertain,
            **self._error(sentence, detail),
        )
        if not settled and uncertain:
            self._reassert()
        return settled

    def hand_over(self, sentence: str) -> bool:
        """A person must do it at the outlet: the row waits until an editor says that it is done, or the piece changes."""
        return self._settle(
            state=Case(When(key=self.key, then=Value(self.State.TODO)), default=F("state")),
            due_at=self._unless_newer(Value(None)),
            attempts=0,
            error=sentence,
            error_detail="",
            failing_since=None,
        )

    def offer(self) -> bool:
        """Nothing is sent there: it lies ready until the outlet asks for it, or the piece changes."""
        return self._settle(
            state=Case(When(key=self.key, then=Value(self.State.OFFERED)), default=F("state")),
            due_at=self._unless_newer(Value(None)),
            attempts=0,
            **NO_ERROR,
        )

    def release(self, sentence: str = "", detail: str = "") -> bool:
        """Nothing was tried: due as before, and no attempt burnt."""
        error = self._error(sentence, detail) if sentence else {}
        return self._settle(attempts=max(self.attempts - 1, 0), **error)

    def _backoff(self, asked: float) -> timedelta:
        """How long until the next try, with jitter; at least as long as the outlet asked, unless it is a kill."""
        waits = KILL_BACKOFF if self.kill_id else BACKOFF
        delay = waits[min(max(self.attempts, 1), len(waits)) - 1] * uniform(1 - JITTER, 1 + JITTER)
        return delay if self.kill_id else max(delay, timedelta(seconds=asked))

    def _settle(self, **changes: Any) -> bool:
        mine = Republication.objects.held_by(self.pk, self.lease_token)
        return bool(mine.update(**RELEASED, **changes))

    def _reassert(self) -> None:
        # The late bytes of an older wish may have landed last: whoever was fenced off makes the newest wish due again. They may
        # have created what nobody here has a receipt for, so the outlet is asked first.
        late = Republication.objects.filter(pk=self.pk).exclude(key=self.key)
        late.update(key=uuid4(), state=self.State.PENDING, due_at=Now(), uncertain=True)

    def _unless_newer(self, moment: Any) -> Case:
        return Case(When(key=self.key, then=moment), default=Now(), output_field=models.DateTimeField())

    def _error(self, sentence: str, detail: str) -> dict[str, Any]:
        since = F("failing_since") if self.failing_since else Now()
        return {"error": sentence, "error_detail": detail[:2000], "failing_since": since}


def _written(receipt: Receipt) -> dict[str, Any]:
    return dict(zip(RECEIPT, (receipt.id, receipt.url, dict(receipt.memory), list(receipt.warnings)), strict=True))
