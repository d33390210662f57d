"""The outlet's own page, how its programs get in: tokens, feeds, the API; and the log of what went either way."""

from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syndication.admitting import Closed, end_token, make_token, site_root
from syndication.models import Delivery, Outlet, Pull, Token
from syndication.models.token import MARK
from syndication.partners.opening import Opened, opened
from syndication.pulling import shelf

LOGGED = 50
# What an outlet makes itself ends after a year, and it has no more than so many that are valid.
LASTS = timedelta(days=365)
MOST = 10
DIALECTS = [
    ("rss", "RSS"),
    ("atom", "Atom"),
    ("json", "JSON Feed"),
    ("ninjs", "ninjs 3.1"),
    ("ninjs1", "ninjs 1 (Superdesk)"),
    ("newsml", "NewsML-G2"),
]


class OwnTokenForm(forms.Form):
    """A token that the outlet makes itself."""

    name = forms.CharField(
        label=gettext_lazy("What it is for"), max_length=80, help_text=gettext_lazy("Such as “Website” or “Newsletter”.")
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("It may be used to"),
        choices=Token.Scope.choices,
        initial=[scope.value for scope in Token.Scope],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one.")},
    )


@opened("GET", "POST")
def tokens(request: HttpRequest, door: Opened) -> HttpResponse:
    """Its tokens and the addresses they open. A new token is shown in the answer that made it, and never again."""
    form, text = OwnTokenForm(), ""
    if request.method == "POST":
        if not door.outlet.own_tokens:
            raise Closed(403, _("The newsroom makes the tokens of this outlet. Write to it."), door.outlet)
        if "revoke" in request.POST:
            _revoke(door.outlet, request.POST["revoke"])
        else:
            form = OwnTokenForm(request.POST)
            form, text = _made(door, form)
    context = {
        "here": "tokens",
        "form": form,
        "text": text,
        "tokens": _tokens(door.outlet),
        "addresses": addresses(text),
    }
    return door.shown(request, "tokens", context, status=422 if form.errors else 200)


@opened("GET")
def log(request: HttpRequest, door: Opened) -> HttpResponse:
    """What we sent and what was asked of us, the newest first."""
    sent = Delivery.objects.filter(outlet=door.outlet).select_related("republication").defer("detail", "wire")
    deliveries = list(sent.order_by("-started_at")[:LOGGED])
    uids = {delivery.republication.uid for delivery in deliveries}
    # Of what it may carry no longer it is told nothing but that.
    seen = shelf(door.outlet).filter(uid__in=uids).values_list("uid", "wanted__headline", "variation")
    names = {uid: variation.get("headline") or headline for uid, headline, variation in seen}
    told: list[dict[str, Any]] = [
        {"delivery": delivery, "uid": uid if uid in names else None, "headline": names.get(uid, "")}
        for delivery in deliveries
        for uid in [delivery.republication.uid]
    ]
    pulls = Pull.objects.filter(outlet=door.outlet).select_related("token")[:LOGGED]
    return door.shown(request, "log", {"here": "log", "deliveries": told, "pulls": list(pulls)})


def addresses(text: str = "") -> list[dict[str, str]]:
    """What a token opens here; with the token in it where its text is known."""
    shown, root = text or f"{MARK}_…", site_root()
    feeds = [{"label": label, "url": f"/partners/feeds/{shown}/{dialect}/"} for dialect, label in DIALECTS]
    api = [{"label": _("Partner API, with its reference"), "url": "/partners/v1/"}]
    return [{**one, "url": root + one["url"]} for one in (*feeds, *api)]


def _tokens(outlet: Outlet) -> list[Token]:
    found = list(outlet.tokens.all())
    for token in found:
        # Its objection asks for the outlet's state.
        token.outlet = outlet
    return found


def _revoke(outlet: Outlet, pk: str) -> None:
    token = outlet.tokens.filter(pk=pk).first() if pk.isdecimal() and len(pk) < 19 else None
    if token is None:
        raise Closed(404, _("There is no such token."), outlet)
    end_token(token)


def _made(door: Opened, form: OwnTokenForm) -> tuple[OwnTokenForm, str]:
    if form.is_valid() and door.outlet.tokens.filter(pk__in=Token.objects.usable()).count() >= MOST:
        form.add_error(None, _("You have %(count)d valid tokens. Revoke one that you need no longer.") % {"count": MOST})
    if not form.is_valid():
        door.refusal = " ".join(str(sentence) for sentences in form.errors.values() for sentence in sentences)
        return form, ""
    given = form.cleaned_data
    _token, text = make_token(door.outlet, given["name"], given["scopes"], expires_at=timezone.now() + LASTS)
    return OwnTokenForm(), text
