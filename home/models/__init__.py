"""Page types and what hangs on them."""

from home.models.article import ArticlePage
from home.models.corrections import DatedCorrection
from home.models.home import HomePage, SectionPage
from home.models.images import PublicationImage, PublicationRendition
from home.models.people import Author, Byline
from home.models.searched import KnownWord, PieceWords
from home.models.site import PublicationSettings
from home.models.stub import StubPage
from home.models.topics import TaggedPiece, Topic

__all__ = [
    "ArticlePage",
    "Author",
    "Byline",
    "DatedCorrection",
    "HomePage",
    "KnownWord",
    "PieceWords",
    "PublicationImage",
    "PublicationRendition",
    "PublicationSettings",
    "SectionPage",
    "StubPage",
    "TaggedPiece",
    "Topic",
]
