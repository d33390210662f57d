"""Kills: the form that asks why, the list, and the record of who was told when and when the copy was seen gone."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import Page

from syndication import killing, syndicating
from syndication.admin.screens import Listing, Screen
from syndication.models import Delivery, Kill, Told, current_edition
from syndication.pages import SyndicatedPageMixin

RIGHT, VIEW = "syndication.kill_republication", "syndication.view_republication"
HEADINGS = [
    gettext_lazy("Piece"),
    gettext_lazy("Reason"),
    gettext_lazy("Killed"),
    gettext_lazy("Outlets"),
    gettext_lazy("Not seen gone"),
]
UNTOLD = Q(told__gone_at=None, told__closed_at=None)


class KillForm(forms.Form):
    """Why, for whom."""

    reason = forms.CharField(
        label=gettext_lazy("Reason, for outlets"),
        help_text=gettext_lazy(
            "Every outlet named above is told these words. They may print them, so write what may be printed."
        ),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    readers = forms.CharField(
        label=gettext_lazy("Sentence for readers"),
        help_text=gettext_lazy("Our page shows it in place of the piece. Left empty, it says that the piece was taken down."),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    note = forms.CharField(
        label=gettext_lazy("Note for the house"),
        help_text=gettext_lazy("Kept with the record and told to nobody outside."),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ReasonForm(forms.Form):
    """Why a kill is lifted, or how it was settled with one outlet."""

    reason = forms.CharField(max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, label: str, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = label


class Asking(Screen):
    """A screen that asks for words and then acts."""

    right = RIGHT
    header_icon = "warning"
    above = ("kills", gettext_lazy("Kills"))

    def form(self, *args: Any) -> forms.Form:
        """The form, bound if it gets data."""
        raise NotImplementedError

    def act(self, told: dict[str, str]) -> HttpResponse:
        """What is asked for, and where to go then."""
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Adds the form."""
        kwargs.setdefault("form", self.form())
        return {**super().get_context_data(**kwargs), "action": self.request.path}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Act, or ask again."""
        form = self.form(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form, **kwargs), status=422)
        return self.act(form.cleaned_data)


class KillView(Asking):
    """Kill one piece: why, and who will be told."""

    page_title = gettext_lazy("Kill")
    template_name = "syndication/kills/ask.html"

    @cached_property
    def page(self) -> Any:
        """The piece; of an alias its source."""
        page: Any = get_object_or_404(Page, pk=self.kwargs["page_id"]).specific
        page = page.alias_of.specific if page.alias_of_id else page
        if not isinstance(page, SyndicatedPageMixin):
            raise PermissionDenied
        return page

    def get_page_subtitle(self) -> str:
        """The piece."""
        return str(self.page.title)

    def form(self, *args: Any) -> forms.Form:
        """Why."""
        return KillForm(*args)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The form; what is killed already leads to its record."""
        standing = Kill.objects.open().filter(uid=self.page.uid).first()
        return redirect("syndication:kill", standing.pk) if standing else super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Adds who will be told."""
        reached = list(killing.reached(self.page.uid))
        facts = {"page": self.page, "reached": reached, "known": current_edition(self.page.uid) is not None}
        return {**super().get_context_data(**kwargs), **facts}

    def act(self, told: dict[str, str]) -> HttpResponse:
        """Kill it."""
        try:
            made = syndicating.kill(
                self.page, told["reason"], readers=told["readers"], note=told["note"], actor=self.request.user
            )
        except LookupError as problem:
            messages.error(self.request, str(problem))
            return redirect("wagtailadmin_pages:edit", self.page.pk)
        messages.success(self.request, _("The piece is killed. Below you see who was told, and where it still stands."))
        return redirect("syndication:kill", made.pk)


class LiftView(Asking):
    """Lift a kill."""

    page_title = gettext_lazy("Lift the kill")
    template_name = "syndication/kills/confirm.html"

    def form(self, *args: Any) -> forms.Form:
        """Why."""
        return ReasonForm(*args, label=_("Why is it lifted?"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Adds what follows."""
        made = get_object_or_404(Kill, pk=self.kwargs["pk"])
        told = _("“%(piece)s” may be published again afterwards. Nothing is published, and nobody is told, by itself.")
        facts = {"told": told % {"piece": made.headline}, "button": _("Lift the kill"), "kill_pk": made.pk}
        return {**super().get_context_data(**kwargs), **facts}

    def act(self, told: dict[str, str]) -> HttpResponse:
        """Lift it."""
        made = get_object_or_404(Kill, pk=self.kwargs["pk"])
        if syndicating.lift(made, told["reason"], actor=self.request.user):
            messages.success(self.request, _("The kill is lifted."))
        return redirect("syndication:kill", made.pk)


class CloseView(Asking):
    """Say how a kill was settled with one outlet."""

    page_title = gettext_lazy("Settled otherwise")
    template_name = "syndication/kills/confirm.html"

    def form(self, *args: Any) -> forms.Form:
        """How."""
        return ReasonForm(*args, label=_("How was it settled, and with whom?"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Adds what follows."""
        one = get_object_or_404(Told, pk=self.kwargs["told_id"])
        told = _("We stop telling %(outlet)s of this kill, and its alarm ends. The record keeps your words.")
        facts = {"told": told % {"outlet": one.outlet_name}, "button": _("It is settled"), "kill_pk": one.kill_id}
        return {**super().get_context_data(**kwargs), **facts}

    def act(self, told: dict[str, str]) -> HttpResponse:
        """Close it."""
        one = get_object_or_404(Told, pk=self.kwargs["told_id"])
        if killing.close(one, self.request.user, told["reason"]):
            messages.success(self.request, _("Settled with %(outlet)s.") % {"outlet": one.outlet_name})
        return redirect("syndication:kill", one.kill_id)


class KillsView(Listing):
    """Every kill there ever was."""

    right = VIEW
    page_title = gettext_lazy("Kills")
    header_icon = "warning"
    index_url_name = "syndication:kills"
    index_results_url_name = "syndication:kills_results"
    results_template_name = "syndication/kills/list_results.html"
    search_fields = ["headline", "reason"]
    export_filename = "kills"
    list_export = ["headline", "reason", "killed_at", "killed_by_name", "lifted_at", "told_count", "left_count"]
    export_headings = {
        "headline": gettext_lazy("Piece"),
        "reason": gettext_lazy("Reason"),
        "killed_at": gettext_lazy("Killed"),
        "killed_by_name": gettext_lazy("By"),
        "lifted_at": gettext_lazy("Lifted"),
        "told_count": gettext_lazy("Outlets"),
        "left_count": gettext_lazy("Not seen gone"),
    }

    def get_base_queryset(self) -> QuerySet[Any]:
        """Newest first, with how many outlets were told and where it is not seen gone."""
        counts = {"told_count": Count("told"), "left_count": Count("told", filter=UNTOLD)}
        return Kill.objects.annotate(**counts).order_by("-killed_at", "-pk")

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds the headings."""
        return {**super().get_context_data(*args, **kwargs), "headings": HEADINGS}


class RecordView(Screen):
    """The record of one kill, made for printing."""

    right = VIEW
    header_icon = "warning"
    template_name = "syndication/kills/record.html"
    above = ("kills", gettext_lazy("Kills"))

    @cached_property
    def kill(self) -> Kill:
        """The kill."""
        return get_object_or_404(Kill.objects.select_related("edition__page"), pk=self.kwargs["pk"])

    def get_page_title(self) -> str:
        """As the wires say it."""
        return str(self.kill)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Adds what was told to whom, and what was seen."""
        told = list(self.kill.told.select_related("outlet"))
        for one in told:
            one.lines = _lines(one)
            one.bad = one.state not in (Told.State.GONE, Told.State.CLOSED, Told.State.ANSWERED) and not self.kill.lifted_at
        gone = sum(one.state == Told.State.GONE for one in told)
        return {
            **super().get_context_data(**kwargs),
            "kill": self.kill,
            "told": told,
            "gone": gone,
            "may_kill": self.request.user.has_perm(RIGHT),
            "page": self.kill.edition.page,
        }


def _lines(told: Told) -> list[dict[str, Any]]:
    """Tries and looks of one outlet in one order, each with its words and its moments."""
    words = {str(outcome): str(outcome.label) for outcome in Delivery.Outcome}
    seen = {"gone": _("Looked: it is gone."), "not gone": _("Looked: not gone.")}
    tries = [{**line, "told": _("Told: %(how)s.") % {"how": words.get(line["what"], line["what"])}} for line in told.tries]
    looks = [{**line, "told": seen.get(line["what"], line["what"])} for line in told.looks]
    lines = sorted([*tries, *looks], key=lambda line: line["at"])
    return [{**line, "at": datetime.fromisoformat(line["at"]), "until": datetime.fromisoformat(line["until"])} for line in lines]


def standing_alarms() -> list[Told]:
    """Where a kill is not obeyed in time, for the overview."""
    rows = Told.objects.unsettled().filter(alarmed_at__isnull=False).select_related("kill")
    alarms = [told for told in rows if told.state != Told.State.ANSWERED]
    for told in alarms:
        told.sentence = killing.alarm_sentence(told)
    return alarms


def refuse_publishing(request: HttpRequest, page: Any) -> HttpResponse | None:
    """Lead whoever publishes a killed piece to its kill; None for any other page."""
    standing = Kill.objects.open().filter(uid=page.uid).first() if isinstance(page, SyndicatedPageMixin) else None
    if standing is None:
        return None
    messages.error(request, _("This piece was killed, so it was not published. Lift the kill first, with a reason."))
    return redirect(reverse("syndication:kill", args=[standing.pk]))


urls = [
    path("kill/<int:page_id>/", KillView.as_view(), name="kill_page"),
    path("kills/", KillsView.as_view(), name="kills"),
    path("kills/results/", KillsView.as_view(results_only=True), name="kills_results"),
    path("kills/<int:pk>/", RecordView.as_view(), name="kill"),
    path("kills/<int:pk>/lift/", LiftView.as_view(), name="kill_lift"),
    path("kills/told/<int:told_id>/settled/", CloseView.as_view(), name="kill_settled"),
]
