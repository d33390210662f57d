"""A partner of twenty outlets in one process, which fails on purpose. Stand-alone: it imports nothing of ours.

`POST /hook/<outlet>` is a webhook that knows a `webhook-id` it has taken. `/posts/<outlet>` is as most APIs are: a POST always
creates, PUT and DELETE go by id, `GET ?uid=` finds. It applies what arrives last, whatever its version: nobody here mends an
older version that overtakes. `GET /state` tells all, `GET /counts` only how often, `POST /control` changes how it behaves.
"""

import argparse
import asyncio
import json
import random
import socket
import struct
import time
from collections import Counter, defaultdict
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs, urlsplit

FAULTS = ["503", "429", "reset before reading", "reset after commit", "timeout after commit", "garbage 200"]
ANSWER_LOST = {"reset after commit", "timeout after commit"}
# Longer than any deadline of ours.
SILENCE = 6.0


class Partner:
    """What the outlets hold and what they heard."""

    def __init__(self, faults: float, seed: int) -> None:
        self.faults = faults
        self.dice = random.Random(seed)
        # How single outlets behave: `hang`, `drip` or `down`; the others as `faults` says.
        self.moods: dict[str, str] = {}
        self.delay = 0.0
        self.forget()

    def forget(self) -> None:
        """Begin anew, empty."""
        self.hooks: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
        self.posts: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
        self.seen: set[str] = set()
        self.counts: Counter[str] = Counter()
        self.arrivals: list[list[Any]] = []
        # Which posts stood there already when they were made once more.
        self.doubled: list[list[str]] = []
        # The webhook-ids that were known already.
        self.repeated: list[str] = []
        self.newest: dict[tuple[str, str], int] = {}
        self.open: Counter[str] = Counter()
        self.most_open: Counter[str] = Counter()

    def state(self) -> dict[str, Any]:
        """All of it, for the judge."""
        own = {"hooks": self.hooks, "posts": self.posts, "counts": self.counts, "arrivals": self.arrivals}
        return {**own, "doubled": self.doubled, "repeated": self.repeated, "most_open": self.most_open}

    def fault(self) -> str:
        """What goes wrong with this request, if anything."""
        return self.dice.choice(FAULTS) if self.dice.random() < self.faults else ""

    # --- the two kinds of outlet. Each returns status and answer. -----------------------------------------------------------

    def take(self, verb: str, path: list[str], query: dict[str, list[str]], headers: dict[str, str], body: bytes) -> Any:
        """Commit one request."""
        kind, outlet, *rest = path
        if kind == "hook":
            return self._hook(outlet, headers.get("webhook-id", ""), json.loads(body))
        if verb == "GET":
            uid = query["uid"][0]
            return 200, [{"id": pk} for pk, post in self.posts[outlet].items() if post["uid"] == uid]
        if verb == "POST":
            return self._create(outlet, json.loads(body))
        pk = rest[0]
        if pk not in self.posts[outlet]:
            return 404, {}
        self._arrived(outlet, verb, self.posts[outlet][pk]["uid"], headers, json.loads(body or b"{}"))
        if verb == "DELETE":
            del self.posts[outlet][pk]
            return 200, {}
        self.posts[outlet][pk] = json.loads(body)
        return 200, {"id": pk}

    def _hook(self, outlet: str, key: str, told: dict[str, Any]) -> Any:
        story = told["data"]["story"]
        uid = story["uid"]
        if key and key in self.seen:
            self.counts["duplicate webhooks"] += 1
            self.repeated.append(key)
            return 200, {"id": uid}
        self.seen.add(key)
        self._arrived(outlet, told["type"], uid, {"x-key": key}, story)
        if told["type"] == "article.withdrawn":
            self.hooks[outlet].pop(uid, None)
        else:
            self.hooks[outlet][uid] = {"headline": story["headline"], "version": story["version"]}
        return 200, {"id": uid}

    def _create(self, outlet: str, post: dict[str, Any]) -> Any:
        if any(other["uid"] == post["uid"] for other in self.posts[outlet].values()):
            self.counts["duplicate posts"] += 1
            self.doubled.append([outlet, post["uid"]])
        self.counts["created"] += 1
        self._arrived(outlet, "POST", post["uid"], {}, post)
        pk = str(self.counts["created"])
        self.posts[outlet][pk] = post
        return 201, {"id": pk}

    def _arrived(self, outlet: str, operation: str, uid: str, headers: dict[str, str], told: dict[str, Any]) -> None:
        version = told.get("version") or 0
        self.counts["taken"] += 1
        self.arrivals.append([round(time.time(), 3), outlet, uid, operation, version, headers.get("x-key", "")])
        if version and version < self.newest.get((outlet, uid), 0):
            self.counts["older after newer"] += 1
        self.newest[outlet, uid] = max(version, self.newest.get((outlet, uid), 0))

    # --- HTTP ---------------------------------------------------------------------------------------------------------------

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, as long as the other side keeps it."""
        with suppress(OSError, asyncio.IncompleteReadError):
            while await self._request(reader, writer):
                pass
        with suppress(OSError):
            writer.close()

    async def _request(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        verb, target, _ = head[0].split(" ", 2)
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        url = urlsplit(target)
        path = url.path.strip("/").split("/")
        if path[0] in ("state", "counts", "control"):
            body = await reader.readexactly(int(headers.get("content-length") or 0))
            return await self._answer(writer, 200, self._control(path[0], body))
        outlet = path[1]
        self.counts["requests"] += 1
        self.counts["webhook requests"] += path[0] == "hook"
        self.open[outlet] += 1
        self.most_open[outlet] = max(self.most_open[outlet], self.open[outlet])
        try:
            return await self._meet(verb, path, parse_qs(url.query), headers, reader, writer)
        finally:
            self.open[outlet] -= 1

    async def _meet(self, verb: str, path: list[str], query: Any, headers: dict[str, str], reader: Any, writer: Any) -> bool:
        mood = self.moods.get(path[1], "")
        fault = "" if mood else self.fault()
        if fault:
            self.counts[f"fault: {fault}"] += 1
        if fault == "reset before reading" or mood == "down":
            return _reset(writer)
        body = await reader.readexactly(int(headers.get("content-length") or 0))
        if mood:
            return await self._moody(mood, writer)
        if fault == "503":
            return await self._answer(writer, 503, {})
        if fault == "429":
            return await self._answer(writer, 429, {}, retry_after="2")
        if fault == "garbage 200":
            return await self._answer(writer, 200, "<html><title>Log in</title>", kind="text/html")
        if self.delay:
            await asyncio.sleep(self.delay)
        status, answer = self.take(verb, path, query, headers, body)
        if fault in ANSWER_LOST:
            self.counts["answers lost"] += verb != "GET"
            self.counts["webhook answers lost"] += path[0] == "hook"
            if fault == "timeout after commit":
                await asyncio.sleep(SILENCE)
            return _reset(writer)
        return await self._answer(writer, status, answer)

    async def _moody(self, mood: str, writer: asyncio.StreamWriter) -> bool:
        """An outlet that hangs, or answers a byte a second, for ever."""
        if mood == "drip":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(60):
            if mood == "drip":
                writer.write(b" ")
                await writer.drain()
            await asyncio.sleep(0.5)
            if writer.is_closing():
                break
        return _reset(writer)

    async def _answer(self, writer: Any, status: int, answer: Any, retry_after: str = "", kind: str = "application/json") -> bool:
        body = (answer if isinstance(answer, str) else json.dumps(answer)).encode()
        head = f"HTTP/1.1 {status} Said\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
        if retry_after:
            head += f"Retry-After: {retry_after}\r\n"
        writer.write(head.encode() + b"\r\n" + body)
        await writer.drain()
        return True

    def _control(self, what: str, body: bytes) -> Any:
        if what == "state":
            return self.state()
        if what == "counts":
            return self.counts
        told = json.loads(body or b"{}")
        if told.get("forget"):
            self.forget()
        self.faults = told.get("faults", self.faults)
        self.moods = told.get("moods", self.moods)
        self.delay = told.get("delay", self.delay)
        return {}


def _reset(writer: asyncio.StreamWriter) -> bool:
    """Break the connection off, as a crashed server does."""
    plug = writer.get_extra_info("socket")
    with suppress(OSError):
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
    return False


async def _serve(port: int, partner: Partner) -> None:
    server = await asyncio.start_server(partner.serve, "127.0.0.1", port, limit=4_000_000, backlog=500)
    async with server:
        await server.serve_forever()


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--faults", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=1)
    words = parser.parse_args()
    asyncio.run(_serve(words.port, Partner(words.faults, words.seed)))


if __name__ == "__main__":
    main()
