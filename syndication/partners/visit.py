"""Visit: what is known of one request of a partner by the time it is written down."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest

from syndication.models import Republication, Token


@dataclass
class Visit:
    """Whose token it showed, and which pieces the answer held."""

    token: Token | None = None
    rows: Iterable[Republication] = ()
    # Whether the answer carries anything; that to a HEAD does not.
    gives: bool = True
    # Counted already against a limit.
    counted: bool = False
    # One of many that are refused: the first of them is written down.
    quiet: bool = False


def visit_of(request: HttpRequest) -> Visit:
    """The visit of a request: one, however often it is asked for."""
    visit = getattr(request, "visit", None)
    if visit is None:
        visit = Visit()
        request.visit = visit  # type: ignore[attr-defined]
    return visit
