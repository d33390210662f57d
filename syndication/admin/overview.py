"""Overview: does the engine live, what waits, what failed, and how each outlet does."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, OuterRef, Q, Subquery
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from syndication import charting
from syndication.admin import todo
from syndication.admin.killing import standing_alarms
from syndication.admin.screens import Screen
from syndication.models import Delivery, Outlet, Republication
from syndication.models.tick import PULSE, last
from syndication.production import objection
from syndication.pulse import oldest_due

RIGHT = "syndication.view_republication"
BEAT_LATE = timedelta(seconds=90)
HEADINGS = [
    gettext_lazy("Outlet"),
    gettext_lazy("State"),
    gettext_lazy("Waiting"),
    gettext_lazy("Failed"),
    gettext_lazy("Oldest due"),
    gettext_lazy("Accepted, 1 h"),
    gettext_lazy("Accepted, 24 h"),
]
# Neither accepted nor failed: under way, not tried, or a person's business.
NOT_ENDED = (Delivery.Outcome.OPEN, Delivery.Outcome.RELEASED, Delivery.Outcome.BY_HAND)


@dataclass(frozen=True)
class Line:
    """One outlet as the overview shows it."""

    outlet: Outlet
    waiting: int
    failed: int
    oldest: datetime | None
    hour: str
    day: str

    @property
    def well(self) -> bool:
        """Whether nobody need look."""
        return self.outlet.state == Outlet.State.ACTIVE and self.outlet.circuit == "closed"

    @property
    def circuit(self) -> str:
        """The line to the outlet in words; empty if all is well."""
        return {
            "closed": "",
            "open": _("It failed too often, so we let it rest and try again by ourselves."),
            "half-open": _("It failed before; the next request decides whether we go on."),
            "waiting": _("It asked us to come back later."),
        }[self.outlet.circuit]

    @property
    def resumes(self) -> bool:
        """Whether the button resumes rather than suspends."""
        return not self.well


class Overview(Screen):
    """The whole screen."""

    right = RIGHT
    page_title = gettext_lazy("Syndication")
    header_icon = "globe"
    template_name = "syndication/screens/overview.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Asks a constant number of queries, whatever the number of outlets and rows."""
        lines = outlet_lines()
        tick = last(PULSE)
        return {
            **super().get_context_data(**kwargs),
            "objection": objection(),
            "tick": tick,
            "late": tick is None or timezone.now() - tick > BEAT_LATE,
            "lines": lines,
            "headings": HEADINGS,
            "waiting": sum(line.waiting for line in lines),
            "failed": sum(line.failed for line in lines),
            "todo": todo.due().count(),
            "alarms": standing_alarms(),
            "health": charting.tally(),
            "may_do": self.request.user.has_perm(todo.RIGHT),
            "oldest": _waited(oldest_due()),
            "may_manage": self.request.user.has_perm("syndication.change_outlet"),
            "may_add": self.request.user.has_perm("syndication.add_outlet"),
            "may_replay": self.request.user.has_perm("syndication.replay"),
            "may_see_log": self.request.user.has_perm("syndication.view_delivery"),
        }


class OverviewResults(Overview):
    """Its inner part, which the browser fetches every few seconds."""

    template_name = "syndication/screens/overview_results.html"


def outlet_lines() -> list[Line]:
    """Each outlet that is pushed to, by name, in four queries."""
    now = timezone.now()
    day, hour = now - timedelta(days=1), now - timedelta(hours=1)
    rows = Republication.objects.order_by().values("outlet")
    # Asked apart: each has an index of its own, and one question for both would read every republication there is.
    owed = _by_outlet(
        rows.filter(due_at__isnull=False).annotate(waiting=Count("pk"), oldest=Min("due_at", filter=Q(due_at__lte=now)))
    )
    dead = _by_outlet(rows.filter(state=Republication.State.FAILED).annotate(failed=Count("pk")))
    ended = Delivery.objects.filter(started_at__gte=day).exclude(outcome__in=NOT_ENDED)
    accepted = Q(outcome=Delivery.Outcome.ACCEPTED)
    shares = _by_outlet(
        ended.order_by()
        .values("outlet")
        .annotate(
            day=Count("pk"),
            day_accepted=Count("pk", filter=accepted),
            hour=Count("pk", filter=Q(started_at__gte=hour)),
            hour_accepted=Count("pk", filter=accepted & Q(started_at__gte=hour)),
        )
    )
    errors = ended.exclude(accepted).filter(outlet=OuterRef("pk")).order_by("-started_at")
    outlets = Outlet.objects.exclude(kind="").annotate(last_error=Subquery(errors.values("sentence")[:1]))
    return [_line(outlet, *(by.get(outlet.pk, {}) for by in (owed, dead, shares))) for outlet in outlets]


def _line(outlet: Outlet, owed: dict[str, Any], dead: dict[str, Any], shares: dict[str, Any]) -> Line:
    return Line(
        outlet,
        owed.get("waiting", 0),
        dead.get("failed", 0),
        owed.get("oldest"),
        _share(shares.get("hour_accepted", 0), shares.get("hour", 0)),
        _share(shares.get("day_accepted", 0), shares.get("day", 0)),
    )


def _by_outlet(rows: Iterable[Any]) -> dict[int, dict[str, Any]]:
    return {row["outlet"]: row for row in rows}


def _share(accepted: int, ended: int) -> str:
    # Rounded down: a hundred per cent must mean all.
    return _("%(percent)s %% of %(ended)s") % {"percent": accepted * 100 // ended, "ended": ended} if ended else "—"


def _waited(seconds: float | None) -> str:
    if seconds is None:
        return ""
    if seconds < 120:
        return ngettext("%(count)s second", "%(count)s seconds", int(seconds)) % {"count": int(seconds)}
    minutes = int(seconds // 60)
    return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}


urls = [
    path("overview/", Overview.as_view(), name="overview"),
    path("overview/results/", OverviewResults.as_view(), name="overview_results"),
]
