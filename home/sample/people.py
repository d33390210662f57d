"""Who and where: the publication, its sections, its authors and its outlets. None of them exists."""

from dataclasses import dataclass

PUBLICATION = "The Harbour Review"
TAGLINE = "Letters and books, cities and sea. Quarterly until the press broke; since then, whenever it is ready."
X_HANDLE = "@harbour_example"
FEDIVERSE_HANDLE = "@harbour@social.example"
HOUSE_RULES = "the-rules-of-the-house"


@dataclass(frozen=True)
class Section:
    """A part of the publication, with the sentence that stands over its list."""

    title: str
    slug: str
    introduction: str


@dataclass(frozen=True)
class Writer:
    """Somebody who signs: `bio` is HTML; handles are invented, on domains that are reserved for examples."""

    name: str
    slug: str
    drawing: str
    bio: str
    website: str = ""
    x: str = ""
    fediverse: str = ""
    bluesky: str = ""


@dataclass(frozen=True)
class Partner:
    """An outlet where pieces of ours ran; we push nothing there."""

    name: str
    website: str
    attribution: str
    stub_canonical: str = ""


SECTIONS = (
    Section(
        "Letters & Books",
        "letters-and-books",
        "Essays on reading and on writing to each other: what stands in margins, indexes, envelopes and other people’s "
        "languages.",
    ),
    Section(
        "Cities & Sea",
        "cities-and-sea",
        "Notes from streets, quays and decks: how a coast is drawn, what a wind is called, and who is still awake.",
    ),
)

WRITERS = {
    "nell": Writer(
        name="Nell Ashcombe",
        slug="nell-ashcombe",
        drawing="nell",
        bio=(
            "<p>Nell Ashcombe read proofs for thirty-one years and has been forgiven by most of the authors. She edits the books "
            "pages of <i>The Harbour Review</i>, keeps four hundred letters that were never meant for her, and is writing a "
            "history of the erratum slip.</p>"
        ),
        website="https://nell.example.com/",
        x="@nell_example",
        fediverse="@nell@social.example",
    ),
    "teo": Writer(
        name="Teodor Vasslund",
        slug="teodor-vasslund",
        drawing="teo",
        bio=(
            "<p>Teodor Vasslund surveyed harbours until harbours were surveyed by satellite. He now measures smaller things: "
            "crossings, draughts, the patience of ferrymen. His column on weather, <i>Glass Falling</i>, ran here for nine years "
            "without once being right about a Saturday.</p>"
        ),
        fediverse="@teodor@social.example",
    ),
    "salma": Writer(
        name="Salma Marfai",
        slug="salma-marfai",
        drawing="salma",
        bio=(
            "<p>Salma Marfai writes in Arabic and English and argues with herself in both. She has translated eleven poets, "
            "nine of them dead and therefore patient, and lives above a chandler’s shop with a view of exactly one mast.</p>"
        ),
        website="https://salma.example.net/",
        bluesky="salma.example.com",
    ),
}

PARTNERS = {
    "levant": Partner(
        name="The Levant Weekly",
        website="https://levant-weekly.example/",
        attribution="First written for The Levant Weekly and The Harbour Review.",
    ),
    "saltmarsh": Partner(
        name="Saltmarsh Quarterly",
        website="https://saltmarsh.example.org/",
        attribution="By arrangement with Saltmarsh Quarterly.",
        stub_canonical="outlet",
    ),
    "copper-lane": Partner(
        name="The Copper Lane Review",
        website="https://copper-lane.example.net/",
        attribution="From The Copper Lane Review.",
    ),
}
