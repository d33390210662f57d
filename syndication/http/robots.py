"""Whether a host's robots.txt lets us in (RFC 9309), and how far apart it wants our requests. Pure: no network."""

from functools import lru_cache

from protego import Protego

from syndication.http import PRODUCT

# RFC 9309 §2.5 asks for at least 500 KiB; what comes after is not read.
MOST_BYTES = 512_000
MOST_DELAY = 60.0
_LONGEST = 2000
_GROUP = ("user-agent", "useragent", "user agent")
_RULES = ("allow", "disallow", "crawl-delay")


def ours(body: bytes) -> str:
    """The groups of a robots.txt that speak to us or to everybody, and nothing else of it.

    What is kept is short, and what the parser sees has two names at most: it is quadratic where ten thousand names share
    ten thousand rules. A rule longer than any address is left out.
    """
    kept: list[str] = []
    named: set[str] = set()
    naming = False
    for line in body[:MOST_BYTES].decode("utf-8-sig", "replace").replace("\x00", "").splitlines():
        key, colon, value = line.partition("#")[0].partition(":")
        key, value = key.strip().lower(), value.strip()
        if not colon:
            continue
        if key in _GROUP:
            named = named if naming else set()
            naming = True
            who = value.lower()
            if who in ("*", PRODUCT.lower()) and who not in named:
                named.add(who)
                kept.append(f"user-agent: {who}")
        elif key in _RULES:
            if named and 0 < len(value) <= _LONGEST:
                kept.append(f"{key}: {value}")
            naming = False
    return "\n".join(kept)


def allows(rules: str, url: str) -> bool:
    """Whether these rules, as `ours` keeps them, let us read `url`."""
    return not rules or _read(rules).can_fetch(url, PRODUCT)


def delay(rules: str) -> float:
    """Seconds they want between two requests of ours, at most a minute; 0 if they do not say."""
    asked = _read(rules).crawl_delay(PRODUCT) if rules else None
    return min(max(float(asked or 0), 0.0), MOST_DELAY)


@lru_cache(maxsize=8)
def _read(rules: str) -> Protego:
    return Protego.parse(rules)
