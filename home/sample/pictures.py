"""What must be known of each picture before it is printed or leaves the house."""

from dataclasses import dataclass

CREDIT = "Drawing: The Harbour Review"


@dataclass(frozen=True)
class Facts:
    """`alt` says what the picture shows; `caption` says what the reader should know."""

    title: str
    alt: str
    caption: str
    licence: str = "cc-by"
    may_syndicate: bool = True
    credit: str = CREDIT


PICTURES = {
    "pigeonholes": Facts(
        "Pigeonholes",
        "A wall of wooden pigeonholes filled with envelopes, tied bundles and rolled papers; in one of them stands a grey "
        "pigeon.",
        "Every sorting office keeps one shelf for what nobody will fetch.",
    ),
    "open-book": Facts(
        "Open book with a sail",
        "An open book lies on a table, its leaves rippling blue and green like waves; a small sailing boat crosses them before "
        "the sun.",
        "A margin is a coast: things are washed up on it.",
    ),
    "book-spines": Facts(
        "Three shelves",
        "Three shelves of books with patterned spines in red, teal, cream and yellow; a vase of flowers; on the top shelf two "
        "books lean.",
        "In good order, but for two that lean. An index is what tells you which.",
        licence="cc-by-nd",
    ),
    "window-on-the-harbour": Facts(
        "Window on the harbour",
        "A pointed window in a dark blue wall opens on a harbour at evening: two sailing boats, a town, a pale sun. Lemons on "
        "the sill.",
        "The window on the second floor, at the hour when the boats come home.",
        licence="cc-by-nd",
    ),
    "two-doors": Facts(
        "Two doors",
        "Two arched doors side by side: a blue one in a red wall, a yellow one in a green wall, with tiles below, and a cat by "
        "the second.",
        "Unlike in everything but the keyhole.",
    ),
    "contours": Facts(
        "An island, with heights",
        "A chart of an island in bands of yellow and red, ringed by bands of green sea, with smaller islands, a compass rose "
        "and a dotted route.",
        "The island of Little Orrin, on which no two surveys agree.",
    ),
    "night-windows": Facts(
        "Night windows",
        "A street of dark blue houses under a crescent moon; here and there a window is lit, with a plant or a person in it. A "
        "cat sits by a lamp.",
        "Quay Street, a quarter past two in the morning.",
        licence="all-rights-reserved",
        may_syndicate=False,
    ),
    "evening-ferry": Facts(
        "Evening ferry",
        "A white ferry with a red funnel and lit windows crosses a dark sea in front of a very large yellow sun; four gulls "
        "follow.",
        "The half past seven, leaving at ten to eight.",
    ),
    "kites": Facts(
        "Four kites",
        "Four kites, red, yellow, brown and blue, fly above green hills in a sky made of long curved strokes of wind.",
        "You can see the wind as soon as you give it something to do.",
    ),
    "fog-bell": Facts(
        "Fog bell",
        "A red buoy with a yellow bell in a black frame stands in still water, ringed by ripples; pale mountains go back into "
        "fog.",
        "Number four, off the north mole. It has no keeper but the swell.",
        licence="cc-by-sa",
    ),
    "cut-out-islands": Facts(
        "A chart without islands",
        "A sea chart on a wooden table with every island cut out of it, leaving holes; beside it lie the islands and a pair of "
        "red scissors.",
        "What is left of a sea when its islands are taken away: mostly directions.",
    ),
    "salt-pans": Facts(
        "Salt pans",
        "Salt pans from above: crooked basins from deep green through pink to red and white, crossed by a channel; four "
        "workers with rakes.",
        "Each basin is a day nearer to salt than the one beside it.",
    ),
    "great-wave": Facts(
        "A wave, after the woodblock printers",
        "A tall striped wave with a lip of white foam curls over smaller waves; two sailing boats and a red sun stand to the "
        "right of it.",
        "After the old printers, who knew that a wave is a drawing of itself.",
    ),
    "lighthouse": Facts(
        "Lighthouse",
        "A lighthouse with red and white bands throws a yellow beam across a night sky full of stars; a small cottage stands "
        "by it.",
        "The keeper’s cottage had one lamp fewer than the tower. It is in the accounts.",
    ),
    "courtyard": Facts(
        "Courtyard at noon",
        "A courtyard with five pointed arches, a floor of star-shaped tiles, a round fountain and two lemon trees in pots.",
        "A house that keeps its best wall for the inside.",
    ),
    "moored-boats": Facts(
        "Moored boats",
        "Eleven rowing boats in different colours, seen from above, moored side by side at a stone quay; two more row away.",
        "Those who would not wait for the half past seven.",
    ),
    "rooftops": Facts(
        "Rooftops",
        "Red roofs and white domes step down to a green sea; washing hangs on two lines; black swifts fly above.",
        "The oldest weather instruments in town are hung out on Mondays.",
    ),
    "moons": Facts(
        "Seven moons",
        "Seven moons from new through full to new stand in a row above a sea that rises under the full one; a small boat sails "
        "on its crest.",
        "The one timetable in the harbour that has never been amended.",
    ),
    "nell": Facts(
        "Nell Ashcombe",
        "Portrait of Nell Ashcombe in cut paper: a grey bob, round red glasses and a striped scarf.",
        "Nell Ashcombe.",
        licence="all-rights-reserved",
    ),
    "teo": Facts(
        "Teodor Vasslund",
        "Portrait of Teodor Vasslund in cut paper: a blue flat cap, a full brown beard and a green jersey.",
        "Teodor Vasslund.",
        licence="all-rights-reserved",
    ),
    "salma": Facts(
        "Salma Marfai",
        "Portrait of Salma Marfai in cut paper: dark curls, long yellow earrings and a yellow collar.",
        "Salma Marfai.",
        licence="all-rights-reserved",
    ),
    "mark": Facts(
        "Mark of The Harbour Review",
        "A red sail before a yellow sun, in an arch above two rows of waves.",
        "The mark of The Harbour Review.",
        licence="all-rights-reserved",
    ),
    "panorama": Facts(
        "The harbour",
        "Three sailing boats on a green sea at evening, with hills, a pale sun and three gulls.",
        "The harbour the review is named after.",
    ),
}
