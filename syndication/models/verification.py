"""Verification: what we last saw when we fetched a page abroad, and when we look again."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from syndication.models.due import RELEASED, DueQuerySet, DueRow, from_now
from syndication.models.republication import Republication

if TYPE_CHECKING:
    from syndication.judge import Judgement

FIRST_LOOK = timedelta(seconds=2)
# Looks after the first, second, … agreeing verdict in a row.
HONOURED = [timedelta(days=1), timedelta(days=7), timedelta(days=30)]
UNSETTLED = [timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(days=1)]
# A stub's target is dead when it was gone this often in a row.
DEAD_AFTER = 3


class VerificationQuerySet(DueQuerySet):
    """Verifications."""

    def look(self, *, url: str, republication: Republication | None = None, stub_uid: Any = None) -> None:
        """Look at `url` soon; a changed address begins a new count."""
        own = {"republication": republication} if republication else {"stub_uid": stub_uid}
        row, created = self.get_or_create(**own, defaults={"url": url, "due_at": from_now(FIRST_LOOK)})
        if not created:
            reset = {} if row.url == url else {"url": url, "verdict": "", "sentence": "", "evidence": [], "in_a_row": 0}
            self.filter(pk=row.pk).update(due_at=from_now(FIRST_LOOK), **reset)

    def look_all(self, copies: Mapping[Republication, str]) -> None:
        """Look at these copies soon: `look` for many, in as few statements as there are answers."""
        if not copies:
            return
        known = {row.republication_id: row for row in self.filter(republication__in=list(copies))}
        new = [
            Verification(republication=republication, url=url, due_at=from_now(FIRST_LOOK))
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

    republication = models.OneToOneField(Republication, null=True, on_delete=models.CASCADE, related_name="verification")
    stub_uid = models.UUIDField(null=True, unique=True)
    url = models.URLField(max_length=2000)
    verdict = models.CharField(max_length=12, choices=Verdict, blank=True, default=Verdict.NONE)
    sentence = models.TextField(blank=True)
    evidence = models.JSONField(default=list)
    in_a_row = models.PositiveIntegerField(default=0)
    looked_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = VerificationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(republication__isnull=False) ^ Q(stub_uid__isnull=False), name="verification_of_one_thing"
            )
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="verification_due"),
            models.Index(fields=["verdict", "republication"], name="verification_verdict"),
        ]

    def __str__(self) -> str:
        return f"{self.verdict or 'not looked yet'}: {self.url}"

    @property
    def target_dead(self) -> bool:
        """Whether the page was gone so often in a row that our canonical must not lean on it."""
        return self.verdict == self.Verdict.GONE and self.in_a_row >= DEAD_AFTER

    def settle(self, judgement: "Judgement", *, status: int | None = None, answered_url: str = "") -> bool:
        """Write down what this lease saw, as the newest verdict and as a look of the history, and when to look again.

        False if the lease was lost meanwhile. On success `self` shows the new verdict, too. Must run in a transaction.
        """
        before, verdict = self.verdict, judgement.verdict
        in_a_row = self.in_a_row + 1 if verdict == before else 1
        waits = HONOURED if verdict == self.Verdict.HONOURED else UNSETTLED
        seen: dict[str, Any] = {"sentence": judgement.sentence, "evidence": [asdict(piece) for piece in judgement.evidence]}
        changes = {"verdict": verdict, "in_a_row": in_a_row, **seen}
        if verdict != before:
            changes["changed_at"] = Now()
        due_at = from_now(waits[min(in_a_row, len(waits)) - 1])
        settled = Verification.objects.held_by(self.pk, self.lease_token).update(
            **changes, **RELEASED, looked_at=Now(), due_at=due_at, attempts=0
        )
        if settled:
            where = {"status": status, "answered_url": answered_url[:2000]}
            self.looks.create(verdict=verdict, before=before, terms=dict(judgement.terms), **seen, **where)
            self.verdict, self.in_a_row = verdict, in_a_row
            self.sentence, self.evidence = seen["sentence"], seen["evidence"]
        return bool(settled)


def target_dead(stub_uid: Any) -> bool:
    """Whether the page a stub points at is proved dead."""
    row = Verification.objects.filter(stub_uid=stub_uid).first()
    return bool(row and row.target_dead)
