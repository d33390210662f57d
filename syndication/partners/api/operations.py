"""Operations: what the partner API answers. Each begins with what the outlet may see now, and ends in what it took."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Body, Query, Router

from syndication import tasks
from syndication.doorbell import ring
from syndication.models import Republication, Token, Verification
from syndication.partners.api import homes, schemas
from syndication.partners.api.answering import ROOT, answered, carries, piece, token_of, walk_of
from syndication.partners.api.choosing import chosen
from syndication.partners.api.doors import PartnerToken, only
from syndication.partners.problems import Problem
from syndication.partners.visit import visit_of
from syndication.pulling import report, shelf, tombstones
from syndication.renderers.article import article, correction, media

READ, REPORT, ANY = PartnerToken(Token.Scope.READ), PartnerToken(Token.Scope.REPORT), PartnerToken()

router = Router()


@router.get("/ping", response=schemas.Ping, auth=ANY, tags=["Begin"], operation_id="ping", summary="Who am I?")
def ping(request: HttpRequest) -> HttpResponse:
    """The outlet your token speaks for, what the token may do and until when, and your contract."""
    only(request)
    token = token_of(request)
    told = {
        "outlet": token.outlet.name,
        "token": token.name,
        "scopes": token.scopes,
        "expires_at": token.expires_at.isoformat() if token.expires_at else None,
        "contract": token.outlet.contract.model_dump(mode="json"),
        "hosts": token.outlet.hosts,
        "limits": {"per_minute": settings.SYNDICATION_API_PER_MINUTE},
    }
    return answered(told)


@router.get(
    "/articles", response=schemas.Articles, auth=READ, tags=["Pieces"], operation_id="articles", summary="List pieces by change"
)
def articles(request: HttpRequest, which: Query[schemas.ArticlesQuery]) -> HttpResponse:
    """The pieces you may carry, in the order in which they changed for you. Begin without a cursor, follow `next` while `more` is
    true, then keep `next` and ask it again whenever you like: nothing changed answers 304 to its ETag. The newest minute may be
    told twice, so that nothing is ever missed; `uid` and `version` tell you what you have."""
    only(request, schemas.ArticlesQuery)
    outlet, fields = token_of(request).outlet, which.wanted

    def tell(row: Republication) -> dict[str, Any]:
        return article(row.story, outlet.contract, row.changed_at, ROOT, fields)

    return walk_of(request, "articles", chosen(shelf(outlet), which), which, tell, takes=carries(outlet, fields))


@router.get(
    "/articles/{uuid:uid}", response=schemas.Article, auth=READ, tags=["Pieces"], operation_id="article", summary="One piece"
)
def one_article(request: HttpRequest, uid: UUID, parts: Query[schemas.Parts]) -> HttpResponse:
    """The piece as you may carry it now. 410 once it was withdrawn from you; 404 for what you may not have."""
    only(request, schemas.Parts)
    outlet, fields = token_of(request).outlet, parts.wanted
    return piece(
        request,
        uid,
        lambda row: article(row.story, outlet.contract, row.changed_at, ROOT, fields),
        ("article", sorted(fields)),
        takes=carries(outlet, fields),
    )


@router.get(
    "/articles/{uuid:uid}/media", response=schemas.Media, auth=READ, tags=["Pieces"], operation_id="media", summary="Its pictures"
)
def its_media(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The pictures of the piece that may travel, with credit and licence. A picture that is not here stays with us."""
    only(request)
    return piece(request, uid, lambda row: {"uid": str(uid), "items": media(row.story)}, ("media",), takes=False)


@router.get(
    "/corrections",
    response=schemas.Corrections,
    auth=READ,
    tags=["Changes"],
    operation_id="corrections",
    summary="List corrected pieces",
)
def corrections(request: HttpRequest, walk: Query[schemas.Walk]) -> HttpResponse:
    """The pieces you may carry whose facts were corrected, in the order in which they changed."""
    only(request, schemas.Walk)
    rows = shelf(token_of(request).outlet).filter(~Q(wanted__facts__corrections=[]))
    return walk_of(request, "corrections", rows, walk, lambda row: correction(row.story, row.changed_at))


@router.get(
    "/tombstones",
    response=schemas.Tombstones,
    auth=READ,
    tags=["Changes"],
    operation_id="tombstones",
    summary="List withdrawn pieces",
)
def graves(request: HttpRequest, walk: Query[schemas.Walk]) -> HttpResponse:
    """The pieces you had and may carry no longer: withdrawn, killed, or over by contract. Take each down."""
    only(request, schemas.Walk)

    def tell(row: Republication) -> dict[str, Any]:
        told = {"uid": str(row.uid), "withdrawn_at": row.changed_at.isoformat()}
        return {**told, "reason": row.kill.reason} if row.kill else told

    return walk_of(request, "tombstones", tombstones(token_of(request).outlet), walk, tell, takes=True, shows=False)


@router.get(
    "/canonical",
    response=schemas.Home,
    auth=READ,
    tags=["Canonical"],
    operation_id="canonical",
    summary="Canonical of one address",
)
def canonical(request: HttpRequest, whose: Query[schemas.Whose]) -> HttpResponse:
    """What the canonical of a page should be: ask with our address, an older one of ours, the address of your copy, or a uid."""
    only(request, schemas.Whose)
    found = homes.find(token_of(request).outlet, [whose.of])
    visit_of(request).rows = found.rows.values()
    return answered(homes.told(found, whose.of))


@router.post(
    "/canonical",
    response=schemas.Homes,
    auth=READ,
    tags=["Canonical"],
    operation_id="canonicals",
    summary="Canonicals of many addresses",
)
def canonicals(request: HttpRequest, many: Body[schemas.Urls]) -> HttpResponse:
    """Up to 200 addresses of yours: what should the canonical of each be? Unknown ones are answered, too."""
    only(request)
    found = homes.find(token_of(request).outlet, many.urls)
    visit_of(request).rows = found.rows.values()
    return answered({"items": [homes.told(found, url) for url in many.urls]})


@router.post(
    "/receipts",
    response={202: schemas.Receipt},
    auth=REPORT,
    tags=["Receipts"],
    operation_id="report",
    summary="Say where your copy stands",
)
def tell_receipt(request: HttpRequest, told: Body[schemas.Report]) -> HttpResponse:
    """We look at the page within seconds, and again later; `receipt` tells the verdict. Saying it twice does no harm."""
    only(request)
    outlet, uid = token_of(request).outlet, UUID(told.uid)
    try:
        with transaction.atomic():
            row = report(outlet, uid, told.url)
            # Who reports it has it there: nothing is to be waited for.
            Verification.objects.filter(republication=row).update(due_at=Now())
            ring(tasks.verify_due)
    except LookupError as problem:
        raise Problem(404, str(problem.args[0])) from None
    except ValueError as problem:
        raise Problem(403, str(problem)) from None
    visit_of(request).rows = [row]
    response = answered(_receipt(row), status=202)
    response["Location"] = f"{ROOT}/receipts/{uid}"
    return response


@router.get(
    "/receipts/{uuid:uid}",
    response=schemas.Receipt,
    auth=REPORT,
    tags=["Receipts"],
    operation_id="receipt",
    summary="What we saw of your copy",
)
def its_receipt(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Where your copy stands, whether it was verified, and the evidence. 404 until you told us."""
    only(request)
    outlet = token_of(request).outlet
    every = (rows.filter(uid=uid).select_related("verification").first() for rows in (shelf(outlet), tombstones(outlet)))
    row = next((row for row in every if row), None)
    if row is None or not row.receipt_url:
        raise Problem(404, _("We do not know of a copy of this piece. Tell us where it stands: POST /partners/v1/receipts."))
    return answered(_receipt(row))


def _receipt(row: Republication) -> dict[str, Any]:
    seen: Verification | None = getattr(row, "verification", None)
    if seen is None or seen.url != row.receipt_url:
        seen = Verification()
    return {
        "uid": str(row.uid),
        "url": row.receipt_url,
        "state": row.state,
        "verdict": seen.verdict,
        "says": seen.sentence or _("We have not looked yet."),
        "evidence": seen.evidence,
        "looked_at": seen.looked_at.isoformat() if seen.looked_at else None,
        "looks_again_at": seen.due_at.isoformat() if seen.due_at else None,
    }
