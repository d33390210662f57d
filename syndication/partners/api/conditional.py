"""Conditional: who holds the newest already is told so with a 304 (RFC 9110 §13), before anything is read for the answer.

The ETag names the versions in the answer, so it changes with an edit, with a withdrawal, and when a piece's time is over.
"""

import hashlib
from datetime import datetime
from typing import Any

from django.db.models import Max, Q
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

from syndication.models import Edition, Outlet, Republication
from syndication.partners.api.paging import OVERLAP


def etag(outlet: Outlet, *facts: Any) -> str:
    """A weak tag over facts, and over the contract that every answer is seen through."""
    told = repr((outlet.pk, outlet.name, outlet.contract.model_dump_json(), facts))
    return f'W/"{hashlib.sha256(told.encode()).hexdigest()[:32]}"'


def modified(outlet: Outlet) -> datetime | None:
    """When any list of the outlet changed last: by a change, or because the time of a piece was over.

    None within a minute of it: a date has whole seconds, and what is committed late has an older one.
    """
    mine = Republication.objects.filter(outlet=outlet)
    changed = mine.filter(changed_at__lte=Now()).order_by("-changed_at").values_list("changed_at", flat=True).first()
    ended = mine.aggregate(last=Max("ends_at", filter=Q(ends_at__lte=Now())))["last"]
    over = Edition.objects.current().filter(expires_at__isnull=False, expires_at__lte=timezone.now())
    expired = over.aggregate(last=Max("expires_at"))["last"]
    return settled(max((moment for moment in (changed, ended, expired) if moment), default=None))


def settled(moment: datetime | None) -> datetime | None:
    """The moment, once nothing can be committed any more that claims an earlier one."""
    return moment if moment and moment < timezone.now() - OVERLAP else None


def unchanged(request: HttpRequest, tag: str, last: datetime | None) -> HttpResponse | None:
    """The 304, or the 412, if the request's conditions say so."""
    stamp = int(last.timestamp()) if last else None
    response = get_conditional_response(request, etag=tag, last_modified=stamp)
    return stamped(response, tag, last) if response is not None else None


def stamped(response: HttpResponse, tag: str, last: datetime | None) -> HttpResponse:
    """The response with its validators, the same on 200 and 304."""
    response["ETag"] = tag
    if last:
        response["Last-Modified"] = http_date(last.timestamp())
    response["Cache-Control"] = "private, no-cache"
    return response
