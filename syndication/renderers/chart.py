"""A chart as shapes: where each bar of a stack stands, in the units of an SVG's viewBox. Pure; a template draws it."""

from collections.abc import Sequence
from dataclasses import dataclass

KINDS = ("honoured", "drifted", "unreachable", "gone")
WIDTH, HEIGHT = 720, 240
_TOP, _BOTTOM, _SIDE = 28, 34, 44
_GAP = 0.32  # of a step


@dataclass(frozen=True)
class Part:
    """One stretch of a bar: of which kind, from where, how high."""

    kind: str
    y: float
    height: float


@dataclass(frozen=True)
class Bar:
    """One bar with its words: below it when it was, above it its share. `parts` is empty where nothing was counted."""

    x: float
    width: float
    label: str
    share: str
    parts: tuple[Part, ...]

    @property
    def middle(self) -> float:
        """Where its words stand."""
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True)
class Chart:
    """Bars from 0 to 100 per cent, and the lines behind them: (y, per cent). `axis` is where the lines' words stand."""

    bars: tuple[Bar, ...]
    lines: tuple[tuple[float, int], ...]
    axis: float
    right_to_left: bool = False
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _SIDE
    right: int = WIDTH - _SIDE


def chart(bars: Sequence[tuple[str, Sequence[int], str]], *, right_to_left: bool = False) -> Chart:
    """A stack for each of `bars`: label, numbers in the order of KINDS, share in words; time runs as the language does."""
    step = (WIDTH - 2 * _SIDE) / max(len(bars), 1)
    drawn = []
    for number, (label, counts, share) in enumerate(bars):
        place = len(bars) - 1 - number if right_to_left else number
        x = _SIDE + step * (place + _GAP / 2)
        drawn.append(Bar(round(x, 1), round(step * (1 - _GAP), 1), label, share, _stack(counts)))
    lines = tuple((round(_y(percent / 100), 1), percent) for percent in (0, 50, 100))
    return Chart(tuple(drawn), lines, WIDTH - _SIDE + 6 if right_to_left else _SIDE - 6, right_to_left)


def _stack(counts: Sequence[int]) -> tuple[Part, ...]:
    whole, below, parts = sum(counts), 0, []
    for kind, count in zip(KINDS, counts, strict=True):
        if count:
            top, foot = _y((below + count) / whole), _y(below / whole)
            parts.append(Part(kind, round(top, 1), round(foot - top, 1)))
        below += count
    return tuple(parts)


def _y(share: float) -> float:
    return HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM)
