"""What the readers' templates ask beyond the facts of a Story: places, days and words of the frame around it."""

import re
from datetime import date
from typing import Any, NamedTuple

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from wagtail.models import Site

from home import languages
from home.identity import HOUSE
from home.models import PublicationSettings
from home.models.base import sections
from home.models.site import POLICIES
from home.text_pictures import pictures_in_text
from syndication.renderers.corrections import name
from syndication.rights import may_republish
from syndication.story import Correction, Person, Story

register = template.Library()


class Handle(NamedTuple):
    """Where readers find an author: the place's name, the handle as a byline prints it, the profile's address."""

    place: str
    text: str
    url: str


@register.filter
def handles(person: Person) -> list[Handle]:
    """An author's handles in the order a byline prefers them; the first one's text is `person.handle`."""
    found = []
    if person.x:
        found.append(Handle("X", person.x, f"https://x.com/{person.x.removeprefix('@')}"))
    if person.fediverse:
        user, _at, host = person.fediverse.removeprefix("@").partition("@")
        found.append(Handle("Fediverse", person.fediverse, f"https://{host}/@{user}"))
    if person.bluesky:
        found.append(Handle("Bluesky", f"@{person.bluesky}", f"https://bsky.app/profile/{person.bluesky}"))
    return found


@register.filter
def day(story: Story) -> date:
    """The day a byline names: for a stub the day it ran at the outlet, else the first publication in the site's time zone."""
    if story.outlet and story.outlet.ran_on:
        return story.outlet.ran_on
    return timezone.localtime(story.first_published).date()


@register.filter
def retractions(story: Story) -> list[Correction]:
    """What stands above the headline."""
    return [one for one in story.corrections if one.kind == "retraction"]


@register.filter
def corrections_above(story: Story) -> list[Correction]:
    """What stands above the text: who reads it must know what was wrong."""
    return [one for one in story.corrections if one.kind == "correction"]


@register.filter
def corrections_below(story: Story) -> list[Correction]:
    """What may stand below the text, with a line above that leads there."""
    return [one for one in story.corrections if one.below]


@register.filter
def correction_name(correction: Correction) -> str:
    """As in “Retraction”, or “Correction by The Lantern”."""
    return name(correction)


@register.filter
def place_of(correction: Correction, story: Story) -> str:
    """Its permanent address."""
    return story.place_of(correction)


@register.filter
def current(path: str, url: str) -> str:
    """The value of `aria-current` for a link to `url` on the page at `path`: `page`, `true` below it, or nothing."""
    if path == url:
        return "page"
    return "true" if path.startswith(url) else ""


@register.filter
def foreign_tongue(story: Story) -> str:
    """The name of its language in ours, as in “Arabic”; nothing for a piece in the language of the frame around it."""
    return "" if story.language.partition("-")[0] == "en" else languages.name(story.language)


@register.filter
def republishable(story: Story) -> bool:
    """Whether any reader may carry the piece."""
    return may_republish(story)


@register.filter
def policy_name(term: str) -> str:
    """What readers call a policy, from its schema.org property: the words of the settings form."""
    field = next((name for name, known in POLICIES.items() if known == term), "")
    return capfirst(str(PublicationSettings._meta.get_field(field).verbose_name)) if field else term


@register.filter
def for_dense_screens(sizes: str) -> str:
    """`sizes` for a screen of three pixels to one as for one of two: nobody sees it, and a phone loads half as much."""
    *wider, narrow = sizes.rpartition(", ")
    share = re.fullmatch(r"(\d+)vw", narrow)
    if share is None:
        return sizes
    return f"{''.join(wider)}(min-resolution: 2.5dppx) {round(int(share[1]) * 2 / 3)}vw, {narrow}"


@register.filter
def with_pictures(html: str, story: Story) -> SafeString:
    """Sanitised `html` of a story with each picture in all the formats there are of it. What travels has JPEG and WebP only."""
    return mark_safe(pictures_in_text(html, story.formats, for_dense_screens))


@register.filter
def with_scrolling_tables(html: str) -> SafeString:
    """Sanitised `html` with each table in a box that scrolls by itself, also by keyboard, so that the page never does."""
    # The sanitiser leaves no `<` that is not a tag's, in text or in attributes.
    opened = html.replace("<table", '<div class="scroll" role="group" aria-label="Table" tabindex="0"><table')
    return mark_safe(opened.replace("</table>", "</table></div>"))


@register.simple_tag
def furniture(story: Story) -> str:
    """Attributes for our own words around a piece, which are English as its byline is, where the piece is not."""
    return "" if story.language.partition("-")[0] == "en" else mark_safe(' lang="en" dir="ltr"')


@register.simple_tag(takes_context=True)
def frame(context: dict[str, Any]) -> str:
    """Prints nothing; sees to it that `look` is there, and `publisher` and `sections` on pages no view prepared, such as 404."""
    publication = _publication(context)
    context["look"] = publication.look if publication else HOUSE
    if publication and "publisher" not in context:
        context["publisher"] = publication.publisher()
        context["sections"] = sections(publication.site)
    return ""


def _publication(context: dict[str, Any]) -> PublicationSettings | None:
    """The settings that the view or the page has already asked for, else those of the request's site."""
    if known := context.get("publication") or getattr(context.get("page"), "publication", None):
        return known
    request = context.get("request")
    return PublicationSettings.for_request(request) if request and Site.find_for_request(request) else None


@register.filter
def takes_stubs_of(parent: Any, user: Any) -> bool:
    """Whether `user` may write a stub under this page of the explorer."""
    from home.stub_from_url import allowed

    return allowed(parent, user)
