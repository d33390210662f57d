"""The Syndication panel on a piece's edit form: what each outlet should hold, what it took, and what an editor decides there."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import structlog
from django import forms
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import Panel

from syndication.charting import Tally, is_copy
from syndication.connectors import CONNECTORS
from syndication.counting import figures
from syndication.models import Edition, Kill, Outlet, Override, Republication, Verification, current_edition
from syndication.pages import as_if_published
from syndication.preflight import Objection, Reason, preflight, why
from syndication.snapshot import Snapshot

log = structlog.get_logger(__name__)


class SyndicationPanel(Panel):
    """Shows the piece at each outlet, and lets an editor choose, tell it differently there, send, withdraw and look."""

    def __init__(self, **kwargs: Any):
        super().__init__(**{"heading": _("At partner outlets"), "icon": "globe", **kwargs})

    class BoundPanel(Panel.BoundPanel):
        """The panel for one page."""

        template_name = "syndication/panels/syndication.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            """Adds the rows and where to fetch them anew."""
            context: dict[str, Any] = super().get_context_data(parent_context)
            shown = table(self.instance, self.request) if self.instance.pk else ""
            return {**context, "page": self.instance, "table": shown}

        class Media:
            js = ["syndication/panel.js"]
            css = {"all": ["syndication/admin.css"]}


class OverrideForm(forms.ModelForm):
    """What one outlet is told differently, and when it gets the piece."""

    class Meta:
        model = Override
        fields = ["headline", "excerpt", "not_before"]
        widgets = {
            "headline": forms.TextInput(),
            "excerpt": forms.Textarea(attrs={"rows": 4}),
            "not_before": forms.DateTimeInput({"type": "datetime-local"}, "%Y-%m-%dT%H:%M"),
        }

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for bound in self:
            # They stand inside the page's form and must not be sent, or counted as unsaved, with it.
            bound.field.widget.attrs["form"] = "syndication-no-form"


@dataclass
class AtOutlet:
    """One piece at one outlet, as the panel shows it."""

    outlet: Outlet
    row: Republication | None
    override: Override
    reason: Reason | None
    objections: list[Objection]
    form: OverrideForm
    opened: bool = False
    readers: int = 0

    @property
    def carried(self) -> bool:
        """Whether the outlet has the piece, or is getting it."""
        row = self.row
        return row is not None and row.operation == Republication.PUBLISH and bool(row.held_id or row.due_at)

    @property
    def announces(self) -> bool:
        """Whether it only tells others of the piece, so that no copy is looked at."""
        connector = CONNECTORS.get(self.outlet.kind)
        return connector is not None and connector.announces

    @property
    def goes(self) -> bool:
        """Whether the piece goes there when it is published, as things stand."""
        if self.override.choice == Override.Choice.RULES:
            return self.reason is not None and self.reason.picked
        return self.override.choice == Override.Choice.SEND

    @property
    def blocked(self) -> bool:
        """Whether the outlet would refuse the piece as it is."""
        return any(objection.blocks for objection in self.objections)


def table(page: Any, request: Any, bound: OverrideForm | None = None) -> str:
    """The piece at each outlet as HTML. `bound` is a form that was refused: shown in its place, nothing typed is lost."""
    edition = current_edition(page.uid)
    public = edition is not None and edition.public
    told = edition if public else draft_told(page)
    entries = [] if page.alias_of_id else at_outlets(page, told, bound)
    rows = [entry.row for entry in entries if entry.row]
    reads = figures(page.uid, [entry.outlet for entry in entries])
    for entry in entries:
        entry.readers = reads.at.get(entry.outlet.pk, 0)
    context = {
        "page": page,
        "entries": entries,
        "health": health(rows),
        "edition": edition,
        "reads": reads,
        "target": target_of(page.uid) if told and told.kind == "stub" and not page.alias_of_id else None,
        "public": public,
        "kill": Kill.objects.open().filter(uid=page.uid).first(),
        "may_kill": edition is not None and request.user.has_perm("syndication.kill_republication"),
        "untellable": not page.alias_of_id and told is None,
        "may_steer": request.user.has_perm("syndication.syndicate"),
        "may_see_pulls": request.user.has_perm("syndication.view_pull"),
        "under_way": any(row.due_at for row in rows),
    }
    return render_to_string("syndication/panels/table.html", context, request)


def target_of(uid: Any) -> Verification | None:
    """The page that a stub points at, as we saw it last; with `known`, its snapshot."""
    row: Any = Verification.objects.filter(stub_uid=uid).first()
    if row:
        row.known = Snapshot.kept(row.snapshot)
    found: Verification | None = row
    return found


def health(rows: list[Republication]) -> Tally:
    """How the copies of one piece do."""
    seen = [(row.state, getattr(row, "verification", None)) for row in rows]
    return Tally.of(Counter(look.verdict for state, look in seen if look and is_copy(state, look.verdict)))


def at_outlets(page: Any, told: Edition | None, bound: OverrideForm | None = None) -> list[AtOutlet]:
    """The piece at every outlet that is pushed to, and at those that still have it."""
    rows = {
        row.outlet_id: row
        for row in Republication.objects.filter(uid=page.uid).select_related("outlet", "wanted", "held", "verification")
    }
    overrides = {override.outlet_id: override for override in Override.objects.filter(uid=page.uid)}
    outlets = list(Outlet.objects.filter(~Q(kind="") | Q(pk__in=rows)).order_by("name"))
    ruled = any(outlet.only or outlet.never for outlet in outlets)
    names = dict(pair for pairs in page.label_names().values() for pair in pairs) if ruled else {}
    entries = []
    for outlet in outlets:
        override = overrides.get(outlet.pk) or Override(uid=page.uid, outlet=outlet)
        own = bound if bound is not None and bound.instance.outlet_id == outlet.pk else None
        entries.append(
            AtOutlet(
                outlet=outlet,
                row=rows.get(outlet.pk),
                override=override,
                reason=why(told, outlet, names) if told else None,
                objections=preflight(told, outlet, override) if told else [],
                form=own or OverrideForm(instance=override, prefix=f"syndication-{outlet.pk}"),
                opened=own is not None,
            )
        )
    return entries


def draft_told(page: Any) -> Edition | None:
    """The draft as if published now; None while it is too unfinished to be told."""
    try:
        return as_if_published(page)
    except Exception:
        # Whatever an unfinished draft lacks must not keep its form from opening.
        log.exception("draft cannot be told", page=page.pk)
        return None
