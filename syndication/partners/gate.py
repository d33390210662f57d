"""The gate: from the text a partner shows to the token it is, or a refusal that says why. Every partner surface asks here."""

import base64
import binascii

from django.http import HttpRequest
from django.utils.translation import gettext as _

from syndication.models import Outlet, Token


class Refusal(Exception):
    """Not admitted: the status (RFC 9110 §15.5), a sentence for the partner's developer, and the token if it is one of ours."""

    def __init__(self, status: int, sentence: str, token: Token | None = None):
        super().__init__(sentence)
        self.status, self.sentence, self.token = status, sentence, token


def admit(text: str, scope: str = "") -> Token:
    """The usable token of this text, if it may be used for `scope`, or for anything at all. Raises Refusal: 401, or 403."""
    token = Token.find(text)
    if token is None:
        raise Refusal(401, _("We do not know this token. Ask the newsroom for one, and send it whole."))
    if objection := token.objection:
        raise Refusal(403 if token.outlet.state == Outlet.State.SUSPENDED else 401, objection, token)
    if scope and scope not in token.scopes:
        told = _("This token may not be used for this. Ask the newsroom for one that may: “%(scope)s”.")
        raise Refusal(403, told % {"scope": Token.Scope(scope).label}, token)
    return token


def shown(request: HttpRequest) -> str:
    """The token a request shows: as `Authorization: Bearer` (RFC 6750), or as the password of Basic (RFC 7617); "" for none."""
    kind, _space, value = request.headers.get("Authorization", "").strip().partition(" ")
    if kind.lower() == "bearer":
        return value.strip()
    if kind.lower() == "basic":
        try:
            user, _colon, password = base64.b64decode(value.strip(), validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return ""
        return password or user
    return ""
