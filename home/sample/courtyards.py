"""Drawings of walls, and of what is to be seen through them."""

from math import cos, pi, sin, tau

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
    ridge,
)
from home.sample.motifs import arch, boat, cat, gulls, land, path_of_light, sea, sun, tile


def window_on_the_harbour(sheet: Sheet) -> None:
    """Evening in a harbour, seen through a tall arched window with a lemon on its sill."""
    sheet.box(-20, -20, 1620, 1020, AMBER)
    sheet.wash(ROSE, 470, 0, 1)
    sun(sheet, 930, 380, 96, PAPER, PAPER)
    for i, (y, fill) in enumerate(((468, mix(ROSE, LAGOON, 0.5)), (500, mix(LAGOON, SLATE, 0.4)), (532, mix(TEAL, INK, 0.2)))):
        land(sheet, ridge(sheet.chance, y, 44 - 8 * i, busy=1.5 + 0.4 * i), fill, 0.2)
    _harbour_houses(sheet, 500, 566)
    sea(sheet, 566, 900, TEAL, (LAGOON, FOAM, INK), 18)
    path_of_light(sheet, 930, 572, 860, 96, AMBER)
    boat(sheet, 690, 700, 96, BRICK, PAPER)
    boat(sheet, 1040, 628, 52, INK, BLUSH, -1)
    gulls(sheet, [(640, 300, 38), (700, 342, 26), (1080, 250, 24)], INK)
    _wall_round(sheet, arch(800, 156, 850, 400, 0.8))
    _sill(sheet)


def _harbour_houses(sheet: Sheet, x: float, foot: float) -> None:
    for i in range(9):
        wide, tall = sheet.chance.uniform(34, 52), sheet.chance.uniform(50, 116)
        fill = (PAPER, BLUSH, SAND, ROSE, MIST)[i % 5]
        sheet.box(x, foot - tall, x + wide, foot + 4, fill)
        sheet.box(x + wide * 0.72, foot - tall, x + wide, foot + 4, WALNUT, 0.25)
        if i % 3 == 1:
            sheet.shape(arc(x + wide / 2, foot - tall, wide / 2, wide / 2, 0.5, 1), CLAY)
        for row in range(int(tall // 30)):
            sheet.box(x + 10, foot - tall + 12 + 30 * row, x + 20, foot - tall + 28 + 30 * row, SAFFRON if (i + row) % 3 else INK)
        x += wide


def _wall_round(sheet: Sheet, opening: list[Point]) -> None:
    """The room's wall, with the opening cut in it: drawn in two halves, each with its shadow."""
    middle = len(opening) // 2
    for drop in (22, 15, 8):
        sheet.shape([*opening, *[(800 + (x - 800) * (1 - drop / 500), y + drop) for x, y in reversed(opening)]], NIGHT, 0.2)
    for half, edge in ((opening[: middle + 1], -40), (opening[: middle - 1 : -1], 1640)):
        sheet.shape([*half, (800, -40), (edge, -40), (edge, 1040), (half[0][0], 1040)], INK)
    for grow, ink, width in ((0, AMBER, 7), (24, LAGOON, 12), (46, AMBER, 4)):
        sheet.line([(800 + (x - 800) * (1 + grow / 400), y - (850 - y) * grow / 700) for x, y in opening], ink, width)
    inks = ((TEAL, PAPER, CLAY), (PAPER, TEAL, SAFFRON), (SAND, INK, CLAY))
    for column in range(3):
        for row in range(2):
            tile(sheet, 50 + 100 * column, 692 + 100 * row, 100, inks[(column + row) % 3])
            tile(sheet, 1550 - 100 * column, 692 + 100 * row, 100, inks[(column + row) % 3])
    for left, right in ((-20, 312), (1288, 1620)):
        sheet.box(left, 628, right, 640, AMBER)
    sheet.box(302, 640, 312, 850, AMBER)
    sheet.box(1288, 640, 1298, 850, AMBER)


def _sill(sheet: Sheet) -> None:
    sheet.cut([(-20, 838), (1620, 838), (1620, 1020), (-20, 1020)], CLAY, (0, -14), 0.4)
    sheet.box(-20, 838, 1620, 868, mix(CLAY, PAPER, 0.3))
    for left in range(60, 1600, 190):
        sheet.line([(left, 870), (left - 26, 1010)], BRICK, 4)
    _lemon(sheet, 1010, 848, 1)
    _lemon(sheet, 1096, 860, -1)
    sheet.shape(arc(500, 872, 108, 15, 0, 1), NIGHT, 0.35)
    jar = [
        *curve((450, 870), (418, 800), (430, 726), (474, 690), (466, 660), steps=8),
        *curve((534, 660), (526, 690), (570, 726), (582, 800), (550, 870), steps=8),
    ]
    sheet.shape(jar, PAPER)
    sheet.shape(
        [
            *curve((534, 660), (526, 690), (570, 726), (582, 800), (550, 870), steps=8),
            *curve((520, 870), (544, 800), (530, 726), (506, 690), steps=8),
        ],
        SAND,
    )
    for height in (742, 776, 810):
        sheet.line(
            curve((426 + abs(height - 776) * 0.1, height), (500, height + 12), (576 - abs(height - 776) * 0.1, height), steps=8),
            TEAL,
            8,
        )
    for i, (dx, dy) in enumerate(((-130, -250), (-70, -330), (0, -370), (80, -320), (140, -230))):
        stem = curve((500, 668), (500 + dx * 0.35, 668 + dy * 0.55), (500 + dx, 668 + dy), steps=10)
        sheet.line(stem, MOSS, 5)
        for j in range(3, len(stem) - 1, 3):
            x, y = stem[j]
            for side in (-1, 1):
                sheet.stroke(
                    curve((x, y), (x + side * 26, y - 22), (x + side * 40 + dx * 0.1, y - 44), steps=6),
                    OLIVE if (i + j) % 2 else MOSS,
                    20,
                )


def _lemon(sheet: Sheet, x: float, y: float, facing: int) -> None:
    sheet.oval(x + 10, y + 22, 54, 9, NIGHT, 0.35)
    body = [
        (x - 52, y - 4),
        *curve((x - 40, y - 18), (x, y - 34), (x + 40, y - 20), steps=8),
        (x + 58, y - 2),
        *curve((x + 40, y + 18), (x, y + 28), (x - 40, y + 16), steps=8),
    ]
    sheet.shape(body, SAFFRON)
    sheet.stroke(curve((x - 34, y - 10), (x, y - 22), (x + 34, y - 14), steps=8), PAPER, 9, 0.75)
    tip = x + facing * 50
    sheet.stroke(curve((tip, y - 4), (tip + facing * 22, y - 34), (tip + facing * 60, y - 40), steps=6), MOSS, 22)


def two_doors(sheet: Sheet) -> None:
    """Two doors in one wall, unlike in everything but the keyhole."""
    chance = sheet.chance
    sheet.box(-20, -20, 800, 1020, CLAY)
    sheet.box(800, -20, 1620, 1020, LAGOON)
    for _ in range(90):
        x, y = chance.uniform(0, 1600), chance.uniform(0, 640)
        wall = CLAY if x < 790 else LAGOON
        sheet.stroke(
            [(x, y), (x + chance.uniform(30, 110), y + chance.uniform(-5, 5))],
            mix(wall, PAPER if chance.random() < 0.5 else NIGHT, 0.12),
            9,
        )
    inks = ((TEAL, PAPER, SAFFRON), (PAPER, TEAL, CLAY), (SAND, INK, CLAY), (INK, SAND, ROSE))
    for column in range(20):
        for row in range(3):
            tile(sheet, 40 + 80 * column, 660 + 80 * row, 80, inks[(column + row) % 2 + 2 * (column > 9)])
    sheet.box(-20, 612, 1620, 622, PAPER)
    sheet.box(-20, 860, 1620, 910, PAPER)
    sheet.box(790, -20, 810, 860, PAPER)
    _door(sheet, 410, (TEAL, INK, PAPER), 1.0)
    _door(sheet, 1190, (SAFFRON, CLAY, INK), 0.0)
    sheet.cut([(-20, 900), (1620, 900), (1620, 1020), (-20, 1020)], SAND, (0, -10), 0.35)
    for x in range(-20, 1620, 133):
        sheet.line([(x, 902), (x - 30, 1012)], mix(SAND, WALNUT, 0.4), 4)
    _shade(sheet)
    _pot(sheet, 700, 902, 1.0)
    _pot(sheet, 912, 902, 0.8)
    cat(sheet, 1440, 906, 0.95, INK)


def _door(sheet: Sheet, x: float, inks: tuple[Colour, Colour, Colour], pointed: float) -> None:
    leaf, panel, trim = inks
    sheet.cut(arch(x, 150, 905, 236, pointed), PAPER, (16, 8), 0.4)
    sheet.shape(arch(x, 184, 905, 204, pointed), mix(panel, NIGHT, 0.4))
    sheet.shape(arch(x, 204, 905, 186, pointed), leaf)
    for i in range(11):
        a = pi + pi * (i + 0.5) / 11
        sheet.stroke([(x + 60 * cos(a), 400 + 60 * sin(a)), (x + 166 * cos(a), 400 + 160 * sin(a))], trim, 20, 0.9)
    sheet.shape(arc(x, 400, 46, 46, 0.5, 1), trim)
    sheet.box(x - 186, 408, x + 186, 424, trim)
    for side in (-1, 1):
        middle = x + side * 93
        for top, bottom in ((452, 640), (668, 872)):
            sheet.box(middle - 66, top, middle + 66, bottom, panel)
            sheet.box(middle - 54, top + 12, middle + 54, bottom - 12, mix(leaf, panel, 0.35))
            y = (top + bottom) / 2
            sheet.shape([(middle, y - 62), (middle + 36, y), (middle, y + 62), (middle - 36, y)], trim if pointed else panel)
            sheet.shape([(middle, y - 36), (middle + 20, y), (middle, y + 36), (middle - 20, y)], leaf)
    sheet.line([(x, 424), (x, 905)], mix(panel, NIGHT, 0.5), 5)
    sheet.disc(x + 22, 650, 15, AMBER)
    sheet.disc(x + 22, 648, 6, NIGHT)
    sheet.shape([(x + 18, 650), (x + 26, 650), (x + 29, 664), (x + 15, 664)], NIGHT)
    for side in (-1, 1):
        sheet.ring(x + side * 34, 560, 17, 22, AMBER, 6)


def _shade(sheet: Sheet) -> None:
    """The shadow of a tree that stands on our side of the street."""
    chance = sheet.chance
    for _ in range(150):
        x, y = chance.gauss(250, 210), chance.gauss(170, 130)
        turn = chance.uniform(0, tau)
        long = chance.uniform(30, 62)
        sheet.stroke(
            [(x, y), (x + long * cos(turn) / 2, y + long * sin(turn) / 2), (x + long * cos(turn), y + long * sin(turn))],
            NIGHT,
            24,
            0.2,
        )
    for tip in ((480, 60), (330, 330), (120, 260)):
        sheet.stroke(curve((-40, -20), (160, 110), tip, steps=10), NIGHT, 22, 0.2, blunt=1)


def _pot(sheet: Sheet, x: float, foot: float, size: float) -> None:
    sheet.oval(x + 14 * size, foot + 2, 70 * size, 10, NIGHT, 0.3)
    for i in range(9):
        a = pi * (0.1 + 0.1 * i)
        tip = (x - cos(a) * 120 * size, foot - 110 * size - sin(a) * 190 * size)
        sheet.stroke(
            curve((x, foot - 100 * size), (x - cos(a) * 40 * size, foot - 220 * size), tip, steps=8),
            OLIVE if i % 2 else MOSS,
            30 * size,
        )
    sheet.shape(
        [
            (x - 58 * size, foot - 116 * size),
            (x + 58 * size, foot - 116 * size),
            (x + 40 * size, foot + 4),
            (x - 40 * size, foot + 4),
        ],
        BRICK,
    )
    sheet.shape(
        [
            (x + 14 * size, foot - 116 * size),
            (x + 58 * size, foot - 116 * size),
            (x + 40 * size, foot + 4),
            (x + 10 * size, foot + 4),
        ],
        mix(BRICK, NIGHT, 0.3),
    )
    sheet.box(x - 66 * size, foot - 128 * size, x + 66 * size, foot - 104 * size, mix(BRICK, CLAY, 0.5))


def courtyard(sheet: Sheet) -> None:
    """A tiled courtyard at noon: an arcade, a fountain, lemon trees, one hard edge of shade."""
    sheet.box(-20, -20, 1620, 1020, PAPER)
    sheet.box(-20, -20, 1620, 96, mix(FOAM, LAGOON, 0.4))
    sheet.box(-20, 90, 1620, 640, BLUSH)
    sheet.box(-20, 84, 1620, 108, CLAY)
    for x in range(0, 1600, 50):
        sheet.shape(arc(x + 25, 84, 25, 16, 0.5, 1), BRICK)
    for i in range(5):
        _arcade_bay(sheet, 160 + 320 * i)
    inks = ((PAPER, TEAL, CLAY), (LAGOON, PAPER, SAFFRON))
    for column in range(20):
        tile(sheet, 40 + 80 * column, 600, 80, inks[column % 2])
    sheet.box(-20, 636, 1620, 650, PAPER)
    _floor(sheet)
    _shadow_edge(sheet)
    for x, y, size in ((250, 800, 1.0), (1370, 790, 1.0)):
        _lemon_tree(sheet, x, y, size)
    _fountain(sheet, 800, 800)
    gulls(sheet, [(560, 46, 26), (620, 62, 18)], INK)


def _arcade_bay(sheet: Sheet, x: float) -> None:
    sheet.shape(arch(x, 196, 600, 132, 0.9), PAPER)
    sheet.shape(arch(x, 214, 600, 112, 0.9), mix(INK, TEAL, 0.35))
    sheet.shape(arch(x + 22, 320, 600, 58, 0.9), NIGHT)
    sheet.shape(arch(x + 22, 336, 600, 46, 0.9), mix(TEAL, SAFFRON, 0.12) if round(x) % 640 == 160 else mix(SAFFRON, CLAY, 0.4))
    for dx in (-160, 160):
        sheet.box(x + dx - 13, 340, x + dx + 13, 600, PAPER)
        sheet.box(x + dx + 3, 340, x + dx + 13, 600, SAND)
        sheet.shape([(x + dx - 30, 318), (x + dx + 30, 318), (x + dx + 13, 346), (x + dx - 13, 346)], SAND)
    for i in range(9):
        sheet.disc(x - 128 + 32 * i, 146, 8, (CLAY, TEAL)[i % 2])
    sheet.line([(x, 190), (x, 258)], NIGHT, 3)
    sheet.shape([(x - 16, 258), (x + 16, 258), (x + 22, 286), (x, 304), (x - 22, 286)], AMBER)


def _floor(sheet: Sheet) -> None:
    """Chequered star tiles in perspective, row by row."""

    def at(u: float, v: float) -> Point:
        depth = 1 / (1 - 0.62 * v)
        return 800 + (u - 0.5) * 1900 * depth * 0.9, 650 + 350 * (depth - 1) / (1 / 0.38 - 1)

    rows, columns = 8, 16
    for row in range(rows):
        for column in range(columns):
            u0, u1, v0, v1 = column / columns, (column + 1) / columns, row / rows, (row + 1) / rows
            dark = (row + column) % 2
            sheet.shape([at(u0, v0), at(u1, v0), at(u1, v1), at(u0, v1)], mix(SAND, CLAY, 0.5) if dark else SAND)
            star = []
            for i in range(16):
                reach = 0.43 if i % 2 == 0 else 0.26
                star.append(
                    at((u0 + u1) / 2 + reach / columns * cos(tau * i / 16), (v0 + v1) / 2 + reach / rows * sin(tau * i / 16))
                )
            sheet.shape(star, PAPER if dark else TEAL)


def _shadow_edge(sheet: Sheet) -> None:
    sheet.shape([(-20, 90), (330, 90), (560, 650), (430, 1020), (-20, 1020)], NIGHT, 0.34)


def _lemon_tree(sheet: Sheet, x: float, foot: float, size: float) -> None:
    chance = sheet.chance
    sheet.oval(x + 60, foot + 60, 130, 20, NIGHT, 0.3)
    sheet.shape([(x - 74, foot - 60), (x + 74, foot - 60), (x + 52, foot + 66), (x - 52, foot + 66)], CLAY)
    sheet.shape([(x + 20, foot - 60), (x + 74, foot - 60), (x + 52, foot + 66), (x + 14, foot + 66)], BRICK)
    sheet.box(x - 84, foot - 78, x + 84, foot - 52, mix(CLAY, PAPER, 0.2))
    sheet.stroke(curve((x + 2, foot - 66), (x - 8, foot - 170), (x + 6, foot - 290), steps=8), WALNUT, 30, blunt=1)
    sheet.disc(x, foot - 326, 118 * size, mix(MOSS, NIGHT, 0.35))
    for i in range(190):
        a, reach = chance.uniform(0, tau), chance.uniform(0, 1) ** 0.5
        cx, cy = x + cos(a) * reach * 150 * size, foot - 330 + sin(a) * reach * 140 * size
        turn = a + chance.uniform(-0.7, 0.7)
        fill = mix(MOSS, NIGHT, 0.25) if i < 60 else (MOSS, OLIVE, mix(OLIVE, AMBER, 0.25))[i % 3]
        sheet.stroke([(cx, cy), (cx + 24 * cos(turn), cy + 24 * sin(turn)), (cx + 50 * cos(turn), cy + 50 * sin(turn))], fill, 25)
    for i in range(11):
        a = tau * i / 11 + 0.3
        reach = (62, 112, 92)[i % 3]
        cx, cy = x + cos(a) * reach, foot - 326 + sin(a) * reach
        sheet.oval(cx, cy, 15, 18, SAFFRON)
        sheet.oval(cx - 4, cy - 5, 5, 6, PAPER, 0.8)


def _fountain(sheet: Sheet, x: float, y: float) -> None:
    sheet.oval(x + 40, y + 84, 290, 52, NIGHT, 0.28)
    sheet.shape([*arc(x, y + 20, 250, 60, 0, 0.5), *arc(x, y + 66, 236, 62, 0.5, 0)], mix(LAGOON, INK, 0.3))
    for i in range(13):
        a = pi * (i + 0.5) / 13
        sheet.disc(x + 244 * cos(a), y + 46 + 58 * sin(a), 9, AMBER)
    sheet.oval(x, y + 16, 256, 62, PAPER)
    sheet.oval(x, y + 18, 228, 50, TEAL)
    for i in range(4):
        sheet.ring(x, y + 20, 60 + 44 * i, 12 + 10 * i, FOAM, 4)
    sheet.shape([(x - 24, y + 22), (x + 24, y + 22), (x + 15, y - 110), (x - 15, y - 110)], PAPER)
    sheet.shape([(x + 4, y + 22), (x + 24, y + 22), (x + 15, y - 110), (x + 3, y - 110)], SAND)
    sheet.shape([*arc(x, y - 130, 104, 46, 0, 0.5), *arc(x, y - 130, 104, 16, 0.5, 0)], PAPER)
    sheet.oval(x, y - 130, 104, 18, SAND)
    sheet.oval(x, y - 130, 90, 13, LAGOON)
    for i in range(9):
        side = (i - 4) / 4
        jet = curve(
            (x, y - 150), (x + 60 * side, y - 262 + 66 * abs(side)), (x + 150 * side, y - 60), (x + 178 * side, y + 12), steps=8
        )
        sheet.stroke(jet, PAPER if i % 2 else MIST, 9, 0.95)
