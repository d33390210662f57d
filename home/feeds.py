"""The feeds: RSS 2.0, Atom 1.0 and JSON Feed 1.1, of the whole site and of each section, at addresses of their own.

All three read Editions; ids are `urn:uuid:` of the piece and survive every edit. They answer 304 when nothing changed.
"""

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response

from syndication.feeding import DIALECTS, hubs, link_header
from syndication.models import Edition
from syndication.renderers.feeds import FEEDS, About, Entry, Feed, for_readers

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


def corrections_feed(request: HttpRequest, dialect: str) -> HttpResponse:
    """The newest corrections of the whole site, each an entry of its own."""
    from home import corrections
    from home.models import PublicationSettings

    publication = PublicationSettings.for_request(request)
    listed = corrections.told(corrections.public()[:LENGTH])
    return _written(
        request,
        dialect,
        corrections.about(publication, dialect),
        publication,
        facts=[(one.correction, one.story.version) for one in listed],
        entries=lambda: tuple(corrections.entry(one) for one in listed),
    )


def _answer(request: HttpRequest, dialect: str, editions: Any, about: About, publication: "PublicationSettings") -> HttpResponse:
    # Which versions stand in the feed says all: a deletion changes it as well as an edit does. A date would not: it goes back
    # when the newest piece goes, and then a copy that still has the piece passes for fresh. So there is no Last-Modified.
    newest = list(editions.cards()[:LENGTH].values_list("pk", "modified_at"))
    pks = [pk for pk, _moment in newest]

    def entries() -> tuple[Entry, ...]:
        found = Edition.objects.filter(pk__in=pks).order_by("-first_published_at", "-pk")
        return tuple(for_readers(edition.story) for edition in found)

    return _written(request, dialect, about, publication, facts=newest, entries=entries)


def _written(
    request: HttpRequest,
    dialect: str,
    about: About,
    publication: "PublicationSettings",
    *,
    facts: list[Any],
    entries: Callable[[], tuple[Entry, ...]],
) -> HttpResponse:
    """The document, or that nothing changed: `facts` say all that its entries do. They are asked for only if it is written."""
    if dialect not in FEEDS:
        raise Http404("Feeds are to be had as rss, atom and json.")
    content_type, write = DIALECTS[dialect]
    told = {"description": publication.tagline or about.title, "language": settings.LANGUAGE_CODE}
    about = About(**{**dict(about), **told, "hubs": hubs(publication.site.root_url)})
    etag = _etag(dialect, about, facts)
    answer = get_conditional_response(request, etag=etag)
    if answer is None:
        answer = HttpResponse(write(Feed(about=about, entries=entries())), content_type=content_type)
    answer["ETag"] = etag
    answer["Link"] = link_header([("self", about.url), *(("hub", hub) for hub in about.hubs)])
    # What was withdrawn is gone from every copy within five minutes.
    answer["Cache-Control"] = "public, max-age=300"
    answer["Vary"] = "Accept-Encoding"
    return answer


def _etag(dialect: str, about: About, entries: list[Any]) -> str:
    facts = (dialect, about, entries)
    return f'W/"{hashlib.sha256(repr(facts).encode()).hexdigest()[:32]}"'
