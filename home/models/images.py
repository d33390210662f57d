"""Images: our own model from the first migration, because caption, credit, alt and licence are different facts."""

import hashlib
import secrets
from pathlib import PurePosixPath
from typing import cast

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

    def get_upload_to(self, filename: str) -> str:
        """As Wagtail's, below a folder that nobody guesses: who knows a file's name has not found the picture of a draft."""
        return _below(secrets.token_hex(8), super().get_upload_to(filename))

    def forget_sizes_of_another_file(self) -> None:
        """Delete the renditions that were made of the file before this one."""
        self.renditions.exclude(file__contains=f"/{folder_of(self)}/").delete()

    class Meta(AbstractImage.Meta):
        verbose_name = _("image")
        verbose_name_plural = _("images")


class PublicationRendition(AbstractRendition):
    """A size of an image."""

    image = models.ForeignKey(PublicationImage, on_delete=models.CASCADE, related_name="renditions")

    def get_upload_to(self, filename: str) -> str:
        """Below a folder told by the original's: the same when it is made anew, and no way back from it to the original."""
        return _below(folder_of(self.image), super().get_upload_to(filename))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["image", "filter_spec", "focal_point_key"], name="rendition_once"),
        ]


def folder_of(image: PublicationImage) -> str:
    """The folder of all renditions of an image's file."""
    return hashlib.sha256(cast(str, image.file.name).encode()).hexdigest()[:16]


def _below(folder: str, path: str) -> str:
    whole = PurePosixPath(path)
    return str(whole.parent / folder / whole.name)
