"""What a signed message from another site says: the event, and the story it speaks of, read strictly and within bounds."""

import json
import re
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from syndication.contract import Contract
from syndication.http import check_url
from syndication.renderers.payload import TEST_EVENT
from syndication.story import Story

WITHDRAWN, KILLED = "article.withdrawn", "article.killed"
PLACED = frozenset({"article.published", "article.updated", "article.corrected"})
# Bytes of a message: a piece of thirty thousand words with all its markup has half of it.
SIZE = 1024 * 1024
# What a page of ours can hold.
HEADLINE, ADDRESS, AUTHORS, CORRECTIONS, NAME, REASON = 255, 2000, 20, 50, 120, 250
# Characters and tags of a text. Cleaning takes time with the square of how deep tags nest: this many end within a second.
TEXT, TAGS = 600_000, 10_000
YEARS = range(1700, 2200)
_EVENT = re.compile(r"[\w.-]{1,40}", re.ASCII)


class Unfit(Exception):
    """A message that we cannot obey: the field that is wrong, and a sentence for who sent it."""

    def __init__(self, field: str, sentence: str):
        super().__init__(f"{field}: {sentence}")
        self.field, self.sentence = field, sentence


@dataclass(frozen=True)
class Incoming:
    """One message. `story` is there for the events of pieces, and for them alone."""

    event: str
    story: Story | None = None
    contract: Contract = Contract()  # noqa: RUF009 - frozen
    # Why it was killed.
    reason: str = ""

    @property
    def known(self) -> bool:
        """Whether we know what to do about it."""
        return self.story is not None or self.event == TEST_EVENT


def read(body: bytes) -> Incoming:
    """The message in `body`. Raises Unfit."""
    message = _object("body", _parsed(body))
    event = message.get("type")
    if not isinstance(event, str) or not _EVENT.fullmatch(event):
        raise Unfit("type", "Say what happened, such as article.published.")
    if event not in PLACED and event not in (WITHDRAWN, KILLED):
        return Incoming(event)
    data = _object("data", message.get("data"))
    story = _value(Story, "data.story", data.get("story"))
    _bounded(story)
    reason = data.get("reason") if event == KILLED else ""
    told = reason[:REASON] if isinstance(reason, str) else ""
    return Incoming(event, story, _value(Contract, "data.contract", data.get("contract") or {}), told)


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Unfit("body", "This is no JSON, or JSON that nests too deep.") from None


def _object(field: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Unfit(field, "This must be a JSON object.")
    return value


def _value(model: Any, field: str, facts: Any) -> Any:
    try:
        return model.model_validate(_object(field, facts))
    except (RecursionError, OverflowError):
        raise Unfit(field, "This nests too deep, or holds a day that no calendar has.") from None
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(step) for step in (field, *first["loc"]))
        raise Unfit(place[:200], f"{first['msg'][:200]}.") from None


def _bounded(story: Story) -> None:
    """Refuse what no page of ours can hold, or what would take too long to read."""
    if not 1 <= len(story.headline.strip()) <= HEADLINE:
        raise Unfit("data.story.headline", f"A headline has between 1 and {HEADLINE} characters.")
    if not 1 <= story.version < 2**31:
        raise Unfit("data.story.version", "A version is a number from 1 on.")
    if story.first_published.year not in YEARS:
        raise Unfit("data.story.first_published", "This day is too far away.")
    try:
        check_url(story.canonical.url)
        fits = len(story.canonical.url) <= ADDRESS
    except ValueError:
        fits = False
    if not fits:
        raise Unfit("data.story.canonical.url", "This is no address on the public web that our readers could follow.")
    for name in ("body_html", "excerpt_html"):
        text = getattr(story, name)
        if len(text) > TEXT or text.count("<") > TAGS:
            raise Unfit(f"data.story.{name}", f"A text has at most {TEXT} characters and {TAGS} tags.")
    if len(story.authors) > AUTHORS:
        raise Unfit("data.story.authors", f"At most {AUTHORS} authors sign a piece.")
    if any(not 1 <= len(person.name.strip()) <= NAME for person in story.authors):
        raise Unfit("data.story.authors", f"A name has between 1 and {NAME} characters.")
    if len(story.corrections) > CORRECTIONS:
        raise Unfit("data.story.corrections", f"At most {CORRECTIONS} corrections.")
    if any(day.year not in YEARS for one in story.corrections for day in (one.at, one.made_at or one.at)):
        raise Unfit("data.story.corrections", "This day is too far away.")
