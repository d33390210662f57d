"""Feeding: a feed of one outlet, in any dialect: which version of the document it is, and the document.

The tag is told without loading a body, so that a poll which finds nothing new costs next to nothing.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from syndication.archiving import Volume, closed_volume, last_change, open_volume
from syndication.hub.topics import own_hub
from syndication.models import Edition, Outlet, Republication
from syndication.pulling import shelf
from syndication.renderers import feeds, feeds_xml, newsml, ninjs1, ninjs3
from syndication.renderers.feeds import About, Feed, Gone, address
from syndication.story import Publisher

# A date names a second: what changed within the last ones may change again without another date.
DATE_SETTLES = timedelta(seconds=3)


class Dialect(NamedTuple):
    """How a feed is written: its media type, and the writer."""

    content_type: str
    write: Callable[[Feed], bytes]


DIALECTS = {
    "rss": Dialect(feeds_xml.RSS_TYPE, feeds_xml.rss),
    "atom": Dialect(feeds_xml.ATOM_TYPE, feeds_xml.atom),
    "json": Dialect(feeds.JSON_TYPE, feeds.json_feed),
    "ninjs": Dialect(ninjs3.TYPE, ninjs3.feed),
    "ninjs1": Dialect(ninjs1.TYPE, ninjs1.feed),
    "newsml": Dialect(newsml.TYPE, newsml.feed),
}


@dataclass(frozen=True)
class Place:
    """Where an outlet reads its feeds: the site's address without a slash, and the path above the dialects.

    `token` stands in the path where the feed is read without a header; only such a feed can be a hub's topic.
    """

    root: str
    token: str = ""

    def url(self, dialect: str, number: int | None = None) -> str:
        """The address of the feed, or of one of its archives."""
        facts = {"dialect": dialect, **({"token": self.token} if self.token else {})}
        if number is None:
            return self.root + reverse("outlet_feed", kwargs=facts)
        return self.root + reverse("outlet_feed_archive", kwargs={**facts, "number": number})


@dataclass
class Document:
    """One document of an outlet's feed: the feed itself, or archive `number`.

    Raises LookupError, with a sentence, when made for a dialect we do not speak or an archive there is not.
    """

    outlet: Outlet
    dialect: str
    place: Place
    number: int | None = None
    # What was read for it, once it is written: the rows whose pieces it holds.
    rows: list[Republication] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.dialect not in DIALECTS:
            spoken = ", ".join(DIALECTS)
            raise LookupError(_("There is no feed “%(name)s”. There are: %(all)s.") % {"name": self.dialect[:20], "all": spoken})
        self.volume: Volume = open_volume(self.outlet) if self.number is None else closed_volume(self.outlet, self.number)

    @property
    def content_type(self) -> str:
        """The media type."""
        return DIALECTS[self.dialect].content_type

    @cached_property
    def about(self) -> About:
        """What the document says of itself."""
        publisher, here = _publisher(), self.place.url(self.dialect)
        archived = self.number is not None
        title = _("%(publication)s for %(outlet)s") % {"publication": publisher.name, "outlet": self.outlet.name}
        return About(
            title=title,
            description=title,
            home=f"{self.place.root}/",
            url=self.place.url(self.dialect, self.number),
            language=settings.LANGUAGE_CODE,
            # The same for life, whatever token the feed is read with.
            id=uuid5(NAMESPACE_URL, f"{self.place.root}/partners/feeds/{self.outlet.pk}/{self.dialect}/").urn,
            author=publisher.name,
            updated=self.volume.ended_at,
            hubs=() if archived or not self.place.token else own_hubs(self.place.root),
            archive=archived,
            current=here if archived else "",
            prev_archive=self.place.url(self.dialect, self.volume.before) if self.volume.before else "",
        )

    @cached_property
    def etag(self) -> str:
        """Changes with every change of the document; weak, for it may travel compressed."""
        facts = (self.dialect, self.about, self.outlet.contract, self.volume.heads)
        return f'W/"{hashlib.sha256(repr(facts).encode()).hexdigest()[:32]}"'

    @cached_property
    def modified(self) -> datetime | None:
        """When anything of the outlet's changed last; None while that is too young to be told by a date."""
        last = last_change(self.outlet)
        return last if last and timezone.now() - last > DATE_SETTLES else None

    @property
    def links(self) -> list[tuple[str, str]]:
        """What the `Link` header says: pairs of relation and address."""
        about, after = self.about, self.volume.after
        found = [("self", about.url), *(("hub", hub) for hub in about.hubs)]
        found += [("current", about.current), ("prev-archive", about.prev_archive)]
        # Only here: in the document it would change the bytes of an archive once.
        found.append(("next-archive", self.place.url(self.dialect, after) if after else ""))
        return [(rel, url) for rel, url in found if url]

    def write(self) -> bytes:
        """The document. Afterwards `rows` are those whose pieces it holds."""
        read = {row.pk: row for row in shelf(self.outlet).filter(pk__in=self.volume.pieces)}
        self.rows = [read[pk] for pk in self.volume.pieces if pk in read]
        contract = self.outlet.contract
        entries = [feeds.for_outlet(row.story, contract, row.changed_at, row.ends_at) for row in self.rows]
        gone = [Gone(uid=head.uid, at=head.changed_at, reason=head.reason) for head in self.volume.stones]
        return DIALECTS[self.dialect].write(Feed(about=self.about, entries=tuple(entries), gone=tuple(gone)))

    def told(self) -> list[Republication]:
        """The rows whose piece, or whose end, the written document tells."""
        stones = [head.pk for head in self.volume.stones]
        ended = Republication.objects.filter(pk__in=stones, operation=Republication.WITHDRAW).select_related("outlet")
        return [*self.rows, *ended] if stones else self.rows


def own_hubs(root: str) -> tuple[str, ...]:
    """Our own hub. Only it may know topics with a token in their address: to another hub that would be telling a secret."""
    own = own_hub(root)
    return (own,) if own else ()


def hubs(root: str) -> tuple[str, ...]:
    """The hubs that tell the subscribers of our public feeds of news at once (WebSub §4): ours, and those we ping."""
    others = Outlet.objects.filter(kind="websub", state=Outlet.State.ACTIVE).values_list("endpoint", flat=True)
    return (*own_hubs(root), *others)


def link_header(links: Iterable[tuple[str, str]]) -> str:
    """A `Link` header (RFC 8288) of pairs of relation and address."""
    return ", ".join(f'<{address(url)}>; rel="{rel}"' for rel, url in links)


def _publisher() -> Publisher:
    """Who publishes, as the newest piece says."""
    newest = Edition.objects.visible().order_by("-pk").values_list("facts__publisher", flat=True).first()
    return Publisher.model_validate(newest or {"name": settings.WAGTAIL_SITE_NAME, "url": settings.SITE_URL})
