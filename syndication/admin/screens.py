"""What the screens of the Syndication menu share: who may enter, their place in the menu, lists and pages."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import Media
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.mixins import SpreadsheetExportMixin
from wagtail.admin.views.reports import ReportView

from syndication.models import Delivery


def back(request: HttpRequest, otherwise: str) -> HttpResponseRedirect:
    """To where the person was: `next`, if that is an address of ours. Its fragment says where the focus belongs."""
    onward = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(onward, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return redirect(onward if ours else otherwise)


def lead_back(rows: list[Any], request: HttpRequest, name: str) -> None:
    """Give each row `onward`, for its buttons: back to this very list, with the focus on the row beside it (`row-…`)."""
    chosen = request.GET.copy()
    if len(rows) == 1:
        # Without it this page of results is not there any more.
        chosen.pop("p", None)
    here = f"{reverse(name)}?{chosen.urlencode()}"
    for row, beside in zip(rows, [*rows[1:], *rows[-2:-1], None], strict=False):
        row.onward = f"{here}#row-{beside.pk}" if beside else here


class ScreenMenuItem(MenuItem):
    """A screen in the menu, shown to whoever has the right to it."""

    def __init__(self, label: Any, name: str, right: str, **kwargs: Any):
        super().__init__(label, reverse(f"syndication:{name}"), name=f"syndication-{name}", **kwargs)
        self.right = right

    def is_shown(self, request: HttpRequest) -> bool:
        """Whether this person may enter."""
        return bool(request.user.has_perm(self.right))


class Guarded:
    """A view that asks for one right before anything else."""

    right = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Refuse whoever lacks the right."""
        if not request.user.has_perm(self.right):
            raise PermissionDenied
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        return answer


# What a spreadsheet program takes for the beginning of a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Defused:
    """Spreadsheets whose text no program takes for a formula: Wagtail does so in XLSX only, in CSV an apostrophe does it."""

    def preprocess_field_value(self, field: str, value: Any, export_format: str) -> Any:
        """As Wagtail writes it, with the apostrophe where it is needed: also before a name that is no string yet."""
        text = super().preprocess_field_value(field, value, export_format)  # type: ignore[misc]
        dangerous = export_format == SpreadsheetExportMixin.FORMAT_CSV and isinstance(text, str) and text.startswith(FORMULA)
        return f"'{text}" if dangerous else text


class Listing(Guarded, Defused, ReportView):
    """A list with search, filters and export."""

    is_searchable = True
    paginate_by = 25

    def get_filtered_queryset(self) -> QuerySet[Any]:
        """The list; `get_queryset` has searched and filtered already."""
        return self.get_queryset()

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds our stylesheet."""
        context: dict[str, Any] = super().get_context_data(*args, **kwargs)
        return {**context, "media": context["media"] + Media(css={"all": ["syndication/screens.css"]})}


class Screen(Guarded, WagtailAdminTemplateMixin, TemplateView):
    """A page of its own; `above` is the screen it belongs to: its name and its label."""

    above: tuple[str, Any] | None = None

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Home, the screen above, this."""
        above = [{"url": reverse(f"syndication:{self.above[0]}"), "label": self.above[1]}] if self.above else []
        return [*self.breadcrumbs_items, *above, {"url": "", "label": self.get_page_title()}]


OPERATIONS = {"publish": _("publish"), "withdraw": _("withdraw")}
# What the log of deliveries tells apart besides.
SAID = {**OPERATIONS, Delivery.CORRECT: _("correction sent")}
