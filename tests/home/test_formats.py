"""Pictures on our own pages: AVIF made after the publish, never for a reader, and never a reason to send a piece again."""

import json
from typing import Any

import pytest
from django.core.files.images import ImageFile
from django.core.management import call_command
from django.test import Client
from PIL import Image as Canvas
from selectolax.lexbor import LexborHTMLParser
from wagtail.images.models import AbstractImage

from home.formats import make_due
from home.pictures import focus
from syndication.contract import Contract
from syndication.models import Edition, current_edition
from tests import factories as make
from tests.home.test_pictures import kept

pytestmark = pytest.mark.django_db

WIDE = (1300, 800)


@pytest.fixture
def no_new_pictures(monkeypatch: pytest.MonkeyPatch) -> Any:
    """From here on a picture that is made breaks the test."""

    def refuse(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("a picture was made")

    return lambda: monkeypatch.setattr(AbstractImage, "generate_rendition_file", refuse)


def looked_at(client: Client, path: str) -> LexborHTMLParser:
    answer = client.get(path)
    assert answer.status_code == 200
    return LexborHTMLParser(answer.content.decode())


def widths(srcset: str | None) -> list[int]:
    return [int(source.split()[1].removesuffix("w")) for source in (srcset or "").split(", ") if source]


def test_a_page_shows_avif_once_a_worker_has_made_it_and_jpeg_to_who_knows_no_other(client: Client) -> None:
    page = make.original(
        lead_image=make.image(size=WIDE), body=[("image", {"image": make.image(size=(700, 400), description="Two boats")})]
    )
    before = looked_at(client, page.url)
    assert [source.attributes["type"] for source in before.css("picture source")] == ["image/webp", "image/webp"]
    assert make_due() == 1
    after = looked_at(client, page.url)
    sources = after.css(".lead-figure picture source")
    assert [source.attributes["type"] for source in sources] == ["image/avif", "image/webp"]
    assert [widths(source.attributes["srcset"]) for source in sources] == [[480, 720, 1080, 1300], [480, 960]]
    assert all(source.attributes["sizes"] for source in after.css("picture source"))
    image = after.css_first(".lead-figure picture img")
    assert image.attributes["src"].endswith(".jpg") and "srcset" not in image.attributes
    assert (image.attributes["width"], image.attributes["height"]) == ("1200", "738")
    assert image.attributes["fetchpriority"] == "high" and "loading" not in image.attributes
    inside = after.css_first(".text picture")
    assert widths(inside.css_first("source").attributes["srcset"]) == [480, 700]
    assert inside.css_first("img").attributes["loading"] == "lazy" and inside.css_first("img").attributes["alt"] == "Two boats"


def test_the_files_are_what_they_say(client: Client) -> None:
    page = make.original(lead_image=make.image(size=WIDE))
    make_due()
    source = looked_at(client, page.url).css_first(".lead-figure source")
    for part in source.attributes["srcset"].split(", "):
        url, width = part.split()
        file = kept(f"https://home.example/media/{url.partition('/media/')[2]}")
        assert file.format == "AVIF" and f"{file.width}w" == width and abs(file.height - file.width * 8 / 13) < 1


def test_the_story_says_the_same_before_and_after(client: Client) -> None:
    page = make.original(lead_image=make.image(size=WIDE, may_syndicate=True))
    before = current_edition(page.uid)
    make_due()
    after = current_edition(page.uid)
    assert after.pk == before.pk and after.story.lead_image.avif
    assert after.story.digest() == before.digest == before.story.digest()
    assert Contract().digest(after.story) == Contract().digest(before.story)
    assert after.story.facts() == before.story.facts() and "avif" not in str(after.story.facts())
    assert make.publish(page) and current_edition(page.uid).pk == before.pk, "a nightly plan finds nothing new"


def test_a_new_version_keeps_the_formats_of_the_pictures_it_keeps() -> None:
    page = make.original(lead_image=make.image(size=WIDE))
    make_due()
    old = current_edition(page.uid)
    make.edit(page, title="Another headline")
    new = current_edition(page.uid)
    assert new.version == old.version + 1 and new.card.lead_image.avif == old.card.lead_image.avif != ""
    assert new.formats_due


def test_no_request_makes_a_picture(client: Client, no_new_pictures: Any) -> None:
    make.publication(logo=make.image(), default_share_image=make.image(size=WIDE))
    ada = make.author(slug="ada", portrait=make.image(size=(600, 600)))
    section = make.section("Reviews", slug="reviews", search_image=make.image(size=WIDE))
    page = make.original(parent=section, authors=[ada], lead_image=make.image(size=WIDE), search_image=make.image(size=WIDE))
    stub = make.stub(parent=section, authors=[ada], lead_image=make.image(size=WIDE))
    no_new_pictures()
    for path in ("/", "/reviews/", page.url, stub.url, "/authors/ada/", f"/embed/{page.uid}/", "/feeds/json/", "/corrections/"):
        assert client.get(path).status_code == 200, path


def test_a_portrait_gets_its_formats_too(client: Client) -> None:
    ada = make.author(slug="ada", portrait=make.image(size=(600, 600)))
    make.original(authors=[ada])
    make_due()
    assert widths(looked_at(client, "/authors/ada/").css_first("picture source").attributes["srcset"]) == [480, 600]
    assert make_due() == 0, "once is enough"


class TestAnotherFile:
    """A picture whose file an editor replaces shows at once, on every page."""

    def test_in_the_admin(self, client: Client, admin_client: Client, django_capture_on_commit_callbacks: Any) -> None:
        image = make.image(size=WIDE)
        ada = make.author(slug="ada", portrait=image)
        page = make.original(lead_image=image, authors=[ada])
        make_due()
        old = current_edition(page.uid).story.lead_image
        upload = {"title": image.title, "description": image.description, "credit": image.credit, "licence": image.licence}
        # Another colour, or it would be the same bytes.
        file = ImageFile(open_drawing((200, 30, 30)), "another.png")
        with django_capture_on_commit_callbacks(execute=True):
            answer = admin_client.post(
                f"/admin/images/{image.pk}/", {**upload, "file": file, "collection": image.collection_id, "tags": ""}
            )
        assert answer.status_code == 302, answer.context["form"].errors
        new = current_edition(page.uid).story.lead_image
        assert new.url != old.url and not new.avif
        shown = looked_at(client, page.url).css_first(".lead-figure img").attributes["src"]
        assert colour_of(shown)[0] > 180
        assert colour_of(looked_at(client, "/authors/ada/").css_first("img.portrait").attributes["src"])[0] > 180
        make_due()
        sources = looked_at(client, page.url).css_first(".lead-figure source").attributes["srcset"]
        assert all(colour_of(part.split()[0])[0] > 180 for part in sources.split(", "))

    def test_without_the_form(self) -> None:
        image = make.image(size=WIDE)
        page = make.original(lead_image=image)
        old = current_edition(page.uid).story.lead_image.url
        image.file = ImageFile(open_drawing((200, 30, 30)), "another.png")
        image.save()
        assert current_edition(page.uid).story.lead_image.url != old


def open_drawing(colour: tuple[int, int, int]) -> Any:
    import io

    held = io.BytesIO()
    Canvas.new("RGB", WIDE, colour).save(held, "PNG")
    held.seek(0)
    return held


def colour_of(url: str) -> Any:
    return kept(f"https://home.example/media/{url.partition('/media/')[2]}").convert("RGB").getpixel((5, 5))


@pytest.mark.parametrize(
    ("point", "classes"),
    [(None, ""), ((500, 250), ""), ((10, 250), "focus-x0"), ((990, 20), "focus-x4 focus-y0"), ((1000, 500), "focus-x4 focus-y4")],
)
def test_a_crop_looks_where_the_focal_point_is(point: Any, classes: str) -> None:
    image = make.image(size=(1000, 500))
    if point:
        image.focal_point_x, image.focal_point_y = point
        image.focal_point_width = image.focal_point_height = 40
    assert focus(image) == classes


def test_a_focal_point_set_later_reaches_the_pages(client: Client) -> None:
    image = make.image(size=(1000, 500))
    page = make.original(lead_image=image)
    make_due()
    image.focal_point_x, image.focal_point_y, image.focal_point_width, image.focal_point_height = 30, 250, 20, 20
    image.save()
    assert current_edition(page.uid).formats_due
    make_due()
    assert "focus-x0" in looked_at(client, "/").css_first(".card img").attributes["class"]


def test_search_engines_are_offered_three_shapes(client: Client) -> None:
    page = make.original(lead_image=make.image(size=WIDE))
    make_due()
    shapes = {(one.width, one.height) for one in current_edition(page.uid).card.lead_image.crops}
    assert {round(width / height, 2) for width, height in shapes} == {1.78, 1.33, 1.0}
    told = json.loads(looked_at(client, page.url).css_first("script[type='application/ld+json']").text())
    assert shapes < {(one["width"], one["height"]) for one in told["image"]}


def test_a_picture_whose_file_is_lost_stops_no_other(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    lost, well = make.image(size=WIDE), make.image(size=WIDE)
    pages = [make.original(lead_image=one) for one in (well, lost)]
    lost.file.storage.delete(lost.file.name)
    assert make_due() == 2
    assert [bool(current_edition(page.uid).card.lead_image.avif) for page in pages] == [True, False]
    assert not Edition.objects.filter(current=True, formats_due=True).exists()
    assert client.get(pages[1].url).status_code == 200


def test_the_command_makes_them_for_pieces_of_before(capsys: pytest.CaptureFixture[str]) -> None:
    page = make.original(lead_image=make.image(size=WIDE))
    Edition.objects.update(formats={}, formats_due=False)
    call_command("make_pictures")
    assert not current_edition(page.uid).formats
    call_command("make_pictures", all=True)
    assert current_edition(page.uid).card.lead_image.avif
    assert capsys.readouterr().out.endswith("All pictures have their formats.\n")
