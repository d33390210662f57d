"""The form of an image in the admin."""

from typing import Any

from wagtail.images.forms import BaseImageForm


class ImageForm(BaseImageForm):
    """As Wagtail's. It deletes all sizes of an image whose file is replaced after the image was saved, and with them what pages
    show already of the new one: those are made once more, and the pages told.
    """

    def save(self, commit: bool = True) -> Any:
        """Save the image and bring the pages that show it up to date."""
        image = super().save(commit=commit)
        if commit and "file" in self.changed_data and self.original_file:
            from home.receivers import on_picture_changed

            on_picture_changed(image)
        return image
