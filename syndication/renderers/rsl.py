"""Our terms for machines as Really Simple Licensing 1.0 (https://rslstandard.org/rsl): a document, a part of a feed's item."""

from collections.abc import Iterable
from io import StringIO
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.utils.xmlutils import SimplerXMLGenerator

from syndication.rights import RSL, Policy, is_open
from syndication.story import Licence, Story

# How long a machine may keep the document: whole days.
MAX_AGE = "1"
AI = ("ai-all",)


class Exempt(NamedTuple):
    """A piece whose terms are not those of the whole site: its address, and its licence; None says that the text is not ours."""

    url: str
    licence: Licence | None


def document(policy: Policy, exempt: Iterable[Exempt] = ()) -> str:
    """The terms of the whole site, then of each piece with others: the longest address that begins a path counts (RFC 9309)."""
    text = StringIO()
    # The stubs know nothing of the plain dictionaries that Django takes.
    xml: Any = SimplerXMLGenerator(text, "utf-8")
    xml.startDocument()
    xml.startElement("rsl", {"xmlns": RSL, "max-age": MAX_AGE})
    content(xml, policy, "/", policy.licence)
    for piece in exempt:
        content(xml, policy, urlsplit(piece.url).path, piece.licence)
    xml.endElement("rsl")
    return text.getvalue()


def of_item(xml: Any, policy: Policy, story: Story) -> None:
    """The terms of one of our own pieces in a feed that declares the prefix `rsl`. A stub says nothing: its text is not ours."""
    if story.kind == "original":
        content(xml, policy, story.url, story.licence, prefix="rsl:")


def content(xml: Any, policy: Policy, url: str, licence: Licence | None, *, prefix: str = "") -> None:
    """One `content`: what is permitted and prohibited, under which licence, whose it is, and where to ask for more."""
    xml.startElement(f"{prefix}content", {"url": url})
    xml.startElement(f"{prefix}license", {})
    permitted, prohibited = _uses(policy, licence)
    for name, tokens in (("permits", permitted), ("prohibits", prohibited)):
        if tokens:
            xml.addQuickElement(f"{prefix}{name}", " ".join(tokens), {"type": "usage"})
    if permitted and licence and is_open(licence):
        xml.startElement(f"{prefix}payment", {"type": "free" if "/publicdomain/" in licence.url else "attribution"})
        xml.addQuickElement(f"{prefix}standard", licence.url)
        xml.endElement(f"{prefix}payment")
    xml.endElement(f"{prefix}license")
    if licence:
        contact = {"contactUrl": policy.contact} if policy.contact else {}
        xml.addQuickElement(f"{prefix}copyright", policy.publisher, {"type": "organization", **contact})
        if policy.contact:
            xml.addQuickElement(f"{prefix}terms", policy.contact)
    xml.endElement(f"{prefix}content")


def _uses(policy: Policy, licence: Licence | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is permitted and what prohibited. Others' text may be found by our search terms, and nothing else."""
    if licence:
        return policy.permitted, policy.prohibited
    return (("search",), AI) if policy.search else ((), ("search", *AI))
