"""Packing: brotli or gzip for what partners fetch, as their Accept-Encoding prefers (RFC 9110 §12.5.3).

No answer holds a secret, so its length tells none (BREACH).
"""

import gzip

import brotli
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

# Below that packing saves nothing.
LEAST = 400
PACKERS = {
    "br": lambda content: brotli.compress(content, quality=5),
    "gzip": lambda content: gzip.compress(content, compresslevel=6, mtime=0),
}


def pack(request: HttpRequest, response: HttpResponse) -> None:
    """Pack the content in place. A strong ETag becomes weak, because another packing has other bytes."""
    patch_vary_headers(response, ["Accept-Encoding"])
    if response.has_header("Content-Encoding") or len(response.content) < LEAST:
        return
    coding = preferred(request.headers.get("Accept-Encoding", ""))
    if not coding:
        return
    response.content = PACKERS[coding](response.content)
    response["Content-Encoding"] = coding
    tag = response.headers.get("ETag", "")
    if tag and not tag.startswith("W/"):
        response["ETag"] = f"W/{tag}"


def preferred(header: str) -> str:
    """The coding to use, or "" for none: the highest weight wins, and of equals the one that packs better."""
    weights: dict[str, float] = {}
    for part in header.split(","):
        name, _semicolon, parameters = part.partition(";")
        weights[name.strip().lower()] = _weight(parameters)
    wild = weights.get("*", 0.0)
    best = max(PACKERS, key=lambda name: weights.get(name, wild))
    return best if weights.get(best, wild) > 0 else ""


def _weight(parameters: str) -> float:
    name, _equals, value = parameters.partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
