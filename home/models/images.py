"""Images: our own model from the first migration, because caption, credit, alt and licence are different facts."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.images.models import AbstractImage, AbstractRendition, Image

from home import licences


class PublicationImage(AbstractImage):
    """An image with what must be known of it before it is printed or leaves the house.

    Wagtail's `description` is the alternative text: what the image shows, for who cannot see it.
    """

    caption = models.CharField(
        _("caption"), max_length=400, blank=True, help_text=_("What the reader should know. Each piece can tell it anew.")
    )
    credit = models.CharField(
        _("picture credit"), max_length=200, help_text=_("Who made it, as it shall be printed: “Photograph: Ada Lovelace”.")
    )
    licence = models.CharField(_("licence"), max_length=30, choices=licences.choices, default="all-rights-reserved")
    may_syndicate = models.BooleanField(
        _("may travel to partners"), default=False, help_text=_("Tick only if our rights cover other outlets.")
    )

    admin_form_fields = (*Image.admin_form_fields, "caption", "credit", "licence", "may_syndicate")

    class Meta(AbstractImage.Meta):
        verbose_name = _("image")
        verbose_name_plural = _("images")


class PublicationRendition(AbstractRendition):
    """A size of an image."""

    image = models.ForeignKey(PublicationImage, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["image", "filter_spec", "focal_point_key"], name="rendition_once"),
        ]
