"""Asking: take down who wants to subscribe, or to leave. Nothing changes before the callback has confirmed it (WebSub §5)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

import structlog
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from syndication.credentials import seal
from syndication.discretion import discreet
from syndication.http import check_url
from syndication.hub.topics import NoTopic, is_ours, look
from syndication.models import Outlet, Pull, Subscription, Token
from syndication.models.token import MARK

log = structlog.get_logger(__name__)

SHORTEST, USUAL, LONGEST = 300, 7 * 24 * 3600, 15 * 24 * 3600
SECRET_BYTES = 199
LONGEST_URL = 2000
# Nobody makes us ask others often: requests an hour from one address, and taken from all; callbacks asked an hour at one host,
# and subscriptions that one host may have.
HOUR = timedelta(hours=1)
PER_ADDRESS, FROM_ALL, ASKED_PER_HOST, KEPT_PER_HOST = 60, 1000, 60, 1000
_TOKEN = re.compile(rf"{MARK}_[0-9a-f]+_[^/]+")


class Wrong(Exception):
    """It cannot be so: a status and a sentence for the subscriber's developer; `wait` seconds if it may later."""

    def __init__(self, sentence: str, status: int = 400, wait: int = 0):
        super().__init__(sentence)
        self.sentence, self.status, self.wait = sentence, status, wait


@dataclass(frozen=True)
class Ask:
    """What a subscriber asks for, read and bounded. `secret` is for signatures, "" for none."""

    mode: str
    topic: str
    callback: str
    seconds: int = USUAL
    secret: str = ""

    @classmethod
    def of(cls, form: Mapping[str, str]) -> "Ask":
        """From the `hub.…` fields of a form; what is not known is left alone. Raises Wrong."""
        mode = form.get("hub.mode", "")
        if mode not in ("subscribe", "unsubscribe"):
            raise Wrong(_("hub.mode must be “subscribe” or “unsubscribe”. Our hub hears of news from our own site only."))
        topic, callback = form.get("hub.topic", ""), form.get("hub.callback", "")
        secret = form.get("hub.secret", "")
        if not topic or len(topic) > LONGEST_URL:
            raise Wrong(_("hub.topic must be the address of one of our feeds, as its rel=self link has it."))
        if len(secret.encode()) > SECRET_BYTES:
            raise Wrong(_("hub.secret must be shorter than 200 bytes."))
        if "\0" in secret:
            raise Wrong(_("hub.secret must be text without a null byte."))
        _check_callback(callback)
        return cls(mode, topic, callback, _seconds(form.get("hub.lease_seconds", "")), secret)


def ask(wish: Ask, address: str | None) -> Subscription:
    """Write down what `address` asks for, due to be confirmed at the callback. The caller rings. Raises Wrong."""
    _bound(wish, address)
    shown = discreet(wish.topic)
    if wish.mode == "unsubscribe":
        return _leave(wish, shown)
    tag = _tag_of(wish.topic)
    facts = {
        "sealed_topic": seal(wish.topic) if shown != wish.topic else "",
        "outlet": _outlet_of(wish.topic),
        "host": host(wish.callback),
        "state": Subscription.State.ASKED,
    }
    with transaction.atomic():
        row, _new = Subscription.objects.get_or_create(
            topic=shown, callback=wish.callback, defaults={**facts, "delivered": tag, "question": 0}
        )
        if not row.is_in_force:
            facts["delivered"] = tag
        asked = {"asked_seconds": wish.seconds, "asked_secret": seal(wish.secret), "asked_at": timezone.now()}
        _put(row, **facts, **asked)
    return row


def _leave(wish: Ask, shown: str) -> Subscription:
    row = Subscription.objects.filter(topic=shown, callback=wish.callback).first()
    if row is None or not row.is_in_force or row.address != wish.topic:
        raise Wrong(_("This callback has no subscription to this topic, or it has ended."))
    _put(row, state=Subscription.State.LEAVING, asked_at=timezone.now(), asked_secret="")
    return row


def _put(row: Subscription, **facts: object) -> None:
    """A new question: due at once, whatever was being asked before."""
    Subscription.objects.filter(pk=row.pk).update(**facts, question=F("question") + 1, due_at=Now(), attempts=0)


def _tag_of(topic: str) -> str:
    try:
        return look(topic)
    except NoTopic as problem:
        told = _("hub.topic is none of our feeds. %(why)s Send the address that the feed's rel=self link has.")
        raise Wrong(told % {"why": problem}) from None
    except Exception:
        # Views that are no feeds may stumble over a request as bare as ours.
        log.exception("topic cannot be read", topic=discreet(topic))
        raise Wrong(_("We cannot read this topic now. Try again in some minutes."), 503, 300) from None


def _outlet_of(topic: str) -> Outlet | None:
    shown = _TOKEN.search(urlsplit(topic).path)
    token = Token.find(shown[0]) if shown else None
    return token.outlet if token else None


def _check_callback(callback: str) -> None:
    if not callback:
        raise Wrong(_("hub.callback is missing: the address that we are to call."))
    if len(callback) > LONGEST_URL or "#" in callback:
        raise Wrong(_("hub.callback must be shorter than 2000 letters, and have no fragment."))
    try:
        check_url(callback)
    except ValueError as objection:
        raise Wrong(_("We cannot call hub.callback. %(why)s") % {"why": objection}) from None
    if is_ours(callback):
        raise Wrong(_("hub.callback is an address of our own."))


def _seconds(text: str) -> int:
    if not text:
        return USUAL
    if not re.fullmatch(r"[0-9]{1,12}", text) or int(text) == 0:
        raise Wrong(_("hub.lease_seconds must be a whole number of seconds, above zero."))
    return min(max(int(text), SHORTEST), LONGEST)


def host(url: str) -> str:
    """The host of a callback, by which it is counted."""
    return (urlsplit(url).hostname or "").rstrip(".")[:255]


def _bound(wish: Ask, address: str | None) -> None:
    """Raise Wrong (429) where somebody asks more than anybody needs to."""
    since = timezone.now() - HOUR
    there = Subscription.objects.filter(host=host(wish.callback))
    posts = Pull.objects.filter(surface=Pull.Surface.HUB, method="POST", at__gt=since)
    if posts.filter(address=address).count() >= PER_ADDRESS:
        raise Wrong(_("So many requests came from your address that we take no more for an hour."), 429, 3600)
    if there.filter(asked_at__gt=since).count() >= ASKED_PER_HOST:
        raise Wrong(_("This callback's host is being asked too often. Try again in an hour."), 429, 3600)
    if posts.filter(status=202).count() >= FROM_ALL:
        raise Wrong(_("Our hub has more requests than it takes. Try again in an hour."), 429, 3600)
    mine = there.filter(topic=discreet(wish.topic), callback=wish.callback)
    if there.count() >= KEPT_PER_HOST and not mine.exists():
        raise Wrong(_("This callback's host has as many subscriptions as we keep for one. End some."), 429, 3600)
