"""The sitemap and the news sitemap. Pages whose canonical is elsewhere, or that stay out of search, are in neither."""

from datetime import timedelta
from typing import Any
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from wagtail.models import Site

from home.models import Author, HomePage, SectionPage
from home.models.corrections import recommended
from syndication.models import Edition

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
NEWS = "http://www.google.com/schemas/sitemap-news/0.9"
NEWS_AGE = timedelta(days=2)
LIMIT = 50_000


def sitemap(request: HttpRequest) -> HttpResponse:
    """Every page of ours that is its own canonical (https://www.sitemaps.org/protocol.html)."""
    root = _site(request).root_url
    pieces = Edition.objects.visible().filter(listed=True).order_by("-modified_at").values_list("url", "modified_at")
    urls = [
        (page.full_url, page.last_published_at) for model in (HomePage, SectionPage) for page in model.objects.live().public()
    ]
    urls += list(pieces[: LIMIT - 1000])
    signed = Exists(Edition.objects.visible().filter(page__bylines__author=OuterRef("pk")))
    urls += [(f"{root}{author.get_absolute_url()}", None) for author in Author.objects.filter(signed)[:900]]
    return _xml([{"loc": url, "lastmod": moment and moment.isoformat()} for url, moment in urls if url], {"xmlns": SITEMAP})


def news_sitemap(request: HttpRequest) -> HttpResponse:
    """Originals of the last two days, as Google News asks; stubs are others' news."""
    fresh = recommended(Edition.objects.visible()).filter(
        kind="original", listed=True, first_published_at__gte=timezone.now() - NEWS_AGE
    )
    entries = []
    for story in [edition.card for edition in fresh.cards()[:1000]]:
        news = {
            "news:publication": {"news:name": story.publisher.name, "news:language": story.language.partition("-")[0]},
            "news:publication_date": story.first_published.isoformat(),
            "news:title": story.headline,
        }
        entries.append({"loc": story.url, "news:news": news})
    return _xml(entries, {"xmlns": SITEMAP, "xmlns:news": NEWS})


def _site(request: HttpRequest) -> Site:
    return Site.find_for_request(request) or Site(hostname=settings.SITE_URL)


def _xml(entries: list[dict[str, Any]], namespaces: dict[str, str]) -> HttpResponse:
    answer = HttpResponse(content_type="application/xml; charset=utf-8")
    writer = XMLGenerator(answer, "utf-8", short_empty_elements=True)
    writer.startDocument()
    writer.startElement("urlset", AttributesImpl(namespaces))
    for entry in entries:
        _element(writer, "url", entry)
    writer.endElement("urlset")
    answer["Cache-Control"] = "public, max-age=300"
    return answer


def _element(writer: XMLGenerator, name: str, value: Any) -> None:
    if value is None:
        return
    writer.startElement(name, AttributesImpl({}))
    if isinstance(value, dict):
        for inner, content in value.items():
            _element(writer, inner, content)
    else:
        writer.characters(str(value))
    writer.endElement(name)
