"""Whatever changes, the very next request shows it: in the process that changed it and in another, wherever the word stands."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from wagtail.models import PageViewRestriction

from home.models import Author, PublicationSettings
from syndication.models import Response
from tests import factories as make
from tests.e2e.console import Console

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[3]
ASK = """
import json
from django.test import Client
asked = [Client(SERVER_NAME="127.0.0.1").get(path) for path in {paths!r}]
print(json.dumps([
    [one.status_code, one.headers.get("Cache-Status", ""), one.content.decode() * (one.status_code == 200)] for one in asked
]))
"""


@pytest.fixture
def elsewhere(board: Any, tmp_path: Path) -> Iterator[Callable[[list[str]], list[Any]]]:
    """What another process answers, which lives as long as the test."""
    from django.conf import settings

    # With DEBUG, static files need not be collected first.
    console = Console({**os.environ, "PAGE_CACHE": settings.PAGE_CACHE, "DEBUG": "yes"}, tmp_path, ROOT)
    try:
        yield lambda paths: json.loads(console.run(("shell", "--verbosity", "0", "--command", ASK.format(paths=paths))))
    finally:
        console.close()


def here(paths: list[str], **headers: str) -> list[Any]:
    """What this process answers; with an `authorization` that nobody looks at, past the cache."""
    asked = [Client(SERVER_NAME="127.0.0.1", headers=headers or None).get(path) for path in paths]
    return [
        [one.status_code, one.headers.get("Cache-Status", ""), one.content.decode() * (one.status_code == 200)] for one in asked
    ]


class Ground:
    """A front page with a section, two originals by one author, and every address that shows them."""

    def __init__(self) -> None:
        self.ada = make.author("Ada Lovelace", slug="ada")
        self.page = make.original("The lamps of the quay", authors=[self.ada])
        self.other = make.original("A second piece", authors=[self.ada])
        self.section = self.page.get_parent().specific
        self.lists = ["/", self.section.url, "/feeds/rss/", f"{self.section.url}feeds/atom/", "/sitemap.xml", "/authors/ada/"]
        self.paths = [self.page.url, *self.lists]


def renamed(ground: Ground) -> list[str]:
    make.edit(ground.page, title="The lamps are out")
    return [ground.page.url, "/", ground.section.url, "/feeds/rss/", f"{ground.section.url}feeds/atom/", "/authors/ada/"]


def unpublished(ground: Ground) -> list[str]:
    ground.page.unpublish()
    return ground.paths


def deleted(ground: Ground) -> list[str]:
    ground.page.delete()
    return ground.paths


def a_new_piece(ground: Ground) -> list[str]:
    parent = ground.section
    make.publish(make.draft(type(ground.page)(title="Quite new"), parent=parent, authors=[ground.ada]))
    return ground.lists


def private(ground: Ground) -> list[str]:
    PageViewRestriction.objects.create(page=ground.page, restriction_type="login")
    return ground.paths


def private_in_bulk(ground: Ground) -> list[str]:
    PageViewRestriction.objects.bulk_create([PageViewRestriction(page=ground.page, restriction_type="login")])
    return ground.paths


def at_another_address(ground: Ground) -> list[str]:
    make.edit(ground.page, slug="elsewhere")
    return ground.paths


def the_publication_renamed(ground: Ground) -> list[str]:
    settings = PublicationSettings.objects.get()
    settings.name = "The Other Review"
    settings.save()
    return ["/", "/feeds/rss/", "/authors/ada/"]


def the_section_renamed(ground: Ground) -> list[str]:
    make.edit(ground.section, title="Lights")
    return ["/", ground.section.url, ground.page.url]


def an_author_renamed_behind_our_back(ground: Ground) -> list[str]:
    Author.objects.filter(pk=ground.ada.pk).update(name="Countess Lovelace")
    return ["/authors/ada/"]


def a_response_shown(ground: Ground) -> list[str]:
    Response.objects.filter(uid=ground.page.uid).update(state="shown")
    return [ground.page.url]


CHANGES = [
    renamed,
    unpublished,
    deleted,
    a_new_piece,
    private,
    private_in_bulk,
    at_another_address,
    the_publication_renamed,
    the_section_renamed,
    an_author_renamed_behind_our_back,
    a_response_shown,
]


def test_the_very_next_request_shows_each_change(elsewhere: Callable[[list[str]], list[Any]]) -> None:
    make.publication()
    for change in CHANGES:
        ground = Ground()
        Response.objects.create(uid=ground.page.uid, kind="comment", state="waiting", name="Grace", text="I keep a lamp like it.")
        before = here(ground.paths)
        elsewhere(ground.paths)
        for answers in (here(ground.paths), elsewhere(ground.paths)):
            assert all("hit" in how for _status, how, _text in answers), (change.__name__, answers)
        shows = change(ground)
        truth = here(ground.paths, authorization="past the cache")
        assert all(not how for _status, how, _text in truth)
        for answers in (elsewhere(ground.paths), here(ground.paths)):
            for path, was, (status, _how, text), (want, _none, right) in zip(ground.paths, before, answers, truth, strict=True):
                assert (status, text) == (want, right), f"{change.__name__}: {path} shows what was"
                if path in shows:
                    assert (status, text) != (was[0], was[2]), f"{change.__name__} is not seen at {path}"
        type(ground.page).objects.all().delete()
        Author.objects.all().delete()
