"""The inbox: where other sites' signed messages arrive (Standard Webhooks). One address for each sender; JSON for machines only.

    POST /syndication/inbox/<the sender's own key>/

200 obeyed, 202 obeyed but an editor here looks first; both with `{"id", "state", "url"}`. Every refusal names its cause:
401 the signature, 405 not a POST, 410 no sender here, 411 and 413 the length, 415 no JSON, 422 the field that is wrong,
429 too much at once, 503 nowhere to put it. Nobody is logged in, so no cookie is read or set, and CSRF has nothing to protect.
"""

from uuid import UUID

import structlog
from django.db.transaction import non_atomic_requests
from django.http import HttpRequest, JsonResponse, UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from syndication import tasks
from syndication.credentials import Unreadable
from syndication.doorbell import ring
from syndication.incoming import SIZE, Unfit, read
from syndication.models import Sender
from syndication.receiving import WINDOW, NoPlace, receive, too_many
from syndication.signing import Forged, verify

log = structlog.get_logger(__name__)


class Refusal(Exception):
    """A request that is answered with an error: its status, its cause in a word, a sentence for who sent it."""

    def __init__(self, status: int, error: str, says: str, **headers: str):
        super().__init__(says)
        self.status, self.error, self.says, self.headers = status, error, says, headers


# What is refused must cost us no transaction: on SQLite each is a writer's. `receive` opens its own.
@csrf_exempt
@non_atomic_requests
def inbox(request: HttpRequest, address: UUID) -> JsonResponse:
    """Take one message."""
    try:
        answer = _taken(request, address)
    except Refusal as refusal:
        told = {"error": refusal.error, "says": refusal.says}
        answer = JsonResponse(told, status=refusal.status, headers={**refusal.headers})
    except Unfit as unfit:
        answer = JsonResponse({"error": "unfit", "field": unfit.field, "says": unfit.sentence}, status=422)
    except Exception:
        log.exception("inbox failed", address=str(address))
        answer = JsonResponse({"error": "fault", "says": "Something failed on our side. Send it again later."}, status=500)
    answer["Cache-Control"] = "no-store"
    return answer


def _taken(request: HttpRequest, address: UUID) -> JsonResponse:
    length = _measured(request)
    sender = Sender.objects.select_related("section").filter(address=address, active=True).first()
    if sender is None:
        raise Refusal(410, "gone", "Nobody sends here any more. Ask the site's editors for the address to use.")
    body = _body(request, length)
    try:
        headers = {name.lower(): value for name, value in request.headers.items()}
        message_id, sent_at = verify(sender.secret.all, headers, body, timezone.now())
    except Forged as problem:
        log.warning("inbox refused a signature", sender=sender.name)
        raise Refusal(401, "signature", str(problem)) from None
    except Unreadable:
        log.exception("the sender's secret cannot be read", sender=sender.name)
        raise Refusal(503, "fault", "We cannot read our own copy of the secret at the moment. Send it again later.") from None
    if too_many(sender):
        wait = str(int(WINDOW.total_seconds()) // 2)
        raise Refusal(429, "too many", "That is more than we take in a minute. Go on more slowly.", **{"Retry-After": wait})
    try:
        answer = receive(sender, message_id, sent_at, read(body))
    except NoPlace:
        raise Refusal(
            503, "no place", "No section is chosen for your pieces here. Tell the site's editors; then send again."
        ) from None
    if answer.errand:
        ring(tasks.run_errands)
    return JsonResponse(answer.told, status=answer.status)


def _measured(request: HttpRequest) -> int:
    """The length of the body, from headers alone. Raises Refusal for what we would not read."""
    if request.method != "POST":
        raise Refusal(405, "method", "Machines POST their messages here; there is nothing to read.", Allow="POST")
    if request.content_type != "application/json" or request.headers.get("Content-Encoding", "identity") != "identity":
        raise Refusal(415, "content type", "Send plain application/json.")
    length = request.headers.get("Content-Length", "")
    if not length.isascii() or not length.isdigit():
        raise Refusal(411, "length", "Say in Content-Length how long the message is.")
    if len(length) > 10 or int(length) > SIZE:
        raise Refusal(413, "size", f"A message has at most {SIZE} bytes.")
    return int(length)


def _body(request: HttpRequest, length: int) -> bytes:
    try:
        body: bytes = request.read(length)
    except UnreadablePostError:
        body = b""
    if len(body) != length:
        raise Refusal(400, "body", "The message broke off before its end.")
    return body
