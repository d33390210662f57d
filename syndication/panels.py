"""The Syndication panel on a piece's edit form: what each outlet should hold, what it took, and whether its copy leads home."""

from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import Panel

from syndication.models import Outlet, Republication, current_edition


class SyndicationPanel(Panel):
    """Shows the piece's republications and lets an editor push again and look again."""

    def __init__(self, **kwargs: Any):
        super().__init__(**{"heading": _("At partner outlets"), "icon": "globe", **kwargs})

    class BoundPanel(Panel.BoundPanel):
        """The panel for one page."""

        template_name = "syndication/panels/syndication.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            """Adds the table and where to fetch it anew."""
            context: dict[str, Any] = super().get_context_data(parent_context)
            return {**context, "page": self.instance, "table": table(self.instance, self.request)}

        class Media:
            js = ["syndication/panel.js"]
            css = {"all": ["syndication/admin.css"]}


def table(page: Any, request: Any) -> str:
    """The republications of one piece as HTML; the panel fetches it again while something is under way."""
    rows = (
        Republication.objects.filter(uid=page.uid)
        .select_related("outlet", "wanted", "held", "verification")
        .order_by("outlet__name")
    )
    listed = list(rows)
    others = Outlet.objects.exclude(kind="").exclude(pk__in=[row.outlet_id for row in listed])
    edition = current_edition(page.uid)
    context = {
        "page": page,
        "rows": listed,
        "others": list(others),
        "edition": edition,
        "may_push": request.user.has_perm("syndication.syndicate"),
        "under_way": any(row.due_at for row in listed),
    }
    return render_to_string("syndication/panels/table.html", context, request)
