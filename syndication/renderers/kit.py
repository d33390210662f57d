"""Story as readers may republish it: what its licence allows, and the text to copy with attribution and counter. Pure.

A picture goes along only if it names an open licence of its own: ours to carry is not theirs to give away.
"""

import re
from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.translation import gettext, override
from selectolax.lexbor import LexborHTMLParser, LexborNode

from syndication.contract import STAYS_HOME, Contract
from syndication.renderers import copy, plain
from syndication.story import Licence, Picture, Story

# The licences with which anybody may pass a work on: https://creativecommons.org/share-your-work/cclicenses/
_OPEN = re.compile(r"https?://creativecommons\.org/(?:licenses/(by(?:-nc)?(?:-nd|-sa)?)|publicdomain/(zero))/")
# Looks of ours, and sizes that only our pages know.
_OURS = ("class", "srcset", "sizes", "loading", "decoding")


@dataclass(frozen=True)
class LeftOut:
    """A picture that stays at home: what it shows, and whom to ask for it."""

    alt: str
    credit: str


@dataclass(frozen=True)
class Kit:
    """A piece ready to be copied. Only `html` counts its readers; `left_out` are the pictures that are in none of the three."""

    html: str
    markdown: str
    text: str
    share: str
    left_out: tuple[LeftOut, ...]


def licence_parts(licence: Licence | None) -> frozenset[str]:
    """What an open licence is made of: `by`, `nc`, `nd`, `sa`, or `zero`; empty where it lets nobody pass the work on."""
    found = _OPEN.match(licence.url) if licence else None
    return frozenset((found[1] or found[2]).split("-")) if found else frozenset()


def conditions(licence: Licence | None) -> list[str]:
    """The licence in sentences, for people. They say no more than the deed."""
    parts = licence_parts(licence)
    told = {
        "zero": gettext("You may do with the text what you like. Please say where it comes from all the same."),
        "by": gettext("Name the authors and us, and link to our page. The text below does so already."),
        "nd": gettext("Carry the piece whole and unchanged: no cuts, no additions, no translation. Your own headline is fine."),
        "nc": gettext("Not for commercial purposes. Ask us before you sell it, or carry it mainly to earn money."),
        "sa": gettext("If you change it, publish your version under this same licence."),
    }
    return [sentence for part, sentence in told.items() if part in parts]


def kit(story: Story, counter: str = "") -> Kit:
    """The piece to copy, in its own language; `counter` is the absolute address of the image that counts its readers."""
    body, left = _licensed(story.body_html or story.excerpt_html)
    lead, lead_left = _lead(story.lead_image)
    told = story.model_copy(update={"body_html": "\n".join(filter(None, [lead, body]))})
    html = copy.html(told, Contract(), home=True)
    with override(story.language):
        html = "\n".join(filter(None, [html, _licence(story)]))
        share = _share(story)
    return Kit(
        html=copy.directed(story, "\n".join(filter(None, [html, _counter(counter)]))),
        markdown=plain.markdown(html),
        text=plain.text(html),
        share=share,
        left_out=(*lead_left, *left),
    )


def _lead(picture: Picture | None) -> tuple[str, list[LeftOut]]:
    if picture is None:
        return "", []
    if not (picture.may_syndicate and licence_parts(picture.licence)):
        return "", [LeftOut(picture.alt, picture.credit)]
    facts = {"url": picture.url, "width": picture.width, "height": picture.height, "alt": picture.alt}
    image = format_html('<img src="{url}" width="{width}" height="{height}" alt="{alt}">', **facts)
    deed = format_html('<a href="{}">{}</a>', picture.licence.url, picture.licence.name) if picture.licence else ""
    words = format_html("{} <small>{} {}</small>", picture.caption, picture.credit, deed)
    return format_html("<figure>{}<figcaption>{}</figcaption></figure>", image, words), []


def _licensed(html: str) -> tuple[str, list[LeftOut]]:
    """The body with the pictures that anybody may pass on, and those it lost."""
    tree = LexborHTMLParser(html)
    left = []
    for image in tree.css("img"):
        figure = _figure(image)
        if STAYS_HOME in (image.attributes.get("class") or "").split() or not _deeded(figure):
            credit = figure.css_first(".credit") or figure.css_first("figcaption")
            left.append(LeftOut(image.attributes.get("alt") or "", credit.text(strip=True) if credit else ""))
            figure.decompose()
    for film in tree.css("iframe, video, audio, embed, object"):
        _linked(film)
    for name in _OURS:
        for node in tree.css(f"[{name}]"):
            del node.attrs[name]
    return (tree.body.inner_html or "").strip() if tree.body else "", left


def _figure(image: LexborNode) -> LexborNode:
    return image.parent if image.parent and image.parent.tag == "figure" else image


def _deeded(figure: LexborNode) -> bool:
    """Whether the caption names an open licence."""
    return any(_OPEN.match(link.attributes.get("href") or "") for link in figure.css("figcaption a"))


def _linked(film: LexborNode) -> None:
    """A film or a recording as a link: whoever carries the piece hands no reader to a third party."""
    inner = film.css_first("[src]")
    address = film.attributes.get("src") or film.attributes.get("data") or (inner.attributes.get("src") if inner else "") or ""
    if address.startswith(("https://", "http://")):
        for link in LexborHTMLParser(format_html('<p><a href="{0}">{0}</a></p>', address)).css("p"):
            film.insert_before(link)
    film.decompose()


def _licence(story: Story) -> str:
    if not story.licence:
        return ""
    deed = format_html('<a rel="license" href="{}">{}</a>', story.licence.url, story.licence.name)
    return format_html("<p><em>{} {}</em></p>", gettext("Republished under"), deed)


def _counter(address: str) -> str:
    # The page's whole address, so that we learn where pieces run, and nothing of it where the way to us is not encrypted.
    image = '<img src="{}" width="1" height="1" alt="" referrerpolicy="no-referrer-when-downgrade">'
    return format_html(image, address) if address else ""


def _share(story: Story) -> str:
    names = gettext(", ").join(person.name for person in story.authors)
    who = " · ".join(filter(None, [names, story.publisher.name]))
    return f"{story.headline}\n{who}\n{story.canonical.url}"
