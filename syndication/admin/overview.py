"""Overview: does the engine live, what waits, what failed, and how each outlet does."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Count, Min, OuterRef, Q, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from syndication import syndicating
from syndication.admin import todo
from syndication.admin.screens import Screen
from syndication.models import Delivery, Outlet, Republication
from syndication.models.tick import PULSE, last
from syndication.production import objection
from syndication.pulse import oldest_due

RIGHT = "syndication.view_republication"
MANAGE = permission_required("syndication.change_outlet", raise_exception=True)
BEAT_LATE = timedelta(seconds=90)
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
            "waiting": sum(line.waiting for line in lines),
            "failed": sum(line.failed for line in lines),
            "todo": todo.due().count(),
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
    """Each outlet that is pushed to, by name, in three queries."""
    now = timezone.now()
    day, hour = now - timedelta(days=1), now - timedelta(hours=1)
    owed = Republication.objects.filter(Q(due_at__isnull=False) | Q(state=Republication.State.FAILED))
    counts = _by_outlet(
        owed.order_by()
        .values("outlet")
        .annotate(
            waiting=Count("pk", filter=Q(due_at__isnull=False)),
            failed=Count("pk", filter=Q(state=Republication.State.FAILED)),
            oldest=Min("due_at", filter=Q(due_at__lte=now)),
        )
    )
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
    return [_line(outlet, counts.get(outlet.pk, {}), shares.get(outlet.pk, {})) for outlet in outlets]


def _line(outlet: Outlet, counts: dict[str, Any], shares: dict[str, Any]) -> Line:
    return Line(
        outlet,
        counts.get("waiting", 0),
        counts.get("failed", 0),
        counts.get("oldest"),
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


@require_POST
@MANAGE
def suspend(request: HttpRequest, outlet_id: int) -> HttpResponse:
    """Send nothing to the outlet until it is resumed."""
    outlet = get_object_or_404(Outlet, pk=outlet_id)
    syndicating.suspend(outlet, actor=request.user)
    messages.success(request, _("%(outlet)s is suspended. What it is owed is kept.") % {"outlet": outlet})
    return _back()


@require_POST
@MANAGE
def resume(request: HttpRequest, outlet_id: int) -> HttpResponse:
    """Send to the outlet again, at once."""
    outlet = get_object_or_404(Outlet, pk=outlet_id)
    syndicating.resume(outlet, actor=request.user)
    messages.success(request, _("%(outlet)s is active again: what it is owed goes out now.") % {"outlet": outlet})
    return _back()


def _back() -> HttpResponseRedirect:
    return redirect("syndication:overview")


urls = [
    path("overview/", Overview.as_view(), name="overview"),
    path("overview/results/", OverviewResults.as_view(), name="overview_results"),
    path("overview/suspend/<int:outlet_id>/", suspend, name="suspend"),
    path("overview/resume/<int:outlet_id>/", resume, name="resume"),
]
