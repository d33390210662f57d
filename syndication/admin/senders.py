"""Senders in the admin: list, form, history; the address and the secret that an editor hands to the other site."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from wagtail.admin import messages
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, HelpPanel, MultiFieldPanel, ObjectList, PageChooserPanel, Panel
from wagtail.admin.ui.tables import BooleanColumn, Column, DateColumn
from wagtail.admin.views.generic import CreateView, EditView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import BaseButton, HeaderButton
from wagtail.models import Site

from syndication.arrivals import house
from syndication.credentials import seal, unseal
from syndication.models import Sender
from syndication.models.sender import new_secret
from syndication.syndicating import rotate_secret

OVERLAPS = [
    ("24", gettext_lazy("Take both for 24 hours, while they enter it")),
    ("168", gettext_lazy("Take both for a week")),
    ("0", gettext_lazy("Take the new one only: the old is in wrong hands")),
]


class SenderForm(WagtailAdminModelForm):
    """The sender. Saving writes only what the form asks for: a message may arrive while it is open."""

    class Media:
        css = {"all": ["syndication/outlets.css", "syndication/senders.css"]}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["section"].required = True

    def clean_section(self) -> Any:
        """Refuse a page that can have no pieces below it."""
        section, maker = self.cleaned_data["section"], house()
        if maker is None or section.specific_class is None or section.specific_class._meta.label not in maker.places:
            raise forms.ValidationError(_("Pieces cannot be put there. Choose a section."))
        return section

    def save(self, commit: bool = True) -> Sender:
        """Save what was entered."""
        if self.instance._state.adding or not commit:
            return super().save(commit)
        super().save(commit=False)
        self.instance.save(update_fields=[field.name for field in Sender._meta.fields if field.name in self.fields])
        return self.instance


class SecretForm(forms.Form):
    """How long the secret before the new one is still taken."""

    keep_old_for = forms.ChoiceField(label=gettext_lazy("The secret before it"), choices=OVERLAPS, initial="24")


class AddressPanel(HelpPanel):
    """Where the other site sends to, and when its secret was made."""

    def __init__(self, **kwargs: Any):
        kwargs.setdefault("template", "syndication/senders/address_panel.html")
        super().__init__(**kwargs)

    class BoundPanel(HelpPanel.BoundPanel):
        """Of a sender that is there."""

        def is_shown(self) -> bool:
            """Not for one that is being added."""
            return bool(self.instance.pk)

        def get_context_data(self, parent_context: Any = None) -> Any:
            """With the address."""
            return {**super().get_context_data(parent_context), "address": address_of(self.instance)}


def address_of(sender: Sender) -> str:
    """The whole address of the sender's inbox."""
    site = Site.objects.filter(is_default_site=True).first()
    return f"{site.root_url if site else ''}{reverse('inbox', args=[sender.address])}"


class SenderCreateView(CreateView):
    """Adding makes the secret, and goes to where it is shown."""

    def save_instance(self) -> Sender:
        """With a secret of its own."""
        self.form.instance.secret = secret = new_secret()
        made: Sender = super().save_instance()
        _show_once(self.request, made, secret)
        return made

    def get_success_url(self) -> str:
        """The secret's page."""
        return reverse("syndication:sender_secret", args=[self.object.pk])


class SenderEditView(EditView):
    """The form, with the ways to the secret and to what came."""

    @cached_property
    def header_buttons(self) -> list[BaseButton]:
        """Address and secret; what came from it."""
        secret = reverse("syndication:sender_secret", args=[self.object.pk])
        buttons = [HeaderButton(_("Address and secret"), url=secret, icon_name="key", priority=10)]
        if self.request.user.has_perm("syndication.view_received"):
            came = f"{reverse('syndication:received')}?sender={self.object.pk}"
            buttons.append(HeaderButton(_("What it sent"), url=came, icon_name="download", priority=20))
        return buttons


def panels() -> list[Panel]:
    """The form from top to bottom."""
    maker = house()
    places = list(maker.places) if maker else None
    return [
        AddressPanel(),
        MultiFieldPanel(
            [FieldPanel("name"), FieldPanel("website"), FieldPanel("other_hosts"), FieldPanel("active")], heading=_("The sender")
        ),
        MultiFieldPanel(
            [
                PageChooserPanel("section", page_type=places),
                FieldPanel("shows", widget=forms.RadioSelect),
                FieldPanel("trust", widget=forms.RadioSelect),
            ],
            heading=_("What becomes of its pieces"),
        ),
    ]


class SenderViewSet(ModelViewSet):
    """Senders: list, form, history. There is no copying: a secret belongs to one sender."""

    model = Sender
    icon = "download"
    menu_label = gettext_lazy("Senders")
    add_to_admin_menu = False
    inspect_view_enabled = False
    copy_view_enabled = False
    add_view_class = SenderCreateView
    edit_view_class = SenderEditView
    list_display = [
        "name",
        Column("trust", label=gettext_lazy("Its pieces are"), accessor="get_trust_display", sort_key="trust"),
        Column("section", label=gettext_lazy("Section"), accessor=lambda sender: sender.section or "—"),
        BooleanColumn("active", label=gettext_lazy("Takes pieces"), sort_key="active"),
        DateColumn("heard_at", label=gettext_lazy("Last heard"), sort_key="heard_at"),
    ]
    list_filter = ["trust", "active"]
    search_fields = ["name", "website"]

    def get_form_class(self, for_update: bool = False) -> type[forms.ModelForm]:
        """The panels' form, on top of SenderForm."""
        return self.get_edit_handler().get_form_class()

    def get_edit_handler(self) -> Any:
        """The panels in order, bound to the model."""
        return ObjectList(panels(), base_form_class=SenderForm).bind_to_model(self.model)


senders = SenderViewSet("senders", url_prefix="syndication/senders")


# --- the secret ------------------------------------------------------------------------------------------------------


@never_cache
@permission_required("syndication.change_sender", raise_exception=True)
def secret(request: HttpRequest, pk: int) -> HttpResponse:
    """The address; the secret if it was made just now, this once; and the way to a new one."""
    sender = get_object_or_404(Sender, pk=pk)
    form = SecretForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = new_secret()
        rotate_secret(sender, made, keep_old_for=timedelta(hours=int(form.cleaned_data["keep_old_for"])), actor=request.user)
        _show_once(request, sender, made)
        messages.success(request, _("A new secret is made."))
        return redirect("syndication:sender_secret", sender.pk)
    shown = unseal(request.session.pop(_key(sender), ""))
    context = {
        "sender": sender,
        "address": address_of(sender),
        "secret": shown,
        "form": form,
        "page_title": _("Address and secret"),
        "page_subtitle": sender.name,
        "header_icon": "key",
        "breadcrumbs_items": [
            {"url": reverse("wagtailadmin_home"), "label": _("Home")},
            {"url": reverse("senders:index"), "label": _("Senders")},
            {"url": reverse("senders:edit", args=[sender.pk]), "label": sender.name},
            {"url": "", "label": _("Address and secret")},
        ],
    }
    return render(request, "syndication/senders/secret.html", context)


def _show_once(request: HttpRequest, sender: Sender, made: str) -> None:
    # Sealed, and gone when it is shown: a page that is loaded anew must make no other secret, as an answer to a POST would.
    request.session[_key(sender)] = seal(made)


def _key(sender: Sender) -> str:
    return f"secret-of-sender-{sender.pk}"


urls = [path("sender/<int:pk>/secret/", secret, name="sender_secret")]
