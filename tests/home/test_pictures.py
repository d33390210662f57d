"""Pictures as a Story carries them: files every partner reads, whole addresses, and four facts that differ."""

import io
from typing import Any

import pytest
from django.core.files.storage import default_storage
from PIL import Image as Canvas

from home.pictures import picture, share_picture
from syndication.contract import Contract
from syndication.models import current_edition
from tests import factories as make

pytestmark = pytest.mark.django_db

ROOT = "https://home.example/"


def kept(url: str) -> Canvas.Image:
    """The picture at one of our addresses."""
    assert url.startswith(f"{ROOT}media/")
    return Canvas.open(io.BytesIO(default_storage.open(url.removeprefix(f"{ROOT}media/")).read()))


@pytest.mark.parametrize("kind", ["png", "jpg", "webp", "avif", "gif"])
def test_whatever_was_uploaded_travels_as_jpeg(kind: str) -> None:
    told = picture(make.image(kind=kind, size=(1300, 650)), ROOT)
    file = kept(told.url)
    assert (file.format, file.size, told.mime) == ("JPEG", (1200, 600), "image/jpeg")
    assert (told.width, told.height) == (1200, 600)


@pytest.mark.parametrize(
    ("width", "sources"), [(300, []), (480, [480]), (700, [480]), (1000, [480, 960]), (1700, [480, 960, 1600])]
)
def test_sources_are_no_wider_than_the_picture(width: int, sources: list[int]) -> None:
    told = picture(make.image(size=(width, 100)), ROOT)
    parts = [part.split() for part in told.srcset.split(", ") if part]
    assert [size for _url, size in parts] == [f"{source}w" for source in sources]
    for (url, _size), source in zip(parts, sources, strict=True):
        assert kept(url).format == "WEBP" and kept(url).width == source


def test_a_small_picture_is_never_blown_up() -> None:
    told = picture(make.image(size=(60, 40)), ROOT)
    assert (told.width, told.height) == (60, 40) == kept(told.url).size


def test_a_drawing_in_svg_stays_a_drawing() -> None:
    told = picture(make.image(kind="svg"), ROOT)
    assert told.mime == "image/svg+xml" and told.url.endswith(".svg") and told.srcset == ""
    assert (told.width, told.height) == (600, 400)


def test_alt_caption_credit_and_licence_are_four_facts() -> None:
    image = make.image(
        description="A pier", caption="The pier at dusk", credit="Photograph: Ada", licence="cc-by", may_syndicate=True
    )
    told = picture(image, ROOT)
    assert (told.alt, told.caption, told.credit, told.licence.name) == (
        "A pier",
        "The pier at dusk",
        "Photograph: Ada",
        "CC BY 4.0",
    )
    assert told.may_syndicate
    anew = picture(image, ROOT, alt="Boats", caption="Another evening")
    assert (anew.alt, anew.caption, anew.credit) == ("Boats", "Another evening", "Photograph: Ada")
    assert picture(image, ROOT, alt="").alt == "", "an empty alt says that it is decoration"


def test_a_share_picture_of_a_drawing_or_of_nothing_is_the_fallback() -> None:
    drawing, photo = make.image(kind="svg"), make.image(size=(1200, 630))
    for image in (drawing, None):
        told = share_picture(image, photo, ROOT)
        assert (told.width, told.height, told.alt) == (1200, 630, photo.description)
        assert share_picture(image, None, ROOT) is share_picture(image, drawing, ROOT) is None


def test_a_picture_of_ours_alone_does_not_travel(client: Any) -> None:
    mine, theirs = make.image("Mine"), make.image("Theirs", may_syndicate=True)
    stays = current_edition(make.original(lead_image=mine).uid).story
    goes = current_edition(make.original(lead_image=theirs).uid).story
    assert stays.lead_image and stays.share_image, "our own page shows it"
    assert Contract().view(stays).lead_image is Contract().view(stays).share_image is None
    assert Contract().view(goes).lead_image.alt == theirs.description and Contract().view(goes).share_image


def test_a_new_credit_reaches_the_pieces_that_show_the_picture() -> None:
    image = make.image()
    page = make.original(lead_image=image)
    image.credit = "Drawing: Ada Lovelace"
    image.save()
    assert current_edition(page.uid).story.lead_image.credit == "Drawing: Ada Lovelace"
