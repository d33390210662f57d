"""Notices in the admin: the list, the dashboard's panel, and how each person hears of them by e-mail."""

from collections.abc import Mapping
from typing import Any

import django_filters  # type: ignore[import-untyped]
from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.tables import Column, DateColumn, StatusTagColumn
from wagtail.admin.views.account import BaseSettingsPanel, notifications_tab
from wagtail.admin.views.reports import ReportView
from wagtail.log_actions import log

from syndication.admin.screens import Defused, back, lead_back
from syndication.models import Notice, NoticePreference, Outlet
from syndication.noticing import may_see, paths

NEWEST = 5


class NoticeFilterSet(WagtailFilterSet):
    """Open or closed, of which kind, at which outlet."""

    state = django_filters.ChoiceFilter(
        label=_("Show"),
        method="of_state",
        choices=[("open", _("Open")), ("closed", _("Closed"))],
        empty_label=_("All"),
        widget=forms.RadioSelect,
    )
    outlet = django_filters.ModelChoiceFilter(queryset=Outlet.objects.all(), label=_("Outlet"))

    class Meta:
        model = Notice
        fields = ["state", "kind", "outlet"]

    def of_state(self, queryset: Any, name: str, value: str) -> Any:
        """Those that are mended, or those that are not."""
        return queryset.filter(closed_at__isnull=value == "open")


class About(Column):
    """The trouble in a cell: what, the sentence, the way to mend it, and a button to dismiss it."""

    cell_template_name = "syndication/notices/about.html"

    class Media:
        css = {"all": ["syndication/admin.css"]}


class NoticesView(Defused, ReportView):
    """Every notice, open ones first."""

    model = Notice
    filterset_class = NoticeFilterSet
    page_title = _("Notices")
    header_icon = "warning"
    template_name = "wagtailadmin/generic/listing.html"
    results_template_name = "syndication/notices/results.html"
    index_url_name = "syndication:notices"
    index_results_url_name = "syndication:notices_results"
    default_ordering = None
    is_searchable = False
    list_export = ["kind", "title", "outlet", "sentence", "opened_at", "closed_at"]
    columns = [
        About("title", label=_("What happened"), width="60%"),
        StatusTagColumn(
            "state",
            label=_("State"),
            accessor=lambda one: gettext("closed") if one.closed_at else gettext("open"),
            primary=lambda one: not one.closed_at,
        ),
        DateColumn("opened_at", label=_("Since")),
        DateColumn("closed_at", label=_("Closed")),
    ]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Only for who may see what goes abroad."""
        if not may_see(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        """Open ones first, then the newest."""
        return Notice.objects.select_related("outlet").order_by(F("closed_at").desc(nulls_first=True), "-opened_at", "-pk")

    def order_queryset(self, queryset: Any) -> Any:
        """As it stands."""
        return queryset

    def decorate_paginated_queryset(self, object_list: Any) -> Any:
        """Each with the way to where it is mended."""
        listed = list(object_list)
        ways = paths(listed)
        may_dismiss = self.request.user.has_perm("syndication.syndicate")
        for one in listed:
            one.path, one.may_dismiss, one.token = ways[one.pk], may_dismiss, get_token(self.request)
        if self.is_export:
            return object_list
        lead_back(listed, self.request, "syndication:notices")
        return listed


@require_POST
def dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a notice by hand. The trouble itself stays; if it is met again it is told again."""
    if not request.user.has_perm("syndication.syndicate"):
        raise PermissionDenied
    one = get_object_or_404(Notice, pk=pk)
    if Notice.objects.filter(pk=pk, closed_at=None).update(closed_at=Now()):
        log(one, "syndication.dismiss", user=request.user, title=str(one)[:200])
        messages.success(request, gettext("Dismissed. If it is met again, it is told again."))
    return back(request, reverse("syndication:notices"))


class NoticesMenuItem(MenuItem):
    """The way to the list, with the number of what is open."""

    def __init__(self) -> None:
        super().__init__(_("Notices"), "", name="notices", icon_name="warning", order=600)

    def is_shown(self, request: HttpRequest) -> bool:
        """Only for who may see them."""
        return may_see(request.user)

    def render_component(self, request: HttpRequest) -> Any:
        """The number stands in the label: Wagtail's menu has no badge."""
        component = super().render_component(request)
        component.url = reverse("syndication:notices")
        if count := Notice.objects.filter(closed_at=None).count():
            component.label = f"{self.label} ({count})"
        return component


class NoticesPanel(Component):
    """The dashboard's panel: how many are open, and the newest."""

    name = "syndication_notices"
    template_name = "syndication/notices/panel.html"
    order = 150

    class Media:
        css = {"all": ["syndication/admin.css"]}

    def get_context_data(self, parent_context: Any) -> Mapping[str, Any]:
        """The newest open notices, each with its way."""
        newest = list(Notice.objects.open().select_related("outlet")[:NEWEST])
        ways = paths(newest)
        return {
            "count": Notice.objects.filter(closed_at=None).count() if len(newest) == NEWEST else len(newest),
            "notices": [{"notice": one, "path": ways[one.pk]} for one in newest],
        }

    def render_html(self, parent_context: Any = None) -> str:
        """Nothing for who may not see them, and nothing where all is well."""
        if not may_see(parent_context["request"].user):
            return ""
        return str(super().render_html(parent_context))


class MailForm(forms.ModelForm):
    """At once, once a day, or never."""

    class Meta:
        model = NoticePreference
        fields = ["mail", "weekly"]
        widgets = {"mail": forms.RadioSelect}
        help_texts = {
            "mail": _(
                "Of deliveries that failed, outlets that are held or silent, copies not leading home, overdue or received pieces."
            )
        }


class MailPanel(BaseSettingsPanel):
    """Syndication e-mails, on everybody's account page."""

    name = "syndication"
    title = _("Syndication e-mails")
    tab = notifications_tab
    order = 200
    form_class = MailForm

    def is_active(self) -> bool:
        """Only for who may see notices."""
        return may_see(self.user)

    @cached_property
    def preference(self) -> NoticePreference:
        """What this person chose, or the default."""
        kept = NoticePreference.objects.filter(user=self.user).first()
        return kept or NoticePreference(user=self.user)

    def get_form(self) -> MailForm:
        """The form, bound if this page was sent with it."""
        data = self.request.POST if self.request.method == "POST" else None
        return MailForm(data, instance=self.preference, prefix=self.name)


urls = [
    path("notices/", NoticesView.as_view(), name="notices"),
    path("notices/results/", NoticesView.as_view(results_only=True), name="notices_results"),
    path("notices/<int:pk>/dismiss/", dismiss, name="dismiss_notice"),
]
