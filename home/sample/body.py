"""From the sample's parts to what Wagtail keeps: StreamField data and footnotes."""

from collections.abc import Callable, Mapping
from html import escape
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from home.sample.pictures import PICTURES
from home.sample.pieces import Figure, Heading, Original, Prose, PullQuote, Quotation, Recording, Table

Images = Mapping[str, int]


def footnote_id(piece: Original, number: int) -> str:
    """The identifier that ties mark `number` in the text to its footnote: the same whenever the sample is made."""
    return str(uuid5(NAMESPACE_URL, f"{piece.section}/{piece.slug}#{number}"))


def body_data(piece: Original, images: Images) -> list[dict[str, Any]]:
    """The body as a StreamField takes it. `images` gives the primary key of each drawing by name."""
    return [_BLOCKS[type(part)](part, piece, images) for part in piece.body]


def _prose(part: Prose, piece: Original, images: Images) -> dict[str, Any]:
    html = part.html
    for number, _note in enumerate(piece.footnotes, start=1):
        identifier = footnote_id(piece, number)
        html = html.replace(f"[^{number}]", f'<footnote id="{identifier}">[{identifier[:6]}]</footnote>')
    # The editor keeps bold and italics as b and i, like the sample.
    return {"type": "paragraph", "value": html}


def _heading(part: Heading, piece: Original, images: Images) -> dict[str, Any]:
    return {"type": "heading", "value": {"text": part.text, "level": "2"}}


def _figure(part: Figure, piece: Original, images: Images) -> dict[str, Any]:

    image = {"image": images[part.drawing], "decorative": False, "alt_text": PICTURES[part.drawing].alt}
    return {"type": "image", "value": {"image": image, "caption": part.caption}}


def _quotation(part: Quotation, piece: Original, images: Images) -> dict[str, Any]:
    lines = "<br/>".join(escape(line, quote=False) for line in part.text.splitlines())
    return {"type": "quote", "value": {"text": f"<p>{lines}</p>", "attribution": part.attribution, "source": ""}}


def _pull_quote(part: PullQuote, piece: Original, images: Images) -> dict[str, Any]:
    return {"type": "pull_quote", "value": {"text": part.text, "attribution": ""}}


def _recording(part: Recording, piece: Original, images: Images) -> dict[str, Any]:
    return {"type": "media", "value": {"url": part.url, "title": part.title, "note": part.note}}


def _table(part: Table, piece: Original, images: Images) -> dict[str, Any]:
    return {
        "type": "table",
        "value": {
            "data": [list(row) for row in part.rows],
            "cell": [],
            "mergeCells": [],
            "first_row_is_table_header": True,
            "first_col_is_header": True,
            "table_header_choice": "both",
            "table_caption": part.caption,
        },
    }


_BLOCKS: dict[type, Callable[[Any, Original, Images], dict[str, Any]]] = {
    Prose: _prose,
    Heading: _heading,
    Figure: _figure,
    Quotation: _quotation,
    PullQuote: _pull_quote,
    Recording: _recording,
    Table: _table,
}
