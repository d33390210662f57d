"""Look: what one visit to a page abroad saw. Written once, never changed: the history of a verification."""

from typing import Self

from django.db import models
from django.utils import timezone

from syndication.models.verification import Verification


class LookQuerySet(models.QuerySet["Look"]):
    """Looks."""

    def telling(self) -> Self:
        """Those that saw what the look before had not seen, newest first."""
        return self.exclude(sentence="").order_by("-at", "-pk")

    def repeating(self) -> Self:
        """Those that saw the same as the look before."""
        return self.filter(sentence="")


class Look(models.Model):
    """One look: its verdict, the sentence, and the evidence as it stood there at that moment.

    `before` is the verdict of the look before it, so that the looks at which a verdict changed are one query. A look that saw
    to the letter what the look before it saw has no sentence and no evidence, and is forgotten in time; what changed is kept,
    and its sentence tells what became of the copy. `terms` gives each term of the contract its own verdict. `status` and
    `answered_url` say how and where the fetch ended; a look that nothing answered has neither. `unchanged` tells that
    the page was the very one judged before (it said so, or its bytes did), so that the judgement is that of the look before.
    """

    verification = models.ForeignKey(Verification, on_delete=models.CASCADE, related_name="looks")
    at = models.DateTimeField(default=timezone.now, db_index=True)
    verdict = models.CharField(max_length=12, choices=Verification.Verdict)
    before = models.CharField(max_length=12, choices=Verification.Verdict, blank=True)
    sentence = models.TextField(blank=True)
    evidence = models.JSONField(default=list)
    terms = models.JSONField(default=dict)
    status = models.PositiveSmallIntegerField(null=True)
    answered_url = models.CharField(max_length=2000, blank=True)

    unchanged = models.BooleanField(default=False)

    objects = LookQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["verification", "-at"], name="look_newest"),
            # All that charts read: the looks at which something changed, without their evidence.
            models.Index(
                fields=["verification", "at", "verdict", "before"],
                condition=~models.Q(verdict=models.F("before")),
                name="look_changes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.verdict}"

    @property
    def is_drift(self) -> bool:
        """Whether something changed since the look before."""
        return bool(self.before) and self.before != self.verdict
