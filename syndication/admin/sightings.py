"""Sightings: pages abroad that seem to carry a piece of ours, and nobody told us. An editor says what each is."""

from typing import Any

import django_filters  # type: ignore[import-untyped]
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, OuterRef, QuerySet, Subquery, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from wagtail.admin.filters import WagtailFilterSet
from wagtail.log_actions import log

from syndication import sighting, syndicating, tasks
from syndication.admin.screens import Listing, Screen, back, lead_back
from syndication.connectors import CONNECTORS
from syndication.connectors.pull import Pull
from syndication.doorbell import ring
from syndication.models import Edition, Outlet, Reads, Republication, Sighting, Verification
from syndication.models.outlet import validate_web_url
from syndication.readers import Place

RIGHT = "syndication.syndicate"
STEER = permission_required(RIGHT, raise_exception=True)
LIST = "syndication:sightings"
HEADINGS = [gettext_lazy("Piece"), gettext_lazy("Page"), gettext_lazy("Reads"), gettext_lazy("Seen"), gettext_lazy("Actions")]


def at_home() -> QuerySet[Outlet]:
    """The outlets at which a copy can stand that we keep an eye on."""
    announcing = [kind for kind, connector in CONNECTORS.items() if connector.announces]
    return Outlet.objects.exclude(kind__in=["", *announcing])


class SightingFilterSet(WagtailFilterSet):
    """What editors said of them."""

    state = django_filters.ChoiceFilter(
        label=gettext_lazy("Show"), choices=Sighting.State.choices[1:], empty_label=Sighting.State.NEW.label
    )

    class Meta:
        model = Sighting
        fields: list[str] = []


class SightingsView(Listing):
    """What was sighted, what is read most first."""

    right = RIGHT
    page_title = gettext_lazy("Sightings")
    header_icon = "view"
    index_url_name = LIST
    index_results_url_name = "syndication:sightings_results"
    results_template_name = "syndication/screens/sightings_results.html"
    filterset_class = SightingFilterSet
    search_fields = ["url"]
    export_filename = "sightings"
    list_export = ["headline", "url", "readers", "first_at", "last_at", "get_state_display", "source"]
    export_headings = {
        "headline": gettext_lazy("Piece"),
        "url": gettext_lazy("Page"),
        "readers": gettext_lazy("Reads"),
        "first_at": gettext_lazy("First seen"),
        "last_at": gettext_lazy("Last seen"),
        "get_state_display": gettext_lazy("State"),
        "source": gettext_lazy("Found by"),
    }

    def get_base_queryset(self) -> QuerySet[Any]:
        """Those that wait for somebody, unless others are asked for."""
        rows = Sighting.objects.all() if self.request.GET.get("state") else sighting.waiting()
        piece = Edition.objects.current().filter(uid=OuterRef("uid"))
        here = Reads.objects.filter(uid=OuterRef("uid"), host=OuterRef("host"), path=OuterRef("path")).order_by()
        total = here.values("uid").annotate(total=Sum("readers")).values("total")
        return rows.annotate(
            headline=Subquery(piece.values("headline")[:1]),
            page_id=Subquery(piece.values("page_id")[:1]),
            readers=Subquery(total),
        ).order_by(F("readers").desc(nulls_last=True), "-last_at", "pk")

    def decorate_paginated_queryset(self, rows: Any) -> list[Any]:
        """Each with the outlet on whose host it stands, and the way back to this list."""
        outlets = list(at_home())
        rows = list(rows)
        for row in rows:
            row.outlet = sighting.proposal(row, outlets)
        lead_back(rows, self.request, LIST)
        return rows

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds the headings."""
        return {**super().get_context_data(*args, **kwargs), "headings": HEADINGS}


class CopyForm(forms.Form):
    """At which outlet the copy stands: one we know, or a new one by its name."""

    outlet = forms.ModelChoiceField(label=gettext_lazy("Outlet"), queryset=Outlet.objects.none(), required=False)
    name = forms.CharField(
        label=gettext_lazy("Or the name of a new outlet"),
        max_length=120,
        required=False,
        help_text=gettext_lazy(
            "Nothing is sent there by itself. It may pull later versions, and owes what every outlet does; its form says more."
        ),
    )

    def __init__(self, *args: Any, seen: Sighting, may_add: bool, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.seen, self.may_add = seen, may_add
        self.fields["outlet"].queryset = at_home()  # type: ignore[attr-defined]
        if not may_add:
            del self.fields["name"]

    def clean_name(self) -> str:
        """A name that no outlet has yet."""
        name: str = self.cleaned_data["name"].strip()
        if name and Outlet.objects.filter(name=name).exists():
            raise ValidationError(
                _("There is an outlet of this name. Choose it above; or say on its form how it gets pieces, and on which hosts.")
            )
        return name

    def clean(self) -> dict[str, Any]:
        """One of the two; and the page is on the outlet's own host."""
        data: dict[str, Any] = super().clean() or {}
        outlet, name = data.get("outlet"), data.get("name")
        if outlet and not outlet.runs(self.seen.url):
            told = _("The page is not on a host of %(outlet)s. If the outlet publishes there as well, add the host on its form.")
            self.add_error("outlet", told % {"outlet": outlet})
        if not outlet and not name and not self.errors:
            self.add_error("outlet", _("Choose the outlet."))
        return data

    @property
    def chosen(self) -> Outlet:
        """The outlet; a new one is saved. It pulls, if it wants to: small outlets take pieces without being asked."""
        known: Outlet | None = self.cleaned_data["outlet"]
        if known:
            return known
        place = Place.of(self.seen.url)
        website = f"{place.scheme}://{place.host}/"
        return Outlet.objects.create(name=self.cleaned_data["name"], website=website, kind=Pull.kind, automatic=False)


class SightingView(Screen):
    """One page: whose copy it is."""

    right = RIGHT
    above = ("sightings", gettext_lazy("Sightings"))
    page_title = gettext_lazy("It is a copy of ours")
    header_icon = "view"
    template_name = "syndication/screens/sighting.html"

    @cached_property
    def seen(self) -> Sighting:
        """The sighting of the address, while nobody said whose copy it is."""
        rows = Sighting.objects.exclude(state=Sighting.State.KNOWN)
        found: Sighting = get_object_or_404(rows, pk=self.kwargs["sighting_id"])
        return found

    @cached_property
    def edition(self) -> Edition:
        """The piece."""
        found: Edition = get_object_or_404(Edition.objects.current(), uid=self.seen.uid)
        return found

    def form(self, data: Any = None) -> CopyForm:
        """The form, with the outlet we would guess."""
        guess = sighting.proposal(self.seen, at_home())
        may_add = self.request.user.has_perm("syndication.add_outlet")
        return CopyForm(data, seen=self.seen, may_add=may_add, initial={"outlet": guess})

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The page, the piece, the form."""
        kwargs.setdefault("form", self.form())
        facts = {"seen": self.seen, "edition": self.edition, "list": reverse(LIST)}
        return {
            **super().get_context_data(**kwargs),
            **facts,
            "untold": sighting.proposal(self.seen, Outlet.objects.filter(kind="")),
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Keep it as that outlet's copy, to be looked at like any other."""
        form = self.form(request.POST)
        if form.is_valid() and self._can_be_kept(form):
            with transaction.atomic():
                outlet = form.chosen
                kept = keep(self.edition, outlet, self.seen.url, actor=request.user)
                if kept:
                    Sighting.objects.filter(pk=self.seen.pk).update(state=Sighting.State.KNOWN)
            if kept:
                messages.success(request, _("Thank you. We look at the copy at %(outlet)s now.") % {"outlet": outlet})
            else:
                messages.error(request, _("Something is being sent there just now, so nothing was kept. Try again in a minute."))
            return redirect(LIST)
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def _can_be_kept(self, form: CopyForm) -> bool:
        """Whether we may look at the page, and the piece may be anywhere; else the form says why not."""
        try:
            validate_web_url(self.seen.url)
            self._may_stand_there(form)
        except ValidationError as problem:
            form.add_error(None, problem)
            return False
        return True

    def _may_stand_there(self, form: CopyForm) -> None:
        known = Republication.objects.filter(uid=self.edition.uid, outlet=form.cleaned_data["outlet"]).exists()
        if not (self.edition.public or known):
            told = _("The piece is not public any more, so nobody may carry it. Ask them to take it down, then dismiss this.")
            raise ValidationError(told)


def keep(edition: Edition, outlet: Outlet, url: str, *, actor: Any = None) -> bool:
    """The outlet's copy of the piece stands at `url`, though we never sent it there. False while a worker is at that row.

    Where the piece is to be taken down it is not marked as done, but looked at: the copy stands, against what was asked.
    """
    rows = Republication.objects.filter(uid=edition.uid, outlet=outlet).select_related("wanted", "outlet")
    if edition.public and not rows.exists():
        Republication.objects.want(edition, outlet, Republication.PUBLISH)
    row = rows.first()
    if row is None or row.operation == Republication.PUBLISH:
        return row is not None and syndicating.mark_delivered(row, url, actor=actor)
    rows.update(receipt_url=url)
    Verification.objects.look(url=url, republication=row)
    log(row, "syndication.sighted", user=actor)
    ring(tasks.verify_due)
    return True


@require_POST
@STEER
def dismiss(request: HttpRequest, sighting_id: int) -> HttpResponse:
    """It is no copy, or none to care about."""
    seen = get_object_or_404(Sighting, pk=sighting_id)
    if sighting.dismiss(seen):
        messages.success(request, _("Dismissed. This page is not shown again."))
    return back(request, reverse(LIST))


@require_POST
@STEER
def block(request: HttpRequest, sighting_id: int) -> HttpResponse:
    """No page of this host is shown again."""
    seen = get_object_or_404(Sighting, pk=sighting_id)
    sighting.block(seen)
    messages.success(request, _("No page of %(host)s is shown again.") % {"host": Place.of(seen.url).host})
    return back(request, reverse(LIST))


urls = [
    path("sightings/", SightingsView.as_view(), name="sightings"),
    path("sightings/results/", SightingsView.as_view(results_only=True), name="sightings_results"),
    path("sightings/<int:sighting_id>/", SightingView.as_view(), name="sighting"),
    path("sightings/<int:sighting_id>/dismiss/", dismiss, name="dismiss_sighting"),
    path("sightings/<int:sighting_id>/block/", block, name="block_sighting"),
]
