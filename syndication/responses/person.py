"""Who asks, as far as anybody may know: a keyed hash of the network; and how often they may."""

from ipaddress import ip_network

from django.http import HttpRequest

from syndication.auditing import address_of
from syndication.moderating import keyed
from syndication.partners.limits import beyond


def person_of(request: HttpRequest) -> str:
    """The keyed hash of the network address; of IPv6 the network that one customer has. "" where there is none."""
    address = address_of(request)
    if not address:
        return ""
    network = ip_network(f"{address}/{64 if ':' in address else 32}", strict=False)
    return keyed("person", str(network))


def too_often(what: str, person: str, limit: int, of_all: int) -> int:
    """Count one request: the seconds to wait if this person, or all together, asked too often in this minute; else 0.

    Counted in the shared cache, before the database is asked anything: a flood costs readers nothing.
    """
    mine, wait = beyond(f"{what}:{person[:24]}", limit)
    if mine:
        return wait
    all_of_us, wait = beyond(f"{what}:all", of_all)
    return wait if all_of_us else 0
