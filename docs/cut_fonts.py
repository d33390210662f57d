# /// script
# dependencies = ["fonttools", "brotli"]
# ///
"""Cut the faces of publication/static/fonts from their sources, small enough for a phone: `uv run docs/cut_fonts.py SOURCES`.

SOURCES holds newsreader.ttf and newsreader-italic.ttf (github.com/productiontype/Newsreader, fonts/variable/ttf), literata.ttf
and literata-italic.ttf (github.com/googlefonts/literata, fonts/variable), and from the npm packages
@fontsource-variable/instrument-sans and /noto-naskh-arabic their files …-latin-wght-normal.woff2, …-latin-ext-wght-normal.woff2
and …-arabic-wght-normal.woff2. All are under the SIL Open Font License and reserve no name, so a cut one may keep its own.
"""

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.ttLib.scaleUpem import scale_upem
from fontTools.varLib import instancer

OUT = Path(__file__).resolve().parents[1] / "publication" / "static" / "fonts"
# What English and its neighbours' names need; all other Latin letters come in a file of their own, only where a page has one.
WORDS = "\u00a0“”‘’–—…·×éèêëáàâäåãçñóòôöøõúùûüíìîïßæœÉ©£€§°½\u2009\u202f"
CORE = {*range(0x20, 0x7F), *map(ord, WORDS)}
SIGNS = "‚„†‡•‰′″‹›⁄₺₽№™−←↑→↓↗≈≠≤≥"
MORE = {*range(0xA1, 0x250), *range(0x1E00, 0x1F00), *map(ord, SIGNS)} - CORE
ARABIC = {
    *range(0x600, 0x672),
    *range(0x6F0, 0x6FA),
    *range(0x200C, 0x2010),
    0xFDF2,
    0xFDFA,
    *map(ord, ' ()«»-.:!"…–—“”‘’\u00a0'),
}
ARABIC |= {0x67E, 0x686, 0x688, 0x691, 0x698, 0x6A4, 0x6A9, 0x6AF, 0x6BA, 0x6BE, *range(0x6C0, 0x6C4), 0x6CC, 0x6D2, 0x6D3, 0x6D4}
LATIN_FEATURES = ["kern", "liga", "lnum", "onum", "pnum", "tnum"]
ARABIC_FEATURES = ["ccmp", "curs", "fina", "init", "isol", "kern", "liga", "locl", "mark", "medi", "mkmk", "rlig"]


def soften(font: TTFont, least: int = 8, step: int = 4) -> None:
    """Round the kerning, which is a third of a file: what nobody sees becomes zero, and the rest compresses."""
    lookups = font["GPOS"].table.LookupList.Lookup if "GPOS" in font else []
    for table in (getattr(table, "ExtSubTable", table) for lookup in lookups for table in lookup.SubTable):
        if table.LookupType != 2:
            continue
        if table.Format == 1:
            pairs = [record.Value1 for pair_set in table.PairSet for record in pair_set.PairValueRecord]
        else:
            pairs = [record.Value1 for line in table.Class1Record for record in line.Class2Record]
        for value in pairs:
            if getattr(value, "XAdvance", 0):
                value.XAdvance = 0 if abs(value.XAdvance) < least else round(value.XAdvance / step) * step


def cut(source: Path, name: str, letters: set[int], *, arabic: bool = False, **axes: int | tuple[int, int]) -> None:
    """Write one file: these letters, at these places of the axes, without hints."""
    font = TTFont(source)
    if "gvar" in font:
        font["gvar"].variations.setdefault(".notdef", [])
    options = Options(hinting=False, notdef_outline=True, name_IDs=[0, 1, 2, 13, 14])
    options.layout_features = ARABIC_FEATURES if arabic else LATIN_FEATURES
    options.drop_tables += ["DSIG", "MVAR", "STAT"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=letters)
    subsetter.subset(font)
    font = instancer.instantiateVariableFont(font, axes)
    scale_upem(font, 1000)
    if not arabic:
        soften(font)
    font.flavor = "woff2"
    font.save(OUT / f"{name}.woff2")


def main(sources: Path) -> None:
    """All of them, as the style sheets ask for them."""
    for family, text in (("newsreader", 14), ("literata", 13)):
        roman, italic = sources / f"{family}.ttf", sources / f"{family}-italic.ttf"
        for part, source, size, weight in (
            ("text", roman, text, 400),
            ("italic", italic, text, 400),
            ("bold", roman, text, 650),
            ("display", roman, 60, 500),
        ):
            cut(source, f"{family}-{part}", CORE, opsz=size, wght=weight)
            cut(source, f"{family}-{part}-ext", MORE, opsz=size, wght=weight)
    cut(sources / "instrument-sans-latin-wght-normal.woff2", "instrument-sans", CORE, wght=(400, 600))
    cut(sources / "instrument-sans-latin-ext-wght-normal.woff2", "instrument-sans-ext", MORE, wght=(400, 600))
    naskh = sources / "noto-naskh-arabic-arabic-wght-normal.woff2"
    cut(naskh, "noto-naskh-arabic", ARABIC, arabic=True, wght=(400, 600))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
