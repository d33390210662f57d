"""Warnings that several connectors give: sentences for editors, with cause and remedy."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format


def canonical_unset(system: str) -> str:
    """The outlet's system has no place for a canonical link."""
    return (
        f"The canonical link cannot be set there: {system} has no place for it. The text leads readers home instead; "
        "where the canonical matters, agree on an excerpt."
    )


def noindex_unset(system: str) -> str:
    """The outlet owes noindex, and its system has no place for it."""
    return f"The copy cannot be kept out of search engines (noindex) from here: {system} has no place for it. Ask the desk to."


def changed_there(moment: datetime | None) -> str:
    """Somebody at the outlet changed the copy after our last push, and our version replaced theirs."""
    when = f" on {date_format(timezone.localtime(moment), 'j F Y, H:i')}" if moment else ""
    return f"Somebody at the outlet changed the copy{when}; our version has replaced theirs. Ask the desk if the change matters."


def made_anew() -> str:
    """The copy had gone, so the piece was published there once more."""
    return (
        "The outlet did not have its copy any more, so the piece was published there anew. If it was taken down on purpose, "
        "withdraw it there."
    )


def without_picture(reason: str) -> str:
    """The outlet would not take the picture; the piece went all the same."""
    return f"The piece went without its picture. {reason}"
