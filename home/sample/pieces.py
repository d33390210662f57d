"""The shapes the sample's texts are written in: plain values that know nothing of Wagtail."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta


@dataclass(frozen=True)
class Prose:
    """Paragraphs and lists, as HTML. `[^1]` marks the place of the piece's first footnote."""

    html: str


@dataclass(frozen=True)
class Heading:
    """A heading within the piece."""

    text: str


@dataclass(frozen=True)
class Figure:
    """A drawing in the text, by name; `caption` tells it anew for this piece."""

    drawing: str
    caption: str = ""


@dataclass(frozen=True)
class Quotation:
    """Somebody else's words, and whose they are."""

    text: str
    attribution: str = ""


@dataclass(frozen=True)
class PullQuote:
    """A sentence of the piece, drawn out of it."""

    text: str


@dataclass(frozen=True)
class Recording:
    """A recording or film elsewhere, as a link."""

    url: str
    title: str
    note: str


@dataclass(frozen=True)
class Table:
    """Rows of cells, the first row being the headings."""

    caption: str
    rows: tuple[tuple[str, ...], ...]


Part = Prose | Heading | Figure | Quotation | PullQuote | Recording | Table


@dataclass(frozen=True)
class Piece:
    """What originals and stubs share. `authors`, `section` and `drawing` are names defined elsewhere in the sample."""

    slug: str
    section: str
    headline: str
    standfirst: str
    authors: tuple[str, ...]
    drawing: str
    topics: tuple[str, ...]
    licence: str


@dataclass(frozen=True)
class Original(Piece):
    """A piece first published here: at `published`, or `goes_live_in` from the moment the sample is made."""

    body: tuple[Part, ...]
    published: datetime | None = None
    goes_live_in: timedelta | None = None
    language: str = ""
    lead_alt: str = ""
    lead_caption: str = ""
    footnotes: tuple[str, ...] = ()
    corrections: tuple[tuple[date, str], ...] = field(default=())


@dataclass(frozen=True)
class Stub(Piece):
    """A piece whose full text runs at an outlet: the opening paragraphs, as HTML, and where and when it ran."""

    outlet: str
    outlet_url: str
    ran_on: date
    excerpt: str
    canonical_policy: str = ""
