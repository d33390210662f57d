"""The outlet's public pages: pure functions from what is kept to HTML. No JavaScript; one inline style, allowed by its hash."""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from .piece import Link, Piece

STYLE = Path(__file__).with_name("lantern.css").read_text(encoding="utf-8")
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
LANTERN = (
    '<svg viewBox="0 0 20 28" aria-hidden="true" focusable="false"><path fill="none" stroke="currentColor" stroke-width="2" '
    'd="M7 6a3 3 0 0 1 6 0M5 7h10l2 16H3zM3 26h14"/><path fill="currentColor" d="M10 11c4 4 3 8 0 8s-4-4 0-8z"/></svg>'
)
ICON = "data:image/svg+xml," + quote(
    LANTERN.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1).replace("currentColor", "#c9790f")
)
FRONT_LIMIT = 60


def page(name: str, title: str, body: str, *, head: str = "", css: str = "") -> str:
    """A whole document. `title` is text; `body` and `head` are HTML; `css` is the class of the main part."""
    whole = f"{title} · {name}" if title else name
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{escape(whole)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
{head}<link rel="icon" href="{ICON}">
<style>{STYLE}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header class="masthead">
<p class="title"><a href="/">{LANTERN}{escape(name)}</a></p>
<div class="ears"><p>Stories from elsewhere, with their way home</p>
<nav aria-label="Main"><ul><li><a href="/">Front page</a></li><li><a href="/desk">The desk</a></li></ul></nav></div>
</header>
<main id="main"{f' class="{css}"' if css else ""}>
{body}
</main>
<footer class="foot"><p>{escape(name)} is a demonstration: an outlet that carries what Homeward sends it.</p></footer>
</body>
</html>
"""


def path_of(slug: str) -> str:
    """The path of a piece's public page, percent-encoded."""
    return f"/articles/{quote(slug)}"


def day(moment: date) -> str:
    """A date as this outlet writes it, as in 30 May 2018, ready for machines too."""
    return f'<time datetime="{moment.isoformat()}">{moment.day} {moment:%B %Y}</time>'


def _linked(link: Link, rel: str = "") -> str:
    text = f"<bdi>{escape(link.text)}</bdi>"
    if not link.url:
        return text
    return f'<a href="{escape(link.url)}"{f" rel={chr(34)}{rel}{chr(34)}" if rel else ""}>{text}</a>'


def _tongue(piece: Piece) -> str:
    return f'lang="{piece.language}" dir="{piece.direction}"'


# --- the front page ---


def front(name: str, pieces: Sequence[Piece], total: int, webhook_url: str) -> str:
    """The front page: the latest arrival on top, then the rest of `pieces`, which are the latest of `total`."""
    if not pieces:
        return page(name, "", f'<div class="copy"><h1>Nothing carried yet</h1>{_waiting(webhook_url)}</div>')
    cards = "\n".join(_card(piece, first=not number) for number, piece in enumerate(pieces))
    more = total - len(pieces)
    rest = f'<p class="small">And {more} older pieces; the desk lists them.</p>' if more > 0 else ""
    return page(name, "", f'<h1 class="skip">Latest pieces</h1>\n<div class="front">\n{cards}\n</div>\n{rest}')


def _waiting(webhook_url: str) -> str:
    return (
        f'<p class="standfirst">Push a story to <code>{escape(webhook_url)}</code> and it appears here.</p>'
        "<p>The sender signs each push; this outlet shows nothing it cannot prove.</p>"
    )


def _card(piece: Piece, *, first: bool) -> str:
    pictured = first and piece.picture is not None
    image = _image(piece) if pictured else ""
    section = f'<p class="kicker" dir="auto">{escape(piece.section)}</p>' if piece.section else ""
    standfirst = f"<p>{escape(piece.standfirst)}</p>" if piece.standfirst else ""
    return (
        f'<article class="{"pictured" if pictured else "plain"}"><div>'
        f'<div {_tongue(piece)}>{section}<h2><a href="{path_of(piece.slug)}">{escape(piece.headline)}</a></h2>{standfirst}'
        f'<p class="small" lang="en">{_from(piece)}</p></div></div>{image}</article>'
    )


def _from(piece: Piece) -> str:
    published = f", {day(piece.first_published)}" if piece.first_published else ""
    return f"From <bdi>{escape(piece.publisher.text)}</bdi>{published}"


# --- a copy ---


def copy(name: str, piece: Piece, own_url: str, moods: Mapping[str, str]) -> str:
    """The public page of a piece, keeping the contract as far as `moods` let it."""
    parts = [
        f'<p class="kicker">{escape(piece.section)}</p>' if piece.section else "",
        f"<h1>{escape(piece.headline)}</h1>",
        f'<p class="standfirst">{escape(piece.standfirst)}</p>' if piece.standfirst else "",
        f'<p class="by" lang="en">{_byline(name, piece)}</p>',
        _figure(piece),
        _text(piece, moods["link"]),
        _corrections(piece) if moods["corrections"] == "shown" else "",
        f"<footer>{_attribution(piece, moods['link'])}</footer>",
    ]
    body = f'<article class="copy" {_tongue(piece)}>\n' + "\n".join(filter(None, parts)) + "\n</article>"
    return page(name, piece.headline, body, head=_head(piece, own_url, moods))


def _head(piece: Piece, own_url: str, moods: Mapping[str, str]) -> str:
    lines = [f'<link rel="canonical" href="{escape(url)}">' for url in _canonicals(piece, own_url, moods["canonical"])]
    if moods["noindex"] == "on" or (moods["noindex"] == "asked" and piece.wants_noindex):
        lines.append('<meta name="robots" content="noindex">')
    if piece.standfirst:
        lines.append(f'<meta name="description" content="{escape(piece.standfirst)}">')
    lines += [f'<meta {kind}="{escape(name)}" content="{escape(content)}">' for kind, name, content in piece.cards]
    if piece.json_ld:
        lines.append(f'<script type="application/ld+json">{_script(piece.json_ld)}</script>')
    return "".join(f"{line}\n" for line in lines)


def _canonicals(piece: Piece, own_url: str, mood: str) -> list[str]:
    right = piece.home if piece.home and piece.wants_canonical else own_url
    return {"right": [right], "none": [], "wrong": [own_url], "two": [right, own_url]}[mood]


def _script(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _byline(name: str, piece: Piece) -> str:
    names = [_linked(author, "author") for author in piece.authors]
    listed = " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
    by = f"By {listed} for" if listed else "From"
    published = f" · first published {day(piece.first_published)}" if piece.first_published else ""
    return f"{by} <bdi>{escape(piece.publisher.text)}</bdi>, carried by {escape(name)}{published}"


def _image(piece: Piece) -> str:
    picture = piece.picture
    if not picture:
        return ""
    size = f' width="{picture.width}" height="{picture.height}"' if picture.width and picture.height else ""
    return f'<img src="{escape(picture.url)}" alt="{escape(picture.alt)}"{size}>'


def _figure(piece: Piece) -> str:
    if not piece.picture:
        return ""
    credit = f"<cite>{escape(piece.picture.credit)}</cite>" if piece.picture.credit else ""
    words = " ".join(filter(None, [escape(piece.picture.caption), credit]))
    return f"<figure>{_image(piece)}{f'<figcaption>{words}</figcaption>' if words else ''}</figure>"


def _text(piece: Piece, link: str) -> str:
    if piece.extent == "full" and piece.body_html:
        return f'<div class="prose" {_tongue(piece)}>{piece.body_html}</div>'
    some = (
        f'<div class="prose" {_tongue(piece)}>{piece.excerpt_html}</div>' if piece.excerpt_html and piece.extent != "link" else ""
    )
    words = f"Read the whole piece at {piece.publisher.text}"
    url = "" if link == "none" else piece.home
    return f'{some}<p class="whole" lang="en">{_linked(Link(words, url), "nofollow" if link == "nofollow" else "")}</p>'


def _corrections(piece: Piece) -> str:
    if not piece.corrections:
        return ""
    items = "".join(f'<li><span lang="en">{day(at)}</span>: {escape(text)}</li>' for at, text in piece.corrections)
    title = "Correction" if len(piece.corrections) == 1 else "Corrections"
    return f'<section class="corrections"><h2 lang="en">{title}</h2><ul>{items}</ul></section>'


def _attribution(piece: Piece, link: str) -> str:
    line = piece.attribution_html(rel="nofollow" if link == "nofollow" else None, links=link != "none")
    licence = f'<p class="small"><span lang="en">Licence:</span> {_linked(piece.licence, "license")}</p>' if piece.licence else ""
    return f'<div class="attribution"><p dir="auto">{line}</p>{licence}</div>'


# --- what is not there ---


def withdrawn(name: str, piece: Piece) -> str:
    """The page of a piece that its publisher took back. It names the publisher, not the piece."""
    body = (
        '<div class="copy"><h1>This piece has been withdrawn</h1>'
        f'<p class="standfirst">{escape(piece.publisher.text)} asked us to take it down, and we did.</p></div>'
    )
    return page(name, "Withdrawn", body, head='<meta name="robots" content="noindex">\n')


def plain(name: str, title: str, sentence: str) -> str:
    """A page that says one thing: not found, or out of order."""
    body = f'<div class="copy"><h1>{escape(title)}</h1><p class="standfirst">{escape(sentence)}</p></div>'
    return page(name, title, body, head='<meta name="robots" content="noindex">\n')
