"""What a page says of the piece on it: headline, authors, day, picture, each with the place where it was found. Pure."""

import html
import re
import unicodedata
from datetime import date

from pydantic import BaseModel, ConfigDict
from selectolax.lexbor import LexborHTMLParser

from syndication.canonical import absolute
from syndication.findings import find
from syndication.linked_data import LinkedData
from syndication.markup import calmed, decoded, json_ld

JSON_LD, OPEN_GRAPH, META, TITLE, PAGE, LINK = "JSON-LD", "Open Graph", "meta", "title", "page", "link"
MOST_AUTHORS = 12
WORDS = 120


class Fact(BaseModel):
    """One thing a page says, as plain text, and where it stood. Both are empty where it says nothing."""

    model_config = ConfigDict(frozen=True)

    text: str = ""
    place: str = ""

    def __bool__(self) -> bool:
        return bool(self.text)


class Several(BaseModel):
    """Several things of one kind, in the order of the page."""

    model_config = ConfigDict(frozen=True)

    texts: tuple[str, ...] = ()
    place: str = ""

    def __bool__(self) -> bool:
        return bool(self.texts)


class PageFacts(BaseModel):
    """All that was found of a piece. `published` is a day (ISO 8601) in the page's own zone; addresses are absolute."""

    model_config = ConfigDict(frozen=True)

    title: Fact = Fact()
    description: Fact = Fact()
    authors: Several = Several()
    published: Fact = Fact()
    image: Fact = Fact()
    image_alt: Fact = Fact()
    image_caption: Fact = Fact()
    image_credit: Fact = Fact()
    site_name: Fact = Fact()
    language: Fact = Fact()
    canonical: Fact = Fact()
    paragraphs: Several = Several()
    asks_password: bool = False


def read(body: bytes, headers: dict[str, str], url: str) -> PageFacts:
    """Read a page as it came from `url`, each fact from JSON-LD, else Open Graph, else other meta elements. Never raises."""
    kind = headers.get("content-type", "")
    tree = LexborHTMLParser(calmed(decoded(body, kind).encode("utf-8", "replace")), scripting=True)
    base = next((b for tag in tree.css("base[href]")[:1] if (b := absolute(tag.attributes["href"] or "", url))), url)
    metas = _metas(tree)
    linked = LinkedData((data for _node, data in json_ld(tree)), url, base)
    homes = {found.url for found in find(body, headers, url).canonicals}
    site = _first(
        (JSON_LD, linked.site_name()),
        (OPEN_GRAPH, metas.get("og:site_name", "")),
        (META, metas.get("application-name", "")),
        limit=120,
    )
    title = _first(
        (JSON_LD, linked.text("headline", "name")),
        (OPEN_GRAPH, _without_site(metas.get("og:title", ""), site.text)),
        (META, _without_site(_any(metas, "twitter:title", "dc.title", "dcterms.title", "citation_title"), site.text)),
        (TITLE, _without_site(_title(tree), site.text)),
        limit=255,
    )
    return PageFacts(
        title=title,
        description=_first(
            (JSON_LD, linked.text("description", "abstract", "alternativeHeadline")),
            (OPEN_GRAPH, metas.get("og:description", "")),
            (META, _any(metas, "description", "twitter:description", "dc.description", "dcterms.description")),
            limit=1000,
        ),
        authors=_authors(linked, metas),
        published=_day(linked, metas),
        site_name=site,
        language=_language(linked, metas, tree),
        canonical=Fact(text=homes.pop(), place=LINK) if len(homes) == 1 and "" not in homes else Fact(),
        paragraphs=Several(texts=texts, place=JSON_LD) if (texts := opening(linked.text("articleBody"))) else Several(),
        asks_password=tree.css_first("input[type=password]") is not None,
        **_picture(linked, metas, base),
    )


# --- plain text ------------------------------------------------------------------------------------------------------

_TAG = re.compile(r"</?[a-zA-Z!][^<>]{0,2000}>")
_HIDDEN = re.compile(r"<(script|style|template|noscript)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
# Controls, lone surrogates, and the marks that turn the order of letters round; those that Arabic and Hebrew need stay.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_BREAK = re.compile(r"<br\b[^<>]*>|</(?:p|div|h\d|li|blockquote|figure)\s*>|\r\n?|[\u2028\u2029]", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?…؟۔。](?=[\s\"”’»)\]]|$)[\"”’»)\]]*")


def plain(text: str, limit: int = 1000) -> str:
    """One line of text without tags, entities and marks nobody sees, cut at a word to at most `limit` characters."""
    text = html.unescape(_TAG.sub("", _HIDDEN.sub("", text[: 20 * limit])))
    text = " ".join(_UNPRINTABLE.sub(" ", _TAG.sub("", text)).split())
    return text if len(text) <= limit else f"{text[: limit - 1].rsplit(' ', 1)[0].rstrip()}…"


def opening(text: str, words: int = WORDS) -> tuple[str, ...]:
    """The first paragraphs of a text, whole until `words` are reached; a longer paragraph ends at a sentence."""
    taken: list[str] = []
    count = 0
    for line in html.unescape(_BREAK.sub("\n", _HIDDEN.sub("", text[:100_000]))).split("\n"):
        paragraph = plain(_shortened(line, 2 * words), 4000)
        if not paragraph:
            continue
        taken.append(paragraph)
        count += len(paragraph.split())
        if count >= words:
            break
    return tuple(taken)


def _shortened(text: str, words: int) -> str:
    parts = text.split()
    if len(parts) <= words:
        return text
    cut = " ".join(parts[:words])
    ends = [end.end() for end in _SENTENCE_END.finditer(cut)]
    return cut[: ends[-1]] if ends else f"{cut}…"


def _first(*said: tuple[str, str], limit: int) -> Fact:
    return next((Fact(text=text, place=place) for place, raw in said if (text := plain(raw, limit))), Fact())


def _without_site(title: str, site: str) -> str:
    """A title without the name of the site that many append."""
    parts = re.split(r"(\s+[|–—·»:-]\s+|\s*\|\s*)", title.strip())
    if site and len(parts) > 2 and parts[-1].casefold() == site.casefold():
        return "".join(parts[:-2])
    return title


# --- meta elements ---------------------------------------------------------------------------------------------------


def _metas(tree: LexborHTMLParser) -> dict[str, str]:
    """What each meta element says first, by its name or property in lower case; several authors are joined by `;`."""
    said: dict[str, str] = {}
    for node in tree.css("meta")[:2000]:
        attributes = node.attributes
        content = (attributes.get("content") or "").strip()[:20_000]
        for key in ("property", "name", "itemprop", "http-equiv"):
            name = (attributes.get(key) or "").strip().lower()
            if name in _AUTHORS and said.get(name) and content not in said[name]:
                said[name] += f";{content}"
            elif name and content and name not in said:
                said[name] = content
    return said


def _any(metas: dict[str, str], *names: str) -> str:
    return next((metas[name] for name in names if metas.get(name)), "")


def _title(tree: LexborHTMLParser) -> str:
    node = tree.head.css_first("title") if tree.head else None
    return node.text() if node else ""


# --- authors ---------------------------------------------------------------------------------------------------------

_AUTHORS = (
    "author",
    "article:author",
    "byl",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "dcterms.creator",
    "citation_author",
)
_BY = re.compile(r"^(?:by|written by|von|par|por|di|door|بقلم|كتب)\s*:?\s+", re.IGNORECASE)
_AND = re.compile(r"\s*[;|،]\s*|\s+(?:and|&|und|et|y)\s+", re.IGNORECASE)


def _authors(linked: LinkedData, metas: dict[str, str]) -> Several:
    publisher = plain(linked.site_name()).casefold()
    for place, said in (
        (JSON_LD, list(linked.names())),
        (OPEN_GRAPH, [metas.get("og:article:author", ""), metas.get("article:author", "")]),
        (META, [_any(metas, *_AUTHORS)]),
    ):
        names = [name for text in said for name in _split(plain(text, 600))]
        kept = dict.fromkeys(name for name in names if name.casefold() != publisher)
        if kept:
            return Several(texts=tuple(kept)[:MOST_AUTHORS], place=place)
    return Several()


def _split(text: str) -> list[str]:
    """The names in a byline. A comma parts names only where both sides hold a first and a last name."""
    names: list[str] = []
    for part in _AND.split(_BY.sub("", text)):
        commas = [one.strip() for one in part.split(",") if one.strip()]
        names.extend(commas if len(commas) > 1 and all(" " in one for one in commas) else [part.strip(" ,")])
    return [name for name in names if name and not name.startswith("@") and "://" not in name and len(name) <= 120]


# --- day, language, picture ------------------------------------------------------------------------------------------

_DAYS = (
    *("date", "datepublished", "dc.date", "dc.date.issued", "dcterms.date", "dcterms.created", "dcterms.issued", "pubdate"),
    *("publishdate", "publish-date", "publish_date", "parsely-pub-date", "sailthru.date", "citation_publication_date"),
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMBERS = re.compile(r"(?P<year>\d{4})([-/.]?)(?P<month>\d\d?)\2(?P<day>\d\d?)(?!\d)")
_WORDS = re.compile(
    r"(?:(?P<first>\d\d?)(?:st|nd|rd|th)?\s+)?(?P<month>[A-Za-z]{3,9})\.?,?\s+(?:(?P<day>\d\d?)(?:st|nd|rd|th)?,?\s+)?(?P<year>\d{4})"
)


def _day(linked: LinkedData, metas: dict[str, str]) -> Fact:
    for place, said in (
        (JSON_LD, linked.text("datePublished", "dateCreated")),
        (OPEN_GRAPH, _any(metas, "article:published_time", "og:article:published_time", "og:published_time")),
        (META, _any(metas, *_DAYS)),
    ):
        if day := day_of(said):
            return Fact(text=day.isoformat(), place=place)
    return Fact()


def day_of(text: str) -> date | None:
    """The day in a date as pages write it, in the zone it is written in; None if it cannot be read without guessing."""
    text = "".join(str(unicodedata.digit(letter, letter)) for letter in text.strip()[:60])
    if found := _NUMBERS.match(text):
        year, month, day = (int(number) for number in found.group("year", "month", "day"))
    elif (found := _WORDS.search(text)) and found["month"][:3].lower() in _MONTHS:
        year, month, day = (
            int(found["year"]),
            _MONTHS.index(found["month"][:3].lower()) + 1,
            int(found["day"] or found["first"] or 0),
        )
    else:
        return None
    try:
        return date(year, month, day) if 1800 <= year <= 2200 else None
    except ValueError:
        return None


_LANGUAGE = re.compile(r"([a-z]{2,3})((?:-[a-z0-9]{1,8})*)")


def _language(linked: LinkedData, metas: dict[str, str], tree: LexborHTMLParser) -> Fact:
    root = tree.root
    for place, said in (
        (JSON_LD, linked.text("inLanguage")),
        (OPEN_GRAPH, metas.get("og:locale", "")),
        (META, _any(metas, "content-language", "language", "dc.language", "dcterms.language")),
        (PAGE, (root.attributes.get("lang") or root.attributes.get("xml:lang") or "") if root else ""),
    ):
        code = _LANGUAGE.fullmatch(said.partition(",")[0].strip().lower().replace("_", "-"))
        if code:
            return Fact(text=code[0], place=place)
    return Fact()


def _picture(linked: LinkedData, metas: dict[str, str], base: str) -> dict[str, Fact]:
    """The address of the picture, and what is said of it; a caption of one picture is never put under another."""
    found = linked.image()
    shared = next(
        (url for name in ("og:image:secure_url", "og:image:url", "og:image") if (url := _address(metas.get(name, ""), base))), ""
    )
    other = next(
        (url for name in ("twitter:image", "twitter:image:src", "image") if (url := _address(metas.get(name, ""), base))), ""
    )
    for place, url in ((JSON_LD, found.get("url", "")), (OPEN_GRAPH, shared), (META, other)):
        if not url:
            continue
        facts = {"image": Fact(text=url, place=place)}
        if place == JSON_LD:
            facts["image_caption"] = _first((JSON_LD, found["caption"]), limit=400)
            facts["image_credit"] = _first((JSON_LD, found["credit"]), limit=200)
        alt = metas.get("og:image:alt", "") if url == shared else ""
        facts["image_alt"] = _first(
            (OPEN_GRAPH, alt), (META, metas.get("twitter:image:alt", "") if url in (other, shared) else ""), limit=400
        )
        return facts
    return {}


def _address(text: str, base: str) -> str:
    return absolute(text.strip(), base) if text.strip() and len(text) <= 2000 else ""
