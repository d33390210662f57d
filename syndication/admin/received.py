"""Received pieces: what came from other sites, and what became of each."""

from typing import Any

import django_filters  # type: ignore[import-untyped]
from django.db.models import QuerySet
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn, StatusTagColumn

from syndication.admin.screens import Listing
from syndication.models import Received, Sender

RIGHT = "syndication.view_received"


class ReceivedFilterSet(WagtailFilterSet):
    """Of which sender, in which state."""

    sender = django_filters.ModelChoiceFilter(label=_("Sender"), queryset=Sender.objects.all())
    state = django_filters.ChoiceFilter(label=_("State"), choices=Received.State.choices, method="of_state")

    class Meta:
        model = Received
        fields: list[str] = []

    def of_state(self, rows: Any, name: str, value: str) -> Any:
        """As their pages tell."""
        return rows.in_state(value)


class PieceColumn(Column):
    """The piece with the way to its page, what an editor should know of it, and the ways to both public pages."""

    cell_template_name = "syndication/senders/piece_cell.html"

    def get_value(self, instance: Received) -> Received:
        """The row itself: the template tells."""
        return instance

    def get_cell_context_data(self, instance: Received, parent_context: Any) -> Any:
        """With the way to the page's form."""
        edit = reverse("wagtailadmin_pages:edit", args=[instance.page_id]) if instance.page_id else ""
        return {**super().get_cell_context_data(instance, parent_context), "edit": edit}


class ReceivedView(Listing):
    """All that came, newest first."""

    right = RIGHT
    page_title = _("Received")
    header_icon = "download"
    verbose_name_plural = _("received pieces")
    index_url_name = "syndication:received"
    index_results_url_name = "syndication:received_results"
    results_template_name = "syndication/senders/received_results.html"
    filterset_class = ReceivedFilterSet
    search_fields = ["headline"]
    export_filename = "received"
    list_export = ["headline", "sender.name", "get_state_display", "version", "received_at", "url", "source", "note"]
    export_headings = {
        "headline": _("Piece"),
        "sender.name": _("Sender"),
        "get_state_display": _("State"),
        "version": _("Version"),
        "received_at": _("When"),
        "url": _("Address here"),
        "source": _("Address at the sender"),
        "note": _("Note"),
    }
    columns = [
        PieceColumn("piece", label=_("Piece"), width="45%"),
        Column("sender", label=_("Sender"), accessor="sender.name"),
        StatusTagColumn(
            "state",
            label=_("State"),
            accessor="get_state_display",
            primary=lambda row: row.state == Received.State.PUBLISHED,
        ),
        Column("version", label=_("Version"), accessor="version"),
        DateColumn("received_at", label=_("When")),
    ]

    def get_base_queryset(self) -> QuerySet[Any]:
        """Newest first."""
        return Received.objects.select_related("sender", "page").order_by("-received_at")


urls = [
    path("received/", ReceivedView.as_view(), name="received"),
    path("received/results/", ReceivedView.as_view(results_only=True), name="received_results"),
]
