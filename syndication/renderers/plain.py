"""HTML of a piece as plain text and as Markdown, for where only that can be pasted. Pure; knows the elements that bodies hold."""

import re
from dataclasses import dataclass

from markdownify import markdownify
from selectolax.lexbor import LexborHTMLParser, LexborNode

_BLOCKS = frozenset(
    "p h1 h2 h3 h4 h5 h6 ul ol li blockquote figure figcaption pre table tr hr div section aside dl dt dd".split()
)


def text(html: str) -> str:
    """The words alone: a blank line between paragraphs, a link's address behind its words."""
    tree = LexborHTMLParser(html)
    for node in tree.css("script, style, template"):
        node.decompose()
    return "\n\n".join(_blocks(tree.body)) if tree.body else ""


def markdown(html: str) -> str:
    """Markdown in which nothing of the text is taken for a mark."""
    told: str = markdownify(html, heading_style="ATX", bullets="-", escape_misc=True)
    return told.strip()


@dataclass
class _Page:
    """The text so far: blocks that are over, and the words of the one in hand."""

    blocks: list[str]
    words: str = ""

    def end(self) -> None:
        """The block in hand is over."""
        told = re.sub(r"[ \t]*\n[ \t]*", "\n", re.sub(r"[ \t\r\f\u00a0]+", " ", self.words)).strip()
        if told:
            self.blocks.append(told)
        self.words = ""


def _blocks(parent: LexborNode) -> list[str]:
    page = _Page([])
    for node in parent.iter(include_text=True):
        tag = node.tag or ""
        if tag not in _BLOCKS:
            page.words += _inline(node)
            continue
        page.end()
        if tag == "hr":
            page.blocks.append("* * *")
        elif tag == "pre":
            page.blocks.append(node.text().rstrip("\n"))
        elif tag in ("ul", "ol"):
            page.blocks.append(_list(node, numbered=tag == "ol"))
        elif tag == "table":
            page.blocks += _rows(node)
        elif inner := "\n\n".join(_blocks(node)):
            page.blocks.append(_indented(inner) if tag == "blockquote" else inner)
    page.end()
    return [block for block in page.blocks if block]


def _inline(node: LexborNode) -> str:
    """The words of what stands in a line."""
    if node.is_text_node:
        return re.sub(r"\s+", " ", node.text(deep=False))
    if node.is_comment_node:
        return ""
    told = "".join(_inline(child) for child in node.iter(include_text=True))
    href = node.attributes.get("href") or ""
    if node.tag == "a" and href.startswith("http") and href != told:
        return f"{told} ({href})"
    if node.tag == "br":
        return "\n"
    return (node.attributes.get("alt") or "") if node.tag == "img" else told


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.split("\n"))


def _list(node: LexborNode, *, numbered: bool) -> str:
    items = []
    for number, item in enumerate((child for child in node.iter() if child.tag == "li"), 1):
        mark = f"{number}. " if numbered else "– "
        told = "\n\n".join(_blocks(item))
        items.append(mark + re.sub(r"\n(?!\n)", f"\n{' ' * len(mark)}", told))
    return "\n".join(items)


def _rows(node: LexborNode) -> list[str]:
    rows = [[" ".join(_blocks(cell)) for cell in row.css("th, td")] for row in node.css("tr")]
    caption = node.css_first("caption")
    told = [" | ".join(row) for row in rows if any(row)]
    return [*([" ".join(_blocks(caption))] if caption else []), "\n".join(told)]
