"""The form of an outlet: its contract in plain words, rules, and a credential that is written and never shown again."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, MultiFieldPanel, Panel

from syndication.admin import rules
from syndication.connectors import CONNECTORS
from syndication.connectors.base import Connector
from syndication.connectors.features import COLUMNS, NO, YES
from syndication.counting import read_at
from syndication.models import Outlet
from syndication.syndicating import mend_outlet, rotate_secret

OVERLAPS = [
    ("24", _("Sign with both for 24 hours, so that the outlet can change its own")),
    ("1", _("Sign with both for an hour")),
    ("168", _("Sign with both for a week")),
    ("0", _("Replace it at once: the old one may be in wrong hands")),
]
# Written from left to right in every language.
ADDRESSES = ("website", "other_hosts", "endpoint", "new_secret")


class OutletForm(WagtailAdminModelForm):
    """The outlet with its rules and its credential.

    Saving writes only what the form asks for: the engine's own columns may have moved on since it was opened.
    """

    kind = forms.ChoiceField(label=_("How we push"), required=False, choices=())
    new_secret = forms.CharField(
        label=_("Secret"),
        required=False,
        strip=True,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"}),
    )
    keep_old_for = forms.ChoiceField(
        label=_("The secret before it"),
        required=False,
        choices=OVERLAPS,
        initial="24",
        help_text=_("Counts only when you enter another secret."),
    )
    only = rules.RulesField(
        label=_("Only pieces of"),
        required=False,
        widget=rules.RulesWidget(_("Only pieces of"), _("any")),
        help_text=_("It gets a piece that has one of the choices in each fold where you choose. Choose nothing: all pieces."),
    )
    never = rules.RulesField(
        label=_("Never pieces of"),
        required=False,
        widget=rules.RulesWidget(_("Never pieces of"), _("none")),
        help_text=_("A piece that has any of these is kept from it. For single pieces editors choose on the piece itself."),
    )

    class Media:
        css = {"all": ["syndication/outlets.css"]}
        js = ["syndication/rules.js", "syndication/kinds.js"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [
            ("", _("Not at all: our stubs point there")),
            *((k, c.label) for k, c in CONNECTORS.items()),
        ]
        self.fields["kind"].help_text = Outlet._meta.get_field("kind").help_text
        self._speak_as(CONNECTORS.get(self.instance.kind))
        self.named = rules.facets()
        for name in ("only", "never"):
            self.fields[name].choices = rules.choices(self.named, getattr(self.instance, name))
        for name in ADDRESSES:
            self.fields[name].widget.attrs["dir"] = "ltr"
        if not self.instance.sealed_secret:
            del self.fields["keep_old_for"]

    def _speak_as(self, connector: type[Connector] | None) -> None:
        """Labels and help as this protocol has them; the page changes them when another kind is chosen."""
        kept = _("A secret is kept. Leave empty to keep it.") if self.instance.sealed_secret else ""
        self.fields["kind"].widget.attrs["data-syndication-kept"] = kept
        for name, (label, help_text) in asked(connector or Connector).items():
            if name in self.fields:
                self.fields[name].label = label or self.fields[name].label
                self.fields[name].help_text = f"{kept} {help_text}".strip() if name == "new_secret" else help_text

    def clean(self) -> dict[str, Any]:
        """Refuse what the chosen kind cannot work with, and rules that contradict each other."""
        data: dict[str, Any] = super().clean()
        if connector := CONNECTORS.get(data.get("kind") or ""):
            self._check(connector, data)
        if both := set(data.get("only") or []) & set(data.get("never") or []):
            names = {label: name for labels in self.named.values() for label, name in labels.items()}
            told = ", ".join(sorted(names.get(label, label) for label in both))
            self.add_error("never", _("%(names)s cannot be both wanted and kept away. Take it out of one.") % {"names": told})
        return data

    def _check(self, connector: type[Connector], data: dict[str, Any]) -> None:
        """Address, account and secret, as this protocol needs them."""
        endpoint, account, secret = data.get("endpoint"), data.get("account"), data.get("new_secret")
        if connector.needs_endpoint and not endpoint and "endpoint" not in self.errors:
            self.add_error("endpoint", _("Enter the address we push to, or leave “how we push” empty."))
        if connector.account_label and not account and "account" not in self.errors:
            self.add_error("account", _("Enter this, too: the outlet asks for it. %(help)s") % {"help": connector.account_help})
        elif account:
            self._judge("account", connector.check_account, account)
        if secret:
            self._judge("new_secret", connector.check_secret, secret)
        elif connector.needs_secret and (not self.instance.sealed_secret or self._another_protocol):
            self.add_error("new_secret", _("Enter the secret: without it the outlet cannot know that a push is ours."))
        elif connector.needs_secret and connector.reveals_secret and endpoint and self._another_host(endpoint):
            self.add_error(
                "new_secret", _("The address is on another host now. Enter the secret once more: it will be told there.")
            )

    def _another_host(self, endpoint: str) -> bool:
        """Whether a kept secret would be told to another host than it was entered for."""
        before = self.initial.get("endpoint") or ""
        return bool(self.instance.sealed_secret) and urlsplit(before)[:2] != urlsplit(endpoint)[:2]

    @property
    def _another_protocol(self) -> bool:
        """Whether a kept secret belongs to another kind than the chosen one."""
        return bool(self.instance.pk and self.initial.get("kind") and "kind" in self.changed_data)

    def _judge(self, name: str, check: Callable[[str], None], value: str) -> None:
        try:
            check(value)
        except ValueError as problem:
            self.add_error(name, ValidationError(str(problem)))

    def save(self, commit: bool = True) -> Outlet:
        """Save what was entered. A held or gone outlet with a new secret or address is active again."""
        secret = self.cleaned_data.get("new_secret")
        if self.instance._state.adding or not commit:
            if secret:
                self.instance.secret = secret
            return super().save(commit)
        super().save(commit=False)
        entered = [field.name for field in Outlet._meta.fields if field.name in self.fields]
        if secret:
            self._change_secret(secret)
        if {"new_secret", "kind", "endpoint"} & set(self.changed_data):
            mend_outlet(self.instance, actor=self.for_user)
        self.instance.save(update_fields=entered)
        return self.instance

    def _change_secret(self, secret: str) -> None:
        # Another protocol's secret is no older version of this one's.
        connector = CONNECTORS.get(self.cleaned_data["kind"])
        overlaps = connector is not None and connector.overlaps and "kind" not in self.changed_data
        hours = int(self.cleaned_data.get("keep_old_for") or 24) if overlaps else 0
        rotate_secret(self.instance, secret, keep_old_for=timedelta(hours=hours), actor=self.for_user)


def asked(connector: type[Connector]) -> dict[str, tuple[str, str]]:
    """What the form asks for with this protocol: label and help by field; an empty label where it is not asked."""
    return {
        "endpoint": (str(_("Endpoint")) if connector.needs_endpoint else "", connector.endpoint_help),
        "account": (connector.account_label, connector.account_help),
        "new_secret": (connector.secret_label if connector.needs_secret else "", connector.secret_help),
    }


class KindPanel(HelpPanel):
    """What each kind of outlet can do, and what the form asks for with it; the page shows the chosen one."""

    def __init__(self, **kwargs: Any):
        kwargs.setdefault("template", "syndication/outlets/kind.html")
        super().__init__(**kwargs)

    class BoundPanel(HelpPanel.BoundPanel):
        """With the matrix of features."""

        def get_context_data(self, parent_context: Any = None) -> Any:
            """Each connector with its row of the matrix."""
            kinds = [
                {
                    "kind": connector.kind,
                    "announces": connector.announces,
                    "features": [(COLUMNS[name], value) for name, value in asdict(connector.features).items()],
                    "chosen": connector.kind == self.form["kind"].value(),
                }
                for connector in CONNECTORS.values()
            ]
            told = {connector.kind: asked(connector) for connector in CONNECTORS.values()}
            return {**super().get_context_data(parent_context), "kinds": kinds, "asked": told, "yes": YES, "no": NO}


class StatePanel(HelpPanel):
    """How the line to the outlet is: shown above the form where a person should know."""

    def __init__(self, **kwargs: Any):
        kwargs.setdefault("template", "syndication/outlets/state_panel.html")
        super().__init__(**kwargs)

    class BoundPanel(HelpPanel.BoundPanel):
        """Of an outlet that is there."""

        def is_shown(self) -> bool:
            """Not for one that is being added, nor of one that only runs pieces and is well."""
            return bool(self.instance.pk and (self.instance.kind or self.instance.quarantined_at))

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            """With how often pieces were read there."""
            context: dict[str, Any] = super().get_context_data(parent_context)
            return {**context, "readers": read_at(self.instance)}


class CredentialPanel(HelpPanel):
    """When the secret was set and until when the old one is used, for who may see that."""

    def __init__(self, **kwargs: Any):
        kwargs.setdefault("template", "syndication/outlets/credential.html")
        super().__init__(**kwargs)

    class BoundPanel(HelpPanel.BoundPanel):
        """Of a secret that is there."""

        def is_shown(self) -> bool:
            """Only where there is a secret, to who may see its facts."""
            return bool(self.instance.sealed_secret and self.request.user.has_perm("syndication.view_credentials"))


class PicksPanel(HelpPanel):
    """How many of the current pieces the rules pick, as they were saved last."""

    def __init__(self, **kwargs: Any):
        kwargs.setdefault("template", "syndication/outlets/picks.html")
        super().__init__(**kwargs)

    class BoundPanel(HelpPanel.BoundPanel):
        """Of rules that are there."""

        def is_shown(self) -> bool:
            """Only for an outlet that is pushed to."""
            return bool(self.instance.pk and self.instance.kind)

        def get_context_data(self, parent_context: Any = None) -> Any:
            """With the sentence."""
            return {**super().get_context_data(parent_context), "sentence": rules.sentence(self.instance)}


def panels() -> list[Panel]:
    """The form from top to bottom."""
    return [
        StatePanel(),
        MultiFieldPanel(
            [FieldPanel(name) for name in ("name", "website", "other_hosts", "is_test", "own_tokens")],
            heading=_("The outlet"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("kind"),
                KindPanel(),
                FieldPanel("endpoint"),
                FieldPanel("account"),
                CredentialPanel(),
                FieldPanel("new_secret"),
                FieldPanel("keep_old_for"),
            ],
            heading=_("How we push"),
        ),
        MultiFieldPanel(
            [
                PicksPanel(),
                FieldPanel("automatic"),
                FieldPanel("takes_stubs"),
                FieldRowPanel([FieldPanel("takes_since"), FieldPanel("window_days")]),
                FieldPanel("only"),
                FieldPanel("never"),
            ],
            heading=_("Which pieces"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("extent"), FieldPanel("excerpt_words")]),
                FieldRowPanel([FieldPanel("embargo_hours"), FieldPanel("expiry_days")]),
            ],
            heading=_("What it may carry"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("owes_canonical"), FieldPanel("owes_noindex"), FieldPanel("owes_link")]),
                FieldPanel("attribution"),
                FieldPanel("stub_canonical"),
                FieldPanel("heeds_robots"),
            ],
            heading=_("What it owes"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("needs_image"),
                FieldRowPanel([FieldPanel("max_headline"), FieldPanel("max_in_flight")]),
            ],
            heading=_("Limits it sets us"),
        ),
    ]
