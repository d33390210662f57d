"""The originals of the section Cities & Sea."""

from datetime import UTC, date, datetime, timedelta

from home.sample.pieces import Figure, Heading, Original, Prose, PullQuote, Quotation, Recording, Table

COASTLINE = Original(
    slug="how-to-draw-a-coastline",
    section="cities-and-sea",
    headline="How to Draw a Coastline",
    standfirst="I measured an island four times with four rulers. It grew each time, and I have stopped apologising for it.",
    authors=("teo",),
    drawing="contours",
    topics=("Maps", "Islands"),
    licence="cc-by",
    published=datetime(2026, 8, 11, 6, 0, tzinfo=UTC),
    footnotes=(
        (
            "Richardson’s pages were found among his papers and printed in 1961, eight years after his death; Benoit "
            "Mandelbrot made them famous in <i>Science</i> in May 1967."
        ),
    ),
    body=(
        Prose(
            "<p>The council wished to know the length of its coast. There was a form, and the form had a box. I was young and "
            "had a boat, so I was sent round the island of Little Orrin with a chain and told to come back with a number.</p>"
            "<p>I came back with a number. The schoolmaster, who had done it before me from a chart with a pair of dividers, had "
            "another, and his was smaller by a third. We each supposed that the other had been drinking.</p>"
        ),
        Heading("The trouble with rulers"),
        Prose(
            "<p>We were both right. A pair of dividers set to a kilometre steps across a bay without noticing it. A chain "
            "follows the bay, but skips the rocks. A ruler would follow the rocks, and an ant, if it could be got to hold a "
            "pencil, would draw every grain. Each time the measure gets shorter, the coast gets longer, and it does not stop "
            "when you would like it to.</p>"
        ),
        Table(
            "The coast of Little Orrin, measured four times",
            (
                ("With", "Length of one step", "Length of the coast"),
                ("Dividers, on the chart", "1 kilometre", "18 km"),
                ("A surveyor’s chain", "20 metres", "27 km"),
                ("A walking stick", "1 metre", "39 km"),
                ("A school ruler (one beach only; it rained)", "30 centimetres", "rather more"),
            ),
        ),
        Prose(
            "<p>This was noticed properly by Lewis Fry Richardson, a Quaker and a man of the weather, who wanted to find out "
            "whether neighbours with longer borders fight more wars. He looked up the lengths and found that the neighbours "
            "did not agree about them. Spain had its border with Portugal at 987 kilometres; Portugal had it at 1,214.[^1] "
            "Smaller countries, he saw, use smaller rulers. They have more time to look.</p>"
        ),
        PullQuote("Smaller countries use smaller rulers. They have more time to look."),
        Figure("cut-out-islands", "Not the recommended method."),
        Heading("Advice to the young"),
        Prose(
            "<p>So, if you are sent out with a chain:</p>"
            "<ul>"
            "<li>Ask first who wants to know. A swimmer and a tax collector have different coasts.</li>"
            "<li>Write down your ruler next to your number. A length without it is gossip.</li>"
            "<li>Draw the line at low water if you are buying and at high water if you are selling.</li>"
            "<li>Lift the pencil at the mouths of rivers. Everybody does, and nobody says so.</li>"
            "</ul>"
            "<p>You can hear the length, too. Last spring I let a recorder run for an hour while I walked from the harbour to "
            "the point at the edge of the water. Every bay has a note of its own, and the small ones are the high ones.</p>"
        ),
        Recording(
            "https://media.example.org/recordings/little-orrin-shore-walk",
            "Shore walk, Little Orrin, at half tide",
            "sound recording, 58 minutes, no words",
        ),
        Prose(
            "<p>I filled in the form in the end. In the box for the length of the coast I wrote: <i>sufficient</i>. It was "
            "accepted, and I believe it is still in force.</p>"
        ),
    ),
)

NIGHT = Original(
    slug="the-night-windows",
    section="cities-and-sea",
    headline="The Night Windows",
    standfirst="A city asleep is never quite asleep. I went out for a month at two in the morning to see who was up.",
    authors=("salma",),
    drawing="night-windows",
    topics=("Night", "Harbours"),
    licence="",
    published=datetime(2026, 3, 19, 6, 0, tzinfo=UTC),
    body=(
        Prose(
            "<p>There are sixty-four windows on the harbour side of Quay Street. At midnight about half of them are lit, and "
            "you would not look twice. At two, there are nine. They are never the same nine, and yet after a week I could have "
            "drawn you a map.</p>"
            "<p>I had stopped sleeping in February, for no reason that a doctor would have found interesting, and it seemed "
            "rude to lie there. So I put a coat over what I had on, and went out to see who else there was.</p>"
        ),
        Quotation(
            "There is nothing deeper, more mysterious, more fruitful, darker or more dazzling than a window lit by a candle.",
            "Charles Baudelaire, “Windows”, 1863",
        ),
        Heading("A census"),
        Prose(
            "<p>The rule was not to stand still. One may walk past a window; one may not watch it. In a month of walking past I "
            "counted:</p>"
            "<ul>"
            "<li>a baker, who does not count, because he is at work;</li>"
            "<li>a woman ironing, four nights out of seven, always something white;</li>"
            "<li>two students, or one student and a mirror;</li>"
            "<li>a man in a chair under a lamp, with a book that did not get any thinner;</li>"
            "<li>an aquarium;</li>"
            "<li>somebody on the third floor of number 12 who was learning to dance, and only ever the turn to the left.</li>"
            "</ul>"
            "<p>The lamps of the sleepless are low and yellow and stand on the floor. The lamps of parents come on suddenly, "
            "in the middle of the ceiling. The lamps of the dying are like those of parents, but stay on.</p>"
        ),
        PullQuote("One may walk past a window; one may not watch it."),
        Heading("Number 12"),
        Prose(
            "<p>On the last night of the month there was fog, and the windows had no houses round them. They hung there, nine "
            "yellow squares at different heights, like things pinned to a cloth. I walked along under them and knew them all. "
            "The white ironing. The aquarium, going about its blue business. Under number 12 I heard music for the first time, "
            "very small, from an open pane.</p>"
            "<p>And then, I had not meant to, I stopped. Up there in the light somebody turned to the left, and turned, and "
            "lost the step, and laughed, and turned to the right.</p>"
        ),
        Prose(
            "<p>I slept the next night, and most nights since. But it was in passing my own house, that morning, that I looked "
            "up out of habit and saw one window lit on the second floor, low and yellow, and wondered for a moment, with real "
            "warmth, who that could be.</p>"
        ),
    ),
)

FERRY = Original(
    slug="the-last-ferry-is-never-the-last",
    section="cities-and-sea",
    headline="The Last Ferry Is Never the Last",
    standfirst="The timetable says half past seven. A study, over nine years, of what everybody else says.",
    authors=("teo",),
    drawing="evening-ferry",
    topics=("Harbours", "Islands"),
    licence="cc-by-nd",
    published=datetime(2025, 6, 17, 6, 0, tzinfo=UTC),
    body=(
        Prose(
            "<p>The last ferry to the outer islands leaves at 19.30. It says so on a board, in white paint, under a coat of "
            "varnish that was put on to stop people from discussing it. In nine years I have been aboard three hundred and "
            "twelve times, and it has left at 19.30 twice. On one of these occasions the captain had been misinformed.</p>"
            "<p>It is not lateness. A late boat is one that meant to go. The half past seven leaves when everyone is on it, "
            "and the captain, Mrs Odile Brandvik, knows who everyone is.</p>"
        ),
        Heading("Who is everyone"),
        Table(
            "Reasons for which the boat was held, by frequency",
            (
                ("Reason", "Times", "Longest wait"),
                ("Somebody running", "141", "6 minutes"),
                ("Somebody known not to run", "88", "19 minutes"),
                ("A parcel", "40", "11 minutes"),
                ("A quarrel on the quay, until decided", "23", "34 minutes"),
                ("A sunset, by request of passengers", "17", "9 minutes"),
                ("A goat", "1", "see below"),
            ),
        ),
        Prose(
            "<p>The table does not show the waits that nobody saw, because the boat was loading slowly. There is a way of "
            "loading slowly. A crate is put down and considered. A rope is found to have a turn in it. Nobody looks towards "
            "the town, where somebody’s light has only now gone out on the stairs.</p>"
        ),
        Figure("moored-boats"),
        Heading("An objection"),
        Prose(
            "<p>A young man from the mainland, sent to improve us, stood on the quay for a week with a watch. He proved that "
            "the waits came to sixty-one hours a year. If the boat left on time, he said, nearly everyone would be home "
            "sooner.</p>"
        ),
        Quotation("Nearly everyone is not a place I sail to.", "Captain Brandvik, to the young man from the mainland"),
        Prose(
            "<p>He wrote that down. On the Friday he missed the boat, having gone back for the watch. That is, he would have "
            "missed it. A crate was being considered.</p>"
        ),
        PullQuote("A late boat is one that meant to go."),
        Figure("moons"),
        Heading("The goat"),
        Prose(
            "<p>I promised the goat. It was bound for a wedding, and nobody had told it in what capacity. It came as far as the "
            "gangway and sat down. It was reasoned with in three languages. In the end the wedding came to the goat: bride, "
            "fiddle, both mothers and a table were fetched across by every small boat in the harbour, and they danced on the "
            "car deck until two. The 19.30 left at 06.10.</p>"
            "<p>It is entered in the log as on time. I asked Mrs Brandvik about that. She said that everyone had been on it.</p>"
        ),
    ),
)

WINDS = Original(
    slug="eleven-words-for-the-wind",
    section="cities-and-sea",
    headline="Eleven Words for the Wind",
    standfirst="You may know a coast by what it calls the air. A small dictionary, with directions for holding on to your hat.",
    authors=("teo",),
    drawing="kites",
    topics=("Weather", "Maps", "Translation"),
    licence="cc-by",
    published=datetime(2024, 11, 5, 7, 0, tzinfo=UTC),
    corrections=(
        (
            date(2024, 11, 9),
            (
                "An earlier version of this essay had the bora blow on the Tyrrhenian Sea. It blows on the Adriatic, as a "
                "reader in Trieste has written to tell us, holding on, she says, to a railing."
            ),
        ),
    ),
    body=(
        Prose(
            "<p>The Athenians built a tower for it. It has eight sides, one for each wind, and on each side there is a figure in "
            "relief who is plainly on his way somewhere else. The winds are shown with what they carry: a jar of water, a "
            "lapful of flowers, the stern of a ship. It is the only public building I know that admits that weather is a "
            "matter of visitors.</p>"
            "<p>Where I grew up there was one word, which was <i>wind</i>, and a gesture. Since then I have asked in every "
            "harbour what they call theirs. It is a better question than asking for a hotel.</p>"
        ),
        Heading("The dictionary"),
        Prose(
            "<ul>"
            "<li><b>Tramontana</b>: from the north, from across the mountains. Also used of people who arrive without warning "
            "and open windows.</li>"
            "<li><b>Gregale</b>: the Greek one, from the north-east. It put Saint Paul ashore at Malta.</li>"
            "<li><b>Bora</b>: falls on the Adriatic from the north-east like furniture. In Trieste they have strung ropes "
            "along the streets for it.</li>"
            "<li><b>Levanter</b>: from the east through the Strait of Gibraltar, with a cloud on its head.</li>"
            "<li><b>Sirocco</b>: from the Sahara. Brings sand, and quarrels.</li>"
            "<li><b>Khamsin</b>: the same desert, in Egypt. The word means fifty, for the days it may last.</li>"
            "<li><b>Ostro</b>: from the south; mild; seldom mentioned.</li>"
            "<li><b>Libeccio</b>: from the south-west. Named for Libya, which denies it.</li>"
            "<li><b>Ponente</b>: from where the sun goes down. A wind for coming home by.</li>"
            "<li><b>Mistral</b>: down the Rhône. The master. In its country the beds stand away from the north wall.</li>"
            "<li><b>Meltemi</b>: over the Aegean in high summer, out of a clear sky. It is the only one that has never once "
            "been thanked in time.</li>"
            "</ul>"
        ),
        Figure("rooftops"),
        Heading("How it is known"),
        Prose(
            "<p>No instrument is needed. A harbour reads its wind from the washing. On a Monday with a sirocco the sheets hang "
            "like people who have had news. With a mistral they stand straight out, and the pegs are counted in the evening. "
            "My landlady in a port I will not name took hers in at the first cat’s-paw, an hour before the barometer moved, "
            "and had never owned a barometer.</p>"
        ),
        Quotation("A wind with no name is only a draught.", "Said by my landlady, with a peg in her mouth"),
        PullQuote("It is a better question than asking for a hotel."),
        Prose(
            "<p>Names do not hold a wind, of course. But they let you greet it, and to greet a thing by name is halfway to "
            "asking it to wipe its feet. I notice that we have begun to give names to storms, from a list, in the order of the "
            "alphabet, as one does with files. I doubt that they know they are meant.</p>"
        ),
    ),
)

FOG_BELL = Original(
    slug="number-four-off-the-north-mole",
    section="cities-and-sea",
    headline="Number Four, off the North Mole",
    standfirst="It has hung in the water for ninety years and has only ever said the one word. We went out to listen.",
    authors=("teo",),
    drawing="fog-bell",
    topics=("Weather", "Harbours"),
    licence="cc-by",
    goes_live_in=timedelta(days=2),
    body=(
        Prose(
            "<p>It has no keeper. There is a bell, there are four clappers on hinges, and there is the swell. When the sea "
            "lifts the buoy, a clapper falls against the bronze; when the sea is quiet, it does not. So the bell is silent in "
            "just the weather when nobody could come to harm, and those who call it stupid have not thought about it.</p>"
            "<p>But fog comes with calm. That is the trouble with number four, and the harbour office has had letters about it "
            "since 1934.</p>"
        ),
        Heading("The letters"),
        Prose(
            "<p>I was shown the file. They wrote in to say that it rang too little, that it rang too much, that it rang flat. A "
            "widow asked for it to be stopped on Sundays. A pilot asked for it to be rung in fog by a boy in a boat, and "
            "offered his own boy. In the margin of that one there is a note in red by a harbour master whose name I cannot "
            "read:</p>"
        ),
        Quotation("It tells them where it is. It cannot also tell them where they are.", "Note in the harbour office, undated"),
        Prose(
            "<p>I have carried this sentence about with me for some months. I have tried it on most things: on maps, on "
            "advice, on my father. It has not yet failed.</p>"
        ),
        PullQuote("It has not yet failed."),
        Heading("Going out"),
        Prose(
            "<p>We went at five on a morning like the inside of a pearl. Salma rowed, because I was to listen. At the end of "
            "the mole we shipped the oars and waited, and there was nothing; water, a drop from the blade, our breath. Then, a "
            "long way off and to the left, it spoke once.</p>"
            "<ol>"
            "<li>You wait for the second stroke, to be sure.</li>"
            "<li>You turn your head, and lose it.</li>"
            "<li>You find that you have stopped breathing, and that this helps.</li>"
            "<li>It speaks again, behind you and near.</li>"
            "</ol>"
            "<p>Sound goes about in fog as it likes. In the end we found number four by running into it, gently, with the bow. "
            "It was larger than I had thought, and red, with a beard of weed. Close to, there is a hum in the bronze that goes "
            "on for a full minute after each stroke. From the land one has never heard that; I put a microphone against it.</p>"
        ),
        Recording(
            "https://media.example.org/recordings/number-four-north-mole",
            "Number four, from one metre",
            "sound recording, 11 minutes: four strokes and what follows them",
        ),
        Prose(
            "<p>Then a steamer went by outside, out of sight, and its wake came in to us minutes after it was gone. The buoy "
            "leaned over, and all four clappers fell. Salma put her hands over her ears and was laughing. I have no words for "
            "how loud it was. It said where it was, and for as long as it rang we were there, too.</p>"
        ),
    ),
)

ORIGINALS = (COASTLINE, NIGHT, FERRY, WINDS, FOG_BELL)
