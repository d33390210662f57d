"""Webmentions from ronkyuu and pushl, as other people's sites send them. Run by `make e2e-senders`."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db.models.functions import Now
from wagtail.models import Site

from home.models import ArticlePage
from syndication.models import Response
from syndication.moderating import decide
from syndication.responding import visit_mentions
from tests import factories as make
from tests import senders
from tests.fakes.partner import Partner
from tests.syndication.responses.test_mentions import html

pytestmark = [pytest.mark.senders, pytest.mark.django_db(transaction=True)]

ENTRY = (
    '<article class="h-entry"><h1 class="p-name">On lamps</h1><a class="p-author h-card" href="/me">Ann Lee</a>'
    '<a class="u-url" href="/{name}"></a><div class="e-content"><p>They <a href="{url}">{word}</a>.</p></div></article>'
)


@pytest.fixture
def piece(live_server: Any, settings: Any) -> ArticlePage:
    """A piece on a server that answers."""
    settings.SITE_URL = live_server.url
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    make.publication(comments=True)
    address = urlsplit(live_server.url)
    Site.objects.update(hostname=address.hostname, port=address.port)
    return make.original("The lamps")


@pytest.fixture
def blog(settings: Any) -> Iterator[Partner]:
    """Somebody's site."""
    with Partner() as partner:
        settings.SYNDICATION_ALLOWED_NETWORKS = ["127.0.0.1/32"]
        settings.SYNDICATION_ALLOWED_PORTS = [partner.port]
        yield partner


def post(blog: Partner, piece: ArticlePage, name: str, word: str) -> str:
    blog.routes[f"/{name}"] = html(ENTRY.format(name=name, url=piece.full_url, word=word))
    return blog.url(f"/{name}")


def test_ronkyuu_tells_us_of_a_page_and_of_its_change(piece: ArticlePage, blog: Partner) -> None:
    senders.install()
    source = post(blog, piece, "ronkyuu", "burn")
    said = senders.ronkyuu(source)
    assert "201" in said.splitlines() and "/webmention/" in said, said
    assert visit_mentions() == 1
    row = Response.objects.get()
    assert (row.kind, row.state, row.source) == ("webmention", "held", source)
    assert (row.name, row.title, row.text) == ("Ann Lee", "On lamps", "They burn.")
    decide([row.pk], "shown", None)
    post(blog, piece, "ronkyuu", "go out")
    senders.ronkyuu(source)
    assert visit_mentions() == 1
    assert (Response.objects.get().text, Response.objects.get().state) == ("They go out.", "shown")


def test_pushl_reads_a_feed_and_tells_us_of_each_entry(piece: ArticlePage, blog: Partner) -> None:
    senders.install()
    sources = [post(blog, piece, name, "burn") for name in ("pushl-1", "pushl-2")]
    entries = "".join(f'<entry><id>{url}</id><title>x</title><link href="{url}"/></entry>' for url in sources)
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom"><id>{blog.url("/feed")}</id><title>A blog</title>{entries}</feed>'
    blog.routes["/feed"] = lambda visit: visit.reply(200, feed.encode(), "application/atom+xml")
    said = senders.pushl(blog.url("/feed"))
    assert said.count("succeeded") == 2, said
    Response.objects.update(due_at=Now())
    assert visit_mentions() == 2
    rows = Response.objects.order_by("source")
    assert [(row.source, row.state, row.text) for row in rows] == [(url, "held", "They burn.") for url in sources]
