"""What can be asked of an outlet at once: test it and watch, suspend it, resume it. A worker acts; nobody waits here."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.log_actions import log

from syndication import tasks
from syndication.admin.screens import back
from syndication.doorbell import ring
from syndication.http.probe import STEPS
from syndication.leaning import lift
from syndication.models import Errand, Outlet
from syndication.syndicating import request_test, resume, suspend

CHANGE = permission_required("syndication.change_outlet", raise_exception=True)
STEP_NAMES = {
    "address": gettext_lazy("The address is well formed"),
    "dns": gettext_lazy("Its name can be found"),
    "tls": gettext_lazy("The connection is safe"),
    "reach": gettext_lazy("Something answers"),
    "authentication": gettext_lazy("It knows our signature"),
    "publishing": gettext_lazy("We may publish there"),
    "canonical": gettext_lazy("It can name our page as canonical"),
}
# Without a worker for so long, who waits is told so.
WORKER_WITHIN = timedelta(seconds=20)


@require_POST
@CHANGE
def test(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a worker to test the outlet, and go to where that can be watched."""
    errand = request_test(_outlet(pk), actor=request.user)
    return redirect("syndication:outlet_tested", errand.pk)


@require_POST
@CHANGE
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Suspend the outlet."""
    outlet = _outlet(pk)
    suspend(outlet, actor=request.user)
    messages.success(request, _("%(outlet)s is suspended: what it is owed waits until you resume it.") % {"outlet": outlet})
    return _back(request, outlet)


@require_POST
@CHANGE
def go_on(request: HttpRequest, pk: int) -> HttpResponse:
    """Resume the outlet."""
    outlet = _outlet(pk)
    resume(outlet, actor=request.user)
    messages.success(request, _("%(outlet)s is active again: what it is owed goes out now.") % {"outlet": outlet})
    return _back(request, outlet)


@require_POST
@CHANGE
def lift_quarantine(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that the outlet is itself again."""
    outlet = get_object_or_404(Outlet, pk=pk)
    if lift(outlet):
        log(outlet, "syndication.lift", user=request.user)
        ring(tasks.verify_due)
        ring(tasks.deliver_due)
        told = _("The quarantine of %(outlet)s is lifted: links and pushes go on, and we look at each of its pages.")
        messages.success(request, told % {"outlet": outlet})
    return _back(request, outlet)


@method_decorator(CHANGE, name="dispatch")
class TestedView(WagtailAdminTemplateMixin, TemplateView):
    """The test of an outlet, step by step; it refreshes by itself."""

    template_name = "syndication/outlets/test.html"
    page_title = gettext_lazy("Test connection")
    header_icon = "globe"

    def get_page_subtitle(self) -> str:
        """The outlet's name."""
        return str(self.errand.outlet)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Outlets, the outlet, the test."""
        outlet: Any = self.errand.outlet
        return [
            *super().get_breadcrumbs_items(),
            {"url": reverse("outlets:index"), "label": _("Outlets")},
            {"url": reverse("outlets:edit", args=[outlet.pk]), "label": str(outlet)},
            {"url": "", "label": self.page_title},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the steps so far."""
        return {**super().get_context_data(**kwargs), **_shown(self.errand)}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Find the test first."""
        self.errand = _errand(kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)


@require_GET
@CHANGE
def steps(request: HttpRequest, pk: int) -> HttpResponse:
    """The steps as they stand now, for who watches."""
    return render(request, "syndication/outlets/steps.html", _shown(_errand(pk)))


def _shown(errand: Errand) -> dict[str, Any]:
    """Every step there is: what was found, what is being looked at, what comes later or was never reached."""
    found = {step["step"]: step for step in errand.steps}
    ended = errand.ended_at is not None
    ahead = "unreached" if ended else "later"
    rows: list[dict[str, Any]] = []
    for name in STEPS:
        row = {"name": STEP_NAMES[name], "outcome": ahead, **found.get(name, {})}
        if not ended and name not in found and errand.state == Errand.State.RUNNING and len(rows) == len(found):
            row["outcome"] = "running"
        rows.append(row)
    return {"errand": errand, "outlet": errand.outlet, "rows": rows, "under_way": not ended, "sentence": _sentence(errand)}


def _sentence(errand: Errand) -> str:
    if errand.ended_at:
        return errand.sentence
    if errand.state == Errand.State.RUNNING:
        return _("Under way: each step is shown as it is found.")
    if timezone.now() - errand.asked_at > WORKER_WITHIN:
        return _("No worker has taken this up yet. It stays asked for; if it lasts, ask who runs the site whether workers run.")
    return _("Waiting for a worker to take this up.")


def _outlet(pk: int) -> Outlet:
    return get_object_or_404(Outlet.objects.exclude(kind=""), pk=pk)


def _errand(pk: int) -> Errand:
    tests = Errand.objects.filter(kind=Errand.Kind.TEST_OUTLET, outlet__isnull=False).select_related("outlet")
    return get_object_or_404(tests, pk=pk)


def _back(request: HttpRequest, outlet: Outlet) -> HttpResponse:
    return back(request, reverse("outlets:edit", args=[outlet.pk]))


urls = [
    path("outlet/<int:pk>/test/", test, name="outlet_test"),
    path("outlet/<int:pk>/suspend/", stop, name="outlet_suspend"),
    path("outlet/<int:pk>/resume/", go_on, name="outlet_resume"),
    path("outlet/<int:pk>/lift/", lift_quarantine, name="outlet_lift"),
    path("outlet/tests/<int:pk>/", TestedView.as_view(), name="outlet_tested"),
    path("outlet/tests/<int:pk>/steps/", steps, name="outlet_steps"),
]
