"""The page that our verifier's User-Agent names: who visits, how often, how to refuse, and where to write."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from syndication.http import PRODUCT
from syndication.partners.opening import contact
from syndication.visiting import PAGE_BYTES


@require_safe
def verifier(request: HttpRequest) -> HttpResponse:
    """Ask the database nothing: it is the same for everybody."""
    facts = {"product": PRODUCT, "pace": f"{settings.SYNDICATION_HOST_PACE:g}", "megabytes": f"{PAGE_BYTES / 1_000_000:g}"}
    return render(request, "partners/verifier.html", {**facts, "contact": contact()})
