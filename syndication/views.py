"""What the Syndication panel asks for. Each action plans; a worker acts."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST
from wagtail.log_actions import log
from wagtail.models import Page

from syndication import tasks
from syndication.doorbell import ring
from syndication.models import Outlet, Republication, current_edition
from syndication.pages import SyndicatedPageMixin
from syndication.panels import table
from syndication.verifying import look_now

PUSH = permission_required("syndication.change_republication", raise_exception=True)


def panel(request: HttpRequest, page_id: int) -> HttpResponse:
    """The panel's table as it stands now."""
    return HttpResponse(table(_page(request, page_id), request))


@require_POST
@PUSH
def push(request: HttpRequest, page_id: int, outlet_id: int) -> HttpResponse:
    """Push the piece to one outlet, again or for the first time."""
    page = _page(request, page_id)
    outlet = get_object_or_404(Outlet.objects.exclude(kind=""), pk=outlet_id)
    edition = current_edition(page.uid)
    if edition is None or not edition.public:
        return HttpResponse("The piece is not public yet: publish it first.", status=409)
    if outlet.state in (Outlet.State.HELD, Outlet.State.GONE):
        # An editor who pushes again has mended what was wrong, or will learn that it still is.
        outlet.state, outlet.state_reason = Outlet.State.ACTIVE, ""
        outlet.save(update_fields=["state", "state_reason"])
    if not Republication.objects.want(edition, outlet, Republication.PUBLISH):
        Republication.objects.push_again(uid=page.uid, outlet=outlet)
    log(page, "syndication.push", user=request.user, data={"outlet": outlet.name})
    ring(tasks.deliver_due)
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
