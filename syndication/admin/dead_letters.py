"""Dead letters: republications that a person must decide about. Replay, leave alone, or say that the outlet has it after all."""

from typing import Any

import django_filters  # type: ignore[import-untyped]
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet

from syndication import syndicating
from syndication.admin.screens import Listing, Screen, back, lead_back
from syndication.models import Delivery, Outlet, Republication
from syndication.models.outlet import validate_web_url

RIGHT = "syndication.replay"
REPLAY = permission_required(RIGHT, raise_exception=True)
LIST = "syndication:dead_letters"
ABOVE = ("dead_letters", gettext_lazy("Dead letters"))
# So many are replayed in one request: each is written in the log with its actor, and nobody shall wait long for an answer.
CHUNK = 500
HEADINGS = [
    gettext_lazy("Piece"),
    gettext_lazy("Outlet"),
    gettext_lazy("Reason"),
    gettext_lazy("Attempts"),
    gettext_lazy("Since"),
]


def dead() -> QuerySet[Any]:
    """All dead letters, those that waited longest first."""
    return Republication.objects.filter(state=Republication.State.FAILED).order_by("failing_since", "pk")


class DeadLetterFilterSet(WagtailFilterSet):
    """Which dead letters."""

    outlet = django_filters.ModelChoiceFilter(label=gettext_lazy("Outlet"), queryset=Outlet.objects.exclude(kind=""))
    error = django_filters.CharFilter(label=gettext_lazy("Reason contains"), lookup_expr="icontains")
    failing_since = django_filters.DateFromToRangeFilter(label=gettext_lazy("Failing since"), widget=DateRangePickerWidget)

    class Meta:
        model = Republication
        fields: list[str] = []


class DeadLettersView(Listing):
    """What failed for good, with its reason and what can be done."""

    right = RIGHT
    page_title = gettext_lazy("Dead letters")
    header_icon = "warning"
    index_url_name = "syndication:dead_letters"
    index_results_url_name = "syndication:dead_letters_results"
    results_template_name = "syndication/screens/dead_letters_results.html"
    filterset_class = DeadLetterFilterSet
    search_fields = ["wanted__headline"]
    export_filename = "dead-letters"
    list_export = ["wanted.headline", "outlet.name", "operation", "error", "last_status", "attempts", "failing_since"]
    export_headings = {
        "wanted.headline": gettext_lazy("Piece"),
        "outlet.name": gettext_lazy("Outlet"),
        "operation": gettext_lazy("Operation"),
        "error": gettext_lazy("Reason"),
        "last_status": gettext_lazy("HTTP status"),
        "attempts": gettext_lazy("Attempts"),
        "failing_since": gettext_lazy("Failing since"),
    }

    def get_base_queryset(self) -> QuerySet[Any]:
        """With the HTTP status of the last attempt."""
        last = Delivery.objects.filter(republication=OuterRef("pk")).order_by("-fence").values("status")[:1]
        rows = dead().select_related("wanted", "outlet").annotate(last_status=Subquery(last))
        return rows.defer("wanted__facts", "wanted__body_html")

    def decorate_paginated_queryset(self, object_list: Any) -> Any:
        """Each with where its buttons lead."""
        if self.is_export:
            return object_list
        rows = list(object_list)
        lead_back(rows, self.request, LIST)
        return rows

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds the filters as the link to “replay all of these” repeats them."""
        return {**super().get_context_data(*args, **kwargs), "chosen": self.request.GET.urlencode(), "headings": HEADINGS}


class ReplayManyView(Screen):
    """How many dead letters the filters choose; when confirmed they are replayed, CHUNK at a time."""

    right = RIGHT
    above = ABOVE
    page_title = gettext_lazy("Replay dead letters")
    header_icon = "warning"
    template_name = "syndication/screens/replay_many.html"

    @cached_property
    def rows(self) -> QuerySet[Any]:
        """What the filters and the search choose. Filters that cannot be read choose nothing, rather than everything."""
        filters = DeadLetterFilterSet(self.request.GET, queryset=dead(), request=self.request)
        rows = filters.qs if filters.is_valid() else dead().none()
        words = self.request.GET.get("q", "")
        return rows.filter(wanted__headline__icontains=words) if words else rows

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The count that is asked about."""
        counted = self.rows.order_by().aggregate(pieces=Count("pk"), outlets=Count("outlet", distinct=True))
        left = self.request.GET.get("left", "")
        count = min(counted["pieces"], int(left)) if left.isdecimal() else counted["pieces"]
        letters = ngettext("%(count)s dead letter", "%(count)s dead letters", count) % {"count": count}
        outlets = ngettext("%(count)s outlet", "%(count)s outlets", counted["outlets"]) % {"count": counted["outlets"]}
        sentence = _("This sends %(letters)s to %(outlets)s. Go on?") % {"letters": letters, "outlets": outlets}
        return {**super().get_context_data(**kwargs), "count": count, "sentence": sentence, "chunk": CHUNK}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Replay as many as were asked about and no more, should others have died meanwhile."""
        asked = request.POST.get("count", "")
        count = int(asked) if asked.isdecimal() else 0
        done = syndicating.replay(list(self.rows[: min(count, CHUNK)]), actor=request.user)
        sent = ngettext("%(count)s dead letter is on its way again.", "%(count)s dead letters are on their way again.", done)
        messages.success(request, sent % {"count": done})
        if done == CHUNK and count > done:
            chosen = request.GET.copy()
            chosen["left"] = str(count - done)
            return redirect(f"{reverse('syndication:replay_many')}?{chosen.urlencode()}")
        return redirect(LIST)


@require_POST
@REPLAY
def replay(request: HttpRequest, republication_id: int) -> HttpResponse:
    """Try one once more."""
    row = get_object_or_404(dead(), pk=republication_id)
    syndicating.replay([row], actor=request.user)
    messages.success(request, _("“%(piece)s” is on its way again.") % {"piece": row})
    return back(request, reverse(LIST))


@require_POST
@REPLAY
def skip(request: HttpRequest, republication_id: int) -> HttpResponse:
    """Leave one alone until the piece changes."""
    row = get_object_or_404(dead(), pk=republication_id)
    syndicating.skip([row], actor=request.user)
    messages.success(request, _("“%(piece)s” is left alone until the piece changes.") % {"piece": row})
    return back(request, reverse(LIST))


class MarkForm(forms.Form):
    """Where the copy stands, if anybody knows."""

    url = forms.URLField(
        label=gettext_lazy("Address of the copy"),
        required=False,
        max_length=2000,
        assume_scheme="https",
        validators=[validate_web_url],
        help_text=gettext_lazy("We fetch it and look whether it keeps the contract. Empty: nobody knows where it stands."),
    )


class MarkDeliveredView(Screen):
    """An editor says that the outlet has it, and where."""

    right = RIGHT
    above = ABOVE
    page_title = gettext_lazy("Mark as delivered")
    header_icon = "warning"
    template_name = "syndication/screens/mark_delivered.html"

    @cached_property
    def row(self) -> Republication:
        """The dead letter of the address."""
        rows = dead().select_related("wanted", "outlet")
        found: Republication = get_object_or_404(rows, pk=self.kwargs["republication_id"])
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The form and what it is about."""
        kwargs.setdefault("form", MarkForm(initial={"url": self.row.receipt_url}))
        return {**super().get_context_data(**kwargs), "row": self.row, "back": back(self.request, reverse(LIST)).url}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Settle it, unless the address cannot be."""
        form = MarkForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        if syndicating.mark_delivered(self.row, form.cleaned_data["url"], actor=request.user):
            messages.success(request, _("“%(piece)s” is marked as delivered.") % {"piece": self.row})
        else:
            messages.error(request, _("It changed meanwhile, so nothing was marked. Look again."))
        return back(request, reverse(LIST))


urls = [
    path("dead-letters/", DeadLettersView.as_view(), name="dead_letters"),
    path("dead-letters/results/", DeadLettersView.as_view(results_only=True), name="dead_letters_results"),
    path("dead-letters/replay/", ReplayManyView.as_view(), name="replay_many"),
    path("dead-letters/<int:republication_id>/replay/", replay, name="replay"),
    path("dead-letters/<int:republication_id>/skip/", skip, name="skip"),
    path("dead-letters/<int:republication_id>/mark-delivered/", MarkDeliveredView.as_view(), name="mark_delivered"),
]
