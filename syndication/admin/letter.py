"""Write to the desk: a letter about one copy that does not keep its contract, ready to be copied or mailed."""

from functools import cached_property
from typing import Any

from django.forms import Media
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from syndication.admin.screens import Screen
from syndication.models import Republication
from syndication.renderers.letter import letter
from syndication.verifying import story_there


class LetterView(Screen):
    """The letter, with the evidence in it and the very lines to change."""

    right = "syndication.view_republication"
    above = ("republications", _("Republications"))
    page_title = _("Write to the desk")
    header_icon = "mail"
    template_name = "syndication/screens/letter.html"

    @cached_property
    def row(self) -> Republication:
        """The republication of the address, if its copy was looked at and something was found wanting."""
        rows = Republication.objects.exclude(verification__verdict__in=("", "honoured")).filter(verification__isnull=False)
        found: Republication = get_object_or_404(
            rows.select_related("wanted", "held", "outlet", "verification"), pk=self.kwargs["republication_id"]
        )
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The letter and whom it is for."""
        row = self.row
        seen = row.verification
        written = letter(
            story_there(row),
            row.outlet.contract,
            url=seen.url,
            finding=seen.sentence,
            evidence=seen.evidence,
            looked_at=timezone.localtime(seen.looked_at) if seen.looked_at else None,
            withdrawn=row.operation == Republication.WITHDRAW,
        )
        media = Media(css={"all": ["syndication/screens.css", "syndication/kit.css"]}, js=["syndication/kit.js"])
        return {**super().get_context_data(**kwargs), "row": row, "letter": written, "media": media}


urls = [path("republications/<int:republication_id>/letter/", LetterView.as_view(), name="letter")]
