"""What readers see besides Wagtail's pages: authors' profiles; and a shorter way to a piece."""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.encoding import iri_to_uri
from wagtail.models import Site
from wagtail.url_routing import RouteResult
from wagtail.views import serve as serve_page

from home.models import ArticlePage, Author, PublicationSettings, StubPage
from home.models.base import sections, sheet
from home.pictures import share_picture, shown
from home.rendering import plain, shorten
from syndication.models import Edition, Kill, killed_at
from syndication.renderers import head


# Reading takes no transaction: on SQLite every transaction is a writer's.
@transaction.non_atomic_requests
def serve(request: HttpRequest, path: str) -> HttpResponseBase:
    """Wagtail's serve view, with pieces found by their whole path in one query instead of one for each level."""
    site = Site.find_for_request(request)
    if site and (piece := piece_at(site, path)):
        request._wagtail_route_for_request = RouteResult(piece)  # type: ignore[attr-defined]
    try:
        return serve_page(request, path)
    except Http404:
        if site and (kill := killed_at(f"{site.root_url}{iri_to_uri(request.path)}")):
            return tombstone(request, kill)
        raise


def tombstone(request: HttpRequest, kill: Kill) -> HttpResponse:
    """What readers find where a killed piece stood: that it is gone, the sentence meant for them, and not even its title."""
    publication = PublicationSettings.for_request(request)
    context = {"kill": kill, "publisher": publication.publisher(), "sections": sections(Site.find_for_request(request))}
    return render(request, "410.html", context, status=410)


@transaction.non_atomic_requests
def author(request: HttpRequest, slug: str) -> HttpResponseBase:
    """An author's profile with what they wrote. Nobody hears of who has signed nothing yet that readers may see."""
    person = get_object_or_404(Author.objects.select_related("portrait"), slug=slug)
    context = author_context(person, request)
    if not context["sheet"].paginator.count:
        raise Http404("Nothing by this author is published here.")
    response = render(request, "home/author.html", context)
    response["Link"] = context["head"].header
    return response


def author_context(author: Author, request: HttpRequest) -> dict[str, Any]:
    """What the profile template needs, also for a preview."""
    publication = PublicationSettings.for_request(request)
    root, publisher = publication.site.root_url, publication.publisher()
    written = Edition.objects.visible().filter(page__bylines__author=author.pk) if author.pk else Edition.objects.none()
    listed = sheet(request, written)
    person = author.person(root)
    about = shorten(plain(author.bio)) or f"{author.name} in {publisher.name}."
    return {
        "author": author,
        "person": person,
        "portrait": shown(author.portrait, root) if author.portrait else None,
        "sheet": listed,
        "publisher": publisher,
        "sections": sections(Site.find_for_request(request)),
        "head": head.of_list(
            title=author.name,
            description=about,
            url=f"{person.url}?page={listed.number}" if listed.number > 1 else person.url,
            publisher=publisher,
            image=share_picture(author.portrait, publication.default_share_image, root),
            language=settings.LANGUAGE_CODE,
        ),
    }


def piece_at(site: Site, path: str) -> ArticlePage | StubPage | None:
    """The live piece at this path of a site, if there is one. Whether readers may see it is another question."""
    components = [component for component in path.split("/") if component]
    if len(components) < 2:
        return None
    where = {"slug": components[-1], "url_path": f"{site.root_page.url_path}{'/'.join(components)}/", "live": True}
    for model in (ArticlePage, StubPage):
        if found := model.objects.filter(**where).first():
            return found
    return None
