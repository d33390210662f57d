"""Files: pictures at addresses that nobody guesses, documents as public as the pages that link to them; and the way in."""

from pathlib import PurePosixPath
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.test import Client
from wagtail.documents import get_document_model
from wagtail.models import PageViewRestriction

from tests import factories as make
from tests.visibility.canaries import CANARIES
from tests.visibility.states import draft, live

pytestmark = pytest.mark.django_db


def folder(picture: Any) -> str:
    """Where the file lies."""
    return PurePosixPath(picture.file.name).parent.name


def test_who_knows_the_name_of_a_picture_does_not_know_its_address() -> None:
    first, second = make.image(name="lamp"), make.image(name="lamp")
    assert first.file.name.startswith("original_images/") and first.file.name.endswith("/lamp.png")
    assert len(folder(first)) == 16 and folder(first) != folder(second)


def test_a_size_of_a_picture_leads_not_to_the_original_and_keeps_its_address_when_made_anew() -> None:
    picture = make.image(name="lamp")
    size = picture.get_rendition("width-20")
    assert folder(size) not in (folder(picture), "images")
    size.delete()
    cache.clear()
    again = type(picture).objects.get(pk=picture.pk).get_rendition("width-20")
    # Its file goes with the commit, which a test never reaches.
    assert folder(again) == folder(size) and again.pk != size.pk


def test_a_long_name_of_a_picture_fits() -> None:
    picture = make.image(name="lamp" * 40)
    assert len(picture.file.name) <= 100 and len(picture.get_rendition("width-20").file.name) <= 100


def test_a_document_is_given_out_with_its_page_and_to_editors_before(client: Client) -> None:
    ground = draft()
    assert client.get(ground.document.url).status_code == 404
    ground.page = make.publish(ground.page)
    assert b"".join(client.get(ground.document.url)) == CANARIES["document"].encode()
    ground.page.unpublish()
    assert client.get(ground.document.url).status_code == 404
    client.force_login(make.editor())
    assert client.get(ground.document.url).status_code == 200


def test_a_document_that_no_page_links_to_is_not_published(client: Client) -> None:
    document = get_document_model()(title="The record")
    document.file.save("record.txt", ContentFile(b"lamps"))
    assert client.get(document.url).status_code == 404


def test_who_may_read_a_private_piece_finds_the_door_and_no_cache_keeps_it(client: Client) -> None:
    ground = live()
    PageViewRestriction.objects.create(page=ground.page.page_ptr, restriction_type="login")
    shown_out = client.get(ground.path)
    assert shown_out["Location"].startswith("/_util/login/") and client.get(shown_out["Location"]).status_code == 200
    client.force_login(get_user_model().objects.create_user("reader"))
    inside = client.get(ground.path)
    assert CANARIES["headline"] in inside.content.decode()
    assert {"private", "no-store"} <= {part.strip() for part in inside["Cache-Control"].split(",")}
