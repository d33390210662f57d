"""Errand: something an editor or an outlet asked a worker to do on the network, with its steps shown while it is under way."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from syndication.models.due import RELEASED, DueQuerySet, DueRow
from syndication.models.outlet import Outlet


class Errand(DueRow):
    """One request to look at something abroad: an outlet to be tested, a page to be read. Never done in the editor's request.

    `asked` is what was asked for, `steps` what was found so far, each `{"step", "outcome", "sentence", "detail"}` with outcome
    `ok`, `warning`, `failed`, `none` (not applicable) or `running`; `found` is the result, in the form of its kind.
    """

    class Kind(models.TextChoices):
        TEST_OUTLET = "test-outlet", _("test of an outlet")
        READ_PAGE = "read-page", _("reading a page")
        TEND = "tend", _("looking after a received piece")
        CHECK_COPY = "check-copy", _("check of a copy")
        FIND_COPIES = "find-copies", _("search for copies")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting for a worker")
        RUNNING = "running", _("under way")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    kind = models.CharField(max_length=20, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    asked = models.JSONField(default=dict)
    steps = models.JSONField(default=list)
    found = models.JSONField(default=dict)
    sentence = models.TextField(blank=True)
    outlet = models.ForeignKey(Outlet, null=True, on_delete=models.CASCADE, related_name="errands")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = DueQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["due_at"], condition=models.Q(due_at__isnull=False), name="errand_due")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.get_state_display()}"

    @classmethod
    def ask(cls, kind: str, *, asked: dict[str, Any], asked_by: Any = None, outlet: Outlet | None = None) -> "Errand":
        """Write down what is asked, due at once. The caller rings `tasks.run_errands`."""
        return cls._default_manager.create(kind=kind, asked=asked, asked_by=asked_by, outlet=outlet, due_at=Now())

    def show(self, steps: list[dict[str, str]]) -> bool:
        """Show the steps so far to who waits; False if this lease was lost."""
        self.steps = steps
        mine = Errand.objects.held_by(self.pk, self.lease_token)
        return bool(mine.update(steps=steps, state=self.State.RUNNING))

    def go_on(self, found: dict[str, Any]) -> bool:
        """Write down what was found so far, for the next worker to go on, behind what waits; False if this lease was lost."""
        mine = Errand.objects.held_by(self.pk, self.lease_token)
        return bool(mine.update(**RELEASED, due_at=Now(), state=self.State.RUNNING, found=found))

    def end(self, state: str, sentence: str, found: dict[str, Any] | None = None) -> bool:
        """Write down the result; False if this lease was lost."""
        mine = Errand.objects.held_by(self.pk, self.lease_token)
        return bool(
            mine.update(
                **RELEASED, due_at=None, state=state, sentence=sentence, found=found or {}, steps=self.steps, ended_at=Now()
            )
        )
