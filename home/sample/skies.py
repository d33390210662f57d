"""Drawings of the air and the moon."""

from math import cos, pi, sin, tau
from random import Random

from home.sample.ink import (
    AMBER,
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
    Colour,
    Point,
    Sheet,
    curve,
    mix,
    ridge,
)
from home.sample.motifs import boat, land


def kites(sheet: Sheet) -> None:
    """Wind drawn as a printer might: hundreds of strokes, and four kites that agree with them."""
    chance = sheet.chance
    sheet.box(-20, -20, 1620, 1020, PAPER)
    sheet.wash(FOAM, 900, 0, 0.9)
    flow = _flow(chance)
    inks = (LAGOON, TEAL, SLATE, FOAM, ROSE, SAFFRON, MIST, LAGOON, TEAL)
    for _ in range(250):
        x, y = chance.uniform(-200, 1550), chance.uniform(-40, 840)
        spine = _drift((x, y), flow, chance.randrange(12, 30))
        sheet.stroke(spine, chance.choice(inks), chance.uniform(6, 15), 0.9)
    for x, y, size, ink in ((330, 250, 120, CLAY), (1250, 180, 104, SAFFRON), (860, 380, 84, BRICK), (1120, 480, 58, INK)):
        _kite(sheet, (x, y), size, ink, flow)
    land(sheet, ridge(chance, 880, 50, busy=1.3), mix(OLIVE, SAND, 0.4), 0.2)
    land(sheet, ridge(chance, 930, 36, busy=2), OLIVE, 0.3)
    land(sheet, ridge(chance, 975, 26, busy=2.6), MOSS, 0.3)
    for _i in range(60):
        x = chance.uniform(-20, 1600)
        y = chance.uniform(930, 1010)
        sheet.stroke(curve((x, y), (x + 12, y - 34), (x + 52, y - 48), steps=6), mix(OLIVE, AMBER, 0.4), 7, blunt=1)


def _flow(chance: Random) -> list[tuple[float, float, float, float]]:
    return [(chance.uniform(1, 5), chance.uniform(2, 6), chance.uniform(0, tau), chance.uniform(0.16, 0.4)) for _ in range(4)]


def _drift(start: Point, flow: list[tuple[float, float, float, float]], steps: int) -> list[Point]:
    """Where a leaf goes that is let go at `start`."""
    points = [start]
    for _ in range(steps):
        x, y = points[-1]
        turn = sum(a * sin(x / 1600 * f + y / 1000 * g + p) for f, g, p, a in flow)
        points.append((x + 11 * cos(turn), y + 11 * sin(turn)))
    return points


def _kite(sheet: Sheet, at: Point, size: float, ink: Colour, flow: list[tuple[float, float, float, float]]) -> None:
    x, y = at
    corners = [
        (x - size * 0.2, y - size),
        (x + size * 0.66, y - size * 0.1),
        (x + size * 0.3, y + size * 0.9),
        (x - size * 0.62, y + size * 0.1),
    ]
    tail = _drift(corners[2], flow, 22)
    sheet.line(tail, INK, 3)
    for i in range(4, len(tail), 4):
        a, b = tail[i]
        sheet.shape([(a, b), (a - 13, b - 15), (a - 17, b + 5)], (CLAY, SAFFRON, TEAL)[i % 3])
        sheet.shape([(a, b), (a + 13, b + 15), (a + 17, b - 5)], (CLAY, SAFFRON, TEAL)[i % 3])
    string = curve((x, y), (x - 60, y + 300), (x - 220, 940), steps=12)
    sheet.line(string, INK, 2)
    sheet.cut(corners, ink, (10, 12), 0.35)
    sheet.shape([corners[0], corners[1], (x, y)], mix(ink, PAPER, 0.55))
    sheet.shape([corners[2], corners[3], (x, y)], mix(ink, PAPER, 0.3))
    sheet.line([corners[0], corners[2]], INK, 3)
    sheet.line([corners[1], corners[3]], INK, 3)


def moons(sheet: Sheet) -> None:
    """Seven moons over one sea, which stands highest under the full one and under the new."""
    sheet.box(-20, -20, 1620, 1020, NIGHT)
    sheet.wash(SLATE, 0, 700, 0.85)
    for _ in range(110):
        sheet.disc(sheet.chance.uniform(0, 1600), sheet.chance.uniform(0, 560), sheet.chance.choice((1.5, 2, 3)), PAPER, 0.7)
    for i in range(7):
        x = 170 + 210 * i
        _moon(sheet, x, 300 - 90 * sin(pi * i / 6), 76, i / 6)
    tints = (mix(SLATE, LAGOON, 0.5), LAGOON, TEAL, mix(TEAL, INK, 0.5), INK, NIGHT)
    for i, fill in enumerate(tints):
        y = 560 + 76 * i
        line = [
            (x, y + (52 - 9 * i) * cos(x / 1600 * tau * 2 + 0.25 * i + pi) + 5 * sin(x / 47 + i)) for x in range(-40, 1661, 10)
        ]
        land(sheet, line, fill, 0.3)
        for j in range(5):
            start = (j * 37 + i * 23) % 130
            sheet.stroke([(a, b + 24) for a, b in line[start : start + 22]], mix(fill, FOAM, 0.5), 7)
    boat(sheet, 800, 652, 62, BRICK, AMBER)


def _moon(sheet: Sheet, x: float, y: float, radius: float, age: float) -> None:
    """A moon, `age` 0 to 1 from new through full to new."""
    sheet.disc(x, y, radius * 1.3, AMBER, 0.1 * sin(pi * age) + 0.02)
    sheet.disc(x, y, radius, mix(SLATE, NIGHT, 0.35))
    lit = cos(tau * age)
    turns = [pi * i / 40 - pi / 2 for i in range(41)]
    waxing = 1 if age <= 0.5 else -1
    limb = [(x + waxing * radius * cos(t), y + radius * sin(t)) for t in turns]
    shade = [(x + waxing * lit * radius * cos(t), y + radius * sin(t)) for t in reversed(turns)]
    if sin(pi * age) > 0.05:
        sheet.shape([*limb, *shade], PAPER)
