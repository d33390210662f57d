"""Words that stand nowhere but in one piece, and the piece that holds them."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.core.files.base import ContentFile
from wagtail.documents import get_document_model

from home.models import ArticlePage, Byline, DatedCorrection
from syndication.models import Outlet, Token
from tests import factories as make

CANARIES = {
    "headline": "quetzalheadline",
    "standfirst": "quetzalstandfirst",
    "body": "quetzalbody",
    "end of the body": "quetzalending",
    "author": "quetzalauthor",
    "alternative text": "quetzalalt",
    "caption": "quetzalcaption",
    "file name": "quetzalfile",
    "document": "quetzaldocument",
    "topic": "quetzaltopic",
    "correction": "quetzalcorrection",
    "slug": "quetzalslug",
}


@dataclass
class Ground:
    """One piece among others, with all that hangs on it, and an outlet that may pull it."""

    page: ArticlePage
    other: ArticlePage
    author: Any
    image: Any
    document: Any
    topic: Any
    outlet: Outlet
    token: str
    path: str = field(init=False)
    url: str = field(init=False)

    def __post_init__(self) -> None:
        """Remember the address: a deleted page has none."""
        self.url = str(self.page.full_url)
        self.path = urlsplit(self.url).path

    @property
    def section_path(self) -> str:
        """The section the piece stands in."""
        return f"{self.path.rstrip('/').rpartition('/')[0]}/"


def plant(*, live: bool) -> Ground:
    """A piece full of canaries, live or only a draft; beside it one that everybody may read."""
    ground = _ground(CANARIES["slug"], "The harbour")
    singing(ground, ground.page)
    ground.page.save()
    if live:
        ground.page = make.publish(ground.page)
    else:
        make.saved(ground.page)
    return ground


def plain() -> Ground:
    """The same without any canary, live: those are to come in a draft."""
    ground = _ground("harbour", "The harbour")
    ground.page = make.publish(ground.page)
    return ground


def singing(ground: Ground, page: Any) -> Any:
    """The page with every canary in it; in memory only."""
    page.licence = "cc-by"
    page.title = f"The {CANARIES['headline']} sings"
    page.standfirst = f"At {CANARIES['standfirst']}."
    link = f'<a linktype="document" id="{ground.document.pk}">the record</a>'
    texts = [f"It was {CANARIES['body']}, says {link}.", *["The lamps knew why, and nobody asked them. " * 20] * 3]
    page.body = make.paragraphs(*texts, CANARIES["end of the body"])
    page.lead_image, page.lead_alt, page.lead_caption = ground.image, CANARIES["alternative text"], CANARIES["caption"]
    page.bylines.set([Byline(author=ground.author)])
    page.topics.add(ground.topic)
    page.corrections.set([DatedCorrection(text=f"It was the {CANARIES['correction']}.")])
    return page


def found(text: str, asked: str = "") -> set[str]:
    """Which canaries stand in a text. What was asked itself may be repeated: that tells nobody anything."""
    text = text.lower()
    return {name for name, word in CANARIES.items() if word in text and word not in asked.lower()}


def _ground(slug: str, headline: str) -> Ground:
    make.section("Reviews", slug="reviews")
    make.publication(ai_input=True)
    outlet = make.outlet("The Weekly", kind="pull", endpoint="", secret="", website="https://weekly.example")
    _row, token = Token.make(outlet, "Website", list(Token.Scope.values))
    document = get_document_model()(title="The record")
    document.file.save(f"{CANARIES['file name']}.txt", ContentFile(CANARIES["document"].encode()))
    image = make.image("A field", name=CANARIES["file name"], may_syndicate=True)
    other = make.original("Another piece", authors=[make.author("Grace Hopper", slug="grace")])
    author = make.author(f"{CANARIES['author'].title()} Niemand", slug="niemand")
    page = make.original(headline, slug=slug, live=False, authors=[other.bylines.first().author])
    topic = make.topic(CANARIES["topic"])
    return Ground(page, other, author, image, document, topic, outlet, token)
