"""The page where readers take a piece along: the text to copy, what its licence asks, and what the counter tells us."""

from typing import Any
from urllib.parse import urljoin
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.models import Site

from home.models.base import sections
from syndication.models import Edition
from syndication.renderers.kit import conditions, kit
from syndication.renderers.pasting import systems
from syndication.rights import may_republish
from syndication.story import Story


def republish(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The kit of a public piece; 403, with whom to ask, where its licence lets nobody carry it; 404 for what nobody may see."""
    story = get_object_or_404(Edition.objects.visible(), uid=uid).story
    context: dict[str, Any] = {
        "story": story,
        "publisher": story.publisher,
        "sections": sections(Site.find_for_request(request)),
        "title": _("Republish “%(headline)s”") % {"headline": story.headline},
    }
    if not may_republish(story):
        return _keep_out(render(request, "home/republish_refused.html", {**context, **whom_to_ask(story)}, status=403))
    made = kit(story, counter(story))
    context |= {
        "kit": made,
        "conditions": conditions(story.licence),
        "systems": systems(story),
        "lines": [(_("Headline"), story.headline), (_("Standfirst"), story.standfirst), (_("Byline"), story.byline)],
        "forms": [
            ("html", _("HTML"), made.html, _("For your own site. With the counter, which is told about below.")),
            ("markdown", _("Markdown"), made.markdown, _("For systems that are written in Markdown. Without the counter.")),
            ("text", _("Plain text"), made.text, _("For mail and print. Without the counter.")),
        ],
    }
    return _keep_out(render(request, "home/republish.html", context))


def counter(story: Story) -> str:
    """The absolute address of the image that counts the piece's readers elsewhere."""
    return urljoin(story.publisher.url, reverse("counter", args=[story.uid]))


def whom_to_ask(story: Story) -> dict[str, str]:
    """Where a person answers: the newsroom's own page if it names one, else the first author's."""
    page = dict(story.publisher.policies).get("masthead", "")
    author = next((person for person in story.authors if person.url), None)
    return {"newsroom_url": page, "author_url": author.url if author else "", "author_name": author.name if author else ""}


def _keep_out(answer: HttpResponse) -> HttpResponse:
    """No page of ours that repeats a piece is for search engines."""
    answer["X-Robots-Tag"] = "noindex"
    return answer
