"""What will change at an outlet: two stories side by side, in words that were added and words that go."""

from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser

from syndication.renderers.corrections import name, words
from syndication.story import Picture, Story

BLOCKS = "p, h1, h2, h3, h4, h5, h6, li, blockquote, figcaption, pre, td, th, dt, dd"


class Run(NamedTuple):
    """Words that are the same in both, were added or go: `kind` is "", "ins" or "del"."""

    kind: str
    text: str


class Change(NamedTuple):
    """One field that differs, paragraph by paragraph; None stands for paragraphs left out because they stay."""

    field: str
    paragraphs: list[list[Run] | None]


def changes(there: Story, here: Story) -> list[Change]:
    """What an outlet that has `there` will see change when it gets `here`; empty if nothing that a reader sees does."""
    before, after = facts(there), facts(here)
    return [Change(name, _compared(before[name], after[name])) for name in after if before[name] != after[name]]


def facts(story: Story) -> dict[str, list[str]]:
    """All of a story that people read, each fact as paragraphs of plain text."""
    return {
        "headline": _lines(story.headline),
        "title": _lines(story.title),
        "standfirst": _lines(story.standfirst),
        "description": _lines(story.description),
        "authors": _lines(*(person.name for person in story.authors)),
        "excerpt": paragraphs(story.excerpt_html),
        "body": paragraphs(story.body_html),
        "lead image": _picture(story.lead_image),
        "share image": _picture(story.share_image),
        "canonical": _lines(f"{story.canonical.url} ({story.canonical.policy})"),
        "section": _lines(story.section.name if story.section else ""),
        "topics": _lines(", ".join(topic.name for topic in story.topics)),
        "licence": _lines(story.licence.name if story.licence else ""),
        "corrections": _lines(*(f"{one.at}, {name(one)}: {words(one)}" for one in story.corrections)),
    }


def paragraphs(html: str) -> list[str]:
    """The plain text of each paragraph, heading, list item and caption."""
    tree = LexborHTMLParser(html)
    blocks = [node for node in tree.css(BLOCKS) if not node.css_matches(f":has({BLOCKS})")]
    texts = [" ".join(node.text(separator="").split()) for node in blocks]
    if not any(texts) and tree.body:
        texts = [" ".join(tree.body.text(separator=" ").split())]
    return [text for text in texts if text]


def _lines(*texts: str) -> list[str]:
    return [text for text in texts if text]


def _picture(picture: Picture | None) -> list[str]:
    if picture is None:
        return []
    return _lines(picture.url.rpartition("/")[2], picture.alt, picture.caption, picture.credit)


def _compared(before: list[str], after: list[str]) -> list[list[Run] | None]:
    told: list[list[Run] | None] = []
    for kind, old_start, old_end, new_start, new_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            told.append(None)
            continue
        olds, news = before[old_start:old_end], after[new_start:new_end]
        paired = min(len(olds), len(news))
        told += [list(_words(old, new)) for old, new in zip(olds[:paired], news[:paired], strict=True)]
        told += [[Run("del", old)] for old in olds[paired:]]
        told += [[Run("ins", new)] for new in news[paired:]]
    return told


def _words(before: str, after: str) -> Iterator[Run]:
    """The words of two paragraphs; two that have little in common are told one after the other."""
    olds, news = before.split(), after.split()
    matcher = SequenceMatcher(None, olds, news, autojunk=False)
    if matcher.ratio() < 0.3:
        yield Run("del", before)
        yield Run("ins", after)
        return
    for kind, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if kind == "equal":
            yield Run("", " ".join(olds[old_start:old_end]))
            continue
        if old_end > old_start:
            yield Run("del", " ".join(olds[old_start:old_end]))
        if new_end > new_start:
            yield Run("ins", " ".join(news[new_start:new_end]))
