"""Every kind of address that readers, machines and partners ask at. A new one is one function and one line of the table."""

import json
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple
from urllib.parse import quote, unquote, urlencode
from uuid import UUID

from syndication.admitting import page_of
from syndication.feeding import DIALECTS as OUTLET_DIALECTS
from tests.visibility.canaries import CANARIES, Ground

DIALECTS = ("rss", "atom", "json")
NOBODY = UUID(int=0)


class Ask(NamedTuple):
    """One request."""

    path: str
    headers: dict[str, str] = {}
    method: str = "GET"
    body: Any = None

    @property
    def told(self) -> str:
        """All that the question itself says."""
        return unquote(f"{self.path} {json.dumps(self.body)}")


class Kind(NamedTuple):
    """What to ask, and whether a live piece is seen there: so that silence of the others proves something."""

    asks: Callable[[Ground], Iterable[Ask | str]]
    shows: bool = False

    def of(self, ground: Ground) -> list[Ask]:
        """Its requests for this piece."""
        return [ask if isinstance(ask, Ask) else Ask(ask) for ask in self.asks(ground)]


def feeds(root: str) -> list[str]:
    """The dialects of a feed."""
    return [f"{root}feeds/{dialect}/" for dialect in DIALECTS]


def admin(ground: Ground) -> list[str]:
    """What only who is logged in may see: the editor, previews, drafts, revisions, choosers, Wagtail's API of the admin."""
    pk, page = ground.page.pk, f"/admin/pages/{ground.page.pk}"
    pages = [f"{page}/edit/", f"{page}/edit/preview/", f"{page}/view_draft/", f"{page}/history/", f"{page}/workflow/status/"]
    lists = ["/admin/", "/admin/pages/search/?q=quetzal", "/admin/reports/workflow/", "/admin/userbar/"]
    api = [
        f"/admin/api/main/pages/{pk}/",
        "/admin/api/main/pages/?fields=*",
        "/admin/api/main/images/",
        "/admin/api/main/documents/",
    ]
    files = [f"/admin/images/{ground.image.pk}/", f"/admin/images/{ground.image.pk}/preview/original/"]
    files += [f"/admin/documents/edit/{ground.document.pk}/"]
    return [*pages, *lists, *api, *files, f"/admin/syndication/pages/{pk}/panel/"]


def signing_in(ground: Ground) -> list[str]:
    """The doors that Wagtail puts before private pages."""
    return [
        f"/_util/login/?next={quote(ground.path)}",
        f"/_util/authenticate_with_password/1/{ground.page.pk}/",
        "/documents/authenticate_with_password/1/",
    ]


def api(ground: Ground) -> list[Ask]:
    """The partner API, as the outlet asks it."""
    v1, uid = "/partners/v1", ground.page.uid
    paths = ["", "openapi.json", "ping", "articles", "articles?limit=1", "articles?since=2000-01-01T00:00:00Z"]
    paths += [f"articles/{uid}", f"articles/{uid}/media", f"articles/{NOBODY}", "corrections", "tombstones"]
    paths += [f"canonical?{urlencode({'of': of})}" for of in (ground.url, str(uid))]
    paths += [f"receipts/{uid}", "quetzal"]
    asks = [Ask(f"{v1}/{path}", shows_token(ground)) for path in paths]
    asks += [Ask(f"{v1}/{path}") for path in paths]
    asks += [Ask(f"{v1}/canonical", shows_token(ground), "POST", {"urls": [ground.url, str(uid)]})]
    report = {"uid": str(uid), "url": "https://weekly.example/lamps"}
    return [*asks, Ask(f"{v1}/receipts", shows_token(ground), "POST", report)]


def shows_token(ground: Ground) -> dict[str, str]:
    """As RFC 6750 has it."""
    return {"Authorization": f"Bearer {ground.token}"}


def outlet_feeds(ground: Ground) -> list[Ask | str]:
    """An outlet's feeds in each dialect, with its token in the path, in a header, and without any; and their archives."""
    asks: list[Ask | str] = []
    for dialect in OUTLET_DIALECTS:
        for root in (f"/partners/feeds/{ground.token}/{dialect}/", f"/partners/feeds/{dialect}/"):
            paths = [root, f"{root}archive/1/"]
            asks += [path if ground.token in path else Ask(path, shows_token(ground)) for path in paths]
    return [*asks, "/partners/feeds/rss/", "/partners/feeds/hw_0000000000_quetzal/rss/"]


def outlet_page(ground: Ground) -> list[str]:
    """The outlet's own page."""
    root = page_of(ground.outlet)
    return [root, f"{root}pieces/{ground.page.uid}/", f"{root}checks/1/", f"{root}tokens/", f"{root}log/"]


def hub(ground: Ground) -> list[Ask]:
    """Our hub, where nothing is read."""
    return [Ask("/hub/"), Ask("/hub/", {}, "POST", {"hub.topic": "/feeds/rss/"})]


def oembed(ground: Ground) -> list[str]:
    """The card that others' pages ask for, and the frame it stands in."""
    asked = [f"/oembed/?{urlencode({'url': ground.url, 'format': form})}" for form in ("json", "xml")]
    return [*asked, f"/embed/{ground.page.uid}/"]


def responses(ground: Ground) -> list[Ask | str]:
    """Where readers write, and where other sites say that they mention a piece. JSON is no form: nothing is kept."""
    doors = ["/webmention/", "/webmention/quetzal/", "/xmlrpc/", "/responses/mine/quetzal/"]
    doors += ["/responses/follow/quetzal/", "/responses/leave/quetzal/"]
    mention = {"source": "https://weekly.example/lamps", "target": ground.url}
    return [*doors, Ask("/webmention/", {}, "POST", mention), Ask("/xmlrpc/", {}, "POST", mention)]


ADDRESSES = {
    "the piece": Kind(lambda ground: [ground.path, f"{ground.path}?utm_source=lamp"], shows=True),
    "the piece, without its slash": Kind(lambda ground: [ground.path.rstrip("/")]),
    "the piece, its head only": Kind(lambda ground: [Ask(ground.path, method="HEAD")]),
    "another piece, and what to read next": Kind(lambda ground: [str(ground.other.url)], shows=True),
    "the front page": Kind(lambda ground: ["/"], shows=True),
    "the section": Kind(lambda ground: [ground.section_path, f"{ground.section_path}?page=1"], shows=True),
    "its author": Kind(lambda ground: [ground.author.get_absolute_url()], shows=True),
    "other authors": Kind(lambda ground: ["/authors/grace/"]),
    "feeds of the site": Kind(lambda ground: feeds("/"), shows=True),
    "feeds of the section": Kind(lambda ground: feeds(ground.section_path), shows=True),
    "the corrections": Kind(lambda ground: ["/corrections/", "/corrections/?kind=correction"], shows=True),
    "feeds of corrections": Kind(lambda ground: feeds("/corrections/"), shows=True),
    "the sitemap": Kind(lambda ground: ["/sitemap.xml"], shows=True),
    "the news sitemap": Kind(lambda ground: ["/news-sitemap.xml"], shows=True),
    "robots.txt": Kind(lambda ground: ["/robots.txt"]),
    "its document": Kind(lambda ground: [str(ground.document.url)], shows=True),
    "a key of a search engine": Kind(lambda ground: [f"/{CANARIES['slug']}.txt"]),
    "the doors of private pages": Kind(signing_in),
    "the admin, without logging in": Kind(admin),
    "an address that is nobody's": Kind(lambda ground: [f"{ground.path}more/", "/reviews/quetzal/", "/authors/quetzal/"]),
    "the partner API": Kind(api, shows=True),
    "an outlet's feeds": Kind(outlet_feeds, shows=True),
    "the outlet's own page": Kind(outlet_page, shows=True),
    "the hub": Kind(hub),
    "the page about our verifier": Kind(lambda ground: ["/syndication/verifier/"]),
    "oEmbed and its card": Kind(oembed, shows=True),
    "the Markdown twin": Kind(lambda ground: [f"{ground.path}index.md"], shows=True),
    "llms.txt": Kind(lambda ground: ["/llms.txt"], shows=True),
    "the publication's colours and faces": Kind(lambda ground: ["/identity/0057b8-2e7d32-literata.00000000.css"]),
    "rights for machines": Kind(lambda ground: ["/rsl.xml", "/.well-known/tdmrep.json"], shows=True),
    "the kit for who republishes": Kind(lambda ground: [f"/republish/{ground.page.uid}/"], shows=True),
    "the counter of its readers": Kind(lambda ground: [f"/c/{ground.page.uid}.gif"]),
    "who watches": Kind(lambda ground: ["/healthz", "/readyz", "/metrics"]),
    "the inbox": Kind(lambda ground: [f"/syndication/inbox/{NOBODY}/", f"/syndication/inbox/{ground.page.uid}/"]),
    "where readers write": Kind(lambda ground: [f"/responses/{ground.page.uid}/", f"/responses/{NOBODY}/"], shows=True),
    "what readers and other sites say": Kind(responses),
}
