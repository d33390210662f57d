"""Republications: each piece at each outlet, as a matrix; the flat list as a spreadsheet; a page for one of them."""

from dataclasses import dataclass
from typing import Any

import django_filters  # type: ignore[import-untyped]
from django.db.models import Exists, F, OuterRef, QuerySet
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.coreutils import get_content_languages
from wagtail.models import Page

from syndication.admin.screens import Listing, Screen
from syndication.models import Edition, Outlet, Republication, Verification

RIGHT = "syndication.view_republication"
SYMBOLS = {"pending": "…", "delivered": "✓", "withdrawn": "−", "failed": "✗", "skipped": "»", "todo": "☐", "offered": "○"}
HEAVY = ("body_html", "facts")


@dataclass(frozen=True)
class Cell:
    """One piece at one outlet, in words and a symbol."""

    row: Republication

    @property
    def symbol(self) -> str:
        """A sign for the eye; the words say the same."""
        return SYMBOLS[self.row.state]

    @property
    def words(self) -> str:
        """Its state, with the version that is there."""
        row = self.row
        if row.state == Republication.State.DELIVERED and row.held:
            return _("delivered v%(version)s") % {"version": row.held.version}
        return str(row.get_state_display())

    @property
    def behind(self) -> str:
        """What it has and what it should have; empty if it has that."""
        row = self.row
        if row.operation == Republication.WITHDRAW:
            return _("still has v%(version)s") % {"version": row.held.version} if row.held else ""
        if row.held and row.held.version < row.wanted.version:
            return _("has v%(held)s, wanted v%(wanted)s") % {"held": row.held.version, "wanted": row.wanted.version}
        return ""

    @property
    def verification(self) -> Verification | None:
        """The newest verdict, if anybody looked."""
        seen = getattr(self.row, "verification", None)
        return seen if seen and seen.verdict else None


def sections(request: Any) -> QuerySet[Page]:
    """The sections that pieces stand in."""
    return Page.objects.filter(pk__in=Edition.objects.current().values("section_id")).order_by("title")


class RepublicationFilterSet(WagtailFilterSet):
    """Which republications."""

    outlet = django_filters.ModelChoiceFilter(label=gettext_lazy("Outlet"), queryset=Outlet.objects.exclude(kind=""))
    state = django_filters.ChoiceFilter(label=gettext_lazy("State"), choices=Republication.State.choices)
    verdict = django_filters.ChoiceFilter(
        label=gettext_lazy("Verification"),
        field_name="verification__verdict",
        choices=[choice for choice in Verification.Verdict.choices if choice[0]],
    )
    section = django_filters.ModelChoiceFilter(label=gettext_lazy("Section"), queryset=sections, method="in_section")
    language = django_filters.ChoiceFilter(
        label=gettext_lazy("Language"), field_name="wanted__facts__language", choices=lambda: get_content_languages().items()
    )

    def in_section(self, rows: QuerySet[Any], name: str, section: Page | None) -> QuerySet[Any]:
        """Those whose piece stands in the section."""
        return rows.filter(wanted__section_id=section.pk) if section else rows

    class Meta:
        model = Republication
        fields: list[str] = []


class RepublicationsView(Listing):
    """A row a piece, a column an outlet."""

    right = RIGHT
    page_title = gettext_lazy("Republications")
    header_icon = "table"
    index_url_name = "syndication:republications"
    index_results_url_name = "syndication:republications_results"
    results_template_name = "syndication/screens/republications_results.html"
    filterset_class = RepublicationFilterSet
    export_filename = "republications"
    list_export = [
        *("piece", "at", "operation", "wanted_version", "held_version", "state", "verdict", "receipt_url"),
        *("delivered_at", "failing_since", "error"),
    ]
    export_headings = {
        "piece": gettext_lazy("Piece"),
        "at": gettext_lazy("Outlet"),
        "operation": gettext_lazy("Operation"),
        "wanted_version": gettext_lazy("Wanted version"),
        "held_version": gettext_lazy("Held version"),
        "state": gettext_lazy("State"),
        "verdict": gettext_lazy("Verification"),
        "receipt_url": gettext_lazy("Address of the copy"),
        "delivered_at": gettext_lazy("Delivered at"),
        "failing_since": gettext_lazy("Failing since"),
        "error": gettext_lazy("Error"),
    }

    def get_queryset(self) -> QuerySet[Any]:
        """Current editions that an outlet holds or is owed, newest first; for a spreadsheet the republications themselves."""
        rows = self.filter_queryset(Republication.objects.order_by())
        if self.is_searching:
            rows = rows.filter(wanted__headline__icontains=self.search_query)
        if self.is_export:
            named = {"piece": F("wanted__headline"), "at": F("outlet__name"), "wanted_version": F("wanted__version")}
            seen = {"held_version": F("held__version"), "verdict": F("verification__verdict")}
            return rows.order_by("-pk").annotate(**named, **seen).values(*self.list_export)
        carried = Exists(rows.filter(uid=OuterRef("uid")))
        return Edition.objects.current().filter(carried).defer(*HEAVY).order_by("-first_published_at", "-pk")

    @cached_property
    def outlets(self) -> list[Outlet]:
        """The columns: outlets that are pushed to, or the one chosen."""
        chosen = self.filters.form.cleaned_data.get("outlet") if self.filters and self.filters.is_valid() else None
        return [chosen] if chosen else list(Outlet.objects.exclude(kind=""))

    def decorate_paginated_queryset(self, object_list: Any) -> Any:
        """Each edition of the page of results with its cells, in one more query."""
        if self.is_export:
            return object_list
        editions = list(object_list)
        rows = (
            Republication.objects.filter(uid__in=[edition.uid for edition in editions])
            .select_related("wanted", "held", "verification")
            .defer("error_detail", *(f"{one}__{name}" for one in ("wanted", "held") for name in HEAVY))
        )
        cells = {(row.uid, row.outlet_id): Cell(row) for row in rows}
        for edition in editions:
            edition.cells = [cells.get((edition.uid, outlet.pk)) for outlet in self.outlets]
        return editions

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds the columns."""
        context = super().get_context_data(*args, **kwargs)
        return context if self.is_export else {**context, "headings": [_("Piece"), *self.outlets]}


class RepublicationView(Screen):
    """One piece at one outlet, with its last deliveries."""

    right = RIGHT
    above = ("republications", gettext_lazy("Republications"))
    header_icon = "table"
    template_name = "syndication/screens/republication.html"

    @cached_property
    def row(self) -> Republication:
        """The republication of the address."""
        rows = Republication.objects.select_related("wanted__page", "held", "outlet", "verification")
        found: Republication = get_object_or_404(rows, pk=self.kwargs["republication_id"])
        return found

    def get_page_title(self) -> str:
        """The piece and the outlet."""
        return str(self.row)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The row as a cell, whether its page may be edited, and its log."""
        user, page = self.request.user, self.row.wanted.page
        log = self.row.deliveries.order_by("-started_at").defer("detail", "wire")[:20]
        return {
            **super().get_context_data(**kwargs),
            "row": self.row,
            "cell": Cell(self.row),
            "may_edit": bool(page and page.permissions_for_user(user).can_edit()),
            "deliveries": log if user.has_perm("syndication.view_delivery") else [],
        }


urls = [
    path("republications/", RepublicationsView.as_view(), name="republications"),
    path("republications/results/", RepublicationsView.as_view(results_only=True), name="republications_results"),
    path("republications/<int:republication_id>/", RepublicationView.as_view(), name="republication"),
]
