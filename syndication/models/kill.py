"""Kill: a piece taken down everywhere for a stated reason; and Told: what one outlet was told of it, and what was seen there."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Coalesce, Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from syndication.models.edition import Edition
from syndication.models.outlet import Outlet

if TYPE_CHECKING:
    from syndication.models.republication import Republication

# Waits after the first, second, … try that no answer followed; the last again and again, until one does or a person closes it.
BACKOFF = [timedelta(seconds=seconds) for seconds in (5, 15, 30, 60, 120)]
# A copy that still stands is looked at each minute of the first hour, then each ten minutes, until it is gone.
LOOKS, LOOKS_FOR, LOOKS_LATER = timedelta(minutes=1), timedelta(hours=1), timedelta(minutes=10)
# Moments of a line that is written once and lengthened while the same happens again.
SENTENCE = 500


class KillQuerySet(models.QuerySet["Kill"]):
    """Kills."""

    def open(self) -> Self:
        """Those that nobody lifted."""
        return self.filter(lifted_at=None)


class Kill(models.Model):
    """One piece, killed. Kept for ever: the facts are copied, so that the record outlives page, outlets and people.

    `reason` goes to outlets, `readers` to whoever opens our page, `note` stays in the house.
    """

    uid = models.UUIDField()
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="+")
    headline = models.CharField(max_length=255)
    url = models.URLField(max_length=2000)
    reason = models.TextField()
    readers = models.TextField(blank=True)
    note = models.TextField(blank=True)
    killed_at = models.DateTimeField(default=timezone.now)
    killed_by: Any = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    killed_by_name = models.CharField(max_length=200, blank=True)
    lifted_at = models.DateTimeField(null=True)
    lifted_by: Any = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    lifted_by_name = models.CharField(max_length=200, blank=True)
    lifted_reason = models.TextField(blank=True)

    objects: ClassVar[Any] = KillQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [("kill_republication", "Can kill pieces and lift kills")]
        constraints = [models.UniqueConstraint(fields=["uid"], condition=Q(lifted_at=None), name="kill_open_once")]
        indexes = [models.Index(fields=["-killed_at"], name="kill_newest")]
        verbose_name = _("kill")
        verbose_name_plural = _("kills")

    def __str__(self) -> str:
        return f"KILL: {self.headline}"

    @property
    def look_wait(self) -> timedelta:
        """How long until a copy that still stands is looked at again; to be scaled."""
        hour = LOOKS_FOR * settings.SYNDICATION_TIME_SCALE
        return LOOKS if timezone.now() - self.killed_at <= hour else LOOKS_LATER


class ToldQuerySet(models.QuerySet["Told"]):
    """What outlets were told of kills."""

    def unsettled(self) -> Self:
        """Where the copy was not seen gone, nobody closed it, and the kill stands."""
        return self.filter(gone_at=None, closed_at=None, kill__lifted_at=None)

    def hear(self, row: "Republication", outcome: str, sentence: str, status: int | None) -> None:
        """One try ended so. Whoever writes holds the row's lock, so that no other try is lost."""
        with transaction.atomic():
            told = self.select_for_update().filter(kill=row.kill_id, outlet=row.outlet_id).first()
            if told is None:
                return
            tries = lengthened(told.tries, what=str(outcome), sentence=sentence[:SENTENCE], status=status)
            answered = {"answered_at": Coalesce("answered_at", Now())} if outcome == "accepted" else {}
            self.filter(pk=told.pk).update(tries=tries, told_at=Coalesce("told_at", Now()), **answered)

    def answered(self, row: "Republication", sentence: str) -> None:
        """The outlet, or a person for it, says that it is done."""
        self.hear(row, "accepted", sentence, None)

    def see(self, row: "Republication", *, gone: bool, sentence: str, evidence: Any, status: int | None) -> None:
        """One look at the copy ended so. One that comes back stands again."""
        with transaction.atomic():
            told = self.select_for_update().filter(kill=row.kill_id, outlet=row.outlet_id).first()
            if told is None:
                return
            what = "gone" if gone else "not gone"
            looks = lengthened(told.looks, what=what, sentence=sentence[:SENTENCE], status=status)
            seen = {"looks": looks, "evidence": evidence, "looked_at": Now()}
            self.filter(pk=told.pk).update(**seen, gone_at=Coalesce("gone_at", Now()) if gone else None)


class Told(models.Model):
    """One outlet and one kill: each try and its answer, each look, and how it ended."""

    class State(models.TextChoices):
        WAITING = "waiting", _("not told yet")
        UNANSWERED = "unanswered", _("told, no answer")
        ANSWERED = "answered", _("acknowledged, not seen gone")
        STANDING = "standing", _("acknowledged, but still standing")
        GONE = "gone", _("seen gone")
        CLOSED = "closed", _("closed by a person")

    kill = models.ForeignKey(Kill, on_delete=models.PROTECT, related_name="told")
    outlet = models.ForeignKey(Outlet, null=True, on_delete=models.SET_NULL, related_name="+")
    outlet_name = models.CharField(max_length=255)
    republication = models.ForeignKey("syndication.Republication", null=True, on_delete=models.SET_NULL, related_name="+")
    # Where its copy stood, as far as anybody told, and since when it had it.
    url = models.URLField(max_length=2000, blank=True)
    carried_since = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    tries = models.JSONField(default=list)
    answered_at = models.DateTimeField(null=True)
    looked_at = models.DateTimeField(null=True)
    looks = models.JSONField(default=list)
    gone_at = models.DateTimeField(null=True)
    evidence = models.JSONField(default=list)
    closed_at = models.DateTimeField(null=True)
    closed_by: Any = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    closed_by_name = models.CharField(max_length=200, blank=True)
    closed_note = models.TextField(blank=True)
    # When the alarm went up first, and when it was mailed.
    alarmed_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = ToldQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["outlet_name", "pk"]
        constraints = [models.UniqueConstraint(fields=["kill", "outlet"], name="told_once")]

    def __str__(self) -> str:
        return f"{self.outlet_name}: {self.state.label}"

    # As screens show it.
    lines: Any = ()
    bad = False
    sentence = ""

    @property
    def state(self) -> "Told.State":
        """How it stands, in one word."""
        if self.gone_at:
            return self.State.GONE
        if self.closed_at:
            return self.State.CLOSED
        if self.answered_at:
            return self.State.STANDING if self.looked_at and self.url else self.State.ANSWERED
        return self.State.UNANSWERED if self.told_at else self.State.WAITING

    @property
    def subject(self) -> str:
        """What a notice about it is about."""
        return f"kill:{self.kill_id}/{self.pk}"


def lengthened(lines: list[dict[str, Any]], **facts: Any) -> list[dict[str, Any]]:
    """The history with one more line; where the same happened once more, the last line is lengthened (`times`, `until`).

    A try each two minutes for a week would fill a book, and says no more than that.
    """
    now = timezone.now().isoformat()
    last = lines[-1] if lines else None
    if last and all(last.get(name) == value for name, value in facts.items()):
        return [*lines[:-1], {**last, "times": last["times"] + 1, "until": now}]
    return [*lines, {"at": now, "until": now, "times": 1, **facts}]


def killed(uid: Any) -> bool:
    """Whether the piece is killed: nobody may see it until somebody lifts that."""
    return bool(Kill.objects.open().filter(uid=uid).exists())


def killed_at(url: str) -> Kill | None:
    """The kill of the piece that stood at this absolute address of ours, at any time."""
    stood = Edition.objects.filter(url=url).values("uid")
    return Kill.objects.open().filter(uid__in=stood).first()
