"""Drawings that look straight down: charts, salt pans, a quay."""

from array import array
from collections.abc import Callable, Sequence
from math import cos, exp, pi, sin, tau
from random import Random

from PIL import Image, ImageChops

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

Place = Callable[[float, float], Point]


def contours(sheet: Sheet) -> None:
    """An island as a chart has it: heights, depths, and one dotted crossing."""
    across, down = 96, 60
    chance = sheet.chance
    hills = [
        (0.40, 0.47, 0.17, 1.0),
        (0.55, 0.38, 0.12, 0.8),
        (0.64, 0.58, 0.13, 0.62),
        (0.30, 0.64, 0.10, 0.42),
        (0.86, 0.22, 0.07, 0.52),
        (0.13, 0.25, 0.055, 0.4),
        (0.80, 0.83, 0.05, 0.38),
    ]
    ripples = [_ripple(chance, busy) for busy in (5, 7, 10, 14, 19, 26, 35, 47, 62, 80)]
    heights = array("f")
    for row in range(down):
        v = row / down
        for column in range(across):
            u = column / across
            land_here = sum(h * exp(-(((u - x) * 1.6) ** 2 + (v - y) ** 2) / (2 * w * w)) for x, y, w, h in hills)
            heights.append(land_here + sum(a * sin(f * u + g * v + p) for f, g, p, a in ripples))
    field = Image.frombytes("F", (across, down), heights.tobytes()).resize(sheet.image.size, Image.Resampling.BICUBIC)
    _print_bands(sheet, field)
    _chart_furniture(sheet)


def _ripple(chance: Random, busy: float) -> tuple[float, float, float, float]:
    turn = chance.uniform(0, tau)
    return busy * 1.6 * cos(turn), busy * sin(turn), chance.uniform(0, tau), 0.30 / busy**0.75


def _print_bands(sheet: Sheet, field: Image.Image) -> None:
    step, shore = 0.095, 5
    bands = field.point(lambda v: v * (1 / step) + 2.4).convert("L")
    tints = [INK, mix(INK, TEAL, 0.5), TEAL, LAGOON, FOAM, SAND, PAPER, BLUSH, mix(BLUSH, AMBER, 0.5), AMBER]
    tints += [mix(AMBER, SAFFRON, 0.6), SAFFRON, mix(SAFFRON, CLAY, 0.4), mix(SAFFRON, CLAY, 0.8), CLAY, BRICK]
    palette = [part for i in range(256) for part in tints[min(i, len(tints) - 1)]]
    coloured = bands.convert("P")
    coloured.putpalette(palette)
    sheet.image.paste(coloured.convert("RGB"))
    for shift, low, ink in ((2, 0, SLATE), (2, shore, BRICK), (5, -1, NIGHT)):
        moved = ImageChops.offset(bands, shift, shift)
        edge = ImageChops.difference(bands, moved).point([0] + [255] * 255)
        if low == -1:
            over = bands.point([255 if i >= shore else 0 for i in range(256)])
            edge = ImageChops.difference(over, ImageChops.offset(over, shift, shift))
        else:
            edge = ImageChops.multiply(edge, bands.point([255 if (i >= shore) == (low == shore) else 0 for i in range(256)]))
        sheet.image.paste(ink, (0, 0), edge)


def _chart_furniture(sheet: Sheet) -> None:
    crossing = curve((318, 196), (440, 110), (680, 84), (930, 112), (1080, 118), (1190, 172), steps=16)
    for i in range(0, len(crossing) - 1, 2):
        sheet.line(crossing[i : i + 2], PAPER, 5)
    for x, y in (crossing[0], crossing[-1]):
        sheet.disc(x, y, 12, PAPER)
        sheet.disc(x, y, 7, BRICK)
    compass(sheet, 1380, 560, 132, PAPER, INK, SAFFRON)
    for inset, width in ((22, 4), (34, 10)):
        sheet.line(
            [(inset, inset), (1600 - inset, inset), (1600 - inset, 1000 - inset), (inset, 1000 - inset), (inset, inset)],
            PAPER,
            width,
        )
    for i in range(48):
        if i % 2:
            sheet.box(34 + i * 31.9, 29, 34 + (i + 1) * 31.9, 39, INK)
            sheet.box(34 + i * 31.9, 961, 34 + (i + 1) * 31.9, 971, INK)


def compass(sheet: Sheet, x: float, y: float, radius: float, pale: Colour, dark: Colour, gold: Colour) -> None:
    """A compass rose of sixteen points."""
    sheet.ring(x, y, radius * 0.74, radius * 0.74, pale, 3)
    sheet.ring(x, y, radius * 0.66, radius * 0.66, pale, 2)
    for order, (reach, width) in ((2, (0.58, 0.16)), (1, (0.78, 0.2)), (0, (1.1, 0.24))):
        for i in range(16):
            if (i % 4 == 0, i % 4 == 2, i % 2 == 1)[order]:
                a = tau * i / 16
                tip = (x + radius * reach * sin(a), y - radius * reach * cos(a))
                for side, fill in ((1, dark if order < 2 else gold), (-1, pale)):
                    b = a + side * pi / 8
                    sheet.shape([(x, y), (x + radius * width * sin(b), y - radius * width * cos(b)), tip], fill)
    sheet.disc(x, y, radius * 0.09, gold)


def salt_pans(sheet: Sheet) -> None:
    """Salt pans from above: each basin at its own stage between sea and salt."""
    chance = sheet.chance
    sheet.box(-20, -20, 1620, 1020, SAND)
    stages = (TEAL, LAGOON, FOAM, MIST, BLUSH, ROSE, mix(ROSE, CLAY, 0.5), CLAY, PAPER, PAPER)

    def at(u: float, v: float) -> Point:
        bend = 26 * sin(v / 300 + 0.6)
        return u + 0.24 * v - 260 + bend, v - 0.1 * u + 60 + 14 * sin(u / 330)

    v = -60.0
    while v < 1220:
        tall = chance.choice((92, 118, 150))
        u = chance.uniform(-160, -40)
        while u < 1760:
            wide = chance.choice((90, 130, 180, 230))
            wet = max(0.0, min(0.999, (u + 0.55 * v) / 2300 + chance.uniform(-0.2, 0.2)))
            _basin(sheet, at, (u, v, u + wide - 11, v + tall - 11), stages[int(wet * len(stages))])
            u += wide
        v += tall
    channel = curve((-60, 300), (330, 420), (560, 380), (860, 610), (1180, 640), (1660, 900), steps=14)
    sheet.line(channel, SAND, 74)
    sheet.line(channel, PAPER, 58)
    sheet.line(channel, TEAL, 42)
    for i in range(0, len(channel) - 9, 7):
        sheet.stroke(channel[i : i + 6], FOAM, 7, 0.8)
    for x, y in ((470, 486), (705, 560), (1010, 720), (1235, 560)):
        _rake(sheet, x, y)


def _basin(sheet: Sheet, at: Place, corners: tuple[float, float, float, float], fill: Colour) -> None:
    """One pan: its bank, its brine with a paler edge, and, when it is dry, rows of raked salt."""
    chance = sheet.chance
    left, top, right, bottom = corners
    nudge = [chance.uniform(-5, 5) for _ in range(4)]
    outline = [(left + nudge[0], top), (right, top + nudge[1]), (right + nudge[2], bottom), (left, bottom + nudge[3])]
    sheet.shape([at(u + 3, v + 5) for u, v in outline], WALNUT, 0.35)
    sheet.shape([at(u, v) for u, v in outline], fill)
    if fill == PAPER:
        for column in range(round(left) + 26, round(right) - 14, 34):
            for row in range(round(top) + 24, round(bottom) - 12, 34):
                x, y = at(column, row)
                sheet.oval(x + 6, y + 6, 11, 8, SLATE, 0.55)
                sheet.shape([(x - 10, y + 5), (x, y - 10), (x + 10, y + 5), (x, y + 9)], (255, 252, 245))
        return
    inset = [at(u + (9 if u < (left + right) / 2 else -9), v + (9 if v < (top + bottom) / 2 else -9)) for u, v in outline]
    sheet.line([*inset, inset[0]], mix(fill, PAPER, 0.4), 3)
    for _ in range(round((right - left) / 34)):
        u, v = chance.uniform(left + 20, right - 60), chance.uniform(top + 18, bottom - 14)
        sheet.stroke([at(u, v), at(u + 18, v + 1), at(u + 40, v)], mix(fill, PAPER, 0.55), 5)


def _rake(sheet: Sheet, x: float, y: float) -> None:
    """A salt worker under a straw hat, with a rake and a long morning shadow."""
    sheet.stroke([(x, y), (x + 60, y + 34), (x + 118, y + 62)], NIGHT, 24, 0.3, blunt=1)
    sheet.line([(x - 4, y + 2), (x - 66, y - 30)], WALNUT, 5)
    sheet.line([(x - 74, y - 14), (x - 58, y - 46)], WALNUT, 6)
    sheet.oval(x, y, 20, 15, INK)
    sheet.disc(x + 1, y - 4, 14, SAFFRON)
    sheet.disc(x + 1, y - 5, 6, AMBER)


def cut_out_islands(sheet: Sheet) -> None:
    """A chart from which somebody has cut out every island with scissors. The islands lie to one side."""
    chance = sheet.chance
    sheet.box(-20, -20, 1620, 1020, WALNUT)
    for i in range(70):
        y = i * 15 + chance.uniform(-4, 4)
        grain = [(x, y + 7 * sin(x / 240 + i * 0.35)) for x in range(-40, 1700, 60)]
        sheet.stroke(grain, mix(WALNUT, NIGHT if i % 2 else CLAY, 0.28), chance.uniform(2, 7), 0.8)
    page = [(70, 96), (1090, 50), (1128, 930), (96, 962)]
    sheet.cut(page, PAPER, (14, 16), 0.5)
    water = [(108, 132), (1056, 90), (1090, 894), (132, 924)]
    sheet.shape(water, LAGOON)
    _rhumbs(sheet, water)
    holes = (
        (320, 300, 118, 84),
        (640, 272, 80, 92),
        (866, 424, 112, 90),
        (450, 560, 150, 104),
        (780, 700, 112, 74),
        (260, 780, 78, 62),
    )
    for i, (x, y, rx, ry) in enumerate(holes):
        coast = _coast(chance, x, y, rx, ry)
        for ring in (3, 2, 1):
            swell = 1 + 0.1 * ring
            halo = [(x + (a - x) * swell, y + (b - y) * swell) for a, b in coast]
            sheet.line([*halo, halo[0]], mix(FOAM, LAGOON, 0.22 * ring), 3)
        _hole(sheet, coast)
        place = ((1310, 170), (1450, 330), (1270, 400), (1440, 560), (1260, 640), (1505, 770))[i]
        _piece(sheet, [(a - x, b - y) for a, b in coast], place, 0.5 + i * 1.1)
    _scissors(sheet, 1240, 812, -0.5)


def _rhumbs(sheet: Sheet, water: Sequence[Point]) -> None:
    """The lines a chart is ruled with: from one centre to every side."""
    x, y = 600, 470
    for i in range(32):
        a = tau * i / 32
        reach = min(
            abs((1062 if cos(a) > 0 else 134) - x) / max(abs(cos(a)), 0.01),
            abs((898 if sin(a) > 0 else 124) - y) / max(abs(sin(a)), 0.01),
        )
        sheet.line([(x, y), (x + reach * cos(a), y + reach * sin(a))], mix(LAGOON, INK if i % 4 else BRICK, 0.5), 2)
    sheet.line([*water, water[0]], INK, 4)
    inner = [(x + (a - x) * 0.975, y + (b - y) * 0.975) for a, b in water]
    sheet.line([*inner, inner[0]], INK, 2)
    compass(sheet, x, y, 74, PAPER, INK, SAFFRON)


def _coast(chance: Random, x: float, y: float, rx: float, ry: float) -> list[Point]:
    waves = [(n, chance.uniform(0, tau), 0.5 / n) for n in (2, 3, 5, 8, 13, 21)]
    points = []
    for i in range(140):
        a = tau * i / 140
        reach = 1 + 0.55 * sum(s * sin(n * a + p) for n, p, s in waves)
        points.append((x + rx * reach * cos(a), y + ry * reach * sin(a)))
    return points


def _hole(sheet: Sheet, coast: list[Point]) -> None:
    """A hole in the sheet: the table below, darkest under the near edge."""
    sheet.shape(coast, WALNUT)
    for i, (ax, ay) in enumerate(coast):
        bx, by = coast[(i + 1) % len(coast)]
        if (bx - ax) - (by - ay) > 0:
            for depth in (22, 14, 7):
                sheet.shape([(ax, ay), (bx, by), (bx + depth, by + depth), (ax + depth, ay + depth)], NIGHT, 0.4)
    sheet.line([*coast, coast[0]], PAPER, 4)


def _piece(sheet: Sheet, coast: list[Point], place: Point, turn: float) -> None:
    """An island, cut free, lying where it was dropped."""

    def laid(size: float) -> list[Point]:
        c, s = cos(turn) * size, sin(turn) * size
        return [(place[0] + a * c - b * s, place[1] + a * s + b * c) for a, b in coast]

    sheet.cut(laid(0.92), SAND, (9, 11), 0.55)
    for size, fill in ((0.72, PAPER), (0.5, BLUSH), (0.28, SAFFRON)):
        sheet.shape(laid(size), fill)
        sheet.line([*laid(size), laid(size)[0]], BRICK, 2)
    x, y = place
    for i in range(3):
        sheet.shape([(x - 18 + 16 * i, y + 4), (x - 10 + 16 * i, y - 14), (x - 2 + 16 * i, y + 4)], OLIVE)


def _scissors(sheet: Sheet, x: float, y: float, turn: float) -> None:
    def at(*points: Point) -> list[Point]:
        c, s = cos(turn), sin(turn)
        return [(x + a * c - b * s, y + a * s + b * c) for a, b in points]

    for side in (1, -1):
        blade = [(0, -10 * side), (-20, 8 * side), (-250, 66 * side), (-262, 60 * side), (-60, -10 * side)]
        sheet.cut(at(*blade), MIST if side > 0 else FOAM, (8, 10), 0.4)
        handle = at(*curve((-6, 2 * side), (70, -26 * side), (120, -40 * side), steps=8))
        for ink, width, drop in ((mix(WALNUT, NIGHT, 0.6), 26, 9), (CLAY, 26, 0)):
            sheet.line([(a + drop, b + drop) for a, b in handle], ink, width)
            ring = [(176 + 62 * cos(tau * i / 48), -58 * side + 44 * sin(tau * i / 48)) for i in range(50)]
            sheet.line([(a + drop, b + drop) for a, b in at(*ring)], ink, width)
    sheet.disc(*at((-20, 0))[0], 10, SAFFRON)
    sheet.disc(*at((-20, 0))[0], 4, NIGHT)


def moored_boats(sheet: Sheet) -> None:
    """A quay from above: boats side by side, noses to the stone, each on its own rope."""
    chance = sheet.chance
    sheet.box(-20, -20, 1620, 1020, TEAL)
    sheet.wash(INK, 300, 1000, 0.8)
    for _ in range(240):
        x, y = chance.uniform(-60, 1600), chance.uniform(180, 1000)
        long = chance.uniform(30, 120)
        sheet.stroke(
            curve((x, y), (x + long / 2, y + chance.uniform(-12, 12)), (x + long, y), steps=6),
            chance.choice((LAGOON, SLATE, FOAM)),
            5,
            0.5,
        )
    sheet.cut([(-20, -20), (1620, -20), (1620, 150), (-20, 196)], SAND, (0, 26), 0.5)
    for row in range(4):
        y = 12 + 44 * row
        for column in range(-1, 24):
            x = column * 72 + 36 * (row % 2)
            tilt = -0.029 * x
            fill = mix(SAND, chance.choice((PAPER, ROSE, SLATE, WALNUT)), chance.uniform(0.05, 0.3))
            sheet.shape([(x + 3, y + 3 + tilt), (x + 69, y + 1 + tilt), (x + 69, y + 40 + tilt), (x + 3, y + 42 + tilt)], fill)
    paints = (CLAY, PAPER, SAFFRON, LAGOON, BRICK, BLUSH, OLIVE, FOAM, CLAY, AMBER, PAPER)
    for i, paint in enumerate(paints):
        x = 78 + 146 * i
        long = chance.uniform(300, 390)
        y = 262 - 0.029 * x + chance.uniform(0, 26)
        for side in (-1, 1):
            sheet.line(
                curve((x + side * 16, y + 12), (x + side * 28, y - 36), (x + side * 40, 176 - 0.029 * x), steps=8), PAPER, 4
            )
            sheet.disc(x + side * 40, 172 - 0.029 * x, 9, INK)
        _hull(sheet, x, y, 54, long, chance.uniform(-0.05, 0.05), paint)
    for x, y, paint, turn in ((470, 668, SAFFRON, 1.1), (1150, 700, CLAY, -1.25)):
        _hull(sheet, x, y, 50, 300, turn, paint)
        for side in (-1, 1):
            blade = [(x, y + 150), (x + 30 * turn, y + 150 + side * 128)]
            sheet.line(blade, SAND, 7)
            sheet.oval(*blade[1], 12, 20, SAND)


def _hull(sheet: Sheet, x: float, y: float, half: float, long: float, turn: float, paint: Colour) -> None:
    def at(points: list[Point], size: float = 1.0) -> list[Point]:
        c, s = cos(turn), sin(turn)
        return [
            (x + a * size * c - (b - long / 2) * size * s, y + long / 2 + a * size * s + (b - long / 2) * size * c)
            for a, b in points
        ]

    side = curve((0, 0), (half * 0.72, long * 0.24), (half, long * 0.6), (half * 0.74, long), steps=10)
    outline = [*side, *[(-a, b) for a, b in reversed(side)]]
    sheet.cut(at(outline), paint, (14, 18), 0.45)
    sheet.shape(at(outline, 0.86), mix(paint, NIGHT, 0.35))
    sheet.shape(at(outline, 0.8), mix(WALNUT, SAND, 0.45))
    for i in range(-2, 3):
        sheet.line(at([(i * half * 0.26, long * 0.16 + abs(i) * 14), (i * half * 0.26, long * 0.9)]), mix(WALNUT, SAND, 0.2), 3)
    for share in (0.36, 0.6, 0.82):
        reach = half * (0.62, 0.78, 0.7)[int(share * 3.5) - 1]
        sheet.shape(
            at([(-reach, long * share), (reach, long * share), (reach, long * share + 24), (-reach, long * share + 24)]), PAPER
        )
    sheet.shape(at([*arc(0, long * 0.2, half * 0.42, long * 0.1, 0, 1, 24)]), mix(paint, PAPER, 0.35))
