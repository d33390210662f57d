"""Deliveries: the log of every request to an outlet, and a page for one of them with what went over the wire."""

from typing import Any

import django_filters  # type: ignore[import-untyped]
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn

from syndication.admin.screens import SAID, Listing, Screen
from syndication.models import Delivery, Outlet

RIGHT = "syndication.view_delivery"


class DeliveryFilterSet(WagtailFilterSet):
    """Which deliveries."""

    outlet = django_filters.ModelChoiceFilter(label=gettext_lazy("Outlet"), queryset=Outlet.objects.exclude(kind=""))
    outcome = django_filters.ChoiceFilter(
        label=gettext_lazy("Outcome"), choices=[choice for choice in Delivery.Outcome.choices if choice[0]]
    )
    operation = django_filters.ChoiceFilter(label=gettext_lazy("Operation"), choices=list(SAID.items()))
    started_at = django_filters.DateFromToRangeFilter(label=gettext_lazy("When"), widget=DateRangePickerWidget)

    class Meta:
        model = Delivery
        fields: list[str] = []


def duration(delivery: Delivery) -> str:
    """How long it took, or a dash while it is under way."""
    return "—" if delivery.duration_ms is None else _("%(count)s ms") % {"count": delivery.duration_ms}


def own_page(delivery: Delivery) -> str:
    """The address of one delivery's page."""
    return reverse("syndication:delivery", args=[delivery.pk])


class OutcomeColumn(Column):
    """How it ended. What a person must look at stands out."""

    cell_template_name = "syndication/screens/outcome_cell.html"


class DeliveriesView(Listing):
    """The log, newest first."""

    right = RIGHT
    page_title = gettext_lazy("Deliveries")
    header_icon = "history"
    verbose_name_plural = gettext_lazy("deliveries")
    index_url_name = "syndication:deliveries"
    index_results_url_name = "syndication:deliveries_results"
    results_template_name = "syndication/screens/deliveries_results.html"
    filterset_class = DeliveryFilterSet
    search_fields = ["edition__headline"]
    paginate_by = 50
    export_filename = "deliveries"
    list_export = [
        *("started_at", "edition.headline", "edition.version", "outlet.name", "operation", "get_outcome_display", "status"),
        *("duration_ms", "sentence", "key"),
    ]
    export_headings = {
        "started_at": gettext_lazy("When"),
        "edition.headline": gettext_lazy("Piece"),
        "edition.version": gettext_lazy("Version"),
        "outlet.name": gettext_lazy("Outlet"),
        "operation": gettext_lazy("Operation"),
        "get_outcome_display": gettext_lazy("Outcome"),
        "status": gettext_lazy("HTTP status"),
        "duration_ms": gettext_lazy("Milliseconds"),
        "sentence": gettext_lazy("In words"),
        "key": gettext_lazy("Key"),
    }
    columns = [
        TitleColumn("piece", label=gettext_lazy("Piece"), accessor="edition.headline", get_url=own_page),
        DateColumn("started_at", label=gettext_lazy("When")),
        Column("outlet", label=gettext_lazy("Outlet"), accessor="outlet.name"),
        Column("operation", label=gettext_lazy("Operation"), accessor=lambda row: SAID.get(row.operation, row.operation)),
        OutcomeColumn("outcome", label=gettext_lazy("Outcome")),
        Column("status", label=gettext_lazy("HTTP status"), accessor=lambda row: row.status or "—"),
        Column("duration", label=gettext_lazy("Duration"), accessor=duration),
    ]

    def get_base_queryset(self) -> QuerySet[Any]:
        """Newest first, without what only the page of one delivery shows."""
        rows = Delivery.objects.select_related("outlet", "edition").order_by("-started_at")
        return rows.defer("detail", "wire", "edition__facts", "edition__body_html", "edition__labels")


class DeliveryView(Screen):
    """One delivery: how it ended, in words and in detail."""

    right = RIGHT
    above = ("deliveries", gettext_lazy("Deliveries"))
    header_icon = "history"
    template_name = "syndication/screens/delivery.html"

    @cached_property
    def delivery(self) -> Delivery:
        """The delivery of the address."""
        return get_object_or_404(Delivery.objects.select_related("outlet", "edition"), pk=self.kwargs["delivery_id"])

    def get_page_title(self) -> str:
        """The piece and the outlet."""
        return f"{self.delivery.edition.headline} → {self.delivery.outlet}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The delivery."""
        facts = {
            "delivery": self.delivery,
            "operation": SAID.get(self.delivery.operation),
            "duration": duration(self.delivery),
        }
        return {**super().get_context_data(**kwargs), **facts}


urls = [
    path("deliveries/", DeliveriesView.as_view(), name="deliveries"),
    path("deliveries/results/", DeliveriesView.as_view(results_only=True), name="deliveries_results"),
    path("deliveries/<int:delivery_id>/", DeliveryView.as_view(), name="delivery"),
]
