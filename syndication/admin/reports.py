"""Where pieces ran: each piece at each outlet that took it, its readers there, how long until it was live and until proved."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

import django_filters  # type: ignore[import-untyped]
from django.db.models import Case, DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.forms import Media
from django.urls import path
from django.utils.timesince import timesince
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet

from syndication.admin.republications import HEAVY, sections
from syndication.admin.screens import Listing
from syndication.models import Delivery, Edition, Look, Outlet, Reads, Republication

RIGHT = "syndication.view_republication"
BEGIN = datetime(2000, 1, 1, tzinfo=UTC)
HEADINGS = [
    gettext_lazy("Piece"),
    gettext_lazy("Outlet"),
    gettext_lazy("State"),
    gettext_lazy("Read there"),
    gettext_lazy("Until live"),
    gettext_lazy("Until proved"),
]


class RanFilterSet(WagtailFilterSet):
    """Which pieces, where, and from when."""

    outlet = django_filters.ModelChoiceFilter(label=gettext_lazy("Outlet"), queryset=Outlet.objects.exclude(kind=""))
    section = django_filters.ModelChoiceFilter(label=gettext_lazy("Section"), queryset=sections, method="in_section")
    published = django_filters.DateFromToRangeFilter(
        label=gettext_lazy("Published"), field_name="wanted__first_published_at", widget=DateRangePickerWidget
    )

    def in_section(self, rows: QuerySet[Any], name: str, section: Any) -> QuerySet[Any]:
        """Those whose piece stands in the section."""
        return rows.filter(wanted__section_id=section.pk) if section else rows

    class Meta:
        model = Republication
        fields: list[str] = []


class RanView(Listing):
    """The newest pieces first, with every outlet that took them; as a spreadsheet a row a piece and outlet, times in seconds."""

    right = RIGHT
    page_title = gettext_lazy("Where pieces ran")
    header_icon = "table"
    index_url_name = "syndication:ran"
    index_results_url_name = "syndication:ran_results"
    results_template_name = "syndication/screens/ran_results.html"
    filterset_class = RanFilterSet
    export_filename = "where-pieces-ran"
    list_export = ["piece", "at", "receipt_url", "published", "live_at", "seconds_live", "proved_at", "seconds_proved", "readers"]
    export_headings = {
        "piece": gettext_lazy("Piece"),
        "at": gettext_lazy("Outlet"),
        "receipt_url": gettext_lazy("Address of the copy"),
        "published": gettext_lazy("Published"),
        "live_at": gettext_lazy("Live there"),
        "seconds_live": gettext_lazy("Seconds until live"),
        "proved_at": gettext_lazy("Proved"),
        "seconds_proved": gettext_lazy("Seconds until proved"),
        "readers": gettext_lazy("Read there"),
    }

    def get_queryset(self) -> QuerySet[Any]:
        """Current editions that some outlet took, newest first; for a spreadsheet the republications themselves."""
        taken = Delivery.objects.filter(republication=OuterRef("pk"), outcome=Delivery.Outcome.ACCEPTED, operation="publish")
        self.rows = self.filter_queryset(Republication.objects.order_by()).filter(Exists(taken))
        if self.is_searching:
            self.rows = self.rows.filter(wanted__headline__icontains=self.search_query)
        if self.is_export:
            return timed(self.rows).order_by("-wanted__first_published_at", "-uid", "outlet__name")
        ran = Exists(self.rows.filter(uid=OuterRef("uid")))
        return Edition.objects.current().filter(ran).defer(*HEAVY).order_by("-first_published_at", "-pk")

    def decorate_paginated_queryset(self, object_list: Any) -> Any:
        """Each edition with where it ran; or the rows of the spreadsheet with their reads."""
        if self.is_export:
            return self._counted(list(object_list), Reads.objects.filter(uid__in=self.rows.values("uid")))
        editions = list(object_list)
        uids = [edition.uid for edition in editions]
        rows = timed(self.rows.filter(uid__in=uids)).order_by("outlet__name")
        ran = defaultdict(list)
        for row in self._counted(list(rows), Reads.objects.filter(uid__in=uids)):
            ran[row.uid].append(row)
        for edition in editions:
            edition.ran = ran[edition.uid]
        return editions

    def _counted(self, rows: list[Any], reads: QuerySet[Any]) -> list[Any]:
        """The rows with how often each piece was read on its outlet's hosts: one query."""
        outlets = {row.outlet_id: row.outlet for row in rows}
        hosts: dict[str, list[int]] = {}
        readers: dict[tuple[Any, int], int] = defaultdict(int)
        counted = reads.exclude(host="").order_by().values_list("uid", "host").annotate(Sum("readers"))
        for uid, host, number in counted:
            if host not in hosts:
                hosts[host] = [pk for pk, outlet in outlets.items() if outlet.runs(f"https://{host}/")]
            for pk in hosts[host]:
                readers[uid, pk] += number
        for row in rows:
            row.readers = readers[row.uid, row.outlet_id]
            row.until_live, row.until_proved = lasted(row.took_live), lasted(row.took_proved)
            row.seconds_live, row.seconds_proved = seconds(row.took_live), seconds(row.took_proved)
        return rows

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds the headings."""
        context = super().get_context_data(*args, **kwargs)
        if self.is_export:
            return context
        return {**context, "headings": HEADINGS, "media": context["media"] + Media(css={"all": ["syndication/health.css"]})}


def timed(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Republications with `live_at` and `proved_at`, and how long after the edition went live here (`took_live`, `took_proved`).

    Live there: when the first delivery was sent that the outlet accepted. Proved: the first look that found it honoured, while
    it was to stand there. An edition that an outlet got later by design, after an embargo, took so much longer.
    """
    accepted = Delivery.objects.filter(republication=OuterRef("pk"), outcome=Delivery.Outcome.ACCEPTED, operation="publish")
    first = accepted.order_by("fence")
    honoured = Look.objects.filter(verification__republication=OuterRef("pk"), verdict="honoured").order_by("at")
    rows = rows.annotate(
        piece=F("wanted__headline"),
        at=F("outlet__name"),
        published=F("wanted__first_published_at"),
        went_live=Subquery(first.values("edition__recorded_at")[:1]),
        live_at=Subquery(first.values("started_at")[:1]),
        first_seen=Subquery(honoured.values("at")[:1]),
    )
    standing = ~Q(state=Republication.State.WITHDRAWN) | Q(first_seen__lt=F("delivered_at"))
    rows = rows.annotate(proved_at=Case(When(standing, then=F("first_seen"))))
    return rows.annotate(took_live=_between("live_at"), took_proved=_between("proved_at")).select_related("outlet")


def _between(moment: str) -> ExpressionWrapper:
    return ExpressionWrapper(F(moment) - F("went_live"), output_field=DurationField())


def seconds(time: timedelta | None) -> int | None:
    """A time in whole seconds; None of none."""
    return None if time is None else max(round(time.total_seconds()), 0)


def lasted(time: timedelta | None) -> str:
    """A time in words: “3 seconds”, “2 hours, 5 minutes”; empty of none."""
    whole = seconds(time)
    if whole is None:
        return ""
    if whole < 120:
        return ngettext("%(count)s second", "%(count)s seconds", whole) % {"count": whole}
    return timesince(BEGIN, BEGIN + timedelta(seconds=whole))


urls = [
    path("where-pieces-ran/", RanView.as_view(), name="ran"),
    path("where-pieces-ran/results/", RanView.as_view(results_only=True), name="ran_results"),
]
