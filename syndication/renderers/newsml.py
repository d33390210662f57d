"""Story as a NewsML-G2 news item (https://iptc.org/std/NewsML-G2/2.35/), and a feed as a news message of them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from io import StringIO
from urllib.parse import urlsplit
from xml.sax.xmlreader import AttributesImpl

from django.utils.html import strip_tags
from django.utils.xmlutils import SimplerXMLGenerator

from syndication.contract import Contract
from syndication.renderers import corrections, ninjs1
from syndication.renderers.feeds import Entry, Feed, Gone, address
from syndication.story import Picture, Story

TYPE = "application/vnd.iptc.g2.newsmessage+xml; charset=utf-8"
NAMESPACE = "http://iptc.org/std/nar/2006-10-01/"
# Declares the aliases of all codes used below: ninat, stat, irel.
CATALOG = "http://www.iptc.org/std/catalog/catalog.IPTC-G2-Standards_36.xml"
USABLE, CANCELED = "stat:usable", "stat:canceled"


class _Xml(SimplerXMLGenerator):
    """Elements in elements, as the code is nested."""

    @contextmanager
    def inside(self, name: str, attributes: Mapping[str, str] | None = None) -> Iterator[None]:
        """Whatever is written in the block is written in the element."""
        self.startElement(name, AttributesImpl(dict(attributes or {})))
        yield
        self.endElement(name)

    def put(self, name: str, text: object = "", **attributes: object) -> None:
        """One element, unless it has neither text nor attributes."""
        kept = {name: str(value) for name, value in attributes.items() if value}
        if text or kept:
            self.addQuickElement(name, str(text), kept)


def feed(feed: Feed) -> bytes:
    """A `newsMessage`: the pieces, newest first, and then, canceled, what is gone."""
    about, text = feed.about, StringIO()
    xml = _Xml(text, "utf-8", short_empty_elements=True)
    xml.startDocument()
    with xml.inside("newsMessage", {"xmlns": NAMESPACE}):
        with xml.inside("header"):
            # When the newest change was made, so that the same pieces are the same bytes.
            xml.put("sent", _moment(about.updated or datetime(1970, 1, 1, tzinfo=UTC)))
            xml.put("sender", urlsplit(about.home).hostname or about.author)
            xml.put("transmitId", about.url)
        with xml.inside("itemSet"):
            for entry in feed.entries:
                _item(xml, entry)
            for gone in feed.gone:
                _canceled(xml, gone, about.author)
    xml.endDocument()
    return text.getvalue().encode()


def _of(urn: str, version: int, language: str = "") -> dict[str, str]:
    """What an item is called: `version` must rise with each change."""
    standard = {"standard": "NewsML-G2", "standardversion": "2.35", "conformance": "power"}
    return {"guid": urn, "version": str(version), **standard, **({"xml:lang": language} if language else {})}


def _item(xml: _Xml, entry: Entry) -> None:
    story = entry.story
    with xml.inside("newsItem", _of(story.uid.urn, entry.version, story.language)):
        xml.put("catalogRef", href=CATALOG)
        _rights(xml, story, entry.contract or Contract())
        _item_meta(xml, entry)
        _content_meta(xml, story)
        with xml.inside("contentSet"):
            words = story.word_count if story.body_html else 0
            xml.put("inlineData", entry.html, contenttype="text/html", wordcount=words)


def _canceled(xml: _Xml, gone: Gone, publisher: str) -> None:
    """A kill that tells nothing of the piece but its name."""
    with xml.inside("newsItem", _of(gone.uid.urn, gone.version)):
        xml.put("catalogRef", href=CATALOG)
        with xml.inside("itemMeta"):
            xml.put("itemClass", qcode="ninat:text")
            _named(xml, "provider", publisher)
            xml.put("versionCreated", _moment(gone.at))
            xml.put("pubStatus", qcode=CANCELED)
            xml.put("edNote", ninjs1.kill_note(gone))


def _rights(xml: _Xml, story: Story, contract: Contract) -> None:
    with xml.inside("rightsInfo"):
        _named(xml, "copyrightHolder", story.publisher.name, uri=address(story.publisher.url))
        if story.licence:
            xml.put("copyrightNotice", story.licence.name, href=address(story.licence.url))
        for sentence in ninjs1.usage(story, contract):
            xml.put("usageTerms", sentence)


def _item_meta(xml: _Xml, entry: Entry) -> None:
    story = entry.story
    with xml.inside("itemMeta"):
        xml.put("itemClass", qcode="ninat:text")
        _named(xml, "provider", story.publisher.name, uri=address(story.publisher.url))
        xml.put("versionCreated", _moment(entry.updated))
        xml.put("firstCreated", _moment(story.first_published))
        xml.put("pubStatus", qcode=USABLE)
        xml.put("title", story.headline)
        for note in corrections.notes(story):
            xml.put("edNote", note)
        # The same piece as a page: its home.
        xml.put("altRep", address(story.canonical.url), contenttype="text/html")
        if entry.ends_at:
            xml.put("expires", _moment(entry.ends_at))
        if story.outlet and story.outlet.url:
            with xml.inside("link", {"rel": "irel:seeAlso", "href": address(story.outlet.url), "contenttype": "text/html"}):
                xml.put("title", story.outlet.name)
        if story.lead_image:
            _picture(xml, story.lead_image)


def _picture(xml: _Xml, picture: Picture) -> None:
    with xml.inside("link", {"rel": "irel:seeAlso", "href": address(picture.url), "contenttype": picture.mime}):
        xml.put("title", " — ".join(filter(None, [picture.alt, picture.caption, picture.credit])))


def _content_meta(xml: _Xml, story: Story) -> None:
    picture = story.lead_image
    with xml.inside("contentMeta"):
        if picture:
            xml.put("icon", href=address(picture.url), contenttype=picture.mime, width=picture.width, height=picture.height)
        xml.put("contentCreated", _moment(story.first_published))
        xml.put("contentModified", _moment(story.modified))
        for person in story.authors:
            _named(xml, "creator", person.name, uri=address(person.url))
        xml.put("language", tag=story.language)
        for topic in story.topics:
            xml.put("keyword", topic.name)
        for subject in filter(None, [story.section, *story.topics]):
            _named(xml, "subject", subject.name, uri=address(subject.url))
        xml.put("slugline", urlsplit(story.url).path.rstrip("/").rpartition("/")[2])
        xml.put("headline", story.headline)
        xml.put("by", ", ".join(person.name for person in story.authors))
        xml.put("description", story.standfirst or story.description or strip_tags(story.excerpt_html))


def _named(xml: _Xml, element: str, name: str, uri: str = "") -> None:
    """An element for a person or a thing: by address where there is one, else by the name as a literal."""
    with xml.inside(element, {"uri": uri} if uri else {"literal": name}):
        xml.put("name", name)


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
