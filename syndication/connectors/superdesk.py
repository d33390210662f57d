"""Superdesk: HTTP push as Superdesk sends it, so that its Publisher, its Newsroom and whatever reads them take our pieces.

An item goes to the endpoint, signed over its bytes; its picture goes to the assets address before it. Both know an item by its
`guid`, so a repeat replaces and a look-up is not needed; neither tells where the piece will stand.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from syndication import http
from syndication.connectors import pictures, rest, warnings
from syndication.connectors.base import Connector, Receipt
from syndication.connectors.features import YES, Features
from syndication.credentials import Unreadable
from syndication.errors import DeliveryError, OutletGone, Refused
from syndication.http.probe import AUTHENTICATION, CANONICAL, FAILED, NOT_APPLICABLE, OK, PUBLISHING, WARNING, Step
from syndication.renderers import ninjs1
from syndication.story import Story

SIGNATURE = "x-superdesk-signature"
# Where a system that takes items there takes their pictures.
ASSETS = {"content/push": "assets/push", "push": "push_binary"}
SHORTEST_SECRET = 8


class Superdesk(Connector):
    """Pushes ninjs items. A correction is a higher version of the item, a withdrawal one that is canceled."""

    kind = "superdesk"
    label = "Superdesk (HTTP push)"
    reveals_secret = False
    features = Features(canonical="if it obeys", noindex="if it obeys", image=YES)
    idempotent = True
    endpoint_help = (
        "Where items are pushed: …/api/v2/content/push at a Superdesk Publisher, …/push at a Newsroom. Pictures go to "
        "…/assets/push or …/push_binary beside it."
    )
    secret_label = "Secret token"
    secret_help = "The token that signs pushes: in Publisher the organization's, in Newsroom its PUSH_KEY."

    @classmethod
    def check_secret(cls, secret: str) -> None:
        """Refuse a token that anybody could guess."""
        if len(secret) < SHORTEST_SECRET:
            raise ValueError(f"A token shorter than {SHORTEST_SECRET} signs is too easy to guess. Ask for another.")

    def publish(self, story: Story, key: UUID) -> Receipt:
        """Push the first version."""
        return self._push(story, Receipt())

    def update(self, story: Story, receipt: Receipt, key: UUID) -> Receipt:
        """Push a higher version of the same item."""
        return self._push(story, receipt)

    def withdraw(self, story: Story, receipt: Receipt, key: UUID) -> Receipt:
        """Push a kill: the same item, canceled."""
        return self._push(story, receipt, status=ninjs1.CANCELED)

    def kill(self, story: Story, receipt: Receipt, key: UUID, reason: str) -> Receipt:
        """As a withdrawal, with the reason in the editors' note."""
        return self._push(story, receipt, status=ninjs1.CANCELED, reason=reason)

    def greet(self) -> Iterator[Step]:
        """Send an item without content, truly signed and falsely: nobody keeps it, and the answers tell signatures apart."""
        try:
            secret = str(self.access.secret())
        except Unreadable as problem:
            yield Step(AUTHENTICATION, FAILED, str(problem))
            return
        failed, answer = rest.attempt(AUTHENTICATION, lambda: self._empty(secret), self.access.secret)
        if answer is None:
            yield failed
            return
        true, false = answer.status, self._forged()
        if true in (401, 403):
            sentence = f"The outlet refused our signature ({true}). Copy the token anew from Superdesk."
            yield Step(AUTHENTICATION, FAILED, sentence, f"HTTP {true}")
            return
        if 300 <= true < 400 or true in (404, 405, 410):
            sentence = f"Nothing at this address takes items ({true}). Ask the outlet where its Superdesk takes pushes."
            yield Step(AUTHENTICATION, FAILED, sentence, f"HTTP {true}")
            return
        if false in (401, 403):
            yield Step(AUTHENTICATION, OK, f"The outlet knows our signature, and refuses a false one ({false}).", f"HTTP {true}")
        else:
            sentence = (
                f"A false signature gets the same answer as ours ({true or 'none'}). Whether it checks shows at the first push."
            )
            yield Step(AUTHENTICATION, WARNING, sentence, f"HTTP {true}")
        yield Step(PUBLISHING, NOT_APPLICABLE, "Who knows the token may push; what is published from it the desk decides.")
        sentence = (
            "The canonical link travels in the item's extra fields. Ask the outlet's developers to print it in their templates."
        )
        yield Step(CANONICAL, NOT_APPLICABLE, sentence)

    # --- the push -------------------------------------------------------------------------------------------------------------

    def _push(self, story: Story, receipt: Receipt, status: str = ninjs1.USABLE, reason: str = "") -> Receipt:
        """Push an item under a version above the last."""
        last = rest.field_of(receipt.memory, "version", int)
        version = max(story.version, last + 1)
        known = rest.field_of(receipt.memory, "media", dict)
        media, told = self._media(story, known) if status == ninjs1.USABLE else (known, ())
        item = ninjs1.item(story, self.access.contract, version, datetime.now(UTC), status=status, media=media.get("media", ""))
        if reason:
            item["ednote"] = f"{item['ednote']} {reason}"
        answer = self._post(self.access.endpoint, json.dumps(item, ensure_ascii=False).encode(), "application/json")
        # Some systems that imitate Superdesk tell where the piece stands.
        url = rest.public(rest.field_of(answer.data, "url")) or receipt.url
        return Receipt(ninjs1.guid(story), url, {"version": version, "media": dict(media)}, tuple(told))

    def _post(self, url: str, body: bytes, content_type: str, secret: str = "", **options: Any) -> rest.Answer:
        secret = secret or str(self.access.secret())
        mac = hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()
        headers = {"content-type": content_type, SIGNATURE: f"sha1={mac}"}
        return rest.ask("POST", url, headers=headers, body=body, empty=True, **options)

    def _media(self, story: Story, known: Mapping[str, str]) -> tuple[Mapping[str, str], tuple[str, ...]]:
        """The picture's name at the outlet, where it goes before the item and only once; a warning if it cannot go."""
        picture = story.lead_image
        if picture is None:
            return {}, ()
        if known.get("from") == picture.url:
            return known, ()
        try:
            file = pictures.read(picture)
            name = f"{hashlib.sha256(file.content).hexdigest()[:40]}{PurePosixPath(file.name).suffix.lower()}"
            if not self._has(name):
                body, content_type = http.multipart({"media_id": name, "media": (name, file.content, file.mime)})
                self._post(self._assets, body, content_type)
        except pictures.NoPicture as problem:
            return {}, (str(problem),)
        except DeliveryError as error:
            if isinstance(error, Refused | OutletGone) or error.retry_after:
                raise
            return {}, (warnings.without_picture(error.sentence),)
        return {"media": name, "from": picture.url}, ()

    def _has(self, name: str) -> bool:
        """Whether the outlet has a picture of this name, which is made from its bytes."""
        answer = http.send(
            "GET",
            f"{self._assets}/{name}",
            headers={"accept": "application/json"},
            max_bytes=pictures.MOST_BYTES,
            max_decoded=pictures.MOST_BYTES,
        )
        return answer.status == 200 and "html" not in answer.headers.get("content-type", "")

    @property
    def _assets(self) -> str:
        """Beside the endpoint, by the names that Publisher and Newsroom have."""
        parts = urlsplit(self.access.endpoint)
        path = parts.path.rstrip("/")
        for items, assets in ASSETS.items():
            if path.endswith(f"/{items}"):
                return parts._replace(path=path.removesuffix(items) + assets, query="").geturl()
        return parts._replace(path=f"{path.rpartition('/')[0]}/assets", query="").geturl()

    def _empty(self, secret: str) -> rest.Answer:
        """What an item without content is answered under this signature, whatever its status."""
        return self._post(self.access.endpoint, b"{}", "application/json", secret, passes=range(300, 600))

    def _forged(self) -> int:
        """The status of the same under a signature of a stranger; 0 where no answer came."""
        try:
            return self._empty("a token that nobody uses").status
        except DeliveryError:
            return 0
