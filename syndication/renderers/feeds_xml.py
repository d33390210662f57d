"""Feeds in XML: RSS 2.0 with its usual modules, and Atom 1.0 (RFC 4287).

Both with archives (RFC 5005) and deleted entries (RFC 6721).
"""

from datetime import UTC, datetime
from typing import Any

from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed, SyndicationFeed, rfc3339_date

from syndication.renderers import rsl
from syndication.renderers.feeds import Entry, Feed, address, public_feed
from syndication.rights import RSL
from syndication.story import Licence, Picture, Story

RSS_TYPE = "application/rss+xml; charset=utf-8"
ATOM_TYPE = "application/atom+xml; charset=utf-8"
HISTORY = {"xmlns:fh": "http://purl.org/syndication/history/1.0", "xmlns:at": "http://purl.org/atompub/tombstones/1.0"}
MODULES = {
    "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
    "xmlns:dc": "http://purl.org/dc/elements/1.1/",
    "xmlns:media": "http://search.yahoo.com/mrss/",
}


class _Dated(SyndicationFeed):
    """A feed whose own date is told, not guessed: the same pieces, the same bytes."""

    def latest_post_date(self) -> datetime:
        """When it last changed; of an empty one that cannot tell, long ago."""
        dates = [item["updateddate"] for item in self.items]
        return self.feed["updated"] or max(dates, default=datetime(1970, 1, 1, tzinfo=UTC))


class Rss(_Dated, Rss201rev2Feed):
    """RSS with whole bodies, several authors, pictures with credit, and the home of what ran elsewhere."""

    def rss_attributes(self) -> dict[str, str]:
        """The namespaces used below."""
        return {**super().rss_attributes(), **MODULES, **HISTORY, "xmlns:rsl": RSL}

    def add_root_elements(self, handler: Any) -> None:
        """Adds what Django's feed lacks."""
        super().add_root_elements(handler)
        _history(handler, self.feed["feed"], "atom:link")

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        """Adds what Django's feed lacks."""
        super().add_item_elements(handler, item)
        entry: Entry = item["entry"]
        story = entry.story
        for person in story.authors:
            handler.addQuickElement("dc:creator", person.name)
        handler.addQuickElement("content:encoded", entry.html)
        if story.lead_image:
            _media(handler, story.lead_image)
        if entry.contract:
            _for_outlet(handler, entry)
        if policy := self.feed["feed"].about.policy:
            rsl.of_item(handler, policy, story)


def _media(handler: Any, picture: Picture) -> None:
    handler.startElement("media:content", {"url": address(picture.url), "medium": "image", "type": picture.mime})
    for name, text in (("title", picture.alt), ("description", picture.caption), ("credit", picture.credit)):
        if text:
            handler.addQuickElement(f"media:{name}", text)
    if picture.licence and picture.licence.url:
        handler.addQuickElement("media:license", picture.licence.name, {"type": "text/html", "href": picture.licence.url})
    handler.endElement("media:content")


def _for_outlet(handler: Any, entry: Entry) -> None:
    """What a partner's system needs beyond a reader's: since when it stands so, where it is at home, whose it is."""
    story = entry.story
    handler.addQuickElement("atom:updated", rfc3339_date(entry.updated))
    handler.addQuickElement("atom:link", "", {"rel": "canonical", "href": address(story.canonical.url)})
    if story.outlet and story.outlet.url:
        handler.addQuickElement("atom:link", "", {"rel": "via", "href": address(story.outlet.url), "title": story.outlet.name})
    handler.addQuickElement("dc:language", story.language)
    if story.licence:
        handler.addQuickElement("dc:rights", rights(story.licence))
    handler.addQuickElement("source", story.publisher.name, {"url": public_feed(story, "rss")})


class Atom(_Dated, Atom1Feed):
    """Atom with whole bodies and, for a stub, a `via` link to the outlet."""

    def root_attributes(self) -> dict[str, str]:
        """The namespaces used below."""
        return {**super().root_attributes(), **HISTORY}

    def add_root_elements(self, handler: Any) -> None:
        """Adds what Django's feed lacks."""
        super().add_root_elements(handler)
        _history(handler, self.feed["feed"], "link")

    def item_attributes(self, item: dict[str, Any]) -> dict[str, str]:
        """The language of the piece, which need not be that of the house."""
        return {"xml:lang": item["entry"].story.language}

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        """Adds what Django's feed lacks: every author, the body, the canonical page, the licence (RFC 4946)."""
        entry: Entry = item["entry"]
        story = entry.story
        super().add_item_elements(handler, item)
        for person in story.authors:
            handler.startElement("author", {})
            handler.addQuickElement("name", person.name)
            if person.url:
                handler.addQuickElement("uri", person.url)
            handler.endElement("author")
        handler.addQuickElement("content", entry.html, {"type": "html"})
        if story.outlet and story.outlet.url:
            handler.addQuickElement("link", "", {"rel": "via", "href": address(story.outlet.url), "title": story.outlet.name})
        if entry.contract or story.canonical.url != story.url:
            handler.addQuickElement("link", "", {"rel": "canonical", "href": address(story.canonical.url)})
        if story.licence and story.licence.url:
            handler.addQuickElement("link", "", {"rel": "license", "href": address(story.licence.url)})
        if entry.contract:
            _source(handler, entry)


def _source(handler: Any, entry: Entry) -> None:
    """Where the entry comes from: our own feed, by the id it has there (RFC 4287 §4.2.11)."""
    url = public_feed(entry.story, "atom")
    handler.startElement("source", {})
    handler.addQuickElement("id", url)
    handler.addQuickElement("title", entry.story.publisher.name)
    handler.addQuickElement("updated", rfc3339_date(entry.updated))
    handler.addQuickElement("link", "", {"rel": "self", "href": url})
    handler.endElement("source")


def _history(handler: Any, feed: Feed, link: str) -> None:
    """Hubs, archives, and what is gone."""
    about = feed.about
    links = [*(("hub", hub) for hub in about.hubs), ("current", about.current), ("prev-archive", about.prev_archive)]
    for rel, href in links:
        if href:
            handler.addQuickElement(link, "", {"rel": rel, "href": address(href)})
    if about.archive:
        handler.addQuickElement("fh:archive", "")
    for gone in feed.gone:
        handler.addQuickElement("at:deleted-entry", "", {"ref": gone.uid.urn, "when": rfc3339_date(gone.at)})


def rights(licence: Licence) -> str:
    """A licence in one line of text."""
    return f"{licence.name} {licence.url}".strip()


def rss(feed: Feed) -> bytes:
    """The feed as RSS 2.0."""
    return _written(Rss, feed)


def atom(feed: Feed) -> bytes:
    """The feed as Atom 1.0."""
    return _written(Atom, feed)


def _written(kind: type[SyndicationFeed], feed: Feed) -> bytes:
    about = feed.about
    written = kind(
        title=about.title,
        link=about.home,
        description=about.description,
        language=about.language,
        feed_url=about.url,
        feed_guid=about.id or about.url,
        author_name=about.author or None,
        updated=about.updated,
        feed=feed,
    )
    for entry in feed.entries:
        _add(written, entry, entry.story)
    return written.writeString("utf-8").encode()


def _add(written: SyndicationFeed, entry: Entry, story: Story) -> None:
    written.add_item(
        title=story.headline,
        link=story.url,
        description=story.description,
        unique_id=story.uid.urn,
        unique_id_is_permalink=False,
        pubdate=story.first_published,
        updateddate=entry.updated,
        categories=[topic.name for topic in story.topics],
        item_copyright=story.licence.name if story.licence else None,
        entry=entry,
    )
