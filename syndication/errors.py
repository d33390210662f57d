"""Why a conversation with an outlet failed, sorted where it is read: may it work later, must a person act, can we not know?"""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from syndication.receipt import storable


class DeliveryError(Exception):
    """A conversation that did not end in acceptance.

    `sentence` tells an editor the cause and the remedy; `detail` is for whoever debugs it. Neither may hold a secret.
    """

    outcome = "failed"

    def __init__(self, sentence: str, *, detail: str = "", status: int | None = None, retry_after: float | None = None):
        super().__init__(sentence)
        self.sentence = storable(sentence)
        self.detail = storable(detail)
        self.status = status
        self.retry_after = retry_after


class Transient(DeliveryError):
    """It may work later: nothing was sent, or the outlet asked us to come back."""

    outcome = "transient"


class NotTried(DeliveryError):
    """Nothing was sent, by our own choice: due as before, no attempt burnt."""

    outcome = "released"


class ByHand(DeliveryError):
    """No machine is spoken to at this outlet: a person must do what the sentence says, and tell us when it is done."""

    outcome = "by hand"


class Offered(DeliveryError):
    """Nothing is sent to this outlet: what is wanted lies ready, and the outlet takes it when it asks."""

    outcome = "offered"


class Uncertain(DeliveryError):
    """We cannot know: bytes left, no proof came back. Look before sending again."""

    outcome = "uncertain"


class Permanent(DeliveryError):
    """It will not work until a person changes the piece or the outlet's settings."""

    outcome = "permanent"


class Refused(Permanent):
    """The outlet does not accept our credentials (401, 403): hold the whole outlet, burn no attempt."""

    outcome = "refused"


class OutletGone(Permanent):
    """The endpoint says it is gone for good (410)."""

    outcome = "gone"


RETRY_AFTER_LIMIT = 6 * 3600.0
EXCERPT_LIMIT = 2000


def retry_after(value: str | None, now: datetime | None = None) -> float | None:
    """Seconds asked for by a Retry-After header (RFC 9110 §10.2.3: seconds or a date), at most six hours; None for garbage.

    A date without a zone, in the header or as `now`, is taken as UTC.
    """
    text = (value or "").strip()
    if not text or len(text) > 64:
        return None
    if text.isascii() and text.isdigit():
        seconds = float(text)
    else:
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, OverflowError):
            return None
        seconds = (_aware(moment) - _aware(now or datetime.now(UTC))).total_seconds()
    return min(max(seconds, 0.0), RETRY_AFTER_LIMIT)


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def address_to_show(url: str) -> str:
    """A URL fit for a sentence: without userinfo, query and fragment, which may hold secrets, and at most 200 characters."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "an address that cannot be read"
    shown = parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()
    printable = shown if shown.isprintable() else "".join(letter for letter in shown if letter.isprintable())
    return printable[:200]


def raise_for_status(status: int, headers: dict[str, str], excerpt: str = "") -> None:
    """Raise the fitting DeliveryError unless `status` is 2xx. `headers` have lower-case names."""
    if 200 <= status < 300:
        return
    wait = retry_after(headers.get("retry-after"))
    detail = f"HTTP {status}\n{excerpt[:EXCERPT_LIMIT]}".strip()
    if status in (401, 403):
        raise Refused(
            f"The outlet refused our credentials ({status}). Renew them there and enter them on the outlet's form.",
            detail=detail,
            status=status,
        )
    if status == 410:
        raise OutletGone(
            "The outlet says this address is gone for good (410). Ask for the new one, then enter it here.",
            detail=detail,
            status=status,
        )
    if status == 429:
        raise Transient(
            "The outlet asks us to slow down (429). We wait as long as it asks, then go on.",
            detail=detail,
            status=status,
            retry_after=wait,
        )
    if status in (408, 425) or status >= 500:
        raise Transient(
            f"The outlet has a fault of its own ({status}). We try again by ourselves; if it lasts, write to its desk.",
            detail=detail,
            status=status,
            retry_after=wait,
        )
    if 300 <= status < 400:
        target = address_to_show(headers.get("location", "")) or "an address it does not name"
        raise Permanent(
            f"The outlet sends us elsewhere ({status}), to {target}. If you trust that address, enter it on the outlet's form.",
            detail=detail,
            status=status,
        )
    raise Permanent(
        f"The outlet will not take this piece as it is ({status}). Its answer below says why; mend it and push again.",
        detail=detail,
        status=status,
    )
