"""The explorer's column: how each piece in a list of pages fares at the outlets, for the price of one query."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.pages.listing import ExplorableIndexView

from syndication.charting import Tally, is_copy
from syndication.models import Republication
from syndication.pages import SyndicatedPageMixin


class OutletsColumn(Column):
    """“Delivered to 3 of 4”, “1 failed”, and whether the copies lead home: one query for all the rows of the table."""

    cell_template_name = "syndication/panels/at_outlets.html"

    def get_cell_context_data(self, instance: Any, parent_context: Any) -> dict[str, Any]:
        """The piece's own summary, out of that of the whole table."""
        table = parent_context["table"]
        if not hasattr(table, "at_outlets"):
            table.at_outlets = summaries(table.data)
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        context["value"], context["health"] = table.at_outlets.get(instance.pk, ("", Tally()))
        return context

    def get_value(self, instance: Any) -> str:
        """Nothing a page knows by itself."""
        return ""


def summaries(pages: Iterable[Any]) -> dict[int, tuple[str, Tally]]:
    """For each page that is a piece, how it fares at the outlets in a few words, and how its copies do."""
    pieces = {page.pk: page.uid for page in pages if isinstance(page, SyndicatedPageMixin) and not page.alias_of_id}  # type: ignore[attr-defined]
    counted: dict[Any, Counter[str]] = defaultdict(Counter)
    verdicts: dict[Any, Counter[str]] = defaultdict(Counter)
    rows = Republication.objects.filter(uid__in=pieces.values())
    for uid, state, operation, verdict in rows.values_list("uid", "state", "operation", "verification__verdict"):
        if is_copy(state, verdict):
            verdicts[uid][verdict] += 1
        counted[uid][state if operation == Republication.PUBLISH or state != Republication.State.PENDING else "leaving"] += 1
    return {pk: (summary(counted[uid]), Tally.of(verdicts[uid])) for pk, uid in pieces.items()}


def summary(states: Counter[str]) -> str:
    """What the states of one piece's republications come to, the worst first."""
    state = Republication.State
    told = []
    if failed := states[state.FAILED]:
        told.append(ngettext("%(count)s failed", "%(count)s failed", failed) % {"count": failed})
    if states[state.PENDING]:
        told.append(_("On its way to %(count)s") % {"count": states[state.PENDING]})
    if states["leaving"]:
        told.append(_("Being withdrawn"))
    delivered, wanted = states[state.DELIVERED], sum(states.values()) - states[state.WITHDRAWN] - states["leaving"]
    if delivered:
        told.append(_("Delivered to %(count)s of %(all)s") % {"count": delivered, "all": wanted})
    if not told:
        told.append(_("Withdrawn") if states[state.WITHDRAWN] else _("Not sent"))
    return " · ".join(told)


class OutletsIndexView(ExplorableIndexView):
    """Wagtail's own explorer, with the column. For a viewset of the pages that have pieces below them."""

    base_columns = [*ExplorableIndexView.base_columns, OutletsColumn("outlets", label=gettext_lazy("At outlets"), width="14%")]
