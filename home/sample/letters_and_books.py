"""The originals of the section Letters & Books."""

from datetime import UTC, datetime

from home.sample.people import HOUSE_RULES
from home.sample.pieces import Figure, Heading, Original, Prose, PullQuote, Quotation, Table

UNSENT = Original(
    slug="the-library-of-unsent-letters",
    section="letters-and-books",
    headline="The Library of Unsent Letters",
    standfirst="Most letters fail to arrive because nobody posts them. There ought to be a place where they are kept.",
    authors=("nell",),
    drawing="pigeonholes",
    topics=("Letters", "Reading"),
    licence="cc-by",
    published=datetime(2026, 9, 14, 6, 30, tzinfo=UTC),
    body=(
        Prose(
            "<p>My aunt left me a bureau with eleven drawers, and in the eleventh there were letters. They were stamped, "
            "addressed and sealed, and the stamps had not been touched by any postmark. She had written to her sister, to the "
            "water board, to a man called Ferris, to Ferris again, and to the author of a novel she disliked. She had posted "
            "none of them. She had filed them by date, which is what one does with things that are finished.</p>"
            "<p>I have since asked people, at dinners and in queues, whether they keep such a drawer. The answer is a short "
            "silence and then yes. It seems that for every letter in the world that was read there is another that was only "
            "written, and that this second post, larger than the first and much more honest, has no sorting office.</p>"
        ),
        Heading("What the drawer is for"),
        Prose(
            "<p>The famous ones we know about because their writers were careful. In July 1863 Abraham Lincoln wrote to the "
            "general who had let a beaten army escape across a river. It is a magnificent reproach. He folded it into an "
            "envelope, wrote on the outside that it was never sent or signed, and went back to being courteous. The letter had "
            "done its work by being written; posting it would only have been an accident.</p>"
        ),
        Quotation(
            "A Letter always feels to me like immortality because it is the mind alone without corporeal friend.",
            "Emily Dickinson, to Thomas Wentworth Higginson, 1869",
        ),
        Prose(
            "<p>Dickinson was thinking of letters that arrive, but the sentence is truer of those that do not. A letter that "
            "is sent has to put on a coat. It thinks of the person who will open it, of the breakfast table, of what will be "
            "said to the husband. A letter that stays in the drawer can go about in its shirt.</p>"
        ),
        PullQuote("A letter that is sent has to put on a coat."),
        Heading("A short catalogue"),
        Prose(
            "<p>If there were a library for them, and I have begun to think of mine as a branch of it, the shelves would have "
            "to be labelled. I propose these:</p>"
            "<ul>"
            "<li><b>Apologies</b>, by far the longest shelf, with a ladder.</li>"
            "<li><b>Resignations</b>, arranged by day of the week; Monday needs a second case.</li>"
            "<li><b>Declarations</b>, in a room with a door that can be closed.</li>"
            "<li><b>Corrections</b>, sent to editors in the mind only, many of them right.</li>"
            "<li><b>Thanks</b>, the saddest, because nothing at all stood in the way but the stamp.</li>"
            "</ul>"
            "<p>There would be no lending. Readers would be admitted to their own letters only, on producing a specimen of their "
            "handwriting, and the librarian would leave them alone for an hour with a lamp. At the exit there would be a post "
            "box. It would not be mentioned.</p>"
        ),
        Heading("Ferris"),
        Prose(
            "<p>I did what you would have done. I found a Ferris of the right age in a harbour town two hours up the coast, "
            "and I wrote to him, enclosing nothing, asking whether he had known her. He answered by return, in a hand that "
            "leaned into the wind. He had known her one summer. He was glad to hear, he said, that she had written; he had "
            "always supposed that he was the only one who kept a drawer.</p>"
            "<p>I have his permission to print that. I have not asked him what was in it. His letter is in my bureau now, in the "
            "tenth drawer, with a postmark as round and black as a full stop. The eleventh I leave to the library.</p>"
        ),
    ),
)

PENCIL = Original(
    slug="what-the-pencil-knew",
    section="letters-and-books",
    headline="What the Pencil Knew",
    standfirst="On buying a second-hand book and finding that somebody is already in it.",
    authors=("nell",),
    drawing="open-book",
    topics=("Reading", "Letters"),
    licence="",
    published=datetime(2025, 2, 3, 7, 0, tzinfo=UTC),
    body=(
        Prose(
            "<p>The book was a history of lighthouses, cheap because it was written in. I bought it for the lighthouses. By the "
            "second chapter I was reading it for the pencil.</p>"
            "<p>The pencil was small and sharp and had opinions. Beside a paragraph on the price of whale oil it said <i>no</i>. "
            "Beside the next it said <i>no!</i> At a sentence praising a certain engineer it had drawn a line so straight that "
            "it must have been made with a ruler, as if to keep a hand from shaking. I turned pages looking for where it would "
            "speak next, the way one looks up in a waiting room whenever the door opens.</p>"
        ),
        Heading("An ample margin"),
        Prose(
            "<p>We owe the word <i>marginalia</i> to Coleridge, who wrote so well in the books of others that friends lent "
            "them to him in order to have them spoiled. And we owe the best excuse for the habit to Poe, who made a column of "
            "it.</p>"
        ),
        Quotation(
            "In getting my books, I have been always solicitous of an ample margin; this not so much through any love of the "
            "thing in itself, however agreeable, as for the facility it affords me of pencilling suggested thoughts, "
            "agreements, and differences of opinion.",
            "Edgar Allan Poe, “Marginalia”, 1844",
        ),
        Prose(
            "<p>Agreements and differences: my pencil had both, and after a hundred pages I could tell its kinds of silence "
            "apart. There was the silence of somebody reading fast. There was the silence of somebody reading with dislike. "
            "And in chapter nine there began a third kind, which I did not understand until I saw that the pencil had changed. "
            "It was softer now, and larger. It no longer said <i>no</i>. It said <i>ask R. about this</i>; a little later, "
            "<i>R. would have liked this</i>.</p>"
        ),
        PullQuote("I could tell its kinds of silence apart."),
        Heading("Three rules"),
        Prose(
            "<p>From that unknown reader I have learned to write in books. My rules are these:</p>"
            "<ol>"
            "<li>Pencil only. Ink is for the author, who could not know better.</li>"
            "<li>Never underline what is good; underline what is strange. The good will be found anyway.</li>"
            "<li>Write for a stranger, forty years on, who has come for the lighthouses.</li>"
            "</ol>"
            "<p>The last page of the index has a single mark. Beside the entry for <i>lamps, extinguished</i>, the soft pencil "
            "has put a small tick, such as one makes on a list when a thing has been seen to. I do not know what it means. I "
            "have kept the facing page free, in case somebody should.</p>"
        ),
    ),
)

INDEX = Original(
    slug="a-short-defence-of-the-index",
    section="letters-and-books",
    headline="A Short Defence of the Index",
    standfirst="It stands at the back, in small type, and it is the only part of a book that knows how the whole thing ends.",
    authors=("nell",),
    drawing="book-spines",
    topics=("Reading",),
    licence="cc-by-nd",
    published=datetime(2025, 10, 20, 6, 0, tzinfo=UTC),
    footnotes=(
        (
            "An <i>index rerum</i> lists matters, an <i>index nominum</i> names. Nobody has yet made the third that every "
            "reader wants, an index of the places where one put the book down."
        ),
    ),
    body=(
        Prose(
            "<p>There are people who read the last page of a novel first. I understand them, but they are amateurs. The last "
            "page tells you what happens; the index tells you what the author thinks about. Whoever has <i>money, lack of</i> "
            "on nineteen pages and <i>wife</i> on one has written an autobiography, whatever it says on the spine.</p>"
            "<p>In 1751 Samuel Johnson asked the author of <i>Clarissa</i>, a novel of about a million words, whether he would "
            "not please add an <i>index rerum</i>[^1], so that a reader who remembered an incident might find it again. It is "
            "sometimes told as a joke about length. I think it was the highest compliment Johnson knew: he wished to go back.</p>"
        ),
        Heading("What an entry can do"),
        Prose(
            "<p>A good entry is a very short essay. It has to choose a word under which somebody, some day, in a hurry, will "
            "look. That is an act of sympathy. It also has to leave nearly everything out, which is an act of style. The kinds "
            "I collect are these:</p>"
        ),
        Table(
            "Five entries and what they are for",
            (
                ("The entry", "What it promises", "What it hides"),
                ("bridges, burnt", "A list of quarrels", "That the indexer is keeping count"),
                ("harbours, see homecomings", "That both are one thing", "That only one has tides"),
                ("happiness, brief", "A page number", "That there is only one"),
                ("soup, 4, 18, 112–130", "A recipe or two", "An entire winter"),
                ("truth, passim", "That it is everywhere", "That it could not be found"),
            ),
        ),
        Prose(
            "<p>Machines now make indexes, and they make them of words. They will find you every <i>sea</i> in the book, "
            "including the one in <i>nausea</i>. What they will not do is enter <i>departure</i> where the author says only "
            "that she washed up the second cup. For that somebody has to have read the book and minded.</p>"
        ),
        PullQuote("A good entry is a very short essay."),
        Heading("The indexer’s revenge"),
        Prose(
            "<p>Indexers were long paid by the page and thanked by nobody, and a few took what satisfaction they could. I own "
            "a county history in which the entry <i>Squire Hallam, generosity of</i> refers to a page that does not exist. I "
            "own a treatise on bees where <i>author, errors of</i> is followed by forty-one numbers, each of them correct.</p>"
            "<p>And I once read proofs of a memoir by an admiral who named everyone he had ever sunk. The index, made by his "
            "daughter, went to press unread, as indexes do. Under her own name she had put one line: <i>not mentioned, "
            "throughout.</i></p>"
        ),
    ),
)

ARABIC = Original(
    slug="a-room-above-the-harbour",
    section="letters-and-books",
    headline="رسالةٌ من غرفةٍ تُطلّ على المرفأ",
    standfirst="في الطابق الثاني نافذةٌ واحدة، ومنها تعلّمتُ أن الانتظار ضربٌ من القراءة، وأن البحر لا يعيد الجملة مرّتين.",
    authors=("salma",),
    drawing="window-on-the-harbour",
    lead_alt=(
        "نافذةٌ مقوّسة في جدارٍ أزرق داكن تُطلّ على مرفأٍ عند المساء: قاربان شراعيّان وبيوتٌ وشمسٌ شاحبة، وليمونتان على حافّة النافذة."
    ),
    lead_caption="نافذة الطابق الثاني، في الساعة التي تعود فيها القوارب.",
    topics=("Letters", "Harbours"),
    licence="cc-by-nd",
    language="ar",
    published=datetime(2026, 5, 6, 6, 0, tzinfo=UTC),
    body=(
        Prose(
            "<p>عزيزتي،</p>"
            "<p>تسألينني في رسالتك الأخيرة كيف تبدو الغرفة، وأنا منذ أسبوعٍ أحاول أن أجيب فلا أجد إلّا النافذة. الغرفة صغيرة، "
            "فيها سريرٌ وطاولةٌ وكرسيٌّ يعرج، أمّا النافذة فواسعةٌ كأنّ الذي بنى البيت فتحها على البحر أوّلًا ثم تذكّر أن يضع "
            "حولها جدارًا.</p>"
            "<p>أستيقظ قبل الصيّادين بقليل. أسمع المجاديف قبل أن أرى القوارب، وأعرف من إيقاعها مَن نام جيّدًا ومَن تشاجر مع "
            "زوجته. ثم يخرج الضوء من وراء الجبل على مهل، كمن يفتح كتابًا قديمًا ويخشى أن تتكسّر أوراقه، فتظهر الأسماء على "
            "جوانب القوارب واحدًا بعد آخر: «صابرة»، «أمّ الخير»، «وحدها تعود».</p>"
        ),
        Heading("عن الانتظار"),
        Prose(
            "<p>كنتُ أظنّ أن الانتظار فراغٌ بين شيئين. وهنا تعلّمتُ أنّه عملٌ له أدواته: كوب الشاي، وحافّة النافذة، والعين "
            "التي تعدّ الأشرعة. جارتي العجوز في الطابق الأرضيّ تنتظر قاربًا غرق قبل أربعين سنة. لا أحد يقول لها ذلك، وهي تعرفه "
            "أكثر منّا جميعًا. تضع كلّ مساءٍ كرسيّين أمام الباب، وتقول إنّ الكرسيّ الثاني للهواء.</p>"
        ),
        Quotation(
            "على قَدْرِ أهلِ العزمِ تأتي العزائمُ\nوتأتي على قَدْرِ الكرامِ المكارمُ",
            "أبو الطيّب المتنبّي",
        ),
        Prose(
            "<p>تذكّرتُ هذا البيت وأنا أنظر إليها. كنّا نحفظه في المدرسة ونظنّه عن الملوك والسيوف. لكنّ العزم الذي أراه من "
            "نافذتي لا سيف له: امرأةٌ تكنس عتبةً لن يدخلها أحد، ورجلٌ يصلح شبكةً يعرف أنّها ستتمزّق غدًا، وصبيٌّ يتعلّم عقدةً "
            "واحدة طوال الصيف حتى تتعلّمها يداه وينساها رأسه.</p>"
        ),
        PullQuote("الكرسيّ الثاني للهواء."),
        Heading("ما يكتبه البحر"),
        Prose(
            "<p>سألتِني أيضًا إن كنتُ أكتب. أكتب قليلًا وأمحو كثيرًا، وقد أخذتُ ذلك عن الموج: يأتي بالسطر كاملًا، ثم يسحبه قبل "
            "أن يجفّ، ويترك على الرمل كلمةً واحدة لا أكثر. أجمع هذه الكلمات في دفترٍ صغير. حين يمتلئ سأرسله إليك، وعليك أنتِ "
            "أن تجدي الجُمَل.</p>"
            "<p>المساء الآن، والشمس على الماء طريقٌ لا يمشي عليه أحد. عادت القوارب كلّها إلّا واحدًا، وهو دائمًا يتأخّر، "
            "وصاحبه يقول إنّ البحر هو الذي يطيل الحديث. على حافّة النافذة ليمونتان من شجرة الجيران. تركتُ لك واحدة.</p>"
            "<p>سلامي إلى بيتكم، وإلى النافذة التي عندكم، وإن كانت لا تُطلّ إلّا على الشارع. كلّ شارعٍ، إن صبرتِ عليه، ينتهي "
            "إلى ماء.</p>"
        ),
    ),
)

TWO_KEYS = Original(
    slug="two-keys-to-one-house",
    section="letters-and-books",
    headline="Two Keys to One House",
    standfirst="In Arabic a line of verse is a house, and each half is one leaf of a double door. Two translators try it.",
    authors=("salma", "nell"),
    drawing="two-doors",
    topics=("Translation", "Reading"),
    licence="cc-by",
    published=datetime(2026, 7, 2, 6, 0, tzinfo=UTC),
    body=(
        Prose(
            "<p><b>Salma:</b> The word for a line of poetry is <i>bayt</i>, which is also the word for a house, and before "
            "that for a tent. The line has two halves with a breath between them. Each half is called a <i>misra</i>, and a "
            "<i>misra</i>, if you ask a carpenter, is one of the two leaves of a door. So when I was told at seven to learn "
            "ten lines by heart, I was being given the run of ten houses.</p>"
            "<p><b>Nell:</b> I have no Arabic. I have a dictionary, a good ear and Salma, who lives eleven minutes away and "
            "owns a kettle. We had agreed to translate the same line, without looking, and then to open the door at the same "
            "moment.</p>"
        ),
        Heading("The line"),
        Prose(
            "<p><b>Salma:</b> I chose the opening of the ode al-Mutanabbi made in the year 954 for a battle over a mountain "
            "fortress. Every child knows it. Word for word it says: <i>in the measure of the people of resolve come the "
            "resolves, and there come in the measure of the noble the noble deeds.</i> In Arabic it is as tight as a knot. In "
            "English, as you see, it is a rope lying in the yard.</p>"
        ),
        Table(
            "One house, two keys",
            (
                ("", "The first leaf", "The second leaf"),
                ("Salma", "As people are firm, so firm is what they begin;", "as people are great, so great is what they do."),
                ("Nell", "Small hearts have small designs. Look at the size", "of what is given: there the giver lies."),
            ),
        ),
        Figure("courtyard"),
        Prose(
            "<p><b>Nell:</b> Mine rhymes, and I was proud of that for about a minute. Then Salma asked, kindly, where the "
            "<i>resolve</i> had gone. I said it had been turned into <i>hearts</i>. She said that hearts were a thing I had "
            "brought with me, like somebody who comes to stay and hangs up a picture.</p>"
            "<p><b>Salma:</b> And mine is faithful, and nobody will ever learn it by heart. I kept every beam of the house, "
            "and there is no door in it.</p>"
        ),
        PullQuote("I kept every beam of the house, and there is no door in it."),
        Heading("What we agreed on"),
        Prose(
            "<p><b>Nell:</b> After the second pot of tea we wrote a list. It is pinned above both our desks:</p>"
            "<ul>"
            "<li>Say first what the line <i>does</i>. This one weighs people.</li>"
            "<li>Keep one strange thing strange. A guest who knows where everything is has not travelled.</li>"
            "<li>Never improve the furniture.</li>"
            "<li>Read it aloud to somebody who is cooking. If they stop stirring, it is finished.</li>"
            "</ul>"
            "<p><b>Salma:</b> We tried once more, together, and this is the one we keep. It has lost the rhyme and found its "
            "hinge. The two leaves are the same width, and there is room between them for a breath.</p>"
        ),
        Quotation(
            "Resolve arrives to fit the ones who dare;\nand honour comes as large as those who give.",
            "al-Mutanabbi, after both of us",
        ),
        Prose("<p><b>Nell:</b> It is not right. It is a way in. We have left it on the latch.</p>"),
    ),
)

RULES = Original(
    slug=HOUSE_RULES,
    section="letters-and-books",
    headline="The Rules of the House",
    standfirst="What we print, how we mend it, who pays, and who is to blame. Pinned up in the porch since we went online.",
    authors=("nell",),
    drawing="rooftops",
    topics=("Letters",),
    licence="cc-by",
    published=datetime(2024, 1, 8, 9, 0, tzinfo=UTC),
    body=(
        Prose(
            "<p><i>The Harbour Review</i> was printed four times a year on a machine that had come to us with a damp cellar "
            "and a cat. When the machine broke, the cat stayed and the review moved here. It seemed a good moment to write "
            "down what had so far been settled by shouting up the stairs.</p>"
        ),
        Heading("What we print"),
        Prose(
            "<p>Essays that somebody had to write. We do not print news, because others do it better, nor reviews of books by "
            "people we owe money. A writer is paid on the day we say yes, not on the day we find the room.</p>"
        ),
        Heading("How we behave"),
        Prose(
            "<p>What is reported here happened, and what is imagined is not passed off as report. Where a friend writes about a "
            "friend, the piece says so. Nobody outside the house reads a piece before you do, and nobody can buy a place in it. "
            "Pictures are made by hand or by patience, and say so underneath.</p>"
        ),
        Heading("When we are wrong"),
        Prose(
            "<p>We say so, with the date, on the piece itself and in words that say what was wrong as well as what is right. "
            "We then tell everyone who carries the piece, and look whether they have changed it. A mistake that travels has to "
            "be followed. Spelling is mended in silence.</p>"
        ),
        PullQuote("A mistake that travels has to be followed."),
        Heading("Who pays"),
        Prose(
            "<p>Readers, mostly: nine hundred of them send us the price of a ferry ticket each quarter. The chandler on the "
            "ground floor takes no rent for the second. We have no owner. There was a deed once, and we believe that the cat "
            "ate it.</p>"
        ),
        Heading("Where else it may stand"),
        Prose(
            "<p>We are glad when a piece travels. Each says under it on what terms. Whoever carries one names its author, "
            "leaves it as it is, and links to the page where it lives, so that a reader anywhere can find the way back here. "
            "When one of ours first ran elsewhere, our page does the same for them.</p>"
        ),
        Heading("Who is to blame"),
        Prose(
            "<ul>"
            "<li><b>Books:</b> Nell Ashcombe, who answers letters.</li>"
            "<li><b>Sea and weather:</b> Teodor Vasslund, who answers from the quay.</li>"
            "<li><b>Arabic, and everything at night:</b> Salma Marfai.</li>"
            "</ul>"
            "<p>Complaints are read aloud on Fridays. The good ones are printed.</p>"
        ),
    ),
)

ORIGINALS = (UNSENT, PENCIL, INDEX, ARABIC, TWO_KEYS, RULES)
