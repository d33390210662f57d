"""The way in: prove who sent a push (Standard Webhooks, over the raw bytes) and read what it says."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from standardwebhooks import Webhook, WebhookVerificationError

BODY_LIMIT = 2 * 1024 * 1024
VERSION_LIMIT = 2**63 - 1
TYPES = ("article.published", "article.updated", "article.withdrawn", "article.killed")
TEST = "outlet.test"
HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


class Problem(Exception):
    """An answer that says no: an HTTP status and a sentence for the developer at the other end."""

    def __init__(self, status: int, sentence: str):
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


@dataclass(frozen=True)
class Push:
    """A proven message. `id` is the webhook-id, the same on every retry; `data` is as it was sent."""

    id: str
    type: str
    uid: str
    version: int
    headline: str
    data: dict[str, Any]

    @property
    def withdraws(self) -> bool:
        return self.type in ("article.withdrawn", "article.killed")


def locks(secrets: Sequence[str]) -> tuple[Webhook, ...]:
    """One verifier for each `whsec_…` secret: two of them while the sender changes from one to the other.

    Raises ValueError, without repeating a secret, if there is none or one cannot be read.
    """
    if not secrets:
        raise ValueError("The outlet needs the secret that Homeward signs with: give --secret or set OUTLET_SECRET.")
    try:
        return tuple(Webhook(secret) for secret in secrets)
    except Exception as error:
        raise ValueError("A secret is 'whsec_' followed by base64; one of those given is not.") from error


def prove(body: bytes, headers: Mapping[str, str], verifiers: Sequence[Webhook]) -> None:
    """Return if any secret fits. Raises Problem 400 without the headers, 401 for a signature that is wrong, or too old or new."""
    missing = [name for name in HEADERS if not headers.get(name)]
    if missing:
        raise Problem(400, f"A push needs the header {' and '.join(missing)}.")
    reason = ""
    for verifier in verifiers:
        try:
            verifier.verify(body, dict(headers), json_parse=False)
        except WebhookVerificationError as error:
            reason = str(error)
        except ValueError:  # a list of signatures, or a body, that is not even well formed
            reason = "Unreadable signature"
        else:
            return
    raise Problem(401, f"We cannot prove that this push is yours: {reason.lower()}.")


def read(body: bytes, key: str) -> Push | None:
    """The push in a proven body; None for a test, which carries no story.

    Raises Problem 400 if it is no JSON, 422 if it lacks what we cannot do without.
    """
    try:
        message = json.loads(body)
        json.dumps(message, ensure_ascii=False).encode()  # half a surrogate pair passes for JSON, but no page can show it
    except (ValueError, RecursionError):
        raise Problem(400, "The body is not JSON.") from None
    if isinstance(message, dict) and message.get("type") == TEST:
        return None
    if not isinstance(message, dict) or message.get("type") not in TYPES:
        raise Problem(422, f"We take {', '.join(TYPES)} and nothing else.")
    data = message.get("data")
    story = data.get("story") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(story, dict):
        raise Problem(422, "A push carries data.story.")
    version, headline = story.get("version"), story.get("headline")
    if type(version) is not int or not 0 <= version <= VERSION_LIMIT:
        raise Problem(422, "data.story.version is a whole number.")
    if not isinstance(headline, str) or not headline.strip():
        raise Problem(422, "data.story.headline is missing.")
    return Push(key, message["type"], _uid(story.get("uid")), version, headline.strip(), data)


def _uid(value: Any) -> str:
    try:
        return str(UUID(value))
    except (TypeError, ValueError, AttributeError):
        raise Problem(422, "data.story.uid is a UUID.") from None
