"""Corrections: what was changed in a published piece, each its own dated record with a permanent address on the page.

An editor may mend the words of one; the old words stay in the page's history, as Wagtail keeps every revision. One that readers
have seen is not taken away: the form refuses it, also when an older version of the page is brought back.
"""

from datetime import date, datetime, time
from typing import Any, cast
from uuid import UUID, uuid4, uuid5

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.forms import BaseChildFormSet
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel
from wagtail.admin.panels.base import get_form_for_model
from wagtail.models import Orderable, Page

from syndication.renderers.corrections import NAMES
from syndication.story import Correction, CorrectionKind

# For corrections of the time when they had no name of their own: day and text give it, in the table as in every revision.
UNNAMED = UUID("5f0c2f4e-3a0a-4c39-9d0b-7d4b1f1f6a55")


def noon(day: date) -> datetime:
    """The moment for a correction of which only the day is known: noon at the publication, so that no zone moves the day."""
    return timezone.make_aware(datetime.combine(day, time(12)))


def named(day: date | str, text: str) -> UUID:
    """The name of a correction that has none: the same for the same words of the same day."""
    return uuid5(UNNAMED, f"{day}|{text}")


def as_today(row: dict[str, Any]) -> dict[str, Any]:
    """A correction as an older revision keeps it, with a day only, in the fields of today."""
    day = parse_date(str(row.get("made_on") or ""))
    if "made_at" in row or day is None:
        return row
    kept = {name: value for name, value in row.items() if name != "made_on"}
    return {**kept, "made_at": noon(day).isoformat(), "uid": str(named(day, row.get("text", "")))}


class DatedCorrection(Orderable):
    """A visible change of a published piece: its kind, its moment, its words."""

    class Kind(models.TextChoices):
        CORRECTION = "correction", NAMES["correction"]
        CLARIFICATION = "clarification", NAMES["clarification"]
        UPDATE = "update", NAMES["update"]
        RETRACTION = "retraction", NAMES["retraction"]

    page = ParentalKey(Page, on_delete=models.CASCADE, related_name="corrections")
    # For life: its address on the page is made of it. The primary key changes with each publication.
    uid = models.UUIDField(default=uuid4, editable=False)
    kind = models.CharField(
        _("kind"),
        max_length=13,
        choices=Kind,
        default=Kind.CORRECTION,
        help_text=_(
            "Correction: a fact was wrong. Clarification: it was right, but could mislead. Update: there is news. "
            "Retraction: the piece as a whole does not hold."
        ),
    )
    made_at = models.DateTimeField(_("date and time"), default=timezone.now)
    text = models.TextField(
        _("what was wrong, and what is right"),
        max_length=1000,
        help_text=_("One or two sentences. Readers and partners get them."),
    )
    before = models.TextField(_("what it said before"), max_length=1000, blank=True, help_text=_("Word for word; or empty."))
    after = models.TextField(_("what it says now"), max_length=1000, blank=True, help_text=_("Word for word; or empty."))
    by_outlet = models.BooleanField(
        _("the outlet made it"),
        default=False,
        help_text=_("Tick it for a correction on the outlet's own page. Readers see whose it is, and we send it to nobody."),
    )
    url = models.URLField(_("address there"), max_length=2000, blank=True, help_text=_("Where the outlet's correction stands."))

    class Meta(Orderable.Meta):
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        indexes = [models.Index(fields=["-made_at"], name="correction_newest")]

    panels = [
        FieldRowPanel([FieldPanel("kind"), FieldPanel("made_at")]),
        FieldPanel("text"),
        FieldRowPanel([FieldPanel("before"), FieldPanel("after")]),
    ]
    mirror_panels = [*panels, FieldRowPanel([FieldPanel("by_outlet"), FieldPanel("url")])]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.day:%Y-%m-%d}: {self.text}"

    @property
    def day(self) -> date:
        """Its day at the publication."""
        return timezone.localtime(self.made_at).date()

    def told(self, outlet: str = "") -> Correction:
        """As a story tells it. `outlet` is the name of the outlet that made it, if it did."""
        return Correction(
            at=self.day,
            text=self.text,
            id=str(self.uid),
            kind=cast(CorrectionKind, self.kind),
            made_at=self.made_at,
            before=self.before,
            after=self.after,
            by=outlet if self.by_outlet else "",
            url=self.url if self.by_outlet else "",
        )


class CorrectionForm(WagtailAdminModelForm):
    """One correction. Its name goes along unseen: a draft's rows have no other by which they are known again."""

    uid = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        # The empty form is copied for each new row, and each of them gets a name of its own.
        if not self.empty_permitted:
            self.initial["uid"] = self.instance.uid

    def clean(self) -> dict[str, Any]:
        """Keep the name."""
        data: dict[str, Any] = super().clean()
        if data.get("uid"):
            self.instance.uid = data["uid"]
        return data


class CorrectionFormSet(BaseChildFormSet):
    """The corrections of a page: those that readers have seen stay."""

    def clean(self, *args: Any, **kwargs: Any) -> None:
        """Refuse to take away what was published. What only an outlet said on its own page may go."""
        super().clean(*args, **kwargs)
        if not self.instance.pk or not getattr(self.instance, "first_published_at", None):
            return
        kept = {str(form["uid"].value()) for form in self.forms if not self._should_delete_form(form)}
        seen = DatedCorrection.objects.filter(page=self.instance.pk, by_outlet=False)
        if lost := [row for row in seen if str(row.uid) not in kept]:
            facts = {"day": date_format(lost[0].day, "j F Y"), "text": Truncator(lost[0].text).chars(60)}
            raise ValidationError(
                gettext(
                    "The correction of %(day)s (“%(text)s”) was published, and stays. Mend its words, or add another that takes "
                    "it back. If you did not remove it, reload the page: somebody published it meanwhile."
                )
                % facts
            )


class CorrectionsPanel(InlinePanel):
    """The corrections of a piece, in rows of CorrectionForm."""

    def get_form_options(self) -> dict[str, Any]:
        """As an InlinePanel's, with our forms for the rows."""
        options: dict[str, Any] = super().get_form_options()
        rows = options["formsets"][self.relation_name]
        deferred = self.child_edit_handler.get_form_options().get("defer_required_on_fields", [])
        rows["form"] = get_form_for_model(DatedCorrection, form_class=CorrectionForm, defer_required_on_fields=deferred)
        rows["formset"] = CorrectionFormSet
        return options


def corrections_panel(*, mirrors: bool = False) -> CorrectionsPanel:
    """The panel of an original; that of a stub `mirrors` its outlet's corrections as well."""
    return CorrectionsPanel(
        "corrections",
        panels=DatedCorrection.mirror_panels if mirrors else DatedCorrection.panels,
        heading=_("Corrections"),
        label=_("Correction"),
        help_text=_(
            "Each goes by itself, when you publish, to all who carry the piece; the Syndication tab says who has it. "
            "A retraction stands above the headline, and the piece goes to nobody new any more."
        ),
    )


def recommended(editions: Any) -> Any:
    """Of these editions the ones that readers are shown unasked: none that was retracted."""
    retracted = DatedCorrection.objects.filter(kind=DatedCorrection.Kind.RETRACTION)
    return editions.exclude(page__in=retracted.values("page_id"))
