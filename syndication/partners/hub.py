"""The address of our hub (WebSub §5.1): a form says who wants to be told of what; the answer comes at once, its effect later."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from syndication import tasks
from syndication.auditing import address_of, audit
from syndication.doorbell import ring
from syndication.hub import Ask, Wrong, ask, own_hub
from syndication.models import Pull, Subscription
from syndication.production import objection

FORM = "application/x-www-form-urlencoded"
LONGEST = 16 * 1024
KNOWN = ("hub.mode", "hub.topic", "hub.callback", "hub.lease_seconds", "hub.secret")


@csrf_exempt
def hub(request: HttpRequest) -> HttpResponse:
    """POST a subscription or its end: 202, and the callback is asked soon; else a 4xx and a sentence. Plain text."""
    if not own_hub():
        return _text(404, _("There is no hub here."))
    if request.method != "POST":
        return _text(405, _("This is a WebSub hub: POST hub.mode, hub.topic and hub.callback as a form."), Allow="POST")
    row, wrong = None, None
    try:
        row = _take(request)
    except Wrong as problem:
        wrong = problem
    status = wrong.status if wrong else 202
    if status != 429:
        audit(request, Pull.Surface.HUB, status, outlet=row.outlet if row else None, refusal=wrong.sentence if wrong else "")
    if wrong:
        return _text(status, wrong.sentence, **({"Retry-After": str(wrong.wait)} if wrong.wait else {}))
    return _text(202, _("Taken down. We ask your callback in a moment whether it meant this."))


def _take(request: HttpRequest) -> Subscription:
    """Raises Wrong."""
    if request.content_type != FORM:
        raise Wrong(_("Send the request as %(type)s.") % {"type": FORM}, 415)
    length = request.META.get("CONTENT_LENGTH") or ""
    if not length.isdecimal():
        raise Wrong(_("Say in Content-Length how long the form is."), 411)
    if int(length) > LONGEST:
        raise Wrong(_("The form is longer than %(most)s bytes.") % {"most": LONGEST}, 413)
    if refused := objection():
        raise Wrong(refused, 503)
    fields = {}
    for name in KNOWN:
        values = request.POST.getlist(name)
        if len(values) > 1:
            raise Wrong(_("%(field)s is there more than once.") % {"field": name})
        if values:
            fields[name] = values[0]
    if any("\ufffd" in value for value in fields.values()):
        raise Wrong(_("The form is no UTF-8."))
    row = ask(Ask.of(fields), address_of(request))
    ring(tasks.run_hub)
    return row


def _text(status: int, sentence: str, **headers: str) -> HttpResponse:
    answer = HttpResponse(f"{sentence}\n", status=status, content_type="text/plain; charset=utf-8", headers=headers)
    answer["Cache-Control"] = "no-store"
    return answer
