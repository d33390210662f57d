"""Portraits of the three authors, cut from paper."""

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
    WALNUT,
    Colour,
    Sheet,
    arc,
    curve,
    mix,
)


def _backdrop(sheet: Sheet, wall: Colour, halo: Colour) -> None:
    sheet.box(-20, -20, 820, 820, wall)
    sheet.shape([*arc(400, 372, 292, 292, 0.5, 1), (692, 820), (108, 820)], halo)


def _face(sheet: Sheet, skin: Colour, long: float = 1.0) -> None:
    """Neck and face with one side in shade, a nose, a mouth: the least that makes a person."""
    shade = mix(skin, BRICK, 0.3)
    sheet.shape([(340, 470), (460, 470), (468, 640), (400, 690), (332, 640)], shade)
    jaw = 350 + 210 * long
    left = curve((272, 330), (276, 420), (312, 500), (360, jaw - 16), (400, jaw), steps=10)
    right = curve((400, jaw), (440, jaw - 16), (488, 500), (524, 420), (528, 330), steps=10)
    crown = arc(400, 330, 128, 140, 1, 0.5, 24)
    for x in (272, 528):
        sheet.oval(x, 400, 22, 36, shade if x > 400 else skin)
    sheet.shape([*left, *right, *crown], skin)
    sheet.shape(
        [*right, (528, 330), *curve((470, 260), (440, 330), (446, 380), (424, 470), (430, 520), (400, jaw), steps=8)], shade, 0.55
    )


def _features(sheet: Sheet, skin: Colour, brow: Colour, smile: float = 10) -> None:
    dark = mix(skin, BRICK, 0.6)
    for side in (-1, 1):
        x = 400 + side * 58
        sheet.stroke(curve((x - 36, 348 - side * 2), (x, 336), (x + 36, 348 + side * 2), steps=8), brow, 15)
        sheet.stroke(curve((x - 25, 386), (x, 378), (x + 25, 386), steps=8), NIGHT, 9)
        sheet.disc(x, 388, 9, NIGHT)
        sheet.oval(400 + side * 88, 454, 30, 18, CLAY, 0.2)
    sheet.line(curve((404, 372), (418, 430), (422, 448), (396, 456), steps=8), dark, 6)
    sheet.stroke(curve((356, 500), (400, 500 + smile), (446, 497), steps=8), BRICK, 13)


def nell(sheet: Sheet) -> None:
    """Grey bob, round glasses, a scarf of many stripes."""
    _backdrop(sheet, TEAL, FOAM)
    skin = mix(BLUSH, PAPER, 0.25)
    hair = mix(MIST, SLATE, 0.45)
    back = [
        *curve((400, 158), (290, 176), (222, 270), (208, 400), (214, 520), (266, 560), steps=10),
        *curve((540, 560), (588, 520), (592, 400), (578, 270), (510, 176), (400, 158), steps=10),
    ]
    sheet.cut(back, mix(hair, INK, 0.35), (8, 10), 0.3)
    _shoulders(sheet, INK)
    _face(sheet, skin, 1.0)
    _features(sheet, skin, mix(hair, INK, 0.3), 13)
    sheet.shape(
        [
            *curve((400, 156), (276, 176), (214, 280), (208, 420), (222, 530), (268, 556), steps=10),
            *curve((276, 480), (270, 400), (298, 320), (380, 262), (440, 226), steps=10),
        ],
        hair,
    )
    sheet.shape(
        [
            *curve((400, 156), (524, 176), (586, 280), (592, 420), (578, 530), (534, 556), steps=10),
            *curve((524, 480), (530, 400), (516, 320), (480, 268), (420, 232), steps=10),
        ],
        hair,
    )
    for i in range(6):
        sheet.stroke(
            curve((420 - 10 * i, 176 + 6 * i), (300 - 8 * i, 260 + 14 * i), (246 - 2 * i, 420 + 18 * i), steps=10),
            mix(hair, PAPER, 0.5),
            6,
        )
        sheet.stroke(
            curve((450 + 12 * i, 190 + 8 * i), (530 + 4 * i, 290 + 16 * i), (556 + 2 * i, 440 + 14 * i), steps=10),
            mix(hair, INK, 0.35),
            6,
        )
    for x in (342, 458):
        sheet.ring(x, 388, 46, 46, BRICK, 7)
    sheet.line(curve((386, 380), (400, 372), (414, 380), steps=6), BRICK, 7)
    for i, fill in enumerate((CLAY, PAPER, SAFFRON, CLAY, PAPER)):
        y = 586 + 30 * i
        sheet.shape(
            [
                *curve((278 - 12 * i, y), (400, y + 62), (522 + 12 * i, y), steps=10),
                *curve((530 + 12 * i, y + 34), (400, y + 98), (270 - 12 * i, y + 34), steps=10),
            ],
            fill,
        )


def _shoulders(sheet: Sheet, fill: Colour) -> None:
    outline = [
        (60, 840),
        *curve((70, 800), (130, 690), (270, 640), (340, 600), steps=10),
        *curve((460, 600), (530, 640), (670, 690), (730, 800), steps=10),
        (740, 840),
    ]
    sheet.cut(outline, fill, (6, -12), 0.35)


def teo(sheet: Sheet) -> None:
    """Flat cap, full beard, a roll-neck: a man who has been on the boat."""
    _backdrop(sheet, SAFFRON, PAPER)
    skin = mix(BLUSH, CLAY, 0.2)
    beard = mix(WALNUT, CLAY, 0.35)
    _shoulders(sheet, TEAL)
    _face(sheet, skin)
    _features(sheet, skin, beard, 6)
    whiskers = [
        *curve((268, 384), (258, 470), (284, 566), (350, 640), (400, 652), steps=10),
        *curve((400, 652), (450, 640), (516, 566), (542, 470), (532, 384), steps=10),
    ]
    inner = [
        *curve((516, 420), (492, 462), (452, 474), (400, 472), steps=8),
        *curve((400, 472), (348, 474), (308, 462), (284, 420), steps=8),
    ]
    sheet.shape([*whiskers, *inner], beard)
    sheet.shape(
        [*curve((334, 486), (400, 466), (466, 486), steps=8), *curve((440, 508), (400, 496), (360, 508), steps=8)],
        mix(beard, NIGHT, 0.25),
    )
    sheet.stroke(curve((362, 520), (400, 528), (440, 518), steps=8), BRICK, 12)
    for i in range(17):
        a = pi * (0.08 + 0.84 * i / 16)
        x, y = 400 + 98 * cos(a), 500 + 84 * sin(a)
        if abs(x - 400) > 52 or y > 550:
            sheet.stroke([(x, y), (x + 26 * cos(a), y + 34 * sin(a))], mix(beard, AMBER, 0.35), 8)
    cap = [
        *curve((250, 318), (228, 262), (262, 178), (400, 142), (548, 176), (580, 262), (548, 312), steps=10),
        *curve((548, 312), (400, 268), (250, 318), steps=8),
    ]
    sheet.cut(cap, SLATE, (6, 12), 0.35)
    sheet.shape(
        [*curve((238, 324), (400, 262), (556, 312), steps=10), *curve((560, 330), (470, 300), (330, 300), (206, 352), steps=10)],
        INK,
    )
    for x in (300, 360, 420, 480, 530):
        sheet.line(
            curve((x, 172 + abs(x - 400) * 0.16), (x + (x - 400) * 0.16, 230), (x + (x - 400) * 0.1, 282), steps=6),
            mix(SLATE, MIST, 0.25),
            3,
        )
    sheet.disc(402, 146, 12, INK)
    for i in range(3):
        y = 634 + 26 * i
        sheet.line(curve((306 - 8 * i, y), (400, y + 44), (494 + 8 * i, y), steps=10), mix(TEAL, FOAM, 0.5), 9)
    for i in range(13):
        x = 160 + 40 * i
        sheet.stroke([(x, 740 + abs(x - 400) * 0.05), (x, 790), (x, 830)], mix(TEAL, FOAM, 0.35), 10)


def salma(sheet: Sheet) -> None:
    """Dark curls, long earrings, a yellow collar."""
    _backdrop(sheet, CLAY, BLUSH)
    skin = mix(SAND, CLAY, 0.32)
    hair = mix(NIGHT, WALNUT, 0.35)
    for i in range(26):
        a = tau * (0.42 + 0.66 * i / 25)
        x, y = 400 + 176 * cos(a), 372 + 196 * sin(a) - (40 if sin(a) < 0 else 0)
        sheet.disc(x, y, 62 + 12 * sin(i * 2.4), hair)
    sheet.oval(400, 360, 190, 214, hair)
    _shoulders(sheet, mix(INK, TEAL, 0.3))
    _face(sheet, skin, 1.02)
    _features(sheet, skin, hair, 15)
    for i in range(14):
        a = pi + pi * i / 13
        x, y = 400 + 132 * cos(a), 296 + 100 * sin(a)
        sheet.disc(x, y, 36 + 6 * sin(i * 1.9), hair)
    for x, y in ((270, 330), (262, 400), (532, 330), (540, 400), (258, 460), (544, 460)):
        sheet.disc(x, y, 32, hair)
    for i in range(30):
        a = tau * (0.44 + 0.62 * i / 29)
        reach = (1.0, 0.78, 1.16)[i % 3]
        x, y = 400 + 178 * reach * cos(a), 340 + 190 * reach * sin(a)
        if y < 280 or abs(x - 400) > 150:
            sheet.stroke(arc(x, y, 24, 24, i * 0.37, i * 0.37 + 0.55, 12), mix(hair, ROSE, 0.35), 7)
    for x in (262, 538):
        sheet.line([(x, 470), (x, 506)], AMBER, 5)
        sheet.shape([(x, 500), (x + 19, 536), (x, 572), (x - 19, 536)], SAFFRON)
        sheet.disc(x, 536, 7, TEAL)
    sheet.shape([(338, 604), (400, 690), (340, 740), (268, 650)], SAFFRON)
    sheet.shape([(462, 604), (400, 690), (460, 740), (532, 650)], AMBER)
    for i in range(9):
        sheet.disc(180 + 55 * i, 772 + 12 * sin(i), 8, (ROSE, LAGOON, PAPER)[i % 3])
