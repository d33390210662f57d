"""WordPress' REST API as far as we use it: drafts, slugs with endings, a trash, terms, media, fields that are dropped if unknown.

Plain unless a test turns on our plugin, Yoast or Rank Math. Its public pages lead home as such a site's would.
"""

import base64
import html
import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from typing import Any

from tests.connectors.fakes.base import Copy, FakeOutlet, Reply, path_of, query_of
from tests.fakes.partner import Request

USER, PASSWORD = "homeward", "abcd EFGH ijkl MNOP qrst UVWX"
API = "/wp-json/"
OURS = ("id", "canonical", "robots", "byline", "attribution", "link", "version")


class FakeWordPress(FakeOutlet):
    kind = "wordpress"
    account = USER
    secret = PASSWORD
    path = "/"

    def __init__(self, *args, **facts):
        super().__init__(*args, **facts)
        self.clock = datetime.now(UTC) - timedelta(days=1)
        # What the site has: "homeward/v1", "yoast/v1", "rankmath/v1"; and the fields it opened beyond.
        self.plugins: set[str] = set()
        self.opened: set[str] = set()
        self.may = {"publish_posts": True, "upload_files": True, "manage_categories": True}
        self.trash = True
        # A firewall before it takes headers that it does not know.
        self.strips_headers = False
        # How far its clock is behind; and what becomes of a post that we publish, where a plugin has every post read first.
        self.slow = timedelta()
        self.published_as = "publish"
        self.terms: dict[str, dict[int, str]] = {"categories": {1: "Uncategorized"}, "tags": {}}
        self.media: dict[int, dict[str, Any]] = {}
        self.front: dict[str, str] = {"Link": f'<{self.partner.url(API)}>; rel="https://api.w.org/"'}

    def changes(self, request: Request) -> bool:
        return request.method not in ("GET", "HEAD") and "/wp/v2/posts" in request.path

    def handle(self, request: Request) -> Reply:
        place = path_of(request)
        if not place.startswith(API):
            return self._page(place)
        place = place.removeprefix(API)
        if place == "":
            return Reply(data={"namespaces": ["wp/v2", *sorted(self.plugins)]})
        if refusal := self._stranger(request):
            return refusal
        if place == "rankmath/v1/updateMeta" and "rankmath/v1" in self.plugins:
            return self._rank_math(request.json())
        room, _, number = place.removeprefix("wp/v2/").partition("/")
        if room in self.terms:
            return self._term(room, request)
        if room == "media":
            return self._picture(int(number or 0), request)
        if place == "wp/v2/users/me":
            return Reply(data={"id": 2, "name": "The Harbour Review", "capabilities": self.may})
        if room == "posts":
            return self._post(int(number), request) if number else self._posts(request)
        return refused(404, "rest_no_route", "No route was found matching the URL and request method.")

    def edit(self, copy: Copy) -> None:
        copy.facts["content"]["raw"] += "<p>Ours is better.</p>"
        self._touch(copy)

    def post(self, copy: Copy) -> dict[str, Any]:
        """The post behind a copy."""
        return copy.facts

    def _stranger(self, request: Request) -> Reply | None:
        """WordPress finds out who speaks only when a right is asked for: it takes a wrong password for no password."""
        scheme, _, told = request.headers.get("authorization", "").partition(" ")
        user, _, password = base64.b64decode(told).decode().partition(":") if scheme == "Basic" else ("", "", "")
        if (user, password.replace(" ", "")) == (USER, PASSWORD.replace(" ", "")):
            return None
        place = path_of(request).partition("/wp/v2/")[2]
        if place.partition("/")[0] in self.terms and request.method == "GET":
            return None
        if place == "posts" and request.method == "GET":
            told = "Invalid parameter(s): status"
            return refused(400, "rest_invalid_param", told, params={"status": "Status is forbidden."})
        code = "rest_not_logged_in" if place == "users/me" else "rest_forbidden_context"
        return refused(401, code, "You are not currently logged in.")

    # --- posts ----------------------------------------------------------------------------------------------------------------

    def _posts(self, request: Request) -> Reply:
        if request.method == "GET":
            return Reply(data=[copy.facts for copy in self.copies if self._asked_for(copy.facts, query_of(request))])
        told = request.json()
        number = max((int(copy.id) for copy in self.copies), default=6) + 1
        ours = (told.get("meta") or {}).get("_homeward_id")
        if "homeward/v1" in self.plugins:
            for copy in self.copies:
                if copy.facts["meta"]["_homeward_id"] == ours:
                    return refused(409, "homeward_exists", "This site has a copy of this piece already.", id=int(copy.id))
        copy = Copy(str(number), live=False)
        copy.facts = {"id": number, "meta": dict.fromkeys(self._fields, ""), "categories": [1], "tags": [], "featured_media": 0}
        copy.facts |= {name: {"raw": ""} for name in ("title", "content", "excerpt")} | {"slug": "", "status": "draft"}
        self.copies.append(copy)
        self._keep(copy, told)
        return Reply(201, copy.facts)

    def _post(self, number: int, request: Request) -> Reply:
        copy = next((copy for copy in self.copies if copy.id == str(number)), None)
        if copy is None:
            return refused(404, "rest_post_invalid_id", "Invalid post ID.")
        if request.method == "GET":
            return Reply(data=copy.facts)
        if request.headers.get("x-http-method-override") == "DELETE" and not self.strips_headers:
            return self._bin(copy)
        told = request.json() if request.body else {}
        if told.get("featured_media") and told["featured_media"] not in self.media:
            return refused(400, "rest_invalid_featured_media", "Invalid featured media ID.")
        if told.get("status") == "publish" and not self.may["publish_posts"]:
            return refused(403, "rest_cannot_publish", "Sorry, you are not allowed to publish posts in this post type.")
        self._keep(copy, told)
        return Reply(data=copy.facts)

    def _bin(self, copy: Copy) -> Reply:
        if not self.trash:
            return refused(501, "rest_trash_not_supported", "The post does not support trashing. Set 'force=true' to delete.")
        if copy.facts["status"] == "trash":
            return refused(410, "rest_already_trashed", "The post has already been deleted.")
        copy.facts |= {"status": "trash", "slug": f"{copy.facts['slug']}__trashed"}
        self._touch(copy)
        return Reply(data=copy.facts)

    def _asked_for(self, post: dict[str, Any], query: dict[str, str]) -> bool:
        if "slug" in query and post["slug"] not in query["slug"].split(","):
            return False
        if "search" in query and query["search"] not in post["content"]["raw"] + post["title"]["raw"]:
            return False
        # A site without our plugin passes the question over.
        asked = query.get("homeward_id") if "homeward/v1" in self.plugins else None
        return asked in (None, post["meta"].get("_homeward_id"))

    @property
    def _fields(self) -> list[str]:
        return [*(f"_homeward_{name}" for name in OURS if "homeward/v1" in self.plugins), *self.opened]

    def _keep(self, copy: Copy, told: dict[str, Any]) -> None:
        post = copy.facts
        for name, value in told.items():
            if name == "meta":
                post["meta"] |= {key: value[key] or "" for key in value if key in self._fields}
            elif name == "slug":
                post["slug"] = self._free(value, copy)
            elif name in ("title", "content", "excerpt"):
                post[name] = {"raw": value}
            else:
                post[name] = value
        if post["status"] == "publish":
            there = datetime.now(UTC) - self.slow
            due = post.get("date_gmt", "") > (there + timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%S")
            post["status"] = "future" if due else self.published_as
        self._touch(copy)

    def _free(self, slug: str, copy: Copy) -> str:
        taken = {other.facts["slug"] for other in self.copies if other is not copy}
        return next(one for one in [slug, *(f"{slug}-{number}" for number in range(2, 99))] if one not in taken)

    def _touch(self, copy: Copy) -> None:
        self.clock += timedelta(seconds=1)
        post = copy.facts
        copy.live = post["status"] == "publish"
        post["link"] = copy.url = self.partner.url(f"/{post['slug']}/" if copy.live else f"/?p={copy.id}")
        post["modified_gmt"] = self.clock.strftime("%Y-%m-%dT%H:%M:%S")
        copy.text = html.unescape(f"{post['title']['raw']} {post['content']['raw']}")
        meta, picture = post["meta"], self.media.get(post["featured_media"])
        copy.canonical = next((meta[key] for key in meta if "canonical" in key and meta[key]), copy.url)
        copy.noindex = any("robots" in key and "noindex" in str(meta[key]) + key and bool(meta[key]) for key in meta)
        copy.image = picture["source_url"] if picture else ""

    def _rank_math(self, told: dict[str, Any]) -> Reply:
        copy = next(copy for copy in self.copies if copy.id == str(told["objectID"]))
        copy.facts["meta"] |= told["meta"]
        self._touch(copy)
        return Reply(data={"slug": True, "schemas": []})

    # --- beside posts ---------------------------------------------------------------------------------------------------------

    def _term(self, taxonomy: str, request: Request) -> Reply:
        terms = self.terms[taxonomy]
        if request.method == "GET":
            words = query_of(request)["search"].casefold()
            return Reply(data=[{"id": at, "name": html.escape(name)} for at, name in terms.items() if words in name.casefold()])
        if taxonomy == "categories" and not self.may["manage_categories"]:
            return refused(403, "rest_cannot_create", "Sorry, you are not allowed to create terms in this taxonomy.")
        name = request.json()["name"]
        for at, known in terms.items():
            if re.sub(r"\W", "", known.casefold()) == re.sub(r"\W", "", name.casefold()):
                return refused(400, "term_exists", "A term with the name provided already exists in this taxonomy.", term_id=at)
        number = 10 + len(self.terms["categories"]) + len(self.terms["tags"])
        terms[number] = name
        return Reply(201, {"id": number, "name": name})

    def _picture(self, number: int, request: Request) -> Reply:
        if request.method == "GET":
            slug = query_of(request).get("slug")
            return Reply(data=[{"id": at} for at, one in self.media.items() if one["slug"] == slug])
        if number:
            if number not in self.media:
                return refused(404, "rest_post_invalid_id", "Invalid post ID.")
            self.media[number] |= request.json()
            return Reply(data={"id": number})
        if not self.may["upload_files"]:
            return refused(403, "rest_cannot_create", "Sorry, you are not allowed to upload media on this site.")
        form = message_from_bytes(b"content-type: " + request.headers["content-type"].encode() + b"\r\n\r\n" + request.body)
        parts: dict[str, Any] = {str(part.get_param("name", header="content-disposition")): part for part in form.get_payload()}
        file = parts.pop("file")
        if not file.get_payload(decode=True).startswith(b"\xff\xd8"):
            return refused(500, "rest_upload_unknown_error", "Sorry, you are not allowed to upload this file type.")
        number = 100 + len(self.media)
        facts = {name: part.get_payload(decode=True).decode() for name, part in parts.items()}
        url = self.partner.url(f"/wp-content/uploads/{number}.jpg")
        self.media[number] = facts | {"name": file.get_filename(), "source_url": url}
        return Reply(201, {"id": number, "source_url": url})

    def _page(self, place: str) -> Reply:
        if place == "/":
            return Reply(body=b"<!doctype html><title>Lantern</title>", content_type="text/html", headers=self.front)
        copy = next((copy for copy in self.copies if copy.live and place == f"/{copy.facts['slug']}/"), None)
        if copy is None:
            return Reply(404, body=b"<!doctype html><title>Nothing here</title>", content_type="text/html")
        robots = '<meta name="robots" content="noindex, follow">' if copy.noindex else ""
        head = f'<title>Lantern</title><link rel="canonical" href="{copy.canonical}">{robots}'
        page = f"<!doctype html><html><head>{head}</head><body>{copy.facts['content']['raw']}</body></html>"
        return Reply(body=page.encode(), content_type="text/html; charset=utf-8")


def refused(status: int, code: str, message: str, **data: Any) -> Reply:
    """A refusal as WordPress writes it."""
    return Reply(status, {"code": code, "message": message, "data": {"status": status, **data}})
