"""A Micropub server with a media endpoint and a list of posts, as most have; what it lacks a test switches off."""

import html
from email import message_from_bytes

from tests.connectors.fakes.base import Copy, FakeOutlet, Reply, path_of, query_of
from tests.fakes.partner import Request

FRONT = b'<!doctype html><html><head><title>Lantern</title><link rel="micropub" href="/micropub"></head><body></body></html>'


class FakeMicropub(FakeOutlet):
    kind = "micropub"
    secret = "a-token-of-lantern"
    path = "/"

    def __init__(self, *args, **facts):
        super().__init__(*args, **facts)
        self.media_endpoint = "/media"
        self.lists_posts = self.undeletes = self.keeps_syndication = self.tells_config = True
        # Answers 202, with an address at once or only when it has worked.
        self.asynchronous = self.silent = False
        self.uploads: list[str] = []
        self.messages: list[dict] = []

    def changes(self, request: Request) -> bool:
        return request.method == "POST" and path_of(request) == "/micropub"

    def handle(self, request: Request) -> Reply:
        place = path_of(request)
        if place not in ("/micropub", "/media"):
            return Reply(200, body=FRONT, content_type="text/html")
        if request.headers.get("authorization") != f"Bearer {self.secret}":
            return Reply(401, {"error": "unauthorized"})
        if place == "/media":
            return self._upload(request)
        return self._query(request) if request.method == "GET" else self._act(request.json())

    def _query(self, request: Request) -> Reply:
        query = query_of(request)
        if query["q"] == "config":
            told = {"media-endpoint": self.partner.url(self.media_endpoint)} if self.media_endpoint else {}
            return Reply(data={**told, "syndicate-to": []}) if self.tells_config else Reply(400, {"error": "invalid_request"})
        if not self.lists_posts:
            return Reply(400, {"error": "invalid_request"})
        newest = [copy for copy in reversed(self.copies) if copy.live and not copy.facts.get("waiting")]
        offset, limit = int(query["offset"]), int(query["limit"])
        return Reply(data={"items": [self._listed(copy) for copy in newest[offset : offset + limit]]})

    def _listed(self, copy: Copy) -> dict:
        properties = {name: values for name, values in copy.facts.items() if name != "syndication" or self.keeps_syndication}
        return {"type": ["h-entry"], "properties": {**properties, "url": [copy.url]}}

    def _act(self, message: dict) -> Reply:
        self.messages.append(message)
        if "action" not in message:
            return self._create(message["properties"])
        copy = next((copy for copy in self.copies if copy.url == message["url"]), None)
        if copy is None or (not copy.live and message["action"] == "update"):
            return Reply(404, {"error": "not_found"})
        if message["action"] == "undelete" and not self.undeletes:
            return Reply(400, {"error": "invalid_request"})
        copy.live = message["action"] != "delete"
        if message["action"] == "update":
            copy.facts |= message["replace"]
            self._show(copy)
        return Reply(204)

    def _create(self, properties: dict) -> Reply:
        slug = properties.pop("mp-slug")[0]
        taken = [copy for copy in self.copies if copy.url.rpartition("/")[2].startswith(slug)]
        slug = f"{slug}-{len(taken) + 1}" if taken else slug
        copy = Copy(slug, url=self.partner.url(f"/2026/{slug}"), facts=properties)
        self.copies.append(copy)
        self._show(copy)
        located = {} if self.asynchronous and self.silent else {"location": copy.url}
        if self.asynchronous:
            copy.facts["waiting"] = self.silent
        return Reply(202 if self.asynchronous else 201, headers=located)

    def _show(self, copy: Copy) -> None:
        copy.text = f"{copy.facts['name'][0]} {html.unescape(copy.facts['content'][0]['html'])}"
        copy.image = copy.facts["photo"][0]["value"] if copy.facts.get("photo") else ""

    def _upload(self, request: Request) -> Reply:
        form = message_from_bytes(b"content-type: " + request.headers["content-type"].encode() + b"\r\n\r\n" + request.body)
        _form, part = form.walk()
        assert part.get_param("name", header="content-disposition") == "file"
        self.uploads.append(self.partner.url(f"/media/{len(self.uploads)}.jpg"))
        return Reply(201, headers={"location": self.uploads[-1]})
