"""Schemas: the shapes of the partner API, as its OpenAPI tells them. The facts of a piece are the Story's own."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal

from django.utils.dateparse import parse_datetime
from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema

from syndication.contract import Contract
from syndication.partners.api.paging import PATTERN
from syndication.story import Canonical, Correction, Kind, Licence, Named, OutletCopy, Person, Picture, Publisher, Story

# The most URLs in one question, and pieces in one page.
URLS = 200
MOST = 100
# Not what stands beside a story for our own pages.
FACTS = tuple(name for name, field in Story.model_fields.items() if not field.exclude)
FIELDS = (*FACTS, "changed_at", "contract", "owed", "social", "links")
_FIELD = "|".join(FIELDS)
_UUID = r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+ -]\d\d:\d\d)")


def _moment(value: Any) -> datetime:
    """A moment as RFC 3339 writes it; also with the plus sign that an address turned into a space."""
    if isinstance(value, str) and _RFC3339.fullmatch(value):
        text = f"{value[:10]}T{value[11:].replace(' ', '+')}".upper()
        moment = parse_datetime(text)
        if moment:
            return moment
    raise ValueError("Write a moment with its zone, such as 2026-03-01T09:00:00Z.")


Moment = Annotated[datetime, BeforeValidator(_moment), WithJsonSchema({"type": "string", "format": "date-time"})]
# No control characters: no address, name or word has any, and no database takes all of them.
Words = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]+$")]
Address = Annotated[str, Field(min_length=1, max_length=2000, pattern=r"^[^\x00-\x20\x7f]+$")]
WebAddress = Annotated[str, Field(max_length=2000, pattern=r"^https?://[^\x00-\x20\x7f]+$")]
Uid = Annotated[str, Field(pattern=_UUID, description="The piece's own UUID: the same for life.")]


class Strict(Schema):
    """What a partner sends: a name that nobody reads is a mistake, and is told."""

    model_config = ConfigDict(extra="forbid")


# --- Questions --------------------------------------------------------------------------------------------------------


class Walk(Strict):
    """How every list is walked."""

    cursor: str | None = Field(None, pattern=PATTERN, description="As `next` gave it. Opaque: do not make one up.")
    since: Moment | None = Field(
        None, description="Only what changed at this moment or later, to begin a walk; ignored with a cursor."
    )
    limit: int = Field(25, ge=1, le=MOST, description="How many at once.")


class Which(Walk):
    """Which pieces."""

    kind: Kind | None = Field(None, description="`original`, or `stub`: a piece whose full text is at an outlet.")
    section: Words | None = Field(None, description="The name of a section, in any case.")
    topic: Words | None = Field(None, description="The name of a topic, in any case.")
    author: Words | None = Field(None, description="The name of an author, in any case.")
    language: str | None = Field(
        None, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", description="A language tag, as in `en-gb`."
    )
    q: Words | None = Field(None, description="Words that stand in the headline, in this order.")


class Parts(Strict):
    """Which facts of a piece."""

    fields: str | None = Field(
        None,
        pattern=rf"^({_FIELD})(,({_FIELD}))*$",
        max_length=600,
        description="Only these facts, with commas; `uid` is always told. Empty: all of them.",
        examples=["headline,canonical,changed_at"],
    )

    @property
    def wanted(self) -> frozenset[str]:
        """The names, none for all."""
        return frozenset(self.fields.split(",")) if self.fields else frozenset()


class ArticlesQuery(Which, Parts):
    """Which pieces, and which of their facts."""


class Whose(Strict):
    """One question for a canonical."""

    of: Address = Field(description="An address of ours, the address where your copy stands, or a uid.")


class Urls(Strict):
    """Many questions for a canonical."""

    urls: list[Address] = Field(min_length=1, max_length=URLS, description="Addresses of ours or of your copies, or uids.")


class Report(Strict):
    """Where the outlet's copy of a piece stands."""

    uid: Uid
    url: WebAddress = Field(description="The public address of your copy, on a host of yours that we know.")


# --- Answers ----------------------------------------------------------------------------------------------------------


class Term(Schema):
    """One thing owed, and the line to paste that does it; "" where there is none."""

    sentence: str
    line: str


class Social(Schema):
    """What our own page says of itself to networks and search engines."""

    og: dict[str, str | list[str]]
    twitter: dict[str, str]
    json_ld: dict[str, Any]


class ArticleLinks(Schema):
    """Addresses of the piece in this API."""

    self: str
    media: str
    receipt: str


class Article(Schema):
    """One piece as you may carry it. With `?fields=` only `uid` and what was named; HTML is sanitised, addresses are absolute."""

    uid: str
    version: int = Field(0, description="Grows with each published change.")
    kind: Kind = "original"
    changed_at: datetime | None = Field(None, description="When it last changed for you: lists are in this order.")
    url: str = Field("", description="Our own page.")
    canonical: Canonical | None = Field(None, description="What `rel=canonical` of your copy must name.")
    contract: Contract | None = Field(None, description="What you may carry and what you owe.")
    owed: list[Term] = Field([], description="The same in sentences, with the lines to paste.")
    headline: str = ""
    title: str = Field("", description="For `<title>` and cards, where it differs from the headline.")
    standfirst: str = ""
    description: str = ""
    language: str = ""
    direction: Literal["ltr", "rtl"] = "ltr"
    authors: list[Person] = []
    byline: str = ""
    first_published: datetime | None = None
    modified: datetime | None = None
    body_html: str = Field("", description="Empty where the contract gives an excerpt or a link.")
    excerpt_html: str = ""
    word_count: int = 0
    lead_image: Picture | None = None
    share_image: Picture | None = None
    outlet: OutletCopy | None = Field(None, description="Of a stub: where its full text is.")
    section: Named | None = None
    topics: list[Named] = []
    licence: Licence | None = None
    corrections: list[Correction] = []
    publisher: Publisher | None = None
    social: Social | None = None
    links: ArticleLinks | None = None


class Listed(Schema):
    """How a list goes on. While `more`, ask `next` at once; then keep it, and ask it again later."""

    next: str
    more: bool


class Articles(Listed):
    """Pieces in the order in which they changed."""

    items: list[Article]


class CorrectedPiece(Schema):
    """A piece whose facts were corrected."""

    uid: str
    version: int
    changed_at: datetime
    headline: str
    url: str
    canonical_url: str
    retracted: bool = Field(False, description="Retracted: say so above your copy, or take it down.")
    corrections: list[Correction]


class Corrections(Listed):
    """Corrected pieces in the order in which they changed."""

    items: list[CorrectedPiece]


class Tombstone(Schema):
    """A piece that you had, and may carry no longer: take it down. With a `reason` it was killed: at once, and everywhere."""

    uid: str
    withdrawn_at: datetime
    reason: str | None = None


class Tombstones(Listed):
    """Withdrawn pieces in the order of their withdrawal."""

    items: list[Tombstone]


class MediaItem(Schema):
    """A picture that may travel with the piece."""

    role: Literal["lead", "share", "body"]
    url: str
    width: int | None
    height: int | None
    mime: str
    alt: str
    caption: str
    credit: str
    licence: Licence | None


class Media(Schema):
    """All pictures of a piece that you may carry."""

    uid: str
    items: list[MediaItem]


class Home(Schema):
    """What the canonical of one address should be. `state`: `published`, `withdrawn` (take your copy down) or `unknown`."""

    asked: str
    state: Literal["published", "withdrawn", "unknown"]
    says: str
    uid: str | None = None
    headline: str = ""
    url: str = ""
    canonical: Canonical | None = None
    owed: list[Term] = []


class Homes(Schema):
    """An answer for each address, in the order of the question."""

    items: list[Home]


class Receipt(Schema):
    """Where your copy stands, and what we saw when we looked. `verdict` is empty until then."""

    uid: str
    url: str
    state: str = Field(description="`delivered`, `withdrawn` and the like: what we know of your copy before looking.")
    verdict: str = Field(description="`honoured`, `missing`, `wrong`, `duplicated`, `unreachable`, `gone`, or empty.")
    says: str
    evidence: list[dict[str, str]]
    looked_at: datetime | None
    looks_again_at: datetime | None


class Limits(Schema):
    """How often you may ask."""

    per_minute: int


class Ping(Schema):
    """Who you are here."""

    outlet: str
    token: str = Field(description="The token's name; its secret is told nowhere.")
    scopes: list[str]
    expires_at: datetime | None
    contract: Contract
    hosts: list[str] = Field(description="Hosts on which your copies may stand.")
    limits: Limits


class Fault(Schema):
    """What is wrong, and where."""

    where: str
    says: str


class ProblemTold(Schema):
    """An error (RFC 9457)."""

    model_config = ConfigDict(title="Problem")

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    instance: str = ""
    errors: list[Fault] = []
