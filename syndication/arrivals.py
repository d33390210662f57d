"""Arrivals: pieces that come from other sites, and the house that makes pages of them. The engine knows no page types."""

from dataclasses import dataclass
from typing import Any, Protocol

from wagtail.models import Page

from syndication.contract import Contract
from syndication.models import Sender
from syndication.story import Picture, Story


@dataclass(frozen=True)
class Arrival:
    """One version of a sender's piece, and the page that an earlier one became, if any: `written` is the digest of what we wrote
    there, `image` the key of the picture we hung.
    """

    story: Story
    contract: Contract
    sender: Sender
    page: Page | None = None
    written: str = ""
    image: int | None = None


@dataclass(frozen=True)
class Placed:
    """The page; the new revision that holds this version, 0 where nothing was new, with a digest of what was written; and what
    the sender should know.
    """

    page: Page
    revision: int = 0
    written: str = ""
    warnings: tuple[str, ...] = ()


class House(Protocol):
    """What a publication does with what arrives. Called in a transaction; it asks nothing of the network."""

    # The page types, as `app.Model`, under which pieces are put.
    places: tuple[str, ...]

    def known(self, arrival: Arrival) -> Page | None:
        """A page that editors made for this very piece before its sender was known, if there is one."""

    def edited(self, arrival: Arrival) -> bool:
        """Whether a person changed the page since we wrote it."""

    def place(self, arrival: Arrival, *, anew: bool) -> Placed:
        """Write this version as a draft of the page, or of a new one. What is there already is written again only if `anew`.
        Raises `incoming.Unfit`.
        """

    def hang(self, page: Page, picture: Picture, file: str, before: int | None) -> int | None:
        """Make the file in the storage the page's lead image, unless an editor chose another than `before`; its key, or None."""


_houses: list[House] = []


def open_house(house: Any) -> None:
    """Say who makes pages of what arrives. The last one counts."""
    _houses[:] = [house]


def house() -> House | None:
    """Who makes pages of what arrives; None where nobody does."""
    return _houses[0] if _houses else None
