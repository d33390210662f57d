"""How an outlet gets in: the link to its own page, and its tokens. A token's text is shown once, in the answer that made it."""

from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from wagtail.admin import messages
from wagtail.admin.widgets import AdminDateTimeInput

from syndication.admin.screens import Screen
from syndication.admitting import end_token, make_token, page_of, renew_link, site_root
from syndication.models import Outlet, Token

RIGHT = "syndication.manage_tokens"
OVERLAPS = [
    ("24", gettext_lazy("Both open for 24 hours, while they change it")),
    ("1", gettext_lazy("Both open for an hour")),
    ("168", gettext_lazy("Both open for a week")),
    ("0", gettext_lazy("The old one ends at once: it may be in wrong hands")),
]
ENDS = [
    ("0", gettext_lazy("Now")),
    ("1", gettext_lazy("In an hour")),
    ("24", gettext_lazy("In 24 hours")),
    ("168", gettext_lazy("In a week")),
]


class TokenForm(forms.Form):
    """A token to be made; perhaps in the place of another."""

    name = forms.CharField(
        label=gettext_lazy("What it is for"), max_length=80, help_text=gettext_lazy("Such as “Website” or “Newsletter”.")
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("It may be used to"),
        choices=Token.Scope.choices,
        initial=[scope.value for scope in Token.Scope],
        widget=forms.CheckboxSelectMultiple,
    )
    expires_at = forms.DateTimeField(
        label=gettext_lazy("Valid until"),
        required=False,
        widget=AdminDateTimeInput,
        help_text=gettext_lazy("Empty: until somebody revokes it."),
    )
    replaces = forms.ModelChoiceField(
        label=gettext_lazy("In the place of"),
        queryset=Token.objects.none(),
        required=False,
        empty_label=gettext_lazy("None: it is one more"),
    )
    keep_old_for = forms.ChoiceField(
        label=gettext_lazy("The one before it"),
        choices=OVERLAPS,
        initial="24",
        required=False,
        help_text=gettext_lazy("Counts only when the new one takes the place of another."),
    )

    def __init__(self, *args: Any, outlet: Outlet, **kwargs: Any):
        super().__init__(*args, **kwargs)
        usable = outlet.tokens.filter(pk__in=Token.objects.usable())
        self.fields["replaces"].queryset = usable  # type: ignore[attr-defined]
        if not usable:
            del self.fields["replaces"], self.fields["keep_old_for"]

    def clean_expires_at(self) -> Any:
        """A moment to come, or none."""
        moment = self.cleaned_data["expires_at"]
        if moment and moment <= timezone.now():
            raise forms.ValidationError(_("This moment is over. Choose one to come, or leave it empty."))
        return moment

    def make(self, outlet: Outlet, actor: Any) -> tuple[Token, str]:
        """The token and its text."""
        given = self.cleaned_data
        hours = int(given.get("keep_old_for") or 24)
        return make_token(
            outlet,
            given["name"],
            given["scopes"],
            expires_at=given["expires_at"],
            replaces=given.get("replaces"),
            keep_old_for=timedelta(hours=hours),
            actor=actor,
        )


class EndForm(forms.Form):
    """When a token ends."""

    ends = forms.ChoiceField(label=gettext_lazy("It opens nothing from"), choices=ENDS, initial="0", widget=forms.RadioSelect)


class OutletScreen(Screen):
    """A page below an outlet's form."""

    right = RIGHT
    header_icon = "key"

    @cached_property
    def outlet(self) -> Outlet:
        """The outlet of the address."""
        return get_object_or_404(Outlet, pk=self.kwargs["pk"])

    def get_page_subtitle(self) -> str:
        """The outlet's name."""
        return self.outlet.name

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Outlets, the outlet, this."""
        return [
            *self.breadcrumbs_items,
            {"url": reverse("outlets:index"), "label": _("Outlets")},
            {"url": reverse("outlets:edit", args=[self.outlet.pk]), "label": self.outlet.name},
            {"url": "", "label": self.get_page_title()},
        ]


@method_decorator(never_cache, name="dispatch")
class AccessView(OutletScreen):
    """The link to the outlet's page, its tokens, and the form for another."""

    page_title = gettext_lazy("Link and tokens")
    template_name = "syndication/outlets/access.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the tokens, the newest first."""
        kwargs.setdefault("form", TokenForm(outlet=self.outlet))
        tokens = list(self.outlet.tokens.select_related("created_by"))
        for token in tokens:
            # Its objection asks for the outlet's state.
            token.outlet = self.outlet
        return {
            **super().get_context_data(**kwargs),
            "outlet": self.outlet,
            "link": site_root() + page_of(self.outlet),
            "tokens": tokens,
            "may_see_pulls": self.request.user.has_perm("syndication.view_pull"),
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Make a token, and show its text in this very answer: it is kept nowhere, not in a session either."""
        form = TokenForm(request.POST, outlet=self.outlet)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        token, text = form.make(self.outlet, request.user)
        return self.render_to_response(self.get_context_data(form=TokenForm(outlet=self.outlet), made=token, text=text))


class EndTokenView(OutletScreen):
    """The question when a token ends; asked before anything is ended."""

    page_title = gettext_lazy("End a token")
    template_name = "syndication/outlets/end_token.html"

    @cached_property
    def token(self) -> Token:
        """The token of the address, while it is not revoked."""
        rows = Token.objects.filter(revoked_at=None).select_related("outlet")
        return get_object_or_404(rows, pk=self.kwargs["token_id"])

    @cached_property
    def outlet(self) -> Outlet:
        """Whose token it is."""
        return self.token.outlet

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The token and the question."""
        kwargs.setdefault("form", EndForm())
        return {**super().get_context_data(**kwargs), "token": self.token, "outlet": self.outlet}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """End it, now or later."""
        form = EndForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        hours = int(form.cleaned_data["ends"])
        at = timezone.now() + timedelta(hours=hours) if hours else None
        if not end_token(self.token, at, actor=request.user):
            messages.warning(request, _("It ends before that already. Nothing was changed."))
        elif at:
            told = _("“%(name)s” opens nothing from %(when)s on.")
            when = timezone.localtime(at).strftime("%d.%m.%Y, %H:%M")
            messages.success(request, told % {"name": self.token.name, "when": when})
        else:
            messages.success(request, _("“%(name)s” is revoked: it opens nothing any more.") % {"name": self.token.name})
        return redirect("syndication:outlet_access", self.outlet.pk)


class NewLinkView(OutletScreen):
    """The question whether the links that were sent shall end."""

    page_title = gettext_lazy("Send a new link")
    template_name = "syndication/outlets/new_link.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The outlet."""
        return {**super().get_context_data(**kwargs), "outlet": self.outlet}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """End them, and go to where the new one can be copied."""
        renew_link(self.outlet, actor=request.user)
        messages.success(request, _("The links that were sent before are ended. Copy the new one and send it."))
        return redirect("syndication:outlet_access", self.outlet.pk)


urls = [
    path("outlet/<int:pk>/access/", AccessView.as_view(), name="outlet_access"),
    path("outlet/<int:pk>/new-link/", NewLinkView.as_view(), name="outlet_new_link"),
    path("tokens/<int:token_id>/end/", EndTokenView.as_view(), name="token_end"),
]
