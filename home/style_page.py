"""The style page: every part of the readers' pages in every state, built from their own templates. For editors."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import translation

from home.blocks import BodyBlock
from home.licences import LICENCES
from home.models.site import PublicationSettings
from syndication.models import Response
from syndication.responses.thread import Entry, Thread
from syndication.story import Bearing, Canonical, Correction, CorrectionKind, Named, OutletCopy, Person, Picture, Publisher, Story

# Headline, standfirst, text, author: what is sample and what is not must be seen at once.
WORDS = {
    "en-gb": (
        "A Short Defence of the Index",
        "It stands at the back, in small type, and it is the only part of a book that knows how the whole thing ends.",
        "Nobody reads an index first, except those who know what they are looking for, and they are the readers an author "
        "should fear. It was begun in 1911, on 4,000 cards.",
        "Nell Ashcombe",
    ),
    "ar": (
        "رسالةٌ من غرفةٍ تُطلّ على المرفأ",
        "في الطابق الثاني نافذةٌ واحدة، ومنها تعلّمتُ أن الانتظار ضربٌ من القراءة.",
        "تسألينني في رسالتك الأخيرة كيف تبدو الغرفة، وأنا منذ أسبوعٍ أحاول أن أجيب فلا أجد إلّا النافذة.",
        "Salma Marfai",
    ),
}
NOTES = (
    '<section class="footnotes" role="doc-endnotes"><ol><li id="footnote-1">%s <a href="#footnote-source-1-1" '
    'role="doc-backlink" aria-label="Back to note 1 in the text">↩</a></li></ol></section>'
)
LICENCE = next(licence for licence in LICENCES.values() if licence.url)
WHEN = datetime(2026, 5, 6, 9, tzinfo=UTC)
BEARINGS: tuple[Bearing, ...] = ("", "paywalled", "gone", "withheld")


def style_page(request: HttpRequest) -> HttpResponse:
    """For editors, at an address of the admin; `?scheme=dark` and `?language=ar` show the other ways."""
    scheme = "dark" if request.GET.get("scheme") == "dark" else "light"
    language = "ar" if request.GET.get("language") == "ar" else "en-gb"
    return parts(request, PublicationSettings.for_request(request), scheme=scheme, language=language)


def parts(request: HttpRequest, publication: PublicationSettings, *, scheme: str, language: str = "en-gb") -> HttpResponse:
    """The page itself, in one scheme and one language, with the look of these settings."""
    publisher = publication.publisher()
    context = {
        "publication": publication,
        "publisher": publisher,
        "sections": [Named(name=name, url="/admin/") for name in ("Letters & Books", "Cities & Sea")],
        "scheme": scheme,
        "language": language,
        **_stories(publisher, language),
        "responses": _thread(),
        "sheet": Paginator(range(60), 20).page(2),
    }
    with translation.override(language):
        answer = render(request, "home/style.html", context)
    answer["X-Robots-Tag"] = "noindex"
    return answer


def _stories(publisher: Publisher, language: str) -> dict[str, Any]:
    headline, standfirst, text, author = WORDS[language]
    picture = Picture(
        url=static("harbour.svg"),
        width=960,
        height=640,
        alt="A boat under sail before a low sun.",
        caption="The last ferry, which never is.",
        credit="Drawing: Teodor Vasslund",
        licence=LICENCE,
    )

    def story(**facts: Any) -> Story:
        told: dict[str, Any] = {
            "uid": UUID(int=7),
            "url": "/admin/",
            "canonical": Canonical(url="/admin/"),
            "headline": headline,
            "standfirst": standfirst,
            "language": language,
            "direction": "rtl" if language == "ar" else "ltr",
            "authors": (Person(name=author, url="/admin/", x="@nell_example"),),
            "first_published": WHEN,
            "modified": WHEN,
            "section": Named(name="Letters & Books", url="/admin/"),
            "topics": (Named(name="Reading", url="/admin/"), Named(name="Maps")),
            "licence": LICENCE,
            "publisher": publisher,
        }
        return Story(**{**told, **facts})

    def stub(**facts: Any) -> Story:
        told = {"name": "The Levant Weekly", "url": "https://weekly.example/", "ran_on": date(2018, 5, 30)}
        return story(kind="stub", outlet=OutletCopy(**{**told, **facts}))

    stubs = [stub(bearing=bearing, url="" if bearing == "withheld" else "https://weekly.example/") for bearing in BEARINGS]
    return {
        "plain": story(),
        "pictured": story(lead_image=picture),
        "stubs": [*stubs, stub(extent="full")],
        "retracted": story(corrections=(_correction("retraction", "It does not hold.", 1),)),
        "corrected": [_correction("correction", "The cards were 4,000.", 2, before="40,000", after="4,000")],
        "noted": [_correction("clarification", "He means the German edition.", 3), _correction("update", "It was sold.", 4)],
        "picture": picture,
        "text": _text(text),
    }


def _correction(kind: CorrectionKind, text: str, number: int, **facts: str) -> Correction:
    return Correction(at=WHEN.date(), made_at=WHEN, kind=kind, text=text, id=str(number), **facts)


def _text(words: str) -> str:
    """A body with each block there is, rendered by the blocks' own templates."""
    prose = f"<p>{words} <b>{words}</b></p>"
    table = {
        "data": [["Year", "Cards"], ["1911", "4,000"], ["1912", "11,250"]],
        "first_row_is_table_header": True,
        "first_col_is_header": True,
        "table_header_choice": "both",
        "table_caption": "What was counted",
        "cell": [],
        "mergeCells": [],
    }
    blocks: list[dict[str, Any]] = [
        {"type": "paragraph", "value": f'<p>{words} <i>{words}</i> <a href="/admin/">{words}</a></p>{prose}'},
        {"type": "heading", "value": {"text": WORDS["en-gb"][0], "level": "2"}},
        {"type": "paragraph", "value": f"{prose}<ul><li>{words}</li><li>{words}</li></ul><ol><li>{words}</li></ol><hr>{prose}"},
        {"type": "heading", "value": {"text": "A subheading", "level": "3"}},
        {"type": "paragraph", "value": "<p>H<sub>2</sub>O, 10<sup>3</sup>, <s>struck</s>, <code>make run</code></p>"},
        {"type": "quote", "value": {"text": f"<p>{words}</p>", "attribution": "Ottoline Varga-Hume", "source": ""}},
        {"type": "pull_quote", "value": {"text": words, "attribution": "Nell Ashcombe"}},
        {"type": "media", "value": {"url": "https://vimeo.com/1", "title": "A recording of the wind", "note": "4 minutes"}},
        {"type": "table", "value": table},
    ]
    mark = render_to_string("home/blocks/footnote_reference.html", {"index": 1, "reference_index": 1})
    body = "\n".join(str(block.render({})) for block in BodyBlock().to_python(blocks))
    notes = NOTES % words
    return f"<p>{words}{mark}</p>{body}{notes}"


def _thread() -> Thread:
    def said(pk: int, **facts: Any) -> Response:
        told = {
            "kind": "comment",
            "state": "shown",
            "name": "Ada Lovelace",
            "text": "I kept mine.\n\nAll of them.",
            "received_at": WHEN,
        }
        return Response(pk=pk, uid=UUID(int=7), **{**told, **facts})

    page = {
        "kind": "webmention",
        "source": "https://weekly.example/reply",
        "url": "https://weekly.example/",
        "name": "Idris Penhallow",
    }
    rows = (
        Entry(said(1), (Entry(said(2, name="سلمى", text="وأنا أيضًا.")),)),
        Entry(said(3, **page, title="Against the index", text="It is a fine defence of a lost cause.")),
        Entry(said(4, **page, manner="like", text="")),
    )
    return Thread(rows, 4, "4 thoughts on “A Short Defence of the Index”", "/admin/", "")
