"""Wording: what strangers write, as text that can harm nobody, and as the HTML that readers see. Pure."""

import re
import unicodedata

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

_ADDRESS = re.compile(r"https?://[^\s<>\"'`{}|\\^]+", re.IGNORECASE)
# What turns the text that comes after it (Unicode TR 36), and what no font shows.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
_KEPT = frozenset("\n\u200c\u200d\u200e\u200f")
LINK_RELATIONS = "nofollow ugc noopener external"
# So many marks upon one letter at most: more climb over the lines around.
_MARK = r"[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]"
_MARKS = re.compile(f"({_MARK}{{4}}){_MARK}+")


def tidy(text: str) -> str:
    """The text without control characters, NFC, with lines ended by one newline and never two empty lines on end."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n\n")
    plain = "".join(letter for letter in lines.replace("\t", " ") if _is_text(letter))
    plain = _MARKS.sub(r"\1", unicodedata.normalize("NFC", plain))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.strip() for line in plain.split("\n"))).strip()


def one_line(text: str) -> str:
    """The same on one line, for names and titles."""
    return " ".join(tidy(text).split())


def shortened(text: str, most: int) -> str:
    """At most `most` characters, cut at a word."""
    if len(text) <= most:
        return text
    return f"{text[: most - 1].rsplit(' ', 1)[0].rstrip(' ,;:.–—')}…"


def as_html(text: str) -> SafeString:
    """Paragraphs, line breaks and links that vouch for nothing; everything else is escaped."""
    return mark_safe("".join(f"<p>{_line_breaks(part)}</p>" for part in re.split(r"\n\n+", text) if part.strip()))


def _line_breaks(part: str) -> str:
    return "<br>".join(_linked(line) for line in part.strip("\n").split("\n"))


def _linked(line: str) -> str:
    made, at = [], 0
    for found in _ADDRESS.finditer(line):
        address = _without_stop(found[0])
        if len(address) < len("http://a.b"):
            continue
        made += [escape(line[at : found.start()]), _link(address)]
        at = found.start() + len(address)
    return "".join([*made, escape(line[at:])])


def _link(address: str) -> str:
    shown = shortened(address.partition("://")[2], 60).rstrip("/")
    return f'<a href="{escape(address)}" rel="{LINK_RELATIONS}"><bdi>{escape(shown)}</bdi></a>'


def _without_stop(address: str) -> str:
    """Without what ends the sentence, and without a bracket that opened before the address."""
    while address and (address[-1] in ".,;:!?…»”’*_~" or (address[-1] == ")" and address.count("(") < address.count(")"))):
        address = address[:-1]
    return address


def _is_text(letter: str) -> bool:
    if letter in _KEPT:
        return True
    return letter not in _TURNING and unicodedata.category(letter) not in ("Cc", "Cs")
