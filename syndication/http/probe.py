"""Probe: the way to an address, walked one step after another without saying anything, and what each step found, in words."""

import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from ssrfguard import Address, SSRFGuardError, connect, resolve

from syndication.errors import DeliveryError, address_to_show
from syndication.http import send, wire
from syndication.http.policy import check_url, current, host_of

OK, WARNING, FAILED, NOT_APPLICABLE = "ok", "warning", "failed", "none"
# Every step there is, in order. The first four are the wire's, the others the protocol's.
ADDRESS, DNS, TLS, REACH, AUTHENTICATION, PUBLISHING, CANONICAL = (
    *("address", "dns", "tls", "reach"),
    *("authentication", "publishing", "canonical"),
)
STEPS = (ADDRESS, DNS, TLS, REACH, AUTHENTICATION, PUBLISHING, CANONICAL)
STEP_SECONDS = 10.0
ENDS_SOON = timedelta(days=14)
# What OpenSSL calls the commonest faults of a certificate (X509_V_ERR_…), and what to tell the outlet.
_FAULTS = {
    10: "Its certificate has expired. Ask the outlet to renew it.",
    18: "It signed its certificate itself, so nobody vouches for it. Ask the outlet for one of a public authority.",
    19: "Its certificate comes from an authority of its own. Ask the outlet for one of a public authority.",
    20: "Its certificate lacks the links to a public authority. Ask the outlet to install the whole chain.",
    62: "Its certificate is for another name. Check the address, or ask the outlet for a certificate with this name.",
}


@dataclass(frozen=True)
class Step:
    """One step of the way and what was found there: a sentence for an editor, the detail for whoever debugs it."""

    step: str
    outcome: str
    sentence: str
    detail: str = ""


def walk(url: str) -> Iterator[Step]:
    """The wire's steps: is the address well formed, its name known, its certificate good, does anything answer?

    Every guard of the door holds here, too: only permitted addresses are spoken with, each step against a clock.
    """
    try:
        check_url(url)
    except ValueError as refusal:
        yield Step(ADDRESS, FAILED, str(refusal), address_to_show(url))
        return
    yield Step(ADDRESS, OK, "The address is well formed, and one that we visit.", address_to_show(url))
    addresses = _looked_up(url)
    if isinstance(addresses, Step):
        yield addresses
        return
    told = ", ".join(str(address.ip) for address in addresses)
    yield Step(DNS, OK, f"The name {host_of(url)} leads to {_count(len(addresses), 'address', 'addresses')}.", told)
    secure = _secure(url, addresses)
    yield secure
    if secure.outcome != FAILED:
        yield _answers(url)


def _looked_up(url: str) -> tuple[Address, ...] | Step:
    policy, host = current(), host_of(url)
    call = wire.Call("HEAD", url, time.monotonic() + STEP_SECONDS, 0, 0)
    wire.here.call = call
    try:
        return resolve(policy.check_url(url), policy=policy, resolver=wire._look_up)
    except SSRFGuardError as refusal:
        sentence = f"{host} leads to an address inside a private network, and we do not go there. Correct the address."
        return Step(DNS, FAILED, sentence, type(refusal).__name__)
    except OSError as error:
        sentence = f"The name {host} cannot be found. Check its spelling; if it is right, ask the outlet whether it is up."
        return Step(DNS, FAILED, sentence, call.detail(error))
    finally:
        wire.here.call = None


def _secure(url: str, addresses: tuple[Address, ...]) -> Step:
    """The handshake of TLS, on a connection of its own that says nothing."""
    host, parts = host_of(url), urlsplit(url)
    if parts.scheme != "https":
        return _open(addresses)
    try:
        line = connect(addresses, policy=current(), timeout=STEP_SECONDS / min(len(addresses), 3))
        with line, wire._trusted().wrap_socket(line, server_hostname=host) as safe:
            ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(safe.getpeercert()["notAfter"])), UTC)  # type: ignore[index]
            detail = safe.version() or ""
    except ssl.SSLCertVerificationError as error:
        fault = _FAULTS.get(error.verify_code, "Its certificate cannot be trusted. Ask the outlet to mend it.")
        return Step(TLS, FAILED, fault, error.verify_message)
    except SSRFGuardError as refusal:
        return Step(TLS, FAILED, f"{host} leads to an address that we do not visit.", type(refusal).__name__)
    except (TimeoutError, ConnectionRefusedError, socket.gaierror) as error:
        sentence = f"{host} does not pick up at port {parts.port or 443}. Check the address; a firewall may keep us out."
        return Step(TLS, FAILED, sentence, _named(error))
    except (OSError, ValueError) as error:
        return Step(TLS, FAILED, f"{host} cannot speak safely with us. Ask the outlet to look at its TLS.", _named(error))
    return _dated(ends, detail)


def _open(addresses: tuple[Address, ...]) -> Step:
    networks = current().allowed_networks
    if all(any(ip_address(str(one.ip)) in network for network in networks) for one in addresses):
        return Step(TLS, NOT_APPLICABLE, "Not encrypted, which does no harm here: the address is inside our own network.")
    sentence = (
        "The address begins with http://, so anybody on the way can read what we send. Ask the outlet for one with https://."
    )
    return Step(TLS, WARNING, sentence)


def _dated(ends: datetime, detail: str) -> Step:
    left, day = ends - datetime.now(UTC), f"{ends:%-d %B %Y}"
    if left < ENDS_SOON:
        sentence = f"The certificate is good only until {day}. Remind the outlet to renew it: afterwards nothing arrives."
        return Step(TLS, WARNING, sentence, detail)
    return Step(TLS, OK, f"The certificate is good until {day}.", detail)


def _answers(url: str) -> Step:
    """A HEAD, which changes nothing anywhere: whatever answers is proof enough."""
    try:
        answer = send("HEAD", url, deadline=STEP_SECONDS + 5)
    except DeliveryError as error:
        # What the door says of trying again is said of deliveries.
        trouble = error.sentence.partition(" Nothing was sent")[0].partition(" We try again")[0]
        return Step(REACH, FAILED, f"{trouble} Check the address, or ask the outlet whether it is up.", error.detail)
    detail = f"HTTP {answer.status}"
    if answer.status in (502, 503, 504):
        return Step(REACH, WARNING, f"{host_of(url)} answers, but has trouble of its own ({answer.status}).", detail)
    return Step(REACH, OK, f"{host_of(url)} answers.", detail)


def _named(error: BaseException) -> str:
    return f"{type(error).__name__} {getattr(error, 'reason', None) or getattr(error, 'strerror', None) or ''}".rstrip()


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
