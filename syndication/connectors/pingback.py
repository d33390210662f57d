"""Pingback 1.0 (http://www.hixie.ch/specs/pingback/pingback), the older way to tell a page that we link to it."""

from xml.etree.ElementTree import Element, ParseError, SubElement, tostring

from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

from syndication import http
from syndication.connectors.discovery import endpoint_of
from syndication.errors import DeliveryError, Permanent, raise_for_status
from syndication.http import Response

KNOWN, NO_TARGET, TAKES_NONE = 48, 32, 33
XML = {"content-type": "text/xml; charset=utf-8", "accept": "text/xml"}


class Unwanted(DeliveryError):
    """The page takes no pingbacks, whatever its markup says: nothing is amiss."""


def pingback_of(page: Response) -> str | None:
    """Where a page takes pingbacks: its X-Pingback header, else its first `link` of that relation."""
    named = page.headers.get("x-pingback", "").strip()
    return named if named.startswith(("http://", "https://")) else endpoint_of(page, "pingback")


def ping(endpoint: str, source: str, target: str, *, deadline: float) -> None:
    """Tell that `source` links to `target`. To be told that they know is success; raises DeliveryError for a refusal."""
    answer = http.post(endpoint, _call(source, target), XML, deadline=deadline, max_bytes=100_000)
    raise_for_status(answer.status, answer.headers, answer.text[:2000])
    code, sentence = _fault(answer.body)
    if code in (NO_TARGET, TAKES_NONE):
        raise Unwanted("The page takes no pingbacks.", detail=sentence[:300])
    if code not in (None, KNOWN):
        raise Permanent(f"it refuses our pingback (fault {code})", detail=sentence[:300])


def _call(source: str, target: str) -> bytes:
    root = Element("methodCall")
    SubElement(root, "methodName").text = "pingback.ping"
    params = SubElement(root, "params")
    for address in (source, target):
        SubElement(SubElement(SubElement(params, "param"), "value"), "string").text = address
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _fault(body: bytes) -> tuple[int | None, str]:
    """The fault that is answered, if one is. Raises Permanent for what is no answer at all."""
    try:
        root = fromstring(body.strip(), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        root = None
    if root is None or root.tag != "methodResponse":
        raise Permanent("its answer to our pingback cannot be read", detail="no XML-RPC")
    if root.find("fault") is None:
        return None, ""
    facts = {member.findtext("name") or "": member.find("value") for member in root.iterfind("fault/value/struct/member")}
    told = {name: "".join(value.itertext()).strip() for name, value in facts.items() if value is not None}
    code = told.get("faultCode", "")
    return int(code) if code.lstrip("-").isdecimal() and len(code) < 9 else 0, told.get("faultString", "")
