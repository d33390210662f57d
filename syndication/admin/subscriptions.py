"""Subscriptions: who is told by our hub when a feed changes, until when, and where that fails; one can be ended by hand."""

from typing import Any

import django_filters  # type: ignore[import-untyped]
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from wagtail.admin.filters import WagtailFilterSet
from wagtail.log_actions import log

from syndication import tasks
from syndication.admin.screens import Listing, back, lead_back
from syndication.doorbell import ring
from syndication.models import Outlet, Subscription

# Who may change outlets may end what subscribers of their feeds get.
RIGHT = "syndication.change_outlet"
LIST = "syndication:subscriptions"
HEADINGS = [
    gettext_lazy("Topic"),
    gettext_lazy("Subscriber"),
    gettext_lazy("State"),
    gettext_lazy("Lease ends"),
    gettext_lazy("Last delivered"),
    gettext_lazy("Trouble"),
]


class SubscriptionFilterSet(WagtailFilterSet):
    """Whose, in which state, and whether they fail."""

    outlet = django_filters.ModelChoiceFilter(label=gettext_lazy("Outlet"), queryset=Outlet.objects.exclude(kind=""))
    state = django_filters.ChoiceFilter(label=gettext_lazy("State"), choices=Subscription.State.choices)
    failing = django_filters.BooleanFilter(
        label=gettext_lazy("Failing"), field_name="failing_since", lookup_expr="isnull", exclude=True
    )

    class Meta:
        model = Subscription
        fields: list[str] = []


class SubscriptionsView(Listing):
    """All there are, failing ones first. A callback's path is not shown: who knows it could post there."""

    right = RIGHT
    page_title = gettext_lazy("Subscriptions")
    header_icon = "mail"
    index_url_name = LIST
    index_results_url_name = "syndication:subscriptions_results"
    results_template_name = "syndication/screens/subscriptions_results.html"
    filterset_class = SubscriptionFilterSet
    search_fields = ["topic", "host"]
    export_filename = "subscriptions"
    list_export = ["topic", "host", "outlet", "get_state_display", "ends_at", "delivered_at", "failing_since", "sentence"]
    export_headings = {
        "topic": gettext_lazy("Topic"),
        "host": gettext_lazy("Subscriber"),
        "outlet": gettext_lazy("Outlet"),
        "get_state_display": gettext_lazy("State"),
        "ends_at": gettext_lazy("Lease ends"),
        "delivered_at": gettext_lazy("Last delivered"),
        "failing_since": gettext_lazy("Failing since"),
        "sentence": gettext_lazy("Trouble"),
    }

    def get_base_queryset(self) -> QuerySet[Any]:
        """Failing ones first, longest first."""
        rows = Subscription.objects.select_related("outlet")
        return rows.order_by(F("failing_since").asc(nulls_last=True), "topic", "host", "pk")

    def decorate_paginated_queryset(self, object_list: Any) -> Any:
        """Each with where its button leads."""
        if self.is_export:
            return object_list
        rows = list(object_list)
        lead_back(rows, self.request, LIST)
        return rows

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds the headings."""
        return {**super().get_context_data(*args, **kwargs), "headings": HEADINGS}


@require_POST
@permission_required(RIGHT, raise_exception=True)
def end_subscription(request: HttpRequest, pk: int) -> HttpResponse:
    """End one by hand: its callback is told by a worker. Nothing keeps it from subscribing again."""
    row = get_object_or_404(Subscription, pk=pk)
    if row.deny():
        log(row, "syndication.end_subscription", user=request.user, title=str(row)[:200])
        ring(tasks.run_hub)
        messages.success(request, _("Ended. We tell %(host)s.") % {"host": row.host})
    return back(request, reverse(LIST))


urls = [
    path("subscriptions/", SubscriptionsView.as_view(), name="subscriptions"),
    path("subscriptions/results/", SubscriptionsView.as_view(results_only=True), name="subscriptions_results"),
    path("subscriptions/<int:pk>/end/", end_subscription, name="end_subscription"),
]
