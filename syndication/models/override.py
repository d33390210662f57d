"""Override: what an editor decided for one piece at one outlet, before or after it goes out."""

from django.db import models
from django.utils.html import linebreaks
from django.utils.translation import gettext_lazy as _

from syndication.contract import Variation
from syndication.models.outlet import Outlet


class Override(models.Model):
    """An exception to the outlet's rules for one piece, and what it shall be told differently there.

    Keyed by the piece's uid, so that it can be made while the piece is a draft; it takes effect when the piece is planned.
    """

    class Choice(models.TextChoices):
        RULES = "", _("as the outlet's rules say")
        SEND = "send", _("send it there")
        KEEP = "keep", _("keep it from there")

    uid = models.UUIDField(db_index=True)
    outlet = models.ForeignKey(Outlet, on_delete=models.CASCADE, related_name="overrides")
    choice = models.CharField(_("choice"), max_length=10, choices=Choice, blank=True, default=Choice.RULES)
    headline = models.CharField(_("headline there"), max_length=255, blank=True, help_text=_("Empty: our own headline."))
    excerpt = models.TextField(
        _("excerpt there"), max_length=5000, blank=True, help_text=_("Plain text; an empty line begins a new paragraph.")
    )
    not_before = models.DateTimeField(
        _("not before"), null=True, blank=True, help_text=_("It gets the piece then at the earliest.")
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["uid", "outlet"], name="override_once")]
        verbose_name = _("override")

    def __str__(self) -> str:
        return f"{self.uid} at {self.outlet}: {self.get_choice_display()}"

    @property
    def variation(self) -> Variation:
        """What the outlet is told differently."""
        return Variation(headline=self.headline, excerpt_html=linebreaks(self.excerpt, autoescape=True) if self.excerpt else "")
