"""Where other sites say that they mention a piece: Webmention (W3C), Pingback 1.0, and the status of what was said."""

from xml.etree.ElementTree import Element, ParseError, SubElement, tostring

import structlog
from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]
from django.core import signing
from django.core.exceptions import BadRequest, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt

from syndication import tasks
from syndication.doorbell import ring
from syndication.models import Response
from syndication.models.response import STATUS
from syndication.responding import Refused, take
from syndication.responses.person import person_of, too_often

log = structlog.get_logger(__name__)

FORM = "application/x-www-form-urlencoded"
LONGEST = 16 * 1024
# In a minute: of one network, and of all.
LIMIT, LIMIT_OF_ALL = 30, 600
SEEN = {
    Response.State.WAITING: gettext_lazy("Your page is to be read."),
    Response.State.HELD: gettext_lazy("A moderator looks at it."),
    Response.State.SHOWN: gettext_lazy("It is shown."),
    Response.State.GONE: gettext_lazy("It is shown no more."),
}


@csrf_exempt
def webmention(request: HttpRequest) -> HttpResponse:
    """POST `source` and `target`: 201 with the address of its status (Webmention §3.2), else a 4xx and a sentence."""
    if request.method != "POST":
        return _text(405, _("This takes Webmentions: POST source and target as a form."), Allow="POST")
    try:
        row = _told(request)
    except Refused as no:
        return _text(no.status, no.sentence, **({"Retry-After": "60"} if no.status == 429 else {}))
    status = request.build_absolute_uri(reverse("webmention_status", args=[row.receipt]))
    return _text(201, _("Thank you. We read your page in a moment; its status: %(url)s") % {"url": status}, Location=status)


def _told(request: HttpRequest) -> Response:
    """Raises Refused."""
    person = person_of(request)
    if too_often("mention", person, LIMIT, LIMIT_OF_ALL):
        raise Refused(_("That is too many in a minute. Send it again later."), status=429)
    if request.content_type not in (FORM, "multipart/form-data"):
        raise Refused(_("Send source and target as %(type)s.") % {"type": FORM}, status=415)
    if int(request.META.get("CONTENT_LENGTH") or 0) > LONGEST:
        raise Refused(_("The form is too long."), status=413)
    try:
        sources, targets = request.POST.getlist("source"), request.POST.getlist("target")
    except (BadRequest, RequestDataTooBig):
        raise Refused(_("The form cannot be read.")) from None
    if len(sources) != 1 or len(targets) != 1:
        raise Refused(_("Send one source and one target."))
    row, _new = take(sources[0], targets[0], Response.Kind.WEBMENTION, person)
    ring(tasks.respond)
    return row


def status(request: HttpRequest, receipt: str) -> HttpResponse:
    """What became of a mention, in a sentence for its sender. What a moderator decided is not told."""
    try:
        row = Response.objects.filter(pk=signing.loads(receipt, salt=STATUS)).first()
    except signing.BadSignature:
        row = None
    if row is None:
        raise Http404("There is no such mention.")
    told = row.sentence if row.state in (Response.State.REFUSED, Response.State.WAITING) else ""
    return _text(200, told or str(SEEN.get(row.state, SEEN[Response.State.HELD])))


# --- Pingback ---------------------------------------------------------------------------------------------------------


@csrf_exempt
def pingback(request: HttpRequest) -> HttpResponse:
    """XML-RPC, one method: `pingback.ping(source, target)` (Pingback 1.0). A fault is a 200, too."""
    if request.method != "POST":
        return _text(405, _("This takes Pingbacks by XML-RPC: POST pingback.ping."), Allow="POST")
    try:
        if too_often("mention", person_of(request), LIMIT, LIMIT_OF_ALL):
            raise Refused(_("That is too many in a minute. Send it again later."), 49)
        row, new = take(*_call(request), Response.Kind.PINGBACK, person_of(request))
        ring(tasks.respond)
        if not new:
            raise Refused(_("We know of it already, and read your page again."), 48)
    except Refused as no:
        return _xml(_fault(no.fault, no.sentence))
    log.info("pingback taken", response=row.pk)
    return _xml(_value(_("Thank you. We read your page in a moment.")))


def _call(request: HttpRequest) -> tuple[str, str]:
    """Source and target of a call. Raises Refused; -32700 and so on are the codes that XML-RPC libraries share."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > LONGEST:
        raise Refused(_("The call is too long."), -32600)
    try:
        root = fromstring(request.read(LONGEST), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise Refused(_("The call is no XML that we read."), -32700) from None
    if root.tag != "methodCall" or (root.findtext("methodName") or "").strip() != "pingback.ping":
        raise Refused(_("There is one method here: pingback.ping."), -32601)
    values = [value.findtext("string") or value.text or "" for value in root.findall("params/param/value")]
    if len(values) != 2:
        raise Refused(_("pingback.ping takes two addresses."), -32602)
    return values[0].strip(), values[1].strip()


def _value(text: str) -> Element:
    root = Element("methodResponse")
    SubElement(SubElement(SubElement(SubElement(root, "params"), "param"), "value"), "string").text = text
    return root


def _fault(code: int, sentence: str) -> Element:
    root = Element("methodResponse")
    struct = SubElement(SubElement(SubElement(root, "fault"), "value"), "struct")
    for name, kind, text in (("faultCode", "int", str(code)), ("faultString", "string", sentence)):
        member = SubElement(struct, "member")
        SubElement(member, "name").text = name
        SubElement(SubElement(member, "value"), kind).text = text
    return root


def _xml(root: Element) -> HttpResponse:
    answer = HttpResponse(tostring(root, encoding="utf-8", xml_declaration=True), content_type="text/xml; charset=utf-8")
    answer["Cache-Control"] = "no-store"
    return answer


def _text(code: int, sentence: str, **headers: str) -> HttpResponse:
    answer = HttpResponse(f"{sentence}\n", status=code, content_type="text/plain; charset=utf-8", headers=headers)
    answer["Cache-Control"] = "no-store"
    answer["X-Robots-Tag"] = "noindex"
    return answer
