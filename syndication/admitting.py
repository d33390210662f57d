"""Admitting: how an outlet gets in and stays out: its tokens, and the signed link to its own page. Each act is in its history."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core import signing
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log
from wagtail.models import Site

from syndication.models import Outlet, Token

# The separator is a character that no base64 has and no URL changes.
_signer = signing.Signer(salt="syndication.outlet-page", sep="~")


class Closed(Exception):
    """A page that does not open: the status (404, 403 or 410), a sentence for who stands before it, and whose page it is."""

    def __init__(self, status: int, sentence: str, outlet: Outlet | None = None):
        super().__init__(sentence)
        self.status, self.sentence, self.outlet = status, sentence, outlet


# --- the outlet's own page ----------------------------------------------------------------------------------------------


def page_of(outlet: Outlet) -> str:
    """The path of the outlet's own page. Whoever knows it may enter, until `renew_link`."""
    return reverse("outlet_page", args=[_signer.sign(f"{outlet.pk}.{outlet.link_number}")])


def site_root() -> str:
    """Scheme and host of our site, without a slash at its end; "" where no site is the default one."""
    site = Site.objects.filter(is_default_site=True).first()
    return str(site.root_url) if site else ""


def outlet_of(signed: str) -> Outlet:
    """The outlet whose page this link opens. Raises Closed: 404 for what we never signed, 410 for what was ended, 403."""
    try:
        pk, _dot, number = _signer.unsign(signed).partition(".")
    except signing.BadSignature:
        told = _("This link is not whole. Copy it once more from the newsroom's message, from its first to its last letter.")
        raise Closed(404, told) from None
    outlet = Outlet.objects.filter(pk=pk).first()
    if outlet is None or str(outlet.link_number) != number:
        raise Closed(410, _("The newsroom has ended this link. Ask it for the new one."), outlet)
    if outlet.state == Outlet.State.SUSPENDED:
        raise Closed(403, _("The newsroom has suspended this outlet. Write to it to learn why."), outlet)
    return outlet


def renew_link(outlet: Outlet, *, actor: Any = None) -> None:
    """From now on another link opens the outlet's page, and those that were sent before open nothing."""
    with transaction.atomic():
        Outlet.objects.filter(pk=outlet.pk).update(link_number=F("link_number") + 1)
        outlet.refresh_from_db(fields=["link_number"])
        log(outlet, "syndication.renew_link", user=actor)


# --- tokens -------------------------------------------------------------------------------------------------------------


def make_token(
    outlet: Outlet,
    name: str,
    scopes: Sequence[str],
    *,
    expires_at: datetime | None = None,
    replaces: Token | None = None,
    keep_old_for: timedelta = timedelta(0),
    actor: Any = None,
) -> tuple[Token, str]:
    """A new token and its text, which is nowhere kept: show it now or never. The one it replaces opens for so long still."""
    with transaction.atomic():
        token, text = Token.make(outlet, name, list(scopes), expires_at=expires_at, created_by=actor)
        log(outlet, "syndication.make_token", user=actor, data={"token": str(token)})
        if replaces is not None:
            end_token(replaces, timezone.now() + keep_old_for, actor=actor)
    return token, text


@transaction.atomic
def end_token(token: Token, at: datetime | None = None, *, actor: Any = None) -> bool:
    """The token opens nothing from `at` on, by default from now. A moment later than its own end changes nothing: False."""
    if at is None or at <= timezone.now():
        if token.revoked_at:
            return False
        token.revoke()
        log(token.outlet, "syndication.revoke_token", user=actor, data={"token": str(token)})
        return True
    if token.revoked_at or (token.expires_at and token.expires_at <= at):
        return False
    Token.objects.filter(pk=token.pk).update(expires_at=at)
    log(token.outlet, "syndication.end_token", user=actor, data={"token": str(token), "at": at.isoformat()})
    return True
