"""Outlets in the admin: list, form, history. Credentials are written and never shown again."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.admin.ui.tables import Column, StatusTagColumn
from wagtail.admin.viewsets.model import ModelViewSet

from syndication.connectors import CONNECTORS
from syndication.models import Outlet


class OutletForm(WagtailAdminModelForm):
    """The outlet with its credential, which is written and never shown again."""

    kind = forms.ChoiceField(label=_("How we push"), required=False, choices=())
    new_secret = forms.CharField(
        label=_("Secret"),
        required=False,
        strip=True,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [
            ("", _("Not at all: our stubs point there")),
            *((k, c.label) for k, c in CONNECTORS.items()),
        ]
        self.fields["kind"].help_text = Outlet._meta.get_field("kind").help_text
        kept = _("A secret is kept. Leave empty to keep it.") if self.instance.sealed_secret else _("None is kept yet.")
        help_texts = " ".join(str(connector.secret_help) for connector in CONNECTORS.values())
        self.fields["new_secret"].help_text = f"{kept} {help_texts}"

    def clean(self) -> dict[str, Any]:
        """Refuse a secret of the wrong form, and a kind without one."""
        data: dict[str, Any] = super().clean()
        connector = CONNECTORS.get(data.get("kind") or "")
        secret = data.get("new_secret")
        if connector and secret:
            try:
                connector.check_secret(secret)
            except ValueError as problem:
                self.add_error("new_secret", ValidationError(str(problem)))
        elif connector and not self.instance.sealed_secret:
            self.add_error("new_secret", _("Enter the secret: without it the outlet cannot know that a push is ours."))
        return data

    def save(self, commit: bool = True) -> Outlet:
        """Seal the secret, if one was written. A held or gone outlet with a new secret or address is active again."""
        if secret := self.cleaned_data.get("new_secret"):
            self.instance.secret = secret
        mended = {"new_secret", "kind", "endpoint"} & set(self.changed_data)
        if mended and self.instance.state in (Outlet.State.HELD, Outlet.State.GONE):
            self.instance.state, self.instance.state_reason = Outlet.State.ACTIVE, ""
        return super().save(commit)


class OutletViewSet(ModelViewSet):
    """Outlets: list, form, history."""

    model = Outlet
    icon = "globe"
    menu_label = _("Outlets")
    add_to_admin_menu = False
    inspect_view_enabled = False
    copy_view_enabled = False
    list_display = [
        "name",
        "website",
        Column("kind", label=_("Push"), accessor=lambda outlet: CONNECTORS[outlet.kind].label if outlet.kind else "—"),
        StatusTagColumn(
            "state",
            label=_("State"),
            accessor=lambda outlet: outlet.get_state_display(),
            primary=lambda outlet: outlet.state == Outlet.State.ACTIVE,
        ),
    ]
    list_filter = ["kind", "state"]
    search_fields = ["name", "website"]
    panels = [
        MultiFieldPanel([FieldPanel("name"), FieldPanel("website"), FieldPanel("other_hosts")], heading=_("The outlet")),
        MultiFieldPanel(
            [
                FieldPanel("kind"),
                FieldPanel("endpoint"),
                FieldPanel("new_secret"),
                FieldPanel("automatic"),
                FieldPanel("takes_since"),
                FieldPanel("takes_stubs"),
                FieldPanel("max_in_flight"),
            ],
            heading=_("Pushing"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("extent"),
                FieldPanel("owes_canonical"),
                FieldPanel("owes_noindex"),
                FieldPanel("owes_link"),
                FieldPanel("attribution"),
                FieldPanel("stub_canonical"),
            ],
            heading=_("Contract: what it may carry and what it owes"),
        ),
    ]

    def get_form_class(self, for_update: bool = False) -> type[forms.ModelForm]:
        """The panels' form, on top of OutletForm."""
        return self.get_edit_handler().get_form_class()

    def get_edit_handler(self) -> Any:
        """The panels in order, bound to the model."""
        from wagtail.admin.panels import ObjectList

        return ObjectList(self.panels, base_form_class=OutletForm).bind_to_model(self.model)


outlets = OutletViewSet("outlets", url_prefix="syndication/outlets")
