"""Signatures of Standard Webhooks: HMAC-SHA256 over id, timestamp and the raw bytes that are sent."""

import base64
from collections.abc import Sequence
from datetime import datetime

from standardwebhooks.webhooks import Webhook as Signer

PREFIX = "whsec_"


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
