"""The outlet's own page: what it was sent, what it owes, how to do it; check a copy, tell where it stands, ask for it again."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syndication import tasks
from syndication.admitting import Closed
from syndication.checking import STEPS
from syndication.connectors import CONNECTORS
from syndication.doorbell import ring
from syndication.models import Errand, Outlet, Republication, Verification
from syndication.models.outlet import validate_web_url
from syndication.partners.opening import Opened, opened
from syndication.pulling import report, shelf, tombstones
from syndication.renderers.instructions import owed, said_to_outlet, systems
from syndication.syndicating import replay, request_check

PER_PAGE = 20
LOGGED = 20
TOMBSTONES = 50
# The same piece is sent once more so often at most.
AGAIN_AFTER = timedelta(minutes=5)
# Who waits longer for a worker is told so.
WORKER_WITHIN = timedelta(seconds=20)
BODIES = [f"{place}__{name}" for place in ("wanted", "held") for name in ("facts", "body_html", "labels")]
STATES: dict[str, Any] = {
    Republication.State.PENDING: gettext_lazy("on its way to you"),
    Republication.State.OFFERED: gettext_lazy("ready for you to fetch"),
    Republication.State.DELIVERED: gettext_lazy("delivered"),
    Republication.State.FAILED: gettext_lazy("not delivered"),
    Republication.State.SKIPPED: gettext_lazy("left alone by the newsroom"),
    Republication.State.TODO: gettext_lazy("to be put up by a person"),
}
STEP_NAMES = {
    "page": gettext_lazy("Your page answers"),
    "piece": gettext_lazy("We know which piece it is"),
    "canonical": gettext_lazy("It names our page as its home"),
    "noindex": gettext_lazy("It asks search engines to leave it out"),
    "link": gettext_lazy("It links to our page"),
}
SAID = {
    "reported": gettext_lazy("Thank you. We look at your page now and show below what we see; load this page again in a minute."),
    "again": gettext_lazy("It is on its way to you once more."),
}


class CopyForm(forms.Form):
    """The address of a page of the outlet's."""

    url = forms.URLField(
        label=gettext_lazy("Address of your page"),
        max_length=2000,
        assume_scheme="https",
        validators=[validate_web_url],
        widget=forms.URLInput(attrs={"autocomplete": "off", "dir": "ltr", "placeholder": "https://"}),
        error_messages={"required": gettext_lazy("Paste the address of your page.")},
    )

    def __init__(self, *args: Any, outlet: Outlet, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.outlet = outlet
        hosts = ", ".join(host for host in outlet.hosts if host)
        self.fields["url"].help_text = _("On %(hosts)s.") % {"hosts": hosts}

    def clean_url(self) -> str:
        """An address of the outlet's own."""
        url: str = self.cleaned_data["url"]
        if not self.outlet.runs(url):
            hosts = ", ".join(host for host in self.outlet.hosts if host)
            told = _("This address is not on %(hosts)s. If you publish there as well, ask the newsroom to add the host.")
            raise ValidationError(told % {"hosts": hosts})
        return url


@dataclass(frozen=True)
class Carried:
    """One piece as the outlet has it: for lists and for its own page."""

    row: Republication

    @property
    def headline(self) -> str:
        """The headline as this outlet is told it."""
        return self.row.variation.get("headline") or self.row.wanted.headline

    @property
    def state(self) -> str:
        """What became of it, in words."""
        row = self.row
        fetches = row.outlet.kind == "pull" and row.state == Republication.State.PENDING
        return str(STATES.get(Republication.State.OFFERED if fetches else row.state, row.get_state_display()))

    @property
    def behind(self) -> bool:
        """Whether the outlet has an older version than it should."""
        return self.row.held is not None and self.row.held_id != self.row.wanted_id

    @property
    def verification(self) -> Verification | None:
        """What we saw of the copy, once we looked."""
        seen = getattr(self.row, "verification", None)
        return seen if seen and seen.verdict else None

    @property
    def verdict(self) -> str:
        """The last verdict's sentence, as the outlet's people read it."""
        return said_to_outlet(self.verification.sentence) if self.verification else ""


@opened("GET", "POST")
def overview(request: HttpRequest, door: Opened) -> HttpResponse:
    """All pieces, newest change first; what must come down; the contract; and the form that checks a page."""
    form = CopyForm(request.POST if request.method == "POST" else None, outlet=door.outlet)
    if form.is_bound and form.is_valid():
        return _check(door, form.cleaned_data["url"])
    door.refusal = " ".join(str(told) for told in form.errors.get("url", []))
    sought = request.GET.get("q", "").strip().replace("\0", "")[:100]
    rows = shelf(door.outlet).select_related("held", "verification").defer(*BODIES).order_by("-changed_at", "-pk")
    found = rows.filter(wanted__headline__icontains=sought) if sought else rows
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("p"))
    context = {
        "here": "pieces",
        "form": form,
        "pieces": [Carried(row) for row in page],
        "page": page,
        "sought": sought,
        "owed": owed(door.outlet.contract),
        "ended": list(_standing(door.outlet)[:TOMBSTONES]),
    }
    return door.shown(request, "overview", context, status=422 if form.errors else 200)


@opened("GET", "POST")
def piece(request: HttpRequest, door: Opened, uid: UUID) -> HttpResponse:
    """One piece: where it stands, what we saw there, the exact tags, the log, and what can be asked."""
    row = shelf(door.outlet).select_related("held", "verification").filter(uid=uid).first()
    if row is None:
        raise Closed(404, _("There is no such piece for you, or not any more."), door.outlet)
    door.rows = [row]
    asks = request.method == "POST" and request.POST.get("act") != "again"
    form = CopyForm(request.POST if asks else None, outlet=door.outlet, initial={"url": row.receipt_url})
    status = 200
    if request.method == "POST":
        answer = _act(request, door, row, form)
        if answer is not None:
            return answer
        status = 422
    story = row.story
    context = {
        "form": form,
        "carried": Carried(row),
        "story": story,
        "systems": systems(story, door.outlet.contract),
        "deliveries": list(row.deliveries.order_by("-fence").defer("detail", "wire")[:LOGGED]),
        "may_resend": resendable(door.outlet),
        "said": SAID.get(request.GET.get("said", "")),
        "refusal": door.refusal,
    }
    return door.shown(request, "piece", context, status=status)


@opened("GET")
def check(request: HttpRequest, door: Opened, pk: int) -> HttpResponse:
    """A check, step by step. It loads itself anew while it is under way, without a script."""
    errand = Errand.objects.filter(kind=Errand.Kind.CHECK_COPY, outlet=door.outlet, pk=pk).first()
    if errand is None:
        raise Closed(404, _("There is no such check, or it is forgotten by now. Check the page once more."), door.outlet)
    found = {step["step"]: step for step in errand.steps}
    steps = [
        {"name": STEP_NAMES[name], **found[name], "sentence": said_to_outlet(found[name]["sentence"])}
        for name in STEPS
        if name in found
    ]
    context = {
        "errand": errand,
        "steps": steps,
        "under_way": errand.ended_at is None,
        "late": errand.ended_at is None and timezone.now() - errand.asked_at > WORKER_WITHIN,
        "honoured": errand.found.get("verdict") == Verification.Verdict.HONOURED,
        "sentence": said_to_outlet(errand.sentence),
        "uid": errand.found.get("uid") or errand.asked.get("uid"),
        "form": CopyForm(outlet=door.outlet, initial={"url": errand.asked["url"]}),
    }
    response = door.shown(request, "check", context)
    if errand.ended_at is None:
        response["Refresh"] = "2"
    return response


def _act(request: HttpRequest, door: Opened, row: Republication, form: CopyForm) -> HttpResponse | None:
    """What was asked on a piece's page: where to go next, or None where the page must say what is wrong."""
    act = request.POST.get("act", "")
    if act == "again":
        return _send_again(door, row)
    if not form.is_valid():
        door.refusal = " ".join(str(told) for told in form.errors.get("url", []))
        return None
    if act != "report":
        return _check(door, form.cleaned_data["url"], str(row.uid))
    try:
        with transaction.atomic():
            report(door.outlet, row.uid, form.cleaned_data["url"])
            ring(tasks.verify_due)
    except (LookupError, ValueError) as problem:
        door.refusal = str(problem)
        return None
    return _onward(door, row.uid, "reported")


def _check(door: Opened, url: str, uid: str = "") -> HttpResponse:
    with transaction.atomic():
        errand = request_check(door.outlet, url, uid)
    return redirect("outlet_check", door.signed, errand.pk)


def _send_again(door: Opened, row: Republication) -> HttpResponse | None:
    recent = row.deliveries.filter(started_at__gt=timezone.now() - AGAIN_AFTER)
    if not resendable(door.outlet):
        door.refusal = _("Nothing is sent to you: fetch the piece through the API or a feed.")
    elif row.due_at or recent.exists():
        door.refusal = _("It is on its way, or went out less than five minutes ago. Wait a little.")
    else:
        replay([row])
        return _onward(door, row.uid, "again")
    return None


def _onward(door: Opened, uid: UUID, said: str) -> HttpResponse:
    return redirect(f"{reverse('outlet_piece', args=[door.signed, uid])}?said={said}")


def resendable(outlet: Outlet) -> bool:
    """Whether a machine sends pieces there, so that one can be sent once more."""
    connector = CONNECTORS.get(outlet.kind)
    return connector is not None and not connector.announces and outlet.kind not in ("pull", "by_hand")


def _standing(outlet: Outlet) -> QuerySet[Republication]:
    """What was withdrawn and, as far as we know, still stands there. Told by the uid and by the outlet's own address."""
    down = Q(state=Republication.State.WITHDRAWN) & (Q(receipt_url="") | Q(verification__verdict=Verification.Verdict.HONOURED))
    return tombstones(outlet).select_related("verification").exclude(down).order_by("-changed_at", "-pk")
