"""Visiting: one look at a page abroad, as a guest who says who they are and does not outstay."""

from dataclasses import dataclass, field

from syndication import http
from syndication.errors import DeliveryError


@dataclass(frozen=True)
class Visit:
    """How one visit ended: `answer` where something answered, else `problem`, the sentence that tells why nothing did."""

    url: str
    answer: http.Response | None = field(default=None, repr=False)
    problem: str = ""


def visit(url: str) -> Visit:
    """Fetch the page at `url`; in a thread, without the database. Never raises for what the other side does."""
    try:
        return Visit(url, http.fetch(url))
    except DeliveryError as problem:
        return Visit(url, problem=problem.sentence)
