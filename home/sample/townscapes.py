"""Drawings of a town by night and by day."""

from math import cos, pi, sin

from home.sample.ink import (
    AMBER,
    BLUSH,
    BRICK,
    CLAY,
    FOAM,
    INK,
    LAGOON,
    MIST,
    MOSS,
    NIGHT,
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
    ridge,
)
from home.sample.motifs import arch, cat, land, sea


def night_windows(sheet: Sheet) -> None:
    """A street of houses at night, with somebody awake here and there."""
    chance = sheet.chance
    sheet.box(-20, -20, 1620, 1020, NIGHT)
    sheet.wash(SLATE, 0, 620, 0.8)
    for _ in range(70):
        sheet.disc(chance.uniform(0, 1600), chance.uniform(0, 330), chance.choice((1.5, 2, 2.6)), PAPER, 0.7)
    sheet.disc(1310, 150, 66, AMBER)
    sheet.disc(1284, 138, 60, mix(NIGHT, SLATE, 0.19))
    for depth, (base, fill) in enumerate(
        ((330, mix(SLATE, NIGHT, 0.25)), (420, mix(INK, SLATE, 0.25)), (560, mix(NIGHT, INK, 0.55)))
    ):
        x = -30.0 - 70 * depth
        while x < 1620:
            wide = chance.choice((150, 180, 210, 250)) * (0.75 + 0.16 * depth)
            _house(sheet, x, base + chance.uniform(-90, 70), wide, mix(fill, TEAL, chance.uniform(0, 0.22)), depth)
            x += wide + chance.choice((0, 0, 6))
    sheet.box(-20, 952, 1620, 1020, mix(INK, SLATE, 0.45))
    _street_lamp(sheet, 236, 966)
    _street_lamp(sheet, 1392, 966)
    cat(sheet, 322, 966, 1.0)


def _house(sheet: Sheet, x: float, top: float, wide: float, fill: Colour, depth: int) -> None:
    chance = sheet.chance
    foot = top + 420 if depth < 2 else 1020
    sheet.cut([(x, top), (x + wide, top), (x + wide, foot), (x, foot)], fill, (-7, -5), 0.28)
    _roof(sheet, x, top, wide, fill)
    columns = max(2, round(wide / 66))
    step = wide / columns
    size = step * 0.4
    y = top + 34
    while y < min(foot, 930):
        for column in range(columns):
            cx = x + step * (column + 0.5)
            if chance.random() < (0.28, 0.3, 0.36)[depth]:
                _lit_window(sheet, cx, y, size, fill)
            else:
                sheet.box(cx - size / 2, y, cx + size / 2, y + size * 1.45, mix(fill, NIGHT, 0.5))
                sheet.box(cx - size / 2 - 3, y + size * 1.45, cx + size / 2 + 3, y + size * 1.45 + 4, mix(fill, MIST, 0.25))
        y += size * 2.3


def _roof(sheet: Sheet, x: float, top: float, wide: float, fill: Colour) -> None:
    chance = sheet.chance
    kind = chance.randrange(4)
    dark = mix(fill, NIGHT, 0.45)
    if kind == 0:
        sheet.shape([(x - 6, top + 2), (x + wide / 2, top - wide * 0.3), (x + wide + 6, top + 2)], dark)
    elif kind == 1:
        sheet.box(x - 4, top - 12, x + wide + 4, top + 4, dark)
        sheet.box(x + wide * 0.6, top - 58, x + wide * 0.86, top - 12, dark)
        for leg in (0.62, 0.84):
            sheet.line([(x + wide * leg, top - 12), (x + wide * leg, top)], dark, 5)
    elif kind == 2:
        sheet.shape(arc(x + wide / 2, top + 2, wide * 0.34, wide * 0.34, 0.5, 1), dark)
        sheet.line([(x + wide / 2, top - wide * 0.3), (x + wide / 2, top - wide * 0.46)], dark, 4)
    else:
        sheet.box(x - 4, top - 8, x + wide + 4, top + 4, dark)
        mast = x + wide * 0.3
        sheet.line([(mast, top), (mast, top - 78)], dark, 4)
        for i in range(3):
            sheet.line([(mast - 22 + 4 * i, top - 70 + 16 * i), (mast + 22 - 4 * i, top - 70 + 16 * i)], dark, 3)


def _lit_window(sheet: Sheet, x: float, y: float, size: float, wall: Colour) -> None:
    chance = sheet.chance
    glow = chance.choice((SAFFRON, AMBER, AMBER, SAFFRON, ROSE, PAPER, FOAM))
    tall = size * 1.45
    sheet.box(x - size * 0.72, y - size * 0.2, x + size * 0.72, y + tall + size * 0.2, glow, 0.16)
    sheet.box(x - size / 2, y, x + size / 2, y + tall, glow)
    dark = mix(wall, NIGHT, 0.6)
    inside = chance.randrange(7)
    if inside < len(_INSIDE):
        _INSIDE[inside](sheet, x, y + tall, size, glow, dark)
    sheet.line([(x, y), (x, y + tall)], dark, 3)
    sheet.line([(x - size / 2, y + tall * 0.4), (x + size / 2, y + tall * 0.4)], dark, 3)
    sheet.box(x - size / 2 - 4, y + tall, x + size / 2 + 4, y + tall + 5, mix(wall, MIST, 0.4))


def _somebody(sheet: Sheet, x: float, foot: float, size: float, glow: Colour, dark: Colour) -> None:
    sheet.disc(x, foot - size * 0.78, size * 0.15, dark)
    sheet.shape(arc(x, foot, size * 0.3, size * 0.58, 0.5, 1), dark)


def _hanging_lamp(sheet: Sheet, x: float, foot: float, size: float, glow: Colour, dark: Colour) -> None:
    top = foot - size * 1.45
    sheet.line([(x, top), (x, top + size * 0.43)], dark, 3)
    brim = top + size * 0.67
    sheet.shape(
        [
            (x - size * 0.1, top + size * 0.4),
            (x + size * 0.1, top + size * 0.4),
            (x + size * 0.26, brim),
            (x - size * 0.26, brim),
        ],
        BRICK,
    )


def _potted_plant(sheet: Sheet, x: float, foot: float, size: float, glow: Colour, dark: Colour) -> None:
    for i in range(5):
        turn = pi * (0.15 + 0.175 * i)
        tip = (x - cos(turn) * size * 0.3, foot - size * 0.3 - sin(turn) * size * 0.56)
        sheet.stroke([(x, foot - size * 0.3), tip], MOSS, size * 0.16, blunt=0.4)
    rim = foot - size * 0.32
    sheet.shape([(x - size * 0.2, rim), (x + size * 0.2, rim), (x + size * 0.14, foot), (x - size * 0.14, foot)], BRICK)


def _row_of_books(sheet: Sheet, x: float, foot: float, size: float, glow: Colour, dark: Colour) -> None:
    for i, ink in enumerate((BRICK, TEAL, INK, CLAY)):
        left = x + size * (0.2 * i - 0.42)
        sheet.box(left, foot - size * (0.3 + 0.1 * (i % 3)), left + size * 0.15, foot, ink)


def _curtains(sheet: Sheet, x: float, foot: float, size: float, glow: Colour, dark: Colour) -> None:
    top = foot - size * 1.45
    for side in (-1, 1):
        edge = x + side * size / 2
        sheet.shape([(edge, top), (x, top), (x + side * size * 0.3, foot), (edge, foot)], mix(glow, CLAY, 0.5))


_INSIDE = (_somebody, _hanging_lamp, _potted_plant, _row_of_books, _curtains)


def _street_lamp(sheet: Sheet, x: float, foot: float) -> None:
    for i in range(6):
        sheet.disc(x, foot - 268, 40 + 30 * i, AMBER, 0.07)
    sheet.line([(x, foot), (x, foot - 236)], NIGHT, 9)
    sheet.shape([(x - 20, foot - 296), (x + 20, foot - 296), (x + 13, foot - 238), (x - 13, foot - 238)], AMBER)
    sheet.shape([(x - 28, foot - 294), (x + 28, foot - 294), (x, foot - 322)], NIGHT)
    sheet.box(x - 18, foot - 10, x + 18, foot + 4, NIGHT)


def rooftops(sheet: Sheet) -> None:
    """Roofs that step down to the sea, washing out, swifts in."""
    chance = sheet.chance
    sheet.box(-20, -20, 1620, 1020, FOAM)
    sheet.wash(PAPER, 60, 380, 0.9)
    land(sheet, [(x, y + 0.00016 * (x - 1600) ** 2 * 0.5) for x, y in ridge(chance, 250, 30)], mix(LAGOON, SLATE, 0.5), 0.15)
    sea(sheet, 352, 470, LAGOON, (FOAM, TEAL, PAPER), 9)
    for row in range(6):
        x = -60.0 - chance.uniform(0, 80)
        while x < 1620:
            wide = chance.uniform(150, 240) * (0.62 + 0.13 * row)
            y = 420 + 92 * row + chance.uniform(-34, 34)
            _block(sheet, x, y, wide, chance.choice((PAPER, SAND, BLUSH, ROSE, AMBER, MIST, CLAY)), 0.62 + 0.13 * row)
            x += wide + chance.choice((0, 0, 12))
    _washing(sheet, [(330, 600), (860, 640)])
    _washing(sheet, [(960, 742), (1500, 700)])
    for _i in range(11):
        x, y = chance.uniform(150, 1450), chance.uniform(60, 300)
        _swift(sheet, x, y, chance.uniform(26, 54), chance.uniform(-0.5, 0.5))


def _block(sheet: Sheet, x: float, top: float, wide: float, wall: Colour, size: float) -> None:
    chance = sheet.chance
    sheet.cut([(x, top), (x + wide, top), (x + wide, top + 220), (x, top + 220)], wall, (8, -6), 0.2)
    sheet.box(x + wide * 0.7, top, x + wide, top + 220, mix(wall, SLATE, 0.3))
    kind = chance.randrange(3)
    if kind == 0:
        ridge_y = top - 46 * size
        sheet.shape([(x - 8, top + 6), (x + wide * 0.2, ridge_y), (x + wide * 0.84, ridge_y), (x + wide + 8, top + 6)], CLAY)
        for i in range(8):
            share = (i + 0.5) / 8
            sheet.line([(x + wide * (0.2 + 0.64 * share), ridge_y), (x - 8 + (wide + 16) * share, top + 6)], BRICK, 4)
    elif kind == 1:
        sheet.shape(arc(x + wide * 0.36, top, wide * 0.26, wide * 0.24, 0.5, 1), mix(wall, PAPER, 0.6))
        sheet.shape(
            [*arc(x + wide * 0.36, top, wide * 0.26, wide * 0.24, 0.75, 1), (x + wide * 0.36, top)], mix(wall, SLATE, 0.25)
        )
    else:
        sheet.box(x - 3, top - 10, x + wide + 3, top + 5, mix(wall, WALNUT, 0.25))
        sheet.box(x + wide * 0.5, top - 44 * size, x + wide * 0.7, top - 8, mix(wall, WALNUT, 0.2))
    for i in range(3):
        cx = x + wide * (0.14 + 0.21 * i)
        if chance.random() < 0.8:
            sheet.shape(arch(cx, top + 22 * size, top + 66 * size, 12 * size), chance.choice((INK, TEAL, SLATE)))


def _washing(sheet: Sheet, ends: list[Point]) -> None:
    (x0, y0), (x1, y1) = ends
    rope = curve((x0, y0), ((x0 + x1) / 2, (y0 + y1) / 2 + 30), (x1, y1), steps=16)
    for x, y in ends:
        sheet.line([(x, y - 20), (x, y + 90)], WALNUT, 7)
    sheet.line(rope, INK, 3)
    for i, (x, y) in enumerate(rope[3:-3:3]):
        wide, tall = 40, (84, 66, 96, 58)[i % 4]
        sway = 12
        cloth = [
            (x - wide / 2, y),
            (x + wide / 2, y + 2),
            *curve(
                (x + wide / 2 + 4, y + tall / 2),
                (x + wide / 2 + sway, y + tall),
                (x - wide / 2 + sway, y + tall + 4),
                (x - wide / 2 + 3, y + tall / 2),
                steps=4,
            ),
        ]
        sheet.shape([(a + 8, b + 8) for a, b in cloth], NIGHT, 0.2)
        sheet.shape(cloth, (PAPER, CLAY, TEAL, AMBER, PAPER, INK, ROSE)[i % 7])


def _swift(sheet: Sheet, x: float, y: float, span: float, turn: float) -> None:
    def at(*points: Point) -> list[Point]:
        return [(x + (a * cos(turn) - b * sin(turn)) * span, y + (a * sin(turn) + b * cos(turn)) * span) for a, b in points]

    sheet.stroke(at(*curve((-1, 0.34), (-0.5, -0.12), (0, 0), (0.5, -0.12), (1, 0.34), steps=8)), INK, span * 0.26)
    sheet.stroke(at((0, -0.22), (0, 0.14), (0, 0.56)), INK, span * 0.26)
