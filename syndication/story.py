"""Story: the one portable form of a piece. Every surface renders it; none asks the page again."""

import hashlib
import json
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal, get_args
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

Kind = Literal["original", "stub"]
Policy = Literal["self", "outlet", "noindex"]
Extent = Literal["link", "excerpt", "full"]
CorrectionKind = Literal["retraction", "correction", "clarification", "update"]
Bearing = Literal["", "paywalled", "gone", "withheld"]


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(UTC)


Moment = Annotated[datetime, AfterValidator(_utc)]


# What XML 1.0 cannot hold (§2.2), in or out of entities: pasted text brings vertical tabs and the like.
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def _nothing(value: Any) -> bool:
    return not value


class Value(BaseModel):
    """A frozen fact. Text in it is fit for XML. Unknown keys are dropped, so an Edition of a newer release still loads."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    @field_validator("*", mode="before")
    @classmethod
    def _fit_for_xml(cls, value: Any) -> Any:
        return _NO_TEXT.sub("", value) if isinstance(value, str) else value


class Person(Value):
    """An author. Handles as people write them: `@ada` on X, `@ada@host` in the fediverse, a Bluesky domain."""

    name: str
    url: str = ""
    website: str = ""
    x: str = ""
    fediverse: str = ""
    bluesky: str = ""

    @property
    def handle(self) -> str:
        """The handle a byline shows: the first there is of X, fediverse and Bluesky, with its `@`."""
        return self.x or self.fediverse or (f"@{self.bluesky}" if self.bluesky else "")


class Licence(Value):
    """Terms of reuse: a name for people and, where there is one, the URL of the deed."""

    name: str
    url: str = ""


class Picture(Value):
    """An image as it may travel: absolute URLs, pixels, and four facts that differ: alt, caption, credit, licence."""

    url: str
    width: int
    height: int
    alt: str = ""
    caption: str = ""
    credit: str = ""
    licence: Licence | None = None
    may_syndicate: bool = False
    srcset: str = ""
    mime: str = "image/jpeg"
    # How our own pages may show it, found beside the story and not part of it: no dump and no digest has these.
    avif: str = Field(default="", exclude=True)
    focus: str = Field(default="", exclude=True)
    crops: tuple["Crop", ...] = Field(default=(), exclude=True)


class Crop(Value):
    """A picture in another shape, cut around what matters in it."""

    url: str
    width: int
    height: int


class Named(Value):
    """Something with a name and a page of its own: a section, a topic."""

    name: str
    url: str = ""


class OutletCopy(Value):
    """Where a stub's full text lives: the outlet, the URL there, the day it ran, and how much of it we carry.

    `bearing` says what readers must know of that page: that they have to subscribe, that it is gone (`gone_since`, a day in
    UTC), or that its address is `withheld` because the page is not the outlet's any more. Then `url` is empty: what is not in
    the Story no surface can tell. `archive_url` is a copy in an archive that an editor gave.
    """

    name: str
    url: str
    ran_on: date | None = None
    extent: Extent = "excerpt"
    # Left out where there is nothing to say, so that a stub whose page is well keeps its digest.
    bearing: Bearing = Field(default="", exclude_if=_nothing)
    gone_since: date | None = Field(default=None, exclude_if=_nothing)
    archive_url: str = Field(default="", exclude_if=_nothing)

    @property
    def archived(self) -> bool:
        """Whether readers are offered the copy in an archive: where the page itself serves them no more."""
        return bool(self.archive_url and self.bearing)


class Canonical(Value):
    """The one canonical URL and the policy that chose it (RFC 6596)."""

    url: str
    policy: Policy = "self"


# The gravest first.
CORRECTION_KINDS: tuple[CorrectionKind, ...] = get_args(CorrectionKind)


class Correction(Value):
    """A dated, visible change of fact: its own record, with an `id` for life.

    `at` is its day at the publication, `made_at` the moment; `before` and `after` are the words it changed, where an editor
    gave them. `by` names the outlet whose correction this is, mirrored on a stub, and `url` is where it stands there. Editions
    of older releases know no more than day and text.
    """

    at: date
    text: str
    id: str = ""
    kind: CorrectionKind = "correction"
    made_at: Moment | None = None
    before: str = ""
    after: str = ""
    by: str = ""
    url: str = ""

    @property
    def anchor(self) -> str:
        """The fragment it stands at on our page."""
        return f"correction-{self.id or self.at.isoformat()}"

    @property
    def when(self) -> str:
        """The moment in ISO 8601, or the day where no more is known."""
        return self.made_at.isoformat(timespec="seconds") if self.made_at else self.at.isoformat()

    @property
    def below(self) -> bool:
        """Whether it may be told under the text: nothing that was read before was wrong."""
        return self.kind in ("clarification", "update")


def gravest(corrections: Iterable[Correction]) -> CorrectionKind:
    """The kind that says most of these, of which there is one at least."""
    return min((one.kind for one in corrections), key=CORRECTION_KINDS.index)


class Publisher(Value):
    """Who publishes: shared by all stories of a site."""

    name: str
    url: str
    logo: str = ""
    x: str = ""
    fediverse: str = ""
    policies: tuple[tuple[str, str], ...] = ()


class Story(Value):
    """One version of a piece, whole.

    Text is plain unless the name ends in `_html`; HTML is sanitised and its URLs are absolute; moments are UTC.
    `version` is 0 until an Edition records the story.
    """

    uid: UUID
    version: int = 0
    kind: Kind = "original"
    url: str
    canonical: Canonical
    headline: str
    title: str = ""
    standfirst: str = ""
    description: str = ""
    language: str = "en"
    direction: Literal["ltr", "rtl"] = "ltr"
    authors: tuple[Person, ...] = ()
    byline: str = ""
    first_published: Moment
    modified: Moment
    body_html: str = ""
    excerpt_html: str = ""
    word_count: int = 0
    lead_image: Picture | None = None
    share_image: Picture | None = None
    outlet: OutletCopy | None = None
    section: Named | None = None
    topics: tuple[Named, ...] = ()
    licence: Licence | None = None
    corrections: tuple[Correction, ...] = ()
    publisher: Publisher
    # What `Edition.formats` holds, by the address of the picture; like `Picture.avif` not part of the story.
    formats: dict[str, dict[str, Any]] = Field(default_factory=dict, exclude=True, repr=False)

    @property
    def social_title(self) -> str:
        """The headline for cards and `<title>`, unless the editor wrote another."""
        return self.title or self.headline

    @property
    def listed(self) -> bool:
        """Whether our page belongs in sitemaps: only if it is its own canonical and may be indexed."""
        return self.canonical.policy == "self" and self.canonical.url == self.url

    @property
    def retracted(self) -> bool:
        """Whether it was retracted, by us or by the outlet it is at home at: it stays readable and is passed on no more."""
        return any(one.kind == "retraction" for one in self.corrections)

    def place_of(self, correction: Correction) -> str:
        """The permanent address of one of its corrections."""
        return f"{self.url}#{correction.anchor}"

    def news_since(self, before: "Story") -> tuple[Correction, ...]:
        """The corrections that who holds `before` was never told of, in their order; an edited one is no new one."""
        ids = {one.id for one in before.corrections if one.id}
        told = {(one.at, one.text) for one in before.corrections}
        return tuple(one for one in self.corrections if one.id not in ids and (one.at, one.text) not in told)

    def facts(self) -> dict[str, Any]:
        """The story as JSON-ready data."""
        return self.model_dump(mode="json")

    def digest(self) -> str:
        """SHA-256 over the facts, in hex. `version` and `modified` say when, not what: same facts, same digest."""
        facts = self.model_dump(mode="json", exclude={"version", "modified"})
        text = json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def byline(authors: tuple[Person, ...], when: str) -> str:
    """The line under a headline, as in `By Ada Lovelace (@ada) and Grace Hopper on 30 May 2018`."""
    names = [f"{person.name} ({person.handle})" if person.handle else person.name for person in authors]
    if not names:
        return f"On {when}"
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f"By {listed} on {when}"
