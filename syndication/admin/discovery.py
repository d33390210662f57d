"""Discovery: an editor pastes addresses found elsewhere; a worker looks whose pieces they carry, and proposes sightings."""

from collections import Counter
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import Media
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syndication import tasks
from syndication.admin.screens import Screen
from syndication.discovering import MOST, ask, read_list
from syndication.doorbell import ring
from syndication.models import Errand

RIGHT = "syndication.syndicate"
RECENT = 10
# How a page's outcome is named; what an editor is to look at comes first.
OUTCOMES = {
    "sighted": gettext_lazy("seems to be a copy"),
    "problem": gettext_lazy("could not be read"),
    "known": gettext_lazy("known already"),
    "nothing": gettext_lazy("none of ours"),
    "ours": gettext_lazy("our own page"),
}


class ListForm(forms.Form):
    """Addresses, one a line. `urls` are those of a list in which every line holds one."""

    pages = forms.CharField(
        label=gettext_lazy("Addresses, one a line"),
        # Each may be as long as an address may; more is no list of addresses.
        max_length=MOST * 2_100,
        widget=forms.Textarea(attrs={"rows": 12, "dir": "ltr", "spellcheck": "false", "autocapitalize": "off"}),
        help_text=gettext_lazy("At most 500, such as search results for a headline, or the mentions a press service lists."),
        error_messages={"required": gettext_lazy("Enter at least one address.")},
    )

    def clean_pages(self) -> str:
        """Tell every line that holds no address by its number; the text stays as it is, to be mended."""
        text: str = self.cleaned_data["pages"]
        self.urls, bad = read_list(text)
        if bad:
            line = _("Line %(number)d, “%(text)s”: %(sentence)s")
            raise ValidationError([line % vars(one) for one in bad[:20]] + self._and_more(len(bad) - 20))
        if len(self.urls) > MOST:
            told = _("These are %(count)d addresses; at most %(most)d go at once. Take the rest out and enter them afterwards.")
            raise ValidationError(told % {"count": len(self.urls), "most": MOST})
        return text

    @staticmethod
    def _and_more(count: int) -> list[str]:
        return [_("And %(count)d more lines.") % {"count": count}] if count > 0 else []


class DiscoveryView(Screen):
    """The form for a list, and the lists of late."""

    right = RIGHT
    page_title = gettext_lazy("Discovery")
    header_icon = "search"
    template_name = "syndication/screens/discovery.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The form and what was asked before."""
        kwargs.setdefault("form", ListForm())
        asked = Errand.objects.filter(kind=Errand.Kind.FIND_COPIES).select_related("asked_by").order_by("-asked_at", "-pk")
        return {**super().get_context_data(**kwargs), "errands": asked[:RECENT]}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Write down what is to be looked at; a worker looks."""
        form = ListForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        errand = ask(form.urls, asked_by=request.user)
        ring(tasks.run_errands)
        return redirect("syndication:discovered", errand.pk)


class DiscoveredView(Screen):
    """How far a list is, and what was found; it refreshes by itself."""

    right = RIGHT
    above = ("discovery", gettext_lazy("Discovery"))
    page_title = gettext_lazy("Pages looked at")
    header_icon = "search"
    template_name = "syndication/screens/discovered.html"

    @cached_property
    def errand(self) -> Errand:
        """The list."""
        found: Errand = get_object_or_404(Errand, kind=Errand.Kind.FIND_COPIES, pk=self.kwargs["pk"])
        return found

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The screen, or its middle alone for who watches."""
        if request.GET.get("part"):
            return render(request, "syndication/screens/discovered_part.html", self.shown())
        return self.render_to_response(self.get_context_data(**kwargs))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With what was found so far."""
        media = Media(css={"all": ["syndication/admin.css"]}, js=["syndication/panel.js"])
        return {**super().get_context_data(**kwargs), **self.shown(), "media": media}

    def shown(self) -> dict[str, Any]:
        """The pages so far, copies first, with the counts."""
        pages = self.errand.found.get("pages", [])
        counts = Counter(page["outcome"] for page in pages)
        order = list(OUTCOMES)
        ranked = sorted(pages, key=lambda page: order.index(page["outcome"]))
        return {
            "errand": self.errand,
            "under_way": self.errand.ended_at is None,
            "all": len(self.errand.asked.get("urls", [])),
            "done": len(pages),
            "sighted": counts["sighted"],
            "counts": [(OUTCOMES[name], counts[name]) for name in order if counts[name]],
            "pages": [{**page, "told": OUTCOMES[page["outcome"]]} for page in ranked],
        }


urls = [
    path("discovery/", DiscoveryView.as_view(), name="discovery"),
    path("discovery/<int:pk>/", DiscoveredView.as_view(), name="discovered"),
]
