"""Outlets in the admin: list, form, history, with test, suspend and resume one click away."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from wagtail.admin.panels import ObjectList
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.generic import CreateView, EditView, IndexView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import BaseButton, Button, HeaderButton

from syndication.admin import access, pulls, rules
from syndication.admin.outlet_form import OutletForm, panels
from syndication.connectors import CONNECTORS
from syndication.models import Outlet


def actions(outlet: Outlet, user: Any, button: type[BaseButton] = Button) -> list[BaseButton]:
    """Test, and suspend or resume, for who may change outlets: each one press, without a question."""
    if not user.has_perm("syndication.change_outlet"):
        return []
    told = []
    if outlet.kind:
        suspended = outlet.state != Outlet.State.ACTIVE
        stop = ("outlet_resume", _("Resume"), "rotate") if suspended else ("outlet_suspend", _("Suspend"), "no-view")
        told = [("outlet_test", _("Test connection"), "globe"), stop]
    if outlet.quarantined_at:
        told.append(("outlet_lift", _("Lift quarantine"), "check"))
    return [
        button(
            label,
            icon_name=icon,
            priority=12 + number,
            attrs={
                "data-controller": "w-action",
                "data-action": "w-action#post",
                "data-w-action-url-value": reverse(f"syndication:{name}", args=[outlet.pk]),
            },
        )
        for number, (name, label, icon) in enumerate(told)
    ]


def ways(outlet: Outlet, user: Any, button: type[BaseButton] = Button) -> list[BaseButton]:
    """To its link and tokens, and to what it pulled, for who may see that."""
    found = []
    if user.has_perm(access.RIGHT):
        to = reverse("syndication:outlet_access", args=[outlet.pk])
        found.append(button(_("Link and tokens"), url=to, icon_name="key", priority=16))
    if user.has_perm(pulls.RIGHT):
        to = f"{reverse('syndication:pulls')}?outlet={outlet.pk}"
        found.append(button(_("Pulls"), url=to, icon_name="download", priority=17))
    return found


# What breaks while a secret is being entered is mailed to the administrators, with all that was posted but this.
unmailed = method_decorator(sensitive_post_parameters("new_secret"), name="dispatch")


class StateColumn(Column):
    """The outlet's state, why it is so, and whether it answers."""

    cell_template_name = "syndication/outlets/state_cell.html"

    def get_value(self, instance: Outlet) -> Outlet:
        """The outlet itself: the template tells."""
        return instance


class OutletIndexView(IndexView):
    """The list, with its actions in each row's menu."""

    def get_list_more_buttons(self, instance: Outlet) -> list[Any]:
        """Wagtail's own, and ours between Edit and Delete."""
        return [
            *super().get_list_more_buttons(instance),
            *actions(instance, self.request.user),
            *ways(instance, self.request.user),
        ]


@unmailed
class OutletCreateView(CreateView):
    """Adding says what the rules pick, and offers the test."""

    def get_success_message(self, instance: Outlet) -> str:
        """Wagtail's own, and what the rules pick."""
        return _told(super().get_success_message(instance), instance)


@unmailed
class OutletEditView(EditView):
    """The form, with its actions in the header."""

    @cached_property
    def header_buttons(self) -> list[BaseButton]:
        """Test, suspend or resume; link and tokens; what it pulled."""
        user = self.request.user
        return [*actions(self.object, user, HeaderButton), *ways(self.object, user, HeaderButton)]

    def get_success_message(self) -> str:
        """Wagtail's own, and what the rules pick."""
        return _told(super().get_success_message(), self.object)


def _told(message: str, outlet: Outlet) -> str:
    return f"{message} {rules.sentence(outlet)}".strip()


class OutletViewSet(ModelViewSet):
    """Outlets: list, form, history. There is no copying: a secret belongs to one outlet."""

    model = Outlet
    icon = "globe"
    menu_label = gettext_lazy("Outlets")
    add_to_admin_menu = False
    inspect_view_enabled = False
    copy_view_enabled = False
    index_view_class = OutletIndexView
    add_view_class = OutletCreateView
    edit_view_class = OutletEditView
    list_display = [
        "name",
        Column(
            "kind",
            label=gettext_lazy("Push"),
            accessor=lambda outlet: CONNECTORS[outlet.kind].label if outlet.kind in CONNECTORS else "—",
            sort_key="kind",
        ),
        StateColumn("state", label=gettext_lazy("State"), sort_key="state"),
        DateColumn("last_ok_at", label=gettext_lazy("Last good answer"), sort_key="last_ok_at"),
    ]
    list_filter = ["kind", "state"]
    search_fields = ["name", "website"]
    panels = panels()

    def get_form_class(self, for_update: bool = False) -> type[forms.ModelForm]:
        """The panels' form, on top of OutletForm."""
        return self.get_edit_handler().get_form_class()

    def get_edit_handler(self) -> Any:
        """The panels in order, bound to the model."""
        return ObjectList(self.panels, base_form_class=OutletForm).bind_to_model(self.model)


outlets = OutletViewSet("outlets", url_prefix="syndication/outlets")
