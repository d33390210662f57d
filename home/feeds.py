"""The feeds: RSS 2.0, Atom 1.0 and JSON Feed 1.1, of the whole site and of each section, at addresses of their own.

All three read Editions; ids are `urn:uuid:` of the piece and survive every edit. They answer 304 when nothing changed.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.encoding import iri_to_uri
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed, SyndicationFeed
from django.utils.html import format_html

from syndication.models import Edition, Outlet
from syndication.story import Story, Value

if TYPE_CHECKING:
    from home.models import SectionPage
    from home.models.site import PublicationSettings

LENGTH = 20
JSON_FEED = "https://jsonfeed.org/version/1.1"
NAMESPACES = {
    "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
    "xmlns:dc": "http://purl.org/dc/elements/1.1/",
    "xmlns:media": "http://search.yahoo.com/mrss/",
}


class About(Value):
    """What a feed says of itself. Absolute addresses."""

    title: str
    home: str
    url: str
    description: str = ""


class Rss(Rss201rev2Feed):
    """RSS with whole bodies, several authors, pictures with credit, and the home of what ran elsewhere."""

    content_type = "application/rss+xml; charset=utf-8"

    def rss_attributes(self) -> dict[str, str]:
        """The namespaces used below."""
        return {**super().rss_attributes(), **NAMESPACES}

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        """Adds what Django's feed lacks."""
        super().add_item_elements(handler, item)
        story: Story = item["story"]
        for person in story.authors:
            handler.addQuickElement("dc:creator", person.name)
        handler.addQuickElement("content:encoded", content(story))
        if picture := story.lead_image:
            handler.startElement("media:content", {"url": picture.url, "medium": "image", "type": picture.mime})
            for name, text in (("title", picture.alt), ("description", picture.caption), ("credit", picture.credit)):
                if text:
                    handler.addQuickElement(f"media:{name}", text)
            handler.endElement("media:content")


class Atom(Atom1Feed):
    """Atom with whole bodies and, for a stub, a `via` link to the outlet."""

    content_type = "application/atom+xml; charset=utf-8"

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        """Adds what Django's feed lacks: every author, the body, the canonical page."""
        story: Story = item["story"]
        super().add_item_elements(handler, item)
        for person in story.authors:
            handler.startElement("author", {})
            handler.addQuickElement("name", person.name)
            if person.url:
                handler.addQuickElement("uri", person.url)
            handler.endElement("author")
        handler.addQuickElement("content", content(story), {"type": "html"})
        if story.outlet:
            handler.addQuickElement("link", "", {"rel": "via", "href": story.outlet.url, "title": story.outlet.name})
        if story.canonical.url != story.url:
            handler.addQuickElement("link", "", {"rel": "canonical", "href": story.canonical.url})


def content(story: Story) -> str:
    """The body, or the excerpt with the way to the rest."""
    html = story.body_html or story.excerpt_html
    if story.outlet:
        html += format_html('<p><a href="{}">Read the rest at {}</a></p>', story.outlet.url, story.outlet.name)
    return html


def _xml(kind: type[SyndicationFeed], stories: list[Story], about: About) -> bytes:
    feed = kind(
        title=about.title,
        link=about.home,
        description=about.description,
        language=settings.LANGUAGE_CODE,
        feed_url=about.url,
        feed_guid=about.url,
    )
    for story in stories:
        feed.add_item(
            title=story.headline,
            link=story.url,
            description=story.description,
            unique_id=story.uid.urn,
            unique_id_is_permalink=False,
            pubdate=story.first_published,
            updateddate=story.modified,
            categories=[topic.name for topic in story.topics],
            item_copyright=story.licence.name if story.licence else None,
            story=story,
        )
    return feed.writeString("utf-8").encode()


def _json(stories: list[Story], about: About) -> bytes:
    """JSON Feed 1.1 (https://jsonfeed.org/version/1.1): `external_url` of a stub is the page at the outlet."""
    feed = {
        "version": JSON_FEED,
        "title": about.title,
        "home_page_url": about.home,
        "feed_url": about.url,
        "description": about.description,
        "language": settings.LANGUAGE_CODE,
        "items": [_json_item(story) for story in stories],
    }
    return json.dumps(feed, ensure_ascii=False).encode()


def _json_item(story: Story) -> dict[str, Any]:
    item = {
        "id": story.uid.urn,
        "url": story.url,
        "external_url": story.outlet.url if story.outlet else "",
        "title": story.headline,
        "summary": story.description,
        "content_html": content(story),
        "image": story.lead_image.url if story.lead_image else "",
        "date_published": story.first_published.isoformat(),
        "date_modified": story.modified.isoformat(),
        "authors": [{"name": person.name, "url": person.url} for person in story.authors],
        "tags": [topic.name for topic in story.topics],
        "language": story.language,
        "_syndication": {
            "about": "https://jsonfeed.org/version/1.1#extensions",
            "canonical_url": story.canonical.url,
            "canonical_policy": story.canonical.policy,
            "kind": story.kind,
        },
    }
    return {name: value for name, value in item.items() if value not in ("", [])}


DIALECTS: dict[str, tuple[str, Any]] = {
    "rss": (Rss.content_type, lambda stories, about: _xml(Rss, stories, about)),
    "atom": (Atom.content_type, lambda stories, about: _xml(Atom, stories, about)),
    "json": ("application/feed+json; charset=utf-8", _json),
}


def site_feed(request: HttpRequest, dialect: str) -> HttpResponse:
    """The newest pieces of the whole site."""
    from home.models import PublicationSettings

    publication = PublicationSettings.for_request(request)
    root = publication.site.root_url
    about = About(title=publication.public_name, home=f"{root}/", url=f"{root}/feeds/{dialect}/")
    return _answer(request, dialect, Edition.objects.visible(), about, publication)


def section_feed(request: HttpRequest, section: "SectionPage", dialect: str) -> HttpResponse:
    """The newest pieces of one section."""
    publication = section.publication
    home = str(section.full_url)
    title = f"{section.title} · {publication.public_name}"
    about = About(title=title, home=home, url=f"{home}feeds/{dialect}/")
    return _answer(request, dialect, Edition.objects.visible().filter(section_id=section.pk), about, publication)


def _answer(request: HttpRequest, dialect: str, editions: Any, about: About, publication: "PublicationSettings") -> HttpResponse:
    if dialect not in DIALECTS:
        raise Http404("Feeds are to be had as rss, atom and json.")
    content_type, write = DIALECTS[dialect]
    # Which versions stand in the feed says all: a deletion changes it as well as an edit does. A date would not: it goes back
    # when the newest piece goes, and then a copy that still has the piece passes for fresh. So there is no Last-Modified.
    newest = list(editions.cards()[:LENGTH].values_list("pk", "modified_at"))
    etag = _etag(dialect, about, newest, publication)
    answer = get_conditional_response(request, etag=etag)
    if answer is None:
        stories = [
            edition.story
            for edition in Edition.objects.filter(pk__in=[pk for pk, _moment in newest]).order_by("-first_published_at", "-pk")
        ]
        about = About(title=about.title, home=about.home, url=about.url, description=publication.tagline or about.title)
        answer = HttpResponse(write(stories, about), content_type=content_type)
    answer["ETag"] = etag
    answer["Link"] = _links(about)
    # What was withdrawn is gone from every copy within five minutes.
    answer["Cache-Control"] = "public, max-age=300"
    answer["Vary"] = "Accept-Encoding"
    return answer


def _links(about: About) -> str:
    """The feed's own address, and the hubs that tell its subscribers of news at once (WebSub §4)."""
    hubs = Outlet.objects.filter(kind="websub", state=Outlet.State.ACTIVE).values_list("endpoint", flat=True)
    return ", ".join([f'<{about.url}>; rel="self"', *(f'<{iri_to_uri(hub)}>; rel="hub"' for hub in hubs)])


def _etag(dialect: str, about: About, newest: Iterable[tuple[int, datetime]], publication: "PublicationSettings") -> str:
    facts = (dialect, about, list(newest), publication.tagline)
    return f'W/"{hashlib.sha256(repr(facts).encode()).hexdigest()[:32]}"'
