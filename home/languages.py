"""The languages a piece can be written in, and the direction each is read."""

from typing import Literal

from django.conf import settings
from django.conf.locale import LANG_INFO


def choices() -> list[tuple[str, str]]:
    """Codes with their own names, as in `ar — العربيّة`."""
    named = [(code, info) for code, info in LANG_INFO.items() if "name_local" in info]
    return [(code, f"{info['name_local']} ({info['name']})") for code, info in sorted(named)]


def default() -> str:
    """The publication's own language."""
    code = settings.LANGUAGE_CODE.lower()
    return code if code in LANG_INFO else code.partition("-")[0]


def direction(code: str) -> Literal["ltr", "rtl"]:
    """How text of this language runs."""
    return "rtl" if LANG_INFO.get(code, {}).get("bidi") else "ltr"


def name(code: str) -> str:
    """What the publication calls this language, as in “Arabic”; the code itself where it is not known."""
    return str(LANG_INFO.get(code, {}).get("name", code))
