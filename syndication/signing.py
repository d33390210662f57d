"""Signatures of Standard Webhooks: HMAC-SHA256 over id, timestamp and the raw bytes that are sent."""

import base64
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hmac import compare_digest

from standardwebhooks.webhooks import Webhook as Signer

PREFIX = "whsec_"
# How far the clocks of two sites may be apart, and how long a message that was overheard could be played again.
TOLERANCE = timedelta(minutes=5)
# Signatures in one header: more secrets than two are never in use.
MOST = 8
_ID = re.compile(r"[\x21-\x7e]{1,200}")
_MOMENT = re.compile(r"\d{1,11}")


class Forged(Exception):
    """A message that nobody we know signed just now; the text says why and what to do."""


def check_secret(secret: str) -> None:
    """Raise ValueError, with a sentence for the field, unless `secret` is `whsec_` and 24 to 64 bytes in base64."""
    if not secret.startswith(PREFIX):
        raise ValueError("A webhook secret begins with whsec_. Copy it whole from the outlet.")
    encoded = secret.removeprefix(PREFIX).rstrip("=")
    try:
        # Some systems leave the padding out, and the library reads it without.
        size = len(base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True))
    except ValueError:  # also for letters beyond ASCII
        raise ValueError("After whsec_ comes base64; this is not. Copy the secret whole from the outlet.") from None
    if not 24 <= size <= 64:
        raise ValueError(f"A webhook secret holds 24 to 64 bytes; this one holds {size}. Ask the outlet for a new one.")


def headers(secrets: Sequence[str], message_id: str, now: datetime, body: bytes) -> dict[str, str]:
    """The three headers for `body` as it will be sent, with a signature by each secret, newest first. `now` must be aware."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(Signer(secret).sign(message_id, now, body.decode()) for secret in secrets),
    }


def verify(secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now: datetime) -> tuple[str, datetime]:
    """The id and the moment of a message that one of `secrets` signed within TOLERANCE of `now`.

    `headers` by lower-case names. Raises Forged. The signature is judged before the clock, in constant time.
    """
    message_id, moment = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not _ID.fullmatch(message_id) or not _MOMENT.fullmatch(moment):
        raise Forged("Send webhook-id, webhook-timestamp and webhook-signature, as Standard Webhooks says.")
    sent = datetime.fromtimestamp(int(moment), UTC)
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise Forged("The body is no UTF-8, so no signature of ours fits it.") from None
    own = [Signer(secret).sign(message_id, sent, text).encode() for secret in secrets]
    shown = headers.get("webhook-signature", "").encode("utf-8", "replace").split()[:MOST]
    if not any(compare_digest(one, theirs) for one in own for theirs in shown):
        raise Forged("No signature fits. The two secrets differ: ask for a new one, and enter it whole.")
    if abs(sent - now) > TOLERANCE:
        raise Forged("The message was signed more than five minutes from now. One of our two clocks is wrong.")
    return message_id, sent
