"""One verification in the admin: what we see at their page now, with the bytes that prove it, and what became of it over time."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST
from wagtail.models import Page

from syndication import tasks
from syndication.admin.screens import Screen
from syndication.doorbell import ring
from syndication.lettering import letter
from syndication.models import Edition, Look, Verification
from syndication.models.due import from_now
from syndication.models.verification import FIRST_LOOK

RIGHT = "syndication.view_republication"
# So many changes are shown; of a copy that changed more often the older ones tell nothing new.
NEWEST = 50
TERMS = {
    "canonical": gettext_lazy("It names our page as its home"),
    "noindex": gettext_lazy("It asks search engines to leave it out"),
    "link": gettext_lazy("It links to our page"),
    "text": gettext_lazy("It shows our text"),
    "extent": gettext_lazy("It carries no more text than agreed"),
    "licence": gettext_lazy("It names our licence"),
    "correction": gettext_lazy("It shows our correction"),
    "withdrawal": gettext_lazy("It is down"),
}


class VerificationView(Screen):
    """What we see at one page abroad: verdict, terms, evidence, history, and what can be done about it."""

    right = RIGHT
    above = ("republications", gettext_lazy("Republications"))
    header_icon = "view"
    template_name = "syndication/proof/verification.html"

    @cached_property
    def row(self) -> Verification:
        """The verification of the address."""
        return _row(self.kwargs["pk"])

    def get_page_title(self) -> str:
        """The piece and the outlet; of a stub, the piece."""
        told = self.row.republication
        return str(told) if told else _headline(self.row)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What there is to see, and whether this person may ask for another look, or may edit the piece."""
        user = self.request.user
        return {
            **super().get_context_data(**kwargs),
            **shown(self.row),
            "may_look": user.has_perm("syndication.syndicate"),
            "piece": _editable(self.row, user),
        }


@require_GET
@permission_required(RIGHT, raise_exception=True)
def now(request: HttpRequest, pk: int) -> HttpResponse:
    """What there is to see now, for who waits for a look."""
    return render(request, "syndication/proof/seen.html", shown(_row(pk)))


@require_POST
@permission_required("syndication.syndicate", raise_exception=True)
def look(request: HttpRequest, pk: int) -> HttpResponse:
    """Look again as soon as a worker is free, and go to where that can be watched."""
    row = _row(pk)
    Verification.objects.filter(pk=row.pk).update(due_at=from_now(FIRST_LOOK))
    ring(tasks.verify_due)
    return redirect("syndication:verification", row.pk)


def shown(row: Verification) -> dict[str, Any]:
    """The verification as its page shows it, in as many queries for many looks as for few."""
    looks = list(row.looks.telling()[: NEWEST + 1])
    newest = row.looks.order_by("-at", "-pk").first()
    broken = row.verdict not in ("", Verification.Verdict.HONOURED)
    under_way = _under_way(row)
    return {
        "row": row,
        "broken": broken,
        "letter": letter(row.republication) if row.republication else None,
        "terms": _terms(newest),
        "status": newest.status if newest else None,
        "led_to": newest.answered_url if newest and newest.answered_url != row.url else "",
        "looks": looks[:NEWEST],
        "more": len(looks) > NEWEST,
        "count": row.looks.count(),
        "under_way": under_way,
        "sentence": _sentence(row, under_way),
    }


def _terms(newest: Look | None) -> list[dict[str, Any]]:
    """Each term that was looked at, in words, with its verdict."""
    names = dict(Verification.Verdict.choices)
    kept = newest.terms if newest else {}
    return [
        {"name": TERMS[term], "verdict": names.get(kept[term], kept[term]), "kept": kept[term] == "honoured"}
        for term in TERMS
        if term in kept
    ]


def _under_way(row: Verification) -> bool:
    """Whether a look was asked for, or is going on."""
    soon = timezone.now() + FIRST_LOOK + timedelta(seconds=1)
    return bool((row.due_at and row.due_at <= soon) or row.lease_token)


def _sentence(row: Verification, under_way: bool) -> str:
    if under_way:
        return _("Looking… A worker fetches the page within seconds; you may leave this page.")
    if not row.looked_at:
        return _("Nobody has looked yet.")
    when = timezone.localtime(row.looked_at)
    return _("%(verdict)s: seen on %(when)s.") % {
        "verdict": str(row.get_verdict_display()).capitalize(),
        "when": f"{when:%d %b %Y, %H:%M:%S}",
    }


def _headline(row: Verification) -> str:
    edition = _editions(row).only("headline").first()
    return edition.headline if edition else row.url


def _editable(row: Verification, user: Any) -> Page | None:
    """The piece's page, if this person may edit it."""
    page = Page.objects.filter(pk__in=_editions(row).values("page")).first()
    return page if page and page.permissions_for_user(user).can_edit() else None


def _editions(row: Verification) -> QuerySet[Edition]:
    """The current edition of the piece that is looked for there."""
    uid = row.republication.uid if row.republication else row.stub_uid
    return Edition.objects.current().filter(uid=uid) if uid else Edition.objects.none()


def _row(pk: int) -> Verification:
    rows = Verification.objects.select_related("republication__outlet", "republication__wanted")
    heavy = ("body_html", "facts")
    found: Verification = get_object_or_404(rows.defer(*(f"republication__wanted__{name}" for name in heavy)), pk=pk)
    return found


urls = [
    path("verification/<int:pk>/", VerificationView.as_view(), name="verification"),
    path("verification/<int:pk>/now/", now, name="verification_now"),
    path("verification/<int:pk>/look/", look, name="verification_look"),
]
