"""All drawings of the sample by name. Nothing is downloaded: each is drawn afresh, and always the same."""

from collections.abc import Callable
from io import BytesIO

from PIL import Image

from home.sample import charts, courtyards, interiors, portraits, seascapes, skies, townscapes
from home.sample.ink import FINENESS, PAPER, Sheet

LEAD = (1600, 1000)
PORTRAIT = (800, 800)
MARK = (600, 600)
SHARE = (1200, 630)
QUALITY = 86

DRAWINGS: dict[str, tuple[Callable[[Sheet], None], tuple[int, int]]] = {
    "book-spines": (interiors.book_spines, LEAD),
    "contours": (charts.contours, LEAD),
    "courtyard": (courtyards.courtyard, LEAD),
    "cut-out-islands": (charts.cut_out_islands, LEAD),
    "evening-ferry": (seascapes.evening_ferry, LEAD),
    "fog-bell": (seascapes.fog_bell, LEAD),
    "great-wave": (seascapes.great_wave, LEAD),
    "kites": (skies.kites, LEAD),
    "lighthouse": (seascapes.lighthouse, LEAD),
    "moons": (skies.moons, LEAD),
    "moored-boats": (charts.moored_boats, LEAD),
    "night-windows": (townscapes.night_windows, LEAD),
    "open-book": (interiors.open_book, LEAD),
    "pigeonholes": (interiors.pigeonholes, LEAD),
    "rooftops": (townscapes.rooftops, LEAD),
    "salt-pans": (charts.salt_pans, LEAD),
    "two-doors": (courtyards.two_doors, LEAD),
    "window-on-the-harbour": (courtyards.window_on_the_harbour, LEAD),
    "nell": (portraits.nell, PORTRAIT),
    "salma": (portraits.salma, PORTRAIT),
    "teo": (portraits.teo, PORTRAIT),
    "mark": (seascapes.mark, MARK),
    "panorama": (seascapes.panorama, SHARE),
}


def draw(name: str, size: tuple[int, int] | None = None) -> Image.Image:
    """The drawing called `name`, in RGB and smooth-edged, `size` pixels large (its own size unless told).

    Another shape than its own trims it evenly on two sides. KeyError for a name we have no drawing of.
    """
    scene, own = DRAWINGS[name]
    width, height = size or own
    scale = max(width / own[0], height / own[1])
    sheet = Sheet(name, own[0], own[1], PAPER, scale * FINENESS)
    scene(sheet)
    return sheet.pulled((width, height), grain=0.0 if name == "mark" else 1.0)


def as_file(name: str, size: tuple[int, int] | None = None) -> bytes:
    """The drawing as a file: PNG for the mark, otherwise JPEG at quality 86, under 350 kB at its own size."""
    picture, held = draw(name, size), BytesIO()
    if name == "mark":
        picture.quantize(64, dither=Image.Dither.NONE).save(held, "PNG", optimize=True)
    else:
        picture.save(held, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return held.getvalue()


def extension(name: str) -> str:
    """How the file's name ends, with its dot."""
    return ".png" if name == "mark" else ".jpg"
