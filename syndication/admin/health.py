"""Canonical health: how many copies lead home, at which outlets, over the weeks; which do not, and what to write to whom."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import django_filters  # type: ignore[import-untyped]
from django.db.models import F, QuerySet
from django.forms import Media
from django.urls import NoReverseMatch, path, reverse
from django.utils import formats, timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language_bidi, gettext_lazy
from django.utils.translation import gettext as _
from wagtail.admin.filters import WagtailFilterSet

from syndication import charting
from syndication.admin.republications import HEAVY, sections
from syndication.admin.screens import Listing
from syndication.models import Outlet, Verification
from syndication.renderers.chart import KINDS, chart

RIGHT = "syndication.view_republication"
ALL, DRIFTED = "all", "drifted"
VERDICTS = [
    (ALL, gettext_lazy("All copies")),
    (DRIFTED, gettext_lazy("drifted: missing, wrong or duplicated")),
    *[choice for choice in Verification.Verdict.choices if choice[0]],
]
LABELS = {
    "honoured": gettext_lazy("Lead home"),
    "drifted": gettext_lazy("Drifted"),
    "unreachable": gettext_lazy("Unreachable"),
    "gone": gettext_lazy("Gone"),
}
FIGURES = [gettext_lazy("Copies"), *LABELS.values(), gettext_lazy("Share")]
OUTLETS = [gettext_lazy("Outlet"), *FIGURES, gettext_lazy("Oldest trouble")]
WEEKS = [gettext_lazy("Week from"), *FIGURES]
COPIES = [gettext_lazy("Copy"), gettext_lazy("What we saw"), gettext_lazy("Since"), gettext_lazy("Last look")]


class HealthFilterSet(WagtailFilterSet):
    """Which copies. Outlet and section narrow the figures, too; the verdict only the list."""

    outlet = django_filters.ModelChoiceFilter(label=gettext_lazy("Outlet"), queryset=Outlet.objects.all(), method="as_it_is")
    section = django_filters.ModelChoiceFilter(label=gettext_lazy("Section"), queryset=sections, method="as_it_is")
    verdict = django_filters.ChoiceFilter(
        label=gettext_lazy("Show"), choices=VERDICTS, empty_label=gettext_lazy("What is in trouble"), method="as_it_is"
    )

    def as_it_is(self, rows: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        """The view asks for what was chosen itself: the figures need it as well."""
        return rows

    class Meta:
        model = Verification
        fields: list[str] = []


class HealthView(Listing):
    """The figures, and below them the copies in trouble, the longest first."""

    right = RIGHT
    page_title = gettext_lazy("Canonical health")
    header_icon = "view"
    index_url_name = "syndication:health"
    index_results_url_name = "syndication:health_results"
    results_template_name = "syndication/screens/health_results.html"
    filterset_class = HealthFilterSet
    is_searchable = False
    export_filename = "canonical-health"
    list_export = ["piece", "at", "url", "verdict", "sentence", "since", "looked_at", "letter"]
    export_headings = {
        "piece": gettext_lazy("Piece"),
        "at": gettext_lazy("Outlet"),
        "url": gettext_lazy("Address of the copy"),
        "verdict": gettext_lazy("Verdict"),
        "sentence": gettext_lazy("What we saw"),
        "since": gettext_lazy("Since"),
        "looked_at": gettext_lazy("Last look"),
        "letter": gettext_lazy("What to write to them"),
    }

    @cached_property
    def chosen(self) -> dict[str, Any]:
        """What the filters say; nothing where they are wrong."""
        return self.filters.form.cleaned_data if self.filters and self.filters.is_valid() else {}

    @property
    def of(self) -> Mapping[str, Any]:
        """What was chosen, of republications."""
        outlet, section = self.chosen.get("outlet"), self.chosen.get("section")
        narrowed = {"outlet": outlet and outlet.pk, "wanted__section_id": section and section.pk}
        return {name: value for name, value in narrowed.items() if value is not None}

    def get_queryset(self) -> QuerySet[Any]:
        """The copies asked for, those in trouble longest first."""
        verdict = self.chosen.get("verdict")
        if not verdict:
            rows = charting.astray(self.of)
        else:
            rows = charting.with_since(charting.copies(self.of)).order_by("since", "pk")
            rows = rows if verdict == ALL else rows.filter(verdict__in=charting.KINDS.get(verdict, (verdict,)))
        if self.is_export:
            return rows.annotate(piece=F("republication__wanted__headline"), at=F("republication__outlet__name"))
        rows = rows.select_related("republication__outlet", "republication__wanted").defer("evidence")
        return rows.defer("evidence", *(f"republication__wanted__{name}" for name in HEAVY))

    def decorate_paginated_queryset(self, rows: Any) -> list[Any]:
        """Each with the ways to what we saw and to the letter."""
        rows = list(rows)
        for row in rows:
            row.seen_at = what_we_saw(row)
            row.letter = reverse("syndication:letter", args=[row.republication_id]) if row.verdict != "honoured" else ""
            if self.is_export and row.letter:
                row.letter = self.request.build_absolute_uri(row.letter)
        return rows

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds the figures; an export needs none."""
        context = super().get_context_data(*args, **kwargs)
        if self.is_export:
            return context
        lines = charting.by_outlet(self.of)
        weeks = charting.weekly(self.of)
        return {
            **context,
            "media": context["media"] + Media(css={"all": ["syndication/health.css"]}),
            "total": charting.total(lines),
            "lines": lines,
            "weeks": weeks,
            "chart": drawn(weeks),
            "kinds": [(kind, LABELS[kind]) for kind in KINDS],
            "outlet_headings": OUTLETS,
            "week_headings": WEEKS,
            "copy_headings": COPIES,
        }


def drawn(weeks: list[charting.Week]) -> Any:
    """The chart of these weeks, in the direction of the reader's language."""
    bars = [(day(week.begins), [getattr(week.tally, kind) for kind in KINDS], share(week.tally)) for week in weeks]
    return chart(bars, right_to_left=get_language_bidi())


def day(moment: datetime) -> str:
    """A day as the chart names it."""
    return formats.date_format(timezone.localtime(moment), "j M")


def share(tally: charting.Tally) -> str:
    """The share in a few signs; empty of nothing."""
    return "" if tally.share is None else _("%(percent)s %%") % {"percent": tally.share}


def what_we_saw(row: Verification) -> str:
    """The address of the page with the evidence of this verification."""
    try:
        return reverse("syndication:verification", args=[row.pk])
    except NoReverseMatch:
        return reverse("syndication:republication", args=[row.republication_id])


urls = [
    path("canonical-health/", HealthView.as_view(), name="health"),
    path("canonical-health/results/", HealthView.as_view(results_only=True), name="health_results"),
]
