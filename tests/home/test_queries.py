"""What a reader's request costs: few queries, as many for twelve pieces as for three, and no block rendered."""

from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.blocks.stream_block import StreamValue

from home.models import SectionPage
from tests import factories as make

pytestmark = pytest.mark.django_db


def queries(client: Client, path: str) -> list[str]:
    """The SQL of one request that finds nothing in the cache."""
    cache.clear()
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return [query["sql"] for query in captured.captured_queries]


def rich(make_piece: Any, **facts: Any) -> Any:
    """A piece with everything that could cost a query."""
    page = make_piece(
        authors=[make.author(x_handle="@ada"), make.author("Grace Hopper")],
        lead_image=make.image(),
        standfirst="Only the lamps knew.",
        **facts,
    )
    page.topics.add(make.topic("Sea"), make.topic("Light"))
    return make.publish(page)


def test_an_article_costs_at_most_eight_queries(client: Client) -> None:
    make.stub(), make.original(), make.original()
    page = rich(make.original)
    client.get("/")
    asked = queries(client, page.url)
    assert len(asked) <= 8, "\n".join(asked)


def test_a_stub_costs_at_most_nine_queries(client: Client) -> None:
    make.stub(), make.original(), make.original()
    page = rich(make.stub)
    client.get("/")
    asked = queries(client, page.url)
    assert len(asked) <= 9, "\n".join(asked)


PATHS = [
    "/",
    "/reviews/",
    "/authors/ada/",
    *(f"{root}feeds/{dialect}/" for root in ("/", "/reviews/") for dialect in ("rss", "atom", "json")),
    "/sitemap.xml",
    "/news-sitemap.xml",
    "/robots.txt",
    "/rsl.xml",
    "/.well-known/tdmrep.json",
]


def test_a_list_costs_as_much_for_twelve_pieces_as_for_three(client: Client) -> None:
    make.publication(logo=make.image(), default_share_image=make.image())
    make.section("Reviews", slug="reviews")
    ada = make.author(slug="ada")
    lead = make.image()

    def add(originals: int, stubs: int) -> None:
        for _number in range(originals):
            make.original(authors=[ada], lead_image=lead)
        for _number in range(stubs):
            make.stub(authors=[ada], lead_image=lead)

    def costs() -> dict[str, int]:
        for path in PATHS:
            client.get(path)
        return {path: len(queries(client, path)) for path in PATHS}

    add(2, 1)
    few = costs()
    add(5, 4)
    assert costs() == few


def test_the_bar_of_sections_costs_one_query_however_many_there_are(client: Client) -> None:
    page = make.original()
    before = len(queries(client, page.url))
    for number in range(5):
        make.section(f"Room {number}")
    assert len(queries(client, page.url)) == before


@pytest.fixture
def no_rendering(monkeypatch: pytest.MonkeyPatch) -> None:
    """A block that is rendered breaks the test."""

    def refuse(*args: Any, **kwargs: Any) -> str:
        raise AssertionError("a block was rendered")

    monkeypatch.setattr(StreamValue.StreamChild, "render", refuse)
    monkeypatch.setattr(StreamValue.StreamChild, "render_as_block", refuse)


class TestBlocks:
    """They are rendered when a piece is published or previewed, never for a reader."""

    def test_readers_never_have_them_rendered(self, client: Client, request: pytest.FixtureRequest) -> None:
        page = make.original(body=make.paragraphs("Only the lamps knew why."))
        request.getfixturevalue("no_rendering")
        section = SectionPage.objects.get()
        assert "Only the lamps knew why." in client.get(page.url).content.decode()
        for path in (
            "/",
            section.url,
            "/feeds/rss/",
            "/feeds/atom/",
            "/feeds/json/",
            f"{section.url}feeds/json/",
            "/sitemap.xml",
        ):
            assert client.get(path).status_code == 200

    def test_publishing_renders_them(self, request: pytest.FixtureRequest) -> None:
        page = make.original(live=False)
        request.getfixturevalue("no_rendering")
        with pytest.raises(AssertionError, match="a block was rendered"):
            make.publish(page)

    def test_a_preview_renders_them(self, request: pytest.FixtureRequest) -> None:
        page = make.original()
        request.getfixturevalue("no_rendering")
        assert page.make_preview_request().status_code == 500
