"""The corpus: partners' pages made for the tests, each with the verdict it deserves written down beside it.

Each file in `pages/` is a family. A case begins with `== its name`. Its second line is the verdict with the terms that matter;
then come lines `> name: value` that say how the page came (contract, status, url, asked, withdrawn, story, encoding, want, or a
header); then the page, where words in capitals after a `$` stand for what many pages share. A line `---` parts head from body
where the page around them is not what matters.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from string import Template
from typing import Any
from uuid import UUID

from syndication.contract import Contract
from syndication.findings import find
from syndication.judge import Judgement, judge
from syndication.story import Canonical, Correction, Licence, Publisher, Story

HOME = "https://home.example/stories/river/"
COPY = "https://partner.example/2026/river"
FIRST = "The river rose in the night, and by morning the lower town had become a lake with chimneys."
OLD = "The dam above the town had been inspected twice in ten years, said the ministry on Monday evening."
NEW = "The dam above the town had been inspected once in thirty years, as the ministry admits on Thursday."
REST = [
    "Nobody in the ministry had read the letters that the keeper of the locks sent every spring.",
    "She kept copies of them all in a tin box, in the order in which they were not answered.",
    "When the water came to the second step she carried the box upstairs and began to read aloud.",
    "Her neighbours, who had come for coffee and dry socks, listened until the boats arrived at noon.",
]
CORRECTION = "An earlier version of this article said that the dam had been inspected twice in ten years. It was once in thirty."
CHROME = (
    "<nav>Home News Culture Sport Subscribe Sign in Most read this week Contact us Imprint Terms of use Privacy Archive</nav>"
)


def _paragraphs(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


TEXT = _paragraphs(FIRST, OLD, *REST)
CORRECTED = _paragraphs(FIRST, NEW, *REST)
LINK = f'<p><em>First published by The Harbour Review: <a href="{HOME}">The keeper of the locks</a></em></p>'
TITLE = "<h1>The keeper of the locks</h1>"
SHARED = {
    "HOME": HOME,
    "COPY": COPY,
    "HOST": "https://home.example",
    "OURS": f'<link rel="canonical" href="{HOME}">',
    "THEIRS": f'<link rel="canonical" href="{COPY}">',
    "THIRD": '<link rel="canonical" href="https://third.example/river">',
    "CHROME": CHROME,
    "TITLE": TITLE,
    "LINK": LINK,
    "WHOLE": CHROME + TITLE + TEXT,
    "ARTICLE": CHROME + TITLE + TEXT + LINK,
    "CORRECTED": CHROME + TITLE + CORRECTED + LINK,
    "OPENING": CHROME + TITLE + f"<p>{FIRST}</p>",
    "HALF": CHROME + TITLE + _paragraphs(FIRST, OLD, *REST[:2]),
    "NOTE": f"<h3>Corrections</h3><p>3 March 2026: {CORRECTION}</p>",
    "SORRY": f"{CHROME}<h1>Sorry</h1><p>The page you asked for is not here. Try our search, or go back to the front page.</p>",
}

_before = Story(
    uid=UUID(int=6),
    first_published=datetime(2026, 3, 1, 9, tzinfo=UTC),
    modified=datetime(2026, 3, 1, 9, tzinfo=UTC),
    publisher=Publisher(name="The Harbour Review", url="https://home.example/"),
    url=HOME,
    canonical=Canonical(url=HOME),
    headline="The keeper of the locks",
    description="A harbour without ships.",
    body_html=TEXT,
    excerpt_html=f"<p>{FIRST}</p>",
)
_corrected = _before.model_copy(
    update={"body_html": CORRECTED, "corrections": (Correction(at=date(2026, 3, 3), text=CORRECTION),)}
)
STORIES: dict[str, tuple[Story | None, Story | None]] = {
    "": (_before, None),
    "none": (None, None),
    "corrected": (_corrected, _before),
    "corrected, and before is not known": (_corrected, None),
    "noted": (_corrected.model_copy(update={"body_html": TEXT}), _before),
    "licensed": (
        _before.model_copy(update={"licence": Licence(name="CC BY 4.0", url="https://creativecommons.org/licenses/by/4.0/")}),
        None,
    ),
}


@dataclass(frozen=True)
class Case:
    """A page as it came, and what is expected of the judge."""

    name: str
    verdict: str
    terms: dict[str, str]
    body: bytes = field(repr=False)
    headers: dict[str, str] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)

    def judged(self) -> Judgement:
        """What the judge says of it."""
        told, (story, before) = self.told, STORIES[self.told.get("story", "")]
        url = told.get("url", COPY)
        return judge(
            find(self.body, self.headers, url),
            _contract(told.get("contract", "canonical link")),
            told.get("want", HOME),
            int(told.get("status", "200")),
            url,
            told.get("withdrawn") == "yes",
            story,
            told.get("asked", COPY),
            before,
        )


def _contract(said: str) -> Contract:
    owed = said.split()
    terms: dict[str, Any] = {name: name in owed for name in ("canonical", "noindex", "link")}
    extent = next((word for word in owed if word in ("excerpt", "full")), "link" if "headline" in owed else "full")
    return Contract(**terms, extent=extent)


def written() -> Iterator[Case]:
    """The cases of all families, as they are written down."""
    for file in sorted((Path(__file__).parent / "pages").glob("*.txt")):
        for told in file.read_text(encoding="utf-8").split("\n== ")[1:]:
            yield _read(file.stem, told)


_SAID = ("contract", "status", "url", "asked", "withdrawn", "story", "encoding", "want")


def _read(family: str, told: str) -> Case:
    name, expected, *lines = told.splitlines()
    said: dict[str, str] = {}
    headers = {"content-type": "text/html; charset=utf-8"}
    while lines and lines[0].startswith("> "):
        key, _, value = lines.pop(0)[2:].partition(": ")
        (said if key in _SAID else headers)[key] = Template(value).safe_substitute(SHARED)
    verdict, *terms = expected.split()
    source = Template("\n".join(lines)).safe_substitute(SHARED)
    if "\n---\n" in f"\n{source}\n":
        head, _, rest = f"\n{source}\n".partition("\n---\n")
        source = f"<!doctype html><html lang=en><head><title>A page</title>{head}</head><body>{rest}</body></html>"
    body = source.encode(said.get("encoding", "utf-8"))
    return Case(f"{family}: {name}", verdict, dict(term.split("=") for term in terms), body, headers, said)


def _page(head: str, body: str) -> bytes:
    return f"<!doctype html><html><head><title>A page</title>{head}</head><body>{body}</body></html>".encode()


def hostile() -> Iterator[Case]:
    """Pages that are too long, too deep or too many, which are made here."""
    ours, article = SHARED["OURS"], SHARED["ARTICLE"]
    kept, html = {"canonical": "honoured", "link": "honoured"}, {"content-type": "text/html"}
    pages = {
        "ten megabytes, the article first": _page(ours, article + "<p>and so on, </p>" * 600_000),
        "ten megabytes of one paragraph": _page(ours, article + "<p>" + "words without end " * 550_000),
        "150,000 elements deep": _page(ours, article + "<div>" * 150_000),
        "15,000 elements deep": _page(ours, article + "<div>" * 15_000),
        "9,000 fonts that nobody closes": _page(ours, article + "<font size=1>" * 9_000 + "<p>x" * 3_000),
        "thousands of metas": _page("<meta name=generator content=x>" * 15_000 + ours, article),
        "thousands of robots rules": _page(f'<meta name=robots content="{"index," * 100_000}">' + ours, article),
        "attributes without end": _page(ours, article + "<p " + " ".join(f"a{n}=1" for n in range(200_000)) + ">"),
        "attributes that hold what ends a tag": _page(
            ours, article + "<p " + " ".join(f'a{n}=">"' for n in range(100_000)) + ">"
        ),
        "a canonical with attributes without end": _page(
            f'<link rel="canonical" href="{HOME}" ' + " ".join(f"a{n}" for n in range(100_000)) + ">", article
        ),
        "attributes in thousands of html tags": _page(ours, article + "".join(f"<html a{n}=1>" for n in range(60_000))),
        "attributes in thousands of body tags": _page(ours, article + "".join(f"<body a{n}=1>" for n in range(60_000))),
        "JSON-LD a million lists deep": _page(f'{ours}<script type="application/ld+json">{"[" * 1_000_000}</script>', article),
        "JSON-LD of 50,000 things": _page(
            f'{ours}<script type="application/ld+json">[{"{},".join([""] * 50_000)}{{}}]</script>', article
        ),
        "comments that nobody closes": _page(ours, article + "<!--" * 200_000),
        "a million signs less than": _page(ours, article + "<" * 1_000_000),
        "quotes without end": _page(ours, article + '<p "' * 100_000),
        "zero bytes": _page(ours, article + "\0" * 1_000_000),
        "the word canonical, 200,000 times": _page(ours, article + "canonical " * 200_000),
        "thousands of links to our site": _page(ours, article + '<a href="https://home.example/a">x</a>' * 9_000),
        "thousands of bases": _page('<base href="https://partner.example/">' * 10_000 + ours, article),
    }
    for name, body in pages.items():
        yield Case(f"hostile: {name}", "honoured", kept, body, html)
    yield Case("hostile: thousands of canonicals", "duplicated", {}, _page(SHARED["THEIRS"] + ours * 9_000, article), html)
    many = {**html, "link": f"<{HOME}>; rel=canonical, " * 2_000, "x-robots-tag": "max-snippet: 1, " * 9_000}
    yield Case("hostile: thousands of Link headers", "honoured", kept, _page("", article), many)
