"""A Newsroom: items and pictures pushed by Superdesk, both signed with HMAC-SHA1 over their bytes, kept by guid and media_id."""

import hashlib
import hmac
import html
from email import message_from_bytes
from typing import Any

from syndication.errors import Uncertain
from tests.connectors.fakes.base import Copy, FakeOutlet, Reply, path_of
from tests.fakes.partner import Request


class FakeSuperdesk(FakeOutlet):
    kind = "superdesk"
    secret = "a token of newsroom"
    path = "/push"
    # Newsroom answers a good push with an empty object, so any JSON will do.
    ends = {"garbage": (None, Uncertain)}

    def __init__(self, *args, **facts):
        super().__init__(*args, **facts)
        self.media: dict[str, Any] = {}

    def changes(self, request: Request) -> bool:
        return request.method == "POST" and path_of(request) == "/push" and request.body != b"{}"

    def handle(self, request: Request) -> Reply:
        place = path_of(request)
        if request.method == "GET" and place.startswith("/push_binary/"):
            return Reply(200 if place.rpartition("/")[2] in self.media else 404, {})
        if request.method != "POST":
            return Reply(405)
        mac = hmac.new(self.secret.encode(), request.body, hashlib.sha1).hexdigest()
        if request.headers.get("x-superdesk-signature") != f"sha1={mac}":
            return Reply(403)
        if place == "/push_binary":
            return self._upload(request)
        item = request.json()
        if "guid" not in item or item.get("type") != "text":
            return Reply(500, body=b"AssertionError", content_type="text/html")
        self._keep(item)
        return Reply(data={})

    def _keep(self, item: dict) -> None:
        copy = next((copy for copy in self.copies if copy.id == item["guid"]), None)
        if copy is None:
            copy = Copy(item["guid"])
            self.copies.append(copy)
        copy.facts = item
        copy.live = item["pubstatus"] == "usable"
        copy.text = f"{item['headline']} {html.unescape(item.get('body_html', ''))}"
        copy.canonical = item.get("extra", {}).get("canonical_url", "")
        copy.noindex = "noindex" in item.get("extra", {}).get("robots", "")
        media = item.get("associations", {}).get("featuremedia", {}).get("renditions", {}).get("original", {})
        copy.image = media.get("media") or media.get("href", "")

    def _upload(self, request: Request) -> Reply:
        form = message_from_bytes(b"content-type: " + request.headers["content-type"].encode() + b"\r\n\r\n" + request.body)
        parts = {part.get_param("name", header="content-disposition"): part for part in form.get_payload()}
        self.media[parts["media_id"].get_payload()] = parts["media"].get_payload(decode=True)
        return Reply(201, {"status": "OK"})
