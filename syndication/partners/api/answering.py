"""Answering: how lists and pieces are told: the 304 first, then the pieces, then what was taken by telling them."""

import json
from collections.abc import Callable, Collection
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.encoding import iri_to_uri
from django.utils.translation import gettext as _

from syndication.models import Outlet, Republication, Token
from syndication.partners.api.conditional import etag, modified, settled, stamped, unchanged
from syndication.partners.api.paging import Cursor, Leaf, address, leaf
from syndication.partners.api.schemas import Walk
from syndication.partners.problems import Problem
from syndication.partners.visit import visit_of
from syndication.pulling import shelf, taken, tombstones
from syndication.renderers.article import CONTENT

ROOT = f"{settings.SITE_URL}/partners/v1"
Tell = Callable[[Republication], dict[str, Any]]


def token_of(request: HttpRequest) -> Token:
    """The token that the request showed; its outlet is at hand."""
    token: Token = request.auth  # type: ignore[attr-defined]
    return token


def answered(told: Any, status: int = 200) -> HttpResponse:
    """JSON for this partner alone."""
    response = HttpResponse(json.dumps(told, ensure_ascii=False), content_type="application/json", status=status)
    response["Cache-Control"] = "private, no-cache"
    return response


def carries(outlet: Outlet, fields: Collection[str]) -> bool:
    """Whether an answer with these fields gives the outlet what it carries of a piece."""
    return not fields or CONTENT[outlet.contract.extent] in fields


def walk_of(
    request: HttpRequest,
    name: str,
    rows: QuerySet[Republication],
    walk: Walk,
    tell: Tell,
    *,
    takes: bool = False,
    shows: bool = True,
) -> HttpResponse:
    """A page of a list, or the 304: until that is known nothing but keys is read."""
    start = Cursor.read(walk.cursor) if walk.cursor else Cursor.at(walk.since) if walk.since else Cursor()
    found = leaf(rows, start, walk.limit)
    outlet = token_of(request).outlet
    given = walk.model_dump(exclude={"cursor", "since"}, exclude_none=True)
    tag, last = etag(outlet, name, given, found), modified(outlet)
    following = address(f"{ROOT}/{name}", found.next, **given)
    response = unchanged(request, tag, last)
    if response is None:
        # Without an order the database goes straight to these rows; with one it may walk the outlet's whole shelf.
        read = rows.filter(pk__in=[mark.pk for mark in found.marks]).order_by().in_bulk()
        page = [read[mark.pk] for mark in found.marks if mark.pk in read]
        response = answered({"items": [tell(row) for row in page], "next": following, "more": found.more})
        _took(request, page, takes=takes, shows=shows)
    response["Link"] = ", ".join(_links(name, given, found, following))
    return stamped(response, tag, last)


def _links(name: str, given: dict[str, Any], found: Leaf, following: str) -> list[str]:
    first = address(f"{ROOT}/{name}", Cursor(), **given)
    links = [f'<{first}>; rel="first"', f'<{ROOT}/>; rel="service-doc"']
    return [f'<{following}>; rel="next"', *links] if found.more else links


def piece(request: HttpRequest, uid: UUID, tell: Tell, facts: tuple[Any, ...], *, takes: bool) -> HttpResponse:
    """One piece, or the 304."""
    outlet = token_of(request).outlet
    rows = shelf(outlet).filter(uid=uid)
    found = leaf(rows, Cursor(), 1)
    if not found.marks:
        raise _absent(outlet, uid)
    tag, last = etag(outlet, facts, found.marks), settled(found.marks[0].changed_at)
    if response := unchanged(request, tag, last):
        return response
    row = rows.first()
    if row is None:
        raise _absent(outlet, uid)
    response = answered(tell(row))
    response["Link"] = f'<{iri_to_uri(row.wanted.card.canonical.url)}>; rel="canonical"'
    _took(request, [row], takes=takes)
    return stamped(response, tag, last)


def _absent(outlet: Outlet, uid: UUID) -> Problem:
    if tombstones(outlet).filter(uid=uid).exists():
        return Problem(410, _("You may carry this piece no longer. Take your copy down."))
    return Problem(404, _("There is no such piece for you. It may never have been yours, or not be yours yet."))


def _took(request: HttpRequest, rows: list[Republication], *, takes: bool, shows: bool = True) -> None:
    """Write down what the answer gives away; a HEAD gives nothing."""
    if not visit_of(request).gives:
        return
    if shows:
        visit_of(request).rows = rows
    if takes:
        taken(rows)
