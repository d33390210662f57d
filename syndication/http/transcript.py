"""Transcript: what went over the wire, shortened and without credentials, for who has to find out why it failed."""

import threading
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from urllib.parse import unquote

from syndication.errors import address_to_show

# Only these request headers are shown; what is not named here may be a credential.
_HARMLESS = frozenset({"accept", "content-type", "idempotency-key", "if-match", "link", "webhook-id", "webhook-timestamp"})
_SHOWN = ("content-type", "location", "retry-after", "link", "x-robots-tag", "www-authenticate", "server")
REQUEST_LIMIT, ANSWER_LIMIT = 1000, 2000
MOST_FROM_OTHERS = 20
HIDDEN = "[not shown]"
_here = threading.local()


@contextmanager
def recorded() -> Iterator[list[str]]:
    """What this thread sends and gets inside the block: a text for each request, with its answer."""
    told: list[str] = []
    before, _here.told = getattr(_here, "told", None), told
    try:
        yield told
    finally:
        _here.told = before


@contextmanager
def unrecorded() -> Iterator[None]:
    """What is asked inside the block leaves no transcript: its answer hands out a credential."""
    before, _here.told = getattr(_here, "told", None), None
    try:
        yield
    finally:
        _here.told = before


def add_to_record(texts: Iterable[str]) -> None:
    """Add what other threads sent for this conversation, each under `recorded`, to the transcript in hand: the first of it."""
    told = getattr(_here, "told", None)
    if told is not None:
        told.extend(islice(texts, MOST_FROM_OTHERS))


def note(
    method: str, url: str, headers: Mapping[str, str], body: bytes, status: int | None, answer: Mapping[str, str], text: bytes
) -> None:
    """Add one exchange to the transcript in hand, if there is one. `status` None: no whole answer came."""
    told = getattr(_here, "told", None)
    if told is None:
        return
    shown = [f"{name}: {value if name.lower() in _HARMLESS else HIDDEN}" for name, value in headers.items()]
    sent = [f"{method} {address_to_show(url)}", *shown, "", _excerpt(body, REQUEST_LIMIT)]
    if status is None:
        came = ["", "No whole answer came."]
    else:
        lines = [f"{name}: {answer[name]}" for name in _SHOWN if name in answer]
        came = ["", f"HTTP {status}", *lines, "", _excerpt(text, ANSWER_LIMIT)]
    secrets = [value for name, value in headers.items() if name.lower() not in _HARMLESS]
    told.append(redacted("\n".join([*sent, *came]).strip(), secrets))


def redacted(text: str, secrets: Collection[str]) -> str:
    """`text` without these, whole or in parts that have a meaning of their own (`Bearer x`, `whsec_x`): outlets echo them."""
    for secret in secrets:
        for form in {secret, unquote(secret), *secret.split(), secret.partition("_")[2]}:
            if len(form) >= 8:
                text = text.replace(form, HIDDEN)
    return text


def _excerpt(body: bytes, limit: int) -> str:
    text = body[: limit * 4].decode("utf-8", "replace").replace("\x00", "")
    return text if len(text) <= limit else f"{text[:limit]}…"
