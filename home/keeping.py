"""Answers that any reader may keep for minutes, and that cost a 304 when nothing changed (RFC 9110 §13, RFC 9111)."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

MINUTES, AN_HOUR = 300, 3600


def kept(
    request: HttpRequest,
    facts: Any,
    write: Callable[[], str | bytes],
    content_type: str,
    *,
    modified: datetime | None = None,
    seconds: int = MINUTES,
) -> HttpResponse:
    """What `write` makes, or a 304 where the asker has it. `facts` are all that it is made of: same facts, same entity tag."""
    etag = f'W/"{hashlib.sha256(repr((content_type, facts)).encode()).hexdigest()[:32]}"'
    answer = get_conditional_response(request, etag=etag)
    if answer is None:
        answer = HttpResponse(write(), content_type=content_type)
    answer["ETag"] = etag
    if modified:
        answer["Last-Modified"] = http_date(modified.timestamp())
    answer["Cache-Control"] = f"public, max-age={seconds}"
    answer["Vary"] = "Accept-Encoding"
    return answer
