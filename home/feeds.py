"""The feeds: RSS 2.0, Atom 1.0 and JSON Feed 1.1, of the whole site and of each section, at addresses of their own.

All three read Editions; ids are `urn:uuid:` of the piece and survive every edit. They answer 304 when nothing changed.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response

from syndication.feeding import DIALECTS, hubs, link_header
from syndication.models import Edition
from syndication.renderers.feeds import FEEDS, About, Feed, for_readers

if TYPE_CHECKING:
    from home.models import SectionPage
    from home.models.site import PublicationSettings

LENGTH = 20


def site_feed(request: HttpRequest, dialect: str) -> HttpResponse:
    """The newest pieces of the whole site."""
    from home.models import PublicationSettings

    publication = PublicationSettings.for_request(request)
    root = publication.site.root_url
    about = About(title=publication.public_name, home=f"{root}/", url=f"{root}/feeds/{dialect}/", policy=publication.policy)
    return _answer(request, dialect, Edition.objects.visible(), about, publication)


def section_feed(request: HttpRequest, section: "SectionPage", dialect: str) -> HttpResponse:
    """The newest pieces of one section."""
    publication = section.publication
    home = str(section.full_url)
    title = f"{section.title} · {publication.public_name}"
    about = About(title=title, home=home, url=f"{home}feeds/{dialect}/", policy=publication.policy)
    return _answer(request, dialect, Edition.objects.visible().filter(section_id=section.pk), about, publication)


def _answer(request: HttpRequest, dialect: str, editions: Any, about: About, publication: "PublicationSettings") -> HttpResponse:
    if dialect not in FEEDS:
        raise Http404("Feeds are to be had as rss, atom and json.")
    content_type, write = DIALECTS[dialect]
    told = {"description": publication.tagline or about.title, "language": settings.LANGUAGE_CODE}
    about = About(**{**dict(about), **told, "hubs": hubs(publication.site.root_url)})
    # Which versions stand in the feed says all: a deletion changes it as well as an edit does. A date would not: it goes back
    # when the newest piece goes, and then a copy that still has the piece passes for fresh. So there is no Last-Modified.
    newest = list(editions.cards()[:LENGTH].values_list("pk", "modified_at"))
    etag = _etag(dialect, about, newest)
    answer = get_conditional_response(request, etag=etag)
    if answer is None:
        stories = [
            edition.story
            for edition in Edition.objects.filter(pk__in=[pk for pk, _moment in newest]).order_by("-first_published_at", "-pk")
        ]
        feed = Feed(about=about, entries=tuple(for_readers(story) for story in stories))
        answer = HttpResponse(write(feed), content_type=content_type)
    answer["ETag"] = etag
    answer["Link"] = link_header([("self", about.url), *(("hub", hub) for hub in about.hubs)])
    # What was withdrawn is gone from every copy within five minutes.
    answer["Cache-Control"] = "public, max-age=300"
    answer["Vary"] = "Accept-Encoding"
    return answer


def _etag(dialect: str, about: About, newest: Iterable[tuple[int, datetime]]) -> str:
    facts = (dialect, about, list(newest))
    return f'W/"{hashlib.sha256(repr(facts).encode()).hexdigest()[:32]}"'
