"""Corrections in Wagtail's admin: a report of all that were published, to find one again and to see who carries its piece."""

from typing import Any

import django_filters  # type: ignore[import-untyped]
from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.forms import Media
from django.urls import path
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.views.reports import ReportView
from wagtail.permissions import page_permission_policy

from home.models import DatedCorrection
from syndication.admin.screens import Defused
from syndication.models import Republication

# Who may do any of this to a page sees its corrections.
RIGHTS = {"add", "change", "publish", "lock", "unlock", "bulk_delete"}


class CorrectionFilterSet(WagtailFilterSet):
    """Which corrections."""

    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=DatedCorrection.Kind.choices)
    made_at = django_filters.DateFromToRangeFilter(label=_("When"), widget=DateRangePickerWidget)
    by_outlet = django_filters.BooleanFilter(label=_("Made by an outlet"))

    class Meta:
        model = DatedCorrection
        fields: list[str] = []


class CorrectionsReport(Defused, ReportView):
    """Published corrections, newest first."""

    page_title = _("Corrections")
    header_icon = "edit"
    verbose_name_plural = _("corrections")
    index_url_name = "corrections_report"
    index_results_url_name = "corrections_report_results"
    results_template_name = "home/corrections_report_results.html"
    filterset_class = CorrectionFilterSet
    is_searchable = True
    search_fields = ["text", "page__title"]
    paginate_by = 50
    export_filename = "corrections"
    list_export = ["made_at", "get_kind_display", "page.title", "text", "before", "after", "carried"]
    export_headings = {
        "made_at": _("When"),
        "get_kind_display": _("Kind"),
        "page.title": _("Piece"),
        "text": _("Text"),
        "before": _("Said before"),
        "after": _("Says now"),
        "carried": _("At outlets"),
    }

    def get_filtered_queryset(self) -> QuerySet[Any]:
        """The list; `get_queryset` has searched and filtered already."""
        return self.get_queryset()

    def get_base_queryset(self) -> QuerySet[Any]:
        """Those of pieces that were published, of pages the editor has to do with; with how many outlets carry the piece."""
        pages = page_permission_policy.instances_user_has_any_permission_for(self.request.user, RIGHTS)
        there = Republication.objects.filter(held__page=OuterRef("page_id")).order_by().values("held__page")
        carried = Coalesce(Subquery(there.annotate(count=Count("pk")).values("count")), 0)
        rows = DatedCorrection.objects.filter(page__in=pages, page__first_published_at__isnull=False)
        return rows.select_related("page").annotate(carried=carried).order_by(F("made_at").desc(), "-pk")

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds the headings, and the look of our lists: in a narrow window a row is a block of its own."""
        context: dict[str, Any] = super().get_context_data(*args, **kwargs)
        media = context["media"] + Media(css={"all": ["syndication/screens.css"]})
        return {**context, "media": media, "headings": [_("Piece"), _("Kind"), _("When"), _("Text"), _("At outlets")]}


urls = [
    path("reports/corrections/", CorrectionsReport.as_view(), name="corrections_report"),
    path("reports/corrections/results/", CorrectionsReport.as_view(results_only=True), name="corrections_report_results"),
]
