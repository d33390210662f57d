"""Pulls: the log of what partners asked us for: who, what, when, from where, and what they got."""

from typing import Any
from uuid import UUID

import django_filters  # type: ignore[import-untyped]
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import path
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn

from syndication.admin.screens import Listing
from syndication.models import Edition, Outlet, Pull, Pulled

RIGHT = "syndication.view_pull"
# How many pieces of an answer are named in the list; the others are counted.
NAMED = 3
STATUSES = [
    ("2", gettext_lazy("given (2xx)")),
    ("3", gettext_lazy("nothing new, or sent on (3xx)")),
    ("4", gettext_lazy("refused (4xx)")),
    ("5", gettext_lazy("failed on our side (5xx)")),
]


class PullFilterSet(WagtailFilterSet):
    """Which requests."""

    outlet = django_filters.ModelChoiceFilter(label=gettext_lazy("Outlet"), queryset=Outlet.objects.all())
    surface = django_filters.ChoiceFilter(label=gettext_lazy("Where"), choices=Pull.Surface.choices)
    status = django_filters.ChoiceFilter(label=gettext_lazy("Answer"), choices=STATUSES, method="by_status")
    refused = django_filters.ChoiceFilter(
        label=gettext_lazy("Refused"), choices=[("yes", gettext_lazy("refused only"))], method="only_refused"
    )
    at = django_filters.DateFromToRangeFilter(label=gettext_lazy("When"), widget=DateRangePickerWidget)
    piece = django_filters.UUIDFilter(label=gettext_lazy("Piece (its id)"), method="by_piece")

    class Meta:
        model = Pull
        fields: list[str] = []

    def by_status(self, rows: QuerySet[Pull], name: str, value: str) -> QuerySet[Pull]:
        """By the first digit of the status."""
        first = int(value) * 100
        return rows.filter(status__gte=first, status__lt=first + 100)

    def only_refused(self, rows: QuerySet[Pull], name: str, value: str) -> QuerySet[Pull]:
        """Those that were turned away."""
        return rows.exclude(refusal="")

    def by_piece(self, rows: QuerySet[Pull], name: str, value: UUID) -> QuerySet[Pull]:
        """Those whose answer held this piece."""
        return rows.filter(_holding(uid=value))


def _holding(**which: Any) -> Exists:
    return Exists(Pulled.objects.filter(pull=OuterRef("pk"), **which))


class PiecesColumn(Column):
    """The pieces in the answer."""

    cell_template_name = "syndication/screens/pieces_cell.html"

    def get_value(self, instance: Pull) -> Pull:
        """The pull itself: the template tells."""
        return instance


class RequestColumn(Column):
    """What was asked for, from where and with what; the refusal, if it was one."""

    cell_template_name = "syndication/screens/request_cell.html"

    def get_value(self, instance: Pull) -> Pull:
        """The pull itself: the template tells."""
        return instance


class PullsView(Listing):
    """The log, newest first."""

    right = RIGHT
    page_title = gettext_lazy("Pulls")
    header_icon = "download"
    verbose_name_plural = gettext_lazy("pulls")
    index_url_name = "syndication:pulls"
    index_results_url_name = "syndication:pulls_results"
    results_template_name = "syndication/screens/pulls_results.html"
    filterset_class = PullFilterSet
    paginate_by = 50
    export_filename = "pulls"
    list_export = [
        *("at", "outlet", "token", "get_surface_display", "method", "path", "status", "refusal"),
        *("address", "agent", "told_pieces"),
    ]
    export_headings = {
        "at": gettext_lazy("When"),
        "outlet": gettext_lazy("Outlet"),
        "token": gettext_lazy("Token"),
        "get_surface_display": gettext_lazy("Where"),
        "method": gettext_lazy("Method"),
        "path": gettext_lazy("Path"),
        "status": gettext_lazy("HTTP status"),
        "refusal": gettext_lazy("Refused because"),
        "address": gettext_lazy("Address"),
        "agent": gettext_lazy("Program"),
        "told_pieces": gettext_lazy("Pieces (id and version)"),
    }
    columns = [
        DateColumn("at", label=gettext_lazy("When"), sort_key="at"),
        Column("outlet", label=gettext_lazy("Outlet"), accessor=lambda pull: pull.outlet or "—"),
        Column("surface", label=gettext_lazy("Where"), accessor="get_surface_display"),
        RequestColumn("request", label=gettext_lazy("Request")),
        Column("status", label=gettext_lazy("HTTP status")),
        PiecesColumn("pieces", label=gettext_lazy("Pieces")),
    ]

    def get_base_queryset(self) -> QuerySet[Any]:
        """Newest first, with their pieces."""
        return Pull.objects.select_related("outlet", "token").prefetch_related("pieces").order_by("-at", "-pk")

    def search_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """By the headline that a piece has, or had."""
        if not self.is_searching:
            return queryset
        named = Edition.objects.filter(headline__icontains=self.search_query).values("uid")
        return queryset.filter(_holding(uid__in=named))

    def decorate_paginated_queryset(self, object_list: Any) -> Any:
        """Name the first pieces of each answer, in one query for all."""
        rows = list(object_list)
        uids = {piece.uid for row in rows for piece in list(row.pieces.all())[:NAMED]}
        told = Edition.objects.current().filter(uid__in=uids).values_list("uid", "headline", "page_id")
        known = {uid: (headline, page_id) for uid, headline, page_id in told}
        for row in rows:
            pieces = list(row.pieces.all())
            row.named = [(*known.get(piece.uid, (str(piece.uid), None)), piece.version) for piece in pieces[:NAMED]]
            row.unnamed = len(pieces) - len(row.named)
        return rows


urls = [
    path("pulls/", PullsView.as_view(), name="pulls"),
    path("pulls/results/", PullsView.as_view(results_only=True), name="pulls_results"),
]
