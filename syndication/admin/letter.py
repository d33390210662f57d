"""Write to the desk: a letter about one copy that does not keep its contract, ready to be copied or mailed."""

from functools import cached_property
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext_lazy as _

from syndication.admin.screens import Screen
from syndication.lettering import letter
from syndication.models import Republication


class LetterView(Screen):
    """The letter, with the evidence in it and the very lines to change."""

    right = "syndication.view_republication"
    above = ("health", _("Canonical health"))
    page_title = _("Write to the desk")
    header_icon = "mail"
    template_name = "syndication/screens/letter.html"

    @cached_property
    def row(self) -> Republication:
        """The republication of the address."""
        rows = Republication.objects.select_related("wanted", "held", "outlet", "verification")
        found: Republication = get_object_or_404(rows, pk=self.kwargs["republication_id"])
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The letter and whom it is for; there is none about a copy that keeps its contract."""
        written = letter(self.row)
        if written is None:
            raise Http404
        return {**super().get_context_data(**kwargs), "row": self.row, "letter": written}


urls = [path("letter/<int:republication_id>/", LetterView.as_view(), name="letter")]
