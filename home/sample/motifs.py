"""What comes back in one drawing after another: water, hills, sun, boats, gulls, arches, tiles, a cat."""

from collections.abc import Sequence
from math import cos, pi, sin, tau

from home.sample.ink import (
    AMBER,
    CLAY,
    NIGHT,
    PAPER,
    Colour,
    Point,
    Sheet,
    arc,
    curve,
    mix,
)


def sea(sheet: Sheet, top: float, bottom: float, base: Colour, glints: tuple[Colour, ...], rows: int = 26) -> None:
    """Water from `top` to `bottom`: strokes of the gouge, finer towards the horizon."""
    chance = sheet.chance
    sheet.box(-20, top, sheet.width + 20, bottom + 20, base)
    for row in range(rows):
        near = (row + 0.6) / rows
        y = top + (bottom - top) * near**1.6
        x = -chance.uniform(0, 200)
        while x < sheet.width:
            length = chance.uniform(60, 190) * (0.35 + near)
            spine = [(x + length * i / 8, y + sin(i / 8 * pi) * 5 * near + chance.uniform(-0.6, 0.6)) for i in range(9)]
            sheet.stroke(spine, chance.choice(glints), 2 + 7 * near, 0.85)
            x += length + chance.uniform(20, 220) * (0.4 + near)


def land(sheet: Sheet, line: Sequence[Point], fill: Colour, depth: float = 0.3) -> None:
    """A layer of hills, cut from one sheet, down to the foot of the picture."""
    foot = sheet.height + 40
    for step in (4, 3, 2, 1):
        sheet.shape([*[(x, y - 2.5 * step) for x, y in line], *reversed(line)], NIGHT, depth / 4)
    sheet.shape([*line, (line[-1][0], foot), (line[0][0], foot)], fill)


def sun(sheet: Sheet, x: float, y: float, radius: float, fill: Colour, halo: Colour) -> None:
    """The sun at (x, y), in rings of its own light."""
    for ring in range(5, 0, -1):
        sheet.disc(x, y, radius * (1 + 0.24 * ring), halo, 0.1)
    sheet.disc(x, y, radius, fill)


def path_of_light(sheet: Sheet, x: float, top: float, bottom: float, spread: float, ink: Colour) -> None:
    """The sun's or the moon's way across water, from `top` to `bottom`."""
    chance = sheet.chance
    rows = 30
    for row in range(rows):
        near = (row + 0.5) / rows
        y = top + (bottom - top) * near**1.5
        half = spread * (0.35 + 0.8 * near) * chance.uniform(0.35, 1)
        middle = x + chance.uniform(-0.25, 0.25) * spread
        sheet.stroke([(middle - half, y), (middle, y + 2 * near), (middle + half, y)], ink, 3 + 9 * near, 0.9)


def boat(sheet: Sheet, x: float, y: float, size: float, hull: Colour, sail: Colour, facing: int = 1) -> None:
    """A small boat under a lateen sail, standing at (x, y) on the water."""

    def at(*points: Point) -> list[Point]:
        return [(x + facing * px * size, y + py * size) for px, py in points]

    for i in range(4):
        wide = 0.9 - 0.2 * i
        sheet.stroke(
            at((-wide, 0.12 + 0.13 * i), (0, 0.14 + 0.13 * i), (wide, 0.12 + 0.13 * i)), mix(hull, NIGHT, 0.3), 0.07 * size, 0.6
        )
    sheet.line(at((0.05, -0.1), (0.05, -1.5)), NIGHT, max(1.5, 0.035 * size))
    big = curve(*at((-0.72, -0.42), (0.15, -1.2), (0.62, -2.35)), steps=8)
    sheet.shape([*big, *curve(*at((0.62, -2.35), (0.86, -1.2), (0.55, -0.28)), steps=8)], sail)
    sheet.shape(
        [*curve(*at((0.62, -2.35), (0.86, -1.2), (0.55, -0.28)), steps=8), *at((0.36, -0.32), (0.5, -1.3))], mix(sail, CLAY, 0.28)
    )
    sheet.line(at((-0.8, -0.36), (0.66, -2.42)), NIGHT, max(1.5, 0.04 * size))
    sheet.shape([*curve(*at((-1, -0.26), (0, -0.08), (1.05, -0.36)), steps=8), *at((0.72, 0.08), (-0.7, 0.08))], hull)
    sheet.line(curve(*at((-0.94, -0.18), (0, 0), (0.98, -0.27)), steps=8), PAPER, max(1.2, 0.03 * size))


def gulls(sheet: Sheet, where: list[tuple[float, float, float]], ink: Colour) -> None:
    """Gulls, each at (x, y) with so wide a span."""
    for x, y, span in where:
        left = curve((x - span, y - span * 0.18), (x - span * 0.45, y - span * 0.38), (x, y), steps=8)
        right = curve((x, y), (x + span * 0.5, y - span * 0.46), (x + span, y - span * 0.3), steps=8)
        sheet.stroke([*left, *right[1:]], ink, span * 0.16)


def arch(x: float, top: float, bottom: float, half: float, pointed: float = 0.0) -> list[Point]:
    """The outline of an arched opening; `pointed` 0 is round, 1 comes to a sharp tip."""
    left = curve(
        (x - half, top + half * 1.1),
        (x - half * (0.86 + 0.06 * pointed), top + half * 0.52),
        (x - half * (0.46 - 0.06 * pointed), top + half * 0.14),
        (x, top - half * 0.2 * pointed),
        steps=12,
    )
    right = [(2 * x - a, b) for a, b in reversed(left)]
    return [(x - half, bottom), *left, *right, (x + half, bottom)]


def tile(sheet: Sheet, x: float, y: float, size: float, inks: tuple[Colour, Colour, Colour]) -> None:
    """One wall tile: an eight-pointed star in a square, with quarter petals at the corners."""
    ground, star, heart = inks
    half = size / 2
    sheet.box(x - half + 1, y - half + 1, x + half - 1, y + half - 1, ground)
    for px, py in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        start = {(-1, -1): 0.0, (1, -1): 0.25, (1, 1): 0.5, (-1, 1): 0.75}[(px, py)]
        sheet.shape(
            [
                (x + px * (half - 1), y + py * (half - 1)),
                *arc(x + px * (half - 1), y + py * (half - 1), half * 0.36, half * 0.36, start, start + 0.25, 8),
            ],
            heart,
        )
    points = []
    for i in range(16):
        reach = half * (0.86 if i % 2 == 0 else 0.5)
        points.append((x + reach * cos(tau * i / 16), y + reach * sin(tau * i / 16)))
    sheet.shape(points, star)
    sheet.disc(x, y, half * 0.24, heart)


def cat(sheet: Sheet, x: float, foot: float, size: float, ink: Colour = NIGHT) -> None:
    """A cat, sitting, its feet at (x, foot)."""

    def at(*points: Point) -> list[Point]:
        return [(x + a * size, foot + b * size) for a, b in points]

    sheet.shape(
        at(*curve((-26, 0), (-34, -42), (-14, -76), (4, -84), steps=6), *curve((18, -70), (22, -30), (26, 0), steps=6)), ink
    )
    sheet.disc(x + 6 * size, foot - 92 * size, 20 * size, ink)
    sheet.shape(at((-12, -100), (-10, -124), (4, -110)), ink)
    sheet.shape(at((10, -110), (22, -124), (25, -98)), ink)
    sheet.stroke(at(*curve((-22, -6), (-56, -2), (-66, -34), (-52, -56), steps=8)), ink, 12 * size, blunt=1)
    for dx in (0, 13):
        sheet.disc(x + dx * size, foot - 94 * size, 3 * size, AMBER)
