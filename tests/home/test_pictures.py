"""Pictures: every size made once at publish, absolute from the site's own address, share cards that every crawler reads."""

import io
from typing import Any

import pytest
from django.core.files.storage import default_storage
from PIL import Image as Canvas
from PIL import features

from home.licences import LICENCES
from home.pictures import WIDTHS, picture, share_picture
from tests import factories as make

pytestmark = pytest.mark.django_db
ROOT = "https://home.example"
KINDS = ["png", "webp", "jpg", "gif", *(["avif"] if features.check("avif") else [])]


def opened(url: str) -> Any:
    """The image behind one of our addresses."""
    name = url.removeprefix(f"{ROOT}/media/")
    assert name != url, "absolute, from the root that was given"
    return Canvas.open(io.BytesIO(default_storage.open(name).read()))


@pytest.mark.parametrize("kind", KINDS)
def test_a_share_image_is_a_jpeg_of_1200_by_630_whatever_it_was(kind: str) -> None:
    told = share_picture(make.image(kind=kind, size=(1600, 1000), description="The pier"), None, ROOT)
    assert told is not None
    assert (told.width, told.height, told.mime, told.alt) == (1200, 630, "image/jpeg", "The pier")
    file = opened(told.url)
    assert (file.format, file.size) == ("JPEG", (1200, 630))


def test_avif_is_among_what_was_tried() -> None:
    assert "avif" in KINDS


def test_an_svg_cannot_be_shared_so_the_default_stands_in() -> None:
    drawing, fallback = make.image(kind="svg"), make.image("Default", size=(1200, 630))
    told = share_picture(drawing, fallback, ROOT)
    assert told is not None and told.alt.startswith("Default")
    assert share_picture(drawing, None, ROOT) is None
    assert share_picture(drawing, make.image(kind="svg"), ROOT) is None
    assert share_picture(None, None, ROOT) is None


def test_a_page_picture_has_portable_and_modern_sources_no_wider_than_the_image() -> None:
    told = picture(make.image(size=(1000, 500)), ROOT)
    widths = [int(source.split()[1].removesuffix("w")) for source in told.srcset.split(", ")]
    assert widths == [width for width in WIDTHS if width <= 1000]
    for source, width in zip(told.srcset.split(", "), widths, strict=True):
        file = opened(source.split()[0])
        assert (file.format, file.size[0]) == ("WEBP", width)
    assert opened(told.url).format == "JPEG" and (told.width, told.height) == (1000, 500)


def test_a_small_image_is_not_blown_up_and_has_no_sources() -> None:
    told = picture(make.image(size=(60, 40)), ROOT)
    assert (told.width, told.height, told.srcset) == (60, 40, "")


def test_an_svg_travels_as_it_is() -> None:
    told = picture(make.image(kind="svg"), ROOT)
    assert told.mime == "image/svg+xml" and told.url.endswith(".svg") and told.url.startswith(f"{ROOT}/media/")
    assert told.srcset == "" and (told.width, told.height) == (600, 400)


def test_alt_caption_credit_and_licence_are_four_facts() -> None:
    image = make.image(
        description="What it shows", caption="What to know", credit="Who made it", licence="cc-by", may_syndicate=True
    )
    told = picture(image, ROOT)
    assert (told.alt, told.caption, told.credit) == ("What it shows", "What to know", "Who made it")
    assert told.licence == LICENCES["cc-by"] and told.may_syndicate


def test_a_piece_can_tell_alt_and_caption_anew_and_call_it_decoration() -> None:
    image = make.image(description="What it shows", caption="What to know")
    told = picture(image, ROOT, alt="Anew", caption="Said anew")
    assert (told.alt, told.caption) == ("Anew", "Said anew")
    assert picture(image, ROOT, alt="").alt == ""


def test_an_image_may_not_travel_unless_somebody_ticked_it() -> None:
    image = make.image()
    assert picture(image, ROOT).may_syndicate is False
    told = share_picture(image, None, ROOT)
    assert told is not None and told.may_syndicate is False


def test_sizes_are_made_once() -> None:
    image = make.image(size=(1000, 500))
    first = picture(image, ROOT)
    count = image.renditions.count()
    assert picture(type(image).objects.get(pk=image.pk), ROOT) == first
    assert image.renditions.count() == count
