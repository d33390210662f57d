"""To do: what people must do by hand at outlets that no machine may push to, with a kit of all that is to be pasted."""

from typing import Any

import django_filters  # type: ignore[import-untyped]
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.forms import Media
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.functional import cached_property
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import WagtailFilterSet

from syndication import syndicating
from syndication.admin.screens import OPERATIONS, Listing, Screen, ScreenMenuItem
from syndication.connectors import CONNECTORS
from syndication.connectors.by_hand import ways_in
from syndication.models import Delivery, Outlet, Republication
from syndication.models.outlet import validate_web_url
from syndication.renderers import copy, plain
from syndication.renderers.terms import terms

RIGHT = "syndication.syndicate"
# Kinds of which no copy stands anywhere.
ANNOUNCING = [kind for kind, connector in CONNECTORS.items() if connector.announces]


def due() -> QuerySet[Any]:
    """All that is to be done, what is to be taken down first."""
    return Republication.objects.filter(state=Republication.State.TODO)


class TodoMenuItem(ScreenMenuItem):
    """The way to the list, with the number of what is to be done."""

    def __init__(self) -> None:
        super().__init__(gettext_lazy("To do"), "todo", RIGHT, icon_name="tasks", order=550)

    def render_component(self, request: HttpRequest) -> Any:
        """The number stands in the label: Wagtail's menu has no badge."""
        component = super().render_component(request)
        if count := due().count():
            component.label = f"{self.label} ({count})"
        return component


class TodoFilterSet(WagtailFilterSet):
    """At which outlet, and what."""

    outlet = django_filters.ModelChoiceFilter(label=gettext_lazy("Outlet"), queryset=Outlet.objects.exclude(kind=""))
    operation = django_filters.ChoiceFilter(label=gettext_lazy("Operation"), choices=list(OPERATIONS.items()))

    class Meta:
        model = Republication
        fields: list[str] = []


class TodoView(Listing):
    """What is to be done, at which outlet, and since when."""

    right = RIGHT
    page_title = gettext_lazy("To do")
    header_icon = "tasks"
    index_url_name = "syndication:todo"
    index_results_url_name = "syndication:todo_results"
    results_template_name = "syndication/screens/todo_results.html"
    filterset_class = TodoFilterSet
    search_fields = ["wanted__headline"]
    export_filename = "to-do"
    list_export = ["wanted.headline", "outlet.name", "error", "receipt_url", "since"]
    export_headings = {
        "wanted.headline": gettext_lazy("Piece"),
        "outlet.name": gettext_lazy("Outlet"),
        "error": gettext_lazy("What is to be done"),
        "receipt_url": gettext_lazy("Address of the copy"),
        "since": gettext_lazy("Since"),
    }

    def get_base_queryset(self) -> QuerySet[Any]:
        """Kills first, what else is to be taken down, then what waited longest."""
        handed = Delivery.objects.filter(republication=OuterRef("pk")).order_by("-fence").values("started_at")[:1]
        rows = (
            due()
            .select_related("wanted", "outlet")
            .annotate(since=Subquery(handed))
            .order_by(F("kill").desc(nulls_last=True), "-operation", "since", "pk")
        )
        return rows.defer("wanted__facts", "wanted__body_html")


class CloseForm(forms.Form):
    """Where the piece stands now."""

    url = forms.URLField(
        label=gettext_lazy("Its address there"),
        required=False,
        max_length=2000,
        assume_scheme="https",
        validators=[validate_web_url],
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, outlet: Outlet, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.outlet = outlet
        help_text = _("On %(host)s. We fetch it and look whether it keeps the contract.")
        self.fields["url"].help_text = help_text % {"host": outlet.hosts[0] or outlet.name}

    def clean_url(self) -> str:
        """An address of the outlet's own, unless there is none."""
        url: str = self.cleaned_data["url"]
        if not url and "without" not in self.data:
            raise ValidationError(_("Paste the address of the piece there; or say below that it has none."))
        if url and not self.outlet.runs(url):
            told = _("This address is not on %(hosts)s. If the outlet publishes there as well, add the host on its form.")
            raise ValidationError(told % {"hosts": ", ".join(host for host in self.outlet.hosts if host)})
        return url


class KitView(Screen):
    """One thing to do: all that is to be pasted, and the way to say that it is done."""

    right = RIGHT
    above = ("todo", gettext_lazy("To do"))
    header_icon = "tasks"
    template_name = "syndication/screens/kit.html"

    @cached_property
    def row(self) -> Republication:
        """The row of the address, while it is to be done."""
        rows = due().select_related("wanted", "held", "outlet")
        found: Republication = get_object_or_404(rows, pk=self.kwargs["republication_id"])
        return found

    def get_page_title(self) -> str:
        """The piece and the outlet."""
        return str(self.row)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The piece as the outlet may carry it, in every form that can be pasted."""
        row, story = self.row, self.row.story
        kwargs.setdefault("form", CloseForm(outlet=row.outlet, initial={"url": row.receipt_url}))
        html = copy.html(story, row.outlet.contract, byline=False, home=True)
        context = super().get_context_data(**kwargs)
        return {
            **context,
            "row": row,
            "story": story,
            "taking_down": row.operation == Republication.WITHDRAW,
            "ways": ways_in(row.outlet.website, story),
            "lines": [
                (_("Headline"), story.headline),
                (_("Standfirst"), story.standfirst),
                (_("Byline"), story.byline),
                (_("Our address, the canonical one"), story.canonical.url),
                (_("Topics"), ", ".join(topic.name for topic in story.topics)),
            ],
            # Sanitised when the story was built.
            "body": mark_safe(html),
            "forms": [
                ("html", "HTML", html),
                ("markdown", "Markdown", plain.markdown(html)),
                ("plain", _("Plain text"), plain.text(html)),
            ],
            "terms": terms(story, row.outlet.contract),
            "picture": story.lead_image,
            "media": Media(css={"all": ["syndication/screens.css", "syndication/kit.css"]}, js=["syndication/kit.js"]),
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """It is done."""
        row = self.row
        form = CloseForm(
            {**request.POST.dict(), **({"without": "1"} if row.operation == Republication.WITHDRAW else {})}, outlet=row.outlet
        )
        if not form.is_valid():
            # The form stands below all that is to be pasted: lead to what is wrong.
            form.fields["url"].widget.attrs["autofocus"] = True
            return self.render_to_response(self.get_context_data(form=form), status=422)
        if str(row.key) != request.POST.get("key"):
            messages.error(request, _("The piece changed while you were at it. Look what is to be done now."))
            return redirect("syndication:kit", row.pk)
        url = "" if "without" in request.POST else form.cleaned_data["url"]
        if syndicating.mark_delivered(row, url, actor=request.user):
            messages.success(request, _("Thank you. “%(piece)s” is done.") % {"piece": row})
        else:
            messages.error(request, _("It changed meanwhile, so nothing was marked. Look again."))
        return redirect("syndication:todo")


class AddressView(Screen):
    """Where a copy stands whose outlet did not say: from then on it is looked at."""

    right = RIGHT
    above = ("republications", gettext_lazy("Republications"))
    page_title = gettext_lazy("Enter the address of the copy")
    header_icon = "link"
    template_name = "syndication/screens/address.html"

    @cached_property
    def row(self) -> Republication:
        """The row of the address, if the outlet holds the piece and nobody knows where."""
        rows = Republication.objects.filter(receipt_url="", held__isnull=False, due_at=None).exclude(outlet__kind__in=ANNOUNCING)
        found: Republication = get_object_or_404(rows.select_related("wanted", "outlet"), pk=self.kwargs["republication_id"])
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The form and what it is about."""
        kwargs.setdefault("form", CloseForm(outlet=self.row.outlet))
        return {**super().get_context_data(**kwargs), "row": self.row}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Keep it, and have it looked at."""
        form = CloseForm({"url": request.POST.get("url", "")}, outlet=self.row.outlet)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        if syndicating.mark_delivered(self.row, form.cleaned_data["url"], actor=request.user):
            messages.success(request, _("Thank you. We look at the copy now."))
        else:
            messages.error(request, _("It changed meanwhile, so nothing was marked. Look again."))
        return redirect("syndication:republication", self.row.pk)


urls = [
    path("republications/<int:republication_id>/address/", AddressView.as_view(), name="address"),
    path("to-do/", TodoView.as_view(), name="todo"),
    path("to-do/results/", TodoView.as_view(results_only=True), name="todo_results"),
    path("to-do/<int:republication_id>/", KitView.as_view(), name="kit"),
]
