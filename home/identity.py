"""The look a publisher chooses: two colours and a pair of typefaces, as a style sheet that its own address describes whole.

So the sheet needs no database, and may be kept for good: another look is another address.
"""

import hashlib
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from coloraide import Color
from django.http import Http404, HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

# The house's own grounds, light and dark, as in publication.css; on each of them a publisher's colours must be read.
LIGHT = ("#fcfaf5", "#f4efe4")
DARK = ("#171513", "#22201d")
# WCAG 2.2, 1.4.3 (AA): what text needs; a shade made by us keeps a little more.
ENOUGH = 4.5
PLENTY = 6.0

CORE = (
    "U+20-7E, U+A0, U+A3, U+A7, U+A9, U+B0, U+B7, U+BD, U+C9, U+D7, U+DF-EF, U+F1-F6, U+F8-FC, U+153, U+2009, U+2013-2014, "
    "U+2018-2019, U+201C-201D, U+2026, U+202F, U+20AC"
)
MORE = "U+A1-24F, U+1E00-1EFF, U+2020-2022, U+2030-2044, U+20BA, U+20BD, U+2116, U+2122, U+2190-2199, U+2212, U+2248-2265"


class Face(NamedTuple):
    """One file of type and the other with its rarer letters."""

    family: str
    file: str
    weight: str
    style: str = "normal"

    def rules(self) -> Iterator[str]:
        """The rarer letters first: of two rules that fit, browsers take the later one."""
        for suffix, letters in (("-ext", MORE), ("", CORE)):
            url = static(f"fonts/{self.file}{suffix}.woff2")
            yield (
                f'@font-face{{font-display:swap;font-family:"{self.family}";font-style:{self.style};font-weight:{self.weight};'
                f'src:url("{url}") format("woff2");unicode-range:{letters}}}'
            )


class StandIn(NamedTuple):
    """What is on readers' machines, made as wide and as high as the face that comes."""

    family: str
    local: str
    size: float
    ascent: float
    descent: float

    def rules(self) -> Iterator[str]:
        """As one rule."""
        yield (
            f'@font-face{{ascent-override:{self.ascent}%;descent-override:{self.descent}%;font-family:"{self.family}";'
            f'line-gap-override:0%;size-adjust:{self.size}%;src:local("{self.local}")}}'
        )


class Pair(NamedTuple):
    """Typefaces that go together: what they are called, which files are asked for first, and how they are set."""

    label: str | Promise
    first: tuple[str, ...] = ()
    faces: tuple[Face | StandIn, ...] = ()
    settings: dict[str, str] = {}


NASKH = '"Noto Naskh Arabic"'
LITERATA = f'{NASKH}, "Literata Georgia", "Literata Noto", Georgia, serif'
SYSTEM = f'Charter, "Bitstream Charter", "Iowan Old Style", "Sitka Text", Cambria, "Noto Serif", {NASKH}, Georgia, serif'
GROTESQUE = f'"Instrument Sans", {NASKH}, "Instrument Arial", "Instrument Roboto", system-ui, sans-serif'
# These have a greater height of x than Newsreader.
SMALLER = {"font-size": "clamp(1.0625rem, 0.99rem + 0.32vw, 1.25rem)", "--measure": "34rem"}
PAIRS = {
    "newsreader": Pair(_("Newsreader: sharp headlines, an old-style text"), ("newsreader-display", "newsreader-text")),
    "literata": Pair(
        _("Literata: bookish and sturdy, with old-style figures"),
        ("literata-display", "literata-text"),
        (
            Face("Literata", "literata-text", "400"),
            Face("Literata", "literata-italic", "400", "italic"),
            Face("Literata", "literata-bold", "600 700"),
            Face("Literata Display", "literata-display", "300 700"),
            StandIn("Literata Georgia", "Georgia", 107.4, 109.6, 28.7),
            StandIn("Literata Noto", "Noto Serif", 99.6, 118.2, 30.9),
        ),
        {"--serif": f"Literata, {LITERATA}", "--display": f'"Literata Display", {LITERATA}', "--tracking": "-0.018em", **SMALLER},
    ),
    "instrument": Pair(
        _("Instrument Sans for headlines and small print, Newsreader for text"),
        ("instrument-sans", "newsreader-text"),
        (
            Face("Instrument Sans", "instrument-sans", "400 600"),
            StandIn("Instrument Arial", "Arial", 102.1, 95.0, 24.5),
            StandIn("Instrument Roboto", "Roboto", 102.3, 94.8, 24.4),
        ),
        {"--display": GROTESQUE, "--sans": GROTESQUE, "--heavy": "600", "--tracking": "-0.028em", "--tight": "1.1"},
    ),
    "system": Pair(
        _("What readers' own devices have, Charter and its kin: nothing to fetch"),
        settings={"--serif": SYSTEM, "--display": SYSTEM, "--heavy": "600", "--tracking": "-0.015em", **SMALLER},
    ),
}
ADDRESS = re.compile(r"([0-9a-f]{6})-([0-9a-f]{6})-([a-z]+)\.[0-9a-f]{8}")


class Look(NamedTuple):
    """A publisher's choice; colours as `#rrggbb`, for light pages."""

    accent: str = "#963a2f"
    second: str = "#1d5561"
    pair: str = "newsreader"

    @property
    def first(self) -> list[str]:
        """The addresses of the files of type that the first words need."""
        return [static(f"fonts/{file}.woff2") for file in PAIRS[self.pair].first]

    @property
    def address(self) -> str:
        """Where its style sheet is; nothing for the house's own look, which stands in publication.css."""
        return "" if self == HOUSE else _address(self)

    def sheet(self) -> str:
        """The style sheet that is laid over publication.css."""
        pair = PAIRS[self.pair]
        told = {"--accent": _both(self.accent), "--second": _both(self.second)} if self[:2] != HOUSE[:2] else {}
        root = "".join(f"{name}:{value};" for name, value in {**told, **pair.settings}.items())
        return "".join([rule for face in pair.faces for rule in face.rules()]) + f":root{{{root}}}\n"


HOUSE = Look()


@lru_cache(maxsize=64)
def _address(look: Look) -> str:
    digest = hashlib.sha256(look.sheet().encode()).hexdigest()[:8]
    return reverse("identity", args=[f"{look.accent[1:]}-{look.second[1:]}-{look.pair}.{digest}"])


def contrast(colour: str, *grounds: str) -> float:
    """The least contrast of a colour with these grounds, as WCAG counts it: from 1 to 21."""
    return min(Color(colour).contrast(Color(ground), method="wcag21") for ground in grounds)


def darker(colour: str) -> str:
    """The nearest shade that can be read on light pages; the colour itself, if it can."""
    return _shade(colour, LIGHT, ENOUGH, -0.01)


@lru_cache(maxsize=64)
def lighter(colour: str) -> str:
    """The shade of a colour for dark pages."""
    return _shade(colour, DARK, PLENTY, 0.01, chroma=0.8)


def _shade(colour: str, grounds: tuple[str, ...], least: float, step: float, chroma: float = 1) -> str:
    """Moved in lightness, as the eye counts it (OKLCH), until the contrast is enough."""
    told, shade = colour, Color(colour).convert("oklch")
    shade["chroma"] *= chroma
    while contrast(told, *grounds) < least and 0 <= shade["lightness"] <= 1:
        shade["lightness"] += step
        told = str(shade.convert("srgb").fit("srgb", method="oklch-chroma").to_string(hex=True))[:7]
    return told


def _both(colour: str) -> str:
    return f"light-dark({colour},{lighter(colour)})"


@require_safe
def sheet(request: HttpRequest, look: str) -> HttpResponse:
    """The style sheet of a look. An address of an older release gets today's, for a while."""
    told = ADDRESS.fullmatch(look)
    if told is None or told[3] not in PAIRS:
        raise Http404("There is no such look.")
    chosen = Look(f"#{told[1]}", f"#{told[2]}", told[3])
    answer = HttpResponse(chosen.sheet(), content_type="text/css; charset=utf-8")
    answer["Cache-Control"] = "public, max-age=31536000, immutable" if chosen.address == request.path else "public, max-age=300"
    return answer
