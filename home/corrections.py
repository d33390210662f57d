"""Corrections for readers: all of them on one page and in feeds, newest first. Only what is in a piece that anybody may read.

A retracted piece keeps its address, and search engines keep it: who was told of it must find what became of it. It is
recommended to nobody, neither on the front page nor below other pieces nor to news search.
"""

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import escape
from django.utils.translation import gettext as _
from wagtail.models import Site

from home.models import DatedCorrection, PublicationSettings
from home.models.base import PER_PAGE, sections
from home.pictures import share_picture
from syndication.models import Edition
from syndication.renderers import head
from syndication.renderers.corrections import name, words
from syndication.renderers.feeds import About, Entry, for_readers
from syndication.story import Canonical, Correction, Story


class Told(NamedTuple):
    """One correction, and the piece it stands in, without its body."""

    correction: Correction
    story: Story


def public() -> QuerySet[DatedCorrection]:
    """Our own corrections of pieces that anybody may read now, newest first."""
    pieces = Edition.objects.visible().values("page_id")
    return DatedCorrection.objects.filter(by_outlet=False, page__in=pieces).order_by("-made_at", "-pk")


def told(rows: Iterable[DatedCorrection]) -> list[Told]:
    """These corrections as the live editions of their pieces tell them: what waits in a draft is told by nobody."""
    rows = list(rows)
    editions = Edition.objects.visible().filter(page__in=[row.page_id for row in rows]).cards()
    stories = {edition.page_id: edition.card for edition in editions}
    found = []
    for row in rows:
        story = stories.get(row.page_id)
        one = next((one for one in story.corrections if one.id == str(row.uid)), None) if story else None
        if story and one:
            found.append(Told(one, story))
    return found


def corrections(request: HttpRequest) -> HttpResponse:
    """The public list; `?kind=` shows one kind only, and an unknown one is no kind at all."""
    publication = PublicationSettings.for_request(request)
    root, publisher = publication.site.root_url, publication.publisher()
    kind = request.GET.get("kind", "")
    kind = kind if kind in DatedCorrection.Kind.values else ""
    rows = public().filter(kind=kind) if kind else public()
    sheet = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    asked = {**({"kind": kind} if kind else {}), **({"page": sheet.number} if sheet.number > 1 else {})}
    context = {
        "sheet": sheet,
        "told": told(sheet.object_list),
        "kind": kind,
        "query": f"{urlencode({'kind': kind})}&" if kind else "",
        "kinds": DatedCorrection.Kind.choices,
        "publisher": publisher,
        "sections": sections(Site.find_for_request(request)),
        "head": head.of_list(
            title=_("Corrections"),
            description=_("What %(publication)s corrected, clarified, updated or retracted, newest first.")
            % {"publication": publisher.name},
            url=f"{root}/corrections/" + (f"?{urlencode(asked)}" if asked else ""),
            publisher=publisher,
            image=share_picture(None, publication.default_share_image, root),
            language=settings.LANGUAGE_CODE,
        ),
    }
    response = render(request, "home/corrections.html", context)
    response["Link"] = context["head"].header
    response["Cache-Control"] = "public, max-age=300"
    return response


def about(publication: PublicationSettings, dialect: str) -> About:
    """What the feed of corrections says of itself."""
    root = publication.site.root_url
    title = _("Corrections · %(publication)s") % {"publication": publication.public_name}
    url = f"{root}/corrections/feeds/{dialect}/"
    return About(title=title, home=f"{root}/corrections/", url=url, policy=publication.policy)


def entry(one: Told) -> Entry:
    """A correction as an entry of its own: its id is its own name, its address where it stands in the piece."""
    correction, story = one
    place = story.place_of(correction)
    html = f"<p>{escape(words(correction))}</p>"
    moment = correction.made_at or story.modified
    return for_readers(
        Story(
            uid=UUID(correction.id),
            url=place,
            canonical=Canonical(url=place),
            headline=f"{name(correction)}: {story.headline}",
            description=words(correction),
            language=story.language,
            direction=story.direction,
            first_published=moment,
            modified=max(moment, story.modified),
            body_html=html,
            section=story.section,
            publisher=story.publisher,
        )
    )
