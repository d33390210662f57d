"""Paper, ink and a press: what every drawing of the sample shares.

Drawings are made in design units (a lead image is 1600 by 1000 of them) on a sheet twice as fine as the print, then pulled
down to size, so that edges are smooth. Chance is seeded: the same name gives the same picture on every machine.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import cos, hypot, pi, sin, tau
from random import Random

from PIL import Image, ImageChops, ImageDraw

Colour = tuple[int, int, int]
Point = tuple[float, float]

NIGHT: Colour = (13, 27, 42)
INK: Colour = (24, 45, 66)
SLATE: Colour = (52, 84, 105)
TEAL: Colour = (31, 111, 120)
LAGOON: Colour = (78, 151, 150)
FOAM: Colour = (167, 205, 190)
MIST: Colour = (216, 226, 216)
PAPER: Colour = (245, 236, 219)
SAND: Colour = (231, 210, 175)
SAFFRON: Colour = (232, 166, 62)
AMBER: Colour = (246, 200, 110)
CLAY: Colour = (200, 88, 62)
BRICK: Colour = (151, 58, 48)
ROSE: Colour = (221, 150, 132)
BLUSH: Colour = (240, 200, 180)
OLIVE: Colour = (122, 133, 76)
MOSS: Colour = (70, 95, 74)
WALNUT: Colour = (92, 61, 48)

FINENESS = 2


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """`one` with `share` (0 to 1) of `other` stirred in."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def arc(x: float, y: float, rx: float, ry: float, start: float, end: float, steps: int = 40) -> list[Point]:
    """Points on an ellipse around (x, y) from angle `start` to `end`, in turns: 0 is right, 0.25 is down."""
    angles = (tau * (start + (end - start) * i / steps) for i in range(steps + 1))
    return [(x + rx * cos(a), y + ry * sin(a)) for a in angles]


def curve(*knots: Point, steps: int = 14) -> list[Point]:
    """A smooth line through the knots (Catmull-Rom), both ends included."""
    held = [knots[0], *knots, knots[-1]]
    points: list[Point] = []
    for a, b, c, d in zip(held, held[1:], held[2:], held[3:], strict=False):
        points.extend(_between(a, b, c, d, i / steps) for i in range(steps))
    return [*points, knots[-1]]


def _between(a: Point, b: Point, c: Point, d: Point, t: float) -> Point:
    def along(p: float, q: float, r: float, s: float) -> float:
        return 0.5 * (2 * q + (r - p) * t + (2 * p - 5 * q + 4 * r - s) * t * t + (3 * q - p - 3 * r + s) * t**3)

    return along(a[0], b[0], c[0], d[0]), along(a[1], b[1], c[1], d[1])


def ridge(chance: Random, y: float, swing: float, left: float = -40, right: float = 1640, busy: float = 1.0) -> list[Point]:
    """A line of hills from left to right about height `y`; `busy` packs more of them in."""
    waves = [(busy * f, chance.uniform(0, tau), swing / (f**0.8)) for f in (1.1, 2.3, 4.7, 9.1, 19.0)]
    steps = 150
    xs = [left + (right - left) * i / steps for i in range(steps + 1)]
    return [(x, y + sum(a * sin(x / 1600 * tau * f + p) for f, p, a in waves)) for x in xs]


def tapered(points: Sequence[Point], width: float, blunt: float = 0.0) -> list[Point]:
    """The outline of a stroke of the gouge along `points`: thin at both ends (at the far end only, for `blunt` 1)."""
    last = len(points) - 1
    left: list[Point] = []
    right: list[Point] = []
    for i, (x, y) in enumerate(points):
        (ax, ay), (bx, by) = points[max(i - 1, 0)], points[min(i + 1, last)]
        length = hypot(bx - ax, by - ay) or 1.0
        along = i / last
        half = width / 2 * (sin(pi * along) * (1 - blunt) + (1 - along**2) * blunt)
        nx, ny = -(by - ay) / length * half, (bx - ax) / length * half
        left.append((x + nx, y + ny))
        right.append((x - nx, y - ny))
    return left + right[::-1]


class Sheet:
    """A sheet of paper in design units, with a seeded source of chance.

    `shape`, `disc`, `box`, `line` and `stroke` print flat colour; with `alpha` below 1 they print a glaze.
    """

    def __init__(self, name: str, width: float, height: float, ground: Colour, scale: float):
        self.width = width
        self.height = height
        self.scale = scale
        self.chance = Random(name)
        self.image = Image.new("RGB", (round(width * scale), round(height * scale)), ground)
        self._opaque = ImageDraw.Draw(self.image)
        self._glaze = ImageDraw.Draw(self.image, "RGBA")

    def _at(self, points: Iterable[Point]) -> list[Point]:
        return [(x * self.scale, y * self.scale) for x, y in points]

    def _pen(self, fill: Colour, alpha: float) -> tuple[ImageDraw.ImageDraw, tuple[int, ...]]:
        return (self._opaque, fill) if alpha >= 1 else (self._glaze, (*fill, round(255 * alpha)))

    def shape(self, points: Iterable[Point], fill: Colour, alpha: float = 1.0) -> None:
        """A polygon."""
        pen, ink = self._pen(fill, alpha)
        pen.polygon(self._at(points), fill=ink)

    def box(self, left: float, top: float, right: float, bottom: float, fill: Colour, alpha: float = 1.0) -> None:
        """An upright rectangle."""
        self.shape([(left, top), (right, top), (right, bottom), (left, bottom)], fill, alpha)

    def disc(self, x: float, y: float, radius: float, fill: Colour, alpha: float = 1.0) -> None:
        """A full circle."""
        pen, ink = self._pen(fill, alpha)
        pen.ellipse(self._at([(x - radius, y - radius), (x + radius, y + radius)]), fill=ink)

    def oval(self, x: float, y: float, rx: float, ry: float, fill: Colour, alpha: float = 1.0) -> None:
        """A full ellipse."""
        pen, ink = self._pen(fill, alpha)
        pen.ellipse(self._at([(x - rx, y - ry), (x + rx, y + ry)]), fill=ink)

    def ring(self, x: float, y: float, rx: float, ry: float, ink: Colour, width: float) -> None:
        """The line of an ellipse, `width` wide inwards."""
        box = self._at([(x - rx, y - ry), (x + rx, y + ry)])
        self._opaque.ellipse(box, outline=ink, width=max(1, round(width * self.scale)))

    def line(self, points: Iterable[Point], ink: Colour, width: float, alpha: float = 1.0) -> None:
        """A line through the points, `width` wide."""
        pen, colour = self._pen(ink, alpha)
        pen.line(self._at(points), fill=colour, width=max(1, round(width * self.scale)), joint="curve")

    def stroke(self, points: Sequence[Point], ink: Colour, width: float, alpha: float = 1.0, blunt: float = 0.0) -> None:
        """One stroke of the gouge: see `tapered`."""
        spine = curve(*points, steps=8 // len(points)) if len(points) < 4 else points
        self.shape(tapered(spine, width, blunt), ink, alpha)

    def cut(self, points: Sequence[Point], fill: Colour, drop: Point = (0, -10), depth: float = 0.3) -> None:
        """A layer of cut paper: its soft shadow falls by `drop` on what lies beneath."""
        steps = 4
        for step in range(steps, 0, -1):
            dx, dy = drop[0] * step / steps, drop[1] * step / steps
            self.shape([(x + dx, y + dy) for x, y in points], NIGHT, depth / steps)
        self.shape(points, fill)

    def wash(self, ink: Colour, start: float, end: float, strength: float = 1.0) -> None:
        """A woodblock printer's gradient: none of `ink` at height `start`, `strength` of it at `end` (either may be higher)."""
        top, bottom = sorted((start, end))
        box = (0, round(top * self.scale), self.image.width, round(bottom * self.scale))
        ramp = Image.linear_gradient("L").resize((1, box[3] - box[1])).resize((box[2], box[3] - box[1]), Image.Resampling.NEAREST)
        if start > end:
            ramp = ramp.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
        self.image.paste(ink, box, ramp.point([round(v * strength) for v in range(256)]))

    def pulled(self, size: tuple[int, int], grain: float = 1.0) -> Image.Image:
        """The finished print: brought down to `size` in pixels (centred and trimmed), with the tooth of the paper in it."""
        print_ = self.image.reduce(FINENESS)
        left, top = (print_.width - size[0]) // 2, (print_.height - size[1]) // 2
        return ImageChops.add(print_.crop((left, top, left + size[0], top + size[1])), _tooth(size, grain), 1, -128)


@lru_cache(maxsize=4)
def _tooth(size: tuple[int, int], grain: float) -> Image.Image:
    """The paper itself: mid grey, with a fine grain and a broad mottle."""
    chance = Random("the same ream for every print")
    both = Image.blend(_cloud(chance, size, 2), _cloud(chance, size, 22), 0.35)
    grey = both.point([round(128 + (value - 128) * 0.09 * grain) for value in range(256)])
    return Image.merge("RGB", (grey, grey, grey))


def _cloud(chance: Random, size: tuple[int, int], softness: float) -> Image.Image:
    small = (round(size[0] / softness), round(size[1] / softness))
    return Image.frombytes("L", small, chance.randbytes(small[0] * small[1])).resize(size, Image.Resampling.BILINEAR)
