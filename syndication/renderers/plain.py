"""HTML of a piece as plain text and as Markdown, for where only that can be pasted. Pure; knows the elements that bodies hold."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

_BLOCKS = frozenset(
    "p h1 h2 h3 h4 h5 h6 ul ol li blockquote figure figcaption pre table tr hr div section aside dl dt dd".split()
)
_SPECIAL = re.compile(r"([\\`*_\[\]<>])")
_LINE_START = re.compile(r"^(\s*\d*)((?<=\d)[.)]|(?<!\d)[-+#>])(?=\s)", re.M)


def text(html: str) -> str:
    """The words alone: a blank line between paragraphs, a link's address behind its words."""
    return _written(html, _Plain())


def markdown(html: str) -> str:
    """CommonMark; tables, which it lacks, as rows of cells."""
    return _written(html, _Markdown())


class _Plain:
    """How things are written without any marks."""

    def words(self, told: str) -> str:
        return told

    def inline(self, tag: str, told: str, node: LexborNode) -> str:
        href = node.attributes.get("href") or ""
        if tag == "a" and href.startswith("http") and href != told:
            return f"{told} ({href})"
        if tag == "br":
            return "\n"
        return (node.attributes.get("alt") or "") if tag == "img" else told

    def block(self, tag: str, told: str) -> str:
        if tag == "blockquote":
            return "\n".join(f"    {line}".rstrip() for line in told.split("\n"))
        return "* * *" if tag == "hr" else told

    def item(self, number: int) -> str:
        return f"{number}. " if number else "– "


class _Markdown(_Plain):
    """How CommonMark writes them."""

    def words(self, told: str) -> str:
        return _LINE_START.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", told))

    def inline(self, tag: str, told: str, node: LexborNode) -> str:
        marks = {"strong": "**", "b": "**", "em": "*", "i": "*", "code": "`", "s": "~~", "del": "~~"}
        if tag == "a" and (href := node.attributes.get("href") or ""):
            return f"[{told}](<{href}>)" if re.search(r"[\s()]", href) else f"[{told}]({href})"
        if tag == "img":
            return f"![{self.words(node.attributes.get('alt') or '')}](<{node.attributes.get('src') or ''}>)"
        if tag == "br":
            return "\\\n"
        inner = told.strip()
        if tag not in marks or not inner:
            return told
        # A mark stands against a letter, never against a space.
        before, after = told[: len(told) - len(told.lstrip())], told[len(told.rstrip()) :]
        return f"{before}{marks[tag]}{inner}{marks[tag]}{after}"

    def block(self, tag: str, told: str) -> str:
        if tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
            return f"{'#' * int(tag[1])} {told}"
        if tag == "blockquote":
            return "\n".join(f"> {line}".rstrip() for line in told.split("\n"))
        if tag == "pre":
            return f"```\n{told}\n```"
        return "---" if tag == "hr" else told

    def item(self, number: int) -> str:
        return f"{number}. " if number else "- "


@dataclass
class _Page:
    """The text so far: blocks that are over, and the words of the one in hand."""

    blocks: list[str]
    words: str = ""

    def end(self, finish: Callable[[str], str] = str) -> None:
        """The block in hand is over."""
        told = re.sub(r"[ \t]*\n[ \t]*", "\n", re.sub(r"[ \t\r\f\u00a0]+", " ", self.words)).strip()
        if told:
            self.blocks.append(finish(told))
        self.words = ""


def _written(html: str, hand: _Plain) -> str:
    tree = LexborHTMLParser(html)
    for node in tree.css("script, style, template"):
        node.decompose()
    return "\n\n".join(_blocks(tree.body, hand)) if tree.body else ""


def _blocks(parent: LexborNode, hand: _Plain) -> list[str]:
    page = _Page([])
    for node in parent.iter(include_text=True):
        tag = node.tag or ""
        if tag not in _BLOCKS:
            page.words += _inline(node, hand)
            continue
        page.end()
        if tag == "hr":
            page.blocks.append(hand.block(tag, ""))
        elif tag == "pre":
            page.blocks.append(hand.block(tag, node.text().rstrip("\n")))
        elif tag in ("ul", "ol"):
            page.blocks.append(_list(node, hand, numbered=tag == "ol"))
        elif tag == "table":
            page.blocks += _rows(node, hand)
        elif inner := "\n\n".join(_blocks(node, hand)):
            page.blocks.append(hand.block(tag, inner))
    page.end()
    return [block for block in page.blocks if block]


def _inline(node: LexborNode, hand: _Plain) -> str:
    if node.is_text_node:
        return hand.words(re.sub(r"\s+", " ", node.text(deep=False)))
    if node.is_comment_node:
        return ""
    told = "".join(_inline(child, hand) for child in node.iter(include_text=True))
    return hand.inline(node.tag or "", told, node)


def _list(node: LexborNode, hand: _Plain, *, numbered: bool) -> str:
    items = []
    for number, item in enumerate((child for child in node.iter() if child.tag == "li"), 1):
        mark = hand.item(number if numbered else 0)
        told = "\n\n".join(_blocks(item, hand))
        items.append(mark + re.sub(r"\n(?!\n)", f"\n{' ' * len(mark)}", told))
    return "\n".join(items)


def _rows(node: LexborNode, hand: _Plain) -> list[str]:
    rows = [[" ".join(_blocks(cell, hand)) for cell in row.css("th, td")] for row in node.css("tr")]
    caption = node.css_first("caption")
    told = [" | ".join(row) for row in rows if any(row)]
    return [*([" ".join(_blocks(caption, hand))] if caption else []), "\n".join(told)]
