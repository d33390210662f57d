"""Discovery: the endpoint that a page names for a protocol, in its headers or its markup. Pure."""

from urllib.parse import urldefrag, urljoin

from selectolax.lexbor import LexborHTMLParser

from syndication.canonical import header_links
from syndication.http import Response
from syndication.markup import calmed, decoded

HTML = ("", "text/html", "application/xhtml+xml")


def endpoint_of(page: Response, relation: str) -> str | None:
    """The first link of this relation: in the Link headers, else among the `link` and `a` elements in their order.

    As Webmention lays it down (https://www.w3.org/TR/webmention/#sender-discovers-receiver-webmention-endpoint): an empty
    address is the page itself, a relative one is of where the redirects ended; an element without `href` names nothing.
    """
    for link in header_links(page.headers.get("link", "")):
        if relation in link.relations and link.anchor in (None, "", page.url):
            # Header bytes arrive as Latin-1 and are UTF-8 wherever they are not ASCII.
            target = link.target.encode("latin-1", "replace").decode("utf-8", "replace")
            if found := _resolved(page.url, target):
                return found
    kind = page.headers.get("content-type", "")
    if kind.partition(";")[0].strip().lower() not in HTML:
        return None
    tree = LexborHTMLParser(calmed(decoded(page.body, kind).encode("utf-8", "replace")))
    base = next((_resolved(page.url, node.attributes["href"] or "") for node in tree.css("base[href]")[:1]), None) or page.url
    for node in tree.css("link[rel][href], a[rel][href]"):
        relations = (node.attributes.get("rel") or "").lower().split()
        if relation in relations and (found := _resolved(base, node.attributes.get("href") or "")):
            return found
    return None


def _resolved(base: str, reference: str) -> str | None:
    try:
        url = urldefrag(urljoin(base, reference.strip())).url
    except ValueError:
        return None
    return url if url.startswith(("http://", "https://")) else None
