"""Credentials at rest: sealed with keys that live in the environment, never in the database and never derived from SECRET_KEY."""

from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class Unreadable(Exception):
    """A sealed text that none of the keys opens, or no key at all."""


class Secret(str):
    """A credential in clear, which no traceback or log shows by accident. `old` is the one before it, while both are in use."""

    old: str

    def __new__(cls, text: str = "", old: str = "") -> "Secret":
        """`text`, and the one it replaces."""
        made = super().__new__(cls, text)
        made.old = old
        return made

    def __repr__(self) -> str:
        return "Secret(not shown)"

    @property
    def all(self) -> list[str]:
        """Every secret in use, newest first."""
        return [secret for secret in (str(self), self.old) if secret]


def _keys() -> MultiFernet:
    if not settings.CREDENTIAL_KEYS:
        raise Unreadable("CREDENTIAL_KEYS is empty. Make a key with 'manage.py new_credential_key' and set it.")
    return _opened_by(tuple(settings.CREDENTIAL_KEYS))


@lru_cache(maxsize=2)
def _opened_by(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def seal(text: str) -> str:
    """`text` sealed with the newest key; an empty text stays empty."""
    return _keys().encrypt(text.encode()).decode() if text else ""


def unseal(sealed: str) -> str:
    """The text that was sealed. Raises Unreadable when no key of CREDENTIAL_KEYS fits."""
    if not sealed:
        return ""
    try:
        return _keys().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Unreadable("No key in CREDENTIAL_KEYS opens this credential. Bring the old key back or enter it anew.") from None


def reseal(sealed: str) -> str:
    """The same credential, sealed with the newest key. Raises Unreadable."""
    return seal(unseal(sealed))
