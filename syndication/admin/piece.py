"""What the Syndication panel asks for. Each action plans; a worker acts."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.views.decorators.http import require_POST
from wagtail.models import Page

from syndication import tasks
from syndication.doorbell import ring
from syndication.models import Outlet, Republication
from syndication.pages import SyndicatedPageMixin
from syndication.panels import table
from syndication.syndicating import syndicate
from syndication.verifying import look_now

PUSH = permission_required("syndication.syndicate", raise_exception=True)


def panel(request: HttpRequest, page_id: int) -> HttpResponse:
    """The panel's table as it stands now."""
    return HttpResponse(table(_page(request, page_id), request))


@require_POST
@PUSH
def push(request: HttpRequest, page_id: int, outlet_id: int) -> HttpResponse:
    """Push the piece to one outlet, again or for the first time."""
    page = _page(request, page_id)
    outlet = get_object_or_404(Outlet.objects.exclude(kind=""), pk=outlet_id)
    asked = syndicate(page, [outlet], actor=request.user)
    if outlet in asked.refused:
        sentences = [objection.sentence for objection in asked.refused[outlet] if objection.blocks]
        return HttpResponse(" ".join(sentences), status=409)
    return HttpResponse(table(page, request))


@require_POST
@PUSH
def look(request: HttpRequest, page_id: int, outlet_id: int) -> HttpResponse:
    """Look at the copy again."""
    page = _page(request, page_id)
    look_now(get_object_or_404(Republication, uid=page.uid, outlet=outlet_id))
    ring(tasks.verify_due)
    return HttpResponse(table(page, request))


def _page(request: HttpRequest, page_id: int) -> Any:
    page: Any = get_object_or_404(Page, pk=page_id).specific
    if not page.permissions_for_user(request.user).can_edit() or not isinstance(page, SyndicatedPageMixin):
        raise PermissionDenied
    return page


urls = [
    path("panel/<int:page_id>/", panel, name="panel"),
    path("push/<int:page_id>/<int:outlet_id>/", push, name="push"),
    path("look/<int:page_id>/<int:outlet_id>/", look, name="look"),
]
