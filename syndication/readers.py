"""Readers abroad, as one request tells of them: whether a person reads, and on which page. Pure; nothing in here is kept."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote, urlsplit

HOST, PATH = 255, 500

# Words in the names of programs that fetch pages and images though nobody reads: crawlers, previews, mail proxies, libraries.
_MACHINE = re.compile(
    "bot|crawl|spider|slurp|scrape|archive|preview|fetch|monitor|uptime|pingdom|validator|lighthouse|headless|phantom|selenium"
    "|facebookexternalhit|facebookcatalog|whatsapp|skypeuri|vkshare|embedly|pinterest/|imageproxy|mailproxy|ggpht|mediapartners"
    "|curl|wget|python|httpx|aiohttp|urllib|go-http-client|okhttp|java/|libwww|axios|node-fetch|undici|ruby|php|perl|guzzle|winhttp",
    re.IGNORECASE,
)
# Headers with which browsers ask for a page before anybody wants it.
_EARLY = (("Sec-Purpose", "prefetch"), ("Purpose", "prefetch"), ("X-Purpose", "preview"), ("X-Moz", "prefetch"))
# Places that show pages of others: mail, feed readers, translations, archives. No copy of ours stands there.
_BETWEEN = frozenset(
    """
    translate.goog translate.google.com translate.googleusercontent.com webcache.googleusercontent.com googleusercontent.com
    cc.bingj.com translatetheweb.com translate.yandex.net cdn.ampproject.org
    mail.google.com mail.yahoo.com outlook.live.com outlook.office.com outlook.office365.com mail.proton.me mail.aol.com
    app.fastmail.com mail.zoho.com mail.ru mail.yandex.ru navigator.gmx.net gmx.net web.de icloud.com
    feedly.com inoreader.com newsblur.com theoldreader.com feedbin.com feeder.co netvibes.com bazqux.com
    getpocket.com instapaper.com raindrop.io readwise.io wallabag.it omnivore.app
    web.archive.org archive.org archive.ph archive.today archive.is perma.cc 12ft.io
    """.split()
)
# Where people write and manage pages: what they open there, no reader sees.
_DESK = re.compile(r"/(?:wp-admin|ghost|admin|preview|editor|wp-json)(?:/|$)")


@dataclass(frozen=True)
class Place:
    """A page abroad: its scheme, its host (with a port that is not the usual one) and its path. Never a query."""

    scheme: str = ""
    host: str = ""
    path: str = ""

    @classmethod
    def of(cls, url: str) -> Self:
        """The place that an address names; the empty one for what is no address of a page on the web."""
        try:
            parts = urlsplit(url.strip())
            host, port = (parts.hostname or "").rstrip("."), parts.port
        except ValueError:
            return cls()
        if parts.scheme not in ("http", "https") or not host or len(host) > HOST - 6 or not host.isprintable():
            return cls()
        if port and port != {"http": 80, "https": 443}[parts.scheme]:
            host = f"{host}:{port}"
        return cls(parts.scheme, host, quote(parts.path or "/", safe="/%:@!$&'()*+,;=~")[:PATH])

    @property
    def url(self) -> str:
        """The address, without a query."""
        return f"{self.scheme}://{self.host}{self.path}"

    @property
    def bare(self) -> bool:
        """Whether it names no page: a front page, or a browser that tells the host only."""
        return self.path == "/"

    @property
    def may_be_a_copy(self) -> bool:
        """Whether a copy could stand there: not in a mailbox, a feed reader, a translation, an archive or a place to write."""
        name = self.host.partition(":")[0]
        labels = name.split(".")
        between = any(".".join(labels[start:]) in _BETWEEN for start in range(len(labels)))
        return bool(name) and not between and not _DESK.search(self.path)

    def same_site(self, url: str) -> bool:
        """Whether an address is on this host, with or without `www.`."""
        return Place.of(url).host.removeprefix("www.") == self.host.removeprefix("www.")

    def same_page(self, url: str) -> bool:
        """Whether an address leads to this page: neither the scheme, `www.`, a query nor a final slash makes another."""
        return self.same_site(url) and Place.of(url).path.rstrip("/") == self.path.rstrip("/")


def is_machine(headers: Mapping[str, str]) -> bool:
    """Whether no person reads: by the program's name, a fetch ahead of time, or an image that was asked for as something else."""
    agent = headers.get("User-Agent", "")
    early = any(word in headers.get(name, "").lower() for name, word in _EARLY)
    # Fetch Metadata: browsers say what for. Who opens the image itself reads no piece.
    elsewise = headers.get("Sec-Fetch-Dest", "image") != "image"
    return not agent or bool(_MACHINE.search(agent)) or early or elsewise
