"""Responses: the queue of what waits for a moderator, all that was said, and what a person may ask of us."""

from typing import Any

import django_filters  # type: ignore[import-untyped]
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.widgets import Button

from syndication.admin.screens import Listing, Screen, back
from syndication.models import Response
from syndication.moderating import ban, data_of, decide, erase, headlines

RIGHT = "syndication.moderate"
MODERATE = permission_required(RIGHT, raise_exception=True)
LIST = "syndication:responses"
MOST = 500
HEADINGS = [gettext_lazy("Choose"), gettext_lazy("Who"), gettext_lazy("What"), gettext_lazy("Piece"), gettext_lazy("State")]
SAID = {
    Response.State.SHOWN: lambda n: ngettext("%(n)d response is shown now.", "%(n)d responses are shown now.", n),
    Response.State.REJECTED: lambda n: ngettext("%(n)d response is rejected.", "%(n)d responses are rejected.", n),
    Response.State.SPAM: lambda n: ngettext("%(n)d response is marked as spam.", "%(n)d responses are marked as spam.", n),
}


class ResponseFilterSet(WagtailFilterSet):
    """In which state, of which kind, under which piece."""

    state = django_filters.ChoiceFilter(
        label=gettext_lazy("Show"),
        choices=[*(one for one in Response.State.choices if one[0] != "held"), ("all", gettext_lazy("all"))],
        empty_label=Response.State.HELD.label,
        method="of_state",
    )
    kind = django_filters.ChoiceFilter(label=gettext_lazy("Kind"), choices=Response.Kind.choices)
    piece = django_filters.UUIDFilter(label=gettext_lazy("Piece"), field_name="uid", widget=forms.HiddenInput)

    class Meta:
        model = Response
        fields: list[str] = []

    def of_state(self, rows: Any, name: str, value: str) -> Any:
        """`all` is every one."""
        return rows if value == "all" else rows.filter(state=value)


class ResponsesView(Listing):
    """What waits, or what is asked for; the newest first."""

    right = RIGHT
    page_title = gettext_lazy("Responses")
    header_icon = "comment"
    index_url_name = LIST
    index_results_url_name = "syndication:responses_results"
    results_template_name = "syndication/screens/responses_results.html"
    filterset_class = ResponseFilterSet
    search_fields = ["name", "email", "text", "title", "source"]
    export_filename = "responses"
    list_export = [
        "uid",
        "get_kind_display",
        "get_state_display",
        "name",
        "email",
        "url",
        "source",
        "text",
        "received_at",
        "sentence",
    ]
    export_headings = {
        "uid": gettext_lazy("Piece"),
        "get_kind_display": gettext_lazy("Kind"),
        "get_state_display": gettext_lazy("State"),
        "name": gettext_lazy("Name"),
        "email": gettext_lazy("E-mail address"),
        "url": gettext_lazy("Site"),
        "source": gettext_lazy("Page"),
        "text": gettext_lazy("Text"),
        "received_at": gettext_lazy("When"),
        "sentence": gettext_lazy("Why"),
    }

    @property
    def header_more_buttons(self) -> list[Any]:
        """The way to a person's data."""
        person = Button(_("A person's data…"), reverse("syndication:response_person"), icon_name="user", priority=10)
        return [*super().header_more_buttons, person]

    def get_base_queryset(self) -> QuerySet[Any]:
        """Those that wait, unless others are asked for."""
        rows = Response.objects.all() if self.request.GET.get("state") else Response.objects.waiting()
        return rows.select_related("parent", "decided_by").order_by("-pk")

    def decorate_paginated_queryset(self, rows: Any) -> list[Any]:
        """Each with its piece."""
        rows = list(rows)
        named = headlines(row.uid for row in rows)
        for row in rows:
            row.headline, row.page_id = named.get(row.uid, (str(row.uid), None))
        return rows

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds the headings and the way back to this list."""
        here = f"{reverse(LIST)}?{self.request.GET.urlencode()}"
        return {**super().get_context_data(*args, **kwargs), "headings": HEADINGS, "here": here}


@require_POST
@MODERATE
def decide_many(request: HttpRequest) -> HttpResponse:
    """Show, reject or mark the chosen ones; `ban` marks them as spam and lets their authors say nothing more."""
    chosen = [int(pk) for pk in request.POST.getlist("response")[:MOST] if pk.isascii() and pk.isdecimal() and len(pk) < 19]
    act = request.POST.get("do", "")
    state = Response.State.SPAM if act == "ban" else act
    if not chosen:
        messages.error(request, _("Choose at least one response."))
    elif state in SAID:
        changed = decide(chosen, state, request.user)
        messages.success(request, SAID[Response.State(state)](changed) % {"n": changed})
    if chosen and act == "ban":
        bans = ban(chosen, request.user)
        told = ngettext("%(n)d address may say nothing more.", "%(n)d addresses may say nothing more.", bans)
        messages.success(request, told % {"n": bans})
    return back(request, reverse(LIST))


class PersonForm(forms.Form):
    """Whose data."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        help_text=gettext_lazy("As the person gave it with their comments. Make sure that it is the person who asks."),
    )
    sure = forms.BooleanField(label=gettext_lazy("Erase all of it for good"), required=False)


class PersonView(Screen):
    """All that we keep of somebody: handed out as JSON, or erased."""

    right = RIGHT
    above = ("responses", gettext_lazy("Responses"))
    page_title = gettext_lazy("A person's data")
    header_icon = "user"
    template_name = "syndication/screens/response_person.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The form."""
        kwargs.setdefault("form", PersonForm())
        return super().get_context_data(**kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Hand it out, or erase it."""
        form = PersonForm(request.POST)
        if form.is_valid() and request.POST.get("do") == "export":
            answer = JsonResponse(data_of(form.cleaned_data["email"]), json_dumps_params={"indent": 2, "ensure_ascii": False})
            answer["Content-Disposition"] = 'attachment; filename="responses.json"'
            answer["Cache-Control"] = "no-store"
            return answer
        if form.is_valid() and not form.cleaned_data["sure"]:
            form.add_error("sure", _("Tick this to erase: it cannot be undone."))
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        gone = erase(form.cleaned_data["email"], request.user)
        told = ngettext("%(n)d entry was erased.", "%(n)d entries were erased.", gone) % {"n": gone}
        messages.success(request, told)
        return redirect(LIST)


urls = [
    path("responses/", ResponsesView.as_view(), name="responses"),
    path("responses/results/", ResponsesView.as_view(results_only=True), name="responses_results"),
    path("responses/decide/", decide_many, name="decide_responses"),
    path("responses/person/", PersonView.as_view(), name="response_person"),
]
