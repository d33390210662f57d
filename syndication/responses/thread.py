"""The thread under a piece: its responses as a page shows them, two deep."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from syndication.conversation import Conversation
from syndication.models import Response
from syndication.story import Story
from syndication.wording import as_html


@dataclass(frozen=True)
class Entry:
    """One response with the answers to it; `level` is that of its heading."""

    row: Response
    answers: tuple["Entry", ...] = ()

    @property
    def html(self) -> SafeString:
        """What it says, safe to show."""
        return as_html(self.row.text)


@dataclass(frozen=True)
class Thread:
    """All responses to a piece under one heading; `form_url` is where to write one, `closed` why nobody may."""

    entries: tuple[Entry, ...]
    count: int
    heading: str
    form_url: str
    closed: str

    @property
    def shown(self) -> bool:
        """Whether there is anything to show: a conversation that never was and is closed needs no heading."""
        return bool(self.count) or not self.closed


def thread(story: Story, rules: Conversation) -> Thread:
    """The thread of a piece. One query, however much waits or was refused."""
    rows = list(Response.objects.shown(story.uid))
    known = {row.pk for row in rows}
    answers: dict[int, list[Entry]] = {}
    for row in rows:
        if row.parent_id in known:
            answers.setdefault(row.parent_id, []).append(Entry(row))
    # An answer to what nobody may see stands by itself.
    entries = tuple(Entry(row, tuple(answers.get(row.pk, ()))) for row in rows if row.parent_id not in known)
    told = ngettext("%(count)d thought on “%(headline)s”", "%(count)d thoughts on “%(headline)s”", len(rows))
    heading = told % {"count": len(rows), "headline": story.headline}
    return Thread(entries, len(rows), heading, reverse("respond", args=[story.uid]), rules.closed)
