"""The stubs: reviews that ran at partner outlets. The books and exhibitions in them are invented, as are the outlets."""

from datetime import date

from home.sample.pieces import Stub

ISLANDS = Stub(
    slug="the-cartographer-who-hated-islands",
    section="letters-and-books",
    headline="The Cartographer Who Hated Islands",
    standfirst="Ottoline Varga-Hume’s only novel is back in print, with its maps, and with the holes in them.",
    authors=("nell",),
    drawing="cut-out-islands",
    topics=("Maps", "Islands", "Reading"),
    licence="all-rights-reserved",
    outlet="levant",
    outlet_url="https://levant-weekly.example/books/2018/05/the-cartographer-who-hated-islands",
    ran_on=date(2018, 5, 30),
    excerpt=(
        "<p>The hero of <i>Soundings</i> is a maker of charts who cannot abide an island. They are, he says, the sea’s "
        "mistakes. As a young man he leaves out one, a rock with two goats, to see what will happen. Nothing happens. He "
        "leaves out another.</p>"
        "<p>That is the plot, and it takes Ottoline Varga-Hume six hundred pages, none of which I would give up. She published "
        "the novel at her own cost in 1911, sold ninety copies and went back to teaching geometry. It has now been brought out "
        "again by a small press with more courage than paper, and the charts, which she engraved herself, are for the first "
        "time printed in their true size.</p>"
        "<p>They have to be. Somewhere about the middle the reader begins to notice that the islands are not blank but cut: "
        "there is a hole in the page, and through the hole one reads a few words of the chapter to come. Turn the leaf, and "
        "the same hole shows what has already been said. I know of no other book in which forgetting has an edge that one can "
        "put a finger to.</p>"
    ),
)

SALT = Stub(
    slug="a-grammar-for-salt",
    section="letters-and-books",
    headline="A Grammar for Salt",
    standfirst="Idris Penhallow worked the pans for forty years and wrote eighty poems. Every one of them evaporates.",
    authors=("salma",),
    drawing="salt-pans",
    topics=("Reading", "Translation"),
    licence="all-rights-reserved",
    outlet="saltmarsh",
    outlet_url="https://saltmarsh.example.org/issues/41/a-grammar-for-salt",
    ran_on=date(2021, 3, 11),
    excerpt=(
        "<p>To make salt you let in the sea, shut the gate and wait. After some days you let the water down into the next "
        "basin, and wait again. There is nothing else to it, and it takes a lifetime to learn. Idris Penhallow, who raked the "
        "pans below the village of Carn Vyr from the age of fourteen, said that his poems were made in the same way, and that "
        "most of the work was keeping the rain off.</p>"
        "<p>The eighty that are left have been gathered by his granddaughter under a title he had pencilled on a feed sack. "
        "They are arranged not by date but by length. The first fills three pages. The last has four words, and no verb.</p>"
    ),
)

WAVES = Stub(
    slug="seven-ways-to-carve-a-wave",
    section="cities-and-sea",
    headline="Seven Ways to Carve a Wave",
    standfirst="At the Old Customs House, seventy woodblocks by Hanno Brill, and for once the blocks and not the prints.",
    authors=("teo",),
    drawing="great-wave",
    topics=("Harbours", "Weather"),
    licence="all-rights-reserved",
    outlet="copper-lane",
    outlet_url="https://copper-lane.example.net/exhibitions/seven-ways-to-carve-a-wave",
    ran_on=date(2023, 10, 4),
    excerpt=(
        "<p>You are asked at the door to take off your watch. Then you may touch them. Seventy blocks of pear wood lie on long "
        "tables in the Old Customs House, black with ink, and in each of them the sea goes the wrong way round: what was "
        "carved away is foam, what was left standing is deep.</p>"
        "<p>Hanno Brill cut waves and nothing else from 1902 until his eyes failed. It is usual to say that he learned it from "
        "Japanese prints that came round tea. The blocks tell another story. Run a finger along the earliest, and you feel "
        "somebody copying. In the third room you feel somebody who has stopped looking at pictures and has gone down to the "
        "mole.</p>"
        "<p>There are, he wrote, seven ways to carve a wave, and six of them are stone. I went round twice with my eyes shut "
        "before I believed I had found the seventh.</p>"
    ),
)

ACCOUNTS = Stub(
    slug="the-lighthouse-keepers-accounts",
    section="cities-and-sea",
    headline="The Lighthouse Keeper’s Accounts",
    standfirst="Thirty years of oil, wicks and one piano: the accounts of Skerry Light are the best family saga of the season.",
    authors=("nell", "teo"),
    drawing="lighthouse",
    topics=("Night", "Islands", "Reading"),
    licence="cc-by-nd",
    outlet="levant",
    outlet_url="https://levant-weekly.example/books/2026/02/the-lighthouse-keepers-accounts",
    ran_on=date(2026, 2, 12),
    canonical_policy="self",
    excerpt=(
        "<p>The keeper of Skerry Light was required to enter what he spent, and he was a man who did as he was required. "
        "<i>Oil, eleven gallons. Wicks. Soap. Wicks.</i> For thirty years, in the same brown ink, Gethin Marlowe tells us "
        "nothing about himself, and by the end of the first volume you would know him anywhere.</p>"
        "<p>It begins with the second cup. On the ninth of March 1887 he buys one; there had been no need of it before. In "
        "June there is muslin. In the following spring, <i>carpenter, for small bed</i>, and then a line struck through so "
        "hard that the nib has gone into the page. The accounts are in order. Three weeks of them consist of oil.</p>"
        "<p>Those who edited the books have had the sense to leave them alone. There is an introduction of two pages and not a "
        "single note, except at the piano. Everyone will want to know about the piano.</p>"
    ),
)

STUBS = (ISLANDS, SALT, WAVES, ACCOUNTS)
