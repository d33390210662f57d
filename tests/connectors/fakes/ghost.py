"""Ghost's Admin API as far as we use it: tokens checked with PyJWT, revisions, tags that replace, 409 on a stale revision."""

import hashlib
import html
import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from typing import Any

import jwt

from tests.connectors.fakes.base import Copy, FakeOutlet, Reply, path_of, query_of
from tests.fakes.partner import Request

ID, SECRET = "6748592f4b9b7700010f6b4a", "5a" * 32
API = "/ghost/api/admin/"


class FakeGhost(FakeOutlet):
    kind = "ghost"
    secret = f"{ID}:{SECRET}"
    path = "/"

    def __init__(self, *args, **facts):
        super().__init__(*args, **facts)
        self.clock = datetime.now(UTC)
        self.locale = "en"
        self.uploads: list[dict[str, Any]] = []

    def changes(self, request: Request) -> bool:
        return request.method in ("POST", "PUT", "DELETE") and "/images/" not in request.path

    def handle(self, request: Request) -> Reply:
        place = path_of(request)
        if not place.startswith(API):
            return Reply(200, body=b"<!doctype html><title>Lantern</title>", content_type="text/html")
        place = place.removeprefix(API)
        if place == "site/":
            return Reply(data={"site": {"title": "Lantern", "version": "5.130", "locale": self.locale}})
        if refusal := self._stranger(request):
            return refusal
        if place == "images/upload/":
            return self._upload(request)
        if place == "posts/":
            return self._browse(request) if request.method == "GET" else self._add(request)
        post = next((copy for copy in self.copies if place in (f"posts/{copy.id}/", f"posts/slug/{copy.facts['slug']}/")), None)
        if post is None:
            return Reply(404, {"errors": [{"message": "Resource not found error, cannot read post.", "type": "NotFoundError"}]})
        if request.method == "PUT":
            return self._edit(post, request)
        return Reply(data={"posts": [post.facts]})

    def edit(self, copy: Copy) -> None:
        copy.facts["html"] += "<p>Ours is better.</p>"
        copy.facts["updated_at"] = self._now()

    def _stranger(self, request: Request) -> Reply | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        try:
            assert scheme == "Ghost" and jwt.get_unverified_header(token)["kid"] == ID
            claims = jwt.decode(token, bytes.fromhex(SECRET), algorithms=["HS256"], audience="/admin/")
            assert claims["exp"] - claims["iat"] <= 300
        except (AssertionError, jwt.PyJWTError):
            return Reply(401, {"errors": [{"message": "Invalid token", "code": "INVALID_JWT"}]})
        return None

    def _now(self) -> str:
        self.clock += timedelta(seconds=1)
        return self.clock.strftime("%Y-%m-%dT%H:%M:%S.000Z")

    def _browse(self, request: Request) -> Reply:
        wanted = re.sub(r"^tag:", "", query_of(request).get("filter", ""))
        posts = [copy.facts for copy in self.copies if not wanted or wanted in [tag["slug"] for tag in copy.facts["tags"]]]
        return Reply(data={"posts": posts, "meta": {"pagination": {"total": len(posts)}}})

    def _add(self, request: Request) -> Reply:
        told = request.json()["posts"][0]
        number = f"{len(self.copies) + 1:024x}"
        copy = Copy(number, url=self.partner.url(f"/{told['slug']}/"))
        copy.facts = {"id": number, "url": copy.url, "codeinjection_head": None}
        self.copies.append(copy)
        self._keep(copy, told)
        return Reply(201, {"posts": [copy.facts]})

    def _edit(self, copy: Copy, request: Request) -> Reply:
        told = request.json()["posts"][0]
        if told["updated_at"] != copy.facts["updated_at"]:
            return Reply(
                409,
                {"errors": [{"message": "Saving failed! Someone else is editing this post.", "type": "UpdateCollisionError"}]},
            )
        self._keep(copy, told)
        return Reply(data={"posts": [copy.facts]})

    def _keep(self, copy: Copy, told: dict[str, Any]) -> None:
        if "tags" in told:
            told["tags"] = [{**tag, "slug": tag["name"].replace("#", "hash-").lower().replace(" ", "-")} for tag in told["tags"]]
        copy.facts |= {**told, "updated_at": self._now()}
        facts = copy.facts
        copy.live = facts["status"] == "published"
        copy.text = f"{facts['title']} {html.unescape(facts['html'])}"
        copy.canonical = facts["canonical_url"] or copy.url
        copy.noindex = "noindex" in (facts["codeinjection_head"] or "")
        copy.image = facts["feature_image"] or ""

    def _upload(self, request: Request) -> Reply:
        form = message_from_bytes(b"content-type: " + request.headers["content-type"].encode() + b"\r\n\r\n" + request.body)
        parts = {part.get_param("name", header="content-disposition"): part for part in form.get_payload()}
        content = parts["file"].get_payload(decode=True)
        if not content.startswith(b"\xff\xd8"):
            return Reply(415, {"errors": [{"message": "Please select a valid image."}]})
        url = self.partner.url(f"/content/images/{hashlib.sha1(content).hexdigest()[:8]}-{len(self.uploads)}.jpg")
        self.uploads.append({"name": parts["file"].get_filename(), "purpose": parts["purpose"].get_payload(), "url": url})
        return Reply(201, {"images": [{"url": url, "ref": parts["ref"].get_payload()}]})
