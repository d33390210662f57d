"""Bluesky: a post with a card that links home, kept in the account's repository by AT Protocol (https://atproto.com)."""

import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit
from uuid import UUID

import regex  # type: ignore[import-untyped]
from PIL import Image

from syndication import http
from syndication.connectors import pictures
from syndication.connectors.base import Connector, Receipt
from syndication.connectors.features import YES, Features
from syndication.connectors.posts import composed, shortened
from syndication.connectors.rest import Answer, ask, attempt, field_of, must_have
from syndication.connectors.warnings import changed_there
from syndication.errors import RETRY_AFTER_LIMIT, DeliveryError, Refused, Transient, raise_for_status, retry_after
from syndication.http.probe import AUTHENTICATION, CANONICAL, NOT_APPLICABLE, OK, PUBLISHING, Step
from syndication.story import Picture, Story

COLLECTION = "app.bsky.feed.post"
LIMIT, LINK_ROOM = 300, 40
# A post may have 3000 bytes as well: letters of many parts fill them first.
MOST_BYTES = 2800
THUMB_BYTES, THUMB_SIDE = 1_000_000, 1200
SHOWS_THE_OLD = (
    "Bluesky keeps the new version, but its apps go on showing the post as it was first. "
    "If readers must see the change, withdraw the piece there and push it again."
)
NO_THUMB = "Bluesky did not take the picture, so the card went without it. Push again to try once more."
_APP_PASSWORD = regex.compile(r"[a-z0-9]{4}(-[a-z0-9]{4}){3}")
_HANDLE = regex.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*|did:[a-z]+:[\w.:%-]+", regex.I)
_SORTABLE = "234567abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Session:
    """Whose repository we may write in, for some minutes."""

    did: str
    handle: str
    token: str = field(repr=False)


class Bluesky(Connector):
    """Writes one record a piece under a name that follows from the piece, so that a repeat replaces and never doubles."""

    kind = "bluesky"
    label = "Bluesky"
    features = Features(
        update="in the record; apps show the first version",
        correct="in the record; apps show the first version",
        canonical="a link home",
        image="in the card",
        find=YES,
        edits=YES,
    )
    idempotent = True
    announces = True
    endpoint_help = "The server that keeps your account: https://bsky.social, unless you run your own."
    account_label = "Handle"
    account_help = "The account that posts, such as harbour.bsky.social."
    secret_label = "App password"
    secret_help = "At Bluesky under Settings, Privacy and security, App passwords: not the password you log in with."

    @classmethod
    def check_secret(cls, secret: str) -> None:
        """Refuse what is no app password: the account's own password may do everything, so we do not keep it."""
        if not _APP_PASSWORD.fullmatch(secret):
            raise ValueError("An app password is four groups of four letters, such as abcd-efgh-ijkl-mnop. Make one for us.")

    @classmethod
    def check_account(cls, account: str) -> None:
        """Refuse what is no handle."""
        if not _HANDLE.fullmatch(account):
            raise ValueError("A handle is a name with dots and without the @, such as harbour.bsky.social.")

    def publish(self, story: Story, key: UUID) -> Receipt:
        """Write the post."""
        return self._put(story, self._session(), {}, datetime.now(UTC).isoformat())

    def update(self, story: Story, receipt: Receipt, key: UUID) -> Receipt:
        """Replace the record. Where it is gone, post anew."""
        session = self._session()
        there = self._record(story, session)
        created = field_of(field_of(there, "value", dict), "createdAt") or datetime.now(UTC).isoformat()
        warnings: list[str] = []
        taken = self._put(story, session, receipt.memory if there else {}, created)
        # The same words have the same version: then an update of ours had arrived whose answer was lost.
        if there and taken.memory["cid"] != there["cid"]:
            if receipt.memory.get("cid", there["cid"]) != there["cid"]:
                warnings.append(changed_there(None))
            warnings.append(SHOWS_THE_OLD)
        return Receipt(taken.id, taken.url, taken.memory, (*warnings, *taken.warnings))

    def withdraw(self, story: Story, receipt: Receipt, key: UUID) -> Receipt:
        """Delete the post. One that is not there is no error."""
        session = self._session()
        told = {"repo": session.did, "collection": COLLECTION, "rkey": name_of(story.uid)}
        self._ask("POST", "com.atproto.repo.deleteRecord", session, told)
        return Receipt()

    def find(self, story: Story) -> Receipt | None:
        """Our post, by its name."""
        session = self._session()
        there = self._record(story, session)
        return self._receipt(story, session, there, {}) if there else None

    def greet(self) -> Iterator[Step]:
        """May we open a session?"""
        step, session = attempt(AUTHENTICATION, self._session, self.access.secret)
        if session is None:
            yield step
            return
        yield Step(AUTHENTICATION, OK, f"We post as {session.handle[:100]}.", session.did[:200])
        yield Step(PUBLISHING, NOT_APPLICABLE, "Whoever has an app password may post.")
        yield Step(CANONICAL, NOT_APPLICABLE, "A post names no canonical page. Its card links to ours.")

    def _session(self) -> Session:
        told = {"identifier": self.access.account, "password": str(self.access.secret())}
        with http.unrecorded():
            data = self._ask("POST", "com.atproto.server.createSession", None, told).data
        did, token = (must_have(field_of(data, name), "a session") for name in ("did", "accessJwt"))
        return Session(did, field_of(data, "handle") or self.access.account, token)

    def _put(self, story: Story, session: Session, memory: Mapping[str, Any], created: str) -> Receipt:
        thumb, warnings = self._thumb(story, session, memory)
        record = _record_of(story, created, thumb.get("blob"))
        told = {"repo": session.did, "collection": COLLECTION, "rkey": name_of(story.uid), "record": record}
        data = self._ask("POST", "com.atproto.repo.putRecord", session, told).data
        return self._receipt(story, session, data, {"thumb": thumb} if thumb else {}, warnings)

    def _receipt(
        self, story: Story, session: Session, data: Any, memory: Mapping[str, Any], warnings: tuple[str, ...] = ()
    ) -> Receipt:
        cid = must_have(field_of(data, "cid"), "the version of our post")
        url = f"https://bsky.app/profile/{session.handle}/post/{name_of(story.uid)}"
        name = f"at://{session.did}/{COLLECTION}/{name_of(story.uid)}"
        return Receipt(name, url, {**memory, "cid": cid}, warnings)

    def _record(self, story: Story, session: Session) -> dict[str, Any] | None:
        """The post as it stands there, with its version; None if there is none."""
        asked = urlencode({"repo": session.did, "collection": COLLECTION, "rkey": name_of(story.uid)})
        answer = self._ask("GET", f"com.atproto.repo.getRecord?{asked}", session, passes=(400, 404))
        if answer.status == 200:
            must_have(field_of(answer.data, "cid"), "the version of our post")
            return dict(answer.data)
        if answer.status == 404 or field_of(answer.data, "error") == "RecordNotFound":
            return None
        # Older servers have no word of their own for it.
        if "locate record" in field_of(answer.data, "message"):
            return None
        raise_for_status(answer.status, dict(answer.headers), str(answer.data))
        return None

    def _thumb(self, story: Story, session: Session, memory: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
        """The picture of the card, uploaded once: its address here and its name there; and what went wrong."""
        picture = story.share_image or story.lead_image
        if picture is None:
            return {}, ()
        kept = memory.get("thumb")
        if isinstance(kept, dict) and kept.get("url") == picture.url:
            return dict(kept), ()
        try:
            headers = {"content-type": "image/jpeg"}
            data = self._ask("POST", "com.atproto.repo.uploadBlob", session, headers=headers, body=_small(picture)).data
        except pictures.NoPicture as problem:
            return {}, (str(problem),)
        except Refused:
            raise
        except DeliveryError:
            return {}, (NO_THUMB,)
        blob = field_of(data, "blob", dict)
        return ({"url": picture.url, "blob": blob}, ()) if blob else ({}, (NO_THUMB,))

    def _ask(
        self,
        method: str,
        name: str,
        session: Session | None,
        told: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        passes: Collection[int] = (),
    ) -> Answer:
        url = urljoin(self.access.endpoint, f"/xrpc/{name}")
        sent = dict(headers or {})
        if session:
            sent["authorization"] = f"Bearer {session.token}"
        answer = ask(method, url, told, sent, body=body, passes={*passes, 400, 429}, empty=True)
        if answer.status == 429:
            raise Transient(
                "Bluesky asks us to slow down (429): it allows so many requests a day. We go on when it lets us.",
                status=429,
                retry_after=_wait(answer.headers),
            )
        if answer.status == 400 and field_of(answer.data, "error") == "ConcurrentWrites":
            raise Transient("Somebody else wrote in this account at the same moment. We try again by ourselves.", status=400)
        if answer.status not in passes:
            said = f"{field_of(answer.data, 'error')} {field_of(answer.data, 'message')}".strip()
            raise_for_status(answer.status, dict(answer.headers), said)
        return answer


def name_of(uid: UUID) -> str:
    """The name of a piece's post: a TID (https://atproto.com/specs/tid), which apps insist on, that follows from its uid.

    As a TID tells a time, this one tells some moment between 2005 and 2023: what lies ahead may be refused.
    """
    digest = int.from_bytes(sha256(uid.bytes).digest()[:8])
    number = (1 << 60) | (digest & ((1 << 59) - 1))
    return "".join(_SORTABLE[(number >> shift) & 31] for shift in range(60, -1, -5))


def _record_of(story: Story, created: str, blob: Any) -> dict[str, Any]:
    link = story.canonical.url
    shown = shortened(urlsplit(link).netloc.removeprefix("www.") + urlsplit(link).path.rstrip("/"), LINK_ROOM)
    room = LIMIT - LINK_ROOM - 2
    while len(said := composed(story, room).encode()) > MOST_BYTES:
        room = room * 3 // 4
    before = f"{said.decode()}\n\n"
    start = len(before.encode())
    feature = {"$type": "app.bsky.richtext.facet#link", "uri": link}
    card = {"uri": link, "title": story.social_title, "description": story.description or story.standfirst}
    return {
        "$type": COLLECTION,
        "text": before + shown,
        "createdAt": created,
        "langs": [story.language],
        "facets": [{"index": {"byteStart": start, "byteEnd": start + len(shown.encode())}, "features": [feature]}],
        "embed": {"$type": "app.bsky.embed.external", "external": {**card, **({"thumb": blob} if blob else {})}},
    }


def _small(picture: Picture) -> bytes:
    """The picture as a JPEG that Bluesky takes for a card. Raises NoPicture."""
    file = pictures.read(picture)
    try:
        with Image.open(BytesIO(file.content)) as image:
            small = image.convert("RGB")
        small.thumbnail((THUMB_SIDE, THUMB_SIDE))
        for quality in (85, 70, 50, 30):
            out = BytesIO()
            small.save(out, "JPEG", quality=quality, optimize=True)
            if out.tell() <= THUMB_BYTES:
                return out.getvalue()
    except (OSError, ValueError, Image.DecompressionBombError):
        pass
    raise pictures.NoPicture("The picture could not be made small enough for the card, so the post went without it.")


def _wait(headers: Mapping[str, str]) -> float | None:
    """Seconds until the limit is over: by `retry-after`, else by the moment of `ratelimit-reset`; at most six hours."""
    if wait := retry_after(headers.get("retry-after")):
        return wait
    told = headers.get("ratelimit-reset", "")
    known = told.isascii() and told.isdigit() and len(told) < 12
    return min(max(float(told) - time.time(), 0.0), RETRY_AFTER_LIMIT) if known else None
