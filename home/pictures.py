"""Images as a Story carries them: renditions made once, at publish, with absolute URLs."""

from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from django.conf import settings
from wagtail.images.models import Filter

from home.licences import LICENCES
from syndication.story import Picture

if TYPE_CHECKING:
    from home.models import PublicationImage

WIDTHS = (480, 960, 1600)
SRCSET = {width: f"width-{width}|format-webp|webpquality-76" for width in WIDTHS}
# Partners' systems and share-card crawlers all read JPEG; not all read WebP or AVIF.
PORTABLE = "width-1200|format-jpeg|jpegquality-82"
# Half the bytes of WebP at the same look (docs/performance.md). Made by a worker, for our own pages (home/formats.py).
AVIF = {width: f"width-{width}|format-avif|avifquality-50" for width in (480, 720, 1080, 1600)}
# The shapes that search engines ask for: 16:9, 4:3 and square.
CROPS = [f"fill-{size}|format-jpeg|jpegquality-82" for size in ("1200x675", "1200x900", "1000x1000")]


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


def shown(image: "PublicationImage", root: str) -> Picture:
    """The image for a page that no edition stands behind, with the formats there are of it; none is made for a reader."""
    told = picture(image, root)
    if image.is_svg():
        return told
    made = {one.width: one for one in image.find_existing_renditions(*(Filter(spec=spec) for spec in AVIF.values())).values()}
    sources = ", ".join(f"{urljoin(root, made[width].url)} {width}w" for width in sorted(made))
    return told.model_copy(update={"avif": sources, "focus": focus(image)})


def focus(image: "PublicationImage") -> str:
    """The classes that keep what matters in a cropped picture: the focal point in fifths of width and height, as `focus-x1`.

    Nothing for the middle, where a crop looks anyway.
    """
    point = image.get_focal_point()
    if point is None:
        return ""
    fifths = {"x": point.centroid[0] * 5 // image.width, "y": point.centroid[1] * 5 // image.height}
    return " ".join(f"focus-{axis}{min(int(fifth), 4)}" for axis, fifth in fifths.items() if fifth != 2)


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
