"""Verification: what we last saw when we fetched a page abroad, and when we look again."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from random import uniform
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Window
from django.db.models.functions import Now, RowNumber
from django.utils.translation import gettext_lazy as _

from syndication.models.due import RELEASED, DueQuerySet, DueRow, from_now
from syndication.models.host import Host, host_key
from syndication.models.republication import Republication
from syndication.story import Bearing

if TYPE_CHECKING:
    from syndication.judge import Judgement

FIRST_LOOK = timedelta(seconds=2)
# Looks after the first, second, … agreeing verdict in a row.
HONOURED = [timedelta(days=1), timedelta(days=7), timedelta(days=30)]
UNSETTLED = [timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(days=1)]
# Looks of one hour shall not come back in one hour.
JITTER = 0.1
# A stub's target is dead when it was gone this often in a row.
DEAD_AFTER = 3
# As it stands before anybody looked, and when another address is to be looked at.
UNSEEN: dict[str, Any] = {
    "standing": "",
    "standing_in_a_row": 0,
    "standing_since": None,
    "moved_to": "",
    "withheld_at": None,
    "snapshot": {},
    "snapshot_at": None,
}


def wait_after(verdict: str, in_a_row: int) -> timedelta:
    """How long to wait for the next look after so many agreeing ones; a little more or less each time it is asked."""
    waits = HONOURED if verdict == "honoured" else UNSETTLED
    return waits[min(in_a_row, len(waits)) - 1] * uniform(1 - JITTER, 1 + JITTER)


class VerificationQuerySet(DueQuerySet):
    """Verifications."""

    def look(self, *, url: str, republication: Republication | None = None, stub_uid: Any = None) -> None:
        """Look at `url` soon; a changed address begins a new count."""
        own = {"republication": republication} if republication else {"stub_uid": stub_uid}
        row, created = self.get_or_create(**own, defaults={"url": url, "due_at": from_now(FIRST_LOOK)})
        if not created:
            fresh = {"url": url, "host": host_key(url), "kept": {}, "verdict": "", "sentence": "", "evidence": [], "in_a_row": 0}
            fresh |= UNSEEN
            reset = {} if row.url == url else fresh
            self.filter(pk=row.pk).update(due_at=from_now(FIRST_LOOK), **reset)

    def look_all(self, copies: Mapping[Republication, str]) -> None:
        """Look at these copies soon: `look` for many, in as few statements as there are answers."""
        if not copies:
            return
        known = {row.republication_id: row for row in self.filter(republication__in=list(copies))}
        new = [
            Verification(republication=republication, url=url, host=host_key(url), due_at=from_now(FIRST_LOOK))
            for republication, url in copies.items()
            if republication.pk not in known
        ]
        self.bulk_create(new, ignore_conflicts=True)
        same = [known[republication.pk].pk for republication, url in copies.items() if self._knows(known, republication, url)]
        if same:
            self.filter(pk__in=same).update(due_at=from_now(FIRST_LOOK))
        for republication, url in copies.items():
            if republication.pk in known and not self._knows(known, republication, url):
                self.look(url=url, republication=republication)

    def lease_by_turns(self, limit: int) -> list[Any]:
        """`lease`, fairly over hosts: a host with ten thousand pages due has no more of them taken than one with a single page.

        Pages of hosts that rest are left. Where hosts have a pace (SYNDICATION_HOST_PACE), one page of each is taken.
        """
        turn = Window(RowNumber(), partition_by="host", order_by=[F("due_at").asc(), F("pk").asc()])
        awake = self.due().exclude(host__in=Host.objects.resting().values("name")).annotate(turn=turn)
        if settings.SYNDICATION_HOST_PACE:
            awake = awake.filter(turn=1)
        for _try in range(3):
            chosen = list(awake.order_by("turn", "due_at").values_list("pk", flat=True)[:limit])
            rows = self.lease(limit, among=chosen) if chosen else []
            if rows or not chosen:
                return rows
        return []

    @staticmethod
    def _knows(known: Mapping[int, "Verification"], republication: Republication, url: str) -> bool:
        return republication.pk in known and known[republication.pk].url == url


class Verification(DueRow):
    """The newest verdict on one page abroad: the copy of a republication, or the page a stub points at."""

    class Verdict(models.TextChoices):
        NONE = "", _("not looked yet")
        HONOURED = "honoured", _("honoured")
        MISSING = "missing", _("missing")
        WRONG = "wrong", _("wrong")
        DUPLICATED = "duplicated", _("duplicated")
        UNREACHABLE = "unreachable", _("unreachable")
        GONE = "gone", _("gone")

    class Standing(models.TextChoices):
        NONE = "", _("not looked yet")
        ALIVE = "alive", _("alive")
        MOVED = "moved", _("moved")
        PAYWALLED = "paywalled", _("closed to who does not subscribe")
        CHANGED = "changed", _("changed")
        TAKEN_OVER = "taken over", _("taken over")
        GONE = "gone", _("gone")
        UNREACHABLE = "unreachable", _("unreachable")

    republication = models.OneToOneField(Republication, null=True, on_delete=models.CASCADE, related_name="verification")
    stub_uid = models.UUIDField(null=True, unique=True)
    url = models.URLField(max_length=2000)
    # Whose turn the next look waits for: the host of `url`, or one that its redirect leads to (`models.host.host_key`).
    host = models.CharField(max_length=255, default="", editable=False)
    # What the last whole look left for the next: validators, digests, and what it was judged by (`visiting.Kept`).
    kept = models.JSONField(default=dict, editable=False)
    verdict = models.CharField(max_length=12, choices=Verdict, blank=True, default=Verdict.NONE)
    sentence = models.TextField(blank=True)
    evidence = models.JSONField(default=list)
    in_a_row = models.PositiveIntegerField(default=0)
    looked_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(null=True)
    # Of the page a stub points at (`syndication.standing`, written by `syndication.leaning`).
    standing = models.CharField(max_length=12, choices=Standing, blank=True, default=Standing.NONE)
    standing_in_a_row = models.PositiveIntegerField(default=0)
    standing_since = models.DateTimeField(null=True)
    moved_to = models.URLField(max_length=2000, blank=True)
    # Since when readers see no link to it; a page that is theirs again ends that.
    withheld_at = models.DateTimeField(null=True)
    # `syndication.snapshot`, of the last look at which the text was as before.
    snapshot = models.JSONField(default=dict)
    snapshot_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = VerificationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(republication__isnull=False) ^ Q(stub_uid__isnull=False), name="verification_of_one_thing"
            )
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="verification_due"),
            models.Index(fields=["host", "due_at"], condition=Q(due_at__isnull=False), name="verification_turns"),
            models.Index(fields=["verdict", "republication"], name="verification_verdict"),
        ]

    def __str__(self) -> str:
        return f"{self.verdict or 'not looked yet'}: {self.url}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, with the host of the address."""
        self.host = self.host or host_key(self.url)
        super().save(*args, **kwargs)

    @property
    def target_dead(self) -> bool:
        """Whether the page was gone so often in a row that our canonical must not lean on it."""
        return self.verdict == self.Verdict.GONE and self.in_a_row >= DEAD_AFTER

    def put_off(self, host: str) -> bool:
        """Give the row back untried until `host`, where it must go first, has a turn for it. False if the lease was lost."""
        # Nobody knows when a turn under way ends; claims leave the pages of hosts that rest.
        due_at = from_now(timedelta(seconds=settings.SYNDICATION_HOST_PACE))
        mine = Verification.objects.held_by(self.pk, self.lease_token)
        return bool(mine.update(**RELEASED, due_at=due_at, host=host, attempts=F("attempts") - 1))

    @property
    def bearing(self) -> Bearing:
        """What our stub's readers must know of the page there; empty where the way to it is open."""
        if self.withheld_at:
            return "withheld"
        if self.target_dead:
            return "gone"
        closed = self.standing == self.Standing.PAYWALLED and self.standing_in_a_row > 1
        return "paywalled" if closed else ""

    def saw_the_same(self, judgement: "Judgement") -> bool:
        """Whether the look before this one saw all that, too, to the letter."""
        seen = (judgement.verdict, judgement.sentence, [asdict(piece) for piece in judgement.evidence])
        return (self.verdict, self.sentence, self.evidence) == seen

    def settle(
        self,
        judgement: "Judgement",
        *,
        status: int | None = None,
        answered_url: str = "",
        unchanged: bool = False,
        kept: dict[str, Any] | None = None,
        history: str = "",
        wait: timedelta | None = None,
    ) -> bool:
        """Write down what this lease saw, as the newest verdict and as a look of the history, and when to look again: after
        `wait`, or else as the schedule says.

        `unchanged` says that the page is the very one judged before; `kept` is what the next look may lean on. `history` is
        what the look says of it instead of the judgement's sentence; nothing is said twice: a look that saw the same as the
        one before has neither sentence nor evidence. False if the lease was lost meanwhile. On success `self` shows the new
        verdict, too. Must run in a transaction.
        """
        before, verdict, same = self.verdict, judgement.verdict, self.saw_the_same(judgement)
        in_a_row = self.in_a_row + 1 if verdict == before else 1
        seen: dict[str, Any] = {"sentence": judgement.sentence, "evidence": [asdict(piece) for piece in judgement.evidence]}
        changes = {"verdict": verdict, "in_a_row": in_a_row, **seen}
        if verdict != before:
            changes["changed_at"] = Now()
        due_at = from_now(wait or wait_after(verdict, in_a_row))
        changes |= {"kept": kept or {}, "host": host_key(self.url)}
        settled = Verification.objects.held_by(self.pk, self.lease_token).update(
            **changes, **RELEASED, looked_at=Now(), due_at=due_at, attempts=0
        )
        if settled:
            where = {"status": status, "answered_url": answered_url[:2000], "unchanged": unchanged}
            news = {} if same else {**seen, "sentence": history or judgement.sentence}
            self.looks.create(verdict=verdict, before=before, terms=dict(judgement.terms), **news, **where)
            self.verdict, self.in_a_row = verdict, in_a_row
            self.sentence, self.evidence = seen["sentence"], seen["evidence"]
        return bool(settled)


def target_dead(stub_uid: Any) -> bool:
    """Whether the page a stub points at is proved dead."""
    row = Verification.objects.filter(stub_uid=stub_uid).first()
    return bool(row and row.target_dead)
