"""Drawings of the sea and what stands in it."""

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
    NIGHT,
    PAPER,
    ROSE,
    SAFFRON,
    SAND,
    SLATE,
    TEAL,
    Colour,
    Point,
    Sheet,
    arc,
    curve,
    mix,
    ridge,
)
from home.sample.motifs import boat, gulls, land, path_of_light, sea, sun


def evening_ferry(sheet: Sheet) -> None:
    """A ferry, all its windows lit, crosses a very large sun."""
    sheet.box(-20, -20, 1620, 1020, BLUSH)
    sheet.wash(CLAY, 60, 640, 0.75)
    for i, y in enumerate((120, 176, 250, 330, 404)):
        x = (140, 900, 40, 1080, 260)[i]
        sheet.stroke(curve((x, y), (x + 180, y - 12), (x + 460, y + 2), steps=8), PAPER, 16, 0.5)
    sun(sheet, 980, 470, 250, SAFFRON, AMBER)
    land(sheet, ridge(sheet.chance, 575, 40, busy=1.4), mix(ROSE, SLATE, 0.45), 0.15)
    land(sheet, ridge(sheet.chance, 606, 22, busy=2), mix(ROSE, SLATE, 0.75), 0.15)
    sea(sheet, 630, 1000, INK, (SLATE, TEAL, mix(INK, ROSE, 0.4)))
    path_of_light(sheet, 980, 640, 1000, 190, SAFFRON)
    _ferry(sheet, 500, 690)
    gulls(sheet, [(430, 250, 46), (540, 310, 32), (350, 214, 26), (690, 206, 22)], INK)


def _ferry(sheet: Sheet, x: float, y: float) -> None:
    for i in range(9):
        length = 250 - 18 * i
        sheet.stroke(
            [(x + 330 - length, y + 18 + 13 * i), (x + 330, y + 22 + 13 * i), (x + 330 + length, y + 18 + 13 * i)],
            NIGHT,
            11,
            0.75,
        )
    hull = curve((x - 30, y - 62), (x + 300, y - 50), (x + 690, y - 84), steps=8)
    sheet.shape([*hull, (x + 640, y + 22), (x + 20, y + 22)], NIGHT)
    sheet.shape([(x - 4, y - 22), (x + 664, y - 34), (x + 656, y - 20), (x + 2, y - 8)], CLAY)
    sheet.box(x + 30, y - 118, x + 560, y - 52, PAPER)
    sheet.box(x + 90, y - 168, x + 500, y - 118, PAPER)
    sheet.shape([(x + 396, y - 212), (x + 500, y - 212), (x + 520, y - 168), (x + 396, y - 168)], PAPER)
    sheet.shape([(x + 196, y - 256), (x + 270, y - 256), (x + 284, y - 168), (x + 196, y - 168)], CLAY)
    sheet.box(x + 196, y - 240, x + 274, y - 222, NIGHT)
    for i in range(15):
        lit = sheet.chance.random() < 0.8
        sheet.box(x + 48 + 34 * i, y - 104, x + 70 + 34 * i, y - 78, SAFFRON if lit else SLATE)
    for i in range(11):
        sheet.disc(x + 118 + 36 * i, y - 143, 10, SAFFRON if i % 4 else SLATE)
    sheet.box(x + 410, y - 202, x + 508, y - 184, INK)
    sheet.line([(x + 330, y - 168), (x + 330, y - 300)], NIGHT, 5)
    sheet.line([(x + 330, y - 296), (x + 640, y - 88)], NIGHT, 2)
    sheet.line([(x + 330, y - 296), (x - 10, y - 64)], NIGHT, 2)
    for i in range(9):
        sheet.disc(x + 364 + 30 * i, y - 270 + 21 * i, 4, AMBER)
    smoke = curve((x + 236, y - 262), (x + 170, y - 310), (x + 60, y - 300), (x - 60, y - 350), (x - 230, y - 334), steps=10)
    sheet.stroke(smoke, INK, 34, 0.55)


def fog_bell(sheet: Sheet) -> None:
    """A bell buoy rings in fog; the headlands go one after the other."""
    chance = sheet.chance
    sheet.box(-20, -20, 1620, 1020, MIST)
    sheet.wash(FOAM, 700, 0, 0.7)
    sheet.disc(1180, 220, 92, PAPER, 0.9)
    layers = ((380, 90, mix(MIST, LAGOON, 0.26)), (460, 80, mix(MIST, TEAL, 0.4)), (540, 70, mix(MIST, TEAL, 0.62)))
    for i, (height, swing, fill) in enumerate(layers):
        line = [
            (x, y0 + 0.000055 * (x - (300, 1500, 240)[i]) ** 2) for x, y0 in ridge(chance, height - 40, swing, busy=1 + 0.5 * i)
        ]
        land(sheet, line, fill, 0.08)
        sheet.wash(MIST, height - 20, height + 190, 0.95)
        sheet.box(-20, height + 189, 1620, 1020, MIST)
    sheet.wash(TEAL, 660, 1000, 0.75)
    for i in range(9):
        sheet.ring(560, 812 + 5 * i, 150 + 62 * i, 20 + 13 * i, mix(PAPER, TEAL, 0.08 * i), 5)
    for _ in range(60):
        x, y = chance.uniform(-60, 1600), chance.uniform(690, 990)
        long = (y - 600) * chance.uniform(0.2, 0.6)
        sheet.stroke([(x, y), (x + long / 2, y + 3), (x + long, y)], chance.choice((PAPER, TEAL, SLATE)), (y - 600) / 60, 0.45)
    _buoy(sheet, 560, 812)
    gulls(sheet, [(880, 420, 40), (980, 380, 26), (790, 360, 20)], SLATE)


def _buoy(sheet: Sheet, x: float, y: float) -> None:
    lean = 34

    def at(*points: Point) -> list[Point]:
        return [(x + px - py * lean / 420, y + py) for px, py in points]

    sheet.shape(at((-118, 20), (-142, -52), (142, -52), (118, 20)), BRICK)
    sheet.shape(at((40, 20), (52, -52), (142, -52), (118, 20)), mix(BRICK, NIGHT, 0.35))
    sheet.shape(arc(x + 4, y - 54, 142, 20, 0, 1), CLAY)
    for foot, head in ((-104, -40), (104, 40), (-30, -14), (38, 16)):
        sheet.line(at((foot, -54), (head, -380)), NIGHT, 11)
    for height, half in ((-150, 86), (-262, 60)):
        sheet.line(at((-half, height), (half, height)), NIGHT, 8)
    bell = [
        *curve((-16, -310), (-34, -268), (-42, -206), (-66, -168), steps=8),
        *curve((66, -168), (42, -206), (34, -268), (16, -310), steps=8),
    ]
    sheet.shape(at(*bell), SAFFRON)
    sheet.shape(
        at((20, -306), *curve((34, -268), (42, -206), (66, -168), steps=8), (34, -168), (16, -220)), mix(SAFFRON, BRICK, 0.5)
    )
    sheet.disc(x + 14, y - 154, 13, NIGHT)
    sheet.shape(at((-58, -380), (58, -380), (40, -400), (-40, -400)), NIGHT)
    sheet.shape(at((-24, -400), (24, -400), (20, -452), (-20, -452)), AMBER)
    sheet.shape(at((-30, -452), (30, -452), (0, -480)), NIGHT)
    for i, radius in enumerate((104, 150, 200, 254)):
        for start in (0.43, 0.93):
            sheet.stroke(arc(x + 20, y - 230, radius, radius, start, start + 0.14, 12), SLATE, 9 - 1.4 * i, 0.8 - 0.14 * i)


def lighthouse(sheet: Sheet) -> None:
    """A striped lighthouse on its rock, and the long stroke of its light."""
    chance = sheet.chance
    sheet.box(-20, -20, 1620, 1020, NIGHT)
    sheet.wash(TEAL, 0, 760, 0.85)
    for _ in range(130):
        x, y = chance.uniform(0, 1600), chance.uniform(0, 1) ** 1.5 * 560
        sheet.disc(x, y, chance.choice((1.4, 2, 2, 3.2)), PAPER, chance.uniform(0.4, 0.95))
    lamp = (1130, 262)
    for spread, alpha in ((150, 0.2), (105, 0.25), (58, 0.35)):
        sheet.shape([lamp, (-60, 250 - spread), (-60, 300 + spread)], AMBER, alpha)
    sheet.shape([lamp, (1700, 180), (1700, 345)], AMBER, 0.35)
    land(sheet, ridge(chance, 690, 26, busy=1.8), mix(NIGHT, TEAL, 0.35), 0.2)
    sea(sheet, 716, 1000, INK, (TEAL, SLATE, mix(NIGHT, INK, 0.5)), 20)
    path_of_light(sheet, 330, 724, 1000, 240, mix(AMBER, TEAL, 0.25))
    rock = [(760, 1040), (800, 900), (880, 860), (930, 806), (1010, 800), (1050, 770), (1210, 766), (1250, 806), (1440, 822)]
    sheet.cut([*rock, (1490, 880), (1560, 896), (1640, 930), (1640, 1040)], NIGHT, (-8, -8))
    for _ in range(46):
        x, y = chance.uniform(870, 1580), chance.uniform(850, 990)
        sheet.stroke([(x, y), (x + chance.uniform(20, 70), y + chance.uniform(-28, -6))], SLATE, 6, 0.75)
    _tower(sheet, 1130, 770)
    _cottage(sheet, 1256, 826)
    _swell(sheet, 962, 20, 3.6, INK, FOAM)


def _tower(sheet: Sheet, x: float, foot: float) -> None:
    top = foot - 440

    def half(y: float) -> float:
        return 46 + (y - top) / (foot - top) * 34

    bands = 6
    for i in range(bands):
        y0, y1 = top + (foot - top) * i / bands, top + (foot - top) * (i + 1) / bands
        fill = CLAY if i % 2 else PAPER
        sheet.shape([(x - half(y0), y0), (x + half(y0), y0), (x + half(y1), y1), (x - half(y1), y1)], fill)
    sheet.shape(
        [(x + half(top) * 0.25, top), (x + half(top), top), (x + half(foot), foot), (x + half(foot) * 0.25, foot)], NIGHT, 0.3
    )
    for y in (foot - 340, foot - 215, foot - 90):
        sheet.shape([*arc(x - 12, y, 10, 12, 0.5, 1), (x - 2, y + 22), (x - 22, y + 22)], NIGHT)
    sheet.box(x - 70, top - 12, x + 70, top + 6, NIGHT)
    for i in range(8):
        sheet.line([(x - 66 + 19 * i, top - 12), (x - 66 + 19 * i, top - 42)], NIGHT, 4)
    sheet.line([(x - 68, top - 42), (x + 68, top - 42)], NIGHT, 5)
    sheet.box(x - 36, top - 96, x + 36, top - 12, AMBER)
    sheet.disc(x, top - 62, 24, PAPER)
    for dx in (-36, -12, 12, 36):
        sheet.line([(x + dx, top - 98), (x + dx, top - 12)], NIGHT, 4)
    sheet.shape([*arc(x, top - 96, 46, 44, 0.5, 1)], BRICK)
    sheet.line([(x, top - 138), (x, top - 172)], NIGHT, 5)
    sheet.disc(x, top - 146, 7, NIGHT)


def _cottage(sheet: Sheet, x: float, foot: float) -> None:
    sheet.box(x, foot - 74, x + 140, foot + 12, PAPER)
    sheet.box(x + 92, foot - 74, x + 140, foot + 12, SAND)
    sheet.shape([(x - 14, foot - 72), (x + 26, foot - 122), (x + 116, foot - 122), (x + 154, foot - 72)], BRICK)
    sheet.box(x + 96, foot - 146, x + 114, foot - 112, SAND)
    sheet.box(x + 22, foot - 48, x + 50, foot - 16, SAFFRON)
    sheet.line([(x + 36, foot - 48), (x + 36, foot - 16)], BRICK, 3)
    sheet.box(x + 64, foot - 50, x + 86, foot + 12, TEAL)


def _swell(sheet: Sheet, y: float, swing: float, busy: float, fill: Colour, ink: Colour) -> None:
    """A row of even waves, peaked at the crest, with lines cut along each."""
    shift = sheet.chance.uniform(0, tau)

    def height(x: float, lower: float) -> float:
        turn = sin(x / 1600 * tau * busy + shift)
        return y + lower - swing * (2 * abs(turn) ** 0.7 - 1) * max(0.15, 1 - lower / 120) * -1

    xs = [-40 + 12 * i for i in range(141)]
    sheet.cut([*[(x, height(x, 0)) for x in xs], (1660, 1040), (-40, 1040)], fill, (0, -9), 0.22)
    for i in range(4):
        for start in range(i % 2 * 5, 141 - 18, 16):
            sheet.stroke([(x, height(x, 16 + 15 * i)) for x in xs[start : start + 15]], ink, 5 - i, 0.85)


def great_wave(sheet: Sheet) -> None:
    """A wave in the manner of the old woodblock prints, and three boats that mean to pass it."""
    chance = sheet.chance
    sheet.box(-20, -20, 1620, 1020, SAND)
    sheet.wash(ROSE, 620, 0, 0.8)
    sheet.disc(1120, 330, 130, CLAY)
    for height, left, long in ((262, 930, 420), (330, 1020, 460), (392, 900, 330)):
        sheet.stroke([(left, height), (left + long / 2, height - 4), (left + long, height)], PAPER, 15)
    for i, (height, fill) in enumerate(((600, FOAM), (668, LAGOON), (742, TEAL))):
        _swell(sheet, height, 34 + 8 * i, 2.2 + 0.5 * i, fill, PAPER)
        if i < 2:
            boat(sheet, 1010 + 330 * i, 640 + 66 * i, 44 + 14 * i, BRICK, PAPER, -1)
    _breaker(sheet)
    _swell(sheet, 872, 34, 3.1, INK, FOAM)
    _swell(sheet, 944, 26, 4.2, NIGHT, LAGOON)
    for _ in range(150):
        x, y = chance.gauss(760, 190), chance.gauss(330, 110)
        if y < 560 and x > 330:
            sheet.disc(x, y, chance.choice((2.5, 4, 4, 6)), PAPER)


def _breaker(sheet: Sheet) -> None:
    """The wave itself: a back that climbs from the left, a lip that curls over, and fingers of foam."""
    back = curve((-60, 700), (90, 600), (210, 430), (330, 260), (480, 160), (640, 150), (760, 220), (812, 320), steps=14)
    inner = curve(
        (812, 320), (740, 282), (650, 290), (574, 352), (530, 460), (540, 580), (610, 700), (740, 800), (960, 880), steps=14
    )
    sheet.cut([*back, *inner, (960, 1040), (-60, 1040)], TEAL, (12, -6), 0.3)
    belly = curve((660, 300), (560, 330), (470, 440), (456, 580), (510, 720), (640, 840), (960, 892), steps=14)
    sheet.shape([*belly, *inner[:12:-1]], INK)
    for i in range(1, 10):
        share = i / 10
        spine = [
            (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share)
            for a, b in zip(_along(back, 60, 0.02, 0.72), _along(belly, 60, 1.0, 0.06), strict=True)
        ]
        sheet.stroke(spine, (FOAM, PAPER, LAGOON)[i % 3], 15 - share * 5, 0.95)
    for i in range(7):
        share = (i + 0.5) / 7
        spine = [
            (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share)
            for a, b in zip(_along(belly, 40, 0.04, 0.9), _along(inner, 40, 0.16, 0.92), strict=True)
        ]
        sheet.stroke(spine, SLATE, 6, 0.9)
    _foam(sheet, back, inner)


def _along(line: list[Point], count: int, start: float, end: float) -> list[Point]:
    last = len(line) - 1
    points = []
    for i in range(count):
        where = (start + (end - start) * i / (count - 1)) * last
        low = min(int(where), last - 1)
        (ax, ay), (bx, by) = line[low], line[low + 1]
        points.append((ax + (bx - ax) * (where - low), ay + (by - ay) * (where - low)))
    return points


def _foam(sheet: Sheet, back: list[Point], inner: list[Point]) -> None:
    """Foam along the lip, and fingers of it that reach down into the hollow."""
    chance = sheet.chance
    lip = [*_along(back, 26, 0.56, 1.0), *_along(inner, 15, 0.0, 0.36)]
    fingers = []
    for i, (x, y) in enumerate(lip[6:]):
        turn = -0.5 + i / 34 * 2.9
        reach = (40, 74, 54, 96)[i % 4]
        tip = (x + reach * cos(turn), y + reach * sin(turn) + 16)
        bend = ((x + tip[0]) / 2 + 16 * sin(turn), (y + tip[1]) / 2 - 16 * cos(turn))
        fingers.append(curve((x, y), bend, tip, steps=6))
    sizes = [15 + 15 * sin(pi * i / len(lip)) + chance.uniform(-4, 6) for i in range(len(lip))]
    for ink, swell in ((INK, 5), (PAPER, 0)):
        for finger in fingers:
            sheet.stroke(finger, ink, 30 + 2 * swell, blunt=1)
            sheet.disc(*finger[-1], 8 + swell, ink)
        for (x, y), size in zip(lip, sizes, strict=True):
            sheet.disc(x, y, size + swell, ink)
    for (x, y), size in list(zip(lip, sizes, strict=True))[::2]:
        sheet.stroke(arc(x, y, size * 0.62, size * 0.62, 0.1, 0.45, 8), LAGOON, 5)


def panorama(sheet: Sheet) -> None:
    """The harbour, wide: what a link to the review shows when a piece brings no picture."""
    chance = sheet.chance
    sheet.box(-20, -20, 1220, 650, AMBER)
    sheet.wash(ROSE, 380, 0, 0.95)
    sun(sheet, 820, 300, 116, PAPER, PAPER)
    fills = (mix(ROSE, LAGOON, 0.45), mix(LAGOON, SLATE, 0.35), mix(TEAL, INK, 0.25))
    for i, fill in enumerate(fills):
        line = [
            (x, y - 70 * (abs(x - (1000, 120, 1180)[i]) / 1200 < 0.3) * cos((x - (1000, 120, 1180)[i]) / 720 * pi))
            for x, y in ridge(chance, 350 + 26 * i, 40, right=1260)
        ]
        land(sheet, line, fill, 0.2)
    sea(sheet, 420, 630, TEAL, (LAGOON, FOAM, INK), 16)
    path_of_light(sheet, 820, 428, 640, 90, AMBER)
    boat(sheet, 330, 520, 92, BRICK, PAPER)
    boat(sheet, 640, 462, 44, INK, PAPER, -1)
    boat(sheet, 1020, 500, 60, CLAY, PAPER, -1)
    gulls(sheet, [(520, 130, 34), (590, 170, 24), (470, 190, 20)], INK)


def mark(sheet: Sheet) -> None:
    """The review's mark: a sun in an arch, a sail, three waves."""
    sheet.box(-20, -20, 620, 620, INK)
    sheet.shape([*arc(300, 288, 196, 196, 0.5, 1), (496, 520), (104, 520)], PAPER)
    sheet.disc(300, 288, 104, SAFFRON)
    sheet.shape(
        [*curve((216, 392), (304, 270), (352, 132), steps=10), *curve((352, 132), (398, 270), (372, 392), steps=10)], CLAY
    )
    sheet.line([(352, 128), (352, 400)], INK, 9)
    sheet.shape([*curve((150, 402), (300, 420), (460, 392), steps=10), (408, 462), (196, 462)], INK)
    for i, fill in enumerate((TEAL, LAGOON)):
        y = 440 + 40 * i
        crest = [(x, y - 15 * abs(sin((x + 49 * i) / 98 * pi))) for x in range(104, 497, 7)]
        sheet.shape([*crest, (496, 524), (104, 524)], fill)
        sheet.line(crest, PAPER, 7)
    sheet.box(-20, 520, 620, 620, INK)
    sheet.line([*arc(300, 288, 214, 214, 0.5, 1), (514, 520), (86, 520), (86, 288)], PAPER, 7)
