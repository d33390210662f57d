"""A Forem: articles of one account, each canonical link once, a headline once in five minutes, drafts only in the own list."""

import html
import re
from typing import Any

from tests.connectors.fakes.base import Copy, FakeOutlet, Reply, path_of, query_of
from tests.fakes.partner import Request


class FakeForem(FakeOutlet):
    kind = "forem"
    secret = "Ub1zGpTjTQ3wRk5xLmNvYh7c"
    path = "/"

    def __init__(self, *args, **facts):
        super().__init__(*args, **facts)
        self.clock = 0
        self.headlines_are_once = False
        # What another account holds: its canonical links are taken, its articles are not listed.
        self.taken: set[str] = set()

    def handle(self, request: Request) -> Reply:
        place = path_of(request)
        if not place.startswith("/api/"):
            return Reply(200, body=b"<!doctype html><title>Lantern</title>", content_type="text/html")
        if request.headers.get("api-key") != self.secret:
            return Reply(401, {"error": "unauthorized", "status": 401})
        if place == "/api/users/me":
            return Reply(data={"id": 7, "username": "harbour"})
        if place == "/api/articles/me/all":
            query = query_of(request)
            size, page = int(query["per_page"]), int(query["page"])
            newest = list(reversed(self.copies))[(page - 1) * size : page * size]
            return Reply(data=[copy.facts for copy in newest])
        if place == "/api/articles" and request.method == "POST":
            return self._create(request.json()["article"])
        return self._one(place.rpartition("/")[2], request)

    def _one(self, number: str, request: Request) -> Reply:
        copy = next((copy for copy in self.copies if copy.id == number), None)
        if copy is None or (request.method == "GET" and not copy.live):
            return Reply(404, {"error": "not found", "status": 404})
        if request.method == "PUT":
            return self._keep(copy, request.json()["article"])
        return Reply(data=copy.facts)

    def edit(self, copy: Copy) -> None:
        copy.facts["body_markdown"] = "Ours is better.\n" + copy.facts["body_markdown"]
        copy.facts["edited_at"] = "2026-05-01T10:30:00Z"

    def _create(self, article: dict[str, Any]) -> Reply:
        if self.headlines_are_once and any(copy.facts["title"] == article["title"] for copy in self.copies):
            return Reply(422, {"error": "Title has already been used in the last five minutes", "status": 422})
        number = len(self.copies) + 1
        slug = f"{re.sub('[^a-z0-9]+', '-', article['title'].lower())}-{number}"
        copy = Copy(str(number), url=self.partner.url(f"/harbour/{slug}"))
        copy.facts = {"id": number, "url": copy.url, "edited_at": None}
        answer = self._keep(copy, article)
        if answer.status == 200:
            self.copies.append(copy)
            return Reply(201, copy.facts)
        return answer

    def _keep(self, copy: Copy, article: dict[str, Any]) -> Reply:
        wanted = article.get("canonical_url")
        others = {other.canonical for other in self.copies if other is not copy} | self.taken
        if wanted and wanted in others:
            return Reply(422, {"error": "Canonical url has already been taken", "status": 422})
        if len(article.get("tags", [])) > 4 or any(not tag.isalnum() for tag in article.get("tags", [])):
            return Reply(422, {"error": "Tag list is wrong", "status": 422})
        if len(article.get("title", "")) > 128 or re.search(r"\{[{%]", article.get("body_markdown", "")):
            return Reply(422, {"error": "Liquid syntax error", "status": 422})
        copy.facts |= article
        facts = copy.facts
        copy.live, copy.canonical, copy.image = facts["published"], facts["canonical_url"] or "", facts.get("main_image") or ""
        copy.text = html.unescape(f"{facts['title']} {facts['body_markdown']}".replace("\\", ""))
        return Reply(200, facts)
