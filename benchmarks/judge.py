"""How many partner pages a second one core can read and judge, with the piece's text looked for; by its own processor time.

`python -m benchmarks.judge [seconds]`: each of four pages as the web has them, their mixture, and the corpus of `tests/judge`. At
least 500 a second are wanted of the corpus.
"""

import random
import sys
import time
from collections.abc import Callable

from syndication.contract import Contract
from syndication.findings import find
from syndication.judge import judge
from syndication.story import Story
from tests.judge.corpus import STORIES, written

HOME = "https://home.example/2026/river/"
COPY = "https://partner.example/news/river/"
CONTRACT = Contract(canonical=True, noindex=True, link=True)
WORDS = "the river rose again last night and the council met until dawn while the bridge stood closed to all traffic".split()
ARABIC = "ارتفع النهر مرة أخرى الليلة الماضية واجتمع المجلس حتى الفجر بينما ظل الجسر مغلقا".split()

Page = tuple[bytes, dict[str, str]]


def wordpress() -> Page:
    """About 100 kB: menus, inlined styles and scripts, JSON-LD, sixty paragraphs, two hundred links."""
    styles = "".join(f".wp-block-{number}{{margin:0 auto;padding:{number}px}}" for number in range(900))
    scripts = "".join(f"<script>var wp{number}={{'a':'{'x' * 700}'}};</script>" for number in range(12))
    menu = "".join(
        f'<li class="menu-item"><a href="https://partner.example/c/{number}/">Part {number}</a></li>' for number in range(120)
    )
    json_ld = f'{{"@context":"https://schema.org","@graph":[{{"@type":"Article","mainEntityOfPage":{{"@id":"{HOME}"}}}}]}}'
    head = (
        f'<meta charset="UTF-8"><meta name="robots" content="noindex, follow"><title>The river</title>'
        f'<link rel="canonical" href="{HOME}"><meta property="og:url" content="{HOME}">'
        f'<script type="application/ld+json">{json_ld}</script><style>{styles}</style>{scripts}'
    )
    return _page(head, f"<ul>{menu}</ul>{_text(WORDS, 60)}"), {"content-type": "text/html; charset=UTF-8"}


def ghost() -> Page:
    """About 40 kB: few tags, canonical and og:url, a JSON-LD block that disagrees."""
    json_ld = f'{{"@type":"Article","mainEntityOfPage":"{COPY}"}}'
    head = (
        f'<meta charset="utf-8"><title>The river</title><link rel="canonical" href="{HOME}">'
        f'<script type="application/ld+json">{json_ld}</script>'
    )
    return _page(head, _text(WORDS, 60)), {"content-type": "text/html; charset=utf-8", "x-robots-tag": "noindex"}


def handmade_arabic() -> Page:
    """About 15 kB in Windows-1256, declared by its meta element alone, with two canonicals."""
    head = (
        f'<meta charset="windows-1256"><link rel=canonical href="{HOME}"><link rel=canonical href="{COPY}"><title>النهر</title>'
    )
    return _page(head, _text(ARABIC, 30)).decode().encode("cp1256"), {"content-type": "text/html"}


def portal() -> Page:
    """About 400 kB: a state blob in a script that also speaks of canonicals, six hundred links, a stray div in the head."""
    blob = '{"seo":{"rel":"canonical","href":"' + HOME + '"},"body":"' + "lorem ipsum " * 20_000 + '"}'
    links = "".join(
        f'<div class="card"><a href="/story/{number}"><img src="/i/{number}.jpg" alt=""></a></div>' for number in range(600)
    )
    head = f'<meta charset="utf-8"><div hidden></div><link rel="canonical" href="{HOME}"><script>window.state={blob}</script>'
    return _page(head, links + _text(WORDS, 40)), {"content-type": "text/html"}


def _text(words: list[str], paragraphs: int) -> str:
    draw = random.Random(7)
    tag = '<a href="https://partner.example/tag/{0}">more</a> <b>{0}</b>'
    text = (f"<p>{' '.join(draw.choices(words, k=60))} {tag.format(number)}</p>" for number in range(paragraphs))
    return "".join(text) + f'<p><a href="{HOME}">First published at Home</a></p>'


def _page(head: str, body: str) -> bytes:
    return f"<!doctype html><html><head>{head}</head><body><article>{body}</article></body></html>".encode()


# What a day's looks are made of: mostly ordinary pages, now and then a huge one.
CORPUS: dict[Callable[[], Page], int] = {wordpress: 6, ghost: 6, handmade_arabic: 3, portal: 1}


def _piece() -> Story:
    body = _text(WORDS, 60)
    piece = STORIES[""][0]
    assert piece is not None
    return piece.model_copy(update={"headline": "The river", "body_html": body, "excerpt_html": body[:400]})


def corpus(seconds: float) -> float:
    """Pages of the corpus read and judged in a second of this process's own time."""
    cases = list(written())
    done, began = 0, time.process_time()
    while (spent := time.process_time() - began) < seconds:
        for case in cases:
            case.judged()
        done += len(cases)
    return done / spent


def measure(pages: list[Page], seconds: float) -> float:
    """Pages read and judged in a second of this process's own time."""
    piece, done, began = _piece(), 0, time.process_time()
    while (spent := time.process_time() - began) < seconds:
        for body, headers in pages:
            judge(find(body, headers, COPY), CONTRACT, HOME, 200, COPY, story=piece, copy_url=COPY)
        done += len(pages)
    return done / spent


def main() -> None:
    """Print pages a second for each kind of page and for the mixture."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    for kind in CORPUS:
        body, headers = kind()
        rate = measure([(body, headers)], seconds)
        print(f"{kind.__name__:>16}: {len(body) / 1000:5.0f} kB {rate:7.0f} pages/s")
    mixture = [kind() for kind, share in CORPUS.items() for _ in range(share)]
    size = sum(len(body) for body, _ in mixture) / len(mixture)
    print(f"{'mixture':>16}: {size / 1000:5.0f} kB {measure(mixture, seconds):7.0f} pages/s")
    print(f"{'corpus':>16}:   small {corpus(seconds):7.0f} pages/s")


if __name__ == "__main__":
    main()
