"""What the Syndication panel asks for. Each action plans; a worker acts."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from wagtail.models import Page

from syndication import tasks
from syndication.contract import Variation
from syndication.doorbell import ring
from syndication.models import Edition, Outlet, Override, Republication, current_edition
from syndication.pages import SyndicatedPageMixin
from syndication.panels import OverrideForm, draft_told, table
from syndication.renderers.changes import changes
from syndication.renderers.payload import payload
from syndication.story import Story
from syndication.syndicating import choose, syndicate, withdraw
from syndication.verifying import look_now

STEER = permission_required("syndication.syndicate", raise_exception=True)


@require_GET
def panel(request: HttpRequest, page_id: int) -> HttpResponse:
    """The panel's rows as they stand now."""
    return HttpResponse(table(steered(request, page_id), request))


@require_POST
@STEER
def push(request: HttpRequest, page_id: int, outlet_id: int) -> HttpResponse:
    """Push the piece to one outlet, again or for the first time."""
    page = steered(request, page_id)
    outlet = get_object_or_404(Outlet.objects.exclude(kind=""), pk=outlet_id)
    asked = syndicate(page, [outlet], actor=request.user)
    if outlet in asked.refused:
        sentences = [objection.sentence for objection in asked.refused[outlet] if objection.blocks]
        return HttpResponse(" ".join(sentences), status=409)
    return HttpResponse(table(page, request))


@require_POST
@STEER
def take_down(request: HttpRequest, page_id: int, outlet_id: int) -> HttpResponse:
    """Ask one outlet to take the piece down, and keep it from there."""
    page = steered(request, page_id)
    withdraw(page, [get_object_or_404(Outlet, pk=outlet_id)], actor=request.user)
    return HttpResponse(table(page, request))


@require_POST
@STEER
def look(request: HttpRequest, page_id: int, outlet_id: int) -> HttpResponse:
    """Look at the copy again."""
    page = steered(request, page_id)
    look_now(get_object_or_404(Republication, uid=page.uid, outlet=outlet_id))
    ring(tasks.verify_due)
    return HttpResponse(table(page, request))


@require_POST
@STEER
def decide(request: HttpRequest, page_id: int, outlet_id: int, choice: str = "") -> HttpResponse:
    """Send the piece to one outlet, keep it from there, or leave it to the rules: kept at once, draft or not."""
    page = steered(request, page_id)
    outlet = get_object_or_404(Outlet.objects.exclude(kind=""), pk=outlet_id)
    choose(page, outlet, choice="" if choice == "rules" else choice, actor=request.user)
    return HttpResponse(table(page, request))


@require_POST
@STEER
def tell(request: HttpRequest, page_id: int, outlet_id: int) -> HttpResponse:
    """Tell one outlet another headline, excerpt or time. What is refused comes back with its sentence at the field."""
    page = steered(request, page_id)
    outlet = get_object_or_404(Outlet.objects.exclude(kind=""), pk=outlet_id)
    kept = Override.objects.filter(uid=page.uid, outlet=outlet).first() or Override(uid=page.uid, outlet=outlet)
    form = OverrideForm(request.POST, instance=kept, prefix=f"syndication-{outlet.pk}")
    if not form.is_valid():
        return HttpResponse(table(page, request, form), status=422)
    choose(page, outlet, **form.cleaned_data, actor=request.user)
    return HttpResponse(table(page, request))


@require_GET
@STEER
def compare(request: HttpRequest, page_id: int, outlet_id: int) -> HttpResponse:
    """What will change at the outlet: what it has beside what is live, and beside the draft where that is newer."""
    page = steered(request, page_id)
    row = Republication.objects.select_related("outlet", "held").filter(uid=page.uid, outlet=outlet_id).first()
    if row is None or row.held is None:
        outlet = get_object_or_404(Outlet, pk=outlet_id)
        return render(request, "syndication/panels/changes.html", {"outlet": outlet, "sides": None})
    untellable = False
    there = row.outlet.contract.view(row.held.story, Variation.model_validate(row.held_variation))
    sides = []
    live = current_edition(page.uid)
    if live is not None and live.public:
        title = _("From version %(held)s there to version %(live)s, which is live") % {
            "held": row.held.version,
            "live": live.version,
        }
        sides.append((title, changes(there, _view(page, live, row.outlet))))
    if page.has_unpublished_changes or not sides:
        title = _("From version %(held)s there to your draft, once published") % {"held": row.held.version}
        draft = draft_told(page)
        untellable = draft is None
        if draft is not None:
            sides.append((title, changes(there, _view(page, draft, row.outlet))))
    facts = {"outlet": row.outlet, "sides": sides, "untellable": untellable}
    return render(request, "syndication/panels/changes.html", facts)


@require_GET
@STEER
def preview(request: HttpRequest, page_id: int, outlet_id: int) -> HttpResponse:
    """How the piece would look as a card in a feed, and the body of the push, with nothing secret in it."""
    page = steered(request, page_id)
    outlet = get_object_or_404(Outlet, pk=outlet_id)
    live = current_edition(page.uid)
    draft = page.has_unpublished_changes or live is None or not live.public
    told = draft_told(page) if draft else live
    if told is None:
        return render(request, "syndication/panels/preview.html", {"story": None})
    story = _view(page, told, outlet)
    row = Republication.objects.filter(uid=page.uid, outlet=outlet).exclude(held=None).first()
    receipt = row.receipt if row else None
    event = "article.updated" if row else "article.published"
    body = payload(event, story, outlet.contract, receipt, datetime.now(UTC))
    context = {
        "outlet": outlet,
        "draft": draft,
        "story": story,
        "host": urlsplit(story.canonical.url).hostname,
        "body": json.dumps(body, ensure_ascii=False, indent=2),
    }
    return render(request, "syndication/panels/preview.html", context)


def _view(page: Any, edition: Edition, outlet: Outlet) -> Story:
    """The edition as the outlet would get it, told differently where an editor says so."""
    override = Override.objects.filter(uid=page.uid, outlet=outlet).first()
    return outlet.contract.view(edition.story, override.variation if override else None)


def steered(request: HttpRequest, page_id: int) -> Any:
    """The piece, for somebody who may edit it."""
    page: Any = get_object_or_404(Page, pk=page_id).specific
    if not page.permissions_for_user(request.user).can_edit() or not isinstance(page, SyndicatedPageMixin):
        raise PermissionDenied
    return page


AT_OUTLET = "<int:page_id>/<int:outlet_id>/"
urls = [
    path("panel/<int:page_id>/", panel, name="panel"),
    path(f"push/{AT_OUTLET}", push, name="push"),
    path(f"look/{AT_OUTLET}", look, name="look"),
    path(f"take-down/{AT_OUTLET}", take_down, name="take_down"),
    path(f"decide/{AT_OUTLET}rules/", decide, {"choice": "rules"}, name="decide_rules"),
    path(f"decide/{AT_OUTLET}send/", decide, {"choice": "send"}, name="decide_send"),
    path(f"decide/{AT_OUTLET}keep/", decide, {"choice": "keep"}, name="decide_keep"),
    path(f"tell/{AT_OUTLET}", tell, name="tell"),
    path(f"compare/{AT_OUTLET}", compare, name="compare"),
    path(f"preview/{AT_OUTLET}", preview, name="preview"),
]
