"""Images as a Story carries them: renditions made once, at publish, with absolute URLs."""

from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from django.conf import settings

from home.licences import LICENCES
from syndication.story import Picture

if TYPE_CHECKING:
    from home.models import PublicationImage

WIDTHS = (480, 960, 1600)
SRCSET = {width: f"width-{width}|format-webp|webpquality-76" for width in WIDTHS}
# Partners' systems and share-card crawlers all read JPEG; not all read WebP or AVIF.
PORTABLE = "width-1200|format-jpeg|jpegquality-82"


def picture(image: "PublicationImage", root: str, *, alt: str | None = None, caption: str = "") -> Picture:
    """The image for a page, with sources for narrow and wide screens. `root` is the site's address.

    `alt` None means the image's own description; an empty alt says that the image is decoration.
    """
    facts: dict[str, Any] = {
        "alt": image.description if alt is None else alt,
        "caption": caption or image.caption,
        "credit": image.credit,
        "licence": LICENCES.get(image.licence),
        "may_syndicate": image.may_syndicate,
    }
    if image.is_svg():
        return Picture(url=urljoin(root, image.file.url), width=image.width, height=image.height, mime="image/svg+xml", **facts)
    renditions = image.get_renditions(PORTABLE, *SRCSET.values())
    # A width that an image has not would be the same file again.
    sources = [(width, renditions[spec]) for width, spec in SRCSET.items() if width <= image.width]
    portable = renditions[PORTABLE]
    return Picture(
        url=urljoin(root, portable.url),
        width=portable.width,
        height=portable.height,
        srcset=", ".join(f"{urljoin(root, rendition.url)} {width}w" for width, rendition in sources),
        **facts,
    )


def share_picture(image: "PublicationImage | None", fallback: "PublicationImage | None", root: str) -> Picture | None:
    """The image for share cards: 1200 × 630, JPEG. An SVG cannot become one, so `fallback` stands in for it."""
    chosen = next((one for one in (image, fallback) if one and not one.is_svg()), None)
    if chosen is None:
        return None
    rendition = chosen.get_rendition(settings.WAGTAILMETADATA_IMAGE_FILTER)
    return Picture(
        url=urljoin(root, rendition.url),
        width=rendition.width,
        height=rendition.height,
        alt=chosen.description,
        credit=chosen.credit,
        licence=LICENCES.get(chosen.licence),
        may_syndicate=chosen.may_syndicate,
    )
