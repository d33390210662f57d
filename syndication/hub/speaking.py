"""Speaking: what our hub says to a callback, and what the answer means. Without the database, each in a thread of its own."""

import hashlib
import hmac
from dataclasses import dataclass
from secrets import compare_digest, token_urlsafe
from urllib.parse import urlencode, urlsplit

from django.utils.translation import gettext as _

from syndication import http
from syndication.credentials import Secret
from syndication.errors import DeliveryError, Permanent, retry_after
from syndication.hub.topics import links

SECONDS = 10.0
CHALLENGE_BYTES = 4096
ANSWER_BYTES = 256 * 1024
YES, NO, LATER, GONE = "yes", "no", "later", "gone"
TEMPORARY = {408, 425, 429}


@dataclass(frozen=True)
class Answer:
    """`YES`, `NO` for good, `LATER` or `GONE`; why, for whoever looks at the list; seconds it asks us to wait."""

    meaning: str
    sentence: str = ""
    wait: float | None = None


def confirm(callback: str, mode: str, topic: str, seconds: int = 0) -> Answer:
    """Ask a callback whether it wants this (WebSub §5.3): only 2xx and the challenge, byte for byte, is a yes."""
    challenge = token_urlsafe(32)
    asked = {"hub.mode": mode, "hub.topic": topic, "hub.challenge": challenge}
    if mode == "subscribe":
        asked["hub.lease_seconds"] = str(seconds)
    try:
        answer = http.send(
            "GET", _with(callback, asked), deadline=SECONDS, max_bytes=CHALLENGE_BYTES, max_decoded=CHALLENGE_BYTES
        )
    except DeliveryError as problem:
        return _failed(problem)
    if answer.status >= 500 or answer.status in TEMPORARY:
        return _later(answer)
    if 200 <= answer.status < 300 and compare_digest(answer.body, challenge.encode()):
        return Answer(YES)
    if 200 <= answer.status < 300:
        return Answer(NO, _("The callback did not repeat our challenge, so nobody there asked for this."))
    return Answer(NO, _("The callback says that it did not ask for this (%(status)s).") % {"status": answer.status})


def push(callback: str, topic: str, body: bytes, content_type: str, secret: Secret) -> Answer:
    """Send a topic's whole content (WebSub §7), signed over its bytes where there is a secret. Any 2xx is a yes."""
    headers = {"Content-Type": content_type, "Link": links(topic)}
    if secret:
        headers["X-Hub-Signature"] = f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"
    try:
        answer = http.post(callback, body, headers, deadline=SECONDS, max_bytes=ANSWER_BYTES)
    except DeliveryError as problem:
        return _failed(problem)
    if 200 <= answer.status < 300:
        return Answer(YES)
    if answer.status == 410:
        return Answer(GONE, _("The callback says that it is gone (410)."))
    return _later(answer)


def deny(callback: str, topic: str, reason: str) -> Answer:
    """Tell a callback that its subscription is over (WebSub §5.2)."""
    told = {"hub.mode": "denied", "hub.topic": topic, "hub.reason": reason}
    try:
        answer = http.send("GET", _with(callback, told), deadline=SECONDS, max_bytes=ANSWER_BYTES)
    except DeliveryError as problem:
        return _failed(problem)
    return _later(answer) if answer.status >= 500 or answer.status in TEMPORARY else Answer(YES)


def _with(callback: str, fields: dict[str, str]) -> str:
    """The callback with its own query as it is, and ours behind it."""
    parts = urlsplit(callback)
    return parts._replace(query="&".join(part for part in (parts.query, urlencode(fields)) if part)).geturl()


def _failed(problem: DeliveryError) -> Answer:
    return Answer(NO if isinstance(problem, Permanent) else LATER, problem.sentence)


def _later(answer: http.Response) -> Answer:
    sentence = _("The callback answered %(status)s.") % {"status": answer.status}
    return Answer(LATER, sentence, retry_after(answer.headers.get("retry-after")))
