"""The further formats of pictures, for our own pages: AVIF in the widths that screens ask for, and where a crop must not cut.

Encoding AVIF takes half a second for a wide picture, so a worker does it after the publish. Which editions are owed theirs stands
in the database (`Edition.formats_due`); until then pages show what was made at publish. No reader's request makes a picture.
"""

import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, cast
from urllib.parse import urljoin

import structlog
from django.core.cache import caches
from django.db.models import Q

from home.models import Author, HomePage, PublicationImage, PublicationSettings, SectionPage
from home.pictures import AVIF, CROPS, PORTABLE, focus, picture, share_picture
from syndication.models import Edition

log = structlog.get_logger(__name__)

# A sweep's share of a worker; the rest waits for the next.
SECONDS = 20.0
TURN = "formats"


def make_due(seconds: float = SECONDS) -> int:
    """Make what is owed, the newest pieces first, for about so long. Returns how many pieces and portraits got theirs."""
    end = time.monotonic() + seconds
    done = 0
    while time.monotonic() < end and (edition := _owed().first()):
        _dress_safely(edition)
        done += 1
    return done + (_make_portraits() if time.monotonic() < end else 0)


def sweep() -> int:
    """`make_due`, by one worker at a time: two would be right, too, and only do the same work."""
    if not _mine():
        return 0
    try:
        return make_due()
    finally:
        _over()


def _owed() -> Any:
    return Edition.objects.current().filter(public=True, formats_due=True).order_by("-first_published_at", "-pk")


def _mine() -> bool:
    try:
        return caches["limits"].add(TURN, 1, 2 * SECONDS)
    except Exception:  # a cache that is silent forbids nothing
        return True


def _over() -> None:
    with suppress(Exception):
        caches["limits"].delete(TURN)


def _dress_safely(edition: Edition) -> None:
    """A picture whose file is lost or broken keeps what it has, and stops no other."""
    page = edition.page.specific if edition.page else None
    try:
        edition.formats = formats_of(page) if page else edition.formats
    except Exception:
        log.exception("pictures have no further formats", page=edition.page_id)
    edition.formats_due = False
    edition.save(update_fields=["formats", "formats_due"])


def formats_of(page: Any) -> dict[str, dict[str, Any]]:
    """How our pages may show each picture of the piece, by the address that its story tells."""
    found = {}
    for image in images_of(page):
        address = urljoin(f"{page.root}/", image.get_rendition(PORTABLE).url)
        shown: dict[str, Any] = {"avif": avif(image, page.root), "focus": focus(image)}
        if image.pk == page.lead_image_id:
            shown["crops"] = crops(image, page.root)
        found[address] = {name: value for name, value in shown.items() if value}
    return found


def images_of(page: Any) -> Iterator[PublicationImage]:
    """The photographs and drawings a piece shows, once each; a drawing in SVG has one format for all."""
    seen = {None}
    for image in [page.lead_image, *_in_text(page)]:
        if image and image.pk not in seen and not image.is_svg():
            seen.add(image.pk)
            yield image


def _in_text(page: Any) -> Iterator[PublicationImage]:
    for block in getattr(page, "body", ()):
        for name in ("image", "poster"):
            if isinstance(block.value, dict) and block.value.get(name):
                yield block.value[name]


def avif(image: PublicationImage, root: str) -> str:
    """The `srcset` in AVIF: made where it is missing. Nothing for pictures that move."""
    if image.filename.lower().endswith(".gif"):
        return ""
    narrower = [spec for width, spec in AVIF.items() if width < image.width]
    # The next one up gives the picture's own width: a rendition is never wider than its picture.
    specs = [*narrower, *list(AVIF.values())[len(narrower) : len(narrower) + 1]]
    made = {rendition.width: rendition for rendition in (image.get_rendition(spec) for spec in specs)}
    return ", ".join(f"{urljoin(root, rendition.url)} {width}w" for width, rendition in made.items())


def crops(image: PublicationImage, root: str) -> list[dict[str, Any]]:
    """The picture in the shapes that search engines show, around its focal point; none of a picture too small for them."""
    if min(image.width, image.height) < 500:
        return []
    made = image.get_renditions(*CROPS).values()
    return [{"url": urljoin(root, one.url), "width": one.width, "height": one.height} for one in made]


def _make_portraits() -> int:
    """AVIF of portraits that lack it, and whatever else an author's page shows."""
    lacking = Author.objects.filter(portrait__isnull=False).exclude(
        Q(portrait__renditions__filter_spec__in=AVIF.values())
        | Q(portrait__file__iendswith=".gif")
        | Q(portrait__file__iendswith=".svg")
    )
    made = 0
    for author in lacking.select_related("portrait")[:20]:
        try:
            avif(cast(PublicationImage, author.portrait), "")
            made += 1
        except Exception:
            log.exception("portrait has no further formats", author=author.pk)
    return made


def prepare(holder: Author | PublicationSettings | HomePage | SectionPage) -> None:
    """Make at once, while the editor who chose it waits, what pages show beside pieces: a portrait, a logo, share pictures."""
    root = "/"
    if isinstance(holder, PublicationSettings):
        holder.publisher()
        share_picture(holder.default_share_image, None, root)
    elif isinstance(holder, Author):
        share_picture(holder.portrait, None, root)
        if holder.portrait:
            picture(holder.portrait, root)
    else:
        share_picture(holder.search_image, None, root)


def prepare_holders(image: PublicationImage) -> bool:
    """The same for whatever shows this image; True if a worker has something to do as well."""
    authors = list(Author.objects.filter(portrait=image).select_related("portrait"))
    settings = PublicationSettings.objects.filter(Q(logo=image) | Q(default_share_image=image)).select_related(
        "logo", "default_share_image", "site"
    )
    pages = [page for model in (HomePage, SectionPage) for page in model.objects.filter(search_image=image)]
    for holder in [*authors, *settings, *pages]:
        prepare(holder)
    return bool(authors)


def owe(pages: Any) -> int:
    """A picture of these pages may be shown otherwise now, though their stories say the same."""
    return Edition.objects.current().filter(page__in=pages).update(formats_due=True)
