"""Where the door leads: the addresses we are willing to visit, and why not the others, in words for who typed them."""

import re
from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from ssrfguard import Policy, SSRFGuardError
from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

_BLANK = re.compile(r"[\x00-\x20\x7f]")
# The last label alone decides (WHATWG URL §3.5): what ends in a number is an IPv4 address to some resolver.
_ENDS_IN_NUMBER = re.compile(r"(^|\.)(\d+|0x[0-9a-f]*)$", re.I)
_INWARD = (".localhost", ".localdomain", ".local", ".internal", ".intranet", ".lan", ".home.arpa")


def check_url(url: str) -> None:
    """Raise ValueError, with a sentence for an editor, for a URL we will not visit. Looks at the text only: no DNS.

    Who passes here may still be refused when its name turns out to lead inwards.
    """
    _check(url, opened())


@lru_cache(maxsize=500)
def _check(url: str, opened: "Opened") -> None:
    # What passed is remembered: an outlet's endpoint is asked about with each piece.
    policy = _policy(*opened)
    try:
        target = policy.check_url(url)
        parse_url(url)
    except (SSRFGuardError, LocationParseError):
        raise ValueError(_objection(url, policy)) from None
    if target.address:
        return
    host = target.host.rstrip(".")
    if _ENDS_IN_NUMBER.search(host) or "[" in urlsplit(url).netloc:
        raise ValueError("The host of this address is a number in disguise. Write its name.")
    # A name is judged again by what it resolves to; where settings open a network, names of that network are welcome too.
    if not policy.allowed_networks and ("." not in host or host.endswith(_INWARD)):
        raise ValueError("This address is a name inside a private network. We only visit addresses on the public web.")


def _objection(url: str, policy: Policy) -> str:
    """Why the policy refuses `url`, in words for the person who typed it."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "This is not a web address we can read. Check its host and its port."
    if len(url) > policy.max_url_length or _BLANK.search(url):
        return "This is not a web address: it is too long, or holds a space or a line break."
    if parts.scheme not in policy.allowed_schemes:
        return "The address must begin with https:// or http://."
    if "@" in parts.netloc:
        return "The address must not hold a name or password: leave out everything up to the @."
    if not parts.hostname:
        return "The address names no host. It should look like https://outlet.example/."
    if port is not None and port not in policy.allowed_ports:
        return f"We do not visit port {port}. Allowed are {', '.join(map(str, sorted(policy.allowed_ports)))}."
    return "The host of this address is not on the public web: it is a private address, or not a proper name."


# The networks and ports that the settings open beyond the public web.
Opened = tuple[tuple[str, ...], tuple[int, ...]]


def opened() -> Opened:
    """What the settings of the moment open."""
    networks = getattr(settings, "SYNDICATION_ALLOWED_NETWORKS", ())
    return tuple(networks), tuple(getattr(settings, "SYNDICATION_ALLOWED_PORTS", ()))


def current() -> Policy:
    """Where we may go, by the settings of the moment: the public web on ports 80 and 443, and what the settings open."""
    return _policy(*opened())


@lru_cache(maxsize=8)
def _policy(networks: tuple[str, ...], ports: tuple[int, ...]) -> Policy:
    try:
        return Policy(allowed_networks=networks, allowed_ports=frozenset({80, 443, *ports}))  # type: ignore[arg-type]
    except ValueError as error:
        raise ImproperlyConfigured(f"SYNDICATION_ALLOWED_NETWORKS or SYNDICATION_ALLOWED_PORTS: {error}") from error


def host_of(url: str) -> str:
    """The host of a URL, for people to read: never its userinfo, path or query."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
