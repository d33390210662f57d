"""Social networks on loopback, as far as we speak with them: a Partner that keeps posts, and misbehaves when asked to."""

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fakes.partner import Partner, Request, Visit

Reply = tuple[int, Any]

TOKEN = "a-token-of-thirty-two-characters"
APP_PASSWORD = "abcd-efgh-ijkl-mnop"


class Api:
    """What a network keeps, and how it obeys; `url` is the address of a path there."""

    def url(self, path: str = "/") -> str:
        raise NotImplementedError

    def begin(self) -> None:
        """As new."""
        self.posts: dict[str, dict[str, Any]] = {}
        self.created = 0

    def answer(self, request: Request) -> Reply:
        """Obey one request and answer it with a status and JSON."""
        place = urlsplit(request.path)
        told = request.json() if "json" in request.headers.get("content-type", "") else request.body
        return self.obey(request.method, place.path, parse_qs(place.query), request.headers, told)

    def obey(self, method: str, path: str, query: dict[str, list[str]], headers: dict[str, str], told: Any) -> Reply:
        raise NotImplementedError


class Network(Partner, Api):
    """Every request goes to `answer`, unless a path has a behaviour of its own or the next ones were planned."""

    def __init__(self) -> None:
        super().__init__()
        self.routes = _Everywhere(self._answer)  # type: ignore[assignment]
        self.begin()

    def forget(self) -> None:
        super().forget()
        self.begin()

    def lose_answer(self) -> None:
        """Do what the next request asks for, and hang up without a word."""
        self.next(self._do_and_hang_up)

    def _do_and_hang_up(self, visit: Visit) -> None:
        visit.reply_json = lambda *args, **facts: visit.hang_up(reset=True)  # type: ignore[method-assign]
        self._answer(visit)

    def _answer(self, visit: Visit) -> None:
        headers = {name.lower(): value for name, value in visit.headers.items()}
        status, data = self.answer(Request(visit.command, visit.path, headers, visit.body))
        visit.query = {}
        visit.reply_json(data, status)

    def seen(self, method: str = "", path: str = "") -> list[Any]:
        """The requests of this method to paths that begin so."""
        return [one for one in self.requests if one.method.startswith(method) and one.path.startswith(path)]


class _Everywhere(dict[str, Any]):
    """Routes of which all others lead to one behaviour."""

    def __init__(self, behave: Callable[[Visit], None]):
        super().__init__()
        self.behave = behave

    def get(self, path: str, default: Any = None) -> Any:
        return super().get(path, self.behave)


class MastodonApi(Api):
    """A server with one account. It knows an Idempotency-Key as long as `keys` is not emptied."""

    limit = 500

    def begin(self) -> None:
        super().begin()
        self.keys: dict[str, str] = {}

    def age(self) -> None:
        """An hour goes by."""
        self.keys.clear()

    def obey(self, method: str, path: str, query: dict[str, list[str]], headers: dict[str, str], told: Any) -> Reply:
        if path == "/api/v2/instance":
            rules = {"max_characters": self.limit, "characters_reserved_per_url": 23}
            return 200, {"configuration": {"statuses": rules}}
        if headers.get("authorization") != f"Bearer {TOKEN}":
            return 401, {"error": "The access token is invalid"}
        if path == "/api/v1/accounts/verify_credentials":
            return 200, {"id": "7", "acct": "harbour", "username": "harbour"}
        if path == "/api/v1/accounts/7/statuses":
            newest = sorted(self.posts.values(), key=lambda post: -int(post["id"]))
            before = int(query.get("max_id", ["1000000"])[0])
            page = [post for post in newest if int(post["id"]) < before]
            return 200, page[: int(query["limit"][0])]
        if path == "/api/v1/statuses" and method == "POST":
            return self._create(headers.get("idempotency-key", ""), told)
        name = path.rpartition("/")[2]
        if name not in self.posts:
            return 404, {"error": "Record not found"}
        if method == "DELETE":
            return 200, self.posts.pop(name)
        if method == "PUT":
            self.reword(name, told["status"])
        return 200, self.posts[name]

    def reword(self, name: str, text: str) -> None:
        """Change a post's text; the same text is no change."""
        post = self.posts[name]
        if post["text"] != text:
            self.edits = getattr(self, "edits", 0) + 1
            post.update(text=text, content=_linked(text), edited_at=f"2026-03-{self.edits:02}T09:00:00.000Z")

    def _create(self, key: str, told: Any) -> Reply:
        if len(told["status"]) > self.limit + 200:
            return 422, {"error": "Validation failed: Text character limit exceeded"}
        if key not in self.keys:
            self.created += 1
            name = self.keys[key] = str(100 + self.created)
            text = told["status"]
            facts = {"id": name, "url": self.url(f"/@harbour/{name}"), "text": text, "content": _linked(text)}
            self.posts[name] = {**facts, "edited_at": None, "language": told["language"], "visibility": told["visibility"]}
        return 200, self.posts[self.keys[key]]


def _linked(text: str) -> str:
    words = [f'<a href="{word}" rel="nofollow">{word[8:40]}…</a>' if word.startswith("http") else word for word in text.split()]
    return f"<p>{' '.join(words)}</p>"


class BlueskyApi(Api):
    """A personal data server with one account; `posts` are its records by their names."""

    did = "did:plc:harbour234567"
    account = "harbour.bsky.social"
    token = "eyJhbGciOiJIUzI1NiJ9.session.signature"

    def begin(self) -> None:
        super().begin()
        self.blobs: list[bytes] = []

    def obey(self, method: str, path: str, query: dict[str, list[str]], headers: dict[str, str], told: Any) -> Reply:
        name = path.removeprefix("/xrpc/com.atproto.")
        if name == "server.createSession":
            if told["password"] != APP_PASSWORD or told["identifier"] not in (self.account, self.did):
                return 401, {"error": "AuthenticationRequired", "message": "Invalid identifier or password"}
            return 200, {"did": self.did, "handle": self.account, "accessJwt": self.token, "refreshJwt": f"{self.token}-refresh"}
        if headers.get("authorization") != f"Bearer {self.token}":
            return 401, {"error": "AuthMissing", "message": "Authentication Required"}
        if name == "repo.getRecord":
            record = self.posts.get(query["rkey"][0])
            known = {"uri": self._uri(query["rkey"][0]), "cid": _cid(record), "value": record}
            return (200, known) if record else (400, {"error": "RecordNotFound", "message": "Could not locate record: at://…"})
        if name == "repo.uploadBlob":
            self.blobs.append(told)
            link = {"$link": f"bafkrei{len(self.blobs)}"}
            return 200, {"blob": {"$type": "blob", "ref": link, "mimeType": headers["content-type"], "size": len(told)}}
        assert (told["repo"], told["collection"]) == (self.did, "app.bsky.feed.post")
        assert re.fullmatch("[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}", told["rkey"]), "apps read no other name"
        if name == "repo.deleteRecord":
            self.posts.pop(told["rkey"], None)
            return 200, {}
        assert name == "repo.putRecord"
        self.created += told["rkey"] not in self.posts
        self.posts[told["rkey"]] = told["record"]
        return 200, {"uri": self._uri(told["rkey"]), "cid": _cid(told["record"])}

    def _uri(self, name: str) -> str:
        return f"at://{self.did}/app.bsky.feed.post/{name}"


def _cid(record: Any) -> str:
    return f"bafyrei{hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()[:20]}"


class MastodonServer(MastodonApi, Network):
    """The same, as a server of its own."""


class BlueskyServer(BlueskyApi, Network):
    """The same, as a server of its own."""
