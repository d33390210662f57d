"""Drawings of paper kept indoors: letters, a book, a shelf."""

from math import pi, sin, tau

from home.sample.ink import (
    AMBER,
    BLUSH,
    BRICK,
    CLAY,
    FOAM,
    INK,
    LAGOON,
    MIST,
    NIGHT,
    OLIVE,
    PAPER,
    ROSE,
    SAFFRON,
    SAND,
    SLATE,
    TEAL,
    WALNUT,
    Colour,
    Point,
    Sheet,
    arc,
    curve,
    mix,
)
from home.sample.motifs import boat, gulls, sun


def pigeonholes(sheet: Sheet) -> None:
    """A wall of pigeonholes full of letters; in one of them, a pigeon."""
    chance = sheet.chance
    sheet.box(-20, -20, 1620, 1020, WALNUT)
    columns, rows, wide, tall = 8, 6, 200, 172
    for row in range(rows):
        for column in range(columns):
            left, top = column * wide + 12, row * tall - 10 + 12
            right, bottom = left + wide - 24, top + tall - 24
            sheet.box(left, top, right, bottom, mix(WALNUT, NIGHT, 0.62))
            sheet.shape([(left, top), (right, top), (right - 12, top + 16), (left + 12, top + 16)], NIGHT, 0.7)
            sheet.shape([(left, top), (left + 12, top + 16), (left + 12, bottom - 8), (left, bottom)], NIGHT, 0.35)
            sheet.shape(
                [(left, bottom), (left + 12, bottom - 8), (right - 12, bottom - 8), (right, bottom)], mix(WALNUT, SAND, 0.14)
            )
            if (column, row) == (5, 2):
                _pigeon(sheet, (left + right) / 2, bottom - 4)
            elif chance.random() < 0.95:
                chance.choice((_stack, _stack, _leaning, _leaning, _scrolls, _bundle))(sheet, left + 14, bottom - 4, right - 14)
    for row in range(rows + 1):
        y = row * tall - 10
        sheet.box(-20, y - 11, 1620, y + 11, mix(WALNUT, SAND, 0.3))
        sheet.box(-20, y + 5, 1620, y + 11, mix(WALNUT, NIGHT, 0.25))
    for column in range(columns + 1):
        x = column * wide
        sheet.box(x - 11, -20, x + 11, 1020, mix(WALNUT, SAND, 0.36))
        sheet.box(x + 4, -20, x + 11, 1020, mix(WALNUT, NIGHT, 0.12))
        for row in range(rows):
            sheet.disc(x, row * tall - 10, 4, AMBER)


def _paper(sheet: Sheet) -> Colour:
    return sheet.chance.choice((PAPER, PAPER, SAND, BLUSH, MIST, FOAM, mix(PAPER, AMBER, 0.5)))


def _stack(sheet: Sheet, left: float, foot: float, right: float) -> None:
    """Envelopes lying one on another."""
    chance = sheet.chance
    y = foot
    for _ in range(chance.randrange(3, 9)):
        thick = chance.uniform(8, 13)
        x0, x1 = left + chance.uniform(0, 34), right - chance.uniform(0, 34)
        fill = _paper(sheet)
        sheet.box(x0, y - thick, x1, y, fill)
        sheet.box(x0, y - 3, x1, y, mix(fill, WALNUT, 0.4))
        if chance.random() < 0.3:
            middle = (x0 + x1) / 2
            sheet.box(middle - 9, y - thick, middle + 9, y, chance.choice((CLAY, BRICK, TEAL)))
        y -= thick + 1


def _leaning(sheet: Sheet, left: float, foot: float, right: float) -> None:
    """Envelopes on edge, faces out, the front one sealed."""
    chance = sheet.chance
    count = chance.randrange(2, 5)
    for i in range(count):
        x = left + (right - left - 112) * i / max(1, count - 1) + chance.uniform(-4, 4)
        lean, high = chance.uniform(-14, 16), chance.uniform(84, 120)
        fill = _paper(sheet)
        sheet.cut([(x, foot), (x + lean, foot - high), (x + 108 + lean, foot - high - 3), (x + 108, foot)], fill, (-6, -4), 0.4)
        if i % 2 == 0:
            middle = (x + 54 + lean * 0.5, foot - high * 0.48)
            sheet.line([(x + lean, foot - high), middle, (x + 108 + lean, foot - high - 3)], mix(fill, WALNUT, 0.45), 3)
            sheet.disc(*middle, 11, chance.choice((CLAY, BRICK)))
        else:
            sheet.box(
                x + lean + 76, foot - high + 10, x + lean + 98, foot - high + 36, chance.choice((TEAL, CLAY, SAFFRON, SLATE))
            )
            for line in range(3):
                y = foot - high * 0.5 + 13 * line
                sheet.line([(x + lean * 0.5 + 20, y), (x + lean * 0.5 + 74 - 13 * line, y)], SLATE, 3)


def _scrolls(sheet: Sheet, left: float, foot: float, right: float) -> None:
    """Rolled sheets, seen from the end."""
    radius = 24
    for row, count in enumerate((3, 2, 1)[: sheet.chance.randrange(1, 4)]):
        for i in range(count):
            x = (left + right) / 2 + (i - (count - 1) / 2) * 2 * radius
            y = foot - radius - row * radius * 1.74
            fill = _paper(sheet)
            sheet.disc(x, y, radius, fill)
            sheet.ring(x, y, radius, radius, mix(fill, WALNUT, 0.6), 3)
            spiral = [(x + (18 - 0.3 * t) * sin(t / 4.6), y - (18 - 0.3 * t) * sin(t / 4.6 + pi / 2)) for t in range(56)]
            sheet.line(spiral, mix(fill, WALNUT, 0.55), 3)


def _bundle(sheet: Sheet, left: float, foot: float, right: float) -> None:
    """A year's letters, tied with a ribbon."""
    ribbon = sheet.chance.choice((CLAY, TEAL, SAFFRON, BRICK))
    for i in range(9):
        fill = (PAPER, SAND, BLUSH)[i % 3]
        x = left + 16 + (i * 7) % 9
        sheet.box(x, foot - 11 * (i + 1), right - 16 - (i * 5) % 8, foot - 11 * i, fill)
        sheet.line([(x, foot - 11 * i), (right - 16, foot - 11 * i)], mix(fill, WALNUT, 0.5), 2)
    middle = (left + right) / 2
    sheet.box(middle - 8, foot - 101, middle + 8, foot, ribbon)
    for side in (-1, 1):
        sheet.shape(
            [
                (middle, foot - 100),
                *curve(
                    (middle + side * 14, foot - 128), (middle + side * 40, foot - 126), (middle + side * 34, foot - 104), steps=6
                ),
            ],
            ribbon,
        )
        sheet.stroke(
            curve((middle, foot - 100), (middle + side * 16, foot - 84), (middle + side * 22, foot - 62), steps=6),
            mix(ribbon, NIGHT, 0.25),
            12,
            blunt=1,
        )


def _pigeon(sheet: Sheet, x: float, foot: float) -> None:
    for leg in (-8, 12):
        sheet.line([(x + leg, foot - 22), (x + leg - 2, foot)], CLAY, 5)
    tail = [(x + 36, foot - 46), (x + 86, foot - 36), (x + 82, foot - 18), (x + 24, foot - 22)]
    sheet.shape(tail, SLATE)
    body = [
        *curve((x - 46, foot - 84), (x - 50, foot - 48), (x - 20, foot - 20), (x + 26, foot - 20), (x + 60, foot - 38), steps=8),
        *curve((x + 20, foot - 72), (x - 12, foot - 100), (x - 24, foot - 116), steps=8),
    ]
    sheet.shape(body, mix(MIST, SLATE, 0.3))
    sheet.disc(x - 34, foot - 108, 20, mix(MIST, SLATE, 0.3))
    sheet.shape(
        [
            *curve((x - 54, foot - 96), (x - 46, foot - 66), (x - 22, foot - 70), steps=6),
            *curve((x - 14, foot - 92), (x - 30, foot - 96), steps=6),
        ],
        LAGOON,
    )
    sheet.shape([(x - 52, foot - 112), (x - 74, foot - 104), (x - 51, foot - 100)], SAFFRON)
    sheet.disc(x - 39, foot - 112, 5, CLAY)
    sheet.disc(x - 39, foot - 112, 2.4, NIGHT)
    sheet.stroke(curve((x - 16, foot - 66), (x + 20, foot - 62), (x + 64, foot - 42), steps=8), SLATE, 34)
    for i in range(2):
        sheet.stroke(
            curve((x + 2, foot - 56 + 10 * i), (x + 26, foot - 48 + 7 * i), (x + 52, foot - 42 + 4 * i), steps=6), INK, 6
        )


def open_book(sheet: Sheet) -> None:
    """An open book whose pages are a sea, with a boat on it and a pencil by it."""
    sheet.box(-20, -20, 1620, 1020, mix(BLUSH, PAPER, 0.35))
    sheet.wash(ROSE, 600, 0, 0.55)
    sun(sheet, 800, 470, 210, SAFFRON, AMBER)
    for y, x, long in ((470, 560, 480), (520, 640, 420)):
        sheet.stroke(curve((x, y), (x + long / 2, y - 8), (x + long, y), steps=8), BLUSH, 16)
    gulls(sheet, [(420, 250, 44), (510, 310, 28), (1150, 220, 36), (1230, 290, 22), (360, 340, 20)], INK)
    sheet.box(-20, 900, 1620, 1020, WALNUT)
    sheet.box(-20, 900, 1620, 912, mix(WALNUT, SAND, 0.3))
    sheet.shape(arc(800, 936, 700, 26, 0, 1), NIGHT, 0.4)
    cover = [
        (120, 900),
        *curve((120, 900), (420, 916), (790, 934), steps=8),
        *curve((810, 934), (1180, 916), (1480, 900), steps=8),
    ]
    sheet.shape([*cover, (1470, 930), (810, 966), (790, 966), (130, 930)], BRICK)
    boat(sheet, 985, 664, 116, BRICK, PAPER)
    leaves = 15
    tints = (TEAL, LAGOON, FOAM, PAPER, MIST, LAGOON, INK)
    for i in range(leaves):
        share = i / (leaves - 1)
        fill = PAPER if i == leaves - 1 else tints[i % len(tints)]
        for side in (-1, 1):
            _leaf(sheet, side, share, fill)
    for side in (-1, 1):
        for line in range(9):
            _line_of_print(sheet, side, line)
    _pencil(sheet)


def _surface(side: int, share: float) -> list[Point]:
    """The upper edge of one page, from the spine outwards; `share` runs from the lowest page (0) to the top one (1)."""
    lift = 50 + 190 * (1 - share)
    swell = 18 * sin(share * 9)
    return curve(
        (800, 900 - 30 * share),
        (800 + side * 120, 800 - lift * 0.55 + 60 * share),
        (800 + side * 330, 800 - lift * 0.42 + swell + 40 * share),
        (800 + side * 520, 830 - lift * 0.2 - swell + 20 * share),
        (800 + side * (668 - 14 * share), 880 - lift * 0.1),
        steps=12,
    )


def _leaf(sheet: Sheet, side: int, share: float, fill: Colour) -> None:
    top = _surface(side, share)
    outline = [*top, (800 + side * 660, 912), (800, 938)]
    for lift in (10, 5):
        sheet.shape([*[(x, y - lift) for x, y in top], *reversed(top)], NIGHT, 0.14)
    sheet.shape(outline, fill)
    sheet.stroke([(x, y + 7) for x, y in top], mix(fill, PAPER, 0.7), 6)


def _line_of_print(sheet: Sheet, side: int, line: int) -> None:
    top = _surface(side, 1.0)
    drop = 12 + 9.5 * line
    words = top[9:46]
    start = 0
    while start < len(words) - 2:
        length = sheet.chance.randrange(2, 6)
        part = [(x, y + drop * (1 - 0.28 * i / len(words))) for i, (x, y) in enumerate(words)][start : start + length]
        if len(part) > 1:
            sheet.line(part, SLATE, 3, 0.75)
        start += length


def _pencil(sheet: Sheet) -> None:
    at = [(1180, 968), (1440, 946), (1444, 962), (1184, 986)]
    sheet.cut(at, SAFFRON, (4, 8), 0.4)
    sheet.shape([(1180, 968), (1184, 986), (1136, 982)], SAND)
    sheet.shape([(1150, 978), (1153, 984), (1136, 982)], INK)
    sheet.shape([(1440, 946), (1470, 943), (1474, 959), (1444, 962)], ROSE)


def book_spines(sheet: Sheet) -> None:
    """Three shelves of books, spines out, all in good order but for one that leans."""
    chance = sheet.chance
    sheet.box(-20, -20, 1620, 1020, mix(TEAL, NIGHT, 0.55))
    for shelf in range(3):
        foot = 318 + 334 * shelf
        sheet.box(-20, foot - 300, 1620, foot - 200, NIGHT, 0.35)
        x = -24.0
        while x < 1620:
            roll = chance.random()
            if roll < 0.05 and 100 < x < 1400:
                _lying(sheet, x + 8, foot)
                x += 232
            elif roll < 0.09 and 100 < x < 1450:
                _vase(sheet, x + 70, foot)
                x += 140
            else:
                wide, tall = chance.choice((34, 42, 50, 58, 72)), chance.uniform(190, 272)
                lean = 46 if roll > 0.955 else 0
                _spine(sheet, x, foot, wide, tall, lean)
                x += wide + 3 + lean * 1.05
        sheet.box(-20, foot, 1620, foot + 26, mix(WALNUT, CLAY, 0.25))
        sheet.box(-20, foot + 16, 1620, foot + 26, WALNUT)
        sheet.box(-20, foot + 26, 1620, foot + 44, NIGHT, 0.4)


def _spine(sheet: Sheet, x: float, foot: float, wide: float, tall: float, lean: float) -> None:
    chance = sheet.chance
    fill = chance.choice(
        (CLAY, TEAL, PAPER, SAFFRON, INK, BRICK, LAGOON, SAND, ROSE, OLIVE, FOAM, BLUSH, SLATE, AMBER, CLAY, PAPER)
    )
    ink = PAPER if sum(fill) < 420 else chance.choice((INK, BRICK, TEAL))

    def at(u: float, v: float) -> Point:
        """A point of the spine: `u` across and `v` up, both 0 to 1."""
        return x + u * wide + lean * v, foot - v * tall + lean * 0.14 * u

    def band(low: float, high: float, colour: Colour, inset: float = 0.0) -> None:
        sheet.shape([at(inset, low), at(1 - inset, low), at(1 - inset, high), at(inset, high)], colour)

    band(0, 1, fill)
    sheet.shape([at(0.82, 0), at(1, 0), at(1, 1), at(0.82, 1)], NIGHT, 0.22)
    sheet.shape([at(0, 0), at(0.09, 0), at(0.09, 1), at(0, 1)], PAPER, 0.18)
    kind = chance.randrange(7)
    if kind in (0, 4):
        for v in (0.1, 0.16, 0.84, 0.9):
            band(v, v + 0.018, ink)
        band(0.52, 0.74, mix(fill, ink, 0.85), 0.16)
    elif kind == 1:
        for v in range(1, 12):
            band(v / 12, v / 12 + 0.03, mix(fill, ink, 0.75))
    elif kind == 2:
        for v in range(6):
            y = 0.14 + 0.145 * v
            sheet.shape([at(0.5, y - 0.055), at(0.82, y), at(0.5, y + 0.055), at(0.18, y)], ink)
    elif kind == 3:
        band(0.62, 0.86, ink, 0.14)
        for i in range(3):
            band(0.67 + 0.055 * i, 0.685 + 0.055 * i, fill, 0.26)
        band(0.08, 0.12, ink)
    elif kind == 5:
        for v in range(5):
            sheet.disc(*at(0.5, 0.16 + 0.17 * v), wide * 0.22, ink)
            sheet.disc(*at(0.5, 0.16 + 0.17 * v), wide * 0.1, fill)
    else:
        wave = [at(0.5 + 0.26 * sin(t / 30 * tau * 3), 0.12 + 0.76 * t / 30) for t in range(31)]
        sheet.line(wave, ink, 5)
        band(0.04, 0.07, ink)
        band(0.93, 0.96, ink)


def _lying(sheet: Sheet, x: float, foot: float) -> None:
    y = foot
    for i, fill in enumerate((INK, SAFFRON, CLAY, FOAM)[: sheet.chance.randrange(2, 5)]):
        thick, wide = (40, 34, 46, 30)[i], (220, 200, 186, 160)[i]
        sheet.box(x + 6 * i, y - thick, x + 6 * i + wide, y, fill)
        sheet.box(x + 6 * i + wide - 12, y - thick + 5, x + 6 * i + wide, y - 5, PAPER)
        sheet.box(x + 6 * i + 26, y - thick, x + 6 * i + 34, y, mix(fill, PAPER, 0.5))
        sheet.box(x + 6 * i, y - 6, x + 6 * i + wide, y, NIGHT, 0.25)
        y -= thick + 2


def _vase(sheet: Sheet, x: float, foot: float) -> None:
    for i in range(7):
        a = (i - 3) * 0.24
        tip = (x + 150 * sin(a) * 0.7, foot - 236 + abs(i - 3) * 14)
        sheet.line(curve((x, foot - 100), (x + 40 * sin(a), foot - 170), tip, steps=8), OLIVE, 4)
        sheet.disc(*tip, 15, (CLAY, SAFFRON, ROSE)[i % 3])
        sheet.disc(*tip, 5, PAPER)
    outline = [
        *curve((x - 16, foot - 118), (x - 20, foot - 96), (x - 46, foot - 58), (x - 28, foot), steps=8),
        *curve((x + 28, foot), (x + 46, foot - 58), (x + 20, foot - 96), (x + 16, foot - 118), steps=8),
    ]
    sheet.shape(outline, MIST)
    sheet.shape(
        [
            *curve((x + 28, foot), (x + 46, foot - 58), (x + 20, foot - 96), (x + 16, foot - 118), steps=8),
            (x + 6, foot - 100),
            (x + 18, foot - 56),
            (x + 10, foot),
        ],
        mix(MIST, SLATE, 0.35),
    )
