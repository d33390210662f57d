"""The page that a stub points at, on the stub's tab: look at it now, accept it as it is, take its new address."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.log_actions import log

from syndication import tasks
from syndication.admin.piece import steered
from syndication.doorbell import ring
from syndication.leaning import accept
from syndication.models import Verification
from syndication.panels import table

STEER = permission_required("syndication.syndicate", raise_exception=True)


@require_POST
@STEER
def look(request: HttpRequest, page_id: int) -> HttpResponse:
    """Look at the page as soon as a worker is free."""
    page = steered(request, page_id)
    row = get_object_or_404(Verification, stub_uid=page.uid)
    Verification.objects.look(url=row.url, stub_uid=page.uid)
    ring(tasks.verify_due)
    return HttpResponse(table(page, request))


@require_POST
@STEER
def take_as_it_is(request: HttpRequest, page_id: int) -> HttpResponse:
    """The page is right as it stands: know it anew, and link to it again."""
    page = steered(request, page_id)
    if not accept(page.uid):
        raise Http404
    log(page, "syndication.accept_target", user=request.user)
    ring(tasks.verify_due)
    return HttpResponse(table(page, request))


@require_POST
@STEER
def move(request: HttpRequest, page_id: int) -> HttpResponse:
    """Take the address to which the page has moved, as the editor's own change of the stub."""
    page: Any = steered(request, page_id)
    row = get_object_or_404(Verification.objects.exclude(moved_to=""), stub_uid=page.uid)
    published = page.take_new_address(row.url, row.moved_to, user=request.user)
    if published is None:
        messages.error(request, _("The stub names another address by now, so nothing was changed."))
    elif published:
        messages.success(request, _("The stub leads to the new address now."))
    else:
        messages.success(request, _("The new address stands in the draft. Publish it when you are ready."))
    return redirect(f"{reverse('wagtailadmin_pages:edit', args=[page.pk])}#tab-syndication")


urls = [
    path("target/<int:page_id>/look/", look, name="target_look"),
    path("target/<int:page_id>/accept/", take_as_it_is, name="target_accept"),
    path("target/<int:page_id>/move/", move, name="target_move"),
]
