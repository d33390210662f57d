"""Keeping: what one whole look leaves for the next, so that an unchanged page need not be read again (RFC 9110 §13). Pure.

Only a page that was honoured is leaned on, only for a month, and only while we would judge it by the very same terms with the
very same judge: a 304 never confirms what depends on something newer than the page. A 304 that brings `Link` or
`X-Robots-Tag` and says there what it did not say before confirms nothing: the page is read anew. One that leaves them out
leaves them as they were (RFC 9111 §3.2), which is how search engines read it, too.
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path
from typing import Any

from syndication.http import Response

# {"url": where it was found, "etag", "modified": validators, "digest": of bytes and headers, "says": header → digest,
#  "wish": what it was judged by, "read": when, "asks": request headers}
Kept = dict[str, Any]

TRUSTED_FOR = timedelta(days=31)
_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]{0,500}"')
_SPEAKING = ("link", "x-robots-tag")
_JUDGES = ("judge", "findings", "likeness", "canonical", "markup", "linked_data", "standing", "snapshot", "drift", "contract")


def keep(answer: Response, wish: str) -> Kept | None:
    """What to keep of a whole page that is judged by `wish`; None where there is nothing to lean on."""
    if answer.status != 200:
        return None
    says = {name: _digest(answer.headers[name].encode()) for name in _SPEAKING if name in answer.headers}
    kind = answer.headers.get("content-type", "").encode()
    digest = _digest(b"\0".join([answer.url.encode(), kind, repr(sorted(says.items())).encode(), answer.body]))
    validators = {"etag": _etag(answer), "modified": _modified(answer)}
    return {"url": answer.url, **validators, "digest": digest, "says": says, "wish": wish, "read": datetime.now(UTC).isoformat()}


def condition(kept: Mapping[str, Any], wish: str, now: datetime | None = None) -> Kept | None:
    """What was kept, if a page judged by `wish` may lean on it now, with the headers that ask whether it changed."""
    if not kept or kept.get("wish") != wish:
        return None
    if (now or datetime.now(UTC)) - datetime.fromisoformat(kept["read"]) > TRUSTED_FOR:
        return None
    asks = {}
    if kept["etag"]:
        # Alone: a server that heeds the date besides would confirm a page that changed twice in one second.
        asks = {"If-None-Match": kept["etag"]}
    elif kept["modified"]:
        asks = {"If-Modified-Since": kept["modified"]}
    return {**kept, "asks": asks}


def still_says(kept: Mapping[str, Any], answer: Response) -> bool:
    """Whether a 304 says nothing of the page that the page did not say before."""
    return all(kept["says"].get(name) == _digest(answer.headers[name].encode()) for name in _SPEAKING if name in answer.headers)


def _etag(answer: Response) -> str:
    tag = answer.headers.get("etag", "").strip()
    return tag if _TAG.fullmatch(tag) else ""


def _modified(answer: Response) -> str:
    """Its date, if it is a strong one: older by a minute than the answer (RFC 9110 §8.8.2.2)."""
    told = answer.headers.get("last-modified", "").strip()
    try:
        moment, sent = parsedate_to_datetime(told), parsedate_to_datetime(answer.headers.get("date", ""))
        return told if len(told) <= 40 and sent - moment >= timedelta(minutes=1) else ""
    except (TypeError, ValueError, OverflowError):
        return ""


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]


@cache
def judges() -> str:
    """A digest of the judge's own source: another version of it reads each page anew, once."""
    folder = Path(__file__).parent
    read = (folder / f"{name}.py" for name in _JUDGES)
    return _digest(b"\0".join(path.read_bytes() for path in read if path.is_file()))
